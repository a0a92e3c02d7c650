"""The whole hotline on this machine, wired to stand-ins for its providers over real HTTP.

Nothing of it knows that it is rehearsed: settings name other addresses, that is all.
"""

import asyncio
import contextlib
import datetime as dt
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from admin_api import accounts
from bot.channels.twiml import fallback_twiml
from bot.channels.zalo_oa import WEBHOOK_PATH as ZALO_OA_WEBHOOK
from bot.models import ProviderTokens
from escalation import duty
from escalation.models import DutyShift, Staff
from escalation.vocabulary import Role
from hotline import app, fonts, setup
from hotline.db import Database
from hotline.house import House
from hotline.opening import utc_now
from hotline.rehearsal import troubles
from hotline.rehearsal.chats import Chat, Clock, TelegramChat, ZaloBotChat, ZaloOAChat
from hotline.rehearsal.people import LAWYERS_PHONE, OUR_NUMBER
from hotline.rehearsal.telegram import FakeTelegram
from hotline.rehearsal.troubles import Body, Troubles, Wire
from hotline.rehearsal.twilio import LocalTwilio
from hotline.rehearsal.walker import Line
from hotline.rehearsal.webchat import WebChat
from hotline.rehearsal.zalo_bot import FakeZaloBot
from hotline.rehearsal.zalo_oa import LocalZalo
from hotline.settings import Settings

HOST = "127.0.0.1"
TELEGRAM_TOKEN = "700000:nobodys-token"  # noqa: S105 - opens nothing
ZALO_BOT_TOKEN = "800000:nobodys-token"  # noqa: S105
_SECRET = "nobodys-secret"  # noqa: S105
_ACCOUNT = "AC" + "0" * 32
_REGISTERS_WITHIN = 10.0  # seconds
_WHOLE_DAY = (0, 24 * 60)


@dataclass
class StandIns:
    """The providers, and the wire to each."""

    telegram: FakeTelegram
    zalo_bot: FakeZaloBot
    zalo_oa: LocalZalo
    twilio: LocalTwilio
    troubles: Troubles


@dataclass
class Stage:
    """A rehearsal under way. `staff` are (e-mail, role, password)."""

    house: House
    stand_ins: StandIns
    session: aiohttp.ClientSession
    public: str
    office: str
    typeface: Path
    staff: list[tuple[str, Role, str]]

    def __post_init__(self) -> None:
        there, with_all = self.stand_ins, (self.stand_ins.troubles, self.house.clock)
        webhook = self.public + ZALO_OA_WEBHOOK
        pushed: list[Chat] = [
            ZaloOAChat(there.zalo_oa, *with_all, webhook, self._expire_token),
            ZaloBotChat(there.zalo_bot, *with_all),
            TelegramChat(there.telegram, *with_all),
        ]
        self.chats: dict[str, Chat] = {one.name: one for one in pushed}
        self.webchat = WebChat(self.session, self.public)
        self.line = Line(there.twilio, self.session, self.public, self.public, fallback_twiml())

    async def lawyers_token(self) -> str:
        """For the JSON API, in the name of the first lawyer."""
        async with self.house.database.writing() as session:
            lawyer = await _lawyer(session)
            return await accounts.issue_token(session, lawyer, self.house.clock())

    async def _expire_token(self) -> None:
        """As if a day had passed since Zalo's tokens were renewed: it does not know them now."""
        self.stand_ins.zalo_oa.access = "run out"
        async with self.house.database.writing() as session:
            long_ago = self.house.clock() - dt.timedelta(days=1)
            await session.execute(update(ProviderTokens).values(renewed_at=long_ago))


