"""The edge of the front door: one transaction a message, and none lost to a collision."""

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from bot import phrases
from bot.channels.base import Inbound
from bot.dialogue import Dialogue
from bot.exchange import Desk
from bot.models import Message
from bot.reception import Reception
from escalation.sla import SHIPPED
from hotline.db import Database
from knowledge_base.library import Library
from tests.factories import Clock

HELLO = Inbound("webchat", "message-1", "lan", text="xin chào")


def reception(database: Database, desk: Callable[[], Desk], clock: Clock) -> Reception:
    return Reception(database, desk, clock, lambda: None)


async def messages(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(Message)) or 0


def collisions(library: Library, times: int) -> Callable[[], Desk]:
    """A desk that loses its first so many transactions to somebody quicker."""
    left = iter(range(times))

    def desk() -> Desk:
        if next(left, None) is not None:
            raise IntegrityError("INSERT", {}, ValueError("UNIQUE"))
        return Desk(Dialogue(library), SHIPPED)

    return desk


async def test_a_repeat_changes_nothing(database: Database, library: Library, clock: Clock) -> None:
    door = reception(database, collisions(library, 0), clock)
    assert await door.receive(HELLO)
    counted = await messages(database)
    assert not await door.receive(HELLO)
    assert await messages(database) == counted


async def test_the_same_message_at_once_is_taken_in_once(
    database: Database, library: Library, clock: Clock
) -> None:
    door = reception(database, collisions(library, 0), clock)
    ends = await asyncio.gather(*(door.receive(HELLO) for _ in range(5)))
    assert sum(ends) == 1
    texts = [line.text for line in await door.transcript("webchat", "lan")]
    assert texts == ["xin chào", phrases.NOTICE, phrases.GREETING]


async def test_a_message_that_met_a_collision_is_not_called_a_repeat(
    database: Database, library: Library, clock: Clock
) -> None:
    """The provider hears of the fault and delivers once more."""
    door = reception(database, collisions(library, 1), clock)
    with pytest.raises(IntegrityError):
        await door.receive(HELLO)
    assert await messages(database) == 0
    assert await door.receive(HELLO)
    assert (await door.transcript("webchat", "lan"))[0].text == "xin chào"
