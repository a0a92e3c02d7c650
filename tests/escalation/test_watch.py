"""What time alone does is told once, whoever looks and however often."""

import asyncio
import datetime as dt
import signal
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from escalation import tickets, watch
from escalation.calendar import LOCAL
from escalation.clock import LONGEST_WAIT
from escalation.models import Staff, TicketEvent
from escalation.sla import SHIPPED
from escalation.tickets import Opening
from escalation.vocabulary import EventKind, Kind, Priority, State
from escalation.watch import Look
from hotline.db import Database, Keyring
from tests.escalation.conftest import Desk


async def look(desk: Desk, what: Look = watch.record_breaches) -> list[str]:
    async with desk.database.writing() as session:
        return await what(session, desk.clock())


async def told(desk: Desk, code: str, kind: EventKind = EventKind.BREACHED) -> int:
    return (await desk.kinds(code)).count(kind)


# -- breaches ---------------------------------------------------------------------------------------


async def test_a_deadline_that_holds_is_no_breach(desk: Desk) -> None:
    code = await desk.open()
    desk.clock.now = (await desk.read(code)).first_response_due_at - dt.timedelta(seconds=1)
    assert await look(desk) == []
    desk.clock.pass_(seconds=1)
    assert await look(desk) == [code]


async def test_each_breach_is_recorded_once(desk: Desk) -> None:
    code = await desk.open()
    desk.clock.pass_(days=3)
    assert [await look(desk) for _ in range(3)] == [[code], [], []]
    assert await told(desk, code) == 1


async def test_a_breach_says_what_was_due_and_when(desk: Desk) -> None:
    code = await desk.open()
    due = (await desk.read(code)).first_response_due_at
    desk.clock.pass_(days=3)
    await look(desk)
    assert (await desk.history(code))[-1].data == {"hand": "first", "due": due.isoformat()}


async def test_the_next_missed_deadline_is_a_new_breach(desk: Desk) -> None:
    code, lawyer = await desk.open(), await desk.lawyer()
    desk.clock.pass_(days=1)
    await look(desk)
    await desk.reply(code, lawyer)
    await desk.writes(code)
    assert await look(desk) == []
    desk.clock.pass_(days=3)
    assert await look(desk) == [code]
    assert await told(desk, code) == 2


async def test_a_ticket_that_waits_or_is_closed_misses_nothing(desk: Desk) -> None:
    lawyer = await desk.lawyer()
    waiting, done = await desk.open(), await desk.open()
    for code in (waiting, done):
        await desk.reply(code, lawyer)
    await desk.hold(waiting, lawyer)
    await desk.resolve(done, lawyer)
    desk.clock.pass_(days=30)
    assert await look(desk) == []


async def test_a_ticket_held_before_any_answer_still_misses_its_first(desk: Desk) -> None:
    code, lawyer = await desk.open(), await desk.lawyer()
    await desk.take(code, lawyer)
    await desk.hold(code, lawyer)
    desk.clock.pass_(days=2)
    assert await look(desk) == [code]


async def test_the_longest_overdue_come_first(desk: Desk) -> None:
    codes = []
    for _ in range(3):
        codes.append(await desk.open())
        desk.clock.pass_(minutes=7)
    desk.clock.pass_(days=3)
    assert await look(desk) == codes


async def test_a_clock_that_jumps_back_tells_nothing_again(desk: Desk) -> None:
    code = await desk.open()
    desk.clock.pass_(days=3)
    await look(desk)
    desk.clock.pass_(hours=-2)
    assert await look(desk) == []
    desk.clock.pass_(hours=4)
    assert await look(desk) == []
    assert await told(desk, code) == 1


async def test_two_watchers_at_once_record_each_breach_once(desk: Desk) -> None:
    codes = [await desk.open() for _ in range(10)]
    desk.clock.pass_(days=3)
    found = await asyncio.gather(*(look(desk) for _ in range(4)))
    assert sorted(code for codes_told in found for code in codes_told) == sorted(codes)
    assert [await told(desk, code) for code in codes] == [1] * 10


async def test_a_ticket_being_changed_is_left_alone(desk: Desk) -> None:
    """On SQLite the watcher waits its turn and finds the deadline moved; else it passes over."""
    code, lawyer = await desk.open(), await desk.lawyer()
    desk.clock.pass_(days=1)
    async with desk.at(code) as (session, ticket):
        await tickets.reply(session, ticket, lawyer, "Vâng", desk.clock())
        await session.flush()
        watcher = asyncio.create_task(look(desk))
        await asyncio.sleep(0.05)
    assert await watcher == []
    assert await look(desk) == []
    assert await told(desk, code) == 0


