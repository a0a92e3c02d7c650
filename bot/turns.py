"""What a conversation is made of: what was said, what is remembered, what is decided. (pure)"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from escalation.vocabulary import Kind, Priority
from knowledge_base.calculators.guide import Answers, Value
from knowledge_base.matching import Decision

MAX_TEXT = 4000  # characters of one message that are read


class Stage(StrEnum):
    """What the hotline waits to hear. None of them blocks another question."""

    OPEN = "open"
    EMPLOYER = "employer"
    REACH = "reach"
    REPORT = "report"
    PROPOSAL = "proposal"
    FOR_LAWYER = "for_lawyer"
    ASIDE = "aside"  # a ticket waits, but the next question is for the bot


@dataclass(frozen=True)
class Guided:
    """A guided answer half way: which guide, what was answered, how often in a row in vain."""

    guide: str
    answers: Answers = field(default_factory=dict)
    misunderstood: int = 0

    def as_json(self) -> dict[str, object]:
        return {
            "guide": self.guide,
            "answers": {name: _kept(value) for name, value in self.answers.items()},
            "misunderstood": self.misunderstood,
        }

    @classmethod
    def from_json(cls, data: object) -> "Guided | None":
        """None for whatever another version wrote: the guide is then left."""
        if not isinstance(data, Mapping) or not isinstance(data.get("guide"), str):
            return None
        answers, misunderstood = data.get("answers"), data.get("misunderstood")
        try:
            read = {str(name): _read(value) for name, value in dict(answers or {}).items()}
            return cls(data["guide"], read, int(misunderstood or 0))
        except (TypeError, ValueError):
            return None


def _kept(value: Value | None) -> object:
    return {"date": value.isoformat()} if isinstance(value, dt.date) else value


def _read(value: object) -> Value | None:
    if isinstance(value, Mapping):
        return dt.date.fromisoformat(str(value.get("date")))
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError(f"no answer can be {value!r}")


@dataclass(frozen=True)
class State:
    """What a conversation remembers between turns."""

    noticed: bool = False
    stage: Stage = Stage.OPEN
    acknowledged_at: str | None = None  # when "đã chuyển thêm" was last said, ISO
    guided: Guided | None = None
    last: str | None = None  # the entry that was answered last
    taken_over_at: str | None = None  # when a person wrote in the provider's own window, ISO

    def as_json(self) -> dict[str, object]:
        kept: dict[str, object] = {
            "noticed": self.noticed,
            "stage": self.stage,
            "acknowledged_at": self.acknowledged_at,
            "last": self.last,
        }
        if self.taken_over_at:
            kept["taken_over_at"] = self.taken_over_at
        return kept | {"guided": self.guided.as_json()} if self.guided else kept

    @classmethod
    def from_json(cls, data: dict[str, object]) -> "State":
        try:
            stage = Stage(str(data.get("stage", Stage.OPEN)))
        except ValueError:  # written by another version
            stage = Stage.OPEN
        acknowledged, last = data.get("acknowledged_at"), data.get("last")
        taken_over = data.get("taken_over_at")
        return cls(
            bool(data.get("noticed")),
            stage,
            str(acknowledged) if acknowledged else None,
            Guided.from_json(data.get("guided")),
            str(last) if last else None,
            str(taken_over) if taken_over else None,
        )


@dataclass(frozen=True)
class Choice:
    """A button: what it says and what it does (`action`, or `action:argument`)."""

    label: str
    action: str


@dataclass(frozen=True)
class Reply:
    """`advice` is law from the FAQ base: never sent once a lawyer has the case."""

    text: str
    choices: tuple[Choice, ...] = ()
    advice: bool = False


@dataclass(frozen=True)
class Case:
    """The ticket this conversation waits on, or one that was closed a few days ago."""

    code: str
    is_open: bool
    answered: bool = False  # by a lawyer, at least once


@dataclass(frozen=True)
class Utterance:
    """What the worker said: words, or a choice he tapped (then `action`).

    `attachments` counts what came beside; nothing but that is "attached".
    """

    text: str
    action: str | None = None
    attachments: int = 0


class Outcome(StrEnum):
    ANSWER = "answer"
    CLARIFY = "clarify"
    HANDOFF = "handoff"
    CHAT = "chat"
    JOIN = "join"  # the message goes to the ticket that is open


@dataclass(frozen=True)
class HandOff:
    """A lawyer is needed. `reason` is for the lawyer, `receipt` picks the worker's receipt."""

    kind: Kind = Kind.QUESTION
    priority: Priority = Priority.NORMAL
    reason: str = ""
    receipt: str | None = None


@dataclass(frozen=True)
class Rating:
    """A tap below a closed ticket: whose answer it is about, and whether that helped."""

    helped: bool
    of_bot: bool
    code: str


@dataclass(frozen=True)
class Turn:
    outcome: Outcome
    state: State
    replies: tuple[Reply, ...] = ()
    entries: tuple[str, ...] = ()
    topic: str | None = None
    handoff: HandOff | None = None
    urgent: bool = False
    confirmed: bool | None = None
    rating: Rating | None = None
    employer: str | None = None
    reach: str | None = None
    erase: bool = False
    status: bool = False
    decision: Decision | None = field(default=None, repr=False)
