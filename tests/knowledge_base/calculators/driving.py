"""Leads a guide through answers as a worker gives them, and checks what every result must keep."""

import datetime as dt
import re
from collections.abc import Mapping

from knowledge_base.calculators.guide import Guide, Kind, Numbers, Result, Step, Value
from knowledge_base.content import Parameter

TODAY = dt.date(2026, 11, 22)
CITED = {"law_id": "161/2026/NĐ-CP", "article_id": "3"}
SPEAKABLE = re.compile(r"[^\W\d_]+(?:[ .,?!]+[^\W\d_]+)*\.")


def parameter(*periods: tuple[int, str, str | None]) -> Parameter:
    return Parameter.model_validate(
        {
            "label": "một số",
            "unit": "đ",
            "periods": [
                {"value": value, "valid_from": since, "valid_to": until, "citation": CITED}
                for value, since, until in periods
            ],
        }
    )


NUMBERS = Numbers(
    {
        "luong_co_so": parameter(
            (2_530_000, "2026-07-01", None), (2_340_000, "2024-07-01", "2026-06-30")
        ),
        "luong_toi_thieu_thang_vung_1": parameter((5_310_000, "2026-01-01", None)),
        "luong_toi_thieu_thang_vung_2": parameter((4_730_000, "2026-01-01", None)),
    }
)


def play(
    guide: Guide,
    script: Mapping[str, Value | None],
    today: dt.date = TODAY,
    numbers: Numbers = NUMBERS,
) -> Result:
    """The result of answering each step from `script`; every answer of it must be asked for."""
    answers: dict[str, Value | None] = {}
    while isinstance(found := guide.advance(answers, numbers, today), Step):
        assert found.name not in answers
        assert found.name in script, f"asked for {found.name}"
        answers[found.name] = script[found.name]
        _check_step(found, script[found.name])
    assert set(script) == set(answers)
    check_result(guide, found)
    return found


def _check_step(step: Step, value: Value | None) -> None:
    assert step.question.endswith(("?", ".", ")"))
    if value is None:
        assert step.may_skip, step.name
    elif step.kind is Kind.CHOICE:
        assert value in {option.value for option in step.options}, step.name
        assert all(len(option.label) <= 60 for option in step.options)
    elif step.kind in {Kind.NUMBER, Kind.MONEY}:
        assert isinstance(value, int)
        assert step.low is not None
        assert step.high is not None
        assert step.low <= value <= step.high, step.name


def check_result(guide: Guide, result: Result) -> None:
    assert all(line and "{" not in line for line in result.lines)
    assert SPEAKABLE.fullmatch(result.voice), result.voice
    assert len(result.voice.split()) <= 150, result.voice
    assert result.citations
    assert set(result.citations) <= set(guide.citations), result.citations


def said(result: Result) -> str:
    return "\n".join(result.lines)


def step_after(guide: Guide, answers: Mapping[str, Value | None], name: str) -> Step:
    """The step `name`, which must be the next one after `answers`."""
    found = guide.advance(answers, NUMBERS, TODAY)
    assert isinstance(found, Step)
    assert found.name == name
    return found
