"""What the administrator sets for a lawyer: how many tickets, which topics, which conflicts."""

from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from admin_api.console.page import page
from admin_api.office import form_of, office_of
from admin_api.routing import ADMINS, NOT_FOUND, ApiError, Routes, whole_number
from escalation import assignment
from escalation.models import Staff
from escalation.vocabulary import Role
from knowledge_base.text import clean

routes = Routes()

_MOST_TICKETS = 200
_MOST_EMPLOYERS = 50
_LONGEST = 120
_BAD_LIMIT = ApiError(422, "invalid", f"Mức phiếu là số từ 1 đến {_MOST_TICKETS}.")
_BAD_EMPLOYERS = ApiError(
    422, "invalid", f"Nhiều nhất {_MOST_EMPLOYERS} công ty, mỗi dòng không quá {_LONGEST} chữ."
)


async def _lawyer(session: AsyncSession, request: web.Request) -> Staff:
    staff = await session.get(Staff, whole_number(request.match_info["id"], 0, 0, 2**31 - 1))
    if staff is None or staff.role is not Role.LAWYER:
        raise NOT_FOUND
    return staff


@routes.page("GET", "/staff/{id}", ADMINS)
async def lawyer_page(request: web.Request) -> web.Response:
    async with office_of(request).database.reading() as session:
        staff = await _lawyer(session, request)
    typed = {"load_limit": str(staff.load_limit), "employers": "\n".join(staff.employers or ())}
    return _shown(request, staff, typed, staff.topics)


def _shown(
    request: web.Request,
    staff: Staff,
    typed: dict[str, str],
    chosen: list[str],
    problem: ApiError | None = None,
) -> web.Response:
    context: dict[str, Any] = {"lawyer": staff, "typed": typed, "chosen": chosen}
    context |= {"topics": office_of(request).library().topics}
    context |= {"problem": problem.message if problem else None}
    return page(request, "lawyer.html", status=problem.status if problem else 200, **context)


@routes.page("POST", "/staff/{id}", ADMINS)
async def change_lawyer(request: web.Request) -> web.StreamResponse:
    """Tickets of an employer he is tied to leave him at once."""
    office, form = office_of(request), await form_of(request)
    known = office.library().topics
    given = (await request.post()).getall("topics", [])
    chosen = [topic for topic in known if topic in given]
    async with office.database.writing() as session:
        staff = await _lawyer(session, request)
        try:
            limit, employers = _limit(form), _employers(form)
        except ApiError as error:
            typed = {name: form.get(name, "") for name in ("load_limit", "employers")}
            return _shown(request, staff, typed, chosen, error)
        staff.load_limit, staff.topics = limit, chosen
        await assignment.tie(session, staff, employers, office.clock())
    office.changed()
    raise web.HTTPSeeOther("/staff")


def _limit(form: dict[str, str]) -> int:
    limit = whole_number(form.get("load_limit"), 0, 0, _MOST_TICKETS + 1)
    if not 1 <= limit <= _MOST_TICKETS:
        raise _BAD_LIMIT
    return limit


def _employers(form: dict[str, str]) -> list[str]:
    lines = (clean(line) for line in form.get("employers", "").splitlines())
    names = list(dict.fromkeys(filter(None, lines)))
    if len(names) > _MOST_EMPLOYERS or any(len(name) > _LONGEST for name in names):
        raise _BAD_EMPLOYERS
    return names
