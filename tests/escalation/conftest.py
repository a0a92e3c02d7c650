"""A desk over each database: lawyers, tickets, and one transaction for each thing done."""

import contextlib
import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from escalation import lookup, tickets
from escalation.models import Staff, Ticket, TicketEvent
from escalation.sla import SHIPPED
from escalation.tickets import Opening
from escalation.vocabulary import EventKind, Kind, Priority, Role
from hotline.db import Database
from tests.factories import Clock


class Desk:
    def __init__(self, database: Database, clock: Clock) -> None:
        self.database, self.clock = database, clock
        self._hired = 0

    async def lawyer(self) -> Staff:
        self._hired += 1
        async with self.database.writing() as session:
            staff = Staff(
                email=f"luatsu{self._hired}@hotline.test",
                name=f"Luật sư {self._hired}",
                role=Role.LAWYER,
                created_at=self.clock(),
            )
            session.add(staff)
        return staff

    async def open(
        self, priority: Priority = Priority.NORMAL, asked_at: dt.datetime | None = None
    ) -> str:
        opening = Opening(
            Kind.QUESTION, priority, "telegram", "Công ty nợ lương", asked_at or self.clock()
        )
        async with self.database.writing() as session:
            ticket = await tickets.open_ticket(session, opening, SHIPPED, self.clock())
        return ticket.code

    @contextlib.asynccontextmanager
    async def at(self, code: str) -> AsyncIterator[tuple[AsyncSession, Ticket]]:
        """One transaction on one ticket."""
        async with self.database.writing() as session:
            ticket = await lookup.find(session, code)
            assert ticket is not None
            yield session, ticket

    async def read(self, code: str) -> Ticket:
        async with self.database.reading() as session:
            ticket = await lookup.find(session, code)
        assert ticket is not None
        return ticket

    async def history(self, code: str) -> list[TicketEvent]:
        async with self.database.reading() as session:
            ticket = await lookup.find(session, code)
            assert ticket is not None
            return list(await tickets.history(session, ticket))

    async def kinds(self, code: str) -> list[EventKind]:
        return [event.kind for event in await self.history(code)]

    # -- what people do, each in its own transaction ------------------------------------------

    async def take(self, code: str, staff: Staff) -> None:
        async with self.at(code) as (session, ticket):
            await tickets.take(session, ticket, staff, self.clock())

    async def reply(self, code: str, staff: Staff, text: str = "Vâng", **more: Any) -> int:
        async with self.at(code) as (session, ticket):
            event = await tickets.reply(session, ticket, staff, text, self.clock(), **more)
            await session.flush()
            return event.id

    async def writes(self, code: str, text: str = "Còn nữa", at: dt.datetime | None = None) -> None:
        async with self.at(code) as (session, ticket):
            now = self.clock()
            tickets.wrote(session, ticket, text, at or now, now)

    async def hold(self, code: str, staff: Staff) -> None:
        async with self.at(code) as (session, ticket):
            tickets.hold(session, ticket, staff, self.clock())

    async def resume(self, code: str, staff: Staff) -> None:
        async with self.at(code) as (session, ticket):
            tickets.resume(session, ticket, staff, self.clock())

    async def resolve(self, code: str, staff: Staff) -> None:
        async with self.at(code) as (session, ticket):
            tickets.resolve(session, ticket, staff, self.clock())

    async def reopen(self, code: str, staff: Staff) -> None:
        async with self.at(code) as (session, ticket):
            await tickets.reopen(session, ticket, staff, self.clock())

    async def prioritise(self, code: str) -> None:
        async with self.at(code) as (session, ticket):
            tickets.prioritise(session, ticket, self.clock())


@pytest.fixture
def desk(database: Database, clock: Clock) -> Desk:
    """Opens on Monday 23/11/2026 at 08:00 in Hải Phòng; Tuesday 24/11 is a public holiday."""
    clock.now = dt.datetime(2026, 11, 23, 1, 0, tzinfo=dt.UTC)
    return Desk(database, clock)
