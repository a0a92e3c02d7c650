"""What follows from messages: questions noted, tickets opened or added to, replies queued.

Messages of different workers are carried out together: the same few statements write one or thirty.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import attachments, dialogue, limits, outbox, phrases, retention, statements, triage
from bot.channels.base import Inbound
from bot.dialogue import Dialogue
from bot.models import Author, Contact, Conversation, Direction, Handoff, Message, Question
from bot.models import Outcome as Became
from bot.triage import Sort
from bot.turns import HandOff, Outcome, Rating, Reply, State, Turn, Utterance
from escalation import tickets
from escalation.calendar import LOCAL
from escalation.models import Ticket
from escalation.sla import Policy
from escalation.vocabulary import Kind
from knowledge_base.matching import Verdict

_SUBJECT_LENGTH = 160
_MESSAGES_READ = 10  # back to the last words before an album of pictures
_OLDEST = dt.timedelta(days=2)  # no provider keeps a message longer before it delivers it


Receipt = Callable[[Turn, str, dt.datetime], tuple[State, tuple[Reply, ...]]]


@dataclass(frozen=True)
class Desk:
    """What the front door needs to think and to hand over."""

    dialogue: Dialogue
    policy: Policy


@dataclass(frozen=True)
class Talk:
    """A worker's conversation before his message; locked until the transaction ends."""

    contact_id: int
    conversation_id: int
    state: State
    marked: bool = False  # as one who blocked us or had himself forgotten
    choices: list[list[str]] | None = None  # of the last message that went out
    question_id: int | None = None  # it was about
    ticket_id: int | None = None  # the latest


