"""What all channels share: a neutral message in, a neutral message out, kinds of failure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Media(StrEnum):
    """What sort of thing came beside the words."""

    PHOTO = "photo"
    VOICE = "voice"
    VIDEO = "video"
    FILE = "file"


@dataclass(frozen=True)
class Attachment:
    """A thing sent beside words. `ref` is how its channel fetches it: an address or a file's id.

    `size` in bytes and `seconds` as the provider tells them, None where it tells nothing.
    """

    media: Media
    ref: str
    name: str = ""
    size: int | None = None
    seconds: int | None = None


@dataclass(frozen=True)
class Inbound:
    """One message from a worker.

    `external_id` is unique per channel for ever and names the message, not its delivery.
    `at` is the provider's time, None where it tells none. `choice` is the payload of a tapped
    button; `event` tells of things other than words: "start", "unsupported" (said, but nothing
    we can read), "blocked" and "unblocked" (can he be written to?), "edited" (`text` replaces what
    he said before; `edits` is that message's external id), "withdrawn" (the provider passes on his
    wish to be forgotten), "taken_over" (a person of ours wrote `text` in the provider's own
    window), "clicked" (he opened the chat: nothing to answer, but he may be written to again).
    """

    channel: str
    external_id: str
    address: str
    at: dt.datetime | None = None
    text: str = ""
    choice: str | None = None
    event: str | None = None
    edits: str | None = None
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Outbound:
    """One message to a worker. `choices` are (label, payload); `parts_sent` were sent before.

    `phone` is the number he left with a lawyer, if he left one and a lawyer's answer waits;
    `ticket` is then the code of what he asked.
    """

    address: str
    text: str
    choices: Sequence[tuple[str, str]] = ()
    parts_sent: int = 0
    phone: str | None = None
    ticket: str = ""


class SendFailed(Exception):
    """It was not sent. `code` says why in one word, fit for a log; `parts_sent` got through."""

    def __init__(self, code: str, parts_sent: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.parts_sent = parts_sent


class TryLater(SendFailed):
    """The provider is busy or unreachable; `after` seconds from now it may be asked again."""

    def __init__(self, code: str, after: float | None = None, parts_sent: int = 0) -> None:
        super().__init__(code, parts_sent)
        self.after = after


class Unreachable(SendFailed):
    """The worker cannot be written to any more, for example because he blocked us."""


class WindowShut(SendFailed):
    """The provider takes messages only soon after the worker's: it waits for his next word."""


class Channel(Protocol):
    @property
    def name(self) -> str: ...

    async def send(self, message: Outbound) -> None:
        """Deliver, or raise `TryLater`, `Unreachable` or `SendFailed`."""


class Source(Protocol):
    """A channel that holds what workers sent until it is fetched, once."""

    @property
    def name(self) -> str: ...

    async def fetch(self, ref: str) -> bytes:
        """The content of an `Attachment`, or raise `TryLater` or `SendFailed` (never to be had)."""

    async def discard(self, ref: str) -> None:
        """Delete the provider's copy, where it has one of its own; raises as `fetch`."""


@dataclass(frozen=True)
class Line:
    """One message of a conversation as the worker sees it. `choices` are (label, payload)."""

    id: int
    author: str  # "worker", "bot", "system" or "lawyer"
    text: str
    at: dt.datetime
    choices: Sequence[tuple[str, str]] = ()


class Reception(Protocol):
    """The inner side of the door: what a channel may ask of the house."""

    async def receive(self, inbound: Inbound) -> bool:
        """Take in one message and commit; False if it was a repeat."""

    async def quarantine(self, channel: str, body: bytes, reason: str) -> None:
        """Keep a body that was authenticated but could not be read, and commit."""

    async def transcript(self, channel: str, address: str, after: int = 0) -> Sequence[Line]:
        """The conversation of one worker, oldest first, from message id `after` on."""


@dataclass(frozen=True)
class Pull:
    """A channel whose reader fetches messages himself: sending means leaving them there."""

    name: str = field()

    async def send(self, message: Outbound) -> None:
        return None


def split(text: str, limit: int) -> list[str]:
    """Cut `text` into parts of at most `limit` characters, at paragraphs, lines, then words."""
    parts: list[str] = []
    if len(text) > limit:
        text = text.strip()  # blanks in front would make an empty part
    while len(text) > limit:
        cut = max(text.rfind("\n\n", 0, limit), 0) or max(text.rfind("\n", 0, limit), 0)
        cut = cut or max(text.rfind(" ", 0, limit), 0) or limit
        parts.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*parts, text] if text or not parts else parts
