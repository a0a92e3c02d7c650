"""Whom the staff's alerts go to, when, and that nothing is told twice or lost."""

import asyncio
import datetime as dt
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from escalation import (
    absence,
    assignment,
    checking,
    mentions,
    tickets,
    transfers,
    watch,
)
from escalation.alerts import digests, raising, settled, telegram_links, telling, words
from escalation.alerts.raising import Ways, awake_at
from escalation.alerts.telling import Claim, Failure
from escalation.models import Alert, DutyShift, Staff, Ticket
from escalation.vocabulary import ALERTED, AlertState, Kind, Priority, Role, State, Via
from hotline.db import Database, Keyring
from tests.escalation.conftest import Desk

MAIL = Ways(mail=True)
BOTH = Ways(mail=True, telegram=True)


async def change(desk: Desk, staff: Staff, **values: Any) -> Staff:
    async with desk.database.writing() as session:
        found = await session.get_one(Staff, staff.id)
        for name, value in values.items():
            setattr(found, name, value)
    return found


async def on_duty(desk: Desk, staff: Staff) -> None:
    """Day and night, all week."""
    async with desk.database.writing() as session:
        for day in range(7):
            session.add(DutyShift(staff_id=staff.id, weekday=day, opens=0, closes=24 * 60, rank=0))


async def away(desk: Desk, staff: Staff) -> None:
    today = absence.day_of(desk.clock())
    async with desk.database.writing() as session:
        await absence.add(session, staff, today, today, today)


async def raised(desk: Desk, ways: Ways = MAIL) -> int:
    async with desk.database.writing() as session:
        return await raising.raise_alerts(session, ways, desk.clock())


async def waiting(desk: Desk, ways: Ways = MAIL) -> set[tuple[int, str]]:
    """What was raised now, as (who, what)."""
    before = {alert.id for alert in await rows(desk)}
    await raised(desk, ways)
    return {(one.staff_id, one.kind) for one in await rows(desk) if one.id not in before}


async def rows(desk: Desk) -> Sequence[Alert]:
    async with desk.database.reading() as session:
        return (await session.scalars(select(Alert).order_by(Alert.id))).all()


async def claimed(desk: Desk, ways: Ways = MAIL) -> list[Claim]:
    async with desk.database.writing() as session:
        return await telling.claim(session, ways, desk.clock())


async def recorded(
    desk: Desk, claim: Claim, failure: Failure | None = None, ways: Ways = MAIL
) -> None:
    async with desk.database.writing() as session:
        await telling.record(session, claim, failure, ways, desk.clock())


async def told(desk: Desk, ways: Ways = MAIL) -> list[tuple[int, list[str]]]:
    """Who is told what now, each message by itself."""
    await raised(desk, ways)
    said = []
    while claims := await claimed(desk, ways):
        for claim in claims:
            await recorded(desk, claim, ways=ways)
            said.append((claim.staff.id, claim.kinds))
    return sorted(said)


async def states(desk: Desk) -> list[AlertState]:
    return [alert.state for alert in await rows(desk)]


# -- whom ------------------------------------------------------------------------------------------


async def test_a_new_urgent_ticket_is_told_to_who_is_on_duty(desk: Desk) -> None:
    duty, _ = await desk.lawyer(), await desk.lawyer()
    await on_duty(desk, duty)
    await desk.open(Priority.URGENT)
    assert await told(desk) == [(duty.id, ["opened"])]


async def test_an_urgent_ticket_while_nobody_has_the_duty_is_told_to_all_who_are_here(
    desk: Desk,
) -> None:
    one, other, absent, gone = [await desk.lawyer() for _ in range(4)]
    await on_duty(desk, absent)
    await away(desk, absent)
    await change(desk, gone, disabled_at=desk.clock())
    await desk.open(Priority.URGENT)
    assert await told(desk) == [(one.id, ["opened"]), (other.id, ["opened"])]


async def test_a_new_normal_ticket_is_told_only_while_the_office_is_open(desk: Desk) -> None:
    duty, _ = await desk.lawyer(), await desk.lawyer()
    await on_duty(desk, duty)
    await desk.open()
    assert await told(desk) == [(duty.id, ["opened"])]
    desk.clock.pass_(hours=10)
    await desk.open()
    assert await told(desk) == []


