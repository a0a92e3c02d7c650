"""Who is rung at which minute, and in which order."""

import datetime as dt

import pytest

from escalation import duty
from escalation.duty import BadShift, OnDuty
from escalation.models import Staff
from tests.escalation.conftest import Desk

MONDAY, SUNDAY = 0, 6
MORNING = (7 * 60 + 30, 11 * 60 + 30)
ALL_DAY = (0, 24 * 60)


async def hired(desk: Desk, number: str | None) -> Staff:
    staff = await desk.lawyer()
    async with desk.database.writing() as session:
        kept = await session.get(Staff, staff.id)
        assert kept is not None
        kept.phone = number
    return staff


async def on(
    desk: Desk, staff: Staff, hours: tuple[int, int], rank: int = 0, weekday: int = MONDAY
) -> None:
    async with desk.database.writing() as session:
        duty.add(session, staff, weekday, hours, rank)


async def rung(desk: Desk, now: dt.datetime | None = None) -> list[str]:
    async with desk.database.reading() as session:
        return [one.phone for one in await duty.on_duty(session, now or desk.clock())]


def local(text: str) -> dt.datetime:
    """ "23T07:30:00": that moment of November 2026 in Hải Phòng."""
    return dt.datetime.fromisoformat(f"2026-11-{text}+07:00")


@pytest.mark.parametrize(
    ("moment", "there"),
    [
        ("23T07:29:59", False),
        ("23T07:30:00", True),
        ("23T11:29:59", True),
        ("23T11:30:00", False),
        ("22T08:00:00", False),
        ("24T08:00:00", False),
        ("30T08:00:00", True),
    ],
)
async def test_hours_begin_with_their_first_minute_and_end_before_their_last(
    desk: Desk, moment: str, there: bool
) -> None:
    await on(desk, await hired(desk, "+84912345678"), MORNING)
    assert bool(await rung(desk, local(moment))) is there


async def test_a_day_is_a_day_in_vietnam(desk: Desk) -> None:
    await on(desk, await hired(desk, "+84912345678"), ALL_DAY)
    assert not await rung(desk, dt.datetime(2026, 11, 22, 16, 59, 59, tzinfo=dt.UTC))
    assert await rung(desk, dt.datetime(2026, 11, 22, 17, 0, tzinfo=dt.UTC))
    assert await rung(desk, dt.datetime(2026, 11, 23, 16, 59, 59, tzinfo=dt.UTC))
    assert not await rung(desk, dt.datetime(2026, 11, 23, 17, 0, tzinfo=dt.UTC))


async def test_the_lowest_rank_is_rung_first_and_nobody_twice(desk: Desk) -> None:
    first, second, third = [await hired(desk, f"+8491234567{last}") for last in (1, 2, 3)]
    await on(desk, third, ALL_DAY, rank=2)
    await on(desk, second, ALL_DAY, rank=1)
    await on(desk, first, ALL_DAY, rank=1)  # later, of the same rank
    await on(desk, third, MORNING, rank=0)
    assert await rung(desk) == ["+84912345673", "+84912345672", "+84912345671"]


async def test_who_left_or_has_no_number_is_not_rung(desk: Desk) -> None:
    gone, silent = await hired(desk, "+84912345671"), await hired(desk, None)
    there = await hired(desk, "+84912345673")
    for staff in (gone, silent, there):
        await on(desk, staff, ALL_DAY)
    async with desk.database.writing() as session:
        kept = await session.get(Staff, gone.id)
        assert kept is not None
        kept.disabled_at = desk.clock()
    async with desk.database.reading() as session:
        assert await duty.on_duty(session, desk.clock()) == [OnDuty(there.id, "+84912345673")]


@pytest.mark.parametrize(
    ("weekday", "hours", "rank"),
    [
        (-1, MORNING, 0),
        (7, MORNING, 0),
        (0, (450, 450), 0),
        (0, (690, 450), 0),
        (0, (-1, 450), 0),
        (0, (450, 1441), 0),
        (0, MORNING, -1),
        (0, MORNING, 10),
    ],
)
async def test_hours_that_are_none_are_refused(
    desk: Desk, weekday: int, hours: tuple[int, int], rank: int
) -> None:
    staff = await hired(desk, "+84912345678")
    async with desk.database.writing() as session:
        with pytest.raises(BadShift):
            duty.add(session, staff, weekday, hours, rank)
    async with desk.database.reading() as session:
        assert await duty.shifts(session) == []


async def test_the_roster_reads_like_a_week(desk: Desk) -> None:
    one, other = await hired(desk, None), await hired(desk, None)
    await on(desk, one, ALL_DAY, weekday=SUNDAY)
    await on(desk, one, (600, 700), rank=0)
    await on(desk, one, MORNING, rank=1)
    await on(desk, other, MORNING, rank=0)
    async with desk.database.reading() as session:
        week = [(shift.weekday, shift.opens, who.id) for shift, who in await duty.shifts(session)]
    assert week == [(0, 450, other.id), (0, 450, one.id), (0, 600, one.id), (6, 0, one.id)]


async def test_a_lawyer_is_known_by_his_number(desk: Desk) -> None:
    await hired(desk, None)
    known = await hired(desk, "+84912345678")
    async with desk.database.reading() as session:
        found = await duty.by_phone(session, "+84912345678")
        assert found is not None
        assert found.id == known.id
        assert await duty.by_phone(session, "+84912345679") is None
