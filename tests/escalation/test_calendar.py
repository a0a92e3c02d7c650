"""Business time, by hand and against an oracle that walks minute by minute."""

import contextlib
import datetime as dt
import os
import random
import time
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.calendar import ALWAYS, LOCAL, OFFICE, Calendar, Closed, Interval, NeverOpen

HOUR = 60


def local(day: int, month: int, clock: str, year: int = 2026) -> dt.datetime:
    hour, minute = clock.split(":")
    return dt.datetime(year, month, day, int(hour), int(minute), tzinfo=LOCAL)


def hours(*spans: str) -> tuple[Interval, ...]:
    """ "08:00-12:00" -> an interval; "24:00" is midnight as a closing time."""
    pairs = (span.split("-") for span in spans)
    return tuple((_time(opens), _time(closes)) for opens, closes in pairs)


def _time(text: str) -> dt.time:
    return dt.time() if text == "24:00" else dt.time.fromisoformat(text)


# -- by hand ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        pytest.param(local(23, 11, "08:00"), 60, local(23, 11, "09:00"), id="within a morning"),
        pytest.param(local(23, 11, "10:30"), 60, local(23, 11, "11:30"), id="until lunch"),
        pytest.param(local(23, 11, "11:00"), 60, local(23, 11, "13:30"), id="over lunch"),
        pytest.param(local(23, 11, "12:00"), 60, local(23, 11, "14:00"), id="asked at lunch"),
        pytest.param(local(22, 11, "15:00"), 240, local(23, 11, "11:30"), id="asked on Sunday"),
        pytest.param(local(23, 11, "06:00"), 1, local(23, 11, "07:31"), id="before opening"),
        pytest.param(local(20, 11, "16:30"), 60, local(23, 11, "08:00"), id="over a weekend"),
        pytest.param(local(23, 11, "16:00"), 120, local(25, 11, "08:30"), id="over 24/11"),
        pytest.param(local(24, 11, "09:00"), 30, local(25, 11, "08:00"), id="asked on 24/11"),
        pytest.param(
            local(3, 2, "16:30", 2027), 60, local(11, 2, "08:00", 2027), id="over Tết 2027"
        ),
        pytest.param(
            local(7, 2, "00:00", 2027), 240, local(11, 2, "11:30", 2027), id="asked at Tết"
        ),
        pytest.param(
            local(29, 4, "16:30", 2027), 60, local(4, 5, "08:00", 2027), id="over 30/4 and 1/5"
        ),
        pytest.param(
            local(31, 12, "16:30"), 60, local(4, 1, "08:00", 2027), id="over the New Year"
        ),
    ],
)
def test_the_office_counts_only_its_open_minutes(
    start: dt.datetime, minutes: int, due: dt.datetime
) -> None:
    assert OFFICE.add_minutes(start, minutes) == due
    assert OFFICE.minutes_between(start, due) == minutes


def test_deadlines_come_back_in_utc() -> None:
    due = OFFICE.add_minutes(local(23, 11, "08:00"), 60)
    assert due.utcoffset() == dt.timedelta()


def test_a_closing_moment_belongs_to_the_day_that_ends() -> None:
    assert OFFICE.add_minutes(local(23, 11, "13:00"), 4 * HOUR) == local(23, 11, "17:00")


def test_seconds_are_kept() -> None:
    start = local(23, 11, "11:29") + dt.timedelta(seconds=30)
    assert OFFICE.add_minutes(start, 1) == local(23, 11, "13:00") + dt.timedelta(seconds=30)


def test_nothing_passes_while_the_office_is_closed() -> None:
    assert OFFICE.minutes_between(local(20, 11, "17:00"), local(23, 11, "07:30")) == 0
    assert OFFICE.minutes_between(local(4, 2, "00:00", 2027), local(11, 2, "00:00", 2027)) == 0


def test_going_back_in_time_takes_no_minutes() -> None:
    assert OFFICE.minutes_between(local(23, 11, "10:00"), local(23, 11, "09:00")) == 0


def test_the_urgent_clock_never_stops() -> None:
    assert ALWAYS.add_minutes(local(6, 2, "23:50", 2027), 15) == local(7, 2, "00:05", 2027)
    assert ALWAYS.minutes_between(local(1, 1, "00:00"), local(2, 1, "00:00")) == 24 * HOUR


