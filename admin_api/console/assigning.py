"""Pages over who takes a ticket: each small form, and the form again where it was refused."""

import datetime as dt
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from admin_api import assigning, joining, referring, tickets
from admin_api.console.page import page
from admin_api.office import form_of, office_of, who
from admin_api.routing import LAWYERS, NOT_FOUND, ApiError, Routes, whole_number
from escalation import absence, lookup, transfers
from escalation.calendar import LOCAL
from escalation.vocabulary import Agency

routes = Routes()

Form = dict[str, str]
_NOT_A_DATE = ApiError(422, "invalid", "Ngày không đúng.")


async def choices(request: web.Request) -> dict[str, Any]:
    """What the forms offer."""
    today = office_of(request).clock().astimezone(LOCAL).date()
    async with office_of(request).database.reading() as session:
        ticket = await lookup.find(session, request.match_info["code"])
        if ticket is None:
            raise NOT_FOUND
        people = await transfers.colleagues(session, ticket, who(request).staff)
        away = await absence.away(session, today)
    return {"colleagues": people, "away": away, "agencies": list(Agency), "today": today}


def _back(request: web.Request, part: str = "") -> web.HTTPSeeOther:
    return web.HTTPSeeOther(f"/tickets/{request.match_info['code'].upper()}{part}")


async def _again(request: web.Request, error: ApiError, task: str, form: Form) -> web.Response:
    """The form with what was typed and why it could not be taken."""
    if error is NOT_FOUND:
        raise error
    context = {
        "ticket": await tickets.read_case(request),
        "task": task,
        "typed": form,
        "problem": error.message,
        **await choices(request),
    }
    return page(request, "ticket_task.html", status=error.status, **context)


@routes.page("POST", "/tickets/next", LAWYERS)
async def take_next(request: web.Request) -> web.StreamResponse:
    try:
        code = await assigning.take_next(request)
    except ApiError as error:
        raise web.HTTPSeeOther(f"/?next={error.code}") from None
    raise web.HTTPSeeOther(f"/tickets/{code}")


@routes.page("POST", "/tickets/{code}/return", LAWYERS)
async def give_back(request: web.Request) -> web.StreamResponse:
    form = await form_of(request)
    try:
        await assigning.give_back(request, _short(form))
    except ApiError as error:
        return await _again(request, error, "return", form)
    raise web.HTTPSeeOther("/")


@routes.page("POST", "/tickets/{code}/transfer", LAWYERS)
async def offer(request: web.Request) -> web.StreamResponse:
    form = await form_of(request)
    try:
        to = whole_number(form.get("to"), 0, 0, 2**31 - 1)
        await assigning.offer(request, to, _short(form))
    except ApiError as error:
        return await _again(request, error, "transfer", form)
    raise _back(request)


@routes.page("POST", "/tickets/{code}/transfer/accept", LAWYERS)
async def accept(request: web.Request) -> web.StreamResponse:
    await assigning.accept(request)
    raise _back(request)


@routes.page("POST", "/tickets/{code}/transfer/refuse", LAWYERS)
async def refuse(request: web.Request) -> web.StreamResponse:
    form = await form_of(request)
    try:
        await assigning.refuse(request, _short(form))
    except ApiError as error:
        return await _again(request, error, "refuse", form)
    raise web.HTTPSeeOther("/")


@routes.page("POST", "/tickets/{code}/merge", LAWYERS)
async def merge(request: web.Request) -> web.StreamResponse:
    form = await form_of(request)
    try:
        into = await joining.merge(request, form.get("into", "")[:20])
    except ApiError as error:
        return await _again(request, error, "merge", form)
    raise web.HTTPSeeOther(f"/tickets/{into}")


@routes.page("POST", "/tickets/{code}/referrals", LAWYERS)
async def refer(request: web.Request) -> web.StreamResponse:
    form = await form_of(request)
    named = {"agency": form.get("agency"), "name": form.get("name", "")}
    try:
        given = {**named, "sent_on": _day(form, "sent_on"), "text": _short(form)}
        await referring.refer(request, referring.NewReferral.model_validate(given))
    except ValidationError:
        error = ApiError(422, "invalid", "Xin chọn cơ quan; tên và ghi chú đừng dài quá.")
        return await _again(request, error, "refer", form)
    except ApiError as error:
        return await _again(request, error, "refer", form)
    raise _back(request, "#referrals")


@routes.page("POST", "/tickets/{code}/referrals/{id}/answer", LAWYERS)
async def note_answer(request: web.Request) -> web.StreamResponse:
    form = await form_of(request)
    try:
        await referring.note_answer(request, _short(form), _day(form, "on"))
    except ApiError as error:
        return await _again(request, error, "answer", form)
    raise _back(request, "#referrals")


def _day(form: Form, name: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(form[name]) if form.get(name) else None
    except ValueError:
        raise _NOT_A_DATE from None


def _short(form: Form) -> str:
    text = form.get("text", "")
    if len(text) > tickets.LONGEST:
        raise ApiError(422, "invalid", f"Nội dung dài quá {tickets.LONGEST} chữ, xin cắt bớt.")
    return text


# -- a collective matter --------------------------------------------------------------------------


@routes.page("GET", "/tickets/{code}/matter", LAWYERS)
async def matter_page(request: web.Request) -> web.Response:
    return await _matter(request)


async def _matter(
    request: web.Request, problem: ApiError | None = None, typed: str = "", key: str = ""
) -> web.Response:
    found = await joining.read_matter(request)
    if found.master is None:
        raise _back(request)
    context = {"matter": found, "problem": problem.message if problem else None, "typed": typed}
    context |= {"code": request.match_info["code"].upper(), "key": key or joining.new_key()}
    return page(request, "matter.html", status=problem.status if problem else 200, **context)


@routes.page("POST", "/tickets/{code}/matter/join", LAWYERS)
async def join(request: web.Request) -> web.StreamResponse:
    form = await form_of(request)
    try:
        await joining.join(request, form.get("master", "")[:20])
    except ApiError as error:
        return await _again(request, error, "join", form)
    raise _back(request, "/matter")


@routes.page("POST", "/tickets/{code}/matter/leave", LAWYERS)
async def leave(request: web.Request) -> web.StreamResponse:
    await joining.leave(request)
    raise _back(request)


@routes.page("POST", "/tickets/{code}/matter/replies", LAWYERS)
async def answer_all(request: web.Request) -> web.StreamResponse:
    form = await form_of(request)
    key = form.get("key", "")
    try:
        await joining.answer_all(request, _short(form), key or joining.new_key())
    except ApiError as error:
        return await _matter(request, error, form.get("text", ""), key)
    raise _back(request, "/matter")
