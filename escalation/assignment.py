"""Who gets which ticket: the next one for a lawyer, and back again when he does not keep it."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ColumnElement, case, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from escalation import absence, interests, policies, running, tickets
from escalation.models import Staff, Ticket, TicketEvent, Transfer
from escalation.tickets import Conflict
from escalation.vocabulary import OPEN_STATES, EventKind, Priority
from hotline.db import alone

# Why a ticket was taken from its assignee.
SILENT = "silent"
LEFT = "left"  # his account is closed
AWAY = "away"  # somebody returned it while he was
_BATCH = 200
_OPEN = Ticket.state.in_(OPEN_STATES)
# What shows that an assignee is at work.
_AT_WORK = (
    EventKind.TAKEN,
    EventKind.ACCEPTED,
    EventKind.NOTED,
    EventKind.REPLIED,
    EventKind.SUBMITTED,
    EventKind.CALLED,
    EventKind.HELD,
    EventKind.RESUMED,
)


class Full(Exception):
    """The lawyer has as many tickets as his account allows."""


class Away(Exception):
    """The lawyer is entered as absent today."""


async def load(session: AsyncSession, staff: Staff) -> int:
    """How many open tickets he has."""
    his = select(func.count()).select_from(Ticket).where(_OPEN, Ticket.assignee_id == staff.id)
    return await session.scalar(his) or 0


async def next_for(session: AsyncSession, staff: Staff, now: dt.datetime) -> Ticket | None:
    """Take the ticket that is his turn; None where nobody waits. Raises `Full` or `Away`.

    What another is just taking is passed over, so of two who ask at once each gets his own.
    """
    await alone(session, f"next for {staff.id}")
    if staff.id in await absence.away(session, absence.day_of(now)):
        raise Away
    if await load(session, staff) >= staff.load_limit:
        raise Full
    ticket = await session.scalar(
        select(Ticket)
        .where(_OPEN, Ticket.assignee_id.is_(None), interests.open_to(staff.id), ~_gave_back(staff))
        .order_by(_turn(staff, now), Ticket.next_due_at.is_(None), Ticket.next_due_at, Ticket.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if ticket is not None:
        await tickets.take(session, ticket, staff, now)
    return ticket


def _gave_back(staff: Staff) -> ColumnElement[bool]:
    """He has had it and did not want it; by its code he may still take it."""
    return exists().where(
        TicketEvent.ticket_id == Ticket.id,
        TicketEvent.kind == EventKind.RETURNED,
        TicketEvent.actor_id == staff.id,
    )


def _turn(staff: Staff, now: dt.datetime) -> ColumnElement[int]:
    """Urgent ones, then whatever is at risk, then his own topics: those make nobody wait long."""
    return case(
        (Ticket.priority == Priority.URGENT, 0),
        (or_(Ticket.risk_at <= now, Ticket.next_due_at <= now), 1),
        (Ticket.topic.in_(staff.topics), 2),
        else_=3,
    )


async def give_back(
    session: AsyncSession, ticket: Ticket, staff: Staff, reason: str, now: dt.datetime
) -> None:
    """The assignee cannot go on; colleagues read why."""
    if not ticket.is_open or ticket.assignee_id != staff.id:
        raise Conflict("not his")
    await tickets.release(session, ticket, now, actor=staff)
    tickets.note(session, ticket, staff, reason, now)


async def return_all(
    session: AsyncSession,
    staff: Staff,
    reason: str,
    now: dt.datetime,
    *,
    actor: Staff | None = None,
) -> list[str]:
    """Anybody may take his open tickets now, and what was offered to him lapses."""
    found = await session.scalars(
        select(Ticket)
        .where(_OPEN, Ticket.assignee_id == staff.id)
        .order_by(Ticket.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    his = found.all()
    data = {"reason": reason, "from": staff.id}
    for ticket in his:
        await tickets.release(session, ticket, now, actor=actor, data=data)
    offered = update(Transfer).where(Transfer.to_id == staff.id, Transfer.lapses_at > now)
    await session.execute(offered.values(lapses_at=now))
    return [ticket.code for ticket in his]


async def release_left(session: AsyncSession, now: dt.datetime) -> list[str]:
    """A closed ticket of somebody who has left was opened again: it is anybody's."""
    found = await session.scalars(
        select(Ticket)
        .join(Staff, Staff.id == Ticket.assignee_id)
        .where(_OPEN, Staff.disabled_at.is_not(None))
        .order_by(Ticket.id)
        .limit(_BATCH)
        .with_for_update(skip_locked=True, of=Ticket)
    )
    left = found.all()
    for ticket in left:
        data = {"reason": LEFT, "from": ticket.assignee_id}
        await tickets.release(session, ticket, now, data=data)
    return [ticket.code for ticket in left]


