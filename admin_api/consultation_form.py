"""Reads one consultation as it was typed, in a form or a line of a spreadsheet."""

import datetime as dt
import re
from collections.abc import Mapping

from escalation.consultations import Given
from escalation.vocabulary import Kind, Way
from knowledge_base.content import Topic
from knowledge_base.text import clean, fold

QUESTION, ANSWER = 400, 4000  # characters
MINUTES = range(1, 601)
WAYS = {Way.IN_PERSON: "Trực tiếp", Way.LETTER: "Thư", Way.PHONE: "Điện thoại"}
KINDS = {Kind.QUESTION: "Câu hỏi", Kind.REPORT: "Phản ánh", Kind.PROPOSAL: "Kiến nghị"}
_OLDEST = dt.date(2000, 1, 1)
_DAY = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")


class Refused(ValueError):
    """A sentence for whoever typed it, and which field it is about."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field, self.sentence = field, sentence


def read(typed: Mapping[str, str], topics: Mapping[str, Topic], today: dt.date) -> Given:
    """Raises `Refused` with the first thing that is wrong."""
    said = {name: clean(text) for name, text in typed.items()}
    return Given(
        day=_day(said.get("day", ""), today),
        way=_way(said.get("way", "")),
        kind=_kind(said.get("kind", "")),
        topic=_topic(said.get("topic", ""), topics),
        question=_words("question", said.get("question", ""), QUESTION, "câu hỏi"),
        answer=_words("answer", said.get("answer", ""), ANSWER, "câu trả lời"),
        minutes=_minutes(said.get("minutes", "")),
    )


def _day(text: str, today: dt.date) -> dt.date:
    found = _DAY.fullmatch(text)
    iso = f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}" if found else text
    try:
        day = dt.date.fromisoformat(iso)
    except ValueError:
        raise Refused("day", f"Ngày {_quoted(text)} không đọc được. Ghi như 22/11/2026.") from None
    if not _OLDEST <= day <= today:
        raise Refused("day", f"Ngày {day:%d/%m/%Y} phải từ năm 2000 đến hôm nay.")
    return day


def _way(text: str) -> Way:
    for way, word in WAYS.items():
        if fold(text.lower()) in (way.value, fold(word.lower())):
            return way
    raise Refused("way", f"Cách tư vấn {_quoted(text)}: chọn {', '.join(WAYS.values())}.")


def _kind(text: str) -> Kind:
    if not text:
        return Kind.QUESTION
    for kind, word in KINDS.items():
        if fold(text.lower()) in (kind.value, fold(word.lower())):
            return kind
    raise Refused("kind", f"Loại {_quoted(text)}: chọn {', '.join(KINDS.values())}.")


def _topic(text: str, topics: Mapping[str, Topic]) -> str | None:
    if not text:
        return None
    for name, topic in topics.items():
        if fold(text.lower()) in (name, fold(topic.name.lower())):
            return name
    raise Refused("topic", f"Chủ đề {_quoted(text)} không có. Chọn trong danh mục hoặc để trống.")


def _words(field: str, text: str, longest: int, name: str) -> str:
    if not text:
        raise Refused(field, f"Còn thiếu {name}.")
    if len(text) > longest:
        raise Refused(field, f"Phần {name} dài {len(text)} chữ cái, nhiều nhất là {longest}.")
    return " ".join(text.split()) if field == "question" else text


def _minutes(text: str) -> int:
    number = text.removesuffix(".0")
    if number.isascii() and number.isdigit() and len(number) < 6 and int(number) in MINUTES:
        return int(number)
    raise Refused("minutes", f"Số phút {_quoted(text)}: ghi số từ 1 đến {MINUTES[-1]}.")


def _quoted(text: str) -> str:
    """Part of what was typed, so that it is found again."""
    return f"“{text[:40]}”" if text else "còn trống"
