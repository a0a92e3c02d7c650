"""Workers in the chats: what they write, tap and send, as their providers deliver it."""

import datetime as dt
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol

import aiohttp

from bot.channels.base import Media
from bot.channels.telegram_updates import NAME as TELEGRAM
from bot.channels.zalo_bot_events import NAME as ZALO_BOT
from bot.channels.zalo_oa_events import NAME as ZALO_OA
from hotline.rehearsal.bot_api import BotApi, Data
from hotline.rehearsal.people import Person
from hotline.rehearsal.telegram import FakeTelegram
from hotline.rehearsal.troubles import Trouble, Troubles
from hotline.rehearsal.zalo_bot import FakeZaloBot
from hotline.rehearsal.zalo_oa import LocalZalo

_TRIES = 3  # of a delivery; providers try for hours
Clock = Callable[[], dt.datetime]
_NUMBERED = re.compile(r"^([1-9][0-9]?)\. (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Heard:
    """One message of the hotline as its provider got it. `buttons` are (label, payload)."""

    text: str
    buttons: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Thing:
    """A picture, recording or file from a worker's phone."""

    media: Media
    content: bytes
    name: str
    seconds: int | None = None


class NoSuchChoice(LookupError):
    """The worker was not offered this."""


class Chat(Protocol):
    """One provider's chats with all workers."""

    name: str

    async def says(self, person: Person, text: str) -> None: ...

    async def taps(self, person: Person, label: str) -> None:
        """Choose what was offered last; raises `NoSuchChoice`."""

    async def tap(self, person: Person, payload: str) -> None:
        """Tap one of the buttons that were heard of."""

    async def sends(self, person: Person, thing: Thing) -> None: ...

    async def heard(self, person: Person) -> Sequence[Heard]: ...


def offered(heard: Sequence[Heard], label: str) -> str:
    """The payload of the newest button that says `label`."""
    for message in reversed(heard):
        if (payload := dict(message.buttons).get(label)) is not None:
            return payload
    raise NoSuchChoice(label)


def number_of(heard: Sequence[Heard], label: str) -> str:
    """What to type where choices are numbered lines."""
    for message in reversed(heard):
        for number, line in _NUMBERED.findall(message.text):
            if line == label:
                return str(number)
    raise NoSuchChoice(label)


# -- Telegram --------------------------------------------------------------------------------------


class TelegramChat:
    name = TELEGRAM

    def __init__(self, server: FakeTelegram, troubles: Troubles, clock: Clock) -> None:
        self._server, self._troubles, self._clock = server, troubles, clock
        self._updates = count(int(time.time()))  # above those of an earlier rehearsal

    async def says(self, person: Person, text: str) -> None:
        await self._message(person, text=text)

    async def taps(self, person: Person, label: str) -> None:
        await self.tap(person, offered(await self.heard(person), label))

    async def tap(self, person: Person, payload: str) -> None:
        number = next(self._updates)
        message = {"message_id": number, "date": self._date(), "chat": _chat(person)}
        query: Data = {"id": str(number), "chat_instance": "1", "data": payload}
        query |= {"from": _from(person), "message": {**message, "text": "…"}}
        await self._deliver({"update_id": number, "callback_query": query})

    async def sends(self, person: Person, thing: Thing) -> None:
        told = {
            "file_id": self._server.keep(thing.content),
            "file_unique_id": "u",
            "file_size": len(thing.content),
        }
        match thing.media:
            case Media.PHOTO:
                await self._message(person, photo=[{**told, "width": 480, "height": 320}])
            case Media.VOICE:
                await self._message(person, voice={**told, "duration": thing.seconds or 1})
            case _:
                await self._message(person, document={**told, "file_name": thing.name})

    async def heard(self, person: Person) -> Sequence[Heard]:
        mine = (one for one in self._server.sent if one["chat_id"] == person.telegram)
        return [Heard(one["text"], tuple(self._server.buttons(one).items())) for one in mine]

    async def _message(self, person: Person, **content: Any) -> None:
        number = next(self._updates)
        message = {"message_id": number, "date": self._date(), **content}
        message |= {"chat": _chat(person), "from": _from(person)}
        await self._deliver({"update_id": number, "message": message})

    def _date(self) -> int:
        return int(self._clock().timestamp())

    async def _deliver(self, update: Data) -> None:
        await _delivered(self._server, update, self._troubles.deliveries)


def _chat(person: Person) -> Data:
    return {"id": person.telegram, "type": "private", "first_name": person.name}


def _from(person: Person) -> Data:
    return {"id": person.telegram, "is_bot": False, "first_name": person.name}


async def _delivered(server: BotApi, update: Data, times: int) -> None:
    for _ in range(times):
        await server.deliver(update, tries=_TRIES)


# -- Zalo's bots -----------------------------------------------------------------------------------


class ZaloBotChat:
    name = ZALO_BOT

    def __init__(self, server: FakeZaloBot, troubles: Troubles, clock: Clock) -> None:
        self._server, self._troubles, self._clock = server, troubles, clock
        self._names = secrets.token_hex(4)  # numbers of messages begin anew with each start

    async def says(self, person: Person, text: str) -> None:
        await self._deliver("text", person, text=text)

    async def taps(self, person: Person, label: str) -> None:
        await self.tap(person, number_of(await self.heard(person), label))

    async def tap(self, person: Person, payload: str) -> None:
        await self.says(person, payload)

    async def sends(self, person: Person, thing: Thing) -> None:
        url = self._server.keep(f"{secrets.token_hex(6)}-{thing.name}", thing.content)
        if thing.media is Media.PHOTO:
            await self._deliver("image", person, photo_url=url)
        elif thing.media is Media.VOICE:
            await self._deliver("voice", person, voice_url=url)
        else:
            await self._deliver("unsupported", person)

    async def heard(self, person: Person) -> Sequence[Heard]:
        return [Heard(text) for text in self._server.texts(person.zalo_bot)]

    async def _deliver(self, kind: str, person: Person, **content: Any) -> None:
        event = self._server.event(kind, person.zalo_bot, **content)
        message = event["message"]
        message["from"]["display_name"] = person.name
        message["message_id"] += self._names
        message["date"] = int(self._clock().timestamp() * 1000)
        await _delivered(self._server, event, self._troubles.deliveries)


# -- Zalo's Official Account -----------------------------------------------------------------------

_ZALO_KINDS = {Media.PHOTO: "image", Media.VOICE: "audio", Media.VIDEO: "video"}


class ZaloOAChat:
    name = ZALO_OA

    def __init__(
        self,
        server: LocalZalo,
        troubles: Troubles,
        clock: Clock,
        webhook: str,
        expire: Callable[[], Awaitable[None]],
    ) -> None:
        self._server, self._troubles, self._clock = server, troubles, clock
        self._webhook, self._expire = webhook, expire
        self._names = secrets.token_hex(4)

    async def says(self, person: Person, text: str) -> None:
        await self._deliver(self._event(person, text))

    async def taps(self, person: Person, label: str) -> None:
        heard = await self.heard(person)
        try:
            text = offered(heard, label)
        except NoSuchChoice:  # there were more than its buttons hold
            text = number_of(heard, label)
        await self.tap(person, text)

    async def tap(self, person: Person, payload: str) -> None:
        await self.says(person, payload)

    async def sends(self, person: Person, thing: Thing) -> None:
        kind = _ZALO_KINDS.get(thing.media, "file")
        name = f"{secrets.token_hex(6)}-{thing.name}"
        self._server.files[name] = thing.content
        payload = {"url": f"{self._server.base}/files/{name}", "size": str(len(thing.content))}
        if kind == "file":
            payload["name"] = thing.name
        event = self._event(person, "", attachments=[{"type": kind, "payload": payload}])
        await self._deliver({**event, "event_name": f"user_send_{kind}"})

    async def heard(self, person: Person) -> Sequence[Heard]:
        mine = (one for one in self._server.sent if one["recipient"]["user_id"] == person.zalo_oa)
        return [
            Heard(one["message"]["text"], tuple(self._server.buttons(one).items())) for one in mine
        ]

    def _event(self, person: Person, text: str, **more: Any) -> Data:
        at = int(self._clock().timestamp() * 1000)
        event = self._server.said(person.zalo_oa, text, at, **more)
        event["message"]["msg_id"] += self._names
        return event

    async def _deliver(self, event: Data) -> None:
        if Trouble.EXPIRED in self._troubles.on:
            await self._expire()
        async with aiohttp.ClientSession() as session:
            for _ in range(self._troubles.deliveries):
                for _ in range(_TRIES):
                    if await self._server.deliver(session, self._webhook, event) == 200:
                        break