@contextlib.asynccontextmanager
async def standing(
    directory: Path, clock: Clock = utc_now, ports: tuple[int, int] = (0, 0)
) -> AsyncIterator[Stage]:
    """A stage that is up; `ports` for the worker's chat and the office are wishes."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False)
        )
        there = await _stand_ins(stack, session)
        settings = _settings(directory, there, (free_port(ports[0]), free_port(ports[1])))
        database, staff = await _set_up(settings, clock)
        house = await House.open(settings, database, clock)
        stack.push_async_callback(house.close)
        await stack.enter_async_context(app.running(house))
        stack.callback(there.troubles.end)  # nobody waits for a provider that hangs
        async with asyncio.timeout(_REGISTERS_WITHIN):
            while not (there.telegram.webhooks and there.zalo_bot.webhooks):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        typeface = fonts.prepare(directory / "fonts")  # built when the hotline came up
        public, office = settings.public_address, settings.office_address
        yield Stage(house, there, session, public, office, typeface, staff)


# -- providers -------------------------------------------------------------------------------------


async def _stand_ins(stack: AsyncExitStack, session: aiohttp.ClientSession) -> StandIns:
    there = StandIns(
        FakeTelegram(TELEGRAM_TOKEN),
        FakeZaloBot(ZALO_BOT_TOKEN),
        LocalZalo("700700700", _SECRET, _SECRET),
        LocalTwilio(_ACCOUNT, _SECRET, OUR_NUMBER),
        Troubles(),
    )
    refusals: list[tuple[FakeTelegram | FakeZaloBot | LocalZalo | LocalTwilio, Body]] = [
        (there.telegram, troubles.bot_api),
        (there.zalo_bot, troubles.bot_api),
        (there.zalo_oa, troubles.zalo_oa),
        (there.twilio, troubles.twilio),
    ]
    for server, refusal in refusals:
        await server.start()
        stack.push_async_callback(server.stop)
        wire = await Wire(there.troubles, refusal, session).start(server.base)
        stack.push_async_callback(wire.stop)
        server.base = wire.base  # also in the addresses of files
    return there


def _settings(directory: Path, there: StandIns, ports: tuple[int, int]) -> Settings:
    return Settings(
        data_dir=directory,
        host=HOST,
        port=ports[0],
        office_port=ports[1],
        telegram_token=TELEGRAM_TOKEN,
        telegram_secret=_SECRET,
        telegram_api_base=there.telegram.base,
        zalo_oa_app_id=there.zalo_oa.app_id,
        zalo_oa_secret=_SECRET,
        zalo_oa_app_secret=_SECRET,
        zalo_oa_refresh_token=there.zalo_oa.refresh,
        zalo_oa_api_base=there.zalo_oa.base,
        zalo_oa_zns_base=there.zalo_oa.base,
        zalo_oa_oauth_base=there.zalo_oa.base,
        zalo_bot_token=ZALO_BOT_TOKEN,
        zalo_bot_secret=_SECRET,
        zalo_bot_api_base=there.zalo_bot.base,
        twilio_account_sid=_ACCOUNT,
        twilio_auth_token=_SECRET,
        twilio_number=OUR_NUMBER,
        twilio_api_base=there.twilio.base,
    )


# Below those a system hands out by itself: it must still be free when the hotline comes up.
_OTHER_PORTS = range(20_000, 32_000)


def free_port(wish: int) -> int:
    """`wish` if it can be had, else another port: addresses are told before anybody listens."""
    for port in (wish, *(secrets.choice(_OTHER_PORTS) for _ in range(100))):
        if not port:
            continue
        with contextlib.suppress(OSError), socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind((HOST, port))
            return int(tried.getsockname()[1])
    raise OSError("no port is free")


# -- the office's people ---------------------------------------------------------------------------


async def _set_up(settings: Settings, clock: Clock) -> tuple[Database, list[tuple[str, Role, str]]]:
    """Schema, answers, demo accounts, and a lawyer who is on duty day and night."""
    database = await setup.migrate(settings)
    await setup.load_seed(database)
    staff = await setup.demo_accounts(database) or await _known_staff(database, clock)
    async with database.writing() as session:
        await session.execute(delete(ProviderTokens))  # of a provider that is gone
        lawyer = await _lawyer(session)
        lawyer.phone = LAWYERS_PHONE
        if await session.scalar(select(DutyShift.id).limit(1)) is None:
            for weekday in range(7):
                duty.add(session, lawyer, weekday, _WHOLE_DAY, 0)
    return database, staff


async def _known_staff(database: Database, clock: Clock) -> list[tuple[str, Role, str]]:
    """Of a rehearsal that was kept: new passwords, for the old ones cannot be shown again."""
    known = []
    async with database.writing() as session:
        for email, _, role in setup.DEMO_STAFF:
            person = await accounts.find_staff(session, email)
            if person is not None:
                known.append((email, role, await accounts.renew_password(session, person, clock())))
    return known


async def _lawyer(session: AsyncSession) -> Staff:
    found = await session.scalars(
        select(Staff).where(Staff.role == Role.LAWYER).order_by(Staff.id).limit(1)
    )
    return found.one()
