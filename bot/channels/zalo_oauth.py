"""Zalo's OAuth v4: the way to consent (PKCE), and tokens for a code or for a refresh token."""

import base64
import datetime as dt
import hashlib
import json
import re
import secrets
from dataclasses import dataclass, field
from typing import Any, TypeGuard
from urllib.parse import urlencode

import aiohttp

from bot.channels import http

CALLBACK_PATH = "/zalo/callback"  # of the office; registered at Zalo with the app
_SHORTEST, _USUAL, _LONGEST = 60, 90_000, 30 * 86_400  # seconds an access token may last
_TOKEN = re.compile(r"[!-~]{1,4096}")  # fit for a header


class Refused(Exception):
    """Zalo answered and gave no tokens. `code` is its number."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NoAnswer(Exception):
    """Zalo could not be asked, or its answer could not be read."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Granted:
    """Fresh tokens. The refresh token is good for one use, the access token for `lasts`."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    lasts: dt.timedelta


def verifier() -> str:
    """43 characters that only we know until the code is exchanged."""
    return secrets.token_urlsafe(32)


def challenge(of: str) -> str:
    digest = hashlib.sha256(of.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class OAuth:
    def __init__(self, base: str, app_id: str, app_secret: str) -> None:
        self.base = base.rstrip("/")
        self._app_id, self._app_secret = app_id, app_secret
        self._session: aiohttp.ClientSession | None = None

    def consent_address(self, return_to: str, of: str, state: str) -> str:
        """Where the owner of the Official Account says yes."""
        asked = {
            "app_id": self._app_id,
            "redirect_uri": return_to,
            "code_challenge": challenge(of),
            "state": state,
        }
        return f"{self.base}/v4/oa/permission?{urlencode(asked)}"

    async def refresh(self, refresh_token: str) -> Granted:
        return await self._ask(grant_type="refresh_token", refresh_token=refresh_token)

    async def exchange(self, code: str, code_verifier: str) -> Granted:
        return await self._ask(
            grant_type="authorization_code", code=code, code_verifier=code_verifier
        )

    async def _ask(self, **form: str) -> Granted:
        if self._session is None or self._session.closed:
            self._session = http.session()
        try:
            async with self._session.post(
                f"{self.base}/v4/oa/access_token",
                data={"app_id": self._app_id, **form},
                headers={"secret_key": self._app_secret},
                allow_redirects=False,  # the secret is for this host alone
            ) as response:
                return granted(await response.read(), response.status)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise NoAnswer(type(error).__name__) from None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def granted(body: bytes, status: int) -> Granted:
    """The tokens in an answer; raises `Refused` or `NoAnswer`."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise NoAnswer(f"http_{status}") from None
    if not isinstance(answer, dict):
        raise NoAnswer(f"http_{status}")
    access, refresh = answer.get("access_token"), answer.get("refresh_token")
    if _is_token(access) and _is_token(refresh):
        return Granted(access, refresh, dt.timedelta(seconds=_seconds(answer.get("expires_in"))))
    if re.fullmatch(r"-?[0-9]{1,9}", str(answer.get("error"))):
        raise Refused(str(answer["error"]))
    raise NoAnswer(f"http_{status}")


def _is_token(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and _TOKEN.fullmatch(value) is not None


def _seconds(value: Any) -> int:
    """Zalo writes the number as a text."""
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        return _USUAL
    return min(max(int(text), _SHORTEST), _LONGEST)
