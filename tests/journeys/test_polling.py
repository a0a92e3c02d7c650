"""Telegram without a webhook: the hotline fetches its messages itself."""

import pytest

from bot import phrases
from hotline.settings import Fetching, Settings
from tests.factories import Updates
from tests.fakes import FakeTelegram
from tests.journeys.conftest import Hotline, eventually

LAN = 7001


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"telegram_mode": Fetching.POLLING, "telegram_secret": None})


async def test_messages_are_fetched_answered_and_confirmed(
    hotline: Hotline, telegram: FakeTelegram
) -> None:
    updates = Updates(hotline.clock)
    first, second = updates.message(LAN, "xin chào"), updates.message(LAN, "cảm ơn nhé")
    telegram.pending = [first, first, second]  # one of them comes twice
    heard = await hotline.hears(LAN, 3)
    assert heard == [phrases.NOTICE, phrases.GREETING, phrases.THANKS]
    await eventually(lambda: telegram.pending == [])  # confirmed by the next fetch's offset


async def test_there_is_no_webhook_to_post_to(hotline: Hotline, telegram: FakeTelegram) -> None:
    status, _ = await hotline.public.post("/webhooks/telegram", json={"update_id": 1})
    assert status == 404
    assert telegram.webhooks == []
