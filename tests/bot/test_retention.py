"""Forgetting: at the worker's word, and by itself when time is up."""

import asyncio
import datetime as dt

import pytest
from sqlalchemy import func, select

from bot import inbox, phrases
from bot.channels.base import Inbound
from bot.models import Contact, Conversation, Handoff, Message, Quarantine, Question
from bot.retention import CASE_KEPT, QUARANTINE_KEPT, TALK_KEPT, TICKET_KEPT
from escalation import assignment, lookup, tickets
from escalation.models import Staff, Ticket, TicketEvent
from escalation.tickets import Conflict
from escalation.vocabulary import State
from hotline.db import Base, Database
from knowledge_base.library import Library
from tests.factories import Clock, everything
from tests.front_door import FrontDoor
from tests.hotline.test_encryption import CANARIES, readable, tell_everything

OVERTIME = "Tăng ca tối đa bao nhiêu giờ một tháng?"
DAY = dt.timedelta(days=1)


@pytest.fixture
def door(database: Database, library: Library, clock: Clock) -> FrontDoor:
    return FrontDoor(database, library, clock)


async def count(database: Database, table: type[Base]) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def erase(door: FrontDoor, who: str) -> None:
    await door.says(who, "xóa")
    await door.taps(who, phrases.ERASE_ALL)


# -- at his word -----------------------------------------------------------------------------------


async def test_erasing_leaves_no_word_of_the_person_anywhere(
    door: FrontDoor, database: Database
) -> None:
    who = CANARIES[0]
    await tell_everything(door)
    await door.says("another", "chuyện của người khác othercanary")
    await erase(door, who)
    assert [line.text for line in await door.reads(who)] == [phrases.ERASED]
    await door.forgets()
    stored, spoken = repr(await everything(database)), await readable(database)
    kept = [canary for canary in CANARIES if canary in stored or canary in spoken]
    assert kept == ["canaryquarantine"]  # nobody's in particular; goes by itself within a week
    assert "othercanary" in spoken


async def test_erasing_keeps_the_figures(door: FrontDoor, database: Database) -> None:
    who = "lan"
    await door.says(who, OVERTIME)
    await door.taps(who, phrases.NOT_IT)
    code = (await door.newest_ticket()).code
    await door.replies(code, await door.lawyer())
    await erase(door, who)
    await door.forgets()
    ticket = await door.newest_ticket()
    assert ticket.state is State.RESOLVED
    assert ticket.first_responded_at is not None
    async with database.reading() as session:
        question = await session.scalar(select(Question))
        handoff = await session.scalar(select(Handoff))
    assert question is not None
    assert (question.confirmed, question.topic) == (False, "lam-them")
    assert (question.conversation_id, question.reasoning) == (None, {})
    assert handoff is not None
    assert (handoff.conversation_id, handoff.question_id) == (None, question.id)
    assert [await count(database, table) for table in (Contact, Conversation, Message)] == [0, 0, 0]


async def test_an_erased_worker_is_greeted_like_a_new_one_when_all_is_gone(
    door: FrontDoor, database: Database
) -> None:
    await door.says("lan", OVERTIME)
    await erase(door, "lan")
    await door.forgets()
    await door.says("lan", OVERTIME)
    assert (await door.reads("lan"))[1].text == phrases.NOTICE


async def test_who_writes_again_after_erasing_is_not_forgotten_meanwhile(
    door: FrontDoor, database: Database
) -> None:
    await door.says("lan", OVERTIME)
    await erase(door, "lan")
    await door.says("lan", OVERTIME)
    assert await door.forgets() == 0
    assert await count(database, Contact) == 1


async def test_a_lawyers_later_answer_reaches_nobody_after_erasing(door: FrontDoor) -> None:
    await door.says("lan", OVERTIME)
    await door.taps("lan", phrases.NOT_IT)
    code, lawyer = (await door.newest_ticket()).code, await door.lawyer()
    await erase(door, "lan")
    with pytest.raises(Conflict):
        await door.replies(code, lawyer)


