"""Counts working days without weekly rest and public holidays: BLLĐ Đ.111, 112. (pure)

The day from which a term runs is not counted. Where a holiday falls on a day of weekly rest, the
next working day is off instead (Đ.111 k.3). Days that only the public service swaps are not days
off for companies and are left out.
"""

import datetime as dt
from collections.abc import Iterator
from functools import cache

import holidays

from knowledge_base.calculators.guide import Kind, Option, Step

SUNDAY_ONLY = frozenset({6})
WEEKEND = frozenset({5, 6})

SATURDAY = Step(
    "saturday",
    "Công ty nghỉ hằng tuần ngày nào?",
    Kind.CHOICE,
    (Option("Chỉ nghỉ Chủ nhật", "works"), Option("Nghỉ thứ Bảy và Chủ nhật", "off")),
)

_DAY = dt.timedelta(days=1)
_SWAPPED = "substituted"  # how the library marks a day off made up for on a Saturday


def rest_days(saturday: str | None) -> frozenset[int]:
    """Weekdays of rest. Not known: both days, so that nobody is said to be late too early."""
    return SUNDAY_ONLY if saturday == "works" else WEEKEND


def is_working_day(day: dt.date, rest: frozenset[int]) -> bool:
    return day.weekday() not in rest and day not in _days_off(day.year, rest)


def after(start: dt.date, count: int, rest: frozenset[int]) -> dt.date:
    """The day on which `count` working days after `start` have passed."""
    day = start
    while count > 0:
        day += _DAY
        count -= is_working_day(day, rest)
    return day


def working_days(first: dt.date, last: dt.date, rest: frozenset[int]) -> int:
    """Working days from `first` to `last`, both included."""
    span = range((last - first).days + 1)
    return sum(is_working_day(first + number * _DAY, rest) for number in span)


@cache
def _days_off(year: int, rest: frozenset[int]) -> frozenset[dt.date]:
    """Holidays of the year, and the days off instead of those that fell on rest."""
    known = frozenset(_holidays(year))
    off = set(known)
    for holiday in sorted(known):
        if holiday.weekday() in rest:
            instead = holiday
            while instead in off or instead.weekday() in rest:
                instead += _DAY
            off.add(instead)
    return frozenset(off)


def _holidays(year: int) -> Iterator[dt.date]:
    for day, name in holidays.country_holidays("VN", years=year, observed=False).items():
        if _SWAPPED not in name:
            yield day
