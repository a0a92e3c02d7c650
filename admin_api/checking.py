"""The second lawyer's check: an answer on a sensitive topic is passed on, or sent back."""

import datetime as dt
from typing import Annotated, Literal

from aiohttp import web
from pydantic import StringConstraints

from admin_api.cases import TicketDetail
from admin_api.office import office_of, who
from admin_api.routing import LAWYERS, ApiError, Body, Routes, body_of, json_response
from admin_api.tickets import LONGEST, changing, own_words, read_case
from escalation import checking
from knowledge_base.text import clean

routes = Routes()

NOTHING_WAITS = "Không còn câu trả lời nào chờ kiểm tra ở phiếu này."
NO_REASON = ApiError(422, "invalid", "Xin ghi vì sao gửi lại, để người viết biết sửa gì.")

Decision = Literal["pass", "back", "withdraw"]


class Judgement(Body):
    """`withdraw` is for the author; `reason` goes with `back`."""

    decision: Decision
    reason: Annotated[str, StringConstraints(max_length=LONGEST)] = ""


async def pass_on(
    request: web.Request, key: str | None, undo_for: dt.timedelta = dt.timedelta(0)
) -> None:
    office, code, checker = office_of(request), request.match_info["code"], who(request).staff
    now = office.clock()
    not_before = now + undo_for if undo_for else None
    async with changing(office, code, NOTHING_WAITS) as (session, ticket):
        await checking.pass_on(
            session, ticket, checker, now, not_before=not_before, idempotency_key=_kept(key)
        )


async def send_back(request: web.Request, reason: str, key: str | None) -> None:
    office, code, checker = office_of(request), request.match_info["code"], who(request).staff
    if not clean(reason):
        raise NO_REASON
    async with changing(office, code, NOTHING_WAITS) as (session, ticket):
        await checking.send_back(
            session, ticket, checker, own_words(reason), office.clock(), idempotency_key=_kept(key)
        )


async def take_back(request: web.Request) -> str:
    """The author's words."""
    office, code, author = office_of(request), request.match_info["code"], who(request).staff
    async with changing(office, code, NOTHING_WAITS) as (session, ticket):
        return await checking.take_back(session, ticket, author, office.clock())


def _kept(key: str | None) -> str | None:
    """Apart from the keys of answers: the same word may name both."""
    words = clean(key or "")[:70]
    return f"check:{words}" if words else None


@routes.api("POST", "/api/tickets/{code}/check", LAWYERS, body=Judgement, answer=TicketDetail)
async def post_check(request: web.Request) -> web.Response:
    """Pass a colleague's answer on, send it back, or withdraw yours. Honours Idempotency-Key."""
    body, key = await body_of(request, Judgement), request.headers.get("Idempotency-Key")
    if body.decision == "pass":
        await pass_on(request, key)
    elif body.decision == "back":
        await send_back(request, body.reason, key)
    else:
        await take_back(request)
    return json_response(await read_case(request))
