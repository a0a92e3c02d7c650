"""What every handler of the office works with, and the gate in front of all of them."""

import datetime as dt
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler as AiohttpHandler
from sqlalchemy.exc import DBAPIError

from admin_api import accounts
from admin_api.accounts import SignedIn
from admin_api.routing import (
    NOT_FOUND,
    NOT_SIGNED_IN,
    SIGNED_IN,
    TOO_LARGE,
    ApiError,
    Route,
)
from admin_api.zalo_consent import ZaloConsent
from bot.file_store import FileStore
from bot.web import UNREADABLE_BODY
from escalation import lookup
from escalation.alerts.raising import NONE, Ways
from escalation.models import Staff
from escalation.sla import Policy
from hotline.db import Database, deadlocked
from knowledge_base.library import Library

COOKIE = "office"
_OF_A_TICKET = "/tickets/{code}"  # absent or closed to the lawyer: one answer for whatever he asks
_CHANGING = ("POST", "PUT", "PATCH", "DELETE")

log = structlog.get_logger()


class Caller(Protocol):
    """Joins a lawyer and the worker of a ticket by telephone."""

    async def ring(self, code: str, staff: Staff) -> None:
        """Ring the lawyer first; raises `CannotRing`."""


@dataclass(frozen=True)
class Office:
    """The office's view of the house. `changed` is called after a ticket changed.

    Without a `caller` lawyers ring workers with their own telephones.
    """

    database: Database
    policy: Policy
    clock: Callable[[], dt.datetime]
    library: Callable[[], Library]
    changed: Callable[[], None]
    files: FileStore | None = None  # what workers sent; without it there is none to be seen
    caller: Caller | None = None
    zalo: ZaloConsent | None = None  # where the Official Account is set up
    ways: Ways = NONE  # by which the staff are told of things
    bot_name: Callable[[], str] = str  # of our Telegram bot; empty until Telegram has told it
    secure: bool = False  # behind https: cookies are marked so

    @property
    def cookie_name(self) -> str:
        return f"__Host-{COOKIE}" if self.secure else COOKIE


OFFICE: web.AppKey[Office] = web.AppKey("office", Office)
ROUTE_OF: web.AppKey[dict[Any, Route]] = web.AppKey("route_of", dict)


def office_of(request: web.Request) -> Office:
    return request.app[OFFICE]


def who(request: web.Request) -> SignedIn:
    return request[SIGNED_IN]


@web.middleware
async def gate(request: web.Request, handler: AiohttpHandler) -> web.StreamResponse:
    """Let in who may come in; turn every refusal into words instead of a trace."""
    route = request.app[ROUTE_OF].get(request.match_info.handler)
    if request.match_info.http_exception is not None:
        return _refusal(request, _NO_ROUTE.get(request.match_info.http_exception.status, NOT_FOUND))
    if route is None:  # static files: the console's own style and scripts, no data
        return await handler(request)
    try:
        await _admit(request, route)
        return await _handled(request, handler)
    except ApiError as error:
        if route.page and error is NOT_SIGNED_IN:
            raise web.HTTPSeeOther("/login") from None
        return _refusal(request, error)
    except web.HTTPException:
        raise
    except Exception as error:
        log.error("request_failed", route=route.path, error=type(error).__name__, exc_info=True)
        return _refusal(request, ApiError(500, "failed", "Máy chủ gặp lỗi, xin thử lại."))


async def _handled(request: web.Request, handler: AiohttpHandler) -> web.StreamResponse:
    """Of two changes that wait for each other the database ends one: that one is tried again."""
    try:
        return await handler(request)
    except DBAPIError as error:
        if not deadlocked(error):
            raise
        return await handler(request)


# Nothing there looks exactly like something one may not see.
_NO_ROUTE = {405: ApiError(405, "method", "Trang này không nhận yêu cầu kiểu đó.")}


async def _admit(request: web.Request, route: Route) -> None:
    if not route.access:
        return
    signed_in = await _identify(request)
    if signed_in is None:
        raise NOT_SIGNED_IN
    if signed_in.staff.role not in route.access:
        raise NOT_FOUND  # what one may not see does not exist
    request[SIGNED_IN] = signed_in
    if request.method in _CHANGING and signed_in.csrf_token is not None:
        await _check_origin(request, signed_in.csrf_token)
    if _OF_A_TICKET in route.path:
        async with office_of(request).database.reading() as session:
            code, staff_id = request.match_info["code"], signed_in.staff.id
            if not await lookup.may_see(session, code, staff_id):
                raise NOT_FOUND


async def _identify(request: web.Request) -> SignedIn | None:
    office = office_of(request)
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    async with office.database.reading() as session:
        if scheme.lower() == "bearer" and token:
            return await accounts.by_bearer(session, token.strip())
        cookie = request.cookies.get(office.cookie_name)
        if not cookie:
            return None
        now = office.clock()
        signed_in = await accounts.by_cookie(session, cookie, now)
        stale = (
            signed_in is not None
            and signed_in.session_id is not None
            and await accounts.needs_touch(session, signed_in.session_id, now)
        )
    if stale and signed_in is not None and signed_in.session_id is not None:
        async with office.database.writing() as session:
            await accounts.touch(session, signed_in.session_id, now)
    return signed_in


async def _check_origin(request: web.Request, token: str) -> None:
    """Another site must not act with the browser's cookie."""
    refuse_foreign(request)
    given = request.headers.get("X-CSRF-Token")
    if given is None and request.content_type in _FORMS:
        given = str((await form_of(request)).get("csrf", ""))
    if given is None or not hmac.compare_digest(
        given.encode("utf-8", "surrogateescape"), token.encode()
    ):
        raise ApiError(403, "csrf", "Phiên làm việc đã cũ, xin tải lại trang.")


_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def refuse_foreign(request: web.Request) -> None:
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise ApiError(403, "cross_site", "Yêu cầu đến từ trang khác.")
    origin = request.headers.get("Origin")
    if origin not in (None, "null") and _host_of(str(origin)) != request.host:
        raise ApiError(403, "cross_site", "Yêu cầu đến từ trang khác.")


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


async def form_of(request: web.Request) -> dict[str, str]:
    """The text fields of a posted form; a broken form is a refusal, not an error of ours."""
    try:
        data = await request.post()
        for value in data.values():
            str(value).encode()  # a charset of theirs may have made half characters
    except web.HTTPRequestEntityTooLarge:
        raise TOO_LARGE from None
    except (ValueError, LookupError, AssertionError, *UNREADABLE_BODY):
        raise ApiError(400, "bad_form", "Biểu mẫu không đọc được.") from None
    return {
        name: value.replace("\r\n", "\n") for name, value in data.items() if isinstance(value, str)
    }


def _refusal(request: web.Request, error: ApiError) -> web.Response:
    wants_page = "text/html" in request.headers.get("Accept", "") and not request.path.startswith(
        "/api/"
    )
    if not wants_page:
        return error.response()
    return web.Response(
        text=_PAGE.format(message=error.message),
        status=error.status,
        content_type="text/html",
    )


_PAGE = """<!doctype html><html lang="vi"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>Không mở được</title><link rel="icon" href="/static/favicon.svg">
<link rel="stylesheet" href="/static/console.css"></head>
<body class="plain">
<main><h1>{message}</h1><p><a href="/">Về trang đầu</a></p></main></body></html>"""
