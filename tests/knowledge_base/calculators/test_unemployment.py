"""Unemployment benefit: Luật Việc làm 2025 Đ.38, 39."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.calculators.guide import Numbers
from knowledge_base.calculators.unemployment import (
    GUIDE,
    caps,
    last_day_to_file,
    monthly,
    months,
    window,
)
from tests.knowledge_base.calculators.driving import NUMBERS, TODAY, parameter, play, said

CAP_1, CAP_2 = 26_550_000, 23_650_000  # five times the minimum wage of the regions in 2026


@pytest.mark.parametrize(
    ("paid", "benefit"),
    [
        (0, 0),
        (11, 0),
        (12, 3),  # Đ.39 k.2: twelve to thirty-six months give three
        (36, 3),
        (47, 3),
        (48, 4),  # then one for each twelve whole
        (59, 4),
        (60, 5),
        (143, 11),
        (144, 12),
        (400, 12),  # no more than twelve
    ],
)
def test_months_of_benefit_luat_viec_lam_d39_k2(paid: int, benefit: int) -> None:
    assert months(paid) == benefit


def test_sixty_per_cent_up_to_the_cap_d39_k1() -> None:
    assert monthly(8_000_000, CAP_1) == 4_800_000
    assert monthly(44_250_000, CAP_1) == CAP_1
    assert monthly(44_249_999, CAP_1) == 26_549_999  # 26.549.999,4
    assert monthly(60_000_000, CAP_2) == CAP_2


def test_the_window_is_longer_after_a_short_contract_d38_k1b() -> None:
    assert (window(False), window(True)) == (24, 36)


@pytest.mark.parametrize(
    ("ended", "last"),
    [
        ((2026, 11, 1), (2027, 2, 1)),
        ((2026, 11, 30), (2027, 2, 28)),  # no 30th of February
        ((2026, 12, 31), (2027, 3, 31)),
    ],
)
def test_three_months_to_file_d38_k1c(ended: Any, last: Any) -> None:
    assert last_day_to_file(dt.date(*ended)) == dt.date(*last)


@given(st.integers(0, 600), st.integers(0, 10**8), st.integers(0, 10**8))
def test_never_negative_and_more_for_more(paid: int, wage: int, cap: int) -> None:
    assert 0 <= months(paid) <= months(paid + 1) <= 12
    assert 0 <= monthly(wage, cap) <= monthly(wage + 1, cap) <= cap


ASKED: dict[str, Any] = {
    "how": "lawful",
    "ended": dt.date(2026, 10, 30),
    "total": 78,
    "contract": "long",
    "recent": 24,
    "wage": 8_000_000,
}


def test_six_and_a_half_years() -> None:
    result = play(GUIDE, ASKED)
    assert "Được hưởng 6 tháng." in said(result)
    assert "8.000.000 đ × 60% = 4.800.000 đ." in said(result)
    assert "Cả kỳ: 28.800.000 đ" in said(result)
    assert "chậm nhất 30/01/2027" in said(result)
    assert "sáu tháng trợ cấp thất nghiệp, mỗi tháng bốn triệu tám trăm nghìn đồng" in result.voice
    assert result.warning is None


def test_the_region_is_asked_only_above_the_lowest_cap() -> None:
    high = ASKED | {"wage": 50_000_000}
    first = play(GUIDE, high | {"place": "Hồng Bàng"})
    second = play(GUIDE, high | {"place": "Thanh Hà"})
    assert (
        "× 60% = 30.000.000 đ.\nMức này cao hơn mức trần, nên mỗi tháng được 26.550.000 đ."
        in said(first)
    )
    assert "mỗi tháng được 23.650.000 đ." in said(second)


def test_a_place_not_known_gives_both_caps() -> None:
    result = play(GUIDE, ASKED | {"wage": 50_000_000, "place": None})
    assert "từ 23.650.000 đ đến 26.550.000 đ" in said(result)
    assert any("vùng II" in one for one in result.assumed)


def test_between_the_caps_only_the_lower_one_bites() -> None:
    result = play(GUIDE, ASKED | {"wage": 40_000_000, "place": "Hồng Bàng"})
    assert "= 24.000.000 đ." in said(result)


@pytest.mark.parametrize("how", ["unlawful", "pension"])
def test_leaving_unlawfully_or_for_a_pension_gives_nothing_d38_k1a(how: str) -> None:
    assert said(play(GUIDE, {"how": how})).startswith("Chưa được trợ cấp thất nghiệp")


def test_dismissal_is_no_bar_d38() -> None:
    assert "Được hưởng 6 tháng" in said(play(GUIDE, ASKED | {"how": "let_go"}))


@pytest.mark.parametrize(("contract", "window_"), [("long", "24"), ("short", "36")])
def test_too_few_months_in_the_window(contract: str, window_: str) -> None:
    script = {key: value for key, value in ASKED.items() if key != "wage"}
    result = play(GUIDE, script | {"contract": contract, "recent": 11})
    assert f"trong {window_} tháng" in said(result)


def test_too_few_months_in_all_ends_the_questions() -> None:
    script = {key: ASKED[key] for key in ("how", "ended")}
    assert "Chưa được" in said(play(GUIDE, script | {"total": 11}))


@pytest.mark.parametrize(
    ("today", "word"),
    [
        (TODAY, None),
        (dt.date(2027, 1, 15), "sắp hết"),
        (dt.date(2027, 1, 30), "hôm nay là ngày cuối"),
        (dt.date(2027, 1, 31), "đã qua"),
    ],
)
def test_the_three_months_are_watched(today: dt.date, word: str | None) -> None:
    warning = play(GUIDE, ASKED, today).warning
    assert warning is None if word is None else word in str(warning)


@pytest.mark.parametrize("ended", [dt.date(2025, 12, 31), dt.date(2026, 1, 20)])
def test_before_the_law_or_its_minimum_wage_a_lawyer_answers(ended: dt.date) -> None:
    """Ended in January 2026: the last month paid for may be December 2025."""
    with pytest.raises(LookupError):
        play(GUIDE, ASKED | {"ended": ended})


def test_ended_a_month_into_the_law() -> None:
    assert "Được hưởng" in said(play(GUIDE, ASKED | {"ended": dt.date(2026, 2, 1)}))


def test_a_minimum_wage_that_changed_with_the_last_month_gives_both_caps() -> None:
    rising = Numbers(
        {
            **NUMBERS.parameters,
            "luong_toi_thieu_thang_vung_1": parameter(
                (5_700_000, "2027-01-01", None), (5_310_000, "2026-01-01", "2026-12-31")
            ),
        }
    )
    assert caps(rising, (1,), dt.date(2026, 12, 31)) == (26_550_000, 26_550_000)
    assert caps(rising, (1,), dt.date(2027, 1, 10)) == (26_550_000, 28_500_000)
    assert caps(rising, (1,), dt.date(2027, 2, 10)) == (28_500_000, 28_500_000)


def test_what_is_not_known_is_named() -> None:
    blank = dict.fromkeys(("ended", "contract", "recent", "wage"))
    result = play(GUIDE, ASKED | blank)
    assert len(result.assumed) == 4
    assert "60%" in said(result)
    assert "chậm nhất 22/02/2027" in said(result)


def test_exactly_twelve_months_are_enough_d38_k1b() -> None:
    assert "Được hưởng 3 tháng." in said(play(GUIDE, ASKED | {"total": 12, "recent": 12}))
