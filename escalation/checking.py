"""Answers on some topics are read by a second lawyer before they leave.

Until then the answer is still owed: only what leaves stops the clock. Closing the ticket lets the
answer lie, opening it again brings it back; erasing it forgets the answer.
"""

import contextlib
import datetime as dt
from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from escalation import interests, tickets
from escalation.models import CheckedTopic, Staff, Ticket, TicketEvent
from escalation.tickets import Conflict, record
from escalation.vocabulary import EventKind
from hotline.db import alone

HOLD, RESOLVE = "hold", "resolve"  # what is done along with an answer when it leaves


class Own(Conflict):
    """Nobody passes his own answer."""


class AuthorGone(Conflict):
    """Whoever wrote it may no longer answer this ticket."""


class Waits(Conflict):
    """Another answer to this ticket waits for its check."""


async def topics(session: AsyncSession) -> set[str]:
    """On which topics."""
    return set(await session.scalars(select(CheckedTopic.topic)))


async def set_topics(session: AsyncSession, topics: Collection[str]) -> None:
    await alone(session, "set the checked topics")
    await session.execute(delete(CheckedTopic))
    session.add_all(CheckedTopic(topic=topic) for topic in sorted(set(topics)))
    await session.flush()


async def needed(session: AsyncSession, ticket: Ticket) -> bool:
    """Whether answers to this ticket are checked."""
    return ticket.topic is not None and await session.get(CheckedTopic, ticket.topic) is not None


async def waiting(session: AsyncSession, ticket: Ticket) -> TicketEvent | None:
    """The answer that waits for its check."""
    if ticket.submitted_at is None:
        return None
    return await session.scalar(
        select(TicketEvent)
        .where(TicketEvent.ticket_id == ticket.id, TicketEvent.kind == EventKind.SUBMITTED)
        .order_by(TicketEvent.id.desc())
        .limit(1)
    )


async def answer(
    session: AsyncSession,
    ticket: Ticket,
    staff: Staff,
    text: str,
    now: dt.datetime,
    idempotency_key: str | None = None,
    *,
    not_before: dt.datetime | None = None,
    then: str = "",
) -> TicketEvent:
    """Answer the worker, or submit the answer where it must be checked.

    `then` is done when a checked answer leaves; after another the caller does it himself.
    """
    earlier = await of_key(session, ticket, idempotency_key)
    if earlier is not None:
        return earlier
    if not await needed(session, ticket):
        return await tickets.reply(session, ticket, staff, text, now, idempotency_key, not_before)
    return await submit(session, ticket, staff, text, now, idempotency_key, then=then)


async def of_key(session: AsyncSession, ticket: Ticket, key: str | None) -> TicketEvent | None:
    """What was done when the same was asked before."""
    if key is None:
        return None
    return await session.scalar(
        select(TicketEvent).where(
            TicketEvent.ticket_id == ticket.id, TicketEvent.idempotency_key == key
        )
    )


async def submit(
    session: AsyncSession,
    ticket: Ticket,
    author: Staff,
    text: str,
    now: dt.datetime,
    idempotency_key: str | None = None,
    *,
    then: str = "",
) -> TicketEvent:
    """The answer waits for a second lawyer; the worker is told nothing."""
    if not ticket.is_open:
        raise Conflict("the ticket is closed")
    if ticket.submitted_at is not None:
        raise Waits
    if ticket.assignee_id is None:
        await tickets.take(session, ticket, author, now)
    ticket.submitted_at = now
    return record(
        session,
        ticket,
        EventKind.SUBMITTED,
        now,
        actor=author,
        text=text,
        data={"then": then} if then else None,
        idempotency_key=idempotency_key,
    )


async def pass_on(
    session: AsyncSession,
    ticket: Ticket,
    checker: Staff,
    now: dt.datetime,
    *,
    not_before: dt.datetime | None = None,
    idempotency_key: str | None = None,
) -> None:
    """The second lawyer agrees: the answer goes out as its author's, with what he wanted after."""
    if await of_key(session, ticket, idempotency_key):
        return
    submitted = await _to_judge(session, ticket, checker)
    author = await _still_fit(session, ticket, submitted)
    ticket.submitted_at = None
    words = submitted.text or ""
    event = await tickets.reply(
        session, ticket, author, words, now, idempotency_key, not_before=not_before
    )
    event.data = {**event.data, "checked_by": checker.id}
    with contextlib.suppress(Conflict):  # it went on meanwhile: the answer is what matters
        if submitted.data.get("then") == RESOLVE:
            tickets.resolve(session, ticket, author, now)
        elif submitted.data.get("then") == HOLD:
            tickets.hold(session, ticket, author, now)


async def send_back(
    session: AsyncSession,
    ticket: Ticket,
    checker: Staff,
    reason: str,
    now: dt.datetime,
    *,
    idempotency_key: str | None = None,
) -> None:
    """The second lawyer wants it changed; its author reads why."""
    if await of_key(session, ticket, idempotency_key):
        return
    submitted = await _to_judge(session, ticket, checker)
    ticket.submitted_at = None
    record(
        session,
        ticket,
        EventKind.SENT_BACK,
        now,
        actor=checker,
        text=reason,
        data={"of": submitted.id, "to": submitted.actor_id},
        idempotency_key=idempotency_key,
    )


async def take_back(session: AsyncSession, ticket: Ticket, author: Staff, now: dt.datetime) -> str:
    """The author wants it back before it is checked; its words."""
    submitted = await waiting(session, ticket)
    if submitted is None or submitted.actor_id != author.id:
        raise Conflict("nothing of his waits")
    ticket.submitted_at = None
    record(session, ticket, EventKind.WITHDRAWN, now, actor=author, data={"of": submitted.id})
    return submitted.text or ""


async def move(session: AsyncSession, other: Ticket, into: Ticket, now: dt.datetime) -> None:
    """`other` is merged: what waits there waits in `into`, unless an answer waits there already."""
    submitted = await waiting(session, other)
    other.submitted_at = None
    if submitted is None or into.submitted_at is not None:
        return
    author = await session.get_one(Staff, submitted.actor_id)
    into.submitted_at = now
    data = submitted.data
    record(session, into, EventKind.SUBMITTED, now, actor=author, text=submitted.text, data=data)


async def _to_judge(session: AsyncSession, ticket: Ticket, checker: Staff) -> TicketEvent:
    submitted = await waiting(session, ticket)
    if submitted is None or not ticket.is_open:
        raise Conflict("nothing waits")
    if submitted.actor_id == checker.id:
        raise Own
    return submitted


async def _still_fit(session: AsyncSession, ticket: Ticket, submitted: TicketEvent) -> Staff:
    """The author, unless he has left or has come to be tied to the employer."""
    author = await session.scalar(
        select(Staff).where(
            Staff.id == submitted.actor_id,
            Staff.disabled_at.is_(None),
            Staff.id.not_in(interests.barred_from(ticket)),
        )
    )
    if author is None:
        raise AuthorGone
    return author
