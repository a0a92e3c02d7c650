"""Answers on some topics are read by a second lawyer before they leave."""

import asyncio

import pytest

from escalation import (
    assignment,
    checking,
    collective,
    lookup,
    merging,
    running,
    tickets,
    undo,
)
from escalation.models import Staff
from escalation.tickets import Conflict
from escalation.vocabulary import EventKind, State
from tests.escalation.conftest import Desk

pytestmark = pytest.mark.thorough("postgresql")

TOPIC = "ky-luat"
WORDS = "Anh/chị gửi đơn khiếu nại trong 60 ngày."


@pytest.fixture
async def code(desk: Desk) -> str:
    """A ticket on a topic whose answers are checked."""
    made = await desk.open()
    async with desk.at(made) as (session, ticket):
        ticket.topic = TOPIC
        await checking.set_topics(session, [TOPIC])
    return made


@pytest.fixture
async def author(desk: Desk) -> Staff:
    return await desk.lawyer()


@pytest.fixture
async def checker(desk: Desk, author: Staff) -> Staff:
    return await desk.lawyer()


async def _answer(
    desk: Desk, code: str, staff: Staff, key: str | None = None, then: str = ""
) -> int:
    async with desk.at(code) as (session, ticket):
        event = await checking.answer(session, ticket, staff, WORDS, desk.clock(), key, then=then)
        await session.flush()
        return event.id


async def _pass(desk: Desk, code: str, staff: Staff, key: str | None = None) -> None:
    async with desk.at(code) as (session, ticket):
        await checking.pass_on(session, ticket, staff, desk.clock(), idempotency_key=key)


async def _send_back(desk: Desk, code: str, staff: Staff) -> None:
    async with desk.at(code) as (session, ticket):
        await checking.send_back(session, ticket, staff, "Thiếu căn cứ", desk.clock())


async def _untold(desk: Desk, code: str) -> list[EventKind]:
    return [one.kind for one in await desk.history(code) if one.announced_at is None]


async def test_the_topics_are_kept_as_set(desk: Desk) -> None:
    async with desk.database.writing() as session:
        await checking.set_topics(session, ["a", "b", "a"])
        await checking.set_topics(session, ["b", "c"])
        assert await checking.topics(session) == {"b", "c"}
        await checking.set_topics(session, [])
        assert await checking.topics(session) == set()


async def test_other_topics_are_answered_at_once(desk: Desk, code: str, author: Staff) -> None:
    async with desk.at(code) as (_, ticket):
        ticket.topic = "luong"
    await _answer(desk, code, author)
    assert await _untold(desk, code) == [EventKind.REPLIED]


async def test_a_submitted_answer_stops_no_clock(desk: Desk, code: str, author: Staff) -> None:
    before = running.read(await desk.read(code))
    await _answer(desk, code, author)
    ticket = await desk.read(code)
    assert running.read(ticket) == before
    assert (ticket.submitted_at, ticket.assignee_id) == (desk.clock(), author.id)
    assert await _untold(desk, code) == []


async def test_what_is_passed_leaves_as_its_author_s(
    desk: Desk, code: str, author: Staff, checker: Staff
) -> None:
    await _answer(desk, code, author)
    desk.clock.pass_(minutes=40)
    await _pass(desk, code, checker)
    reply = (await desk.history(code))[-1]
    assert (reply.kind, reply.actor_id, reply.text) == (EventKind.REPLIED, author.id, WORDS)
    assert reply.data == {"checked_by": checker.id}
    ticket = await desk.read(code)
    assert ticket.submitted_at is None
    assert ticket.first_responded_at == desk.clock()
    assert running.recomputed(ticket, await desk.history(code)) == running.read(ticket)


async def test_nobody_passes_or_judges_his_own(desk: Desk, code: str, author: Staff) -> None:
    await _answer(desk, code, author)
    with pytest.raises(checking.Own):
        await _pass(desk, code, author)
    with pytest.raises(checking.Own):
        await _send_back(desk, code, author)


