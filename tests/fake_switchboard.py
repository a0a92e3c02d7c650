"""The house behind the carriers' routes, in memory: it keeps the promises of the protocols."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence

from aiohttp import web

from bot.channels.voice import Outcome
from bot.telephone.call import Document, HangUp, Recording, Ring, Then
from hotline import logs

Script = Callable[[Ring], tuple[tuple[str, ...], Then]]
GOODBYE: tuple[tuple[str, ...], Then] = (("Chào anh chị.",), HangUp())


class RememberingSwitchboard:
    """Answers by `script`, a known step as before; keeps everything it was told."""

    def __init__(self, script: Script = lambda _: GOODBYE, slow: bool = False) -> None:
        self.script, self.slow = script, slow
        self.rings: list[Ring] = []  # repeats as well
        self.told: dict[tuple[str, str, int], Document] = {}
        self.whispers: dict[str, str] = {}  # by call; none: the call is over
        self.accepts: list[tuple[str, int]] = []
        self.statuses: list[tuple[str, str, bool, int | None]] = []
        self.recordings: list[tuple[str, str, Recording]] = []
        self.fault: Exception | None = None
        self.delay = 0.0

    async def answer(self, ring: Ring) -> Document:
        await self._work()
        self.rings.append(ring)
        key = (ring.provider, ring.call_id, ring.step)
        if key not in self.told:
            said, then = self.script(ring)
            self.told[key] = Document(ring.step + 1, said, then, self.slow)
        return self.told[key]

    async def whisper(self, call_id: str, step: int) -> str | None:
        await self._work()
        return self.whispers.get(call_id)

    async def accepted(self, call_id: str, step: int) -> None:
        await self._work()
        self.accepts.append((call_id, step))

    async def status(self, provider: str, call_id: str, ended: bool, seconds: int | None) -> None:
        await self._work()
        self.statuses.append((provider, call_id, ended, seconds))

    async def recorded(self, provider: str, call_id: str, recording: Recording) -> None:
        await self._work()
        self.recordings.append((provider, call_id, recording))

    @property
    def rows(self) -> int:
        """All that it was made to remember."""
        kept = (self.rings, self.accepts, self.statuses, self.recordings)
        return sum(len(one) for one in kept)

    async def _work(self) -> None:
        await asyncio.sleep(self.delay)
        if self.fault is not None:
            raise self.fault


class RememberingCallbacks:
    def __init__(self) -> None:
        self.words: str | None = "Gọi lại người lao động. Bấm 1 để gọi."
        self.worker: str | None = "+84987654321"
        self.asked: list[tuple[str, int, str]] = []
        self.outcomes: list[tuple[int, str, Outcome, int | None]] = []

    async def begin(self, task: int, call_id: str) -> str | None:
        self.asked.append(("begin", task, call_id))
        return self.words

    async def number(self, task: int, call_id: str) -> str | None:
        self.asked.append(("number", task, call_id))
        return self.worker

    async def outcome(self, task: int, call_id: str, outcome: Outcome, seconds: int | None) -> None:
        self.outcomes.append((task, call_id, outcome, seconds))


@contextlib.asynccontextmanager
async def serving(routes: Sequence[web.RouteDef]) -> AsyncIterator[str]:
    """The address where these routes really listen."""
    app = web.Application(client_max_size=1024 * 1024)
    app.add_routes(routes)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Logs as when serving: structlog's own traces of thousands of faults take minutes."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    logs.configure()
    try:
        yield
    finally:
        root.handlers[:] = before
        root.setLevel(level)
