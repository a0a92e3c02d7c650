"""Who gets which ticket, and who must not see it."""

import asyncio
import datetime as dt

import pytest
from sqlalchemy import select

from escalation import assignment, interests, lookup, tickets, transfers, watch
from escalation.models import Barred, Staff, Ticket
from escalation.tickets import Conflict
from escalation.vocabulary import EventKind, Priority, State
from tests.escalation.conftest import Desk

HOUR = dt.timedelta(hours=1)


async def take_next(desk: Desk, staff: Staff) -> str | None:
    async with desk.database.writing() as session:
        ticket = await assignment.next_for(session, staff, desk.clock())
        return ticket.code if ticket else None


async def with_account(desk: Desk, staff: Staff, **settings: object) -> Staff:
    async with desk.database.writing() as session:
        found = await session.get_one(Staff, staff.id)
        for name, value in settings.items():
            setattr(found, name, value)
    return found


async def set_topic(desk: Desk, code: str, topic: str) -> None:
    async with desk.at(code) as (_, ticket):
        ticket.topic = topic


# -- the next one ----------------------------------------------------------------------------------


async def test_urgent_ones_first_then_the_oldest_due(desk: Desk) -> None:
    lawyer = await desk.lawyer()
    second = await desk.open()
    desk.clock.pass_(minutes=5)
    third, first = await desk.open(), await desk.open(Priority.URGENT)
    assert [await take_next(desk, lawyer) for _ in range(4)] == [first, second, third, None]
    assert await desk.kinds(first) == [EventKind.OPENED, EventKind.TAKEN]


async def test_ones_own_topics_come_first_until_another_ticket_is_at_risk(desk: Desk) -> None:
    lawyer = await with_account(desk, await desk.lawyer(), topics=["wages"])
    older = await desk.open()
    desk.clock.pass_(minutes=1)
    first, second = await desk.open(), await desk.open()
    for code in (first, second):
        await set_topic(desk, code, "wages")
    assert await take_next(desk, lawyer) == first
    desk.clock.now = (await desk.read(older)).risk_at or desk.clock.now
    assert await take_next(desk, lawyer) == older
    assert await take_next(desk, lawyer) == second


async def test_a_full_lawyer_gets_no_more_until_one_is_closed(desk: Desk) -> None:
    lawyer = await with_account(desk, await desk.lawyer(), load_limit=2)
    codes = [await desk.open() for _ in range(3)]
    assert [await take_next(desk, lawyer) for _ in range(2)] == codes[:2]
    with pytest.raises(assignment.Full):
        await take_next(desk, lawyer)
    await desk.reply(codes[0], lawyer)
    await desk.resolve(codes[0], lawyer)
    assert await take_next(desk, lawyer) == codes[2]


@pytest.mark.thorough
async def test_a_hundred_races_for_one_ticket_have_one_winner_each(desk: Desk) -> None:
    lawyers = [await with_account(desk, await desk.lawyer(), load_limit=500) for _ in range(3)]
    for _ in range(100):
        code = await desk.open()
        got = await asyncio.gather(*(take_next(desk, one) for one in lawyers))
        assert sorted(got, key=str) == [code, None, None]
        assert (await desk.kinds(code)).count(EventKind.TAKEN) == 1


async def test_those_who_ask_at_once_get_one_ticket_each(desk: Desk) -> None:
    lawyers = [await desk.lawyer() for _ in range(4)]
    for _ in range(5):
        codes = {await desk.open() for _ in range(4)}
        got = await asyncio.gather(*(take_next(desk, one) for one in lawyers))
        assert set(got) == codes


async def test_pressing_at_once_does_not_get_one_past_the_limit(desk: Desk) -> None:
    lawyer = await with_account(desk, await desk.lawyer(), load_limit=2)
    for _ in range(6):
        await desk.open()
    tries = (take_next(desk, lawyer) for _ in range(6))
    got = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, str) for one in got) == 2
    assert sum(isinstance(one, assignment.Full) for one in got) == 4


# -- given back ------------------------------------------------------------------------------------


async def give_back(desk: Desk, code: str, staff: Staff, why: str = "Nghỉ ốm") -> None:
    async with desk.at(code) as (session, ticket):
        await assignment.give_back(session, ticket, staff, why, desk.clock())


