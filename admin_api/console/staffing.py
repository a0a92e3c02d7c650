"""What the administrator sets for a lawyer: load, topics, languages, conflicts, his level."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from admin_api.console.page import page
from admin_api.console.wording import WORDS
from admin_api.office import form_of, office_of
from admin_api.routing import ADMINS, NOT_FOUND, ApiError, Routes, whole_number
from escalation import assignment, ladder
from escalation.models import Staff
from escalation.vocabulary import Role
from knowledge_base.text import clean

routes = Routes()

LANGUAGES = tuple(WORDS["language"])
LEVELS = (ladder.LAWYER, ladder.HEAD, ladder.DEPUTY)
_MOST_TICKETS = 200
_MOST_EMPLOYERS = 50
_LONGEST = 120
_BAD_LIMIT = ApiError(422, "invalid", f"Mức phiếu là số từ 1 đến {_MOST_TICKETS}.")
_BAD_EMPLOYERS = ApiError(
    422, "invalid", f"Nhiều nhất {_MOST_EMPLOYERS} công ty, mỗi dòng không quá {_LONGEST} chữ."
)


async def _kept(session: AsyncSession, request: web.Request) -> Staff:
    """Lawyers, and managers for their place on the ladder; there is nothing to set for others."""
    staff = await session.get(Staff, whole_number(request.match_info["id"], 0, 0, 2**31 - 1))
    if staff is None or staff.role not in (Role.LAWYER, Role.MANAGER):
        raise NOT_FOUND
    return staff


@routes.page("GET", "/staff/{id}", ADMINS)
async def lawyer_page(request: web.Request) -> web.Response:
    async with office_of(request).database.reading() as session:
        staff = await _kept(session, request)
    typed = {"load_limit": str(staff.load_limit), "employers": "\n".join(staff.employers or ())}
    return _shown(request, staff, typed, _Chosen(staff.topics, staff.languages, staff.level))


@dataclass(frozen=True)
class _Chosen:
    """What is ticked."""

    topics: list[str]
    languages: list[str]
    level: int


def _shown(
    request: web.Request,
    staff: Staff,
    typed: dict[str, str],
    chosen: _Chosen,
    problem: ApiError | None = None,
) -> web.Response:
    context: dict[str, Any] = {"lawyer": staff, "typed": typed, "chosen": chosen}
    context |= {"topics": office_of(request).library().topics}
    context |= {"languages": LANGUAGES, "levels": LEVELS}
    context |= {"problem": problem.message if problem else None}
    return page(request, "lawyer.html", status=problem.status if problem else 200, **context)


@routes.page("POST", "/staff/{id}", ADMINS)
async def change_lawyer(request: web.Request) -> web.StreamResponse:
    """Tickets of an employer he is tied to leave him at once."""
    office, form = office_of(request), await form_of(request)
    async with office.database.writing() as session:
        staff = await _kept(session, request)
        chosen = await _chosen(request, form, staff)
        try:
            await _set(session, staff, form, chosen, office.clock())
        except ApiError as error:
            typed = {name: form.get(name, "") for name in ("load_limit", "employers")}
            return _shown(request, staff, typed, chosen, error)
    office.changed()
    raise web.HTTPSeeOther("/staff")


async def _chosen(request: web.Request, form: dict[str, str], staff: Staff) -> _Chosen:
    posted = await request.post()
    topics, languages = posted.getall("topics", []), posted.getall("languages", [])
    return _Chosen(
        [one for one in office_of(request).library().topics if one in topics],
        [one for one in LANGUAGES if one in languages],
        whole_number(form.get("level"), staff.level, LEVELS[0], LEVELS[-1]),
    )


async def _set(
    session: AsyncSession, staff: Staff, form: dict[str, str], chosen: _Chosen, now: dt.datetime
) -> None:
    if staff.role is Role.LAWYER:
        limit, employers = _limit(form), _employers(form)
        staff.load_limit, staff.topics = limit, chosen.topics
        await assignment.tie(session, staff, employers, now)
    staff.languages, staff.level = chosen.languages, chosen.level


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
