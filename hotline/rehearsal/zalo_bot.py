"""A Zalo Bot Platform on loopback: one update a fetch, 408 when there is none, no buttons."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from bot.channels.zalo_bot import SECRET_HEADER
from hotline.rehearsal.bot_api import BotApi, Data, Method, ok, refusal

_LIMIT = 2000


class FakeZaloBot(BotApi):
    """Keeps what it was told to send; `pending` is what polling fetches, each once."""

    secret_header = SECRET_HEADER

    def __init__(self, token: str) -> None:
        super().__init__(token)
        self.pending: list[Any] = []
        self.wraps = False  # puts what it delivers into the envelope of its answers
        self.patience = 30.0  # seconds that a fetch may wait at the most
        self.always_200 = False  # tells faults in the envelope only

    def texts(self, chat: str | None = None) -> list[str]:
        said = [one for one in self.sent if "text" in one]
        return [one["text"] for one in said if chat is None or one["chat_id"] == chat]

    # -- what people do in their chats -------------------------------------------------------------

    def said(self, chat: str, text: str, **more: Any) -> Data:
        return self.event("text", chat, text=text, **more)

    def event(self, kind: str, chat: str, *, group: bool = False, **more: Any) -> Data:
        """An event as it is delivered; `more` is its content."""
        message = {
            "message_id": f"m{next(self.numbers):x}",
            "date": int(time.time() * 1000),
            "from": {"id": chat, "display_name": "Lan", "is_bot": False},
            "chat": {"id": chat, "chat_type": "GROUP" if group else "PRIVATE"},
            **more,
        }
        return {"event_name": f"message.{kind}.received", "message": message}

    def keep(self, name: str, content: bytes) -> str:
        """Take in a file as from a worker's phone; its address."""
        self.files[name] = content
        return f"{self.base}/file/bot{self.token}/{name}"

    async def deliver(
        self, update: Any, to: str | None = None, tries: int = 1, pause: float = 0.2
    ) -> int:
        body = {"ok": True, "result": update} if self.wraps else update
        return await super().deliver(body, to, tries, pause)

    # -- its methods -------------------------------------------------------------------------------

    def methods(self) -> Mapping[str, Method]:
        return {
            "getMe": self._get_me,
            "getUpdates": self._get_updates,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._get_webhook_info,
            "sendMessage": self._send_message,
            "sendPhoto": self._send_other,
            "sendSticker": self._send_other,
            "sendVoice": self._send_other,
            "sendChatAction": self._send_chat_action,
        }

    def _refuse(self, code: int, description: str) -> web.Response:
        return refusal(code, description, 200 if self.always_200 else code)

    async def _get_me(self, _data: Data) -> web.Response:
        me = {"id": "1459232241454765289", "account_name": "bot.tongdai", "account_type": "BASIC"}
        return ok({**me, "can_join_groups": False})

    async def _get_updates(self, data: Data) -> web.Response:
        if self.webhooks:
            return self._refuse(400, "Webhook is set")
        ends = time.monotonic() + min(float(data.get("timeout", 30)), self.patience)
        while not self.pending and time.monotonic() < ends:  # noqa: ASYNC110 - a plain list
            await asyncio.sleep(0.02)
        if not self.pending:
            return self._refuse(408, "Request timeout")
        return ok(self.pending.pop(0))

    async def _set_webhook(self, data: Data) -> web.Response:
        url = urlsplit(str(data.get("url", "")))
        if url.scheme != "https" and url.hostname not in ("127.0.0.1", "localhost"):
            return self._refuse(400, "Bad Request: bad webhook: HTTPS url must be provided")
        if not 8 <= len(str(data.get("secret_token", ""))) <= 256:
            return self._refuse(400, "Bad Request: secret_token must be 8 to 256 characters")
        self.webhooks.append(data)
        return ok({"url": data["url"], "updated_at": int(time.time() * 1000)})

    async def _delete_webhook(self, _data: Data) -> web.Response:
        self.webhooks.clear()
        return ok({"url": "", "updated_at": int(time.time() * 1000)})

    async def _get_webhook_info(self, _data: Data) -> web.Response:
        if not self.webhooks:
            return self._refuse(404, "Not Found")
        return ok({"url": self.webhooks[-1]["url"], "updated_at": int(time.time() * 1000)})

    async def _send_message(self, data: Data) -> web.Response:
        if (fault := await self.unwell()) is not None:
            return fault
        if not 1 <= len(str(data.get("text", ""))) <= _LIMIT:
            return self._refuse(400, "Bad Request: text must be 1 to 2000 characters")
        return self._sent(data)

    async def _send_other(self, data: Data) -> web.Response:
        return await self.unwell() or self._sent(data)

    async def _send_chat_action(self, _data: Data) -> web.Response:
        return web.json_response({"ok": True})

    def _sent(self, data: Data) -> web.Response:
        message_id = f"m{next(self.numbers):x}"
        self.sent.append({**data, "message_id": message_id})
        return ok({"message_id": message_id, "date": int(time.time() * 1000)})
