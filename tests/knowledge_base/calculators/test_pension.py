"""Retirement age and pension: BLLĐ Đ.169, NĐ 135/2020, Luật BHXH 2024 Đ.64 to 68."""

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.calculators.guide import ForLawyer
from knowledge_base.calculators.pension import GUIDE
from knowledge_base.calculators.pension.rules import (
    early_cut,
    lump_sum,
    monthly,
    months_early,
    ordinary_age,
    rate,
    retirement,
)
from tests.knowledge_base.calculators.driving import TODAY, play, said, step_after

SEXES = st.sampled_from(["male", "female"])
BIRTHS = st.dates(dt.date(1961, 1, 1), dt.date(2005, 12, 31))


@pytest.mark.parametrize(
    ("sex", "born", "years", "odd", "pays"),
    [  # NĐ 135 Phụ lục I: month and year of birth, age, month and year of the first pension
        ("male", (1961, 1), 60, 3, (2021, 5)),
        ("male", (1961, 9), 60, 3, (2022, 1)),
        ("male", (1961, 10), 60, 6, (2022, 5)),
        ("male", (1964, 9), 61, 3, (2026, 1)),
        ("male", (1964, 10), 61, 6, (2026, 5)),
        ("male", (1965, 6), 61, 6, (2027, 1)),
        ("male", (1965, 7), 61, 9, (2027, 5)),
        ("male", (1966, 3), 61, 9, (2028, 1)),
        ("male", (1966, 4), 62, 0, (2028, 5)),
        ("male", (1980, 12), 62, 0, (2043, 1)),
        ("female", (1966, 1), 55, 4, (2021, 6)),
        ("female", (1966, 8), 55, 4, (2022, 1)),
        ("female", (1966, 9), 55, 8, (2022, 6)),
        ("female", (1969, 4), 56, 8, (2026, 1)),
        ("female", (1969, 5), 57, 0, (2026, 6)),
        ("female", (1970, 8), 57, 4, (2028, 1)),
        ("female", (1970, 9), 57, 8, (2028, 6)),
        ("female", (1975, 4), 59, 8, (2035, 1)),
        ("female", (1975, 5), 60, 0, (2035, 6)),
        ("female", (1990, 2), 60, 0, (2050, 3)),
    ],
)
def test_the_table_of_nd_135_annex_1(
    sex: str, born: tuple[int, int], years: int, odd: int, pays: tuple[int, int]
) -> None:
    found = retirement(sex, dt.date(*born, 28))
    assert divmod(found.age, 12) == (years, odd)
    assert found.pays_from == dt.date(*pays, 1)


@pytest.mark.parametrize(
    ("sex", "born", "years", "odd", "pays"),
    [  # NĐ 135 Phụ lục II: five years earlier
        ("male", (1966, 1), 55, 3, (2021, 5)),
        ("male", (1969, 10), 56, 6, (2026, 5)),
        ("male", (1971, 3), 56, 9, (2028, 1)),
        ("male", (1971, 4), 57, 0, (2028, 5)),
        ("female", (1971, 8), 50, 4, (2022, 1)),
        ("female", (1974, 5), 52, 0, (2026, 6)),
        ("female", (1980, 4), 54, 8, (2035, 1)),
        ("female", (1980, 5), 55, 0, (2035, 6)),
    ],
)
def test_the_table_of_nd_135_annex_2(
    sex: str, born: tuple[int, int], years: int, odd: int, pays: tuple[int, int]
) -> None:
    found = retirement(sex, dt.date(*born, 1), earlier=60)
    assert divmod(found.age, 12) == (years, odd)
    assert found.pays_from == dt.date(*pays, 1)


@given(SEXES, BIRTHS)
def test_who_is_born_later_never_retires_earlier(sex: str, birth: dt.date) -> None:
    later = birth + dt.timedelta(days=31)
    assert retirement(sex, birth).reached <= retirement(sex, later).reached
    assert retirement(sex, birth).age <= retirement(sex, later).age
    assert retirement(sex, birth, 60).reached <= retirement(sex, birth).reached


@given(SEXES, st.integers(2021, 2100))
def test_ages_rise_to_62_and_60_and_stop(sex: str, year: int) -> None:
    top = 744 if sex == "male" else 720
    assert ordinary_age(sex, year) <= ordinary_age(sex, year + 1) <= top
    assert ordinary_age(sex, 2035) == top