@pytest.mark.parametrize(
    ("then", "state"), [("resolve", State.RESOLVED), ("hold", State.ON_HOLD), ("", State.ACTIVE)]
)
async def test_what_goes_with_it_is_done_when_it_leaves(
    desk: Desk, code: str, author: Staff, checker: Staff, then: str, state: State
) -> None:
    await _answer(desk, code, author, then=then)
    assert (await desk.read(code)).state is State.ACTIVE
    await _pass(desk, code, checker)
    assert (await desk.read(code)).state is state


async def test_the_author_takes_the_passed_answer_back_with_all_that_went_along(
    desk: Desk, code: str, author: Staff, checker: Staff
) -> None:
    await _answer(desk, code, author, then="resolve")
    before = running.read(await desk.read(code))
    await _pass(desk, code, checker)
    reply = next(one for one in await desk.history(code) if one.kind is EventKind.REPLIED)
    async with desk.at(code) as (session, ticket):
        assert await undo.take_back(session, ticket, author, reply.id, desk.clock()) == WORDS
    ticket = await desk.read(code)
    assert (ticket.state, running.read(ticket)) == (State.ACTIVE, before)


async def test_sent_back_and_submitted_again(
    desk: Desk, code: str, author: Staff, checker: Staff
) -> None:
    first = await _answer(desk, code, author)
    await _send_back(desk, code, checker)
    back = (await desk.history(code))[-1]
    assert (back.kind, back.text, back.data["of"]) == (EventKind.SENT_BACK, "Thiếu căn cứ", first)
    assert (await desk.read(code)).submitted_at is None
    with pytest.raises(Conflict):
        await _pass(desk, code, checker)
    await _answer(desk, code, author)
    await _pass(desk, code, checker)
    assert await _untold(desk, code) == [EventKind.REPLIED]


async def test_only_its_author_withdraws_it(
    desk: Desk, code: str, author: Staff, checker: Staff
) -> None:
    await _answer(desk, code, author)
    async with desk.at(code) as (session, ticket):
        with pytest.raises(Conflict):
            await checking.take_back(session, ticket, checker, desk.clock())
        assert await checking.take_back(session, ticket, author, desk.clock()) == WORDS
    with pytest.raises(Conflict):
        await _pass(desk, code, checker)


async def test_one_answer_waits_at_a_time_and_a_repeat_is_the_same(
    desk: Desk, code: str, author: Staff, checker: Staff
) -> None:
    first = await _answer(desk, code, author, "key")
    assert await _answer(desk, code, author, "key") == first
    with pytest.raises(checking.Waits):
        await _answer(desk, code, checker, "other")
    await _pass(desk, code, checker, "check:one")
    await _pass(desk, code, checker, "check:one")
    assert await _answer(desk, code, author, "key") == first
    assert (await desk.kinds(code)).count(EventKind.REPLIED) == 1


# -- meanwhile -------------------------------------------------------------------------------------


async def test_erased_there_is_nothing_to_pass(
    desk: Desk, code: str, author: Staff, checker: Staff
) -> None:
    await _answer(desk, code, author)
    async with desk.at(code) as (session, ticket):
        await tickets.erase(session, ticket, desk.clock())
    with pytest.raises(Conflict):
        await _pass(desk, code, checker)


async def test_closed_it_lies_and_opened_again_it_waits(
    desk: Desk, code: str, author: Staff, checker: Staff
) -> None:
    await _answer(desk, code, author)
    async with desk.at(code) as (session, ticket):
        tickets.give_up(session, ticket, desk.clock())
    with pytest.raises(Conflict):
        await _pass(desk, code, checker)
    await desk.writes(code)
    await _pass(desk, code, checker)
    assert EventKind.REPLIED in await _untold(desk, code)


async def test_merged_it_waits_in_the_other_ticket(
    desk: Desk, code: str, author: Staff, checker: Staff
) -> None:
    into = await desk.open()
    await _answer(desk, code, author)
    async with desk.at(code) as (session, ticket):
        target = await lookup.find(session, into)
        assert target is not None
        await merging.merge(session, ticket, target, author, desk.clock())
    assert (await desk.read(code)).submitted_at is None
    with pytest.raises(checking.Own):
        await _pass(desk, into, author)
    await _pass(desk, into, checker)
    reply = (await desk.history(into))[-1]
    assert (reply.kind, reply.text) == (EventKind.REPLIED, WORDS)


