"""Sorts a message that needs no answer looked for: courtesies, commands, reports, proposals. (pure)

A courtesy is a message of which nothing is left once polite words are taken away, so no question
is ever taken for one: "chào anh, công ty nợ lương" leaves the wages. The words are in
lexicon/courtesy.yaml.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from bot.triage.doubt import hints_at_work
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


# "HP-7K3Q"; written apart, "hp 7k3q", only where a digit shows that it is no word
TICKET_CODE = re.compile(r"\bHP(?:-?|[ –](?=[A-Z]{0,3}[2-9]))([2-9A-Z]{4})\b", re.IGNORECASE)

_SHORT = 12  # words; what is longer tells a story, whatever it begins with

# In this order: a command is obeyed however politely it is wrapped; "cảm ơn, tạm biệt" takes leave.
_WHOLE = (Sort.ERASE, Sort.STATUS, Sort.LAWYER, Sort.GOODBYE, Sort.THANKS, Sort.WHO_ARE_YOU,
          Sort.GREETING)  # fmt: skip
_ANYWHERE = (Sort.WHO_ARE_YOU, Sort.SMALL_TALK)
_OPENED = (Sort.REPORT, Sort.PROPOSAL)


def sort(text: str) -> Sort | None:
    """A command, a courtesy, a report or a proposal; None for what needs an answer."""
    if TICKET_CODE.search(text) and _asks_for_ticket(TICKET_CODE.sub(" ", text)):
        return Sort.STATUS
    sentences = read(text)
    said = sentences.flat()
    for kind in _OPENED:
        if _opens(kind, said):
            return kind
    if not 0 < len(said.words) <= _SHORT:
        return None
    return _courtesy(said)


def only_names_it(text: str) -> bool:
    """ "phản ánh" and nothing more: the matter itself is still to come."""
    return any(_openings()[kind].only.cover(read(text)) for kind in _OPENED)


def _courtesy(said: Wording) -> Sort | None:
    for kind in _WHOLE:
        if _wholes()[kind].is_all_of(said):
            return kind
    for kind in _ANYWHERE:
        rest = _anywhere()[kind].removed_from(said)
        if rest != said and not hints_at_work(rest):
            return kind
    return Sort.THANKS if _nods().cover(said) else None


def _asks_for_ticket(rest: str) -> bool:
    """Beside the code there is nothing, or only words that ask how it stands."""
    said = read(rest).flat()
    return not said.words or _wholes()[Sort.STATUS].phrases.cover(said)


def _opens(kind: Sort, said: Wording) -> bool:
    """A report or proposal tells; what asks where or how to make one is a question."""
    opening = _openings()[kind]
    if not opening.at_start.opens(said, _polite_openings()) or opening.unless.found_in(said):
        return False
    return opening.only.cover(said) or not _asking().found_in(said)


@dataclass(frozen=True)
class _Whole:
    """Phrases that may use up a message, and those of them it must hold one of."""

    phrases: Phrases
    needed: Phrases
    wish: Phrases | None = None  # one of these as well, where the message also greets

    def is_all_of(self, said: Wording) -> bool:
        if not (self.needed.found_in(said) and self.phrases.cover(said)):
            return False
        return self.wish is None or self.wish.found_in(said) or not _greetings().found_in(said)


@dataclass(frozen=True)
class _Opening:
    """How such a message begins, what belies it, and the words of one that only names itself."""

    at_start: Patterns
    unless: Patterns
    only: Phrases


# -- the lexicon, read once ---------------------------------------------------------------------


@cache
def _lexicon() -> dict[str, Any]:
    return lexicon("courtesy")


@cache
def _wholes() -> dict[Sort, _Whole]:
    return {kind: _whole(_lexicon()[kind]) for kind in _WHOLE}


def _whole(words: dict[str, list[str]]) -> _Whole:
    own = words["whole"]
    greetings = _lexicon()["greetings"]
    return _Whole(
        Phrases([*own, *greetings, *_lexicon()["polite"].split()]),
        Phrases(words.get("needed", own)),
        Phrases(words["wish"]) if "wish" in words else None,
    )


@cache
def _greetings() -> Phrases:
    return Phrases(_lexicon()["greetings"])


@cache
def _nods() -> Phrases:
    return Phrases(_lexicon()["nods"])


@cache
def _anywhere() -> dict[Sort, Patterns]:
    words = _lexicon()
    return {kind: Patterns(words[kind]["anywhere"], words["names"]) for kind in _ANYWHERE}


@cache
def _openings() -> dict[Sort, _Opening]:
    words = _lexicon()
    polite = words["opening"].split()
    return {
        kind: _Opening(
            Patterns(words[kind]["opens"], words["names"]),
            Patterns(words[kind]["unless"]),
            Phrases([*words[kind]["only"], *polite]),
        )
        for kind in _OPENED
    }


@cache
def _polite_openings() -> Phrases:
    return Phrases(_lexicon()["opening"].split())


@cache
def _asking() -> Patterns:
    return Patterns(_lexicon()["asking"])
