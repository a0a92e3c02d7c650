"""Business time: weekly hours, public holidays and dated exceptions. (pure)

Deadlines are counted in minutes in which the office is open. People read times in
Asia/Ho_Chi_Minh; everything is computed on aware times, so the machine's own zone never matters.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import holidays

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")

Interval = tuple[dt.time, dt.time]

_MINUTE = dt.timedelta(minutes=1)
_DAY = dt.timedelta(days=1)
_SEARCH_LIMIT = dt.timedelta(days=3 * 366)  # a calendar closed for three years is a mistake


class NeverOpen(ValueError):
    """The calendar holds no opening hours near enough to count the minutes."""


@dataclass(frozen=True)
class Calendar:
    """When the office is open.

    `weekly[0]` are Monday's intervals. `exceptions` override a day: () closes it, intervals
    open it (a make-up Saturday). `public_holidays` closes Vietnam's official days off.
    """

    weekly: tuple[tuple[Interval, ...], ...]
    exceptions: Mapping[dt.date, tuple[Interval, ...]] = field(default_factory=dict)
    public_holidays: bool = True

    def hours_on(self, day: dt.date) -> tuple[Interval, ...]:
        if day in self.exceptions:
            return self.exceptions[day]
        if self.public_holidays and _is_holiday(day):
            return ()
        return self.weekly[day.weekday()]

    def add_minutes(self, start: dt.datetime, minutes: int) -> dt.datetime:
        """The moment at which `minutes` (> 0) of open time have passed since `start`; UTC."""
        left = dt.timedelta(minutes=minutes)
        for opens, closes in self._open_spans(start):
            begin = max(opens, start)
            if left <= closes - begin:
                return (begin + left).astimezone(dt.UTC)
            left -= closes - begin
        raise NeverOpen("no opening hours within three years")

    def minutes_between(self, start: dt.datetime, end: dt.datetime) -> int:
        """Whole minutes of open time from `start` to `end`; 0 if `end` is not later."""
        total = dt.timedelta()
        for opens, closes in self._open_spans(start):
            if max(opens, start) >= end:
                break
            total += min(closes, end) - max(opens, start)
        return total // _MINUTE

    def _open_spans(self, since: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        """Opening hours that end after `since`, in order, as UTC."""
        day = since.astimezone(LOCAL).date()
        last = day + _SEARCH_LIMIT
        while day <= last:
            for opens, closes in self.hours_on(day):
                span = _at(day, opens), _closing(day, closes)
                if span[1] > since:
                    yield span
            day += _DAY


def _at(day: dt.date, time: dt.time) -> dt.datetime:
    return dt.datetime.combine(day, time, LOCAL).astimezone(dt.UTC)


def _closing(day: dt.date, time: dt.time) -> dt.datetime:
    """Midnight as a closing time means the end of the day."""
    return _at(day + _DAY if time == dt.time() else day, time)


_HOLIDAYS = holidays.country_holidays("VN")


def _is_holiday(day: dt.date) -> bool:
    return day in _HOLIDAYS


_WORKDAY: tuple[Interval, ...] = (
    (dt.time(7, 30), dt.time(11, 30)),
    (dt.time(13, 0), dt.time(17, 0)),
)

# Days that official notices set apart from the weekly pattern and that the holidays library does
# not know: () closes a day, intervals open a make-up day. None is known today.
OFFICE_EXCEPTIONS: Mapping[dt.date, tuple[Interval, ...]] = {}

OFFICE = Calendar(weekly=(_WORKDAY,) * 5 + ((),) * 2, exceptions=OFFICE_EXCEPTIONS)
ALWAYS = Calendar(weekly=(((dt.time(), dt.time()),),) * 7, public_holidays=False)
