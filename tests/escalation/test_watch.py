"""Clocks that ran out are told once, whoever looks and however often."""

import asyncio
import datetime as dt

from sqlalchemy import text

from escalation import watch
from escalation.vocabulary import EventKind
from tests.escalation.conftest import Desk


async def look(desk: Desk) -> list[str]:
    async with desk.database.writing() as session:
        return await watch.record_breaches(session, desk.clock())


async def breaches(desk: Desk, code: str) -> int:
    return (await desk.kinds(code)).count(EventKind.BREACHED)


async def test_a_deadline_that_holds_is_no_breach(desk: Desk) -> None:
    code = await desk.open()
    desk.clock.now = (await desk.read(code)).first_response_due_at - dt.timedelta(seconds=1)
    assert await look(desk) == []
    desk.clock.pass_(seconds=1)
    assert await look(desk) == [code]


async def test_each_breach_is_recorded_once(desk: Desk) -> None:
    code = await desk.open()
    desk.clock.pass_(days=3)
    assert [await look(desk) for _ in range(3)] == [[code], [], []]
    assert await breaches(desk, code) == 1


async def test_the_next_missed_deadline_is_a_new_breach(desk: Desk) -> None:
    code, lawyer = await desk.open(), await desk.lawyer()
    desk.clock.pass_(days=3)
    await look(desk)
    await desk.reply(code, lawyer)
    await desk.writes(code)
    assert await look(desk) == []
    desk.clock.pass_(days=3)
    assert await look(desk) == [code]
    assert await breaches(desk, code) == 2


async def test_a_ticket_that_waits_or_is_closed_misses_nothing(desk: Desk) -> None:
    lawyer = await desk.lawyer()
    waiting, done = await desk.open(), await desk.open()
    for code in (waiting, done):
        await desk.reply(code, lawyer)
    await desk.hold(waiting, lawyer)
    await desk.resolve(done, lawyer)
    desk.clock.pass_(days=30)
    assert await look(desk) == []


async def test_the_longest_overdue_come_first(desk: Desk) -> None:
    codes = []
    for _ in range(3):
        codes.append(await desk.open())
        desk.clock.pass_(minutes=7)
    desk.clock.pass_(days=3)
    assert await look(desk) == codes


async def test_two_watchers_at_once_record_each_breach_once(desk: Desk) -> None:
    codes = [await desk.open() for _ in range(10)]
    desk.clock.pass_(days=3)
    told = await asyncio.gather(*(look(desk) for _ in range(4)))
    assert sorted(code for codes_told in told for code in codes_told) == sorted(codes)
    assert [await breaches(desk, code) for code in codes] == [1] * 10


async def test_a_deadline_that_moves_while_the_watcher_looks_is_left_alone(desk: Desk) -> None:
    code, lawyer = await desk.open(), await desk.lawyer()
    desk.clock.pass_(days=3)
    async with desk.at(code) as (session, ticket):
        ticket.first_responded_at = desk.clock()
        ticket.next_due_at = desk.clock() + dt.timedelta(hours=1)
        ticket.assignee_id = lawyer.id
        await session.flush()
        watcher = asyncio.create_task(look(desk))
        await _waits_for_us(desk)
    assert await watcher == []
    assert await breaches(desk, code) == 0


async def _waits_for_us(desk: Desk) -> None:
    """Until the other transaction has read the old deadline and hangs on our lock.

    SQLite lets it begin only after we are done, so there is nothing to wait for.
    """
    if desk.database.is_sqlite:
        return
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    for _ in range(500):
        async with desk.database.reading() as session:
            if await session.scalar(waiting):
                return
        await asyncio.sleep(0.01)
    raise AssertionError("the watcher never came to the locked row")
