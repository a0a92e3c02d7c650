"""python-telegram-bot's requests over aiohttp: a fifth of the processor that its httpx takes."""

from typing import Any

import aiohttp
from telegram.error import TimedOut
from telegram.request import BaseRequest, RequestData

from bot.channels import http
from bot.channels.base import SendFailed, TryLater

_PIECE = 64 * 1024
_DOWNLOAD_SECONDS = 60.0


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
            self._session = http.session()

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
            total=http.CONNECT_SECONDS + read, sock_connect=http.CONNECT_SECONDS, sock_read=read
        )
        form = request_data.json_parameters if request_data else None
        try:
            async with self._session.request(method, url, data=form, timeout=timeout) as response:
                return response.status, await response.read()
        except TimeoutError as error:
            raise TimedOut from error

    async def download(self, url: str, limit: int) -> bytes:
        """At most `limit` bytes; raises `TryLater` or `SendFailed`, which never name `url`."""
        await self.initialize()
        assert self._session is not None
        try:
            async with self._session.get(
                url,
                allow_redirects=False,  # the address holds the token
                headers={"Accept-Encoding": "identity"},
                timeout=aiohttp.ClientTimeout(_DOWNLOAD_SECONDS),
            ) as response:
                if response.status != 200:
                    raise TryLater(str(response.status))
                return await _bounded(response, limit)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise TryLater(type(error).__name__) from None


async def _bounded(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """The body, read only as far as the limit: what its length says may be wrong."""
    content = bytearray()
    if (response.content_length or 0) > limit:
        raise SendFailed("too_large")
    async for piece in response.content.iter_chunked(_PIECE):
        content += piece
        if len(content) > limit:
            raise SendFailed("too_large")
    return bytes(content)
