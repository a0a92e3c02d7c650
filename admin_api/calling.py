"""Ringing workers back: one button joins lawyer and worker, or a line logs a call made by hand."""

import datetime as dt
from collections.abc import Sequence

from aiohttp import web
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from admin_api.office import Office, office_of, who
from admin_api.routing import (
    LAWYERS,
    NOT_FOUND,
    ApiError,
    Body,
    Routes,
    body_of,
    json_response,
)
from admin_api.tickets import changing, conflict
from bot.telephone.ringing_back import CannotRing
from escalation import callbacks, lookup, tickets
from escalation.callbacks import Outcome
from escalation.models import Callback, Staff, Ticket, TicketEvent
from escalation.vocabulary import EventKind

routes = Routes()

_BY_HAND = (Outcome.TALKED, Outcome.WORKER_MISSED)
_PAUSE = dt.timedelta(seconds=15)  # a second press of the button is no second call

NO_LINE = "Tổng đài điện thoại chưa được cài đặt. Anh/chị gọi bằng máy của mình rồi ghi kết quả."
NOT_AWAITED = "Người lao động không hẹn gọi lại ở phiếu này."
NOBODYS = "Anh/chị bấm Nhận phiếu trước, rồi mới gọi lại được."
ANOTHERS = "Người khác đang giữ phiếu này. Chỉ người giữ phiếu gọi lại và ghi kết quả."
OVER = "Việc gọi lại ở phiếu này đã xong."
JUST_RUNG = "Tổng đài vừa gọi máy của anh/chị. Xin chờ một chút rồi hãy bấm lại."
NO_SUCH_OUTCOME = "Kết quả cuộc gọi này không có."


class LoggedCall(Body):
    outcome: str


class Logged(BaseModel):
    outcome: str


async def ring(request: web.Request) -> Logged:
    """Ring the lawyer who asks, then the worker."""
    office, code, staff = office_of(request), request.match_info["code"], who(request).staff
    async with office.database.reading() as session:
        ticket = await lookup.find(session, code)
        if ticket is None:
            raise NOT_FOUND
        await _task_of(session, ticket, staff)
        if _just_rung(await tickets.history(session, ticket), office.clock()):
            raise conflict(JUST_RUNG)
    if office.caller is None:
        raise ApiError(409, "no_line", NO_LINE)
    try:
        await office.caller.ring(code, staff)
    except CannotRing as error:
        await _never_rang(office, code, staff)
        raise ApiError(409, "cannot_ring", error.reason) from None
    return Logged(outcome=Outcome.PLACED)


async def _never_rang(office: Office, code: str, staff: Staff) -> None:
    """A call that was begun and did not come about is no call under way."""
    async with changing(office, code) as (session, ticket):
        task = await callbacks.of(session, ticket)
        if task is not None and _just_rung(await tickets.history(session, ticket), office.clock()):
            missed = Outcome.LAWYER_MISSED
            await callbacks.finish(session, task, ticket, staff, missed, office.clock())


async def _task_of(session: AsyncSession, ticket: Ticket, staff: Staff) -> Callback:
    """What `staff` is to ring; a refusal if there is nothing, or it is not his."""
    task = await callbacks.of(session, ticket)
    if task is None:
        raise conflict(NOT_AWAITED)
    if ticket.assignee_id != staff.id:
        raise conflict(ANOTHERS if ticket.assignee_id else NOBODYS)
    if task.closed_at is not None or not ticket.is_open:
        raise conflict(OVER)
    return task


def _just_rung(events: Sequence[TicketEvent], now: dt.datetime) -> bool:
    calls = [one for one in events if one.kind is EventKind.CALLED]
    newest = calls[-1] if calls else None
    return (
        newest is not None
        and newest.data.get("outcome") == Outcome.PLACED
        and now - newest.at < _PAUSE
    )


async def log_call(request: web.Request, outcome: str) -> Logged:
    """How a call made by hand ended."""
    office, staff = office_of(request), who(request).staff
    async with changing(office, request.match_info["code"]) as (session, ticket):
        task = await _task_of(session, ticket, staff)
        if outcome not in _BY_HAND:
            raise ApiError(422, "invalid", NO_SUCH_OUTCOME)
        await callbacks.finish(session, task, ticket, staff, Outcome(outcome), office.clock())
    return Logged(outcome=outcome)


@routes.api("POST", "/api/tickets/{code}/ring", LAWYERS, answer=Logged)
async def post_ring(request: web.Request) -> web.Response:
    """Ring your own telephone, then the worker's; 409 unless the ticket is yours."""
    return json_response(await ring(request))


@routes.api("POST", "/api/tickets/{code}/calls", LAWYERS, body=LoggedCall, answer=Logged)
async def post_call(request: web.Request) -> web.Response:
    """Log a call made by hand: talked or worker_missed; 409 unless the ticket is yours."""
    body = await body_of(request, LoggedCall)
    return json_response(await log_call(request, body.outcome))
