"""What the stand-ins for Telegram and Zalo's bots share: methods under a token, hooks, faults.

They keep what they were told and can be made to fail; they speak as the real ones do.
"""

import abc
import asyncio
from collections.abc import Awaitable, Callable, Mapping
from itertools import count
from typing import Any, Self

import aiohttp
from aiohttp import web

Data = dict[str, Any]
Fault = tuple[int, Data]  # an HTTP status and the body that comes with it
Method = Callable[[Data], Awaitable[web.Response]]


def ok(result: Any) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def refusal(code: int, description: str, status: int | None = None) -> web.Response:
    body = {"ok": False, "error_code": code, "description": description}
    return web.json_response(body, status=status or code)


class BotApi(abc.ABC):
    """A server on loopback: `POST /bot<TOKEN>/<method>`, and files under `/file/bot<TOKEN>/`."""

    secret_header = ""

    def __init__(self, token: str) -> None:
        self.token = token
        self.base = ""
        self.sent: list[Data] = []
        self.webhooks: list[Data] = []
        self.files: dict[str, bytes] = {}  # by path
        self.calls: list[str] = []  # names of methods, as they were called
        self.faults: list[Fault | None] = []  # of the next messages; None is well
        self.broken: dict[str, Fault] = {}  # methods that fail until they are taken out
        self.delay = 0.0
        self.numbers = count(1000)
        self._runner: web.AppRunner | None = None

    @abc.abstractmethod
    def methods(self) -> Mapping[str, Method]:
        """What this platform can be asked for, by name."""

    async def start(self, port: int = 0) -> Self:
        app = web.Application()
        app.router.add_post("/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path:.*}", self._file)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def deliver(
        self, update: Any, to: str | None = None, tries: int = 1, pause: float = 0.2
    ) -> int:
        """Post an update to the webhook (or `to`) until it is taken; the last status."""
        hook = self.webhooks[-1] if self.webhooks else {}
        headers = {self.secret_header: hook.get("secret_token", "")}
        status = 0
        async with aiohttp.ClientSession() as session:
            for number in range(tries):
                await asyncio.sleep(pause if number else 0)
                async with session.post(to or hook["url"], json=update, headers=headers) as answer:
                    status = answer.status
                if status == 200:
                    break
        return status

    async def unwell(self) -> web.Response | None:
        """The fault that the next message meets, if any."""
        await asyncio.sleep(self.delay)
        if self.faults and (fault := self.faults.pop(0)) is not None:
            return web.json_response(fault[1], status=fault[0])
        return None

    async def _call(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != self.token:
            return refusal(401, "Unauthorized")
        name = request.match_info["method"]
        self.calls.append(name)
        if name in self.broken:
            status, body = self.broken[name]
            return web.json_response(body, status=status)
        method = self.methods().get(name)
        if method is None:
            return refusal(404, "Not Found")
        return await method(await _data(request))

    async def _file(self, request: web.Request) -> web.Response:
        content = self.files.get(request.match_info["path"])
        if request.match_info["token"] != self.token or content is None:
            return refusal(404, "Not Found")
        return web.Response(body=content)


async def _data(request: web.Request) -> Data:
    """What a method is called with: both of them take JSON and forms."""
    if request.content_type == "application/json":
        return dict(await request.json())
    return dict(await request.post())
