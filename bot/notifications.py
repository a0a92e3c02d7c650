"""Tells the worker what happened to his ticket, on the channel he wrote from."""

import datetime as dt

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import dialogue, outbox, phrases
from bot.channels.voice import NAME as PHONE
from bot.models import Author, Contact, Conversation, Handoff
from bot.turns import Reply
from escalation import undo
from escalation.models import Ticket, TicketEvent
from escalation.tickets import SILENCE
from escalation.vocabulary import EventKind
from escalation.watch import LAST_CALL

_BATCH = 100

log = structlog.get_logger()


async def announce(session: AsyncSession, now: dt.datetime) -> int:
    """Turn each event not yet told into a message; returns how many events were handled.

    Two that announce at once wait for each other: no second answer overtakes the first. What may
    still be taken back stays, and holds back what happened to its ticket after it.
    """
    events = await session.scalars(
        select(TicketEvent)
        .where(TicketEvent.announced_at.is_(None))
        .order_by(TicketEvent.id)
        .limit(_BATCH)
        .with_for_update()
    )
    handled = 0
    held_back: set[int] = set()  # tickets
    for event in events.all():
        leaves_at = undo.leaves_at(event)
        waits = leaves_at is not None and now < leaves_at
        if event.ticket_id in held_back or waits or not await _told(session, event, now):
            held_back.add(event.ticket_id)
        else:
            handled += 1
    return handled


async def _told(session: AsyncSession, event: TicketEvent, now: dt.datetime) -> bool:
    """A fault of ours with one event is undone, and tried again; the others do not wait for it."""
    kind = event.kind
    try:
        async with session.begin_nested():
            await _tell(session, event, now)
            event.announced_at = now
    except Exception as error:
        log.error("event_untold", kind=kind, error=type(error).__name__, exc_info=True)
        return False
    return True


async def _tell(session: AsyncSession, event: TicketEvent, now: dt.datetime) -> None:
    found = (
        await session.execute(
            select(Ticket, Handoff, Conversation, Contact)
            .join(Handoff, Handoff.ticket_id == Ticket.id)
            .join(Conversation, Conversation.id == Handoff.conversation_id)
            .join(Contact, Contact.id == Conversation.contact_id)
            .where(Ticket.id == event.ticket_id)
        )
    ).one_or_none()
    if found is None:  # the worker has erased his side
        return
    ticket, handoff, conversation, contact = found
    author = Author.LAWYER if event.kind is EventKind.REPLIED else Author.SYSTEM
    reply = _said(event, ticket.code)
    if reply is None:
        reply = await _closing(session, event, ticket, contact.channel)
    await outbox.enqueue(
        session,
        conversation,
        contact.channel,
        [(author, reply)],
        now,
        question_id=handoff.question_id,
    )


def _said(event: TicketEvent, code: str) -> Reply | None:
    """None for a lawyer's closing: what is said then hangs on the closings before."""
    if event.kind is EventKind.REPLIED:
        return Reply(phrases.lawyers_answer(event.text or ""))
    if event.kind is EventKind.REFERRED:
        return Reply(phrases.referred(code, event.text or "", event.data["on"]))
    if event.kind is EventKind.REMINDED:
        return Reply(phrases.still_waiting(code, event.at + LAST_CALL))
    if event.data.get("reason") == SILENCE:
        return Reply(phrases.closed_waiting(code))
    return None


async def _closing(
    session: AsyncSession, event: TicketEvent, ticket: Ticket, channel: str
) -> Reply:
    """The first closing that reaches the worker asks for his rating, no later one does.

    That it asked is kept with the event, which is locked here. Writing on the ticket would wait for
    a lawyer who may be waiting for that event, to take it back.
    """
    earlier = await session.scalars(
        select(TicketEvent.data).where(
            TicketEvent.ticket_id == ticket.id,
            TicketEvent.kind == EventKind.RESOLVED,
            TicketEvent.id < event.id,
        )
    )
    if ticket.rating is not None or any(data.get("asks_rating") for data in earlier):
        return Reply(phrases.closed_again(ticket.code))
    if channel != PHONE:  # nothing is sent there; the keys ask when he rings again
        event.data = {**event.data, "asks_rating": True}
    return dialogue.rating_request(ticket.code)
