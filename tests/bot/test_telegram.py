"""Telegram: every update in, every refusal out, groups, files, against a Telegram on loopback."""

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
from bot.channels import telegram
from bot.channels.base import (
    Attachment,
    Inbound,
    Media,
    Outbound,
    SendFailed,
    TryLater,
    Unreachable,
)
from bot.channels.telegram import SECRET_HEADER, WEBHOOK_PATH, Telegram
from bot.channels.telegram_updates import parse, read
from hotline.rehearsal.bot_api import Fault
from hotline.rehearsal.telegram import FakeTelegram
from tests import hostile
from tests.factories import SECRET, TOKEN, Clock, Updates
from tests.fakes import RememberingReception
from tests.hostile import as_json, changed

LAN, GROUP = 7001, -1001234567890
HOSTILE = 10_000
HOOK = f"https://hotline.test{WEBHOOK_PATH}"
NOON = dt.datetime(2026, 11, 22, 5, 0, tzinfo=dt.UTC)


@pytest.fixture
async def api() -> AsyncIterator[FakeTelegram]:
    fake = await FakeTelegram(TOKEN).start()
    yield fake
    await fake.stop()


@pytest.fixture
async def channel(api: FakeTelegram) -> AsyncIterator[Telegram]:
    made = Telegram(TOKEN, api.base, HOOK)
    yield made
    await made.close()


@pytest.fixture
def reception() -> RememberingReception:
    return RememberingReception()


@pytest.fixture
async def door(
    channel: Telegram, reception: RememberingReception
) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    app = web.Application()
    app.add_routes(telegram.webhook_routes(channel, SECRET, reception))
    async with TestClient(TestServer(app)) as client:
        yield client


@pytest.fixture
def updates() -> Updates:
    return Updates(Clock(NOON))


# -- in: every shape -------------------------------------------------------------------------------

FILE = {"file_id": "AgAC-file_1", "file_unique_id": "u", "file_size": 9000}
SIZES = [
    {**FILE, "file_id": "large", "width": 1280, "height": 960, "file_size": 90_000},
    {**FILE, "file_id": "small", "width": 90, "height": 67, "file_size": 900},
    {**FILE, "file_id": "middle", "width": 320, "height": 240},
]
PICTURE = {"width": 320, "height": 240}
SPOT = {"latitude": 20.844911, "longitude": 106.688084}
SAID: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "words": ({"text": "nợ lương"}, {"text": "nợ lương"}),
    "start": ({"text": "/start"}, {"event": "start"}),
    "start with a code": ({"text": "/start 123456"}, {"event": "start", "text": "123456"}),
    "start with a payload": ({"text": "/start@tongdai_bot to-gap_7"}, {"event": "start", "text": "to-gap_7"}),
    "start with a question": ({"text": "/start bị nợ lương"}, {"text": "bị nợ lương"}),
    "help": ({"text": "/help"}, {"event": "start"}),
    "xoa": ({"text": "/xoa"}, {"text": "xóa"}),
    "trangthai": ({"text": "/TrangThai"}, {"text": "trạng thái"}),
    "luatsu": ({"text": "/luatsu@tongdai_bot"}, {"text": "luật sư"}),
    "another command": ({"text": "/menu 1"}, {"text": "/menu 1"}),
    "slash": ({"text": "/"}, {"text": "/"}),
    "photo": (
        {"photo": SIZES, "caption": "bảng lương"},
        {
            "text": "bảng lương",
            "attachments": (Attachment(Media.PHOTO, "large", size=90_000),),
        },
    ),
    "voice": (
        {"voice": {**FILE, "duration": 12, "mime_type": "audio/ogg"}},
        {"attachments": (Attachment(Media.VOICE, FILE["file_id"], size=9000, seconds=12),)},
    ),
    "audio": (
        {"audio": {**FILE, "duration": 61, "file_name": "ghi âm.m4a"}},
        {"attachments": (Attachment(Media.VOICE, FILE["file_id"], "ghi âm.m4a", 9000, 61),)},
    ),
    "video": (
        {"video": {**FILE, **PICTURE, "duration": 3, "file_name": "a.mp4"}, "caption": "xem"},
        {
            "text": "xem",
            "attachments": (Attachment(Media.VIDEO, FILE["file_id"], "a.mp4", 9000, 3),),
        },
    ),
    "video note": (
        {"video_note": {**FILE, "length": 240, "duration": 3}},
        {"attachments": (Attachment(Media.VIDEO, FILE["file_id"], size=9000, seconds=3),)},
    ),
    "document": (
        {"document": {**FILE, "file_name": "hợp đồng.pdf"}, "caption": "/xoa"},
        {
            "text": "xóa",
            "attachments": (Attachment(Media.FILE, FILE["file_id"], "hợp đồng.pdf", 9000),),
        },
    ),
    "document of no size": (
        {"document": {"file_id": "d", "file_unique_id": "u"}},
        {"attachments": (Attachment(Media.FILE, "d"),)},
    ),
    "document of 4 GB": (
        {"document": {**FILE, "file_size": 2**32}},
        {"attachments": (Attachment(Media.FILE, FILE["file_id"], size=2**31 - 1),)},
    ),
    "animation": (
        {
            "animation": {**FILE, **PICTURE, "duration": 3},
            "document": {**FILE, "file_name": "a.gif"},
        },
        {"attachments": (Attachment(Media.FILE, FILE["file_id"], "a.gif", 9000),)},
    ),
    "location": ({"location": SPOT}, {"text": "Vị trí: 20.844911, 106.688084"}),
    "venue": (
        {"location": SPOT, "venue": {"location": SPOT, "title": "KCN", "address": "An Dương"}},
        {"text": "Vị trí: 20.844911, 106.688084"},
    ),
    "contact": (
        {"contact": {"phone_number": "+84912345678", "first_name": "Lan"}},
        {"event": "unsupported"},
    ),
    "sticker": (
        {
            "sticker": {
                **FILE, **PICTURE, "type": "regular", "is_animated": False, "is_video": False,
            }
        },
        {"event": "unsupported"},
    ),
    "dice": ({"dice": {"emoji": "🎲", "value": 3}}, {"event": "unsupported"}),
    "poll": (
        {
            "poll": {
                "id": "1", "question": "?", "options": [], "total_voter_count": 0,
                "is_closed": False, "is_anonymous": True, "type": "regular",
                "allows_multiple_answers": False, "allows_revoting": True, "members_only": False,
            }
        },
        {"event": "unsupported"},
    ),
    "nothing": ({}, {"event": "unsupported"}),
}  # fmt: skip


