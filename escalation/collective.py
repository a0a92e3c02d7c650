"""A collective matter: workers of one employer ask the same, and are answered once.

Tickets are joined under a master ticket. Each keeps its own talk, its own clock and its own data.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from escalation import checking, interests, tickets
from escalation.models import Staff, Ticket
from escalation.tickets import Conflict, record
from escalation.vocabulary import EventKind


class OtherEmployer(Exception):
    """These tickets are not of one employer."""


async def members(session: AsyncSession, master_id: int, staff_id: int) -> Sequence[Ticket]:
    """The tickets of a matter that `staff_id` may see, the master first."""
    rows = await session.scalars(
        select(Ticket)
        .where(Ticket.master_id == master_id, interests.open_to(staff_id))
        .order_by(Ticket.id != master_id, Ticket.id)
    )
    return rows.all()


async def join(
    session: AsyncSession, ticket: Ticket, master: Ticket, staff: Staff, now: dt.datetime
) -> None:
    """Put `ticket` under `master`; both are locked. A worker who named no employer has this one."""
    if ticket.id == master.id or not (ticket.is_open and master.is_open) or ticket.master_id:
        raise Conflict("not to be joined")
    if master.master_id not in (None, master.id):
        raise Conflict("a member is no master")
    employer = master.employer
    if not employer or not interests.same_employer(ticket.employer or employer, employer):
        raise OtherEmployer
    if master.master_id is None:
        master.master_id = master.id
        record(session, master, EventKind.JOINED, now, actor=staff, data={"master": master.code})
    ticket.master_id = master.id
    record(session, ticket, EventKind.JOINED, now, actor=staff, data={"master": master.code})
    if ticket.employer is None:
        await tickets.detail(session, ticket, now, employer=employer)


async def leave(session: AsyncSession, ticket: Ticket, staff: Staff, now: dt.datetime) -> None:
    """One goes on alone; the master does when nobody else is left."""
    if ticket.master_id is None:
        raise Conflict("of no matter")
    others = select(Ticket).where(Ticket.master_id == ticket.master_id, Ticket.id != ticket.id)
    rest = (await session.scalars(others.order_by(Ticket.id).with_for_update())).all()
    if ticket.master_id == ticket.id and len(rest) > 1:
        raise Conflict("the others hang on it")
    for one in (ticket, *rest) if len(rest) == 1 else (ticket,):
        one.master_id = None
        record(session, one, EventKind.LEFT, now, actor=staff)


async def answer(
    session: AsyncSession,
    master_id: int,
    staff: Staff,
    text: str,
    now: dt.datetime,
    idempotency_key: str,
) -> list[str]:
    """The same words to each worker, on his own channel; returns the codes answered.

    Sent again with the same key, whoever has had it does not get it twice.
    """
    rows = await session.scalars(
        select(Ticket)
        .where(Ticket.master_id == master_id, interests.open_to(staff.id))
        .order_by(Ticket.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    key = "matter:" + hashlib.sha256(idempotency_key.encode()).hexdigest()[:40]
    answered = [one for one in rows.all() if one.is_open]
    for ticket in answered:
        await checking.answer(session, ticket, staff, text, now, key)
    return [one.code for one in answered]
