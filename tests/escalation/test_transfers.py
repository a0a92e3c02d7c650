"""A ticket that one lawyer offers to another."""

import pytest

from escalation import tickets, transfers
from escalation.models import Staff
from escalation.tickets import Conflict
from escalation.vocabulary import EventKind
from tests.escalation.conftest import Desk


async def offered(desk: Desk) -> tuple[str, Staff, Staff]:
    code, giver, taker = await desk.open(), await desk.lawyer(), await desk.lawyer()
    await desk.take(code, giver)
    await offer(desk, code, giver, taker)
    return code, giver, taker


async def offer(desk: Desk, code: str, giver: Staff, taker: Staff) -> None:
    async with desk.at(code) as (session, ticket):
        await transfers.offer(session, ticket, giver, taker.id, "Việc của chị", desk.clock())


async def accept(desk: Desk, code: str, staff: Staff) -> None:
    async with desk.at(code) as (session, ticket):
        await transfers.accept(session, ticket, staff, desk.clock())


async def refuse(desk: Desk, code: str, staff: Staff) -> None:
    async with desk.at(code) as (session, ticket):
        await transfers.refuse(session, ticket, staff, "Đang quá tải", desk.clock())


async def waiting(desk: Desk, staff: Staff) -> list[str]:
    async with desk.database.reading() as session:
        return [one.ticket.code for one in await transfers.offered_to(session, staff.id)]


async def lapse(desk: Desk) -> list[str]:
    async with desk.database.writing() as session:
        return await transfers.lapse(session, desk.clock())


async def test_the_giver_keeps_it_until_it_is_accepted(desk: Desk) -> None:
    code, giver, taker = await offered(desk)
    assert (await desk.read(code)).assignee_id == giver.id
    assert await waiting(desk, taker) == [code]
    assert await waiting(desk, giver) == []
    await accept(desk, code, taker)
    ticket = await desk.read(code)
    assert ticket.assignee_id == taker.id
    assert await waiting(desk, taker) == []
    kinds = [EventKind.TAKEN, EventKind.OFFERED, EventKind.NOTED, EventKind.ACCEPTED]
    assert (await desk.kinds(code))[1:] == kinds


async def test_who_refuses_says_why_and_the_giver_keeps_it(desk: Desk) -> None:
    code, giver, taker = await offered(desk)
    await refuse(desk, code, taker)
    assert (await desk.read(code)).assignee_id == giver.id
    assert [one.kind for one in (await desk.history(code))[-2:]] == [
        EventKind.REFUSED,
        EventKind.NOTED,
    ]
    with pytest.raises(Conflict):
        await accept(desk, code, taker)


async def test_nobody_else_accepts(desk: Desk) -> None:
    code, giver, _ = await offered(desk)
    for other in (giver, await desk.lawyer()):
        with pytest.raises(Conflict):
            await accept(desk, code, other)
        with pytest.raises(Conflict):
            await refuse(desk, code, other)
    assert (await desk.read(code)).assignee_id == giver.id


async def test_after_four_office_hours_it_lapses_once(desk: Desk) -> None:
    code, giver, taker = await offered(desk)
    desk.clock.pass_(hours=5, minutes=29)  # lunch is no office hour
    assert await lapse(desk) == []
    desk.clock.pass_(minutes=1)
    with pytest.raises(Conflict):
        await accept(desk, code, taker)
    assert await lapse(desk) == [code]
    assert await lapse(desk) == []
    assert (await desk.kinds(code))[-1] is EventKind.LAPSED
    assert (await desk.read(code)).assignee_id == giver.id
    assert await waiting(desk, taker) == []


async def test_an_offer_of_a_ticket_that_was_closed_is_void(desk: Desk) -> None:
    code, giver, taker = await offered(desk)
    await desk.reply(code, giver)
    await desk.resolve(code, giver)
    assert await waiting(desk, taker) == []
    with pytest.raises(Conflict):
        await accept(desk, code, taker)
    desk.clock.pass_(days=1)
    await lapse(desk)
    assert EventKind.LAPSED not in await desk.kinds(code)


async def test_only_a_lawyer_who_may_have_it_is_offered_it(desk: Desk) -> None:
    code, giver, gone, tied = await desk.open(), *[await desk.lawyer() for _ in range(3)]
    await desk.take(code, giver)
    async with desk.database.writing() as session:
        (await session.get_one(Staff, gone.id)).disabled_at = desk.clock()
        (await session.get_one(Staff, tied.id)).employers = ["Sao Đỏ"]
    async with desk.at(code) as (session, ticket):
        await tickets.detail(session, ticket, desk.clock(), employer="Sao Đỏ")
    for unfit in (giver, gone, tied):
        with pytest.raises(transfers.Unfit):
            await offer(desk, code, giver, unfit)
    assert EventKind.OFFERED not in await desk.kinds(code)
