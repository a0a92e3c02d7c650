"""One inbound message is one transaction: remember it, think, write down what follows.

The reply is queued here and sent later by the outbox; a repeated delivery changes nothing.
"""

import datetime as dt
import re
from typing import NamedTuple

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot import metrics
from bot.channels.base import Inbound
from bot.exchange import Desk, Exchange
from bot.models import (
    Author,
    Contact,
    Conversation,
    Direction,
    Handoff,
    Message,
    Quarantine,
    Question,
)
from bot.turns import MAX_TEXT, Case, State, Utterance
from escalation.models import Ticket
from knowledge_base.text import clean

REOPENS_WITHIN = dt.timedelta(days=7)  # after that a message is a new matter
_TAPPED = re.compile(r"([0-9]{1,9}):([0-9]{1,3})")  # a message of ours and its choice
_OLDEST = dt.timedelta(days=2)  # no provider keeps a message longer before it delivers it


async def accept(session: AsyncSession, inbound: Inbound, desk: Desk, now: dt.datetime) -> bool:
    """Take in one message; False if it was a repeat and nothing was done."""
    contact, conversation = await _conversation(session, inbound, now)
    if inbound.event in ("blocked", "unblocked"):
        left = inbound.event == "blocked" and not await _wrote_since(session, inbound, conversation)
        contact.blocked_at = now if left else None
        return True
    past = await _past(session, inbound, conversation)
    if past.repeat:
        return False
    contact.blocked_at = None  # whoever writes can be written to
    said, question = await _utterance(session, inbound, conversation, past)
    message = _remember(inbound, conversation, said.text, now)
    ticket = await _ticket_at_hand(session, past.ticket_id, now)
    turn = desk.dialogue.respond(
        State.from_json(conversation.state),
        said,
        _case(ticket) if ticket else None,
        now,
    )
    metrics.TURNS.labels(turn.outcome).inc()
    exchange = Exchange(session, desk, contact, conversation, message, said, question, ticket, now)
    await exchange.carry_out(turn)
    return True


def _case(ticket: Ticket) -> Case:
    return Case(ticket.code, ticket.is_open, answered=ticket.first_responded_at is not None)


async def quarantine(
    session: AsyncSession, channel: str, body: bytes, reason: str, now: dt.datetime
) -> None:
    """Keep an authenticated body nobody could read, for a week."""
    text = body[:100_000].decode("utf-8", "replace").replace("\0", "\ufffd")
    session.add(Quarantine(channel=channel, received_at=now, reason=reason[:80], body=text))


# -- who writes, and what ------------------------------------------------------------------------


async def _conversation(
    session: AsyncSession, inbound: Inbound, now: dt.datetime
) -> tuple[Contact, Conversation]:
    """The worker's conversation, locked: his messages are thought about one by one."""
    found = await _find_conversation(session, inbound)
    if found is None:
        try:
            async with session.begin_nested():
                await _begin_conversation(session, inbound, now)
        except IntegrityError:
            pass  # his first two messages came at once, and the other one was quicker
        found = await _find_conversation(session, inbound)
        assert found is not None
    return found


async def _find_conversation(
    session: AsyncSession, inbound: Inbound
) -> tuple[Contact, Conversation] | None:
    who = {"channel": inbound.channel, "address": inbound.address}
    row = (await session.execute(_FIND, who)).one_or_none()
    return (row[0], row[1]) if row else None


async def _begin_conversation(session: AsyncSession, inbound: Inbound, now: dt.datetime) -> None:
    contact = Contact(
        channel=inbound.channel,
        address=inbound.address,
        address_index=inbound.address,
        created_at=now,
    )
    session.add(contact)
    await session.flush()
    session.add(Conversation(contact_id=contact.id, state=State().as_json(), last_at=now))
    await session.flush()


async def seen(session: AsyncSession, inbound: Inbound) -> bool:
    """Whether this very message was taken in before."""
    known = {"channel": inbound.channel, "external_id": inbound.external_id}
    return bool(await session.scalar(_REPEAT, known))


class _Past(NamedTuple):
    """What there was before this message; read once the conversation is locked."""

    repeat: bool  # this very message was taken in before
    choices: list[list[str]] | None  # of the last message that went out
    question_id: int | None  # it was about
    ticket_id: int | None  # the latest


async def _past(session: AsyncSession, inbound: Inbound, conversation: Conversation) -> _Past:
    known = {
        "conversation_id": conversation.id,
        "channel": inbound.channel,
        "external_id": inbound.external_id,
    }
    return _Past(*(await session.execute(_PAST, known)).one())


