"""The worker's own clock, from his words to what he and the lawyer read of it."""

import datetime as dt

import pytest

from bot import limits, phrases
from bot.models import Author
from escalation import lookup, tickets, watch
from escalation.vocabulary import EventKind
from hotline.db import Database
from knowledge_base.library import Library
from tests.factories import Clock
from tests.front_door import FrontDoor

TODAY = dt.date(2026, 11, 22)


@pytest.fixture
def door(database: Database, library: Library, clock: Clock) -> FrontDoor:
    return FrontDoor(database, library, clock)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("công ty nợ lương từ ngày 15/8/2026", dt.date(2026, 8, 15)),
        ("bị đuổi hôm qua", dt.date(2026, 11, 21)),
        ("nợ lương tháng 8/2026", dt.date(2026, 8, 1)),  # no deadline is told too late
        ("năm ngoái công ty không đóng bảo hiểm", None),
        ("em vào làm 1/3/2024, bị đuổi ngày 15/8/2026", None),  # which of them?
        ("ngày 15/3/2027 em sinh thì được nghỉ mấy tháng", None),
        ("công ty nợ lương", None),
    ],
)
def test_a_day_is_taken_only_where_it_is_sure(text: str, day: dt.date | None) -> None:
    assert limits.event_day(text, TODAY) == day


def test_the_last_days_are_half_a_year_nine_months_and_a_year_away() -> None:
    assert limits.last_days(dt.date(2026, 8, 31)) == (
        dt.date(2027, 2, 28),
        dt.date(2027, 5, 31),
        dt.date(2027, 8, 31),
    )
    assert limits.last_days(None) == ()


def test_only_what_is_left_is_told() -> None:
    told = (dt.date(2026, 5, 1), dt.date(2026, 11, 1), dt.date(2027, 5, 1))
    words = phrases.limitation(*told, today=dt.date(2026, 11, 2))
    assert words is not None
    assert "hòa giải" not in words
    assert "01/05/2027" in words
    assert phrases.limitation(*told, today=dt.date(2027, 5, 2)) is None


async def test_the_receipt_tells_the_worker_until_when_he_may_act(door: FrontDoor) -> None:
    await door.says("lan", "phản ánh công ty nợ lương từ ngày 15/8/2026")
    said = [line.text for line in await door.reads("lan")]
    assert "hòa giải là 15/02/2027" in said[-2]
    assert "tòa là 15/08/2027" in said[-2]
    ticket = await door.newest_ticket()
    assert ticket.code in said[-1]  # the receipt and its button stay last
    assert (ticket.event_on, ticket.limitation_on) == (
        dt.date(2026, 8, 15),
        dt.date(2027, 2, 15),
    )


async def test_who_is_in_danger_reads_no_terms_of_law(door: FrontDoor) -> None:
    await door.says("lan", "hôm qua quản đốc đánh tôi, giờ đang cầm dao dọa giết")
    assert not any("Đ.190" in line.text for line in await door.reads("lan"))
    assert (await door.newest_ticket()).event_on == dt.date(2026, 11, 21)


async def test_a_silent_worker_reads_one_reminder_and_then_the_end(door: FrontDoor) -> None:
    await door.says("lan", "phản ánh công ty nợ lương ba tháng nay")
    lawyer, code = await door.lawyer(), (await door.newest_ticket()).code
    await door.replies(code, lawyer, "Chị gửi giúp bảng lương.")
    async with door.database.writing() as session:
        ticket = await lookup.find_to_change(session, code)
        assert ticket is not None
        tickets.hold(session, ticket, lawyer, door.clock())
    before = len(await door.reads("lan"))
    for _ in range(12 * 4):
        door.clock.pass_(hours=6)
        async with door.database.writing() as session:
            await watch.remind(session, door.clock())
            await watch.give_up(session, door.clock())
        await door._announce()
    reminder, end = (await door.reads("lan"))[before:]
    assert "vẫn chờ anh/chị" in reminder.text
    assert end.text == phrases.closed_waiting(code)
    assert {reminder.author, end.author} == {Author.SYSTEM}
    async with door.database.reading() as session:
        ticket = await lookup.find(session, code)
        assert ticket is not None
        kinds = [event.kind for event in await tickets.history(session, ticket)]
    assert kinds[-3:] == [EventKind.HELD, EventKind.REMINDED, EventKind.RESOLVED]
