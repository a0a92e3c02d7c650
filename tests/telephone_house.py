"""A running hotline with a telephone, and callers who ring it as Twilio would let them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from admin_api import accounts
from bot.channels.twiml import fallback_twiml
from bot.models import Handoff, Message, Outcome, Question, StoredFile
from bot.telephone import words
from bot.telephone.line import Line, Place
from bot.telephone.models import Call as Booked
from bot.telephone.numbers import dialable
from escalation import duty
from escalation.calendar import LOCAL
from escalation.models import Callback, Staff, Ticket
from escalation.vocabulary import Role
from hotline.rehearsal import walker
from hotline.rehearsal.twilio import LocalTwilio
from tests.journeys.conftest import Hotline

MOBILE = "+84912345678"
_DIGITS = "không một hai ba bốn năm sáu bảy tám chín".split()


class End(StrEnum):
    """What a caller has when the call is over."""

    ANSWER = "answer"
    PERSON = "person"
    TICKET = "ticket"
    STATUS = "status"  # of a case, or of none: the code was wrong
    OFFERED = "offered"  # he said nothing that could be used, and left no message after the tone
    ERASED = "erased"
    BUSY = "busy"  # too many calls of one number
    AWAY = "away"  # we are: he heard the numbers to ring
    LEFT = "left"  # he hung up before there was anything to answer
    NOTHING = "nothing"  # must not be


class Caller(walker.Call):
    """`left`: he hung up himself. `heard` is what was said since he last did something."""

    left = False
    _mark = 0

    @property
    def heard(self) -> str:
        return " ".join(self.said[self._mark :])

    async def presses(self, *keys: str) -> None:
        for one in keys:
            await self.press(one)

    async def leaves_message(self, seconds: int = 35, ends_with: str = "#") -> str:
        return await self.record(MESSAGE, seconds, ends_with)

    async def hang_up(self) -> None:
        self.left = True
        await super().hang_up()

    async def _ask(self, url: str, **more: str) -> None:
        self._mark = len(self.said)
        await super()._ask(url, **more)

    @property
    def code(self) -> str:
        """The six digits that were spoken."""
        spoken = self.heard.partition("Mã của anh chị là: ")[2].partition(".")[0]
        return "".join(str(_DIGITS.index(one)) for one in spoken.split(", "))

    @property
    def place(self) -> str:
        """The verb that waits for him, "" when the call is over."""
        return self.waiting.tag if self.waiting is not None else ""


MESSAGE = b"\xff\xfb\x90\x44" + bytes(413)  # one frame of an MP3


@dataclass
class TelephoneHouse:
    """`hotline` with its books as a story needs them, and everybody who rang."""

    hotline: Hotline
    twilio: LocalTwilio
    public_url: str
    callers: list[Caller] = field(default_factory=list)
    _ends: dict[str, End] = field(default_factory=dict)

    @property
    def line(self) -> walker.Line:
        here = self.hotline
        there = (self.public_url, here.public_base, fallback_twiml())
        return walker.Line(self.twilio, here.session, *there)

    async def rings(self, caller: str = MOBILE) -> Caller:
        call = Caller(self.line, caller)
        self.callers.append(call)
        await call.dial_in()
        return call

    async def on_duty(self, phone: str, rank: int = 0) -> Staff:
        """Somebody whose duty is now."""
        clock = self.hotline.clock
        async with self.hotline.house.database.writing() as session:
            email = f"l{phone[1:]}@hotline.test"
            staff, _ = await accounts.add_staff(session, email, "Luật sư", Role.LAWYER, clock())
            staff.phone = phone
            await session.flush()
            duty.add(session, staff, clock().astimezone(LOCAL).weekday(), (0, 24 * 60), rank)
        return staff

    # -- the books ---------------------------------------------------------------------------------

    async def rows(self, kind: Any) -> list[Any]:
        async with self.hotline.house.database.reading() as session:
            return list(await session.scalars(select(kind).order_by(kind.id)))

    async def ticket(self) -> Ticket:
        (found,) = await self.rows(Ticket)
        assert isinstance(found, Ticket)
        return found

    async def outcomes(self) -> list[Outcome]:
        return [one.outcome for one in await self.rows(Question)]

    async def words(self) -> list[str]:
        return [one.text for one in await self.rows(Message)]

    # -- the rule ----------------------------------------------------------------------------------

    async def end_of(self, call: Caller) -> End:
        """What became of a call; once looked up it stays, as its case may move to a chat."""
        if call.sid not in self._ends:
            self._ends[call.sid] = await self._end_of(call)
        return self._ends[call.sid]

    async def _end_of(self, call: Caller) -> End:
        """By the books, and by what was said only where nothing is written."""
        booked = await self._booked(call)
        if booked is None:
            return End.AWAY if "một một ba" in call.heard else End.NOTHING
        line = Line.from_json(booked.line)
        if line.joined:
            return End.PERSON
        if line.ticket is not None:
            known = [one.code for one in await self.rows(Ticket)]
            return End.TICKET if line.ticket in known else End.NOTHING
        asked = await self._asked(booked.conversation_id)
        if any(one.outcome is Outcome.ANSWERED for one in asked):
            return End.ANSWER
        return _unasked(call, line, asked)

    async def _booked(self, call: Caller) -> Booked | None:
        async with self.hotline.house.database.reading() as session:
            return await session.scalar(select(Booked).where(Booked.call_index == call.sid))

    async def _asked(self, conversation: int | None) -> list[Question]:
        if conversation is None:  # nothing, or forgotten
            return []
        return [one for one in await self.rows(Question) if one.conversation_id == conversation]

    async def check(self) -> None:
        """Every path ends in an answer, a person or a ticket, and the books agree on it."""
        for call in self.callers:
            if call.over:
                assert await self.end_of(call) is not End.NOTHING, call.said
        tickets = {one.id: one for one in await self.rows(Ticket)}
        handoffs = await self.rows(Handoff)
        handed = {one.question_id for one in handoffs}
        assert {one.ticket_id for one in handoffs} <= set(tickets)
        for question in await self.rows(Question):
            assert (question.outcome is Outcome.HANDED_OFF) <= (question.id in handed)
        _kept_for_somebody(await self.rows(StoredFile), handoffs)
        for task in await self.rows(Callback):
            assert dialable(task.number) == task.number
            assert task.ticket_id in tickets


def _unasked(call: Caller, line: Line, asked: Sequence[Question]) -> End:
    """Nothing was answered and there is no ticket: then nothing may have been asked for."""
    said = " ".join(call.said)
    if words.ERASED in said:
        return End.ERASED
    if words.BUSY in said:
        return End.BUSY
    if line.place is Place.STATUS or words.CODE_UNKNOWN in said:
        return End.STATUS
    if any(one.outcome is Outcome.HANDED_OFF for one in asked):
        return End.NOTHING
    if call.left:
        return End.LEFT
    return End.OFFERED if words.SPEAK_NOW in said else End.NOTHING


def _kept_for_somebody(files: Sequence[StoredFile], handoffs: Sequence[Handoff]) -> None:
    """Whatever was recorded lies on a ticket."""
    with_ticket = {one.conversation_id for one in handoffs}
    assert {one.conversation_id for one in files} <= with_ticket