async def test_what_the_worker_does_is_told_to_the_assignee(desk: Desk) -> None:
    lawyer, _ = await desk.lawyer(), await desk.lawyer()
    code = await desk.open()
    await desk.writes(code)
    assert await told(desk) == []
    await desk.take(code, lawyer)
    await desk.writes(code)
    assert await told(desk) == [(lawyer.id, ["wrote"])]
    await desk.reply(code, lawyer)
    await desk.resolve(code, lawyer)
    await desk.writes(code)
    assert await told(desk) == [(lawyer.id, ["reopened", "wrote"])]


async def test_risk_and_breach_are_told_to_the_assignee_or_who_can_take_it(desk: Desk) -> None:
    lawyer, duty = await desk.lawyer(), await desk.lawyer()
    mine, nobodys = await desk.open(), await desk.open()
    await desk.take(mine, lawyer)
    await raised(desk)
    await on_duty(desk, duty)
    ticket = await desk.read(mine)
    assert ticket.risk_at is not None
    desk.clock.now = ticket.risk_at
    async with desk.database.writing() as session:
        assert len(await watch.record_risks(session, desk.clock())) == 2
    assert await told(desk) == [(lawyer.id, ["at_risk"]), (duty.id, ["at_risk"])]
    desk.clock.now = ticket.first_response_due_at
    async with desk.database.writing() as session:
        assert set(await watch.record_breaches(session, desk.clock())) == {mine, nobodys}
    assert await told(desk) == [(lawyer.id, ["breached"]), (duty.id, ["breached"])]


async def escalate(desk: Desk, levels: int = 1) -> None:
    for _ in range(levels):
        async with desk.database.writing() as session:
            assert await watch.climb(session, desk.clock())


async def test_the_ladder_reaches_head_and_deputy_or_the_managers(desk: Desk) -> None:
    lawyer, head, deputy, manager = [await desk.lawyer() for _ in range(4)]
    await change(desk, manager, role=Role.MANAGER)
    await desk.take(await desk.open(), lawyer)
    desk.clock.pass_(days=9)
    async with desk.database.writing() as session:
        await watch.record_breaches(session, desk.clock())
    await told(desk)
    await escalate(desk)
    assert await told(desk) == [(manager.id, ["escalated"])]
    await change(desk, deputy, level=2)
    await escalate(desk)
    assert await told(desk) == [(deputy.id, ["escalated"])]
    assert head.level == 0


async def test_a_deputy_who_is_away_is_told_where_nobody_else_is_left(desk: Desk) -> None:
    lawyer, deputy = await desk.lawyer(), await desk.lawyer()
    await change(desk, deputy, level=2)
    await desk.take(await desk.open(), lawyer)
    desk.clock.pass_(days=9)
    async with desk.database.writing() as session:
        await watch.record_breaches(session, desk.clock())
    await away(desk, deputy)
    await told(desk)
    await escalate(desk, levels=2)
    assert await told(desk) == [(deputy.id, ["escalated"])]


async def test_a_transfer_is_told_to_whose_turn_it_is(desk: Desk) -> None:
    giver, taker = await desk.lawyer(), await desk.lawyer()
    code = await desk.open()
    await desk.take(code, giver)
    for answer, who, said in (
        (transfers.refuse, giver, "refused"),
        (transfers.accept, giver, "accepted"),
    ):
        async with desk.at(code) as (session, ticket):
            await transfers.offer(session, ticket, giver, taker.id, "", desk.clock())
        assert await told(desk) == [(taker.id, ["offered"])]
        async with desk.at(code) as (session, ticket):
            more = ("",) if answer is transfers.refuse else ()
            await answer(session, ticket, taker, *more, desk.clock())  # type: ignore[operator]
        assert await told(desk) == [(who.id, [said])]


async def test_an_offer_that_lapsed_is_told_to_the_giver(desk: Desk) -> None:
    giver, taker = await desk.lawyer(), await desk.lawyer()
    code = await desk.open()
    await desk.take(code, giver)
    async with desk.at(code) as (session, ticket):
        await transfers.offer(session, ticket, giver, taker.id, "", desk.clock())
    desk.clock.pass_(hours=9)
    async with desk.database.writing() as session:
        assert await transfers.lapse(session, desk.clock()) == [code]
    assert await told(desk) == [(giver.id, ["lapsed"])]  # the offer itself is void by now


