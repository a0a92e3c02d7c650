"""The pages of the console. They show what the JSON API shows and change what it changes."""

import secrets
from typing import Any

import aiohttp_jinja2
from aiohttp import web
from sqlalchemy import select

from admin_api import accounts, cases, reports, tickets
from admin_api.office import Office, form_of, office_of, refuse_foreign, who
from admin_api.routing import (
    ADMINS,
    ANYBODY,
    FAQ_READERS,
    LAWYERS,
    NOT_FOUND,
    REPORT_READERS,
    STAFF,
    ApiError,
    Routes,
    whole_number,
)
from escalation.calendar import LOCAL
from escalation.models import Staff
from escalation.vocabulary import Role
from knowledge_base.entries import published

routes = Routes()

_FIRST_PAGE = {
    Role.LAWYER: "/",
    Role.MANAGER: "/reports",
    Role.EDITOR: "/faq",
    Role.ADMIN: "/staff",
}
_PAGE_SIZE = 50


def page(request: web.Request, template: str, **context: Any) -> web.Response:
    signed_in = who(request)
    return aiohttp_jinja2.render_template(
        template,
        request,
        {
            "me": signed_in.staff,
            "csrf": signed_in.csrf_token,
            "now": office_of(request).clock(),
            "path": request.path,
            **context,
        },
    )


# -- signing in ------------------------------------------------------------------------------------


@routes.page("GET", "/login", ANYBODY)
async def login_page(request: web.Request) -> web.Response:
    return aiohttp_jinja2.render_template("login.html", request, {"email": "", "error": None})


@routes.page("POST", "/login", ANYBODY)
async def login(request: web.Request) -> web.StreamResponse:
    refuse_foreign(request)
    form = await form_of(request)
    email = form.get("email", "")[:254]
    token = await _sign_in(office_of(request), email, form.get("password", "")[:1000])
    if token is None:
        return aiohttp_jinja2.render_template(
            "login.html",
            request,
            {"email": email, "error": "E-mail hoặc mật khẩu không đúng."},
            status=401,
        )
    response = web.HTTPSeeOther("/home")
    office = office_of(request)
    response.set_cookie(
        office.cookie_name,
        token,
        httponly=True,
        samesite="Strict",
        secure=office.secure,
        path="/",
    )
    return response


async def _sign_in(office: Office, email: str, password: str) -> str | None:
    """A cookie for the right password. Hashing happens between two short transactions."""
    try:
        async with office.database.writing() as session:
            hashed = await accounts.password_hash_for(session, email, office.clock())
    except accounts.TooManyAttempts:
        raise ApiError(
            429, "too_many", "Sai mật khẩu quá nhiều lần. Xin thử lại sau 15 phút."
        ) from None
    if not await accounts.matches(hashed, password):
        return None
    async with office.database.writing() as session:
        return await accounts.sign_in(session, email, office.clock())


@routes.page("POST", "/logout", STAFF)
async def logout(request: web.Request) -> web.StreamResponse:
    office = office_of(request)
    if (session_id := who(request).session_id) is not None:
        async with office.database.writing() as session:
            await accounts.sign_out(session, session_id)
    response = web.HTTPSeeOther("/login")
    response.del_cookie(office.cookie_name, path="/")
    return response


@routes.page("GET", "/home", STAFF)
async def home(request: web.Request) -> web.StreamResponse:
    raise web.HTTPSeeOther(_FIRST_PAGE[who(request).staff.role])


# -- the inbox and a ticket --------------------------------------------------------------------------


@routes.page("GET", "/", STAFF)
async def inbox_page(request: web.Request) -> web.Response:
    if who(request).staff.role is not Role.LAWYER:
        raise web.HTTPSeeOther("/home")
    return page(request, "inbox.html", **await _inbox(request))


@routes.page("GET", "/inbox/rows", LAWYERS)
async def inbox_rows(request: web.Request) -> web.Response:
    """The part of the inbox that lives."""
    return page(request, "inbox_rows.html", **await _inbox(request))


