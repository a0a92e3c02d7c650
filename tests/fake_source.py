"""A channel that holds what workers sent, in memory, and can be made to fail."""

import asyncio

from bot.channels.base import SendFailed


class FakeSource:
    """`contents` by ref; each fault is raised once, by the next call."""

    def __init__(self, name: str = "webchat") -> None:
        self.name = name
        self.contents: dict[str, bytes] = {}
        self.fetched: list[str] = []
        self.discarded: list[str] = []
        self.faults: list[Exception] = []
        self.discard_faults: list[Exception] = []
        self.gate = asyncio.Event()  # shut: fetches wait
        self.gate.set()

    async def fetch(self, ref: str) -> bytes:
        self.fetched.append(ref)
        await self.gate.wait()
        if self.faults:
            raise self.faults.pop(0)
        if ref not in self.contents:
            raise SendFailed("http_404")
        return self.contents[ref]

    async def discard(self, ref: str) -> None:
        if self.discard_faults:
            raise self.discard_faults.pop(0)
        self.discarded.append(ref)
