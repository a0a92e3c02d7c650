"""Calls that lawyers ask for: the lawyer's telephone first, then the worker's.

The carrier's side is `bot.channels.voice.Callbacks`; the desk's side are `escalation.callbacks`.
"""

import datetime as dt
from collections.abc import Awaitable, Callable

from bot.channels import voice
from bot.channels.base import SendFailed
from bot.telephone import words
from bot.telephone.numbers import dialable
from escalation import callbacks, lookup
from escalation.callbacks import Outcome
from escalation.models import Callback, Staff
from hotline.db import Database

Place = Callable[[str, int], Awaitable[str]]  # (lawyer's number, task) -> the carrier's call


class CannotRing(Exception):
    """Nobody can be rung now: `reason` says why, for the lawyer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RingingBack:
    """Implements `Callbacks`; `place` is the carrier's way to begin a call."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], dt.datetime],
        place: Place,
    ) -> None:
        self._database, self._clock, self._place = database, clock, place

    async def ring(self, code: str, staff: Staff) -> None:
        """Ring the lawyer for the worker of ticket `code`; raises `CannotRing`."""
        number = dialable(staff.phone or "")
        if number is None:
            raise CannotRing("Tài khoản của anh/chị chưa có số điện thoại gọi được.")
        async with self._database.writing() as session:
            ticket = await lookup.find_to_change(session, code)
            task = await callbacks.of(session, ticket) if ticket else None
            if ticket is None or task is None or not dialable(task.number):
                raise CannotRing("Người lao động không để lại số gọi được.")
            try:
                await callbacks.place(session, ticket, staff, self._clock())
            except callbacks.TooMany:
                raise CannotRing("Đã gọi quá nhiều trong giờ này, xin thử lại sau.") from None
        try:
            await self._place(number, task.id)
        except SendFailed:
            raise CannotRing("Tổng đài điện thoại chưa gọi được, xin thử lại.") from None

    async def begin(self, task: int, call_id: str) -> str | None:
        return words.RING_BACK if await self._number(task) else None

    async def number(self, task: int, call_id: str) -> str | None:
        return await self._number(task)

    async def _number(self, task: int) -> str | None:
        async with self._database.reading() as session:
            found = await session.get(Callback, task)
        return dialable(found.number) if found and found.closed_at is None else None

    async def outcome(
        self, task: int, call_id: str, outcome: voice.Outcome, seconds: int | None
    ) -> None:
        async with self._database.writing() as session:
            found = await callbacks.locked(session, task)
            if found is not None:
                staff = await callbacks.who_rings(session, found[1])
                came = Outcome(outcome.value)
                await callbacks.finish(session, *found, staff, came, self._clock(), call_id)
