"""The least wage by ward: NĐ 293/2025 Đ.3, 4 and its appendix."""

import datetime as dt
from collections import Counter

import pytest

from knowledge_base.calculators import minimum_wage
from knowledge_base.calculators.guide import Numbers
from knowledge_base.calculators.minimum_wage import Minimum, minimum, shortfall
from knowledge_base.calculators.wards import find_ward, ward, wards
from knowledge_base.importing import Base
from tests.knowledge_base.calculators.driving import TODAY, play, said


@pytest.fixture(scope="module")
def numbers(base: Base) -> Numbers:
    return Numbers(base.parameters)


def test_the_city_has_114_units() -> None:
    assert Counter(one.kind for one in wards()) == {"phường": 45, "xã": 67, "đặc khu": 2}
    assert Counter(one.region for one in wards()) == {1: 99, 2: 15}
    assert len({one.name for one in wards()}) == 114


@pytest.mark.parametrize(
    ("name", "kind", "region"),
    [
        ("Thủy Nguyên", "phường", 1),
        ("Hải Dương", "phường", 1),
        ("Cát Hải", "đặc khu", 1),
        ("Gia Lộc", "xã", 1),
        ("Thanh Hà", "xã", 2),
        ("Ninh Giang", "xã", 2),
        ("Bạch Long Vĩ", "đặc khu", 2),
    ],
)
def test_a_ward_lies_in_its_region(name: str, kind: str, region: int) -> None:
    assert (ward(name).kind, ward(name).region) == (kind, region)


def test_every_ward_is_found_by_its_own_name() -> None:
    for one in wards():
        assert find_ward(one.full_name) == one


def test_an_unknown_ward_is_told_apart() -> None:
    with pytest.raises(LookupError):
        ward("Hoàn Kiếm")


@pytest.mark.parametrize(
    ("region", "month", "hour"), [(1, 5_310_000, 25_500), (2, 4_730_000, 22_700)]
)
def test_the_least_wage_of_a_region(numbers: Numbers, region: int, month: int, hour: int) -> None:
    assert minimum(region, numbers, TODAY) == Minimum(month, hour)


def test_before_2026_the_law_is_not_at_hand(numbers: Numbers) -> None:
    with pytest.raises(LookupError):
        minimum(1, numbers, dt.date(2021, 12, 31))


@pytest.mark.parametrize(("wage", "missing"), [(5_309_999, 1), (5_310_000, 0), (6_000_000, 0)])
def test_the_least_is_enough(wage: int, missing: int) -> None:
    assert shortfall(wage, 5_310_000) == missing


@pytest.mark.parametrize(
    ("place", "pay", "wage", "words"),
    [
        ("Thủy Nguyên", "month", 5_200_000, "thấp hơn luật 110.000 đ mỗi tháng"),
        ("Thủy Nguyên", "month", 5_310_000, "không thấp hơn"),
        ("Thanh Hà", "month", 5_200_000, "không thấp hơn"),
        ("Thanh Hà", "hour", 22_000, "thấp hơn luật 700 đ mỗi giờ"),
        ("Hải An", "piece", 5_000_000, "thấp hơn luật 310.000 đ mỗi tháng"),
        (None, "month", 4_700_000, "thấp hơn luật 30.000 đ"),
        (None, "month", 5_000_000, "đủ ở vùng II nhưng thấp hơn mức của vùng I"),
        (None, "hour", 26_000, "không thấp hơn"),
    ],
)
def test_a_wage_is_compared_with_the_least_of_its_place(
    numbers: Numbers, place: str | None, pay: str, wage: int, words: str
) -> None:
    script = {"place": place, "pay": pay, "wage": wage}
    assert words in said(play(minimum_wage.GUIDE, script, numbers=numbers))


def test_without_a_wage_the_least_is_told(numbers: Numbers) -> None:
    result = play(minimum_wage.GUIDE, {"place": "Thanh Hà", "pay": None}, numbers=numbers)
    assert said(result) == (
        "Xã Thanh Hà thuộc vùng II: lương tối thiểu 4.730.000 đ một tháng, 22.700 đ một giờ."
    )
