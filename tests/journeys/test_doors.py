"""Both listeners of the running program: strict headers on every answer, also on refusals."""

import asyncio
from typing import Any

import pytest
import structlog
from sqlalchemy import select

from bot.channels.telegram import SECRET_HEADER, WEBHOOK_PATH
from bot.models import Quarantine
from bot.web import SECURITY_HEADERS
from escalation.vocabulary import Role
from hotline import logs
from tests.factories import SECRET
from tests.journeys.conftest import Hotline

log = structlog.get_logger()
pytestmark = pytest.mark.thorough("postgresql")

PUBLIC: list[tuple[str, str, int]] = [
    ("GET", "/", 200),
    ("GET", "/healthz", 200),
    ("GET", "/readyz", 200),
    ("GET", "/chat", 303),
    ("POST", "/chat", 415),
    ("GET", "/chat/messages", 204),
    ("GET", "/static/chat/chat.css", 200),
    ("GET", "/static/chat/nothing.css", 404),
    ("GET", "/static/chat/%2e%2e%2fwebchat.py", 404),
    ("GET", "/nothing", 404),
    ("GET", "/%00", 404),
    ("DELETE", "/", 405),
    ("GET", WEBHOOK_PATH, 405),
    ("POST", WEBHOOK_PATH, 401),
]
OFFICE: list[tuple[str, str, int]] = [
    ("GET", "/login", 200),
    ("GET", "/", 303),
    ("GET", "/metrics", 200),
    ("GET", "/api/tickets", 401),
    ("GET", "/nothing", 404),
    ("DELETE", "/login", 405),
    ("GET", "/static/console.css", 200),
    ("GET", "/static/nothing", 404),
]
# A page whose forms must name their origin, and files that browsers may keep, say so themselves.
OWN_RULES = {
    ("/", "Referrer-Policy"),
    ("/chat", "Referrer-Policy"),
    ("/static/chat/chat.css", "Cache-Control"),
    ("/static/console.css", "Cache-Control"),
}


async def test_the_workers_door_is_strict(hotline: Hotline) -> None:
    for method, path, expected in PUBLIC:
        status, headers = await _ask(hotline, method, hotline.public_base + path)
        assert status == expected, (method, path)
        _strict(path, headers)
        assert "max-age" in headers["Strict-Transport-Security"]  # its address is https


async def test_the_office_door_is_strict(hotline: Hotline) -> None:
    for method, path, expected in OFFICE:
        status, headers = await _ask(hotline, method, hotline.office_base + path)
        assert status == expected, (method, path)
        _strict(path, headers)
        assert "Strict-Transport-Security" not in headers  # its address is not


async def test_a_fault_of_ours_is_strict_and_short(hotline: Hotline) -> None:
    hotline.house.desk = None
    body = hotline.updates.message(7001, "nợ lương")
    url = hotline.public_base + WEBHOOK_PATH
    status, headers = await _ask(hotline, "POST", url, json=body, headers={SECRET_HEADER: SECRET})
    assert status == 503
    assert headers["Retry-After"] == "5"
    _strict(WEBHOOK_PATH, headers)


@pytest.mark.parametrize("after", ["2147483649", "999999999999999999"])
async def test_a_message_number_beyond_all_numbers_is_no_fault(
    hotline: Hotline, after: str
) -> None:
    url = f"{hotline.public_base}/chat/messages?after={after}"
    status, _ = await _ask(hotline, "GET", url, headers={"Cookie": f"chat={'0' * 32}"})
    assert status in (205, 400)


async def test_who_leaves_in_the_middle_is_no_fault(
    hotline: Hotline, capfd: pytest.CaptureFixture[str]
) -> None:
    logs.configure()  # once more, now that stdout is what `capfd` reads
    form, script = "application/x-www-form-urlencoded", await hotline.staff(Role.LAWYER)
    for words in ("cho em gặp luật sư", "cty nợ lương 3 tháng"):
        await hotline.says(7002, words)
    code = (await script.get("/api/tickets"))[1]["tickets"][0]["code"]
    doors: list[tuple[str, str, dict[str, str]]] = [
        (hotline.public_base, WEBHOOK_PATH, {SECRET_HEADER: SECRET}),
        (hotline.public_base, "/chat", {"Content-Type": form}),
        (hotline.office_base, "/login", {"Content-Type": form}),
        (hotline.office_base, f"/api/tickets/{code}/notes", dict(script.headers)),
    ]
    for base, path, headers in doors:
        await _leave_in_the_middle(base, path, headers)
        assert (await _ask(hotline, "GET", base + "/login"))[0] in (200, 404)
    log.info("looked_at")
    said = "".join(capfd.readouterr())
    assert "looked_at" in said  # it is where we look
    assert "request_failed" not in said
    assert "Error handling request" not in said
    async with hotline.house.database.reading() as session:
        assert (await session.scalars(select(Quarantine))).all() == []


async def _leave_in_the_middle(base: str, path: str, headers: dict[str, str]) -> None:
    lines = [f"{name}: {value}" for name, value in headers.items()]
    head = [f"POST {path} HTTP/1.1", "Host: hotline.test", "Content-Length: 100", *lines]
    _, writer = await asyncio.open_connection("127.0.0.1", int(base.rpartition(":")[2]))
    writer.write("\r\n".join([*head, "", "abc"]).encode())
    await writer.drain()
    await asyncio.sleep(0.3)  # it waits for the rest
    writer.transport.abort()
    await asyncio.sleep(0.3)


def _strict(path: str, headers: Any) -> None:
    for name, value in SECURITY_HEADERS.items():
        if (path, name) not in OWN_RULES:
            assert headers.get(name) == value, (path, name)


async def _ask(hotline: Hotline, method: str, url: str, **more: Any) -> tuple[int, Any]:
    async with hotline.session.request(method, url, allow_redirects=False, **more) as response:
        return response.status, response.headers
