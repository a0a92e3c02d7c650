"""What awaits somebody this morning, told at half past seven on days on which the office opens."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from escalation import absence, interests, policies
from escalation.alerts.raising import Ways, awake_at, say
from escalation.calendar import LOCAL
from escalation.models import Alert, Staff, Ticket
from escalation.vocabulary import OPEN_STATES, Role
from hotline.db import alone

DIGEST = "digest"
_TOLD_AT, _NO_LATER = dt.time(7, 30), dt.time(12)
_READERS = (Role.LAWYER, Role.MANAGER)
_LISTED = 30  # tickets by name
_OPEN = Ticket.state.in_(OPEN_STATES)


@dataclass(frozen=True)
class Digest:
    """How much there is; `due_today` by code and time, the first due first."""

    held: int
    due_today: Sequence[tuple[str, dt.datetime]]
    unassigned: int
    breached: int


async def queue(session: AsyncSession, ways: Ways, now: dt.datetime) -> int:
    """One for each who wants it, once a day; returns how many."""
    local = now.astimezone(LOCAL)
    if not _TOLD_AT <= local.time() < _NO_LATER or not await _opens(session, local.date()):
        return 0
    await alone(session, "queue digests")
    waiting = {f"{DIGEST}:{one.id}:{local.date()}": one for one in await _readers(session, now)}
    told = set(await session.scalars(select(Alert.once).where(Alert.once.in_(waiting))))
    fresh = [key for key in waiting if key not in told]
    for key in fresh:
        say(session, ways, waiting[key], DIGEST, key, awake_at(waiting[key], now))
    return len(fresh)


async def _opens(session: AsyncSession, day: dt.date) -> bool:
    return bool(policies.read(await policies.newest(session)).office.hours_on(day))


async def _readers(session: AsyncSession, now: dt.datetime) -> Sequence[Staff]:
    rows = await session.scalars(
        select(Staff)
        .where(Staff.disabled_at.is_(None), Staff.digest, Staff.role.in_(_READERS))
        .where(~absence.is_away(absence.day_of(now)))
        .order_by(Staff.id)
    )
    return rows.all()


async def read(session: AsyncSession, staff: Staff, now: dt.datetime) -> Digest | None:
    """As it stands now; None where nothing awaits him."""
    his = Ticket.assignee_id == staff.id
    nobodys = Ticket.assignee_id.is_(None)
    # Whoever has tickets of his own minds those; the managers mind everybody's.
    late = Ticket.next_due_at <= now
    his_late = late if staff.role is Role.MANAGER else late & (his | nobodys)
    found = Digest(
        held=await _count(session, staff, his),
        due_today=await _due_today(session, staff, now),
        unassigned=await _count(session, staff, nobodys),
        breached=await _count(session, staff, his_late),
    )
    return found if found.held or found.unassigned or found.breached else None


async def _count(session: AsyncSession, staff: Staff, wanted: ColumnElement[bool]) -> int:
    counted = select(func.count()).select_from(Ticket)
    return (await session.scalar(counted.where(_OPEN, wanted, interests.open_to(staff.id)))) or 0


async def _due_today(
    session: AsyncSession, staff: Staff, now: dt.datetime
) -> list[tuple[str, dt.datetime]]:
    local = now.astimezone(LOCAL)
    tomorrow = local.replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=1)
    rows = await session.execute(
        select(Ticket.code, Ticket.next_due_at)
        .where(_OPEN, Ticket.assignee_id == staff.id, interests.open_to(staff.id))
        .where(Ticket.next_due_at > now, Ticket.next_due_at < tomorrow)
        .order_by(Ticket.next_due_at, Ticket.id)
        .limit(_LISTED)
    )
    return [(row.code, row.next_due_at) for row in rows]