async def test_a_ticket_given_back_is_told_to_who_is_on_duty(desk: Desk) -> None:
    lawyer, duty = await desk.lawyer(), await desk.lawyer()
    code = await desk.open()
    await desk.take(code, lawyer)
    await raised(desk)
    await on_duty(desk, duty)
    async with desk.at(code) as (session, ticket):
        await assignment.give_back(session, ticket, lawyer, "ốm", desk.clock())
    assert await told(desk) == [(duty.id, ["returned"])]


async def test_who_is_named_in_a_note_is_told(desk: Desk) -> None:
    lawyer, named = await desk.lawyer(), await desk.lawyer()
    code = await desk.open()
    async with desk.at(code) as (session, ticket):
        await mentions.note(session, ticket, lawyer, f"@{named.name} xem giúp", desk.clock())
        tickets.note(session, ticket, lawyer, "việc riêng", desk.clock())
    assert await told(desk) == [(named.id, ["noted"])]


async def test_a_mention_of_long_ago_stays_past_when_the_ticket_is_forgotten(desk: Desk) -> None:
    one, other = await desk.lawyer(), await desk.lawyer()
    code = await desk.open()
    async with desk.at(code) as (session, ticket):
        await mentions.note(session, ticket, one, f"@{other.name} xem giúp", desk.clock())
    found = []
    for days in (0, 31):
        desk.clock.pass_(days=days)
        async with desk.at(code) as (session, ticket):
            if days:
                await tickets.erase(session, ticket, desk.clock())
            found.append(await mentions.unread(session, other, desk.clock()) == {ticket.id})
    assert found == [True, False]


async def test_an_answer_is_told_to_its_readers_and_sent_back_to_its_author(desk: Desk) -> None:
    author, head, _ = [await desk.lawyer() for _ in range(3)]
    await change(desk, head, level=1)
    code = await desk.open()
    async with desk.at(code) as (session, ticket):
        await checking.submit(session, ticket, author, "Vâng", desk.clock())
    assert await told(desk) == [(head.id, ["submitted"])]
    async with desk.at(code) as (session, ticket):
        await checking.send_back(session, ticket, head, "thiếu điều luật", desk.clock())
    assert await told(desk) == [(author.id, ["sent_back"])]


async def test_a_lawyer_tied_to_the_employer_is_never_told(desk: Desk) -> None:
    tied, free = await desk.lawyer(), await desk.lawyer()
    code = await desk.open(Priority.URGENT)
    async with desk.database.writing() as session:
        found = await session.get_one(Staff, tied.id)
        await assignment.tie(session, found, ["Sao Đỏ"], desk.clock())
    await raised(desk)
    async with desk.at(code) as (session, ticket):  # raised for both, and now he is barred
        await tickets.detail(session, ticket, desk.clock(), employer="Công ty Sao Đỏ")
    assert await told(desk) == [(free.id, ["opened"])]


async def test_nobody_is_told_where_there_is_no_way_to_him(desk: Desk) -> None:
    lawyer = await desk.lawyer()
    await change(desk, lawyer, by_mail=False)
    await desk.open(Priority.URGENT)
    assert await told(desk) == []
    await desk.open(Priority.URGENT)
    assert await raised(desk, Ways()) == 1  # and it is not made up for later
    await change(desk, lawyer, by_mail=True)
    assert await told(desk) == []


# -- when ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quiet", "now", "awake"),
    [
        ((22 * 60, 6 * 60), "2026-11-23T21:59", "2026-11-23T21:59"),
        ((22 * 60, 6 * 60), "2026-11-23T22:00", "2026-11-24T06:00"),
        ((22 * 60, 6 * 60), "2026-11-24T05:59", "2026-11-24T06:00"),
        ((22 * 60, 6 * 60), "2026-11-24T06:00", "2026-11-24T06:00"),
        ((12 * 60, 13 * 60), "2026-11-24T12:30", "2026-11-24T13:00"),
        ((0, 0), "2026-11-24T03:00", "2026-11-24T03:00"),
    ],
)
def test_quiet_hours(quiet: tuple[int, int], now: str, awake: str) -> None:
    staff = Staff(quiet_from=quiet[0], quiet_until=quiet[1])
    local = [dt.datetime.fromisoformat(f"{one}+07:00") for one in (now, awake)]
    assert awake_at(staff, local[0]) == local[1]


