"""Zalo Bot: every event in, every refusal out, webhook and polling, against a Zalo on loopback."""

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from structlog.testing import capture_logs

from bot import phrases
from bot.channels import zalo_bot, zalo_bot_polling
from bot.channels.base import (
    Attachment,
    Inbound,
    Media,
    Outbound,
    SendFailed,
    TryLater,
    Unreachable,
    split,
)
from bot.channels.fetching import Fetcher
from bot.channels.zalo_bot import SECRET_HEADER, WEBHOOK_PATH, ZaloBot
from bot.channels.zalo_bot_events import parse, read
from hotline.rehearsal.zalo_bot import FakeZaloBot
from tests import hostile
from tests.fakes import RememberingReception
from tests.hostile import as_json, changed

TOKEN = "738499441022218443:token-of-nobody_at-all"
SECRET = "a-secret-for-zalo"
LAN, GROUP = "6ede9afa66b88fe6d6a9", "9b2c7d01aa"
HOSTILE = 10_000
HOOK = "https://hotline.test/webhooks/zalo-bot"
MESSAGE = {
    "message_id": "m1a2",
    "date": 1789033572455,
    "from": {"id": LAN, "display_name": "Lan", "is_bot": False},
    "chat": {"id": LAN, "chat_type": "PRIVATE"},
}
AT = dt.datetime(2026, 9, 10, 9, 46, 12, 455000, tzinfo=dt.UTC)


@pytest.fixture
async def zalo() -> AsyncIterator[FakeZaloBot]:
    fake = await FakeZaloBot(TOKEN).start()
    yield fake
    await fake.stop()


@pytest.fixture
async def channel(zalo: FakeZaloBot) -> AsyncIterator[ZaloBot]:
    made = ZaloBot(TOKEN, zalo.base, Fetcher([], trusted=[zalo.base]), HOOK)
    yield made
    await made.close()


class Moody(RememberingReception):
    """Takes nothing in while its database is `away`, and stumbles over a stone."""

    away = False
    tries = 0

    async def receive(self, inbound: Inbound) -> bool:
        self.tries += 1
        self._stumble(inbound.text == "đá")
        return await super().receive(inbound)

    async def quarantine(self, channel: str, body: bytes, reason: str) -> None:
        self._stumble(False)
        await super().quarantine(channel, body, reason)

    def _stumble(self, stone: bool) -> None:
        if self.away or stone:
            raise OSError("no database" if self.away else "a stone")


@pytest.fixture
def reception() -> Moody:
    return Moody()


@pytest.fixture
async def door(
    channel: ZaloBot, reception: Moody
) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    app = web.Application()
    app.add_routes(zalo_bot.webhook_routes(channel, SECRET, reception))
    async with TestClient(TestServer(app)) as client:
        yield client


def event(kind: str, **content: Any) -> dict[str, Any]:
    return {"event_name": f"message.{kind}.received", "message": {**MESSAGE, **content}}


# -- in: every shape -------------------------------------------------------------------------------

PHOTO, VOICE = "https://f1.photo.zdn.vn/a.jpg", "https://voice.zdn.vn/a.aac"
SHAPES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "words": (event("text", text="nợ lương 2 tháng"), {"text": "nợ lương 2 tháng"}),
    "blank words": (event("text", text=""), {"event": "unsupported"}),
    "no words": (event("text"), {"event": "unsupported"}),
    "start": (event("text", text="/start"), {"event": "start"}),
    "start with a code": (
        event("text", text="/start 123456"),
        {"text": "123456", "event": "start"},
    ),
    "a command": (event("text", text="/luatsu"), {"text": "luật sư"}),
    "photo_url": (
        event("image", photo_url=PHOTO, caption="bảng lương", message_type="CHAT_PHOTO"),
        {"text": "bảng lương", "attachments": (Attachment(Media.PHOTO, PHOTO),)},
    ),
    "photo": (event("image", photo=PHOTO), {"attachments": (Attachment(Media.PHOTO, PHOTO),)}),
    "a photo nowhere": (event("image"), {"event": "unsupported"}),
    "voice": (
        event("voice", voice_url=VOICE, message_type="CHAT_VOICE"),
        {"attachments": (Attachment(Media.VOICE, VOICE),)},
    ),
    "a sticker": (event("sticker", sticker="abc", url="https://x.vn/s"), {"event": "unsupported"}),
    "unsupported": (event("unsupported"), {"event": "unsupported"}),
}


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize("name", SHAPES)
def test_every_event_has_its_neutral_message(name: str, wrapped: bool) -> None:
    given, expected = SHAPES[name]
    body = as_json({"ok": True, "result": given} if wrapped else given)
    external_id = f"{given['event_name']}:m1a2"
    assert parse(read(body)) == Inbound("zalo_bot", external_id, LAN, at=AT, **expected)


