"""Zalo Official Account: webhook in, consultation messages (v3) out.

`error == 0` alone is success, whatever the HTTP status. Facts: the design notes on Zalo.
"""

import datetime as dt
import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import aiohttp
import structlog
from aiohttp import web

from bot import phrases
from bot.channels import http, zalo_oa_errors, zalo_oa_events
from bot.channels.base import (
    Outbound,
    Reception,
    SendFailed,
    TryLater,
    WindowShut,
    split,
)
from bot.channels.token_store import Health, Level
from bot.channels.zalo_oa_errors import error_of
from bot.channels.zalo_oa_events import ANONYMOUS
from bot.channels.zalo_tokens import TokenKeeper
from bot.web import UNREADABLE_BODY

NAME = zalo_oa_events.NAME
WEBHOOK_PATH = "/webhooks/zalo-oa"
SIGNATURE_HEADER = "X-ZEvent-Signature"
TIMESTAMP_HEADER = "X-ZEvent-Timestamp"
LIMIT = 2000  # characters of a text; a longer one is refused, not cut
_MOST_BUTTONS = 5
_TITLE = 100
_CONSULT = "/v3.0/oa/message/cs"
_ANONYMOUS_PATH = "/v2.0/oa/message"  # v3 does not know anonymous senders
_QUOTA = "/v3.0/oa/quota/message"

log = structlog.get_logger()


@dataclass(frozen=True)
class Account:
    """The app that Zalo knows us by, and where its interfaces are."""

    app_id: str
    oa_secret: str = field(repr=False)  # signs webhooks
    app_secret: str = field(repr=False)  # proves that an access token is in our hands
    api_base: str
    zns_base: str
    zns_template: str | None = None


class Fetching(Protocol):
    async def get(self, url: str) -> bytes: ...

    async def close(self) -> None: ...


class ZaloOA:
    name = NAME

    def __init__(
        self,
        account: Account,
        keeper: TokenKeeper,
        clock: Callable[[], dt.datetime],
        fetcher: Fetching | None = None,
    ) -> None:
        self.account, self.keeper = account, keeper
        self._clock, self._fetcher = clock, fetcher
        self._session: aiohttp.ClientSession | None = None

    async def send(self, message: Outbound) -> None:
        text, buttons = _laid_out(message)
        parts = split(text, LIMIT)
        for number in range(message.parts_sent, len(parts)):
            last = number == len(parts) - 1
            try:
                await self._send_part(message, parts[number], buttons if last else [], number)
            except TryLater as later:  # also from below, where parts are not counted
                later.parts_sent = number
                raise

    async def _send_part(
        self, message: Outbound, text: str, buttons: list[dict[str, str]], number: int
    ) -> None:
        path, recipient = _recipient(message.address)
        words: dict[str, Any] = {"text": text}
        if buttons:
            words["attachment"] = {"type": "template", "payload": {"buttons": buttons}}
        body = {"recipient": recipient, "message": words}
        error = await self._call(self.account.api_base + path, body)
        if error == 0:
            return
        if error in zalo_oa_errors.CONFIGURATION:
            log.error("provider_refuses_us", channel=NAME, code=error)
        failure = zalo_oa_errors.reaction(error, self._clock(), number)
        if isinstance(failure, WindowShut) and message.phone is not None:
            await self._tell_by_phone(message.phone, message.ticket, text)
        raise failure

    async def _tell_by_phone(self, phone: str, ticket: str, text: str) -> None:
        """Ring his Zalo's bell with the approved template; the answer itself waits.

        The template says “câu trả lời cho phiếu <code> đã sẵn sàng”: `code` is all it is given.
        """
        if self.account.zns_template is None:
            return
        body = {
            "phone": phone.removeprefix("+"),
            "template_id": self.account.zns_template,
            "template_data": {"code": ticket},
            "tracking_id": hashlib.sha256(f"{phone}:{text}".encode()).hexdigest()[:32],
        }
        try:
            code = str(await self._call(f"{self.account.zns_base}/message/template", body))
        except SendFailed as failure:
            code = failure.code
        if code != "0":
            log.warning("notice_not_sent", channel=NAME, code=code)

    # -- one call ----------------------------------------------------------------------------------

    async def _call(self, url: str, body: dict[str, Any]) -> int:
        """Zalo's error number; a refused token is renewed once."""
        token = await self.keeper.access_token()
        error = await self._post(url, body, token)
        if error in zalo_oa_errors.TOKEN:
            error = await self._post(url, body, await self.keeper.another(token))
        return error

    async def _post(self, url: str, body: dict[str, Any], token: str) -> int:
        if self._session is None or self._session.closed:
            self._session = http.session()
        headers = {"access_token": token, "appsecret_proof": self._proof(token)}
        try:
            async with self._session.post(
                url, json=body, headers=headers, allow_redirects=False
            ) as response:
                return error_of(await response.read(), response.status)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise TryLater(type(error).__name__) from None

    def _proof(self, token: str) -> str:
        key = self.account.app_secret.encode()
        return hmac.new(key, token.encode(), hashlib.sha256).hexdigest()

    # -- beside sending ----------------------------------------------------------------------------

    async def fetch(self, ref: str) -> bytes:
        if self._fetcher is None:
            raise TryLater("no_fetcher")
        return await self._fetcher.get(ref)

    async def discard(self, ref: str) -> None:
        """Zalo's copy is not ours to delete."""

    async def check(self) -> list[str]:
        """What is wrong, in sentences for the operator."""
        wrong = _complaints(await self.keeper.health())
        owner = {"quota_owner": "OA", "product_type": "cs", "quota_type": "sub_quota"}
        try:
            error = await self._call(self.account.api_base + _QUOTA, owner)
        except SendFailed as failure:
            return [*wrong, f"Zalo cannot be asked ({failure.code})."]
        return wrong if error == 0 else [*wrong, f"Zalo answers with error {error}."]

    async def close(self) -> None:
        await self.keeper.close()
        if self._fetcher is not None:
            await self._fetcher.close()
        if self._session is not None:
            await self._session.close()


