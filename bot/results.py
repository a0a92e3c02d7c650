"""Puts what a guide heard and worked out into words. (pure)"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from bot import phrases
from bot.days import names_the_day
from knowledge_base.calculators.guide import Answers, Kind, Result, Step, Value
from knowledge_base.calculators.wording import date, money, span
from knowledge_base.content import Citation, Instrument
from knowledge_base.rendering import ANSWER_LIMIT, cite

ROUGH = ".rough"  # ends the name under which it is kept that a day was taken, not told

NOT_THE_VERY_DAY = "chưa rõ đúng ngày"
WHICH_DAY = (
    "Tổng đài cần một ngày để tính. Anh/chị nhớ khoảng ngày nào thì gõ ngày đó, ví dụ 15/3/2025;"
    " không nhớ thì gõ “không biết”."
)
FIRST_QUESTION = "Đây là câu hỏi đầu tiên. Muốn dừng thì gõ “thôi”."


def rendered(
    result: Result, instruments: Mapping[str, Instrument], answers: Answers | None = None
) -> tuple[str, ...]:
    """The result in one message, or in more where it is long."""
    lines = list(result.lines)
    assumed = (*result.assumed, *_taken_days(answers or {}))
    if result.warning:
        lines.append(f"{phrases.GUIDE_WARNING}: {result.warning}")
    if assumed:
        lines.append(f"{phrases.GUIDE_ASSUMED}: {'; '.join(map(_lowered, assumed))}.")
    lines.append(f"{phrases.GUIDE_BASIS}: {_basis(result.citations, instruments)}")
    parts = [lines[0]]
    for line in lines[1:]:
        if len(parts[-1]) + 1 + len(line) <= ANSWER_LIMIT:
            parts[-1] += f"\n{line}"
        else:
            parts.append(line)
    return tuple(parts)


def _taken_days(answers: Answers) -> Iterator[str]:
    for name, value in answers.items():
        if isinstance(value, dt.date) and name + ROUGH in answers:
            yield f"Ngày anh/chị kể là {date(value)} ({NOT_THE_VERY_DAY})"


def _lowered(words: str) -> str:
    """Inside a sentence; "BHXH" stays as it is."""
    begins_a_name = words[1:2].isupper()
    return (words if begins_a_name else words[:1].lower() + words[1:]).rstrip(".")


def _basis(citations: Sequence[Citation], instruments: Mapping[str, Instrument]) -> str:
    """The places in the law, each law named once."""
    places: list[str] = []
    law = None
    for citation in citations:
        words = cite(citation, instruments)
        places.append(words[words.index("Đ.") :] if citation.law_id == law else words)
        law = citation.law_id
    return ", ".join(places)


def shown(step: Step, value: Value) -> str:
    if isinstance(value, dt.date):
        return date(value)
    if isinstance(value, int) and step.kind in (Kind.MONEY, Kind.MONTHS):
        return money(value) if step.kind is Kind.MONEY else span(value)
    return str(value)


def bounds(step: Step, today: dt.date) -> str:
    """What the answer must lie between, in words."""
    return phrases.out_of_bounds(_end(step, step.low, today), _end(step, step.high, today))


def _end(step: Step, end: int | None, today: dt.date) -> str | None:
    if end is None:
        return None
    return shown(step, today + dt.timedelta(end) if step.kind is Kind.DATE else end)


def without_the_last(given: Answers) -> Answers:
    last = next((name for name in reversed(list(given)) if not name.endswith(ROUGH)), None)
    return {name: given[name] for name in given if name not in (last, f"{last}{ROUGH}")}


def marks(step: Step, text: str) -> Answers:
    """What is kept beside the answer: that its day was taken, not told."""
    rough = step.kind is Kind.DATE and not names_the_day(text)
    return {step.name + ROUGH: "1"} if rough else {}


def noted(step: Step, text: str, value: Value) -> str:
    """What was understood, where it is not what was typed."""
    if step.kind is not Kind.CHOICE:
        about = f" ({NOT_THE_VERY_DAY})" if marks(step, text) else ""
        return f"{phrases.GUIDE_NOTED}: {shown(step, value)}{about}.\n"
    label = next(option.label for option in step.options if option.value == value)
    typed = text.strip().rstrip(".").lower()
    return "" if typed == label.lower() else f"{phrases.GUIDE_NOTED}: {label}.\n"
