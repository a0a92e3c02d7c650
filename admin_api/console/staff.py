"""Accounts, for the administrator."""

from typing import Any

from aiohttp import web
from sqlalchemy import select

from admin_api import accounts
from admin_api.console.page import page
from admin_api.office import form_of, office_of, who
from admin_api.routing import (
    ADMINS,
    NOT_FOUND,
    ApiError,
    Routes,
    whole_number,
)
from escalation.models import Staff
from escalation.vocabulary import Role

routes = Routes()

_NOTHING_TYPED = {"name": "", "email": "", "role": ""}


@routes.page("GET", "/staff", ADMINS)
async def staff_page(request: web.Request) -> web.Response:
    return page(request, "staff.html", **await _staff(request))


async def _staff(request: web.Request) -> dict[str, Any]:
    async with office_of(request).database.reading() as session:
        people = (await session.scalars(select(Staff).order_by(Staff.name))).all()
    return {
        "people": people,
        "roles": list(Role),
        "made": None,
        "error": None,
        "typed": _NOTHING_TYPED,
    }


@routes.page("POST", "/staff", ADMINS)
async def add_staff(request: web.Request) -> web.Response:
    """Make an account; its password is shown on this page and never again."""
    form = await form_of(request)
    office = office_of(request)
    context: dict[str, Any] = {}
    try:
        role = Role(form.get("role", ""))
        async with office.database.writing() as session:
            staff, password = await accounts.add_staff(
                session, form.get("email", ""), form.get("name") or "?", role, office.clock()
            )
        context = {"made": (staff, password)}
    except accounts.Refused as error:
        context = {"error": str(error), "typed": {**_NOTHING_TYPED, **form}}
    except ValueError:
        context = {"error": "Vai trò này không có.", "typed": {**_NOTHING_TYPED, **form}}
    return page(request, "staff.html", **{**await _staff(request), **context})


@routes.page("POST", "/staff/{id}/{verb}", ADMINS)
async def change_staff(request: web.Request) -> web.StreamResponse:
    """Disable or enable an account; nobody shuts himself out."""
    office = office_of(request)
    staff_id = whole_number(request.match_info["id"], 0, 0, 2**31 - 1)
    verb = request.match_info["verb"]
    if verb not in ("disable", "enable"):
        raise NOT_FOUND
    if staff_id == who(request).staff.id:
        raise ApiError(409, "conflict", "Không tự khóa tài khoản của mình được.")
    async with office.database.writing() as session:
        staff = await session.get(Staff, staff_id)
        if staff is None:
            raise NOT_FOUND
        await accounts.set_disabled(session, staff, verb == "disable", office.clock())
    office.changed()  # his tickets are anybody's now
    raise web.HTTPSeeOther("/staff")
