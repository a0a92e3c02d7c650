"""Workers' stories against a database, without network: messages in, replies out, bells rung."""

import datetime as dt
import uuid

from sqlalchemy import select

from admin_api import accounts
from bot import notifications, retention
from bot.channels.base import Attachment, Inbound, Line, Pull
from bot.dialogue import Dialogue
from bot.dispatcher import Dispatcher
from bot.exchange import Desk
from bot.reception import Reception
from escalation import lookup, merging, tickets
from escalation.models import Staff, Ticket
from escalation.sla import SHIPPED
from escalation.vocabulary import Role
from hotline.db import Database
from knowledge_base.library import Library
from tests.factories import Clock

CHANNEL = "webchat"


class FrontDoor:
    """Everything between a worker's message and the lawyer's answer that he reads."""

    def __init__(self, database: Database, library: Library, clock: Clock) -> None:
        self.database, self.clock = database, clock
        self.desk = Desk(Dialogue(library), SHIPPED)
        names = (CHANNEL, "telegram")
        self._dispatcher = Dispatcher(database, {name: Pull(name) for name in names}, clock)
        self._reception = Reception(database, lambda: self.desk, clock, lambda: None)

    async def says(
        self, who: str, text: str, *, channel: str = CHANNEL, at: dt.datetime | None = None
    ) -> None:
        await self.receives(Inbound(channel, uuid.uuid4().hex, who, at=at, text=text))

    async def shows(self, who: str, *attachments: Attachment, text: str = "") -> None:
        """Send files, with or without words."""
        inbound = Inbound(CHANNEL, uuid.uuid4().hex, who, text=text, attachments=attachments)
        await self.receives(inbound)

    async def hears(self, inbound: Inbound) -> bool:
        """A message as its channel delivers it; False for a repeat."""
        return await self._reception.receive(inbound)

    async def taps(self, who: str, label: str, *, channel: str = CHANNEL) -> None:
        """Tap the newest button with this label."""
        payload = next(
            payload
            for line in reversed(await self.reads(who, channel=channel))
            for said, payload in line.choices
            if said == label
        )
        await self.receives(Inbound(channel, uuid.uuid4().hex, who, choice=payload))

    async def receives(self, inbound: Inbound) -> None:
        assert await self._reception.receive(inbound)
        await self._dispatcher.settle()

    async def reads(self, who: str, *, channel: str = CHANNEL) -> list[Line]:
        return list(await self._reception.transcript(channel, who))

    async def quarantine(self, body: bytes) -> None:
        await self._reception.quarantine(CHANNEL, body, "unreadable")

    async def lawyer(self, email: str = "luatsu@hotline.test") -> Staff:
        async with self.database.writing() as session:
            staff, _ = await accounts.add_staff(
                session, email, "Luật sư", Role.LAWYER, self.clock()
            )
        return staff

    async def newest_ticket(self) -> Ticket:
        async with self.database.reading() as session:
            found = await session.scalar(select(Ticket).order_by(Ticket.id.desc()).limit(1))
        assert found is not None
        return found

    async def replies(self, code: str, staff: Staff, text: str = "Anh/chị nộp đơn nhé.") -> None:
        async with self.database.writing() as session:
            ticket = await lookup.find_to_change(session, code)
            assert ticket is not None
            await tickets.reply(session, ticket, staff, text, self.clock())
        await self._announce()

    async def resolves(self, code: str, staff: Staff) -> None:
        async with self.database.writing() as session:
            ticket = await lookup.find_to_change(session, code)
            assert ticket is not None
            tickets.resolve(session, ticket, staff, self.clock())
        await self._announce()

    async def reopens(self, code: str, staff: Staff) -> None:
        async with self.database.writing() as session:
            ticket = await lookup.find_to_change(session, code)
            assert ticket is not None
            await tickets.reopen(session, ticket, staff, self.clock())

    async def merges(self, code: str, into: str, staff: Staff) -> None:
        async with self.database.writing() as session:
            found = {one: await lookup.find(session, one) for one in (code, into)}
            other, target = found[code], found[into]
            assert other is not None
            assert target is not None
            await merging.merge(session, other, target, staff, self.clock())

    async def _announce(self) -> None:
        async with self.database.writing() as session:
            await notifications.announce(session, self.clock())
        await self._dispatcher.settle()

    async def forgets(self) -> int:
        """The bell that forgets what is too old."""
        async with self.database.writing() as session:
            return await retention.forget(session, self.clock())
