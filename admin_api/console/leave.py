"""Leave on the duty roster: one's own by oneself, anybody's by managers."""

import datetime as dt

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from admin_api.console import duty, hours
from admin_api.console.hours import Refused
from admin_api.office import form_of, office_of, who
from admin_api.routing import KEEPERS, STAFF, Routes
from escalation import absence, assignment
from escalation.models import Staff
from hotline.db import alone

routes = Routes()

_LARGEST = 2**31 - 1
_ENTERED = "Những ngày này đã ghi nghỉ rồi. Bỏ lần ghi cũ trước nếu đổi."
_NO_DAYS = "Ngày cuối phải từ hôm nay trở đi, không trước ngày đầu, và không quá một năm."


@routes.page("POST", "/duty/absences", STAFF)
async def add_absence(request: web.Request) -> web.StreamResponse:
    form = await form_of(request)
    try:
        first, last = _day(form, "first"), _day(form, "last")
        async with office_of(request).database.writing() as session:
            await _add(session, request, form.get("staff", ""), first, last)
    except Refused as refused:
        names = ("staff", "first", "last")
        typed = {**{name: form.get(name, "") for name in names}, "problem": refused.sentence}
        return await duty.show(request, status=422, leave=typed)
    raise web.HTTPSeeOther("/duty#leave")


async def _add(
    session: AsyncSession, request: web.Request, typed: str, first: dt.date, last: dt.date
) -> None:
    await alone(session, "change the leave")
    me = who(request).staff
    staff_id = hours.number(typed, 1, _LARGEST) if me.role in KEEPERS else me.id
    staff = await session.get(Staff, staff_id) if staff_id else None
    if staff is None or staff.disabled_at is not None:
        raise Refused("staff", "Chọn người nghỉ.")
    today = absence.day_of(office_of(request).clock())
    try:
        await absence.add(session, staff, first, last, today)
    except absence.BadAbsence:
        raise Refused("last", _NO_DAYS) from None
    except absence.Overlaps:
        raise Refused("first", _ENTERED) from None


def _day(form: dict[str, str], name: str) -> dt.date:
    try:
        return dt.date.fromisoformat(form.get(name, "").strip())
    except ValueError:
        raise Refused(name, "Chọn ngày đầu và ngày cuối.") from None


@routes.page("POST", "/duty/absences/{id}/remove", STAFF)
async def remove_absence(request: web.Request) -> web.StreamResponse:
    """Done twice it is done; another's stays."""
    me = who(request).staff
    own_of = None if me.role in KEEPERS else me.id
    async with office_of(request).database.writing() as session:
        await absence.remove(session, duty.row_id(request), own_of)
    raise web.HTTPSeeOther("/duty#leave")


@routes.page("POST", "/duty/away/{id}/return", KEEPERS)
async def return_tickets(request: web.Request) -> web.StreamResponse:
    """The open tickets of somebody who is away today wait for whoever takes them."""
    office, staff_id = office_of(request), duty.row_id(request)
    now = office.clock()
    async with office.database.writing() as session:
        if staff_id in await absence.away(session, absence.day_of(now)):
            staff = await session.get_one(Staff, staff_id)
            actor = who(request).staff
            await assignment.return_all(session, staff, assignment.AWAY, now, actor=actor)
    office.changed()
    raise web.HTTPSeeOther("/duty#leave")
