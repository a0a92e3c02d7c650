"""Maternity pay of mother and father: Luật BHXH 2024 Đ.50 to 62; BLLĐ Đ.139."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.calculators.guide import ForLawyer
from knowledge_base.calculators.maternity import GUIDE
from knowledge_base.calculators.maternity.rules import (
    counted_months,
    father_days,
    father_pay,
    mother_months,
    mother_pay,
    mother_qualifies,
    one_time,
)
from tests.knowledge_base.calculators.driving import play, said

BEFORE, ON = dt.date(2026, 6, 30), dt.date(2026, 7, 1)  # Luật Dân số from 01/07/2026
BIRTHS = st.dates(dt.date(2025, 7, 1), dt.date(2030, 12, 31))


@pytest.mark.parametrize(
    ("birth", "babies", "second", "months"),
    [
        (ON, 1, False, (6, 6)),  # Đ.139 k.1
        (ON, 1, True, (7, 7)),  # second child from 01/07/2026
        (BEFORE, 1, True, (6, 6)),  # the day before: six
        (ON, 2, False, (7, 7)),  # one more for the second twin
        (ON, 3, False, (8, 8)),
        (BEFORE, 2, False, (7, 7)),
        (ON, 2, True, (7, 8)),  # whether both months add up is not said
        (BEFORE, 2, True, (7, 7)),
    ],
)
def test_months_of_the_mother_blld_d139(
    birth: dt.date, babies: int, second: bool, months: tuple[int, int]
) -> None:
    assert mother_months(birth, babies, second_child=second) == months


@pytest.mark.parametrize(
    ("birth", "babies", "second", "how", "days"),
    [
        (ON, 1, False, "no", (5, 5)),  # Đ.53 k.2 đ.a
        (ON, 1, False, "surgery", (7, 7)),  # đ.b
        (ON, 1, False, "early", (7, 7)),
        (ON, 2, False, "no", (10, 10)),  # đ.c
        (ON, 1, True, "no", (10, 10)),
        (BEFORE, 1, True, "no", (5, 5)),
        (BEFORE, 1, True, "surgery", (7, 7)),
        (ON, 3, False, "no", (13, 13)),  # three more from the third on
        (ON, 2, False, "surgery", (14, 14)),  # đ.d
        (ON, 3, False, "surgery", (17, 17)),
        (ON, 2, False, "early", (10, 10)),  # đ.d names surgery only
        (ON, 1, True, "surgery", (7, 10)),  # đ.b and đ.c both fit
        (ON, 1, True, "early", (7, 10)),
        (ON, 2, True, "no", (10, 10)),
    ],
)
def test_days_of_the_father_luat_bhxh_d53_k2(
    birth: dt.date, babies: int, second: bool, how: str, days: tuple[int, int]
) -> None:
    assert father_days(birth, babies, second_child=second, hard_birth=how) == days


@pytest.mark.parametrize(
    ("birth", "first", "last"),
    [
        ((2026, 10, 14), (2025, 10, 1), (2026, 9, 1)),  # before the 15th the month does not count
        ((2026, 10, 15), (2025, 11, 1), (2026, 10, 1)),
        ((2026, 1, 1), (2025, 1, 1), (2025, 12, 1)),
    ],
)
def test_which_twelve_months_count_tt_12_d8_k2(birth: Any, first: Any, last: Any) -> None:
    assert counted_months(dt.date(*birth)) == (dt.date(*first), dt.date(*last))


@pytest.mark.parametrize(
    ("recent", "special", "total", "two_years", "entitled"),
    [
        (6, "no", 0, 0, True),  # Đ.50 k.2
        (5, "no", 60, 24, False),
        (3, "rest", 12, 0, True),  # k.3
        (2, "rest", 60, 0, False),
        (3, "rest", 11, 0, False),
        (0, "fertility", 0, 6, True),  # k.5
        (5, "fertility", 0, 5, False),
    ],
)
def test_who_is_entitled_luat_bhxh_d50(
    recent: int, special: str, total: int, two_years: int, entitled: bool
) -> None:
    assert mother_qualifies(recent, special, total, two_years) is entitled


def test_sums_luat_bhxh_d58_d59() -> None:
    assert mother_pay(8_000_000, 6) == 48_000_000
    assert father_pay(8_000_000, 5) == 1_666_667  # 1.666.666,67
    assert one_time(2_530_000, 1) == 5_060_000
    assert one_time(2_340_000, 2) == 9_360_000


@given(BIRTHS, st.integers(1, 3), st.booleans(), st.sampled_from(["no", "surgery", "early"]))
def test_spans_are_in_order_and_more_babies_never_shorten_them(
    birth: dt.date, babies: int, second: bool, how: str
) -> None:
    low, high = mother_months(birth, babies, second_child=second)
    assert 6 <= low <= high
    assert mother_months(birth, babies + 1, second_child=second) >= (low, high)
    few, many = father_days(birth, babies, second_child=second, hard_birth=how)
    assert 5 <= few <= many
    assert father_days(birth, babies + 1, second_child=second, hard_birth=how) >= (few, many)


MOTHER: dict[str, Any] = {
    "who": "mother",
    "birth": dt.date(2026, 10, 10),
    "recent": 12,
    "second": "no",
    "babies": "1",
    "wage": 8_000_000,
    "start": dt.date(2026, 9, 20),
}


def test_a_first_child() -> None:
    result = play(GUIDE, MOTHER)
    assert "Được nghỉ 6 tháng: từ 20/09/2026 đến 19/03/2027." in said(result)
    assert "cả kỳ 48.000.000 đ" in said(result)
    assert "Tổng cộng 53.060.000 đ" in said(result)
    assert "Đi làm sớm: từ 20/01/2027" in said(result)  # Đ.139 k.4: four months first
    assert "chậm nhất 03/05/2027" in said(result)  # Đ.62 k.1: 45 days
    assert "năm mươi ba triệu" in result.voice
    assert result.warning is None
    assert result.assumed == ()


def test_a_second_child_has_seven_months() -> None:
    result = play(GUIDE, MOTHER | {"second": "yes"})
    assert "Được nghỉ 7 tháng: từ 20/09/2026 đến 19/04/2027." in said(result)
    assert "cả kỳ 56.000.000 đ" in said(result)


@pytest.mark.parametrize("who", ["mother", "father"])
def test_a_second_child_born_just_before_the_day_is_for_a_lawyer(who: str) -> None:
    """As the FAQ entry on the transition does."""
    script = (MOTHER if who == "mother" else FATHER) | {"birth": BEFORE, "second": "yes"}
    with pytest.raises(ForLawyer, match="chuyển tiếp") as why:
        play(GUIDE, script | ({"start": BEFORE} if who == "mother" else {}))
    assert "01/07/2026" in why.value.words


def test_leave_from_before_the_day_for_a_second_child_is_for_a_lawyer() -> None:
    with pytest.raises(ForLawyer):
        play(GUIDE, MOTHER | {"birth": ON, "start": BEFORE, "second": "yes"})


def test_a_first_child_born_just_before_the_day_has_six_months() -> None:
    result = play(GUIDE, MOTHER | {"birth": BEFORE, "start": BEFORE, "second": "no"})
    assert "Được nghỉ 6 tháng" in said(result)
    assert result.assumed == ()


def test_born_before_the_day_and_not_known_whether_the_second_is_named() -> None:
    result = play(GUIDE, MOTHER | {"birth": BEFORE, "start": BEFORE, "second": None})
    assert "Được nghỉ 6 tháng" in said(result)
    assert "Trợ cấp một lần khi sinh: 4.680.000 đ" in said(result)  # the wage of the month of birth
    assert any("quy định chuyển tiếp" in one for one in result.assumed)


def test_born_and_back_before_the_day_nothing_is_said_of_it() -> None:
    script = {key: value for key, value in MOTHER.items() if key != "second"}
    birth = dt.date(2025, 12, 31)
    result = play(GUIDE, script | {"birth": birth, "start": birth})
    assert "đến 29/06/2026" in said(result)  # 31/12 and six months: 30/06, less a day
    assert result.assumed == ()
    assert result.warning
    assert "đã qua" in result.warning


def test_twins_as_second_and_third_child_show_both_readings() -> None:
    result = play(GUIDE, MOTHER | {"second": "yes", "babies": "2"})
    assert "Được nghỉ 7 đến 8 tháng" in said(result)
    assert "từ 56.000.000 đ đến 64.000.000 đ" in said(result)
    assert "Trợ cấp một lần khi sinh: 10.120.000 đ" in said(result)
    assert "bảy đến tám tháng" in result.voice


@pytest.mark.parametrize(
    ("start", "counted"),
    [
        (dt.date(2026, 8, 10), "từ 10/08/2026"),  # exactly two months before
        (dt.date(2026, 8, 9), "từ 10/08/2026"),  # Đ.139 k.1: no more than two
        (dt.date(2026, 11, 1), "từ 10/10/2026"),  # never after the birth
    ],
)
def test_leave_starts_at_most_two_months_before_the_birth(start: dt.date, counted: str) -> None:
    result = play(GUIDE, MOTHER | {"start": start})
    assert counted in said(result)


def test_too_few_months_point_to_the_father_luat_bhxh_d58_k1() -> None:
    short = {key: MOTHER[key] for key in ("who", "birth")} | {"recent": 5, "special": "no"}
    result = play(GUIDE, short)
    assert "Chưa đủ điều kiện" in said(result)
    assert "10/2025 đến 09/2026" in said(result)
    assert "chồng nhận trợ cấp một lần 5.060.000 đ" in said(result)


@pytest.mark.parametrize(
    "more", [{"special": "rest", "total": 12}, {"special": "rest", "total": None}]
)
def test_three_months_do_with_prescribed_rest(more: dict[str, Any]) -> None:
    result = play(GUIDE, MOTHER | {"recent": 3} | more)
    assert "Được nghỉ 6 tháng" in said(result)
    assert any("12 tháng tất cả" in one for one in result.assumed) is (more["total"] is None)


def test_six_of_twenty_four_months_do_after_fertility_treatment() -> None:
    result = play(GUIDE, MOTHER | {"recent": 0, "special": "fertility", "two_years": 6})
    assert "Được nghỉ 6 tháng" in said(result)


def test_what_is_not_known_is_named() -> None:
    blank = dict.fromkeys(("recent", "second", "babies", "wage", "start"))
    result = play(GUIDE, MOTHER | blank)
    assert len(result.assumed) == 4
    assert "100%" in said(result)


def test_pay_stops_at_the_ceiling_luat_bhxh_d31() -> None:
    birth = dt.date(2027, 3, 1)  # the six months lie wholly under one ceiling
    result = play(GUIDE, MOTHER | {"birth": birth, "start": birth, "wage": 60_000_000})
    assert "cả kỳ 303.600.000 đ" in said(result)  # 6 × 50.600.000


def test_above_a_ceiling_that_changed_a_lawyer_answers() -> None:
    with pytest.raises(LookupError):
        play(GUIDE, MOTHER | {"wage": 48_000_000})
    assert "cả kỳ 280.800.000 đ" in said(play(GUIDE, MOTHER | {"wage": 46_800_000}))


@pytest.mark.parametrize("birth", [dt.date(2025, 6, 30), dt.date(2020, 1, 1)])
def test_born_before_the_law_a_lawyer_answers(birth: dt.date) -> None:
    with pytest.raises(LookupError):
        play(GUIDE, {"who": "mother", "birth": birth})


def test_born_on_the_first_day_of_the_law_is_worked_out() -> None:
    script = {key: value for key, value in MOTHER.items() if key != "second"}
    first = dt.date(2025, 7, 1)
    assert "4.680.000 đ" in said(play(GUIDE, script | {"birth": first, "start": first}))


def test_adoption_and_surrogacy_are_for_a_lawyer() -> None:
    with pytest.raises(LookupError):
        play(GUIDE, {"who": "other"})


FATHER: dict[str, Any] = {
    "who": "father",
    "birth": dt.date(2026, 11, 10),
    "insured": "yes",
    "hard_birth": "no",
    "babies": "1",
    "second": "no",
    "wage": 9_600_000,
    "mother_covered": "yes",
}


def test_the_father_of_a_first_child() -> None:
    result = play(GUIDE, FATHER)
    assert "Được nghỉ 5 ngày làm việc." in said(result)
    assert "= 2.000.000 đ" in said(result)
    assert "chậm nhất 09/01/2027" in said(result)  # Đ.53 k.3: 60 days from the birth
    assert "hai triệu đồng" in result.voice
    assert result.warning is None


def test_the_father_of_a_second_child_born_by_surgery_hears_both_readings() -> None:
    result = play(GUIDE, FATHER | {"second": "yes", "hard_birth": "surgery"})
    assert "7 đến 10 ngày làm việc" in said(result)
    assert "từ 2.800.000 đ đến 4.000.000 đ" in said(result)


@pytest.mark.parametrize(("recent", "gift"), [(6, True), (5, False), (None, False)])
def test_the_one_time_sum_goes_to_him_if_she_is_not_entitled(
    recent: int | None, gift: bool
) -> None:
    result = play(GUIDE, FATHER | {"mother_covered": "no", "recent": recent})
    assert ("5.060.000 đ" in said(result)) is gift


def test_a_father_without_insurance_has_no_leave_of_this_kind() -> None:
    short = {key: FATHER[key] for key in ("who", "birth")} | {"insured": "no"}
    assert "đang đóng BHXH bắt buộc" in said(play(GUIDE, short))


@pytest.mark.parametrize(
    ("today", "word"),
    [
        (dt.date(2026, 12, 24), None),
        (dt.date(2026, 12, 25), "sắp hết"),
        (dt.date(2027, 1, 9), "hôm nay là ngày cuối"),
        (dt.date(2027, 1, 10), "đã qua"),
    ],
)
def test_his_sixty_days_are_watched(today: dt.date, word: str | None) -> None:
    warning = play(GUIDE, FATHER, today).warning
    assert warning is None if word is None else word in str(warning)


def test_what_the_father_does_not_know_is_named() -> None:
    blank = dict.fromkeys(("insured", "hard_birth", "babies", "second", "wage", "mother_covered"))
    assert len(play(GUIDE, FATHER | blank).assumed) == 5
