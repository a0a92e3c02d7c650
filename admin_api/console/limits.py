"""How much a channel takes in one message, so that the composer can tell. (pure)"""

from dataclasses import dataclass

from bot.channels import telegram, telegram_updates, zalo_bot, zalo_bot_events, zalo_oa
from bot.phrases import lawyers_answer


@dataclass(frozen=True)
class Limit:
    """`signature`: characters that are added to every answer."""

    most: int
    signature: int


_MOST = {
    telegram_updates.NAME: telegram.LIMIT,
    zalo_oa.NAME: zalo_oa.LIMIT,
    zalo_bot_events.NAME: zalo_bot.LIMIT,
}


def of(channel: str) -> Limit | None:
    """None where a message may be as long as a lawyer can write."""
    most = _MOST.get(channel)
    return Limit(most, len(lawyers_answer(""))) if most else None
