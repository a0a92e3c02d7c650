"""Calls and messages together: how soon a caller hears us, how soon a provider gets its 200.

`hotline serve` in its own process; from this one, over loopback and with real signatures, 40 calls
are held at once (each rings, asks, hears the answer again, hangs up and rings anew) while 50
Telegram messages a second come in at an even pace, each from another chat, answered or not.

    python -m benchmarks.together [--seconds 60] [--calls 40] [--rate 50] [--database postgresql]
"""

import argparse
import asyncio
import random
import tempfile
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
from twilio.request_validator import RequestValidator

from benchmarks import places
from benchmarks.webhook import SECRET, TOKEN, Server, helper, hotline, questions, update
from bot.channels.telegram import SECRET_HEADER, WEBHOOK_PATH
from bot.channels.twilio import INCOMING_PATH, STATUS_PATH

ACCOUNT, AUTH = "AC" + "0" * 32, "bench-auth-token"
TWILIO = {
    "HOTLINE_TWILIO_ACCOUNT_SID": ACCOUNT,
    "HOTLINE_TWILIO_AUTH_TOKEN": AUTH,
    "HOTLINE_TWILIO_NUMBER": "+842253123456",
}
LISTENS = (2.0, 6.0)  # seconds a caller takes before he speaks or presses
WARM_UP = 3.0


@dataclass
class Times:
    """Seconds from request to answer, by what was asked."""

    first: list[float] = field(default_factory=list)
    turn: list[float] = field(default_factory=list)
    message: list[float] = field(default_factory=list)
    failures: int = 0

    def lines(self) -> list[str]:
        rows = (("first TwiML", self.first), ("next TwiML", self.turn), ("200", self.message))
        return [f"{name:12} {len(took):6} requests; {_spread(took)}" for name, took in rows]


def _spread(took: list[float]) -> str:
    took = sorted(took) or [0.0]
    shares = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0))
    return "ms: " + ", ".join(
        f"{name} {1000 * took[min(len(took) - 1, int(share * len(took)))]:7.1f}"
        for name, share in shares
    )


class Load:
    def __init__(
        self, server: Server, session: aiohttp.ClientSession, texts: list[str], until: float
    ) -> None:
        self._base = f"http://127.0.0.1:{server.port}"
        self._session, self._texts, self._until = session, texts, until
        self._signer = RequestValidator(AUTH)
        self._numbers = count(1)
        self._dice = random.Random(20261122)
        self.times = Times()
        self.counts_from = time.perf_counter() + WARM_UP

    # -- callers -----------------------------------------------------------------------------------

    async def caller(self) -> None:
        await asyncio.sleep(self._dice.uniform(0, LISTENS[1]))
        while time.perf_counter() < self._until:
            await self._call(next(self._numbers))

    async def _call(self, number: int) -> None:
        call = {
            "CallSid": f"CA{number:032x}",
            "AccountSid": ACCOUNT,
            "From": f"+84912{number:06}",
            "To": "+842253123456",
            "CallStatus": "in-progress",
        }
        following = await self._ask(self._base + INCOMING_PATH, call, self.times.first)
        said = {"SpeechResult": self._dice.choice(self._texts), "Confidence": "0.8"}
        for heard in (said, {"Digits": "1"}, {"Digits": "2"}):
            if following is None:
                break
            await asyncio.sleep(self._dice.uniform(*LISTENS))
            following = await self._ask(following, {**call, **heard}, self.times.turn)
        ended = {**call, "CallStatus": "completed", "CallDuration": "60"}
        await self._ask(self._base + STATUS_PATH, ended, [])

    async def _ask(self, url: str, form: dict[str, str], times: list[float]) -> str | None:
        """Where the document leads; None where it ends."""
        headers = {"X-Twilio-Signature": self._signer.compute_signature(url, form)}
        began = time.perf_counter()
        async with self._session.post(url, data=form, headers=headers) as response:
            body = await response.text()
        self._note(began, times, response.status == 200)
        gather = ET.fromstring(body).find("Gather") if body.startswith("<?xml") else None
        return gather.get("action") if gather is not None else None

    # -- writers -----------------------------------------------------------------------------------

    async def writers(self, rate: float) -> None:
        sending: set[asyncio.Task[None]] = set()
        began = time.perf_counter()
        for number in count():
            due = began + number / rate
            if due > self._until:
                break
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            task = asyncio.create_task(self._message(number))
            sending.add(task)
            task.add_done_callback(sending.discard)
        await asyncio.gather(*sending)

    async def _message(self, number: int) -> None:
        body = update(number + 1, 1000 + number, self._texts[number % len(self._texts)])
        headers = {SECRET_HEADER: SECRET, "Content-Type": "application/json"}
        began = time.perf_counter()
        url = self._base + WEBHOOK_PATH
        async with self._session.post(url, data=body, headers=headers) as response:
            self._note(began, self.times.message, response.status == 200)

    def _note(self, began: float, times: list[float], served: bool) -> None:
        self.times.failures += not served
        if began >= self.counts_from:
            times.append(time.perf_counter() - began)


async def measure(server: Server, arguments: argparse.Namespace, texts: list[str]) -> Times:
    until = time.perf_counter() + WARM_UP + arguments.seconds
    connector: Any = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        load = Load(server, session, texts, until)
        callers = [load.caller() for _ in range(arguments.calls)]
        await asyncio.gather(load.writers(arguments.rate), *callers)
    return load.times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--calls", type=int, default=40)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    arguments = parser.parse_args()
    texts = questions(500)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        with (
            places.databases(arguments.database, directory) as fresh,
            fresh() as url,
            helper("telegram", TOKEN) as telegram,
            hotline(url, directory, telegram.port, **TWILIO) as server,
        ):
            times = asyncio.run(measure(server, arguments, texts))
    print(
        f"{arguments.calls} calls held, {arguments.rate:g} messages a second, "
        f"{arguments.seconds:g} s, {arguments.database}"
    )
    print("\n".join(times.lines()))
    print(f"not answered with 200: {times.failures}")


if __name__ == "__main__":
    main()