async def test_released_it_still_leaves_and_the_author_has_the_ticket_again(
    desk: Desk, code: str, author: Staff, checker: Staff
) -> None:
    await _answer(desk, code, author)
    async with desk.at(code) as (session, ticket):
        await tickets.release(session, ticket, desk.clock())
    await _pass(desk, code, checker)
    assert (await desk.read(code)).assignee_id == author.id


@pytest.mark.parametrize("why", ["disabled", "tied"])
async def test_of_an_author_who_may_no_longer_answer_nothing_leaves(
    desk: Desk, code: str, author: Staff, checker: Staff, why: str
) -> None:
    await _answer(desk, code, author)
    async with desk.at(code) as (session, ticket):
        person = await session.get_one(Staff, author.id)
        if why == "disabled":
            person.disabled_at = desk.clock()
        else:
            person.employers = ["Sao Đỏ"]
            await tickets.detail(session, ticket, desk.clock(), employer="Công ty Sao Đỏ")
    with pytest.raises(checking.AuthorGone):
        await _pass(desk, code, checker)
    await _send_back(desk, code, checker)
    await _answer(desk, code, checker)
    assert (await desk.read(code)).submitted_at is not None


async def test_an_assignee_whose_answer_waits_is_not_silent(
    desk: Desk, code: str, author: Staff, checker: Staff
) -> None:
    await _answer(desk, code, author)
    desk.clock.pass_(days=10)
    async with desk.database.writing() as session:
        assert await assignment.release_silent(session, desk.clock()) == []
    await _send_back(desk, code, checker)
    async with desk.database.writing() as session:
        assert await assignment.release_silent(session, desk.clock()) == [code]


async def test_topics_set_twice_at_once_are_those_set_last(desk: Desk) -> None:
    async def sets() -> None:
        async with desk.database.writing() as session:
            await checking.set_topics(session, [TOPIC])
            await asyncio.sleep(0.1)

    await asyncio.gather(sets(), sets())
    async with desk.database.reading() as session:
        assert await checking.topics(session) == {TOPIC}


async def test_a_collective_answer_is_checked_ticket_by_ticket(
    desk: Desk, code: str, author: Staff, checker: Staff
) -> None:
    other = await desk.open()
    async with desk.at(code) as (session, master):
        member = await lookup.find(session, other)
        assert member is not None
        await tickets.detail(session, master, desk.clock(), employer="Hoàng Hà")
        await collective.join(session, member, master, author, desk.clock())
        now = desk.clock()
        answered = await collective.answer(session, master.id, author, WORDS, now, "key")
    assert answered == [code, other]
    assert await _untold(desk, code) == []
    assert await _untold(desk, other) == [EventKind.REPLIED]
    await _pass(desk, code, checker)
    assert await _untold(desk, code) == [EventKind.REPLIED]


async def test_a_collective_answer_passes_over_what_is_closed_at_that_moment(
    desk: Desk, author: Staff
) -> None:
    made, other = await desk.open(), await desk.open()
    async with desk.at(made) as (session, master):
        member = await lookup.find(session, other)
        assert member is not None
        await tickets.detail(session, master, desk.clock(), employer="Hoàng Hà")
        await collective.join(session, member, master, author, desk.clock())
    await desk.reply(made, author)

    async def closes() -> None:
        async with desk.database.writing() as session:
            ticket = await lookup.find_to_change(session, made)
            assert ticket is not None
            tickets.resolve(session, ticket, author, desk.clock())
            await asyncio.sleep(0.3)

    async def answers() -> list[str]:
        async with desk.at(made) as (session, master):
            now = desk.clock()
            return await collective.answer(session, master.id, author, WORDS, now, "key")

    closing = asyncio.create_task(closes())
    await asyncio.sleep(0.1)
    assert await answers() == [other]
    await closing
    assert (await desk.kinds(made)).count(EventKind.REPLIED) == 1