# -- risks ------------------------------------------------------------------------------------------


async def test_a_deadline_is_at_risk_once_three_quarters_are_gone(desk: Desk) -> None:
    code = await desk.open()  # Monday 08:00, due 13:30 with lunch between
    desk.clock.now = dt.datetime(2026, 11, 23, 10, 59, 59, tzinfo=LOCAL)
    assert await look(desk, watch.record_risks) == []
    desk.clock.pass_(seconds=1)
    assert [await look(desk, watch.record_risks) for _ in range(2)] == [[code], []]
    assert await told(desk, code, EventKind.AT_RISK) == 1
    assert await look(desk) == []


async def test_what_is_late_already_is_not_called_at_risk(desk: Desk) -> None:
    await desk.open()
    desk.clock.pass_(days=3)
    assert await look(desk, watch.record_risks) == []


async def test_an_answer_in_time_is_at_no_risk_but_the_end_comes_to_be(desk: Desk) -> None:
    code, lawyer = await desk.open(), await desk.lawyer()
    await desk.reply(code, lawyer)
    desk.clock.pass_(hours=5)
    assert await look(desk, watch.record_risks) == []
    desk.clock.now = dt.datetime(2026, 11, 25, 14, 0, tzinfo=LOCAL)  # 13 of 16 hours
    assert await look(desk, watch.record_risks) == [code]
    assert (await desk.history(code))[-1].data["hand"] == "resolution"


# -- waiting for the worker ---------------------------------------------------------------------------


async def held(desk: Desk) -> tuple[str, Staff]:
    code, lawyer = await desk.open(), await desk.lawyer()
    await desk.reply(code, lawyer, "Anh gửi giúp hợp đồng")
    await desk.hold(code, lawyer)
    return code, lawyer


async def test_a_silent_worker_is_reminded_once_and_the_ticket_closes_three_days_later(
    desk: Desk,
) -> None:
    code, _ = await held(desk)
    desk.clock.now += LONGEST_WAIT - dt.timedelta(seconds=1)
    assert await look(desk, watch.remind) == []
    desk.clock.pass_(seconds=1)
    assert [await look(desk, watch.remind) for _ in range(2)] == [[code], []]
    assert (await desk.history(code))[-1].announced_at is None  # the worker is told
    desk.clock.now += watch.LAST_CALL - dt.timedelta(seconds=1)
    assert await look(desk, watch.give_up) == []
    desk.clock.pass_(seconds=1)
    assert [await look(desk, watch.give_up) for _ in range(2)] == [[code], []]
    ticket = await desk.read(code)
    assert (ticket.state, ticket.resolved_at) == (State.RESOLVED, desk.clock())
    assert (await desk.history(code))[-1].data == {"reason": tickets.SILENCE}


async def test_a_word_after_the_reminder_keeps_the_ticket_open(desk: Desk) -> None:
    code, lawyer = await held(desk)
    desk.clock.now += LONGEST_WAIT
    await look(desk, watch.remind)
    await desk.writes(code)
    desk.clock.now += 5 * watch.LAST_CALL
    assert await look(desk, watch.give_up) == []
    await desk.reply(code, lawyer)
    await desk.hold(code, lawyer)  # another question, another wait
    assert await look(desk, watch.give_up) == []
    desk.clock.now += LONGEST_WAIT
    assert await look(desk, watch.remind) == [code]


async def test_nobody_is_reminded_while_we_owe_him_an_answer(desk: Desk) -> None:
    code, lawyer = await desk.open(), await desk.lawyer()
    await desk.take(code, lawyer)
    await desk.hold(code, lawyer)
    desk.clock.now += 3 * LONGEST_WAIT
    assert await look(desk, watch.remind) == []
    assert await look(desk, watch.give_up) == []


# -- the law's own last days ----------------------------------------------------------------------------


async def dated(desk: Desk, *limits: dt.date) -> str:
    code = await desk.open()
    async with desk.at(code) as (session, ticket):
        tickets.date_event(session, ticket, dt.date(2026, 6, 7), limits, desk.clock())
    return code


