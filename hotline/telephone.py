"""The telephone's door: the carriers these settings name, over one switchboard."""

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from bot.channels import stringee, twilio, twilio_callbacks
from bot.channels.stringee_rest import Stringee
from bot.channels.twilio_rest import Twilio
from bot.channels.voice import Keeper, Recordings
from bot.telephone.ringing_back import RingingBack
from bot.telephone.switchboard import Switchboard
from hotline.db import Database
from hotline.doors import Door
from hotline.settings import Settings


@dataclass(frozen=True)
class Telephone:
    """The door, where a carrier is set, and how lawyers have workers rung back if it can."""

    door: Door | None
    caller: RingingBack | None = None


def telephone(
    settings: Settings,
    switchboard: Switchboard,
    database: Database,
    clock: Callable[[], dt.datetime],
) -> Telephone:
    keepers: list[Keeper] = []
    routes: list[web.RouteDef] = []
    closes: list[Callable[[], Awaitable[None]]] = []
    caller: RingingBack | None = None
    address = settings.public_address
    if (line := twilio_line(settings)) is not None:
        caller = RingingBack(database, clock, _placing(line, address))
        keepers.append(line)
        closes.append(line.close)
        routes += twilio.twilio_routes(line, switchboard, address, caller)
    if (other := stringee_line(settings)) is not None:
        keepers.append(other)
        closes.append(other.close)
        routes += stringee.stringee_routes(other, switchboard, address)

    async def close() -> None:
        for one in closes:
            await one()

    if not keepers:
        return Telephone(None)
    return Telephone(Door(Recordings(keepers), lambda _: routes, close=close), caller)


def _placing(line: Twilio, address: str) -> Callable[[str, int], Awaitable[str]]:
    async def place(number: str, task: int) -> str:
        return await line.call(number, *twilio_callbacks.addresses(address, task))

    return place


def twilio_line(settings: Settings) -> Twilio | None:
    """Twilio as these settings name it, if they do."""
    if settings.twilio_account_sid is None:
        return None
    assert settings.twilio_auth_token is not None  # settings want all three or none
    assert settings.twilio_number is not None
    return Twilio(
        settings.twilio_account_sid,
        settings.twilio_auth_token,
        settings.twilio_number,
        settings.twilio_api_base,
    )


def stringee_line(settings: Settings) -> Stringee | None:
    """Stringee as these settings name it, if they do."""
    if settings.stringee_key_sid is None:
        return None
    assert settings.stringee_key_secret is not None  # settings want all four or none
    assert settings.stringee_signing_secret is not None
    assert settings.stringee_number is not None
    return Stringee(
        settings.stringee_key_sid,
        settings.stringee_key_secret,
        settings.stringee_signing_secret,
        settings.stringee_number,
        settings.stringee_api_base,
    )
