"""How sums, spans and days read in chat and sound by telephone."""

import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.calculators.insured import insured_wage
from knowledge_base.calculators.wording import (
    decimal,
    half_up,
    money,
    near,
    plus_months,
    span,
    spoken_date,
    spoken_decimal,
    spoken_money,
    spoken_range,
    spoken_span,
)
from tests.knowledge_base.calculators.driving import NUMBERS

DAYS = st.dates(dt.date(1950, 1, 1), dt.date(2100, 12, 31))


@pytest.mark.parametrize(
    ("value", "whole"), [(Fraction(1, 2), 1), (Fraction(3, 2), 2), (Fraction(149, 100), 1), (7, 7)]
)
def test_a_half_goes_up(value: Fraction | int, whole: int) -> None:
    assert half_up(value) == whole


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ((2026, 11, 30), 3, (2027, 2, 28)),
        ((2027, 11, 30), 3, (2028, 2, 29)),
        ((2026, 1, 15), -1, (2025, 12, 15)),
        ((2026, 12, 31), 0, (2026, 12, 31)),
    ],
)
def test_months_on(day: tuple[int, int, int], months: int, then: tuple[int, int, int]) -> None:
    assert plus_months(dt.date(*day), months) == dt.date(*then)


@given(DAYS, st.integers(-300, 300))
def test_months_on_and_back_fall_in_the_same_month(day: dt.date, months: int) -> None:
    back = plus_months(plus_months(day, months), -months)
    assert (back.year, back.month) == (day.year, day.month)
    assert back <= day


def test_sums() -> None:
    assert money(5_310_000) == "5.310.000 đ"
    assert money(1, 2) == "từ 1 đ đến 2 đ"
    assert money(2, 2) == "2 đ"
    assert spoken_money(0, 1_500_000) == "từ không đồng đến một triệu năm trăm nghìn đồng"


def test_spans_and_parts() -> None:
    assert [span(months) for months in (0, 5, 12, 27)] == [
        "0 tháng",
        "5 tháng",
        "1 năm",
        "2 năm 3 tháng",
    ]
    assert spoken_span(27) == "hai năm ba tháng"
    assert [decimal(Fraction(one)) for one in ("7", "7.5", "40/3", "10")] == [
        "7",
        "7,5",
        "13,33",
        "10",
    ]
    assert spoken_decimal(Fraction(40, 3)) == "mười ba phẩy ba ba"
    assert spoken_decimal(10) == "mười"


def test_two_ends_aloud() -> None:
    assert spoken_range(6, 7) == "sáu đến bảy"
    assert spoken_range(6, 6) == "sáu"


def test_a_day_aloud() -> None:
    assert spoken_date(dt.date(2026, 7, 21)) == (
        "ngày hai mươi mốt tháng bảy năm hai nghìn không trăm hai mươi sáu"
    )


@pytest.mark.parametrize(
    ("left", "word"), [(16, None), (15, "sắp hết"), (0, "hôm nay là ngày cuối"), (-1, "đã qua")]
)
def test_a_deadline_is_watched_for_fifteen_days(left: int, word: str | None) -> None:
    today = dt.date(2026, 11, 22)
    said = near(today + dt.timedelta(days=left), today, "Hạn")
    assert said is None if word is None else word in str(said)


def test_insured_wages_stop_at_twenty_times_the_reference_wage() -> None:
    june, july = dt.date(2026, 6, 30), dt.date(2026, 7, 1)
    assert insured_wage(NUMBERS, 50_600_000, july, july) == 50_600_000
    assert insured_wage(NUMBERS, 50_600_001, july, july) == 50_600_000
    assert insured_wage(NUMBERS, 46_800_000, june, july) == 46_800_000
    with pytest.raises(LookupError):
        insured_wage(NUMBERS, 46_800_001, june, july)
