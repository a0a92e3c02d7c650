"""Ten thousand bodies nobody meant well: without Zalo's signature no row, with it no fault of ours."""

import asyncio
import copy
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
from tests.journeys.conftest import Hotline

SEED = 20261122
UNSIGNED = 10_000
SIGNED = 10_000
THROUGH_THE_HOUSE = 300  # of the signed ones, with a database behind them
LINES = 8  # connections at a time
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
WRONG = (
    None,
    True,
    -1,
    2**63,
    2**200,
    1.5,
    1e300,
    "",
    "x",
    "\0",
    "\ud800",
    [],
    [[]],
    {},
    {"id": 1},
)


def hostile(size: int) -> Iterator[bytes]:
    """Every value of every field replaced, then flips, cuts, splices: the same ones each time."""
    chance = random.Random(SEED)
    made = 0
    for body in _wrong_types():
        yield body
        made += 1
    while made < size:
        yield chance.choice(SCARS)(_json(chance.choice(REAL)), chance)
        made += 1


def _wrong_types() -> Iterator[bytes]:
    for event in REAL:
        for path in _paths(event):
            for value in WRONG:
                yield _with(event, path, value)


def _paths(value: Any) -> Iterator[list[Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, below in items:
        yield [key]
        if isinstance(below, dict | list):
            yield from ([key, *path] for path in _paths(below))


def _with(event: dict[str, Any], path: list[Any], value: Any) -> bytes:
    changed = copy.deepcopy(event)
    place: Any = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return _json(changed)


def _json(event: Any) -> bytes:
    return json.dumps(event).encode()


def _flipped(body: bytes, chance: random.Random) -> bytes:
    changed = bytearray(body)
    for _ in range(chance.randint(1, 4)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _cut(body: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(body))
    return body[:start] + body[start + chance.randint(1, 30) :]


def _spliced(body: bytes, chance: random.Random) -> bytes:
    parts = (b"\0", b"\\u0000", b"\\ud800", b"1e400", b"NaN", b"9" * 5000, b"[" * 2000, b'"', b"{}")
    place = chance.randrange(len(body))
    return body[:place] + chance.choice(parts) + body[place:]


def _repeated(body: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(body))
    return body[:start] + body[start : start + 40] * chance.randint(2, 30) + body[start:]


def _stuffed(body: bytes, chance: random.Random) -> bytes:
    return body.decode().encode(chance.choice(["utf-16", "utf-16-le", "utf-32", "utf-8-sig"]))


SCARS = (_flipped, _cut, _spliced, _repeated, _stuffed)


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


async def send_all(port: int, requests: list[tuple[str, bytes]]) -> list[int]:
    """The statuses, each connection kept open as long as it is kept by the other side."""
    lines = await asyncio.gather(
        *(_send_some(port, requests[number::LINES]) for number in range(LINES))
    )
    return [status for line in lines for status in line]


async def _send_some(port: int, requests: list[tuple[str, bytes]]) -> list[int]:
    statuses = []
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for headers, body in requests:
        head = f"{HEAD}{headers}Content-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(answer.partition("content-length: ")[2].partition("\r\n")[0] or 0)
        await reader.readexactly(length)
        statuses.append(int(answer.split()[1]))
        if "connection: close" in answer:
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()
    return statuses


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
async def door() -> AsyncIterator[tuple[int, RememberingReception]]:
    """The real route on its own listener, with nothing behind it."""
    reception = RememberingReception()
    account = Account(APP_ID, OA_SECRET, APP_SECRET, "", "")
    served = web.Application(middlewares=[app._unavailable], client_max_size=app.MAX_BODY)
    served.add_routes(webhook_routes(account, reception))
    runner = web.AppRunner(served, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1], reception
    await runner.cleanup()


def port_of(hotline: Hotline) -> int:
    return int(hotline.public_base.rpartition(":")[2])


# -- the stories -----------------------------------------------------------------------------------


def test_they_are_as_many_as_said_and_the_same_each_time() -> None:
    first = list(hostile(UNSIGNED))
    assert len(first) >= UNSIGNED
    assert first == list(hostile(UNSIGNED))


async def test_badly_signed_they_leave_nothing(hotline: Hotline) -> None:
    bodies = hostile(UNSIGNED)
    before = await everything(hotline.house.database)
    requests = [(FORGERIES[n % len(FORGERIES)](body), body) for n, body in enumerate(bodies)]
    assert set(await send_all(port_of(hotline), requests)) == {401}
    assert await everything(hotline.house.database) == before


async def test_well_signed_they_are_taken_kept_aside_or_ignored(
    door: tuple[int, RememberingReception],
) -> None:
    port, reception = door
    bodies = list(hostile(SIGNED))
    statuses = await send_all(port, [(signed(body), body) for body in bodies])
    assert len(statuses) >= SIGNED
    assert set(statuses) <= {200, 401}  # 401: another app's id, or a timestamp that is none
    assert statuses.count(200) > 0.8 * len(statuses)
    assert reception.received
    assert reception.quarantined


async def test_well_signed_they_harm_no_database(hotline: Hotline) -> None:
    chance = random.Random(SEED)
    bodies = chance.sample(list(hostile(SIGNED)), THROUGH_THE_HOUSE)
    statuses = await send_all(port_of(hotline), [(signed(body), body) for body in bodies])
    assert set(statuses) <= {200, 401}
    assert await _count(hotline.house.database, Quarantine) > THROUGH_THE_HOUSE / 4
    assert await _count(hotline.house.database, Message) > 0


async def _count(database: Database, kind: type[Message | Quarantine]) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(kind)) or 0
