"""Whatever is answered, a guide ends: in a result that can be read and spoken, or at a lawyer."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.calculators import (
    annual_leave,
    maternity,
    one_time,
    overtime,
    pension,
    severance,
    sickness,
    unemployment,
)
from knowledge_base.calculators.guide import Guide, Kind, Result, Step, Value
from tests.knowledge_base.calculators.driving import NUMBERS, TODAY, check_result

GUIDES = [
    module.GUIDE
    for module in (
        annual_leave,
        maternity,
        one_time,
        overtime,
        pension,
        severance,
        sickness,
        unemployment,
    )
]
MOST_STEPS = 10
DAYS = st.dates(dt.date(1960, 1, 1), dt.date(2030, 12, 31))
LATE = st.dates(dt.date(2025, 7, 1), dt.date(2027, 12, 31))


def answer(step: Step, draw: st.DataObject) -> Value | None:
    if step.may_skip and draw.draw(st.integers(0, 4)) == 0:
        return None
    match step.kind:
        case Kind.CHOICE:
            return draw.draw(st.sampled_from([option.value for option in step.options]))
        case Kind.DATE:
            return draw.draw(DAYS if step.name == "birth" and step.high == 0 else LATE)
        case Kind.PLACE:
            return draw.draw(st.sampled_from(["Hồng Bàng", "Thanh Hà"]))
        case Kind.MONTHS:
            return draw.draw(st.integers(0, 600))
        case _:
            assert step.low is not None
            return draw.draw(st.integers(step.low, step.high))


def ahead(guide: Guide, answers: dict[str, Value | None]) -> Step | Result | None:
    """None: handed over. A missing key or index is a fault, not a hand-over."""
    try:
        return guide.advance(answers, NUMBERS, TODAY)
    except (KeyError, IndexError):
        raise
    except LookupError:
        return None


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.id)
@given(draw=st.data())
def test_every_way_through_ends(guide: Guide, draw: st.DataObject) -> None:
    answers: dict[str, Value | None] = {}
    while isinstance(found := ahead(guide, answers), Step):
        assert found.name not in answers
        answers[found.name] = answer(found, draw)
        assert len(answers) <= MOST_STEPS
    if found is not None:
        check_result(guide, found)