NOTHING = {
    "an unknown event": {"event_name": "message.reaction.received", "message": MESSAGE},
    "another unknown event": {"event_name": "bot.joined", "anything": [1]},
    "a group": event("text", text="@bot ơi", chat={"id": GROUP, "chat_type": "GROUP"}),
    "another kind of chat": event("text", text="a", chat={"id": GROUP, "chat_type": "CHANNEL"}),
    "a bot": event("text", text="a", **{"from": {"id": "b", "is_bot": True}}),
}


@pytest.mark.parametrize("name", NOTHING)
async def test_what_is_not_for_us_is_taken_and_forgotten(
    name: str, door: TestClient[Any, Any], reception: Moody
) -> None:
    assert await post(door, as_json(NOTHING[name])) == 200
    assert (reception.received, reception.quarantined) == ([], [])


TEXT = event("text", text="nợ lương")
BROKEN = {
    "nothing": b"",
    "not json": b"xin chao",
    "deep": b"[" * 20_000,
    "a list": as_json([TEXT]),
    "no event name": as_json({"message": MESSAGE}),
    "wrapped nothing": as_json({"ok": True, "result": None}),
    "wrapped twice": as_json({"ok": True, "result": {"ok": True, "result": TEXT}}),
    "an idle answer": as_json({"ok": False, "error_code": 408, "description": "Request timeout"}),
    "no message": as_json({"event_name": "message.text.received"}),
    "no chat": as_json(event("text", text="a", chat=None)),
    "no sender": as_json(event("text", text="a", **{"from": None})),
    "a number as chat": changed(TEXT, "message.chat.id", 5),
    "blank chat": changed(TEXT, "message.chat.id", "a b"),
    "kind of chat": changed(TEXT, "message.chat.chat_type", 5),
    "no message id": changed(TEXT, "message.message_id", None),
    "endless message id": changed(TEXT, "message.message_id", "x" * 129),
    "time beyond time": changed(TEXT, "message.date", 10**18),
    "time before time": changed(TEXT, "message.date", -1),
    "time as words": changed(TEXT, "message.date", "1789033572455"),
    "list as text": changed(TEXT, "message.text", ["a"]),
    "file as photo": as_json(event("image", photo_url="file:///etc/passwd")),
    "list as voice": as_json(event("voice", voice_url=[VOICE])),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_broken_bodies_are_kept_and_answered(
    name: str, door: TestClient[Any, Any], reception: Moody
) -> None:
    assert await post(door, BROKEN[name]) == 200
    assert reception.quarantined == [("zalo_bot", BROKEN[name], "unreadable")]
    assert reception.received == []


async def test_a_message_without_a_time_is_a_message(reception: Moody) -> None:
    timeless = {**TEXT, "message": {**TEXT["message"], "date": None}}
    inbound = parse(timeless)
    assert inbound is not None
    assert inbound.at is None


# -- the webhook -----------------------------------------------------------------------------------

REFUSED: dict[str, list[str]] = {
    "missing": [],
    "empty": [""],
    "wrong": ["another-secret"],
    "cut": [SECRET[:-1]],
    "longer": [SECRET + "x"],
    "upper-cased": [SECRET.upper()],
    "not ascii": ["mật-khẩu"],
    "doubled": [SECRET, SECRET],
    "right and wrong": [SECRET, "wrong"],
}


@pytest.mark.parametrize("name", REFUSED)
async def test_without_the_secret_nobody_gets_in(
    name: str, door: TestClient[Any, Any], reception: Moody
) -> None:
    for body in (as_json(TEXT), b"[" * 20_000, b"\xff"):
        headers = [(SECRET_HEADER, secret) for secret in REFUSED[name]]
        async with door.post(WEBHOOK_PATH, data=body, headers=headers) as response:
            assert response.status == 401
    assert (reception.received, reception.quarantined) == ([], [])


@pytest.mark.thorough
async def test_10000_hostile_bodies_do_no_harm(
    door: TestClient[Any, Any], reception: Moody
) -> None:
    real = [
        event("text", text="nghỉ việc phải báo trước mấy ngày"),
        event("image", photo_url=PHOTO, caption="ảnh"),
        event("voice", voice_url=VOICE),
        {"ok": True, "result": event("unsupported")},
        event("sticker", sticker="abc"),
        event("text", text="@bot", chat={"id": GROUP, "chat_type": "GROUP"}),
    ]
    statuses: Counter[tuple[bool, int]] = Counter()
    queue = iter(enumerate(hostile.corpus(real, real[:4], HOSTILE)))

    async def sender() -> None:
        for number, body in queue:
            signed = number % 4 != 0
            statuses[signed, await post(door, body, SECRET if signed else "wrong")] += 1

    await asyncio.gather(*[sender() for _ in range(8)])
    assert statuses == {(True, 200): HOSTILE * 3 // 4, (False, 401): HOSTILE // 4}
    assert len(reception.quarantined) > HOSTILE / 4
    for inbound in reception.received:  # what got through is fit to be kept
        assert inbound.address.isascii()
        assert inbound.external_id.isascii()


# -- groups ----------------------------------------------------------------------------------------


async def test_a_group_is_refused_once_and_leaves_nothing(
    door: TestClient[Any, Any], zalo: FakeZaloBot, reception: Moody
) -> None:
    for text in ("@bot nợ lương", "xin chào", "alo"):
        body = as_json(zalo.event("text", GROUP, group=True, text=text))
        assert await post(door, body) == 200
    assert await post(door, as_json(zalo.event("text", "other", group=True, text="a"))) == 200
    await until(lambda: len(zalo.sent) == 2)
    assert zalo.texts(GROUP) == zalo.texts("other") == [phrases.PRIVATE_ONLY]
    assert (reception.received, reception.quarantined) == ([], [])


async def test_a_group_that_cannot_be_told_harms_nobody(
    door: TestClient[Any, Any], zalo: FakeZaloBot
) -> None:
    zalo.faults = [(403, {"ok": False, "error_code": 403, "description": "Forbidden"})]
    with capture_logs() as logged:
        assert await post(door, as_json(zalo.event("text", GROUP, group=True, text="a"))) == 200
        await until(lambda: logged)
    assert logged[0]["event"] == "refusal_failed"
    assert TOKEN not in str(logged)


# -- out -------------------------------------------------------------------------------------------


async def test_choices_become_a_numbered_list(channel: ZaloBot, zalo: FakeZaloBot) -> None:
    choices = [("Đúng ý tôi", "7:0"), ("Chưa đúng, hỏi luật sư", "7:1")]
    await channel.send(Outbound(LAN, "Báo trước 30 ngày.", choices))
    assert zalo.texts(LAN) == [
        "Báo trước 30 ngày.\n\n1. Đúng ý tôi\n2. Chưa đúng, hỏi luật sư\nGõ số để chọn."
    ]


@pytest.mark.parametrize("length", [1, 1900, 1940, 1990, 1999, 2000, 2001, 4000, 9999])
async def test_every_part_stays_within_the_limit(
    channel: ZaloBot, zalo: FakeZaloBot, length: int
) -> None:
    text = "\n".join("chữ " * 20 for _ in range(130))[:length].strip()
    choices = [(f"Lựa chọn {'dài ' * 8}".strip(), f"7:{n}") for n in range(4)]
    await channel.send(Outbound(LAN, text, choices))
    parts = zalo.texts(LAN)
    assert all(1 <= len(part) <= 2000 for part in parts)
    assert "".join("".join(parts).split()).startswith("".join(text.split()))
    assert parts[-1].endswith("Gõ số để chọn.")
    assert sum(part.count("4. Lựa chọn") for part in parts) == 1
    assert "1. Lựa chọn" in parts[-1]  # the list stays in one piece


async def test_parts_that_got_through_are_not_sent_again(
    channel: ZaloBot, zalo: FakeZaloBot
) -> None:
    text = f"{'a' * 1500}\n{'b' * 1500}\n{'c' * 1500}"
    zalo.faults = [None, (500, {})]
    with pytest.raises(TryLater) as caught:
        await channel.send(Outbound(LAN, text))
    assert caught.value.parts_sent == 1
    await channel.send(Outbound(LAN, text, parts_sent=1))
    assert zalo.texts(LAN) == split(text, 2000)


def refused(code: int) -> dict[str, Any]:
    return {"ok": False, "error_code": code, "description": f"about {TOKEN} {LAN}"}


REACTIONS: dict[str, tuple[int, dict[str, Any], type[SendFailed], str]] = {
    "408": (408, refused(408), TryLater, "408"),
    "429": (429, refused(429), TryLater, "429"),
    "429 in the envelope": (200, refused(429), TryLater, "429"),
    "500": (500, refused(500), TryLater, "500"),
    "502 without a word": (502, {}, TryLater, "502"),
    "not an envelope": (200, {"error": 0}, TryLater, "200"),
    "ok but not true": (200, {"ok": "true", "result": {}}, TryLater, "200"),
    "an unknown code": (200, refused(-999), TryLater, "-999"),
    "token refused": (401, refused(401), TryLater, "token_refused"),
    "token unknown": (404, refused(404), TryLater, "token_refused"),
    "blocked": (403, refused(403), Unreachable, "blocked"),
    "blocked in the envelope": (200, refused(403), Unreachable, "blocked"),
    "bad request": (400, refused(400), SendFailed, "bad_request"),
}


@pytest.mark.parametrize("name", REACTIONS)
async def test_every_refusal_has_its_reaction(
    channel: ZaloBot, zalo: FakeZaloBot, name: str
) -> None:
    status, body, reaction, code = REACTIONS[name]
    zalo.faults = [(status, body)]
    with pytest.raises(SendFailed) as caught:
        await channel.send(Outbound(LAN, "xin chào"))
    assert type(caught.value) is reaction
    assert caught.value.code == code
    harmless(caught.value)
    if code == "token_refused":
        assert isinstance(caught.value, TryLater)
        assert (caught.value.after or 0) >= 600


async def test_a_wrong_token_keeps_the_message_for_long(zalo: FakeZaloBot) -> None:
    stranger = ZaloBot("1:wrong", zalo.base, Fetcher([]))
    with pytest.raises(TryLater, match="token_refused"):
        await stranger.send(Outbound(LAN, "xin chào"))
    await stranger.close()


async def test_a_zalo_that_is_not_there_is_asked_later() -> None:
    channel = ZaloBot(TOKEN, "http://127.0.0.1:1", Fetcher([]))
    with pytest.raises(TryLater) as caught:
        await channel.send(Outbound(LAN, "xin chào"))
    harmless(caught.value)
    await channel.close()


async def test_an_answer_that_is_no_json_or_leads_away_is_tried_later() -> None:
    """A captive portal, a proxy's page: nothing was sent, and the token goes nowhere else."""
    answers = [
        web.Response(text="<html>"),
        web.Response(status=503, text="busy"),
        web.HTTPFound("http://127.0.0.1:1/elsewhere"),
        web.Response(text="[" * 50_000),
        web.json_response({"ok": False, "error_code": 429}, headers={"Retry-After": "7"}),
        web.json_response({"ok": False, "error_code": 429, "parameters": {"retry_after": 9}}),
        web.json_response({"ok": False, "error_code": 429}, headers={"Retry-After": "9" * 400}),
    ]

    async def page(_: web.Request) -> web.StreamResponse:
        return answers.pop(0)

    app = web.Application()
    app.router.add_post("/{path:.*}", page)
    async with TestServer(app) as server:
        channel = ZaloBot(TOKEN, f"http://127.0.0.1:{server.port}", Fetcher([]))
        pauses = []
        for _ in range(len(answers)):
            with pytest.raises(TryLater) as caught:
                await channel.send(Outbound(LAN, "xin chào"))
            harmless(caught.value)
            pauses.append(caught.value.after)
        assert pauses == [None] * 4 + [7.0, 9.0, None]
        await channel.close()


# -- files -----------------------------------------------------------------------------------------


async def test_what_was_sent_is_fetched_from_where_it_lies(
    channel: ZaloBot, zalo: FakeZaloBot
) -> None:
    url = zalo.keep("a.jpg", b"\xff\xd8photo")
    inbound = parse(zalo.event("image", LAN, photo_url=url))
    assert inbound is not None
    assert await channel.fetch(inbound.attachments[0].ref) == b"\xff\xd8photo"
    await channel.discard(url)
    with pytest.raises(SendFailed):
        await channel.fetch("http://169.254.169.254/latest/meta-data")


# -- polling ---------------------------------------------------------------------------------------


@pytest.fixture
async def polled(
    zalo: FakeZaloBot, reception: Moody, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[ZaloBot]:
    """A channel that fetches, with a loop that has less patience than in earnest."""
    for name, seconds in (("_RETRY_SECONDS", 0.02), ("_BREATH", 0.01)):
        monkeypatch.setattr(zalo_bot_polling, name, seconds)
    zalo.patience = 0.05
    channel = ZaloBot(TOKEN, zalo.base, Fetcher([]))
    loop = asyncio.create_task(zalo_bot_polling.poll(channel, reception))
    yield channel
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)
    await channel.close()


@pytest.mark.parametrize("always_200", [False, True])
async def test_messages_are_fetched_one_by_one(
    polled: ZaloBot, zalo: FakeZaloBot, reception: Moody, always_200: bool
) -> None:
    zalo.always_200 = always_200
    await until(lambda: zalo.calls.count("getUpdates") >= 3)  # idle for a while: 408 is no failure
    zalo.pending += [zalo.said(LAN, f"tin {number}") for number in range(5)]
    await until(lambda: len(reception.received) == 5)
    assert [one.text for one in reception.received] == [f"tin {number}" for number in range(5)]
    assert zalo.calls.count("deleteWebhook") == 1


async def test_a_webhook_that_stands_in_the_way_is_taken_away(
    polled: ZaloBot, zalo: FakeZaloBot, reception: Moody
) -> None:
    await until(lambda: "getUpdates" in zalo.calls)
    zalo.webhooks.append({"url": "https://elsewhere.test"})
    await until(lambda: zalo.webhooks == [])
    zalo.pending.append(zalo.said(LAN, "xin chào"))
    await until(lambda: len(reception.received) == 1)


async def test_a_fetched_message_survives_an_absent_database(
    polled: ZaloBot, zalo: FakeZaloBot, reception: Moody
) -> None:
    """Zalo gives it only once: it is held until it is kept, and nothing is fetched meanwhile."""
    reception.away = True
    zalo.pending += [zalo.said(LAN, "tin 1"), zalo.said(LAN, "tin 2")]
    await until(lambda: reception.tries >= 6)
    assert len(zalo.pending) == 1
    reception.away = False
    await until(lambda: len(reception.received) == 2)
    assert reception.quarantined == []


async def test_a_message_that_trips_us_up_does_not_stop_the_next(
    polled: ZaloBot, zalo: FakeZaloBot, reception: Moody
) -> None:
    zalo.pending += [zalo.said(LAN, "đá"), {"nonsense": 1}, "words", zalo.said(LAN, "tin")]
    await until(lambda: len(reception.received) == 1)
    assert [reason for _, _, reason in reception.quarantined] == ["unusable"] + ["unreadable"] * 2


async def test_failures_of_fetching_are_logged_without_the_token(
    polled: ZaloBot, zalo: FakeZaloBot
) -> None:
    with capture_logs() as logged:
        zalo.broken["getUpdates"] = (500, refused(500))
        await until(lambda: len(logged) >= 2)
    assert {one["code"] for one in logged} == {"500"}
    assert TOKEN not in str(logged)


# -- the start and the doctor ----------------------------------------------------------------------


async def test_the_webhook_registers_itself_until_it_is_known(
    channel: ZaloBot, zalo: FakeZaloBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zalo_bot, "_REGISTER_SECONDS", 0.02)
    zalo.broken["setWebhook"] = (500, refused(500))
    with capture_logs() as logged:
        registering = asyncio.create_task(zalo_bot.register_webhook(channel, SECRET))
        await until(lambda: len(logged) >= 2)
        del zalo.broken["setWebhook"]
        await registering
    assert zalo.webhooks == [{"url": HOOK, "secret_token": SECRET}]
    assert TOKEN not in str(logged)
    assert SECRET not in str(logged)


async def test_what_is_wrong_is_told_in_sentences(channel: ZaloBot, zalo: FakeZaloBot) -> None:
    assert await channel.check() == ["The webhook at Zalo is not this hotline's; serving sets it."]
    await zalo_bot.register_webhook(channel, SECRET)
    assert await channel.check() == []
    fetching = ZaloBot(TOKEN, zalo.base, Fetcher([]))
    (sentence,) = await fetching.check()
    assert "nothing can be fetched" in sentence
    zalo.webhooks.clear()
    assert await fetching.check() == []
    await fetching.close()
    zalo.token = "another"
    assert await channel.check() == ["Zalo did not answer as it should (401)."]


# -- tools -----------------------------------------------------------------------------------------


async def post(door: TestClient[Any, Any], body: bytes, secret: str = SECRET) -> int:
    headers = {SECRET_HEADER: secret, "Content-Type": "application/json"}
    async with door.post(WEBHOOK_PATH, data=body, headers=headers) as response:
        return response.status


async def until(condition: Any, seconds: float = 5) -> None:
    for _ in range(int(seconds / 0.01)):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen in time")


def harmless(error: BaseException) -> None:
    """Neither the exception nor what caused it names the token or a person."""
    assert error.__cause__ is None
    assert error.__suppress_context__
    assert TOKEN not in repr(error)
    assert LAN not in repr(error)
