"""A ticket's clock as the office sees it: what is due, what counted, and what the law cuts off."""

import datetime as dt
from collections.abc import Sequence

from pydantic import BaseModel

from bot.limits import last_days
from escalation import running, timeline
from escalation.calendar import LOCAL
from escalation.clock import Clock, Hand, Terms
from escalation.models import Ticket, TicketEvent
from escalation.timeline import Pace, Segment
from escalation.vocabulary import Priority
from escalation.watch import LAST_CALL


class Term(BaseModel):
    """One promise: `minutes` of the calendar, and when it was kept if it was."""

    hand: Hand
    minutes: int
    due_at: dt.datetime
    met_at: dt.datetime | None
    late: bool


class Stretch(BaseModel):
    """A part of the ticket's time; `minutes` are those that counted. `ahead` is still to come."""

    since: dt.datetime
    until: dt.datetime
    pace: Pace
    reason: str
    minutes: int
    ahead: bool


class LastDay(BaseModel):
    """Until when the worker may act by the law."""

    where: str  # mediation, arbitration, court
    day: dt.date
    days_left: int


class ClockView(BaseModel):
    """The clock, explained. `level`: who knows of a breach; 0 lawyer, 1 head, 2 deputy director."""

    code: str
    priority: Priority
    calendar: str
    policy: int | None  # the version the ticket was opened under; null is the shipped one
    started_at: dt.datetime
    owed: Hand | None
    next_due_at: dt.datetime | None
    risk_at: dt.datetime | None
    level: int
    waiting_counts_until: dt.datetime | None
    closes_at: dt.datetime | None  # by itself, if the worker stays silent
    counted: int  # minutes
    terms: list[Term]
    segments: list[Stretch]
    event_on: dt.date | None
    last_days: list[LastDay]


def seen(ticket: Ticket, events: Sequence[TicketEvent], now: dt.datetime) -> ClockView:
    """The clock of `ticket`, whose history is `events`."""
    clock, terms = running.read(ticket), running.terms_of(ticket)
    line = _line(ticket, events, terms, now)
    return ClockView(
        code=ticket.code,
        priority=ticket.priority,
        calendar=terms.target(clock).rule.calendar,
        policy=ticket.policy_id,
        started_at=ticket.opened_at,
        owed=clock.hand,
        next_due_at=ticket.next_due_at,
        risk_at=ticket.risk_at,
        level=ticket.level,
        waiting_counts_until=clock.waits_until(),
        closes_at=ticket.reminded_at + LAST_CALL if ticket.reminded_at else None,
        counted=sum(one.minutes for one in line if not one.ahead),
        terms=_terms(clock, terms, now),
        segments=[Stretch.model_validate(one, from_attributes=True) for one in line],
        event_on=ticket.event_on,
        last_days=_last_days(ticket.event_on, now.astimezone(LOCAL).date()),
    )


def _line(
    ticket: Ticket, events: Sequence[TicketEvent], terms: Terms, now: dt.datetime
) -> list[Segment]:
    if not events:
        return []
    opened, *rest = running.ticks(ticket, events)
    return timeline.segments(opened, rest, terms, now)


def _terms(clock: Clock, terms: Terms, now: dt.datetime) -> list[Term]:
    rule = terms.target(clock).rule
    found = [
        _term(Hand.FIRST, rule.first_response, clock.first_due_at, clock.answered_at, now),
        _term(Hand.RESOLUTION, rule.resolution, clock.resolution_due_at, clock.resolved_at, now),
    ]
    if clock.hand is Hand.NEXT and clock.answer_due_at is not None:
        found.insert(1, _term(Hand.NEXT, rule.next_response, clock.answer_due_at, None, now))
    return found


def _term(
    hand: Hand, minutes: int, due: dt.datetime, met: dt.datetime | None, now: dt.datetime
) -> Term:
    return Term(hand=hand, minutes=minutes, due_at=due, met_at=met, late=(met or now) > due)


def _last_days(event: dt.date | None, today: dt.date) -> list[LastDay]:
    names = ("mediation", "arbitration", "court")
    return [
        LastDay(where=name, day=day, days_left=(day - today).days)
        for name, day in zip(names, last_days(event), strict=False)
    ]