async def test_a_closed_ticket_opened_again_meanwhile_is_closed_with_the_rest(
    door: FrontDoor,
) -> None:
    codes, lawyer = [], await door.lawyer()
    for _ in range(2):
        await door.says("lan", OVERTIME)
        await door.taps("lan", phrases.NOT_IT)
        codes.append((await door.newest_ticket()).code)
        if len(codes) == 1:
            await door.replies(codes[0], lawyer)
            await door.resolves(codes[0], lawyer)
            door.clock.pass_(days=8)
    await door.says("lan", "xóa")

    async def reopens() -> None:
        async with door.database.writing() as session:
            ticket = await lookup.find_to_change(session, codes[0])
            assert ticket is not None
            await tickets.reopen(session, ticket, lawyer, door.clock())
            await asyncio.sleep(0.3)

    begun = asyncio.create_task(reopens())
    await asyncio.sleep(0.1)
    await asyncio.gather(begun, door.taps("lan", phrases.ERASE_ALL))
    async with door.database.reading() as session:
        found = [await lookup.find(session, code) for code in codes]
    assert [one and (one.state, one.next_due_at) for one in found] == [(State.RESOLVED, None)] * 2


# -- by itself -------------------------------------------------------------------------------------


async def test_a_talk_with_the_bot_alone_is_kept_thirty_days(
    door: FrontDoor, database: Database, clock: Clock
) -> None:
    await door.says("lan", OVERTIME)
    clock.now += TALK_KEPT
    assert await door.forgets() == 0
    clock.pass_(seconds=1)
    assert await door.forgets() == 1
    assert [await count(database, table) for table in (Contact, Conversation, Message)] == [0, 0, 0]
    assert await count(database, Question) == 1
    assert OVERTIME not in await readable(database)


async def test_each_message_keeps_a_talk_alive(door: FrontDoor, clock: Clock) -> None:
    await door.says("lan", OVERTIME)
    clock.now += TALK_KEPT - DAY
    await door.says("lan", "cảm ơn nhé")
    clock.now += 2 * DAY
    assert await door.forgets() == 0


async def test_a_talk_with_an_open_ticket_is_kept(door: FrontDoor, clock: Clock) -> None:
    await door.says("lan", OVERTIME)
    await door.taps("lan", phrases.NOT_IT)
    clock.now += 10 * TALK_KEPT
    assert await door.forgets() == 0
    assert await door.reads("lan")


async def test_a_talk_is_kept_ninety_days_after_its_ticket_closed(
    door: FrontDoor, clock: Clock
) -> None:
    await door.says("lan", OVERTIME)
    await door.taps("lan", phrases.NOT_IT)
    code, lawyer = (await door.newest_ticket()).code, await door.lawyer()
    await door.replies(code, lawyer)
    await door.resolves(code, lawyer)
    clock.now += CASE_KEPT - dt.timedelta(seconds=1)
    assert await door.forgets() == 0
    clock.pass_(seconds=1)
    assert await door.forgets() == 1
    assert await door.reads("lan") == []


@pytest.mark.parametrize("ties_later", [True, False])
async def test_who_may_not_see_a_ticket_may_not_when_its_talk_is_forgotten(
    door: FrontDoor, database: Database, clock: Clock, ties_later: bool
) -> None:
    lawyer, colleague = await door.lawyer("one@hotline.test"), await door.lawyer()
    codes = []
    for told in ("Công ty Sao Đỏ", phrases.SKIP):
        await door.says("lan", OVERTIME)
        await door.taps("lan", phrases.NOT_IT)
        await door.says("lan", told)
        codes.append((await door.newest_ticket()).code)
        await door.replies(codes[-1], colleague)
        await door.resolves(codes[-1], colleague)
        clock.pass_(days=8)
    await _tie(door, lawyer, "Sao Đỏ")
    clock.now += CASE_KEPT
    assert await door.forgets() == 1
    if ties_later:
        await _tie(door, lawyer, "Ba Sao", "Sao Đỏ")
    async with database.reading() as session:
        for code in codes:
            assert not await lookup.may_see(session, code, lawyer.id)
            assert await lookup.may_see(session, code, colleague.id)