@dataclass
class Exchange:
    """One message, what was decided about it, and what is written because of it."""

    session: AsyncSession
    desk: Desk
    inbound: Inbound
    talk: Talk
    said: Utterance
    question: Question | None
    ticket: Ticket | None
    turn: Turn
    now: dt.datetime
    receipt: Receipt = dialogue.receipt
    subject: str | None = None  # of the ticket, where it is not simply what was said
    state: State = field(init=False)
    replies: tuple[Reply, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.state, self.replies = self.turn.state, self.turn.replies
        self.at = min(max(self.inbound.at or self.now, self.now - _OLDEST), self.now)

    @property
    def words(self) -> str:
        """What the worker said, as people read it later."""
        edited = self.inbound.event == "edited"
        return phrases.edited(self.said.text) if edited else self.said.text

    # -- the question: the report counts these rows ------------------------------------------------

    def note_question(self) -> None:
        """Keep what was asked and what became of it."""
        asked = _BECAME.get(self.turn.outcome)
        if asked is not None:
            self._note_outcome(self.question or self._new_question(), asked)
        if self.question is not None and self.turn.confirmed is not None:
            self.question.confirmed = self.turn.confirmed

    def _new_question(self) -> Question:
        self.question = Question(
            conversation_id=self.talk.conversation_id,
            channel=self.inbound.channel,
            asked_at=self.at,
            reasoning={},
        )
        self.session.add(self.question)
        return self.question

    def _note_outcome(self, question: Question, asked: Became) -> None:
        turn = self.turn
        question.outcome = asked
        question.topic = turn.topic or question.topic
        if turn.decision is not None:
            question.reasoning = _reasoning(turn)
        if turn.outcome is Outcome.ANSWER:
            question.entry_id = turn.entries[0]
            question.revision_id = self.desk.dialogue.library.revisions.get(turn.entries[0])

    # -- what is rare: erasing, tickets ------------------------------------------------------------

    async def follow(self) -> None:
        """Do what the turn asks for beyond an answer; settles the state and the replies."""
        await self._unmark()
        if self.turn.erase:
            await self._erase()
        elif self.turn.handoff is not None:
            self.state, receipt = await self._hand_over(self.turn.handoff)
            self.replies += receipt
        elif self.ticket is not None:
            self.replies += await self._for_ticket(self.ticket)
        if self.turn.rating is not None:
            self.replies += (await self._rated(self.turn.rating),)
        if self.turn.status:
            self.replies += (await self._status(),)

    async def _unmark(self) -> None:
        """Whoever writes can be written to, and is not forgotten but at his word."""
        if self.talk.marked or self.turn.erase:
            await self.session.execute(
                update(Contact)
                .where(Contact.id == self.talk.contact_id)
                .values(blocked_at=None, erased_at=self.now if self.turn.erase else None)
            )

    async def _erase(self) -> None:
        conversation = await self.session.get_one(Conversation, self.talk.conversation_id)
        await retention.erase(self.session, conversation, self.now)
        self.state = replace(self.turn.state, noticed=True)

    async def _hand_over(self, handoff: HandOff) -> tuple[State, tuple[Reply, ...]]:
        assert self.question is not None
        self.question.reasoning = {**self.question.reasoning, "reason": handoff.reason}
        asked = await self._what_was_asked(self.question)
        self.question.topic = self.question.topic or self._topic_of(asked)
        ticket = await tickets.open_ticket(
            self.session,
            tickets.Opening(
                kind=handoff.kind,
                priority=handoff.priority,
                channel=self.inbound.channel,
                subject=asked[:_SUBJECT_LENGTH],
                asked_at=self.at,
                topic=self.question.topic,
            ),
            self.desk.policy,
            self.now,
        )
        ticket.person_id = self.talk.conversation_id
        self.session.add(
            Handoff(
                conversation_id=self.talk.conversation_id,
                question_id=self.question.id,
                ticket_id=ticket.id,
                created_at=self.now,
            )
        )
        self.ticket = ticket
        told = self._date_event(ticket, asked)
        state, replies = self.receipt(self.turn, ticket.code, ticket.first_response_due_at)
        return state, (*told, *replies) if replies else ()

    def _topic_of(self, asked: str) -> str | None:
        """Where nobody looked at the words yet: the topic of the answer they come near to."""
        if triage.sort(asked) is Sort.LAWYER:  # he has asked for somebody, not about something
            return None
        library = self.desk.dialogue.library
        decision = library.decide(asked)
        if decision.verdict is Verdict.UNSURE or decision.faint:
            return None
        return library.entries[decision.matches[0].entry_id].topic

    def _date_event(self, ticket: Ticket, asked: str) -> tuple[Reply, ...]:
        """When it happened, if he said so, and until when he may act; in danger that can wait."""
        today = self.at.astimezone(LOCAL).date()
        event = limits.event_day(asked, today) if ticket.kind is not Kind.PROPOSAL else None
        if event is None:
            return ()
        mediation, arbitration, court = limits.last_days(event)
        tickets.date_event(self.session, ticket, event, (mediation, arbitration, court), self.now)
        words = phrases.limitation(event, mediation, court, today)
        return () if words is None or self.turn.urgent else (Reply(words),)

    async def _what_was_asked(self, question: Question) -> str:
        """The worker's own words, also when the last thing he did was to tap a button."""
        if self.subject is not None:
            return self.subject
        if self.said.action in (None, "attached"):
            return self.said.text
        earlier = select(Message.text).where(
            Message.conversation_id == self.talk.conversation_id,
            Message.direction == Direction.IN,
        )
        about_this = earlier.where(Message.question_id == question.id)
        if first := await self.session.scalar(about_this.order_by(Message.id).limit(1)):
            return first
        newest = earlier.order_by(Message.id.desc()).limit(_MESSAGES_READ)
        said = (await self.session.scalars(newest)).all()
        words = (text for text in said if not phrases.only_file_marks(text))
        return next(words, said[0] if said else self.said.text)

    async def _for_ticket(self, ticket: Ticket) -> tuple[Reply, ...]:
        """Write on the open ticket what this turn adds to it."""
        turn = self.turn
        if turn.employer or turn.reach:
            told = {"employer": turn.employer, "reach": turn.reach}
            await tickets.detail(self.session, ticket, self.now, **told)
        elif turn.outcome is Outcome.JOIN:
            return self._join(ticket)
        return ()

    def _join(self, ticket: Ticket) -> tuple[Reply, ...]:
        was_open = ticket.is_open
        tickets.wrote(self.session, ticket, self.words, self.at, self.now)
        if self.turn.urgent:
            tickets.prioritise(self.session, ticket, self.now)
        if not was_open and ticket.next_due_at is not None:
            return (dialogue.reopened(ticket.code, ticket.next_due_at),)
        return ()

    async def _rated(self, rating: Rating) -> Reply:
        """The button names its ticket: it may have been closed long ago, and another be open."""
        row = await self.session.execute(
            select(Ticket, Question.entry_id)
            .join(Handoff, Handoff.ticket_id == Ticket.id)
            .join(Question, Question.id == Handoff.question_id)
            .where(Handoff.conversation_id == self.talk.conversation_id, Ticket.code == rating.code)
        )
        ticket, answer = row.one_or_none() or (None, None)
        if ticket is None:
            return Reply(phrases.STALE_CHOICE)
        if not tickets.rate(
            self.session, ticket, int(rating.helped), self.now, of_bot=rating.of_bot
        ):
            return Reply(phrases.RATED_BEFORE)
        return dialogue.rated(rating, bot_answered=answer is not None)

    async def _status(self) -> Reply:
        rows = await self.session.scalars(
            select(Ticket)
            .join(Handoff, Handoff.ticket_id == Ticket.id)
            .where(
                Handoff.conversation_id == self.talk.conversation_id,
                Ticket.merged_into_id.is_(None),
            )
            .order_by(Handoff.id.desc())
            .limit(3)
        )
        said = [
            phrases.status(ticket.code, ticket.state, ticket.next_due_at, self.now)
            for ticket in rows
        ]
        return Reply(phrases.several(said) if said else phrases.NO_TICKET)

    # -- what was said, both ways ------------------------------------------------------------------

    def lines(self) -> list[outbox.Row]:
        """The message, unless its writer is to be forgotten, and the replies to it."""
        told = [
            outbox.told(Author.BOT if reply.advice else Author.SYSTEM, reply, self.now)
            for reply in self.replies
        ]
        here = {
            "conversation_id": self.talk.conversation_id,
            "channel": self.inbound.channel,
            "question_id": self.question.id if self.question else None,
            "created_at": self.now,
        }
        return [here | line for line in (told if self.turn.erase else [self._heard(), *told])]

    async def note_files(self) -> None:
        """What came beside the words, once its message is written."""
        inbound, here = self.inbound, self.talk.conversation_id
        message_id = await self.session.scalar(
            select(Message.id).where(
                Message.channel == inbound.channel,
                Message.direction == Direction.IN,
                Message.external_id == inbound.external_id,
            )
        )
        assert message_id is not None
        given = (message_id, inbound.channel, inbound.attachments, self.now)
        await attachments.note(self.session, here, *given)

    def _heard(self) -> outbox.Row:
        return {
            "direction": Direction.IN,
            "external_id": self.inbound.external_id,
            "author": Author.WORKER,
            "text": self.words,
            "choices": [],
            "at": self.at,
        }


async def carry_out(session: AsyncSession, exchanges: Sequence[Exchange]) -> None:
    """Write what follows from messages, each of another worker."""
    if not exchanges:
        return
    for exchange in exchanges:
        exchange.note_question()
    await session.flush()
    for exchange in exchanges:
        await exchange.follow()
    connection = await session.connection()
    await outbox.write(connection, [line for exchange in exchanges for line in exchange.lines()])
    for exchange in exchanges:
        if exchange.inbound.attachments and not exchange.turn.erase:
            await exchange.note_files()
    remembered = [
        {
            "conversation": exchange.talk.conversation_id,
            "state": exchange.state.as_json(),
            "now": exchange.now,
        }
        for exchange in exchanges
    ]
    await connection.execute(statements.REMEMBER, remembered)


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
