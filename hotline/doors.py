"""The one list of doors: which channels there are, how each is opened, watched and shut.

A channel without its settings is absent.
"""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.channels import telegram
from bot.channels.base import Channel, Pull, Reception
from hotline.settings import Fetching, Settings

Routes = Callable[[Reception], Sequence[web.RouteDef]]
Loop = Callable[[Reception], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Door:
    """A channel and what keeps it open: routes that providers call, a loop that runs beside them.

    `close` gives back connections when everything was sent.
    """

    channel: Channel
    routes: Routes | None = None
    loop: Loop | None = None
    close: Callable[[], Awaitable[None]] | None = None


def doors(settings: Settings) -> list[Door]:
    """Every door these settings open. Those that only wait to be read stand first."""
    found = [Door(Pull("webchat")), Door(Pull("terminal")), Door(Pull("phone"))]
    if settings.telegram_token:
        found.append(_telegram(settings, settings.telegram_token))
    return found


def _telegram(settings: Settings, token: str) -> Door:
    channel = telegram.Telegram(token, settings.telegram_api_base)
    if settings.telegram_mode is Fetching.POLLING:
        return Door(channel, loop=lambda at: telegram.poll(channel, at), close=channel.close)
    secret = settings.telegram_secret
    assert secret is not None  # settings refuse a webhook without one
    address = settings.public_address
    return Door(
        channel,
        routes=lambda at: telegram.webhook_routes(channel, secret, at),
        loop=lambda _: telegram.register_webhook(channel, address, secret),
        close=channel.close,
    )
