"""Sorts a message that needs no answer looked for: courtesies, commands, reports, proposals. (pure)

A courtesy is a message of which nothing is left once polite words are taken away, so no question
is ever taken for one: "chào anh, công ty nợ lương" leaves the wages. The words are in
lexicon/courtesy.yaml.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from bot.triage.doubt import speaks_of_work
from bot.triage.patterns import Patterns, Phrases
from bot.triage.wording import Wording, lexicon, read


class Sort(StrEnum):
    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    WHO_ARE_YOU = "who_are_you"
    SMALL_TALK = "small_talk"
    LAWYER = "lawyer"
    STATUS = "status"
    ERASE = "erase"
    REPORT = "report"
    PROPOSAL = "proposal"


# "HP-7K3Q", and "hp 7k3q" if a digit shows that it is no word
TICKET_CODE = re.compile(r"\bHP(?:-?|[ –](?=[A-Z]*[0-9]))([2-9A-Z]{4})\b", re.IGNORECASE)

_SHORT = 12  # words; what is longer tells a story, whatever it begins with
_JOURNEY = (Sort.ERASE, Sort.STATUS, Sort.LAWYER, Sort.GOODBYE, Sort.THANKS, Sort.WHO_ARE_YOU,
            Sort.GREETING)  # fmt: skip
