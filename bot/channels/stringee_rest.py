"""What we ask Stringee to do: hand over recordings."""

import base64
import hmac
import json
import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bot.channels.base import SendFailed, TryLater
from bot.channels.fetching import LIMIT, TOO_LARGE
from bot.channels.http import session
from bot.channels.voice import NAME

AUTH_HEADER = "X-STRINGEE-AUTH"
_TOKEN_SECONDS = 300
_CHUNK = 64 * 1024


def access_token(key_sid: str, key_secret: str, now: int) -> str:
    """A JSON web token that lets its bearer use the REST interface for five minutes."""
    head = {"cty": "stringee-api;v=1", "typ": "JWT", "alg": "HS256"}
    claims = {
        "jti": f"{key_sid}-{now}",
        "iss": key_sid,
        "exp": now + _TOKEN_SECONDS,
        "rest_api": True,
    }
    signed = f"{_packed(_json(head))}.{_packed(_json(claims))}"
    mac = hmac.digest(key_secret.encode(), signed.encode(), "sha256")
    return f"{signed}.{_packed(mac)}"


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _packed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Stringee:
    """One project and its number. `number` is ours, as callers and lawyers see it."""

    name = NAME

    def __init__(
        self,
        key_sid: str,
        key_secret: str,
        signing_secret: str,
        number: str,
        api_base: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.number, self.signing_secret = number, signing_secret
        self._key_sid, self._key_secret = key_sid, key_secret
        self._base = api_base.rstrip("/")
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None

    def ref(self, call: str) -> str:
        """How the recording of a call is fetched."""
        return f"{self._base}/v1/call/recording/{call}"

    def keeps(self, ref: str) -> bool:
        """Stringee's own addresses alone: the key goes with the question."""
        if len(ref) > 1000 or not re.fullmatch(r"https?://[!-~]+", ref) or "\\" in ref:
            return False
        if ref.startswith(f"{self._base}/"):
            return True
        try:
            asked = urlsplit(ref)
            port = asked.port
        except ValueError:
            return False
        host = re.fullmatch(r"([a-z0-9-]+\.)+stringee\.com", asked.netloc)
        return asked.scheme == "https" and port is None and host is not None

    async def fetch(self, ref: str) -> bytes:
        if not self.keeps(ref):
            raise SendFailed("not_ours")
        try:
            async with self._get(ref) as response:
                return await _content(response)
        except (aiohttp.ClientError, OSError) as error:  # timeouts are OSErrors
            raise TryLater(type(error).__name__) from None

    async def discard(self, ref: str) -> None:
        """Stringee names no way to delete one: how long they stay is set in its console."""

    async def check(self) -> list[str]:
        """What is wrong, in sentences; nothing if all is well."""
        try:
            async with self._get(self.ref("none")) as response:
                status = response.status
        except (aiohttp.ClientError, OSError) as error:
            return [f"Stringee did not answer as it should ({type(error).__name__})."]
        if status in (401, 403):
            return ["Stringee does not know this key SID with this key secret."]
        return [f"Stringee did not answer as it should (http_{status})."] if status >= 500 else []

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _get(self, url: str) -> Any:
        if self._session is None or self._session.closed:
            self._session = session()
        token = access_token(self._key_sid, self._key_secret, int(self._clock()))
        headers = {AUTH_HEADER: token, "Accept-Encoding": "identity"}
        return self._session.get(url, headers=headers, allow_redirects=False)


async def _content(response: aiohttp.ClientResponse) -> bytes:
    status = response.status
    if status in (401, 403, 404, 408, 429) or status >= 500:  # a recording comes late
        raise TryLater(f"http_{status}", after=30)
    if status != 200:
        raise SendFailed(f"http_{status}")
    content = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        content += chunk
        if len(content) > LIMIT:
            raise SendFailed(TOO_LARGE)
    return bytes(content)
