"""What every page we serve has in common: headers that keep the browser strict."""

from aiohttp import web

# What reading a body raises when it is packed otherwise than it says, or its sender has left.
UNREADABLE_BODY = (web.RequestPayloadError, ConnectionResetError)

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",  # files that may be kept say so themselves
}


async def add_security_headers(_: web.BaseRequest, response: web.StreamResponse) -> None:
    """Fill in each header the handler has not set itself."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)


async def add_https_only(request: web.BaseRequest, response: web.StreamResponse) -> None:
    response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")


def secure_responses(app: web.Application, *, https: bool = False) -> None:
    """Put the headers on every response of `app`: pages, streams, files and errors alike.

    A signal, not a middleware, for a middleware sees neither streams in time nor failures.
    `https` says that people come by HTTPS, so that their browsers stay with it.
    """
    app.on_response_prepare.append(add_security_headers)
    if https:
        app.on_response_prepare.append(add_https_only)
