"""What an FAQ entry is made of, free of any storage. (pure)

An entry is written once and read by chat, telephone and lawyers alike. Numbers that change
stand in it as ``{names}`` of dated parameters, so a text reads right on any day.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from knowledge_base.dates import Span

_FIRST = "lần đầu"  # "ngày đóng bảo hiểm lần đầu": the oldest day named decides

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=400)]


Place = tuple[str, str]  # law_id, article_id


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


class Wording(Validity):
    """What is said on the days it holds: `answer` in chat, `voice` by telephone, and its basis."""

    answer: Annotated[str, StringConstraints(strip_whitespace=True, min_length=20)]
    voice: str | None = None
    citations: Annotated[tuple[Citation, ...], Field(min_length=1)]


class Entry(Wording):
    """One FAQ entry.

    `label` is the entry in the worker's own words, short enough for a button.
    `earlier` are the wordings of rules that held before; a case that lies back in time meets
    them. `turns_on` names the day that decides between them ("ngày sinh con").
    `second_hand` names the facts that several pages report but no text of the law at hand: the
    centre must see the text before it signs. `lawyer_only` holds the reason why a person must
    answer (the red list); such an entry is recognised but never sent. `urgent` raises the priority
    of a ticket that comes of it.
    """

    id: Slug
    topic: Slug
    question: Line
    label: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=60)]
    phrasings: Annotated[tuple[Line, ...], Field(min_length=1)]
    earlier: tuple[Wording, ...] = ()
    turns_on: str | None = None
    checked_on: dt.date
    facts: tuple[str, ...] = ()
    second_hand: tuple[str, ...] = ()
    related: tuple[Slug, ...] = ()
    urgent: bool = False
    lawyer_only: str | None = None

    @property
    def places(self) -> frozenset[Place]:
        """The articles its present wording cites."""
        return frozenset((citation.law_id, citation.article_id) for citation in self.citations)

    @model_validator(mode="after")
    def _one_rule_a_day(self) -> Self:
        if self.earlier and not self.turns_on:
            raise ValueError("earlier wordings need turns_on: which day decides?")
        following = self.valid_from
        for wording in self.earlier:
            if wording.valid_to is None or wording.valid_to >= following:
                raise ValueError("earlier: newest first, each ends before the next begins")
            following = wording.valid_from
        return self

    def decisive(self, when: Sequence[Span]) -> Span | None:
        """Which of the times a worker named decides between the wordings, if any does."""
        if not self.turns_on or not when:
            return None
        if _FIRST in self.turns_on:
            return min(when, key=lambda span: span.first)
        return max(when, key=lambda span: span.first)

    def on(self, day: dt.date) -> Wording | None:
        """The wording that held on `day`."""
        return next((one for one in (self, *self.earlier) if one.holds_on(day)), None)


class Instrument(Content):
    """A law, decree or circular, with the names people know it by."""

    law_id: str
    name: str
    short: str
    spoken: str | None = None
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
