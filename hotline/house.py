"""Puts the rooms together: database, answers, desk, channels. Nothing here decides anything."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import cast

from bot import attachments, staff_chat
from bot.channels.base import Channel, Source
from bot.collector import Collector
from bot.dialogue import Dialogue
from bot.dispatcher import Dispatcher
from bot.exchange import Desk
from bot.file_store import FileStore
from bot.reception import Reception
from bot.telephone.switchboard import Switchboard
from bot.turns import State, Utterance
from escalation.sla import SHIPPED, Policy
from hotline.alerting import Alerting
from hotline.db import Database
from hotline.doors import Door, doors
from hotline.mailing import Mailer
from hotline.opening import open_files, utc_now
from hotline.settings import Settings
from hotline.telephone import Telephone, telephone
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
    telephone: Telephone = field(init=False)
    doors: list[Door] = field(init=False)
    channels: dict[str, Channel] = field(init=False)
    desk: Desk = field(init=False)
    dispatcher: Dispatcher = field(init=False)
    file_store: FileStore = field(init=False)
    collector: Collector = field(init=False)
    reception: Reception = field(init=False)
    alerting: Alerting = field(init=False)

    def __post_init__(self) -> None:
        self.desk = Desk(Dialogue(self.library), self.policy)
        self.telephone = self._telephone()
        self.doors = doors(self.settings, self.database, self.clock)
        if self.telephone.door is not None:
            self.doors.append(self.telephone.door)
        self.channels = {door.channel.name: door.channel for door in self.doors}
        self.dispatcher = Dispatcher(self.database, self.channels, self.clock)
        self.file_store = open_files(self.settings, self.database.keyring)
        self.collector = Collector(
            self.database, self._sources(), self.file_store, self.clock, self.dispatcher.wake
        )
        self.reception = Reception(
            self.database, lambda: self.desk, self.clock, self.dispatcher.wake
        )

        self.alerting = Alerting(
            self.database,
            self.clock,
            Mailer.of(self.settings),
            self.channels.get(staff_chat.CHANNEL),
            self.settings.office_address,
            lambda: {number: topic.name for number, topic in self.library.topics.items()},
        )

    def _telephone(self) -> Telephone:
        night = self.settings.duty_phone
        board = Switchboard(self.database, lambda: self.desk, self.clock, night)
        return telephone(self.settings, board, self.database, self.clock)

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

    def _sources(self) -> dict[str, Source]:
        """The channels that hold what workers sent until it is fetched."""
        holding = {name: one for name, one in self.channels.items() if hasattr(one, "fetch")}
        return cast(dict[str, Source], holding)

    async def sweep_files(self) -> int:
        """Delete what belongs to no message any more."""
        return await attachments.sweep(self.database, self.file_store)

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
        """What is under way finishes before its connections go: the order matters."""
        await self.collector.stop()
        await self.dispatcher.stop()
        for door in self.doors:
            if door.close is not None:
                await door.close()
        await self.database.close()
