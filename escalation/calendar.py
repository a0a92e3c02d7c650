"""Business time: dated weekly hours, public holidays, swapped days and pauses. (pure)

Deadlines are counted in minutes in which the office is open. People read times in
Asia/Ho_Chi_Minh; everything is computed on aware times, so the machine's own zone never matters.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from zoneinfo import ZoneInfo

import holidays

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")

Interval = tuple[dt.time, dt.time]
Hours = tuple[Interval, ...]  # of one day, in order; midnight as an end is the end of the day
Week = tuple[Hours, ...]  # Monday first
Span = tuple[dt.datetime, dt.datetime]

_MINUTE = dt.timedelta(minutes=1)
_DAY = dt.timedelta(days=1)
_SEARCH_LIMIT = dt.timedelta(days=3 * 366)  # a calendar closed for three years is a mistake


class NeverOpen(ValueError):
    """The calendar holds no opening hours near enough to count the minutes."""


class Closed(StrEnum):
    """Why nobody is there."""

    LUNCH = "lunch"
    NIGHT = "night"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


@dataclass(frozen=True)
class Calendar:
    """When the office is open.

    `weekly[0]` are Monday's hours; `changes` are the weeks that hold from a day on. `exceptions`
    override a day: () closes it, hours open it (a make-up Saturday). `public_holidays` closes
    Vietnam's official days off and opens the Saturdays officially worked for them.
    """

    weekly: Week
    exceptions: Mapping[dt.date, Hours] = field(default_factory=dict)
    public_holidays: bool = True
    changes: tuple[tuple[dt.date, Week], ...] = ()

    def hours_on(self, day: dt.date) -> Hours:
        if day in self.exceptions:
            return self.exceptions[day]
        week = self.week_of(day)
        if self.public_holidays and day in _HOLIDAYS:
            return ()
        if self.public_holidays and day in _HOLIDAYS.weekend_workdays:
            return next(filter(None, week), ())
        return week[day.weekday()]

    def week_of(self, day: dt.date) -> Week:
        held = [one for one in self.changes if one[0] <= day]
        return max(held, key=lambda one: one[0])[1] if held else self.weekly

    # -- counting --------------------------------------------------------------------------------

    def add(
        self, start: dt.datetime, time: dt.timedelta, pauses: Iterable[Span] = ()
    ) -> dt.datetime:
        """When `time` of open time, pauses left out, has passed since `start`; UTC."""
        left, cuts = time, sorted(pauses)
        for begin, end in self.spans(start):
            for since, until in _without(begin, end, cuts):
                if left <= until - since:
                    return (since + left).astimezone(dt.UTC)
                left -= until - since
        raise NeverOpen("no opening hours within three years")

    def add_minutes(
        self, start: dt.datetime, minutes: int, pauses: Iterable[Span] = ()
    ) -> dt.datetime:
        return self.add(start, minutes * _MINUTE, pauses)

    def back(self, due: dt.datetime, time: dt.timedelta) -> dt.datetime:
        """The moment from which `time` of open time is left until `due`; UTC."""
        left = time
        for begin, end in self._spans_back(due):
            if left <= end - begin:
                return (end - left).astimezone(dt.UTC)
            left -= end - begin
        raise NeverOpen("no opening hours within three years")

    def between(self, start: dt.datetime, end: dt.datetime) -> dt.timedelta:
        """The open time from `start` to `end`; none if `end` is not later."""
        total = dt.timedelta()
        for since, until in self.spans(start):
            if since >= end:
                break
            total += min(until, end) - since
        return total

    def minutes_between(self, start: dt.datetime, end: dt.datetime) -> int:
        """The same in whole minutes."""
        return self.between(start, end) // _MINUTE

    def is_open(self, at: dt.datetime) -> bool:
        first = next(self.spans(at), None)
        return first is not None and first[0] <= at

    def spans(self, since: dt.datetime) -> Iterator[Span]:
        """The opening hours after `since`, in order, as UTC."""
        day = since.astimezone(LOCAL).date()
        last = day + _SEARCH_LIMIT
        while day <= last:
            for opens, closes in self.hours_on(day):
                end = _closing(day, closes)
                if end > since:
                    yield max(_at(day, opens), since), end
            day += _DAY

    def _spans_back(self, until: dt.datetime) -> Iterator[Span]:
        """The opening hours before `until`, the latest first, as UTC."""
        day = until.astimezone(LOCAL).date()
        last = day - _SEARCH_LIMIT
        while day >= last:
            for opens, closes in reversed(self.hours_on(day)):
                begin = _at(day, opens)
                if begin < until:
                    yield begin, min(_closing(day, closes), until)
            day -= _DAY

    # -- telling ---------------------------------------------------------------------------------

    def closed_because(self, at: dt.datetime) -> Closed:
        """Why the office is closed at a moment at which it is."""
        local = at.astimezone(LOCAL)
        hours = self.hours_on(local.date())
        if hours:
            before = any(closes <= local.time() for _, closes in hours if closes != dt.time())
            after = any(opens > local.time() for opens, _ in hours)
            return Closed.LUNCH if before and after else Closed.NIGHT
        usual = self.week_of(local.date())[local.weekday()]
        return Closed.HOLIDAY if usual or local.date() in _HOLIDAYS else Closed.WEEKEND


def _without(begin: dt.datetime, end: dt.datetime, pauses: Iterable[Span]) -> Iterator[Span]:
    """What is left of a span; `pauses` are in order and may overlap."""
    for since, until in pauses:
        if until <= begin or since >= end:
            continue
        if since > begin:
            yield begin, since
        begin = max(begin, until)
        if begin >= end:
            return
    yield begin, end


def _at(day: dt.date, time: dt.time) -> dt.datetime:
    return dt.datetime.combine(day, time, LOCAL).astimezone(dt.UTC)


def _closing(day: dt.date, time: dt.time) -> dt.datetime:
    """Midnight as a closing time means the end of the day."""
    return _at(day + _DAY if time == dt.time() else day, time)


# Asking for a day brings in its year, and with it the Saturdays worked for days off.
_HOLIDAYS = holidays.country_holidays("VN", language="vi")


def holidays_in(year: int) -> list[tuple[dt.date, str]]:
    """The official days off of a year with their names, in order."""
    _HOLIDAYS.get(dt.date(year, 1, 1))
    return sorted((day, name) for day, name in _HOLIDAYS.items() if day.year == year)


def make_up_days_in(year: int) -> list[dt.date]:
    """The weekend days of a year that are officially worked for a day off."""
    _HOLIDAYS.get(dt.date(year, 1, 1))
    return sorted(day for day in _HOLIDAYS.weekend_workdays if day.year == year)


def in_order(hours: Hours) -> bool:
    """Whether these can be the hours of one day; midnight as the last end is the end of the day."""
    marks = [time for span in hours for time in span]
    if marks and marks[-1] == dt.time():
        marks.pop()
    return marks == sorted(set(marks))


_WORKDAY: Hours = (
    (dt.time(7, 30), dt.time(11, 30)),
    (dt.time(13, 0), dt.time(17, 0)),
)

# Days that official notices set apart from the weekly pattern and that the holidays library does
# not know: () closes a day, hours open a make-up day.
OFFICE_EXCEPTIONS: Mapping[dt.date, Hours] = {
    dt.date(2026, 1, 2): (),  # notice 12729/VPCP-KGVX: off, worked on Saturday 10/1
    dt.date(2026, 1, 10): _WORKDAY,
}

OFFICE = Calendar(weekly=(_WORKDAY,) * 5 + ((),) * 2, exceptions=OFFICE_EXCEPTIONS)
ALWAYS = Calendar(weekly=(((dt.time(), dt.time()),),) * 7, public_holidays=False)
