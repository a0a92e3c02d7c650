"""The duty roster: who is rung when a worker calls and wants a person."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from aiohttp import web
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from admin_api.console import hours
from admin_api.console.hours import Refused, Wish
from admin_api.console.page import page
from admin_api.console.wording import time_of_day, weekday
from admin_api.office import form_of, office_of, who
from admin_api.routing import KEEPERS, NOT_FOUND, STAFF, Routes
from bot.telephone.numbers import dialable
from escalation import absence, duty
from escalation.calendar import LOCAL
from escalation.models import DutyShift, Staff
from escalation.vocabulary import Role
from hotline.db import alone

routes = Routes()

_LARGEST = 2**31 - 1
_ROSTER = "change the duty roster"
_NOTHING_TYPED = {
    "staff": "",
    "weekdays": ["0", "1", "2", "3", "4"],
    "opens": "07:30",
    "closes": "17:00",
    "order": "1",
}


@routes.page("GET", "/duty", STAFF)
async def duty_page(request: web.Request) -> web.Response:
    return await show(request)


async def show(request: web.Request, *, status: int = 200, **more: Any) -> web.Response:
    office, me = office_of(request), who(request).staff
    local = office.clock().astimezone(LOCAL)
    keeps = me.role in KEEPERS
    async with office.database.reading() as session:
        shifts = await duty.shifts(session)
        lawyers = await _lawyers(session)
        rung = [one.staff_id for one in await duty.on_duty(session, office.clock())]
        absences = await absence.to_come(session, local.date())
        away = await absence.away(session, local.date())
        behind = await absence.left_behind(session, local.date()) if keeps else []
        people = await _people(session) if keeps else []
    until = {staff.id: shift.closes for shift, staff in shifts if _covers(shift, local)}
    context = {
        "week": [[pair for pair in shifts if pair[0].weekday == day] for day in range(7)],
        "today": local.weekday(),
        "lawyers": lawyers,
        "ringing": [one for number in rung for one in lawyers if one.id == number],
        "silent": [one for one in lawyers if one.id in until and one.id not in (*rung, *away)],
        "absent": [one for one in lawyers if one.id in until and one.id in away],
        "absences": absences,
        "away": away,
        "behind": behind,
        "people": people,
        "until": until,
        "may_change": keeps,
        "problem": None,
        "wrong": None,
        "typed": _NOTHING_TYPED,
        "orders": hours.ORDERS,
        "phone": None,
        "leave": {"staff": "", "first": "", "last": "", "problem": None},
        "today_date": local.date(),
        **more,
    }
    return page(request, "duty.html", status=status, **context)


async def _lawyers(session: AsyncSession) -> Sequence[Staff]:
    """Who may have the duty: only lawyers can go on with a ticket that comes by telephone."""
    rows = await session.scalars(
        select(Staff)
        .where(Staff.role == Role.LAWYER, Staff.disabled_at.is_(None))
        .order_by(Staff.name, Staff.id)
    )
    return rows.all()


async def _people(session: AsyncSession) -> Sequence[Staff]:
    """Whose leave can be entered."""
    rows = select(Staff).where(Staff.disabled_at.is_(None)).order_by(Staff.name, Staff.id)
    return (await session.scalars(rows)).all()


async def _lawyer(session: AsyncSession, staff_id: int) -> Staff | None:
    return next((one for one in await _lawyers(session) if one.id == staff_id), None)


def _covers(shift: DutyShift, local: dt.datetime) -> bool:
    minute = local.hour * 60 + local.minute
    return shift.weekday == local.weekday() and shift.opens <= minute < shift.closes


@routes.page("POST", "/duty", KEEPERS)
async def add_shifts(request: web.Request) -> web.StreamResponse:
    """Put somebody on duty on one or more days of each week."""
    form = await form_of(request)
    days = [day for day in (await request.post()).getall("weekdays", []) if isinstance(day, str)]
    try:
        wish = hours.read(form, days)
        async with office_of(request).database.writing() as session:
            await _add(session, wish)
    except Refused as refused:
        typed = {**_NOTHING_TYPED, **form, "weekdays": days}
        return await show(
            request, status=422, problem=refused.sentence, wrong=refused.field, typed=typed
        )
    raise web.HTTPSeeOther("/duty#week")


async def _add(session: AsyncSession, wish: Wish) -> None:
    await alone(session, _ROSTER)
    staff = await _lawyer(session, wish.staff_id)
    if staff is None:
        raise Refused("staff", "Người này không còn trong danh sách luật sư.")
    own = [shift for shift, one in await duty.shifts(session) if one.id == staff.id]
    for day in wish.weekdays:
        _refuse_twice(own, day, wish.hours)
        duty.add(session, staff, day, wish.hours, wish.rank)


def _refuse_twice(own: Sequence[DutyShift], day: int, wanted: tuple[int, int]) -> None:
    """Nobody has the same hours twice."""
    opens, closes = wanted
    for one in own:
        if one.weekday == day and one.opens < closes and opens < one.closes:
            times = f"{time_of_day(one.opens)}–{time_of_day(one.closes)}"
            raise Refused(
                "weekdays", f"Luật sư này đã trực {weekday(day)} {times}. Bỏ giờ đó trước nếu đổi."
            )


@routes.page("POST", "/duty/{id}/remove", KEEPERS)
async def remove_shift(request: web.Request) -> web.StreamResponse:
    """Take hours away; done twice it is done."""
    shift_id = row_id(request)
    async with office_of(request).database.writing() as session:
        await session.execute(delete(DutyShift).where(DutyShift.id == shift_id))
    raise web.HTTPSeeOther("/duty#week")


def row_id(request: web.Request) -> int:
    found = hours.number(request.match_info["id"], 1, _LARGEST)
    if found is None:
        raise NOT_FOUND
    return found


@routes.page("POST", "/duty/phones/{id}", KEEPERS)
async def set_phone(request: web.Request) -> web.StreamResponse:
    """The number a lawyer is rung at; empty takes it away."""
    staff_id = row_id(request)
    typed = (await form_of(request)).get("phone", "").strip()
    try:
        async with office_of(request).database.writing() as session:
            await _set_phone(session, staff_id, typed)
    except Refused as refused:
        wrong = {"staff_id": staff_id, "typed": typed, "problem": refused.sentence}
        return await show(request, status=422, phone=wrong)
    raise web.HTTPSeeOther("/duty#phones")


async def _set_phone(session: AsyncSession, staff_id: int, typed: str) -> None:
    await alone(session, _ROSTER)
    staff = await _lawyer(session, staff_id)
    if staff is None:
        raise NOT_FOUND
    number = dialable(typed) if typed else None
    if typed and number is None:
        raise Refused("phone", "Ghi số di động hoặc số cố định ở Việt Nam, như 0912 345 678.")
    other = await duty.by_phone(session, number) if number else None
    if other is not None and other.id != staff.id:
        if other.disabled_at is None:
            raise Refused("phone", f"Số này đã ghi cho {other.name}.")
        other.phone = None  # who left needs it no more
    staff.phone = number
