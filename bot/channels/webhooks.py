"""What doors have in common whose provider proves itself by a secret in a header."""

import hmac

from aiohttp import web

from bot.channels.base import Reception


def secret_matches(given: str | None, expected: str) -> bool:
    """Compared as bytes and in constant time; a header may hold anything."""
    return given is not None and hmac.compare_digest(
        given.encode("utf-8", "surrogateescape"), expected.encode()
    )


def admit(request: web.Request, header: str, secret: str) -> None:
    """Raise 401 unless the header is there once and holds the secret."""
    given = request.headers.getall(header, [])
    if len(given) != 1 or not secret_matches(given[0], secret):
        raise web.HTTPUnauthorized


async def body_of(request: web.Request, reception: Reception, channel: str) -> bytes | None:
    """The body as it came; None where it cannot be had, which is noted."""
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        await reception.quarantine(channel, b"", "too_large")
    except web.RequestPayloadError:  # packed as it said it was not
        await reception.quarantine(channel, b"", "unreadable")
    except ConnectionResetError:  # the sender left in the middle; it will come again
        pass
    return None
