"""The clock: what each event does to it, and that history and columns always tell the same."""

import datetime as dt
import random
from collections.abc import Sequence
from itertools import pairwise

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from escalation import lookup, policies, running, tickets, timeline
from escalation.calendar import LOCAL, OFFICE, Closed
from escalation.clock import Hand, Terms, wound
from escalation.models import Staff, Ticket, TicketEvent
from escalation.sla import SHIPPED
from escalation.timeline import Pace, Pause, Segment
from escalation.vocabulary import EventKind, Priority, State
from tests.escalation.conftest import Desk

pytestmark = pytest.mark.thorough("postgresql")

WEEK = dt.timedelta(days=7)


def at(day: int, clock: str, month: int = 11) -> dt.datetime:
    """A moment of 2026; the desk opens on Monday 23/11 at 08:00, and Tuesday is a holiday."""
    hour, minute = clock.split(":")
    return dt.datetime(2026, month, day, int(hour), int(minute), tzinfo=LOCAL)


async def answered(desk: Desk, priority: Priority = Priority.NORMAL) -> tuple[str, Staff]:
    code, lawyer = await desk.open(priority), await desk.lawyer()
    await desk.reply(code, lawyer)
    return code, lawyer


# -- waiting for the worker -----------------------------------------------------------------------


async def test_waiting_moves_the_end_by_just_the_open_time_waited(desk: Desk) -> None:
    code, lawyer = await answered(desk)
    assert (await desk.read(code)).resolution_due_at == at(26, "08:00")  # 16 office hours
    desk.clock.now = at(23, "10:00")
    await desk.hold(code, lawyer)
    desk.clock.now = at(25, "09:00")  # 7 open hours later
    await desk.writes(code)
    assert (await desk.read(code)).resolution_due_at == at(26, "16:30")


async def test_waiting_counts_for_seven_days_and_not_for_longer(desk: Desk) -> None:
    code, lawyer = await answered(desk)
    await desk.hold(code, lawyer)
    due = (await desk.read(code)).resolution_due_at
    left = OFFICE.between(desk.clock(), due)
    week_later = desk.clock() + WEEK
    desk.clock.pass_(days=9, hours=2)
    await desk.writes(code)
    assert (await desk.read(code)).resolution_due_at == OFFICE.add(week_later, left)


async def test_the_reminder_ends_the_rest_at_the_seventh_day_however_late_it_rings(
    desk: Desk,
) -> None:
    ends = []
    for late in (dt.timedelta(), dt.timedelta(hours=30)):
        desk.clock.now = at(23, "08:00")
        code, lawyer = await answered(desk)
        await desk.hold(code, lawyer)
        desk.clock.now += WEEK + late
        async with desk.at(code) as (session, ticket):
            tickets.remind(session, ticket, desk.clock())
        desk.clock.now = at(3, "10:00", 12)
        await desk.resume(code, lawyer)
        ends.append((await desk.read(code)).resolution_due_at)
    assert ends[0] == ends[1]


async def test_a_hold_before_any_answer_leaves_the_first_answer_due(desk: Desk) -> None:
    code, lawyer = await desk.open(), await desk.lawyer()
    await desk.take(code, lawyer)
    due = (await desk.read(code)).first_response_due_at
    await desk.hold(code, lawyer)
    ticket = await desk.read(code)
    assert (ticket.state, ticket.next_due_at) == (State.ON_HOLD, due)
    desk.clock.pass_(hours=1)
    await desk.resume(code, lawyer)
    assert (await desk.read(code)).next_due_at == due


async def test_a_hold_does_not_put_off_an_answer_that_is_owed(desk: Desk) -> None:
    code, lawyer = await answered(desk)
    await desk.writes(code)
    due = (await desk.read(code)).next_due_at
    for _ in range(3):
        desk.clock.pass_(minutes=10)
        await desk.hold(code, lawyer)
        await desk.resume(code, lawyer)
        assert (await desk.read(code)).next_due_at == due


async def test_what_was_late_before_the_waiting_stays_late(desk: Desk) -> None:
    code, lawyer = await answered(desk)
    due = (await desk.read(code)).resolution_due_at
    desk.clock.now = due + dt.timedelta(hours=1)
    await desk.hold(code, lawyer)
    desk.clock.pass_(days=2)
    await desk.writes(code)
    assert (await desk.read(code)).resolution_due_at == due


# -- reopening, urgency -----------------------------------------------------------------------------


async def test_a_reopened_ticket_goes_on_where_it_stood(desk: Desk) -> None:
    code, lawyer = await answered(desk)
    desk.clock.now = at(23, "17:00")  # 7 h 30 min of 16 are gone
    await desk.resolve(code, lawyer)
    desk.clock.now = at(27, "07:30")
    await desk.writes(code)
    ticket = await desk.read(code)
    assert ticket.resolution_due_at == OFFICE.add_minutes(at(27, "07:30"), 8 * 60 + 30)
    assert ticket.first_responded_at == at(23, "08:00")


