"""What Zalo's error numbers mean for a message that was not sent. (pure)

The table is Zalo's own; its numbers are negative but for a few that older paths return.
"""

import datetime as dt
import json
import re

from bot.channels.base import SendFailed, TryLater, Unreachable, WindowShut
from escalation.calendar import LOCAL

TOKEN = frozenset({-216, -220, 216, 401, -401, -124})  # refused or run out: renew it, once
CONFIGURATION = frozenset(  # the account, its package or its money: a person must act
    {-204, -205, -209, -211, -212, -218, -219, -221, -223, -224, -320, -321}
)
_SHUT = frozenset({-230, -232, -305, -311})
_LEFT = frozenset({-213, -217, -227})
_OURS = frozenset({-201, -210, -233, -240, -242, -244, -248})
_NUMBER = re.compile(r"-?[0-9]{1,6}", re.ASCII)
_BUSY, _NIGHT = -32, -234
_HOUR = 3600.0
_MORNING = dt.time(6)


def error_of(body: bytes, status: int) -> int:
    """The error number of an answer; raises `TryLater` for what holds none."""
    try:
        error = json.loads(body)["error"]
    except (ValueError, LookupError, TypeError, RecursionError):
        error = None
    if not _NUMBER.fullmatch(str(error)):
        raise TryLater(f"http_{status}")
    return int(error)


def reaction(code: int, now: dt.datetime, parts_sent: int = 0) -> SendFailed:
    """What to raise. An unknown number is tried again: the outbox gives up in time."""
    name = f"zalo{code}"
    if code in _SHUT:
        return WindowShut(name, parts_sent)
    if code in _LEFT:
        return Unreachable(name, parts_sent)
    if code in _OURS:
        return SendFailed(name, parts_sent)
    return TryLater(name, _pause(code, now), parts_sent)


def _pause(code: int, now: dt.datetime) -> float | None:
    """Seconds; None where growing pauses are right, as after -200."""
    if code in CONFIGURATION:
        return _HOUR
    if code == _BUSY:
        return 61.0 - now.second  # the count begins anew with each minute
    if code == _NIGHT:
        return (_next_morning(now) - now).total_seconds()
    return None


def _next_morning(now: dt.datetime) -> dt.datetime:
    local = now.astimezone(LOCAL)
    morning = dt.datetime.combine(local.date(), _MORNING, LOCAL)
    return morning if local < morning else morning + dt.timedelta(days=1)
