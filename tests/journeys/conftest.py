"""A whole running hotline over each database, with Telegram's fake at the outer edge."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import expect

from admin_api import accounts
from bot.channels.telegram import SECRET_HEADER, WEBHOOK_PATH
from escalation.vocabulary import Role
from hotline import app, logs
from hotline.db import Database, Keyring
from hotline.house import House
from hotline.rehearsal.twilio import LocalTwilio
from hotline.settings import Settings
from knowledge_base.importing import Base
from knowledge_base.library import Library
from tests.factories import SECRET, TOKEN, Client, Clock, Updates
from tests.fake_stringee import FakeStringee
from tests.fakes import FakeTelegram

# A page is waited for as long as a crowded machine may need: nothing here is timed.
expect.set_options(timeout=30_000)


class Hotline:
    """The running program and everything a story needs around it."""

    def __init__(
        self,
        house: House,
        telegram: FakeTelegram,
        clock: Clock,
        session: aiohttp.ClientSession,
        ports: tuple[int, int],
        updates: Updates,
    ) -> None:
        self.house, self.telegram, self.clock, self.session = house, telegram, clock, session
        self.public = Client(session, f"http://127.0.0.1:{ports[0]}")
        self.office_base = f"http://127.0.0.1:{ports[1]}"
        self.public_base = f"http://127.0.0.1:{ports[0]}"
        self.updates = updates

    async def deliver(self, update: Any, secret: str = SECRET) -> int:
        status, _ = await self.public.post(
            WEBHOOK_PATH, json=update, headers={SECRET_HEADER: secret}
        )
        return status

    async def says(self, chat: int, text: str) -> None:
        assert await self.deliver(self.updates.message(chat, text)) == 200

    async def taps(self, chat: int, label: str) -> None:
        """Tap the newest button with this label."""
        for message in reversed(self.telegram.sent):
            buttons = self.telegram.buttons(message)
            if message["chat_id"] == chat and label in buttons:
                assert await self.deliver(self.updates.tap(chat, buttons[label])) == 200
                return
        raise AssertionError(f"no button {label!r} was sent")

    async def staff(self, role: Role, email: str | None = None) -> Client:
        async with self.house.database.writing() as session:
            person, _ = await accounts.add_staff(
                session, email or f"{role}@hotline.test", role.title(), role, self.clock()
            )
            token = await accounts.issue_token(session, person, self.clock())
        return Client(self.session, self.office_base, token)

    async def hears(self, chat: int, count: int) -> list[str]:
        """Wait until the worker has received `count` messages in all; his messages."""
        await eventually(lambda: len(self.telegram.texts(chat)) >= count)
        return self.telegram.texts(chat)


async def eventually(condition: Callable[[], Any | Awaitable[Any]], seconds: float = 10) -> None:
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not happen in time")


@pytest.fixture(autouse=True)
def _logs_as_when_serving() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    logs.configure()
    yield
    root.handlers[:] = before
    root.setLevel(level)


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    fake = await FakeTelegram(TOKEN).start()
    yield fake
    await fake.stop()


@pytest.fixture
def settings(tmp_path: Path, shared_dir: Path, telegram: FakeTelegram) -> Settings:
    (shared_dir / "fonts").mkdir(exist_ok=True)
    (tmp_path / "fonts").symlink_to(shared_dir / "fonts")  # built once a run, not once a test
    return Settings(
        data_dir=tmp_path,
        port=0,
        office_port=0,
        public_url="https://hotline.test",
        telegram_token=TOKEN,
        telegram_secret=SECRET,
        telegram_api_base=telegram.base,
    )


@pytest.fixture
async def twilio() -> AsyncIterator[LocalTwilio]:
    local = await LocalTwilio("AC" + "0" * 32, "a-token-of-nobody").start()
    yield local
    await local.stop()


@pytest.fixture
async def stringee() -> AsyncIterator[FakeStringee]:
    fake = await FakeStringee("SK.0.nobody", "a-key-of-nobody").start()
    yield fake
    await fake.stop()


Open = Callable[[], contextlib.AbstractAsyncContextManager[Hotline]]


@pytest.fixture
def open_hotline(
    database_url: str,
    keyring: Keyring,
    base: Base,
    library: Library,
    clock: Clock,
    settings: Settings,
    telegram: FakeTelegram,
) -> Open:
    """Starts the hotline on this test's database, again and again if the story wants it."""
    updates = Updates(clock)

    @contextlib.asynccontextmanager
    async def living() -> AsyncIterator[Hotline]:
        database = Database(database_url, keyring)
        house = House(settings, database, base, library, clock=clock)
        try:
            async with aiohttp.ClientSession() as session, app.running(house) as ports:
                yield Hotline(house, telegram, clock, session, ports, updates)
        finally:
            await house.close()

    return living


@pytest.fixture
async def hotline(open_hotline: Open) -> AsyncIterator[Hotline]:
    async with open_hotline() as running:
        yield running