def message(updates: Updates, **content: Any) -> dict[str, Any]:
    update = updates.message(LAN, "")
    del update["message"]["text"]
    update["message"].update(content)
    return update


@pytest.mark.parametrize("name", SAID)
def test_every_message_has_its_neutral_message(
    name: str, channel: Telegram, updates: Updates
) -> None:
    given, expected = SAID[name]
    update = message(updates, **given)
    external_id = f"m:{LAN}:{update['message']['message_id']}"
    inbound = parse(read(as_json(update), channel.bot))
    assert inbound == Inbound("telegram", external_id, str(LAN), at=NOON, **expected)


def test_an_album_is_messages_of_their_own(channel: Telegram, updates: Updates) -> None:
    parts = [message(updates, photo=SIZES, media_group_id="9") for _ in range(3)]
    read_ = [parse(read(as_json(part), channel.bot)) for part in parts]
    assert len({one.external_id for one in read_ if one and one.attachments}) == 3


@pytest.mark.parametrize(
    "words",
    [{"text": "nợ lương 3 tháng"}, {"text": None, "caption": "nợ lương 3 tháng", "photo": SIZES}],
)
def test_an_edit_names_the_message_it_replaces(
    channel: Telegram, updates: Updates, words: dict[str, Any]
) -> None:
    update = updates.edited(LAN, 55, "")
    update["edited_message"].update(words)
    edited_at = NOON + dt.timedelta(seconds=60)
    assert parse(read(as_json(update), channel.bot)) == Inbound(
        "telegram",
        f"e:{LAN}:55:{int(edited_at.timestamp())}",
        str(LAN),
        at=edited_at,
        text="nợ lương 3 tháng",
        event="edited",
        edits=f"m:{LAN}:55",
    )


def test_a_place_that_moves_on_is_no_edit(channel: Telegram, updates: Updates) -> None:
    update = updates.edited(LAN, 55, "", location={**SPOT, "live_period": 900})
    assert parse(read(as_json(update), channel.bot)) is None


