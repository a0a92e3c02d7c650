"""The edge of the front door: messages share transactions, and none is lost to a collision."""

import asyncio
import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from itertools import count

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from bot import phrases
from bot.channels.base import Inbound
from bot.dialogue import Dialogue
from bot.exchange import Desk
from bot.models import Message
from bot.reception import Reception
from bot.turns import Case, State, Turn, Utterance
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


async def test_a_message_that_met_a_collision_is_tried_once_more(
    database: Database, library: Library, clock: Clock
) -> None:
    door = reception(database, collisions(library, 1), clock)
    assert await door.receive(HELLO)
    texts = [line.text for line in await door.transcript("webchat", "lan")]
    assert texts == ["xin chào", phrases.NOTICE, phrases.GREETING]


async def test_a_message_that_fails_again_is_not_called_a_repeat(
    database: Database, library: Library, clock: Clock
) -> None:
    """The provider hears of the fault and delivers once more."""
    door = reception(database, collisions(library, 4), clock)  # twice with others, twice alone
    with pytest.raises(IntegrityError):
        await door.receive(HELLO)
    assert await messages(database) == 0
    assert await door.receive(HELLO)
    assert (await door.transcript("webchat", "lan"))[0].text == "xin chào"


# -- messages that come together -------------------------------------------------------------------


def crowd(workers: int, messages_each: int) -> list[Inbound]:
    """The first message of each, then the second of each: no two of one worker side by side."""
    return [
        Inbound("webchat", f"{worker}-{number}", f"worker-{worker}", text=f"xin chào {number}")
        for number in range(messages_each)
        for worker in range(workers)
    ]


async def test_a_crowd_shares_transactions_and_each_hears_his_own_answers_in_order(
    database: Database, library: Library, clock: Clock
) -> None:
    transactions = count()
    desk = Desk(Dialogue(library), SHIPPED)

    def counted() -> Desk:
        next(transactions)
        return desk

    door = reception(database, counted, clock)
    said = crowd(workers=10, messages_each=3)
    assert all(await asyncio.gather(*map(door.receive, said)))
    assert next(transactions) < len(said) / 2
    for worker in range(10):
        lines = await door.transcript("webchat", f"worker-{worker}")
        heard = [line.text for line in lines if line.author == "worker"]
        assert heard == [f"xin chào {number}" for number in range(3)]
        assert lines[0].author == "worker"
        assert [line.text for line in lines].count(phrases.NOTICE) == 1


async def test_a_repeat_in_a_crowd_is_told_from_what_is_new(
    database: Database, library: Library, clock: Clock
) -> None:
    door = reception(database, collisions(library, 0), clock)
    said = crowd(workers=6, messages_each=1)
    assert all(await asyncio.gather(*map(door.receive, said[:3])))
    new = await asyncio.gather(*map(door.receive, said + said))
    assert [message for message, is_new in zip(said + said, new, strict=True) if is_new] == said[3:]


async def test_an_id_that_comes_again_from_another_worker_is_a_repeat(
    database: Database, library: Library, clock: Clock
) -> None:
    """A tap's id does not name its chat, so a garbled update may bring it from a stranger."""
    door = reception(database, collisions(library, 0), clock)
    assert await door.receive(HELLO)
    assert not await door.receive(replace(HELLO, address="minh"))
    assert await door.transcript("webchat", "minh") == []


async def test_an_id_that_many_bring_at_once_is_one_message_and_no_fault(
    database: Database, library: Library, clock: Clock
) -> None:
    door = reception(database, collisions(library, 0), clock)
    for number in range(10):
        said = replace(HELLO, external_id=f"same-{number}")
        ends = await asyncio.gather(
            *(door.receive(replace(said, address=f"worker-{one}")) for one in range(8))
        )
        assert sum(ends) == 1


class Stumbling(Dialogue):
    """A dialogue with a fault of ours that one worker's words meet every time."""

    def respond(self, state: State, said: Utterance, case: Case | None, now: dt.datetime) -> Turn:
        if "lỗi" in said.text:
            raise ZeroDivisionError
        return super().respond(state, said, case, now)


async def test_one_message_that_fails_takes_no_neighbour_with_it(
    database: Database, library: Library, clock: Clock
) -> None:
    door = reception(database, lambda: Desk(Stumbling(library), SHIPPED), clock)
    said = crowd(workers=5, messages_each=1)
    bad = Inbound("webchat", "bad", "unlucky", text="lỗi")
    ends = await asyncio.gather(
        *map(door.receive, [*said[:2], bad, *said[2:]]), return_exceptions=True
    )
    assert isinstance(ends.pop(2), ZeroDivisionError)
    assert ends == [True] * 5
    assert await door.transcript("webchat", "unlucky") == []
    for worker in range(5):
        lines = await door.transcript("webchat", f"worker-{worker}")
        assert [line.author == "worker" for line in lines] == [True, False, False]


async def test_who_hangs_up_while_others_wait_for_his_transaction_harms_nobody(
    database: Database, library: Library, clock: Clock
) -> None:
    door = reception(database, collisions(library, 0), clock)
    first, *others = [
        asyncio.create_task(door.receive(message)) for message in crowd(workers=5, messages_each=1)
    ]
    await asyncio.sleep(0)
    first.cancel()
    assert await asyncio.gather(*others) == [True] * 4
    assert await door.receive(HELLO)


async def test_two_processes_take_in_the_same_crowd_once(
    database: Database, library: Library, clock: Clock
) -> None:
    """Each has its own queue; what they share is the database."""
    doors = [reception(database, collisions(library, 0), clock) for _ in range(2)]
    said = crowd(workers=8, messages_each=2)
    ends = await asyncio.gather(
        *(door.receive(message) for message in said for door in doors), return_exceptions=True
    )
    assert sum(end is True for end in ends) == len(said)
    assert [end for end in ends if isinstance(end, BaseException)] == []
    for worker in range(8):
        lines = await doors[0].transcript("webchat", f"worker-{worker}")
        assert [line.text for line in lines].count("xin chào 0") == 1
        assert [line.text for line in lines].count(phrases.NOTICE) == 1
