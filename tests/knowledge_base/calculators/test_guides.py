"""The list of guides: known, offered below real answers, resting on law in the register."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.results import rendered
from knowledge_base.calculators.guide import ForLawyer, Guide, Kind, Numbers, Step, Value
from knowledge_base.calculators.guides import GUIDES
from knowledge_base.importing import Base
from knowledge_base.rendering import ANSWER_LIMIT
from tests.knowledge_base.calculators.driving import TODAY, check_result
from tests.knowledge_base.calculators.test_any_answers import answer

EVERY = pytest.mark.parametrize("guide", GUIDES.values(), ids=GUIDES.keys())


def test_no_guide_is_lost_by_a_name_used_twice() -> None:
    assert len(GUIDES) == 13
    assert len({guide.title for guide in GUIDES.values()}) == 13


@EVERY
def test_a_guide_stands_below_answers_that_may_be_sent(base: Base, guide: Guide) -> None:
    assert guide.topic in base.topics
    assert guide.entries
    assert [entry for entry in guide.entries if base.entries[entry].lawyer_only] == []


@EVERY
def test_a_guide_rests_on_law_in_the_register(base: Base, guide: Guide) -> None:
    assert {citation.law_id for citation in guide.citations} <= base.instruments.keys()


@EVERY
def test_its_name_and_title_fit_a_button(guide: Guide) -> None:
    assert len(guide.title) <= 60
    assert ":" not in guide.id


MOST_STEPS = 10


@EVERY
@given(draw=st.data())
@settings(max_examples=40)
def test_whatever_is_answered_a_guide_ends(base: Base, guide: Guide, draw: st.DataObject) -> None:
    """In a result of at most two messages, or at a lawyer."""
    numbers = Numbers(base.parameters)
    answers: dict[str, Value | None] = {}
    for _ in range(MOST_STEPS + 1):
        try:
            following = guide.advance(answers, numbers, TODAY)
        except LookupError as fault:
            if type(fault) not in (LookupError, ForLawyer):  # a missing key or index is a fault
                raise
            return
        if not isinstance(following, Step):
            check_result(guide, following)
            parts = rendered(following, base.instruments)
            assert len(parts) <= 2
            assert all(len(part) <= ANSWER_LIMIT for part in parts)
            return
        answers[following.name] = answer(following, draw)
    raise AssertionError(f"asks and asks: {list(answers)}")


@EVERY
def test_no_wage_may_be_nought(base: Base, guide: Guide) -> None:
    """Walked through by its first options."""
    answers: dict[str, Value | None] = {}
    given: dict[Kind, Value] = {
        Kind.DATE: dt.date(2026, 10, 1), Kind.MONTHS: 24, Kind.NUMBER: 12, Kind.MONEY: 8_000_000,
        Kind.PLACE: "Hồng Bàng",
    }  # fmt: skip
    while isinstance(found := guide.advance(answers, Numbers(base.parameters), TODAY), Step):
        if found.kind is Kind.MONEY:
            assert found.low is not None
            assert found.low > 0
        birth = found.name == "birth" and guide.id == "luong-huu"
        value = found.options[0].value if found.options else given[found.kind]
        answers[found.name] = dt.date(1980, 1, 1) if birth else value
