"""What we ask Twilio to do: ring somebody, hand over recordings and forget them."""

import re
from collections.abc import Awaitable
from typing import Any, TypeVar
from urllib.parse import urlsplit

import aiohttp
from twilio.base.exceptions import TwilioException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from bot.channels.base import SendFailed, TryLater
from bot.channels.fetching import Fetcher
from bot.channels.http import session
from bot.channels.voice import NAME
from bot.telephone.numbers import dialable

_RING_SECONDS = 30
_SID = "[0-9A-Za-z]{1,62}"
_MAY_PASS = ("http_401", "http_403", "http_404")  # a token is put right, a recording comes late

T = TypeVar("T")


class _Http(AsyncTwilioHttpClient):  # type: ignore[misc]
    """Twilio's own client over a session of ours, asking `base`; it writes no addresses down."""

    def __init__(self, base: str) -> None:
        super().__init__(pool_connections=False)
        self._base = base
        self.session: aiohttp.ClientSession | None = None

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        **more: Any,
    ) -> Any:
        if self.session is None or self.session.closed:
            self.session = session()
        sent = dict(headers or {})
        if auth is not None:  # said in a header: aiohttp takes no such pair much longer
            sent["Authorization"] = aiohttp.encode_basic_auth(*auth)
        asked = urlsplit(url)
        there = f"{self._base}{asked.path}{'?' if asked.query else ''}{asked.query}"
        return await super().request(method, there, headers=sent, **more)

    def log_request(self, kwargs: dict[str, Any]) -> None:
        """Addresses and parameters are nobody's business."""

    def log_response(self, status_code: int, response: Any) -> None:
        """Neither are answers."""


class Twilio:
    """One account and its number. `number` is ours, as callers and lawyers see it."""

    name = NAME

    def __init__(self, account: str, token: str, number: str, api_base: str) -> None:
        self.number, self.token = number, token
        base = api_base.rstrip("/")
        self._http = _Http(base)
        # Asked for here, not first when somebody rings: loading it takes a third of a second.
        self._api = Client(account, token, http_client=self._http).api.v2010.account
        self._account_path = f"/2010-04-01/Accounts/{account}"
        self._recordings = f"{base}{self._account_path}/Recordings/"
        self._fetcher = Fetcher((), trusted=(base,))
        self._authorization = aiohttp.encode_basic_auth(account, token)

    # -- calls -------------------------------------------------------------------------------------

    async def call(self, to: str, url: str, status_url: str) -> str:
        """Ring `to`; the call's name at Twilio. Raises `TryLater` or `SendFailed`.

        After a `TryLater` that is not a number the call may have been made all the same.
        """
        number = dialable(to)
        if number is None:
            raise SendFailed("not_dialable")
        created = await _tried(
            self._api.calls.create_async(
                to=number,
                from_=self.number,
                url=url,
                method="POST",
                status_callback=status_url,
                status_callback_method="POST",
                timeout=_RING_SECONDS,
            )
        )
        return str(created.sid)

    # -- recordings --------------------------------------------------------------------------------

    def ref(self, recording_url: str) -> str | None:
        """How a recording is fetched that Twilio told of; None if it is not of our account.

        Twilio's regions have hosts of their own: only the account and the recording count.
        """
        pattern = rf"https?://[^/?#\s]+{self._account_path}/Recordings/(RE{_SID})(?:\.[a-z0-9]+)?"
        found = re.fullmatch(pattern, recording_url)
        return self._recordings + found[1] if found else None

    def keeps(self, ref: str) -> bool:
        return re.fullmatch(f"{re.escape(self._recordings)}RE{_SID}", ref) is not None

    async def fetch(self, ref: str) -> bytes:
        if not self.keeps(ref):
            raise SendFailed("not_ours")
        try:
            return await self._fetcher.get(f"{ref}.mp3", auth=self._authorization)
        except SendFailed as error:
            if error.code in _MAY_PASS:
                raise TryLater(error.code, after=30) from None
            raise

    async def discard(self, ref: str) -> None:
        if not self.keeps(ref):
            raise SendFailed("not_ours")
        try:
            await _tried(self._api.recordings(ref.removeprefix(self._recordings)).delete_async())
        except SendFailed as error:
            if error.code != "http_404":  # gone is what was wished for
                raise

    # -- for the operator --------------------------------------------------------------------------

    async def check(self) -> list[str]:
        """What is wrong, in sentences; nothing if all is well."""
        try:
            account = await _tried(self._api.fetch_async())
        except SendFailed as error:
            if error.code in ("http_401", "http_403", "http_404"):
                return ["Twilio does not know this account SID with this auth token."]
            return [f"Twilio did not answer as it should ({error.code})."]
        if account.status != "active":
            return ["The account at Twilio is suspended or closed."]
        return []

    async def close(self) -> None:
        await self._http.close()
        await self._fetcher.close()


async def _tried(asked: Awaitable[T]) -> T:
    """Twilio's exceptions quote addresses and numbers: only their kind gets out."""
    try:
        return await asked
    except TwilioException as error:
        status = getattr(error, "status", None)
    except (aiohttp.ClientError, OSError, ValueError) as error:  # timeouts are OSErrors
        raise TryLater(type(error).__name__) from None
    if not isinstance(status, int) or status in (401, 403, 408, 429) or status >= 500:
        raise TryLater(f"http_{status}") from None
    raise SendFailed(f"http_{status}")
