"""Long texts leave in parts that read like the whole."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.base import split


def test_a_short_text_stays_whole() -> None:
    assert split("một hai", 7) == ["một hai"]
    assert split("", 7) == [""]


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("một\n\nhai\nba bốn", 14, ["một", "hai\nba bốn"]),
        ("một\nhai ba bốn", 12, ["một", "hai ba bốn"]),
        ("một hai ba", 8, ["một hai", "ba"]),
        ("x" * 25, 10, ["x" * 10, "x" * 10, "x" * 5]),
    ],
    ids=["at a paragraph", "at a line", "at a word", "within a word"],
)
def test_a_text_is_cut_where_it_hurts_least(text: str, limit: int, parts: list[str]) -> None:
    assert split(text, limit) == parts


def test_blanks_in_front_make_no_empty_part() -> None:
    assert split("  " + "x" * 12, 10) == ["x" * 10, "xx"]
    assert split("\n\n" + "x" * 9, 10) == ["x" * 9]


@settings(max_examples=300, deadline=None, database=None)
@given(st.text("ab \n", min_size=1, max_size=120), st.integers(1, 40))
def test_parts_keep_every_letter_in_order_and_are_never_too_long(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert all(len(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
    if text.strip():
        assert all(part.strip() for part in parts)