@pytest.mark.parametrize(
    ("sex", "years", "odd", "percent"),
    [
        ("female", 14, 11, 0),  # Đ.64 k.1: fifteen years at least
        ("female", 15, 0, 45),  # Đ.66 k.1 đ.a
        ("female", 15, 1, 46),  # Đ.5 k.6: half a year
        ("female", 15, 7, 47),
        ("female", 20, 0, 55),
        ("female", 30, 0, 75),
        ("female", 40, 0, 75),  # at most
        ("male", 15, 0, 40),  # đ.b
        ("male", 15, 6, Fraction(81, 2)),
        ("male", 19, 0, 44),
        ("male", 19, 7, 45),  # counts as twenty years
        ("male", 20, 0, 45),
        ("male", 20, 6, 46),
        ("male", 35, 0, 75),
        ("male", 36, 0, 75),
    ],
)
def test_rate_luat_bhxh_d66(sex: str, years: int, odd: int, percent: Any) -> None:
    assert rate(sex, years * 12 + odd) == percent


@given(SEXES, st.integers(0, 600))
def test_more_contributions_never_mean_less(sex: str, months: int) -> None:
    assert 0 <= rate(sex, months) <= rate(sex, months + 1) <= 75
    assert 0 <= lump_sum(sex, months) <= lump_sum(sex, months + 1)
    assert rate("female", months) >= rate("male", months)


@pytest.mark.parametrize(("months", "cut"), [(0, 0), (5, 0), (6, 1), (11, 1), (12, 2), (60, 10)])
def test_two_per_cent_less_for_each_year_early_d66_k3(months: int, cut: int) -> None:
    assert early_cut(months) == cut


def test_early_is_measured_against_the_age_of_that_year_blld_d169_k3() -> None:
    assert (
        months_early("male", dt.date(1969, 11, 5), dt.date(2026, 11, 1)) == 54
    )  # 57; 61 and a half
    assert months_early("male", dt.date(1960, 1, 1), dt.date(2026, 11, 1)) == 0


@pytest.mark.parametrize(
    ("sex", "years", "after", "months"),
    [
        ("male", 35, 0, 0),  # Đ.68 k.1: beyond 35 years
        ("male", 37, 0, 1),  # half a month for each
        ("male", 37, 12, "5/2"),  # 1 × 0,5 + 1 × 2 after the age
        ("male", 37, 36, 4),  # both beyond years lie after the age
        ("female", 30, 0, 0),
        ("female", 31, 0, "1/2"),
        ("female", 32, 24, 4),
    ],
)
def test_lump_sum_luat_bhxh_d68_tt_12_d14(sex: str, years: int, after: int, months: Any) -> None:
    assert lump_sum(sex, years * 12, after) == Fraction(months)


def test_a_pension_is_rounded_at_the_end() -> None:
    assert monthly(7_000_001, Fraction(81, 2)) == 2_835_000  # 2.835.000,4
    assert monthly(1, Fraction(50)) == 1


HIM: dict[str, Any] = {
    "sex": "male",
    "birth": dt.date(1966, 8, 15),
    "work": "ordinary",
    "contributed": 247,
    "wage": 8_000_000,
}


def test_a_man_of_twenty_years_and_seven_months() -> None:
    result = play(GUIDE, HIM)
    assert "đủ 62 tuổi, vào tháng 08/2028; lương hưu sớm nhất từ tháng 09/2028" in said(result)
    assert "Tỷ lệ: 20 năm 7 tháng đóng, tính 21 năm, được 47% lương bình quân." in said(result)
    assert "khoảng 3.760.000 đ" in said(result)
    assert "tháng chín năm hai nghìn không trăm hai mươi tám" in result.voice
    assert "ba triệu bảy trăm sáu mươi nghìn đồng" in result.voice


def test_twenty_years_bring_at_least_the_reference_wage_d141_k11() -> None:
    assert "khoảng 2.530.000 đ" in said(play(GUIDE, HIM | {"wage": 5_000_000}))
    short = play(GUIDE, HIM | {"wage": 5_000_000, "contributed": 239})
    assert "khoảng 2.250.000 đ" in said(short)  # counts as twenty years, but is not


def test_who_cannot_have_begun_before_july_2025_has_no_such_floor() -> None:
    young = HIM | {"birth": dt.date(1983, 8, 1), "contributed": 240, "wage": 5_000_000}
    assert "khoảng 2.250.000 đ" in said(play(GUIDE, young))


@pytest.mark.parametrize(
    ("contributed", "word"),
    [(174, "đóng một lần"), (173, "đóng BHXH tự nguyện"), (0, "Còn thiếu 15 năm")],
)
def test_less_than_fifteen_years(contributed: int, word: str) -> None:
    script = {key: value for key, value in HIM.items() if key != "wage"}
    result = play(GUIDE, script | {"contributed": contributed})
    assert word in said(result)
    assert "chưa có lương hưu" in result.voice


def test_heavy_work_retires_five_years_earlier_without_a_cut_d64_k1b() -> None:
    result = play(GUIDE, HIM | {"birth": dt.date(1970, 6, 1), "work": "heavy"})
    assert "đủ 56 tuổi 6 tháng, vào tháng 12/2026" in said(result)
    assert "được 47%" in said(result)


