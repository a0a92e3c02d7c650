"""A ticket: pages over the functions of the JSON API."""

import contextlib
import datetime as dt
import secrets
from typing import Any

from aiohttp import web

from admin_api import calling, cases, checking, tickets
from admin_api.console import assigning, limits, shaping, variables
from admin_api.console.page import page
from admin_api.office import form_of, office_of, who
from admin_api.routing import (
    LAWYERS,
    NOT_FOUND,
    ApiError,
    Routes,
    whole_number,
)
from escalation.vocabulary import OPEN_STATES, State

routes = Routes()

UNDO_FOR = dt.timedelta(seconds=10)  # in which an answer can be taken back
_QUEUE_LENGTH = 30  # tickets beside the one that is open


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
        reader = who(request).staff.id
        queue = await cases.inbox(
            session, OPEN_STATES, reader_id=reader, owed=True, limit=_QUEUE_LENGTH
        )
    return {
        "ticket": found,
        "talk": shaping.talk(found.conversation, found.events, found.submitted),
        "queue": queue,
        "entries": library.entries,
        "topics": library.topics,
        "reply_key": secrets.token_urlsafe(12),
        "mode": "note" if found.state is State.RESOLVED else "reply",
        "typed": "",
        "problem": None,
        "wrong": "",
        "reason": "",
        "variables": variables.of(found),
        "limit": limits.of(found.channel),
        "line": office_of(request).caller is not None,
        **await assigning.choices(request),
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
    context["reason"] = form.get("reason", "")
    context["mode"] = wrong or context["mode"]
    return page(request, "ticket.html", status=error.status, **context)


@routes.page("POST", "/tickets/{code}/replies", LAWYERS)
async def reply(request: web.Request) -> web.StreamResponse:
    form = await form_of(request)
    try:
        _check_length(form)
        words = await _filled(request, form.get("text", ""))
        written = await tickets.reply(request, words, _wish(form))
    except ApiError as error:
        return await _refused(request, error, form, "reply")
    if not written.awaiting_check:
        await _then(request, form.get("then", ""))
    raise _back(request)


def _wish(form: dict[str, str]) -> tickets.Wish:
    seen = whole_number(form.get("seen"), -1, 0, 2**31 - 1)
    return tickets.Wish(
        key=form.get("key"),
        undo_for=UNDO_FOR,
        then=form.get("then", "") if form.get("then") in ("hold", "resolve") else "",
        seen=seen if seen >= 0 else None,
    )


async def _then(request: web.Request, deed: str) -> None:
    with contextlib.suppress(ApiError):  # sent twice: it was done the first time
        if deed == "resolve":
            await tickets.resolve(request)
        elif deed == "hold":
            await tickets.hold(request)


@routes.page("POST", "/tickets/{code}/check", LAWYERS)
async def check(request: web.Request) -> web.StreamResponse:
    """Pass a colleague's answer on, send it back, or take back one's own."""
    form = await form_of(request)
    decision, key = form.get("decision", ""), form.get("key")
    try:
        _check_length(form)
        if decision == "pass":
            await checking.pass_on(request, key, UNDO_FOR)
        elif decision == "back":
            await checking.send_back(request, form.get("text", ""), key)
        elif decision == "withdraw":
            text = await checking.take_back(request)
            return await _written_again(request, text)
        else:
            raise ApiError(422, "invalid", "Việc này không có.")
    except ApiError as error:
        return await _refused(request, error, {"reason": form.get("text", "")}, "")
    raise _back(request)


async def _written_again(request: web.Request, text: str) -> web.Response:
    """The ticket page with an answer that was taken back in the box."""
    return page(request, "ticket.html", **await _ticket(request) | {"typed": text, "mode": "reply"})


@routes.page("POST", "/tickets/{code}/replies/{id}/undo", LAWYERS)
async def undo(request: web.Request) -> web.StreamResponse:
    """Take the answer back; its words stand in the box again."""
    try:
        text = await tickets.withdraw(
            request, whole_number(request.match_info["id"], 0, 0, 2**31 - 1)
        )
    except ApiError as error:
        return await _refused(request, error, {}, "")
    return await _written_again(request, text)


async def _filled(request: web.Request, text: str) -> str:
    """What the box fills in as one types, for whoever has no scripts."""
    if "{" not in text:
        return text
    return variables.fill(text, variables.of(await tickets.read_case(request)))


def _check_length(form: dict[str, str]) -> None:
    if len(form.get("text", "")) > tickets.LONGEST:
        raise ApiError(422, "invalid", f"Nội dung dài quá {tickets.LONGEST} chữ, xin cắt bớt.")


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


@routes.page("POST", "/tickets/{code}/reopen", LAWYERS)
async def reopen(request: web.Request) -> web.StreamResponse:
    await tickets.reopen(request)
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
