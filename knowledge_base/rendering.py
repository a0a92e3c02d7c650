"""Turns an entry into the words a worker reads on a given day. (pure)"""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence

from num2words import num2words

from knowledge_base.content import Citation, Entry, Instrument, Parameter, Wording
from knowledge_base.dates import Span

ANSWER_LIMIT = 700  # characters, with the legal basis: what a tired reader takes in at once

_PLACEHOLDER = re.compile(r"\{([a-z0-9_]+)(?::x([0-9]+))?\}")


class UnknownParameter(ValueError):
    """A text names a parameter that does not exist or has no value on that day."""


def fill(text: str, parameters: Mapping[str, Parameter], day: dt.date) -> str:
    """Replace each ``{name}`` by its value on `day`; ``{name:x5}`` by five times that value."""
    return _fill(text, parameters, day, amount, span)


def say(text: str, parameters: Mapping[str, Parameter], day: dt.date) -> str:
    """As `fill`, with numbers in words: for the telephone."""
    return _fill(text, parameters, day, spoken_amount, spoken_span)


def _fill(
    text: str,
    parameters: Mapping[str, Parameter],
    day: dt.date,
    one: Callable[[int, str], str],
    two: Callable[[int, int, str], str],
) -> str:
    def value_of(found: re.Match[str]) -> str:
        name, times = found[1], int(found[2] or 1)
        parameter = parameters.get(name)
        period = parameter.on(day) if parameter else None
        if parameter is None or period is None:
            raise UnknownParameter(f"no parameter {name!r} on {day:%d/%m/%Y}")
        if period.value is not None:
            return one(period.value * times, parameter.unit)
        assert period.low is not None
        assert period.high is not None
        return two(period.low * times, period.high * times, parameter.unit)

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


_UNITS_SPOKEN = {"đ": "đồng", "%": "phần trăm"}
_HUNDREDS_SKIPPED = re.compile(r"\blẻ (?=\S+ mươi|mười)")


def spoken_number(number: int) -> str:
    """25500 -> "hai mươi lăm nghìn năm trăm"; 2026 -> "hai nghìn không trăm hai mươi sáu"."""
    return _HUNDREDS_SKIPPED.sub("không trăm ", str(num2words(number, lang="vi")))


def spoken_amount(value: int, unit: str) -> str:
    """5310000, "đ" -> "năm triệu ba trăm mười nghìn đồng"; 30, "%" -> "ba mươi phần trăm"."""
    words = re.sub(r"[0-9]+", lambda found: spoken_number(int(found[0])), unit)
    return f"{spoken_number(value)} {_UNITS_SPOKEN.get(unit, words)}".replace("/", " một ")


def spoken_span(low: int, high: int, unit: str) -> str:
    return f"từ {spoken_amount(low, unit)} đến {spoken_amount(high, unit)}"


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
    citations: Sequence[Citation],
    instruments: Mapping[str, Instrument],
    entry: Entry,
    since: dt.date | None = None,
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
        f"Căn cứ: {', '.join(places)} · áp dụng từ {since or entry.valid_from:%d/%m/%Y}"
        f" · kiểm tra {entry.checked_on:%d/%m/%Y}"
    )


def render(
    entry: Entry,
    parameters: Mapping[str, Parameter],
    instruments: Mapping[str, Instrument],
    day: dt.date,
) -> str:
    """The whole chat answer as sent on `day`."""
    wording = entry.on(day) or entry
    text = fill(wording.answer, parameters, day)
    return f"{text}\n{basis(wording.citations, instruments, entry, wording.valid_from)}"


_CITED_ALOUD = 2
_ARTICLE_ID = re.compile(r"^(PL_)?([0-9]*)(.*)$")


def speak(
    wording: Wording,
    parameters: Mapping[str, Parameter],
    instruments: Mapping[str, Instrument],
    day: dt.date,
) -> str:
    """The whole telephone answer: the spoken text, then the first articles it rests on."""
    text = say(wording.voice or "", parameters, day).strip()
    return f"{text} Theo {_cited_aloud(wording.citations, instruments)}."


def _cited_aloud(citations: Sequence[Citation], instruments: Mapping[str, Instrument]) -> str:
    """ "điều ba mươi lăm và điều bốn mươi Bộ luật Lao động"; clauses are too much to hear."""
    places = list(
        dict.fromkeys(
            (_article_aloud(one.article_id), _law_aloud(one.law_id, instruments))
            for one in citations
        )
    )[:_CITED_ALOUD]
    if len({law for _, law in places}) == 1:
        return f"{' và '.join(article for article, _ in places)} {places[0][1]}"
    return " và ".join(f"{article} {law}" for article, law in places)


def _article_aloud(article_id: str) -> str:
    annex, number, letter = _ARTICLE_ID.findall(article_id)[0]
    words = spoken_number(int(number)) if number else ""
    return " ".join(("phụ lục" if annex else "điều", *filter(None, (words, letter))))


def _law_aloud(law_id: str, instruments: Mapping[str, Instrument]) -> str:
    instrument = instruments.get(law_id)
    return (instrument.spoken or instrument.name) if instrument else law_id


def as_of(entry: Entry, day: dt.date, span: Span, crosses: bool) -> str:
    """A line in front of an answer to a case that lies back in time; none for the rule of today."""
    wording = entry.on(day)
    if wording is None or (wording is entry and not crosses):
        return ""
    if not crosses:
        return f"Áp dụng quy định tại thời điểm đó ({entry.turns_on}: {span}).\n"
    if wording is entry:
        return f"Nếu {entry.turns_on} từ {wording.valid_from:%d/%m/%Y} trở đi:\n"
    return f"Nếu {entry.turns_on} từ {wording.valid_to:%d/%m/%Y} trở về trước:\n"
