"""The routes Stringee asks: signed requests in, SCCO out. Keys only: it understands no speech."""

import base64
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from bot.channels.scco import fallback_scco, scco
from bot.channels.stringee_rest import Stringee
from bot.channels.voice import Switchboard, in_time
from bot.telephone.call import Dialled, Recording, Ring
from bot.web import UNREADABLE_BODY

PROVIDER = "stringee"
SIGNATURE_HEADER = "X-STRINGEE-SIGNATURE"
ANSWER_PATH, STATUS_PATH = "/voice/stringee/answer", "/voice/stringee/status"

_LARGEST = 64 * 1024

log = structlog.get_logger()


# -- in: signature and parsing, without any I/O ----------------------------------------------------


def is_genuine(secret: str, signed: bytes, given: Sequence[str]) -> bool:
    """Whether Stringee signed this: the raw body, or of a GET the path and query."""
    expected = base64.b64encode(hmac.digest(secret.encode(), signed, "sha1"))
    return len(given) == 1 and hmac.compare_digest(
        given[0].encode("utf-8", "surrogateescape"), expected
    )


def read(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except RecursionError:
        raise ValueError("too deep") from None
    if not isinstance(data, dict):
        raise ValueError("not an event")
    return data


def begun(query: Mapping[str, str]) -> Ring:
    """A call that comes in; ValueError if it has no name. Newer projects call it `callId`."""
    names = (query.get(name) for name in ("uuid", "callId", "call_id"))
    caller = query.get("from", "")
    return Ring(
        provider=PROVIDER,
        call_id=_name(next(filter(None, names), "")),
        step=0,
        caller=caller if re.fullmatch(r"\+?[0-9]{3,20}", caller) else "",
    )


def leg(query: Mapping[str, str]) -> tuple[str, int]:
    """The call and step that our own addresses carry; ValueError if they do not."""
    after = query.get("after", "")
    if not re.fullmatch("[0-9]{1,9}", after):
        raise ValueError("no step of ours")
    return _name(query.get("call", "")), int(after)


def keyed(data: Mapping[str, Any]) -> str:
    """The keys without the # that ended them."""
    keys = data.get("dtmf")
    keys = str(keys) if isinstance(keys, str | int) and not isinstance(keys, bool) else ""
    if not re.fullmatch("[0-9*#]{1,32}", keys):
        return ""
    return keys.removesuffix("#") or "#"


def recorded(data: Mapping[str, Any], channel: Stringee) -> Recording | None:
    """What was recorded. Its fields are not documented: any address of Stringee's is the file."""
    found = [value for value in data.values() if isinstance(value, str) and channel.keeps(value)]
    names = [data.get(name) for name in ("call_id", "callId")]
    found += [
        channel.ref(name) for name in names if isinstance(name, str) and _NAME.fullmatch(name)
    ]
    seconds = _seconds(data, "duration", "recordDuration", "recordingDuration")
    return Recording(found[0], seconds) if found and seconds != 0 else None


def ended(data: Mapping[str, Any]) -> bool:
    return any(data.get(name) == "ended" for name in ("call_status", "callStatus", "status"))


def called(data: Mapping[str, Any]) -> str:
    names = (data.get(name) for name in ("uuid", "call_id", "callId"))
    return _name(next((name for name in names if isinstance(name, str) and name), ""))


_NAME = re.compile("[0-9A-Za-z_-]{1,64}")


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError("not a call's name")
    return text


def _seconds(data: Mapping[str, Any], *names: str) -> int | None:
    for name in names:
        text = str(data.get(name, ""))
        if re.fullmatch("[0-9]{1,9}", text):
            return int(text)
    return None


# -- the routes ------------------------------------------------------------------------------------


def stringee_routes(
    channel: Stringee, switchboard: Switchboard, public_url: str
) -> list[web.RouteDef]:
    calls = _Calls(channel, switchboard, public_url.rstrip("/"))
    return [
        web.get(ANSWER_PATH, calls.incoming, allow_head=False),
        web.post("/voice/stringee/event", calls.keys),
        web.post("/voice/stringee/fail", calls.failed),
        web.post("/voice/stringee/recording", calls.recording),
        web.post(STATUS_PATH, calls.status),
    ]


class _Calls:
    def __init__(self, channel: Stringee, switchboard: Switchboard, public_url: str) -> None:
        self._channel, self._switchboard, self._public_url = channel, switchboard, public_url

    async def incoming(self, request: web.Request) -> web.Response:
        asked = urlsplit(self._public_url).path + request.raw_path
        self._admit(request, asked.replace(" ", "%20").encode("utf-8", "surrogateescape"))
        try:
            ring = begun(request.query)
        except ValueError:
            return _unreadable()
        return await self._next(ring)

    async def keys(self, request: web.Request) -> web.Response:
        body = await self._body(request)
        try:
            call, step = leg(request.query)
            ring = Ring(PROVIDER, call, step, keys=keyed(read(body)))
        except ValueError:
            return _unreadable()
        return await self._next(ring)

    async def failed(self, request: web.Request) -> web.Response:
        """Whom a document dialled could not be reached; what the body says of it is not needed."""
        await self._body(request)
        try:
            call, step = leg(request.query)
        except ValueError:
            return _unreadable()
        return await self._next(Ring(PROVIDER, call, step, dialled=Dialled(answered=False)))

    async def recording(self, request: web.Request) -> web.Response:
        """Told as the next step and by the way: the call may have gone on before this came."""
        body = await self._body(request)
        try:
            call, step = leg(request.query)
            found = recorded(read(body), self._channel)
        except ValueError:
            return _unreadable()
        response = await self._next(Ring(PROVIDER, call, step, recording=found))
        if found is not None:
            await self._switchboard.recorded(PROVIDER, call, found)
        return response

    async def status(self, request: web.Request) -> web.Response:
        body = await self._body(request)
        try:
            data = read(body)
            call = called(data)
        except ValueError:
            return web.Response()
        seconds = _seconds(data, "answerDuration", "duration")
        await self._switchboard.status(PROVIDER, call, ended(data), seconds)
        return web.Response()

    async def _next(self, ring: Ring) -> web.Response:
        return _said(await in_time(self._answered(ring), PROVIDER) or fallback_scco())

    async def _answered(self, ring: Ring) -> bytes:
        document = await self._switchboard.answer(ring)
        return scco(document, self._public_url, ring.call_id, self._channel.number)

    async def _body(self, request: web.Request) -> bytes:
        """The body as signed; 401 for what cannot be checked, too."""
        if (request.content_length or 0) > _LARGEST:
            raise web.HTTPUnauthorized
        try:
            body = await request.read()
        except (web.HTTPRequestEntityTooLarge, *UNREADABLE_BODY):
            raise web.HTTPUnauthorized from None
        self._admit(request, body)
        return body

    def _admit(self, request: web.Request, signed: bytes) -> None:
        given = request.headers.getall(SIGNATURE_HEADER, [])
        if not is_genuine(self._channel.signing_secret, signed, given):
            raise web.HTTPUnauthorized


def _said(document: bytes) -> web.Response:
    return web.Response(body=document, content_type="application/json", charset="utf-8")


def _unreadable() -> web.Response:
    log.warning("call_unreadable", channel=PROVIDER)
    return _said(fallback_scco())
