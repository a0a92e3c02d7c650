"""Who may do what in the office: walked from the routes themselves, so that none is forgotten."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import func, select

from admin_api import accounts, app
from admin_api.app import all_routes
from admin_api.models import LoginAttempt, LoginSession
from admin_api.office import Office
from admin_api.routing import Route
from bot.web import SECURITY_HEADERS
from escalation import tickets
from escalation.models import Staff, Ticket
from escalation.sla import SHIPPED
from escalation.tickets import Opening
from escalation.vocabulary import Kind, Priority, Role
from hotline.db import Database
from knowledge_base.library import Library
from tests.factories import Clock, everything

pytestmark = pytest.mark.thorough("postgresql")

# Each of these was thought about; whoever adds a line here says why in the review.
FOR_ANYBODY = {
    ("GET", "/login"),
    ("POST", "/login"),
    ("GET", "/metrics"),
    ("GET", "/zalo/callback"),  # a strict cookie does not come along from Zalo; changes nothing
}

ROUTES = all_routes()
API = [route for route in ROUTES if not route.page and route.access]
PAGES = [route for route in ROUTES if route.page and route.access]
CHANGING_PAGES = [route for route in PAGES if route.method != "GET"]


def named(route: Route) -> str:
    return f"{route.method} {route.path}"


class Desk:
    """The office on its own listener, with one account a role and one open ticket."""

    app: web.Application

    def __init__(self, base: str, database: Database, clock: Clock, code: str) -> None:
        self.base, self.database, self.clock, self.code = base, database, clock, code
        self.staff: dict[Role, Staff] = {}
        self.tokens: dict[Role, str] = {}
        self.passwords: dict[Role, str] = {}

    def path(self, route: Route) -> str:
        path = route.path.replace("{code}", self.code).replace("{id}", "999999")
        path = path.replace("{law_id}", "45%2F2019%2FQH14").replace("{article_id}", "97")
        return path.replace("{verb}", "disable")

    def bearer(self, role: Role) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[role]}"}

    @contextlib.asynccontextmanager
    async def browser(self) -> AsyncIterator["Browser"]:
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar) as session:
            yield Browser(self, session)

    @contextlib.asynccontextmanager
    async def signed_in(self, role: Role) -> AsyncIterator["Browser"]:
        async with self.browser() as browser:
            assert await browser.sign_in(role) == 303
            yield browser


class Browser:
    def __init__(self, desk: Desk, session: aiohttp.ClientSession) -> None:
        self.desk, self.session = desk, session

    async def ask(self, method: str, path: str, **more: Any) -> tuple[int, str, Any]:
        url = self.desk.base + path
        async with self.session.request(method, url, allow_redirects=False, **more) as response:
            if response.content_type == "text/event-stream":
                return response.status, "", response.headers
            return response.status, await response.text(errors="replace"), response.headers

    async def sign_in(self, role: Role) -> int:
        return await self.sign_in_as(f"{role}@hotline.test", self.desk.passwords[role])

    async def sign_in_as(self, email: str, password: str) -> int:
        form = {"email": email, "password": password}
        return (await self.ask("POST", "/login", data=form))[0]

    def cookie(self) -> str | None:
        return next((cookie.value for cookie in self.session.cookie_jar), None)

    async def csrf(self) -> str:
        async with self.desk.database.reading() as session:
            hashed = accounts._hash(self.cookie() or "")
            token = await session.scalar(
                select(LoginSession.csrf_token).where(LoginSession.token_hash == hashed)
            )
        assert token is not None
        return token

    async def is_in(self) -> bool:
        return (await self.ask("GET", "/home"))[2].get("Location") != "/login"


@pytest.fixture
async def desk(
    database: Database, clock: Clock, library: Library, tmp_path: Path
) -> AsyncIterator[Desk]:
    office = Office(database, SHIPPED, clock, lambda: library, changed=lambda: None)
    async with opened(office, clock, tmp_path) as made:
        yield made


@contextlib.asynccontextmanager
async def opened(office: Office, clock: Clock, fonts: Path) -> AsyncIterator[Desk]:
    built = app.make_app(office, fonts)
    runner = web.AppRunner(built, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    made = Desk(base, office.database, clock, "")
    made.app = built
    await _furnish(made)
    try:
        yield made
    finally:
        await runner.cleanup()


async def _furnish(desk: Desk) -> None:
    async with desk.database.writing() as session:
        now = desk.clock()
        opening = Opening(Kind.QUESTION, Priority.NORMAL, "webchat", "nợ lương", now)
        desk.code = (await tickets.open_ticket(session, opening, SHIPPED, now)).code
        for role in Role:
            person = Staff(
                email=f"{role}@hotline.test", name=role.title(), role=role, created_at=now
            )
            session.add(person)
            await session.flush()
            desk.staff[role] = person
            desk.passwords[role] = await accounts.renew_password(session, person, now)
            desk.tokens[role] = await accounts.issue_token(session, person, now)


# -- every route is declared -----------------------------------------------------------------------


def test_only_the_listed_routes_are_for_anybody() -> None:
    open_to_all = {(route.method, route.path) for route in ROUTES if not route.access}
    assert open_to_all == FOR_ANYBODY
    assert all(isinstance(route.access, frozenset) for route in ROUTES)
    assert all(role in Role for route in ROUTES for role in route.access)


async def test_every_registered_route_is_declared_or_a_static_file(
    database: Database, clock: Clock, library: Library, tmp_path: Path
) -> None:
    office = Office(database, SHIPPED, clock, lambda: library, changed=lambda: None)
    built = app.make_app(office, tmp_path)
    declared = {(route.method, route.path) for route in ROUTES}
    for resource in built.router.resources():
        if isinstance(resource, web.StaticResource):
            assert resource.canonical in ("/static", "/fonts")
            continue
        for route in resource:
            assert (route.method, resource.canonical) in declared
            assert built[app.ROUTE_OF][route.handler].path == resource.canonical
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)
    assert len({route.handler for route in ROUTES}) == len(ROUTES)  # the gate goes by handler


# -- every route, every role -----------------------------------------------------------------------


async def test_every_route_lets_in_whom_it_declares_and_nobody_else(desk: Desk) -> None:
    async with desk.browser() as browser:
        absent = await browser.ask("GET", "/api/nothing", headers=desk.bearer(Role.LAWYER))
        for route in ROUTES:
            for role in Role:
                if route.path == "/logout" or role in route.access or not route.access:
                    continue
                got = await browser.ask(route.method, desk.path(route), headers=desk.bearer(role))
                assert got[:2] == absent[:2], (named(route), role)


@pytest.mark.parametrize("role", Role)
async def test_whom_a_route_declares_it_answers(desk: Desk, role: Role) -> None:
    async with desk.browser() as browser:
        for route in ROUTES:
            if role not in route.access or route.method != "GET":
                continue
            status, body, _ = await browser.ask("GET", desk.path(route), headers=desk.bearer(role))
            absent = (404,) if "{id}" in route.path else ()  # there is no such file
            assert status in (200, 303, *absent), (named(route), body)


async def test_strangers_are_sent_to_sign_in_or_told_so(desk: Desk) -> None:
    wrong: list[dict[str, str]] = [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer hl_" + "x" * 43},
        {"Authorization": f"Basic {desk.tokens[Role.ADMIN]}"},
        {"Authorization": f"Bearer {desk.tokens[Role.ADMIN][:-1]}"},
        {"Authorization": f"Bearer {desk.tokens[Role.ADMIN].upper()}"},
        {"Cookie": "office=" + "x" * 43},
        {"Cookie": "office=%00; office="},
    ]
    before = await everything(desk.database)
    async with desk.browser() as browser:
        for route in ROUTES:
            for headers in wrong if route.access else ():
                status, body, got = await browser.ask(
                    route.method, desk.path(route), headers=headers
                )
                if route.page:
                    assert (status, got["Location"]) == (303, "/login"), named(route)
                else:
                    assert status == 401, named(route)
                    assert "not_signed_in" in body
    assert await everything(desk.database) == before


async def test_a_ticket_that_is_not_there_is_not_found(desk: Desk) -> None:
    async with desk.browser() as browser:
        for code in ("HP-0000", "HP-%00000", "%ED%A0%80", "x" * 300, "HP-2222%20", "..%2F..%2Fetc"):
            for route in (route for route in ROUTES if "{code}" in route.path):
                path = route.path.replace("{code}", code)
                status, _, _ = await browser.ask(
                    route.method, path, headers=desk.bearer(Role.LAWYER), **_valid_body(route)
                )
                assert status in (400, 404), (code, named(route))


# -- another site ----------------------------------------------------------------------------------

FORMS = {"text": "Chào", "email": "a@b.test", "name": "A", "role": "admin"}


def _refusals(own: str, other: str) -> dict[str, dict[str, Any]]:
    """Requests that must change nothing, by name: what a browser would send for another site."""
    form = {**FORMS, "csrf": own}
    return {
        "no token": {"data": FORMS},
        "no body": {},
        "another session's token": {"data": {**FORMS, "csrf": other}},
        "another session's header": {"data": FORMS, "headers": {"X-CSRF-Token": other}},
        "not ascii": {"data": {**FORMS, "csrf": "mật"}},
        "cross-site": {"data": form, "headers": {"Sec-Fetch-Site": "cross-site"}},
        "same-site": {"data": form, "headers": {"Sec-Fetch-Site": "same-site"}},
        "foreign origin": {"data": form, "headers": {"Origin": "https://evil.test"}},
        "broken origin": {"data": form, "headers": {"Origin": "http://["}},
        "text/plain": {"data": f"csrf={own}", "headers": {"Content-Type": "text/plain"}},
    }


@pytest.mark.parametrize("route", CHANGING_PAGES, ids=named)
async def test_another_site_changes_nothing(desk: Desk, route: Route) -> None:
    role = sorted(route.access)[0]
    async with desk.signed_in(role) as browser, desk.signed_in(role) as other:
        own, foreign = await browser.csrf(), await other.csrf()
        before = await everything(desk.database)
        for name, request in _refusals(own, foreign).items():
            status, _, _ = await browser.ask(route.method, desk.path(route), **request)
            assert status == 403, name
        assert await everything(desk.database) == before
        form = {"data": {**FORMS, "csrf": own}}
        assert (await browser.ask(route.method, desk.path(route), **form))[0] != 403


async def test_a_cookie_alone_changes_nothing_through_the_api(desk: Desk) -> None:
    async with desk.signed_in(Role.LAWYER) as browser:
        before = await everything(desk.database)
        for route in (route for route in API if route.method != "GET"):
            for kind in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
                status, _, _ = await browser.ask(
                    route.method,
                    desk.path(route),
                    data=b'{"text": "x"}',
                    headers={"Content-Type": kind},
                )
                assert status in (403, 404), named(route)
        assert await everything(desk.database) == before


async def test_signing_in_from_another_site_is_refused(desk: Desk) -> None:
    form = {"email": "lawyer@hotline.test", "password": desk.passwords[Role.LAWYER]}
    async with desk.browser() as browser:
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.test"}):
            status, _, _ = await browser.ask("POST", "/login", data=form, headers=headers)
            assert status == 403
        assert browser.cookie() is None


@pytest.mark.parametrize("role", Role)
async def test_no_get_changes_a_row(desk: Desk, role: Role) -> None:
    async with desk.signed_in(role) as browser:
        before = await everything(desk.database)
        for route in ROUTES:
            if route.method == "GET":
                await browser.ask("GET", desk.path(route))
                await browser.ask("HEAD", desk.path(route))
        assert await everything(desk.database) == before


# -- the session -----------------------------------------------------------------------------------


async def test_the_session_gets_a_new_id_at_sign_in(desk: Desk) -> None:
    async with desk.browser() as browser:
        headers = {"Cookie": "office=chosen-by-somebody-else"}
        form = {"email": "lawyer@hotline.test", "password": desk.passwords[Role.LAWYER]}
        _, _, got = await browser.ask("POST", "/login", data=form, headers=headers)
        cookie = got["Set-Cookie"]
        first = browser.cookie() or ""
        assert re.fullmatch(r"[A-Za-z0-9_-]{43}", first)
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert "Path=/" in cookie
        await browser.sign_in(Role.LAWYER)
        assert browser.cookie() not in (None, first)
        async with desk.database.reading() as session:
            stored = (await session.scalars(select(LoginSession.token_hash))).all()
        assert first not in stored


async def test_behind_https_the_cookie_is_tied_to_the_host(
    database: Database, clock: Clock, library: Library, tmp_path: Path
) -> None:
    office = Office(database, SHIPPED, clock, lambda: library, changed=lambda: None, secure=True)
    assert office.cookie_name == "__Host-office"


Ending = Callable[[Desk, Browser], Awaitable[Any]]


async def _sign_out(desk: Desk, browser: Browser) -> None:
    cookie = {"Cookie": f"office={browser.cookie()}", "X-CSRF-Token": await browser.csrf()}
    async with desk.browser() as same:
        assert (await same.ask("POST", "/logout", headers=cookie))[0] == 303


async def _new_password(desk: Desk, _: Browser) -> None:
    async with desk.database.writing() as session:
        await accounts.renew_password(session, desk.staff[Role.LAWYER], desk.clock())


async def _disabled(desk: Desk, _: Browser) -> None:
    async with desk.database.writing() as session:
        person = await session.get(Staff, desk.staff[Role.LAWYER].id)
        assert person is not None
        await accounts.set_disabled(session, person, True, desk.clock())


async def _idle(desk: Desk, _: Browser) -> None:
    desk.clock.pass_(minutes=20)


async def _twelve_hours(desk: Desk, browser: Browser) -> None:
    for _ in range(48):
        assert await browser.is_in()
        desk.clock.pass_(minutes=15)


@pytest.mark.parametrize("end", [_sign_out, _new_password, _disabled, _idle, _twelve_hours])
async def test_the_session_ends(desk: Desk, end: Ending) -> None:
    async with desk.signed_in(Role.LAWYER) as browser:
        assert await browser.is_in()
        await end(desk, browser)
        assert not await browser.is_in()


async def test_disabling_ends_tokens_and_enabling_does_not_bring_them_back(desk: Desk) -> None:
    async with desk.browser() as browser, desk.signed_in(Role.ADMIN) as admin:
        csrf = {"X-CSRF-Token": await admin.csrf()}
        number = desk.staff[Role.LAWYER].id
        for verb in ("disable", "enable"):
            assert (await admin.ask("POST", f"/staff/{number}/{verb}", headers=csrf))[0] == 303
            got = await browser.ask("GET", "/api/tickets", headers=desk.bearer(Role.LAWYER))
            assert got[0] == 401
        assert await browser.sign_in(Role.LAWYER) == 303


async def test_a_session_in_use_stays(desk: Desk) -> None:
    async with desk.signed_in(Role.LAWYER) as browser:
        for _ in range(6):
            desk.clock.pass_(minutes=18)
            assert await browser.is_in()


# -- passwords -------------------------------------------------------------------------------------


async def test_known_and_unknown_accounts_get_the_same_answer(desk: Desk) -> None:
    async with desk.browser() as browser:
        seen = []
        for email in ("lawyer@hotline.test", "nobody@hotline.test"):
            answers = []
            for _ in range(12):
                form = {"email": email, "password": "wrong"}
                status, body, headers = await browser.ask("POST", "/login", data=form)
                assert "Set-Cookie" not in headers
                answers.append((status, body.replace(email, "")))
            seen.append(answers)
        assert seen[0] == seen[1]
        assert [status for status, _ in seen[0]] == [401] * 10 + [429] * 2


async def test_ten_tries_in_a_quarter_of_an_hour(desk: Desk) -> None:
    async with desk.browser() as browser:
        email = "lawyer@hotline.test"
        for number in range(10):
            spelled = (email, email.upper(), f" {email}\0")[number % 3]
            assert await browser.sign_in_as(spelled, "wrong") == 401
        assert await browser.sign_in(Role.LAWYER) == 429  # even the right one
        assert await browser.sign_in(Role.ADMIN) == 303  # others are not locked out
        desk.clock.pass_(minutes=15, seconds=1)
        assert await browser.sign_in(Role.LAWYER) == 303
        async with desk.database.reading() as session:
            left = await session.scalar(select(func.count()).select_from(LoginAttempt))
        assert left == 0


@pytest.mark.parametrize("email", ["lawyer@hotline.test", "nobody@hotline.test"])
async def test_fifty_tries_at_once_are_ten_tries(desk: Desk, email: str) -> None:
    async with desk.browser() as browser:
        tries = [browser.sign_in_as(email, f"wrong {number}") for number in range(50)]
        statuses = await asyncio.gather(*tries)
    assert sorted(statuses) == [401] * 10 + [429] * 40


ODD_FORMS: list[dict[str, Any]] = [
    {"data": {"email": "\0", "password": "\0"}},
    {"data": {"email": "x" * 100_000, "password": "x" * 100_000}},
    {"data": b"email=%ED%A0%80&password=%FF", "headers": {"Content-Type": "FORM"}},
    {"data": b"&" * 5000, "headers": {"Content-Type": "FORM"}},
    {"data": b"x" * 300_000, "headers": {"Content-Type": "FORM"}},
    {"data": b"--x\r\n\r\n", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
    {"data": b"x", "headers": {"Content-Type": "multipart/form-data"}},
    {"data": b"a=b", "headers": {"Content-Type": "FORM; charset=none-such"}},
    {
        "data": rb"email=\ud800&password=\ud800",
        "headers": {"Content-Type": "FORM; charset=unicode_escape"},
    },
    {"data": b"a=b", "headers": {"Content-Type": "FORM", "Content-Encoding": "gzip"}},
]


async def test_odd_forms_are_refused_without_a_fault(desk: Desk) -> None:
    async with desk.browser() as browser:
        for form in ODD_FORMS:
            headers = dict(form.get("headers", {}))
            kind = headers.get("Content-Type", "").replace(
                "FORM", "application/x-www-form-urlencoded"
            )
            more = {"headers": {**headers, "Content-Type": kind}} if kind else {}
            status, _, _ = await browser.ask("POST", "/login", data=form["data"], **more)
            assert 400 <= status < 500, form


async def test_odd_accounts_are_refused_without_a_fault(desk: Desk) -> None:
    async with desk.signed_in(Role.ADMIN) as admin:
        csrf = await admin.csrf()
        for email, name, role in (
            ("\0@x.test", "A\0", "lawyer"),
            ("c@x.test", "\u200b", "lawyer"),
            ("d@x.test\nBcc: e@x.test", "A", "lawyer"),
            ("", "", "lawyer"),
            ("a@b.test", "A", "\0"),
            ("x" * 300 + "@b.test", "A", "lawyer"),
            ("lawyer@hotline.test", "A", "lawyer"),
        ):
            form = {"email": email, "name": name, "role": role, "csrf": csrf}
            status, _, _ = await admin.ask("POST", "/staff", data=form)
            assert status < 500, form
        for number in ("0", "-1", "9" * 30, "²", "%00", "x"):
            path = f"/staff/{number}/disable"
            status, _, _ = await admin.ask("POST", path, headers={"X-CSRF-Token": csrf})
            assert status == 404, number


# -- headers ---------------------------------------------------------------------------------------


async def test_the_strict_headers_are_on_every_answer(desk: Desk) -> None:
    async with desk.signed_in(Role.LAWYER) as browser:
        odd = [
            ("GET", "/nothing"),
            ("GET", "/api/nothing"),
            ("DELETE", "/api/tickets"),
            ("PUT", "/"),
            ("GET", "/static/console.css"),
            ("GET", "/static/nothing.css"),
            ("GET", "/static/../app.py"),
            ("GET", "/static/%2e%2e/pages.py"),
            ("GET", "/fonts/nothing.woff2"),
            ("POST", "/api/tickets/x/replies"),
            ("GET", "/%00"),
        ]
        routes = [(route.method, desk.path(route)) for route in ROUTES if route.path != "/logout"]
        for method, path in [*odd, *routes]:
            status, _, headers = await browser.ask(method, path)
            own_cache_rule = path in ("/static/console.css", "/live")
            for name, value in SECURITY_HEADERS.items():
                if not (own_cache_rule and name == "Cache-Control"):
                    assert headers.get(name) == value, (method, path, status, name)
            assert status < 500, (method, path)


# -- bodies ----------------------------------------------------------------------------------------

BAD_JSON: dict[str, bytes] = {
    "empty": b"",
    "blank": b"  ",
    "half": b'{"text": "x',
    "list": b"[]",
    "null": b"null",
    "number": b"5",
    "nan": b"NaN",
    "no field": b"{}",
    "null field": b'{"text": null}',
    "number field": b'{"text": 5}',
    "huge": b'{"text": ' + b"9" * 5000 + b"}",
    "infinite": b'{"text": 1e400}',
    "list field": b'{"text": ["x"]}',
    "blank field": b'{"text": " \\u200b\\n "}',
    "only nul": b'{"text": "\\u0000"}',
    "half a pair": b'{"text": "\\ud800"}',
    "strange field": b'{"text": "x", "other": 1}',
    "strange name": b'{"text": "x", "\\ud800<b>": 1}',
    "long name": b'{"' + b"x" * 100_000 + b'": 1}',
    "deep": b"[" * 100_000,
    "deep field": b'{"text": ' + b"[" * 900 + b"]" * 900 + b"}",
    "not utf-8": b'{"text": "\xff"}',
    "long": b'{"text": "' + b"x" * 8001 + b'"}',
    "too large": b'{"text": "' + b"x" * 300_000 + b'"}',
}
_VIETNAMESE = re.compile("[ăâđêôơưạảấầậắặẹếềệỉịọốồộớờợụủứừựỳỹ]")


@pytest.mark.parametrize("route", [route for route in API if route.body], ids=named)
async def test_bad_json_is_refused_in_vietnamese(desk: Desk, route: Route) -> None:
    headers = desk.bearer(sorted(route.access)[0])
    packed = {**headers, "Content-Encoding": "gzip"}
    async with desk.browser() as browser:
        before = await everything(desk.database)
        cases = [(name, body, headers) for name, body in BAD_JSON.items()]
        for name, body, sent in [*cases, ("not gzip", b'{"text": "x"}', packed)]:
            status, answer, got = await browser.ask(
                route.method, desk.path(route), data=body, headers=sent
            )
            assert 400 <= status < 500, (name, answer)
            assert got["Content-Type"].startswith("application/json"), name
            assert _VIETNAMESE.search(answer), (name, answer)
            assert not re.search(r"Input should|valid string|Extra|<b>|xxx", answer), (name, answer)
        assert await everything(desk.database) == before


async def test_an_odd_key_of_a_repeat_is_taken_or_refused(desk: Desk) -> None:
    async with desk.browser() as browser:
        for key in (b"\xff\xfe", b"x" * 500, "một".encode(), b" "):
            headers = {**desk.bearer(Role.LAWYER), "Idempotency-Key": key.decode("latin-1")}
            path = f"/api/tickets/{desk.code}/replies"
            status, _, _ = await browser.ask("POST", path, json={"text": "Chào"}, headers=headers)
            assert status == 201, key


@pytest.mark.thorough("postgresql")
async def test_odd_queries_are_answered(desk: Desk) -> None:
    async with desk.browser() as browser:
        for route in (route for route in ROUTES if route.method == "GET" and route.access):
            role = sorted(route.access)[0]
            for value in (
                "%00",
                "%ED%A0%80",
                "-1",
                "9" * 40,
                "²",
                "0001-01-01",
                "9999-12-31",
                "a" * 3000,
            ):
                names = ("from", "to", "state", "mine", "limit", "offset", "view", "page", "q")
                query = "&".join(f"{name}={value}" for name in names)
                status, _, _ = await browser.ask(
                    "GET", f"{desk.path(route)}?{query}", headers=desk.bearer(role)
                )
                assert status < 500, (named(route), value)
        for first, last in (("0001-01-01", "0001-01-05"), ("9000-12-31", "9000-12-31")):
            path = f"/api/reports/summary?from={first}&to={last}"
            status, _, _ = await browser.ask("GET", path, headers=desk.bearer(Role.MANAGER))
            assert status in (200, 422)


async def test_what_a_manager_reads_names_nobody(desk: Desk) -> None:
    async with desk.browser() as browser:
        for route in (route for route in ROUTES if Role.MANAGER in route.access):
            if route.method != "GET" or route.path == "/live":
                continue
            headers = desk.bearer(Role.MANAGER)
            _, body, _ = await browser.ask("GET", desk.path(route), headers=headers)
            async with desk.database.reading() as session:
                ticket = (await session.scalars(select(Ticket))).one()
            assert ticket.alias not in body
            assert ticket.code not in body


def _valid_body(route: Route) -> dict[str, Any]:
    words = {"outcome": "talked"} if route.path.endswith("/calls") else {"text": "x"}
    return {"data": words} if route.page else {"json": words}
