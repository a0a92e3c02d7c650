"""The steps of a draft: draft -> in_review -> accepted | declined. Its author never accepts it.

All that is kept was masked before, also what is typed later.
"""

import asyncio
from collections.abc import Sequence

from aiohttp import web
from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from admin_api.draft_checks import EDITORS, OPEN, Mask, common_words, may_edit, missing, planned
from admin_api.office import Office, office_of, who
from admin_api.routing import NOT_FOUND, ApiError
from bot import masking
from escalation import interests, lookup, tickets
from escalation.calendar import LOCAL
from escalation.models import Staff, Ticket
from escalation.vocabulary import EventKind
from hotline.db import alone
from knowledge_base import drafting, entries
from knowledge_base.content import Entry
from knowledge_base.drafting import Sketch
from knowledge_base.models import DraftState, EntryDraft

_LARGEST = 2**31 - 1


def conflict(message: str) -> ApiError:
    return ApiError(409, "conflict", message)


NO_ANSWER = "Phiếu chưa có câu trả lời bằng chữ của luật sư nên chưa soạn được."
OWN_DRAFT = "Người soạn không tự duyệt bài của mình. Xin nhờ người khác đọc và duyệt."
NOT_NOW = "Bản này đã được xử lý hoặc không còn ở bước đó, xin tải lại trang."
CHANGED = "Người khác vừa sửa bản này. Những gì anh/chị gõ vẫn ở dưới; lưu lần nữa là thay bản kia."
NOT_YET = "Chưa đưa vào kho được: còn điểm phải sửa ở mục “Còn thiếu gì”."
NO_REASON = "Ghi lý do để người soạn biết cần sửa gì."


def number_of(request: web.Request) -> int:
    text = request.match_info["id"]
    if not (text.isascii() and text.isdigit() and len(text) < 11 and int(text) <= _LARGEST):
        raise NOT_FOUND
    return int(text)


def seen_by(staff_id: int) -> ColumnElement[bool]:
    """That a draft comes from no ticket from which the reader is barred."""
    kept_apart = ~interests.open_to(staff_id)
    return ~exists().where(Ticket.code == EntryDraft.ticket_code, kept_apart)


# -- making a draft --------------------------------------------------------------------------------


async def start(request: web.Request) -> tuple[EntryDraft, bool]:
    """The draft of a ticket's last answer, and whether it is new: one is under way at a time."""
    office, staff = office_of(request), who(request).staff
    async with office.database.writing() as session:
        ticket = await lookup.find_to_change(session, request.match_info["code"])
        if ticket is None:
            raise NOT_FOUND
        if (under_way := await _under_way(session, ticket)) is not None:
            return under_way, False
        draft = await _draft(session, office, ticket, staff)
        session.add(draft)
        await session.flush()
        return draft, True


async def _under_way(session: AsyncSession, ticket: Ticket) -> EntryDraft | None:
    return await session.scalar(
        select(EntryDraft)
        .where(EntryDraft.ticket_code == ticket.code, EntryDraft.state.in_(OPEN))
        .order_by(EntryDraft.id.desc())
        .limit(1)
    )


async def _draft(session: AsyncSession, office: Office, ticket: Ticket, staff: Staff) -> EntryDraft:
    asked, reply = await _said(session, ticket)
    if not reply:
        raise conflict(NO_ANSWER)
    library, now = office.library(), office.clock()
    mask = Mask(await asyncio.to_thread(common_words, library))
    today = now.astimezone(LOCAL).date()
    sketch = drafting.propose(
        [mask(one) for one in asked], mask(reply), ticket.topic, library, today
    )
    return EntryDraft(
        ticket_code=ticket.code,
        state=DraftState.DRAFT,
        version=1,
        content=sketch.model_dump(mode="json"),
        masked=mask.found,
        drafted_by=staff.id,
        drafted_at=now,
        changed_by=staff.id,
        changed_at=now,
    )


async def _said(session: AsyncSession, ticket: Ticket) -> tuple[list[str], str]:
    """What the worker asked, and the lawyer's last answer."""
    history = await tickets.history(session, ticket)
    worker = (EventKind.OPENED, EventKind.WROTE)
    asked = [one.text for one in history if one.kind in worker and one.text]
    replies = [one.text for one in history if one.kind is EventKind.REPLIED and one.text]
    return asked, replies[-1] if replies else ""