def test_midnight_closes_a_late_shift() -> None:
    late = Calendar(weekly=(hours("22:00-24:00"),) * 7, public_holidays=False)
    assert late.add_minutes(local(23, 11, "23:30"), 30) == local(24, 11, "00:00")
    assert late.add_minutes(local(23, 11, "23:30"), 31) == local(24, 11, "22:01")


def test_an_exception_closes_a_working_day() -> None:
    storm = Calendar(OFFICE.weekly, exceptions={dt.date(2026, 11, 23): ()})
    assert storm.add_minutes(local(22, 11, "15:00"), 60) == local(25, 11, "08:30")


def test_an_exception_opens_a_make_up_saturday() -> None:
    make_up = Calendar(OFFICE.weekly, exceptions={dt.date(2026, 11, 28): hours("08:00-10:00")})
    assert make_up.add_minutes(local(27, 11, "16:30"), 60) == local(28, 11, "08:30")


def test_an_exception_opens_a_public_holiday() -> None:
    duty = Calendar(OFFICE.weekly, exceptions={dt.date(2026, 11, 24): hours("09:00-10:00")})
    assert duty.add_minutes(local(23, 11, "17:00"), 30) == local(24, 11, "09:30")


def test_a_calendar_that_never_opens_is_a_mistake_said_aloud() -> None:
    closed = Calendar(weekly=((),) * 7)
    with pytest.raises(NeverOpen):
        closed.add_minutes(local(23, 11, "08:00"), 1)
    assert closed.minutes_between(local(23, 11, "08:00"), local(23, 12, "08:00")) == 0


# -- against the oracle ----------------------------------------------------------------------------

# Written down here once more, not asked of the library under test. Last year's and next year's
# days lie outside the period drawn from.
HOLIDAYS = {
    dt.date(2026, 1, 1),
    *(dt.date(2026, 2, day) for day in range(16, 21)),
    dt.date(2026, 4, 27),  # for Sunday 26/4
    dt.date(2026, 4, 30),
    dt.date(2026, 5, 1),
    dt.date(2026, 8, 31),
    dt.date(2026, 9, 1),
    dt.date(2026, 9, 2),
    dt.date(2026, 11, 24),
    dt.date(2027, 1, 1),
    *(dt.date(2027, 2, day) for day in range(4, 11)),
    dt.date(2027, 4, 16),
    dt.date(2027, 4, 30),
    dt.date(2027, 5, 3),  # for Saturday 1/5
    dt.date(2027, 5, 1),
    dt.date(2027, 9, 2),
    dt.date(2027, 9, 3),
}
MAKE_UP = {dt.date(2026, 8, 22)}  # a Saturday worked for Monday 31/8
FIRST, LAST = dt.date(2025, 12, 1), dt.date(2027, 11, 23)
ZONES = ("UTC", "Asia/Ho_Chi_Minh", "America/New_York", "Australia/Lord_Howe")
SEVEN_HOURS = dt.timezone(dt.timedelta(hours=7))


