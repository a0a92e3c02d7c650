"""Telegram: python-telegram-bot's types and client inside our own routes.

Webhook or polling, private chats only. Facts and limits: design notes on Telegram (Bot API 10).
"""

import asyncio
import hmac
import json
import re
from collections import OrderedDict
from typing import Any

import structlog
from aiohttp import web
from aiolimiter import AsyncLimiter
from telegram import ChatMember, InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from telegram.constants import ChatType, MessageLimit
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError
from telegram.ext import AIORateLimiter, ExtBot

from bot.channels.base import (
    Inbound,
    Outbound,
    Reception,
    SendFailed,
    TryLater,
    Unreachable,
    split,
)
from bot.channels.telegram_request import AiohttpRequest

NAME = "telegram"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
WEBHOOK_PATH = "/webhooks/telegram"
_WANTED = ["message", "callback_query", "my_chat_member"]
_LIMIT = int(MessageLimit.MAX_TEXT_LENGTH)
_ID_LIMIT = 2**52  # the Bot API's promise for every id
_CHATS_PACED = 2000
_POLL_SECONDS = 25
_RETRY_SECONDS = 5.0

_COMMANDS = {"/xoa": "xóa", "/trangthai": "trạng thái", "/luatsu": "luật sư"}

log = structlog.get_logger()


# -- in: parsing, without any I/O ----------------------------------------------------------------


def parse(update: Update) -> Inbound | None:
    """The neutral message in an update; None if it holds nothing for us, ValueError if broken."""
    try:
        return _inbound(update)
    except (AttributeError, TypeError) as error:  # a part that must be there is not
        raise ValueError(f"broken: {type(error).__name__}") from error


def _inbound(update: Update) -> Inbound | None:
    if update.callback_query is not None:
        return _tap(update)
    if update.my_chat_member is not None:
        return _membership(update)
    message = update.message
    if message is None or message.chat.type != ChatType.PRIVATE:
        return None
    return _message(message)


def _message(message: Message) -> Inbound:
    text = _words(message.text) or _words(message.caption)
    command = text.split()[0].partition("@")[0].lower() if text.startswith("/") else ""
    event = None
    if command == "/start":
        event = "start"
    elif not text:
        event = "unsupported"
    return Inbound(
        channel=NAME,
        external_id=f"m:{_id(message.chat.id)}:{_id(message.message_id)}",
        address=str(_id(message.chat.id)),
        at=message.date,
        text=_COMMANDS.get(command, text),
        event=event,
    )


def _tap(update: Update) -> Inbound | None:
    query = update.callback_query
    if query is None or query.message is None or query.message.chat.type != ChatType.PRIVATE:
        return None
    return Inbound(
        channel=NAME,
        external_id=f"c:{_query_id(query.id)}",
        address=str(_id(query.message.chat.id)),
        choice=_words(query.data),
    )


def _membership(update: Update) -> Inbound | None:
    change = update.my_chat_member
    if change is None or change.chat.type != ChatType.PRIVATE:
        return None
    blocked = change.new_chat_member.status in (ChatMember.BANNED, ChatMember.LEFT)
    return Inbound(
        channel=NAME,
        external_id=f"s:{update.update_id}",
        address=str(_id(change.chat.id)),
        at=change.date,
        event="blocked" if blocked else "unblocked",
    )


def _id(value: object) -> int:
    """A number as Telegram numbers chats and messages; ValueError for what only looks like one."""
    if type(value) is not int or abs(value) >= _ID_LIMIT:
        raise ValueError("not an id")
    return value


