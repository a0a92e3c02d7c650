"""The whole loop against a Telegram that nobody here wrote: telemelya. See README.md beside this.

    python -m tests.peers.telegram_peer --peer PATH/TO/VENV

A worker's message goes in through the peer, the bot's answer, the receipt and the lawyer's reply
are read from the peer. One line a step, PASS or FAIL.
"""

import argparse
import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from benchmarks.places import free_port
from bot import phrases
from bot.channels.telegram import SECRET_HEADER, WEBHOOK_PATH

TOKEN, SECRET = "123456:peer-token_of-nobody", "a-secret-for-the-peer"
CHAT = 424242
QUESTION = "bao truoc may ngay"
REPLY = "Anh/chị làm hợp đồng 12 tháng thì báo trước 30 ngày."
LAWYER = "luatsu@hotline.test"
SECONDS = 20
QUIET_SECONDS = 3  # longer than the dispatcher and the bells wait between looks

_REDIS = (
    "import sys; from fakeredis import TcpFakeServer; "
    "TcpFakeServer(('127.0.0.1', int(sys.argv[1]))).serve_forever()"
)


# -- what the peer leans on, and what stands between ------------------------------------------------


@dataclass
class Gate:
    """The reverse proxy's place. telemelya drops `secret_token`: the gate puts the header in."""

    hotline: str
    session: aiohttp.ClientSession
    secret: str | None = None
    seen: list[int] = field(default_factory=list)

    async def forward(self, request: web.Request) -> web.Response:
        headers = {"Content-Type": request.headers.get("Content-Type", "")}
        if self.secret is not None:
            headers[SECRET_HEADER] = self.secret
        body = await request.read()
        async with self.session.post(
            self.hotline + request.path, data=body, headers=headers
        ) as response:
            self.seen.append(response.status)
            return web.Response(status=response.status, body=await response.read())


async def _empty_bucket(_request: web.Request) -> web.Response:
    """telemelya looks for its bucket when it starts; this story sends no pictures."""
    return web.Response()


@contextlib.asynccontextmanager
async def serving(
    handler: Callable[[web.Request], Awaitable[web.Response]], port: int
) -> AsyncIterator[None]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield
    finally:
        await runner.cleanup()


