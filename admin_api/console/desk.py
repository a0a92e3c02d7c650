"""The inbox and a ticket: pages over the functions of the JSON API."""

import contextlib
import secrets
from typing import Any

from aiohttp import web

from admin_api import calling, cases, tickets
from admin_api.console import shaping
from admin_api.console.page import page
from admin_api.office import form_of, office_of, who
from admin_api.routing import (
    LAWYERS,
    NOT_FOUND,
    STAFF,
    ApiError,
    Routes,
    whole_number,
)
from escalation.vocabulary import OPEN_STATES, Role, State

routes = Routes()

_PAGE_SIZE = 50
MAX_WORDS = 8000  # characters of a reply or a note
_QUEUE_LENGTH = 30  # tickets beside the one that is open
# the inbox's, as it lists them
_VIEWS = ("owed", "callback", "mine", "new", "on_hold", "open", "resolved")


@routes.page("GET", "/", STAFF)
async def inbox_page(request: web.Request) -> web.Response:
    if who(request).staff.role is not Role.LAWYER:
        raise web.HTTPSeeOther("/home")
    return page(request, "inbox.html", **await _inbox(request))


@routes.page("GET", "/inbox/rows", LAWYERS)
async def inbox_rows(request: web.Request) -> web.Response:
    """The part of the inbox that lives."""
    return page(request, "inbox_rows.html", **await _inbox(request))


async def _inbox(request: web.Request) -> dict[str, Any]:
    view = request.query.get("view", "owed")
    if view not in _VIEWS:
        raise NOT_FOUND
    staff_id = who(request).staff.id
    number = whole_number(request.query.get("page"), 1, 1, 100_000)
    async with office_of(request).database.reading() as session:
        found = await cases.inbox(
            session,
            cases.STATE_FILTERS.get(view, OPEN_STATES),
            assignee_id=staff_id if view == "mine" else None,
            owed=view == "owed",
            to_ring=view == "callback",
            limit=_PAGE_SIZE,
            offset=(number - 1) * _PAGE_SIZE,
        )
        counts = await cases.counts(session, staff_id)
    return {
        "found": found,
        "counts": counts,
        "view": view,
        "views": _VIEWS,
        "number": number,
        "pages": max(1, -(-found.total // _PAGE_SIZE)),
        "topics": office_of(request).library().topics,
    }


@routes.page("GET", "/tickets/{code}", LAWYERS)
async def ticket_page(request: web.Request) -> web.Response:
    return page(request, "ticket.html", **await _ticket(request))


@routes.page("GET", "/tickets/{code}/live", LAWYERS)
async def ticket_live(request: web.Request) -> web.Response:
    """The parts of the ticket page that change while a lawyer types."""
    return page(request, "ticket_live.html", **await _ticket(request))


async def _ticket(request: web.Request) -> dict[str, Any]:
    found = await tickets.read_case(request)
    library = office_of(request).library()
    async with office_of(request).database.reading() as session:
        queue = await cases.inbox(session, OPEN_STATES, owed=True, limit=_QUEUE_LENGTH)
    return {
        "ticket": found,
        "talk": shaping.talk(found.conversation, found.events),
        "queue": queue,
        "entries": library.entries,
        "topics": library.topics,
        "reply_key": secrets.token_urlsafe(12),
        "mode": "note" if found.state is State.RESOLVED else "reply",
        "typed": "",
        "problem": None,
        "wrong": "",
        "line": office_of(request).caller is not None,
    }


def _back(request: web.Request, part: str = "") -> web.HTTPSeeOther:
    return web.HTTPSeeOther(f"/tickets/{request.match_info['code'].upper()}{part}")


async def _refused(
    request: web.Request, error: ApiError, form: dict[str, str], wrong: str
) -> web.Response:
    """The ticket page with what was typed and why it could not be taken: nothing is lost.

    `wrong` names the box at fault: "reply", "note" or none.
    """
    if "text/html" not in request.headers.get("Accept", "") or error is NOT_FOUND:
        raise error
    context = await _ticket(request)
    context |= {"wrong": wrong, "typed": form.get("text", ""), "problem": error.message}
    context["mode"] = wrong or context["mode"]
    return page(request, "ticket.html", status=error.status, **context)


@routes.page("POST", "/tickets/{code}/replies", LAWYERS)
async def reply(request: web.Request) -> web.StreamResponse:
    form = await form_of(request)
    try:
        _check_length(form)
        await tickets.reply(request, form.get("text", ""), form.get("key") or None)
    except ApiError as error:
        return await _refused(request, error, form, "reply")
    with contextlib.suppress(ApiError):  # sent twice: what comes after was done the first time
        if form.get("then") == "resolve":
            await tickets.resolve(request)
        elif form.get("then") == "hold":
            await tickets.hold(request)
    raise _back(request)


def _check_length(form: dict[str, str]) -> None:
    if len(form.get("text", "")) > MAX_WORDS:
        raise ApiError(422, "invalid", f"Nội dung dài quá {MAX_WORDS} chữ, xin cắt bớt.")


@routes.page("POST", "/tickets/{code}/notes", LAWYERS)
async def note(request: web.Request) -> web.StreamResponse:
    form = await form_of(request)
    try:
        _check_length(form)
        await tickets.note(request, form.get("text", ""))
    except ApiError as error:
        return await _refused(request, error, form, "note")
    raise _back(request)


@routes.page("POST", "/tickets/{code}/claim", LAWYERS)
async def claim(request: web.Request) -> web.StreamResponse:
    await tickets.claim(request)
    raise _back(request)


@routes.page("POST", "/tickets/{code}/hold", LAWYERS)
async def hold(request: web.Request) -> web.StreamResponse:
    await tickets.hold(request)
    raise _back(request)


@routes.page("POST", "/tickets/{code}/resume", LAWYERS)
async def resume(request: web.Request) -> web.StreamResponse:
    await tickets.resume(request)
    raise _back(request)


@routes.page("POST", "/tickets/{code}/resolve", LAWYERS)
async def resolve(request: web.Request) -> web.StreamResponse:
    await tickets.resolve(request)
    raise _back(request)


@routes.page("POST", "/tickets/{code}/ring", LAWYERS)
async def ring(request: web.Request) -> web.StreamResponse:
    try:
        await calling.ring(request)
    except ApiError as error:
        return await _refused(request, error, {}, "")
    raise _back(request, "#callback")


@routes.page("POST", "/tickets/{code}/calls", LAWYERS)
async def log_call(request: web.Request) -> web.StreamResponse:
    form = await form_of(request)
    try:
        await calling.log_call(request, form.get("outcome", ""))
    except ApiError as error:
        return await _refused(request, error, {}, "")
    raise _back(request, "#callback")
