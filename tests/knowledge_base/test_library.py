"""Law never goes out stale."""

import datetime as dt
from typing import Any

import pytest

from knowledge_base import entries, importing
from knowledge_base.importing import Base
from knowledge_base.library import Held, Library
from knowledge_base.text import Shorthand
from tests.knowledge_base.conftest import DAY, Tree, entry


@pytest.fixture
def small(tree: Tree) -> Base:
    return importing.load(tree())


def library_with(base: Base, **instrument: Any) -> Library:
    """One entry about wages, its law as `instrument` says."""
    law = base.instruments["45/2019/QH14"].model_copy(update=instrument)
    return Library(
        [entry(answer="Lương cơ sở là {luong_co_so} một tháng.")],
        topics=base.topics,
        instruments={law.law_id: law},
        parameters=base.parameters,
        shorthand=Shorthand({}),
        synonyms={},
    )


def test_an_entry_in_order_is_told(small: Base) -> None:
    library = library_with(small)
    said = library.answer(library.entries["no-luong"], DAY)
    assert isinstance(said, str)
    assert said.startswith("Lương cơ sở là 2.530.000 đ một tháng.\nCăn cứ: ")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"lawyer_only": "Chưa kiểm tra"}, "Chưa kiểm tra"),
        ({"valid_to": dt.date(2026, 11, 21)}, "hết thời hạn"),
        ({"valid_from": dt.date(2026, 11, 23)}, "hết thời hạn"),
        ({"answer": "Phạt {muc_phat} nếu vi phạm điều này."}, "thiếu số liệu"),
    ],
    ids=["for a lawyer", "expired", "not yet valid", "a number missing"],
)
def test_an_entry_that_must_not_be_sent_is_held_with_its_reason(
    small: Base, changed: dict[str, Any], reason: str
) -> None:
    library = library_with(small)
    said = library.answer(library.entries["no-luong"].model_copy(update=changed), DAY)
    assert isinstance(said, Held)
    assert reason in said.reason


def test_the_last_day_of_an_entry_still_counts(small: Base) -> None:
    library = library_with(small)
    last = library.entries["no-luong"].model_copy(update={"valid_to": DAY})
    assert isinstance(library.answer(last, DAY), str)


def test_an_entry_whose_law_was_replaced_is_held_from_that_day_on(small: Base) -> None:
    library = library_with(small, effective_to=DAY, replaced_by="99/2026/QH16")
    one = library.entries["no-luong"]
    assert isinstance(library.answer(one, DAY - dt.timedelta(days=1)), str)
    held = library.answer(one, DAY)
    assert isinstance(held, Held)
    assert "45/2019/QH14" in held.reason


def test_an_entry_whose_law_nobody_knows_is_held(small: Base) -> None:
    library = library_with(small, law_id="1/2030/QH17")
    assert isinstance(library.answer(library.entries["no-luong"], DAY), Held)


def test_a_number_that_ran_out_holds_the_entry(small: Base) -> None:
    library = library_with(small)
    said = library.answer(library.entries["no-luong"], dt.date(2026, 6, 30))
    assert said == Held("thiếu số liệu của ngày này")


def test_a_lawyer_gets_the_words_even_of_a_held_entry(small: Base) -> None:
    library = library_with(small)
    one = library.entries["no-luong"].model_copy(update={"lawyer_only": "Chưa kiểm tra"})
    assert library.plain(one, DAY) == "Lương cơ sở là 2.530.000 đ một tháng."
    assert "{luong_co_so}" in library.plain(one, dt.date(2020, 1, 1))


def test_next_years_wage_question_is_held_when_the_year_is_over(library: Library) -> None:
    one = library.entries["luong-toi-thieu-2027"]
    assert isinstance(library.answer(one, dt.date(2026, 12, 31)), str)
    assert isinstance(library.answer(one, dt.date(2027, 1, 1)), Held)


def test_a_library_from_the_files_knows_what_the_files_hold(base: Base) -> None:
    assert entries.library_of(base).entries.keys() == base.entries.keys()