def _query_id(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[!-~]{1,64}", value):
        raise ValueError("not a query's id")
    return value


def _words(value: object) -> str:
    if not isinstance(value, str | None):
        raise ValueError("not a text")
    return value or ""


def read(body: bytes, bot: ExtBot[Any]) -> Update:
    """An update from raw bytes; raises ValueError for anything that is not one."""
    try:
        data = json.loads(body)
        if not isinstance(data, dict):
            raise ValueError("not an update")
        _id(data.get("update_id"))
        return Update.de_json(data, bot)
    except ValueError:
        raise
    except Exception as error:  # de_json trusts its input; whatever it trips over is no update
        raise ValueError(f"unreadable: {type(error).__name__}") from error


def secret_matches(given: str | None, expected: str) -> bool:
    """Compared as bytes and in constant time; a header may hold anything."""
    return given is not None and hmac.compare_digest(
        given.encode("utf-8", "surrogateescape"), expected.encode()
    )


# -- the channel -----------------------------------------------------------------------------------


class Telegram:
    """Sends with Telegram's pace: 30 a second overall, short bursts per chat."""

    name = NAME

    def __init__(self, token: str, api_base: str) -> None:
        self.bot: ExtBot[Any] = ExtBot(
            token,
            base_url=f"{api_base.rstrip('/')}/bot",
            base_file_url=f"{api_base.rstrip('/')}/file/bot",
            request=AiohttpRequest(read_timeout=15),
            get_updates_request=AiohttpRequest(read_timeout=_POLL_SECONDS + 10),
            rate_limiter=AIORateLimiter(max_retries=0),
        )
        self._paces: OrderedDict[str, AsyncLimiter] = OrderedDict()
        self._background: set[asyncio.Task[None]] = set()

    async def send(self, message: Outbound) -> None:
        parts = split(message.text, _LIMIT)
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
        except RetryAfter as error:
            # The public attribute warns of its coming change of type; this one has the new type.
            pause = error._retry_after.total_seconds()
            raise TryLater("429", after=pause, parts_sent=number) from None
        except Forbidden:
            raise Unreachable("blocked", number) from None
        except BadRequest:
            raise SendFailed("bad_request", number) from None
        except TelegramError as error:  # also a refused token: the message is not to blame
            raise TryLater(type(error).__name__, parts_sent=number) from None

    def _pace(self, address: str) -> AsyncLimiter:
        pace = self._paces.pop(address, None) or AsyncLimiter(3, 3)
        self._paces[address] = pace
        if len(self._paces) > _CHATS_PACED:
            self._paces.popitem(last=False)
        return pace

    def acknowledge(self, update: Update) -> None:
        """Stop the little clock on the tapped button; nothing depends on it."""
        if update.callback_query is None:
            return
        task = asyncio.create_task(self._answer_query(update.callback_query.id))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _answer_query(self, query_id: str) -> None:
        try:
            await self.bot.answer_callback_query(query_id)
        except TelegramError as error:
            log.info("acknowledge_failed", channel=NAME, code=type(error).__name__)

    async def close(self) -> None:
        if self._background:
            await asyncio.wait(self._background, timeout=2)
        for request in self.bot._request:
            await request.shutdown()


def _keyboard(message: Outbound) -> InlineKeyboardMarkup | None:
    if not message.choices:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=payload)] for label, payload in message.choices]
    )


# -- webhook --------------------------------------------------------------------------------------


def webhook_routes(channel: Telegram, secret: str, reception: Reception) -> list[web.RouteDef]:
    async def webhook(request: web.Request) -> web.Response:
        given = request.headers.getall(SECRET_HEADER, [])
        if len(given) != 1 or not secret_matches(given[0], secret):
            raise web.HTTPUnauthorized
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            await reception.quarantine(NAME, b"", "too_large")
            return web.Response()
        except web.RequestPayloadError:  # packed as it said it was not
            await reception.quarantine(NAME, b"", "unreadable")
            return web.Response()
        try:
            update = read(body, channel.bot)
            inbound = parse(update)
        except ValueError:
            await reception.quarantine(NAME, body, "unreadable")
            return web.Response()
        if inbound is not None:
            await reception.receive(inbound)
            channel.acknowledge(update)
        return web.Response()

    return [web.post(WEBHOOK_PATH, webhook)]


async def register_webhook(channel: Telegram, public_url: str, secret: str) -> None:
    """Tell Telegram where we are; keeps trying, for the network may come later than we do."""
    while True:
        try:
            await channel.bot.set_webhook(
                f"{public_url.rstrip('/')}{WEBHOOK_PATH}",
                secret_token=secret,
                allowed_updates=_WANTED,
            )
        except TelegramError as error:
            log.warning("webhook_not_registered", channel=NAME, code=type(error).__name__)
            await asyncio.sleep(_RETRY_SECONDS * 6)
        else:
            log.info("webhook_registered", channel=NAME)
            return


async def _take(channel: Telegram, update: Update, reception: Reception) -> None:
    try:
        inbound = parse(update)
    except ValueError:
        await reception.quarantine(NAME, update.to_json().encode(), "unreadable")
        return
    if inbound is not None:
        await reception.receive(inbound)
        channel.acknowledge(update)


async def poll(channel: Telegram, reception: Reception) -> None:
    """Fetch updates ourselves; each is committed before the next fetch confirms it."""
    offset: int | None = None
    while True:
        try:
            if offset is None:
                await channel.bot.delete_webhook()
            updates = await channel.bot.get_updates(
                offset=offset, timeout=_POLL_SECONDS, allowed_updates=_WANTED
            )
            for update in updates:
                await _take(channel, update, reception)
                offset = update.update_id + 1
        except Exception as error:  # the network or the database; both come back
            log.warning("polling_failed", channel=NAME, code=type(error).__name__)
            await asyncio.sleep(_RETRY_SECONDS)
