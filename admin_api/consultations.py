"""Consultations given away from the hotline, over JSON: enter one, read one's own."""

import datetime as dt
import secrets
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, StringConstraints

from admin_api import consultation_form
from admin_api.consultation_form import Refused
from admin_api.office import Office, office_of, who
from admin_api.routing import LAWYERS, ApiError, Body, Routes, body_of, json_response
from escalation import consultations
from escalation.calendar import LOCAL
from escalation.consultations import Given
from escalation.models import Consultation
from escalation.vocabulary import Kind, Way
from knowledge_base.text import clean

routes = Routes()

_SHOWN = 50
Text = Annotated[str, StringConstraints(max_length=8000)]


class NewConsultation(Body):
    """`way`: in_person, letter, phone. `kind`: question, report, proposal."""

    day: Text
    way: Text
    question: Text
    answer: Text
    minutes: int
    kind: Text = ""
    topic: Text = ""


class ConsultationRow(BaseModel):
    id: int
    day: dt.date
    way: Way
    kind: Kind
    topic: str | None
    question: str | None
    answer: str | None
    minutes: int
    entered_at: dt.datetime


class ConsultationList(BaseModel):
    consultations: list[ConsultationRow]
    total: int


class Entered(BaseModel):
    new: bool


def today(office: Office) -> dt.date:
    return office.clock().astimezone(LOCAL).date()


async def enter(request: web.Request, given: Given, key: str) -> bool:
    """False if it was entered before under the same key."""
    office = office_of(request)
    key = clean(key)[:80] or secrets.token_urlsafe(12)
    async with office.database.writing() as session:
        return await consultations.enter(session, given, who(request).staff, key, office.clock())


async def own(request: web.Request, limit: int) -> ConsultationList:
    staff_id = who(request).staff.id
    async with office_of(request).database.reading() as session:
        rows = await consultations.newest(session, staff_id, limit)
        total = await consultations.entered(session, staff_id)
    return ConsultationList(consultations=[_row(one) for one in rows], total=total)


def _row(one: Consultation) -> ConsultationRow:
    return ConsultationRow.model_validate(one, from_attributes=True)


@routes.api("POST", "/api/consultations", LAWYERS, body=NewConsultation, answer=Entered, status=201)
async def post_consultation(request: web.Request) -> web.Response:
    """Enter a walk-in, letter or telephone consultation. Honours Idempotency-Key."""
    body = await body_of(request, NewConsultation)
    office = office_of(request)
    typed = {name: str(value) for name, value in body.model_dump().items()}
    try:
        given = consultation_form.read(typed, office.library().topics, today(office))
    except Refused as refused:
        raise ApiError(422, "invalid", refused.sentence) from None
    is_new = await enter(request, given, request.headers.get("Idempotency-Key", ""))
    return json_response(Entered(new=is_new), status=201)


@routes.api("GET", "/api/consultations", LAWYERS, answer=ConsultationList)
async def get_consultations(request: web.Request) -> web.Response:
    """What the caller entered last."""
    return json_response(await own(request, _SHOWN))
