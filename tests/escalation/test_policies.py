"""A ticket keeps the policy it was opened under, whatever the centre decides later."""

import asyncio
import datetime as dt
from typing import Any

from escalation import policies, running
from escalation.models import Ticket
from escalation.sla import SHIPPED, Rule
from escalation.vocabulary import Priority
from tests.escalation.conftest import Desk

STORM = dt.date(2026, 11, 25)
URGENT = Rule(Priority.URGENT, "always", 5, 5, 600)
SLOW = Rule(Priority.NORMAL, "office", 480, 480, 2400)


async def close(desk: Desk, day: dt.date = STORM) -> int:
    async with desk.database.writing() as session:
        return (await policies.set_day(session, day, (), "bão", desk.clock())).id


async def slow_down(desk: Desk) -> None:
    async with desk.database.writing() as session:
        await policies.set_rules(session, STORM, (SLOW, URGENT), "chậm lại", desk.clock())


def deadlines(ticket: Ticket) -> list[Any]:
    return [
        ticket.first_response_due_at,
        ticket.resolution_due_at,
        ticket.next_due_at,
        ticket.risk_at,
    ]


async def test_without_a_version_the_shipped_policy_holds(desk: Desk) -> None:
    ticket = await desk.read(await desk.open())
    assert ticket.policy_id is None
    assert policies.of(ticket) == SHIPPED


async def test_a_change_moves_no_old_deadline(desk: Desk) -> None:
    code, lawyer = await desk.open(), await desk.lawyer()
    before = deadlines(await desk.read(code))
    await close(desk)
    await slow_down(desk)
    assert deadlines(await desk.read(code)) == before
    # Nor later, when the clock of the old ticket goes on.
    await desk.reply(code, lawyer)
    ticket = await desk.read(code)
    assert ticket.resolution_due_at == before[1]
    assert running.recomputed(ticket, await desk.history(code)) == running.read(ticket)


async def test_the_next_ticket_is_under_the_new_policy(desk: Desk) -> None:
    old = await desk.read(await desk.open())
    version = await close(desk)
    new = await desk.read(await desk.open())
    assert new.policy_id == version
    assert new.first_response_due_at == old.first_response_due_at  # the day before the storm
    working_day = dt.timedelta(days=1)
    assert new.resolution_due_at == old.resolution_due_at + working_day


async def test_other_terms_hold_from_their_day_on(desk: Desk) -> None:
    await slow_down(desk)
    before = await desk.read(await desk.open())
    desk.clock.now = dt.datetime(2026, 11, 25, 0, 30, tzinfo=dt.UTC)  # 07:30
    after = await desk.read(await desk.open())
    assert before.first_response_due_at - before.opened_at == dt.timedelta(hours=5, minutes=30)
    assert after.first_response_due_at - after.opened_at == dt.timedelta(hours=9, minutes=30)


async def test_an_old_ticket_that_turns_urgent_goes_by_its_own_terms(desk: Desk) -> None:
    code = await desk.open()
    desk.clock.now = dt.datetime(2026, 11, 25, 0, 30, tzinfo=dt.UTC)
    await slow_down(desk)
    await desk.prioritise(code)
    ticket = await desk.read(code)
    assert ticket.resolution_due_at <= desk.clock() + dt.timedelta(days=1)
    assert policies.of(ticket) == SHIPPED


async def test_changes_made_at_once_are_all_kept(desk: Desk) -> None:
    days = [dt.date(2026, 12, day) for day in range(1, 9)]
    await asyncio.gather(*(close(desk, day) for day in days))
    async with desk.database.reading() as session:
        office = policies.read(await policies.newest(session)).office
        assert len(await policies.versions(session)) == len(days)
    assert [office.exceptions[day] for day in days] == [()] * len(days)
