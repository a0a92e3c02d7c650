"""Outgoing requests of all channels: one kind of session, one set of trusted authorities."""

import functools
import ssl

import aiohttp
import certifi

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 20.0
_CONNECTIONS = 32


@functools.cache
def trusted() -> ssl.SSLContext:
    """The system's authorities and, where a bare image has none, certifi's."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def session(seconds: float = TOTAL_SECONDS) -> aiohttp.ClientSession:
    """To be opened in the loop that uses it. `seconds` are for a whole call."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=_CONNECTIONS, ssl=trusted()),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS),
        trust_env=True,  # a proxy, where there is one
    )
