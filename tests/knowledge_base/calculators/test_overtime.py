"""Overtime, night and holiday pay: BLLĐ Đ.98, 107; NĐ 145/2020 Đ.55 to 57."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.calculators.overtime import (
    GUIDE,
    hourly,
    night_shift_rate,
    overtime_rate,
    pay,
)
from tests.knowledge_base.calculators.driving import play, said

DAYS = st.sampled_from(["ordinary", "rest", "holiday"])


@pytest.mark.parametrize(
    ("day", "night", "before", "rate"),
    [
        ("ordinary", False, False, 150),  # Đ.98 k.1 đ.a
        ("rest", False, False, 200),  # Đ.98 k.1 đ.b
        ("holiday", False, False, 300),  # Đ.98 k.1 đ.c
        ("ordinary", True, False, 200),  # NĐ 145 Đ.57: 150 + 30 + 20% of 100
        ("ordinary", True, True, 210),  # 150 + 30 + 20% of 150 (k.1 đ.b1)
        ("rest", True, False, 270),  # 200 + 30 + 20% of 200 (đ.b2)
        ("rest", True, True, 270),  # overtime by day changes ordinary days only
        ("holiday", True, False, 390),  # 300 + 30 + 20% of 300 (đ.b3)
    ],
)
def test_rates_blld_d98_nd_145_d57(day: str, night: bool, before: bool, rate: int) -> None:
    assert overtime_rate(day, night=night, after_day_overtime=before) == rate


def test_an_ordinary_night_shift_pays_thirty_more_blld_d98_k2() -> None:
    assert night_shift_rate() == 130


@pytest.mark.parametrize(
    ("wage", "basis", "days", "hour"),
    [
        (10_400_000, "month", 26, 50_000),
        (10_400_000, "month", 22, Fraction(10_400_000, 176)),
        (400_000, "day", 26, 50_000),
        (50_000, "hour", 26, 50_000),
    ],
)
def test_what_an_hour_is_worth_nd_145_d55_k1a(wage: int, basis: str, days: int, hour: Any) -> None:
    assert hourly(wage, basis, days) == hour


@given(st.integers(0, 10**9), DAYS, st.integers(0, 300), st.booleans(), st.booleans())
def test_night_is_never_less_than_day_and_pay_grows_with_hours(
    wage: int, day: str, hours: int, night: bool, before: bool
) -> None:
    hour = hourly(wage, "month")
    rate = overtime_rate(day, night=night, after_day_overtime=before)
    assert rate >= overtime_rate(day, night=False) >= 150
    assert 0 <= pay(hour, rate, hours) <= pay(hour, rate, hours + 1)


MONTHLY: dict[str, Any] = {
    "day": "ordinary",
    "hours": 10,
    "night_hours": 0,
    "basis": "month",
    "wage": 10_400_000,
    "days": "26",
}


def test_ten_hours_on_ordinary_days() -> None:
    result = play(GUIDE, MONTHLY)
    assert "Lương một giờ bình thường: 50.000 đ." in said(result)
    assert "ít nhất 750.000 đ" in said(result)
    assert "bảy trăm năm mươi nghìn đồng" in result.voice
    assert "40 giờ một tháng và 200 giờ một năm (300 giờ" in said(result)
    assert result.assumed == ("Mỗi ngày làm bình thường 8 giờ",)


@pytest.mark.parametrize(
    ("before", "total"),
    [
        ("no", "175.000 đ"),  # 1 × 150% + 1 × 200% of 50.000
        ("yes", "180.000 đ"),  # 1 × 150% + 1 × 210%
        (None, "175.000 đ"),
    ],
)
def test_overtime_by_day_before_overtime_by_night(before: str | None, total: str) -> None:
    script = MONTHLY | {"hours": 1, "night_hours": 1, "before": before}
    result = play(GUIDE, script)
    assert f"Tổng cộng phải trả thêm ít nhất {total}." in said(result)
    assert any("210%" in one for one in result.assumed) is (before is None)


def test_a_holiday_by_day_wage_leaves_the_days_own_wage_apart_blld_d98_k1c() -> None:
    daily = {"day": "holiday", "hours": 8, "night_hours": 0, "basis": "day", "wage": 400_000}
    result = play(GUIDE, daily)
    assert "ít nhất 1.200.000 đ" in said(result)
    assert "Chưa kể lương của chính ngày lễ" in said(result)
    assert "Chưa kể lương của chính ngày lễ" in result.voice


def test_a_holiday_by_monthly_wage_has_it_in_the_month() -> None:
    result = play(GUIDE, MONTHLY | {"day": "holiday", "hours": 8})
    assert "đã nằm trong lương tháng" in said(result)
    assert "Chưa kể" not in result.voice


def test_a_night_shift_is_paid_thirty_per_cent_more_nd_145_d56() -> None:
    shift = {"day": "shift", "night_hours": 8, "basis": "hour", "wage": 50_000}
    result = play(GUIDE, shift)
    assert "8 giờ ca đêm: ít nhất 30%, mỗi giờ 15.000 đ, thành 120.000 đ." in said(result)
    assert {one.article_id for one in result.citations} == {"98", "56"}


def test_piece_work_is_told_in_rates_nd_145_d55_k2() -> None:
    piece = {"day": "rest", "hours": 4, "night_hours": 2, "basis": "piece"}
    result = play(GUIDE, piece)
    assert "ít nhất 200%" in said(result)
    assert "ít nhất 270%" in said(result)
    assert "hai trăm bảy mươi phần trăm" in result.voice


def test_wage_not_known_is_told_in_rates_too() -> None:
    script = {key: value for key, value in MONTHLY.items() if key != "days"} | {"wage": None}
    assert "ít nhất 150%" in said(play(GUIDE, script))


def test_days_not_known_take_the_least_hour_and_say_so() -> None:
    result = play(GUIDE, MONTHLY | {"days": None})
    assert "ít nhất 750.000 đ" in said(result)
    assert any("26 ngày" in one for one in result.assumed)


@pytest.mark.parametrize(("hours", "over"), [(40, False), (41, True)])
def test_more_than_forty_hours_a_month_is_warned_of_blld_d107(hours: int, over: bool) -> None:
    assert (play(GUIDE, MONTHLY | {"hours": hours}).warning is not None) is over


def test_hours_not_known_count_as_none_and_say_so() -> None:
    result = play(GUIDE, MONTHLY | {"hours": None, "night_hours": None})
    assert "0 đ" not in said(result).split()
    assert "Mỗi giờ ban ngày: ít nhất 150%, tức 75.000 đ." in said(result)
    assert "Tổng cộng" not in said(result)
    assert len(result.assumed) == 3
