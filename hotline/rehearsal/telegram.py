"""A Telegram on loopback: methods, form-encoded parameters and error bodies as the real one's."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.channels.telegram import SECRET_HEADER
from hotline.rehearsal.bot_api import BotApi, Data, Method, ok, refusal

_LIMIT = 4096
_FILE_LIMIT = 20 * 1024 * 1024


class FakeTelegram(BotApi):
    """Keeps what it was told to send; `pending` is what polling fetches."""

    secret_header = SECRET_HEADER
    username = "tongdai_bot"

    def __init__(self, token: str) -> None:
        super().__init__(token)
        self.answered_queries: list[str] = []
        self.pending: list[Data] = []
        self.commands: list[Data] = []  # of the menu
        self.webhook_trouble: Data = {}  # what it says of deliveries that failed

    def texts(self, chat: int | None = None) -> list[str]:
        return [
            message["text"] for message in self.sent if chat is None or message["chat_id"] == chat
        ]

    def buttons(self, message: Data) -> dict[str, str]:
        """Label -> callback data of a sent message's inline keyboard."""
        markup = json.loads(message.get("reply_markup") or "{}")
        rows = markup.get("inline_keyboard", [])
        return {button["text"]: button["callback_data"] for row in rows for button in row}

    def keep(self, content: bytes) -> str:
        """Take in a file as from a worker's phone; its file_id."""
        file_id = f"file-{next(self.numbers)}"
        self.files[f"documents/{file_id}"] = content
        return file_id

    def methods(self) -> Mapping[str, Method]:
        return {
            "getMe": self._get_me,
            "sendMessage": self._send_message,
            "answerCallbackQuery": self._answer_callback_query,
            "setMyCommands": self._set_my_commands,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._get_webhook_info,
            "getUpdates": self._get_updates,
            "getFile": self._get_file,
            "leaveChat": self._leave_chat,
        }

    async def _get_me(self, _data: Data) -> web.Response:
        number = int(self.token.partition(":")[0])
        me = {"id": number, "is_bot": True, "first_name": "Tổng đài", "username": self.username}
        return ok(me)

    async def _send_message(self, data: Data) -> web.Response:
        if (fault := await self.unwell()) is not None:
            return fault
        if len(data["text"]) > _LIMIT:
            return refusal(400, "Bad Request: message is too long")
        message = {**data, "chat_id": int(data["chat_id"]), "message_id": next(self.numbers)}
        self.sent.append(message)
        chat = {"id": message["chat_id"], "type": "private"}
        told = {"message_id": message["message_id"], "date": 1795345440, "chat": chat}
        return ok({**told, "text": data["text"]})

    async def _answer_callback_query(self, data: Data) -> web.Response:
        self.answered_queries.append(str(data["callback_query_id"]))
        return ok(True)

    async def _set_my_commands(self, data: Data) -> web.Response:
        self.commands = json.loads(data["commands"])
        return ok(True)

    async def _set_webhook(self, data: Data) -> web.Response:
        self.webhooks.append(data)
        return ok(True)

    async def _delete_webhook(self, _data: Data) -> web.Response:
        self.webhooks.clear()
        return ok(True)

    async def _get_webhook_info(self, _data: Data) -> web.Response:
        url = self.webhooks[-1]["url"] if self.webhooks else ""
        info: dict[str, Any] = {"url": url, "has_custom_certificate": False}
        return ok({**info, "pending_update_count": len(self.pending), **self.webhook_trouble})

    async def _get_updates(self, data: Data) -> web.Response:
        offset = int(data.get("offset", 0))
        self.pending = [update for update in self.pending if update["update_id"] >= offset]
        if not self.pending:
            await asyncio.sleep(0.05)
        return ok(self.pending)

    async def _get_file(self, data: Data) -> web.Response:
        path = f"documents/{data['file_id']}"
        content = self.files.get(path)
        if content is None:
            return refusal(400, "Bad Request: invalid file_id")
        if len(content) > _FILE_LIMIT:
            return refusal(400, "Bad Request: file is too big")
        told = {"file_id": data["file_id"], "file_unique_id": "u", "file_size": len(content)}
        return ok({**told, "file_path": path})

    async def _leave_chat(self, _data: Data) -> web.Response:
        return ok(True)
