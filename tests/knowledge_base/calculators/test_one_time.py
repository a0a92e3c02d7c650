"""Social insurance in one sum: Luật BHXH 2024 Đ.70; NĐ 158/2025 Đ.14."""

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.calculators.insured import insured_years
from knowledge_base.calculators.one_time import GUIDE, amount, earliest, months_of_wages
from tests.knowledge_base.calculators.driving import play, said, step_after

TOTALS = st.integers(12, 480)


@pytest.mark.parametrize(
    ("months", "years"),
    [(12, 1), (13, "3/2"), (18, "3/2"), (19, 2), (23, 2), (24, 2), (0, 0)],
)
def test_one_to_six_odd_months_are_half_a_year_luat_bhxh_d5_k6(months: int, years: Any) -> None:
    assert insured_years(months) == Fraction(years)


@pytest.mark.parametrize(
    ("total", "before", "months"),
    [
        (12, 0, 2),  # Đ.70 k.3 đ.b
        (18, 0, 3),
        (19, 0, 4),
        (60, 0, 10),
        (60, 24, 9),  # 2 × 1,5 + 3 × 2
        (60, 27, 9),  # three odd months before 2014 move on: 2 × 1,5 + 36 months
        (61, 27, 10),  # 2 × 1,5 + 37 months, three and a half years × 2
        (24, 24, 3),  # all before 2014
        (30, 30, "15/4"),  # nothing after: the odd months stay, 2,5 × 1,5
    ],
)
def test_months_of_wages_luat_bhxh_d70_k3(total: int, before: int, months: Any) -> None:
    assert months_of_wages(total, before) == Fraction(months)


@pytest.mark.parametrize(
    ("total", "owed"),
    [
        (1, 1_320_000),  # 22% of 6.000.000
        (9, 11_880_000),
        (10, 12_000_000),  # 13.200.000 would be more than two months
        (11, 12_000_000),
        (12, 12_000_000),
        (0, 0),
    ],
)
def test_less_than_a_year_is_what_was_paid_d70_k3c(total: int, owed: int) -> None:
    assert amount(6_000_000, total) == owed


@pytest.mark.parametrize(
    ("last", "first"),
    [
        ((2025, 6, 30), (2026, 7, 1)),  # twelve whole months: 07/2025 to 06/2026
        ((2025, 12, 1), (2027, 1, 1)),
    ],
)
def test_twelve_months_without_contributions_nd_158_d14(last: Any, first: Any) -> None:
    assert earliest(dt.date(*last)) == dt.date(*first)


@given(TOTALS, st.integers(0, 480), st.integers(0, 10**8))
def test_sums_lie_between_all_and_none_before_2014(total: int, before: int, wage: int) -> None:
    owed = amount(wage, total, min(before, total))
    assert 0 <= amount(wage, total, total) <= owed <= amount(wage, total)
    assert amount(wage, total) <= amount(wage, total + 1)


STOPPED: dict[str, Any] = {
    "ground": "stopped",
    "old": "yes",
    "total": 61,
    "before": 27,
    "wage": 6_000_000,
    "last_paid": dt.date(2025, 9, 30),
}


def test_stopped_more_than_twelve_months_ago() -> None:
    result = play(GUIDE, STOPPED)
    assert "Nộp hồ sơ được từ 01/10/2026" in said(result)
    assert "tính bằng 10 tháng lương" in said(result)
    assert "Số tiền: 60.000.000 đ" in said(result)
    assert "mất toàn bộ số năm" in said(result)
    assert "sáu mươi triệu đồng" in result.voice
    assert result.warning is None


def test_stopped_less_than_twelve_months_ago_is_warned() -> None:
    result = play(GUIDE, STOPPED | {"last_paid": dt.date(2025, 11, 1)})
    assert result.warning
    assert "01/12/2026" in result.warning


def test_first_paid_from_july_2025_may_not_withdraw_for_stopping_d70_k1() -> None:
    result = play(GUIDE, {"ground": "stopped", "old": "no"})
    assert "Chưa được rút một lần" in said(result)
    assert "bảo lưu" in said(result)


@pytest.mark.parametrize(("total", "refused"), [(239, False), (240, True)])
def test_twenty_years_end_this_ground(total: int, refused: bool) -> None:
    script = STOPPED | {"total": total}
    if refused:
        script = {key: script[key] for key in ("ground", "old", "total")}
    assert ("Chưa được rút" in said(play(GUIDE, script))) is refused


@pytest.mark.parametrize(("total", "refused"), [(179, False), (180, True)])
def test_of_age_with_fifteen_years_there_is_a_pension(total: int, refused: bool) -> None:
    script: dict[str, Any] = {"ground": "age", "total": total}
    if not refused:
        script |= {"before": 0, "wage": 6_000_000}
    assert ("lương hưu hằng tháng." in said(play(GUIDE, script))) is refused


@pytest.mark.parametrize("ground", ["abroad", "illness", "disabled"])
def test_other_grounds_need_no_waiting_and_no_old_time(ground: str) -> None:
    script = {"ground": ground, "total": 200, "before": 0, "wage": 6_000_000}
    result = play(GUIDE, script)
    assert "Số tiền: 204.000.000 đ" in said(result)  # 16 years 8 months: 17 × 2
    assert "đã đủ 15 năm đóng" in said(result)
    assert "Nộp hồ sơ được từ" not in said(result)


def test_foreign_workers_are_for_a_lawyer_d70_k2() -> None:
    with pytest.raises(LookupError):
        play(GUIDE, {"ground": "foreigner"})


def test_time_before_2014_not_known_gives_both_ends() -> None:
    result = play(GUIDE, STOPPED | {"before": None})
    assert "từ 49.500.000 đ đến 66.000.000 đ" in said(result)  # 5,5 × 1,5 and 5,5 × 2
    assert any("trước 2014" in one for one in result.assumed)


def test_less_than_a_year_names_what_the_sum_paid_is_taken_to_be() -> None:
    result = play(GUIDE, STOPPED | {"total": 9, "before": 0})
    assert "Số tiền: 11.880.000 đ" in said(result)
    assert any("22%" in one for one in result.assumed)


def test_wage_and_last_month_not_known() -> None:
    result = play(GUIDE, STOPPED | {"wage": None, "last_paid": None})
    assert "1,5 tháng lương bình quân" in said(result)
    assert any("12 tháng liên tục" in one for one in result.assumed)


def test_more_months_before_2014_than_in_all_count_as_all() -> None:
    assert "49.500.000 đ" in said(play(GUIDE, STOPPED | {"before": 100}))


def test_time_before_2014_lies_within_all_the_time() -> None:
    assert step_after(GUIDE, {"ground": "age", "total": 30}, "before").high == 30
