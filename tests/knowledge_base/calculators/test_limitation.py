"""Time limits of labour disputes: BLLĐ Đ.188, 190."""

import datetime as dt

import pytest

from knowledge_base.calculators import limitation
from knowledge_base.calculators.guide import law
from knowledge_base.calculators.limitation import Limits, limits, needs_mediation
from tests.knowledge_base.calculators.driving import TODAY, play, said

CODE = "45/2019/QH14"
D = dt.date


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (D(2026, 6, 10), Limits(D(2026, 12, 10), D(2027, 3, 10), D(2027, 6, 10))),
        (D(2026, 8, 31), Limits(D(2027, 2, 28), D(2027, 5, 31), D(2027, 8, 31))),
        (D(2024, 2, 29), Limits(D(2024, 8, 29), D(2024, 11, 29), D(2025, 2, 28))),
    ],
)
def test_six_nine_and_twelve_months_from_the_day_it_was_found(
    found: dt.date, expected: Limits
) -> None:
    assert limits(found) == expected


@pytest.mark.parametrize(
    ("kind", "point"),
    [("dismissal", "a"), ("damages", "b"), ("domestic", "c"), ("insurance", "d"), ("abroad", "đ"),
     ("leased", "e")],
)  # fmt: skip
def test_six_kinds_of_dispute_need_no_mediation(kind: str, point: str) -> None:
    assert not needs_mediation(kind)
    result = play(limitation.GUIDE, {"kind": kind, "found": D(2026, 10, 1)})
    assert "kiện thẳng ra tòa được, chậm nhất 01/10/2027" in said(result)
    assert result.citations[0] == law(CODE, "188", "1", point)


def test_wages_need_mediation_first() -> None:
    result = play(limitation.GUIDE, {"kind": "work", "found": D(2026, 10, 1)})
    assert "yêu cầu chậm nhất 01/04/2027" in result.lines[0]
    assert result.warning is None


@pytest.mark.parametrize(
    ("kind", "found", "words"),
    [
        ("work", D(2026, 6, 22), "chỉ còn 30 ngày là hết hạn hòa giải"),
        ("work", D(2026, 5, 22), "hôm nay là hạn cuối để yêu cầu hòa giải"),
        ("work", D(2026, 5, 21), "hòa giải có thể đã hết từ 21/11/2026"),
        ("dismissal", D(2025, 12, 1), "chỉ còn 9 ngày là hết hạn kiện"),
        ("dismissal", D(2025, 11, 21), "kiện ra tòa có thể đã hết"),
        ("work", D(2025, 11, 21), "kiện ra tòa có thể đã hết"),
    ],
)
def test_a_limit_that_nears_or_has_passed_is_told(kind: str, found: dt.date, words: str) -> None:
    result = play(limitation.GUIDE, {"kind": kind, "found": found}, today=TODAY)
    assert result.warning is not None
    assert words in result.warning


@pytest.mark.parametrize(
    ("kind", "found"), [("work", D(2026, 6, 23)), ("dismissal", D(2025, 12, 23))]
)
def test_a_limit_that_is_further_off_than_30_days_is_no_warning(kind: str, found: dt.date) -> None:
    assert play(limitation.GUIDE, {"kind": kind, "found": found}).warning is None


def test_a_kind_not_known_is_taken_to_need_mediation() -> None:
    result = play(limitation.GUIDE, {"kind": None, "found": D(2026, 10, 1)})
    assert "Phải qua hòa giải viên" in said(result)
    assert len(result.assumed) == 2


def test_insurance_is_told_with_the_doubt_about_lost_unemployment_benefits() -> None:
    result = play(limitation.GUIDE, {"kind": "insurance", "found": D(2026, 10, 1)})
    assert any("thất nghiệp" in one for one in result.assumed)
