"""Zalo Bot without a webhook: fetched one by one, each committed before the next is asked for."""

import asyncio
import json
from typing import Any

import structlog

from bot.channels.base import Reception
from bot.channels.zalo_bot import ApiError, ZaloBot, take_in
from bot.channels.zalo_bot_events import NAME

_POLL_SECONDS = 30
_RETRY_SECONDS = 5.0
_BREATH = 0.5  # between two looks that found nothing
_STUBBORN = 3  # attempts to take an update in before it may be put aside

log = structlog.get_logger()


async def poll(channel: ZaloBot, reception: Reception) -> None:
    """Fetch messages ourselves. Zalo forgets each as it hands it out: none is let go of here.

    What it hands out just as this program stops is lost; a webhook does not have this gap.
    """
    ready = False
    while True:
        try:
            if not ready:
                await _delete_webhook(channel)
            ready = True
            updates = await _fetched(channel)
        except ApiError as error:
            log.warning("polling_failed", channel=NAME, code=error.code)
            ready = False
            await asyncio.sleep(_RETRY_SECONDS)
            continue
        for update in updates:
            await _take_surely(channel, json.dumps(update).encode(), reception)
        await asyncio.sleep(0 if updates else _BREATH)


async def _delete_webhook(channel: ZaloBot) -> None:
    try:
        await channel.call("deleteWebhook")
    except ApiError as error:
        if error.code != "404":  # there was none
            raise


async def _fetched(channel: ZaloBot) -> list[Any]:
    """What came: one update as documented, or several; none when the wait ran out."""
    try:
        found = await channel.call("getUpdates", _POLL_SECONDS + 10, timeout=_POLL_SECONDS)
    except ApiError as error:
        if error.code in ("408", "TimeoutError"):
            return []
        raise
    return found if isinstance(found, list) else [found] if found else []


async def _take_surely(channel: ZaloBot, body: bytes, reception: Reception) -> None:
    """Take an update in, however long the database is away; what trips us up is put aside."""
    attempt = 0
    while True:
        attempt += 1
        try:
            await take_in(channel, body, reception)
            return
        except Exception as error:
            log.warning("update_not_taken", channel=NAME, code=type(error).__name__)
        if attempt >= _STUBBORN and await _put_aside(body, reception):
            return
        await asyncio.sleep(_RETRY_SECONDS)


async def _put_aside(body: bytes, reception: Reception) -> bool:
    """Into quarantine, where the database is well and the fault must be ours."""
    try:
        await reception.quarantine(NAME, body, "unusable")
    except Exception as error:
        log.warning("update_not_put_aside", channel=NAME, code=type(error).__name__)
        return False
    return True
