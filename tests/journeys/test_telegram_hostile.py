"""What reaches the webhook: a wrong secret leaves nothing, a wrong body harms nobody."""

import asyncio
import gzip
import io
import resource
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from bot.channels.telegram import SECRET_HEADER, WEBHOOK_PATH
from bot.models import Message, Quarantine
from hotline.db import Database
from tests import hostile
from tests.factories import SECRET, Updates, everything
from tests.hostile import as_json, changed
from tests.journeys.conftest import Hotline

pytestmark = pytest.mark.thorough("postgresql")

LAN = 7001
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
    for body in (as_json(hotline.updates.message(LAN, "nợ lương")), b"[" * 20_000, b"\xff"):
        assert await _raw(hotline, WRONG_SECRETS[name], body) == 401
    assert await everything(hotline.house.database) == before
    assert hotline.telegram.sent == []


async def test_the_right_secret_as_raw_bytes_is_let_in(hotline: Hotline) -> None:
    body = as_json(hotline.updates.message(LAN, "nợ lương"))
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
    plain = as_json(message)
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
        "bool as update id": as_json(message | {"update_id": True}),
        "text as update id": as_json(message | {"update_id": "5"}),
        "no update id": as_json({"message": message["message"]}),
        "empty message": as_json(message | {"message": {}}),
        "message is a list": as_json(message | {"message": [message["message"]]}),
        "date beyond time": changed(message, "message.date", 10**18),
        "date 1e400": as_json(message).replace(str(message["message"]["date"]).encode(), b"1e400"),
        "bool as chat id": changed(message, "message.chat.id", True),
        "fraction as chat id": changed(message, "message.chat.id", 1.5),
        "nan as chat id": changed(message, "message.chat.id", float("nan")),
        "digits as chat id": changed(message, "message.chat.id", "7001"),
        "other digits as chat id": changed(message, "message.chat.id", "٧٠٠١"),
        "chat id over 2**63": plain.replace(b'"id": 7001', b'"id": ' + huge),
        "bool as message id": changed(message, "message.message_id", True),
        "list as message id": changed(message, "message.message_id", [1]),
        "half a pair as message id": changed(message, "message.message_id", "\ud800"),
        "number as text": changed(message, "message.text", 5),
        "list as text": changed(message, "message.text", ["x"]),
        "object as text": changed(message, "message.text", {"x": 1}),
        "list as data": changed(tap, "callback_query.data", ["1:0"]),
        "number as data": changed(tap, "callback_query.data", 5),
        "half a pair as query id": changed(tap, "callback_query.id", "\ud800"),
        "list as query id": changed(tap, "callback_query.id", [5]),
        "nothing as query id": changed(tap, "callback_query.id", ""),
    }
    found = {name: (body, {}) for name, body in bodies.items()}
    found["over 1 MiB"] = (changed(message, "message.text", "x" * (MEGABYTE + 1)), {})
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
    bodies = {name: as_json(updates.message(LAN, text)) for name, text in texts.items()}
    bodies["surplus"] = as_json(updates.message(LAN, "nợ lương", surplus={"a": [1] * 50}))
    bodies["half a pair as data"] = as_json(updates.tap(LAN, "\ud800"))
    bodies["nul as data"] = as_json(updates.tap(LAN, "\0"))
    bodies["digits as data"] = as_json(updates.tap(LAN, "9" * 60 + ":" + "9" * 60))
    bodies["other digits as data"] = as_json(updates.tap(LAN, "²:²"))
    bodies["doubled keys"] = b'{"update_id": 1, ' + as_json(updates.message(LAN, "nợ lương"))[1:]
    bodies["old"] = changed(updates.message(LAN, "luật sư ơi công ty nợ lương"), "message.date", 0)
    for name, body in bodies.items():
        assert await _post(hotline, body) == 200, name
    for kind in ("text/plain", "multipart/form-data", "application/xml; charset=x", "", ";"):
        body = as_json(updates.message(LAN, "nợ lương"))
        assert await _post(hotline, body, **{"Content-Type": kind}) == 200, kind
    zipped = gzip.compress(as_json(updates.message(LAN, "nợ lương")))
    assert await _post(hotline, zipped, **{"Content-Encoding": "gzip"}) == 200
    database = hotline.house.database
    assert await _count(database, Quarantine) == 0
    async with database.reading() as session:
        taken_in = select(func.count()).select_from(Message).where(Message.direction == "in")
        assert await session.scalar(taken_in) == len(bodies) + 6
    await _still_answers(hotline)


# -- thousands of them -----------------------------------------------------------------------------


@pytest.mark.thorough
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
    video = {"file_id": "v", "file_unique_id": "u", "width": 9, "height": 9, "duration": 3}
    photo = {"file_id": "a", "file_unique_id": "b", "width": 90, "height": 90, "file_size": 900}
    voice = {"file_id": "a", "file_unique_id": "b", "duration": 3, "file_size": 900}
    place = {"latitude": 20.86, "longitude": 106.68}
    real = [
        updates.message(LAN, "nghỉ việc phải báo trước mấy ngày"),
        updates.tap(LAN, "1:0"),
        updates.membership(LAN, "kicked"),
        updates.message(LAN, "", photo=[photo], caption="ảnh"),
        updates.message(LAN, "", voice=voice),
        updates.message(LAN, "", location=place),
        updates.edited(LAN, 5000, "nghỉ việc"),
        updates.message(LAN, "/start"),
        updates.message(LAN, "xóa", entities=[{"type": "bold", "offset": 0, "length": 3}]),
        updates.message(LAN, "", video=video),
        updates.membership(LAN, "member"),
    ]
    return hostile.corpus(real, real[:7], size)


# -- tools -----------------------------------------------------------------------------------------


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
