"""Tickets over JSON: read the inbox and a case, take it, answer it, close it."""

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, StringConstraints
from sqlalchemy.ext.asyncio import AsyncSession

from admin_api import cases, searching
from admin_api.cases import TicketDetail, TicketList
from admin_api.clock_view import ClockView
from admin_api.office import Office, office_of, who
from admin_api.routing import (
    LAWYERS,
    NOT_FOUND,
    ApiError,
    Body,
    Routes,
    body_of,
    json_response,
    whole_number,
)
from escalation import checking, lookup, mentions, tickets, undo
from escalation.calendar import LOCAL
from escalation.models import Staff, Ticket, TicketEvent
from escalation.vocabulary import EventKind
from knowledge_base.text import clean

routes = Routes()

LONGEST = 8000  # characters of a reply or a note
Words = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST)]


class NewReply(Body):
    text: Words


class NewNote(Body):
    text: Words


class Written(BaseModel):
    id: int
    at: dt.datetime
    awaiting_check: bool = False  # a second lawyer reads it first


def conflict(message: str) -> ApiError:
    return ApiError(409, "conflict", message)


TAKEN_ALREADY = "Phiếu đã có người nhận hoặc đã đóng."
CLOSED = "Phiếu đã đóng. Muốn viết tiếp thì mở lại phiếu trước."
NOT_TO_REOPEN = "Phiếu này không mở lại được: đang mở, đã gộp hoặc đã xóa."
NOT_ANSWERED = "Chưa trả lời người lao động nên chưa đóng được phiếu."
LEFT_ALREADY = "Câu trả lời đã gửi đi, không rút lại được nữa."
NOT_NOW = "Trạng thái phiếu đã khác, xin tải lại trang."
ANSWERED_MEANWHILE = (
    "Đồng nghiệp vừa trả lời lúc {at}. Xin đọc câu đó; vẫn muốn gửi thì bấm gửi lần nữa."
)
NOT_CHECKED_YET = "Còn một câu trả lời chờ kiểm tra. Xin kiểm tra hoặc rút lại trước đã."
_REFUSALS: dict[type[tickets.Conflict], str] = {
    checking.Waits: NOT_CHECKED_YET,
    checking.Own: "Câu trả lời của mình thì phải đồng nghiệp khác kiểm tra.",
    checking.AuthorGone: (
        "Người viết không còn phụ trách phiếu này được. Xin gửi lại kèm lý do, rồi viết câu mới."
    ),
}


@asynccontextmanager
async def changing(
    office: Office, code: str, refusal: str = NOT_NOW
) -> AsyncIterator[tuple[AsyncSession, Ticket]]:
    """One transaction on one ticket; the worker is told as soon as it is committed."""
    try:
        async with office.database.writing() as session:
            ticket = await lookup.find_to_change(session, code)
            if ticket is None:
                raise NOT_FOUND
            yield session, ticket
    except tickets.Conflict as error:
        raise refused(error, refusal) from None
    office.changed()


def refused(error: tickets.Conflict, refusal: str = NOT_NOW) -> ApiError:
    """The refusal that says why; `refusal` where the error has no words of its own."""
    return conflict(_REFUSALS.get(type(error), refusal))


def own_words(text: str) -> str:
    words = clean(text)
    if not words:
        raise ApiError(422, "invalid", "Nội dung còn trống.")
    return words


_LISTED = ("q", "state", "mine", "channel", "topic", "kind", "priority", "limit", "offset")


@routes.api("GET", "/api/tickets", LAWYERS, answer=TicketList, query=_LISTED)
async def list_tickets(request: web.Request) -> web.Response:
    """Tickets by state (open, new, active, on_hold, resolved, all), due first.

    `q`: words that were said, a code or an alias.
    """
    wish = searching.wish_of(request.query)
    sought = await searching.sought(request, wish)
    states = cases.STATE_FILTERS.get(request.query.get("state", "open"))
    if states is None:
        raise ApiError(422, "invalid", "Trạng thái này không có.")
    async with office_of(request).database.reading() as session:
        found = await cases.inbox(
            session,
            states,
            reader_id=who(request).staff.id,
            assignee_id=who(request).staff.id if request.query.get("mine") == "1" else None,
            where=wish.condition(sought),
            limit=whole_number(request.query.get("limit"), 100, 1, 500),
            offset=whole_number(request.query.get("offset"), 0, 0, 10_000_000),
        )
    return json_response(found)


async def read_case(request: web.Request) -> TicketDetail:
    """The ticket named in the path; raises NOT_FOUND."""
    office = office_of(request)
    reader = who(request).staff.id
    async with office.database.reading() as session:
        found = await cases.detail(
            session, request.match_info["code"], office.library(), reader, office.clock()
        )
    if found is None:
        raise NOT_FOUND
    return found


@routes.api("GET", "/api/tickets/{code}", LAWYERS, answer=TicketDetail)
async def get_ticket(request: web.Request) -> web.Response:
    """One ticket with its conversation, history, the bot's reasoning and suggestions."""
    return json_response(await read_case(request))


@routes.api("GET", "/api/tickets/{code}/clock", LAWYERS, answer=ClockView)
async def get_clock(request: web.Request) -> web.Response:
    """The ticket's clock, explained: what is due, what counted and what stood still, and why."""
    return json_response((await read_case(request)).clock)


@dataclass(frozen=True)
class Wish:
    """How an answer is to leave, beside its words. `seen`: the newest answer its writer knew."""

    key: str | None = None
    undo_for: dt.timedelta = dt.timedelta(0)
    then: str = ""
    seen: int | None = None


