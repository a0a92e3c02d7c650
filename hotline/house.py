"""Puts the rooms together: database, answers, desk, channels. Nothing here decides anything."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bot.channels.base import Channel
from bot.dialogue import Dialogue
from bot.dispatcher import Dispatcher
from bot.exchange import Desk
from bot.reception import Reception
from bot.turns import State, Utterance
from escalation.sla import SHIPPED, Policy
from hotline.db import Database
from hotline.doors import Door, doors
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
    doors: list[Door] = field(init=False)
    channels: dict[str, Channel] = field(init=False)
    desk: Desk = field(init=False)
    dispatcher: Dispatcher = field(init=False)
    reception: Reception = field(init=False)

    def __post_init__(self) -> None:
        self.doors = doors(self.settings)
        self.channels = {door.channel.name: door.channel for door in self.doors}
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
        for door in self.doors:
            if door.close is not None:
                await door.close()
        await self.database.close()
