"""Until when a worker may be written to: each provider's reply window, as dated rules. (pure)

The rules are data, for providers change them: a new rule is a new row, an old one gets its end.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from escalation.calendar import LOCAL

_SOON = dt.timedelta(hours=12)


@dataclass(frozen=True)
class Rule:
    """What a provider allows after a worker's last word, from one day to another.

    `free_replies` counts the replies that cost nothing within `free_for`; None is any number.
    """

    channel: str
    valid_from: dt.date
    valid_to: dt.date | None
    free_for: dt.timedelta
    shut_after: dt.timedelta
    free_replies: int | None
    source: str

    def holds(self, day: dt.date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


RULES = (
    Rule(
        channel="zalo_oa",
        valid_from=dt.date(2023, 1, 1),
        valid_to=dt.date(2025, 12, 31),
        free_for=dt.timedelta(hours=48),
        shut_after=dt.timedelta(days=7),
        free_replies=8,
        source="Zalo OA: tin tư vấn, 8 tin miễn phí trong 48 giờ sau mỗi tin của người dùng",
    ),
    Rule(
        channel="zalo_oa",
        valid_from=dt.date(2026, 1, 1),
        valid_to=None,
        free_for=dt.timedelta(hours=48),
        shut_after=dt.timedelta(days=7),
        free_replies=None,
        source="Zalo OA: từ 01/01/2026 tin tư vấn trong 48 giờ miễn phí, không đếm số tin",
    ),
)


class WindowState(StrEnum):
    OPEN = "open"
    CHARGED = "charged"  # still possible, at the package's quota or for money
    SHUT = "shut"


@dataclass(frozen=True)
class Window:
    """What is left of the time to answer; `soon` says that this state ends within half a day."""

    channel: str
    state: WindowState
    free_until: dt.datetime
    until: dt.datetime
    soon: bool


def at(channel: str, day: dt.date) -> Rule | None:
    """The rule of that day; None where a channel takes messages at any time."""
    return next((rule for rule in RULES if rule.channel == channel and rule.holds(day)), None)


def limited(channel: str) -> bool:
    """Whether a channel has, or had, a window at all."""
    return any(rule.channel == channel for rule in RULES)


def remaining(channel: str, last_heard_at: dt.datetime, now: dt.datetime) -> Window | None:
    """How long a worker last heard of then may still be written to; None: at any time."""
    rule = at(channel, now.astimezone(LOCAL).date())
    if rule is None:
        return None
    free_until, until = last_heard_at + rule.free_for, last_heard_at + rule.shut_after
    state, end = WindowState.OPEN, free_until
    if now >= until:
        state, end = WindowState.SHUT, until
    elif now >= free_until:
        state, end = WindowState.CHARGED, until
    return Window(channel, state, free_until, until, soon=now < end <= now + _SOON)
