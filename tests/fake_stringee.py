"""A Stringee of our own on loopback: its recordings, its signature, and a caller who follows SCCO."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from bot.channels.stringee_rest import AUTH_HEADER

SIGNATURE_HEADER = "X-STRINGEE-SIGNATURE"


def signature(secret: str, data: bytes) -> str:
    return base64.b64encode(hmac.new(secret.encode(), data, hashlib.sha1).digest()).decode()


@dataclass
class FakeStringee:
    """Recordings by call; a token must be signed by this key and not be over."""

    key_sid: str
    key_secret: str
    recordings: dict[str, bytes] = field(default_factory=dict)
    faults: list[int | None] = field(default_factory=list)
    now: int = 1_795_345_440
    base: str = ""

    async def start(self) -> "FakeStringee":
        app = web.Application()
        app.router.add_get("/v1/call/recording/{call}", self._recording)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def _recording(self, request: web.Request) -> web.Response:
        if not self._is_let_in(request.headers.get(AUTH_HEADER, "")):
            return web.json_response({"r": 2, "message": "token invalid"}, status=401)
        if self.faults and (status := self.faults.pop(0)) is not None:
            return web.Response(status=status, headers={"Location": f"{self.base}/elsewhere"})
        audio = self.recordings.get(request.match_info["call"])
        return web.Response(status=404) if audio is None else web.Response(body=audio)

    def _is_let_in(self, token: str) -> bool:
        signed, _, mac = token.rpartition(".")
        expected = hmac.new(self.key_secret.encode(), signed.encode(), hashlib.sha256).digest()
        if not hmac.compare_digest(_unpacked(mac), expected):
            return False
        head, claims = (json.loads(_unpacked(part)) for part in signed.split("."))
        known = claims["iss"] == self.key_sid and claims["jti"].startswith(f"{self.key_sid}-")
        kind = head == {"cty": "stringee-api;v=1", "typ": "JWT", "alg": "HS256"}
        return bool(known and kind and claims["rest_api"] is True and claims["exp"] > self.now)


def _unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class StringeeCall:
    """One caller. `said` is what he heard; `keys` waits for him, `joined` is whom he talks with."""

    at: str
    public_url: str
    secret: str
    session: aiohttp.ClientSession
    uuid: str = "890ccbe2-f9a6-11e7-be7b-b7890f26c79d"
    caller: str = "84909986668"
    said: list[str] = field(default_factory=list)
    scco: list[dict[str, Any]] = field(default_factory=list)
    status: int = 0
    body: bytes = b""

    async def dial_in(self) -> None:
        target = f"/voice/stringee/answer?from={self.caller}&to=842253123456"
        target += f"&uuid={self.uuid}&fromInternal=false"
        headers = {SIGNATURE_HEADER: signature(self.secret, target.encode())}
        async with self.session.get(self.at + target, headers=headers) as answer:
            await self._hear(answer)

    async def press(self, keys: str, in_vain: bool = False) -> None:
        told = {
            "time": "1530870073736",
            "dtmf": keys,
            "call_id": "call-vn-1-Y8JUX5TVSZ-1530721745779",
            "customField": "",
            "timeout": in_vain,
        }
        await self.tell(self.waiting("input")["eventUrl"], told)

    async def tell(self, url: str, told: Any) -> None:
        assert url.startswith(self.public_url)
        body = json.dumps(told).encode()
        headers = {
            SIGNATURE_HEADER: signature(self.secret, body),
            "Content-Type": "application/json",
        }
        local = self.at + url.removeprefix(self.public_url)
        async with self.session.post(local, data=body, headers=headers) as answer:
            await self._hear(answer)

    def waiting(self, action: str) -> dict[str, Any]:
        return next(one for one in self.scco if one["action"] == action)

    async def _hear(self, answer: aiohttp.ClientResponse) -> None:
        self.status, self.body = answer.status, await answer.read()
        if answer.content_type == "application/json":
            self.scco = json.loads(self.body)
            self.said += [one["text"] for one in self.scco if one["action"] == "talk"]
