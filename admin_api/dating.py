"""The day on which it happened, as a lawyer types it: the law's terms run from there."""

import datetime as dt

from aiohttp import web

from admin_api import tickets as desk
from admin_api.cases import TicketDetail
from admin_api.office import form_of, office_of, who
from admin_api.routing import LAWYERS, NOT_FOUND, ApiError, Body, Routes, body_of, json_response
from bot.limits import last_days
from escalation import lookup, tickets
from escalation.calendar import LOCAL

routes = Routes()

_OLDEST = dt.date(1990, 1, 1)
NO_DAY = ApiError(422, "invalid", "Ngày xảy ra chuyện phải là một ngày đã qua.")


async def _there(request: web.Request) -> None:
    """A ticket that is absent is so whatever was asked of it."""
    async with office_of(request).database.reading() as session:
        if await lookup.find(session, request.match_info["code"]) is None:
            raise NOT_FOUND


class EventDay(Body):
    day: dt.date | None


async def date_event(request: web.Request, day: dt.date | None) -> None:
    office = office_of(request)
    now = office.clock()
    if day is not None and not _OLDEST <= day <= now.astimezone(LOCAL).date():
        raise NO_DAY
    async with desk.changing(office, request.match_info["code"]) as (session, ticket):
        tickets.date_event(session, ticket, day, last_days(day), now, actor=who(request).staff)


@routes.api("POST", "/api/tickets/{code}/event-day", LAWYERS, body=EventDay, answer=TicketDetail)
async def post_event_day(request: web.Request) -> web.Response:
    """Keep the day on which it happened, or none; the law's last days follow from it."""
    await _there(request)
    body = await body_of(request, EventDay)
    await date_event(request, body.day)
    return json_response(await desk.read_case(request))


@routes.page("POST", "/tickets/{code}/event-day", LAWYERS)
async def event_day(request: web.Request) -> web.StreamResponse:
    await _there(request)
    given = (await form_of(request)).get("day", "")
    try:
        day = dt.date.fromisoformat(given) if given else None
    except ValueError:
        raise NO_DAY from None
    await date_event(request, day)
    raise web.HTTPSeeOther(f"/tickets/{request.match_info['code'].upper()}#clock")
