"""Cases that are sent on to another body, and what it answers."""

import datetime as dt
from typing import Annotated

from aiohttp import web
from pydantic import StringConstraints

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
from escalation import referrals
from escalation.calendar import LOCAL
from escalation.models import Referral
from escalation.vocabulary import Agency
from knowledge_base.text import clean

routes = Routes()

NAME_IT = "Xin ghi tên cơ quan."
LATER = "Ngày này chưa tới."
NO_REFERRAL = "Lần chuyển này không còn chờ trả lời, hoặc ngày trả lời trước ngày chuyển."

Name = Annotated[str, StringConstraints(max_length=120)]


class NewReferral(Body):
    """`name`: of the body in full; needed for `other`. `text`: a remark for colleagues."""

    agency: Agency
    name: Name = ""
    sent_on: dt.date | None = None
    text: Annotated[str, StringConstraints(max_length=2000)] = ""


class ReferralAnswer(Body):
    text: Words
    on: dt.date | None = None


AGENCY_NAMES = {
    Agency.HOME_AFFAIRS: "Sở Nội vụ TP Hải Phòng",
    Agency.SOCIAL_INSURANCE: "cơ quan Bảo hiểm xã hội",
    Agency.INSPECTORATE: "cơ quan thanh tra",
    Agency.POLICE: "cơ quan công an",
    Agency.COURT: "Tòa án nhân dân",
    Agency.UNION: "công đoàn cơ sở",
}


async def refer(request: web.Request, asked: NewReferral) -> None:
    office, code = office_of(request), request.match_info["code"]
    name = clean(asked.name) or AGENCY_NAMES.get(asked.agency, "")
    if not name:
        raise ApiError(422, "invalid", NAME_IT)
    referral = Referral(
        agency=asked.agency,
        name=name,
        sent_on=_past(request, asked.sent_on),
        note=clean(asked.text) or None,
    )
    async with changing(office, code) as (session, ticket):
        await referrals.refer(session, ticket, who(request).staff, referral, office.clock())


def _past(request: web.Request, day: dt.date | None) -> dt.date:
    today = office_of(request).clock().astimezone(LOCAL).date()
    if day is not None and day > today:
        raise ApiError(422, "invalid", LATER)
    return day or today


async def note_answer(request: web.Request, text: str, on: dt.date | None) -> None:
    office, code, given = office_of(request), request.match_info["code"], request.match_info["id"]
    number = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0
    day, words, staff = _past(request, on), own_words(text), who(request).staff
    async with changing(office, code, NO_REFERRAL) as (session, ticket):
        await referrals.answered(session, ticket, number, day, words, staff, office.clock())


@routes.api("POST", "/api/tickets/{code}/referrals", LAWYERS, body=NewReferral, answer=TicketDetail)
async def post_referral(request: web.Request) -> web.Response:
    """Write down that the case was sent on to another body; the worker is told."""
    await refer(request, await body_of(request, NewReferral))
    return json_response(await read_case(request))


@routes.api(
    "POST",
    "/api/tickets/{code}/referrals/{id}/answer",
    LAWYERS,
    body=ReferralAnswer,
    answer=TicketDetail,
)
async def post_referral_answer(request: web.Request) -> web.Response:
    """Write down what the other body answered."""
    body = await body_of(request, ReferralAnswer)
    await note_answer(request, body.text, body.on)
    return json_response(await read_case(request))
