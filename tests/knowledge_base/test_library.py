"""Law never goes out stale."""

import datetime as dt
from typing import Any

import pytest

from knowledge_base import entries, importing
from knowledge_base.content import Wording
from knowledge_base.importing import Base
from knowledge_base.library import Held, Hold, Holds, Library
from knowledge_base.text import Shorthand
from tests.knowledge_base.conftest import DAY, Tree, entry


@pytest.fixture
def small(tree: Tree) -> Base:
    return importing.load(tree())


def library_with(base: Base, holds: Holds | None = None, **instrument: Any) -> Library:
    """One entry about wages, its law as `instrument` says."""
    law = base.instruments["45/2019/QH14"].model_copy(update=instrument)
    return Library(
        [entry(answer="Lương cơ sở là {luong_co_so} một tháng.")],
        topics=base.topics,
        instruments={law.law_id: law},
        parameters=base.parameters,
        shorthand=Shorthand({}),
        synonyms={},
        holds=holds,
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


# -- held back -------------------------------------------------------------------------------------


def hold(article_id: str, since: dt.date = DAY) -> Hold:
    return Hold("45/2019/QH14", article_id, since, f"Điều {article_id} đã thay đổi")


@pytest.mark.parametrize("article_id", ["97", "3"], ids=["its own", "of a number in it"])
def test_an_entry_is_held_from_the_day_its_article_changed(small: Base, article_id: str) -> None:
    library = library_with(small, {"no-luong": [hold(article_id)]})
    one = library.entries["no-luong"]
    assert library.answer(one, DAY) == Held(f"Điều {article_id} đã thay đổi")
    assert isinstance(library.answer(one, DAY - dt.timedelta(days=1)), str)


def test_a_hold_on_another_entry_or_another_article_holds_nothing(small: Base) -> None:
    library = library_with(small, {"no-luong": [hold("98")], "khac": [hold("97")]})
    assert isinstance(library.answer(library.entries["no-luong"], DAY), str)


def test_the_law_in_place_of_a_replaced_one_is_named(small: Base) -> None:
    library = library_with(small, effective_to=DAY, replaced_by="99/2026/QH16")
    held = library.answer(library.entries["no-luong"], DAY)
    assert held == Held("căn cứ 45/2019/QH14 không còn hiệu lực, được thay bằng 99/2026/QH16")


def test_a_number_of_law_that_ended_holds_the_entry(small: Base) -> None:
    library = library_with(small)
    decree = small.instruments["45/2019/QH14"].model_copy(
        update={"law_id": "1/2026/NĐ-CP", "effective_to": DAY}
    )
    library.instruments = {**library.instruments, decree.law_id: decree}
    period = small.parameters["luong_co_so"].periods[0]
    cited = period.citation.model_copy(update={"law_id": decree.law_id})
    changed = period.model_copy(update={"citation": cited})
    number = small.parameters["luong_co_so"].model_copy(update={"periods": (changed,)})
    library.parameters = {"luong_co_so": number}
    held = library.answer(library.entries["no-luong"], DAY)
    assert held == Held("căn cứ 1/2026/NĐ-CP không còn hiệu lực")


def test_a_case_of_before_meets_the_wording_of_then(small: Base) -> None:
    library = library_with(small, {"no-luong": [hold("97")]})
    one = library.entries["no-luong"].model_copy(
        update={
            "valid_from": DAY,
            "earlier": (
                Wording.model_validate(
                    {
                        "answer": "Lúc ấy lương cơ sở là {luong_co_so}.",
                        "citations": [{"law_id": "45/2019/QH14", "article_id": "90"}],
                        "valid_from": "2026-07-01",
                        "valid_to": "2026-11-21",
                    }
                ),
            ),
        }
    )
    said = library.answer(one, dt.date(2026, 8, 1))
    assert isinstance(said, str)
    assert said.startswith("Lúc ấy lương cơ sở là 2.530.000 đ.\nCăn cứ: BLLĐ 2019 Đ.90 · ")
    assert isinstance(library.answer(one, DAY), Held)
    assert isinstance(library.answer(one, dt.date(2026, 6, 30)), Held)


def test_what_is_held_is_not_spoken_either(small: Base) -> None:
    library = library_with(small)
    one = library.entries["no-luong"]
    assert library.spoken(one, DAY) == Held("chưa có lời đọc qua điện thoại")
    voiced = one.model_copy(update={"voice": "Lương cơ sở là {luong_co_so}."})
    assert library.spoken(voiced, DAY) == (
        "Lương cơ sở là hai triệu năm trăm ba mươi nghìn đồng. "
        "Theo điều chín mươi bảy Bộ luật Lao động."
    )
    ended = library_with(small, effective_to=DAY)
    assert isinstance(ended.spoken(voiced, DAY), Held)


def test_a_guide_is_held_by_its_own_name(small: Base) -> None:
    library = library_with(small, {"calculator:phep-nam": [hold("113")]})
    assert library.guide_held("phep-nam", DAY) == Held("Điều 113 đã thay đổi")
    assert library.guide_held("phep-nam", DAY - dt.timedelta(days=1)) is None
    assert library.guide_held("khac", DAY) is None
