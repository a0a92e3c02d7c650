"""The deadline of the final settlement: BLLĐ Đ.48."""

import datetime as dt

import pytest

from knowledge_base.calculators import last_pay
from knowledge_base.calculators.guide import law
from knowledge_base.calculators.working_days import SUNDAY_ONLY, WEEKEND
from tests.knowledge_base.calculators.driving import play, said

CODE = "45/2019/QH14"
D = dt.date


@pytest.mark.parametrize(
    ("ended", "rest", "until"),
    [
        (D(2026, 10, 1), WEEKEND, D(2026, 10, 21)),
        (D(2026, 10, 1), SUNDAY_ONLY, D(2026, 10, 17)),
        (D(2026, 11, 10), WEEKEND, D(2026, 12, 1)),  # 24 November is left out
        (D(2026, 2, 10), WEEKEND, D(2026, 3, 9)),  # five days of Tết are left out
        (D(2026, 4, 20), SUNDAY_ONLY, D(2026, 5, 9)),  # 27/4 for the 26th, 30/4 and 1/5
    ],
)
def test_fourteen_working_days(ended: dt.date, rest: frozenset[int], until: dt.date) -> None:
    assert last_pay.deadline(ended, rest) == until


def test_thirty_days_in_the_four_cases() -> None:
    assert last_pay.deadline(D(2026, 10, 1), WEEKEND, prolonged=True) == D(2026, 10, 31)


@pytest.mark.parametrize(
    ("cause", "point"),
    [("closure", "a"), ("economic", "b"), ("merger", "c"), ("disaster", "d")],
)
def test_each_of_the_four_cases_is_cited_and_asks_for_no_week(cause: str, point: str) -> None:
    result = play(last_pay.GUIDE, {"ended": D(2026, 11, 1), "cause": cause})
    assert "01/12/2026 (30 ngày)" in said(result)
    assert result.citations[0] == law(CODE, "48", "1", point)
    assert result.warning is None


def test_on_the_last_day_nothing_is_late() -> None:
    script = {"ended": D(2026, 10, 1), "cause": "ordinary", "saturday": "off"}
    result = play(last_pay.GUIDE, script, today=D(2026, 10, 21))
    assert "trễ" not in said(result)
    assert result.warning is None


def test_a_day_later_it_is_late_and_the_limits_are_named() -> None:
    script = {"ended": D(2026, 10, 1), "cause": "ordinary", "saturday": "off"}
    result = play(last_pay.GUIDE, script, today=D(2026, 10, 22))
    assert "đã trễ 1 ngày" in said(result)
    assert result.warning is not None
    assert "22/04/2027" in result.warning  # six months from the day it was found
    assert "22/10/2027" in result.warning
    assert law(CODE, "190") in result.citations


@pytest.mark.parametrize(
    ("today", "words"),
    [(D(2027, 4, 23), "hòa giải có thể đã hết"), (D(2027, 10, 23), "kiện có thể")],
)
def test_limits_that_have_passed_are_told(today: dt.date, words: str) -> None:
    script = {"ended": D(2026, 10, 1), "cause": "ordinary", "saturday": "off"}
    result = play(last_pay.GUIDE, script, today=today)
    assert result.warning is not None
    assert words in result.warning


def test_an_unknown_week_gives_the_later_day_and_says_so() -> None:
    script = {"ended": D(2026, 10, 1), "cause": None, "saturday": None}
    result = play(last_pay.GUIDE, script, today=D(2026, 10, 10))
    assert "21/10/2026" in said(result)
    assert any("thứ Bảy làm việc thì hạn sớm hơn" in one for one in result.assumed)
