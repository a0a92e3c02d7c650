"""Outgoing messages: queued in the transaction that caused them, claimed, sent, recorded.

Within one conversation messages leave in order: only the oldest unsent one may be claimed. A
claim that was never recorded (the process died while sending) is taken up again: a worker who
reads an answer twice is better off than one who never gets it.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Exists, and_, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.channels.base import Channel, Outbound, SendFailed, TryLater, Unreachable
from bot.models import (
    Author,
    Contact,
    Conversation,
    Delivery,
    DeliveryState,
    Direction,
    Handoff,
    Message,
)
from bot.turns import Reply
from escalation.models import Ticket
from escalation.vocabulary import OPEN_STATES

BATCH = 25
MAX_ATTEMPTS = 60  # about nine hours: an outage delays messages and loses none
CLAIM_LASTS = dt.timedelta(minutes=2)  # longer than any send may take
_FIRST_RETRY = 2.0  # seconds; doubles with each attempt
_LONGEST_RETRY = 600.0

_PENDING = (DeliveryState.QUEUED, DeliveryState.SENDING)


@dataclass(frozen=True)
class Claim:
    """A delivery this process may send now."""

    delivery_id: int
    channel: str
    message: Outbound
    attempts: int


@dataclass(frozen=True)
class Result:
    """What came of sending a claim; `failure` is None when it arrived at the provider."""

    claim: Claim
    failure: SendFailed | None = None


async def enqueue(
    session: AsyncSession,
    conversation: Conversation,
    channel: str,
    replies: Sequence[tuple[Author, Reply]],
    now: dt.datetime,
    question_id: int | None = None,
) -> None:
    """Queue what is said now; it leaves in this order."""
    messages = [
        Message(
            conversation_id=conversation.id,
            channel=channel,
            direction=Direction.OUT,
            author=author,
            text=reply.text,
            choices=[[choice.label, choice.action] for choice in reply.choices],
            question_id=question_id,
            at=now,
            created_at=now,
        )
        for author, reply in replies
    ]
    session.add_all(messages)
    await session.flush()
    session.add_all(
        Delivery(
            message_id=message.id,
            conversation_id=conversation.id,
            channel=channel,
            state=DeliveryState.QUEUED,
            next_attempt_at=now,
        )
        for message in messages
    )


async def claim(session: AsyncSession, now: dt.datetime, limit: int = BATCH) -> list[Claim]:
    """Take the next deliveries, at most one a conversation."""
    earlier = aliased(Delivery)
    waits_for_earlier = exists().where(
        earlier.conversation_id == Delivery.conversation_id,
        earlier.id < Delivery.id,
        earlier.state.in_(_PENDING),
    )
    free = or_(
        Delivery.state == DeliveryState.QUEUED,
        and_(Delivery.state == DeliveryState.SENDING, Delivery.claimed_at < now - CLAIM_LASTS),
    )
    due = (
        select(Delivery.id)
        .where(free, Delivery.next_attempt_at <= now, ~waits_for_earlier)
        .order_by(Delivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = await session.scalars(
        update(Delivery)
        .where(Delivery.id.in_(due))
        .values(state=DeliveryState.SENDING, claimed_at=now, attempts=Delivery.attempts + 1)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    return await _load(session, sorted(taken.all()), now)


async def _load(session: AsyncSession, ids: list[int], now: dt.datetime) -> list[Claim]:
    if not ids:
        return []
    rows = await session.execute(
        select(Delivery, Message, Contact, _lawyer_has_it())
        .join(Message, Message.id == Delivery.message_id)
        .join(Conversation, Conversation.id == Delivery.conversation_id)
        .join(Contact, Contact.id == Conversation.contact_id)
        .where(Delivery.id.in_(ids))
        .order_by(Delivery.id)
    )
    claims = []
    for delivery, message, contact, lawyer_has_it in rows:
        if contact.blocked_at is not None:
            _end(delivery, DeliveryState.FAILED, "blocked")
        elif message.author is Author.BOT and lawyer_has_it:
            _end(delivery, DeliveryState.DROPPED, "lawyer_has_it")
        else:
            claims.append(_claim_of(delivery, message, contact))
    return claims


def _claim_of(delivery: Delivery, message: Message, contact: Contact) -> Claim:
    choices = [
        (label, f"{message.id}:{number}") for number, (label, _) in enumerate(message.choices)
    ]
    outbound = Outbound(contact.address, message.text, choices, delivery.parts_sent)
    return Claim(delivery.id, delivery.channel, outbound, delivery.attempts)


def _lawyer_has_it() -> Exists:
    """The bot never talks over a lawyer who has the case."""
    return exists().where(
        Handoff.conversation_id == Conversation.id,
        Handoff.ticket_id == Ticket.id,
        Ticket.state.in_(OPEN_STATES),
        Ticket.assignee_id.is_not(None),
    )


def _end(delivery: Delivery, state: DeliveryState, why: str) -> None:
    delivery.state = state
    delivery.error = why


async def send(claim: Claim, channels: Mapping[str, Channel]) -> Result:
    """Hand one message to its provider; never raises."""
    channel = channels.get(claim.channel)
    if channel is None:
        return Result(claim, TryLater("channel_absent", after=_LONGEST_RETRY))
    try:
        await channel.send(claim.message)
    except SendFailed as failure:
        return Result(claim, failure)
    except Exception as error:  # a fault of ours must not stop the other conversations
        return Result(claim, TryLater(type(error).__name__))
    return Result(claim)


async def record(session: AsyncSession, results: list[Result], now: dt.datetime) -> None:
    """Write down what came of each send."""
    rows = await session.scalars(
        select(Delivery)
        .where(Delivery.id.in_([result.claim.delivery_id for result in results]))
        .with_for_update()
    )
    deliveries = {row.id: row for row in rows}
    for result in results:
        delivery = deliveries.get(result.claim.delivery_id)
        if delivery is not None:  # the worker may have erased everything meanwhile
            await _record_one(session, delivery, result, now)


async def _record_one(
    session: AsyncSession, delivery: Delivery, result: Result, now: dt.datetime
) -> None:
    failure = result.failure
    if failure is None:
        delivery.state = DeliveryState.SENT
        delivery.sent_at = now
        delivery.error = None
        return
    delivery.error = failure.code[:80]
    delivery.parts_sent = max(delivery.parts_sent, failure.parts_sent)
    if isinstance(failure, TryLater) and result.claim.attempts < MAX_ATTEMPTS:
        delivery.state = DeliveryState.QUEUED
        delivery.next_attempt_at = now + _pause(failure, result.claim.attempts)
        return
    delivery.state = DeliveryState.FAILED
    if isinstance(failure, Unreachable):
        await session.execute(
            update(Contact)
            .where(
                Contact.id
                == select(Conversation.contact_id)
                .where(Conversation.id == delivery.conversation_id)
                .scalar_subquery()
            )
            .values(blocked_at=now)
        )


def _pause(failure: TryLater, attempts: int) -> dt.timedelta:
    seconds = failure.after
    if seconds is None:
        seconds = min(_FIRST_RETRY * 2**attempts, _LONGEST_RETRY)
    return dt.timedelta(seconds=seconds)
