"""How somebody of the centre wants to be told of things: mail, his own Telegram, quiet hours."""

import datetime as dt
import re
from typing import Any

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from admin_api.console.page import page
from admin_api.console.wording import time_of_day
from admin_api.office import form_of, office_of, who
from admin_api.routing import STAFF, ApiError, Routes
from escalation.alerts import raising, telegram_links
from escalation.models import Alert, Staff
from escalation.vocabulary import AlertState

routes = Routes()

_CLOCK = re.compile(r"([01]?[0-9]|2[0-3])[:hHgG.]([0-5][0-9])?")
_BAD_HOURS = "Giờ yên tĩnh ghi như 22:00 và 06:00, hoặc để trống cả hai."
_TRIED = {
    AlertState.QUEUED: "đang gửi",
    AlertState.SENDING: "đang gửi",
    AlertState.SENT: "đã gửi",
    AlertState.FAILED: "không gửi được",
    AlertState.VOID: "không gửi được",
}
_NO_WAY = ApiError(409, "conflict", "Chưa có cách nào để gửi: bật e-mail hoặc nối Telegram trước.")


@routes.page("GET", "/account", STAFF)
async def profile_page(request: web.Request) -> web.Response:
    return await _show(request)


async def _show(request: web.Request, *, status: int = 200, **more: Any) -> web.Response:
    office = office_of(request)
    async with office.database.reading() as session:
        staff = await session.get_one(Staff, who(request).staff.id)
        tried = await _last_try(session, staff)
    quiet = staff.quiet_from != staff.quiet_until
    context = {
        "mine": staff,
        "ways": office.ways,
        "way": office.ways.to(staff),
        "bot": office.bot_name(),
        "code": None,
        "typed": {
            "quiet_from": time_of_day(staff.quiet_from) if quiet else "",
            "quiet_until": time_of_day(staff.quiet_until) if quiet else "",
        },
        "problem": None,
        "tried": tried and {"at": tried.due_at, "said": _TRIED[tried.state], "via": tried.via},
        "saved": "saved" in request.query,
        "minutes": telegram_links.LASTS // dt.timedelta(minutes=1),
        **more,
    }
    return page(request, "profile.html", status=status, **context)


async def _last_try(session: AsyncSession, staff: Staff) -> Alert | None:
    return await session.scalar(
        select(Alert)
        .where(Alert.staff_id == staff.id, Alert.kind == raising.TEST)
        .order_by(Alert.id.desc())
        .limit(1)
    )


async def _me(session: AsyncSession, request: web.Request) -> Staff:
    return await session.get_one(Staff, who(request).staff.id, with_for_update=True)


@routes.page("POST", "/account", STAFF)
async def change(request: web.Request) -> web.StreamResponse:
    """Empty quiet hours are none."""
    form = await form_of(request)
    typed = {name: form.get(name, "").strip() for name in ("quiet_from", "quiet_until")}
    quiet = _quiet(typed)
    if quiet is None:
        return await _show(request, status=422, typed=typed, problem=_BAD_HOURS)
    async with office_of(request).database.writing() as session:
        staff = await _me(session, request)
        staff.by_mail, staff.digest = "by_mail" in form, "digest" in form
        staff.quiet_from, staff.quiet_until = quiet
    raise web.HTTPSeeOther("/account?saved")


def _quiet(typed: dict[str, str]) -> tuple[int, int] | None:
    """Minutes after midnight, the same twice for no quiet hours; None for what is no time."""
    if not any(typed.values()):
        return 0, 0
    begins, ends = (_CLOCK.fullmatch(one) for one in typed.values())
    if begins is None or ends is None:
        return None
    return _minutes(begins), _minutes(ends)


def _minutes(clock: re.Match[str]) -> int:
    return int(clock[1]) * 60 + int(clock[2] or 0)


# -- his own Telegram ------------------------------------------------------------------------------


@routes.page("POST", "/account/telegram", STAFF)
async def invite(request: web.Request) -> web.Response:
    """The code is on this page and never again."""
    office = office_of(request)
    if not office.ways.telegram:
        raise ApiError(409, "conflict", "Tổng đài này chưa bật Telegram.")
    async with office.database.writing() as session:
        staff = await _me(session, request)
        code = await telegram_links.invite(session, staff, office.clock())
    return await _show(request, code=code)


@routes.page("POST", "/account/telegram/off", STAFF)
async def unlink(request: web.Request) -> web.StreamResponse:
    async with office_of(request).database.writing() as session:
        telegram_links.unlink(await _me(session, request))
    raise web.HTTPSeeOther("/account#telegram")


@routes.page("POST", "/account/test", STAFF)
async def test(request: web.Request) -> web.StreamResponse:
    """At most one each minute."""
    office = office_of(request)
    now = office.clock()
    async with office.database.writing() as session:
        staff = await _me(session, request)
        if office.ways.to(staff) is None:
            raise _NO_WAY
        once = f"{raising.TEST}:{staff.id}:{now:%Y%m%d%H%M}"
        if await session.scalar(select(Alert.id).where(Alert.once == once)) is None:
            raising.say(session, office.ways, staff, raising.TEST, once, now)
    raise web.HTTPSeeOther("/account#test")
