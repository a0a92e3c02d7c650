"""Puts the rooms together: database, answers, desk, channels. Nothing here decides anything."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace

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
from knowledge_base import entries, importing, law
from knowledge_base.library import Library

# Patterns and word lists are read when first needed; no worker shall wait for them.
_FIRST_WORDS = ("nghỉ việc", "ly hôn thì chia tài sản thế nào", "how long is my leave")


@dataclass
class House:
    """Everything that is alive while the program runs."""

    settings: Settings
    database: Database
    base: importing.Base
    library: Library
    policy: Policy = SHIPPED
    clock: Callable[[], dt.datetime] = utc_now
    register: tuple[int, ...] | None = None  # the law register's version behind the library
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
            register = await law.version(session)
            library = await entries.load_library(session, base)
        house = cls(settings, database, base, library, clock=clock, register=register)
        for text in _FIRST_WORDS:
            house.desk.dialogue.respond(State(), Utterance(text), None, clock())
        return house

    async def refresh(self) -> bool:
        """Answer under what was published, imported, replaced or rechecked meanwhile."""
        async with self.database.reading() as session:
            register = await law.version(session)
            if register == self.register:
                return False
            library = await entries.load_library(session, self.base)
        self.register, self.library = register, library
        self.desk = replace(self.desk, dialogue=Dialogue(library))
        return True

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
