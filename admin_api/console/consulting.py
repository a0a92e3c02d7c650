"""Entering consultations given away from the hotline: a short form, or a spreadsheet."""

import asyncio
import secrets
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField

from admin_api import consultation_form, consultation_sheet, consultations
from admin_api.console.hours import number
from admin_api.console.page import page
from admin_api.consultation_form import KINDS, WAYS, Refused
from admin_api.consultation_sheet import SheetRefused
from admin_api.consultations import today
from admin_api.office import form_of, office_of, who
from admin_api.routing import LAWYERS, NOT_FOUND, Routes, whole_number
from escalation import consultations as register
from escalation.vocabulary import Kind, Way

routes = Routes()

_SHOWN = 20
_LARGEST = 2**31 - 1
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_EMPTY = {
    **dict.fromkeys(("day", "minutes", "topic", "question", "answer"), ""),
    "way": Way.IN_PERSON,
    "kind": Kind.QUESTION,
}
_FILE_NAME = "tu-van-truc-tiep.xlsx"


@routes.page("GET", "/consultations", LAWYERS)
async def consultations_page(request: web.Request) -> web.Response:
    return await _page(request, said=_said(request))


def _said(request: web.Request) -> str:
    """What happened on the way here."""
    if request.query.get("said") == "entered":
        return "Đã ghi một lượt tư vấn."
    if "new" not in request.query:
        return ""
    new = whole_number(request.query.get("new"), 0, 0, consultation_sheet.MOST_LINES)
    known = whole_number(request.query.get("known"), 0, 0, consultation_sheet.MOST_LINES)
    again = f" {known} dòng đã có từ trước, không ghi lại." if known else ""
    return f"Đã ghi {new} lượt tư vấn từ bảng.{again}"


async def _page(request: web.Request, *, status: int = 200, **more: Any) -> web.Response:
    office = office_of(request)
    context = {
        "found": await consultations.own(request, _SHOWN),
        "topics": office.library().topics,
        "ways": WAYS,
        "kinds": KINDS,
        "typed": {**_EMPTY, "day": f"{today(office):%d/%m/%Y}"},
        "key": secrets.token_urlsafe(12),
        "problem": None,
        "wrong": None,
        "complaints": [],
        "said": "",
        **more,
    }
    return page(request, "consultations.html", status=status, **context)


@routes.page("POST", "/consultations", LAWYERS)
async def enter(request: web.Request) -> web.StreamResponse:
    form, office = await form_of(request), office_of(request)
    try:
        given = consultation_form.read(form, office.library().topics, today(office))
    except Refused as refused:
        return await _page(
            request,
            status=422,
            problem=refused.sentence,
            wrong=refused.field,
            typed={**_EMPTY, **form},
            key=form.get("key", "")[:80],
        )
    await consultations.enter(request, given, form.get("key", ""))
    raise web.HTTPSeeOther("/consultations?said=entered")


@routes.page("GET", "/consultations/template", LAWYERS)
async def template(request: web.Request) -> web.Response:
    """An empty spreadsheet with the right headings."""
    content = consultation_sheet.template(office_of(request).library().topics)
    headers = {"Content-Disposition": f'attachment; filename="{_FILE_NAME}"'}
    return web.Response(body=content, content_type=_SHEET, headers=headers)


@routes.page("POST", "/consultations/import", LAWYERS)
async def take_sheet(request: web.Request) -> web.StreamResponse:
    """All lines of a spreadsheet or none; lines that came before are not counted again."""
    await form_of(request)
    office = office_of(request)
    file = (await request.post()).get("file")
    content = file.file.read() if isinstance(file, FileField) else b""
    try:
        if not content:
            raise SheetRefused(["Chọn tệp .xlsx trước."])
        topics, day = office.library().topics, today(office)
        rows = await asyncio.to_thread(consultation_sheet.read, content, topics, day)
    except SheetRefused as refused:
        return await _page(request, status=422, complaints=refused.complaints)
    async with office.database.writing() as session:
        new = await register.enter_all(session, rows, who(request).staff, office.clock())
    raise web.HTTPSeeOther(f"/consultations?new={new}&known={len(rows) - new}")


@routes.page("POST", "/consultations/{id}/remove", LAWYERS)
async def remove(request: web.Request) -> web.StreamResponse:
    """Take back a slip of one's own."""
    found = number(request.match_info["id"], 1, _LARGEST)
    if found is None:
        raise NOT_FOUND
    async with office_of(request).database.writing() as session:
        await register.remove(session, found, who(request).staff.id)
    raise web.HTTPSeeOther("/consultations#own")
