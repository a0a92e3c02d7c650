"""Severance and job-loss allowances: BLLĐ Đ.46, 47; NĐ 145/2020 Đ.8."""

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.calculators.severance import (
    EXCLUDED,
    GUIDE,
    job_loss,
    months_counted,
    severance,
    years_counted,
)
from tests.knowledge_base.calculators.driving import TODAY, play, said, step_after

SPANS = st.integers(0, 600)


@pytest.mark.parametrize(
    ("months", "years"),
    [(0, 0), (1, "1/2"), (6, "1/2"), (7, 1), (11, 1), (12, 1), (13, "3/2"), (18, "3/2"), (19, 2)],
)
def test_up_to_six_odd_months_are_half_a_year_nd_145_d8_k3c(months: int, years: Any) -> None:
    assert years_counted(months) == Fraction(years)


@pytest.mark.parametrize(
    ("worked", "insured", "paid", "months"),
    [
        (11, 0, 0, 0),  # Đ.46 k.1: not yet twelve months
        (12, 0, 0, "1/2"),
        (18, 0, 0, "3/4"),
        (19, 0, 0, 1),
        (60, 0, 0, "5/2"),
        (60, 48, 0, "1/2"),  # Đ.46 k.2: less the time insured
        (60, 48, 12, 0),  # and the time already paid for
        (60, 60, 0, 0),
        (62, 60, 0, "1/4"),  # two months of probation outside the insurance: half a year
        (24, 30, 0, 0),
    ],
)
def test_half_a_month_for_each_year_blld_d46(
    worked: int, insured: int, paid: int, months: Any
) -> None:
    assert severance(worked, insured, paid) == Fraction(months)


@pytest.mark.parametrize(
    ("worked", "insured", "months"),
    [
        (11, 0, 0),  # Đ.47 k.1: not yet twelve months
        (12, 0, 2),  # at least two months
        (24, 0, 2),
        (25, 0, "5/2"),
        (31, 0, 3),
        (120, 120, 2),  # NĐ 145 Đ.8 k.2: less than 24 months to count, even none
        (120, 84, 3),
    ],
)
def test_a_month_for_each_year_and_two_at_least_blld_d47(
    worked: int, insured: int, months: Any
) -> None:
    assert job_loss(worked, insured) == Fraction(months)


@given(SPANS, SPANS, SPANS)
def test_never_negative_and_never_less_for_longer_work(
    worked: int, insured: int, paid: int
) -> None:
    for rule in (severance, job_loss):
        assert 0 <= rule(worked, insured, paid) <= rule(worked + 1, insured, paid)
        assert rule(worked, insured + 1, paid) <= rule(worked, insured, paid)
    assert months_counted(worked, insured, paid) <= worked


@given(SPANS, SPANS)
def test_job_loss_is_never_less_than_severance(worked: int, insured: int) -> None:
    assert job_loss(worked, insured) >= severance(worked, insured)


ASKED: dict[str, Any] = {
    "reason": "agreed",
    "worked": 60,
    "insured": 48,
    "paid": 0,
    "wage": 10_000_000,
    "ended": dt.date(2026, 11, 1),
}


def test_a_whole_conversation_on_severance() -> None:
    result = play(GUIDE, ASKED)
    assert "5 năm làm việc − 4 năm đóng bảo hiểm thất nghiệp = 1 năm, tính tròn 1 năm" in said(
        result
    )
    assert "0,5 tháng lương × 10.000.000 đ = 5.000.000 đ" in said(result)
    assert "là năm triệu đồng." in result.voice
    assert "mười bốn ngày làm việc" in result.voice
    assert result.assumed == ()
    assert result.warning is None


def test_redundancy_pays_two_months_even_where_all_time_was_insured_blld_d47() -> None:
    script = {key: value for key, value in ASKED.items() if key != "paid"}
    result = play(GUIDE, script | {"reason": "redundant", "insured": 60})
    assert "2 tháng lương × 10.000.000 đ = 20.000.000 đ" in said(result)
    assert "30 ngày" in said(result)


def test_fully_insured_time_points_to_unemployment_insurance() -> None:
    short = {key: ASKED[key] for key in ("reason", "worked", "ended")}
    result = play(GUIDE, short | {"insured": 60})
    assert "Trợ cấp thôi việc: 0 tháng lương" in said(result)
    assert "nộp hồ sơ trong 3 tháng" in said(result)


def test_insured_time_not_known_gives_both_ends() -> None:
    result = play(GUIDE, ASKED | {"insured": None})
    assert "từ 0 đ đến 25.000.000 đ" in said(result)
    assert "từ không đồng đến hai mươi lăm triệu đồng" in result.voice
    assert any("bảo hiểm thất nghiệp" in one for one in result.assumed)


def test_wage_not_known_gives_months_of_wages() -> None:
    result = play(GUIDE, ASKED | {"wage": None})
    assert "Trợ cấp thôi việc: 0,5 tháng lương (mỗi năm nửa tháng lương)." in said(result)
    assert "không phẩy năm tháng lương" in result.voice


@pytest.mark.parametrize("reason", EXCLUDED)
def test_some_ways_of_leaving_give_nothing_blld_d34_d40_d46(reason: str) -> None:
    assert said(play(GUIDE, {"reason": reason})).startswith("Trợ cấp thôi việc: không có")


def test_under_twelve_months_nothing_more_is_asked() -> None:
    assert "từ đủ 12 tháng" in said(play(GUIDE, {"reason": "agreed", "worked": 11}))


def test_dismissal_may_have_been_unlawful_blld_d41() -> None:
    assert "trái luật" in said(play(GUIDE, ASKED | {"reason": "dismissed"}))


@pytest.mark.parametrize(
    ("ended", "late"),
    [
        (TODAY, False),
        (dt.date(2025, 11, 22), False),
        (dt.date(2025, 11, 21), True),  # Đ.190 k.3: one year
        (None, False),
    ],
)
def test_a_year_after_leaving_the_time_to_sue_is_short(ended: dt.date | None, late: bool) -> None:
    assert (play(GUIDE, ASKED | {"ended": ended}).warning is not None) is late


def test_before_the_code_of_2019_a_lawyer_answers() -> None:
    with pytest.raises(LookupError):
        play(GUIDE, ASKED | {"ended": dt.date(2021, 1, 31)})
    assert play(GUIDE, ASKED | {"ended": dt.date(2021, 2, 1)}).warning


def test_insured_and_paid_time_lie_within_the_time_worked() -> None:
    worked = {"reason": "agreed", "worked": 60}
    assert step_after(GUIDE, worked, "insured").high == 60
    assert step_after(GUIDE, worked | {"insured": 48}, "paid").high == 12


def test_where_nothing_is_owed_nobody_is_told_to_sue_for_it() -> None:
    short = {key: ASKED[key] for key in ("reason", "worked")} | {"ended": dt.date(2025, 1, 1)}
    result = play(GUIDE, short | {"insured": 60})
    assert "khởi kiện" not in said(result)
    assert "Công ty phải trả" not in said(result) + result.voice
    assert result.warning is None