async def release_tied(session: AsyncSession, now: dt.datetime) -> list[str]:
    """Somebody took it in the moment in which he became tied to the employer."""
    found = await session.scalars(
        select(Ticket)
        .where(_OPEN, Ticket.assignee_id.is_not(None), ~interests.open_to(Ticket.assignee_id))
        .order_by(Ticket.id)
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    )
    tied = found.all()
    for ticket in tied:
        data = {"reason": tickets.INTEREST, "from": ticket.assignee_id}
        await tickets.release(session, ticket, now, data=data)
    return [ticket.code for ticket in tied]


# -- the silent assignee --------------------------------------------------------------------------


async def release_silent(session: AsyncSession, now: dt.datetime) -> list[str]:
    """An answer is overdue and its assignee has been silent for long: somebody else may take it."""
    due = await _silent(session, now)
    found = await session.scalars(
        select(Ticket)
        .where(Ticket.id.in_(due), _OPEN, Ticket.assignee_id.is_not(None))
        .where(Ticket.answer_due_at <= now)
        .order_by(Ticket.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    released = found.all()
    for ticket in released:
        data = {"reason": SILENT, "from": ticket.assignee_id}
        await tickets.release(session, ticket, now, data=data)
    return [ticket.code for ticket in released]


async def _silent(session: AsyncSession, now: dt.datetime) -> list[int]:
    last = (
        select(func.max(TicketEvent.at))
        .where(
            TicketEvent.ticket_id == Ticket.id,
            TicketEvent.actor_id == Ticket.assignee_id,
            TicketEvent.kind.in_(_AT_WORK),
        )
        .scalar_subquery()
    )
    rows = await session.execute(
        select(Ticket, last)
        .where(_OPEN, Ticket.assignee_id.is_not(None), Ticket.answer_due_at <= now)
        .where(Ticket.submitted_at.is_(None))  # it is the second reader who is waited for
        .where(*_while_closed(policies.read(await policies.newest(session)).office.is_open(now)))
        .order_by(Ticket.answer_due_at)
    )
    return [ticket.id for ticket, at in rows if _is_silent(ticket, at, now)][:_BATCH]


def _while_closed(office_is_open: bool) -> Sequence[ColumnElement[bool]]:
    """While the office is closed only the time of urgent tickets goes on."""
    return () if office_is_open else (Ticket.priority == Priority.URGENT,)


def _is_silent(ticket: Ticket, last: dt.datetime | None, now: dt.datetime) -> bool:
    assert ticket.answer_due_at is not None
    target = running.terms_of(ticket).target(running.read(ticket))
    since = max(ticket.answer_due_at, last or ticket.answer_due_at)
    return target.calendar.add_minutes(since, target.rule.silent) <= now


# -- conflicts of interest ------------------------------------------------------------------------


async def tie(
    session: AsyncSession, staff: Staff, employers: Sequence[str], now: dt.datetime
) -> None:
    """The employers the lawyer is tied to; he loses their workers' tickets at once."""
    staff.employers = list(employers) or None
    for ticket_id in await interests.bar_from_all(session, staff):
        ticket = await session.get_one(Ticket, ticket_id, with_for_update=True)
        if ticket.assignee_id == staff.id:
            data = {"reason": tickets.INTEREST, "from": staff.id}
            await tickets.release(session, ticket, now, data=data)
