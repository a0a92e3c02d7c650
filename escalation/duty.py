"""Who takes calls now: weekly hours without who is away, rung in the order of their rank."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from escalation import absence
from escalation.calendar import LOCAL
from escalation.models import DutyShift, Staff

_DAY = 24 * 60  # minutes


class BadShift(ValueError):
    """These hours are none."""


@dataclass(frozen=True)
class OnDuty:
    """Somebody who may be rung, and where (E.164)."""

    staff_id: int
    phone: str


async def on_duty(session: AsyncSession, now: dt.datetime) -> list[OnDuty]:
    """Who has the duty at this moment and a number to be rung at, the first to ring first."""
    local = now.astimezone(LOCAL)
    minute = local.hour * 60 + local.minute
    rows = await session.execute(
        select(Staff.id, Staff.phone)
        .join(DutyShift, DutyShift.staff_id == Staff.id)
        .where(
            DutyShift.weekday == local.weekday(),
            DutyShift.opens <= minute,
            DutyShift.closes > minute,
            Staff.disabled_at.is_(None),
            Staff.phone.is_not(None),
            ~absence.is_away(local.date()),
        )
        .order_by(DutyShift.rank, DutyShift.id)
    )
    found = {row.id: OnDuty(row.id, row.phone) for row in rows}  # once, however many shifts
    return list(found.values())


async def shifts(session: AsyncSession) -> Sequence[tuple[DutyShift, Staff]]:
    """The whole roster, as people read a week."""
    rows = await session.execute(
        select(DutyShift, Staff)
        .join(Staff, Staff.id == DutyShift.staff_id)
        .order_by(DutyShift.weekday, DutyShift.opens, DutyShift.rank, DutyShift.id)
    )
    return [(shift, staff) for shift, staff in rows]


def add(
    session: AsyncSession, staff: Staff, weekday: int, hours: tuple[int, int], rank: int
) -> None:
    """Put `staff` on duty each week; `hours` are minutes after midnight. Raises `BadShift`."""
    opens, closes = hours
    if not (0 <= weekday <= 6 and 0 <= opens < closes <= _DAY and 0 <= rank <= 9):
        raise BadShift("the hours must lie within one day")
    session.add(
        DutyShift(staff_id=staff.id, weekday=weekday, opens=opens, closes=closes, rank=rank)
    )


async def by_phone(session: AsyncSession, phone: str) -> Staff | None:
    """Numbers are encrypted; the few people of a centre are looked through."""
    people = await session.scalars(select(Staff).where(Staff.phone.is_not(None)))
    return next((one for one in people if one.phone == phone), None)
