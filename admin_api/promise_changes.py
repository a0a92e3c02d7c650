"""What may be changed of promises and office hours, as scripts and forms send it. (pure)"""

import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from admin_api.routing import Body
from escalation.calendar import Hours, Week, in_order
from escalation.sla import Policy, Rule, Scope
from escalation.vocabulary import Kind, Priority

LONGEST_WHY = 120
_LONGEST = 1000 * 60  # minutes of any term
_HOUR = re.compile("[0-9]{2}:[0-9]{2}")


def _hours(text: str) -> Hours:
    """ "07:30-11:30,13:00-17:00"; nothing for a closed day."""
    pairs = [span.split("-") for span in text.split(",")] if text.strip() else []
    hours = tuple((_time(opens), _time(closes)) for opens, closes in pairs)
    if not in_order(hours):
        raise ValueError("hours must lie in order within one day")
    return hours


def _time(text: str) -> dt.time:
    hour = text.strip()
    if not _HOUR.fullmatch(hour):
        raise ValueError("an hour is HH:MM")
    return dt.time() if hour == "24:00" else dt.time.fromisoformat(hour)


def _checked_hours(text: str) -> str:
    _hours(text)
    return text


_Minutes = Annotated[int, Field(ge=1, le=_LONGEST)]
_Later = Annotated[int, Field(ge=0, le=_LONGEST)]
_Hours = Annotated[str, StringConstraints(max_length=200), AfterValidator(_checked_hours)]
_Id = Annotated[str, StringConstraints(max_length=40)]
_Why = Annotated[str, StringConstraints(max_length=LONGEST_WHY)]


class Terms(Body):
    """Minutes of the calendar; `risk` in percent of a term."""

    calendar: Literal["office", "always"]
    first_response: _Minutes
    next_response: _Minutes
    resolution: _Minutes
    head: _Later = 60
    deputy: _Later = 240
    silent: _Minutes = 60
    risk: Annotated[int, Field(ge=1, le=99)] = 75


class RuleChange(Body):
    """Without `terms` the promise for just these tickets is taken back."""

    since: dt.date
    priority: Priority
    kind: Kind | None = None
    topic: _Id | None = None
    channel: _Id | None = None
    terms: Terms | None
    why: _Why = ""

    @property
    def scope(self) -> Scope:
        return self.priority, self.kind, self.topic, self.channel

    def __call__(self, policy: Policy) -> Policy:
        names = self.model_dump(include={"priority", "kind", "topic", "channel"})
        rule = Rule(**names, **self.terms.model_dump()) if self.terms else None
        return policy.with_rule(self.since, self.scope, rule)


class WeekChange(Body):
    """Monday first, as "07:30-11:30,13:00-17:00"; without `hours` the change is taken back."""

    since: dt.date
    hours: Annotated[list[_Hours], Field(min_length=7, max_length=7)] | None
    why: _Why = ""

    def __call__(self, policy: Policy) -> Policy:
        week: Week | None = tuple(map(_hours, self.hours)) if self.hours is not None else None
        return policy.with_week(self.since, week)


class DayChange(Body):
    """A closed day has no hours (""); null gives the day back to its week."""

    since: dt.date
    hours: _Hours | None
    why: _Why = ""

    def __call__(self, policy: Policy) -> Policy:
        return policy.with_day(self.since, _hours(self.hours) if self.hours is not None else None)


Change = RuleChange | WeekChange | DayChange
