"""Who is away is not rung and gets nothing; what he holds waits for somebody to say so."""

import datetime as dt

import pytest
from sqlalchemy import select

from escalation import absence, assignment, duty, transfers
from escalation.absence import BadAbsence, Overlaps
from escalation.models import Absence, Staff
from escalation.vocabulary import EventKind, State
from tests.escalation.conftest import Desk

pytestmark = pytest.mark.thorough("postgresql")

TODAY = dt.date(2026, 11, 23)
DAY = dt.timedelta(days=1)


async def goes(desk: Desk, staff: Staff, first: dt.date = TODAY, last: dt.date = TODAY) -> None:
    async with desk.database.writing() as session:
        await absence.add(session, staff, first, last, TODAY)


async def with_phone(desk: Desk, number: str) -> Staff:
    staff = await desk.lawyer()
    async with desk.database.writing() as session:
        (await session.get_one(Staff, staff.id)).phone = number
        for weekday in range(7):
            duty.add(session, staff, weekday, (0, 24 * 60), 0)
    return staff


async def rung(desk: Desk, now: dt.datetime) -> list[int]:
    async with desk.database.reading() as session:
        return [one.staff_id for one in await duty.on_duty(session, now)]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (TODAY, TODAY - DAY),
        (TODAY - 3 * DAY, TODAY - DAY),
        (TODAY, TODAY + 400 * DAY),
        (TODAY + 400 * DAY, TODAY + 401 * DAY),
    ],
)
async def test_days_that_are_none_are_refused(desk: Desk, first: dt.date, last: dt.date) -> None:
    with pytest.raises(BadAbsence):
        await goes(desk, await desk.lawyer(), first, last)


async def test_a_day_is_entered_once_for_each(desk: Desk) -> None:
    lawyer, other = await desk.lawyer(), await desk.lawyer()
    await goes(desk, lawyer, TODAY, TODAY + 2 * DAY)
    for first, last in ((TODAY, TODAY), (TODAY + 2 * DAY, TODAY + 5 * DAY), (TODAY - DAY, TODAY)):
        with pytest.raises(Overlaps):
            await goes(desk, lawyer, first, last)
    await goes(desk, lawyer, TODAY + 3 * DAY, TODAY + 3 * DAY)
    await goes(desk, other, TODAY, TODAY)


async def test_who_is_away_is_not_rung_from_midnight_to_midnight_in_vietnam(desk: Desk) -> None:
    lawyer, other = await with_phone(desk, "+84912345671"), await with_phone(desk, "+84912345672")
    await goes(desk, lawyer, TODAY, TODAY + DAY)
    first = dt.datetime(2026, 11, 22, 17, 0, tzinfo=dt.UTC)  # midnight before the first day
    after = first + 2 * DAY
    second = dt.timedelta(seconds=1)
    assert await rung(desk, first - second) == [lawyer.id, other.id]
    assert await rung(desk, first) == [other.id]
    assert await rung(desk, after - second) == [other.id]
    assert await rung(desk, after) == [lawyer.id, other.id]


async def test_who_is_away_is_given_nothing(desk: Desk) -> None:
    lawyer, code = await desk.lawyer(), await desk.open()
    await goes(desk, lawyer)
    async with desk.database.writing() as session:
        with pytest.raises(assignment.Away):
            await assignment.next_for(session, lawyer, desk.clock())
    assert (await desk.read(code)).assignee_id is None
    desk.clock.now += DAY
    async with desk.database.writing() as session:
        ticket = await assignment.next_for(session, lawyer, desk.clock())
    assert ticket is not None
    assert ticket.code == code


async def test_only_ones_own_leave_is_taken_back_by_oneself(desk: Desk) -> None:
    lawyer, other = await desk.lawyer(), await desk.lawyer()
    await goes(desk, lawyer)
    async with desk.database.writing() as session:
        entry = await session.scalar(select(Absence.id))
        assert entry is not None
        await absence.remove(session, entry, own_of=other.id)
        assert await absence.away(session, TODAY) == {lawyer.id: TODAY}
        await absence.remove(session, entry, own_of=lawyer.id)
        assert await absence.away(session, TODAY) == {}


async def test_what_somebody_away_holds_is_listed_and_stays_his(desk: Desk) -> None:
    lawyer, other = await desk.lawyer(), await desk.lawyer()
    late, done, soon = await desk.open(), await desk.open(), await desk.open()
    for code in (late, done, soon):
        await desk.take(code, lawyer)
    await desk.take(await desk.open(), other)
    await desk.reply(done, lawyer)
    await desk.resolve(done, lawyer)
    await desk.prioritise(soon)
    await goes(desk, lawyer)
    async with desk.database.reading() as session:
        [(who, his)] = await absence.left_behind(session, TODAY)
        assert await absence.left_behind(session, TODAY + DAY) == []
    assert (who.id, [ticket.code for ticket in his]) == (lawyer.id, [soon, late])
    assert (await desk.read(late)).assignee_id == lawyer.id


async def test_returned_all_at_once_with_the_reason(desk: Desk) -> None:
    lawyer, chief = await desk.lawyer(), await desk.lawyer()
    codes = [await desk.open() for _ in range(3)]
    offered = await desk.open()
    for code in codes[:2]:
        await desk.take(code, lawyer)
    await desk.take(offered, chief)
    async with desk.at(offered) as (session, ticket):
        await transfers.offer(session, ticket, chief, lawyer.id, "", desk.clock())
    due = (await desk.read(codes[0])).next_due_at
    async with desk.database.writing() as session:
        who = await session.get_one(Staff, lawyer.id)
        back = await assignment.return_all(session, who, assignment.AWAY, desk.clock(), actor=chief)
        assert await transfers.lapse(session, desk.clock()) == [offered]
    assert back == codes[:2]
    for code in codes[:2]:
        ticket = await desk.read(code)
        assert (ticket.assignee_id, ticket.state) == (None, State.NEW)
        last = (await desk.history(code))[-1]
        assert (last.kind, last.actor_id) == (EventKind.RETURNED, chief.id)
        assert last.data == {"reason": "away", "from": lawyer.id}
    assert (await desk.read(codes[0])).next_due_at == due
    assert (await desk.kinds(offered))[-1] is EventKind.LAPSED


async def test_a_closed_ticket_of_who_left_comes_back_to_all(desk: Desk) -> None:
    lawyer, code = await desk.lawyer(), await desk.open()
    await desk.reply(code, lawyer)
    await desk.resolve(code, lawyer)
    async with desk.database.writing() as session:
        (await session.get_one(Staff, lawyer.id)).disabled_at = desk.clock()
        assert await assignment.release_left(session, desk.clock()) == []
    await desk.writes(code)
    async with desk.database.writing() as session:
        assert await assignment.release_left(session, desk.clock()) == [code]
        assert await assignment.release_left(session, desk.clock()) == []
    ticket = await desk.read(code)
    assert (ticket.assignee_id, ticket.state) == (None, State.NEW)
