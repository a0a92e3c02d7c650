"""The pages of the console. They show what the JSON API shows and change what it changes."""

import contextlib
import datetime as dt
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp_jinja2
from aiohttp import web
from sqlalchemy import select

from admin_api import accounts, cases, reports, tickets
from admin_api.console import shaping
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
from escalation.vocabulary import OPEN_STATES, Role, State
from knowledge_base.content import Entry
from knowledge_base.entries import published
from knowledge_base.library import Held, Library
from knowledge_base.rendering import basis

routes = Routes()

_FIRST_PAGE = {
    Role.LAWYER: "/",
    Role.MANAGER: "/reports",
    Role.EDITOR: "/faq",
    Role.ADMIN: "/staff",
}
_PAGE_SIZE = 50
MAX_WORDS = 8000  # characters of a reply or a note
_QUEUE_LENGTH = 30  # tickets beside the one that is open
_VIEWS = ("owed", "mine", "new", "on_hold", "open", "resolved")  # the inbox's, as it lists them
_NAVIGATION = (
    ("/", "Hộp phiếu", LAWYERS),
    ("/faq", "Kho trả lời", FAQ_READERS),
    ("/reports", "Báo cáo", REPORT_READERS),
    ("/staff", "Tài khoản", ADMINS),
)


def page(request: web.Request, template: str, *, status: int = 200, **context: Any) -> web.Response:
    signed_in = who(request)
    role = signed_in.staff.role
    return aiohttp_jinja2.render_template(
        template,
        request,
        {
            "me": signed_in.staff,
            "csrf": signed_in.csrf_token or "",
            "now": office_of(request).clock(),
            "path": request.path,
            "navigation": [(to, name) for to, name, access in _NAVIGATION if role in access],
            **context,
        },
        status=status,
    )


# -- signing in ------------------------------------------------------------------------------------


@routes.page("GET", "/login", ANYBODY)
async def login_page(request: web.Request) -> web.Response:
    return _login_form(request)


def _login_form(
    request: web.Request, email: str = "", error: str | None = None, status: int = 200
) -> web.Response:
    context = {"email": email, "error": error, "now": office_of(request).clock()}
    return aiohttp_jinja2.render_template("login.html", request, context, status=status)


@routes.page("POST", "/login", ANYBODY)
async def login(request: web.Request) -> web.StreamResponse:
    refuse_foreign(request)
    form = await form_of(request)
    email = form.get("email", "")[:254]
    try:
        token = await _sign_in(office_of(request), email, form.get("password", "")[:1000])
    except ApiError as error:
        return _login_form(request, email, error.message, error.status)
    if token is None:
        return _login_form(request, email, "E-mail hoặc mật khẩu không đúng.", 401)
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
    raise response


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
    raise response


@routes.page("GET", "/home", STAFF)
async def home(request: web.Request) -> web.StreamResponse:
    raise web.HTTPSeeOther(_FIRST_PAGE[who(request).staff.role])


