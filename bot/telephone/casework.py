"""What a step of a call means for the centre: questions counted, tickets opened, people rung.

The caller's words and the spoken answers become messages of a conversation, so that a lawyer reads
the call as he reads a chat.
"""

import contextlib
import datetime as dt
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from bot import exchange, inbox, linking, phrases, statements
from bot.channels.base import Attachment, Inbound, Media
from bot.exchange import Desk, Exchange, Talk
from bot.models import Author, Direction, Question
from bot.telephone import words
from bot.telephone.call import Ring
from bot.telephone.ivr import Ivr
from bot.telephone.line import Line, Move, Place, Want
from bot.telephone.models import Call
from bot.telephone.numbers import dialable
from bot.telephone.spoken_keys import spoken_key
from bot.turns import HandOff, Outcome, Reply, State, Turn, Utterance
from escalation import callbacks, duty, lookup, tickets
from escalation.models import Ticket
from escalation.vocabulary import Priority

CHANNEL = "phone"
_SAME_QUESTION = (Place.OFFERED, Place.ANSWERED, Place.TOLD_CODE)
_CODE_LENGTH = 6


class Casework:
    """One step of one call, within its transaction."""

    def __init__(
        self,
        session: AsyncSession,
        desk: Desk,
        ivr: Ivr,
        call: Call,
        ring: Ring,
        now: dt.datetime,
        duty_phone: str | None,
    ) -> None:
        self._session, self._desk, self._ivr = session, desk, ivr
        self._call, self._ring, self._now = call, ring, now
        self._duty_phone = duty_phone

    async def settle(self, before: Line, move: Move) -> Move:
        """Carry out what the move asks for; the move that then knows what to say."""
        noted: Exchange | None = None
        if move.turn is not None or move.heard:
            noted = await self._note(before, move)
            if noted.ticket is not None and move.turn is not None and move.turn.handoff:
                move = replace(move, line=replace(move.line, ticket=noted.ticket.code))
        settled = await self._give(move)
        if noted is not None:
            await self._keep_words(noted, settled)
        return settled

    async def _give(self, move: Move) -> Move:
        line, said = move.line, move.say
        match move.want:
            case None:
                return move
            case Want.LAWYER:
                return await self._ring_somebody(line, said)
            case Want.MESSAGE:
                return self._message_box(line, said)
            case Want.KEPT:
                return await self._kept(line)
            case Want.CODE:
                code = line.code or await linking.issue(
                    self._session, await self._conversation(), self._now
                )
                return self._ivr.told_code(replace(line, code=code), code)
            case Want.STATUS:
                return await self._give(await self._status(line, move.keys))
            case Want.RATED:
                return await self._rated(line, move.keys)
            case Want.ERASE:
                return await self._erase(line)

    # -- the call as a conversation ------------------------------------------------

    def _inbound(self, text: str, external_id: str | None = None) -> Inbound:
        call = f"{self._ring.provider}:{self._ring.call_id}"
        return Inbound(CHANNEL, external_id or f"{call}:{self._ring.step}", call, text=text)

    async def _talk(self, inbound: Inbound) -> Talk:
        connection = await self._session.connection()
        found = await inbox.talks(connection, [inbound], self._now)
        talk = found[inbound.address]
        self._call.conversation_id = talk.conversation_id
        return talk

    async def _conversation(self) -> int:
        if self._call.conversation_id is None:
            await self._talk(self._inbound(""))
        assert self._call.conversation_id is not None
        return self._call.conversation_id

    async def _note(self, before: Line, move: Move) -> Exchange:
        """Count what was asked and open the ticket that the turn calls for."""
        inbound = self._inbound(move.heard or phrases.keyed(self._ring.keys))
        talk = await self._talk(inbound)
        turn = move.turn or Turn(Outcome.CHAT, State(noticed=True))
        turn = replace(turn, replies=(), confirmed=None)
        same = self._is_about_the_same(before, turn) and talk.question_id is not None
        question = await self._session.get(Question, talk.question_id) if same else None
        noted = self._exchange(inbound, talk, turn, question=question)
        noted.subject = move.line.asked or phrases.ASKED_FOR_A_LAWYER
        await exchange.carry_out(self._session, [noted])
        return noted

    def _is_about_the_same(self, before: Line, turn: Turn) -> bool:
        """A key, pressed or said, goes on with what was asked, but not to what he asked besides."""
        if self._ring.words and not spoken_key(self._ring.words, before.place):
            return False
        if turn.outcome is Outcome.ANSWER:
            return before.place is Place.OFFERED
        return before.place in _SAME_QUESTION

    def _exchange(
        self,
        inbound: Inbound,
        talk: Talk,
        turn: Turn,
        *,
        question: Question | None = None,
        ticket: Ticket | None = None,
    ) -> Exchange:
        said = Utterance(inbound.text)
        given = (inbound, talk, said, question, ticket, turn, self._now, _silent)
        return Exchange(self._session, self._desk, *given)

    async def _keep_words(self, noted: Exchange, settled: Move) -> None:
        """What the caller heard, for whoever reads the call; it goes out by no other way."""
        connection = await self._session.connection()
        advice = noted.turn.outcome in (Outcome.ANSWER, Outcome.CLARIFY)
        spoken = {
            "conversation_id": noted.talk.conversation_id,
            "channel": CHANNEL,
            "direction": Direction.OUT,
            "external_id": None,
            "author": Author.BOT if advice else Author.SYSTEM,
            "text": " ".join(settled.say),
            "choices": [],
            "question_id": noted.question.id if noted.question else None,
            "at": self._now,
            "created_at": self._now,
        }
        await connection.execute(statements.ADD_MESSAGES, [spoken])

    # -- people ------------------------------------------------

    async def _ring_somebody(self, line: Line, said: tuple[str, ...]) -> Move:
        """The next one on duty; in danger also the number that answers at any hour."""
        people = await duty.on_duty(self._session, self._now)
        numbers = [one.phone for one in people]
        if line.urgent and self._duty_phone:
            numbers.append(self._duty_phone)
        free = [one for one in numbers if one not in line.rung and dialable(one)]
        if free:
            return self._ivr.ring(line, free[0], *said)
        why = words.NOBODY_FREE if line.rung else words.NOBODY_ON_DUTY
        return self._message_box(line, (*said, why))

    def _message_box(self, line: Line, said: tuple[str, ...]) -> Move:
        number = dialable(self._ring.caller or line.caller)
        if number is None or line.number:
            return self._ivr.speak_now(line, *said)
        return self._ivr.ask_consent(replace(line, number=number), *said)

    @staticmethod
    async def joined(session: AsyncSession, line: Line, now: dt.datetime) -> Line:
        """The lawyer rung last took the call: the ticket is his, and this is its first answer."""
        staff = await duty.by_phone(session, line.rung[-1]) if line.rung else None
        ticket = await lookup.find_to_change(session, line.ticket or "")
        if ticket is not None and ticket.is_open:
            if staff is not None and ticket.assignee_id is None:
                with contextlib.suppress(tickets.Conflict):  # tied to the employer: not his to keep
                    await tickets.take(session, ticket, staff, now)
            tickets.spoke(session, ticket, staff, now)
            await callbacks.done(session, ticket, now)
        return replace(line, joined=True)

    # -- a message was left ------------------------------------------------

    async def _kept(self, line: Line) -> Move:
        line = await self.keep_recording(line)
        ticket = await lookup.find(self._session, line.ticket or "")
        assert ticket is not None
        code = line.code or await linking.issue(
            self._session, await self._conversation(), self._now
        )
        due = ticket.next_due_at or ticket.first_response_due_at
        return self._ivr.kept(replace(line, code=code), due, code)

    async def keep_recording(self, line: Line) -> Line:
        """Put the recording before a lawyer, once; a ticket for it unless there is one."""
        recording = self._ring.recording
        assert recording is not None
        attachment = Attachment(Media.VOICE, recording.ref, seconds=recording.seconds)
        inbound = replace(
            self._inbound(phrases.voice_message(recording.seconds), f"recording:{recording.ref}"),
            attachments=(attachment,),
        )
        talk = await self._talk(inbound)
        connection = await self._session.connection()
        if not await inbox.repeats(connection, [inbound]):
            line = await self._file(line, inbound, talk)
        return line

    async def _file(self, line: Line, inbound: Inbound, talk: Talk) -> Line:
        ticket = await lookup.find_to_change(self._session, line.ticket or "")
        priority = Priority.URGENT if line.urgent else Priority.NORMAL
        state = State(noticed=True)
        handoff = HandOff(line.kind, priority, "Người gọi để lại lời nhắn thoại")
        turn = (
            Turn(Outcome.JOIN, state)
            if ticket is not None
            else Turn(Outcome.HANDOFF, state, handoff=handoff)
        )
        filed = self._exchange(inbound, talk, turn, ticket=ticket)
        filed.subject = line.asked or inbound.text
        await exchange.carry_out(self._session, [filed])
        assert filed.ticket is not None
        if line.may_ring and line.number:
            await self._ask_to_be_rung(filed.ticket, line.number)
        return replace(line, ticket=filed.ticket.code)

    async def _ask_to_be_rung(self, ticket: Ticket, number: str) -> None:
        await tickets.detail(self._session, ticket, self._now, reach=number)
        await callbacks.ask(self._session, ticket, number, self._now)

    # -- codes ------------------------------------------------

    async def _status(self, line: Line, keys: str) -> Move:
        """Six digits tell how the case stands and what lawyers wrote; a ticket's code its state."""
        by_ticket = len(keys) != _CODE_LENGTH
        try:
            return await (self._by_ticket if by_ticket else self._by_code)(line, keys)
        except linking.TooManyTries:
            return self._ivr.too_many_codes(line)

    async def _by_ticket(self, line: Line, keys: str) -> Move:
        ticket = await lookup.find_by_keys(self._session, keys)
        guesser = await self._conversation()
        await linking.judge(self._session, guesser, right=ticket is not None, now=self._now)
        if ticket is None:
            return self._ivr.unknown_code(line)
        return self._ivr.told_status(line, _status_of(ticket))

    async def _by_code(self, line: Line, keys: str) -> Move:
        guesser = await self._conversation()
        found = await linking.find(self._session, keys, guesser, self._now)
        if found is None:
            return self._ivr.unknown_code(line)
        cases = await linking.tickets_of(self._session, found.conversation_id)
        if not cases:
            return self._ivr.told_status(line, words.CODE_FOR_TEXT)
        newest = cases[0]
        said = [_status_of(newest)]
        for text in await linking.lawyers_words(self._session, newest):
            said += words.lawyers_answer(text)
        return self._ivr.told_status(line, *said, rates=newest.code if _may_rate(newest) else "")

    async def _rated(self, line: Line, keys: str) -> Move:
        ticket = await lookup.find_to_change(self._session, line.rates)
        if ticket is not None:
            tickets.rate(self._session, ticket, words.RATINGS[keys], self._now)
        return self._ivr.rated(line)

    async def _erase(self, line: Line) -> Move:
        inbound = self._inbound(phrases.ERASE_ALL, f"{self._ring.call_id}:erase")
        talk = await self._talk(inbound)
        turn = Turn(Outcome.CHAT, State(), erase=True)
        await exchange.carry_out(self._session, [self._exchange(inbound, talk, turn)])
        return self._ivr.erased(Line(place=line.place))


def _status_of(ticket: Ticket) -> str:
    return words.status(ticket.code, ticket.state, ticket.next_due_at)


def _may_rate(ticket: Ticket) -> bool:
    """Closed after a lawyer's answer, and not rated yet."""
    answered = ticket.first_responded_at is not None
    return not ticket.is_open and answered and ticket.rating is None


def _silent(turn: Turn, _code: str, _due: dt.datetime) -> tuple[State, tuple[Reply, ...]]:
    """The receipt is spoken, not written."""
    return turn.state, ()
