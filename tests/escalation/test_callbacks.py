"""Workers who wait to be rung back: attempts, outcomes in any order, and how often we may ring."""

import asyncio
import itertools

import pytest
import sqlalchemy
from sqlalchemy import func, select

from escalation import callbacks, tickets
from escalation.callbacks import PER_DAY, PER_HOUR, Outcome, TooMany
from escalation.models import Callback, Staff
from escalation.vocabulary import EventKind, State
from tests.escalation.conftest import Desk

pytestmark = pytest.mark.thorough("postgresql")

NUMBER = "+84912345678"


async def asked(desk: Desk) -> tuple[str, Staff]:
    code, lawyer = await desk.open(), await desk.lawyer()
    await desk.take(code, lawyer)
    await asks(desk, code)
    return code, lawyer


async def asks(desk: Desk, code: str, number: str = NUMBER) -> None:
    async with desk.at(code) as (session, ticket):
        await callbacks.ask(session, ticket, number, desk.clock())


async def ends(
    desk: Desk, code: str, lawyer: Staff, outcome: Outcome, attempt: str | None = None
) -> None:
    async with desk.at(code) as (session, ticket):
        task = await callbacks.of(session, ticket)
        assert task is not None
        now = desk.clock()
        await callbacks.finish(session, task, ticket, lawyer, outcome, now, attempt)


async def task_of(desk: Desk, code: str) -> Callback:
    async with desk.at(code) as (session, ticket):
        task = await callbacks.of(session, ticket)
    assert task is not None
    return task


async def waiting(desk: Desk) -> int:
    async with desk.database.reading() as session:
        undone = select(func.count()).select_from(Callback).where(Callback.closed_at.is_(None))
        return await session.scalar(undone) or 0


async def outcomes(desk: Desk, code: str) -> list[str]:
    history = await desk.history(code)
    return [one.data["outcome"] for one in history if one.kind is EventKind.CALLED]


# -- attempts --------------------------------------------------------------------------------------


async def test_three_attempts_in_vain_end_the_task(desk: Desk) -> None:
    code, lawyer = await asked(desk)
    for attempt in (1, 2):
        await ends(desk, code, lawyer, Outcome.WORKER_MISSED)
        task = await task_of(desk, code)
        assert (task.attempts, task.closed_at, await waiting(desk)) == (attempt, None, 1)
    await ends(desk, code, lawyer, Outcome.WORKER_MISSED)
    task = await task_of(desk, code)
    assert (task.attempts, task.closed_at, await waiting(desk)) == (3, desk.clock(), 0)
    assert (await desk.read(code)).first_responded_at is None  # nobody was spoken to


async def test_a_talk_ends_the_task_and_is_the_first_answer(desk: Desk) -> None:
    code, lawyer = await asked(desk)
    desk.clock.pass_(minutes=30)
    await ends(desk, code, lawyer, Outcome.TALKED)
    ticket = await desk.read(code)
    assert ticket.first_responded_at == desk.clock()
    assert ticket.next_due_at == ticket.resolution_due_at
    assert (await task_of(desk, code)).closed_at == desk.clock()


@pytest.mark.parametrize("outcome", [Outcome.DECLINED, Outcome.LAWYER_MISSED])
async def test_what_the_lawyer_missed_is_no_attempt(desk: Desk, outcome: Outcome) -> None:
    code, lawyer = await asked(desk)
    await ends(desk, code, lawyer, outcome)
    task = await task_of(desk, code)
    assert (task.attempts, task.closed_at) == (0, None)
    assert await outcomes(desk, code) == [outcome]


async def test_asking_again_renews_the_task(desk: Desk) -> None:
    code, lawyer = await asked(desk)
    for _ in range(3):
        await ends(desk, code, lawyer, Outcome.WORKER_MISSED)
    desk.clock.pass_(hours=1)
    await asks(desk, code, "+84987654321")
    task = await task_of(desk, code)
    assert (task.number, task.asked_at) == ("+84987654321", desk.clock())
    assert (task.attempts, task.closed_at) == (0, None)
    async with desk.database.reading() as session:
        assert len((await session.scalars(select(Callback))).all()) == 1
    assert (await desk.kinds(code)).count(EventKind.ASKED_BACK) == 2


# -- one attempt is told of more than once ----------------------------------------------------------

OF_LAWYER = (Outcome.DECLINED, Outcome.LAWYER_MISSED)
OF_WORKER = (Outcome.TALKED, Outcome.WORKER_MISSED)


@pytest.mark.parametrize("outcome", [*OF_LAWYER, *OF_WORKER])
async def test_told_twice_it_counts_once(desk: Desk, outcome: Outcome) -> None:
    code, lawyer = await asked(desk)
    for _ in range(2):
        await ends(desk, code, lawyer, outcome, "CA1")
    assert await outcomes(desk, code) == [outcome]
    assert (await task_of(desk, code)).attempts == (outcome is Outcome.WORKER_MISSED)