async def test_alerts_wait_for_the_morning_unless_he_has_the_duty(desk: Desk) -> None:
    duty, other = await desk.lawyer(), await desk.lawyer()
    urgent, normal = await desk.open(Priority.URGENT), await desk.open()
    await desk.take(urgent, other)
    await desk.take(normal, duty)
    await told(desk)
    await on_duty(desk, duty)
    desk.clock.pass_(hours=16)  # midnight
    await desk.writes(urgent)
    await desk.writes(normal)
    fresh = await desk.open(Priority.URGENT)
    assert await told(desk) == [(duty.id, ["opened"])]
    desk.clock.pass_(hours=6)
    assert await told(desk) == [(duty.id, ["wrote"]), (other.id, ["wrote"])]
    assert (await desk.read(fresh)).assignee_id is None


async def test_danger_wakes_all_where_nobody_has_the_duty(desk: Desk) -> None:
    one, other = await desk.lawyer(), await desk.lawyer()
    desk.clock.pass_(hours=16)  # midnight
    await desk.open(Priority.URGENT)
    assert await told(desk) == [(one.id, ["opened"]), (other.id, ["opened"])]


async def test_danger_wakes_all_where_who_has_the_duty_cannot_help(desk: Desk) -> None:
    for hinder in (away, _leaves):
        absent, one = await desk.lawyer(), await desk.lawyer()
        await on_duty(desk, absent)
        desk.clock.now = dt.datetime(2026, 11, 25, 17, 0, tzinfo=dt.UTC)  # midnight
        await hinder(desk, absent)
        await desk.open(Priority.URGENT)
        assert (one.id, ["opened"]) in await told(desk)


async def _leaves(desk: Desk, staff: Staff) -> None:
    await change(desk, staff, disabled_at=desk.clock())


async def test_danger_wakes_all_where_who_has_the_duty_may_not_see_it(desk: Desk) -> None:
    barred, one = await desk.lawyer(), await desk.lawyer()
    await change(desk, barred, employers=["Sao Đỏ"])
    await on_duty(desk, barred)
    desk.clock.pass_(hours=16)  # midnight
    code = await desk.open(Priority.URGENT)
    async with desk.at(code) as (session, ticket):
        await tickets.detail(session, ticket, desk.clock(), employer="Sao Đỏ")
    assert await told(desk) == [(one.id, ["opened"])]


async def test_who_stands_in_for_an_assignee_who_is_away_is_told(desk: Desk) -> None:
    holder, duty = await desk.lawyer(), await desk.lawyer()
    code = await desk.open()
    await desk.take(code, holder)
    await desk.reply(code, holder)
    await on_duty(desk, duty)
    await away(desk, holder)
    await told(desk)
    await desk.writes(code)
    await desk.prioritise(code)
    assert await waiting(desk) == {(duty.id, "wrote"), (duty.id, "prioritised")}
    assert await told(desk) == [(duty.id, ["wrote", "prioritised"])]


async def test_several_things_about_one_ticket_are_told_as_one(desk: Desk) -> None:
    lawyer = await desk.lawyer()
    codes = [await desk.open(), await desk.open()]
    for code in codes:
        await desk.take(code, lawyer)
    for _ in range(3):
        for code in codes:
            await desk.writes(code)
        await raised(desk)
    assert await told(desk) == [(lawyer.id, ["wrote"])] * 2


async def test_many_tickets_are_told_in_one_list(desk: Desk) -> None:
    lawyer = await desk.lawyer()
    codes = [await desk.open() for _ in range(5)]
    for code in codes:
        await desk.take(code, lawyer)
        await desk.writes(code)
        desk.clock.pass_(minutes=1)
    await desk.prioritise(codes[0])
    assert await told(desk) == [(lawyer.id, ["wrote"]), (lawyer.id, ["wrote", "prioritised"])]


async def test_three_tickets_are_told_each_by_itself(desk: Desk) -> None:
    lawyer = await desk.lawyer()
    for code in [await desk.open() for _ in range(3)]:
        await desk.take(code, lawyer)
        await desk.writes(code)
    assert await told(desk) == [(lawyer.id, ["wrote"])] * 3


async def test_what_was_settled_meanwhile_is_void(desk: Desk) -> None:
    lawyer, other = await desk.lawyer(), await desk.lawyer()
    code, closed = await desk.open(Priority.URGENT), await desk.open()
    await desk.take(closed, lawyer)
    await desk.writes(closed)
    await raised(desk)
    await desk.take(code, other)
    await desk.reply(closed, lawyer)
    assert await told(desk) == []
    assert set(await states(desk)) == {AlertState.VOID}


# -- once ------------------------------------------------------------------------------------------


