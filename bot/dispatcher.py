"""Keeps the outbox empty: claims what is due, sends it side by side, records what came of it."""

import asyncio
import contextlib
import datetime as dt
from collections.abc import Callable, Mapping

import structlog

from bot import metrics, outbox
from bot.channels.base import Channel
from hotline.db import Database

_IDLE = 2.0  # seconds between looks without a wake-up: retries and other processes' messages
_BREATH = 0.05  # seconds; the next commit takes along all that was sent or queued meanwhile
_DRAIN = 10.0  # seconds for sends under way when the process stops

log = structlog.get_logger()


class Dispatcher:
    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        clock: Callable[[], dt.datetime],
    ) -> None:
        self._database = database
        self._channels = channels
        self._clock = clock
        self._woken = asyncio.Event()
        self._stopping = False
        self._stepping = asyncio.Lock()
        self._sending: set[asyncio.Task[None]] = set()
        self._results: list[outbox.Result] = []

    def wake(self) -> None:
        """Something was queued: look at once."""
        self._woken.set()

    async def run(self) -> None:
        """Work until `stop`; a database out of reach is tried again."""
        while not self._stopping:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), _IDLE)
            self._woken.clear()
            try:
                if await self.step():
                    self.wake()
                await asyncio.sleep(_BREATH)
            except Exception as error:
                log.error("dispatch_failed", error=type(error).__name__)
                await asyncio.sleep(_IDLE)

    async def step(self) -> bool:
        """Record what was sent and claim what is due; False when there was nothing to do."""
        async with self._stepping:
            return await self._step()

    async def _step(self) -> bool:
        results, self._results = self._results, []
        free = 0 if self._stopping else outbox.BATCH - len(self._sending)
        if not results and free <= 0:
            return False
        try:
            async with self._database.writing() as session:
                now = self._clock()
                if results:
                    await outbox.record(session, results, now)
                claims = await outbox.claim(session, now, free) if free > 0 else []
        except BaseException:
            self._results = results + self._results
            raise
        for claim in claims:
            task = asyncio.create_task(self._send(claim))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        return bool(results or claims)

    async def _send(self, claim: outbox.Claim) -> None:
        result = await outbox.send(claim, self._channels)
        code = result.failure.code if result.failure else "sent"
        metrics.SENT.labels(claim.channel, code).inc()
        if result.failure is not None:
            log.warning("send_failed", channel=claim.channel, code=result.failure.code)
        self._results.append(result)
        self.wake()

    async def stop(self) -> None:
        """Claim nothing more, let sends under way finish, record them."""
        self._stopping = True
        self.wake()
        async with self._stepping:  # a claim half made is made, so that it is sent, too
            pass
        if self._sending:
            await asyncio.wait(self._sending, timeout=_DRAIN)
        await self.step()

    async def settle(self) -> None:
        """Send everything that is due now; for the command line and for tests."""
        while await self.step() or self._sending or self._results:
            if self._sending:
                await asyncio.wait(self._sending)
