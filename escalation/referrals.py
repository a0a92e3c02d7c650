"""A case is sent on to another body; the worker is told, and its answer is kept when it comes."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from escalation.models import Referral, Staff, Ticket
from escalation.tickets import Conflict, record
from escalation.vocabulary import EventKind


async def refer(
    session: AsyncSession,
    ticket: Ticket,
    staff: Staff,
    referral: Referral,
    now: dt.datetime,
) -> Referral:
    """`referral` says where to and when; what is noted stays in the house."""
    if not ticket.is_open:
        raise Conflict("the ticket is closed")
    referral.ticket_id = ticket.id
    session.add(referral)
    await session.flush()
    data = {"agency": referral.agency, "on": referral.sent_on.isoformat()}
    kind = EventKind.REFERRED
    record(session, ticket, kind, now, actor=staff, text=referral.name, data=data)
    return referral


async def answered(
    session: AsyncSession,
    ticket: Ticket,
    referral_id: int,
    on: dt.date,
    text: str,
    staff: Staff,
    now: dt.datetime,
) -> None:
    """The body has answered; the lawyer tells the worker in his own words."""
    found = await session.get(Referral, referral_id)
    if found is None or found.ticket_id != ticket.id or found.answered_on is not None:
        raise Conflict("no such referral waits")
    if on < found.sent_on:
        raise Conflict("answered before it was sent")
    found.answered_on, found.answer = on, text
    data = {"agency": found.agency, "on": on.isoformat()}
    kind = EventKind.REFERRAL_ANSWERED
    record(session, ticket, kind, now, actor=staff, text=found.name, data=data)


async def of(session: AsyncSession, ticket: Ticket) -> Sequence[Referral]:
    rows = select(Referral).where(Referral.ticket_id == ticket.id).order_by(Referral.id)
    return (await session.scalars(rows)).all()
