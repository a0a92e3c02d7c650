"""Both listeners of the running program: strict headers on every answer, also on refusals."""

from typing import Any

import pytest

from bot.channels.telegram import SECRET_HEADER, WEBHOOK_PATH
from bot.web import SECURITY_HEADERS
from tests.factories import SECRET
from tests.journeys.conftest import Hotline

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


def _strict(path: str, headers: Any) -> None:
    for name, value in SECURITY_HEADERS.items():
        if (path, name) not in OWN_RULES:
            assert headers.get(name) == value, (path, name)


async def _ask(hotline: Hotline, method: str, url: str, **more: Any) -> tuple[int, Any]:
    async with hotline.session.request(method, url, allow_redirects=False, **more) as response:
        return response.status, response.headers
