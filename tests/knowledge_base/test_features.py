"""Words mended, meanings found, letters counted."""

import pytest

from knowledge_base.features import Meanings, Mender, letters, words
from knowledge_base.text import words as typed_words

KNOWN = "luong khong cong ty nghi viec tang ca thai san bao hiem tra duoc xa hoi hop dong mot lan".split()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("luwowng", "luong"),
        ("khoong", "khong"),
        ("dduwowcj", "duoc"),
        ("hopwj", "hop"),
        ("congty", "cong ty"),
        ("nghiviec", "nghi viec"),
        ("baohiemxahoi", "bao hiem xa hoi"),
        ("luonng", "luong"),
        ("xyzzy", "xyzzy"),
        ("24", "24"),
        ("luong", "luong"),
    ],
)
def test_a_slip_is_mended_only_into_known_words(typed: str, meant: str) -> None:
    assert Mender(KNOWN).mend([typed]) == meant.split()


def test_a_slip_with_two_readings_is_left_alone() -> None:
    assert Mender(["thang", "thanh"]).mend(["thank"]) == ["thank"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("kho6ng", "khong"), ("lu7o7ng", "luong"), ("d9u7o7c5", "duoc"), ("thang8", "thang 8")],
)
def test_vni_keys_left_in_a_word(typed: str, meant: str) -> None:
    assert typed_words(typed) == meant.split()


def test_the_longest_way_of_saying_counts_too() -> None:
    meanings = Meanings({"leave": ["nghi viec", "nghi"], "quit": ["nghi viec luon"]})
    assert meanings.find("toi nghi viec luon".split()) == {"leave", "quit"}
    assert meanings.find(["viec"]) == set()


def test_pairs_cross_fillers_but_fillers_do_not_stand_alone() -> None:
    bag = words("em nghi viec".split(), Meanings({}))
    assert set(bag) == {"nghi", "viec", "em nghi", "nghi viec"}


def test_letters_run_across_words() -> None:
    assert letters(["ca", "ba"]) == [" ca", "ca ", "a b", " ba", "ba "]
