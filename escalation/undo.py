"""A lawyer takes back an answer before it has left the house."""

import datetime as dt
import itertools
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from escalation import running
from escalation.models import Staff, Ticket, TicketEvent
from escalation.tickets import Conflict, history, record
from escalation.vocabulary import EventKind, State


def leaves_at(event: TicketEvent) -> dt.datetime | None:
    """Until when an event may not be told to the worker."""
    told = event.data.get("not_before")
    return dt.datetime.fromisoformat(told) if told else None


async def take_back(
    session: AsyncSession, ticket: Ticket, staff: Staff, event_id: int, now: dt.datetime
) -> str:
    """Take back his own answer before it leaves, and what he did along with it; its words.

    Nobody outside saw it, so the clock runs as if it had never been. Raises `Conflict` where it is
    too late: whoever announces it has it locked, and after that it is told.
    """
    reply = await session.scalar(
        select(TicketEvent)
        .where(
            TicketEvent.id == event_id,
            TicketEvent.ticket_id == ticket.id,
            TicketEvent.kind == EventKind.REPLIED,
            TicketEvent.actor_id == staff.id,
            TicketEvent.announced_at.is_(None),
        )
        .with_for_update()
    )
    if reply is None:
        raise Conflict("it has left, or is somebody else's")
    events = await history(session, ticket)
    for event in (reply, *_along(reply, events)):
        event.data = {**event.data, "was": event.kind}
        event.kind, event.announced_at = EventKind.UNSENT, now
    clock = running.rewind(ticket, events)
    if clock.resolved_at is None:
        ticket.state = State.ON_HOLD if clock.held_at else State.ACTIVE
    record(session, ticket, EventKind.WITHDRAWN, now, actor=staff)
    return reply.text or ""


def _along(reply: TicketEvent, events: Sequence[TicketEvent]) -> list[TicketEvent]:
    """That he held or closed the ticket with it, if nothing happened since."""
    later = itertools.takewhile(
        lambda one: (
            one.id > reply.id
            and one.actor_id == reply.actor_id
            and one.kind in (EventKind.HELD, EventKind.RESOLVED)
        ),
        reversed(events),
    )
    return list(later)
