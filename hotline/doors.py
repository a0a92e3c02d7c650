"""The one list of doors: which channels there are, how each is opened, watched and shut.

A channel without its settings is absent.
"""

import datetime as dt
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.channels import telegram, zalo_bot, zalo_bot_polling, zalo_oa
from bot.channels.base import Channel, Pull, Reception
from bot.channels.fetching import Fetcher
from bot.channels.zalo_oauth import CALLBACK_PATH, OAuth
from bot.channels.zalo_tokens import TokenKeeper
from bot.provider_tokens import ProviderTokenStore
from hotline.db import Database
from hotline.settings import Fetching, Settings

Routes = Callable[[Reception], Sequence[web.RouteDef]]
Loop = Callable[[Reception], Coroutine[Any, Any, None]]
Clock = Callable[[], dt.datetime]
_ZALO_FILES = (".zdn.vn", ".zadn.vn", ".dlfl.vn")  # where Zalo keeps what people send


@dataclass(frozen=True)
class Door:
    """A channel and what keeps it open: routes that providers call, a loop that runs beside them.

    `close` gives back connections when everything was sent.
    """

    channel: Channel
    routes: Routes | None = None
    loop: Loop | None = None
    close: Callable[[], Awaitable[None]] | None = None


def doors(settings: Settings, database: Database, clock: Clock) -> list[Door]:
    """Every door these settings open. Those that only wait to be read stand first."""
    found = [Door(Pull("webchat")), Door(Pull("terminal"))]
    if settings.telegram_token:
        found.append(_telegram(settings, settings.telegram_token))
    if settings.zalo_oa_app_id:
        found.append(_zalo_oa(settings, settings.zalo_oa_app_id, database, clock))
    if settings.zalo_bot_token:
        found.append(_zalo_bot(settings, settings.zalo_bot_token))
    return found


def _telegram(settings: Settings, token: str) -> Door:
    polling = settings.telegram_mode is Fetching.POLLING
    webhook = None if polling else f"{settings.public_address}{telegram.WEBHOOK_PATH}"
    channel = telegram.Telegram(token, settings.telegram_api_base, webhook)
    if polling:
        return Door(channel, loop=lambda at: telegram.poll(channel, at), close=channel.close)
    secret = settings.telegram_secret
    assert secret is not None  # settings refuse a webhook without one
    return Door(
        channel,
        routes=lambda at: telegram.webhook_routes(channel, secret, at),
        loop=lambda _: telegram.register_webhook(channel, secret),
        close=channel.close,
    )


def _zalo_oa(settings: Settings, app_id: str, database: Database, clock: Clock) -> Door:
    assert settings.zalo_oa_secret is not None  # settings want all three or none
    assert settings.zalo_oa_app_secret is not None
    account = zalo_oa.Account(
        app_id=app_id,
        oa_secret=settings.zalo_oa_secret,
        app_secret=settings.zalo_oa_app_secret,
        api_base=settings.zalo_oa_api_base,
        zns_base=settings.zalo_oa_zns_base,
        zns_template=settings.zalo_oa_zns_template,
    )
    keeper = TokenKeeper(
        ProviderTokenStore(database, zalo_oa.NAME),
        OAuth(settings.zalo_oa_oauth_base, app_id, settings.zalo_oa_app_secret),
        clock,
        first=settings.zalo_oa_refresh_token,
        return_to=settings.office_address + CALLBACK_PATH,
    )
    fetcher = Fetcher(
        [*_ZALO_FILES, *settings.media_hosts.split()], trusted=[settings.zalo_oa_api_base]
    )
    channel = zalo_oa.ZaloOA(account, keeper, clock, fetcher)
    return Door(
        channel,
        routes=lambda at: zalo_oa.webhook_routes(account, at),
        loop=lambda _: keeper.keep(),
        close=channel.close,
    )


def _zalo_bot(settings: Settings, token: str) -> Door:
    polling = settings.zalo_bot_mode is Fetching.POLLING
    base = settings.zalo_bot_api_base
    channel = zalo_bot.ZaloBot(
        token,
        base,
        Fetcher([*_ZALO_FILES, *settings.media_hosts.split()], trusted=[base]),
        None if polling else f"{settings.public_address}{zalo_bot.WEBHOOK_PATH}",
    )
    if polling:
        return Door(
            channel, loop=lambda at: zalo_bot_polling.poll(channel, at), close=channel.close
        )
    secret = settings.zalo_bot_secret
    assert secret is not None  # settings refuse a webhook without one
    return Door(
        channel,
        routes=lambda at: zalo_bot.webhook_routes(channel, secret, at),
        loop=lambda _: zalo_bot.register_webhook(channel, secret),
        close=channel.close,
    )
