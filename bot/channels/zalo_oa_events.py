"""Zalo's webhook: is it signed, and what does it say? (pure)

The signature is a plain SHA-256 over app id, raw body, timestamp and the OA Secret Key.
"""

import datetime as dt
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from typing import Any

from bot import phrases
from bot.channels.base import Attachment, Inbound, Media
from knowledge_base.text import clean

NAME = "zalo_oa"
ANONYMOUS = "anon"  # addresses: anon:<anonymous id>:<conversation id>

_MAC = re.compile(r"\s*(?:mac\s*=)?\s*([0-9a-f]{64})\s*", re.ASCII | re.IGNORECASE)
_TIMESTAMP = re.compile(r"[0-9]{1,20}")
_KINDS = "text|image|gif|link|audio|video|sticker|location|business_card|file|list"
_SAID = re.compile(rf"(?:user|anonymous)_send_(?:{_KINDS})")
_ECHO = re.compile(rf"oa_send_(?:anonymous_)?(?:{_KINDS})")
_OTHER = {  # what people do besides writing
    "follow": "start",
    "unfollow": "blocked",
    "user_click_chatnow": "clicked",
    "user_withdraw": "withdrawn",
}
_TAPPED = re.compile(r"#([0-9]{1,9}:[0-9]{1,3})")
_MEDIA = {
    "image": Media.PHOTO,
    "gif": Media.PHOTO,
    "audio": Media.VOICE,
    "video": Media.VIDEO,
    "file": Media.FILE,
}
_SOUNDS = (".amr", ".m4a", ".aac", ".mp3", ".ogg", ".wav")
_MOST_ATTACHMENTS = 20

Event = dict[str, Any]


# -- is it Zalo's? ---------------------------------------------------------------------------------


def read(body: bytes) -> Event | None:
    """The event in a body; None for what is no JSON object."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None


def timestamp_of(event: Event | None) -> str | None:
    """The body's own timestamp as its decimal text; it is a string or a number."""
    value = event.get("timestamp") if event else None
    text = str(value) if type(value) is int else value
    return text if isinstance(text, str) and _TIMESTAMP.fullmatch(text) else None


def signature(app_id: str, body: bytes, timestamp: str, secret: str) -> str:
    signed = app_id.encode() + body + timestamp.encode() + secret.encode()
    return hashlib.sha256(signed).hexdigest()


def signed_at(
    body: bytes, given: str, in_header: str | None, app_id: str, secret: str
) -> tuple[Event | None, str] | None:
    """The event and the timestamp it was signed with; None where the signature is not Zalo's.

    The body's timestamp is tried first, then the header's, if there is one.
    """
    mac = _MAC.fullmatch(given)
    if mac is None:
        return None
    event = read(body)
    if event is not None and str(event.get("app_id", app_id)) != app_id:
        return None
    claimed = mac[1].lower().encode()
    for timestamp in (timestamp_of(event), in_header):
        if timestamp is None or not _TIMESTAMP.fullmatch(timestamp):
            continue
        expected = signature(app_id, body, timestamp, secret).encode()
        if hmac.compare_digest(claimed, expected):
            return event, timestamp
    return None


# -- what it says ----------------------------------------------------------------------------------


def parse(event: Event, timestamp: str) -> Inbound | None:
    """The neutral message in an event; None if it holds nothing for us, ValueError if broken."""
    name = event.get("event_name")
    if not isinstance(name, str):
        raise ValueError("no event name")
    if _SAID.fullmatch(name):
        return _message(event, name, timestamp)
    if _ECHO.fullmatch(name):
        return _echo(event, name, timestamp)
    if name in _OTHER:
        return _other(event, name, timestamp)
    return None


def _message(event: Event, name: str, timestamp: str) -> Inbound:
    message = _object(event.get("message"))
    address = _address(event, "sender", name)
    text, attachments = _content(message, name)
    choice = _TAPPED.fullmatch(text)
    return Inbound(
        channel=NAME,
        external_id=_external_id(message, name, address, timestamp),
        address=address,
        at=_moment(timestamp),
        text="" if choice else text,
        choice=choice[1] if choice else None,
        event=None if text or attachments else "unsupported",
        attachments=attachments,
    )


