"""A lawyer tied to an employer sees no ticket of whoever works there, whatever each ticket says."""

import asyncio
import itertools
import random

import pytest
from sqlalchemy import select

from admin_api import draft_steps
from bot import phrases
from escalation import assignment, interests, lookup, tickets, transfers
from escalation.models import Barred, Staff, Ticket
from escalation.tickets import Conflict
from escalation.vocabulary import EventKind, State
from hotline.db import Database
from knowledge_base.library import Library
from knowledge_base.models import DraftState, EntryDraft
from tests.bot.telephone.test_calls import code_of
from tests.escalation.conftest import Desk
from tests.escalation.test_assignment import names_employer, take_next, tied
from tests.factories import Clock
from tests.front_door import FrontDoor
from tests.telephone_line import CallCentre

SAO_DO = "Công ty TNHH Sao Đỏ"
OVERTIME = "Tăng ca tối đa bao nhiêu giờ một tháng?"


async def of_one_worker(desk: Desk, count: int, person: int = 7) -> list[str]:
    codes = [await desk.open() for _ in range(count)]
    for code in codes:
        async with desk.at(code) as (_, ticket):
            ticket.person_id = person
    return codes


async def sees(database: Database, staff: Staff) -> set[str]:
    async with database.reading() as session:
        rows = await session.scalars(select(Ticket.code).where(interests.open_to(staff.id)))
        return set(rows)


# -- whom a tie bars -------------------------------------------------------------------------------


async def test_barred_from_one_is_barred_from_all_of_the_worker(desk: Desk) -> None:
    named, silent = await of_one_worker(desk, 2)
    (others,), nobodys = await of_one_worker(desk, 1, person=8), await desk.open()
    lawyer, free = await tied(desk, SAO_DO), await desk.lawyer()
    await names_employer(desk, named, "cty sao do")
    assert await sees(desk.database, lawyer) == {others, nobodys}
    assert await sees(desk.database, free) == {named, silent, others, nobodys}
    async with desk.database.reading() as session:
        assert not await lookup.may_see(session, silent, lawyer.id)
    with pytest.raises(Conflict):
        await desk.take(silent, lawyer)
    assert [await take_next(desk, lawyer) for _ in range(3)] == [others, nobodys, None]


async def test_what_a_tied_lawyer_has_of_the_worker_is_taken_from_him(desk: Desk) -> None:
    held, done, named = await of_one_worker(desk, 3)
    kept = await desk.open()
    lawyer = await tied(desk, SAO_DO)
    for code in (held, done, kept):
        await desk.take(code, lawyer)
    await desk.reply(done, lawyer)
    await desk.resolve(done, lawyer)
    await names_employer(desk, named, SAO_DO)
    assert (await desk.read(held)).state is State.NEW
    assert (await desk.read(done)).state is State.RESOLVED
    for code in (held, done):
        assert (await desk.read(code)).assignee_id is None
        event = (await desk.history(code))[-1]
        assert event.kind is EventKind.RETURNED
        assert event.data == {"reason": tickets.INTEREST, "from": lawyer.id}
    assert (await desk.read(kept)).assignee_id == lawyer.id


async def test_nobody_tied_is_offered_another_ticket_of_the_worker(desk: Desk) -> None:
    named, silent = await of_one_worker(desk, 2)
    await tied(desk, SAO_DO)
    giver, free = await desk.lawyer(), await desk.lawyer()
    await names_employer(desk, named, SAO_DO)
    await desk.take(silent, giver)
    async with desk.at(silent) as (session, ticket):
        assert [one.id for one in await transfers.colleagues(session, ticket, giver)] == [free.id]


async def test_a_tie_told_later_counts_for_all_of_the_worker(desk: Desk) -> None:
    named, silent = await of_one_worker(desk, 2)
    lawyer = await desk.lawyer()
    await names_employer(desk, named, SAO_DO)
    await desk.take(silent, lawyer)
    for employers, seen in ((["Sao Đỏ"], set()), ([], {named, silent})):
        async with desk.database.writing() as session:
            found = await session.get_one(Staff, lawyer.id)
            await assignment.tie(session, found, employers, desk.clock())
        assert (await desk.read(silent)).assignee_id is None
        assert await sees(desk.database, lawyer) == seen