async def reply(request: web.Request, text: str, wish: Wish) -> Written:
    office, staff = office_of(request), who(request).staff
    now, words, key = office.clock(), own_words(text), clean(wish.key or "")[:80] or None
    async with changing(office, request.match_info["code"], CLOSED) as (session, ticket):
        if wish.seen is not None and await checking.of_key(session, ticket, key) is None:
            await _still_unanswered(session, ticket, staff, wish.seen)
        event = await checking.answer(
            session,
            ticket,
            staff,
            words,
            now,
            key,
            not_before=now + wish.undo_for if wish.undo_for else None,
            then=wish.then,
        )
        await session.flush()
        awaiting = event.kind is EventKind.SUBMITTED
        return Written(id=event.id, at=event.at, awaiting_check=awaiting)


async def _still_unanswered(session: AsyncSession, ticket: Ticket, staff: Staff, seen: int) -> None:
    """Two who answered without knowing of each other would tell the worker two things."""
    events = await tickets.history(session, ticket)
    other = next((one for one in reversed(events) if one.id > seen and _answers(one, staff)), None)
    if other is not None:
        at = f"{other.at.astimezone(LOCAL):%H:%M}"
        raise ApiError(409, "answered", ANSWERED_MEANWHILE.format(at=at))


def _answers(event: TicketEvent, staff: Staff) -> bool:
    kinds = (EventKind.REPLIED, EventKind.SUBMITTED)
    return event.kind in kinds and event.actor_id != staff.id


_FOR_CHECK = {202: "The topic is sensitive: a second lawyer reads the answer before it leaves"}


@routes.api(
    "POST",
    "/api/tickets/{code}/replies",
    LAWYERS,
    body=NewReply,
    answer=Written,
    status=201,
    also=_FOR_CHECK,
)
async def post_reply(request: web.Request) -> web.Response:
    """Answer the worker, on the channel he wrote from. Honours Idempotency-Key."""
    body = await body_of(request, NewReply)
    wish = Wish(key=request.headers.get("Idempotency-Key"))
    written = await reply(request, body.text, wish)
    return json_response(written, status=202 if written.awaiting_check else 201)


async def withdraw(request: web.Request, event_id: int) -> str:
    """Take back an answer that has not left yet; its words."""
    office = office_of(request)
    async with changing(office, request.match_info["code"], LEFT_ALREADY) as (session, ticket):
        return await undo.take_back(session, ticket, who(request).staff, event_id, office.clock())


async def note(request: web.Request, text: str) -> Written:
    office = office_of(request)
    async with changing(office, request.match_info["code"]) as (session, ticket):
        words = own_words(text)
        event = await mentions.note(session, ticket, who(request).staff, words, office.clock())
        await session.flush()
        return Written(id=event.id, at=event.at)


@routes.api("POST", "/api/tickets/{code}/notes", LAWYERS, body=NewNote, answer=Written, status=201)
async def post_note(request: web.Request) -> web.Response:
    """Leave a remark for colleagues, never seen by the worker; "@Tên" names one of them."""
    body = await body_of(request, NewNote)
    return json_response(await note(request, body.text), status=201)


async def claim(request: web.Request) -> None:
    office = office_of(request)
    async with changing(office, request.match_info["code"], TAKEN_ALREADY) as (session, ticket):
        await tickets.take(session, ticket, who(request).staff, office.clock())


@routes.api("POST", "/api/tickets/{code}/claim", LAWYERS, answer=TicketDetail)
async def post_claim(request: web.Request) -> web.Response:
    """Take the ticket; 409 if somebody else has it."""
    await claim(request)
    return json_response(await read_case(request))


async def hold(request: web.Request) -> None:
    office = office_of(request)
    async with changing(office, request.match_info["code"]) as (session, ticket):
        tickets.hold(session, ticket, who(request).staff, office.clock())


@routes.api("POST", "/api/tickets/{code}/hold", LAWYERS, answer=TicketDetail)
async def post_hold(request: web.Request) -> web.Response:
    """Wait for the worker: the ticket's end is put off, an answer that is owed is not."""
    await hold(request)
    return json_response(await read_case(request))


async def resume(request: web.Request) -> None:
    office = office_of(request)
    async with changing(office, request.match_info["code"]) as (session, ticket):
        tickets.resume(session, ticket, who(request).staff, office.clock())


@routes.api("POST", "/api/tickets/{code}/resume", LAWYERS, answer=TicketDetail)
async def post_resume(request: web.Request) -> web.Response:
    """Go on without waiting for the worker."""
    await resume(request)
    return json_response(await read_case(request))


async def reopen(request: web.Request) -> None:
    office = office_of(request)
    async with changing(office, request.match_info["code"], NOT_TO_REOPEN) as (session, ticket):
        await tickets.reopen(session, ticket, who(request).staff, office.clock())


@routes.api("POST", "/api/tickets/{code}/reopen", LAWYERS, answer=TicketDetail)
async def post_reopen(request: web.Request) -> web.Response:
    """Go on with a closed ticket, to add to an answer or to correct it; 409 if it cannot be."""
    await reopen(request)
    return json_response(await read_case(request))


async def resolve(request: web.Request) -> None:
    office = office_of(request)
    async with changing(office, request.match_info["code"], NOT_ANSWERED) as (session, ticket):
        if not ticket.is_open:
            raise conflict(CLOSED)
        if ticket.submitted_at is not None:
            raise checking.Waits
        tickets.resolve(session, ticket, who(request).staff, office.clock())


@routes.api("POST", "/api/tickets/{code}/resolve", LAWYERS, answer=TicketDetail)
async def post_resolve(request: web.Request) -> web.Response:
    """Close the ticket; the worker is asked to rate the answer."""
    await resolve(request)
    return json_response(await read_case(request))
