"""A key that was said instead of pressed: "bấm một", "số hai", "câu đầu tiên", "nghe lại". (pure)

Only where nothing else is said: "một tháng" is no key. A bare "không" is no zero, it says no.
"""

import re

from bot.telephone.line import Place

_DIGITS = {
    **{str(digit): str(digit) for digit in range(10)},
    **{
        name: str(digit)
        for digit, name in enumerate("không một hai ba bốn năm sáu bảy tám chín".split())
    },
    "nhất": "1",
    "nhì": "2",
    "tư": "4",
    "bẩy": "7",
    "sao": "*",
    "thăng": "#",
    "đầu tiên": "1",
}
_BEFORE = re.compile(
    r"^(?:(?:dạ|vâng|ừ|thì|cho tôi|em|tôi|bấm|nhấn|ấn|chọn|phím|số|câu|cái|thứ|lấy) )+"
)
_NO = ("không", "không phải", "không đúng", "không đúng câu nào", "không câu nào", "sai rồi")
_AGAIN = ("nghe lại", "nói lại", "đọc lại", "nhắc lại", "cho nghe lại", "nói lại đi")
_SLOWER = (
    "chậm",
    "chậm hơn",
    "chậm thôi",
    "nói chậm",
    "nghe chậm hơn",
    "nói chậm thôi",
    "nói chậm lại",
    "nói chậm hơn",
)
_SERVED = (Place.ANSWERED, Place.TOLD_CODE, Place.STATUS)


def asks_again(words: str) -> bool:
    return _plain(words) in _AGAIN


def spoken_key(words: str, place: Place) -> str:
    """The key these words stand for where the call stands, "" where they are a question."""
    said = _plain(words)
    if place is Place.OFFERED and said in _NO:
        return "*"
    if place in _SERVED and said in _AGAIN:
        return "1"
    if place is Place.ANSWERED and said in _SLOWER:
        return "2"
    plain = _BEFORE.sub("", said)
    return "" if said == "không" else _DIGITS.get(plain, "")


def _plain(words: str) -> str:
    return " ".join(re.sub(r"[.,?!]", " ", words.casefold()).split())
