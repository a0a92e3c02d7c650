"""Finds clocks that ran out and says so once."""

import datetime as dt

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from escalation.models import Ticket
from escalation.tickets import record
from escalation.vocabulary import OPEN_STATES, EventKind

_BATCH = 200


async def record_breaches(session: AsyncSession, now: dt.datetime) -> list[str]:
    """Append one breach event for each deadline that has passed; returns the tickets' codes.

    Compare-and-set on the deadline itself: of several replicas only one records it, and a
    deadline that moved meanwhile is left alone.
    """
    due = await session.scalars(
        select(Ticket)
        .where(
            Ticket.state.in_(OPEN_STATES),
            Ticket.next_due_at <= now,
            or_(Ticket.breached_due_at.is_(None), Ticket.breached_due_at != Ticket.next_due_at),
        )
        .order_by(Ticket.next_due_at)
        .limit(_BATCH)
    )
    breached = []
    for ticket in due.all():
        claimed = await session.scalar(
            update(Ticket)
            .where(
                Ticket.id == ticket.id,
                Ticket.next_due_at == ticket.next_due_at,
                or_(Ticket.breached_due_at.is_(None), Ticket.breached_due_at != Ticket.next_due_at),
            )
            .values(breached_due_at=ticket.next_due_at)
            .returning(Ticket.id)
            .execution_options(synchronize_session=False)
        )
        if claimed is not None:
            record(session, ticket, EventKind.BREACHED, now)
            breached.append(ticket.code)
    return breached
