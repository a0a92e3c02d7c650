"""A ticket's clock: what is due when, from nothing but what happened. (pure)

Each event moves the clock by one small rule, so the columns of a ticket can follow step by step
and the whole can be computed again from its history. What we owe the worker is one thing at a
time: an answer, or else the end.

A hold stops the end's term alone, for at most seven days: while the worker is owed an answer, the
first or another, that answer stays due. A closed ticket's term stands still and goes on from
there if it is opened again.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from escalation.sla import Matter, Policy, Target
from escalation.vocabulary import EventKind, Priority

LONGEST_WAIT = dt.timedelta(days=7)


class Hand(StrEnum):
    """Which of a ticket's terms is meant."""

    FIRST = "first"
    NEXT = "next"
    RESOLUTION = "resolution"


@dataclass(frozen=True)
class Clock:
    """Where a ticket's terms stand. `answer_due_at` is the answer that is owed, if one is."""

    started_at: dt.datetime
    priority: Priority
    first_due_at: dt.datetime
    resolution_due_at: dt.datetime
    answer_due_at: dt.datetime | None
    answered_at: dt.datetime | None = None
    held_at: dt.datetime | None = None
    reminded_at: dt.datetime | None = None
    resolved_at: dt.datetime | None = None

    @property
    def hand(self) -> Hand | None:
        """What is owed now."""
        if self.answer_due_at is not None:
            return Hand.FIRST if self.answered_at is None else Hand.NEXT
        waits = self.held_at is not None or self.resolved_at is not None
        return None if waits else Hand.RESOLUTION

    @property
    def next_due_at(self) -> dt.datetime | None:
        if self.hand is Hand.RESOLUTION:
            return self.resolution_due_at
        return self.answer_due_at

    def waits_until(self) -> dt.datetime | None:
        """When the waiting for the worker counts no longer."""
        return self.held_at + LONGEST_WAIT if self.held_at else None

    def as_json(self) -> dict[str, Any]:
        return {name: str(value) for name, value in asdict(self).items() if value is not None}


_CLOCK = TypeAdapter(Clock)


@dataclass(frozen=True)
class Tick:
    """An event as the clock sees it. `since` is when it counts from: the worker's own time."""

    kind: EventKind
    at: dt.datetime
    since: dt.datetime
    by_staff: bool = False
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Terms:
    """What a ticket's clock goes by."""

    policy: Policy
    matter: Matter = field(default_factory=Matter)

    def target(self, clock: Clock) -> Target:
        return self.policy.target(clock.priority, clock.started_at, self.matter)

    def risk_at(self, clock: Clock) -> dt.datetime | None:
        """When what is owed now is at risk."""
        if clock.hand is None or clock.next_due_at is None:
            return None
        target = self.target(clock)
        minutes = {
            Hand.FIRST: target.rule.first_response,
            Hand.NEXT: target.rule.next_response,
            Hand.RESOLUTION: target.rule.resolution,
        }[clock.hand]
        return target.risk_before(clock.next_due_at, minutes)


def wound(priority: Priority, since: dt.datetime, terms: Terms) -> Clock:
    """The clock of a ticket just opened."""
    target = terms.policy.target(priority, since, terms.matter)
    first = target.first_response_due(since)
    return Clock(since, priority, first, target.resolution_due(since), first)


def follow(clock: Clock, tick: Tick, terms: Terms) -> Clock:
    """The clock after one more event."""
    move = _MOVES.get(tick.kind)
    return move(clock, tick, terms) if move else clock


def moves(kind: EventKind) -> bool:
    """Whether events of this kind matter to the clock."""
    return kind in _MOVES


def run(opened: Tick, rest: Iterable[Tick], terms: Terms) -> Clock:
    """The whole clock anew, from the history."""
    clock = wound(Priority(opened.data["priority"]), opened.since, terms)
    for tick in rest:
        clock = follow(clock, tick, terms)
    return clock


# -- one rule an event ----------------------------------------------------------------------------


def _wrote(clock: Clock, tick: Tick, terms: Terms) -> Clock:
    """The oldest unanswered message keeps its deadline."""
    if clock.resolved_at is not None or clock.answer_due_at is not None:
        return clock
    return replace(clock, answer_due_at=terms.target(clock).next_response_due(tick.since))


def _answered(clock: Clock, tick: Tick, terms: Terms) -> Clock:
    """The first answer is stamped once, whatever comes later."""
    stamped = replace(clock, answered_at=clock.answered_at or tick.since)
    if clock.resolved_at is not None:
        return stamped
    return replace(_unheld(stamped, tick.since, terms), answer_due_at=None)


