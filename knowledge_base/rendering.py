"""Turns an entry into the words a worker reads on a given day. (pure)"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence

from knowledge_base.content import Citation, Entry, Instrument, Parameter

ANSWER_LIMIT = 700  # characters, with the legal basis: what a tired reader takes in at once

_PLACEHOLDER = re.compile(r"\{([a-z0-9_]+)(?::x([0-9]+))?\}")


class UnknownParameter(ValueError):
    """A text names a parameter that does not exist or has no value on that day."""


def fill(text: str, parameters: Mapping[str, Parameter], day: dt.date) -> str:
    """Replace each ``{name}`` by its value on `day`; ``{name:x5}`` by five times that value."""

    def value_of(found: re.Match[str]) -> str:
        name, times = found[1], int(found[2] or 1)
        parameter = parameters.get(name)
        period = parameter.on(day) if parameter else None
        if parameter is None or period is None:
            raise UnknownParameter(f"no parameter {name!r} on {day:%d/%m/%Y}")
        if period.value is not None:
            return amount(period.value * times, parameter.unit)
        assert period.low is not None
        assert period.high is not None
        return span(period.low * times, period.high * times, parameter.unit)

    return _PLACEHOLDER.sub(value_of, text)


def parameters_in(text: str) -> set[str]:
    return {found[1] for found in _PLACEHOLDER.finditer(text)}


def amount(value: int, unit: str) -> str:
    """5310000, "đ" -> "5.310.000 đ"; 8, "%" -> "8%"; 14, "ngày làm việc" -> "14 ngày làm việc"."""
    number = f"{value:,}".replace(",", ".")
    return f"{number}%" if unit == "%" else f"{number} {unit}"


def span(low: int, high: int, unit: str) -> str:
    """20000000, 25000000, "đ" -> "20–25 triệu đồng"."""
    if unit == "đ" and low % 100_000 == 0 and high % 100_000 == 0:
        return f"{_millions(low)}–{_millions(high)} triệu đồng"
    return f"{amount(low, '').strip()}–{amount(high, unit)}"


def _millions(value: int) -> str:
    return f"{value / 1_000_000:g}".replace(".", ",")


def cite(citation: Citation, instruments: Mapping[str, Instrument]) -> str:
    """ "BLLĐ 2019 Đ.97 k.4 đ.a"."""
    instrument = instruments.get(citation.law_id)
    parts = [instrument.short if instrument else citation.law_id, f"Đ.{citation.article_id}"]
    if citation.clause:
        parts.append(f"k.{citation.clause}")
    if citation.point:
        parts.append(f"đ.{citation.point}")
    return " ".join(parts)


def basis(
    citations: Sequence[Citation], instruments: Mapping[str, Instrument], entry: Entry
) -> str:
    """The line under every answer: where it stands in the law, since when, checked when."""
    places: list[str] = []
    law = None
    for citation in citations:
        words = cite(citation, instruments)
        if citation.law_id == law:  # name a law once, then only its articles
            words = words[words.index("Đ.") :]
        law = citation.law_id
        places.append(words)
    return (
        f"Căn cứ: {', '.join(places)} · áp dụng từ {entry.valid_from:%d/%m/%Y}"
        f" · kiểm tra {entry.checked_on:%d/%m/%Y}"
    )


def render(
    entry: Entry,
    parameters: Mapping[str, Parameter],
    instruments: Mapping[str, Instrument],
    day: dt.date,
) -> str:
    """The whole chat answer as sent on `day`."""
    text = fill(entry.answer, parameters, day)
    return f"{text}\n{basis(entry.citations, instruments, entry)}"
