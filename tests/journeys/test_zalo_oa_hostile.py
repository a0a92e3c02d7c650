"""Ten thousand bodies nobody meant well: without Zalo's signature no row, with it no fault of ours."""

import hashlib
import json
import random
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import func, select

from bot.channels.zalo_oa import WEBHOOK_PATH, Account, webhook_routes
from bot.models import Message, Quarantine
from hotline import app
from hotline.db import Database
from hotline.settings import Settings
from tests.factories import everything
from tests.fake_zalo_oa import APP_ID, APP_SECRET, OA_SECRET
from tests.fakes import RememberingReception
from tests.hostile import SEED, corpus
from tests.journeys.conftest import Hotline
from tests.raw_requests import statuses

UNSIGNED = 10_000
SIGNED = 10_000
THROUGH_THE_HOUSE = 300  # of the signed ones, with a database behind them
STAMP = "1795345440910"
USER = "246845883529197922"
HEAD = f"POST {WEBHOOK_PATH} HTTP/1.1\r\nHost: hotline.test\r\nContent-Type: application/json\r\n"

REAL: list[dict[str, Any]] = [
    {
        "app_id": APP_ID,
        "sender": {"id": USER},
        "recipient": {"id": "388613280878808645"},
        "event_name": name,
        "message": {
            "msg_id": "96d3cdf3af150460909",
            "text": "nợ lương",
            "conversation_id": "c77",
            "attachments": [{"type": kind, "payload": payload}],
        },
        "timestamp": STAMP,
    }
    for name, kind, payload in (
        ("user_send_text", "link", {"url": "https://x.vn", "description": "…"}),
        ("user_send_file", "file", {"url": "https://x.vn/a", "name": "a.pdf", "size": "5"}),
        ("user_send_location", "location", {"coordinates": {"latitude": "1", "longitude": "2"}}),
        ("anonymous_send_image", "image", {"url": "https://x.vn/a", "thumbnail": "…"}),
        ("oa_send_text", "link", {}),
    )
]
REAL[4]["sender"]["admin_id"] = "77"
REAL += [
    {
        "app_id": APP_ID,
        "oa_id": "388613280878808645",
        "event_name": name,
        "user_id": USER,
        "follower": {"id": USER},
        "timestamp": STAMP,
    }
    for name in ("follow", "unfollow", "user_click_chatnow", "user_withdraw")
]


def hostile(size: int) -> Iterator[bytes]:
    return corpus(REAL, REAL, size)


# -- how they are sent -----------------------------------------------------------------------------


def _mac(body: bytes, secret: str = OA_SECRET) -> str:
    """Signed with the body's own timestamp where that can be read, else with the header's."""
    try:
        own = json.loads(body)["timestamp"]
    except (ValueError, LookupError, TypeError, RecursionError):
        own = STAMP
    stamp = own if isinstance(own, str) and own.isascii() and own.isdigit() else STAMP
    return hashlib.sha256(APP_ID.encode() + body + stamp.encode() + secret.encode()).hexdigest()


def signed(body: bytes) -> str:
    return f"X-ZEvent-Signature: mac={_mac(body)}\r\nX-ZEvent-Timestamp: {STAMP}\r\n"


FORGERIES = (
    lambda body: "",
    lambda body: f"X-ZEvent-Signature: mac={_mac(body, 'guessed')}\r\n",
    lambda body: f"X-ZEvent-Signature: {'0' * 64}\r\nX-ZEvent-Timestamp: {STAMP}\r\n",
    lambda body: f"X-ZEvent-Signature: mac={_mac(body)[:-1]}\r\n",
    lambda body: f"X-ZEvent-Signature: mac={_mac(body)}\r\n" * 2,
    lambda body: f"X-ZEvent-Signature: sha256={_mac(body)}\r\n",
)


def post(headers: str, body: bytes) -> bytes:
    return f"{HEAD}{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body


@pytest.fixture
def settings(settings: Settings) -> Settings:
    keys = {
        "zalo_oa_app_id": APP_ID,
        "zalo_oa_secret": OA_SECRET,
        "zalo_oa_app_secret": APP_SECRET,
    }
    nowhere = dict.fromkeys(("zalo_oa_api_base", "zalo_oa_oauth_base"), "http://127.0.0.1:9")
    return settings.model_copy(update=keys | nowhere)


@pytest.fixture
async def door() -> AsyncIterator[tuple[str, RememberingReception]]:
    """The real route on its own listener, with nothing behind it."""
    reception = RememberingReception()
    account = Account(APP_ID, OA_SECRET, APP_SECRET, "", "")
    served = web.Application(middlewares=[app._unavailable], client_max_size=app.MAX_BODY)
    served.add_routes(webhook_routes(account, reception))
    runner = web.AppRunner(served, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}", reception
    await runner.cleanup()


# -- the stories -----------------------------------------------------------------------------------


def test_they_are_as_many_as_said_and_the_same_each_time() -> None:
    first = list(hostile(UNSIGNED))
    assert len(first) >= UNSIGNED
    assert first == list(hostile(UNSIGNED))


@pytest.mark.thorough
async def test_badly_signed_they_leave_nothing(hotline: Hotline) -> None:
    bodies = hostile(UNSIGNED)
    before = await everything(hotline.house.database)
    requests = [post(FORGERIES[n % len(FORGERIES)](body), body) for n, body in enumerate(bodies)]
    assert await statuses(hotline.public_base, requests) == {401: len(requests)}
    assert await everything(hotline.house.database) == before


@pytest.mark.thorough
async def test_well_signed_they_are_taken_kept_aside_or_ignored(
    door: tuple[str, RememberingReception],
) -> None:
    base, reception = door
    found = await statuses(base, [post(signed(body), body) for body in hostile(SIGNED)])
    assert sum(found.values()) >= SIGNED
    assert set(found) <= {200, 401}  # 401: another app's id, or a timestamp that is none
    assert found[200] > 0.8 * sum(found.values())
    assert reception.received
    assert reception.quarantined


@pytest.mark.thorough("sqlite")
async def test_well_signed_they_harm_no_database(hotline: Hotline) -> None:
    chance = random.Random(SEED)
    bodies = chance.sample(list(hostile(SIGNED)), THROUGH_THE_HOUSE)
    found = await statuses(hotline.public_base, [post(signed(body), body) for body in bodies])
    assert set(found) <= {200, 401}
    assert await _count(hotline.house.database, Quarantine) > THROUGH_THE_HOUSE / 4
    assert await _count(hotline.house.database, Message) > 0


async def _count(database: Database, kind: type[Message | Quarantine]) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(kind)) or 0
