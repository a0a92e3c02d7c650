"""What a guided answer is made of: steps that ask, and a result that cites. (pure)

A guide is a function from the answers so far to the next step or the result. It keeps nothing, so
it can be left at any step and taken up again, on chat or by telephone keypad.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from knowledge_base.content import Citation, Parameter, Period

Value = str | int | dt.date
Answers = Mapping[str, Value | None]  # step name -> what was said; None: "không biết"


class Kind(StrEnum):
    """What a step waits to hear. By keypad: a choice's number, or digits ended by #."""

    CHOICE = "choice"
    DATE = "date"  # keypad: ddmmyyyy
    MONTHS = "months"  # a span of time; "2 năm 3 tháng" is 27
    NUMBER = "number"
    MONEY = "money"  # đồng
    PLACE = "place"  # a ward, commune or special zone of Hải Phòng


@dataclass(frozen=True)
class Option:
    """One choice: its label on a button, its value in the answers; `also` is typed for it too."""

    label: str
    value: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One thing asked. `low` and `high` bound numbers and money (both included), and days counted
    from today: `high=0` takes no day to come.

    `may_skip`: "không biết" is taken, and the guide goes on without this answer. Where it is not
    taken, "không biết" leads to the general answer or to a lawyer.
    """

    name: str
    question: str
    kind: Kind
    options: tuple[Option, ...] = ()
    low: int | None = None
    high: int | None = None
    may_skip: bool = True


@dataclass(frozen=True)
class Result:
    """What came out. `lines` for chat, in order; `voice` for the telephone, in words.

    `assumed` names what was taken for granted because it was not known. `warning` is a deadline
    that nears or has passed.
    """

    lines: tuple[str, ...]
    voice: str
    citations: tuple[Citation, ...]
    assumed: tuple[str, ...] = ()
    warning: str | None = None


class ForLawyer(LookupError):
    """No guide may tell this: `reason` is for the lawyer, `words` tell the worker why."""

    def __init__(self, reason: str, words: str = "") -> None:
        super().__init__(reason)
        self.reason, self.words = reason, words


@dataclass(frozen=True)
class Numbers:
    """The dated parameters a calculator may read."""

    parameters: Mapping[str, Parameter]

    def on(self, name: str, day: dt.date) -> int:
        """The single value of `name` on `day`; LookupError if the law of that day is unknown."""
        value = self.period(name, day).value
        if value is None:
            raise LookupError(f"no single value of {name!r} on {day:%d/%m/%Y}")
        return value

    def period(self, name: str, day: dt.date) -> Period:
        """What `name` is worth on `day`, with its place in the law; LookupError if unknown."""
        parameter = self.parameters.get(name)
        period = parameter.on(day) if parameter else None
        if period is None:
            raise LookupError(f"no value of {name!r} on {day:%d/%m/%Y}")
        return period


@dataclass(frozen=True)
class Guide:
    """`entries` are the FAQ entries below which "Tính cho tôi" is offered."""

    id: str
    title: str
    topic: str
    entries: tuple[str, ...]
    citations: tuple[Citation, ...]  # everything it rests on, for the law register
    advance: Callable[[Answers, Numbers, dt.date], Step | Result]


def law(law_id: str, article: str, clause: str | None = None, point: str | None = None) -> Citation:
    return Citation(law_id=law_id, article_id=article, clause=clause, point=point)


def first_missing(answers: Answers, steps: Iterable[Step]) -> Step | None:
    """The first step not asked yet; one answered by "không biết" has been asked."""
    return next((step for step in steps if step.name not in answers), None)


def skipped(answers: Answers, name: str) -> bool:
    """Whether this was asked and answered by "không biết"."""
    return name in answers and answers[name] is None


def said(answers: Answers, name: str) -> str | None:
    """The choice or place answered; None when not known."""
    value = answers.get(name)
    return value if isinstance(value, str) else None


def number(answers: Answers, name: str) -> int | None:
    """The number, sum or span answered; None when not known."""
    value = answers.get(name)
    return value if isinstance(value, int) else None


def day(answers: Answers, name: str) -> dt.date | None:
    """The day answered; None when not known."""
    value = answers.get(name)
    return value if isinstance(value, dt.date) else None
