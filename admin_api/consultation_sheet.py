"""Consultations as a spreadsheet: an empty one to download, a filled one to read."""

import datetime as dt
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import openpyxl
import xlsxwriter

from admin_api import consultation_form
from admin_api.consultation_form import KINDS, MINUTES, WAYS, Refused
from escalation.consultations import Given
from knowledge_base.content import Topic
from knowledge_base.text import clean, fold

MOST_LINES = 2000
MOST_COMPLAINTS = 50
_LARGEST = 40 * 1024 * 1024  # bytes when unpacked
_COLUMNS = (  # field, heading, width, what to write
    ("day", "Ngày", 12, "Ngày tư vấn, như 22/11/2026."),
    ("way", "Cách tư vấn", 14, "Chọn trong danh sách."),
    ("kind", "Loại", 12, "Chọn trong danh sách; để trống là câu hỏi."),
    ("topic", "Chủ đề", 36, "Chọn trong danh sách hoặc để trống."),
    ("question", "Câu hỏi", 48, "Một dòng, không cần tên người hỏi."),
    ("answer", "Trả lời", 60, "Đã trả lời thế nào, ngắn gọn."),
    ("minutes", "Số phút", 10, f"Số từ 1 đến {MINUTES[-1]}."),
)
_FIELD_OF = {fold(heading.lower()): field for field, heading, *_ in _COLUMNS}
_OPTIONAL = {"kind", "topic"}


class SheetRefused(ValueError):
    """Nothing of the sheet was taken; `complaints` name the lines."""

    def __init__(self, complaints: Sequence[str]) -> None:
        super().__init__("the sheet was refused")
        self.complaints = list(complaints)


# -- to download -----------------------------------------------------------------------------------


def template(topics: Mapping[str, Topic]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Tư vấn")
        lists = book.add_worksheet("Danh mục")
        choices = {
            "way": list(WAYS.values()),
            "kind": list(KINDS.values()),
            "topic": [topic.name for topic in topics.values()],
        }
        top = book.add_format({"bold": True, "bg_color": "#DBE9F8", "border": 1})
        formats = {"day": book.add_format({"num_format": "dd/mm/yyyy"})}
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for column, (field, heading, width, hint) in enumerate(_COLUMNS):
            sheet.set_column(column, column, width, formats.get(field, wrapped))
            sheet.write_string(0, column, heading, top)
            rule: dict[str, Any] = {
                "validate": "any",
                "input_title": heading,
                "input_message": hint,
            }
            if field in choices:
                lists.write_column(0, column, choices[field])
                letter, last = chr(ord("A") + column), len(choices[field])
                source = f"='Danh mục'!${letter}$1:${letter}${last}"
                rule |= {"validate": "list", "source": source}
            sheet.data_validation(1, column, MOST_LINES, column, rule)
        lists.set_column(0, len(_COLUMNS), 40)
        sheet.freeze_panes(1, 0)
    return buffer.getvalue()


# -- to read ---------------------------------------------------------------------------------------


def read(content: bytes, topics: Mapping[str, Topic], today: dt.date) -> list[Given]:
    """Every line, or none: raises `SheetRefused`."""
    lines = _lines(content)
    fields = _fields(next(lines, (0, ()))[1])
    given, complaints = [], []
    for number, cells in lines:
        typed = {field: _text(cell) for field, cell in zip(fields, cells, strict=False) if field}
        if not any(typed.values()):
            continue
        try:
            given.append(consultation_form.read(typed, topics, today))
        except Refused as refused:
            complaints.append(f"Dòng {number}: {refused.sentence}")
    if complaints:
        raise SheetRefused(_few(complaints))
    if not given:
        raise SheetRefused(["Bảng không có dòng nào dưới dòng tiêu đề."])
    return given


def _few(complaints: Sequence[str]) -> list[str]:
    rest = len(complaints) - MOST_COMPLAINTS
    more = [f"Còn {rest} dòng khác cũng chưa đúng."] if rest > 0 else []
    return [*complaints[:MOST_COMPLAINTS], *more]


def _lines(content: bytes) -> Iterator[tuple[int, Sequence[Any]]]:
    """Numbered as the spreadsheet numbers them."""
    try:
        _refuse_bombs(content)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        width = 3 * len(_COLUMNS)
        rows = sheet.iter_rows(max_row=MOST_LINES + 2, max_col=width, values_only=True)
        lines = [(number, row) for number, row in enumerate(rows, 1)]
    except SheetRefused:
        raise
    except Exception:  # whatever a broken or hostile file makes the reader stumble over
        raise SheetRefused(["Tệp không đọc được. Lưu lại thành .xlsx rồi thử lại."]) from None
    if len(lines) > MOST_LINES + 1 and any(lines[-1][1]):
        raise SheetRefused([f"Bảng dài quá {MOST_LINES} dòng. Chia thành nhiều tệp."])
    return iter(lines)


def _refuse_bombs(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(one.file_size for one in archive.infolist()) > _LARGEST:
            raise SheetRefused(["Tệp quá lớn khi mở ra."])


def _fields(headings: Sequence[Any]) -> list[str | None]:
    fields = [_FIELD_OF.get(fold(_text(cell).lower())) for cell in headings]
    absent = [heading for field, heading, *_ in _COLUMNS if field not in {*fields, *_OPTIONAL}]
    if absent:
        raise SheetRefused([f"Dòng 1: thiếu cột {', '.join(absent)}. Dùng bảng mẫu tải ở đây."])
    if any(fields.count(field) > 1 for field in fields if field):
        raise SheetRefused(["Dòng 1: có cột lặp lại. Dùng bảng mẫu tải ở đây."])
    return fields


def _text(cell: Any) -> str:
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return "" if cell is None else clean(str(cell))
