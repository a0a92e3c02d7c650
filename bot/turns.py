"""What a conversation is made of: what was said, what is remembered, what is decided. (pure)"""

from dataclasses import dataclass, field
from enum import StrEnum

from escalation.vocabulary import Kind, Priority
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
class State:
    """What a conversation remembers between turns."""

    noticed: bool = False
    stage: Stage = Stage.OPEN
    acknowledged_at: str | None = None  # when "đã chuyển thêm" was last said, ISO

    def as_json(self) -> dict[str, object]:
        return {
            "noticed": self.noticed,
            "stage": self.stage,
            "acknowledged_at": self.acknowledged_at,
        }

    @classmethod
    def from_json(cls, data: dict[str, object]) -> "State":
        try:
            stage = Stage(str(data.get("stage", Stage.OPEN)))
        except ValueError:  # written by another version
            stage = Stage.OPEN
        acknowledged = data.get("acknowledged_at")
        return cls(bool(data.get("noticed")), stage, str(acknowledged) if acknowledged else None)


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
    """What the worker said: words, or a choice he tapped (then `action`)."""

    text: str
    action: str | None = None


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
class Turn:
    outcome: Outcome
    state: State
    replies: tuple[Reply, ...] = ()
    entries: tuple[str, ...] = ()
    topic: str | None = None
    handoff: HandOff | None = None
    urgent: bool = False
    confirmed: bool | None = None
    rating: int | None = None
    employer: str | None = None
    reach: str | None = None
    erase: bool = False
    status: bool = False
    decision: Decision | None = field(default=None, repr=False)
