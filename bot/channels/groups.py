"""Group chats: refused once politely, then left alone for a while."""

import time
from collections import OrderedDict
from collections.abc import Callable

_QUIET_SECONDS = 3600.0
_KEPT = 1000  # groups


class Refusals:
    """Which groups were told lately that the hotline speaks in private only."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._told: OrderedDict[str, float] = OrderedDict()

    def due(self, group: str) -> bool:
        """Whether this group is to be told now; then it counts as told."""
        now = self._seconds()
        if group in self._told and now - self._told[group] < _QUIET_SECONDS:
            return False
        self._told.pop(group, None)
        self._told[group] = now
        if len(self._told) > _KEPT:
            self._told.popitem(last=False)
        return True
