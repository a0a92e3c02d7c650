"""Outgoing messages: queued in the transaction that caused them, claimed, sent, recorded.

Within one conversation messages leave in order: only the oldest unsent one may be claimed. A
claim that was never recorded (the process died while sending) is taken up again: a worker who
reads an answer twice is better off than one who never gets it.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import phonenumbers
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from bot import statements
from bot.channels import windows
from bot.channels.base import (
    Channel,
    Outbound,
    SendFailed,
    TryLater,
    Unreachable,
    WindowShut,
)
from bot.models import (
    Author,
    Contact,
    Conversation,
    Delivery,
    DeliveryState,
    Direction,
)
from bot.telephone.numbers import dialable
from bot.turns import Reply

BATCH = 25
MAX_ATTEMPTS = 60  # about nine hours: an outage delays messages and loses none
CLAIM_LASTS = dt.timedelta(minutes=2)  # longer than any send may take
_FIRST_RETRY = 2.0  # seconds; doubles with each attempt
_LONGEST_RETRY = 600.0


Row = dict[str, Any]  # one message, column by column


@dataclass(frozen=True)
class Claim:
    """A delivery this process may send now. `heard_at`: the worker's last word when claimed."""

    delivery_id: int
    channel: str
    message: Outbound
    attempts: int
    heard_at: dt.datetime | None = None


@dataclass(frozen=True)
class Result:
    """What came of sending a claim; `failure` is None when it arrived at the provider."""

    claim: Claim
    failure: SendFailed | None = None


def told(author: Author, reply: Reply, now: dt.datetime) -> Row:
    """What a reply adds to the message that carries it."""
    return {
        "direction": Direction.OUT,
        "external_id": None,
        "author": author,
        "text": reply.text,
        "choices": [[choice.label, choice.action] for choice in reply.choices],
        "at": now,
    }


async def write(connection: AsyncConnection, lines: Sequence[Row]) -> None:
    """Keep messages of any conversations; those that go out are queued and leave in this order."""
    if not lines:
        return
    ids = await connection.scalars(statements.ADD_MESSAGES, lines)
    queued = [
        {
            "message_id": message_id,
            "conversation_id": line["conversation_id"],
            "channel": line["channel"],
            "state": DeliveryState.QUEUED,
            "next_attempt_at": line["created_at"],
        }
        for message_id, line in zip(ids, lines, strict=True)
        if line["direction"] is Direction.OUT
    ]
    if queued:
        await connection.execute(statements.ADD_DELIVERIES, queued)


async def enqueue(
    session: AsyncSession,
    conversation: Conversation,
    channel: str,
    replies: Sequence[tuple[Author, Reply]],
    now: dt.datetime,
    question_id: int | None = None,
) -> None:
    """Queue what is said now; it leaves in this order."""
    here = {
        "conversation_id": conversation.id,
        "channel": channel,
        "question_id": question_id,
        "created_at": now,
    }
    connection = await session.connection()
    await write(connection, [here | told(author, reply, now) for author, reply in replies])


async def claim(session: AsyncSession, now: dt.datetime, limit: int = BATCH) -> list[Claim]:
    """Take the next deliveries, at most one a conversation."""
    connection = await session.connection()
    await connection.execute(statements.RELEASE_LAPSED, {"lapsed": now - CLAIM_LASTS})
    taken = (await connection.scalars(statements.CLAIM, {"now": now, "limit": limit})).all()
    if not taken:
        return []
    claims = []
    rows = (await connection.execute(statements.LOAD_CLAIMED, {"ids": taken})).all()
    phones = await _phones(connection, rows)
    for row in rows:
        if row.blocked_at is not None:
            await _end(session, row.id, DeliveryState.FAILED, "blocked")
        elif row.author is Author.BOT and row.lawyer_has_it:
            await _end(session, row.id, DeliveryState.DROPPED, "lawyer_has_it")
        else:
            claims.append(_claim_of(row, *phones.get(row.id, ())))
    return claims


def _claim_of(row: Any, phone: str | None = None, ticket: str = "") -> Claim:
    choices = [(label, f"{row.message_id}:{n}") for n, (label, _) in enumerate(row.choices)]
    outbound = Outbound(row.address, row.text, choices, row.parts_sent, phone, ticket)
    return Claim(row.id, row.channel, outbound, row.attempts, row.last_at)