def _called(clock: Clock, tick: Tick, terms: Terms) -> Clock:
    return _answered(clock, tick, terms) if tick.data.get("outcome") == "talked" else clock


def _prioritised(clock: Clock, tick: Tick, terms: Terms) -> Clock:
    """Urgent from now on, never less soon than before."""
    urgent = replace(clock, priority=Priority(tick.data["priority"]))
    target = terms.target(urgent)
    end = min(clock.resolution_due_at, target.resolution_due(tick.since))
    urgent = replace(urgent, resolution_due_at=end)
    if clock.answer_due_at is None:
        return urgent
    due = min(clock.answer_due_at, target.next_response_due(tick.since))
    first = due if clock.answered_at is None else clock.first_due_at
    return replace(urgent, answer_due_at=due, first_due_at=first)


def _held(clock: Clock, tick: Tick, terms: Terms) -> Clock:
    return replace(clock, held_at=tick.since)


def _reminded(clock: Clock, tick: Tick, terms: Terms) -> Clock:
    """Seven days are over: the end's term runs again, though we wait a little more."""
    until = clock.waits_until() or tick.since
    return replace(_resting_until(clock, until, terms), reminded_at=tick.since)


def _resumed(clock: Clock, tick: Tick, terms: Terms) -> Clock:
    """A lawyer who goes on by himself owes the next answer; the worker's message owes its own."""
    going = _unheld(clock, tick.since, terms)
    return _wrote(going, tick, terms) if tick.by_staff else going


def _resolved(clock: Clock, tick: Tick, terms: Terms) -> Clock:
    if clock.resolved_at is not None:
        return clock
    going = _unheld(clock, tick.since, terms)
    return replace(going, resolved_at=tick.since, answer_due_at=None)


def _reopened(clock: Clock, tick: Tick, terms: Terms) -> Clock:
    """The end's term goes on from where it stood: it is never given anew.

    A lawyer who opens it again owes an answer; the worker's message owes its own.
    """
    if clock.resolved_at is None:
        return clock
    due = _shifted(clock, clock.resolved_at, tick.since, terms)
    going = replace(clock, resolution_due_at=due, resolved_at=None)
    return _wrote(going, tick, terms) if tick.by_staff else going


def _absorbed(clock: Clock, tick: Tick, terms: Terms) -> Clock:
    return merged(clock, _CLOCK.validate_python(tick.data["clock"]))


def merged(into: Clock, other: Clock) -> Clock:
    """Two clocks of one matter: the earliest start and the soonest of each deadline hold."""
    owed = [due for due in (into.answer_due_at, other.answer_due_at) if due is not None]
    answered = [at for at in (into.answered_at, other.answered_at) if at is not None]
    urgent = Priority.URGENT in (into.priority, other.priority)
    return replace(
        into,
        started_at=min(into.started_at, other.started_at),
        priority=Priority.URGENT if urgent else into.priority,
        first_due_at=min(into.first_due_at, other.first_due_at),
        resolution_due_at=min(into.resolution_due_at, other.resolution_due_at),
        answer_due_at=min(owed, default=None),
        answered_at=min(answered, default=None),
    )


_MOVES: dict[EventKind, Callable[[Clock, Tick, Terms], Clock]] = {
    EventKind.WROTE: _wrote,
    EventKind.REPLIED: _answered,
    EventKind.CALLED: _called,
    EventKind.PRIORITISED: _prioritised,
    EventKind.HELD: _held,
    EventKind.REMINDED: _reminded,
    EventKind.RESUMED: _resumed,
    EventKind.RESOLVED: _resolved,
    EventKind.MERGED: _resolved,
    EventKind.ERASED: _resolved,
    EventKind.REOPENED: _reopened,
    EventKind.ABSORBED: _absorbed,
}


# -- standing still -------------------------------------------------------------------------------


def _unheld(clock: Clock, at: dt.datetime, terms: Terms) -> Clock:
    """No longer waiting for the worker, if we were."""
    limit = clock.waits_until()
    if limit is None:
        return clock
    rested = clock if clock.reminded_at else _resting_until(clock, min(at, limit), terms)
    return replace(rested, held_at=None, reminded_at=None)


def _resting_until(clock: Clock, until: dt.datetime, terms: Terms) -> Clock:
    since = clock.held_at or until
    return replace(clock, resolution_due_at=_shifted(clock, since, until, terms))


def _shifted(clock: Clock, since: dt.datetime, until: dt.datetime, terms: Terms) -> dt.datetime:
    """The end's deadline after a rest; what was late before stays late."""
    due, calendar = clock.resolution_due_at, terms.target(clock).calendar
    if since >= due or until <= since:
        return due
    return calendar.add(until, calendar.between(since, due))
