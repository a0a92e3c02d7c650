"""Zalo's Official Account: what its events mean, and what each of its errors makes us do."""

import datetime as dt
import hashlib
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.channels.base import (
    Attachment,
    Inbound,
    Media,
    Outbound,
    SendFailed,
    TryLater,
    Unreachable,
    WindowShut,
)
from bot.channels.token_store import Kept, Tokens
from bot.channels.zalo_oa import Account, ZaloOA
from bot.channels.zalo_oa_errors import error_of
from bot.channels.zalo_oa_events import parse, read, signed_at, timestamp_of
from bot.channels.zalo_oauth import OAuth
from bot.channels.zalo_tokens import TokenKeeper
from hotline.rehearsal.zalo_oa import LocalZalo
from tests.factories import Clock
from tests.fake_zalo_oa import APP_ID, APP_SECRET, OA_SECRET, USER, local_zalo

OA = "388613280878808645"
STAMP = "1795345440910"
AT = dt.datetime(2026, 11, 22, 11, 4, 0, 910_000, tzinfo=dt.UTC)

# -- signature -------------------------------------------------------------------------------------

VECTOR = (
    '{"app_id":"360846524940903967","sender":{"id":"246845883529197922"},'
    '"recipient":{"id":"388613280878808645"},"event_name":"user_send_text",'
    '"message":{"text":"tôi cần luật sư","msg_id":"96d3"},"timestamp":"1795345440910"}'
).encode()
MAC = "7b5078c8258f841c9f3d62ffdb408a1d3902a45731379e1c81a7fb2630312846"


def test_the_vector_is_the_one_that_was_computed_elsewhere() -> None:
    assert len(VECTOR) == 225
    found = signed_at(VECTOR, f"mac={MAC}", None, APP_ID, OA_SECRET)
    assert found is not None
    assert found[1] == STAMP
    assert parse(json.loads(VECTOR), STAMP) == Inbound(
        "zalo_oa", "m:96d3", USER, at=AT, text="tôi cần luật sư"
    )


@pytest.mark.parametrize(
    "given",
    [MAC, f"mac={MAC}", f"MAC={MAC.upper()}", f"  mac = {MAC}  ", f"\tmac={MAC}", MAC.upper()],
)
def test_the_mac_comes_bare_or_named_in_any_case_with_blanks(given: str) -> None:
    assert signed_at(VECTOR, given, None, APP_ID, OA_SECRET) is not None


@pytest.mark.parametrize(
    "given",
    [
        "",
        "mac=",
        MAC[:-1],
        MAC + "0",
        f"sha256={MAC}",
        f"mac={MAC}, mac={MAC}",
        f"mac=mac={MAC}",
        "0" * 64,
        MAC.replace("7", "７"),
        f"\udcff{MAC}",
    ],
)
def test_nothing_else_is_a_signature(given: str) -> None:
    assert signed_at(VECTOR, given, None, APP_ID, OA_SECRET) is None
    assert signed_at(VECTOR, given, STAMP, APP_ID, OA_SECRET) is None


def test_every_part_of_it_counts() -> None:
    given = f"mac={MAC}"
    assert signed_at(VECTOR + b" ", given, None, APP_ID, OA_SECRET) is None
    assert signed_at(VECTOR, given, None, APP_ID, OA_SECRET + "x") is None
    assert signed_at(VECTOR, given, None, "360846524940903968", OA_SECRET) is None
    assert signed_at(VECTOR.replace(b"910", b"911"), given, STAMP, APP_ID, OA_SECRET) is None


def test_the_headers_timestamp_is_the_second_try() -> None:
    stamp = "1795345440999"
    mac = hashlib.sha256(APP_ID.encode() + VECTOR + stamp.encode() + OA_SECRET.encode()).hexdigest()
    assert signed_at(VECTOR, mac, stamp, APP_ID, OA_SECRET) == (json.loads(VECTOR), stamp)
    assert signed_at(VECTOR, mac, None, APP_ID, OA_SECRET) is None
    assert signed_at(VECTOR, mac, f" {stamp}", APP_ID, OA_SECRET) is None
    assert signed_at(VECTOR, MAC, stamp, APP_ID, OA_SECRET) == (json.loads(VECTOR), STAMP)


