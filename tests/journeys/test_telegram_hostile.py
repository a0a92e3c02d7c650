"""What reaches the webhook: a wrong secret leaves nothing, a wrong body harms nobody."""

import asyncio
import copy
import gzip
import io
import json
import random
import resource
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.channels.telegram import SECRET_HEADER, WEBHOOK_PATH
from bot.models import Message, Quarantine
from hotline.db import Database
from tests.factories import SECRET, Updates, everything
from tests.journeys.conftest import Hotline

LAN = 7001
SEED = 20261122
HOSTILE = 2000
MEGABYTE = 1024 * 1024

WRONG_SECRETS: dict[str, list[bytes]] = {
    "missing": [],
    "empty": [b""],
    "wrong": [b"another-secret"],
    "cut": [SECRET[:-1].encode()],
    "longer": [SECRET.encode() + b"x"],
    "upper-cased": [SECRET.upper().encode()],
    "not ascii": [b"\xff\xfe" + SECRET.encode()],
    "utf-8": ["mật-khẩu".encode()],
    "full-width": ["".join(chr(ord(c) + 0xFEE0) for c in SECRET).encode()],
    "doubled": [SECRET.encode(), SECRET.encode()],
    "right and wrong": [SECRET.encode(), b"wrong"],
    "joined": [f"{SECRET}, {SECRET}".encode()],
}


# -- nobody without the secret ---------------------------------------------------------------------


@pytest.mark.parametrize("name", WRONG_SECRETS)
async def test_a_wrong_secret_leaves_nothing(hotline: Hotline, name: str) -> None:
    before = await everything(hotline.house.database)
    for body in (_json(hotline.updates.message(LAN, "nợ lương")), b"[" * 20_000, b"\xff"):
        assert await _raw(hotline, WRONG_SECRETS[name], body) == 401
    assert await everything(hotline.house.database) == before
    assert hotline.telegram.sent == []


async def test_the_right_secret_as_raw_bytes_is_let_in(hotline: Hotline) -> None:
    body = _json(hotline.updates.message(LAN, "nợ lương"))
    assert await _raw(hotline, [SECRET.encode()], body) == 200
    await hotline.hears(LAN, 1)


