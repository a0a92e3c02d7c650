"""What providers tell of besides messages: edits, wishes to be forgotten, people of ours writing."""

import uuid

import pytest
from sqlalchemy import func, select

from bot.channels.base import Inbound
from bot.models import Author, Contact, Message
from escalation import tickets
from escalation.vocabulary import EventKind
from hotline.db import Database
from knowledge_base.library import Library
from tests.factories import Clock
from tests.front_door import CHANNEL, FrontDoor

SURE, OTHER = "nghỉ việc phải báo trước mấy ngày", "lương tối thiểu vùng ở Hải Phòng bao nhiêu"


@pytest.fixture
def door(database: Database, library: Library, clock: Clock) -> FrontDoor:
    return FrontDoor(database, library, clock)


async def event(door: FrontDoor, who: str, kind: str, text: str = "", **more: str) -> None:
    external_id = more.pop("external_id", uuid.uuid4().hex)
    await door.receives(Inbound(CHANNEL, external_id, who, text=text, event=kind, **more))


async def texts(door: FrontDoor, who: str, author: str | None = None) -> list[str]:
    return [one.text for one in await door.reads(who) if author in (None, one.author)]


# -- edited ----------------------------------------------------------------------------------------


async def test_an_edited_question_is_answered_anew(door: FrontDoor) -> None:
    await door.receives(Inbound(CHANNEL, "m1", "lan", text=SURE))
    before = len(await texts(door, "lan"))
    await event(door, "lan", "edited", OTHER, edits="m1")
    after = await texts(door, "lan")
    assert len(after) > before + 1
    assert f"(sửa lại) {OTHER}" in after


async def test_an_edit_that_changes_nothing_is_passed_over(door: FrontDoor) -> None:
    await door.receives(Inbound(CHANNEL, "m1", "lan", text=SURE))
    before = await texts(door, "lan")
    await event(door, "lan", "edited", SURE, edits="m1")
    assert await texts(door, "lan") == before


async def test_an_edit_reaches_the_lawyer(door: FrontDoor, database: Database) -> None:
    await door.says("lan", "cho tôi gặp luật sư")
    await door.receives(Inbound(CHANNEL, "m7", "lan", text="công ty giữ bằng gốc"))
    await door.says("lan", "Bỏ qua")
    await door.says("lan", "Trả lời tại đây")
    await event(door, "lan", "edited", "công ty giữ bằng gốc và sổ đỏ của tôi", edits="m7")
    ticket = await door.newest_ticket()
    async with database.reading() as session:
        said = [one.text for one in await tickets.history(session, ticket)]
    assert "(sửa lại) công ty giữ bằng gốc và sổ đỏ của tôi" in said


# -- withdrawn -------------------------------------------------------------------------------------


async def test_a_withdrawal_erases_at_once(door: FrontDoor, database: Database) -> None:
    await door.says("lan", SURE)
    await event(door, "lan", "withdrawn")
    assert SURE not in await texts(door, "lan")
    async with database.reading() as session:
        assert await session.scalar(select(Contact.erased_at)) is not None
    await door.forgets()
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Message)) == 0
        assert await session.scalar(select(func.count()).select_from(Contact)) == 0


# -- taken over ------------------------------------------------------------------------------------


async def test_the_bot_is_silent_while_a_person_writes_by_hand(
    door: FrontDoor, clock: Clock
) -> None:
    await door.says("lan", SURE)
    await event(door, "lan", "taken_over", "Chào chị, tôi là luật sư An.")
    before = len(await texts(door, "lan"))
    await door.says("lan", OTHER)
    assert len(await texts(door, "lan")) == before + 1  # his own words, nothing of the bot
    clock.pass_(hours=12, minutes=1)
    await door.says("lan", OTHER)
    assert len(await texts(door, "lan")) > before + 2


