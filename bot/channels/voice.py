"""What a telephone carrier's routes ask of the house, and how they answer when it is away."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

import structlog

from bot.channels.base import Outbound, SendFailed, Source
from bot.telephone.call import Document, Recording, Ring

NAME = "phone"
PATIENCE_SECONDS = 8.0  # Twilio waits 15, and a caller hears nothing meanwhile

T = TypeVar("T")
log = structlog.get_logger()


class Switchboard(Protocol):
    """The conversation behind every call. `call_id` is the caller's leg, also for the lawyer's."""

    async def answer(self, ring: Ring) -> Document:
        """The next document, committed; the same one again for the same call and step."""

    async def whisper(self, call_id: str, step: int) -> str | None:
        """Words for the lawyer before he accepts; None: the call is over."""

    async def accepted(self, call_id: str, step: int) -> None:
        """The lawyer pressed 1."""

    async def status(self, provider: str, call_id: str, ended: bool, seconds: int | None) -> None:
        """How the call stands; in any order, any number of times, of unknown calls too."""

    async def recorded(self, provider: str, call_id: str, recording: Recording) -> None:
        """A recording is ready; told with the ring after it as well, before or after this."""


class Outcome(StrEnum):
    """How one attempt to ring a worker back ended."""

    TALKED = "talked"  # both were joined
    WORKER_MISSED = "worker_missed"  # the lawyer was there, the worker was not
    DECLINED = "declined"  # the lawyer answered, but wished no call just then
    LAWYER_MISSED = "lawyer_missed"  # the lawyer's telephone was busy, off or not answered


class Callbacks(Protocol):
    """Calls that the office asked for: first the lawyer is rung, then the worker.

    `task` names the wish to ring back, `call_id` the attempt: the lawyer's leg, as the carrier's
    `call` named it. Every method may be called again for the same attempt.
    """

    async def begin(self, task: int, call_id: str) -> str | None:
        """The lawyer answered: words that ask him to press 1; None: nothing to call for now."""

    async def number(self, task: int, call_id: str) -> str | None:
        """He pressed 1: the worker's number; None: it may not be rung (any more)."""

    async def outcome(self, task: int, call_id: str, outcome: Outcome, seconds: int | None) -> None:
        """How it ended. The end of the whole call is told too, and may come first: what is known
        of the worker (TALKED, WORKER_MISSED) stands against DECLINED, whichever came before.
        `seconds` is how long they talked.
        """


async def in_time(waiting: Awaitable[T | None], provider: str) -> T | None:
    """What the house says, or None if it fails or keeps the caller waiting: he hears no silence."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await waiting
    except Exception as error:  # the database, or a fault of ours: the caller is on the line
        log.error("call_not_served", channel=provider, error=type(error).__name__, exc_info=True)
        return None


class Keeper(Source, Protocol):
    """A carrier that keeps recordings until they are fetched."""

    def keeps(self, ref: str) -> bool:
        """Is this recording one of its own?"""


@dataclass(frozen=True)
class Recordings:
    """The recordings of all carriers as the one source "phone"."""

    keepers: Sequence[Keeper]
    name: str = NAME

    async def send(self, message: Outbound) -> None:
        """Nothing to do: he hears it when he rings again with his code."""

    async def fetch(self, ref: str) -> bytes:
        return await self._keeper(ref).fetch(ref)

    async def discard(self, ref: str) -> None:
        await self._keeper(ref).discard(ref)

    def _keeper(self, ref: str) -> Keeper:
        for keeper in self.keepers:
            if keeper.keeps(ref):
                return keeper
        raise SendFailed("not_ours")