async def test_a_last_day_within_a_fortnight_makes_a_ticket_urgent(desk: Desk) -> None:
    near, far = dt.date(2026, 12, 7), dt.date(2026, 12, 8)
    code, _ = await dated(desk, near), await dated(desk, far)
    assert [await look(desk, watch.raise_near_limits) for _ in range(2)] == [[code], []]
    ticket = await desk.read(code)
    assert ticket.priority is Priority.URGENT
    assert (await desk.history(code))[-1].data == {"priority": "urgent", "reason": "limitation"}


async def test_a_last_day_that_has_passed_counts_no_more(desk: Desk) -> None:
    code = await dated(desk, dt.date(2026, 11, 22), dt.date(2027, 3, 7))
    assert (await desk.read(code)).limitation_on == dt.date(2027, 3, 7)
    assert await look(desk, watch.raise_near_limits) == []


async def test_nobody_is_woken_for_a_term_of_weeks(desk: Desk) -> None:
    code = await dated(desk, dt.date(2026, 12, 1))
    desk.clock.now = dt.datetime(2026, 11, 24, 9, 0, tzinfo=LOCAL)  # a holiday
    assert await look(desk, watch.raise_near_limits) == []
    desk.clock.now = dt.datetime(2026, 11, 25, 7, 30, tzinfo=LOCAL)
    assert await look(desk, watch.raise_near_limits) == [code]


# -- two replicas, one of them killed ---------------------------------------------------------------------

DUE = 2000


async def _overdue_tickets(desk: Desk) -> None:
    async with desk.database.writing() as session:
        for _ in range(DUE):
            opening = Opening(Kind.QUESTION, Priority.NORMAL, "webchat", "x", desk.clock())
            await tickets.open_ticket(session, opening, SHIPPED, desk.clock())
    desk.clock.pass_(days=3)


async def _counted(database: Database, kind: EventKind) -> tuple[int, int]:
    """How many events there are, and of how many tickets."""
    distinct = func.count(TicketEvent.ticket_id.distinct())
    asked = select(func.count(), distinct).where(TicketEvent.kind == kind)
    async with database.reading() as session:
        events, of_tickets = (await session.execute(asked)).one()
    return events, of_tickets


_REPLICA = """
import asyncio, datetime as dt, sys
from pathlib import Path
from escalation import watch
from hotline.db import Database, Keyring

async def main(url, keys, now):
    database = Database(url, Keyring.load(Path(keys)))
    found = True
    while found:
        async with database.writing() as session:
            found = await watch.record_breaches(session, dt.datetime.fromisoformat(now))
            await session.flush()
            print(len(found), flush=True)
            await asyncio.sleep(0.2)  # told of, locked, not yet committed
    await database.close()

asyncio.run(main(*sys.argv[1:]))
"""


async def _replica(url: str, keys: Path, now: dt.datetime) -> asyncio.subprocess.Process:
    script = (sys.executable, "-c", _REPLICA, url, str(keys), now.isoformat())
    return await asyncio.create_subprocess_exec(*script, stdout=asyncio.subprocess.PIPE)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    Keyring.create(tmp_path / "keys")
    return tmp_path / "keys"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.thorough
async def test_of_two_replicas_one_is_killed_and_each_breach_is_told_once(
    desk: Desk, database_url: str, keys: Path
) -> None:
    desk.database = Database(database_url, Keyring.load(keys))
    await _overdue_tickets(desk)
    killed, other = [await _replica(database_url, keys, desk.clock()) for _ in range(2)]
    assert killed.stdout is not None
    assert [await killed.stdout.readline() for _ in range(2)] == [b"200\n"] * 2
    killed.send_signal(signal.SIGKILL)  # one batch committed, one only told of
    said, _ = await other.communicate()
    assert other.returncode == 0
    by_other = sum(map(int, said.split()))
    assert 0 < by_other < DUE
    by_us = 0
    while found := await look(desk):  # what the dead one had locked when the other looked last
        by_us += len(found)
    assert by_other + by_us < DUE  # the rest the killed one had committed
    assert await _counted(desk.database, EventKind.BREACHED) == (DUE, DUE)
    await desk.database.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.thorough
async def test_in_one_process_each_of_two_thousand_is_told_once(desk: Desk) -> None:
    await _overdue_tickets(desk)
    while any(await asyncio.gather(look(desk), look(desk), look(desk))):
        pass
    assert await _counted(desk.database, EventKind.BREACHED) == (DUE, DUE)