@pytest.mark.parametrize(
    ("event", "stamp"),
    [
        ({"timestamp": STAMP}, STAMP),
        ({"timestamp": int(STAMP)}, STAMP),
        ({"timestamp": 0}, "0"),
        ({"timestamp": True}, None),
        ({"timestamp": 1.5}, None),
        ({"timestamp": -1}, None),
        ({"timestamp": "12 "}, None),
        ({"timestamp": "١٢"}, None),
        ({"timestamp": ""}, None),
        ({"timestamp": "9" * 21}, None),
        ({"timestamp": None}, None),
        ({}, None),
        (None, None),
    ],
)
def test_the_bodys_timestamp_is_a_text_or_a_number(
    event: dict[str, Any] | None, stamp: str | None
) -> None:
    assert timestamp_of(event) == stamp


@pytest.mark.parametrize("body", [b"", b"[]", b"5", b"null", b"[" * 100_000, b"\xff", b"{", b'"x"'])
def test_what_is_no_object_is_no_event(body: bytes) -> None:
    assert read(body) is None


# -- every event -----------------------------------------------------------------------------------


def event(name: str, message: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """An event of a user, as the official page shows them."""
    made: dict[str, Any] = {
        "app_id": APP_ID,
        "sender": {"id": USER},
        "user_id_by_app": "552177279717587730",
        "recipient": {"id": OA},
        "event_name": name,
        "timestamp": STAMP,
    }
    if message is not None:
        made["message"] = {"msg_id": "96d3", **message}
    return {**made, **more}


def echo(name: str, message: dict[str, Any], **sender: str) -> dict[str, Any]:
    return event(name, message, sender={"id": OA, **sender}, recipient={"id": USER})


def one(kind: str, **payload: Any) -> dict[str, Any]:
    return {"attachments": [{"type": kind, "payload": payload}]}


URL = "https://f20-zpc.zdn.vn/a/b.jpg"
SAID = {"channel": "zalo_oa", "external_id": "m:96d3", "address": USER, "at": AT}


def said(**more: Any) -> Inbound:
    return Inbound(**{**SAID, **more})


def thing(media: Media, name: str = "", size: int | None = None) -> tuple[Attachment, ...]:
    return (Attachment(media, URL, name, size),)


ANON = event(
    "anonymous_send_text",
    {"text": "chào", "conversation_id": "c-77"},
    sender={"id": "a_1"},
)
EVENTS: dict[str, tuple[dict[str, Any], Inbound | None]] = {
    "text": (event("user_send_text", {"text": "nợ lương"}), said(text="nợ lương")),
    "text with a number as time": (
        event("user_send_text", {"text": "nợ lương"}, timestamp=int(STAMP)),
        said(text="nợ lương"),
    ),
    "a reply to a message": (
        event("user_send_text", {"text": "vâng", "quote_msg_id": "77aa"}),
        said(text="vâng"),
    ),
    "a button of ours": (event("user_send_text", {"text": "#12:3"}), said(choice="12:3")),
    "not quite a button": (event("user_send_text", {"text": "#12:x"}), said(text="#12:x")),
    "a number in other digits": (event("user_send_text", {"text": "#١:٢"}), said(text="#١:٢")),
    "empty text": (event("user_send_text", {"text": ""}), said(event="unsupported")),
    "no message id": (
        event("user_send_text", {"text": "alo", "msg_id": None}),
        said(text="alo", external_id=f"e:user_send_text:{USER}:{STAMP}"),
    ),
    "image": (
        event("user_send_image", one("image", thumbnail=URL, url=URL)),
        said(attachments=thing(Media.PHOTO)),
    ),
    "image with words": (
        event("user_send_image", {"text": "bảng lương", **one("image", url=URL)}),
        said(text="bảng lương", attachments=thing(Media.PHOTO)),
    ),
    "two images": (
        event(
            "user_send_image",
            {"attachments": [*one("image", url=URL)["attachments"]] * 2},
        ),
        said(attachments=thing(Media.PHOTO) * 2),
    ),
    "gif": (event("user_send_gif", one("gif", url=URL)), said(attachments=thing(Media.PHOTO))),
    "audio": (
        event("user_send_audio", one("audio", url=URL)),
        said(attachments=thing(Media.VOICE)),
    ),
    "video": (
        event("user_send_video", one("video", url=URL, thumbnail=URL, description="")),
        said(attachments=thing(Media.VIDEO)),
    ),
    "file": (
        event(
            "user_send_file",
            one("file", url=URL, name="hợp đồng.pdf", size="20480", checksum="x", type="pdf"),
        ),
        said(attachments=thing(Media.FILE, "hợp đồng.pdf", 20480)),
    ),
    "a recording sent as a file": (
        event("user_send_file", one("file", url=URL, name="Ghi âm.M4A", size=900)),
        said(attachments=thing(Media.VOICE, "Ghi âm.M4A", 900)),
    ),
    "a file with half a pair in its name": (
        event("user_send_file", one("file", url=URL, name="a\ud800b.pdf", size="?")),
        said(attachments=thing(Media.FILE, "ab.pdf")),
    ),
    "link": (
        event(
            "user_send_link", one("link", url="https://x.vn/1", description="Quy chế", thumbnail="")
        ),
        said(text="https://x.vn/1\nQuy chế"),
    ),
    "location": (
        event(
            "user_send_location",
            one("location", coordinates={"latitude": "20.8449", "longitude": "106.6881"}),
        ),
        said(text="Vị trí: 20.8449, 106.6881"),
    ),
    "location as numbers": (
        event(
            "user_send_location",
            one("location", coordinates={"latitude": 20.5, "longitude": -106.25}),
        ),
        said(text="Vị trí: 20.5, -106.25"),
    ),
    "sticker": (
        event("user_send_sticker", one("sticker", id="1", url=URL)),
        said(event="unsupported"),
    ),
    "business card": (
        event("user_send_business_card", one("link", url="https://zalo.me/1", description="{}")),
        said(event="unsupported"),
    ),
    "something without anything": (
        event("user_send_image", {"attachments": []}),
        said(event="unsupported"),
    ),
    "something of an unknown kind": (
        event("user_send_image", one("hologram", url=URL)),
        said(event="unsupported"),
    ),
    "anonymous text": (ANON, said(text="chào", address="anon:a_1:c-77")),
    "anonymous image": (
        event(
            "anonymous_send_image",
            {"conversation_id": "c-77", **one("image", url=URL)},
            sender={"id": "a_1"},
        ),
        said(address="anon:a_1:c-77", attachments=thing(Media.PHOTO)),
    ),
    "anonymous sticker": (
        event("anonymous_send_sticker", {"conversation_id": "c-77"}, sender={"id": "a_1"}),
        said(address="anon:a_1:c-77", event="unsupported"),
    ),
    "follow": (
        {
            "app_id": APP_ID,
            "oa_id": OA,
            "event_name": "follow",
            "follower": {"id": USER},
            "source": "oa_profile",
            "timestamp": STAMP,
        },
        said(external_id=f"e:follow:{USER}:{STAMP}", event="start"),
    ),
    "unfollow": (
        {
            "app_id": APP_ID,
            "oa_id": OA,
            "event_name": "unfollow",
            "follower": {"id": USER},
            "timestamp": STAMP,
        },
        said(external_id=f"e:unfollow:{USER}:{STAMP}", event="blocked"),
    ),
    "click": (
        {
            "app_id": APP_ID,
            "oa_id": OA,
            "event_name": "user_click_chatnow",
            "user_id": USER,
            "user_id_by_app": "5",
            "timestamp": STAMP,
        },
        said(external_id=f"e:user_click_chatnow:{USER}:{STAMP}", event="clicked"),
    ),
    "withdraw": (
        event("user_withdraw"),
        said(external_id=f"e:user_withdraw:{USER}:{STAMP}", event="withdrawn"),
    ),
    "withdraw the other way round": (
        event("user_withdraw", sender={"id": OA}, recipient={"id": USER}, oa_id=OA),
        said(external_id=f"e:user_withdraw:{USER}:{STAMP}", event="withdrawn"),
    ),
    "our own echo": (echo("oa_send_text", {"text": "chào"}), None),
    "our own echo of an image": (echo("oa_send_image", one("image", url=URL)), None),
    "a person of ours writes": (
        echo("oa_send_text", {"text": "Để tôi xem"}, admin_id="77"),
        said(text="Để tôi xem", event="taken_over"),
    ),
    "a person of ours sends an image": (
        echo("oa_send_image", one("image", url=URL), admin_id="77"),
        said(event="taken_over"),
    ),
    "a person of ours answers the anonymous": (
        event(
            "oa_send_anonymous_text",
            {"text": "chào", "conversation_id": "c-77"},
            sender={"id": OA, "admin_id": "7"},
            recipient={"id": "a_1"},
        ),
        said(text="chào", address="anon:a_1:c-77", event="taken_over"),
    ),
    "a time that is none": (
        event("user_send_text", {"text": "alo"}, timestamp="9" * 20),
        said(text="alo", at=None),
    ),
}
IGNORED = [
    "user_seen_message",
    "user_received_message",
    "user_reacted_message",
    "oa_reacted_message",
    "user_submit_info",
    "update_user_info",
    "add_user_to_tag",
    "remove_user_from_tag",
    "remove_tag",
    "user_send_group_text",
    "user_send_group_image",
    "oa_send_group_text",
    "create_group",
    "user_join_group",
    "oa_send_consent",
    "user_reply_consent",
    "user_call_oa",
    "oa_call_user",
    "widget_interaction_accepted",
    "change_template_status",
    "change_oa_daily_quota",
    "user_feedback",
    "shop_has_order",
    "something_of_tomorrow",
    "",
    "USER_SEND_TEXT",
    "user_send_text ",
]


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_becomes_its_neutral_message(name: str) -> None:
    given, expected = EVENTS[name]
    stamp = timestamp_of(given)
    assert stamp is not None
    assert parse(json.loads(json.dumps(given)), stamp) == expected


@pytest.mark.parametrize("name", IGNORED)
def test_other_events_are_nothing(name: str) -> None:
    assert parse(event(name, {"msg_ids": []}), STAMP) is None
    assert parse({"event_name": name}, STAMP) is None


BROKEN: dict[str, dict[str, Any]] = {
    "no name": {"timestamp": STAMP},
    "a number as name": event("x") | {"event_name": 5},
    "no message": event("user_send_text"),
    "a list as message": event("user_send_text") | {"message": []},
    "no sender": event("user_send_text", {"text": "x"}) | {"sender": None},
    "a fraction as id": event("user_send_text", {"text": "x"}, sender={"id": 2.468e17}),
    "a truth as id": event("user_send_text", {"text": "x"}, sender={"id": True}),
    "letters as id": event("user_send_text", {"text": "x"}, sender={"id": "abc"}),
    "other digits as id": event("user_send_text", {"text": "x"}, sender={"id": "٧٧"}),
    "an endless id": event("user_send_text", {"text": "x"}, sender={"id": "9" * 26}),
    "an empty id": event("user_send_text", {"text": "x"}, sender={"id": ""}),
    "a negative id": event("user_send_text", {"text": "x"}, sender={"id": -5}),
    "a list as message id": event("user_send_text", {"text": "x", "msg_id": [1]}),
    "an endless message id": event("user_send_text", {"text": "x", "msg_id": "a" * 200}),
    "a blank in the message id": event("user_send_text", {"text": "x", "msg_id": "a b"}),
    "half a pair as message id": event("user_send_text", {"text": "x", "msg_id": "\ud800"}),
    "a number as text": event("user_send_text", {"text": 5}),
    "an object as attachments": event("user_send_image", {"attachments": {}}),
    "a text as attachment": event("user_send_image", {"attachments": ["x"]}),
    "an image without address": event("user_send_image", one("image")),
    "an image on the disk": event("user_send_image", one("image", url="file:///etc/passwd")),
    "an address with blanks": event("user_send_image", one("image", url="https://a b/")),
    "an endless address": event("user_send_image", one("image", url="https://" + "a" * 5000)),
    "a number as name of a file": event("user_send_file", one("file", url=URL, name=5)),
    "a place without place": event("user_send_location", one("location")),
    "a place of words": event(
        "user_send_location", one("location", coordinates={"latitude": "bắc", "longitude": "1"})
    ),
    "anonymous without conversation": event("anonymous_send_text", {"text": "x"}),
    "anonymous with a colon": event(
        "anonymous_send_text", {"text": "x", "conversation_id": "c"}, sender={"id": "a:b"}
    ),
    "follow by nobody": {"event_name": "follow", "oa_id": OA, "follower": {"id": OA}},
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_said_to_be(name: str) -> None:
    with pytest.raises(ValueError, match=r"not|no event"):
        parse(BROKEN[name], STAMP)


# -- sending ---------------------------------------------------------------------------------------


class Pocket:
    """Tokens in memory."""

    def __init__(self, tokens: Tokens) -> None:
        self.kept = Kept(tokens)

    async def read(self) -> Kept:
        return self.kept

    async def lease(self, now: dt.datetime, until: dt.datetime) -> Kept | None:
        return self.kept

    async def release(self) -> None: ...

    async def write(self, tokens: Tokens) -> None:
        self.kept = Kept(tokens)

    async def fail(self, code: str, until: dt.datetime, refresh: str) -> None:
        self.kept = Kept(self.kept.tokens, code, until)

    async def keep_consent(self, state: str, verifier: str, now: dt.datetime) -> None: ...

    async def take_consent(self, state: str, since: dt.datetime) -> str | None: ...


@pytest.fixture
async def zalo() -> AsyncIterator[LocalZalo]:
    fake = await local_zalo().start()
    yield fake
    await fake.stop()


@pytest.fixture
async def channel(zalo: LocalZalo, clock: Clock) -> AsyncIterator[ZaloOA]:
    tokens = Tokens(
        zalo.access,
        zalo.refresh,
        clock() - dt.timedelta(hours=1),
        clock() + dt.timedelta(hours=24),
    )
    account = Account(APP_ID, OA_SECRET, APP_SECRET, zalo.base, zalo.base, "template-9")
    keeper = TokenKeeper(Pocket(tokens), OAuth(zalo.base, APP_ID, APP_SECRET), clock)
    made = ZaloOA(account, keeper, clock)
    yield made
    await made.close()


BY_PHONE = {"phone": "+84912345678", "ticket": "HP-A4C7"}


def to_user(text: str = "chào", **more: Any) -> Outbound:
    return Outbound(USER, text, **more)


async def test_a_text_goes_out_as_consultation(channel: ZaloOA, zalo: LocalZalo) -> None:
    await channel.send(to_user("Anh/chị nộp đơn nhé."))
    assert zalo.sent == [
        {"recipient": {"user_id": USER}, "message": {"text": "Anh/chị nộp đơn nhé."}}
    ]


async def test_up_to_five_choices_are_buttons_whose_payload_comes_back(
    channel: ZaloOA, zalo: LocalZalo
) -> None:
    choices = [(f"Lựa chọn {n} {'x' * 120}", f"17:{n}") for n in range(5)]
    await channel.send(to_user("Chọn:", choices=choices))
    (message,) = (sent["message"] for sent in zalo.sent)
    buttons = message["attachment"]["payload"]["buttons"]
    assert message["attachment"]["type"] == "template"
    assert "template_type" not in message["attachment"]["payload"]
    assert [button["type"] for button in buttons] == ["oa.query.hide"] * 5
    assert [button["payload"] for button in buttons] == [f"#17:{n}" for n in range(5)]
    assert {len(button["title"]) for button in buttons} == {100}
    back = parse(event("user_send_text", {"text": buttons[2]["payload"]}), STAMP)
    assert back is not None
    assert back.choice == "17:2"


async def test_more_choices_are_numbered_lines(channel: ZaloOA, zalo: LocalZalo) -> None:
    await channel.send(to_user("Chọn:", choices=[(f"Thứ {n}", f"1:{n}") for n in range(6)]))
    (message,) = (sent["message"] for sent in zalo.sent)
    assert "attachment" not in message
    assert message["text"].startswith("Chọn:\n1. Thứ 0\n2. Thứ 1\n")
    assert "6. Thứ 5" in message["text"]


async def test_a_long_text_is_split_with_the_buttons_on_the_last_piece(
    channel: ZaloOA, zalo: LocalZalo
) -> None:
    text = "\n\n".join("đoạn " * 150 for _ in range(6))
    await channel.send(to_user(text, choices=[("Đúng", "1:0")]))
    assert len(zalo.sent) > 2
    assert all(len(piece) <= 2000 for piece in zalo.texts())
    assert " ".join(" ".join(zalo.texts()).split()) == " ".join(text.split())
    assert [bool(zalo.buttons(sent)) for sent in zalo.sent] == [False] * (len(zalo.sent) - 1) + [
        True
    ]


async def test_a_text_is_taken_up_where_it_broke_off(channel: ZaloOA, zalo: LocalZalo) -> None:
    text = "\n\n".join(f"{n} " + "đoạn " * 300 for n in range(3))
    zalo.faults = [0, -32]
    with pytest.raises(TryLater) as failure:
        await channel.send(to_user(text))
    assert failure.value.parts_sent == 1
    await channel.send(to_user(text, parts_sent=1))
    assert len(zalo.texts()) == len(set(zalo.texts())) == 3
    zalo.faults, zalo.oauth_faults = [0, -216], [-14014]
    with pytest.raises(TryLater, match="token_-14014") as failure:
        await channel.send(to_user(text))
    assert failure.value.parts_sent == 1


async def test_the_anonymous_are_answered_the_old_way_with_numbers(
    channel: ZaloOA, zalo: LocalZalo
) -> None:
    await channel.send(Outbound("anon:a_1:c-77", "Chọn:", [("Đúng", "1:0")]))
    assert zalo.sent == []
    (body,) = zalo.anonymous
    assert body["recipient"] == {"anonymous_id": "a_1", "conversation_id": "c-77"}
    assert body["message"]["text"].startswith("Chọn:\n1. Đúng")
    await channel.send(Outbound("anon:a_1:c-77", "Chào"))
    assert zalo.anonymous[1]["message"] == {"text": "Chào"}


# Error -> what is raised, and the pause in seconds. It is 15:00:00 in Hải Phòng.
HOUR = 3600.0
REACTIONS: dict[int, tuple[type[SendFailed], float | None]] = {
    -32: (TryLater, 61.0),
    -200: (TryLater, None),
    -201: (SendFailed, None),
    -204: (TryLater, HOUR),
    -205: (TryLater, HOUR),
    -209: (TryLater, HOUR),
    -210: (SendFailed, None),
    -211: (TryLater, HOUR),
    -212: (TryLater, HOUR),
    -213: (Unreachable, None),
    -217: (Unreachable, None),
    -218: (TryLater, HOUR),
    -219: (TryLater, HOUR),
    -221: (TryLater, HOUR),
    -223: (TryLater, HOUR),
    -224: (TryLater, HOUR),
    -227: (Unreachable, None),
    -230: (WindowShut, None),
    -232: (WindowShut, None),
    -233: (SendFailed, None),
    -234: (TryLater, 15 * HOUR),
    -240: (SendFailed, None),
    -242: (SendFailed, None),
    -244: (SendFailed, None),
    -248: (SendFailed, None),
    -305: (WindowShut, None),
    -311: (WindowShut, None),
    -320: (TryLater, HOUR),
    -321: (TryLater, HOUR),
    -9999: (TryLater, None),
}


@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize("error", REACTIONS)
async def test_every_error_has_its_reaction_whatever_the_status(
    channel: ZaloOA, zalo: LocalZalo, error: int, status: int
) -> None:
    zalo.faults, zalo.status = [error], status
    with pytest.raises(SendFailed) as failure:
        await channel.send(to_user())
    kind, pause = REACTIONS[error]
    assert type(failure.value) is kind
    assert failure.value.code == f"zalo{error}"
    assert getattr(failure.value, "after", None) == pause
    assert zalo.sent == []


@pytest.mark.parametrize("status", [200, 201, 400, 500])
async def test_error_zero_alone_is_success(channel: ZaloOA, zalo: LocalZalo, status: int) -> None:
    zalo.status = status
    await channel.send(to_user())
    assert len(zalo.sent) == 1


@pytest.mark.parametrize(
    ("at", "pause"),
    [
        ((15, 0, 0), 15 * HOUR),
        ((22, 0, 0), 8 * HOUR),
        ((23, 59, 59), 6 * HOUR + 1),
        ((0, 0, 0), 6 * HOUR),
        ((5, 59, 0), 60),
    ],
)
async def test_what_zalo_keeps_for_the_day_waits_until_six(
    channel: ZaloOA, zalo: LocalZalo, clock: Clock, at: tuple[int, int, int], pause: float
) -> None:
    clock.now = dt.datetime(2026, 11, 22, *at, tzinfo=dt.timezone(dt.timedelta(hours=7)))
    tokens = Tokens(zalo.access, zalo.refresh, clock(), clock() + dt.timedelta(hours=25))
    await channel.keeper._store.write(tokens)
    zalo.faults = [-234]
    with pytest.raises(TryLater) as failure:
        await channel.send(to_user())
    assert failure.value.after == pause


@pytest.mark.parametrize("error", [-216, -220, 216, 401, -401, -124])
async def test_a_refused_token_is_renewed_once_and_the_message_sent_once(
    channel: ZaloOA, zalo: LocalZalo, error: int
) -> None:
    zalo.faults = [error]
    await channel.send(to_user())
    assert (len(zalo.sent), zalo.refreshes) == (1, 1)


async def test_a_token_that_stays_refused_is_renewed_only_once(
    channel: ZaloOA, zalo: LocalZalo
) -> None:
    for _ in range(5):
        zalo.faults = [-216, -216]
        with pytest.raises(TryLater):
            await channel.send(to_user())
    assert zalo.refreshes == 1


async def test_a_token_that_cannot_be_renewed_keeps_the_message(
    channel: ZaloOA, zalo: LocalZalo
) -> None:
    zalo.faults, zalo.oauth_faults = [-216], [-14014]
    with pytest.raises(TryLater, match="token_-14014") as failure:
        await channel.send(to_user())
    assert failure.value.after == HOUR


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (502, "<html>Bad Gateway</html>"),
        (200, ""),
        (200, "[]"),
        (200, "{}"),
        (200, '{"error": null}'),
        (200, '{"error": true}'),
        (200, '{"error": "-230 or so"}'),
        (200, '{"error": ' + "9" * 400 + "}"),
        (200, '{"error": {"code": 1}}'),
        (429, "slow down"),
        (302, ""),
        (200, "[" * 50_000),
    ],
)
async def test_an_answer_nobody_can_read_is_asked_for_again(
    channel: ZaloOA, zalo: LocalZalo, status: int, text: str
) -> None:
    zalo.broken = [(status, text)]
    with pytest.raises(TryLater, match=f"http_{status}"):
        await channel.send(to_user())