async def test_what_is_given_back_is_anybodys_and_says_why(desk: Desk) -> None:
    code, lawyer, other = await desk.open(), await desk.lawyer(), await desk.lawyer()
    await desk.take(code, lawyer)
    due = (await desk.read(code)).next_due_at
    await give_back(desk, code, lawyer)
    ticket = await desk.read(code)
    assert (ticket.assignee_id, ticket.state, ticket.next_due_at) == (None, State.NEW, due)
    returned, noted = (await desk.history(code))[-2:]
    assert (returned.kind, noted.kind) == (EventKind.RETURNED, EventKind.NOTED)
    assert (noted.text, noted.actor_id) == ("Nghỉ ốm", lawyer.id)
    assert await take_next(desk, lawyer) is None  # he did not want it
    assert await take_next(desk, other) == code


async def test_only_the_assignee_gives_back_and_only_once(desk: Desk) -> None:
    code, lawyer, other = await desk.open(), await desk.lawyer(), await desk.lawyer()
    await desk.take(code, lawyer)
    with pytest.raises(Conflict):
        await give_back(desk, code, other)
    await give_back(desk, code, lawyer)
    with pytest.raises(Conflict):
        await give_back(desk, code, lawyer)
    assert (await desk.kinds(code)).count(EventKind.RETURNED) == 1


async def test_a_waiting_ticket_given_back_waits_no_more(desk: Desk) -> None:
    code, lawyer = await desk.open(), await desk.lawyer()
    await desk.reply(code, lawyer)
    await desk.hold(code, lawyer)
    await give_back(desk, code, lawyer)
    ticket = await desk.read(code)
    assert (ticket.state, ticket.held_at) == (State.NEW, None)
    assert ticket.next_due_at == ticket.resolution_due_at


# -- the silent assignee ---------------------------------------------------------------------------


async def release_silent(desk: Desk) -> list[str]:
    async with desk.database.writing() as session:
        return await assignment.release_silent(session, desk.clock())


async def test_a_silent_assignee_loses_the_ticket_once_an_hour_late(desk: Desk) -> None:
    code, lawyer = await desk.open(), await desk.lawyer()
    await desk.take(code, lawyer)
    due = (await desk.read(code)).next_due_at
    assert due is not None
    desk.clock.now = due + dt.timedelta(minutes=59)
    assert await release_silent(desk) == []
    desk.clock.pass_(minutes=1)
    assert await release_silent(desk) == [code]
    assert await release_silent(desk) == []
    ticket = await desk.read(code)
    assert (ticket.assignee_id, ticket.state, ticket.next_due_at) == (None, State.NEW, due)
    event = (await desk.history(code))[-1]
    assert (event.kind, event.actor_id) == (EventKind.RETURNED, None)
    assert event.data == {"reason": assignment.SILENT, "from": lawyer.id}


async def test_nights_are_no_silence(desk: Desk) -> None:
    desk.clock.pass_(hours=5)  # 13:00: due at 17:00, and tomorrow is a holiday
    code, lawyer = await desk.open(), await desk.lawyer()
    await desk.take(code, lawyer)
    desk.clock.pass_(hours=40)  # Wednesday, 05:00
    assert await release_silent(desk) == []
    desk.clock.pass_(hours=3, minutes=29)
    assert await release_silent(desk) == []
    desk.clock.pass_(minutes=1)  # 08:30: an hour of Wednesday
    assert await release_silent(desk) == [code]


async def test_a_note_shows_that_he_is_at_work(desk: Desk) -> None:
    code, lawyer, other = await desk.open(), await desk.lawyer(), await desk.lawyer()
    await desk.take(code, lawyer)
    desk.clock.now = (await desk.read(code)).first_response_due_at + dt.timedelta(minutes=30)
    async with desk.at(code) as (session, ticket):
        tickets.note(session, ticket, lawyer, "Đang hỏi Sở", desk.clock())
    desk.clock.pass_(minutes=45)
    async with desk.at(code) as (session, ticket):
        tickets.note(session, ticket, other, "Ai làm thế?", desk.clock())
    assert await release_silent(desk) == []
    desk.clock.pass_(minutes=15)
    assert await release_silent(desk) == [code]


async def test_who_has_just_taken_a_late_ticket_has_his_hour(desk: Desk) -> None:
    code, lawyer = await desk.open(), await desk.lawyer()
    desk.clock.now = (await desk.read(code)).first_response_due_at + 2 * HOUR / 2
    await desk.take(code, lawyer)
    assert await release_silent(desk) == []


async def test_whoever_has_answered_keeps_his_ticket(desk: Desk) -> None:
    code, lawyer = await desk.open(), await desk.lawyer()
    await desk.reply(code, lawyer)
    desk.clock.pass_(days=30)
    assert await release_silent(desk) == []


