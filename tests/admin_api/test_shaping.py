import datetime as dt

import pytest

from admin_api.cases import Happened, Spoken
from admin_api.console import shaping
from admin_api.reports import Day
from escalation.vocabulary import EventKind
from knowledge_base.content import Topic

MORNING = dt.datetime(2026, 11, 23, 1, 0, tzinfo=dt.UTC)


def spoken(minute: int, author: str) -> Spoken:
    at = MORNING + dt.timedelta(minutes=minute)
    return Spoken(id=minute, author=author, text="…", at=at, choices=[], delivery=None, error=None)


def noted(minute: int, text: str | None = "gọi lại") -> Happened:
    at = MORNING + dt.timedelta(minutes=minute)
    return Happened(id=minute, kind=EventKind.NOTED, at=at, actor="Hà", text=text, told=True)


def test_notes_stand_where_they_were_written() -> None:
    items = shaping.talk([spoken(0, "worker"), spoken(9, "lawyer")], [noted(5)])
    assert [item.note is not None for item in items] == [False, True, False]


def test_only_notes_with_words_are_shown_in_the_talk() -> None:
    taken = Happened(id=1, kind=EventKind.TAKEN, at=MORNING, actor="Hà", text=None, told=True)
    assert shaping.talk([], [taken, noted(1, None)]) == []


def test_an_answer_is_shown_before_it_is_on_its_way() -> None:
    given = Happened(
        id=7, kind=EventKind.REPLIED, at=MORNING, actor="Hà", text="Chào chị", told=False
    )
    [item] = shaping.talk([], [given])
    assert item.spoken is not None
    assert (item.spoken.author, item.spoken.delivery) == ("lawyer", "queued")
    assert shaping.talk([], [given.model_copy(update={"told": True})]) == []


def test_a_group_opens_with_another_voice_a_note_or_a_day() -> None:
    lines = [spoken(0, "bot"), spoken(1, "bot"), spoken(2, "worker"), spoken(4, "worker")]
    items = shaping.talk([*lines, spoken(17 * 60, "worker")], [noted(3)])
    assert [item.opens_group for item in items] == [True, False, True, True, True, True]
    assert [item.new_day for item in items] == [True, False, False, False, False, True]


def days(number: int) -> list[Day]:
    first = dt.date(2026, 1, 1)
    return [Day(day=first + dt.timedelta(days=one), received=2, online=1) for one in range(number)]


@pytest.mark.parametrize(("number", "bars"), [(1, 1), (30, 30), (62, 62), (63, 10), (365, 12)])
def test_long_periods_have_fewer_bars_and_lose_nothing(number: int, bars: int) -> None:
    shown = shaping.bars(days(number))
    assert len(shown) == bars
    assert sum(bar.received for bar in shown) == 2 * number
    assert sum(bar.online for bar in shown) == number


def test_periods_end_today() -> None:
    today = dt.date(2026, 11, 22)
    begin = {name: first for name, first, last in shaping.periods(today) if last == today}
    assert begin == {
        "30 ngày qua": dt.date(2026, 10, 24),
        "Tháng này": dt.date(2026, 11, 1),
        "Quý này": dt.date(2026, 10, 1),
        "Năm nay": dt.date(2026, 1, 1),
    }


def test_the_quarter_of_a_short_month() -> None:
    first = {name: first for name, first, _ in shaping.periods(dt.date(2026, 5, 31))}["Quý này"]
    assert first == dt.date(2026, 4, 1)


def test_the_period_before_is_as_long_and_ends_the_day_before() -> None:
    first, last = shaping.before(dt.date(2026, 11, 1), dt.date(2026, 11, 30))
    assert (first, last) == (dt.date(2026, 10, 2), dt.date(2026, 10, 31))


def test_no_entries_make_no_headings() -> None:
    assert shaping.by_topic([], {"luong": Topic(id="luong", name="Lương")}) == []
