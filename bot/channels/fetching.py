"""Fetching what providers point at, so that nobody can point us at anything else.

Only hosts on a list are asked, only at addresses of the open internet, and never for more than is
kept. A proxy is not used: it would look the names up itself, past the check.
"""

import asyncio
import ipaddress
import re
import socket
import zlib
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver
from yarl import URL

from bot.channels.base import SendFailed, TryLater
from bot.channels.http import trusted as trusted_authorities

LIMIT = 20 * 1024 * 1024  # bytes of one file
REFUSED_HOST = "refused_host"
TOO_LARGE = "too_large"
_SECONDS = 30.0
_CONNECT_SECONDS = 5.0
_REDIRECTS = 3
_LONGEST_URL = 4096
_CHUNK = 64 * 1024
_PORTS = (80, 443)
_REDIRECT = (301, 302, 303, 307, 308)
_BUSY = (408, 425, 429)
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f\\]")


class Fetcher:
    """Gets files from `hosts` (a name, or ".suffix" for all below it).

    `trusted` are addresses the operator set himself, such as http://127.0.0.1:9000: these, with
    their very scheme and port, may lie in our own network.
    """

    def __init__(
        self,
        hosts: Sequence[str],
        trusted: Sequence[str] = (),
        resolver: Callable[[], AbstractResolver] = DefaultResolver,
    ) -> None:
        self._hosts = frozenset(host.lower() for host in hosts)
        self._trusted = frozenset(URL(base).origin() for base in trusted)
        self._resolver = resolver
        self._session: aiohttp.ClientSession | None = None

    async def get(self, url: str, *, auth: str | None = None) -> bytes:
        """The content at `url`; `auth`, an Authorization header, goes no further than to it.

        Raises `TryLater` when the network or the host is to blame, else `SendFailed`.
        """
        try:
            async with asyncio.timeout(_SECONDS):
                return await self._follow(self._checked(url), auth)
        except TimeoutError:
            raise TryLater("timeout") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise TryLater(type(error).__name__) from None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _follow(self, url: URL, auth: str | None) -> bytes:
        session = self._open()
        for _ in range(_REDIRECTS + 1):
            headers = {"Authorization": auth} if auth else {}
            async with session.get(url, headers=headers, allow_redirects=False) as response:
                if response.status not in _REDIRECT:
                    return await _content(response)
                url, auth = self._next(url, response.headers.get("Location", "")), None
        raise SendFailed("too_many_redirects")

    def _next(self, url: URL, location: str) -> URL:
        """Where a redirect leads, held against the same list."""
        _refuse_unprintable(location)
        try:
            target = url.join(URL(location))
        except ValueError:
            raise SendFailed(REFUSED_HOST) from None
        if url.scheme == "https" and target.scheme != "https":
            raise SendFailed(REFUSED_HOST)
        return self._checked(str(target))

    def _checked(self, text: str) -> URL:
        """The address, if it may be asked; two parsers must read the same host out of it."""
        _refuse_unprintable(text)
        try:
            url, same = URL(text), urlsplit(text)
            host, origin = url.raw_host or "", url.origin()
            plain = url.scheme in ("http", "https") and "@" not in same.netloc
            if not plain or same.hostname != host:
                raise SendFailed(REFUSED_HOST)
        except ValueError:
            raise SendFailed(REFUSED_HOST) from None
        if origin in self._trusted:
            return url
        if url.port not in _PORTS or not _HOST.fullmatch(host) or not self._is_listed(host):
            raise SendFailed(REFUSED_HOST)
        return url

    def _is_listed(self, host: str) -> bool:
        parts = host.split(".")
        above = {"." + ".".join(parts[number:]) for number in range(1, len(parts))}
        return host in self._hosts or not above.isdisjoint(self._hosts)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            own = {(origin.raw_host or "", origin.port or 0) for origin in self._trusted}
            connector = aiohttp.TCPConnector(
                limit=16,
                ssl=trusted_authorities(),
                resolver=_OpenInternet(self._resolver(), own),
                use_dns_cache=False,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,  # unpacked here, where it can be stopped
                headers={"Accept-Encoding": "identity"},
                timeout=aiohttp.ClientTimeout(total=_SECONDS, sock_connect=_CONNECT_SECONDS),
            )
        return self._session


def _refuse_unprintable(text: str) -> None:
    if len(text) > _LONGEST_URL or not text or _UNPRINTABLE.search(text):
        raise SendFailed(REFUSED_HOST)


# -- what comes back -------------------------------------------------------------------------------


async def _content(response: aiohttp.ClientResponse) -> bytes:
    _check_status(response)
    if (response.content_length or 0) > LIMIT:
        raise SendFailed(TOO_LARGE)
    unpack = _unpacker(response.headers.get("Content-Encoding", "identity").lower())
    content = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        content += unpack(chunk, LIMIT + 1 - len(content))
        if len(content) > LIMIT:
            raise SendFailed(TOO_LARGE)
    return bytes(content)


def _check_status(response: aiohttp.ClientResponse) -> None:
    status = response.status
    if status in _BUSY or status >= 500:
        after = response.headers.get("Retry-After", "")
        pause = float(after) if after.isascii() and after.isdigit() and len(after) < 6 else None
        raise TryLater(f"http_{status}", after=pause)
    if status != 200:
        raise SendFailed(f"http_{status}")


def _unpacker(encoding: str) -> Callable[[bytes, int], bytes]:
    """A function that unpacks a chunk to at most so many bytes; more than it takes is dropped."""
    if encoding == "identity":
        return lambda chunk, room: chunk[:room]
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise SendFailed("unknown_encoding")
    packed = zlib.decompressobj(zlib.MAX_WBITS | 32)  # finds out itself which of the two it is

    def unpack(chunk: bytes, room: int) -> bytes:
        try:
            return packed.decompress(chunk, room)
        except zlib.error:
            raise SendFailed("broken_encoding") from None

    return unpack


# -- addresses -------------------------------------------------------------------------------------


class _OpenInternet(AbstractResolver):
    """Looks names up and refuses those that lie anywhere but in the open internet.

    It stands inside the connector: what was checked is what is connected to, however quickly the
    name changes its address.
    """

    def __init__(self, resolver: AbstractResolver, own: set[tuple[str, int]]) -> None:
        self._resolver = resolver
        self._own = own

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        if (host, port) not in self._own and not all(is_open(one["host"]) for one in found):
            raise SendFailed(REFUSED_HOST)
        return found

    async def close(self) -> None:
        await self._resolver.close()


_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_open(address: str) -> bool:
    """Whether an address is one of the open internet, also beneath IPv6's ways to write IPv4."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.scope_id or ip.teredo or ip.is_site_local:
            return False
        beneath = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            beneath = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if beneath is not None:
            return is_open(str(beneath))
        if int(ip) >> 32 == 0:  # IPv4 the oldest way, ::127.0.0.1
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved
