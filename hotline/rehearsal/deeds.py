"""What people do on the rehearsal's page: small JSON posts, each one thing done to the board."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.channels.base import Media
from hotline.rehearsal import samples
from hotline.rehearsal.board import Board
from hotline.rehearsal.chats import Chat, Thing
from hotline.rehearsal.handset import Handset
from hotline.rehearsal.people import WORKERS, Person

PEOPLE = {person.id: person for person in WORKERS}
_LONGEST = 4000  # characters of one message


async def object_in(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json() if request.can_read_body else {}
    except ValueError:
        raise web.HTTPBadRequest from None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest
    return body


async def words_in(request: web.Request) -> str:
    return str((await object_in(request)).get("words", "")).strip()[:_LONGEST]


async def _says(board: Board, chat: Chat, person: Person, request: web.Request) -> None:
    words = await words_in(request)
    if not words:
        raise web.HTTPUnprocessableEntity
    await board.note(chat, person, "worker", words)
    await chat.says(person, words)


async def _taps(board: Board, chat: Chat, person: Person, request: web.Request) -> None:
    tapped = await object_in(request)
    payload, label = str(tapped.get("payload", "")), str(tapped.get("label", ""))
    if not payload:
        raise web.HTTPUnprocessableEntity
    await board.note(chat, person, "tap", f"Đã bấm “{label}”")
    await chat.tap(person, payload)


async def _sends(board: Board, chat: Chat, person: Person, request: web.Request) -> None:
    thing = await _thing(request)
    await board.note(chat, person, "worker", f"[{_MEDIA[thing.media]}] {thing.name}")
    await chat.sends(person, thing)


_MEDIA = {Media.PHOTO: "ảnh", Media.VOICE: "ghi âm", Media.VIDEO: "video", Media.FILE: "tệp"}


async def _thing(request: web.Request) -> Thing:
    """An uploaded file, or one of ours where only its name is given."""
    if request.content_type != "multipart/form-data":
        if (await words_in(request)) == "voice":
            audio, seconds = samples.beep()
            return Thing(Media.VOICE, audio, "ghi-am.wav", seconds)
        return Thing(Media.PHOTO, samples.picture(), "phieu-luong.png")
    upload = (await request.post()).get("file")
    if not isinstance(upload, web.FileField):
        raise web.HTTPUnprocessableEntity
    media = _MEDIA_OF.get(upload.content_type.partition("/")[0], Media.FILE)
    return Thing(media, upload.file.read(), Path(upload.filename).name[:100])


_MEDIA_OF = {"image": Media.PHOTO, "audio": Media.VOICE, "video": Media.VIDEO}

ChatDeed = Callable[[Board, Chat, Person, web.Request], Awaitable[None]]
CHAT_DEEDS: dict[str, ChatDeed] = {"words": _says, "tap": _taps, "file": _sends}


async def _dial(handset: Handset, who: str) -> None:
    if who not in PEOPLE:
        raise web.HTTPUnprocessableEntity
    await handset.dial(PEOPLE[who])


PHONE_DEEDS: dict[str, Callable[[Handset, str], Awaitable[None]]] = {
    "dial": _dial,
    "hang-up": lambda handset, _: handset.hang_up(),
    "press": lambda handset, key: handset.press(key),
    "say": lambda handset, words: handset.say(words),
    "silence": lambda handset, _: handset.stay_silent(),
    "record": lambda handset, words: handset.record(words),
    "record-and-hang-up": lambda handset, words: handset.record(words, "hangup"),
    "pick-up": lambda handset, _: handset.pick_up(),
    "lawyer-picks-up": lambda handset, _: handset.lawyer_picks_up(),
    "lawyer-accepts": lambda handset, _: handset.lawyer_accepts(),
    "lawyer-declines": lambda handset, _: handset.lawyer_declines(),
}
