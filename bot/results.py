"""Puts what a guide heard and worked out into words. (pure)"""

import datetime as dt
from collections.abc import Mapping, Sequence

from bot import phrases
from knowledge_base.calculators.guide import Kind, Result, Step, Value
from knowledge_base.calculators.wording import date, money, span
from knowledge_base.content import Citation, Instrument
from knowledge_base.rendering import ANSWER_LIMIT, cite


def rendered(result: Result, instruments: Mapping[str, Instrument]) -> tuple[str, ...]:
    """The result in one message, or in more where it is long."""
    lines = list(result.lines)
    if result.warning:
        lines.append(f"{phrases.GUIDE_WARNING}: {result.warning}")
    if result.assumed:
        lines.append(f"{phrases.GUIDE_ASSUMED}: {'; '.join(map(_lowered, result.assumed))}.")
    lines.append(f"{phrases.GUIDE_BASIS}: {_basis(result.citations, instruments)}")
    parts = [lines[0]]
    for line in lines[1:]:
        if len(parts[-1]) + 1 + len(line) <= ANSWER_LIMIT:
            parts[-1] += f"\n{line}"
        else:
            parts.append(line)
    return tuple(parts)


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
