"""Working days: BLLĐ Đ.111, 112."""

import datetime as dt

import pytest

from knowledge_base.calculators.working_days import (
    SUNDAY_ONLY,
    WEEKEND,
    after,
    is_working_day,
    rest_days,
    working_days,
)

D = dt.date


def test_the_day_itself_is_not_counted() -> None:
    assert after(D(2026, 11, 9), 3, WEEKEND) == D(2026, 11, 12)


@pytest.mark.parametrize(
    ("rest", "end"), [(SUNDAY_ONLY, D(2026, 11, 9)), (WEEKEND, D(2026, 11, 10))]
)
def test_weekly_rest_is_left_out(rest: frozenset[int], end: dt.date) -> None:
    assert after(D(2026, 11, 6), 2, rest) == end  # a Friday


def test_the_day_of_culture_is_left_out() -> None:
    assert after(D(2026, 11, 23), 1, WEEKEND) == D(2026, 11, 25)


def test_tet_is_left_out() -> None:
    assert after(D(2026, 2, 13), 1, WEEKEND) == D(2026, 2, 23)  # 16 to 20 February


def test_a_holiday_on_a_sunday_is_made_good_on_the_monday() -> None:
    assert not is_working_day(D(2026, 4, 27), SUNDAY_ONLY)  # 10/3 lunar: Sunday 26 April
    assert is_working_day(D(2026, 4, 28), SUNDAY_ONLY)


def test_a_holiday_on_a_saturday_is_made_good_only_where_saturday_is_rest() -> None:
    assert not is_working_day(D(2027, 5, 3), WEEKEND)  # 1 May 2027 is a Saturday
    assert is_working_day(D(2027, 5, 3), SUNDAY_ONLY)


def test_a_day_only_the_public_service_swaps_is_a_working_day() -> None:
    assert is_working_day(D(2026, 8, 31), SUNDAY_ONLY)
    assert not is_working_day(D(2026, 9, 1), SUNDAY_ONLY)


def test_both_ends_of_a_stretch_count() -> None:
    assert working_days(D(2026, 11, 23), D(2026, 11, 26), WEEKEND) == 3
    assert working_days(D(2026, 11, 26), D(2026, 11, 23), WEEKEND) == 0


def test_an_unknown_week_is_taken_as_the_short_one() -> None:
    assert rest_days(None) == WEEKEND
    assert rest_days("works") == SUNDAY_ONLY