async def test_each_event_is_raised_once(desk: Desk) -> None:
    await desk.lawyer()
    await desk.open(Priority.URGENT)
    assert [await raised(desk) for _ in range(2)] == [1, 0]
    assert len(await rows(desk)) == 1


@pytest.mark.thorough("sqlite")
async def test_two_replicas_raise_and_claim_everything_once(
    desk: Desk, database_url: str, keyring: Keyring
) -> None:
    lawyers = [await desk.lawyer() for _ in range(3)]
    for _ in range(40):
        await desk.open(Priority.URGENT)
    other = Database(database_url, keyring)
    replicas = [desk, Desk(other, desk.clock)]
    try:
        claims = await asyncio.gather(*(_work(one) for one in replicas for _ in range(3)))
    finally:
        await other.close()
    numbers = [alert.id for one in claims for claim in one for alert in claim.alerts]
    assert len(numbers) == len(set(numbers)) == 40 * len(lawyers)
    assert set(await states(desk)) == {AlertState.SENT}


async def _work(desk: Desk) -> list[Claim]:
    await raised(desk)
    found = []
    while claims := await claimed(desk):
        for claim in claims:
            await recorded(desk, claim)
        found += claims
    return found


async def test_a_claim_of_a_killed_process_is_taken_up_again(desk: Desk) -> None:
    await desk.lawyer()
    await desk.open(Priority.URGENT)
    await raised(desk)
    (lost,) = await claimed(desk)
    assert await claimed(desk) == []
    desk.clock.now += telling.CLAIM_LASTS + dt.timedelta(seconds=1)
    (found,) = await claimed(desk)
    assert found.number == lost.number
    await recorded(desk, found)
    desk.clock.now += telling.CLAIM_LASTS * 2
    assert await claimed(desk) == []