async def test_danger_is_answered_even_then(door: FrontDoor) -> None:
    await event(door, "lan", "taken_over", "Chào chị.")
    await door.says("lan", "cứu với, quản đốc đang đánh người trong xưởng")
    assert any("113" in text for text in await texts(door, "lan"))


async def test_what_was_written_by_hand_is_kept_once_and_answers_the_ticket(
    door: FrontDoor, database: Database
) -> None:
    await door.says("lan", "cho tôi gặp luật sư")
    await door.says("lan", "công ty ép tôi viết đơn nghỉ việc")
    for _ in range(2):
        await event(door, "lan", "taken_over", "Chị đừng ký.", external_id="echo-1")
    assert (await texts(door, "lan", Author.LAWYER)).count("Chị đừng ký.") == 1
    ticket = await door.newest_ticket()
    assert ticket.first_responded_at is not None
    async with database.reading() as session:
        kinds = [one.kind for one in await tickets.history(session, ticket)]
    assert kinds.count(EventKind.REPLIED) == 1


async def test_a_code_of_a_ticket_in_a_start_link_tells_its_state(door: FrontDoor) -> None:
    await door.says("lan", "cho tôi gặp luật sư")
    await door.says("lan", "công ty ép tôi viết đơn nghỉ việc")
    ticket = await door.newest_ticket()
    await event(door, "lan", "start", ticket.code)
    assert f"Phiếu {ticket.code}:" in (await texts(door, "lan"))[-1]
    await event(door, "hoa", "start", ticket.code)
    assert ticket.code not in (await texts(door, "hoa"))[-1]


# -- figures ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("figures", ["500.000", "031 204", "123456"])
async def test_figures_a_lawyer_asked_for_are_no_code_of_a_call(
    door: FrontDoor, figures: str
) -> None:
    await door.says("lan", "cho tôi gặp luật sư")
    await door.says("lan", "công ty giữ bằng gốc")
    ticket = await door.newest_ticket()
    await door.replies(ticket.code, await door.lawyer(), "Phụ cấp mỗi tháng bao nhiêu?")
    for _ in range(6):  # not even where so many would be guesses
        await door.says("lan", figures)
    async with door.database.reading() as session:
        history = await tickets.history(session, ticket)
    assert [one.text for one in history if one.kind is EventKind.WROTE] == [figures] * 6
    assert (await door.newest_ticket()).answer_due_at is not None


@pytest.mark.parametrize("number", ["001085012345", "0012"])
async def test_a_long_number_is_none_of_the_choices(door: FrontDoor, number: str) -> None:
    await door.says("lan", "cho tôi gặp luật sư")
    await door.says("lan", "công ty giữ bằng gốc")
    await door.says("lan", number)  # not the first choice: to tell nothing
    assert (await door.newest_ticket()).employer == number


# -- which ticket a word is for ---------------------------------------------------------------------


@pytest.mark.parametrize("days", [1, 8])
async def test_a_word_on_a_ticket_opened_again_is_for_it_and_not_for_a_newer_closed_one(
    door: FrontDoor, days: int
) -> None:
    lawyer, found = await door.lawyer(), []
    for said in ("công ty giữ bằng gốc", "công ty trừ lương vô lý"):
        await door.says("lan", "cho tôi gặp luật sư")
        await door.says("lan", said)
        found.append(await door.newest_ticket())
        await door.replies(found[-1].code, lawyer)
        await door.resolves(found[-1].code, lawyer)
        door.clock.pass_(days=8 if len(found) == 1 else days)
    older, newer = found
    await door.reopens(older.code, lawyer)
    await door.replies(older.code, lawyer, "Công ty đã trả bằng chưa?")
    await door.says("lan", "vẫn chưa trả")
    async with door.database.reading() as session:
        (now_open, still_closed) = [await tickets.history(session, one) for one in (older, newer)]
    assert [one.text for one in now_open if one.kind is EventKind.WROTE] == ["vẫn chưa trả"]
    assert EventKind.REOPENED not in [one.kind for one in still_closed]
