"""What a call remembers between two documents, and what one step asks of the house. (pure)"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.telephone.call import Then
from bot.turns import Guided, Turn
from escalation.vocabulary import Kind


class Place(StrEnum):
    """Where in the conversation a call stands: what is awaited next."""

    ASK = "ask"  # a question, or a key of the main menu
    TREE = "tree"  # a key of the topics
    OFFERED = "offered"  # which of these did you mean?
    ANSWERED = "answered"  # again, slower, as text, ...
    GUIDE = "guide"
    CODE = "code"  # the code of a ticket
    TOLD_CODE = "told_code"
    STATUS = "status"
    DIALLING = "dialling"
    CONSENT = "consent"  # may the lawyer ring this number?
    RECORDING = "recording"
    ERASE = "erase"
    OVER = "over"


@dataclass(frozen=True)
class Line:
    """`said` is repeated at "again"; `offered` are the actions behind keys 1, 2, …; `tries` counts
    what was not understood in a row. `node` is the place in the keypad tree. `ticket` is the one
    that is open for this call, `kind` what a message would open.
    """

    place: Place = Place.ASK
    tries: int = 0
    said: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    node: str = ""
    asked: str = ""  # his last words
    entry: str | None = None
    second: str | None = None
    guided: Guided | None = None
    kind: Kind = Kind.QUESTION
    urgent: bool = False
    ticket: str | None = None
    caller: str = ""  # who rings, where the carrier tells it once only
    number: str = ""  # where he agreed to be rung back
    may_ring: bool = False
    code: str = ""
    rates: str = ""  # the closed ticket whose answer he may rate by key
    rung: tuple[str, ...] = ()  # numbers of lawyers tried
    joined: bool = False  # one of them took the call

    def as_json(self) -> dict[str, Any]:
        kept = {name: value for name, value in vars(self).items() if name != "guided"}
        return kept | {"guided": self.guided.as_json() if self.guided else None}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Line":
        fields = dict(data)
        for name in ("said", "offered", "rung"):
            fields[name] = tuple(fields[name])
        fields["place"], fields["kind"] = Place(fields["place"]), Kind(fields["kind"])
        fields["guided"] = Guided.from_json(fields["guided"])
        return cls(**fields)


class Want(StrEnum):
    """What only the house can give: people, codes, tickets."""

    LAWYER = "lawyer"  # ring somebody on duty, else the message box
    MESSAGE = "message"  # the message box
    CODE = "code"  # six digits that open this case in a chat
    STATUS = "status"  # of the ticket whose code was keyed
    RATED = "rated"  # the answer he was told by code
    KEPT = "kept"  # a message was recorded: a ticket for it
    ERASE = "erase"


@dataclass(frozen=True)
class Move:
    """One step: what to say and await, what it was (`turn`, for the report), what it wants.

    `heard` is what the caller said or pressed, in words for the lawyer who reads the call.
    """

    line: Line
    say: tuple[str, ...] = ()
    then: Then | None = None
    slow: bool = False
    heard: str = ""
    turn: Turn | None = field(default=None, repr=False)
    want: Want | None = None
    keys: str = ""
