"""Telegram: python-telegram-bot's client inside our own routes.

Webhook or polling, private chats only: a group is told so. Facts and limits are those of Bot API
10; what an update holds for us is read in `telegram_updates`.
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Coroutine
from typing import Any

import structlog
from aiohttp import web
from aiolimiter import AsyncLimiter
from telegram import (
    BotCommandScopeAllPrivateChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Update,
    WebhookInfo,
)
from telegram.constants import FileSizeLimit, MessageLimit
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError
from telegram.ext import AIORateLimiter, ExtBot

from bot import phrases
from bot.channels import commands
from bot.channels.base import (
    Outbound,
    Reception,
    SendFailed,
    TryLater,
    Unreachable,
    split,
)
from bot.channels.groups import Refusals
from bot.channels.telegram_request import AiohttpRequest
from bot.channels.telegram_updates import NAME, group_addressing, parse, read
from bot.channels.webhooks import admit, body_of

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
WEBHOOK_PATH = "/webhooks/telegram"
_WANTED = ["message", "edited_message", "callback_query", "my_chat_member"]
LIMIT = int(MessageLimit.MAX_TEXT_LENGTH)
_FILE_LIMIT = int(FileSizeLimit.FILESIZE_DOWNLOAD)
_CHATS_PACED = 2000
_POLL_SECONDS = 25
_RETRY_SECONDS = 5.0
_MANY_WAITING = 100  # undelivered updates beyond the odd one that is just under way

log = structlog.get_logger()


class Telegram:
    """Sends with Telegram's pace: 30 a second overall, short bursts per chat.

    `webhook` is the address Telegram delivers to; None where we fetch updates ourselves.
    """

    name = NAME

    def __init__(self, token: str, api_base: str, webhook: str | None = None) -> None:
        self._requests = AiohttpRequest(read_timeout=15)
        self.bot: ExtBot[Any] = ExtBot(
            token,
            base_url=f"{api_base.rstrip('/')}/bot",
            base_file_url=f"{api_base.rstrip('/')}/file/bot",
            request=self._requests,
            get_updates_request=AiohttpRequest(read_timeout=_POLL_SECONDS + 10),
            rate_limiter=AIORateLimiter(max_retries=0),
        )
        self.webhook = webhook
        self._id = int(token.partition(":")[0])
        self._username = ""  # until Telegram has told it
        self._refusals = Refusals()
        self._paces: OrderedDict[str, AsyncLimiter] = OrderedDict()
        self._background: set[asyncio.Task[None]] = set()

    @property
    def username(self) -> str:
        return self._username

    # -- out ---------------------------------------------------------------------------------------

    async def send(self, message: Outbound) -> None:
        parts = split(message.text, LIMIT)
        for number, part in enumerate(parts):
            if number < message.parts_sent:
                continue
            keyboard = _keyboard(message) if number == len(parts) - 1 else None
            await self._send_part(message.address, part, keyboard, number)

    async def _send_part(
        self, address: str, text: str, keyboard: InlineKeyboardMarkup | None, number: int
    ) -> None:
        await self._pace(address).acquire()
        try:
            await self.bot.send_message(int(address), text, reply_markup=keyboard)
        except Forbidden:
            raise Unreachable("blocked", number) from None
        except TelegramError as error:
            raise _failure(error, number) from None

    def _pace(self, address: str) -> AsyncLimiter:
        pace = self._paces.pop(address, None) or AsyncLimiter(3, 3)
        self._paces[address] = pace
        if len(self._paces) > _CHATS_PACED:
            self._paces.popitem(last=False)
        return pace

    # -- files (see `bot.channels.base.Source`) ----------------------------------------------------

    async def fetch(self, ref: str) -> bytes:
        try:
            file = await self.bot.get_file(ref)
        except TelegramError as error:
            raise _failure(error) from None
        if (file.file_size or 0) > _FILE_LIMIT:
            raise SendFailed("too_large")
        url = file.file_path or ""
        if not url.startswith(f"{self.bot.base_file_url}/"):  # a path on the server's own disk
            raise SendFailed("no_address")
        return await self._requests.download(url, _FILE_LIMIT)

    async def discard(self, ref: str) -> None:
        """Telegram lets nobody delete what it keeps."""

    # -- beside the conversation -------------------------------------------------------------------

    def acknowledge(self, update: Update) -> None:
        """Stop the little clock on the tapped button; nothing depends on it."""
        if update.callback_query is not None:
            query_id = update.callback_query.id
            self._beside("acknowledge_failed", self.bot.answer_callback_query(query_id))

    def refuse_group(self, update: Update) -> None:
        """Tell a group that speaks to us that we answer in private; nothing of it is kept."""
        group = group_addressing(update, self._id, self._username)
        if group is not None and self._refusals.due(str(group)):
            self._beside("refusal_failed", self.bot.send_message(group, phrases.PRIVATE_ONLY))

    async def introduce(self) -> None:
        """Learn our name, by which groups call us, and put our commands into the menu."""
        await self._try("name_unknown", self._learn_name())
        scope = BotCommandScopeAllPrivateChats()
        await self._try("menu_not_set", self.bot.set_my_commands(commands.MENU, scope=scope))

    async def _learn_name(self) -> None:
        self._username = (await self.bot.get_me()).username or ""

    def _beside(self, failed: str, call: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(self._try(failed, call))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _try(self, failed: str, call: Coroutine[Any, Any, Any]) -> None:
        try:
            await call
        except TelegramError as error:
            log.info(failed, channel=NAME, code=type(error).__name__)

    # -- for the operator --------------------------------------------------------------------------

    async def check(self) -> list[str]:
        """What is wrong, in sentences; nothing if all is well."""
        try:
            await self.bot.get_me()
            return self._doubts(await self.bot.get_webhook_info())
        except TelegramError as error:
            return [f"Telegram did not answer as it should ({type(error).__name__})."]

    def _doubts(self, info: WebhookInfo) -> list[str]:
        found = []
        if self.webhook is None and info.url:
            found.append("A webhook is set, so nothing can be fetched; serving takes it away.")
        elif self.webhook is not None and info.url != self.webhook:
            found.append("The webhook at Telegram is not this hotline's; serving sets it.")
        waiting = info.pending_update_count
        if info.last_error_message and waiting:
            code = _code(info.last_error_message)
            found.append(f"{waiting} updates wait; the last delivery failed ({code}).")
        elif waiting > _MANY_WAITING:
            found.append(f"{waiting} updates wait to be delivered.")
        return found

    async def close(self) -> None:
        if self._background:
            await asyncio.wait(self._background, timeout=2)
        for request in self.bot._request:
            await request.shutdown()


def _failure(error: TelegramError, parts_sent: int = 0) -> SendFailed:
    if isinstance(error, RetryAfter):
        # The public attribute warns of its coming change of type; this one has the new type.
        pause = error._retry_after.total_seconds()
        return TryLater("429", after=pause, parts_sent=parts_sent)
    if isinstance(error, BadRequest):
        return SendFailed("bad_request", parts_sent)
    # Also a refused token: the message is not to blame.
    return TryLater(type(error).__name__, parts_sent=parts_sent)


def _code(message: str) -> str:
    """The status in Telegram's words about a failed delivery; the words may quote our address."""
    status = re.search(r"\b[1-5][0-9]{2}\b", message)
    return status[0] if status else "no connection"