async def _phones(connection: AsyncConnection, rows: Sequence[Any]) -> dict[int, tuple[str, str]]:
    """The numbers that workers left, and their tickets' codes, for lawyers' answers whose window
    may have shut.
    """
    ids = [row.id for row in rows if row.author is Author.LAWYER and windows.limited(row.channel)]
    if not ids:
        return {}
    left = await connection.execute(statements.REACH, {"ids": ids})
    found = ((row.id, phone_in(row.reach), row.code) for row in left)
    return {delivery: (phone, code) for delivery, phone, code in found if phone is not None}


def phone_in(reach: str) -> str | None:
    """The first Vietnamese number in what somebody wrote about how to reach him, as +84…"""
    found = phonenumbers.PhoneNumberMatcher(reach, "VN")
    return next(filter(None, (dialable(match.raw_string) for match in found)), None)


async def _end(session: AsyncSession, delivery_id: int, state: DeliveryState, why: str) -> None:
    await _note(session, delivery_id, state=state, error=why)


async def _note(session: AsyncSession, delivery_id: int, **values: Any) -> None:
    await session.execute(update(Delivery).where(Delivery.id == delivery_id).values(**values))


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
    """Write down what came of each send; what the worker has erased meanwhile stays erased."""
    connection = await session.connection()
    heard = await _lock_talks(connection, results)
    sent = [result.claim.delivery_id for result in results if result.failure is None]
    if sent:
        await connection.execute(statements.RECORD_SENT, {"ids": sent, "now": now})
    for result in results:
        if result.failure is not None:
            heard_at = heard.get(result.claim.delivery_id)
            await _record_failure(session, result.claim, result.failure, heard_at, now)


async def _lock_talks(
    connection: AsyncConnection, results: Sequence[Result]
) -> dict[int, dt.datetime]:
    """When each worker was last heard of whose message failed for his sake.

    Locked before anything is written, so that a word of his that just comes in is seen here, or
    sees what is written here.
    """
    ids = [
        result.claim.delivery_id
        for result in results
        if isinstance(result.failure, WindowShut | Unreachable)
    ]
    if not ids:
        return {}
    rows = await connection.execute(statements.LOCK_TALKS, {"ids": ids})
    return {row.id: row.last_at for row in rows}


async def _record_failure(
    session: AsyncSession,
    claim: Claim,
    failure: SendFailed,
    heard_at: dt.datetime | None,
    now: dt.datetime,
) -> None:
    came: dict[str, Any] = {
        "error": failure.code[:80],
        "parts_sent": max(claim.message.parts_sent, failure.parts_sent),
    }
    if isinstance(failure, WindowShut) and heard_at == claim.heard_at:
        came["state"] = DeliveryState.WAITING
    elif isinstance(failure, WindowShut):  # he wrote while this was on its way: it is open again
        came |= {"state": DeliveryState.QUEUED, "next_attempt_at": now}
    elif isinstance(failure, TryLater) and claim.attempts < MAX_ATTEMPTS:
        came |= {
            "state": DeliveryState.QUEUED,
            "next_attempt_at": now + _pause(failure, claim.attempts),
        }
    else:
        came["state"] = DeliveryState.FAILED
    await _note(session, claim.delivery_id, **came)
    if isinstance(failure, Unreachable):
        await _mark_blocked(session, claim.delivery_id, now)


async def _mark_blocked(session: AsyncSession, delivery_id: int, now: dt.datetime) -> None:
    its_contact = (
        select(Conversation.contact_id)
        .join(Delivery, Delivery.conversation_id == Conversation.id)
        .where(Delivery.id == delivery_id)
        .scalar_subquery()
    )
    await session.execute(update(Contact).where(Contact.id == its_contact).values(blocked_at=now))


def _pause(failure: TryLater, attempts: int) -> dt.timedelta:
    seconds = failure.after
    if seconds is None:
        seconds = min(_FIRST_RETRY * 2**attempts, _LONGEST_RETRY)
    return dt.timedelta(seconds=seconds)