async def test_a_draft_from_such_a_ticket_is_not_seen_either(desk: Desk) -> None:
    named, silent = await of_one_worker(desk, 2)
    lawyer, free = await tied(desk, SAO_DO), await desk.lawyer()
    await names_employer(desk, named, SAO_DO)
    drafted = {"drafted_by": free.id, "drafted_at": desk.clock()}
    changed = {"changed_by": free.id, "changed_at": desk.clock()}
    async with desk.database.writing() as session:
        shown = {"state": DraftState.IN_REVIEW, "version": 1, "content": {}, "masked": {}}
        session.add(EntryDraft(ticket_code=silent, **shown, **drafted, **changed))
    async with desk.database.reading() as session:
        for staff, seen in ((lawyer, []), (free, [silent])):
            wanted = select(EntryDraft.ticket_code).where(draft_steps.seen_by(staff.id))
            assert (await session.scalars(wanted)).all() == seen


async def test_as_many_random_tickets_as_an_oracle_says(desk: Desk) -> None:
    """Sets of Python say who sees what, from the same random ties."""
    chance, people = random.Random(7), (None, 1, 2, 3)
    lawyers = [await desk.lawyer() for _ in range(4)]
    owners = {await desk.open(): chance.choice(people) for _ in range(20)}
    rows = {}
    for code, owner in owners.items():
        async with desk.at(code) as (_, ticket):
            ticket.person_id, rows[code] = owner, ticket.id
    pairs = chance.sample(list(itertools.product(lawyers, owners)), 8)
    async with desk.database.writing() as session:
        session.add_all(Barred(staff_id=one.id, ticket_id=rows[code]) for one, code in pairs)
    for lawyer in lawyers:
        tied_to = {code for one, code in pairs if one is lawyer}
        persons = {owners[code] for code in tied_to} - {None}
        barred = tied_to | {code for code, owner in owners.items() if owner in persons}
        assert await sees(desk.database, lawyer) == set(owners) - barred
        async with desk.database.reading() as session:
            for code in owners:
                ticket = await lookup.find(session, code)
                assert ticket is not None
                found = set(await session.scalars(interests.barred_from(ticket)))
                assert (lawyer.id in found) == (code in barred)


@pytest.mark.parametrize("ties_first", [True, False])
async def test_a_tie_and_an_employer_told_at_once_do_not_miss_each_other(
    desk: Desk, ties_first: bool
) -> None:
    lawyer, code = await desk.lawyer(), await desk.open()

    async def ties() -> None:
        async with desk.database.writing() as session:
            staff = await session.get_one(Staff, lawyer.id)
            await assignment.tie(session, staff, [SAO_DO], desk.clock())
            await asyncio.sleep(0.2)

    async def tells() -> None:
        async with desk.at(code) as (session, ticket):
            await tickets.detail(session, ticket, desk.clock(), employer=SAO_DO)
            await asyncio.sleep(0.2)

    first, second = (ties, tells) if ties_first else (tells, ties)
    begun = asyncio.create_task(first())
    await asyncio.sleep(0.1)
    await asyncio.gather(begun, second())
    assert await sees(desk.database, lawyer) == set()


async def test_what_a_tied_lawyer_is_just_taking_is_taken_from_him(desk: Desk) -> None:
    named, silent = await of_one_worker(desk, 2)
    lawyer = await tied(desk, SAO_DO)

    async def takes() -> None:
        async with desk.database.writing() as session:
            ticket = await lookup.find_to_change(session, silent)
            assert ticket is not None
            await tickets.take(session, ticket, lawyer, desk.clock())
            await asyncio.sleep(0.3)

    begun = asyncio.create_task(takes())
    await asyncio.sleep(0.1)
    await asyncio.gather(begun, names_employer(desk, named, SAO_DO))
    assert (await desk.read(silent)).assignee_id is None


