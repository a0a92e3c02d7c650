"""One inbound message is one transaction: remember it, think, write down what follows.

The reply is queued here and sent later by the outbox; a repeated delivery changes nothing.
"""

import datetime as dt
import re
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot import dialogue, metrics, outbox, phrases, retention
from bot.channels.base import Inbound
from bot.dialogue import Dialogue
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
from bot.models import Outcome as Became
from bot.turns import MAX_TEXT, Case, HandOff, Outcome, Reply, State, Turn, Utterance
from escalation import tickets
from escalation.models import Ticket
from escalation.sla import Policy
from knowledge_base.text import clean

REOPENS_WITHIN = dt.timedelta(days=7)  # after that a message is a new matter
_SUBJECT_LENGTH = 160
_TAPPED = re.compile(r"([0-9]{1,9}):([0-9]{1,3})")  # a message of ours and its choice
_OLDEST = dt.timedelta(days=2)  # no provider keeps a message longer before it delivers it


@dataclass(frozen=True)
class Desk:
    """What the front door needs to think and to hand over."""

    dialogue: Dialogue
    policy: Policy


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
    exchange = _Exchange(session, desk, contact, conversation, message, said, question, ticket, now)
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


# -- what follows --------------------------------------------------------------------------------


@dataclass
class _Exchange:
    """One message and all that is written because of it."""

    session: AsyncSession
    desk: Desk
    contact: Contact
    conversation: Conversation
    message: Message
    said: Utterance
    question: Question | None
    ticket: Ticket | None
    now: dt.datetime

    async def carry_out(self, turn: Turn) -> None:
        self.conversation.last_at = self.now
        if turn.erase:
            self.session.add(self.message)
            await retention.erase(self.session, self.conversation, self.now)
            self.conversation.state = replace(turn.state, noticed=True).as_json()
            await self._say(turn.replies)
            self.contact.erased_at = self.now
            return
        self.contact.erased_at = None
        await self._note_question(turn)
        self.session.add(self.message)
        state, replies = turn.state, turn.replies
        if turn.handoff is not None:
            state, receipt = await self._hand_over(turn, turn.handoff)
            replies += receipt
        elif self.ticket is not None:
            replies += await self._for_ticket(turn, self.ticket)
        if turn.status:
            replies += (await self._status(),)
        self.conversation.state = state.as_json()
        await self._say(replies)

    async def _note_question(self, turn: Turn) -> None:
        """Keep what was asked and what became of it: the report counts these rows."""
        asked = _BECAME.get(turn.outcome)
        if asked is not None:
            if self.question is None:
                self.question = Question(
                    conversation_id=self.conversation.id,
                    channel=self.contact.channel,
                    asked_at=self.message.at,
                    reasoning={},
                )
                self.session.add(self.question)
            self.question.outcome = asked
            self.question.topic = turn.topic or self.question.topic
            if turn.decision is not None:
                self.question.reasoning = _reasoning(turn)
            if turn.outcome is Outcome.ANSWER:
                self.question.entry_id = turn.entries[0]
                revisions = self.desk.dialogue.library.revisions
                self.question.revision_id = revisions.get(turn.entries[0])
            await self.session.flush()
        if self.question is not None:
            self.message.question_id = self.question.id
            if turn.confirmed is not None:
                self.question.confirmed = turn.confirmed

    async def _hand_over(self, turn: Turn, handoff: HandOff) -> tuple[State, tuple[Reply, ...]]:
        assert self.question is not None
        self.question.reasoning = {**self.question.reasoning, "reason": handoff.reason}
        ticket = await tickets.open_ticket(
            self.session,
            tickets.Opening(
                kind=handoff.kind,
                priority=handoff.priority,
                channel=self.contact.channel,
                subject=(await self._what_was_asked())[:_SUBJECT_LENGTH],
                asked_at=self.message.at,
                topic=self.question.topic,
            ),
            self.desk.policy,
            self.now,
        )
        self.session.add(
            Handoff(
                conversation_id=self.conversation.id,
                question_id=self.question.id,
                ticket_id=ticket.id,
                created_at=self.now,
            )
        )
        return dialogue.receipt(turn, ticket.code, ticket.first_response_due_at)

    async def _what_was_asked(self) -> str:
        """The worker's own words, also when the last thing he did was to tap a button."""
        if self.said.action is None or self.question is None:
            return self.said.text
        first = await self.session.scalar(
            select(Message)
            .where(
                Message.question_id == self.question.id,
                Message.direction == Direction.IN,
            )
            .order_by(Message.id)
            .limit(1)
        )
        if first is not None and first.id != self.message.id:
            return first.text
        earlier = await self.session.scalar(
            select(Message)
            .where(
                Message.conversation_id == self.conversation.id,
                Message.direction == Direction.IN,
                Message.id < self.message.id,
            )
            .order_by(Message.id.desc())
            .limit(1)
        )
        return earlier.text if earlier else self.said.text

    async def _for_ticket(self, turn: Turn, ticket: Ticket) -> tuple[Reply, ...]:
        """Write on the open ticket what this turn adds to it."""
        if turn.rating is not None:
            tickets.rate(self.session, ticket, turn.rating, self.now)
        if turn.employer or turn.reach:
            tickets.detail(self.session, ticket, self.now, employer=turn.employer, reach=turn.reach)
        elif turn.outcome is Outcome.JOIN:
            was_open = ticket.is_open
            tickets.wrote(
                self.session, ticket, self.said.text, self.message.at, self.desk.policy, self.now
            )
            if turn.urgent:
                tickets.prioritise(self.session, ticket, self.desk.policy, self.now)
            if not was_open and ticket.next_due_at is not None:
                return (dialogue.reopened(ticket.code, ticket.next_due_at),)
        return ()

    async def _status(self) -> Reply:
        rows = await self.session.scalars(
            select(Ticket)
            .join(Handoff, Handoff.ticket_id == Ticket.id)
            .where(Handoff.conversation_id == self.conversation.id)
            .order_by(Handoff.id.desc())
            .limit(3)
        )
        said = [
            phrases.status(ticket.code, ticket.state, ticket.next_due_at, self.now)
            for ticket in rows
        ]
        return Reply(phrases.several(said) if said else phrases.NO_TICKET)

    async def _say(self, replies: tuple[Reply, ...]) -> None:
        await outbox.enqueue(
            self.session,
            self.conversation,
            self.contact.channel,
            [(Author.BOT if reply.advice else Author.SYSTEM, reply) for reply in replies],
            self.now,
            question_id=self.question.id if self.question else None,
        )


_BECAME = {
    Outcome.ANSWER: Became.ANSWERED,
    Outcome.CLARIFY: Became.CLARIFYING,
    Outcome.HANDOFF: Became.HANDED_OFF,
}


def _reasoning(turn: Turn) -> dict[str, Any]:
    """What the bot saw, for the lawyer who takes over."""
    assert turn.decision is not None
    return {
        "verdict": turn.decision.verdict,
        "confidence": turn.decision.confidence,
        "matches": [
            {"entry": match.entry_id, "score": match.score, "words": list(match.words)}
            for match in turn.decision.matches
        ],
    }
