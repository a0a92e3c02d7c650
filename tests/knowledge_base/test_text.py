"""Vietnamese as people type it."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_base.text import Shorthand, clean, fold, words

SENTENCE = "Công ty nợ lương tôi 2 tháng, phải làm thế nào?"


def test_both_ways_to_encode_marks_read_the_same() -> None:
    decomposed = unicodedata.normalize("NFD", SENTENCE)
    assert decomposed != SENTENCE
    assert clean(decomposed) == clean(SENTENCE)
    assert words(decomposed) == words(SENTENCE)


def test_marks_typed_in_another_order_read_the_same() -> None:
    assert words("vie\u0323\u0302c") == words("vie\u0302\u0323c") == ["việc"]


@pytest.mark.parametrize(
    "hidden",
    ["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e", "\u202a", "\u2066", "\u061c"],
)
def test_signs_nobody_sees_are_dropped(hidden: str) -> None:
    assert clean(f"l{hidden}ư{hidden}ơng") == "lương"
    assert words(f"{hidden}nợ{hidden} lương") == ["nợ", "lương"]


def test_half_a_surrogate_pair_and_control_signs_are_dropped() -> None:
    assert clean("lương\ud800 \x00nợ\x07\x1b") == "lương nợ"
    assert clean("\x00\ud83d") == ""


def test_lines_stay_lines() -> None:
    assert clean("  một\nhai\tba  ") == "một\nhai\tba"


def test_emoji_and_other_scripts_survive_cleaning() -> None:
    assert clean("cảm ơn 🙏 你好") == "cảm ơn 🙏 你好"


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("Đường đi", "Duong di"),
        ("nghỉ việc", "nghi viec"),
        ("ưu đãi", "uu dai"),
        ("THAI SẢN", "THAI SAN"),
    ],
)
def test_folding_drops_every_mark(marked: str, plain: str) -> None:
    assert fold(marked) == plain
    assert fold(unicodedata.normalize("NFD", marked)) == plain


def test_words_are_lower_case_and_numbers_stay_whole() -> None:
    assert words("LƯƠNG 5.310.000 đ, từ 1/7/2026: 8%") == [
        "lương",
        "5.310.000",
        "đ",
        "từ",
        "1/7/2026",
        "8%",
    ]


def test_drawn_out_words_are_shortened() -> None:
    assert words("lâuuuuu quáááá") == ["lâu", "quá"]
    assert words("cái xoong") == ["cái", "xoong"]


def test_wide_letters_read_as_usual_ones() -> None:
    assert words("ＬＵＯＮＧ") == ["luong"]


def test_shorthand_is_spelled_out_with_its_marks() -> None:
    reading = Shorthand({"cty": "công ty", "ko": "không", "lg": "lương"}).read("Cty KO trả lg")
    assert reading.marked == ("công", "ty", "không", "trả", "lương")
    assert reading.folded == ("cong", "ty", "khong", "tra", "luong")


def test_having_marks_means_what_was_typed_not_what_was_spelled_out() -> None:
    shorthand = Shorthand({"cty": "công ty"})
    assert not shorthand.read("cty no luong").has_marks
    assert shorthand.read("cty nợ lương").has_marks


@settings(max_examples=200, deadline=None, database=None)
@given(st.text(st.characters(), max_size=80))
def test_any_text_can_be_cleaned_and_read(text: str) -> None:
    once = clean(text)
    once.encode("utf-8")
    assert "\x00" not in once
    assert clean(once) == once
    assert all(word == word.lower() for word in words(text))
