"""Inbound messages, one or many in one transaction: remember them, think, write what follows.

The replies are queued here and sent later by the outbox; a repeated delivery changes nothing.
"""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from bot import exchange, metrics, statements
from bot.channels.base import Inbound
from bot.exchange import Desk, Exchange, Talk
from bot.models import Contact, Direction, Message, Quarantine, Question
from bot.turns import MAX_TEXT, Case, State, Utterance
from escalation.models import Ticket
from knowledge_base.text import clean

REOPENS_WITHIN = dt.timedelta(days=7)  # after that a message is a new matter
_TAPPED = re.compile(r"([0-9]{1,9}):([0-9]{1,3})")  # a message of ours and its choice


async def accept(
    session: AsyncSession, inbounds: Sequence[Inbound], desk: Desk, now: dt.datetime
) -> list[bool]:
    """Take in messages of one channel, each of another worker; False for each repeat.

    The workers' conversations are locked first: what one of them says is thought about in turn.
    """
    connection = await session.connection()
    talks = await _talks(connection, inbounds, now)
    repeats = await _repeats(connection, inbounds)
    exchanges = []
    for inbound in inbounds:
        talk = talks[inbound.address]
        if inbound.event in ("blocked", "unblocked"):
            await _mark(session, inbound, talk, now)
        elif inbound.external_id not in repeats:
            exchanges.append(await _think(session, inbound, talk, desk, now))
    await exchange.carry_out(session, exchanges)
    return [inbound.external_id not in repeats for inbound in inbounds]


async def _think(
    session: AsyncSession, inbound: Inbound, talk: Talk, desk: Desk, now: dt.datetime
) -> Exchange:
    said, question = await _utterance(session, inbound, talk)
    ticket = await _ticket_at_hand(session, talk.ticket_id, now)
    turn = desk.dialogue.respond(talk.state, said, _case(ticket) if ticket else None, now)
    metrics.TURNS.labels(turn.outcome).inc()
    return Exchange(session, desk, inbound, talk, said, question, ticket, turn, now)


def _case(ticket: Ticket) -> Case:
    return Case(ticket.code, ticket.is_open, answered=ticket.first_responded_at is not None)


async def quarantine(
    session: AsyncSession, channel: str, body: bytes, reason: str, now: dt.datetime
) -> None:
    """Keep an authenticated body nobody could read, for a week."""
    text = body[:100_000].decode("utf-8", "replace").replace("\0", "\ufffd")
    session.add(Quarantine(channel=channel, received_at=now, reason=reason[:80], body=text))


# -- who writes -----------------------------------------------------------------------------------


async def _talks(
    connection: AsyncConnection, inbounds: Sequence[Inbound], now: dt.datetime
) -> dict[str, Talk]:
    """The workers' conversations by address, locked; begun for those who write first."""
    channel = inbounds[0].channel
    addresses = [inbound.address for inbound in inbounds]
    locked = await connection.execute(
        statements.FIND_AND_LOCK, {"channel": channel, "addresses": addresses}
    )
    found = {row.address: row for row in locked}
    # Read once the conversations are locked: another process may just have written in them.
    conversations = [row.conversation_id for row in found.values()]
    rows = await connection.execute(statements.PAST, {"conversations": conversations})
    past = {row.id: row for row in rows}
    talks = {address: _talk(row, past[row.conversation_id]) for address, row in found.items()}
    newcomers = sorted(set(addresses) - talks.keys())  # two processes begin in the same order
    return talks | await _begin(connection, channel, newcomers, now)


def _talk(found: Any, past: Any) -> Talk:
    return Talk(
        found.contact_id,
        found.conversation_id,
        State.from_json(found.state),
        marked=found.blocked_at is not None or found.erased_at is not None,
        choices=past.choices,
        question_id=past.question_id,
        ticket_id=past.ticket_id,
    )


async def _begin(
    connection: AsyncConnection, channel: str, addresses: Sequence[str], now: dt.datetime
) -> dict[str, Talk]:
    if not addresses:
        return {}
    contacts = [
        {"channel": channel, "address": address, "address_index": address, "created_at": now}
        for address in addresses
    ]
    contact_ids = (await connection.scalars(statements.ADD_CONTACTS, contacts)).all()
    conversations = [
        {"contact_id": contact_id, "state": State().as_json(), "last_at": now}
        for contact_id in contact_ids
    ]
    conversation_ids = await connection.scalars(statements.ADD_CONVERSATIONS, conversations)
    ids = zip(contact_ids, conversation_ids, strict=True)
    return {address: Talk(*both, State()) for address, both in zip(addresses, ids, strict=True)}


async def _repeats(connection: AsyncConnection, inbounds: Sequence[Inbound]) -> set[str]:
    """Which messages were taken in before; hardly ever one, so all are asked about at once."""
    ids = [inbound.external_id for inbound in inbounds]
    channel = inbounds[0].channel
    if not await _any_known(connection, channel, ids):
        return set()
    return {one for one in ids if await _any_known(connection, channel, [one])}


async def _any_known(connection: AsyncConnection, channel: str, external_ids: list[str]) -> bool:
    asked = {"channel": channel, "external_ids": external_ids}
    return bool(await connection.scalar(statements.ANY_KNOWN, asked))


async def _mark(session: AsyncSession, inbound: Inbound, talk: Talk, now: dt.datetime) -> None:
    """Keep whether the worker can be written to."""
    left = inbound.event == "blocked" and not await _wrote_since(session, inbound, talk)
    await session.execute(
        update(Contact)
        .where(Contact.id == talk.contact_id)
        .values(blocked_at=now if left else None)
    )


async def _wrote_since(session: AsyncSession, inbound: Inbound, talk: Talk) -> bool:
    """Whether the worker wrote after this event: then it is an old one that came again."""
    if inbound.at is None:
        return False
    later = await session.scalar(
        select(Message.id)
        .where(
            Message.conversation_id == talk.conversation_id,
            Message.direction == Direction.IN,
            Message.at > inbound.at,
        )
        .limit(1)
    )
    return later is not None


# -- what he says ---------------------------------------------------------------------------------


async def _utterance(
    session: AsyncSession, inbound: Inbound, talk: Talk
) -> tuple[Utterance, Question | None]:
    """The words, or the choice that a tap or a typed number stands for, and its question."""
    text = clean(inbound.text)[:MAX_TEXT]
    if inbound.event in ("start", "unsupported"):
        return Utterance(text or f"[{inbound.event}]", inbound.event), None
    if inbound.choice is not None:
        return await _tapped(session, inbound.choice, talk)
    if talk.choices and (number := _named_choice(text, talk.choices)) is not None:
        return await _chosen(session, talk.choices[number], talk.question_id)
    return Utterance(text), None


async def _tapped(
    session: AsyncSession, payload: str, talk: Talk
) -> tuple[Utterance, Question | None]:
    if named := _TAPPED.fullmatch(payload):
        message_id, number = (int(digits) for digits in named.groups())
        offer = await session.get(Message, message_id)
        if (
            offer is not None
            and offer.conversation_id == talk.conversation_id
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
