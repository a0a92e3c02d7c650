"""Fetches what workers sent: claims what is due, cleans and encrypts it, records what came of it.

Afterwards the provider's own copy is deleted, where it keeps one.
"""

import asyncio
import contextlib
import datetime as dt
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import structlog

from bot import fetches, metrics, sniffing
from bot.channels.base import SendFailed, Source, TryLater
from bot.channels.fetching import LIMIT, TOO_LARGE
from bot.fetches import BATCH, Claim, Copy, Result, Stored
from bot.file_store import FileStore
from bot.pictures import Refused
from hotline.db import Database

_IDLE = 2.0  # seconds between looks
_FETCH_SECONDS = 60.0
_DRAIN = 10.0  # seconds for fetches under way when the process stops
_ABSENT = TryLater("channel_absent", after=600)

log = structlog.get_logger()


class Collector:
    """`told` is called when notices to workers were queued."""

    def __init__(
        self,
        database: Database,
        sources: Mapping[str, Source],
        store: FileStore,
        clock: Callable[[], dt.datetime],
        told: Callable[[], None],
    ) -> None:
        self._database = database
        self._sources = sources
        self._store = store
        self._clock = clock
        self._told = told
        self._woken = asyncio.Event()
        self._stopping = False
        self._stepping = asyncio.Lock()
        self._cleaning = asyncio.Lock()  # large pictures take memory: one at a time
        self._working: set[asyncio.Task[None]] = set()
        self._results: list[Result] = []
        self._copies: list[tuple[Copy, SendFailed | None]] = []

    async def run(self) -> None:
        """Work until `stop`; a database out of reach is tried again."""
        while not self._stopping:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), _IDLE)
            self._woken.clear()
            try:
                if await self.step():
                    self._woken.set()
            except Exception as error:
                log.error("collecting_failed", error=type(error).__name__)
                await asyncio.sleep(_IDLE)

    async def step(self) -> bool:
        """Record what came and claim what is due; False when there was nothing to do."""
        async with self._stepping:
            if self._results or self._copies or await self._is_any_due():
                return await self._step()
            return False

    async def _is_any_due(self) -> bool:
        if self._free() <= 0:
            return False
        async with self._database.reading() as session:
            return await fetches.is_any_due(session, self._clock())

    def _free(self) -> int:
        return 0 if self._stopping else BATCH - len(self._working)

    async def _step(self) -> bool:
        results, self._results = self._results, []
        copies, self._copies = self._copies, []
        claims: list[Claim] = []
        due: list[Copy] = []
        free = self._free()
        try:
            async with self._database.writing() as session:
                now = self._clock()
                notices = await fetches.record(session, results, now)
                for copy, failure in copies:
                    await fetches.record_copy(session, copy, failure, now)
                if free > 0:
                    claims = await fetches.claim(session, now, free)
                    due = await fetches.claim_copies(session, now, free)
        except BaseException:
            self._results, self._copies = results + self._results, copies + self._copies
            raise
        if notices:
            self._told()
        for claim in claims:
            self._start(self._collect(claim))
        for copy in due:
            self._start(self._discard(copy))
        return bool(results or copies or claims or due)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    # -- one file --------------------------------------------------------------------------------

    async def _collect(self, claim: Claim) -> None:
        try:
            came: Stored | SendFailed = await self._take(claim)
        except SendFailed as failure:
            came = failure
        except Exception as error:  # a fault of ours, or the store's: the file may still be had
            came = TryLater(type(error).__name__)
        code = "kept" if isinstance(came, Stored) else came.code
        metrics.COLLECTED.labels(claim.channel, code).inc()
        if isinstance(came, SendFailed):
            log.warning("collect_failed", channel=claim.channel, code=code)
        self._results.append(Result(claim, came))
        self._woken.set()

    async def _take(self, claim: Claim) -> Stored:
        source = self._sources.get(claim.channel)
        if source is None:
            raise _ABSENT
        async with asyncio.timeout(_FETCH_SECONDS):
            content = await source.fetch(claim.ref)
        if len(content) > LIMIT:
            raise SendFailed(TOO_LARGE)
        async with self._cleaning:
            try:
                kept = await asyncio.to_thread(sniffing.keep, content, claim.name, claim.media)
            except Refused as refused:
                raise SendFailed(refused.code) from None
            await self._store.put(claim.blob, kept.content)
        return Stored(kept.kind.mime, kept.kind.media, kept.name, len(kept.content))

    async def _discard(self, copy: Copy) -> None:
        source = self._sources.get(copy.channel)
        failure: SendFailed | None = _ABSENT if source is None else None
        if source is not None:
            try:
                async with asyncio.timeout(_FETCH_SECONDS):
                    await source.discard(copy.ref)
            except SendFailed as error:
                failure = error
            except Exception as error:
                failure = TryLater(type(error).__name__)
        if failure is not None:
            log.warning("discard_failed", channel=copy.channel, code=failure.code)
        self._copies.append((copy, failure))
        self._woken.set()

    # -- the end ---------------------------------------------------------------------------------

    async def stop(self) -> None:
        """Claim nothing more, let what is under way finish, record it."""
        self._stopping = True
        self._woken.set()
        async with self._stepping:
            pass
        if self._working:
            await asyncio.wait(self._working, timeout=_DRAIN)
        await self.step()

    async def settle(self) -> None:
        """Fetch everything that is due now; for tests."""
        while await self.step() or self._working or self._results or self._copies:
            if self._working:
                await asyncio.wait(self._working)
