"""Inbound messages, one or many in one transaction: remember them, think, write what follows.

The replies are queued here and sent later by the outbox; a repeated delivery changes nothing.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from bot import attachments, exchange, linking, metrics, phrases, staff_chat, statements
from bot.channels import windows
from bot.channels.base import Inbound
from bot.exchange import Desk, Exchange, Talk
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
from bot.turns import MAX_TEXT, Case, Outcome, Reply, State, Turn, Utterance
from escalation import tickets
from escalation.models import Ticket
from escalation.vocabulary import OPEN_STATES
from knowledge_base.text import clean

REOPENS_WITHIN = dt.timedelta(days=7)  # after that a message is a new matter
_TICKET = re.compile(r"HP-[0-9A-Z]{4}")
_TAPPED = re.compile(r"([0-9]{1,9}):([0-9]{1,3})")  # a message of ours and its choice
_NOT_HIS_WORD = ("blocked", "unblocked", "taken_over")  # opens no window


async def accept(
    session: AsyncSession, inbounds: Sequence[Inbound], desk: Desk, now: dt.datetime
) -> list[bool]:
    """Take in messages of one channel, each of another person; False for each repeat."""
    workers = [one for one in inbounds if not await staff_chat.take_in(session, one, now)]
    seen = await _take_in(session, workers, desk, now) if workers else set()
    return [inbound.external_id not in seen for inbound in inbounds]


async def _take_in(
    session: AsyncSession, inbounds: Sequence[Inbound], desk: Desk, now: dt.datetime
) -> set[str]:
    """Workers' messages; returns which of them are repeats.

    Their conversations are locked first: what one of them says is thought about in turn.
    """
    connection = await session.connection()
    found = await talks(connection, inbounds, now)
    seen = await repeats(connection, inbounds)
    await _open_windows(connection, inbounds, found, seen, now)
    exchanges = []
    for inbound in inbounds:
        talk = found[inbound.address]
        if inbound.event in ("blocked", "unblocked"):
            await _mark(session, inbound, talk, now)
        elif inbound.event == "taken_over":
            await _take_over(session, inbound, talk, now)
        elif await _needs_no_answer(session, inbound):
            continue
        elif inbound.external_id not in seen:
            exchanges.append(await _think(session, inbound, talk, desk, now))
    await exchange.carry_out(session, exchanges)
    return seen


async def _think(
    session: AsyncSession, inbound: Inbound, talk: Talk, desk: Desk, now: dt.datetime
) -> Exchange:
    said, question = await _utterance(session, inbound, talk)
    ticket = await _ticket_at_hand(session, talk, now)
    case = _case(ticket) if ticket else None
    turn = await _opened_case(session, inbound, talk, case, desk, now) or desk.dialogue.respond(
        talk.state, said, case, now
    )
    metrics.TURNS.labels(turn.outcome).inc()
    return Exchange(session, desk, inbound, talk, said, question, ticket, turn, now)


async def _opened_case(
    session: AsyncSession,
    inbound: Inbound,
    talk: Talk,
    case: Case | None,
    desk: Desk,
    now: dt.datetime,
) -> Turn | None:
    """Six digits that were told on the telephone open that call's case here.

    Others are for the lawyer, where he has a case: he may have asked for a sum.
    """
    code = linking.code_in(inbound.text) if inbound.choice is None else None
    if code is None or talk.state.guided is not None:  # there they may be a sum of money
        return None
    library = desk.dialogue.library
    try:
        replies = await linking.open_in_chat(session, code, talk.conversation_id, library, now)
    except linking.NotOpened as refused:
        if case is not None and case.is_open:
            return None
        replies = (Reply(refused.why),)
    notice = () if talk.state.noticed else (Reply(phrases.NOTICE),)
    return Turn(Outcome.CHAT, replace(talk.state, noticed=True), (*notice, *replies))


def _case(ticket: Ticket) -> Case:
    return Case(ticket.code, ticket.is_open, answered=ticket.first_responded_at is not None)


async def quarantine(
    session: AsyncSession, channel: str, body: bytes, reason: str, now: dt.datetime
) -> None:
    """Keep an authenticated body nobody could read, for a week."""
    text = body[:100_000].decode("utf-8", "replace").replace("\0", "\ufffd")
    session.add(Quarantine(channel=channel, received_at=now, reason=reason[:80], body=text))


# -- who writes -----------------------------------------------------------------------------------


async def talks(
    connection: AsyncConnection, inbounds: Sequence[Inbound], now: dt.datetime
) -> dict[str, Talk]:
    """The workers' conversations by address, locked; begun for those who write first."""
    channel = inbounds[0].channel
    addresses = [inbound.address for inbound in inbounds]
    locked = await connection.execute(
        statements.FIND_AND_LOCK, {"channel": channel, "addresses": addresses}
    )
    known = {row.address: row for row in locked}
    # Read once the conversations are locked: another process may just have written in them.
    conversations = [row.conversation_id for row in known.values()]
    rows = await connection.execute(statements.PAST, {"conversations": conversations})
    past = {row.id: row for row in rows}
    found = {address: _talk(row, past[row.conversation_id]) for address, row in known.items()}
    newcomers = sorted(set(addresses) - found.keys())  # two processes begin in the same order
    return found | await _begin(connection, channel, newcomers, now)


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


async def repeats(connection: AsyncConnection, inbounds: Sequence[Inbound]) -> set[str]:
    """Which messages were taken in before; hardly ever one, so all are asked about at once."""
    ids = [inbound.external_id for inbound in inbounds]
    channel = inbounds[0].channel
    if not await _any_known(connection, channel, ids):
        return set()
    return {one for one in ids if await _any_known(connection, channel, [one])}