async def test_the_token_follows_no_redirect(channel: ZaloOA, zalo: LocalZalo) -> None:
    zalo.broken = [(307, f"{zalo.base}/v3.0/oa/message/cs")]
    with pytest.raises(TryLater, match="http_307"):
        await channel.send(to_user())
    assert zalo.sent == []


def test_an_error_may_be_a_text() -> None:
    assert error_of(b'{"error":"-230"}', 200) == -230
    assert error_of(b'{"error":"0"}', 500) == 0


async def test_when_zalo_is_away_the_message_waits(channel: ZaloOA, zalo: LocalZalo) -> None:
    await zalo.stop()
    with pytest.raises(TryLater, match="Connect"):
        await channel.send(to_user())


async def test_the_proof_goes_with_every_call(channel: ZaloOA, zalo: LocalZalo) -> None:
    await channel.send(to_user())  # the stand-in answers -242 without it
    channel.account = Account(APP_ID, OA_SECRET, "another-secret", zalo.base, zalo.base)
    with pytest.raises(SendFailed, match="zalo-242"):
        await channel.send(to_user())


# -- when the window is shut -----------------------------------------------------------------------


async def test_his_phone_is_told_that_an_answer_waits(channel: ZaloOA, zalo: LocalZalo) -> None:
    zalo.shut.add(USER)
    with pytest.raises(WindowShut):
        await channel.send(to_user("Bí mật của anh/chị", **BY_PHONE))
    (notice,) = zalo.notices
    assert notice["phone"] == "84912345678"
    assert notice["template_id"] == "template-9"
    assert notice["template_data"] == {"code": "HP-A4C7"}
    assert len(notice["tracking_id"]) <= 48
    assert "Bí mật" not in json.dumps(notice, ensure_ascii=False)