async def test_an_urgent_ticket_is_due_sooner_and_ends_the_waiting(desk: Desk) -> None:
    code, lawyer = await answered(desk)
    await desk.hold(code, lawyer)
    desk.clock.pass_(hours=1)
    await desk.prioritise(code)
    ticket = await desk.read(code)
    assert ticket.state is State.ACTIVE
    assert ticket.next_due_at == ticket.resolution_due_at == desk.clock() + dt.timedelta(days=1)


# -- merging ----------------------------------------------------------------------------------------


async def merge(desk: Desk, other: str, into: str) -> None:
    async with desk.database.writing() as session:
        found = [await lookup.find(session, code) for code in (other, into)]
        assert found[0] is not None
        assert found[1] is not None
        tickets.merge(session, found[0], found[1], None, desk.clock())


async def test_merging_keeps_the_earliest_start_and_the_soonest_deadlines(desk: Desk) -> None:
    early = await desk.open()
    desk.clock.pass_(minutes=90)
    late, lawyer = await desk.open(Priority.URGENT), await desk.lawyer()
    await desk.reply(late, lawyer)
    before = await desk.read(early)
    await merge(desk, early, late)
    into, other = await desk.read(late), await desk.read(early)
    assert into.opened_at == before.opened_at
    assert into.priority is Priority.URGENT
    assert into.first_response_due_at == min(at(23, "09:45"), before.first_response_due_at)
    assert into.next_due_at == before.first_response_due_at  # the early one had no answer yet
    assert (other.state, other.merged_into_id, other.next_due_at) == (
        State.RESOLVED,
        into.id,
        None,
    )
    assert (await desk.kinds(early))[-1] is EventKind.MERGED


async def test_merging_says_no_to_itself_and_to_closed_tickets(desk: Desk) -> None:
    code, lawyer = await answered(desk)
    other = await desk.open()
    with pytest.raises(tickets.Conflict):
        await merge(desk, code, code)
    await desk.resolve(code, lawyer)
    for pair in ((code, other), (other, code)):
        with pytest.raises(tickets.Conflict):
            await merge(desk, *pair)


# -- history and columns ------------------------------------------------------------------------------


class Life:
    """A ticket to which anything may happen, in any order; keeps its own account of the rests."""

    def __init__(
        self, session: AsyncSession, ticket: Ticket, staff: Staff, desk: Desk, dice: random.Random
    ) -> None:
        self.session, self.ticket, self.staff = session, ticket, staff
        self.desk, self.dice = desk, dice
        self.rests: list[tuple[dt.datetime, dt.datetime]] = []
        self.resting_since: dt.datetime | None = None

    async def step(self) -> None:
        self.desk.clock.pass_(minutes=self.dice.choice((0, 1, 7, 45, 300, 1500, 4000, 12000)))
        doing = self.dice.choice(
            (self._writes, self._replies, self._holds, self._resumes, self._resolves, self._talks)
        )
        was = self.ticket.state
        try:
            await doing()
        except tickets.Conflict:
            return
        await self.session.flush()
        self._keep_account(was)

    def _keep_account(self, was: State) -> None:
        """Held and closed times do not count, held ones for a week at most."""
        now, resting = self.desk.clock(), (State.ON_HOLD, State.RESOLVED)
        if was is not self.ticket.state or self.resting_since is None:
            if was in resting and self.resting_since is not None:
                last = now if was is State.RESOLVED else min(now, self.resting_since + WEEK)
                self.rests.append((self.resting_since, last))
            self.resting_since = now if self.ticket.state in resting else None

    async def _writes(self) -> None:
        tickets.wrote(self.session, self.ticket, "…", self.desk.clock(), self.desk.clock())

    async def _replies(self) -> None:
        await tickets.reply(self.session, self.ticket, self.staff, "…", self.desk.clock())

    async def _holds(self) -> None:
        tickets.hold(self.session, self.ticket, self.staff, self.desk.clock())

    async def _resumes(self) -> None:
        tickets.resume(self.session, self.ticket, self.staff, self.desk.clock())

    async def _resolves(self) -> None:
        tickets.resolve(self.session, self.ticket, self.staff, self.desk.clock())

    async def _talks(self) -> None:
        if self.ticket.is_open:
            tickets.spoke(self.session, self.ticket, self.staff, self.desk.clock())


@pytest.mark.parametrize("seed", range(6))
async def test_the_end_is_two_working_days_without_the_rests_whatever_happens(
    desk: Desk, seed: int
) -> None:
    dice = random.Random(seed)
    for _ in range(4):
        desk.clock.now = at(23, "08:00")
        code, lawyer = await desk.open(), await desk.lawyer()
        async with desk.at(code) as (session, ticket):
            life = Life(session, ticket, lawyer, desk, dice)
            opened = ticket.opened_at
            for _ in range(20):
                await life.step()
                if life.resting_since is None:
                    due = OFFICE.add_minutes(opened, 16 * 60, life.rests)
                    assert ticket.resolution_due_at == due, life.rests


