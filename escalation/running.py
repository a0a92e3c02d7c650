"""Carries the clock onto a ticket's columns, and a ticket's history back to the clock."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from escalation import clock, policies
from escalation.clock import Clock, Terms, Tick
from escalation.models import Ticket, TicketEvent
from escalation.sla import Matter, Policy
from escalation.vocabulary import EventKind, Priority


def terms_of(ticket: Ticket) -> Terms:
    return Terms(policies.of(ticket), _matter(ticket))


def _matter(ticket: Ticket) -> Matter:
    return Matter(ticket.kind, ticket.topic, ticket.channel)


def wind(ticket: Ticket, policy: Policy) -> None:
    """Start the clock of a ticket that is being opened."""
    terms = Terms(policy, _matter(ticket))
    _write(ticket, clock.wound(ticket.priority, ticket.opened_at, terms), terms)


def follow(ticket: Ticket, tick: Tick) -> None:
    """Move the columns by one event."""
    if not clock.moves(tick.kind):
        return
    before, terms = read(ticket), terms_of(ticket)
    after = clock.follow(before, tick, terms)
    if after != before:
        _write(ticket, after, terms)


def read(ticket: Ticket) -> Clock:
    return Clock(
        started_at=ticket.opened_at,
        priority=ticket.priority,
        first_due_at=ticket.first_response_due_at,
        resolution_due_at=ticket.resolution_due_at,
        answer_due_at=ticket.answer_due_at,
        answered_at=ticket.first_responded_at,
        held_at=ticket.held_at,
        reminded_at=ticket.reminded_at,
        resolved_at=ticket.resolved_at,
    )


def _write(ticket: Ticket, now: Clock, terms: Terms) -> None:
    ticket.opened_at = now.started_at
    ticket.priority = now.priority
    ticket.first_response_due_at = now.first_due_at
    ticket.resolution_due_at = now.resolution_due_at
    ticket.answer_due_at = now.answer_due_at
    ticket.first_responded_at = now.answered_at
    ticket.held_at = now.held_at
    ticket.reminded_at = now.reminded_at
    ticket.resolved_at = now.resolved_at
    if ticket.next_due_at != now.next_due_at:  # another deadline: nobody was told of it yet
        ticket.level, ticket.rises_at = 0, None
    ticket.next_due_at = now.next_due_at
    ticket.risk_at = terms.risk_at(now)


# -- from the history -----------------------------------------------------------------------------


def since(at: dt.datetime, now: dt.datetime) -> dict[str, Any]:
    """What an event keeps where it counts from an earlier time than its own."""
    return {"since": at.isoformat()} if at != now else {}


def tick(event: TicketEvent) -> Tick:
    told = event.data.get("since")
    return Tick(
        kind=event.kind,
        at=event.at,
        since=dt.datetime.fromisoformat(told) if told else event.at,
        by_staff=event.actor_id is not None,
        data=event.data,
    )


def ticks(ticket: Ticket, events: Sequence[TicketEvent]) -> Iterator[Tick]:
    """The history as the clock sees it, from the opening on."""
    for event in events:
        if event.kind is EventKind.OPENED and "priority" not in event.data:  # before 0004
            yield _old_opening(ticket, event, events)
        else:
            yield tick(event)


def _old_opening(ticket: Ticket, event: TicketEvent, events: Sequence[TicketEvent]) -> Tick:
    raised = any(one.kind is EventKind.PRIORITISED for one in events)
    priority = Priority.NORMAL if raised else ticket.priority
    return Tick(event.kind, event.at, ticket.opened_at, data={"priority": priority})


def recomputed(ticket: Ticket, events: Sequence[TicketEvent]) -> Clock:
    """The clock anew from the history alone; equal to what the columns say."""
    opened, *rest = ticks(ticket, events)
    return clock.run(opened, rest, terms_of(ticket))


def rewind(ticket: Ticket, events: Sequence[TicketEvent]) -> Clock:
    """Set the columns to what the history says."""
    clock = recomputed(ticket, events)
    _write(ticket, clock, terms_of(ticket))
    return clock
