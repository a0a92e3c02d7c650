"""Calls back that the office asked for: Twilio rings the lawyer; if he presses 1, the worker."""

from aiohttp import web
from multidict import MultiDict

from bot import phrases
from bot.channels.twilio_requests import (
    PROVIDER,
    Gate,
    asked,
    call_id,
    ended,
    joined,
    keys,
    number,
    spoken,
)
from bot.channels.twiml import address, callback_dial, callback_question, hang_up
from bot.channels.voice import Callbacks, Outcome, in_time


def addresses(public_url: str, task: int) -> tuple[str, str]:
    """What `Twilio.call` needs to ring the lawyer: where the call and where its end is told."""
    base = public_url.rstrip("/")
    return address(base, "callback", task=task), address(base, "callback/status", task=task)


def routes(gate: Gate, callbacks: Callbacks) -> list[web.RouteDef]:
    back = _CallBacks(gate, callbacks)
    return [
        web.post("/voice/twilio/callback", back.begin),
        web.post("/voice/twilio/callback/join", back.join),
        web.post("/voice/twilio/callback/done", back.done),
        web.post("/voice/twilio/callback/status", back.status),
    ]


class _CallBacks:
    def __init__(self, gate: Gate, callbacks: Callbacks) -> None:
        self._gate, self._callbacks = gate, callbacks

    async def begin(self, request: web.Request) -> web.Response:
        attempt = _attempt(request, await self._gate.admit(request))
        if attempt is None:
            return spoken(_over())
        return spoken(await in_time(self._question(*attempt), PROVIDER) or _over())

    async def join(self, request: web.Request) -> web.Response:
        form = await self._gate.admit(request)
        attempt = _attempt(request, form)
        if attempt is None or keys(form) != "1":
            return spoken(hang_up())
        return spoken(await in_time(self._dial(*attempt), PROVIDER) or _over())

    async def done(self, request: web.Request) -> web.Response:
        """The worker's leg is over, or never came to be."""
        form = await self._gate.admit(request)
        if joined(form):
            seconds = number(form.get("DialCallDuration", ""))
            await self._tell(request, form, Outcome.TALKED, seconds)
            return spoken(hang_up())
        await self._tell(request, form, Outcome.WORKER_MISSED)
        return spoken(hang_up(phrases.WORKER_MISSED))

    async def status(self, request: web.Request) -> web.Response:
        """The lawyer's leg is over, or never came to be."""
        form = await self._gate.admit(request)
        if ended(form):
            answered = form.get("CallStatus") == "completed"
            await self._tell(request, form, Outcome.DECLINED if answered else Outcome.LAWYER_MISSED)
        return web.Response()

    async def _question(self, task: int, call: str) -> bytes | None:
        words = await self._callbacks.begin(task, call)
        return callback_question(words, self._gate.public_url, task) if words else None

    async def _dial(self, task: int, call: str) -> bytes | None:
        worker = await self._callbacks.number(task, call)
        if worker is None:
            return None
        return callback_dial(worker, self._gate.public_url, task, self._gate.channel.number)

    async def _tell(
        self,
        request: web.Request,
        form: MultiDict[str],
        outcome: Outcome,
        seconds: int | None = None,
    ) -> None:
        attempt = _attempt(request, form)
        if attempt is not None:
            await self._callbacks.outcome(*attempt, outcome, seconds)


def _attempt(request: web.Request, form: MultiDict[str]) -> tuple[int, str] | None:
    """The wish to ring back and the call made for it; None for a request of nothing of ours."""
    try:
        return asked(request.query.get("task", "")), call_id(form.get("CallSid", ""))
    except ValueError:
        return None


def _over() -> bytes:
    return hang_up(phrases.CALLBACK_OVER)
