"""What follows from a message: question noted, ticket opened or added to, replies queued."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import dialogue, outbox, phrases, retention
from bot.dialogue import Dialogue
from bot.models import Author, Contact, Conversation, Direction, Handoff, Message, Question
from bot.models import Outcome as Became
from bot.turns import HandOff, Outcome, Reply, State, Turn, Utterance
from escalation import tickets
from escalation.models import Ticket
from escalation.sla import Policy

_SUBJECT_LENGTH = 160


@dataclass(frozen=True)
class Desk:
    """What the front door needs to think and to hand over."""

    dialogue: Dialogue
    policy: Policy


@dataclass
class Exchange:
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