@pytest.mark.parametrize(
    ("of_lawyer", "of_worker"), list(itertools.product(OF_LAWYER, OF_WORKER)), ids=str
)
async def test_what_is_known_of_the_worker_stands_whichever_came_first(
    desk: Desk, of_lawyer: Outcome, of_worker: Outcome
) -> None:
    for told in ((of_lawyer, of_worker, of_lawyer), (of_worker, of_lawyer, of_worker)):
        code, lawyer = await asked(desk)
        for outcome in told:
            await ends(desk, code, lawyer, outcome, "CA1")
        assert await outcomes(desk, code) == [of_worker]
        task, ticket = await task_of(desk, code), await desk.read(code)
        talked = of_worker is Outcome.TALKED
        assert (task.attempts, task.closed_at is not None) == (0 if talked else 1, talked)
        assert (ticket.first_responded_at is not None) is talked


async def test_other_attempts_count_for_themselves(desk: Desk) -> None:
    code, lawyer = await asked(desk)
    for attempt in ("CA1", "CA2"):
        await ends(desk, code, lawyer, Outcome.WORKER_MISSED, attempt)
    assert (await task_of(desk, code)).attempts == 2


# -- how often we may ring --------------------------------------------------------------------------


async def places(desk: Desk, code: str, lawyer: Staff) -> None:
    async with desk.at(code) as (session, ticket):
        await callbacks.place(session, ticket, lawyer, desk.clock())


async def test_twenty_calls_an_hour_of_the_whole_centre(desk: Desk) -> None:
    code, lawyer = await asked(desk)
    other, colleague = await asked(desk)
    for number in range(PER_HOUR):
        await places(desk, *((code, lawyer) if number % 2 else (other, colleague)))
    desk.clock.pass_(minutes=59, seconds=59)
    with pytest.raises(TooMany):
        await places(desk, code, lawyer)
    assert len(await outcomes(desk, code)) + len(await outcomes(desk, other)) == PER_HOUR
    desk.clock.pass_(seconds=1)
    await places(desk, code, lawyer)


async def test_a_hundred_calls_a_day(desk: Desk) -> None:
    code, lawyer = await asked(desk)
    for number in range(PER_DAY):
        if number % PER_HOUR == 0:
            desk.clock.pass_(hours=1)
        await places(desk, code, lawyer)
    desk.clock.pass_(hours=2)
    with pytest.raises(TooMany):
        await places(desk, code, lawyer)
    desk.clock.pass_(hours=18)  # the first twenty were a day ago
    await places(desk, code, lawyer)


async def test_calls_by_hand_and_outcomes_are_not_ours(desk: Desk) -> None:
    code, lawyer = await asked(desk)
    for number in range(PER_HOUR + 1):
        await ends(desk, code, lawyer, Outcome.LAWYER_MISSED, f"CA{number}")
    await places(desk, code, lawyer)


async def test_calls_at_once_stay_within_the_hour(desk: Desk) -> None:
    code, lawyer = await asked(desk)
    for _ in range(PER_HOUR - 2):
        await places(desk, code, lawyer)
    tries = [places(desk, code, lawyer) for _ in range(6)]
    refused = [one for one in await asyncio.gather(*tries, return_exceptions=True) if one]
    assert [type(one) for one in refused] == [TooMany] * 4
    assert len(await outcomes(desk, code)) == PER_HOUR


async def test_who_rings_is_who_asked_last(desk: Desk) -> None:
    code, lawyer = await asked(desk)
    colleague = await desk.lawyer()
    async with desk.at(code) as (session, ticket):
        assert await callbacks.who_rings(session, ticket) is None
    for staff in (lawyer, colleague):
        await places(desk, code, staff)
    await ends(desk, code, lawyer, Outcome.DECLINED)
    async with desk.at(code) as (session, ticket):
        found = await callbacks.who_rings(session, ticket)
    assert found is not None
    assert found.id == colleague.id


# -- forgetting ------------------------------------------------------------------------------------


async def test_erasing_a_ticket_deletes_the_number(desk: Desk) -> None:
    code, _ = await asked(desk)
    other, _ = await asked(desk)
    async with desk.at(code) as (session, ticket):
        await tickets.erase(session, ticket, desk.clock())
    async with desk.at(code) as (session, ticket):
        assert ticket.state is State.RESOLVED
        assert await callbacks.of(session, ticket) is None
    assert (await task_of(desk, other)).number == NUMBER
    assert await waiting(desk) == 1


async def test_the_number_is_stored_encrypted(desk: Desk) -> None:
    await asked(desk)
    async with desk.database.reading() as session:
        stored = await session.scalar(sqlalchemy.text("SELECT number FROM callbacks"))
    assert "912345678" not in str(stored)


async def test_a_task_is_found_with_its_ticket_or_not_at_all(desk: Desk) -> None:
    code, _ = await asked(desk)
    task = await task_of(desk, code)
    async with desk.database.writing() as session:
        found = await callbacks.locked(session, task.id)
        assert found is not None
        assert (found[0].number, found[1].code) == (NUMBER, code)
        assert await callbacks.locked(session, task.id + 1) is None
