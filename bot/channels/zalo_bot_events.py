"""Zalo Bot's events: read from raw bytes, turned into neutral messages. (pure)

They come bare or wrapped in the API's envelope, and tell their time in milliseconds.
"""

import datetime as dt
import json
import re
from typing import Any

from bot.channels.base import Attachment, Inbound, Media
from bot.channels.commands import understood

NAME = "zalo_bot"
_KINDS = ("text", "image", "sticker", "voice", "unsupported")
_LATEST = 253_402_300_799_000  # the end of the year 9999; no calendar goes further

Event = dict[str, Any]


def read(body: bytes) -> Event:
    """An event from raw bytes; raises ValueError for anything that is not one."""
    try:
        data = json.loads(body)
    except RecursionError as error:
        raise ValueError("too deep") from error
    if isinstance(data, dict) and "event_name" not in data:
        data = data.get("result")
    if not isinstance(data, dict) or not isinstance(data.get("event_name"), str):
        raise ValueError("not an event")
    return data


def parse(event: Event) -> Inbound | None:
    """The neutral message in an event; None if it holds nothing for us, ValueError if broken."""
    kind = _kind(event)
    if kind is None:
        return None
    message = _part(event, "message")
    chat = _chat(message)
    if chat["chat_type"] != "PRIVATE" or _part(message, "from").get("is_bot") is True:
        return None
    text, happened = _said(kind, message)
    attachments = _attachments(kind, message)
    if not text and not attachments and happened is None:
        happened = "unsupported"
    return Inbound(
        channel=NAME,
        external_id=f"{event['event_name']}:{_id(message.get('message_id'))}",
        address=_id(chat.get("id")),
        at=_time(message.get("date")),
        text=text,
        event=happened,
        attachments=attachments,
    )


def group_addressing(event: Event) -> str | None:
    """The group that writes to us, if that is what this event is about."""
    try:
        chat = _chat(_part(event, "message"))
        wrote = _kind(event) is not None and chat["chat_type"] == "GROUP"
        return _id(chat.get("id")) if wrote else None
    except ValueError:
        return None  # nothing of a group is kept, not even what is broken


def _kind(event: Event) -> str | None:
    """What came, None for events that are no message of a kind we know."""
    named = re.fullmatch(r"message\.([a-z]{1,20})\.received", event["event_name"])
    return named[1] if named and named[1] in _KINDS else None


def _said(kind: str, message: Event) -> tuple[str, str | None]:
    if kind == "text":
        return understood(_words(message.get("text")))
    return (_words(message.get("caption")), None) if kind == "image" else ("", None)


def _attachments(kind: str, message: Event) -> tuple[Attachment, ...]:
    if kind == "image":
        url = _url(message.get("photo_url")) or _url(message.get("photo"))
        return (Attachment(Media.PHOTO, url),) if url else ()
    if kind == "voice" and (url := _url(message.get("voice_url"))):
        return (Attachment(Media.VOICE, url),)
    return ()


# -- values that came from outside -----------------------------------------------------------------


def _part(whole: Event, name: str) -> Event:
    part = whole.get(name)
    if not isinstance(part, dict):
        raise ValueError(f"no {name}")
    return part


def _chat(message: Event) -> Event:
    """Where it was written; a chat of no kind is a private one."""
    chat = {"chat_type": "PRIVATE", **_part(message, "chat")}
    if not isinstance(chat["chat_type"], str):
        raise ValueError("not a kind of chat")
    return chat


def _id(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[!-~]{1,128}", value):
        raise ValueError("not an id")
    return value


def _time(value: object) -> dt.datetime | None:
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= _LATEST:
        raise ValueError("not a time")
    return dt.datetime.fromtimestamp(value / 1000, dt.UTC)


def _words(value: object) -> str:
    if not isinstance(value, str | None):
        raise ValueError("not a text")
    return value or ""


def _url(value: object) -> str:
    """An address as it came: whether it may be fetched is decided where it is fetched."""
    address = _words(value)
    if address and not re.fullmatch(r"https?://[!-~]{1,4000}", address):
        raise ValueError("not an address")
    return address
