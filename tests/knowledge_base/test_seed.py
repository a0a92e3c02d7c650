"""The base as shipped: what must hold of every answer on the day it was checked."""

import datetime as dt
import re
from itertools import combinations

import pytest

from knowledge_base import importing
from knowledge_base.content import Entry
from knowledge_base.importing import Base
from knowledge_base.library import Held, Library
from knowledge_base.rendering import ANSWER_LIMIT, amount
from tests.knowledge_base.conftest import DAY

WAGES = (
    "luong_toi_thieu_thang_vung_1",
    "luong_toi_thieu_thang_vung_2",
    "luong_toi_thieu_gio_vung_1",
    "luong_toi_thieu_gio_vung_2",
    "luong_co_so",
)
REPLACED_WAGES = (4_960_000, 4_410_000, 23_800, 21_200, 2_340_000, 1_800_000)
BUTTON = 60  # characters


@pytest.fixture(scope="module")
def answers(library: Library) -> dict[str, str | Held]:
    return {entry.id: library.answer(entry, DAY) for entry in library.entries.values()}


def test_there_are_answers_under_every_heading(base: Base) -> None:
    assert len(base.entries) >= 320
    assert len(base.topics) == 15
    assert {entry.topic for entry in base.entries.values()} == set(base.topics)


def test_every_answer_goes_out_or_waits_for_a_lawyer_on_purpose(
    base: Base, answers: dict[str, str | Held]
) -> None:
    held = {entry_id for entry_id, said in answers.items() if isinstance(said, Held)}
    assert held == {entry.id for entry in base.entries.values() if entry.lawyer_only}


def test_every_answer_is_short_and_names_its_basis(answers: dict[str, str | Held]) -> None:
    for entry_id, said in answers.items():
        if isinstance(said, Held):
            continue
        *body, last = said.split("\n")
        assert len(said) <= ANSWER_LIMIT, entry_id
        assert body, entry_id
        assert re.fullmatch(
            r"Căn cứ: .+ Đ\..+ · áp dụng từ \d\d/\d\d/\d{4} · kiểm tra \d\d/\d\d/\d{4}", last
        ), entry_id
        assert "{" not in said, entry_id


def test_no_answer_rests_on_law_that_was_replaced(base: Base) -> None:
    cited = [
        (entry.id, citation.law_id)
        for entry in base.entries.values()
        for citation in entry.citations
    ]
    cited += [
        (name, period.citation.law_id)
        for name, parameter in base.parameters.items()
        if (period := parameter.on(DAY))
    ]
    stale = [(name, law) for name, law in cited if not base.instruments[law].in_force(DAY)]
    assert stale == []


def test_no_answer_was_checked_before_its_rule_or_after_the_day(base: Base) -> None:
    for entry in base.entries.values():
        assert entry.valid_from <= entry.checked_on <= DAY, entry.id


def test_no_number_has_two_values_on_one_day(base: Base) -> None:
    for name, parameter in base.parameters.items():
        for one, other in combinations(parameter.periods, 2):
            first, second = sorted((one, other), key=lambda period: period.valid_from)
            assert first.valid_to is not None, name
            assert first.valid_to < second.valid_from, name


def test_no_label_is_used_twice_or_too_long_for_a_button(base: Base) -> None:
    labels = [entry.label.casefold() for entry in base.entries.values()]
    assert len(set(labels)) == len(labels)
    assert max(map(len, labels)) <= BUTTON


def test_wages_are_never_typed_but_named(base: Base) -> None:
    now = [
        period.value
        for name in WAGES
        if (period := base.parameters[name].on(DAY)) and period.value is not None
    ]
    assert len(now) == len(WAGES)
    amounts = [value * times for value in (*now, *REPLACED_WAGES) for times in (1, 2, 3, 5, 10, 20)]
    typed = [form for value in amounts for form in _ways_to_write(value)]
    for entry in base.entries.values():
        text = f"{entry.answer} {entry.voice or ''}"
        found = [
            way for way in typed if re.search(rf"(?<![\d.,]){re.escape(way)}(?![\d]|\.\d)", text)
        ]
        assert found == [], entry.id


def _ways_to_write(value: int) -> list[str]:
    ways = [amount(value, "").strip(), str(value), f"{value:,}"]
    if value >= 1_000_000:
        ways.append(f"{value / 1_000_000:g} triệu".replace(".", ","))
    return ways


# -- the red list: matters no text may state before a lawyer has settled them ------------------------


def test_sixty_hours_of_overtime_a_month_are_for_a_lawyer(base: Base) -> None:
    spoken_of = [
        entry
        for entry in base.entries.values()
        if re.search(r"\b60 ?(giờ|tiếng|h)\b", f"{entry.answer} {entry.voice or ''}")
    ]
    assert spoken_of
    assert all(entry.lawyer_only for entry in spoken_of)


def test_the_wage_of_2027_is_told_by_no_number(base: Base) -> None:
    spoken_of = [
        entry
        for entry in base.entries.values()
        if "2027" in entry.question + entry.answer and "tối thiểu" in entry.question + entry.answer
    ]
    assert spoken_of
    for entry in spoken_of:
        if not entry.lawyer_only:
            assert _amounts_in(entry) == [], entry.id
            assert entry.valid_to is not None, entry.id
            assert entry.valid_to < dt.date(2027, 1, 1), entry.id


def _amounts_in(entry: Entry) -> list[str]:
    """Amounts and percentages typed into the answer."""
    return re.findall(r"\d{1,3}(?:\.\d{3})+|\d+(?:,\d+)? ?%|\d+(?:,\d+)? triệu", entry.answer)


def test_the_deadline_for_lost_unemployment_benefits_is_for_a_lawyer(base: Base) -> None:
    """Three months or one year: the deadline to claim from the company is not settled."""
    entry = base.entries["bhtn-han-doi-cong-ty"]
    assert entry.lawyer_only
    assert not re.search(r"\d+ (tháng|năm|ngày)", entry.answer)
    resting_on_it = [
        other.id
        for other in base.entries.values()
        for citation in other.citations
        if (citation.law_id, citation.article_id) == ("374/2025/NĐ-CP", "6")
        and not other.lawyer_only
    ]
    assert resting_on_it == []


def test_the_files_load_without_complaint() -> None:
    assert importing.load().entries
