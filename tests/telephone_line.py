"""A caller without a carrier: rings the switchboard, hears documents, presses keys, says words."""

import itertools

from sqlalchemy import select

from admin_api import accounts
from bot.dialogue import Dialogue
from bot.exchange import Desk
from bot.models import Message, Question, StoredFile
from bot.telephone.call import Dial, Dialled, Document, HangUp, Listen, Record, Recording, Ring
from bot.telephone.switchboard import Switchboard
from escalation import duty
from escalation.calendar import LOCAL
from escalation.models import Callback, Staff, Ticket
from escalation.sla import SHIPPED
from escalation.vocabulary import Role
from hotline.db import Database
from knowledge_base.library import Library
from tests.factories import Clock

MOBILE = "+84912345678"
_numbers = itertools.count(1)


class CallCentre:
    """The switchboard of one house, and what stands in its books afterwards."""

    def __init__(self, database: Database, library: Library, clock: Clock) -> None:
        self.database, self.clock = database, clock
        self.desk = Desk(Dialogue(library), SHIPPED)
        self.duty_phone: str | None = None
        self.board = self._board()

    def _board(self) -> Switchboard:
        return Switchboard(self.database, lambda: self.desk, self.clock, self.duty_phone)

    def with_duty_phone(self, number: str) -> None:
        self.duty_phone = number
        self.board = self._board()

    def line(self, caller: str = MOBILE, provider: str = "twilio") -> "Line":
        return Line(self, caller, provider)

    async def on_duty(self, phone: str, rank: int = 0) -> Staff:
        """Somebody whose duty is now."""
        local = self.clock().astimezone(LOCAL)
        async with self.database.writing() as session:
            staff, _ = await accounts.add_staff(
                session, f"l{phone[1:]}@hotline.test", f"Luật sư {rank}", Role.LAWYER, self.clock()
            )
            staff.phone = phone
            await session.flush()
            duty.add(session, staff, local.weekday(), (0, 24 * 60), rank)
        return staff

    async def tickets(self) -> list[Ticket]:
        return await self._all(Ticket)

    async def questions(self) -> list[Question]:
        return await self._all(Question)

    async def messages(self) -> list[Message]:
        return await self._all(Message)

    async def files(self) -> list[StoredFile]:
        return await self._all(StoredFile)

    async def callbacks(self) -> list[Callback]:
        return await self._all(Callback)

    async def _all(self, kind):
        async with self.database.reading() as session:
            return list(await session.scalars(select(kind).order_by(kind.id)))


class Line:
    """One call."""

    def __init__(self, centre: CallCentre, caller: str, provider: str) -> None:
        self._centre, self._caller, self._provider = centre, caller, provider
        self.call_id = f"CA{next(_numbers):032x}"
        self.heard: Document | None = None
        self.rings: list[Ring] = []

    async def dials(self) -> Document:
        return await self._rings()

    async def says(self, words: str) -> Document:
        assert isinstance(self.then, Listen)
        assert self.then.speech
        return await self._rings(words=words)

    async def presses(self, *keys: str) -> Document:
        for one in keys:
            assert isinstance(self.then, Listen), self.then
            await self._rings(keys=one)
        assert self.heard is not None
        return self.heard

    async def is_silent(self) -> Document:
        return await self._rings()

    async def leaves(self, seconds: int = 35, name: str = "1") -> Document:
        assert isinstance(self.then, Record), self.then
        return await self._rings(recording=Recording(self.recording(name), seconds))

    def recording(self, name: str = "1") -> str:
        return f"https://api.twilio.test/Recordings/RE{self.call_id}{name}"

    async def lawyer(self, *, takes: bool) -> Document:
        """The one who is rung presses 1, or not; then the ringing is over."""
        assert isinstance(self.then, Dial)
        assert self.heard is not None
        if takes and self._provider == "twilio":
            assert await self._centre.board.whisper(self.call_id, self.heard.step)
            await self._centre.board.accepted(self.call_id, self.heard.step)
        return await self._rings(dialled=Dialled(answered=takes))

    async def hangs_up(self, seconds: int = 60) -> None:
        await self._centre.board.status(self._provider, self.call_id, True, seconds)

    async def again(self) -> Document:
        """The carrier repeats its last request."""
        return await self._centre.board.answer(self.rings[-1])

    async def _rings(self, **more) -> Document:
        step = self.heard.step if self.heard else 0
        ring = Ring(self._provider, self.call_id, step, caller=self._caller, **more)
        self.rings.append(ring)
        self.heard = await self._centre.board.answer(ring)
        return self.heard

    @property
    def then(self):
        assert self.heard is not None
        return self.heard.then

    @property
    def said(self) -> str:
        assert self.heard is not None
        return " ".join(self.heard.say)

    @property
    def over(self) -> bool:
        return isinstance(self.then, HangUp)