def _keyboard(message: Outbound) -> InlineKeyboardMarkup | None:
    if not message.choices:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=payload)] for label, payload in message.choices]
    )


# -- webhook --------------------------------------------------------------------------------------


def webhook_routes(channel: Telegram, secret: str, reception: Reception) -> list[web.RouteDef]:
    async def webhook(request: web.Request) -> web.Response:
        admit(request, SECRET_HEADER, secret)
        body = await body_of(request, reception, NAME)
        if body is None:
            return web.Response()
        try:
            update = read(body, channel.bot)
        except ValueError:
            await reception.quarantine(NAME, body, "unreadable")
            return web.Response()
        await _take(channel, update, reception, body)
        return web.Response()

    return [web.post(WEBHOOK_PATH, webhook)]


async def _take(
    channel: Telegram, update: Update, reception: Reception, body: bytes | None = None
) -> None:
    try:
        inbound = parse(update)
    except ValueError:
        await reception.quarantine(NAME, body or update.to_json().encode(), "unreadable")
        return
    if inbound is not None:
        await reception.receive(inbound)
        channel.acknowledge(update)
    else:
        channel.refuse_group(update)


async def register_webhook(channel: Telegram, secret: str) -> None:
    """Tell Telegram where we are; keeps trying, for the network may come later than we do."""
    assert channel.webhook is not None
    while True:
        try:
            await channel.bot.set_webhook(
                channel.webhook, secret_token=secret, allowed_updates=_WANTED
            )
        except TelegramError as error:
            log.warning("webhook_not_registered", channel=NAME, code=type(error).__name__)
            await asyncio.sleep(_RETRY_SECONDS * 6)
        else:
            log.info("webhook_registered", channel=NAME)
            return await channel.introduce()


# -- polling --------------------------------------------------------------------------------------


async def poll(channel: Telegram, reception: Reception) -> None:
    """Fetch updates ourselves; each is committed before the next fetch confirms it."""
    offset: int | None = None
    while True:
        try:
            if offset is None:
                await channel.bot.delete_webhook()
                await channel.introduce()
            updates = await channel.bot.get_updates(
                offset=offset, timeout=_POLL_SECONDS, allowed_updates=_WANTED
            )
            for update in updates:
                await _take(channel, update, reception)
                offset = update.update_id + 1
        except Exception as error:  # the network or the database; both come back
            log.warning("polling_failed", channel=NAME, code=type(error).__name__)
            await asyncio.sleep(_RETRY_SECONDS)
