"""Stand-ins for what lies outside, written by hand, all in one file."""

import datetime as dt
from collections.abc import Callable, Sequence
from itertools import count

from bot.channels.base import Inbound, Line
from hotline.rehearsal.telegram import FakeTelegram

__all__ = ["FakeTelegram", "RememberingReception"]


class RememberingReception:
    """The inner side of a channel's door, in memory. `answer` makes the bot's reply, if any."""

    def __init__(self, answer: Callable[[Inbound], str | None] = lambda _: None) -> None:
        self.received: list[Inbound] = []
        self.quarantined: list[tuple[str, bytes, str]] = []
        self.lines: dict[tuple[str, str], list[Line]] = {}
        self._answer = answer
        self._numbers = count(1)

    async def receive(self, inbound: Inbound) -> bool:
        if any(
            (known.channel, known.external_id) == (inbound.channel, inbound.external_id)
            for known in self.received
        ):
            return False
        self.received.append(inbound)
        said = inbound.text or f"[{inbound.choice or inbound.event}]"
        self.say(inbound.channel, inbound.address, "worker", said, at=inbound.at)
        reply = self._answer(inbound)
        if reply is not None:
            self.say(inbound.channel, inbound.address, "bot", reply, at=inbound.at)
        return True

    async def quarantine(self, channel: str, body: bytes, reason: str) -> None:
        self.quarantined.append((channel, body, reason))

    async def transcript(self, channel: str, address: str, after: int = 0) -> Sequence[Line]:
        return [line for line in self.lines.get((channel, address), []) if line.id > after]

    def say(
        self,
        channel: str,
        address: str,
        author: str,
        text: str,
        choices: Sequence[tuple[str, str]] = (),
        at: dt.datetime | None = None,
    ) -> Line:
        """Put a line into a transcript, as the bot or a lawyer would."""
        line = Line(next(self._numbers), author, text, at or dt.datetime.now(dt.UTC), choices)
        self.lines.setdefault((channel, address), []).append(line)
        return line

    def erase(self, channel: str, address: str) -> None:
        self.lines.pop((channel, address), None)