@pytest.mark.parametrize(
    "error", [-108, -114, -115, -118, -131, -132, -133, -139, -141, -144, -147]
)
async def test_a_notice_that_fails_hides_nothing(
    channel: ZaloOA, zalo: LocalZalo, error: int
) -> None:
    zalo.shut.add(USER)
    zalo.notice_faults = [error]
    with pytest.raises(WindowShut, match="zalo-230"):
        await channel.send(to_user(**BY_PHONE))
    assert zalo.notices == []


async def test_a_notices_token_is_renewed_once_too(channel: ZaloOA, zalo: LocalZalo) -> None:
    zalo.shut.add(USER)
    zalo.notice_faults = [-124]
    with pytest.raises(WindowShut):
        await channel.send(to_user(**BY_PHONE))
    assert (len(zalo.notices), zalo.refreshes) == (1, 1)


async def test_without_a_number_or_a_template_no_notice_is_sent(
    channel: ZaloOA, zalo: LocalZalo
) -> None:
    zalo.shut.add(USER)
    with pytest.raises(WindowShut):
        await channel.send(to_user())
    channel.account = Account(APP_ID, OA_SECRET, APP_SECRET, zalo.base, zalo.base)
    with pytest.raises(WindowShut):
        await channel.send(to_user(**BY_PHONE))
    assert zalo.notices == []