class Oracle:
    """A tape of minutes in +07:00, each open or closed."""

    def __init__(self, calendar: Calendar) -> None:
        self._tape = bytearray()
        day = FIRST
        while day <= LAST:
            self._tape += self._minutes_of(calendar, day)
            day += dt.timedelta(days=1)

    @staticmethod
    def _minutes_of(calendar: Calendar, day: dt.date) -> bytearray:
        open_minutes = bytearray(24 * 60)
        if day in calendar.exceptions:
            spans = calendar.exceptions[day]
        elif calendar.public_holidays and day in HOLIDAYS:
            spans = ()
        elif calendar.public_holidays and day in MAKE_UP:
            spans = calendar.weekly[0]
        else:
            spans = calendar.weekly[day.weekday()]
        for opens, closes in spans:
            end = closes.hour * 60 + closes.minute or 24 * 60
            for minute in range(opens.hour * 60 + opens.minute, end):
                open_minutes[minute] = 1
        return open_minutes

    def add_minutes(self, start: dt.datetime, minutes: int) -> dt.datetime:
        cell, past = self._cell(start)
        left = minutes * 60
        while True:
            seconds = (60 - past) * self._tape[cell]
            if seconds and left <= seconds:
                return self._time(cell) + dt.timedelta(seconds=past + left)
            left -= seconds
            cell, past = cell + 1, 0

    def walk(
        self, start: dt.datetime, minutes: int, pauses: Iterable[tuple[dt.datetime, dt.datetime]]
    ) -> dt.datetime:
        """The same by whole minutes and the seconds at their edges, pauses closed on a tape."""
        (cell, past), left, tape = self._cell(start), minutes * 60, bytearray(self._tape)
        for since, until in pauses:
            (first, begun), (last, ended) = self._cell(since), self._cell(until)
            assert (begun, ended) == (past, past)  # pauses share the start's seconds
            for minute in range(first, last):
                tape[minute] |= 2  # from `past` of this minute to `past` of the next
        while True:
            # The rest of this minute belongs to this step, the head of the next one as well.
            for spot, seconds in ((cell, 60 - past), (cell + 1, past)):
                counted = seconds if self._tape[spot] and not tape[cell] & 2 else 0
                if counted and left <= counted:
                    begins = past if spot == cell else 0
                    return self._time(spot) + dt.timedelta(seconds=begins + left)
                left -= counted
            cell += 1

    def minutes_between(self, start: dt.datetime, end: dt.datetime) -> int:
        (cell, past), (last, until) = self._cell(start), self._cell(end)
        seconds = 0
        for minute in range(cell, last + 1):
            begins = past if minute == cell else 0
            ends = until if minute == last else 60
            seconds += self._tape[minute] * max(0, ends - begins)
        return seconds // 60

    @staticmethod
    def _cell(moment: dt.datetime) -> tuple[int, int]:
        passed = moment - dt.datetime.combine(FIRST, dt.time(), SEVEN_HOURS)
        return divmod(int(passed.total_seconds()), 60)

    @staticmethod
    def _time(cell: int) -> dt.datetime:
        return dt.datetime.combine(FIRST, dt.time(), SEVEN_HOURS) + dt.timedelta(minutes=cell)


@st.composite
def open_hours(draw: st.DrawFn) -> tuple[Interval, ...]:
    """Up to three spans of at least an hour, in order, some of them until midnight."""
    marks = sorted(draw(st.sets(st.integers(0, 24 * 60), max_size=6)))
    spans = zip(marks[::2], marks[1::2], strict=False)
    return tuple(
        (_of_minute(opens), _of_minute(closes)) for opens, closes in spans if closes - opens >= 60
    )