async def test_who_becomes_tied_while_he_is_taking_it_does_not_keep_it(desk: Desk) -> None:
    (code, other), (bystanders,) = await of_one_worker(desk, 2), await of_one_worker(desk, 1, 8)
    await names_employer(desk, other, SAO_DO)
    lawyer = await desk.lawyer()
    await desk.take(bystanders, lawyer)

    async def takes() -> None:
        async with desk.at(code) as (session, ticket):
            await tickets.take(session, ticket, lawyer, desk.clock())
            await asyncio.sleep(0.3)

    begun = asyncio.create_task(takes())
    await asyncio.sleep(0.1)
    async with desk.database.writing() as session:
        staff = await session.get_one(Staff, lawyer.id)
        await assignment.tie(session, staff, [SAO_DO], desk.clock())
    await begun
    async with desk.database.writing() as session:
        await assignment.release_tied(session, desk.clock())
        assert await assignment.release_tied(session, desk.clock()) == []
    assert (await desk.read(code)).assignee_id is None
    assert (await desk.read(bystanders)).assignee_id == lawyer.id


# -- which tickets are one worker's ----------------------------------------------------------------


@pytest.fixture
def door(database: Database, library: Library, clock: Clock) -> FrontDoor:
    return FrontDoor(database, library, clock)


async def hands_over(door: FrontDoor, who: str) -> str:
    await door.says(who, OVERTIME)
    await door.taps(who, phrases.NOT_IT)
    return (await door.newest_ticket()).code


async def persons(database: Database) -> dict[str, int | None]:
    async with database.reading() as session:
        rows = await session.execute(select(Ticket.code, Ticket.person_id))
        return {row.code: row.person_id for row in rows}


async def test_tickets_of_one_chat_are_one_workers_until_he_is_forgotten(door: FrontDoor) -> None:
    first = await hands_over(door, "lan")
    lawyer = await door.lawyer()
    await door.replies(first, lawyer)
    await door.resolves(first, lawyer)
    door.clock.pass_(days=40)
    second, other = await hands_over(door, "lan"), await hands_over(door, "mai")
    found = await persons(door.database)
    assert first != second
    assert found[first] == found[second] != found[other]
    assert None not in found.values()
    await door.says("lan", "xóa")
    await door.taps("lan", phrases.ERASE_ALL)
    left = await persons(door.database)
    assert left == {first: None, second: None, other: found[other]}


async def test_talks_that_outlive_their_time_leave_no_number(door: FrontDoor) -> None:
    code, lawyer = await hands_over(door, "lan"), await door.lawyer()
    await door.replies(code, lawyer)
    await door.resolves(code, lawyer)
    door.clock.pass_(days=91)
    await door.forgets()
    assert await persons(door.database) == {code: None}


async def test_a_call_that_moves_into_a_chat_obeys_the_chats_ties(
    door: FrontDoor, library: Library
) -> None:
    line = CallCentre(door.database, library, door.clock).line()
    await line.dials()
    await line.presses("9", "2")
    await line.leaves()
    called = (await door.newest_ticket()).code
    lawyer = await door.lawyer()
    in_chat = await hands_over(door, "lan")
    async with door.database.writing() as session:
        staff = await session.get_one(Staff, lawyer.id)
        await assignment.tie(session, staff, ["Sao Đỏ"], door.clock())
        ticket, rung = await lookup.find(session, in_chat), await lookup.find(session, called)
        assert ticket is not None
        assert rung is not None
        await tickets.detail(session, ticket, door.clock(), employer=SAO_DO)
        await tickets.take(session, rung, lawyer, door.clock())
    await door.says("lan", await code_of(line))
    async with door.database.reading() as session:
        assert not await lookup.may_see(session, called, lawyer.id)
        rung = await lookup.find(session, called)
    assert rung is not None
    assert rung.assignee_id is None
    assert len(set((await persons(door.database)).values())) == 1