# -- the inbox and a ticket ------------------------------------------------------------------------


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
    view = request.query.get("view", "owed")
    if view not in _VIEWS:
        raise NOT_FOUND
    staff_id = who(request).staff.id
    number = whole_number(request.query.get("page"), 1, 1, 100_000)
    async with office_of(request).database.reading() as session:
        found = await cases.inbox(
            session,
            cases.STATE_FILTERS.get(view, OPEN_STATES),
            assignee_id=staff_id if view == "mine" else None,
            owed=view == "owed",
            limit=_PAGE_SIZE,
            offset=(number - 1) * _PAGE_SIZE,
        )
        counts = await cases.counts(session, staff_id)
    return {
        "found": found,
        "counts": counts,
        "view": view,
        "views": _VIEWS,
        "number": number,
        "pages": max(1, -(-found.total // _PAGE_SIZE)),
        "topics": office_of(request).library().topics,
    }


@routes.page("GET", "/tickets/{code}", LAWYERS)
async def ticket_page(request: web.Request) -> web.Response:
    return page(request, "ticket.html", **await _ticket(request))


@routes.page("GET", "/tickets/{code}/live", LAWYERS)
async def ticket_live(request: web.Request) -> web.Response:
    """The parts of the ticket page that change while a lawyer types."""
    return page(request, "ticket_live.html", **await _ticket(request))


async def _ticket(request: web.Request) -> dict[str, Any]:
    found = await tickets.read_case(request)
    library = office_of(request).library()
    async with office_of(request).database.reading() as session:
        queue = await cases.inbox(session, OPEN_STATES, owed=True, limit=_QUEUE_LENGTH)
    return {
        "ticket": found,
        "talk": shaping.talk(found.conversation, found.events),
        "queue": queue,
        "entries": library.entries,
        "topics": library.topics,
        "reply_key": secrets.token_urlsafe(12),
        "mode": "note" if found.state is State.RESOLVED else "reply",
        "typed": "",
        "problem": None,
    }


def _back(request: web.Request) -> web.HTTPSeeOther:
    return web.HTTPSeeOther(f"/tickets/{request.match_info['code'].upper()}")


async def _refused(
    request: web.Request, error: ApiError, form: dict[str, str], mode: str
) -> web.Response:
    """The ticket page with what was typed and why it could not be taken: nothing is lost."""
    if "text/html" not in request.headers.get("Accept", "") or error is NOT_FOUND:
        raise error
    context = await _ticket(request)
    context |= {"mode": mode, "typed": form.get("text", ""), "problem": error.message}
    return page(request, "ticket.html", status=error.status, **context)


@routes.page("POST", "/tickets/{code}/replies", LAWYERS)
async def reply(request: web.Request) -> web.StreamResponse:
    form = await form_of(request)
    try:
        _check_length(form)
        await tickets.reply(request, form.get("text", ""), form.get("key") or None)
    except ApiError as error:
        return await _refused(request, error, form, "reply")
    with contextlib.suppress(ApiError):  # sent twice: what comes after was done the first time
        if form.get("then") == "resolve":
            await tickets.resolve(request)
        elif form.get("then") == "hold":
            await tickets.hold(request)
    raise _back(request)


def _check_length(form: dict[str, str]) -> None:
    if len(form.get("text", "")) > MAX_WORDS:
        raise ApiError(422, "invalid", f"Nội dung dài quá {MAX_WORDS} chữ, xin cắt bớt.")


@routes.page("POST", "/tickets/{code}/notes", LAWYERS)
async def note(request: web.Request) -> web.StreamResponse:
    form = await form_of(request)
    try:
        _check_length(form)
        await tickets.note(request, form.get("text", ""))
    except ApiError as error:
        return await _refused(request, error, form, "note")
    raise _back(request)


@routes.page("POST", "/tickets/{code}/claim", LAWYERS)
async def claim(request: web.Request) -> web.StreamResponse:
    await tickets.claim(request)
    raise _back(request)


@routes.page("POST", "/tickets/{code}/hold", LAWYERS)
async def hold(request: web.Request) -> web.StreamResponse:
    await tickets.hold(request)
    raise _back(request)


@routes.page("POST", "/tickets/{code}/resume", LAWYERS)
async def resume(request: web.Request) -> web.StreamResponse:
    await tickets.resume(request)
    raise _back(request)


@routes.page("POST", "/tickets/{code}/resolve", LAWYERS)
async def resolve(request: web.Request) -> web.StreamResponse:
    await tickets.resolve(request)
    raise _back(request)


# -- report, answers, accounts ---------------------------------------------------------------------


@routes.page("GET", "/reports", REPORT_READERS)
async def report_page(request: web.Request) -> web.Response:
    office = office_of(request)
    now = office.clock()
    summary = await reports.read_summary(request)
    first, last = shaping.before(summary.from_day, summary.to_day)
    async with office.database.reading() as session:
        earlier = await reports.summary(session, first, last, now)
    return page(
        request,
        "report.html",
        summary=summary,
        earlier=earlier,
        bars=shaping.bars(summary.by_day),
        periods=shaping.periods(now.astimezone(LOCAL).date()),
        topics=office.library().topics,
    )


@routes.page("GET", "/faq", FAQ_READERS)
async def faq_page(request: web.Request) -> web.Response:
    office = office_of(request)
    library = office.library()
    wanted, topic = request.query.get("q", "")[:200].strip(), request.query.get("topic", "")
    async with office.database.reading() as session:
        revisions = {row.entry_id: row for row in await published(session)}
    day = office.clock().astimezone(LOCAL).date()
    answers = {entry.id: library.answer(entry, day) for entry in library.entries.values()}
    held = {name: words for name, words in answers.items() if isinstance(words, Held)}
    texts = {
        name: words if isinstance(words, str) else _unsent(library, library.entries[name], day)
        for name, words in answers.items()
    }
    return page(
        request,
        "faq.html",
        groups=shaping.by_topic(_faq_entries(library, wanted, topic, held), library.topics),
        texts=texts,
        held=held,
        revisions=revisions,
        topics=library.topics,
        totals=Counter(entry.topic for entry in library.entries.values()),
        wanted=wanted,
        topic=topic,
        awaiting=sum(row.signed_off_at is None for row in revisions.values()),
    )


def _unsent(library: Library, entry: Entry, day: dt.date) -> str:
    """An entry that is held, as it would read."""
    return f"{library.plain(entry, day)}\n{basis(entry.citations, library.instruments, entry)}"


def _faq_entries(
    library: Library, wanted: str, topic: str, held: Mapping[str, Held]
) -> Sequence[Entry]:
    """What a search finds, best first; else all of a topic, or all that is held ("held")."""
    if wanted:
        return [library.entries[match.entry_id] for match in library.search(wanted, 30)]
    return [
        entry
        for entry in library.entries.values()
        if topic in ("", entry.topic) or (topic == "held" and entry.id in held)
    ]


_NOTHING_TYPED = {"name": "", "email": "", "role": ""}


@routes.page("GET", "/staff", ADMINS)
async def staff_page(request: web.Request) -> web.Response:
    return page(request, "staff.html", **await _staff(request))


async def _staff(request: web.Request) -> dict[str, Any]:
    async with office_of(request).database.reading() as session:
        people = (await session.scalars(select(Staff).order_by(Staff.name))).all()
    return {
        "people": people,
        "roles": list(Role),
        "made": None,
        "error": None,
        "typed": _NOTHING_TYPED,
    }


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
        context = {"error": str(error), "typed": {**_NOTHING_TYPED, **form}}
    except ValueError:
        context = {"error": "Vai trò này không có.", "typed": {**_NOTHING_TYPED, **form}}
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
