"""What the centre promises: how soon each kind of ticket is answered and done. (pure)

A policy is a plain value: rules that hold from a day on and the office's calendar. It is kept as
JSON with each version, so that a ticket goes by the policy it was opened under.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import TypeAdapter

from escalation.calendar import ALWAYS, LOCAL, OFFICE, Calendar, Hours, Week
from escalation.vocabulary import Kind, Priority

_MINUTE = dt.timedelta(minutes=1)

# What a rule is for: priority, kind, topic, channel.
Scope = tuple[Priority, Kind | None, str | None, str | None]


@dataclass(frozen=True)
class Matter:
    """What a rule looks at, beside how urgent a ticket is."""

    kind: Kind | None = None
    topic: str | None = None
    channel: str | None = None


@dataclass(frozen=True)
class Rule:
    """Minutes of the calendar to the first human answer, to each next one, and to the end.

    A term is at risk once `risk` percent of it are gone. Past a deadline the head is told after
    `head` minutes more, the deputy director after `deputy`; an assignee who is silent for `silent`
    minutes while an answer is overdue loses the ticket. What a rule leaves open (None) it does not
    care for.
    """

    priority: Priority
    calendar: Literal["office", "always"]
    first_response: int
    next_response: int
    resolution: int
    head: int = 60
    deputy: int = 240
    silent: int = 60
    risk: int = 75
    kind: Kind | None = None
    topic: str | None = None
    channel: str | None = None

    def fits(self, priority: Priority, matter: Matter) -> bool:
        wanted = (self.kind, self.topic, self.channel)
        given = (matter.kind, matter.topic, matter.channel)
        pairs = zip(wanted, given, strict=True)
        return self.priority == priority and all(one in (None, other) for one, other in pairs)

    @property
    def scope(self) -> Scope:
        return self.priority, self.kind, self.topic, self.channel

    @property
    def weight(self) -> tuple[int, bool, bool]:
        """The most specific rule wins; of two the one that names the topic, then the kind."""
        named = sum(one is not None for one in (self.kind, self.topic, self.channel))
        return named, self.topic is not None, self.kind is not None


@dataclass(frozen=True)
class Target:
    """One rule on its calendar."""

    rule: Rule
    calendar: Calendar

    def first_response_due(self, since: dt.datetime) -> dt.datetime:
        return self.calendar.add_minutes(since, self.rule.first_response)

    def next_response_due(self, since: dt.datetime) -> dt.datetime:
        return self.calendar.add_minutes(since, self.rule.next_response)

    def resolution_due(self, since: dt.datetime) -> dt.datetime:
        return self.calendar.add_minutes(since, self.rule.resolution)

    def risk_before(self, due: dt.datetime, minutes: int) -> dt.datetime:
        """When so much of a term of `minutes` is gone that it is at risk."""
        return self.calendar.back(due, minutes * _MINUTE * (100 - self.rule.risk) / 100)


@dataclass(frozen=True)
class Policy:
    """`rules` are lists that hold from a day on; each day has a rule for every priority."""

    rules: tuple[tuple[dt.date, tuple[Rule, ...]], ...]
    office: Calendar = OFFICE

    def __post_init__(self) -> None:
        if not self.rules or all(since != dt.date.min for since, _ in self.rules):
            raise ValueError("a policy has rules from the first day on")
        for since, rules in self.rules:
            general = {one.priority for one in rules if one.weight[0] == 0}
            if general != set(Priority):
                raise ValueError(f"from {since} on some tickets have no rule")
            if any(min(one.first_response, one.next_response, one.resolution) < 1 for one in rules):
                raise ValueError("a term is at least a minute long")
            if any(not 0 < one.risk < 100 for one in rules):
                raise ValueError("a term is at risk before it ends")

    def rules_on(self, day: dt.date) -> tuple[Rule, ...]:
        held = [one for one in self.rules if one[0] <= day]
        return max(held, key=lambda one: one[0])[1]

    def target(
        self, priority: Priority, since: dt.datetime, matter: Matter | None = None
    ) -> Target:
        """What holds for a ticket opened at `since`; an urgent one has rules of its own."""
        rules = self.rules_on(since.astimezone(LOCAL).date())
        fitting = [one for one in rules if one.fits(priority, matter or Matter())]
        rule = max(fitting, key=lambda one: one.weight)
        return Target(rule, self.office if rule.calendar == "office" else ALWAYS)

    def first_response_due(self, priority: Priority, since: dt.datetime) -> dt.datetime:
        return self.target(priority, since).first_response_due(since)

    def next_response_due(self, priority: Priority, since: dt.datetime) -> dt.datetime:
        return self.target(priority, since).next_response_due(since)

    def resolution_due(self, priority: Priority, since: dt.datetime) -> dt.datetime:
        return self.target(priority, since).resolution_due(since)

    # -- changes, each a policy of its own --------------------------------------------------------

    def with_day(self, day: dt.date, hours: Hours | None) -> "Policy":
        """Set one day apart; None gives it back to its week."""
        days: Mapping[dt.date, Hours] = {
            **{one: held for one, held in self.office.exceptions.items() if one != day},
            **({} if hours is None else {day: hours}),
        }
        return replace(self, office=replace(self.office, exceptions=days))

    def with_rules(self, since: dt.date, rules: tuple[Rule, ...]) -> "Policy":
        """Other rules for tickets opened from `since` on."""
        kept = tuple(one for one in self.rules if one[0] != since)
        return replace(self, rules=(*kept, (since, rules)))

    def with_rule(self, since: dt.date, scope: Scope, rule: Rule | None) -> "Policy":
        """Another promise for `scope` from `since` on; None takes it away.

        Where `scope` is given yet another one later, that one stays.
        """
        before = _find(self.rules_on(since), scope)
        lists = {**dict(self.rules), since: self.rules_on(since)}
        follow = {day for day, held in lists.items() if day >= since}
        follow = {day for day in follow if _find(lists[day], scope) == before}
        changed = {
            day: _put(held, scope, rule) if day in follow else held for day, held in lists.items()
        }
        return replace(self, rules=tuple(sorted(changed.items())))

    def with_week(self, since: dt.date, week: Week | None) -> "Policy":
        """Other office hours from `since` on; None takes a change of that day back."""
        kept = tuple(one for one in self.office.changes if one[0] != since)
        changes = kept if week is None else tuple(sorted((*kept, (since, week))))
        return replace(self, office=replace(self.office, changes=changes))

    # -- as kept -----------------------------------------------------------------------------------

    def as_json(self) -> dict[str, Any]:
        kept: dict[str, Any] = _POLICY.dump_python(self, mode="json")
        return kept

    @staticmethod
    def from_json(kept: Mapping[str, Any]) -> "Policy":
        return _POLICY.validate_python(kept)


def _find(rules: Iterable[Rule], scope: Scope) -> Rule | None:
    return next((one for one in rules if one.scope == scope), None)


def _put(rules: tuple[Rule, ...], scope: Scope, rule: Rule | None) -> tuple[Rule, ...]:
    others = tuple(one for one in rules if one.scope != scope)
    return (*others, rule) if rule else others


_POLICY = TypeAdapter(Policy)

_HOUR = 60
_WORKDAY = 8 * _HOUR

# A promise the centre can keep with the staff it has; the grounds are in DECISIONS.md.
SHIPPED = Policy(
    (
        (
            dt.date.min,
            (
                Rule(Priority.NORMAL, "office", 4 * _HOUR, 4 * _HOUR, 2 * _WORKDAY),
                Rule(Priority.URGENT, "always", 15, 15, 24 * _HOUR, head=15, deputy=30),
            ),
        ),
    )
)
