"""The duty roster: who is rung when a worker calls and wants a person."""

from typing import Any

from aiohttp import web

from admin_api.console.page import page
from admin_api.office import form_of, office_of, who
from admin_api.routing import NOT_FOUND, STAFF, ApiError, Routes, whole_number
from bot.telephone.numbers import dialable
from escalation import duty
from escalation.models import DutyShift, Staff
from escalation.vocabulary import Role
from sqlalchemy import select

routes = Routes()

KEEPERS = frozenset({Role.MANAGER, Role.ADMIN})
_LARGEST = 2**31 - 1
_NOTHING_TYPED = {"staff": "", "weekdays": [], "opens": "07:30", "closes": "17:00", "rank": "0"}
_WORKDAYS = ("0", "1", "2", "3", "4")


@routes.page("GET", "/duty", STAFF)
async def duty_page(request: web.Request) -> web.Response:
    return page(request, "duty.html", **await _roster(request))


async def _roster(request: web.Request, **more: Any) -> dict[str, Any]:
    office = office_of(request)
    async with office.database.reading() as session:
        shifts = await duty.shifts(session)
        people = await session.scalars(
            select(Staff)
            .where(Staff.disabled_at.is_(None), Staff.role.in_((Role.LAWYER, Role.ADMIN)))
            .order_by(Staff.name)
        )
        now_on = await duty.on_duty(session, office.clock())
    return {
        "week": [[pair for pair in shifts if pair[0].weekday == day] for day in range(7)],
        "people": people.all(),
        "on_now": {one.staff_id for one in now_on},
        "may_change": who(request).staff.role in KEEPERS,
        "error": None,
        "typed": {**_NOTHING_TYPED, "weekdays": _WORKDAYS},
        **more,
    }


@routes.page("POST", "/duty", KEEPERS)
async def add_shifts(request: web.Request) -> web.Response:
    """Put somebody on duty on one or more days of each week."""
    form = await form_of(request)
    days = (await request.post()).getall("weekdays", [])
    try:
        hours = (_minutes(form.get("opens", "")), _minutes(form.get("closes", "")))
        rank = whole_number(form.get("rank"), 0, 0, 9)
        async with office_of(request).database.writing() as session:
            staff = await session.get(Staff, whole_number(form.get("staff"), 0, 0, _LARGEST))
            if staff is None or not days:
                raise duty.BadShift("nobody or never")
            for day in sorted(set(map(str, days))):
                duty.add(session, staff, whole_number(day, 0, 0, 6), hours, rank)
    except (duty.BadShift, ValueError):
        error = "Chọn người, ít nhất một ngày, và giờ kết thúc sau giờ bắt đầu."
        typed = {**_NOTHING_TYPED, **form, "weekdays": list(map(str, days))}
        return page(request, "duty.html", **await _roster(request, error=error, typed=typed))
    raise web.HTTPSeeOther("/duty")


def _minutes(clock: str) -> int:
    """ "07:30" -> 450; "24:00" ends a day. Raises ValueError."""
    hours, _, minutes = clock.partition(":")
    if not (hours.isascii() and hours.isdigit() and minutes.isascii() and minutes.isdigit()):
        raise ValueError("no time of day")
    if int(hours) > 24 or int(minutes) > 59:
        raise ValueError("no time of day")
    return int(hours) * 60 + int(minutes)


@routes.page("POST", "/duty/{id}/remove", KEEPERS)
async def remove_shift(request: web.Request) -> web.StreamResponse:
    async with office_of(request).database.writing() as session:
        number = whole_number(request.match_info["id"], 0, 0, _LARGEST)
        shift = await session.get(DutyShift, number)
        if shift is None:
            raise NOT_FOUND
        await session.delete(shift)
    raise web.HTTPSeeOther("/duty")


@routes.page("POST", "/duty/phones/{id}", KEEPERS)
async def set_phone(request: web.Request) -> web.Response:
    """The number somebody is rung at; empty takes it away."""
    form = await form_of(request)
    typed = form.get("phone", "").strip()
    number = dialable(typed) if typed else None
    if typed and number is None:
        error = f"“{typed[:20]}” không phải số di động hay cố định của Việt Nam."
        return page(request, "duty.html", **await _roster(request, error=error))
    async with office_of(request).database.writing() as session:
        staff = await session.get(Staff, whole_number(request.match_info["id"], 0, 0, _LARGEST))
        if staff is None:
            raise NOT_FOUND
        staff.phone = number
    raise web.HTTPSeeOther("/duty")


