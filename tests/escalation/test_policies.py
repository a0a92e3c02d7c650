"""A ticket keeps the policy it was opened under, whatever the centre decides later."""

import asyncio
import datetime as dt
import random
from typing import Any

import pytest

from escalation import amendments, policies, running
from escalation.amendments import DayChanged, RuleChanged, WeekChanged
from escalation.calendar import Week
from escalation.models import Ticket
from escalation.sla import SHIPPED, Policy, Rule
from escalation.vocabulary import Priority
from tests.escalation.conftest import Desk

pytestmark = pytest.mark.thorough("postgresql")

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


# -- whatever is changed ---------------------------------------------------------------------------


def _some_change(chance: random.Random) -> policies.Alter:
    """A promise, a week or a day, from some day of the next weeks on."""
    since = dt.date(2026, 11, 23) + dt.timedelta(days=chance.randrange(30))
    terms = [chance.randrange(5, 2000) for _ in range(3)]
    priority, calendar = chance.choice(list(Priority)), chance.choice(["office", "always"])
    channel = chance.choice([None, None, "telegram", "phone"])
    rule = Rule(priority, calendar, *terms, risk=chance.randrange(1, 99), channel=channel)  # type: ignore[arg-type]
    opens = dt.time(chance.randrange(6, 12), chance.randrange(60))
    worked = chance.randrange(1, 8)
    week: Week = (((opens, dt.time(18)),),) * worked + ((),) * (7 - worked)
    return chance.choice(
        [
            lambda policy: policy.with_rule(since, rule.scope, rule),
            lambda policy: policy.with_week(since, week),
            lambda policy: policy.with_week(since, None),
            lambda policy: policy.with_day(since, chance.choice([(), week[0], None])),
        ]
    )


@pytest.mark.parametrize("seed", range(4))
async def test_no_change_moves_a_deadline_of_an_open_ticket(desk: Desk, seed: int) -> None:
    chance = random.Random(seed)
    lawyer = await desk.lawyer()
    promised: dict[str, list[Any]] = {}
    for _ in range(8):
        code = await desk.open(chance.choice(list(Priority)))
        if chance.random() < 0.5:
            await desk.reply(code, lawyer)
        promised[code] = deadlines(await desk.read(code))
        async with desk.database.writing() as session:
            await policies.change(session, _some_change(chance), "thử", desk.clock())
        desk.clock.pass_(minutes=chance.randrange(600))
        for old, before in promised.items():
            ticket = await desk.read(old)
            assert deadlines(ticket) == before
            assert running.recomputed(ticket, await desk.history(old)) == running.read(ticket)


def _second_of_december(policy: Policy) -> Policy:
    return policy.with_day(dt.date(2026, 12, 2), ())


async def test_who_looked_at_an_older_version_is_told(desk: Desk) -> None:
    seen = await close(desk)
    newer = await close(desk, dt.date(2026, 12, 1))

    async def again(seen: int | None) -> None:
        async with desk.database.writing() as session:
            await policies.change(session, _second_of_december, "thử", desk.clock(), seen)

    for old in (seen, None):
        with pytest.raises(policies.Outdated):
            await again(old)
    await again(newer)


# -- one promise among others ----------------------------------------------------------------------

NEXT, LATER = dt.date(2026, 12, 1), dt.date(2026, 12, 15)
PHONE = Rule(Priority.NORMAL, "office", 60, 60, 600, channel="phone")


def test_a_promise_of_its_own_comes_and_goes() -> None:
    with_it = SHIPPED.with_rule(NEXT, PHONE.scope, PHONE)
    assert PHONE not in with_it.rules_on(NEXT - dt.timedelta(days=1))
    assert PHONE in with_it.rules_on(LATER)
    without = with_it.with_rule(LATER, PHONE.scope, None)
    assert PHONE in without.rules_on(LATER - dt.timedelta(days=1))
    assert PHONE not in without.rules_on(LATER)
    assert len(without.rules_on(LATER)) == len(SHIPPED.rules_on(LATER))


def test_a_later_change_of_another_promise_is_kept() -> None:
    changed = SHIPPED.with_rule(LATER, URGENT.scope, URGENT).with_rule(NEXT, SLOW.scope, SLOW)
    assert set(changed.rules_on(LATER)) == {SLOW, URGENT}
    assert URGENT not in changed.rules_on(NEXT)


def test_a_later_change_of_the_same_promise_is_kept() -> None:
    later = Rule(Priority.NORMAL, "office", 30, 30, 300)
    changed = SHIPPED.with_rule(LATER, later.scope, later).with_rule(NEXT, SLOW.scope, SLOW)
    assert SLOW in changed.rules_on(NEXT)
    assert later in changed.rules_on(LATER)


def test_the_general_promises_cannot_be_taken_away() -> None:
    with pytest.raises(ValueError, match="no rule"):
        SHIPPED.with_rule(NEXT, SLOW.scope, None)


def test_a_version_kept_before_there_was_a_share_of_risk_is_read() -> None:
    kept = SHIPPED.as_json()
    for _, rules in kept["rules"]:
        for rule in rules:
            del rule["risk"]
    assert Policy.from_json(kept) == SHIPPED


def test_what_was_changed_is_told_once_on_its_first_day() -> None:
    week = (*SHIPPED.office.weekly[:5], ((dt.time(8), dt.time(11)),), ())
    new = SHIPPED.with_rule(LATER, PHONE.scope, PHONE).with_rule(NEXT, SLOW.scope, SLOW)
    new = new.with_week(NEXT, week).with_day(STORM, ())
    old = SHIPPED.rules_on(NEXT)[0]
    assert amendments.between(SHIPPED, new) == [
        RuleChanged(NEXT, SLOW.scope, old, SLOW),
        RuleChanged(LATER, PHONE.scope, None, PHONE),
        WeekChanged(NEXT, SHIPPED.office.weekly, week),
        DayChanged(STORM, None, ()),
    ]
    assert amendments.between(new, new) == []
    assert [one.since for one in amendments.to_come(new, STORM)] == [NEXT, NEXT, LATER]
    assert amendments.to_come(new, LATER) == []