# Built once: putting a statement together costs more than SQLite takes to answer it.
_FIND = (
    select(Contact, Conversation)
    .join(Conversation, Conversation.contact_id == Contact.id)
    .where(Contact.channel == bindparam("channel"), Contact.address_index == bindparam("address"))
    .with_for_update()
)
_REPEAT = select(
    exists().where(
        Message.channel == bindparam("channel"),
        Message.direction == Direction.IN,
        Message.external_id == bindparam("external_id"),
    )
)
_LAST_OUT = select(func.max(Message.id)).where(
    Message.conversation_id == bindparam("conversation_id"), Message.direction == Direction.OUT
)
_LATEST_TICKET = (
    select(Handoff.ticket_id)
    .where(Handoff.conversation_id == bindparam("conversation_id"))
    .order_by(Handoff.id.desc())
    .limit(1)
)
_PAST = (
    select(
        _REPEAT.scalar_subquery(),
        Message.choices,
        Message.question_id,
        _LATEST_TICKET.scalar_subquery(),
    )
    .select_from(Conversation)
    .outerjoin(Message, Message.id == _LAST_OUT.scalar_subquery())
    .where(Conversation.id == bindparam("conversation_id"))
)


async def _wrote_since(session: AsyncSession, inbound: Inbound, conversation: Conversation) -> bool:
    """Whether the worker wrote after this event: then it is an old one that came again."""
    if inbound.at is None:
        return False
    later = await session.scalar(
        select(Message.id)
        .where(
            Message.conversation_id == conversation.id,
            Message.direction == Direction.IN,
            Message.at > inbound.at,
        )
        .limit(1)
    )
    return later is not None


def _remember(inbound: Inbound, conversation: Conversation, text: str, now: dt.datetime) -> Message:
    return Message(
        conversation_id=conversation.id,
        channel=inbound.channel,
        direction=Direction.IN,
        external_id=inbound.external_id,
        author=Author.WORKER,
        text=text,
        choices=[],
        at=min(max(inbound.at or now, now - _OLDEST), now),
        created_at=now,
    )


async def _utterance(
    session: AsyncSession, inbound: Inbound, conversation: Conversation, past: _Past
) -> tuple[Utterance, Question | None]:
    """The words, or the choice that a tap or a typed number stands for, and its question."""
    text = clean(inbound.text)[:MAX_TEXT]
    if inbound.event in ("start", "unsupported"):
        return Utterance(text or f"[{inbound.event}]", inbound.event), None
    if inbound.choice is not None:
        return await _tapped(session, inbound.choice, conversation)
    if past.choices and (number := _named_choice(text, past.choices)) is not None:
        return await _chosen(session, past.choices[number], past.question_id)
    return Utterance(text), None


async def _tapped(
    session: AsyncSession, payload: str, conversation: Conversation
) -> tuple[Utterance, Question | None]:
    if named := _TAPPED.fullmatch(payload):
        message_id, number = (int(digits) for digits in named.groups())
        offer = await session.get(Message, message_id)
        if (
            offer is not None
            and offer.conversation_id == conversation.id
            and number < len(offer.choices)
        ):
            return await _chosen(session, offer.choices[number], offer.question_id)
    return Utterance(clean(payload)[:40], "unknown"), None


async def _chosen(
    session: AsyncSession, choice: list[str], question_id: int | None
) -> tuple[Utterance, Question | None]:
    label, action = choice
    question = await session.get(Question, question_id) if question_id else None
    return Utterance(label, action), question


def _named_choice(text: str, choices: list[list[str]]) -> int | None:
    """The choice whose number or very words were typed."""
    if text.isascii() and text.isdigit() and 1 <= int(text[:3]) <= len(choices):
        return int(text[:3]) - 1
    said = text.casefold()
    labels = [label.casefold() for label, _ in choices]
    return labels.index(said) if said in labels else None


async def _ticket_at_hand(
    session: AsyncSession, ticket_id: int | None, now: dt.datetime
) -> Ticket | None:
    """The conversation's latest ticket while it is open or only just closed."""
    ticket = await session.get(Ticket, ticket_id, with_for_update=True) if ticket_id else None
    if ticket is None or ticket.is_open:
        return ticket
    recent = ticket.resolved_at is not None and now - ticket.resolved_at <= REOPENS_WITHIN
    return ticket if recent else None
