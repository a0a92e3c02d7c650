"""The inbox: views, search, filters, and what is done to several tickets at once."""

import re
from collections.abc import Collection, Sequence
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from sqlalchemy import ColumnElement, and_

from admin_api import assigned, assigning, cases, searching, tickets
from admin_api.console.page import page
from admin_api.office import form_of, office_of, who
from admin_api.routing import LAWYERS, NOT_FOUND, STAFF, ApiError, Routes, whole_number
from escalation import lookup, mentions
from escalation import tickets as desk
from escalation.models import Ticket
from escalation.vocabulary import OPEN_STATES, Kind, Priority, Role, State

routes = Routes()

_PAGE_SIZE = 50
VIEWS = (
    "owed",
    "callback",
    "mine",
    "checking",
    "mentioned",
    "new",
    "on_hold",
    "open",
    "resolved",
    "all",
)
_CHANNELS = ("telegram", "zalo_oa", "zalo_bot", "webchat", "phone")
_CODE = re.compile(r"HP-[0-9A-Z]{4}")


@routes.page("GET", "/", STAFF)
async def inbox_page(request: web.Request) -> web.Response:
    if who(request).staff.role is not Role.LAWYER:
        raise web.HTTPSeeOther("/home")
    return page(request, "inbox.html", **await _inbox(request))


@routes.page("GET", "/inbox/rows", LAWYERS)
async def inbox_rows(request: web.Request) -> web.Response:
    """The part of the inbox that lives."""
    return page(request, "inbox_live.html", **await _inbox(request))


async def _inbox(request: web.Request) -> dict[str, Any]:
    wish = searching.wish_of(request.query)
    view = request.query.get("view") or ("all" if wish.given else "owed")
    if view not in VIEWS:
        raise NOT_FOUND
    staff_id = who(request).staff.id
    number = whole_number(request.query.get("page"), 1, 1, 100_000)
    sought = await searching.sought(request, wish)
    async with office_of(request).database.reading() as session:
        named = await mentions.unread(session, who(request).staff, office_of(request).clock())
        found = await cases.inbox(
            session,
            _states(view),
            reader_id=staff_id,
            assignee_id=staff_id if view == "mine" else None,
            owed=view == "owed",
            to_ring=view == "callback",
            where=_where(view, named, wish.condition(sought)),
            limit=_PAGE_SIZE,
            offset=(number - 1) * _PAGE_SIZE,
        )
        counts = await cases.counts(session, staff_id) | {"mentioned": len(named)}
        offers = await assigned.waiting(session, staff_id, office_of(request).clock())
    here = {"view": view, **wish.given}
    return {
        "found": found,
        "counts": counts,
        "offers": offers,
        "none_taken": _none_taken(request),
        "view": view,
        "views": VIEWS,
        "wish": wish,
        "sought": sought,
        "query": urlencode(here),
        "choices": _choices(request),
        "done": _done(request),
        "number": number,
        "pages": max(1, -(-found.total // _PAGE_SIZE)),
        "topics": office_of(request).library().topics,
    }


def _states(view: str) -> Sequence[State]:
    named = tuple(State) if view == "mentioned" else OPEN_STATES
    return cases.STATE_FILTERS.get(view, named)


def _where(
    view: str, named: Collection[int], wished: ColumnElement[bool] | None
) -> ColumnElement[bool] | None:
    """What a view asks beyond the tickets' states; `named`: where somebody names the reader."""
    here = {"checking": cases.CHECKING, "mentioned": Ticket.id.in_(named)}.get(view)
    return wished if here is None else here if wished is None else and_(here, wished)


def _none_taken(request: web.Request) -> str | None:
    """Why "the next one" gave none, as the address tells it."""
    limit = who(request).staff.load_limit
    words = {"full": assigning.FULL.format(limit=limit), "nobody_waits": assigning.NOBODY_WAITS}
    words |= {"away": assigning.AWAY}
    return words.get(request.query.get("next", ""))


def _choices(request: web.Request) -> list[tuple[str, str, Sequence[str]]]:
    """What can be filtered by: field, its name, the terms."""
    return [
        ("channel", "Kênh", _CHANNELS),
        ("topic", "Chủ đề", list(office_of(request).library().topics)),
        ("kind", "Loại", list(Kind)),
        ("priority", "Mức độ", list(Priority)),
    ]


# -- several at once -------------------------------------------------------------------------------


@routes.page("POST", "/inbox/bulk", LAWYERS)
async def bulk(request: web.Request) -> web.StreamResponse:
    """Take the chosen tickets, or leave a note on each; those that refuse are named."""
    form = await form_of(request)
    deed, text = form.get("deed", ""), form.get("text", "")
    given = [str(one) for one in (await request.post()).getall("codes", [])]
    codes = [one for one in dict.fromkeys(given) if _CODE.fullmatch(one)][:_PAGE_SIZE]
    if deed not in ("claim", "note"):
        raise ApiError(422, "invalid", "Việc này không có.")
    if deed == "note":
        text = tickets.own_words(text[: tickets.LONGEST])
    refused = [code for code in codes if not await _do(request, code, deed, text)]
    told = {"deed": deed, "done": len(codes) - len(refused), "refused": ",".join(refused)}
    view = form.get("view", "")
    wish = searching.wish_of(form)
    here = {"view": view if view in VIEWS else "owed", **wish.given}
    raise web.HTTPSeeOther(f"/?{urlencode({**here, **told})}")


async def _do(request: web.Request, code: str, deed: str, text: str) -> bool:
    office, staff = office_of(request), who(request).staff
    try:
        async with tickets.changing(office, code) as (session, ticket):
            if not await lookup.may_see(session, code, staff.id):
                raise NOT_FOUND
            if deed == "claim":
                await desk.take(session, ticket, staff, office.clock())
            else:
                await mentions.note(session, ticket, staff, text, office.clock())
    except ApiError:
        return False
    return True


def _done(request: web.Request) -> dict[str, Any] | None:
    """What came of it, as the address tells it after the form was sent."""
    query = request.query
    if query.get("deed") not in ("claim", "note"):
        return None
    refused = [one for one in query.get("refused", "").split(",") if _CODE.fullmatch(one)]
    number = whole_number(query.get("done"), 0, 0, _PAGE_SIZE)
    return {"deed": query["deed"], "number": number, "refused": refused[:_PAGE_SIZE]}
