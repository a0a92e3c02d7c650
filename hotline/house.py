"""Puts the rooms together: database, answers, desk, channels. Nothing here decides anything."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.channels.base import Channel, Pull
from bot.channels.telegram import Telegram
from bot.dialogue import Dialogue
from bot.dispatcher import Dispatcher
from bot.exchange import Desk
from bot.reception import Reception
from bot.turns import State, Utterance
from escalation.sla import SHIPPED, Policy
from hotline.db import Database
from hotline.opening import utc_now
from hotline.settings import Settings
from knowledge_base import entries, importing
from knowledge_base.library import Library


@dataclass
class House:
    """Everything that is alive while the program runs."""

    settings: Settings
    database: Database
    base: importing.Base
    library: Library
    policy: Policy = SHIPPED
    clock: Callable[[], dt.datetime] = utc_now
    telegram: Telegram | None = field(init=False)
    channels: dict[str, Channel] = field(init=False)
    desk: Desk = field(init=False)
    dispatcher: Dispatcher = field(init=False)
    reception: Reception = field(init=False)

    def __post_init__(self) -> None:
        self.telegram = _telegram(self.settings)
        self.channels = _channels(self.telegram)
        self.desk = Desk(Dialogue(self.library), self.policy)
        self.dispatcher = Dispatcher(self.database, self.channels, self.clock)
        self.reception = Reception(
            self.database, lambda: self.desk, self.clock, self.dispatcher.wake
        )

    @classmethod
    async def open(
        cls,
        settings: Settings,
        database: Database,
        clock: Callable[[], dt.datetime] = utc_now,
    ) -> "House":
        base = importing.load()
        async with database.reading() as session:
            library = await entries.load_library(session, base)
        house = cls(settings, database, base, library, clock=clock)
        # The first worker must not wait for patterns and indexes that are built when first used.
        house.desk.dialogue.respond(State(), Utterance("nghỉ việc"), None, clock())
        return house

    async def close(self) -> None:
        """Sends under way finish before their connections go: the order matters."""
        await self.dispatcher.stop()
        if self.telegram is not None:
            await self.telegram.close()
        await self.database.close()


def _telegram(settings: Settings) -> Telegram | None:
    if not settings.telegram_token:
        return None
    return Telegram(settings.telegram_token, settings.telegram_api_base)


def _channels(telegram: Telegram | None) -> dict[str, Channel]:
    """The one list of doors. A channel without its settings is absent."""
    doors: list[Channel] = [Pull("webchat"), Pull("terminal")]
    if telegram is not None:
        doors.append(telegram)
    return {door.name: door for door in doors}