async def test_two_processes_release_a_ticket_once(desk: Desk) -> None:
    codes, lawyer = [await desk.open() for _ in range(10)], await desk.lawyer()
    for code in codes:
        await desk.take(code, lawyer)
    desk.clock.now = (await desk.read(codes[-1])).first_response_due_at + HOUR
    released = await asyncio.gather(release_silent(desk), release_silent(desk))
    assert sorted([*released[0], *released[1]]) == sorted(codes)
    for code in codes:
        assert (await desk.kinds(code)).count(EventKind.RETURNED) == 1


def test_the_watch_looks_for_silence_and_lapsed_offers() -> None:
    assert assignment.release_silent in watch.LOOKS.values()
    assert transfers.lapse in watch.LOOKS.values()


# -- conflicts of interest -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("listed", "told", "same"),
    [
        ("Công ty TNHH Sao Đỏ", "sao do", True),
        ("Công ty TNHH Sao Đỏ", "Cty SAO ĐỎ Hải Phòng", True),
        ("LG Display Việt Nam", "công ty LG", True),
        ("Công ty TNHH Sao Đỏ", "Công ty Sao Mai", False),
        ("Công ty TNHH Việt Nam", "Công ty TNHH Sao Đỏ", False),
        ("Sao Đỏ", "", False),
        ("An", "Công ty Hoan An", True),  # doubt counts as yes
        ("An", "Công ty Toàn Thắng", False),
        ("Công ty TNHH Hải Nam", "cty Hải Nam", True),  # words that many share may be its name
        ("Công ty cổ phần Nam Việt", "nam viet", True),
        ("Hải Nam", "Công ty Hải Nam Hải Phòng", True),
        ("Công ty Hải Nam", "Công ty Việt Nam", False),
        ("LG Display Hải Phòng", "công ty ở Hải Phòng", False),
        ("Công ty TNHH Hải Nam", "công ty", False),
    ],
)
def test_names_of_one_employer(listed: str, told: str, same: bool) -> None:
    assert interests.same_employer(listed, told) is same
    assert interests.same_employer(told, listed) is same


async def tied(desk: Desk, *employers: str) -> Staff:
    return await with_account(desk, await desk.lawyer(), employers=list(employers))


async def names_employer(desk: Desk, code: str, employer: str) -> None:
    async with desk.at(code) as (session, ticket):
        await tickets.detail(session, ticket, desk.clock(), employer=employer)


async def test_a_tied_lawyer_neither_sees_nor_takes(desk: Desk) -> None:
    code, lawyer, free = await desk.open(), await tied(desk, "Công ty Sao Đỏ"), await desk.lawyer()
    await names_employer(desk, code, "cty sao do")
    async with desk.database.reading() as session:
        assert not await lookup.may_see(session, code, lawyer.id)
        assert await lookup.may_see(session, code, free.id)
        assert not await lookup.may_see(session, "HP-0000", free.id)
    with pytest.raises(Conflict):
        await desk.take(code, lawyer)
    assert await take_next(desk, lawyer) is None
    assert await take_next(desk, free) == code


async def test_an_employer_told_later_takes_the_ticket_away(desk: Desk) -> None:
    code, lawyer = await desk.open(), await tied(desk, "Sao Đỏ")
    await desk.take(code, lawyer)
    await names_employer(desk, code, "Công ty Sao Đỏ")
    ticket = await desk.read(code)
    assert (ticket.assignee_id, ticket.state) == (None, State.NEW)
    event = (await desk.history(code))[-1]
    assert event.data == {"reason": tickets.INTEREST, "from": lawyer.id}


async def test_a_corrected_employer_opens_the_ticket_again(desk: Desk) -> None:
    code, lawyer = await desk.open(), await tied(desk, "Sao Đỏ")
    await names_employer(desk, code, "Sao Đỏ")
    await names_employer(desk, code, "Hoa Mai")
    assert await take_next(desk, lawyer) == code


async def test_a_list_that_changes_counts_for_tickets_that_are_there(desk: Desk) -> None:
    his, free, lawyer = await desk.open(), await desk.open(), await desk.lawyer()
    await names_employer(desk, his, "Công ty Sao Đỏ")
    await names_employer(desk, free, "Công ty Hoa Mai")
    await desk.take(his, lawyer)
    async with desk.database.writing() as session:
        found = await session.get_one(Staff, lawyer.id)
        await assignment.tie(session, found, ["Sao Đỏ"], desk.clock())
    assert (await desk.read(his)).assignee_id is None
    async with desk.database.reading() as session:
        barred = (await session.scalars(select(Ticket.code).join(Barred))).all()
    assert barred == [his]
    assert (await desk.history(his))[-1].data["reason"] == tickets.INTEREST
