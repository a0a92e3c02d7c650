"""Two tickets of one worker become one; what waits for him goes along."""

import datetime as dt

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from escalation import callbacks, checking, tickets
from escalation.models import Callback, Staff, Ticket
from escalation.tickets import Conflict


class Anothers(Exception):
    """A colleague has one of them."""


async def merge(
    session: AsyncSession, other: Ticket, into: Ticket, staff: Staff, now: dt.datetime
) -> None:
    """`other` ends here and `into` goes on, with `staff`; both are locked.

    Raises `Conflict` unless both are open, `Anothers` where it is not his to decide.
    """
    if other.id == into.id or not (other.is_open and into.is_open):
        raise Conflict("only two open tickets can become one")
    if {other.assignee_id, into.assignee_id} - {None, staff.id}:
        raise Anothers
    await tickets.take(session, into, staff, now)
    tickets.merge(session, other, into, staff, now)
    await checking.move(session, other, into, now)
    await tickets.withdraw(session, other)
    if other.master_id != other.id:  # a master stays, for those that hang on it
        other.master_id = None
    await _move_callback(session, other, into)
    # What was merged into `other` before leads to `into` at once.
    await session.execute(
        update(Ticket).where(Ticket.merged_into_id == other.id).values(merged_into_id=into.id)
    )
    await tickets.keep_apart(session, into, now)


async def _move_callback(session: AsyncSession, other: Ticket, into: Ticket) -> None:
    """Whoever waits to be rung still is."""
    waits, there = await callbacks.of(session, other), await callbacks.of(session, into)
    if waits is None or waits.closed_at is not None:
        return
    if there is None:
        await session.execute(
            update(Callback).where(Callback.id == waits.id).values(ticket_id=into.id)
        )
    elif there.closed_at is not None:
        there.number, there.asked_at = waits.number, waits.asked_at
        there.attempts, there.closed_at = waits.attempts, None
