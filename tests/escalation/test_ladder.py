"""A breach nobody mends climbs: lawyer, head, deputy director."""

import datetime as dt

from escalation import ladder, watch
from escalation.calendar import LOCAL
from escalation.sla import SHIPPED
from escalation.vocabulary import EventKind, Priority
from tests.escalation.conftest import Desk


def at(day: int, clock: str) -> dt.datetime:
    hour, minute = clock.split(":")
    return dt.datetime(2026, 11, day, int(hour), int(minute), tzinfo=LOCAL)


def test_the_steps_are_counted_in_business_minutes() -> None:
    target = SHIPPED.target(Priority.NORMAL, at(23, "08:00"))
    due = at(23, "16:30")  # the day after is a holiday
    assert ladder.rises_at(target, due, ladder.LAWYER) == at(25, "08:00")
    assert ladder.rises_at(target, due, ladder.HEAD) == at(25, "11:00")
    assert ladder.rises_at(target, due, ladder.DEPUTY) is None


def test_an_urgent_breach_climbs_at_any_hour() -> None:
    target = SHIPPED.target(Priority.URGENT, at(22, "23:00"))
    assert ladder.rises_at(target, at(22, "23:15"), ladder.LAWYER) == at(22, "23:30")
    assert ladder.rises_at(target, at(22, "23:15"), ladder.HEAD) == at(22, "23:45")


async def climb(desk: Desk) -> list[str]:
    async with desk.database.writing() as session:
        return await watch.climb(session, desk.clock())


async def breached(desk: Desk) -> str:
    """Due at 13:30 on Monday."""
    code = await desk.open()
    desk.clock.now = at(23, "13:30")
    async with desk.database.writing() as session:
        assert await watch.record_breaches(session, desk.clock()) == [code]
    return code


async def levels(desk: Desk, code: str) -> list[int]:
    return [
        event.data["level"]
        for event in await desk.history(code)
        if event.kind is EventKind.ESCALATED
    ]


async def test_each_level_is_told_once(desk: Desk) -> None:
    code = await breached(desk)
    assert (await desk.read(code)).level == ladder.LAWYER
    desk.clock.now = at(23, "14:29")
    assert await climb(desk) == []
    desk.clock.now = at(23, "14:30")
    assert [await climb(desk) for _ in range(2)] == [[code], []]
    desk.clock.now = at(25, "07:59")
    assert await climb(desk) == []
    desk.clock.now = at(25, "08:30")
    assert [await climb(desk) for _ in range(2)] == [[code], []]
    assert await levels(desk, code) == [1, 2]
    assert (await desk.read(code)).rises_at is None


async def test_after_an_outage_each_level_is_still_told(desk: Desk) -> None:
    code = await breached(desk)
    desk.clock.pass_(days=9)
    assert [await climb(desk) for _ in range(3)] == [[code], [code], []]
    assert await levels(desk, code) == [1, 2]


async def test_an_answer_takes_it_down_again(desk: Desk) -> None:
    code, lawyer = await breached(desk), await desk.lawyer()
    desk.clock.now = at(23, "15:00")
    await climb(desk)
    await desk.reply(code, lawyer)
    ticket = await desk.read(code)
    assert (ticket.level, ticket.rises_at) == (ladder.LAWYER, None)
    desk.clock.pass_(days=1)
    assert await climb(desk) == []
