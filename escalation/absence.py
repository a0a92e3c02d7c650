"""Who is away, and until when: he is neither rung nor told nor given anything."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from escalation.calendar import LOCAL
from escalation.models import Absence, Staff, Ticket
from escalation.vocabulary import OPEN_STATES

LONGEST = dt.timedelta(days=366)


class BadAbsence(ValueError):
    """These days are none, or too many."""


class Overlaps(ValueError):
    """Some of these days are entered already."""


def day_of(now: dt.datetime) -> dt.date:
    return now.astimezone(LOCAL).date()


def is_away(day: dt.date) -> ColumnElement[bool]:
    """Of the `Staff` of the surrounding statement."""
    return exists().where(
        Absence.staff_id == Staff.id, Absence.first_day <= day, Absence.last_day >= day
    )


async def away(session: AsyncSession, day: dt.date) -> dict[int, dt.date]:
    """Who is away on `day`, and the last day of it."""
    rows = await session.execute(
        select(Absence.staff_id, Absence.last_day).where(
            Absence.first_day <= day, Absence.last_day >= day
        )
    )
    return dict(rows.all())


async def add(
    session: AsyncSession, staff: Staff, first: dt.date, last: dt.date, today: dt.date
) -> None:
    """Raises `BadAbsence` or `Overlaps`."""
    if not first <= last or last < today or last - first > LONGEST or first - today > LONGEST:
        raise BadAbsence
    taken = await session.scalar(
        select(Absence.id)
        .where(Absence.staff_id == staff.id, Absence.first_day <= last, Absence.last_day >= first)
        .limit(1)
    )
    if taken is not None:
        raise Overlaps
    session.add(Absence(staff_id=staff.id, first_day=first, last_day=last))


async def remove(session: AsyncSession, absence_id: int, own_of: int | None = None) -> None:
    """Take it back; with `own_of` only one's own."""
    wanted = delete(Absence).where(Absence.id == absence_id)
    await session.execute(wanted if own_of is None else wanted.where(Absence.staff_id == own_of))


async def to_come(session: AsyncSession, today: dt.date) -> Sequence[tuple[Absence, Staff]]:
    """Who is or will be away, in order."""
    rows = await session.execute(
        select(Absence, Staff)
        .join(Staff, Staff.id == Absence.staff_id)
        .where(Absence.last_day >= today, Staff.disabled_at.is_(None))
        .order_by(Absence.first_day, Staff.name, Absence.id)
    )
    return [(absence, staff) for absence, staff in rows]


async def left_behind(session: AsyncSession, day: dt.date) -> list[tuple[Staff, list[Ticket]]]:
    """The open tickets of each who is away, the first due first."""
    rows = await session.execute(
        select(Staff, Ticket)
        .join(Ticket, Ticket.assignee_id == Staff.id)
        .where(is_away(day), Ticket.state.in_(OPEN_STATES))
        .order_by(Staff.name, Staff.id, Ticket.next_due_at.is_(None), Ticket.next_due_at, Ticket.id)
    )
    found: dict[int, tuple[Staff, list[Ticket]]] = {}
    for staff, ticket in rows:
        found.setdefault(staff.id, (staff, []))[1].append(ticket)
    return list(found.values())