# -- changing --------------------------------------------------------------------------------------


async def _to_change(
    session: AsyncSession, request: web.Request, states: Sequence[DraftState]
) -> EntryDraft:
    draft = await session.scalar(
        select(EntryDraft)
        .where(EntryDraft.id == number_of(request), seen_by(who(request).staff.id))
        .with_for_update()
    )
    if draft is None:
        raise NOT_FOUND
    if draft.state not in states:
        raise conflict(NOT_NOW)
    return draft


def _touch(draft: EntryDraft, request: web.Request) -> None:
    draft.version += 1
    draft.changed_by, draft.changed_at = who(request).staff.id, office_of(request).clock()


async def save(
    request: web.Request, sketch: Sketch, version: int, target: str | None
) -> dict[str, int]:
    """Keep what was typed, masked; returns what was masked now. Raises on a draft changed since."""
    office = office_of(request)
    mask = Mask(await asyncio.to_thread(common_words, office.library()))
    async with office.database.writing() as session:
        draft = await _to_change(session, request, OPEN)
        if not may_edit(draft, who(request).staff):
            raise NOT_FOUND
        if draft.version != version:
            raise conflict(CHANGED)
        if target is not None and target not in office.library().entries:
            target = None
        draft.content = mask.sketch(sketch).model_dump(mode="json")
        draft.target = target
        draft.masked = {
            kind: draft.masked.get(kind, 0) + mask.found.get(kind, 0)
            for kind in masking.KINDS
            if draft.masked.get(kind, 0) + mask.found.get(kind, 0)
        }
        _touch(draft, request)
    return mask.found


async def submit(request: web.Request) -> None:
    """Into the editors' queue."""
    async with office_of(request).database.writing() as session:
        draft = await _to_change(session, request, (DraftState.DRAFT,))
        if not may_edit(draft, who(request).staff):
            raise NOT_FOUND
        draft.state = DraftState.IN_REVIEW
        _touch(draft, request)


async def accept(request: web.Request) -> str:
    """Publish it; returns the entry's name. Somebody else than its author, and only when whole."""
    office, staff = office_of(request), who(request).staff
    async with office.database.writing() as session:
        draft = await _to_change(session, request, (DraftState.IN_REVIEW,))
        if staff.role not in EDITORS:
            raise NOT_FOUND
        if draft.drafted_by == staff.id:
            raise conflict(OWN_DRAFT)
        if await missing(session, office, draft):
            raise conflict(NOT_YET)
        entry = await _publish(session, office, draft)
        _decide(draft, request, DraftState.ACCEPTED)
        draft.entry_id = entry.id
        return entry.id


async def _publish(session: AsyncSession, office: Office, draft: EntryDraft) -> Entry:
    """Beside what others published while this library was not yet read again."""
    await alone(session, entries.PUBLISHING)
    newest = entries.together(await entries.published(session))
    entry = planned(draft, office.library())
    if draft.target is not None:
        ways = Sketch.model_validate(draft.content).phrasings
        entry = drafting.extended(newest.get(draft.target, entry), ways)
    elif entry.id in newest:
        raise conflict(NOT_YET)
    await entries.add(session, entry, entries.TICKET, office.clock())
    return entry


async def decline(request: web.Request, reason: str) -> None:
    """Not into the base; its author may drop a draft he has not handed in."""
    if not reason.strip():
        raise ApiError(422, "invalid", NO_REASON)
    staff = who(request).staff
    async with office_of(request).database.writing() as session:
        draft = await _to_change(session, request, OPEN)
        if not may_edit(draft, staff):
            raise NOT_FOUND
        mask = Mask(await asyncio.to_thread(common_words, office_of(request).library()))
        draft.reason = mask(reason)
        _decide(draft, request, DraftState.DECLINED)


def _decide(draft: EntryDraft, request: web.Request, state: DraftState) -> None:
    _touch(draft, request)
    draft.state = state
    draft.decided_by, draft.decided_at = draft.changed_by, draft.changed_at
