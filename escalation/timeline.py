"""Explains a clock: the stretches of a ticket's life, what counted in each and why. (pure)"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from escalation.calendar import Calendar
from escalation.clock import Clock, Hand, Terms, Tick, follow, wound
from escalation.vocabulary import Priority

_MINUTE = dt.timedelta(minutes=1)


class Pace(StrEnum):
    RUNNING = "running"
    CLOSED = "closed"  # outside office hours
    PAUSED = "paused"


class Pause(StrEnum):
    WORKER = "worker"  # we wait for him
    RESOLVED = "resolved"


@dataclass(frozen=True)
class Segment:
    """`reason` is what is owed (`Hand`), why nobody is there (`Closed`), or a `Pause`.

    `minutes` are those that count: none where the clock stands. `ahead`: still to come.
    """

    since: dt.datetime
    until: dt.datetime
    pace: Pace
    reason: str
    minutes: int
    ahead: bool = False


@dataclass(frozen=True)
class _Stretch:
    """A time in which one state of the clock held."""

    since: dt.datetime
    until: dt.datetime
    clock: Clock
    calendar: Calendar


def segments(opened: Tick, rest: Iterable[Tick], terms: Terms, now: dt.datetime) -> list[Segment]:
    """From the opening until now or the end, and on to the deadline that is next."""
    states = list(_states(opened, rest, terms))
    last_at, last = states[-1]
    now = max(now, last_at) if last.resolved_at is None else last_at
    told: list[Segment] = []
    for stretch in _stretches(states, terms, now):
        for since, until, pause in _rests(stretch):
            told += [_paused(since, until, pause)] if pause else _paced(stretch, since, until)
    while told and last.resolved_at and told[-1].reason == Pause.RESOLVED:  # rated since, perhaps
        told.pop()
    return _joined(told) + _ahead(last, terms, now)


def _stretches(
    states: Sequence[tuple[dt.datetime, Clock]], terms: Terms, now: dt.datetime
) -> Iterator[_Stretch]:
    bounds = [*(at for at, _ in states), now]
    for (_, clock), (since, until) in zip(states, pairwise(bounds), strict=True):
        if until > since:
            yield _Stretch(since, until, clock, terms.target(clock).calendar)


def _states(
    opened: Tick, rest: Iterable[Tick], terms: Terms
) -> Iterator[tuple[dt.datetime, Clock]]:
    """Each state of the clock and when it began; time never runs back."""
    clock = wound(Priority(opened.data["priority"]), opened.since, terms)
    at = opened.since
    yield at, clock
    for tick in rest:
        clock, at = follow(clock, tick, terms), max(at, tick.at)
        yield at, clock


def _rests(stretch: _Stretch) -> Iterator[tuple[dt.datetime, dt.datetime, Pause | None]]:
    """Where the clock stood within a stretch; waiting counts for seven days only."""
    clock, since, until = stretch.clock, stretch.since, stretch.until
    if clock.resolved_at is not None:
        yield since, until, Pause.RESOLVED
        return
    waits_until = clock.waits_until()
    if waits_until is None or clock.answer_due_at is not None:
        yield since, until, None
        return
    middle = min(max(waits_until, since), until)
    if middle > since:
        yield since, middle, Pause.WORKER
    if until > middle:
        yield middle, until, None


def _paused(since: dt.datetime, until: dt.datetime, pause: Pause) -> Segment:
    return Segment(since, until, Pace.PAUSED, pause, 0)


def _paced(
    stretch: _Stretch, since: dt.datetime, until: dt.datetime, ahead: bool = False
) -> Iterator[Segment]:
    """Running while the office is open, else closed."""
    reason = stretch.clock.hand or Hand.RESOLUTION
    calendar = stretch.calendar
    for opens, closes in calendar.spans(since):
        if opens >= until:
            break
        if opens > since:
            yield _closed(calendar, since, opens, ahead)
        end = min(closes, until)
        yield Segment(opens, end, Pace.RUNNING, reason, (end - opens) // _MINUTE, ahead)
        since = end
    if until > since:
        yield _closed(calendar, since, until, ahead)


def _closed(calendar: Calendar, since: dt.datetime, until: dt.datetime, ahead: bool) -> Segment:
    """Named for the longest reason: a night before a holiday is the holiday."""
    middle = since + (until - since) / 2
    return Segment(since, until, Pace.CLOSED, calendar.closed_because(middle), 0, ahead)


def _ahead(clock: Clock, terms: Terms, now: dt.datetime) -> list[Segment]:
    due = clock.next_due_at
    if due is None or due <= now:
        return []
    stretch = _Stretch(now, due, clock, terms.target(clock).calendar)
    return list(_paced(stretch, now, due, ahead=True))


def _joined(told: Iterable[Segment]) -> list[Segment]:
    """Neighbours of the same kind as one."""
    kept: list[Segment] = []
    for one in told:
        last = kept[-1] if kept else None
        if last and (last.pace, last.reason, last.until) == (one.pace, one.reason, one.since):
            minutes = last.minutes + one.minutes
            kept[-1] = Segment(last.since, one.until, one.pace, one.reason, minutes)
        else:
            kept.append(one)
    return kept