def _recipient(address: str) -> tuple[str, dict[str, str]]:
    if not address.startswith(f"{ANONYMOUS}:"):
        return _CONSULT, {"user_id": address}
    _, person, conversation = address.split(":")
    return _ANONYMOUS_PATH, {"anonymous_id": person, "conversation_id": conversation}


def _laid_out(message: Outbound) -> tuple[str, list[dict[str, str]]]:
    """Text and buttons; too many choices, or choices for the anonymous, are numbered lines."""
    choices = message.choices
    if len(choices) > _MOST_BUTTONS or message.address.startswith(f"{ANONYMOUS}:"):
        return _numbered(message.text, choices), []
    return message.text, [
        {"title": _title(label), "type": "oa.query.hide", "payload": f"#{payload}"}
        for label, payload in choices
    ]


def _numbered(text: str, choices: Sequence[tuple[str, str]]) -> str:
    lines = [f"{number}. {label}" for number, (label, _) in enumerate(choices, 1)]
    return "\n".join([text, *lines, phrases.TYPE_A_NUMBER]) if lines else text


def _title(label: str) -> str:
    return label if len(label) <= _TITLE else f"{label[: _TITLE - 1]}…"


def _complaints(found: Health) -> list[str]:
    said = {
        Level.ABSENT: "Nobody has given consent yet: open /zalo in the office.",
        Level.WARN: "The tokens have not been renewed for more than 3 days.",
        Level.LATE: "The tokens have not been renewed for more than 60 days; they die at 90.",
        Level.DEAD: "The tokens have run out: give consent again at /zalo in the office.",
    }
    wrong = [said[found.level]] if found.level in said else []
    if found.failure is not None:
        wrong.append(f"The last renewal of the tokens failed ({found.failure}).")
    return wrong


# -- webhook --------------------------------------------------------------------------------------


def webhook_routes(account: Account, reception: Reception) -> list[web.RouteDef]:
    async def webhook(request: web.Request) -> web.Response:
        try:
            body = await request.read()
        except (web.HTTPRequestEntityTooLarge, *UNREADABLE_BODY):
            raise web.HTTPUnauthorized from None  # its signature cannot be checked
        if body.strip() == b"{}":  # the console, saving our address; never signed
            return web.Response()
        event, timestamp = _authenticated(request, body, account)
        try:
            inbound = zalo_oa_events.parse(event or {}, timestamp)
        except ValueError:
            await reception.quarantine(NAME, body, "unreadable")
            return web.Response()
        if inbound is not None:
            await reception.receive(inbound)
        return web.Response()

    return [web.post(WEBHOOK_PATH, webhook)]


def _authenticated(
    request: web.Request, body: bytes, account: Account
) -> tuple[zalo_oa_events.Event | None, str]:
    given = request.headers.getall(SIGNATURE_HEADER, [])
    stamps = request.headers.getall(TIMESTAMP_HEADER, [])
    if len(given) != 1 or len(stamps) > 1:
        raise web.HTTPUnauthorized
    stamp = stamps[0] if stamps else None
    found = zalo_oa_events.signed_at(body, given[0], stamp, account.app_id, account.oa_secret)
    if found is None:
        raise web.HTTPUnauthorized
    return found