async def _anything(life: Life, others: list[str]) -> None:
    """One step, now and then with something rare."""
    session, ticket, now = life.session, life.ticket, life.desk.clock()
    rare = life.dice.randrange(16)
    if rare == 0:
        tickets.prioritise(session, ticket, now)
    elif rare == 1 and others and ticket.is_open:
        other = await lookup.find(session, others.pop())
        assert other is not None
        tickets.merge(session, other, ticket, life.staff, now)
    elif rare == 2 and ticket.state is State.ON_HOLD and ticket.reminded_at is None:
        tickets.remind(session, ticket, now)
    elif rare == 3 and ticket.state is State.ON_HOLD:
        tickets.give_up(session, ticket, now)
    elif rare == 4:
        sent = now - dt.timedelta(minutes=life.dice.randrange(2000))
        tickets.wrote(session, ticket, "…", sent, now)
    elif rare == 5:
        await policies.set_day(session, now.astimezone(LOCAL).date() + WEEK, (), "", now)
    elif rare == 6 and life.dice.random() < 0.2:
        await tickets.erase(session, ticket, now)
    else:
        await life.step()
    await session.flush()


@pytest.mark.parametrize("seed", range(8))
async def test_history_and_columns_tell_the_same_at_every_step(desk: Desk, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(3):
        desk.clock.now = at(23, "08:00")
        others = [await desk.open(dice.choice(list(Priority))) for _ in range(2)]
        desk.clock.pass_(minutes=dice.randrange(300))
        asked_at = desk.clock() - dt.timedelta(minutes=dice.randrange(900))
        code, lawyer = await desk.open(asked_at=asked_at), await desk.lawyer()
        async with desk.at(code) as (session, ticket):
            life = Life(session, ticket, lawyer, desk, dice)
            for _ in range(20):
                await _anything(life, others)
                history = await tickets.history(session, ticket)
                columns = running.read(ticket)
                assert running.recomputed(ticket, history) == columns
                assert ticket.next_due_at == columns.next_due_at
                _tells_a_whole_line(ticket, timeline_of(ticket, history, desk.clock()))


def timeline_of(ticket: Ticket, history: Sequence[TicketEvent], now: dt.datetime) -> list[Segment]:
    opened, *rest = running.ticks(ticket, history)
    return timeline.segments(opened, rest, running.terms_of(ticket), now)


def _tells_a_whole_line(ticket: Ticket, line: list[Segment]) -> None:
    """No gap, no overlap, nothing counted outside office hours or while it stood."""
    for one, following in pairwise(line):
        assert one.until == following.since
        assert one.since < one.until
    for one in line:
        assert (one.minutes == 0) or one.pace is Pace.RUNNING
        assert not (one.pace is Pace.CLOSED and ticket.priority is Priority.URGENT and one.ahead)


# -- the line explained -------------------------------------------------------------------------------


async def test_a_ticket_explains_its_time(desk: Desk) -> None:
    code, lawyer = await answered(desk)
    desk.clock.now = at(23, "10:00")
    await desk.hold(code, lawyer)
    desk.clock.now = at(25, "09:00")
    await desk.writes(code)
    desk.clock.now = at(25, "09:30")
    ticket = await desk.read(code)
    line = timeline_of(ticket, await desk.history(code), desk.clock())
    assert [(one.pace, one.reason, one.minutes, one.ahead) for one in line] == [
        (Pace.RUNNING, Hand.RESOLUTION, 120, False),
        (Pace.PAUSED, Pause.WORKER, 0, False),
        (Pace.RUNNING, Hand.NEXT, 30, False),
        (Pace.RUNNING, Hand.NEXT, 120, True),
        (Pace.CLOSED, Closed.LUNCH, 0, True),
        (Pace.RUNNING, Hand.NEXT, 90, True),
    ]
    assert line[-1].until == ticket.next_due_at


async def test_a_closed_ticket_ends_its_line(desk: Desk) -> None:
    code, lawyer = await answered(desk)
    desk.clock.now = at(23, "18:00")
    await desk.resolve(code, lawyer)
    desk.clock.pass_(days=5)
    line = timeline_of(await desk.read(code), await desk.history(code), desk.clock())
    assert line[-1].until == at(23, "18:00")
    assert line[-1].reason == Closed.NIGHT


def test_risk_is_a_quarter_of_the_time_before_the_deadline() -> None:
    terms = Terms(SHIPPED)
    clock = wound(Priority.NORMAL, at(23, "08:00"), terms)
    assert terms.risk_at(clock) == at(23, "11:00")
