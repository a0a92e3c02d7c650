"""Run by the peer's own Python: everything python-zalo-bot does, told in one line of JSON.

PATH/TO/VENV/bin/python zalo_bot_client.py BASE TOKEN
"""

import asyncio
import json
import sys
from typing import Any

from zalo_bot import Bot
from zalo_bot.error import ZaloError

HOOK, SECRET = "https://hotline.example.vn/webhooks/zalo-bot", "a-secret-of-the-peer"


async def tried(call: Any) -> str:
    """The name of the error that a call ends in."""
    try:
        await call
    except ZaloError as error:
        return type(error).__name__
    return ""


async def read(bot: Bot, count: int) -> list[dict[str, Any]]:
    found = []
    for _ in range(count):
        message = (await bot.get_update(timeout=5)).message
        found.append(
            {
                "message_id": message.message_id,
                "at": message.date.timestamp(),
                "text": message.text or "",
                "photo": message.photo_url or "",
                "chat": message.chat.id,
                "kind": message.chat.type,
                "from": message.from_user.id,
            }
        )
    return found


async def tell(base: str, token: str, count: int) -> dict[str, Any]:
    said: dict[str, Any] = {}
    async with Bot(token, base) as bot:
        said["me"] = (await bot.get_me()).account_name
        said["read"] = await read(bot, count)
        said["idle"] = await tried(bot.get_update(timeout=0))
        said["set"] = await bot._set_webhook_async(HOOK, SECRET)
        said["in the way"] = await tried(bot.get_update(timeout=0))
        said["info"] = (await bot._get_webhook_info_async()).url
        said["deleted"] = await bot._delete_webhook_async()
        said["no info"] = await tried(bot._get_webhook_info_async())
        said["plain http"] = await tried(bot._set_webhook_async("http://a.example.vn", SECRET))
        said["sent"] = (await bot.send_message("peer-chat", "xin chào từ thư viện")).message_id
        said["photo"] = (await bot.send_photo("peer-chat", "ảnh", "https://a.vn/a.jpg")).message_id
        said["2000"] = await tried(bot.send_message("peer-chat", "x" * 2000))
        said["2001"] = await tried(bot.send_message("peer-chat", "x" * 2001))
    said["stranger"] = await tried(Bot("1:another", base).initialize())
    return said


if __name__ == "__main__":
    print(json.dumps(asyncio.run(tell(sys.argv[1], sys.argv[2], int(sys.argv[3])))))  # noqa: T201
