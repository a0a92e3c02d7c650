"""Messages a second through the whole Telegram webhook, against a bare handler.

A: `hotline serve` in its own process, real answers, outbox sending to Telegram's fake in another
   process. A message is verified, parsed, matched, answered into the outbox and committed
   before its 200. Sending runs meanwhile at the pace Telegram allows, 30 a second, so a burst
   leaves replies queued; each round tells how many.
B: an aiohttp handler with the same engine that does one INSERT and commit a request.

Both are driven from this process over loopback, alternating A B A B, each round on a fresh copy
of the database. After each round of A the messages in the database are counted: every 200
must be there although the server was killed.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.request import urlopen

import aiohttp

from benchmarks import places
from bot.channels.telegram import SECRET_HEADER, WEBHOOK_PATH
from bot.dialogue import Dialogue
from bot.turns import Outcome, State, Utterance
from hotline.opening import utc_now
from knowledge_base import entries, importing

GOAL = 0.4
TOKEN, SECRET = "123456:bench-token_of-nobody", "a-secret-for-the-bench"
START_SECONDS = 30
MESSAGES_A_CHAT = 5  # with --many-chats
WARM_UP = 40  # messages before the clock starts: the first compile what all later ones reuse
ANOTHER_FIELD = "ly hôn thì chia tài sản thế nào"  # the word lists behind it are read when needed


@dataclass(frozen=True)
class Load:
    """What one round sends: at most `messages`, for at most `seconds`."""

    messages: int
    seconds: float
    connections: int
    many_chats: bool


@dataclass(frozen=True)
class Measured:
    a_second: float
    cpu: float  # milliseconds of the server's processor a message: steadier on a busy machine
    took: list[float]  # seconds from request to 200, sorted

    def percentile(self, share: float) -> float:
        return 1000 * self.took[min(len(self.took) - 1, int(share * len(self.took)))]

    def __str__(self) -> str:
        times = ", ".join(
            f"{name} {self.percentile(share):6.1f}"
            for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0))
        )
        speed = f"{len(self.took):5} messages, {self.a_second:6.1f}/s, {self.cpu:4.1f} ms cpu"
        return f"{speed}; ms to 200: {times}"


# -- the load --------------------------------------------------------------------------------------


def questions(wanted: int) -> list[str]:
    """Different questions, a word of each missing, which the bot answers or asks back about."""
    base = importing.load()
    dialogue = Dialogue(entries.library_of(base))
    known = [text for entry in base.entries.values() for text in entry.phrasings]
    chosen: list[str] = []
    dice = random.Random(20261122)
    while len(chosen) < wanted:
        words = dice.choice(known).split()
        words.pop(dice.randrange(len(words)))
        text = " ".join(words)
        turn = dialogue.respond(State(noticed=True), Utterance(text), None, utc_now())
        if turn.outcome in (Outcome.ANSWER, Outcome.CLARIFY):
            chosen.append(text)
    return chosen


def update(number: int, chat: int, text: str) -> bytes:
    person = {"id": chat, "first_name": "Lan"}
    message = {
        "message_id": number,
        "date": int(time.time()),
        "chat": {**person, "type": "private"},
        "from": {**person, "is_bot": False},
        "text": text,
    }
    return json.dumps({"update_id": number, "message": message}).encode()


async def drive(server: "Server", load: Load, texts: list[str]) -> Measured:
    """Closed loop: each connection sends its next message when the last one was answered."""
    url = f"http://127.0.0.1:{server.port}{WEBHOOK_PATH}"
    headers = {SECRET_HEADER: SECRET, "Content-Type": "application/json"}
    numbers = count(1)
    took: list[float] = []

    async def connection(session: aiohttp.ClientSession, until: float) -> None:
        for number in numbers:
            if number > load.messages or time.perf_counter() > until:
                return
            chat = 1000 + number % max(load.messages // MESSAGES_A_CHAT, 1)
            body = update(number, chat if load.many_chats else 1, texts[number % len(texts)])
            began = time.perf_counter()
            async with session.post(url, data=body, headers=headers) as response:
                if response.status != 200:
                    raise RuntimeError(f"answered {response.status}")
            took.append(time.perf_counter() - began)

    connector = aiohttp.TCPConnector(limit=load.connections)
    async with aiohttp.ClientSession(connector=connector) as session:
        for number in range(WARM_UP):
            text = texts[-1 - number] if number else ANOTHER_FIELD
            body = update(10**6 + number, 10**6 + number, text)
            async with session.post(url, data=body, headers=headers) as response:
                response.raise_for_status()
        began, cpu = time.perf_counter(), server.cpu_seconds()
        until = began + load.seconds
        await asyncio.gather(*(connection(session, until) for _ in range(load.connections)))
        lasted = time.perf_counter() - began
        cpu = server.cpu_seconds() - cpu
    return Measured(len(took) / lasted, 1000 * cpu / len(took), sorted(took))


# -- the servers --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Server:
    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """Of all its threads, so far; nought where the system does not tell."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def process(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
    running = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        env={**clean, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield running
    finally:
        running.kill()
        running.wait()
        assert running.stdout is not None
        running.stdout.close()


@contextlib.contextmanager
def helper(*arguments: str) -> Iterator[Server]:
    with process("benchmarks.servers", *arguments) as running:
        assert running.stdout is not None
        yield Server(int(running.stdout.readline()), running.pid)


@contextlib.contextmanager
def hotline(url: str, directory: Path, telegram_port: int, **more: str) -> Iterator[Server]:
    port, office = places.free_port(), places.free_port()
    settings = {
        "HOTLINE_DATA_DIR": str(directory),
        "HOTLINE_DATABASE_URL": url,
        "HOTLINE_PORT": str(port),
        "HOTLINE_OFFICE_PORT": str(office),
        "HOTLINE_TELEGRAM_TOKEN": TOKEN,
        "HOTLINE_TELEGRAM_SECRET": SECRET,
        "HOTLINE_TELEGRAM_API_BASE": f"http://127.0.0.1:{telegram_port}",
        "HOTLINE_PUBLIC_URL": f"http://127.0.0.1:{port}",
        **more,
    }
    with process("hotline", "serve", **settings) as running:
        _wait_until_ready(port)
        yield Server(port, running.pid)


def _wait_until_ready(port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(OSError), urlopen(f"http://127.0.0.1:{port}/readyz"):
            return
        time.sleep(0.05)
    raise RuntimeError("the hotline did not start")


# -- the measurement -------------------------------------------------------------------------------


def measure_hotline(
    fresh: places.Fresh, directory: Path, load: Load, texts: list[str]
) -> tuple[Measured, places.Stored]:
    with fresh() as url:
        with (
            helper("telegram", TOKEN) as telegram,
            hotline(url, directory, telegram.port) as server,
        ):
            measured = asyncio.run(drive(server, load, texts))
        stored = places.stored(url)
    if stored.received < len(measured.took) + WARM_UP:
        raise SystemExit(
            f"FAIL: {len(measured.took) + WARM_UP} messages got their 200, "
            f"{stored.received} are stored"
        )
    return measured, stored


def measure_bare(fresh: places.Fresh, load: Load, texts: list[str]) -> Measured:
    with fresh() as url, helper("bare", url) as server:
        return asyncio.run(drive(server, load, texts))


def compare(options: argparse.Namespace) -> float:
    load = Load(options.messages, options.seconds, options.connections, options.many_chats)
    texts = questions(load.messages + WARM_UP)
    ratios = []
    with tempfile.TemporaryDirectory(dir=options.directory) as name:
        directory = Path(name)
        with places.databases(options.database, directory) as fresh:
            for number in range(1, options.rounds + 1):
                whole, stored = measure_hotline(fresh, directory, load, texts)
                print(f"round {number}  A webhook  {whole}", flush=True)
                print(f"round {number}  A replies  {stored.sent:5} sent, {stored.queued} queued")
                least = measure_bare(fresh, load, texts)
                ratios.append(whole.a_second / least.a_second)
                print(f"round {number}  B bare     {least}; A/B {ratios[-1]:.2f}", flush=True)
    return statistics.median(ratios)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--messages", type=int, default=500, help="at most, a round")
    parser.add_argument("--seconds", type=float, default=6, help="at most, a round")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--many-chats", action="store_true", help="instead of one chat")
    parser.add_argument("--directory", help="where the database lies; a disk, not memory")
    options = parser.parse_args()
    chats = "many chats" if options.many_chats else "one chat"
    print(f"{options.database}, {chats}, {options.connections} connections", end="; ")
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    ratio = compare(options)
    verdict = "PASS" if ratio >= GOAL else "FAIL"
    print(f"{verdict}: median ratio {ratio:.2f} of the bare handler (goal {GOAL})")
    raise SystemExit(ratio < GOAL)


if __name__ == "__main__":
    main()
