"""What an FAQ entry is made of, free of any storage. (pure)

An entry is written once and read by chat, telephone and lawyers alike. Numbers that change
stand in it as ``{names}`` of dated parameters, so a text reads right on any day.
"""

import datetime as dt
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=400)]


class Content(BaseModel):
    """Base of everything read from the seed files: frozen, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class Citation(Content):
    """One place in the law; `law_id` and `article_id` as in the law register."""

    law_id: str
    article_id: str
    clause: str | None = None
    point: str | None = None


class Validity(Content):
    """Days on which something holds; both ends included, None = open."""

    valid_from: dt.date
    valid_to: dt.date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("valid_to lies before valid_from")
        return self

    def holds_on(self, day: dt.date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Entry(Validity):
    """One FAQ entry.

    `label` is the entry in the worker's own words, short enough for a button.
    `lawyer_only` holds the reason why a person must answer (the red list); such an entry is
    recognised but never sent. `urgent` raises the priority of a ticket that comes of it.
    """

    id: Slug
    topic: Slug
    question: Line
    label: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=60)]
    phrasings: Annotated[tuple[Line, ...], Field(min_length=1)]
    answer: Annotated[str, StringConstraints(strip_whitespace=True, min_length=20)]
    voice: str | None = None
    citations: Annotated[tuple[Citation, ...], Field(min_length=1)]
    checked_on: dt.date
    facts: tuple[str, ...] = ()
    related: tuple[Slug, ...] = ()
    urgent: bool = False
    lawyer_only: str | None = None


class Instrument(Content):
    """A law, decree or circular, with the names people know it by."""

    law_id: str
    name: str
    short: str
    effective_from: dt.date
    effective_to: dt.date | None = None
    replaced_by: str | None = None

    def in_force(self, day: dt.date) -> bool:
        return self.effective_from <= day and (self.effective_to is None or day < self.effective_to)


class Period(Validity):
    """What a parameter is worth between two days: one value, or `low` to `high`."""

    value: int | None = None
    low: int | None = None
    high: int | None = None
    citation: Citation

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.value is None) == (self.low is None or self.high is None):
            raise ValueError("give either value, or low and high")
        return self


class Parameter(Content):
    """A number the law changes now and then. `unit` is "đ", "%" or a word such as "ngày"."""

    label: str
    unit: str
    periods: Annotated[tuple[Period, ...], Field(min_length=1)]

    def on(self, day: dt.date) -> Period | None:
        return next((period for period in self.periods if period.holds_on(day)), None)


class Topic(Content):
    """One of the headings under which workers ask."""

    id: Slug
    name: str