_REPLICA = """
import asyncio, datetime as dt, sys
from pathlib import Path
from escalation.alerts import raising, telling
from escalation.alerts.raising import Ways
from hotline.db import Database, Keyring

async def main(url, keys, now):
    now, ways, claims = dt.datetime.fromisoformat(now), Ways(mail=True), [None]
    database = Database(url, Keyring.load(Path(keys)))
    raised = 1
    while raised:
        async with database.writing() as session:
            raised = await raising.raise_alerts(session, ways, now)
    while claims:
        async with database.writing() as session:
            claims = await telling.claim(session, ways, now)
        print("claimed", flush=True)
        await asyncio.sleep(0.3)  # on its way to the mail server
        for claim in claims:
            print(claim.number, flush=True)
            async with database.writing() as session:
                await telling.record(session, claim, None, ways, now)
    await database.close()

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.thorough
async def test_of_two_replicas_one_is_killed_and_each_alert_is_sent_once(
    desk: Desk, database_url: str, tmp_path: Path
) -> None:
    Keyring.create(tmp_path / "keys")
    desk.database = Database(database_url, Keyring.load(tmp_path / "keys"))
    await desk.lawyer()
    for _ in range(300):
        await desk.open(Priority.URGENT)
    words = (sys.executable, "-c", _REPLICA, database_url, str(tmp_path / "keys"))
    pipe = asyncio.subprocess.PIPE
    killed, other = [
        await asyncio.create_subprocess_exec(*words, desk.clock().isoformat(), stdout=pipe)
        for _ in range(2)
    ]
    assert killed.stdout is not None
    sent: list[bytes] = []
    for _ in range(2):  # one batch is recorded, the next one claimed and not yet sent
        while (line := await killed.stdout.readline()) != b"claimed\n":
            sent.append(line)
    killed.send_signal(signal.SIGKILL)
    assert sent
    said, _ = await other.communicate()
    assert other.returncode == 0
    sent += [line for line in said.splitlines(keepends=True) if line != b"claimed\n"]
    assert len(sent) < 300
    desk.clock.now += telling.CLAIM_LASTS + dt.timedelta(seconds=1)
    sent += [b"%d\n" % claim.number for claim in await _work(desk)]
    assert len(sent) == len(set(sent)) == 300
    await desk.database.close()


# -- what fails ------------------------------------------------------------------------------------


async def test_a_failure_is_tried_again_ever_later_and_given_up_at_last(desk: Desk) -> None:
    await desk.lawyer()
    await desk.open(Priority.URGENT)
    await raised(desk)
    pauses = []
    for _ in range(telling.MAX_ATTEMPTS):
        (claim,) = await claimed(desk)
        await recorded(desk, claim, Failure("451", again=True))
        (alert,) = await rows(desk)
        pauses.append(alert.due_at - desk.clock())
        desk.clock.now = alert.due_at
    assert pauses[:3] == [dt.timedelta(seconds=one) for one in (15, 30, 60)]
    assert await claimed(desk) == []
    assert (await rows(desk))[0].state is AlertState.FAILED


async def linked(desk: Desk, staff: Staff, address: str = "777") -> Staff:
    return await change(desk, staff, telegram=address, telegram_index=address)


async def test_telegram_comes_first_and_mail_steps_in_when_it_is_shut(desk: Desk) -> None:
    lawyer = await linked(desk, await desk.lawyer())
    await desk.open(Priority.URGENT)
    await raised(desk, BOTH)
    (claim,) = await claimed(desk, BOTH)
    assert claim.via is Via.TELEGRAM
    await recorded(desk, claim, Failure("blocked", gone=True), BOTH)
    (again,) = await claimed(desk, BOTH)
    assert again.via is Via.MAIL
    async with desk.database.reading() as session:
        assert (await session.get_one(Staff, lawyer.id)).telegram is None


async def test_who_wants_no_mail_gets_none_when_telegram_fails(desk: Desk) -> None:
    lawyer = await linked(desk, await desk.lawyer())
    await change(desk, lawyer, by_mail=False)
    await desk.open(Priority.URGENT)
    await raised(desk, BOTH)
    (claim,) = await claimed(desk, BOTH)
    await recorded(desk, claim, Failure("blocked", gone=True), BOTH)
    assert await states(desk) == [AlertState.FAILED]


async def test_what_was_told_long_ago_is_forgotten(desk: Desk) -> None:
    await desk.lawyer()
    await desk.open(Priority.URGENT)
    await told(desk)
    for days, left in ((29, 1), (2, 0)):
        desk.clock.pass_(days=days)
        async with desk.database.writing() as session:
            await telling.forget(session, desk.clock())
        assert len(await rows(desk)) == left


# -- the morning -----------------------------------------------------------------------------------


async def queued(desk: Desk) -> int:
    async with desk.database.writing() as session:
        return await digests.queue(session, MAIL, desk.clock())


async def test_the_digest_comes_once_on_a_working_morning(desk: Desk) -> None:
    lawyer, _, editor = [await desk.lawyer() for _ in range(3)]
    await change(desk, editor, role=Role.EDITOR)
    await desk.take(await desk.open(), lawyer)
    await raised(desk)
    desk.clock.now = dt.datetime(2026, 11, 25, 0, 29, tzinfo=dt.UTC)  # 7:29 on a Wednesday
    assert await queued(desk) == 0
    desk.clock.pass_(minutes=1)
    assert [await queued(desk), await queued(desk)] == [2, 0]
    assert await told(desk) == [(lawyer.id, ["digest"])]  # the other has nothing to do
    desk.clock.now = dt.datetime(2026, 11, 29, 1, 0, tzinfo=dt.UTC)  # a Sunday
    assert await queued(desk) == 0


async def test_the_digest_counts_what_awaits_him(desk: Desk) -> None:
    lawyer = await desk.lawyer()
    mine = await desk.open()
    await desk.open()
    await desk.take(mine, lawyer)
    async with desk.database.reading() as session:
        found = await digests.read(session, lawyer, desk.clock())
        assert found is not None
        assert (found.held, found.unassigned, found.breached) == (1, 1, 0)
        assert [code for code, _ in found.due_today] == [mine]
        desk.clock.pass_(days=9)
        found = await digests.read(session, lawyer, desk.clock())
    assert found is not None
    assert (found.breached, list(found.due_today)) == (2, [])


async def test_replicas_queue_one_digest(desk: Desk, database_url: str, keyring: Keyring) -> None:
    await desk.lawyer()
    other = Desk(Database(database_url, keyring), desk.clock)
    assert sum(await asyncio.gather(*(queued(one) for one in (desk, other) * 3))) == 1
    await other.database.close()


# -- linking ---------------------------------------------------------------------------------------


async def test_a_code_asked_for_twice_at_once_is_the_last_one(desk: Desk) -> None:
    lawyer = await desk.lawyer()

    async def invite() -> str:
        async with desk.database.writing() as session:
            code = await telegram_links.invite(session, lawyer, desk.clock())
            await session.flush()
            await asyncio.sleep(0.2)
        return code

    codes = await asyncio.gather(invite(), invite())
    async with desk.database.writing() as session:
        found = [await telegram_links.link(session, one, "7", desk.clock()) for one in codes]
    assert sum(one is not None for one in found) == 1


async def test_a_code_links_once_and_not_for_long(desk: Desk) -> None:
    lawyer, other = await desk.lawyer(), await desk.lawyer()

    async def invite(staff: Staff) -> str:
        async with desk.database.writing() as session:
            return await telegram_links.invite(session, staff, desk.clock())

    async def link(code: str, address: str) -> int | None:
        async with desk.database.writing() as session:
            found = await telegram_links.link(session, code, address, desk.clock())
        return found.id if found else None

    old, new = await invite(lawyer), await invite(lawyer)
    assert await link(old, "1") is None
    assert [await link(new, "1"), await link(new, "2")] == [lawyer.id, None]
    late = await invite(other)
    desk.clock.pass_(minutes=15)
    assert await link(late, "1") is None
    assert await link(await invite(other), "1") == other.id
    async with desk.database.reading() as session:
        assert (await session.get_one(Staff, lawyer.id)).telegram is None


def test_every_kind_that_is_alerted_has_words_and_can_be_settled() -> None:
    assert set(ALERTED) <= set(words._LINES)
    assert set(ALERTED) == {*settled._SETTLED, *settled._EVEN_CLOSED}


def test_a_preview_tells_nothing_of_the_worker() -> None:
    due = dt.datetime(2026, 11, 23, 3, 30, tzinfo=dt.UTC)
    ticket = Ticket(
        code="HP-7K3Q",
        kind=Kind.REPORT,
        priority=Priority.URGENT,
        state=State.NEW,
        topic="wages",
        alias="Người lao động 9F2C",
        subject="Công ty Sao Đỏ nợ lương, gọi 0912345678",
        employer="Sao Đỏ",
        reach="0912345678",
        next_due_at=due,
    )
    alert = Alert(id=7, kind="opened", via=Via.MAIL)
    claim = Claim([alert], Staff(email="a@hotline.test"), [ticket])
    before, after = (due + dt.timedelta(hours=hours) for hours in (-1, 1))
    text = words.text(claim, {"wages": "Tiền lương"}, "https://office.test", before)
    assert text == (
        "Phiếu mới chờ nhận.\n\nPhiếu HP-7K3Q · Phản ánh · Tiền lương · Khẩn\n"
        "Hạn: trước 10:30 thứ Hai 23/11\n\nMở phiếu: https://office.test/tickets/HP-7K3Q"
    )
    assert words.subject(claim) == "[Khẩn] HP-7K3Q: phiếu mới chờ nhận"
    late = words.text(claim, {}, "https://office.test", after)
    assert "Đã quá hạn từ 10:30 thứ Hai 23/11" in late


def test_a_list_tells_what_is_due_first_and_nothing_of_the_workers() -> None:
    now = dt.datetime(2026, 11, 23, 3, 0, tzinfo=dt.UTC)
    told, alerts = [], []
    for number, minutes in enumerate((None, 90, -30, 30)):
        due = None if minutes is None else now + dt.timedelta(minutes=minutes)
        about = Ticket(id=number, code=f"HP-000{number}", subject="Sao Đỏ", employer="Sao Đỏ")
        about.state, about.next_due_at = State.ACTIVE, due
        told.append(about)
        alerts.append(Alert(id=number, kind="wrote", ticket_id=number, via=Via.MAIL))
    alerts.append(Alert(id=9, kind="breached", ticket_id=2, via=Via.MAIL))
    claim = Claim(alerts, Staff(email="a@hotline.test"), told)
    assert words.subject(claim) == "Có tin về 4 phiếu"
    assert words.text(claim, {}, "https://office.test", now) == (
        "Có tin về 4 phiếu.\n\n"
        "- HP-0002 · người lao động nhắn thêm · Đã quá hạn từ 09:30 thứ Hai 23/11\n"
        "- HP-0003 · người lao động nhắn thêm · Hạn: trước 10:30 thứ Hai 23/11\n"
        "- HP-0001 · người lao động nhắn thêm · Hạn: trước 11:30 thứ Hai 23/11\n"
        "- HP-0000 · người lao động nhắn thêm\n\n"
        "Mở hộp phiếu: https://office.test/"
    )
