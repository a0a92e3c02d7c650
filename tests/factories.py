"""Things tests start from."""

import datetime as dt
from typing import Any

import aiohttp
from sqlalchemy import literal_column, select

from hotline import schema
from hotline.db import Database


class Clock:
    """The time, as tests want it."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now

    def pass_(self, **span: float) -> None:
        self.now += dt.timedelta(**span)


class Updates:
    """Telegram updates as the Bot API delivers them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._number = 5000

    def _next(self) -> int:
        self._number += 1
        return self._number

    def message(self, chat: int, text: str, /, **more: Any) -> dict[str, Any]:
        number = self._next()
        return {
            "update_id": number,
            "message": {
                "message_id": number,
                "date": int(self._clock().timestamp()),
                "chat": {"id": chat, "type": "private", "first_name": "Lan"},
                "from": {"id": chat, "is_bot": False, "first_name": "Lan"},
                "text": text,
                **more,
            },
        }

    def edited(self, chat: int, message_id: int, text: str, **more: Any) -> dict[str, Any]:
        update = self.message(chat, text, message_id=message_id, **more)
        message = update.pop("message")
        return {**update, "edited_message": {**message, "edit_date": message["date"] + 60}}

    def tap(self, chat: int, data: str) -> dict[str, Any]:
        number = self._next()
        return {
            "update_id": number,
            "callback_query": {
                "id": str(number),
                "from": {"id": chat, "is_bot": False, "first_name": "Lan"},
                "chat_instance": "1",
                "data": data,
                "message": {
                    "message_id": 1,
                    "date": int(self._clock().timestamp()),
                    "chat": {"id": chat, "type": "private", "first_name": "Lan"},
                    "text": "…",
                },
            },
        }

    def membership(self, chat: int, status: str) -> dict[str, Any]:
        person = {"id": 1, "is_bot": True, "first_name": "Bot"}
        return {
            "update_id": self._next(),
            "my_chat_member": {
                "chat": {"id": chat, "type": "private", "first_name": "Lan"},
                "from": {"id": chat, "is_bot": False, "first_name": "Lan"},
                "date": int(self._clock().timestamp()),
                "old_chat_member": {"user": person, "status": "member"},
                "new_chat_member": {"user": person, "status": status, "until_date": 0},
            },
        }


TOKEN = "123456:test-token_of-nobody"
SECRET = "a-secret-for-tests"


class Client:
    """A script against one listener."""

    def __init__(self, session: aiohttp.ClientSession, base: str, token: str | None = None) -> None:
        self._session = session
        self._base = base
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def at(self, base: str, session: aiohttp.ClientSession) -> "Client":
        """The same person at another address, for example after a restart."""
        moved = Client(session, base)
        moved.headers = self.headers
        return moved

    async def get(self, path: str, **more: Any) -> tuple[int, Any]:
        return await self._send("GET", path, **more)

    async def post(self, path: str, json: Any = None, **more: Any) -> tuple[int, Any]:
        return await self._send("POST", path, json=json, **more)

    async def _send(self, method: str, path: str, **more: Any) -> tuple[int, Any]:
        headers = {**self.headers, **more.pop("headers", {})}
        async with self._session.request(
            method, self._base + path, headers=headers, allow_redirects=False, **more
        ) as response:
            body = await response.text()
            if response.content_type == "application/json":
                return response.status, await response.json()
            return response.status, body


async def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table as stored, to see that nothing changed."""
    tables = schema.METADATA.sorted_tables
    async with database.reading() as session:
        return {
            table.name: sorted(
                (tuple(row) for row in await session.execute(_all_of(table))), key=repr
            )
            for table in tables
        }


def _all_of(table: Any) -> Any:
    return select(literal_column("*")).select_from(table)
