"""The routes Twilio asks: signed forms in, TwiML out. Nothing here decides what is said.

Twilio may ask the same again (with the same I-Twilio-Idempotency-Token). Tokens need not be kept:
a call's name and its step say the same, and the switchboard answers a known step as before.
"""

import structlog
from aiohttp import web
from multidict import MultiDict

from bot.channels import twilio_callbacks
from bot.channels.twilio_requests import (
    PROVIDER,
    Gate,
    asked,
    call_id,
    ended,
    keys,
    number,
    parse,
    recording,
    spoken,
)
from bot.channels.twilio_rest import Twilio
from bot.channels.twiml import fallback_twiml, hang_up, join, twiml, whisper
from bot.channels.voice import Callbacks, Switchboard, in_time
from bot.telephone.call import Ring

INCOMING_PATH, STATUS_PATH = "/voice/twilio/incoming", "/voice/twilio/status"

log = structlog.get_logger()


def twilio_routes(
    channel: Twilio,
    switchboard: Switchboard,
    public_url: str,
    callbacks: Callbacks | None = None,
) -> list[web.RouteDef]:
    """Everything Twilio may ask, all by POST; calls back only where `callbacks` are made."""
    gate = Gate(channel, public_url)
    calls = _Calls(gate, switchboard)
    routes = [
        web.post(INCOMING_PATH, calls.incoming),
        web.post("/voice/twilio/turn", calls.turn),
        web.post("/voice/twilio/whisper", calls.whisper),
        web.post("/voice/twilio/accept", calls.accept),
        web.post("/voice/twilio/recording", calls.recording),
        web.post(STATUS_PATH, calls.status),
    ]
    return routes + (twilio_callbacks.routes(gate, callbacks) if callbacks else [])


class _Calls:
    def __init__(self, gate: Gate, switchboard: Switchboard) -> None:
        self._gate, self._switchboard = gate, switchboard

    # -- the caller --------------------------------------------------------------------------------

    async def incoming(self, request: web.Request) -> web.Response:
        return await self._next(await self._gate.admit(request), "0")

    async def turn(self, request: web.Request) -> web.Response:
        return await self._next(await self._gate.admit(request), request.query.get("after", ""))

    async def _next(self, form: MultiDict[str], after: str) -> web.Response:
        try:
            ring = parse(form, asked(after), self._gate.channel.ref)
        except ValueError:
            log.warning("call_unreadable", channel=PROVIDER)
            return spoken(fallback_twiml())
        return spoken(await in_time(self._answered(ring), PROVIDER) or fallback_twiml())

    async def _answered(self, ring: Ring) -> bytes:
        document = await self._switchboard.answer(ring)
        return twiml(document, self._gate.public_url, ring.call_id, self._gate.channel.number)

    # -- the lawyer who is rung --------------------------------------------------------------------

    async def whisper(self, request: web.Request) -> web.Response:
        await self._gate.admit(request)
        try:
            call, step = _leg(request)
        except ValueError:
            return spoken(hang_up())
        words = await in_time(self._switchboard.whisper(call, step), PROVIDER)
        if not words:
            return spoken(hang_up())
        return spoken(whisper(words, self._gate.public_url, call, step))

    async def accept(self, request: web.Request) -> web.Response:
        form = await self._gate.admit(request)
        try:
            call, step = _leg(request)
        except ValueError:
            return spoken(hang_up())
        if keys(form) != "1":
            return spoken(hang_up())
        # If it cannot be noted, they talk all the same: the caller has waited for this.
        await in_time(self._switchboard.accepted(call, step), PROVIDER)
        return spoken(join())

    # -- what Twilio tells by the way --------------------------------------------------------------

    async def recording(self, request: web.Request) -> web.Response:
        form = await self._gate.admit(request)
        found = recording(form, self._gate.channel.ref)
        try:
            call = call_id(request.query.get("call", ""))
        except ValueError:
            return web.Response()
        if found is not None and form.get("RecordingStatus", "completed") == "completed":
            await self._switchboard.recorded(PROVIDER, call, found)
        return web.Response()

    async def status(self, request: web.Request) -> web.Response:
        form = await self._gate.admit(request)
        try:
            call = call_id(form.get("CallSid", ""))
        except ValueError:
            return web.Response()
        seconds = number(form.get("CallDuration", ""))
        await self._switchboard.status(PROVIDER, call, ended(form), seconds)
        return web.Response()


def _leg(request: web.Request) -> tuple[str, int]:
    """The caller's call and its step, which the lawyer's leg carries in its address."""
    return call_id(request.query.get("call", "")), asked(request.query.get("after", ""))