async def _tie(door: FrontDoor, lawyer: Staff, *employers: str) -> None:
    async with door.database.writing() as session:
        staff = await session.get_one(Staff, lawyer.id)
        await assignment.tie(session, staff, employers, door.clock())


async def test_a_closed_tickets_words_are_kept_two_years_and_its_figures_for_ever(
    door: FrontDoor, database: Database, clock: Clock
) -> None:
    await door.says("lan", OVERTIME)
    await door.taps("lan", phrases.NOT_IT)
    code, lawyer = (await door.newest_ticket()).code, await door.lawyer()
    await door.replies(code, lawyer, "Trả lời canaryreply")
    await door.resolves(code, lawyer)
    clock.now += TICKET_KEPT
    await door.forgets()
    assert (await door.newest_ticket()).subject == OVERTIME
    assert "canaryreply" in await readable(database)
    clock.pass_(seconds=1)
    assert await door.forgets() == 1
    ticket = await door.newest_ticket()
    assert (ticket.subject, ticket.state) == ("", State.RESOLVED)
    assert ticket.first_responded_at is not None
    assert "canaryreply" not in await readable(database)
    assert await count(database, Ticket) == 1
    assert await count(database, TicketEvent) >= 4
    assert await door.forgets() == 0


async def _reopens_late(door: FrontDoor, code: str, lawyer: Staff) -> None:
    """In a transaction that is not over yet when the bell rings."""
    async with door.database.writing() as session:
        ticket = await lookup.find_to_change(session, code)
        assert ticket is not None
        await tickets.reopen(session, ticket, lawyer, door.clock())
        await session.flush()
        await asyncio.sleep(0.3)


@pytest.mark.parametrize("age", [CASE_KEPT, TICKET_KEPT])
async def test_what_a_lawyer_is_just_opening_again_is_not_forgotten(
    door: FrontDoor, clock: Clock, age: dt.timedelta
) -> None:
    await door.says("lan", OVERTIME)
    await door.taps("lan", phrases.NOT_IT)
    code, lawyer = (await door.newest_ticket()).code, await door.lawyer()
    await door.replies(code, lawyer)
    await door.resolves(code, lawyer)
    clock.now += age - DAY
    await door.says("lan", "xin chào")  # the talk itself goes on
    clock.now += 2 * DAY if age is TICKET_KEPT else DAY + TALK_KEPT
    begun = asyncio.create_task(_reopens_late(door, code, lawyer))
    await asyncio.sleep(0.1)
    await door.forgets()
    await begun
    ticket = await door.newest_ticket()
    assert (ticket.state, ticket.subject) == (State.ACTIVE, OVERTIME)
    await door.replies(code, lawyer, "Còn một điều.")
    assert "Còn một điều." in (await door.reads("lan"))[-1].text


async def test_who_is_just_writing_again_is_not_forgotten(
    door: FrontDoor, database: Database, clock: Clock
) -> None:
    await door.says("lan", OVERTIME)
    clock.now += TALK_KEPT + DAY

    async def writes_late() -> None:
        inbound = Inbound("webchat", "late", "lan", text="cho tôi gặp luật sư")
        async with database.writing() as session:
            await inbox.accept(session, [inbound], door.desk, clock())
            await asyncio.sleep(0.3)

    begun = asyncio.create_task(writes_late())
    await asyncio.sleep(0.1)
    await door.forgets()
    await begun
    assert "cho tôi gặp luật sư" in [line.text for line in await door.reads("lan")]


async def test_what_nobody_could_read_is_kept_a_week(
    door: FrontDoor, database: Database, clock: Clock
) -> None:
    await door.quarantine(b"???")
    clock.now += QUARANTINE_KEPT
    await door.forgets()
    assert await count(database, Quarantine) == 1
    clock.pass_(seconds=1)
    await door.forgets()
    assert await count(database, Quarantine) == 0
