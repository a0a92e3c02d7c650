"""Telegram's updates: read from raw bytes, turned into neutral messages. (pure)"""

import json
import re
from collections.abc import Sequence
from typing import Any

from telegram import ChatMember, Message, PhotoSize, Update
from telegram.constants import ChatType
from telegram.ext import ExtBot

from bot import phrases
from bot.channels.base import Attachment, Inbound, Media
from bot.channels.commands import understood

NAME = "telegram"
_ID_LIMIT = 2**52  # the Bot API's promise for every id
_LARGEST_COUNT = 2**31 - 1  # of bytes or seconds; what is more is as good as too much
_GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)
_NOT_PRIVATE = (*_GROUPS, ChatType.CHANNEL)
_PRESENT = (ChatMember.MEMBER, ChatMember.ADMINISTRATOR, ChatMember.RESTRICTED)
_MEDIA = (  # a message's field, what it is
    ("voice", Media.VOICE),
    ("audio", Media.VOICE),
    ("video", Media.VIDEO),
    ("video_note", Media.VIDEO),
    ("document", Media.FILE),
)


def read(body: bytes, bot: ExtBot[Any]) -> Update:
    """An update from raw bytes; raises ValueError for anything that is not one."""
    try:
        data = json.loads(body)
        if not isinstance(data, dict):
            raise ValueError("not an update")
        number = _id(data.get("update_id"))
        return _built(data, bot) or Update(number)
    except RecursionError as error:
        raise ValueError("too deep") from error


def _built(data: dict[str, Any], bot: ExtBot[Any]) -> Update | None:
    """The update; None for an odd one of a group, of which nothing is kept."""
    try:
        return Update.de_json(data, bot)
    except Exception as error:  # de_json trusts its input; whatever it trips over is no update
        if _is_of_group(data):
            return None
        raise ValueError(f"unreadable: {type(error).__name__}") from error


def _is_of_group(data: dict[str, Any]) -> bool:
    parts = [data.get(name) for name in ("message", "edited_message", "my_chat_member")]
    chats = [part.get("chat") for part in parts if isinstance(part, dict)]
    return any(isinstance(chat, dict) and chat.get("type") in _NOT_PRIVATE for chat in chats)


def parse(update: Update) -> Inbound | None:
    """The neutral message in an update; None if it holds nothing for us, ValueError if broken."""
    try:
        return _inbound(update)
    except (AttributeError, TypeError) as error:  # a part that must be there is not
        raise ValueError(f"broken: {type(error).__name__}") from error


def _inbound(update: Update) -> Inbound | None:
    if update.callback_query is not None:
        return _tap(update)
    if update.my_chat_member is not None:
        return _membership(update)
    message = update.message or update.edited_message
    if message is None or message.chat.type != ChatType.PRIVATE:
        return None
    return _edited(message) if update.message is None else _message(message)


# -- what he writes --------------------------------------------------------------------------------


def _message(message: Message) -> Inbound:
    text, event = understood(_words(message.text) or _words(message.caption) or _place(message))
    attachments = _attachments(message)
    if not text and not attachments and event is None:
        event = "unsupported"
    return Inbound(
        channel=NAME,
        external_id=_message_id(message),
        address=str(_id(message.chat.id)),
        at=message.date,
        text=text,
        event=event,
        attachments=attachments,
    )


def _edited(message: Message) -> Inbound | None:
    """Other words for an earlier message; that a shared place moved on is no news."""
    text = _words(message.text) or _words(message.caption)
    if not text:
        return None
    if message.edit_date is None:
        raise ValueError("edited at no time")
    at = int(message.edit_date.timestamp())
    return Inbound(
        channel=NAME,
        external_id=f"e:{_id(message.chat.id)}:{_id(message.message_id)}:{at}",
        address=str(_id(message.chat.id)),
        at=message.edit_date,
        text=text,
        event="edited",
        edits=_message_id(message),
    )


def _message_id(message: Message) -> str:
    return f"m:{_id(message.chat.id)}:{_id(message.message_id)}"


