"""What may go wrong at the providers, to be switched on and off while everything runs.

Between the hotline and each stand-in lies a wire: it passes requests on, or refuses or holds them.
"""

import asyncio
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Self

import aiohttp
from aiohttp import web

RETRY_AFTER = 3  # seconds a busy provider asks for
_OWN_HEADERS = {"host", "content-length", "transfer-encoding", "connection", "accept-encoding"}
_OAUTH = "/v4/"  # a service of its own, which has no part in the trouble

Body = Callable[[int], dict[str, Any]]  # what a provider's refusal says


class Trouble(StrEnum):
    BUSY = "busy"  # 429
    DOWN = "down"  # 500
    HANGS = "hangs"
    TWICE = "twice"  # each delivery comes twice
    EXPIRED = "expired"  # Zalo's access token ends before its time


class Troubles:
    """Which of them are on, and how many requests met one."""

    def __init__(self) -> None:
        self.on: set[Trouble] = set()
        self.met = 0
        self._lifted = asyncio.Event()
        self._lifted.set()

    def switch(self, trouble: Trouble, on: bool) -> None:
        (self.on.add if on else self.on.discard)(trouble)
        if Trouble.HANGS in self.on:
            self._lifted.clear()
        else:
            self._lifted.set()

    def end(self) -> None:
        self.on.clear()
        self._lifted.set()

    async def status(self) -> int | None:
        """The status that a request is refused with, if it is; it may take long to come."""
        if not self.on & {Trouble.BUSY, Trouble.DOWN, Trouble.HANGS}:
            return None
        self.met += 1
        if Trouble.HANGS in self.on:
            await self._lifted.wait()
            return 503
        return 429 if Trouble.BUSY in self.on else 500

    @property
    def deliveries(self) -> int:
        """How often a provider delivers the same."""
        return 2 if Trouble.TWICE in self.on else 1


class Wire:
    """Listens in the place of one stand-in and passes on what it is asked."""

    def __init__(self, troubles: Troubles, refusal: Body, session: aiohttp.ClientSession) -> None:
        self._troubles, self._refusal, self._session = troubles, refusal, session
        self._target = ""
        self.base = ""

    async def start(self, target: str) -> Self:
        self._target = target
        app = web.Application(client_max_size=32 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._pass)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def _pass(self, request: web.Request) -> web.Response:
        if not request.path.startswith(_OAUTH) and (status := await self._troubles.status()):
            headers = {"Retry-After": str(RETRY_AFTER)} if status == 429 else {}
            return web.json_response(self._refusal(status), status=status, headers=headers)
        async with self._session.request(
            request.method,
            self._target + request.raw_path,
            headers=_kept(request.headers),
            data=await request.read(),
            allow_redirects=False,
        ) as answer:
            return web.Response(
                status=answer.status, headers=_kept(answer.headers), body=await answer.read()
            )


def _kept(headers: Any) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in _OWN_HEADERS}


# -- how each provider says no ---------------------------------------------------------------------


def bot_api(status: int) -> dict[str, Any]:
    """Telegram and Zalo's bots."""
    body: dict[str, Any] = {"ok": False, "error_code": status}
    if status == 429:
        said = f"Too Many Requests: retry after {RETRY_AFTER}"
        return {**body, "description": said, "parameters": {"retry_after": RETRY_AFTER}}
    return {**body, "description": "Internal Server Error"}


def zalo_oa(status: int) -> dict[str, Any]:
    return {"message": f"HTTP {status}"}  # its gateway answers, which knows no error numbers


def twilio(status: int) -> dict[str, Any]:
    return {"code": 20429 if status == 429 else 20500, "message": "refused", "status": status}
