"""What a draft still lacks, in Vietnamese: the complaints of the checks put into words. (pure)"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

NOTHING_NEW = "Câu đã có trong kho biết hết các cách hỏi này rồi."

_FIELDS = {
    "id": "Mã câu",
    "topic": "Chủ đề",
    "question": "Câu hỏi",
    "label": "Chữ trên nút bấm",
    "phrasings": "Cách hỏi",
    "answer": "Câu trả lời",
    "voice": "Lời đọc qua điện thoại",
    "citations": "Căn cứ",
    "valid_from": "Áp dụng từ",
    "valid_to": "Đến hết",
    "checked_on": "Ngày kiểm tra",
    "related": "Câu liên quan",
    "lawyer_only": "Lý do chỉ luật sư trả lời",
}
_WRONG = {
    "string_too_short": "quá ngắn hoặc còn trống",
    "string_too_long": "dài quá {max_length} chữ",
    "string_pattern_mismatch": "chỉ gồm chữ thường không dấu, số và gạch nối",
    "too_short": "chưa có",
    "date_from_datetime_parsing": "không phải ngày",
    "date_parsing": "không phải ngày",
    "taken": "đã có câu khác dùng",
}
_GONE = "Câu muốn thêm cách hỏi không còn trong kho."
_ORDER = "“Đến hết” phải sau “Áp dụng từ”."

_COMPLAINTS: tuple[tuple[str, str], ...] = (
    (r"(\S+) is not in force on (\S+)", r"\1 không có hiệu lực ngày \2."),
    (r"(\S+) has no article (\S+) on (\S+)", r"\1 không có Điều \2 ngày \3."),
    (r"(\S+) article (\S+) has no clause (\S+)", r"\1 Điều \2 không có khoản \3."),
    (
        r"(\S+) article (\S+) has no point (\S+) in clause (\S+)",
        r"\1 Điều \2 khoản \4 không có điểm \3.",
    ),
    (r"(\S+) article (\S+) has no point (\S+)", r"\1 Điều \2 không có điểm \3."),
    (r"only (\d+) of (\d+) phrasings", r"Cách hỏi: mới có \1, cần ít nhất \2."),
    (r"related entry '(.*)' does not exist", r"Câu liên quan “\1” không có trong kho."),
    (r"no parameter '(.*)' on (\S+)", r"Số liệu {\1} không có cho ngày \2."),
    (
        r"the answer takes (\d+) of (\d+) characters",
        r"Câu trả lời dài \1 chữ kể cả căn cứ, nhiều nhất là \2.",
    ),
    (
        r"the voice takes (\d+) of (\d+) syllables",
        r"Lời đọc qua điện thoại dài \1 tiếng, nhiều nhất là \2.",
    ),
    (r"there is no voice", r"Chưa có lời đọc qua điện thoại."),
    (
        r"the voice has what nobody can speak: (.*)",
        r"Lời đọc qua điện thoại có ký hiệu không đọc thành tiếng được: \1 (số viết bằng chữ).",
    ),
    (
        r"the label “(.*)” stands already in (\S+)",
        r"Chữ trên nút bấm “\1” trùng với câu \2.",
    ),
    (
        r"the phrasing “(.*)” stands already in (\S+)",
        r"Cách hỏi “\1” đã có ở câu \2.",
    ),
    (r"braces that name no parameter", r"Có ngoặc nhọn { } không phải tên số liệu."),
    (r"unknown topic .*", r"Chưa chọn chủ đề."),
)
_KNOWN = tuple((re.compile(said, re.DOTALL), words) for said, words in _COMPLAINTS)
_EARLIER = re.compile(r"wording of (\S+): ")


def complaint(said: str) -> str:
    """A complaint of `hotline kb validate` in the words of the office; unknown ones as they are."""
    earlier = _EARLIER.match(said)
    rest = said[earlier.end() :] if earlier else said
    for pattern, words in _KNOWN:
        if found := pattern.fullmatch(rest):
            put = found.expand(words)
            return f"Bản áp dụng từ {earlier[1]}: {put}" if earlier else put
    return said


def hole(mark: str) -> str:
    return f"Còn chỗ che {mark}: viết lại để câu đúng cho mọi người."


def unfinished(wrong: Iterable[tuple[str, str, Mapping[str, Any]]]) -> list[str]:
    """Fields that are empty or hold what they cannot."""
    return list(dict.fromkeys(_field(*one) for one in wrong))


def _field(field: str, code: str, context: Mapping[str, Any]) -> str:
    if field == "target":
        return _GONE
    if not field:
        return _ORDER
    return f"{_FIELDS.get(field, field)}: {_WRONG.get(code, 'chưa đúng').format(**context)}."