async def test_a_notice_is_sent_for_a_shut_window_only(channel: ZaloOA, zalo: LocalZalo) -> None:
    for error in (-32, -213, -201, 0):
        zalo.faults = [error]
        if error:
            with pytest.raises(SendFailed):
                await channel.send(to_user(**BY_PHONE))
        else:
            await channel.send(to_user(**BY_PHONE))
    assert zalo.notices == []


# -- what the operator is told ---------------------------------------------------------------------


async def test_a_sound_channel_has_no_complaints(channel: ZaloOA) -> None:
    assert await channel.check() == []


async def test_what_is_wrong_is_said_in_sentences(
    channel: ZaloOA, zalo: LocalZalo, clock: Clock
) -> None:
    zalo.faults = [-204]
    assert await channel.check() == ["Zalo answers with error -204."]
    clock.pass_(days=61)
    zalo.oauth_faults = [-14014]
    wrong = await channel.check()
    assert any("60 days" in one for one in wrong)
    assert any("-14014" in one for one in wrong)
    clock.pass_(days=40)
    assert any("/zalo in the office" in one for one in await channel.check())
    await zalo.stop()
    assert any("cannot be asked" in one for one in await channel.check())


def test_no_secret_shows_in_words_for_people_or_logs(channel: ZaloOA) -> None:
    assert OA_SECRET not in repr(channel.account)
    assert APP_SECRET not in repr(channel.account)