async def _any_known(connection: AsyncConnection, channel: str, external_ids: list[str]) -> bool:
    asked = {"channel": channel, "external_ids": external_ids}
    return bool(await connection.scalar(statements.ANY_KNOWN, asked))


async def _open_windows(
    connection: AsyncConnection,
    inbounds: Sequence[Inbound],
    found: dict[str, Talk],
    seen: set[str],
    now: dt.datetime,
) -> None:
    """Whoever writes may be written to again: what waited for that leaves first."""
    if not windows.limited(inbounds[0].channel):
        return
    heard = [
        found[inbound.address].conversation_id
        for inbound in inbounds
        if inbound.external_id not in seen and inbound.event not in _NOT_HIS_WORD
    ]
    if heard:
        for statement in (statements.RELEASE_WAITING, statements.HEARD):
            await connection.execute(statement, {"conversations": heard, "now": now})


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


# -- a person of ours writes in the provider's own window --------------------------------------


async def _take_over(session: AsyncSession, inbound: Inbound, talk: Talk, now: dt.datetime) -> None:
    """Keep what he wrote; from now on the bot is silent for a while."""
    if await _text_of(session, inbound, Direction.OUT, inbound.external_id) is not None:
        return  # told before
    connection = await session.connection()
    text = clean(inbound.text)[:MAX_TEXT]
    spoken = {
        "conversation_id": talk.conversation_id,
        "channel": inbound.channel,
        "direction": Direction.OUT,
        "external_id": inbound.external_id,
        "author": Author.LAWYER,
        "text": text,
        "choices": [],
        "question_id": talk.question_id,
        "at": inbound.at or now,
        "created_at": now,
    }
    await connection.execute(statements.ADD_MESSAGES, [spoken])
    ticket = await _ticket_at_hand(session, talk, now)
    if ticket is not None and ticket.is_open:
        tickets.replied_elsewhere(session, ticket, text, now)
    state = replace(talk.state, taken_over_at=now.isoformat(), guided=None)
    await connection.execute(  # the worker said nothing: when he was last heard of stays
        update(Conversation)
        .where(Conversation.id == talk.conversation_id)
        .values(state=state.as_json())
    )


async def _needs_no_answer(session: AsyncSession, inbound: Inbound) -> bool:
    """He opened the chat, or changed nothing that he said before."""
    return inbound.event == "clicked" or (
        inbound.event == "edited" and await _says_the_same(session, inbound)
    )


async def _says_the_same(session: AsyncSession, inbound: Inbound) -> bool:
    """Providers report an edit also where only a link's preview came."""
    before = await _text_of(session, inbound, Direction.IN, inbound.edits)
    return before is not None and before == clean(inbound.text)[:MAX_TEXT]


async def _text_of(
    session: AsyncSession, inbound: Inbound, direction: Direction, external_id: str | None
) -> str | None:
    """What a message of this channel says, if we have it."""
    return await session.scalar(
        select(Message.text).where(
            Message.channel == inbound.channel,
            Message.direction == direction,
            Message.external_id == external_id,
        )
    )


# -- what he says ---------------------------------------------------------------------------------


async def _utterance(
    session: AsyncSession, inbound: Inbound, talk: Talk
) -> tuple[Utterance, Question | None]:
    """The words, or the choice that a tap or a typed number stands for, and its question."""
    text = clean(inbound.text)[:MAX_TEXT]
    if inbound.event == "withdrawn":
        return Utterance(text or phrases.WITHDRAWN, "erase"), None
    if inbound.event == "start" and _TICKET.fullmatch(text.upper()):  # t.me/…?start=HP-7K3Q
        return Utterance(text, "status"), None
    if inbound.event in ("start", "unsupported"):
        return Utterance(text or f"[{inbound.event}]", inbound.event), None
    if inbound.attachments:
        alone = Utterance(attachments.marks(inbound.attachments), "attached")
        said = Utterance(text) if text else alone
        return replace(said, attachments=len(inbound.attachments)), None
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
    if text.isascii() and text.isdigit() and len(text) <= 2 and 1 <= int(text) <= len(choices):
        return int(text) - 1
    said = text.casefold()
    labels = [label.casefold() for label, _ in choices]
    return labels.index(said) if said in labels else None


async def _ticket_at_hand(session: AsyncSession, talk: Talk, now: dt.datetime) -> Ticket | None:
    """The conversation's latest ticket while it is open or only just closed.

    An earlier one that is open stands before it if it was spoken of last, and where it is closed
    for long.
    """
    latest = await _locked(session, talk.ticket_id)
    if latest is None or latest.is_open:
        return latest
    recent = latest.resolved_at is not None and now - latest.resolved_at <= REOPENS_WITHIN
    return await _open_ticket(session, talk, last=recent) or (latest if recent else None)


async def _locked(session: AsyncSession, number: int | None) -> Ticket | None:
    """The ticket, or the one that it was just merged into."""
    ticket = await session.get(Ticket, number, with_for_update=True) if number else None
    if ticket is not None and ticket.merged_into_id is not None:
        return await _locked(session, ticket.merged_into_id)
    return ticket


async def _open_ticket(session: AsyncSession, talk: Talk, *, last: bool) -> Ticket | None:
    """The newest one that is open; with `last` only one that the last message out was about."""
    found = (
        select(Ticket)
        .join(Handoff, Handoff.ticket_id == Ticket.id)
        .where(Handoff.conversation_id == talk.conversation_id, Ticket.state.in_(OPEN_STATES))
    )
    if last:
        found = found.where(Handoff.question_id == talk.question_id)
    newest = found.order_by(Handoff.id.desc()).limit(1)
    return await session.scalar(newest.with_for_update(of=Ticket))
