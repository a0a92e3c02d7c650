"""The answers as files for others: lines of JSON, YAML, a spreadsheet."""

import datetime as dt
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import xlsxwriter
import yaml

from knowledge_base.content import Citation, Entry, Wording
from knowledge_base.library import Held, Library
from knowledge_base.rendering import cite, fill, say

Row = dict[str, Any]


def rows(library: Library, day: dt.date) -> tuple[list[Row], dict[str, str]]:
    """The entries as they read on `day`, and why others are held back that day."""
    sent: list[Row] = []
    held: dict[str, str] = {}
    for entry in library.entries.values():
        wording = library.wording(entry, day)
        if isinstance(wording, Held):
            held[entry.id] = wording.reason
        else:
            sent.append(_row(library, entry, wording, day))
    return sent, held


def _row(library: Library, entry: Entry, wording: Wording, day: dt.date) -> Row:
    voice = say(wording.voice, library.parameters, day) if wording.voice else None
    return {
        "id": entry.id,
        "topic": entry.topic,
        "question": entry.question,
        "phrasings": list(entry.phrasings),
        "answer": fill(wording.answer, library.parameters, day),
        "voice": voice,
        "citations": [citation.model_dump() for citation in wording.citations],
        "valid_from": wording.valid_from.isoformat(),
        "valid_to": wording.valid_to.isoformat() if wording.valid_to else None,
        "related": list(entry.related),
        "urgent": entry.urgent,
    }


def as_jsonl(library: Library, sent: Iterable[Row]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in sent).encode()


def as_yaml(library: Library, sent: Iterable[Row]) -> bytes:
    text: str = yaml.safe_dump(list(sent), allow_unicode=True, sort_keys=False, width=100)
    return text.encode()


_COLUMNS = (  # heading, width
    ("Mã", 28),
    ("Chủ đề", 16),
    ("Câu hỏi", 40),
    ("Cách hỏi khác", 50),
    ("Trả lời", 70),
    ("Lời đọc qua điện thoại", 50),
    ("Căn cứ", 36),
    ("Áp dụng từ", 12),
    ("Đến hết", 12),
    ("Câu liên quan", 28),
    ("Khẩn cấp", 10),
)


def as_xlsx(library: Library, sent: Iterable[Row]) -> bytes:
    """One row an entry, for people to read; what looks like a formula stays text."""
    buffer = io.BytesIO()
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, plain) as book:
        sheet = book.add_worksheet("Câu trả lời")
        top = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        body = book.add_format({"text_wrap": True, "valign": "top"})
        for column, (heading, width) in enumerate(_COLUMNS):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, heading, top)
        for line, row in enumerate(sent, 1):
            for column, text in enumerate(_cells(library, row)):
                sheet.write_string(line, column, text, body)
        sheet.freeze_panes(1, 1)
    return buffer.getvalue()


def _cells(library: Library, row: Row) -> Sequence[str]:
    citations = (Citation.model_validate(one) for one in row["citations"])
    topic = library.topics.get(row["topic"])
    return (
        row["id"],
        topic.name if topic else row["topic"],
        row["question"],
        "\n".join(row["phrasings"]),
        row["answer"],
        row["voice"] or "",
        "\n".join(cite(one, library.instruments) for one in citations),
        row["valid_from"],
        row["valid_to"] or "",
        "\n".join(row["related"]),
        "có" if row["urgent"] else "",
    )


FORMATS: Mapping[str, Callable[[Library, Iterable[Row]], bytes]] = {
    "jsonl": as_jsonl,
    "yaml": as_yaml,
    "xlsx": as_xlsx,
}
