"""What one policy changes against another, so that people can read it. (pure)"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from escalation.calendar import Hours, Week
from escalation.sla import Policy, Rule, Scope


@dataclass(frozen=True)
class RuleChanged:
    """From `since` on another promise holds for `scope`; None where there is none of its own."""

    since: dt.date
    scope: Scope
    before: Rule | None
    after: Rule | None


@dataclass(frozen=True)
class WeekChanged:
    """From `since` on the office has other hours."""

    since: dt.date
    before: Week
    after: Week


@dataclass(frozen=True)
class DayChanged:
    """One day is set apart otherwise; None where it is as its week."""

    since: dt.date
    before: Hours | None
    after: Hours | None


Amendment = RuleChanged | WeekChanged | DayChanged


def between(old: Policy, new: Policy) -> list[Amendment]:
    return [*_rules(old, new), *_weeks(old, new), *_days(old, new)]


def to_come(policy: Policy, today: dt.date) -> list[RuleChanged | WeekChanged]:
    """What this policy itself will change after today."""
    days = {day for day, _ in (*policy.rules, *policy.office.changes) if day > today}
    found: list[RuleChanged | WeekChanged] = []
    for day in sorted(days):
        eve = day - dt.timedelta(days=1)
        found += _rules_of_day(policy, eve, policy, day)
        before, after = policy.office.week_of(eve), policy.office.week_of(day)
        found += [WeekChanged(day, before, after)] if before != after else []
    return found


def _rules(old: Policy, new: Policy) -> Iterator[RuleChanged]:
    """Each change is told on the first day it is seen."""
    told: dict[Scope, RuleChanged] = {}
    for day in sorted({day for day, _ in (*old.rules, *new.rules)}):
        here = {one.scope: one for one in _rules_of_day(old, day, new, day)}
        for scope, one in here.items():
            last = told.get(scope)
            if last is None or (last.before, last.after) != (one.before, one.after):
                yield one
        told = here


def _rules_of_day(
    old: Policy, old_day: dt.date, new: Policy, new_day: dt.date
) -> Iterator[RuleChanged]:
    before = {one.scope: one for one in old.rules_on(old_day)}
    after = {one.scope: one for one in new.rules_on(new_day)}
    for scope in dict.fromkeys((*before, *after)):
        if before.get(scope) != after.get(scope):
            yield RuleChanged(new_day, scope, before.get(scope), after.get(scope))


def _weeks(old: Policy, new: Policy) -> Iterator[WeekChanged]:
    told: tuple[Week, Week] | None = None
    changes = (*old.office.changes, *new.office.changes)
    for day in sorted({dt.date.min, *(day for day, _ in changes)}):
        pair = old.office.week_of(day), new.office.week_of(day)
        if pair[0] != pair[1] and pair != told:
            yield WeekChanged(day, *pair)
        told = pair


def _days(old: Policy, new: Policy) -> Iterator[DayChanged]:
    before, after = old.office.exceptions, new.office.exceptions
    for day in sorted({*before, *after}):
        if before.get(day) != after.get(day):
            yield DayChanged(day, before.get(day), after.get(day))
