"""Sickness pay: Luật BHXH 2024 Đ.42 to 48; TT 12/2025 Đ.6."""

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.calculators.sickness import (
    GUIDE,
    days_a_year,
    long_rate,
    pay,
    payable,
)
from tests.knowledge_base.calculators.driving import play, said

MONTHS = st.integers(0, 600)


@pytest.mark.parametrize(
    ("years", "odd", "heavy", "days"),
    [
        (0, 0, False, 30),  # Đ.43 k.1 đ.a
        (14, 11, False, 30),
        (15, 0, False, 40),
        (29, 11, False, 40),
        (30, 0, False, 60),
        (0, 1, True, 40),  # đ.b
        (15, 0, True, 50),
        (30, 0, True, 70),
    ],
)
def test_days_a_year_luat_bhxh_d43(years: int, odd: int, heavy: bool, days: int) -> None:
    assert days_a_year(years * 12 + odd, heavy=heavy) == days


@pytest.mark.parametrize(("months", "rate"), [(179, 50), (180, 55), (359, 55), (360, 65)])
def test_rate_in_a_long_illness_luat_bhxh_d45_k3(months: int, rate: int) -> None:
    assert long_rate(months) == rate


def test_pay_luat_bhxh_d45_tt_12_d6() -> None:
    assert pay(8_000_000, 75, Fraction(5)) == 1_250_000
    assert pay(8_000_000, 75, Fraction(1, 2)) == 125_000  # half a day is half of a day
    assert pay(10_000_000, 75, Fraction(1)) == 312_500
    assert pay(7_000_001, 75, Fraction(1)) == 218_750  # 218.750,03


@given(MONTHS, st.booleans(), st.integers(0, 100), st.integers(0, 200))
def test_no_more_days_than_the_year_allows(months: int, heavy: bool, used: int, half: int) -> None:
    allowed = days_a_year(months, heavy=heavy)
    days = payable(Fraction(half, 2), allowed, used)
    assert 0 <= days <= max(0, allowed - used)
    assert allowed <= days_a_year(months + 1, heavy=heavy)
    assert long_rate(months) <= long_rate(months + 1)


OWN: dict[str, Any] = {
    "case": "own",
    "contributed": 60,
    "heavy": "no",
    "used": 0,
    "days": 5,
    "half": "no",
    "wage": 8_000_000,
    "start": dt.date(2026, 11, 10),
}


def test_five_days_of_own_sickness() -> None:
    result = play(GUIDE, OWN)
    assert "tối đa 30 ngày làm việc" in said(result)
    assert "8.000.000 đ × 75% ÷ 24 × 5 ngày = 1.250.000 đ" in said(result)
    assert "45 ngày" in said(result)
    assert "một triệu hai trăm năm mươi nghìn đồng" in result.voice
    assert result.warning is None


def test_half_a_day_more_d45_k5() -> None:
    result = play(GUIDE, OWN | {"half": "yes"})
    assert "5,5 ngày = 1.375.000 đ" in said(result)
    assert "năm phẩy năm ngày" in result.voice


@pytest.mark.parametrize(
    ("used", "counted", "over"), [(25, "5 ngày", False), (26, "4 ngày", True), (30, "0 ngày", True)]
)
def test_days_used_this_year_count(used: int, counted: str, over: bool) -> None:
    result = play(GUIDE, OWN | {"used": used})
    assert f"đợt này tính {counted}" in said(result)
    assert (result.warning is not None) is over


def test_heavy_work_and_long_contributions_give_more_days() -> None:
    result = play(GUIDE, OWN | {"heavy": "yes", "contributed": 180, "days": 60})
    assert "tối đa 50 ngày" in said(result)
    assert result.warning
    assert "10 ngày vượt" in result.warning


@pytest.mark.parametrize(("age", "days"), [("under_3", 20), ("under_7", 15)])
def test_a_sick_child_luat_bhxh_d44(age: str, days: int) -> None:
    script = {key: value for key, value in OWN.items() if key not in {"contributed", "heavy"}}
    result = play(GUIDE, script | {"case": "child", "age": age, "days": 30})
    assert f"tối đa {days} ngày làm việc cho mỗi con" in said(result)
    assert result.warning
    assert f"{30 - days} ngày vượt" in result.warning
    assert "bệnh thuộc danh mục" not in result.warning


def test_a_child_of_seven_is_too_old() -> None:
    assert "dưới 7 tuổi" in said(play(GUIDE, {"case": "child", "age": "older"}))


def test_a_long_illness_has_no_limit_and_a_lower_rate() -> None:
    script = {key: value for key, value in OWN.items() if key not in {"heavy", "used"}}
    result = play(GUIDE, script | {"case": "long", "contributed": 200, "days": 60})
    assert "8.000.000 đ × 55% ÷ 24 × 60 ngày = 11.000.000 đ" in said(result)
    assert "tối đa" not in said(result)


def test_pay_stops_at_the_ceiling_luat_bhxh_d31() -> None:
    result = play(GUIDE, OWN | {"wage": 60_000_000, "days": 24})
    assert "37.950.000 đ" in said(result)  # 75% of 50.600.000
    earlier = play(GUIDE, OWN | {"wage": 60_000_000, "days": 24, "start": dt.date(2026, 6, 30)})
    assert "35.100.000 đ" in said(earlier)  # 75% of 46.800.000


def test_before_the_law_a_lawyer_answers() -> None:
    with pytest.raises(LookupError):
        play(GUIDE, OWN | {"start": dt.date(2025, 6, 30)})
    assert said(play(GUIDE, OWN | {"start": dt.date(2025, 7, 1)}))


def test_what_is_not_known_is_named() -> None:
    blank = dict.fromkeys(("contributed", "heavy", "used", "half", "wage", "start"))
    result = play(GUIDE, OWN | blank)
    assert len(result.assumed) == 6
    assert "75%" in said(result)
    assert "bảy mươi lăm phần trăm" in result.voice
