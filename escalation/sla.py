"""How soon a lawyer owes an answer. (pure)"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from escalation.calendar import ALWAYS, OFFICE, Calendar
from escalation.vocabulary import Priority


@dataclass(frozen=True)
class Target:
    """Minutes of open time to the first human answer, to each next one, and to the end."""

    calendar: Calendar
    first_response: int
    next_response: int
    resolution: int


@dataclass(frozen=True)
class Policy:
    targets: Mapping[Priority, Target]

    def first_response_due(self, priority: Priority, since: dt.datetime) -> dt.datetime:
        target = self.targets[priority]
        return target.calendar.add_minutes(since, target.first_response)

    def next_response_due(self, priority: Priority, since: dt.datetime) -> dt.datetime:
        target = self.targets[priority]
        return target.calendar.add_minutes(since, target.next_response)

    def resolution_due(self, priority: Priority, since: dt.datetime) -> dt.datetime:
        target = self.targets[priority]
        return target.calendar.add_minutes(since, target.resolution)


_HOUR = 60
_WORKDAY = 8 * _HOUR

# A promise the centre can keep with the staff it has; the grounds are in DECISIONS.md.
SHIPPED = Policy(
    {
        Priority.NORMAL: Target(OFFICE, 4 * _HOUR, 4 * _HOUR, 2 * _WORKDAY),
        Priority.URGENT: Target(ALWAYS, 15, 15, 24 * _HOUR),
    }
)