def _echo(event: Event, name: str, timestamp: str) -> Inbound | None:
    """What left the Official Account: ours, unless a person wrote it in Zalo's own window."""
    if not _object(event.get("sender")).get("admin_id"):
        return None
    message = _object(event.get("message"))
    address = _address(event, "recipient", name)
    return Inbound(
        channel=NAME,
        external_id=_external_id(message, name, address, timestamp),
        address=address,
        at=_moment(timestamp),
        text=_content(message, name)[0],
        event="taken_over",
    )


def _other(event: Event, name: str, timestamp: str) -> Inbound:
    address = _person(event)
    return Inbound(
        channel=NAME,
        external_id=f"e:{name}:{address}:{timestamp}",
        address=address,
        at=_moment(timestamp),
        event=_OTHER[name],
    )


def _external_id(message: Event, name: str, address: str, timestamp: str) -> str:
    message_id = message.get("msg_id")
    if message_id is None:
        return f"e:{name}:{address}:{timestamp}"
    if not isinstance(message_id, str) or not re.fullmatch(r"[!-~]{1,120}", message_id):
        raise ValueError("not a message's id")
    return f"m:{message_id}"


# -- who says it -----------------------------------------------------------------------------------


def _address(event: Event, side: str, name: str) -> str:
    person = _object(event.get(side)).get("id")
    if "anonymous" not in name:
        return _id(person)
    conversation = _object(event.get("message")).get("conversation_id")
    return f"{ANONYMOUS}:{_anonymous_id(person)}:{_anonymous_id(conversation)}"


def _person(event: Event) -> str:
    """The user of an event that is no message; where he stands differs from event to event."""
    places = (
        _object(event.get("follower") or {}).get("id"),
        event.get("user_id"),
        _object(event.get("sender") or {}).get("id"),
        _object(event.get("recipient") or {}).get("id"),
    )
    ours = event.get("oa_id")
    return _id(next((one for one in places if one is not None and one != ours), None))


def _id(value: object) -> str:
    """Ids are strings of digits, longer than a float can hold."""
    text = str(value) if type(value) is int else value
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]{1,25}", text):
        raise ValueError("not an id")
    return text


def _anonymous_id(value: object) -> str:
    text = str(value) if type(value) is int else value
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", text):
        raise ValueError("not an anonymous id")
    return text


def _moment(timestamp: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromtimestamp(int(timestamp) / 1000, dt.UTC)
    except (OverflowError, ValueError, OSError):  # a number, but no time
        return None


# -- words and things ------------------------------------------------------------------------------


def _content(message: Event, name: str) -> tuple[str, tuple[Attachment, ...]]:
    words = [_words(message.get("text"))]
    things = []
    if name.endswith(("_sticker", "_business_card")):
        return words[0], ()
    for one in _list(message.get("attachments"))[:_MOST_ATTACHMENTS]:
        kind, payload = _words(_object(one).get("type")), _object(one.get("payload") or {})
        if kind in _MEDIA:
            things.append(_thing(_MEDIA[kind], payload))
        elif kind == "link":
            words += [_words(payload.get("url")), _words(payload.get("description"))]
        elif kind == "location":
            words.append(_place(payload))
    return "\n".join(filter(None, words)), tuple(things)


def _thing(media: Media, payload: Event) -> Attachment:
    """People often send a recording as a file."""
    name = clean(_words(payload.get("name")))[:120]
    if media is Media.FILE and name.lower().endswith(_SOUNDS):
        media = Media.VOICE
    return Attachment(media, _url(payload.get("url")), name, _size(payload.get("size")))


def _place(payload: Event) -> str:
    where = _object(payload.get("coordinates"))
    numbers = [str(where.get(side)) for side in ("latitude", "longitude")]
    if not all(re.fullmatch(r"-?[0-9]{1,3}(\.[0-9]{1,20})?", number) for number in numbers):
        raise ValueError("not a place")
    return phrases.place(*map(float, numbers))


def _url(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"https?://[!-~]{1,2000}", value):
        raise ValueError("not an address")
    return value


def _size(value: object) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 13 else None


def _words(value: object) -> str:
    if not isinstance(value, str | None):
        raise ValueError("not a text")
    return value or ""


def _object(value: object) -> Event:
    if not isinstance(value, Mapping):
        raise ValueError("not an object")
    return dict(value)


def _list(value: object) -> list[Any]:
    if not isinstance(value, list | None):
        raise ValueError("not a list")
    return value or []
