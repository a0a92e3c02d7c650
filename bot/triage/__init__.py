"""What kind of message this is, before anybody looks for an answer. (pure)

danger.py     somebody may be in danger: comes first, and beats everything else
courtesy.py   greetings, commands, reports and proposals: no answer is looked for
doubt.py      why a message that no entry fits may be no question about work

wording.py    reads a message into words: shorthand, telex slips, marks or none
syllables.py  what a Vietnamese syllable can be
patterns.py   the little language of the word lists
lexicon/      the word lists; most mending happens there, beside a line in tests/bot/test_triage.py
"""

from bot.triage.courtesy import TICKET_CODE, Sort, only_names_it, sort
from bot.triage.danger import Danger, danger, tells_of_injury
from bot.triage.doubt import Doubt, doubt, language, speaks_of_work
from bot.triage.wording import plain

__all__ = [
    "TICKET_CODE",
    "Danger",
    "Doubt",
    "Sort",
    "danger",
    "doubt",
    "language",
    "only_names_it",
    "plain",
    "sort",
    "speaks_of_work",
    "tells_of_injury",
]
