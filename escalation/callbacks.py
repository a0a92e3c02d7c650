"""Workers who wait to be rung back: asked for, tried up to three times, done."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from escalation import tickets
from escalation.models import Callback, Staff, Ticket, TicketEvent
from escalation.vocabulary import EventKind
from hotline.db import alone

MOST_ATTEMPTS = 3
PER_HOUR, PER_DAY = 20, 100  # calls that we place, of the whole centre: a thief gets no further


class Outcome(StrEnum):
    """How one attempt ended, or that it began."""

    PLACED = "placed"  # the lawyer's own telephone is being rung
    TALKED = "talked"
    WORKER_MISSED = "worker_missed"
    DECLINED = "declined"  # the lawyer answered, but wished no call just then
    LAWYER_MISSED = "lawyer_missed"


_OF_THE_WORKER = (Outcome.TALKED, Outcome.WORKER_MISSED)


class TooMany(Exception):
    """No more calls this hour or this day."""


async def ask(session: AsyncSession, ticket: Ticket, number: str, now: dt.datetime) -> Callback:
    """The worker wants to be rung at `number` (E.164); asking again renews the task."""
    found = await of(session, ticket)
    if found is None:
        found = Callback(ticket_id=ticket.id, number=number, asked_at=now, attempts=0)
        session.add(found)
    found.number, found.asked_at, found.closed_at, found.attempts = number, now, None, 0
    tickets.record(session, ticket, EventKind.ASKED_BACK, now)
    return found


async def of(session: AsyncSession, ticket: Ticket) -> Callback | None:
    return await session.scalar(select(Callback).where(Callback.ticket_id == ticket.id))


async def done(session: AsyncSession, ticket: Ticket, now: dt.datetime) -> None:
    """They have talked in another way: nobody need ring any more."""
    found = await of(session, ticket)
    if found is not None and found.closed_at is None:
        found.closed_at = now


async def locked(session: AsyncSession, task_id: int) -> tuple[Callback, Ticket] | None:
    """A task and its ticket, to be changed."""
    row = (
        await session.execute(
            select(Callback, Ticket)
            .join(Ticket, Ticket.id == Callback.ticket_id)
            .where(Callback.id == task_id)
            .with_for_update()
        )
    ).one_or_none()
    return (row[0], row[1]) if row else None


async def place(
    session: AsyncSession, ticket: Ticket, staff: Staff, now: dt.datetime
) -> TicketEvent:
    """A lawyer lets himself be joined with the worker now; raises `TooMany`."""
    await alone(session, "place a call")
    for span, most in ((dt.timedelta(hours=1), PER_HOUR), (dt.timedelta(days=1), PER_DAY)):
        if await _placed_since(session, now - span) >= most:
            raise TooMany
    data = {"outcome": Outcome.PLACED}
    return tickets.record(session, ticket, EventKind.CALLED, now, actor=staff, data=data)


async def _placed_since(session: AsyncSession, since: dt.datetime) -> int:
    found = await session.scalar(
        select(func.count())
        .select_from(TicketEvent)
        .where(
            TicketEvent.announced_at > since,  # never before `at`, and indexed
            TicketEvent.kind == EventKind.CALLED,
            TicketEvent.at > since,
            TicketEvent.data["outcome"].as_string() == Outcome.PLACED,
        )
    )
    return found or 0


async def who_rings(session: AsyncSession, ticket: Ticket) -> Staff | None:
    """Who asked for the call under way."""
    return await session.scalar(
        select(Staff)
        .join(TicketEvent, TicketEvent.actor_id == Staff.id)
        .where(
            TicketEvent.ticket_id == ticket.id,
            TicketEvent.kind == EventKind.CALLED,
            TicketEvent.data["outcome"].as_string() == Outcome.PLACED,
        )
        .order_by(TicketEvent.id.desc())
        .limit(1)
    )


async def finish(
    session: AsyncSession,
    task: Callback,
    ticket: Ticket,
    staff: Staff | None,
    outcome: Outcome,
    now: dt.datetime,
    attempt: str | None = None,
) -> None:
    """Log how an attempt ended; the task is done when they talked, or after three in vain.

    `attempt` names the call: told of twice it counts once, and what is known of the worker stands
    against what is only known of the lawyer, whichever came first.
    """
    earlier = await _logged(session, ticket, attempt) if attempt else None
    if earlier is not None:
        if outcome not in _OF_THE_WORKER or earlier.data["outcome"] in _OF_THE_WORKER:
            return
        earlier.data = {"outcome": outcome}
    else:
        event = tickets.record(
            session, ticket, EventKind.CALLED, now, actor=staff, data={"outcome": outcome}
        )
        event.idempotency_key = f"call:{attempt}"[:80] if attempt else None
    if outcome is Outcome.TALKED:
        tickets.answered(ticket, now)
        task.closed_at = now
    elif outcome is Outcome.WORKER_MISSED:
        task.attempts += 1
        if task.attempts >= MOST_ATTEMPTS:
            task.closed_at = task.closed_at or now


async def _logged(session: AsyncSession, ticket: Ticket, attempt: str) -> TicketEvent | None:
    return await session.scalar(
        select(TicketEvent).where(
            TicketEvent.ticket_id == ticket.id,
            TicketEvent.idempotency_key == f"call:{attempt}"[:80],
        )
    )