def _of_minute(minute: int) -> dt.time:
    return dt.time(minute // 60 % 24, minute % 60)


calendars = st.builds(
    Calendar,
    weekly=st.lists(open_hours(), min_size=7, max_size=7).filter(any).map(tuple),
    exceptions=st.dictionaries(
        st.dates(dt.date(2026, 11, 20), dt.date(2027, 5, 10)), open_hours(), max_size=6
    ),
    public_holidays=st.booleans(),
)
moments = st.datetimes(
    dt.datetime(2026, 11, 20), dt.datetime(2027, 5, 10), timezones=st.just(SEVEN_HOURS)
).map(lambda moment: moment.replace(microsecond=0))


@contextlib.contextmanager
def machine_in(zone: str) -> Iterator[None]:
    """The machine's own time zone, for a while."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()


@pytest.mark.parametrize("zone", ZONES)
@settings(max_examples=75, deadline=None, database=None)
@given(
    calendar=calendars,
    start=moments,
    end=moments,
    minutes=st.integers(1, 600),
    written_in=st.timezones(),
)
def test_the_calendar_agrees_with_a_walk_minute_by_minute(
    zone: str,
    calendar: Calendar,
    start: dt.datetime,
    end: dt.datetime,
    minutes: int,
    written_in: dt.tzinfo,
) -> None:
    oracle = Oracle(calendar)
    with machine_in(zone):
        due = calendar.add_minutes(start.astimezone(written_in), minutes)
        assert due == oracle.add_minutes(start, minutes)
        assert calendar.minutes_between(start, due) == minutes
        assert calendar.minutes_between(start, end) == oracle.minutes_between(start, end)


# -- the shipped office, two thousand times ---------------------------------------------------------

STARTS = [
    dt.datetime(2025, 12, 24, tzinfo=SEVEN_HOURS),  # the swapped 2/1 and 10/1, Tết 2026
    dt.datetime(2026, 8, 14, tzinfo=SEVEN_HOURS),  # the swapped 22/8 and 31/8
    dt.datetime(2026, 11, 20, tzinfo=SEVEN_HOURS),  # 24/11, the New Year
    dt.datetime(2027, 1, 25, tzinfo=SEVEN_HOURS),  # Tết 2027
    dt.datetime(2027, 4, 9, tzinfo=SEVEN_HOURS),  # three holidays in a month
]


def _case(dice: random.Random) -> tuple[dt.datetime, int, list[tuple[dt.datetime, dt.datetime]]]:
    """A start to the second, minutes, and up to three pauses, some of them overlapping."""
    start = dice.choice(STARTS) + dt.timedelta(seconds=dice.randrange(60 * 86400))
    pauses = []
    for _ in range(dice.randrange(4)):
        since = start + dt.timedelta(minutes=dice.randrange(-600, 6000))
        pauses.append((since, since + dt.timedelta(minutes=dice.choice((0, 30, 700, 10080)))))
    return start, dice.choice((1, 15, 240, 480, 960, 1200, 2400)), pauses


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(("name", "share"), [("office", 400), ("always", 100)])
def test_two_thousand_deadlines_agree_with_the_walk(zone: str, name: str, share: int) -> None:
    calendar = {"office": OFFICE, "always": ALWAYS}[name]
    oracle, dice = Oracle(calendar), random.Random(f"{zone} {name}")
    with machine_in(zone):
        for _ in range(share):
            start, minutes, pauses = _case(dice)
            asked = start.astimezone(ZoneInfo(zone))
            assert calendar.add_minutes(asked, minutes, pauses) == oracle.walk(
                start, minutes, pauses
            ), (start, minutes, pauses)


# -- weeks that hold from a day on, and backwards -----------------------------------------------------


def test_other_hours_hold_from_their_day_on() -> None:
    winter = (hours("08:00-12:00"),) * 5 + ((),) * 2
    calendar = Calendar(OFFICE.weekly, changes=((dt.date(2026, 12, 1), winter),))
    assert calendar.add_minutes(local(30, 11, "16:30"), 60) == local(1, 12, "08:30")
    assert calendar.add_minutes(local(1, 12, "11:30"), 60) == local(2, 12, "08:30")


def test_of_several_changes_the_latest_holds() -> None:
    early, late = ((hours("06:00-07:00"),) * 7, (hours("20:00-21:00"),) * 7)
    calendar = Calendar(
        OFFICE.weekly, changes=((dt.date(2026, 12, 7), late), (dt.date(2026, 12, 1), early))
    )
    assert calendar.hours_on(dt.date(2026, 12, 2)) == hours("06:00-07:00")
    assert calendar.hours_on(dt.date(2026, 12, 8)) == hours("20:00-21:00")


@settings(max_examples=100)
@given(calendar=calendars, start=moments, minutes=st.integers(1, 600))
def test_going_back_undoes_going_on(calendar: Calendar, start: dt.datetime, minutes: int) -> None:
    due = calendar.add_minutes(start, minutes)
    begun = calendar.back(due, dt.timedelta(minutes=minutes))
    assert calendar.minutes_between(begun, due) == minutes
    assert calendar.between(min(start, begun), max(start, begun)) == dt.timedelta()


@pytest.mark.parametrize(
    ("moment", "why"),
    [
        (local(23, 11, "12:00"), Closed.LUNCH),
        (local(23, 11, "20:00"), Closed.NIGHT),
        (local(23, 11, "06:00"), Closed.NIGHT),
        (local(24, 11, "09:00"), Closed.HOLIDAY),
        (local(22, 11, "09:00"), Closed.WEEKEND),
        (local(6, 2, "09:00", 2027), Closed.HOLIDAY),  # a Saturday in Tết
    ],
)
def test_it_tells_why_nobody_is_there(moment: dt.datetime, why: Closed) -> None:
    assert not OFFICE.is_open(moment)
    assert OFFICE.closed_because(moment) is why


def test_a_make_up_saturday_is_open() -> None:
    assert OFFICE.is_open(local(22, 8, "09:00"))
    assert not OFFICE.is_open(local(31, 8, "09:00"))
