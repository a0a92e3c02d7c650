"""Forgetting: at the worker's word, and by itself when time is up."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.models import (
    Contact,
    Conversation,
    Delivery,
    DeliveryState,
    Handoff,
    Message,
    Quarantine,
    Question,
    StoredFile,
)
from bot.telephone.models import Call, CallStep, LinkCode, LinkTry
from escalation import consultations, interests, tickets
from escalation.models import Ticket, TicketEvent
from escalation.vocabulary import OPEN_STATES
from knowledge_base.models import DraftState, EntryDraft

TALK_KEPT = dt.timedelta(days=30)  # a talk the bot alone had
CASE_KEPT = dt.timedelta(days=90)  # a talk after its last ticket closed
TICKET_KEPT = dt.timedelta(days=730)  # the words of a closed ticket
QUARANTINE_KEPT = dt.timedelta(days=7)
CALLER_KEPT = dt.timedelta(days=1)  # what tells callers apart, for flood limits
_LED_NOWHERE = Call.conversation_id.is_(None)
_BATCH = 200


async def erase(session: AsyncSession, conversation: Conversation, now: dt.datetime) -> None:
    """Delete every word of a conversation, its tickets' words too; the figures stay."""
    for ticket in await _locked_tickets(session, conversation):
        await tickets.erase(session, ticket, now)
        await _forget_drafts(session, ticket)
    await _forget_words(session, conversation)


async def _locked_tickets(session: AsyncSession, conversation: Conversation) -> Sequence[Ticket]:
    rows = await session.scalars(
        select(Ticket)
        .join(Handoff, Handoff.ticket_id == Ticket.id)
        .where(Handoff.conversation_id == conversation.id)
        .order_by(Ticket.id)
        .with_for_update(of=Ticket)
        .execution_options(populate_existing=True)
    )
    return rows.all()


async def _forget_drafts(session: AsyncSession, ticket: Ticket) -> None:
    """His words, though masked, go no further than they have got already."""
    await session.execute(
        delete(EntryDraft)
        .where(EntryDraft.ticket_code == ticket.code, EntryDraft.state != DraftState.ACCEPTED)
        .execution_options(synchronize_session=False)
    )


async def _forget_words(session: AsyncSession, conversation: Conversation) -> None:
    here = conversation.id
    await session.flush()
    his_calls = select(Call.id).where(Call.conversation_id == here)
    for statement in (
        delete(CallStep).where(CallStep.call_id.in_(his_calls)),
        update(Call).where(Call.conversation_id == here).values(conversation_id=None, line={}),
        delete(LinkCode).where(LinkCode.conversation_id == here),
        delete(LinkTry).where(LinkTry.conversation_id == here),
        delete(Delivery).where(Delivery.conversation_id == here),
        delete(StoredFile).where(StoredFile.conversation_id == here),  # their blobs are swept
        delete(Message).where(Message.conversation_id == here),
        update(Handoff).where(Handoff.conversation_id == here).values(conversation_id=None),
        update(Ticket).where(Ticket.person_id == here).values(person_id=None),
        update(Question)
        .where(Question.conversation_id == here)
        .values(conversation_id=None, reasoning={}),
    ):
        await session.execute(statement.execution_options(synchronize_session=False))


async def forget(session: AsyncSession, now: dt.datetime) -> int:
    """Delete what has outlived its purpose; returns how many talks and tickets were forgotten."""
    await session.execute(delete(Quarantine).where(Quarantine.received_at < now - QUARANTINE_KEPT))
    await _forget_callers(session, now)
    await consultations.forget_words(session, (now - TICKET_KEPT).date())
    conversations = await _outlived(session, now)
    for conversation in conversations:
        await interests.keep_barred(session, conversation.id)
        await _forget_words(session, conversation)
        contact_id = conversation.contact_id
        await session.execute(delete(Conversation).where(Conversation.id == conversation.id))
        await session.execute(delete(Contact).where(Contact.id == contact_id))
    return len(conversations) + await _forget_tickets(session, now)


async def _forget_callers(session: AsyncSession, now: dt.datetime) -> None:
    """Who rang from which number counts for a day; whose call led to nothing is gone after two."""
    of_old = Call.started_at < now - CALLER_KEPT
    await session.execute(
        update(Call).where(of_old, Call.caller_index != "").values(caller_index="")
    )
    idle = select(Call.id).where(Call.started_at < now - 2 * CALLER_KEPT, _LED_NOWHERE)
    await session.execute(delete(CallStep).where(CallStep.call_id.in_(idle)))
    await session.execute(
        delete(Call).where(Call.id.in_(idle)).execution_options(synchronize_session=False)
    )


async def _outlived(session: AsyncSession, now: dt.datetime) -> list[Conversation]:
    """Talks to forget: asked to be erased and told so, or quiet for long with no ticket open."""
    cases = select(Ticket.id).join(Handoff, Handoff.ticket_id == Ticket.id)
    of_this = cases.where(Handoff.conversation_id == Conversation.id)
    open_case = exists(of_this.where(Ticket.state.in_(OPEN_STATES)))
    recent_case = exists(of_this.where(Ticket.resolved_at > now - CASE_KEPT))
    being_sent = exists().where(
        Delivery.conversation_id == Conversation.id,
        Delivery.state.in_((DeliveryState.QUEUED, DeliveryState.SENDING)),
    )
    quiet = (Conversation.last_at < now - TALK_KEPT) & ~open_case & ~recent_case
    told = Contact.erased_at.is_not(None) & ~being_sent
    rows = await session.scalars(
        select(Conversation)
        .join(Contact, Contact.id == Conversation.contact_id)
        .where(quiet | told)
        .limit(_BATCH)
        .with_for_update(of=(Contact, Conversation), skip_locked=True)  # who is just writing
    )
    return [one for one in rows.all() if not await _opened_again(session, one)]


async def _opened_again(session: AsyncSession, conversation: Conversation) -> bool:
    """A lawyer was doing so when it was looked for."""
    return any(ticket.is_open for ticket in await _locked_tickets(session, conversation))


async def _forget_tickets(session: AsyncSession, now: dt.datetime) -> int:
    still_worded = exists().where(TicketEvent.ticket_id == Ticket.id, TicketEvent.text.is_not(None))
    rows = await session.scalars(
        select(Ticket)
        .where(Ticket.resolved_at < now - TICKET_KEPT, still_worded)
        .limit(_BATCH)
        .with_for_update(of=Ticket, skip_locked=True)
    )
    outlived = rows.all()
    for ticket in outlived:
        await tickets.erase(session, ticket, now)
        await _forget_drafts(session, ticket)
        await _forget_files(session, ticket)
    return len(outlived)


async def _forget_files(session: AsyncSession, ticket: Ticket) -> None:
    """What was sent while the ticket was open or before, where the talk itself goes on."""
    shown = (
        select(Message.id)
        .join(Handoff, Handoff.conversation_id == Message.conversation_id)
        .where(Handoff.ticket_id == ticket.id, Message.created_at <= ticket.resolved_at)
    )
    await session.execute(
        delete(StoredFile)
        .where(StoredFile.message_id.in_(shown))
        .execution_options(synchronize_session=False)
    )
