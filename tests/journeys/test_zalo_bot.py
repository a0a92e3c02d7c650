"""Zalo Bot, the whole way: a question, typed numbers, a lawyer's answer; repeats, strangers, groups."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import func, select

from bot import phrases
from bot.channels.zalo_bot import SECRET_HEADER, WEBHOOK_PATH
from bot.models import Direction, Message, Quarantine
from escalation.vocabulary import Role
from hotline.rehearsal.zalo_bot import FakeZaloBot
from hotline.settings import Fetching, Settings
from tests import hostile
from tests.factories import everything
from tests.hostile import as_json
from tests.journeys.conftest import Hotline, eventually
from tests.journeys.test_delivery import eventually_async, is_blocked, passing

pytestmark = pytest.mark.thorough("postgresql")

TOKEN = "738499441022218443:token-of-nobody_at-all"
SECRET = "a-secret-for-zalo"
LAN, MINH = "6ede9afa66b88fe6d6a9", "7f01bb"
HOSTILE = 500


@pytest.fixture
async def zalo() -> AsyncIterator[FakeZaloBot]:
    fake = await FakeZaloBot(TOKEN).start()
    fake.patience = 0.1
    yield fake
    await fake.stop()


@pytest.fixture
def settings(settings: Settings, zalo: FakeZaloBot) -> Settings:
    given = {
        "zalo_bot_token": TOKEN,
        "zalo_bot_secret": SECRET,
        "zalo_bot_api_base": zalo.base,
    }
    return settings.model_copy(update=given)


class Zalo:
    """Workers writing through Zalo to the running hotline."""

    def __init__(self, hotline: Hotline, fake: FakeZaloBot) -> None:
        self.hotline, self.fake = hotline, fake
        self._door = hotline.public_base + WEBHOOK_PATH

    async def deliver(self, event: Any, **more: Any) -> int:
        return await self.fake.deliver(event, self._door, **more)

    async def says(self, chat: str, text: str) -> None:
        assert await self.deliver(self.fake.said(chat, text, date=self._now())) == 200

    async def hears(self, chat: str, count: int) -> list[str]:
        await eventually(lambda: len(self.fake.texts(chat)) >= count)
        return self.fake.texts(chat)

    async def picks(self, chat: str, label: str) -> None:
        """Type the number that stands before a label in the last message."""
        lines = self.fake.texts(chat)[-1].splitlines()
        (number,) = [line.partition(".")[0] for line in lines if line.endswith(f". {label}")]
        await self.says(chat, number)

    def _now(self) -> int:
        return int(self.hotline.clock().timestamp() * 1000)


@pytest.fixture
async def chats(hotline: Hotline, zalo: FakeZaloBot) -> Zalo:
    await eventually(lambda: zalo.webhooks)  # the hotline has told where it is
    return Zalo(hotline, zalo)


async def test_question_typed_numbers_lawyer_rating(hotline: Hotline, chats: Zalo) -> None:
    (hook,) = chats.fake.webhooks
    assert hook == {"url": f"https://hotline.test{WEBHOOK_PATH}", "secret_token": SECRET}
    await chats.says(LAN, "bao truoc may ngay")
    heard = await chats.hears(LAN, 2)
    assert heard[0] == phrases.NOTICE
    assert heard[1].endswith(phrases.TYPE_A_NUMBER)
    await chats.picks(LAN, "Tôi xin nghỉ phải báo trước mấy ngày")
    heard = await chats.hears(LAN, 3)
    assert "45 ngày" in heard[2]
    assert "BLLĐ 2019 Đ.35" in heard[2]

    await chats.picks(LAN, phrases.NOT_IT)
    heard = await chats.hears(LAN, 4)
    assert "trước 11:30 thứ Hai 23/11" in heard[3]
    await chats.says(LAN, "bỏ qua")  # a choice's very words do as well
    await chats.hears(LAN, 5)

    lawyer = await hotline.staff(Role.LAWYER)
    _, inbox = await lawyer.get("/api/tickets?state=open")
    (row,) = inbox["tickets"]
    assert (row["subject"], row["channel"]) == ("bao truoc may ngay", "zalo_bot")
    reply = {"text": "Anh/chị làm hợp đồng 12 tháng thì báo trước 30 ngày."}
    status, _ = await lawyer.post(f"/api/tickets/{row['code']}/replies", json=reply)
    assert status == 201
    heard = await chats.hears(LAN, 6)
    assert heard[5].startswith(reply["text"])
    assert phrases.SIGNATURE in heard[5]

    await lawyer.post(f"/api/tickets/{row['code']}/resolve")
    await chats.hears(LAN, 7)
    await chats.picks(LAN, phrases.HELPED)
    assert (await chats.hears(LAN, 8))[7].startswith(f"{phrases.RATED} {phrases.ASK_BOT_RATING}")
    await chats.picks(LAN, phrases.BOT_DID_NOT_HELP)
    assert (await chats.hears(LAN, 9))[8] == phrases.RATED
    _, case = await lawyer.get(f"/api/tickets/{row['code']}")
    assert case["rating"] == 1
    assert hotline.telegram.sent == []


@pytest.mark.parametrize("wraps", [False, True])
async def test_repeats_are_one_message_bare_or_wrapped(
    hotline: Hotline, chats: Zalo, wraps: bool
) -> None:
    chats.fake.wraps = wraps
    said = chats.fake.said(LAN, "/start")
    statuses = await asyncio.gather(*[chats.deliver(said) for _ in range(10)])
    assert statuses == [200] * 10
    chats.fake.wraps = not wraps  # the other way round it is still the same message
    assert await chats.deliver(said) == 200
    await chats.says(MINH, "/help")
    assert await chats.hears(MINH, 2) == [phrases.NOTICE, phrases.GREETING]
    assert chats.fake.texts(LAN) == [phrases.NOTICE, phrases.GREETING]
    assert await _rows(hotline, Message, Message.direction == Direction.IN) == 2


async def test_zalo_delivers_again_what_we_could_not_keep(hotline: Hotline, chats: Zalo) -> None:
    desk, hotline.house.desk = hotline.house.desk, None
    delivering = asyncio.create_task(
        chats.deliver(chats.fake.said(LAN, "/start"), tries=50, pause=0.05)
    )
    await asyncio.sleep(0.2)
    assert not delivering.done()
    hotline.house.desk = desk
    assert await delivering == 200
    assert await chats.hears(LAN, 2) == [phrases.NOTICE, phrases.GREETING]


async def test_what_zalo_refuses_waits_and_who_blocked_us_is_marked(
    hotline: Hotline, chats: Zalo
) -> None:
    busy = {"ok": False, "error_code": 429, "description": "Too Many Requests"}
    chats.fake.faults = [(429, busy)]
    await chats.says(LAN, "/start")
    await eventually(lambda: not chats.fake.faults)
    await passing(hotline, 30)
    assert await chats.hears(LAN, 2) == [phrases.NOTICE, phrases.GREETING]

    gone = {"ok": False, "error_code": 403, "description": "Forbidden"}
    chats.fake.faults = [(403, gone)]
    await chats.says(LAN, "cảm ơn")
    await eventually_async(lambda: is_blocked(hotline, LAN))
    await chats.says(LAN, "cảm ơn")
    assert not await is_blocked(hotline, LAN)


async def test_without_the_secret_nothing_is_left(hotline: Hotline, chats: Zalo) -> None:
    before = await everything(hotline.house.database)
    for secrets in ([], [""], ["wrong"], [SECRET + "x"], [SECRET, SECRET]):
        for body in (as_json(chats.fake.said(LAN, "nợ lương")), b"[" * 20_000, b"\xff"):
            headers = [(SECRET_HEADER, secret) for secret in secrets]
            assert await _post(hotline, body, headers) == 401
    assert await everything(hotline.house.database) == before
    assert chats.fake.sent == []


async def test_a_group_leaves_nothing(hotline: Hotline, chats: Zalo) -> None:
    before = await everything(hotline.house.database)
    for _ in range(3):
        event = chats.fake.event("text", "group-1", group=True, text="@bot nợ lương")
        assert await chats.deliver(event) == 200
    assert await chats.hears("group-1", 1) == [phrases.PRIVATE_ONLY]
    await asyncio.sleep(0.2)
    assert await everything(hotline.house.database) == before
    assert len(chats.fake.sent) == 1


@pytest.mark.thorough("postgresql")
async def test_hundreds_of_hostile_bodies_do_no_harm_to_the_database(
    hotline: Hotline, chats: Zalo
) -> None:
    """The ten thousand of the channel's own test, as far as each database has a say in them."""
    real = [
        chats.fake.said(LAN, "nghỉ việc phải báo trước mấy ngày"),
        chats.fake.event("unsupported", LAN),
        chats.fake.event("image", LAN, photo_url="https://photo.zdn.vn/a.jpg", caption="ảnh"),
    ]
    headers = [(SECRET_HEADER, SECRET)]
    statuses: Counter[int] = Counter()
    queue = iter(list(hostile.corpus(real, real[:2], HOSTILE)))

    async def sender() -> None:
        for body in queue:
            statuses[await _post(hotline, body, headers)] += 1

    await asyncio.gather(*[sender() for _ in range(8)])
    assert statuses == {200: HOSTILE}
    assert await _rows(hotline, Quarantine) > HOSTILE / 4
    await chats.says(MINH, "/start")
    await chats.hears(MINH, 2)


# -- fetched, not delivered ------------------------------------------------------------------------


class TestPolling:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        polling = {"zalo_bot_mode": Fetching.POLLING, "zalo_bot_secret": None}
        return settings.model_copy(update=polling)

    async def test_messages_are_fetched_and_answered(
        self, hotline: Hotline, zalo: FakeZaloBot
    ) -> None:
        start = zalo.said(LAN, "/start", date=int(time.time() * 1000))
        zalo.pending += [start, start, zalo.said(LAN, "cảm ơn nhé")]
        await eventually(lambda: len(zalo.texts(LAN)) >= 3)
        assert zalo.texts(LAN) == [phrases.NOTICE, phrases.GREETING, phrases.THANKS]
        assert await _post(hotline, b"{}", []) == 404


# -- tools -----------------------------------------------------------------------------------------


async def _post(hotline: Hotline, body: bytes, headers: list[tuple[str, str]]) -> int:
    url = hotline.public_base + WEBHOOK_PATH
    async with hotline.session.post(url, data=body, headers=headers) as response:
        return response.status


async def _rows(hotline: Hotline, kind: Any, *where: Any) -> int:
    async with hotline.house.database.reading() as session:
        return await session.scalar(select(func.count()).select_from(kind).where(*where)) or 0
