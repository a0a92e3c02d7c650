"""Group commit: messages that arrive while a transaction runs share the next one."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.channels.base import Inbound

LARGEST = 32  # messages in one transaction; more would keep the others of the house waiting

Accept = Callable[[Sequence[Inbound]], Awaitable[list[bool]]]


@dataclass(eq=False)
class _Waiting:
    inbound: Inbound
    outcome: bool | Exception | None = None  # None until it was tried


class GroupCommit:
    """Gives `accept` what waits: messages of one channel, at most one a worker, as they came.

    Whoever's turn it is works for all who wait. What fails together is tried once more one by
    one, so that a message neither falls with its neighbours nor with who was quicker.
    """

    def __init__(self, accept: Accept) -> None:
        self._accept = accept
        self._waiting: list[_Waiting] = []
        self._turn = asyncio.Lock()  # first come, first served

    async def take_in(self, inbound: Inbound) -> bool:
        """Whether the message is new; returns once it is committed."""
        mine = _Waiting(inbound)
        self._waiting.append(mine)
        try:
            async with self._turn:
                while mine.outcome is None:
                    await self._work(self._group(inbound.channel))
        finally:
            self._waiting.remove(mine)
        if isinstance(mine.outcome, Exception):
            raise mine.outcome
        return mine.outcome

    def _group(self, channel: str) -> list[_Waiting]:
        """The oldest message of each worker who waits; a second one has to see what came of it."""
        oldest: dict[str, _Waiting] = {}
        for one in self._waiting:
            if one.outcome is None and one.inbound.channel == channel:
                oldest.setdefault(one.inbound.address, one)
        return list(oldest.values())[:LARGEST]

    async def _work(self, group: list[_Waiting]) -> None:
        try:
            outcomes = await self._accept([one.inbound for one in group])
        except Exception:
            await asyncio.gather(*(self._alone(one) for one in group))
        else:
            for one, outcome in zip(group, outcomes, strict=True):
                one.outcome = outcome

    async def _alone(self, one: _Waiting) -> None:
        try:
            (one.outcome,) = await self._accept([one.inbound])
        except Exception as error:
            one.outcome = error