def test_taps_and_leaving_are_read(channel: Telegram, updates: Updates) -> None:
    tap, left = updates.tap(LAN, "7:0"), updates.membership(LAN, "kicked")
    assert parse(read(as_json(tap), channel.bot)) == Inbound(
        "telegram", f"c:{tap['callback_query']['id']}", str(LAN), choice="7:0"
    )
    assert parse(read(as_json(left), channel.bot)) == Inbound(
        "telegram", f"s:{left['update_id']}", str(LAN), at=NOON, event="blocked"
    )


VOICE = {"voice": {**FILE, "duration": 12}}
BROKEN: dict[str, tuple[dict[str, Any], str, Any]] = {
    "blank file id": (VOICE, "voice.file_id", ""),
    "address as file id": (VOICE, "voice.file_id", "../../etc/passwd"),
    "words as size": (VOICE, "voice.file_size", "9000"),
    "less than nothing": (VOICE, "voice.file_size", -1),
    "less than no time": (VOICE, "voice.duration", -1),
    "list as name": ({"document": FILE}, "document.file_name", ["a"]),
    "wide as words": ({"photo": SIZES}, "photo.0.width", "x"),
    "no sizes": ({"photo": SIZES}, "photo.0", {}),
    "off the map": ({"location": SPOT}, "location.latitude", 181),
    "nan on the map": ({"location": SPOT}, "location.longitude", float("nan")),
    "words on the map": ({"location": SPOT}, "location.longitude", "106"),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_broken_attachments_are_kept_and_answered(
    name: str, door: TestClient[Any, Any], reception: RememberingReception, updates: Updates
) -> None:
    given, path, value = BROKEN[name]
    body = changed(message(updates, **given), f"message.{path}", value)
    assert await post(door, body) == 200
    assert reception.quarantined == [("telegram", body, "unreadable")]
    assert reception.received == []


@pytest.mark.thorough
async def test_10000_hostile_bodies_do_no_harm(
    door: TestClient[Any, Any], reception: RememberingReception, updates: Updates
) -> None:
    real = [message(updates, **given) for given, _ in SAID.values()]
    real += [updates.edited(LAN, 55, "nợ lương"), updates.tap(LAN, "1:0")]
    real += [updates.membership(LAN, "kicked"), group_message(updates, "@tongdai_bot ơi")]
    statuses: Counter[tuple[bool, int]] = Counter()
    queue = iter(enumerate(hostile.corpus(real, real, HOSTILE)))

    async def sender() -> None:
        for number, body in queue:
            signed = number % 4 != 0
            statuses[signed, await post(door, body, SECRET if signed else "wrong")] += 1

    await asyncio.gather(*[sender() for _ in range(8)])
    assert statuses == {(True, 200): HOSTILE * 3 // 4, (False, 401): HOSTILE // 4}
    assert len(reception.quarantined) > HOSTILE / 4


# -- groups ----------------------------------------------------------------------------------------


def group_message(updates: Updates, text: str, chat: int = GROUP, **more: Any) -> dict[str, Any]:
    place = {"id": chat, "type": "supergroup", "title": "Tổ 7"}
    return updates.message(LAN, text, chat=place, **more)


def group_membership(updates: Updates, status: str, kind: str = "group") -> dict[str, Any]:
    update = updates.membership(LAN, status)
    update["my_chat_member"]["chat"] = {"id": GROUP, "type": kind, "title": "Tổ 7"}
    return update


def answering(user: int) -> dict[str, Any]:
    """A message that answers one of that user's."""
    earlier = {"message_id": 1, "date": 1, "chat": {"id": GROUP, "type": "supergroup"}}
    return {**earlier, "text": "a", "from": {"id": user, "is_bot": True, "first_name": "B"}}


async def test_groups_that_speak_to_us_are_refused_politely(
    door: TestClient[Any, Any],
    channel: Telegram,
    api: FakeTelegram,
    reception: RememberingReception,
    updates: Updates,
) -> None:
    await channel.introduce()
    bot_id = int(TOKEN.partition(":")[0])
    speaking = [
        group_message(updates, "/luatsu", -1),
        group_message(updates, "/luatsu@TongDai_Bot cho hỏi @ai", -2),
        group_message(updates, "hỏi @tongdai_bot chút", -3),
        group_message(updates, "", -4, photo=SIZES, caption="@tongdai_bot xem"),
        group_message(updates, "vâng", -5, reply_to_message=answering(bot_id)),
        group_membership(updates, "member"),
    ]
    for update in speaking:
        assert await post(door, as_json(update)) == 200
    await until(lambda: len(api.sent) == len(speaking))
    assert {one["chat_id"] for one in api.sent} == {-1, -2, -3, -4, -5, GROUP}
    assert set(api.texts()) == {phrases.PRIVATE_ONLY}
    assert "leaveChat" not in api.calls
    assert (reception.received, reception.quarantined) == ([], [])


async def test_groups_that_speak_among_themselves_are_left_alone(
    door: TestClient[Any, Any],
    channel: Telegram,
    api: FakeTelegram,
    reception: RememberingReception,
    updates: Updates,
) -> None:
    await channel.introduce()
    quiet = [
        group_message(updates, "ai đi ăn không"),
        group_message(updates, "/luatsu@other_bot @tongdai_bot"),
        group_message(updates, "@tongdai_botnet"),
        group_message(updates, "vâng", reply_to_message=answering(9)),
        group_message(updates, "", photo=SIZES),
        group_membership(updates, "left"),
        group_membership(updates, "kicked"),
        group_membership(updates, "administrator", "channel"),
        {**updates.edited(LAN, 1, "@tongdai_bot")},
    ]
    quiet[-1]["edited_message"]["chat"] = {"id": GROUP, "type": "group", "title": "Tổ 7"}
    for update in quiet:
        assert await post(door, as_json(update)) == 200
    await asyncio.sleep(0.1)
    assert api.sent == []
    assert (reception.received, reception.quarantined) == ([], [])


async def test_a_group_is_refused_once_an_hour(
    door: TestClient[Any, Any], api: FakeTelegram, updates: Updates
) -> None:
    for _ in range(5):
        assert await post(door, as_json(group_message(updates, "/help"))) == 200
    await until(lambda: api.sent)
    await asyncio.sleep(0.1)
    assert len(api.sent) == 1


async def test_a_group_that_cannot_be_told_harms_nobody(
    door: TestClient[Any, Any], api: FakeTelegram, updates: Updates
) -> None:
    api.faults = [refused(403)]
    with capture_logs() as logged:
        assert await post(door, as_json(group_message(updates, "/help"))) == 200
        await until(lambda: logged)
    assert (logged[0]["event"], logged[0]["code"]) == ("refusal_failed", "Forbidden")


# -- out -------------------------------------------------------------------------------------------


def refused(code: int, **parameters: int) -> Fault:
    body = {"ok": False, "error_code": code, "description": f"about {LAN}"}
    return code, {**body, "parameters": parameters} if parameters else body


REACTIONS: dict[str, tuple[Fault, type[SendFailed], str]] = {
    "429": (refused(429, retry_after=7), TryLater, "429"),
    "500": (refused(500), TryLater, "NetworkError"),
    "502 without a word": ((502, {}), TryLater, "NetworkError"),
    "401": (refused(401), TryLater, "InvalidToken"),
    "404": (refused(404), TryLater, "InvalidToken"),
    "409": (refused(409), TryLater, "Conflict"),
    "403": (refused(403), Unreachable, "blocked"),
    "400": (refused(400), SendFailed, "bad_request"),
}


@pytest.mark.parametrize("name", REACTIONS)
async def test_every_refusal_has_its_reaction(
    channel: Telegram, api: FakeTelegram, name: str
) -> None:
    fault, reaction, code = REACTIONS[name]
    api.faults = [fault]
    with pytest.raises(SendFailed) as caught:
        await channel.send(Outbound(str(LAN), "xin chào"))
    assert type(caught.value) is reaction
    assert caught.value.code == code
    assert isinstance(caught.value, TryLater) is (reaction is TryLater)
    if name == "429":
        assert isinstance(caught.value, TryLater)
        assert caught.value.after == 7


# -- files -----------------------------------------------------------------------------------------


async def test_a_file_is_fetched_by_its_id(channel: Telegram, api: FakeTelegram) -> None:
    assert await channel.fetch(api.keep(b"\xff\xd8photo")) == b"\xff\xd8photo"
    await channel.discard("anything")


async def test_a_file_that_is_not_to_be_had_is_given_up(
    channel: Telegram, api: FakeTelegram
) -> None:
    assert await failure(channel, "unknown") == (SendFailed, "bad_request")
    too_large = api.keep(b"\0" * (20 * 1024 * 1024 + 1))
    assert await failure(channel, too_large) == (SendFailed, "bad_request")  # as Telegram says it


@pytest.mark.parametrize("told", [None, 10])
async def test_more_than_20_mb_is_never_read(
    channel: Telegram, api: FakeTelegram, told: int | None
) -> None:
    """Whatever was said of its size before."""
    api.files["big"] = b"\0" * (20_000_000 + 1)
    api.broken["getFile"] = (200, file_at("big", told))
    assert await failure(channel, "big") == (SendFailed, "too_large")
    api.broken["getFile"] = (200, file_at("absent", 20_000_001))
    assert await failure(channel, "big") == (SendFailed, "too_large")


@pytest.mark.parametrize("path", ["", None, "/etc/passwd", "/proc/self/environ"])
async def test_a_path_on_a_disk_is_no_address(
    channel: Telegram, api: FakeTelegram, path: str | None
) -> None:
    api.broken["getFile"] = (200, file_at(path, 10))
    assert await failure(channel, "x") == (SendFailed, "no_address")


async def test_a_file_that_is_late_is_asked_for_later(channel: Telegram, api: FakeTelegram) -> None:
    api.broken["getFile"] = (200, file_at("not-yet", 10))
    assert await failure(channel, "x") == (TryLater, "404")
    for code in (401, 429, 500):
        api.broken["getFile"] = refused(code, **({"retry_after": 1} if code == 429 else {}))
        reaction, said = await failure(channel, "x")
        assert reaction is TryLater
        assert TOKEN not in said
    await api.stop()
    assert (await failure(channel, "x"))[0] is TryLater


def file_at(path: str | None, size: int | None) -> dict[str, Any]:
    told = {"file_id": "x", "file_unique_id": "u", "file_path": path, "file_size": size}
    return {"ok": True, "result": {name: it for name, it in told.items() if it is not None}}


async def failure(channel: Telegram, ref: str) -> tuple[type[SendFailed], str]:
    with pytest.raises(SendFailed) as caught:
        await channel.fetch(ref)
    assert TOKEN not in repr(caught.value)
    assert caught.value.__cause__ is None
    return type(caught.value), caught.value.code


# -- the start and the doctor ----------------------------------------------------------------------


async def test_the_start_registers_the_webhook_and_the_menu(
    channel: Telegram, api: FakeTelegram
) -> None:
    await telegram.register_webhook(channel, SECRET)
    (hook,) = api.webhooks
    assert (hook["url"], hook["secret_token"]) == (HOOK, SECRET)
    wanted = '["message", "edited_message", "callback_query", "my_chat_member"]'
    assert hook["allowed_updates"] == wanted
    assert [one["command"] for one in api.commands] == ["luatsu", "trangthai", "xoa", "help"]


async def test_a_menu_that_cannot_be_set_keeps_nobody_waiting(
    channel: Telegram, api: FakeTelegram
) -> None:
    api.broken["setMyCommands"] = api.broken["getMe"] = refused(500)
    await telegram.register_webhook(channel, SECRET)
    assert api.webhooks


async def test_what_is_wrong_is_told_in_sentences(channel: Telegram, api: FakeTelegram) -> None:
    (sentence,) = await channel.check()
    assert "not this hotline's" in sentence
    await telegram.register_webhook(channel, SECRET)
    assert await channel.check() == []
    api.pending = [{}] * 3
    trouble = f"Wrong response from the webhook: 503 Service Unavailable {HOOK}"
    api.webhook_trouble = {"last_error_date": 1, "last_error_message": trouble}
    assert await channel.check() == ["3 updates wait; the last delivery failed (503)."]
    api.webhook_trouble = {"last_error_date": 1, "last_error_message": "Connection refused"}
    assert await channel.check() == ["3 updates wait; the last delivery failed (no connection)."]
    api.pending = [{}] * 500
    api.webhook_trouble = {}
    assert await channel.check() == ["500 updates wait to be delivered."]
    api.token = "1:another"
    assert await channel.check() == ["Telegram did not answer as it should (InvalidToken)."]


async def test_where_we_fetch_no_webhook_may_stand(channel: Telegram, api: FakeTelegram) -> None:
    await telegram.register_webhook(channel, SECRET)
    fetching = Telegram(TOKEN, api.base)
    (sentence,) = await fetching.check()
    assert "nothing can be fetched" in sentence
    api.webhooks.clear()
    assert await fetching.check() == []
    await fetching.close()


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