@contextlib.contextmanager
def process(command: list[str], log: Path, **environment: str) -> Iterator[None]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
    with log.open("w") as output:
        running = subprocess.Popen(
            command, env={**clean, **environment}, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            yield
        finally:
            running.terminate()
            running.wait()


# -- the peer ----------------------------------------------------------------------------------------


@dataclass
class Peer:
    base: str
    session: aiohttp.ClientSession

    async def call(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        headers = {"Authorization": "Bearer anything"}
        url = f"{self.base}{path}"
        async with self.session.request(method, url, headers=headers, **more) as response:
            answer: dict[str, Any] = await response.json()
            return answer

    async def worker(self, **update: str) -> int:
        """What the worker does in his chat; the status the bot answered the webhook with."""
        answer = await self.call(
            "POST",
            f"/api/v1/test/send_update?bot_token={TOKEN}",
            json={"chat_id": CHAT, **update},
        )
        return int(answer["delivery"]["status_code"])

    async def said(self, method: str = "sendMessage") -> list[dict[str, Any]]:
        """What the bot did, in order."""
        answer = await self.call("GET", "/api/v1/test/responses")
        return [one for one in answer["responses"] if one["method"] == method]


def buttons(message: dict[str, Any]) -> dict[str, str]:
    markup = message.get("reply_markup") or {}
    rows = (json.loads(markup) if isinstance(markup, str) else markup).get("inline_keyboard", [])
    return {button["text"]: button["callback_data"] for row in rows for button in row}


async def until(condition: Callable[[], Awaitable[Any]]) -> Any:
    """What `condition` gives once it gives something; None if it never does."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(SECONDS):
            while True:
                with contextlib.suppress(aiohttp.ClientError):
                    if found := await condition():
                        return found
                await asyncio.sleep(0.1)
    return None


# -- the story -----------------------------------------------------------------------------------------


class Story:
    def __init__(self, peer: Peer, gate: Gate, office: str, token: str) -> None:
        self.peer, self.gate, self._office, self._token = peer, gate, office, token
        self.failed = 0

    def step(self, name: str, good: object, seen: object = "") -> None:
        self.failed += not good
        print(f"{'PASS' if good else 'FAIL'}  {name}{f': {seen}' if seen else ''}")  # noqa: T201

    async def tell(self) -> int:
        await self._registers()
        await self._asks()
        await self._wants_a_lawyer()
        await self._lawyer_replies()
        return self.failed

    async def _registers(self) -> None:
        async def address() -> str:
            info = await self.peer.call("POST", f"/bot{TOKEN}/getWebhookInfo")
            return str(info["result"]["url"])

        url = await until(address) or ""
        self.step("the hotline registers its webhook with the peer", url.endswith(WEBHOOK_PATH))
        self.gate.secret = None
        status = await self.peer.worker(text=QUESTION)
        self.step("an update without the secret is refused", status == 401, status)
        self.gate.secret = SECRET

    async def _asks(self) -> None:
        status = await self.peer.worker(text=QUESTION)
        self.step("a worker's message through the peer is taken in", status == 200, status)
        said = await self._messages(2)
        self.step("the notice comes first", said and said[0]["text"] == phrases.NOTICE)
        choices = list(buttons(said[-1])) if said else []
        self.step("the bot's answer arrives in the chat, with buttons", choices, choices)

    async def _wants_a_lawyer(self) -> None:
        said = await self.peer.said()
        known = buttons(said[-1])
        data = known.get(phrases.NOT_IT) or known[phrases.NOT_THESE]
        status = await self.peer.worker(callback_data=data)
        self.step("a tapped button is taken in", status == 200, status)
        answered = await until(lambda: self.peer.said("answerCallbackQuery"))
        self.step("the tap is acknowledged", answered)
        said = await self._messages(3)
        self.step(
            "the receipt arrives in the chat",
            said,
            said[-1]["text"].splitlines()[0] if said else "",
        )

    async def _lawyer_replies(self) -> None:
        tickets = (await self._api("GET", "/api/tickets?state=open"))[1]["tickets"]
        code = tickets[0]["code"] if tickets else ""
        self.step(
            "the office holds the ticket", tickets and tickets[0]["subject"] == QUESTION, code
        )
        status, _ = await self._api("POST", f"/api/tickets/{code}/replies", {"text": REPLY})
        self.step("a lawyer replies through the office's API", status == 201, status)
        said = await self._messages(4)
        last = said[-1] if said else {"text": "", "chat_id": None}
        arrived = last["text"].startswith(REPLY) and last["chat_id"] == CHAT
        self.step("his reply arrives in the chat", arrived, last["text"].splitlines())
        await asyncio.sleep(QUIET_SECONDS)
        total = len(await self.peer.said())
        self.step("nothing was said twice", total == 4, f"{total} messages")

    async def _messages(self, count: int) -> list[dict[str, Any]]:
        async def enough() -> list[dict[str, Any]]:
            said = await self.peer.said()
            return said if len(said) >= count else []

        return await until(enough) or []

    async def _api(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self._token}"}
        async with self.peer.session.request(
            method, self._office + path, json=body, headers=headers
        ) as response:
            return response.status, await response.json()


# -- all together ----------------------------------------------------------------------------------------


async def run(peer_bin: Path, directory: Path) -> int:
    ports = {name: free_port() for name in ("redis", "bucket", "peer", "gate", "public", "office")}
    at = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    hotline = {
        "HOTLINE_DATA_DIR": str(directory / "data"),
        "HOTLINE_PORT": str(ports["public"]),
        "HOTLINE_OFFICE_PORT": str(ports["office"]),
        "HOTLINE_PUBLIC_URL": at["gate"],
        "HOTLINE_TELEGRAM_TOKEN": TOKEN,
        "HOTLINE_TELEGRAM_SECRET": SECRET,
        "HOTLINE_TELEGRAM_API_BASE": at["peer"],
    }
    telemelya = {
        "MOCK_SERVER_HOST": "127.0.0.1",
        "MOCK_SERVER_PORT": str(ports["peer"]),
        "REDIS_URL": f"redis://127.0.0.1:{ports['redis']}/0",
        "MINIO_ENDPOINT": f"127.0.0.1:{ports['bucket']}",
    }
    async with contextlib.AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        gate, peer = Gate(at["public"], session), Peer(at["peer"], session)
        await stack.enter_async_context(serving(_empty_bucket, ports["bucket"]))
        await stack.enter_async_context(serving(gate.forward, ports["gate"]))
        redis = [str(peer_bin / "python"), "-c", _REDIS, str(ports["redis"])]
        stack.enter_context(process(redis, directory / "redis.log"))
        await until(lambda: _listens(ports["redis"]))
        server = [str(peer_bin / "telemelya-server")]
        stack.enter_context(process(server, directory / "peer.log", **telemelya))
        healthy = await until(lambda: peer.call("GET", "/api/v1/test/health"))
        if not healthy:
            raise SystemExit(f"FAIL  the peer starts:\n{(directory / 'peer.log').read_text()}")
        ours = [sys.executable, "-m", "hotline"]
        stack.enter_context(process([*ours, "serve", "--set-up"], directory / "us.log", **hotline))
        if not await until(lambda: _is_ready(session, at["public"])):
            raise SystemExit(f"FAIL  the hotline starts:\n{(directory / 'us.log').read_text()}")
        token = await asyncio.to_thread(_token, [*ours, "staff", "token", LAWYER], hotline)
        return await Story(peer, gate, at["office"], token).tell()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def _is_ready(session: aiohttp.ClientSession, base: str) -> bool:
    async with session.get(f"{base}/readyz") as response:
        return response.status == 200


def _token(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer", type=Path, required=True, help="a venv with telemelya in it")
    peer = parser.parse_args().peer.absolute() / "bin"
    if not (peer / "telemelya-server").exists():
        parser.error("no telemelya-server there: see tests/peers/README.md")
    with tempfile.TemporaryDirectory() as name:
        raise SystemExit(asyncio.run(run(peer, Path(name))) > 0)


if __name__ == "__main__":
    main()