def _place(message: Message) -> str:
    spot = message.location
    if spot is None:
        return ""
    return phrases.place(_degrees(spot.latitude), _degrees(spot.longitude))


def _attachments(message: Message) -> tuple[Attachment, ...]:
    found = [_photo(message.photo)] if message.photo else []
    for field, media in _MEDIA:
        if (sent := getattr(message, field)) is not None:
            found.append(_attachment(media, sent))
    return tuple(found)


def _photo(sizes: Sequence[PhotoSize]) -> Attachment:
    """The largest of the sizes that Telegram keeps of it."""
    largest = max(sizes, key=lambda one: _count(one.width) * _count(one.height))
    return _attachment(Media.PHOTO, largest)


def _attachment(media: Media, sent: Any) -> Attachment:
    # The public attribute warns of its coming change of type; this one has the new type.
    duration = getattr(sent, "_duration", None)
    return Attachment(
        media,
        _file_id(sent.file_id),
        name=_name(getattr(sent, "file_name", None)),
        size=None if sent.file_size is None else _count(sent.file_size),
        seconds=None if duration is None else _count(int(duration.total_seconds())),
    )


# -- what else he does -----------------------------------------------------------------------------


def _tap(update: Update) -> Inbound | None:
    query = update.callback_query
    if query is None or query.message is None or query.message.chat.type != ChatType.PRIVATE:
        return None
    return Inbound(
        channel=NAME,
        external_id=f"c:{_query_id(query.id)}",
        address=str(_id(query.message.chat.id)),
        choice=_words(query.data),
    )


def _membership(update: Update) -> Inbound | None:
    change = update.my_chat_member
    if change is None or change.chat.type != ChatType.PRIVATE:
        return None
    blocked = change.new_chat_member.status in (ChatMember.BANNED, ChatMember.LEFT)
    return Inbound(
        channel=NAME,
        external_id=f"s:{update.update_id}",
        address=str(_id(change.chat.id)),
        at=change.date,
        event="blocked" if blocked else "unblocked",
    )


# -- groups ----------------------------------------------------------------------------------------


def group_addressing(update: Update, bot_id: int, username: str) -> int | None:
    """The group that let us in or speaks to us, if that is what this update is about."""
    try:
        change, message = update.my_chat_member, update.message
        if change is not None and change.chat.type in _GROUPS:
            return _id(change.chat.id) if change.new_chat_member.status in _PRESENT else None
        if message is None or message.chat.type not in _GROUPS:
            return None
        return _id(message.chat.id) if _is_meant(message, bot_id, username) else None
    except (AttributeError, TypeError, ValueError):
        return None  # nothing of a group is kept, not even what is broken


def _is_meant(message: Message, bot_id: int, username: str) -> bool:
    text = (_words(message.text) or _words(message.caption)).lower()
    username = username.lower()
    if text.startswith("/"):
        addressee = text.split()[0].partition("@")[2]
        return not addressee or addressee == username
    answered = message.reply_to_message.from_user if message.reply_to_message else None
    if answered is not None and answered.id == bot_id:
        return True
    return bool(username) and username in re.findall(r"@(\w+)", text)


# -- values that came from outside -----------------------------------------------------------------


def _id(value: object) -> int:
    """A number as Telegram numbers chats and messages; ValueError for what only looks like one."""
    if type(value) is not int or abs(value) >= _ID_LIMIT:
        raise ValueError("not an id")
    return value


def _query_id(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[!-~]{1,64}", value):
        raise ValueError("not a query's id")
    return value


def _file_id(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[\w-]{1,256}", value, re.ASCII):
        raise ValueError("not a file's id")
    return value


def _count(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("not a count")
    return min(value, _LARGEST_COUNT)


def _degrees(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= 180:
        raise ValueError("not on the map")
    return value


def _words(value: object) -> str:
    if not isinstance(value, str | None):
        raise ValueError("not a text")
    return value or ""


def _name(value: object) -> str:
    """A file's name without half pairs of letters, which nothing can keep."""
    return _words(value)[:255].encode("utf-8", "replace").decode()
