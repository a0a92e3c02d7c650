"""Zalo Bot Platform: like Telegram's, without buttons; choices are typed numbers.

Webhook or polling, private chats only: a group is told so. The token stands in every address of
the API, so no address and no exception of the client may reach a log.
"""

import asyncio
import json
import re
from typing import Any, Protocol

import aiohttp
import structlog
from aiohttp import web

from bot import phrases
from bot.channels import http
from bot.channels.base import (
    Outbound,
    Reception,
    SendFailed,
    TryLater,
    Unreachable,
    split,
)
from bot.channels.groups import Refusals
from bot.channels.webhooks import admit, body_of
from bot.channels.zalo_bot_events import NAME, Event, group_addressing, parse, read

SECRET_HEADER = "X-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
WEBHOOK_PATH = "/webhooks/zalo-bot"
LIMIT = 2000
_REGISTER_SECONDS = 30.0  # until the next attempt
_NO_TOKEN_SECONDS = 1800.0  # until the operator has set a good one

log = structlog.get_logger()


class ApiError(Exception):
    """The API refused or was out of reach. `code` is a status or the name of a failure."""

    def __init__(self, code: str, after: float | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.after = after


class Fetcher(Protocol):
    """Gets files from the addresses we trust (see `bot.channels.fetching`)."""

    async def get(self, url: str) -> bytes: ...

    async def close(self) -> None: ...


class ZaloBot:
    """`webhook` is the address Zalo delivers to; None where we fetch messages ourselves."""

    name = NAME

    def __init__(
        self, token: str, api_base: str, fetcher: Fetcher, webhook: str | None = None
    ) -> None:
        self._methods = f"{api_base.rstrip('/')}/bot{token}"
        self._fetcher = fetcher
        self.webhook = webhook
        self._session: aiohttp.ClientSession | None = None
        self._refusals = Refusals()
        self._background: set[asyncio.Task[None]] = set()

    # -- out ---------------------------------------------------------------------------------------

    async def send(self, message: Outbound) -> None:
        for number, part in enumerate(split(_written(message), LIMIT)):
            if number < message.parts_sent:
                continue
            try:
                await self.call("sendMessage", chat_id=message.address, text=part)
            except ApiError as error:
                raise _failure(error, number) from None

    async def fetch(self, ref: str) -> bytes:
        return await self._fetcher.get(ref)

    async def discard(self, ref: str) -> None:
        """Zalo lets nobody delete what it keeps."""

    def refuse_group(self, event: Event) -> None:
        """Tell a group that writes to us that we answer in private; nothing of it is kept."""
        group = group_addressing(event)
        if group is not None and self._refusals.due(group):
            task = asyncio.create_task(self._refuse(group))
            self._background.add(task)
            task.add_done_callback(self._background.discard)

    async def _refuse(self, group: str) -> None:
        try:
            await self.call("sendMessage", chat_id=group, text=phrases.PRIVATE_ONLY)
        except ApiError as error:
            log.info("refusal_failed", channel=NAME, code=error.code)

    # -- the API -----------------------------------------------------------------------------------

    async def call(self, method: str, seconds: float = http.TOTAL_SECONDS, **body: Any) -> Any:
        """The result of a method; raises `ApiError`."""
        if self._session is None or self._session.closed:
            self._session = http.session()
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=http.CONNECT_SECONDS)
        url = f"{self._methods}/{method}"
        try:
            async with self._session.post(
                url, json=body, timeout=timeout, allow_redirects=False
            ) as response:
                return _result(response.status, await response.read(), response.headers)
        except (aiohttp.ClientError, OSError, ValueError) as error:  # also a timeout
            raise ApiError(type(error).__name__) from None

    async def close(self) -> None:
        if self._background:
            await asyncio.wait(self._background, timeout=2)
        if self._session is not None:
            await self._session.close()
        await self._fetcher.close()

    # -- for the operator --------------------------------------------------------------------------

    async def check(self) -> list[str]:
        """What is wrong, in sentences; nothing if all is well."""
        try:
            await self.call("getMe")
            registered = await self._registered()
        except ApiError as error:
            return [f"Zalo did not answer as it should ({error.code})."]
        if self.webhook is None and registered:
            return ["A webhook is set, so nothing can be fetched; serving takes it away."]
        if self.webhook is not None and registered != self.webhook:
            return ["The webhook at Zalo is not this hotline's; serving sets it."]
        return []

    async def _registered(self) -> str:
        """The webhook that Zalo knows, if any."""
        try:
            info = await self.call("getWebhookInfo")
        except ApiError as error:
            if error.code == "404":
                return ""
            raise
        return str(info.get("url") or "") if isinstance(info, dict) else ""


def _written(message: Outbound) -> str:
    """The text, and what may be chosen as a numbered list under it."""
    if not message.choices:
        return message.text
    lines = [f"{number}. {label}" for number, (label, _) in enumerate(message.choices, 1)]
    return "\n\n".join([message.text, "\n".join([*lines, phrases.TYPE_A_NUMBER])])


def _result(status: int, body: bytes, headers: Any) -> Any:
    """What an answer brings; its own `ok` decides, not its status."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise ApiError(str(status) if status >= 400 else "unreadable")
    if answer.get("ok") is True:
        return answer.get("result")
    code = answer.get("error_code")
    raise ApiError(str(code if type(code) is int else status), _pause(answer, headers))


def _pause(answer: dict[str, Any], headers: Any) -> float | None:
    """How long to wait, where it says so: in the envelope, as Telegram does, or as a header."""
    parameters = answer.get("parameters")
    told = parameters.get("retry_after") if isinstance(parameters, dict) else None
    seconds = str(headers.get("Retry-After") if told is None else told)
    return float(seconds) if re.fullmatch("[0-9]{1,5}", seconds) else None


def _failure(error: ApiError, parts_sent: int) -> SendFailed:
    if error.code == "403":
        return Unreachable("blocked", parts_sent)
    if error.code == "400":
        return SendFailed("bad_request", parts_sent)
    if error.code in ("401", "404"):  # the address of every method holds the token
        return TryLater("token_refused", _NO_TOKEN_SECONDS, parts_sent)
    return TryLater(error.code, error.after, parts_sent)


# -- webhook --------------------------------------------------------------------------------------


def webhook_routes(channel: ZaloBot, secret: str, reception: Reception) -> list[web.RouteDef]:
    async def webhook(request: web.Request) -> web.Response:
        admit(request, SECRET_HEADER, secret)
        body = await body_of(request, reception, NAME)
        if body is not None:
            await take_in(channel, body, reception)
        return web.Response()

    return [web.post(WEBHOOK_PATH, webhook)]


async def take_in(channel: ZaloBot, body: bytes, reception: Reception) -> None:
    """Hand what Zalo delivered to the inner side, or put it aside."""
    try:
        event = read(body)
        inbound = parse(event)
    except ValueError:
        await reception.quarantine(NAME, body, "unreadable")
        return
    if inbound is not None:
        await reception.receive(inbound)
    else:
        channel.refuse_group(event)


async def register_webhook(channel: ZaloBot, secret: str) -> None:
    """Tell Zalo where we are; keeps trying, for the network may come later than we do."""
    while True:
        try:
            await channel.call("setWebhook", url=channel.webhook, secret_token=secret)
        except ApiError as error:
            log.warning("webhook_not_registered", channel=NAME, code=error.code)
            await asyncio.sleep(_REGISTER_SECONDS)
        else:
            log.info("webhook_registered", channel=NAME)
            return
