"""What a worker writes after two of his tickets became one."""

import asyncio

import pytest
from sqlalchemy import select

from bot import phrases
from escalation import lookup, merging, tickets
from escalation.models import Ticket
from escalation.vocabulary import EventKind, State
from hotline.db import Database
from knowledge_base.library import Library
from tests.factories import Clock
from tests.front_door import FrontDoor

pytestmark = pytest.mark.thorough("postgresql")


@pytest.fixture
def door(database: Database, library: Library, clock: Clock) -> FrontDoor:
    return FrontDoor(database, library, clock)


async def asks_a_lawyer(door: FrontDoor, text: str) -> str:
    """A ticket of its own for `text`."""
    await door.says("lan", text)
    await door.says("lan", "Không phải, gửi cho luật sư")
    return (await door.newest_ticket()).code


async def something_else(door: FrontDoor) -> None:
    """The bot offers another question when more is written on a ticket."""
    await door.says("lan", phrases.SKIP)
    await door.says("lan", "Chuyện kéo dài cả tháng nay")
    await door.taps("lan", phrases.ASK_SOMETHING_ELSE)


async def two(door: FrontDoor) -> list[str]:
    first = await asks_a_lawyer(door, "phản ánh xưởng may bắt tăng ca tới 22 giờ")
    await something_else(door)
    second = await asks_a_lawyer(door, "kiến nghị công đoàn hỗ trợ nhà trọ cho công nhân")
    assert first != second
    return [first, second]


async def history(door: FrontDoor, code: str) -> list[tuple[EventKind, str | None]]:
    async with door.database.reading() as session:
        ticket = await lookup.find(session, code)
        assert ticket is not None
        return [(one.kind, one.text) for one in await tickets.history(session, ticket)]


async def states(door: FrontDoor) -> dict[str, State]:
    async with door.database.reading() as session:
        rows = await session.execute(select(Ticket.code, Ticket.state))
        return {row.code: row.state for row in rows}


@pytest.mark.parametrize("newer_goes_on", [True, False])
async def test_later_words_go_to_the_ticket_that_goes_on(
    door: FrontDoor, newer_goes_on: bool
) -> None:
    older, newer = await two(door)
    code, into = (older, newer) if newer_goes_on else (newer, older)
    staff = await door.lawyer()
    await door.merges(code, into, staff)
    await door.says("lan", phrases.SKIP)
    await door.says("lan", "Hôm qua họ lại bắt làm tới 23 giờ")
    assert (await states(door))[code] is State.RESOLVED
    assert (await history(door, code))[-1][0] is EventKind.MERGED
    assert (EventKind.WROTE, "Hôm qua họ lại bắt làm tới 23 giờ") in await history(door, into)
    await door.replies(into, staff, "Anh/chị giữ bảng chấm công.")
    said = [line.text for line in await door.reads("lan")]
    assert sum("giữ bảng chấm công" in text for text in said) == 1


async def test_words_said_while_two_become_one_go_to_the_one(door: FrontDoor) -> None:
    older, newer = await two(door)
    staff = await door.lawyer()
    await door.says("lan", phrases.SKIP)
    await door.says("lan", phrases.SKIP)

    async def merges() -> None:
        async with door.database.writing() as session:
            into, other = [await lookup.find_to_change(session, one) for one in (older, newer)]
            assert into is not None
            assert other is not None
            await merging.merge(session, other, into, staff, door.clock())
            await asyncio.sleep(0.3)

    begun = asyncio.create_task(merges())
    await asyncio.sleep(0.1)
    await door.says("lan", "Hôm qua họ lại bắt làm tới 23 giờ")
    await begun
    assert (await history(door, newer))[-1][0] is EventKind.MERGED
    assert (await history(door, older))[-1][0] is EventKind.WROTE


async def test_of_three_all_lead_to_the_last(door: FrontDoor) -> None:
    first, second = await two(door)
    await something_else(door)
    third = await asks_a_lawyer(door, "phản ánh công ty không trả sổ bảo hiểm")
    staff = await door.lawyer()
    await door.merges(third, second, staff)
    await door.merges(second, first, staff)
    await door.says("lan", phrases.SKIP)
    await door.says("lan", "Tôi bổ sung giấy tờ")
    assert EventKind.WROTE in [kind for kind, _ in await history(door, first)]
    assert (await states(door)) == {
        first: State.ACTIVE,
        second: State.RESOLVED,
        third: State.RESOLVED,
    }


async def test_what_was_merged_is_erased_with_the_rest(door: FrontDoor) -> None:
    first, second = await two(door)
    await door.merges(second, first, await door.lawyer())
    await door.says("lan", "xóa")
    await door.taps("lan", phrases.ERASE_ALL)
    for code in (first, second):
        assert all(text is None for _, text in await history(door, code))
