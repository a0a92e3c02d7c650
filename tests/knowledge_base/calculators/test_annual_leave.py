"""Annual leave: BLLĐ Đ.113, 114; NĐ 145/2020 Đ.65 to 67."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.calculators.annual_leave import (
    GUIDE,
    days_a_year,
    earned,
    payout,
    unused,
)
from tests.knowledge_base.calculators.driving import play, said, step_after

KINDS = st.sampled_from(["ordinary", "heavy", "extreme"])


@pytest.mark.parametrize(
    ("work", "service", "days"),
    [
        ("ordinary", 12, 12),  # Đ.113 k.1 đ.a
        ("heavy", 12, 14),  # đ.b
        ("extreme", 12, 16),  # đ.c
        ("ordinary", 59, 12),
        ("ordinary", 60, 13),  # Đ.114: each five years whole
        ("ordinary", 119, 13),
        ("extreme", 120, 18),
    ],
)
def test_days_for_a_whole_year_blld_d113_d114(work: str, service: int, days: int) -> None:
    assert days_a_year(work, service) == days


@pytest.mark.parametrize(
    ("work", "service", "months", "days"),
    [
        ("ordinary", 6, 6, 6),  # Đ.113 k.2
        ("ordinary", 7, 7, 7),
        ("heavy", 7, 7, Fraction(49, 6)),  # 14 / 12 × 7, parts are kept
        ("ordinary", 62, 6, Fraction(13, 2)),  # NĐ 145 Đ.66 k.1: seniority shares the proportion
        ("ordinary", 24, 12, 12),
        ("ordinary", 3, 0, 0),
        ("ordinary", 40, 14, 12),  # never more than a year's in a year
    ],
)
def test_days_by_months_worked_nd_145_d66(
    work: str, service: int, months: int, days: Fraction
) -> None:
    assert earned(work, service, months) == days


def test_unused_days_are_paid_at_the_contract_wage_nd_145_d67_k3() -> None:
    assert payout(Fraction(5), 7_800_000) == 1_500_000
    assert payout(Fraction(13, 2), 7_800_000) == 1_950_000
    assert payout(Fraction(1), 1_000_000, 24) == 41_667  # 41.666,67 rounds up
    assert payout(Fraction(1), 13) == 1  # a half goes up


@given(KINDS, st.integers(0, 600), st.integers(0, 12), st.integers(0, 60))
def test_never_negative_and_more_for_more_months(
    work: str, service: int, months: int, used: int
) -> None:
    days = earned(work, service, months)
    assert 0 <= days <= earned(work, service, months + 1) <= days_a_year(work, service)
    assert 0 <= unused(days, used) <= days


LEAVING: dict[str, Any] = {
    "leaving": "yes",
    "work": "ordinary",
    "service": 62,
    "months": 6,
    "used": 2,
    "wage": 7_800_000,
    "days": "26",
}


def test_leaving_with_leave_not_taken() -> None:
    result = play(GUIDE, LEAVING)
    assert "(12 ngày + 1 ngày thâm niên (5 năm 2 tháng)) × 6/12 tháng = 6,5 ngày" in said(result)
    assert "7.800.000 đ ÷ 26 ngày × 4,5 ngày = 1.350.000 đ" in said(result)
    assert "một triệu ba trăm năm mươi nghìn đồng" in result.voice


def test_days_of_a_month_decide_the_sum() -> None:
    assert "= 1.595.455 đ" in said(play(GUIDE, LEAVING | {"days": "22"}))


def test_still_employed_only_days_are_told() -> None:
    script = {key: LEAVING[key] for key in ("work", "service", "months", "used")}
    result = play(GUIDE, script | {"leaving": "no", "months": 12})
    assert "= 13 ngày" in said(result)
    assert "còn 11 ngày" in said(result)
    assert "÷" not in said(result)


def test_months_not_known_are_the_year_or_all_the_time_there_is() -> None:
    assert "× 12/12 tháng" in said(play(GUIDE, LEAVING | {"months": None}))
    short = play(GUIDE, LEAVING | {"months": None, "service": 5})
    assert "× 5/12 tháng = 5 ngày" in said(short)
    assert any("5 tháng" in one for one in short.assumed)


def test_wage_not_known_names_the_rule() -> None:
    script = {key: value for key, value in LEAVING.items() if key != "days"} | {"wage": None}
    assert "lương hợp đồng của tháng trước đó" in said(play(GUIDE, script))


def test_leave_taken_too_early_is_for_a_lawyer() -> None:
    result = play(GUIDE, LEAVING | {"used": 7})
    assert "còn 0 ngày" in said(result)
    assert result.warning
    assert "luật sư" in result.warning


def test_what_was_not_known_is_named() -> None:
    result = play(GUIDE, LEAVING | {"work": None, "used": None, "days": None})
    assert len(result.assumed) == 4


@pytest.mark.parametrize(("service", "high"), [(2, 3), (11, 12), (62, 12)])
def test_months_of_this_year_lie_within_the_time_worked(service: int, high: int) -> None:
    """A month half worked counts whole, so one more than the whole months."""
    begun = {"leaving": "yes", "work": "ordinary", "service": service}
    assert step_after(GUIDE, begun, "months").high == high


def test_without_seniority_no_bracket_stands_around_the_days() -> None:
    result = play(GUIDE, LEAVING | {"service": 9, "months": 9})
    assert result.lines[0] == "Phép năm nay: 12 ngày × 9/12 tháng = 9 ngày."