def test_missing_months_of_heavy_work_cannot_be_paid_for_tt_12_d12_k2() -> None:
    script = {key: value for key, value in HIM.items() if key != "wage"}
    result = play(
        GUIDE, script | {"work": "heavy", "contributed": 176, "birth": dt.date(1970, 6, 1)}
    )
    assert "đóng một lần" not in said(result)


def test_coal_mining_retires_ten_years_earlier_d64_k1c() -> None:
    result = play(GUIDE, HIM | {"birth": dt.date(1980, 1, 1), "work": "mine"})
    assert "đủ 52 tuổi, vào tháng 01/2032" in said(result)


def test_reduced_capacity_costs_two_per_cent_a_year_d65_d66() -> None:
    """57 in 11/2026, when others retire at 61 years 6 months: 4,5 years, 9 per cent."""
    ill = HIM | {"birth": dt.date(1969, 11, 5), "work": "disabled_61"}
    result = play(GUIDE, ill)
    assert "trừ 9% vì nghỉ sớm 4 năm 6 tháng, được 38%" in said(result)
    assert "lương hưu sớm nhất từ tháng 12/2026" in said(result)
    assert "Nghỉ ngay trong tháng 11/2026" in result.assumed


def test_reduced_capacity_asks_for_twenty_years_d65_k1() -> None:
    ill = {key: value for key, value in HIM.items() if key != "wage"}
    ill |= {"birth": dt.date(1969, 11, 5), "work": "disabled_81", "contributed": 234}
    result = play(GUIDE, ill)
    assert "Còn thiếu 6 tháng để đủ 20 năm" in said(result)
    assert "đóng một lần" in said(result)


def test_reduced_capacity_once_of_age_is_no_longer_early() -> None:
    old = HIM | {"birth": dt.date(1965, 5, 1), "work": "disabled_61", "contributed": 180}
    assert "được 40%" in said(play(GUIDE, old))


def test_thirty_years_and_more_of_a_woman_bring_a_lump_sum() -> None:
    her = HIM | {"sex": "female", "birth": dt.date(1970, 3, 1), "contributed": 384, "after": 0}
    result = play(GUIDE, her)
    assert "được 75%" in said(result)
    assert "1 tháng lương bình quân, khoảng 8.000.000 đ" in said(result)


def test_only_the_date_where_the_time_is_not_known() -> None:
    script = {key: value for key, value in HIM.items() if key != "wage"}
    result = play(GUIDE, script | {"contributed": None, "work": None})
    assert "từ đủ 15 năm" in said(result)
    assert result.assumed == ("Làm việc trong điều kiện bình thường",)


def test_only_the_rate_where_the_wage_is_not_known() -> None:
    result = play(GUIDE, HIM | {"wage": None})
    assert "được 47%" in said(result)
    assert "Lương hưu: " not in said(result)
    assert result.voice.endswith("bốn mươi bảy phần trăm lương bình quân.")


@pytest.mark.parametrize(
    ("sex", "birth"),
    [("male", dt.date(1964, 2, 1)), ("female", dt.date(1968, 9, 1)), ("male", dt.date(1950, 1, 1))],
)
def test_of_age_before_the_law_a_lawyer_answers(sex: str, birth: dt.date) -> None:
    with pytest.raises(ForLawyer, match="Luật BHXH 2014") as why:
        play(GUIDE, HIM | {"sex": sex, "birth": birth})
    assert "01/07/2025" in why.value.words


def test_of_age_with_the_first_pension_in_july_2025() -> None:
    result = play(GUIDE, HIM | {"birth": dt.date(1964, 3, 1)}, TODAY)
    assert "đã đủ tuổi nghỉ hưu của trường hợp này; lương hưu sớm nhất từ tháng 12/2026" in said(
        result
    )


def test_of_age_by_heavy_work_before_the_law_and_still_working() -> None:
    result = play(GUIDE, HIM | {"birth": dt.date(1968, 1, 1), "work": "heavy"})
    assert "lương hưu sớm nhất từ tháng 12/2026" in said(result)
    assert "được 47%" in said(result)


def test_exactly_twenty_years_have_the_floor_d141_k11() -> None:
    result = play(GUIDE, HIM | {"contributed": 240, "wage": 5_000_000})
    assert "khoảng 2.530.000 đ" in said(result)  # 45% would be 2.250.000


def test_time_paid_after_the_age_lies_within_all_the_time() -> None:
    begun = {"sex": "male", "birth": dt.date(1966, 1, 1), "work": "ordinary", "contributed": 440}
    assert step_after(GUIDE, begun, "after").high == 440
