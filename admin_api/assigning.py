"""Who takes it: the next ticket, giving one back, offering one to a colleague."""

from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, Field, StringConstraints

from admin_api import assigned, cases
from admin_api.assigned import Waiting
from admin_api.cases import TicketDetail
from admin_api.office import office_of, who
from admin_api.routing import (
    LAWYERS,
    ApiError,
    Body,
    Routes,
    body_of,
    json_response,
)
from admin_api.tickets import Words, changing, own_words, read_case
from escalation import assignment, transfers
from knowledge_base.text import clean

routes = Routes()

NOBODY_WAITS = "Không còn phiếu nào chờ nhận. Có phiếu mới sẽ hiện ở hộp phiếu."
FULL = "Anh/chị đang giữ {limit} phiếu, đủ mức của mình. Đóng hoặc trả lại bớt rồi nhận tiếp."
AWAY = "Anh/chị đang ghi là nghỉ hôm nay. Bỏ ngày nghỉ ở trang Lịch trực rồi nhận tiếp."
NOT_YOURS = "Chỉ người đang giữ phiếu mới làm được việc này."
NOT_FOR_HIM = "Đồng nghiệp này không nhận được phiếu, xin chọn người khác."
NOT_OFFERED = "Phiếu này không còn chờ anh/chị nhận."

StaffId = Annotated[int, Field(ge=1, le=2**31 - 1)]


class Reason(Body):
    text: Words


class Transfer(Body):
    to: StaffId
    text: Annotated[str, StringConstraints(max_length=2000)] = ""


class WaitingList(BaseModel):
    transfers: list[Waiting]


# -- the next one ---------------------------------------------------------------------------------


async def take_next(request: web.Request) -> str:
    """The code of the ticket that is his now."""
    office, staff = office_of(request), who(request).staff
    try:
        async with office.database.writing() as session:
            ticket = await assignment.next_for(session, staff, office.clock())
    except assignment.Full:
        raise ApiError(409, "full", FULL.format(limit=staff.load_limit)) from None
    except assignment.Away:
        raise ApiError(409, "away", AWAY) from None
    if ticket is None:
        raise ApiError(409, "nobody_waits", NOBODY_WAITS)
    office.changed()
    return ticket.code


@routes.api("POST", "/api/tickets/next", LAWYERS, answer=TicketDetail)
async def post_next(request: web.Request) -> web.Response:
    """Take the ticket whose turn it is; 409: nobody waits, your load is full or you are away."""
    office, code = office_of(request), await take_next(request)
    async with office.database.reading() as session:
        reader = who(request).staff.id
        found = await cases.detail(session, code, office.library(), reader, office.clock())
    assert found is not None
    return json_response(found)


# -- back, and on to another ----------------------------------------------------------------------


async def give_back(request: web.Request, text: str) -> None:
    office, code = office_of(request), request.match_info["code"]
    async with changing(office, code, NOT_YOURS) as (session, ticket):
        staff = who(request).staff
        await assignment.give_back(session, ticket, staff, own_words(text), office.clock())


@routes.api("POST", "/api/tickets/{code}/return", LAWYERS, body=Reason, answer=TicketDetail)
async def post_return(request: web.Request) -> web.Response:
    """Give your ticket back; colleagues read why."""
    body = await body_of(request, Reason)
    await give_back(request, body.text)
    return json_response(await read_case(request))


async def offer(request: web.Request, to: int, text: str) -> None:
    office, code, staff = office_of(request), request.match_info["code"], who(request).staff
    try:
        async with changing(office, code, NOT_YOURS) as (session, ticket):
            await transfers.offer(session, ticket, staff, to, clean(text), office.clock())
    except transfers.Unfit:
        raise ApiError(422, "invalid", NOT_FOR_HIM) from None


@routes.api("POST", "/api/tickets/{code}/transfer", LAWYERS, body=Transfer, answer=TicketDetail)
async def post_transfer(request: web.Request) -> web.Response:
    """Offer your ticket to a colleague; yours until he accepts, and again after four hours."""
    body = await body_of(request, Transfer)
    await offer(request, body.to, body.text)
    return json_response(await read_case(request))


async def accept(request: web.Request) -> None:
    office, code = office_of(request), request.match_info["code"]
    async with changing(office, code, NOT_OFFERED) as (session, ticket):
        await transfers.accept(session, ticket, who(request).staff, office.clock())


@routes.api("POST", "/api/tickets/{code}/transfer/accept", LAWYERS, answer=TicketDetail)
async def post_accept(request: web.Request) -> web.Response:
    """Take over the ticket that was offered to you."""
    await accept(request)
    return json_response(await read_case(request))


async def refuse(request: web.Request, text: str) -> None:
    office, code, staff = office_of(request), request.match_info["code"], who(request).staff
    async with changing(office, code, NOT_OFFERED) as (session, ticket):
        await transfers.refuse(session, ticket, staff, own_words(text), office.clock())


@routes.api(
    "POST", "/api/tickets/{code}/transfer/refuse", LAWYERS, body=Reason, answer=TicketDetail
)
async def post_refuse(request: web.Request) -> web.Response:
    """Leave the ticket with its giver, and say why."""
    body = await body_of(request, Reason)
    await refuse(request, body.text)
    return json_response(await read_case(request))


@routes.api("GET", "/api/transfers", LAWYERS, answer=WaitingList)
async def get_transfers(request: web.Request) -> web.Response:
    """The tickets that were offered to you, the first to lapse first."""
    office = office_of(request)
    async with office.database.reading() as session:
        found = await assigned.waiting(session, who(request).staff.id, office.clock())
    return json_response(WaitingList(transfers=found))
