"""Stand-ins for what lies outside, written by hand, all in one file."""

import asyncio
import datetime as dt
import json
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from aiohttp import web

from bot.channels.base import Inbound, Line


class RememberingReception:
    """The inner side of a channel's door, in memory. `answer` makes the bot's reply, if any."""

    def __init__(self, answer: Callable[[Inbound], str | None] = lambda _: None) -> None:
        self.received: list[Inbound] = []
        self.quarantined: list[tuple[str, bytes, str]] = []
        self.lines: dict[tuple[str, str], list[Line]] = {}
        self._answer = answer
        self._numbers = count(1)

    async def receive(self, inbound: Inbound) -> bool:
        if any(
            (known.channel, known.external_id) == (inbound.channel, inbound.external_id)
            for known in self.received
        ):
            return False
        self.received.append(inbound)
        said = inbound.text or f"[{inbound.choice or inbound.event}]"
        self.say(inbound.channel, inbound.address, "worker", said, at=inbound.at)
        reply = self._answer(inbound)
        if reply is not None:
            self.say(inbound.channel, inbound.address, "bot", reply, at=inbound.at)
        return True

    async def quarantine(self, channel: str, body: bytes, reason: str) -> None:
        self.quarantined.append((channel, body, reason))

    async def transcript(self, channel: str, address: str, after: int = 0) -> Sequence[Line]:
        return [line for line in self.lines.get((channel, address), []) if line.id > after]

    def say(
        self,
        channel: str,
        address: str,
        author: str,
        text: str,
        choices: Sequence[tuple[str, str]] = (),
        at: dt.datetime | None = None,
    ) -> Line:
        """Put a line into a transcript, as the bot or a lawyer would."""
        line = Line(next(self._numbers), author, text, at or dt.datetime.now(dt.UTC), choices)
        self.lines.setdefault((channel, address), []).append(line)
        return line

    def erase(self, channel: str, address: str) -> None:
        self.lines.pop((channel, address), None)


class FakeTelegram:
    """A Bot API server on loopback: keeps what it was told to send and can be made to fail.

    Method names, form-encoded parameters and error bodies as the real one's.
    """

    def __init__(self, token: str) -> None:
        self.token = token
        self.sent: list[dict[str, Any]] = []
        self.webhooks: list[dict[str, Any]] = []
        self.answered_queries: list[str] = []
        self.pending: list[dict[str, Any]] = []  # updates for polling
        self.faults: list[tuple[int, dict[str, Any]] | None] = []  # next answers; None is well
        self.delay = 0.0
        self._numbers = count(1000)
        self._runner: web.AppRunner | None = None
        self.base = ""

    async def start(self) -> "FakeTelegram":
        app = web.Application()
        app.router.add_post("/bot{token}/{method}", self._call)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def texts(self, chat: int | None = None) -> list[str]:
        return [
            message["text"] for message in self.sent if chat is None or message["chat_id"] == chat
        ]

    def buttons(self, message: dict[str, Any]) -> dict[str, str]:
        """Label -> callback data of a sent message's inline keyboard."""
        markup = json.loads(message.get("reply_markup") or "{}")
        rows = markup.get("inline_keyboard", [])
        return {button["text"]: button["callback_data"] for row in rows for button in row}

    async def _call(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != self.token:
            return _telegram_error(401, "Unauthorized")
        data = dict(await request.post())
        method = getattr(self, f"_{request.match_info['method']}", None)
        if method is None:
            return _telegram_error(404, "Not Found")
        answer: web.Response = await method(data)
        return answer

    async def _sendMessage(self, data: dict[str, Any]) -> web.Response:
        await asyncio.sleep(self.delay)
        if self.faults and (fault := self.faults.pop(0)) is not None:
            status, body = fault
            return web.json_response(body, status=status)
        if len(data["text"]) > 4096:
            return _telegram_error(400, "Bad Request: message is too long")
        message = {**data, "chat_id": int(data["chat_id"]), "message_id": next(self._numbers)}
        self.sent.append(message)
        return _telegram_ok(
            {
                "message_id": message["message_id"],
                "date": 1795345440,
                "chat": {"id": message["chat_id"], "type": "private"},
                "text": data["text"],
            }
        )

    async def _setWebhook(self, data: dict[str, Any]) -> web.Response:
        self.webhooks.append(data)
        return _telegram_ok(True)

    async def _deleteWebhook(self, _data: dict[str, Any]) -> web.Response:
        return _telegram_ok(True)

    async def _answerCallbackQuery(self, data: dict[str, Any]) -> web.Response:
        self.answered_queries.append(str(data["callback_query_id"]))
        return _telegram_ok(True)

    async def _getUpdates(self, data: dict[str, Any]) -> web.Response:
        offset = int(data.get("offset", 0))
        self.pending = [update for update in self.pending if update["update_id"] >= offset]
        if not self.pending:
            await asyncio.sleep(0.05)
        return _telegram_ok(self.pending)


def _telegram_ok(result: Any) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _telegram_error(code: int, description: str) -> web.Response:
    return web.json_response(
        {"ok": False, "error_code": code, "description": description}, status=code
    )