async def _inbox(request: web.Request) -> dict[str, Any]:
    view = request.query.get("view", "open")
    states = cases.STATE_FILTERS.get("open" if view == "mine" else view)
    if states is None:
        raise NOT_FOUND
    staff_id = who(request).staff.id
    number = whole_number(request.query.get("page"), 1, 1, 100_000)
    async with office_of(request).database.reading() as session:
        found = await cases.inbox(
            session,
            states,
            assignee_id=staff_id if view == "mine" else None,
            limit=_PAGE_SIZE,
            offset=(number - 1) * _PAGE_SIZE,
        )
        counts = await cases.counts(session, staff_id)
    pages = max(1, -(-found.total // _PAGE_SIZE))
    return {"found": found, "counts": counts, "view": view, "number": number, "pages": pages}


@routes.page("GET", "/tickets/{code}", LAWYERS)
async def ticket_page(request: web.Request) -> web.Response:
    return page(request, "ticket.html", **await _ticket(request))


@routes.page("GET", "/tickets/{code}/live", LAWYERS)
async def ticket_live(request: web.Request) -> web.Response:
    """The parts of the ticket page that change while a lawyer types."""
    return page(request, "ticket_live.html", **await _ticket(request))


async def _ticket(request: web.Request) -> dict[str, Any]:
    found = await tickets.read_case(request)
    return {"ticket": found, "reply_key": secrets.token_urlsafe(12)}


def _back(request: web.Request) -> web.HTTPSeeOther:
    return web.HTTPSeeOther(f"/tickets/{request.match_info['code'].upper()}")


@routes.page("POST", "/tickets/{code}/replies", LAWYERS)
async def reply(request: web.Request) -> web.StreamResponse:
    form = await form_of(request)
    await tickets.reply(request, form.get("text", "")[:8000], form.get("key") or None)
    if form.get("then") == "resolve":
        await tickets.resolve(request)
    elif form.get("then") == "hold":
        await tickets.hold(request)
    return _back(request)


@routes.page("POST", "/tickets/{code}/notes", LAWYERS)
async def note(request: web.Request) -> web.StreamResponse:
    form = await form_of(request)
    await tickets.note(request, form.get("text", "")[:8000])
    return _back(request)


@routes.page("POST", "/tickets/{code}/claim", LAWYERS)
async def claim(request: web.Request) -> web.StreamResponse:
    await tickets.claim(request)
    return _back(request)


@routes.page("POST", "/tickets/{code}/hold", LAWYERS)
async def hold(request: web.Request) -> web.StreamResponse:
    await tickets.hold(request)
    return _back(request)


@routes.page("POST", "/tickets/{code}/resume", LAWYERS)
async def resume(request: web.Request) -> web.StreamResponse:
    await tickets.resume(request)
    return _back(request)


@routes.page("POST", "/tickets/{code}/resolve", LAWYERS)
async def resolve(request: web.Request) -> web.StreamResponse:
    await tickets.resolve(request)
    return _back(request)


# -- report, answers, accounts -----------------------------------------------------------------------


@routes.page("GET", "/reports", REPORT_READERS)
async def report_page(request: web.Request) -> web.Response:
    summary = await reports.read_summary(request)
    return page(request, "report.html", summary=summary, topics=office_of(request).library().topics)


@routes.page("GET", "/faq", FAQ_READERS)
async def faq_page(request: web.Request) -> web.Response:
    office = office_of(request)
    library = office.library()
    wanted = request.query.get("q", "")[:200]
    async with office.database.reading() as session:
        revisions = {row.entry_id: row for row in await published(session)}
    shown = (
        [library.entries[match.entry_id] for match in library.search(wanted, 30)]
        if wanted.strip()
        else sorted(library.entries.values(), key=lambda entry: (entry.topic, entry.id))
    )
    day = office.clock().astimezone(LOCAL).date()
    return page(
        request,
        "faq.html",
        entries=[(entry, library.answer(entry, day), revisions.get(entry.id)) for entry in shown],
        topics=library.topics,
        wanted=wanted,
        awaiting=sum(row.signed_off_at is None for row in revisions.values()),
    )


@routes.page("GET", "/staff", ADMINS)
async def staff_page(request: web.Request) -> web.Response:
    return page(request, "staff.html", **await _staff(request))


async def _staff(request: web.Request) -> dict[str, Any]:
    async with office_of(request).database.reading() as session:
        people = (await session.scalars(select(Staff).order_by(Staff.name))).all()
    return {"people": people, "roles": list(Role), "made": None, "error": None}


@routes.page("POST", "/staff", ADMINS)
async def add_staff(request: web.Request) -> web.Response:
    """Make an account; its password is shown on this page and never again."""
    form = await form_of(request)
    office = office_of(request)
    context: dict[str, Any] = {}
    try:
        role = Role(form.get("role", ""))
        async with office.database.writing() as session:
            staff, password = await accounts.add_staff(
                session, form.get("email", ""), form.get("name") or "?", role, office.clock()
            )
        context = {"made": (staff, password)}
    except accounts.Refused as error:
        context = {"error": str(error)}
    except ValueError:
        context = {"error": "Vai trò này không có."}
    return page(request, "staff.html", **{**await _staff(request), **context})


@routes.page("POST", "/staff/{id}/{verb}", ADMINS)
async def change_staff(request: web.Request) -> web.StreamResponse:
    """Disable or enable an account; nobody shuts himself out."""
    office = office_of(request)
    staff_id = whole_number(request.match_info["id"], 0, 0, 2**31 - 1)
    verb = request.match_info["verb"]
    if verb not in ("disable", "enable"):
        raise NOT_FOUND
    if staff_id == who(request).staff.id:
        raise ApiError(409, "conflict", "Không tự khóa tài khoản của mình được.")
    async with office.database.writing() as session:
        staff = await session.get(Staff, staff_id)
        if staff is None:
            raise NOT_FOUND
        await accounts.set_disabled(session, staff, verb == "disable", office.clock())
    raise web.HTTPSeeOther("/staff")
