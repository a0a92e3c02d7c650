"""A ticket goes to a named lawyer when he accepts it; until then the giver keeps it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from escalation import interests, running, tickets
from escalation.models import Staff, Ticket, Transfer
from escalation.tickets import Conflict, record
from escalation.vocabulary import OPEN_STATES, EventKind, Role

LASTS = 4 * 60  # minutes of the ticket's calendar
_BATCH = 200


class Unfit(Exception):
    """This colleague cannot be given the ticket."""


@dataclass(frozen=True)
class Offer:
    """A transfer that waits for its answer."""

    ticket: Ticket
    giver: Staff
    taker: Staff
    lapses_at: dt.datetime


async def colleagues(session: AsyncSession, ticket: Ticket, staff: Staff) -> Sequence[Staff]:
    """Whom `staff` may offer the ticket to, by name."""
    rows = await session.scalars(
        select(Staff)
        .where(Staff.role == Role.LAWYER, Staff.disabled_at.is_(None), Staff.id != staff.id)
        .where(Staff.id.not_in(interests.barred_from(ticket)))
        .order_by(Staff.name, Staff.id)
    )
    return rows.all()


async def offer(
    session: AsyncSession, ticket: Ticket, giver: Staff, taker_id: int, why: str, now: dt.datetime
) -> None:
    """Raises `Unfit` for who may not have it. Offered anew, an earlier offer is void."""
    if not ticket.is_open or ticket.assignee_id != giver.id:
        raise Conflict("not his")
    fit = {one.id: one for one in await colleagues(session, ticket, giver)}
    if taker_id not in fit:
        raise Unfit
    await tickets.withdraw(session, ticket)
    calendar = running.terms_of(ticket).target(running.read(ticket)).calendar
    session.add(
        Transfer(
            ticket_id=ticket.id,
            from_id=giver.id,
            to_id=taker_id,
            lapses_at=calendar.add_minutes(now, LASTS),
        )
    )
    record(session, ticket, EventKind.OFFERED, now, actor=giver, data={"to": taker_id})
    if why:
        tickets.note(session, ticket, giver, why, now)


async def accept(session: AsyncSession, ticket: Ticket, staff: Staff, now: dt.datetime) -> None:
    await _answer(session, ticket, staff, now)
    ticket.assignee_id = staff.id
    record(session, ticket, EventKind.ACCEPTED, now, actor=staff)


async def refuse(
    session: AsyncSession, ticket: Ticket, staff: Staff, why: str, now: dt.datetime
) -> None:
    await _answer(session, ticket, staff, now)
    record(session, ticket, EventKind.REFUSED, now, actor=staff)
    if why:
        tickets.note(session, ticket, staff, why, now)


async def _answer(session: AsyncSession, ticket: Ticket, staff: Staff, now: dt.datetime) -> None:
    found = await of(session, ticket)
    if found is None or found.taker.id != staff.id or found.lapses_at <= now:
        raise Conflict("nothing is offered to him")
    await tickets.withdraw(session, ticket)


async def of(session: AsyncSession, ticket: Ticket) -> Offer | None:
    found = await _waiting(session, Transfer.ticket_id == ticket.id)
    return found[0] if found else None


async def offered_to(session: AsyncSession, staff_id: int) -> list[Offer]:
    """What waits for this lawyer's word, the first to lapse first."""
    return await _waiting(session, and_(Transfer.to_id == staff_id, interests.open_to(staff_id)))


async def _waiting(session: AsyncSession, wanted: ColumnElement[bool]) -> list[Offer]:
    """An offer holds while its giver has the ticket."""
    giver, taker = aliased(Staff), aliased(Staff)
    rows = await session.execute(
        select(Ticket, giver, taker, Transfer.lapses_at)
        .join(Transfer, Transfer.ticket_id == Ticket.id)
        .join(giver, giver.id == Transfer.from_id)
        .join(taker, taker.id == Transfer.to_id)
        .where(wanted, _HOLDS)
        .order_by(Transfer.lapses_at)
    )
    return [Offer(*row) for row in rows]


_HOLDS = and_(Ticket.state.in_(OPEN_STATES), Ticket.assignee_id == Transfer.from_id)


async def lapse(session: AsyncSession, now: dt.datetime) -> list[str]:
    """Nobody said a word: the giver keeps the ticket, and its history says so."""
    rows = await session.scalars(
        select(Ticket)
        .join(Transfer, Transfer.ticket_id == Ticket.id)
        .where(Transfer.lapses_at <= now)
        .order_by(Ticket.id)
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    )
    found = rows.all()
    for ticket in found:
        holds = await of(session, ticket)
        await session.execute(delete(Transfer).where(Transfer.ticket_id == ticket.id))
        if holds is not None:
            record(session, ticket, EventKind.LAPSED, now)
    return [ticket.code for ticket in found]
