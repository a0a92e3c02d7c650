"""A Twilio of our own on loopback: the REST endpoints we ask, and its signature.

Paths, parameters and error bodies are as the real one's. Who calls in is played by `walker`.
"""

import base64
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from twilio.request_validator import RequestValidator

_ACCOUNT = "/2010-04-01/Accounts/{account}"
_SILENCE = b"\xff\xfb\x90\x44" + bytes(413)  # one frame of an MP3


def new_sid(kind: str) -> str:
    return kind + secrets.token_hex(16)


@dataclass
class LocalTwilio:
    """One account. `faults` are the statuses of the next answers, None where all is well."""

    account: str
    token: str
    number: str = "+842253123456"
    status: str = "active"
    placed: list[dict[str, str]] = field(default_factory=list)  # calls we asked for, with their sid
    recordings: dict[str, bytes] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    faults: list[int | None] = field(default_factory=list)
    base: str = ""

    async def start(self) -> "LocalTwilio":
        app = web.Application(middlewares=[self._guard])
        app.router.add_get(f"{_ACCOUNT}.json", self._account)
        app.router.add_post(f"{_ACCOUNT}/Calls.json", self._call)
        app.router.add_get(f"{_ACCOUNT}/Recordings/{{sid:RE[0-9a-f]+}}.mp3", self._media)
        app.router.add_delete(f"{_ACCOUNT}/Recordings/{{sid:RE[0-9a-f]+}}.json", self._delete)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def stop(self) -> None:
        await self._runner.cleanup()

    def signature(self, url: str, form: Mapping[str, str]) -> str:
        return str(RequestValidator(self.token).compute_signature(url, form))

    def keep(self, audio: bytes = _SILENCE) -> tuple[str, str]:
        """Keep a recording; its name and its address, as a webhook tells them."""
        sid = new_sid("RE")
        self.recordings[sid] = audio
        return sid, f"{self.base}{_ACCOUNT.format(account=self.account)}/Recordings/{sid}"

    # -- what is asked -----------------------------------------------------------------------------

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        expected = base64.b64encode(f"{self.account}:{self.token}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {expected}":
            return _refused(401, 20003, "Authenticate")
        if request.match_info.get("account") != self.account:
            return _refused(404, 20404, "The requested resource was not found")
        if self.faults and (status := self.faults.pop(0)) is not None:
            return _refused(status, status, "as wished")
        return await handler(request)

    async def _account(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {"sid": self.account, "friendly_name": "Hotline", "status": self.status, "type": "Full"}
        )

    async def _call(self, request: web.Request) -> web.Response:
        asked = {name: str(value) for name, value in (await request.post()).items()}
        for name in ("To", "From", "Url"):
            if not asked.get(name):
                return _refused(400, 21201, f"No '{name}' number is specified")
        if asked["From"] != self.number:
            return _refused(400, 21210, "'From' is not verified")
        sid = new_sid("CA")
        self.placed.append({**asked, "Sid": sid})
        return web.json_response(
            {
                "sid": sid,
                "account_sid": self.account,
                "to": asked["To"],
                "from": asked["From"],
                "status": "queued",
                "direction": "outbound-api",
                "api_version": "2010-04-01",
            },
            status=201,
        )

    async def _media(self, request: web.Request) -> web.Response:
        audio = self.recordings.get(request.match_info["sid"])
        if audio is None:
            return _refused(404, 20404, "The requested resource was not found")
        return web.Response(body=audio, content_type="audio/mpeg")

    async def _delete(self, request: web.Request) -> web.Response:
        sid = request.match_info["sid"]
        if self.recordings.pop(sid, None) is None:
            return _refused(404, 20404, "The requested resource was not found")
        self.deleted.append(sid)
        return web.Response(status=204)


def _refused(status: int, code: int, message: str) -> web.Response:
    body: dict[str, Any] = {
        "code": code,
        "message": message,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    return web.json_response(body, status=status)
