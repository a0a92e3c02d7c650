"""The outbox against a database: who may send what, in which order, and what a crash leaves."""

import datetime as dt

import pytest
from sqlalchemy import select

from bot import outbox
from bot.channels.base import Inbound, SendFailed, TryLater, Unreachable
from bot.dialogue import Dialogue
from bot.exchange import Desk
from bot.models import Contact, Delivery, DeliveryState
from bot.outbox import CLAIM_LASTS, MAX_ATTEMPTS, Claim, Result
from bot.reception import Reception
from escalation.sla import SHIPPED
from hotline.db import Database
from knowledge_base.library import Library
from tests.factories import Clock


@pytest.fixture
async def database(database: Database, library: Library, clock: Clock) -> Database:
    """Two workers have written; each is owed a notice and a greeting."""
    desk = Desk(Dialogue(library), SHIPPED)
    door = Reception(database, lambda: desk, clock, lambda: None)
    for who in ("lan", "minh"):
        assert await door.receive(Inbound("telegram", who, who, text="xin chào"))
    return database


async def claim(database: Database, clock: Clock, limit: int = outbox.BATCH) -> list[Claim]:
    async with database.writing() as session:
        return await outbox.claim(session, clock(), limit)


async def record(database: Database, clock: Clock, *results: Result) -> None:
    async with database.writing() as session:
        await outbox.record(session, list(results), clock())


async def states(database: Database) -> list[DeliveryState]:
    async with database.reading() as session:
        return list(await session.scalars(select(Delivery.state).order_by(Delivery.id)))


def addresses(claims: list[Claim]) -> list[str]:
    return sorted(claim.message.address for claim in claims)


async def test_one_message_of_each_worker_at_a_time(database: Database, clock: Clock) -> None:
    first = await claim(database, clock)
    assert addresses(first) == ["lan", "minh"]
    assert await claim(database, clock) == []  # the second ones wait for the first ones
    await record(database, clock, *map(Result, first))
    second = await claim(database, clock)
    assert addresses(second) == ["lan", "minh"]
    assert {one.message.text for one in first}.isdisjoint(one.message.text for one in second)


async def test_no_more_than_asked_for_and_the_oldest_first(
    database: Database, clock: Clock
) -> None:
    assert addresses(await claim(database, clock, limit=1)) == ["lan"]
    assert addresses(await claim(database, clock, limit=1)) == ["minh"]


async def test_what_a_crash_left_half_sent_is_taken_up_again_in_its_turn(
    database: Database, clock: Clock
) -> None:
    lost = await claim(database, clock)
    clock.now += CLAIM_LASTS
    assert await claim(database, clock) == []
    clock.pass_(seconds=1)
    again = await claim(database, clock)
    assert [one.message for one in again] == [one.message for one in lost]
    assert {one.attempts for one in again} == {2}


async def test_a_failure_waits_and_holds_up_nobody_else(database: Database, clock: Clock) -> None:
    lan, minh = await claim(database, clock)
    await record(database, clock, Result(lan, TryLater("429", after=30)), Result(minh))
    assert addresses(await claim(database, clock)) == ["minh"]
    clock.pass_(seconds=30)
    assert [one.message for one in await claim(database, clock)] == [lan.message]


async def test_parts_that_got_through_are_not_forgotten(database: Database, clock: Clock) -> None:
    lan, _ = await claim(database, clock)
    for sent in (2, 0):  # a later try that sent nothing takes nothing back
        failed = Result(lan, TryLater("429", after=1, parts_sent=sent))
        await record(database, clock, failed)
        clock.pass_(seconds=2)
        (lan,) = await claim(database, clock)
        assert lan.message.parts_sent == 2


async def test_what_is_refused_for_good_is_not_tried_again(
    database: Database, clock: Clock
) -> None:
    lan, minh = await claim(database, clock)
    tired = Claim(minh.delivery_id, minh.channel, minh.message, MAX_ATTEMPTS)
    await record(
        database, clock, Result(lan, SendFailed("bad_request")), Result(tired, TryLater("429"))
    )
    assert (await states(database)).count(DeliveryState.FAILED) == 2


async def test_who_left_gets_nothing_more(database: Database, clock: Clock) -> None:
    lan, minh = await claim(database, clock)
    await record(database, clock, Result(lan, Unreachable("blocked")), Result(minh))
    assert addresses(await claim(database, clock)) == ["minh"]
    async with database.reading() as session:
        blocked = select(Contact.address).where(Contact.blocked_at == clock())
        assert list(await session.scalars(blocked)) == ["lan"]
    clock.now += dt.timedelta(days=1)
    assert (await states(database)).count(DeliveryState.FAILED) == 2