async def _raw(hotline: Hotline, secrets: list[bytes], body: bytes) -> int:
    """The status of a request written by hand: clients refuse to send some of these headers."""
    port = int(hotline.public_base.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = [f"POST {WEBHOOK_PATH} HTTP/1.1".encode(), b"Host: hotline.test", b"Connection: close"]
    head += [SECRET_HEADER.encode() + b": " + secret for secret in secrets]
    head += [b"Content-Type: application/json", f"Content-Length: {len(body)}".encode()]
    writer.write(b"\r\n".join(head) + b"\r\n\r\n" + body)
    await writer.drain()
    status = int((await reader.readline()).split()[1])
    writer.close()
    return status


# -- bodies nobody can use -------------------------------------------------------------------------


def unusable(updates: Updates) -> dict[str, tuple[bytes, dict[str, str]]]:
    """Bodies that must end in quarantine, each with the headers it comes with."""
    message = updates.message(LAN, "nợ lương")
    tap = updates.tap(LAN, "1:0")
    plain = _json(message)
    huge = str(2**63).encode()
    bodies: dict[str, bytes] = {
        "nothing": b"",
        "blank": b" \n ",
        "brackets": b"[" * 20_000,
        "braces": b'{"a":' * 20_000,
        "a list": b"[" + plain + b"]",
        "a string": b'"update"',
        "a number": b"5",
        "null": b"null",
        "nan": b"NaN",
        "half": plain[: len(plain) // 2],
        "twice": plain + plain,
        "latin-1": plain.replace(b"Lan", b"L\xe1n"),
        "zero bytes": b"\0" * 500,
        "5,000 digits": b'{"update_id": ' + b"9" * 5000 + b"}",
        "bool as update id": _json(message | {"update_id": True}),
        "text as update id": _json(message | {"update_id": "5"}),
        "no update id": _json({"message": message["message"]}),
        "empty message": _json(message | {"message": {}}),
        "message is a list": _json(message | {"message": [message["message"]]}),
        "date beyond time": _with(message, "message.date", 10**18),
        "date 1e400": _json(message).replace(str(message["message"]["date"]).encode(), b"1e400"),
        "bool as chat id": _with(message, "message.chat.id", True),
        "fraction as chat id": _with(message, "message.chat.id", 1.5),
        "nan as chat id": _with(message, "message.chat.id", float("nan")),
        "digits as chat id": _with(message, "message.chat.id", "7001"),
        "other digits as chat id": _with(message, "message.chat.id", "٧٠٠١"),
        "chat id over 2**63": plain.replace(b'"id": 7001', b'"id": ' + huge),
        "bool as message id": _with(message, "message.message_id", True),
        "list as message id": _with(message, "message.message_id", [1]),
        "half a pair as message id": _with(message, "message.message_id", "\ud800"),
        "number as text": _with(message, "message.text", 5),
        "list as text": _with(message, "message.text", ["x"]),
        "object as text": _with(message, "message.text", {"x": 1}),
        "list as data": _with(tap, "callback_query.data", ["1:0"]),
        "number as data": _with(tap, "callback_query.data", 5),
        "half a pair as query id": _with(tap, "callback_query.id", "\ud800"),
        "list as query id": _with(tap, "callback_query.id", [5]),
        "nothing as query id": _with(tap, "callback_query.id", ""),
    }
    found = {name: (body, {}) for name, body in bodies.items()}
    found["over 1 MiB"] = (_with(message, "message.text", "x" * (MEGABYTE + 1)), {})
    packed = {"Content-Encoding": "gzip"}
    found["gzip bomb"] = (gzip.compress(b"[" * (64 * MEGABYTE)), packed)
    found["not gzip"] = (plain, packed)
    found["not deflate"] = (plain, {"Content-Encoding": "deflate"})
    found["half a gzip"] = (gzip.compress(plain)[:-12], packed)
    return found


async def test_unusable_bodies_are_kept_and_answered(hotline: Hotline) -> None:
    database = hotline.house.database
    for name, (body, headers) in unusable(hotline.updates).items():
        before = await _count(database, Quarantine)
        assert await _post(hotline, body, **headers) == 200, name
        assert await _count(database, Quarantine) == before + 1, name
    assert await _count(database, Message) == 0
    await _still_answers(hotline)


async def test_odd_but_usable_bodies_are_answered(hotline: Hotline) -> None:
    """What can be read is read: a wrong content type or a surplus field loses nobody's question."""
    texts = {
        "nul": "nợ\0 lương",
        "half pairs": "nợ lương \ud800\udfff\udc00",
        "long": "nợ lương " * 33_000,
        "direction": "\u202enợ lương\u202c",
        "slash": "/",
        "command with a nul": "/start\0",
        "blank": " \n\t",
        "only half a pair": "\ud83d",
    }
    updates = hotline.updates
    bodies = {name: _json(updates.message(LAN, text)) for name, text in texts.items()}
    bodies["surplus"] = _json(updates.message(LAN, "nợ lương", surplus={"a": [1] * 50}))
    bodies["half a pair as data"] = _json(updates.tap(LAN, "\ud800"))
    bodies["nul as data"] = _json(updates.tap(LAN, "\0"))
    bodies["digits as data"] = _json(updates.tap(LAN, "9" * 60 + ":" + "9" * 60))
    bodies["other digits as data"] = _json(updates.tap(LAN, "²:²"))
    bodies["doubled keys"] = b'{"update_id": 1, ' + _json(updates.message(LAN, "nợ lương"))[1:]
    bodies["old"] = _with(updates.message(LAN, "luật sư ơi công ty nợ lương"), "message.date", 0)
    for name, body in bodies.items():
        assert await _post(hotline, body) == 200, name
    for kind in ("text/plain", "multipart/form-data", "application/xml; charset=x", "", ";"):
        body = _json(updates.message(LAN, "nợ lương"))
        assert await _post(hotline, body, **{"Content-Type": kind}) == 200, kind
    zipped = gzip.compress(_json(updates.message(LAN, "nợ lương")))
    assert await _post(hotline, zipped, **{"Content-Encoding": "gzip"}) == 200
    database = hotline.house.database
    assert await _count(database, Quarantine) == 0
    async with database.reading() as session:
        taken_in = select(func.count()).select_from(Message).where(Message.direction == "in")
        assert await session.scalar(taken_in) == len(bodies) + 6
    await _still_answers(hotline)


# -- thousands of them -----------------------------------------------------------------------------


async def test_thousands_of_hostile_bodies_do_no_harm(hotline: Hotline) -> None:
    bodies = list(corpus(hotline.updates, HOSTILE))
    memory = _megabytes()
    statuses: dict[int, int] = {}
    queue = iter(bodies)

    async def sender() -> None:
        for body in queue:
            status = await _post(hotline, body)
            statuses[status] = statuses.get(status, 0) + 1

    await asyncio.gather(*[sender() for _ in range(16)])
    assert statuses == {200: HOSTILE}
    assert _megabytes() - memory <= 50
    assert await _count(hotline.house.database, Quarantine) > HOSTILE / 4
    await _still_answers(hotline)


def corpus(updates: Updates, size: int) -> Iterator[bytes]:
    """The same `size` bodies each time: real updates with wrong types, flipped bytes and scars."""
    chance = random.Random(SEED)
    real = [
        updates.message(LAN, "nghỉ việc phải báo trước mấy ngày"),
        updates.message(LAN, "/start"),
        updates.message(LAN, "xóa", entities=[{"type": "bold", "offset": 0, "length": 3}]),
        updates.message(LAN, "", photo=[{"file_id": "a", "file_unique_id": "b"}], caption="ảnh"),
        updates.tap(LAN, "1:0"),
        updates.membership(LAN, "kicked"),
        updates.membership(LAN, "member"),
    ]
    made = 0
    for body in _wrong_types(real):
        yield body
        made += 1
    scars = (_flipped, _cut, _spliced, _repeated, _stuffed)
    while made < size:
        yield chance.choice(scars)(_json(chance.choice(real)), chance)
        made += 1


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


def _wrong_types(real: list[dict[str, Any]]) -> Iterator[bytes]:
    for update in (real[0], real[4], real[5]):
        for path in _paths(update):
            for value in WRONG:
                yield _with(update, path, value)


def _paths(value: Any, above: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, below in value.items():
            path = f"{above}.{key}" if above else key
            yield path
            yield from _paths(below, path)


def _flipped(body: bytes, chance: random.Random) -> bytes:
    changed = bytearray(body)
    for _ in range(chance.randint(1, 4)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _cut(body: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(body))
    return body[:start] + body[start + chance.randint(1, 30) :]


def _spliced(body: bytes, chance: random.Random) -> bytes:
    scars = (b"\0", b"\\u0000", b"\\ud800", b"1e400", b"NaN", b"9" * 5000, b"[" * 2000, b'"', b"{}")
    place = chance.randrange(len(body))
    return body[:place] + chance.choice(scars) + body[place:]


def _repeated(body: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(body))
    part = body[start : start + chance.randint(1, 60)]
    return body[:start] + part * chance.randint(2, 40) + body[start:]


def _stuffed(body: bytes, chance: random.Random) -> bytes:
    return body.decode().encode(chance.choice(["utf-16", "utf-16-le", "utf-32", "utf-8-sig"]))


# -- tools -----------------------------------------------------------------------------------------


def _json(update: Any) -> bytes:
    """As Telegram writes it, escapes and all; half pairs survive only so."""
    return json.dumps(update).encode()


def _with(update: dict[str, Any], path: str, value: Any) -> bytes:
    changed = copy.deepcopy(update)
    *above, last = path.split(".")
    place = changed
    for key in above:
        place = place[key]
    place[last] = value
    return _json(changed)


async def _post(hotline: Hotline, body: bytes, **headers: str) -> int:
    given = {"Content-Type": "application/json", SECRET_HEADER: SECRET, **headers}
    url = hotline.public_base + WEBHOOK_PATH
    async with hotline.session.post(url, data=io.BytesIO(body), headers=given) as response:
        return response.status


async def _count(database: Database, kind: type[Message | Quarantine]) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(kind)) or 0


async def _still_answers(hotline: Hotline) -> None:
    await hotline.says(8002, "nghỉ việc phải báo trước mấy ngày")
    await hotline.hears(8002, 2)


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
