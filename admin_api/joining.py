"""Tickets that belong together: one worker's are merged, one employer's answered together."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, StringConstraints
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from admin_api import assigned
from admin_api.assigned import Matter
from admin_api.assigning import Reason
from admin_api.cases import TicketDetail
from admin_api.office import office_of, who
from admin_api.routing import (
    LAWYERS,
    NOT_FOUND,
    ApiError,
    Body,
    Routes,
    body_of,
    json_response,
)
from admin_api.tickets import NOT_NOW, changing, conflict, own_words, read_case, refused
from bot.models import Handoff
from escalation import collective, lookup, merging, tickets
from escalation.models import Ticket
from knowledge_base.text import clean

routes = Routes()

OTHER_WORKER = "Hai phiếu này của hai người lao động khác nhau nên không gộp được."
ANOTHERS = "Đồng nghiệp đang giữ một trong hai phiếu. Xin nhờ chuyển phiếu cho anh/chị rồi gộp."
NOT_BOTH_OPEN = "Chỉ gộp được hai phiếu khác nhau đang mở."
NO_SUCH_CODE = "Không có phiếu mở nào mang mã này."
OTHER_EMPLOYER = "Phiếu chính chưa có tên công ty, hoặc hai phiếu thuộc hai công ty khác nhau."
NOT_TO_JOIN = "Chỉ ghép được phiếu đang mở, chưa thuộc vụ nào, vào một phiếu chính đang mở."
NOT_TO_LEAVE = "Phiếu không thuộc vụ tập thể, hoặc là phiếu chính mà các phiếu khác còn dựa vào."

Code = Annotated[str, StringConstraints(min_length=1, max_length=20)]


class Merge(Body):
    into: Code


class Join(Body):
    master: Code


class Answered(BaseModel):
    codes: list[str]


# -- two tickets at once --------------------------------------------------------------------------


@asynccontextmanager
async def _both(
    request: web.Request, other: str, refusal: str
) -> AsyncIterator[tuple[AsyncSession, Ticket, Ticket]]:
    """The ticket of the path and another one, both locked, the lower number first."""
    office, staff = office_of(request), who(request).staff
    try:
        async with office.database.writing() as session:
            codes = (request.match_info["code"], clean(other))
            found = [await lookup.find(session, code) for code in codes]
            if found[1] is None or not await lookup.may_see(session, codes[1], staff.id):
                raise ApiError(422, "invalid", NO_SUCH_CODE)
            ids = sorted({one.id for one in found if one is not None})
            await session.scalars(
                select(Ticket)
                .where(Ticket.id.in_(ids))
                .order_by(Ticket.id)
                .with_for_update()
                .execution_options(populate_existing=True)
            )
            if found[0] is None:
                raise NOT_FOUND
            yield session, found[0], found[1]
    except tickets.Conflict:
        raise conflict(refusal) from None
    office.changed()


async def merge(request: web.Request, into: str) -> str:
    """Returns the code that goes on."""
    office, staff = office_of(request), who(request).staff
    try:
        async with _both(request, into, NOT_BOTH_OPEN) as (session, ticket, target):
            if not await _of_one_worker(session, ticket, target):
                raise conflict(OTHER_WORKER)
            await merging.merge(session, ticket, target, staff, office.clock())
            return target.code
    except merging.Anothers:
        raise conflict(ANOTHERS) from None


async def _of_one_worker(session: AsyncSession, one: Ticket, other: Ticket) -> bool:
    rows = await session.scalars(
        select(Handoff.conversation_id).where(Handoff.ticket_id.in_((one.id, other.id)))
    )
    first, *others = rows.all() or [None]
    return first is not None and others == [first]


@routes.api("POST", "/api/tickets/{code}/merge", LAWYERS, body=Merge, answer=TicketDetail)
async def post_merge(request: web.Request) -> web.Response:
    """Put the ticket into another one of the same worker; this one is closed."""
    body = await body_of(request, Merge)
    await merge(request, body.into)
    return json_response(await read_case(request))


# -- a collective matter --------------------------------------------------------------------------


async def join(request: web.Request, master: str) -> None:
    office, staff = office_of(request), who(request).staff
    try:
        async with _both(request, master, NOT_TO_JOIN) as (session, ticket, target):
            await collective.join(session, ticket, target, staff, office.clock())
    except collective.OtherEmployer:
        raise conflict(OTHER_EMPLOYER) from None


async def leave(request: web.Request) -> None:
    office, code = office_of(request), request.match_info["code"]
    async with changing(office, code, NOT_TO_LEAVE) as (session, ticket):
        await collective.leave(session, ticket, who(request).staff, office.clock())


async def answer_all(request: web.Request, text: str, key: str) -> list[str]:
    office, staff = office_of(request), who(request).staff
    words, key = own_words(text), clean(key)[:200]
    try:
        async with office.database.writing() as session:
            ticket = await lookup.find(session, request.match_info["code"])
            if ticket is None:
                raise NOT_FOUND
            if ticket.master_id is None:
                raise conflict(NOT_NOW)
            now = office.clock()
            codes = await collective.answer(session, ticket.master_id, staff, words, now, key)
    except tickets.Conflict as error:
        raise refused(error) from None
    office.changed()
    return codes


def new_key() -> str:
    return secrets.token_urlsafe(12)


async def read_matter(request: web.Request) -> Matter:
    async with office_of(request).database.reading() as session:
        ticket = await lookup.find(session, request.match_info["code"])
        if ticket is None:
            raise NOT_FOUND
        return await assigned.matter(session, ticket, who(request).staff.id)


@routes.api("GET", "/api/tickets/{code}/matter", LAWYERS, answer=Matter)
async def get_matter(request: web.Request) -> web.Response:
    """The tickets of one employer that are answered together."""
    return json_response(await read_matter(request))


@routes.api("POST", "/api/tickets/{code}/matter/join", LAWYERS, body=Join, answer=Matter)
async def post_join(request: web.Request) -> web.Response:
    """Put the ticket under a master ticket of the same employer."""
    body = await body_of(request, Join)
    await join(request, body.master)
    return json_response(await read_matter(request))


@routes.api("POST", "/api/tickets/{code}/matter/leave", LAWYERS, answer=Matter)
async def post_leave(request: web.Request) -> web.Response:
    """Let the ticket go on alone."""
    await leave(request)
    return json_response(await read_matter(request))


@routes.api("POST", "/api/tickets/{code}/matter/replies", LAWYERS, body=Reason, answer=Answered)
async def post_answer_all(request: web.Request) -> web.Response:
    """Answer every open ticket of the matter, each worker by himself. Honours Idempotency-Key."""
    body = await body_of(request, Reason)
    key = request.headers.get("Idempotency-Key") or new_key()
    return json_response(Answered(codes=await answer_all(request, body.text, key)))
