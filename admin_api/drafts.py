"""Entries on their way from a ticket's answer into the base: the queue and one draft, as read."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from aiohttp import web
from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from admin_api import draft_steps
from admin_api.draft_checks import EDITORS, OPEN, Nearest, may_edit, missing, nearest
from admin_api.office import Office, office_of, who
from admin_api.routing import (
    FAQ_READERS,
    LAWYERS,
    NOT_FOUND,
    ApiError,
    Routes,
    json_response,
)
from escalation.models import Staff
from knowledge_base.drafting import Sketch
from knowledge_base.models import DraftState, EntryDraft

routes = Routes()

_LISTED = 200


class DraftRow(BaseModel):
    id: int
    ticket: str
    state: DraftState
    question: str
    topic: str
    target: str | None
    drafted_by: str
    drafted_at: dt.datetime
    changed_by: str
    changed_at: dt.datetime
    decided_by: str | None
    decided_at: dt.datetime | None
    reason: str | None
    entry_id: str | None


class DraftList(BaseModel):
    drafts: list[DraftRow]
    counts: dict[str, int]


class DraftDetail(DraftRow):
    """`missing` is what stands between the sketch and the base, in the words of the checks."""

    version: int
    sketch: Sketch
    masked: dict[str, int]
    nearest: list[Nearest]
    missing: list[str]
    may_edit: bool
    may_decide: bool
    own: bool


# -- reading ---------------------------------------------------------------------------------------


async def listed(
    session: AsyncSession, states: Collection[DraftState], reader_id: int
) -> DraftList:
    """The queue: what waits longest comes first, what is decided last changed first."""
    waiting = DraftState.IN_REVIEW in states
    order = EntryDraft.changed_at.asc() if waiting else EntryDraft.changed_at.desc()
    seen = draft_steps.seen_by(reader_id)
    rows = await session.scalars(
        select(EntryDraft).where(EntryDraft.state.in_(states), seen).order_by(order).limit(_LISTED)
    )
    names = await _names(session)
    counted = await session.execute(
        select(EntryDraft.state, func.count()).where(seen).group_by(EntryDraft.state)
    )
    return DraftList(
        drafts=[DraftRow(**_row(one, names)) for one in rows],
        counts={str(state): number for state, number in counted},
    )


async def _names(session: AsyncSession) -> dict[int, str]:
    rows = await session.execute(select(Staff.id, Staff.name))
    return {row.id: row.name for row in rows}


def _row(draft: EntryDraft, names: dict[int, str]) -> dict[str, Any]:
    sketch = Sketch.model_validate(draft.content)
    return {
        "id": draft.id,
        "ticket": draft.ticket_code,
        "state": draft.state,
        "question": sketch.question,
        "topic": sketch.topic,
        "target": draft.target,
        "drafted_by": names.get(draft.drafted_by, ""),
        "drafted_at": draft.drafted_at,
        "changed_by": names.get(draft.changed_by, ""),
        "changed_at": draft.changed_at,
        "decided_by": names.get(draft.decided_by or 0),
        "decided_at": draft.decided_at,
        "reason": draft.reason,
        "entry_id": draft.entry_id,
    }


async def read(request: web.Request) -> DraftDetail:
    """The draft named in the path; raises NOT_FOUND."""
    office = office_of(request)
    async with office.database.reading() as session:
        number, seen = draft_steps.number_of(request), draft_steps.seen_by(who(request).staff.id)
        draft = await session.scalar(select(EntryDraft).where(EntryDraft.id == number, seen))
        if draft is None:
            raise NOT_FOUND
        return await detail(session, office, draft, who(request).staff)


async def detail(
    session: AsyncSession, office: Office, draft: EntryDraft, staff: Staff
) -> DraftDetail:
    sketch = Sketch.model_validate(draft.content)
    is_open = draft.state in OPEN
    own = draft.drafted_by == staff.id
    return DraftDetail(
        **_row(draft, await _names(session)),
        version=draft.version,
        sketch=sketch,
        masked=draft.masked,
        nearest=nearest(office.library(), sketch) if is_open else [],
        missing=await missing(session, office, draft) if is_open else [],
        may_edit=is_open and may_edit(draft, staff),
        may_decide=draft.state is DraftState.IN_REVIEW and staff.role in EDITORS,
        own=own,
    )


# -- over JSON -------------------------------------------------------------------------------------


@routes.api("POST", "/api/tickets/{code}/draft", LAWYERS, answer=DraftDetail, status=201)
async def post_draft(request: web.Request) -> web.Response:
    """Draft an FAQ entry from the ticket's last answer, masked; 200 if one is under way."""
    draft, is_new = await draft_steps.start(request)
    office = office_of(request)
    async with office.database.reading() as session:
        found = await detail(session, office, draft, who(request).staff)
    return json_response(found, status=201 if is_new else 200)


@routes.api("GET", "/api/drafts", FAQ_READERS, answer=DraftList, query=("state",))
async def get_drafts(request: web.Request) -> web.Response:
    """Drafts by state (draft, in_review, accepted, declined); in_review unless told."""
    asked = request.query.get("state", DraftState.IN_REVIEW)
    if asked not in list(DraftState):
        raise ApiError(422, "invalid", "Trạng thái này không có.")
    async with office_of(request).database.reading() as session:
        found = await listed(session, (DraftState(asked),), who(request).staff.id)
    return json_response(found)


@routes.api("GET", "/api/drafts/{id}", FAQ_READERS, answer=DraftDetail)
async def get_draft(request: web.Request) -> web.Response:
    """One draft with the entries nearest to it and what is still missing."""
    return json_response(await read(request))
