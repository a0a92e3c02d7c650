"""Turns what was written to be read into what a voice can say. (pure)

A synthetic voice stumbles over "5.310.000 đ", "24/11" and "BHXH"; a tired caller does, too.
"""

import re
from collections.abc import Callable

from knowledge_base.rendering import spoken_number

_SHORT_FORMS = {
    "AIDS": "ết",
    "BH": "bảo hiểm",
    "BHXH": "bảo hiểm xã hội",
    "BHTN": "bảo hiểm thất nghiệp",
    "BHYT": "bảo hiểm y tế",
    "BLLĐ": "Bộ luật Lao động",
    "CCCD": "căn cước",
    "CĐCS": "công đoàn cơ sở",
    "HIV": "hát i vê",
    "HĐLĐ": "hợp đồng lao động",
    "LĐLĐ": "Liên đoàn Lao động",
    "NLĐ": "người lao động",
    "NSDLĐ": "người sử dụng lao động",
    "TNLĐ": "tai nạn lao động",
    "TP": "thành phố",
    "UBND": "ủy ban nhân dân",
    "VND": "đồng",
    "VNĐ": "đồng",
    "VNeID": "vê nờ e i đê",
    "VssID": "vê ét ét i đê",
    "KCN": "khu công nghiệp",
    "DN": "doanh nghiệp",
    "NĐ": "nghị định",
    "QĐ": "quyết định",
    "TT": "thông tư",
    "anh/chị": "anh chị",
    "Anh/chị": "Anh chị",
}
_DIGITS = "không một hai ba bốn năm sáu bảy tám chín".split()
_UNITS = {"đ": "đồng", "%": "phần trăm", "h": "giờ", "k": "nghìn"}
_PLACES = {"Đ": "điều ", "k": "khoản ", "đ": "điểm "}

# Money, counts and articles are no numbers to ring: "115.000 đ", "113 người", "Điều 113".
_EMERGENCY = re.compile(
    r"(?<![0-9.,/])(?:(?<=gọi )|(?<=công an )|(?<=cứu )|(?<!iều )(?<!hoản )(?!11[1345]\s?"
    r"(?:đ|đồng|nghìn|triệu|tỷ|người|công nhân|lao động|giờ|ngày|tuần|tháng|năm|tuổi|lần)\b))"
    r"11[1345](?![0-9/]|[.,][0-9]|\s?%)"
)
_TELEPHONE = re.compile(
    r"(?<![0-9.,/])(?:1[89]00(?:[ .]?[0-9]){4,6}"
    r"|(?:\(0[0-9]{2,3}\)|\+84|0[0-9])(?:[ .]?[0-9]){7,9})(?![0-9])"
)
_LAW = re.compile(r"\b([0-9]+)/((?:19|20)[0-9]{2})/[A-ZĐ][A-ZĐ0-9-]*")
_DAY_AND_NIGHT = re.compile(r"(?<!ày )(?<![0-9/])24/7(?![0-9/])")
_HALF = re.compile(r"(?<![0-9/])1/2(?= (?:tháng|ngày|lương|số|mức|giờ)\b)")
_PART = re.compile(
    r"(?<![0-9/])([0-9]{1,3})/([0-9]{1,3})(?= (?:tháng|lương|số|mức|người|công nhân|lao động)\b)"
)
_MONTH = re.compile(
    r"(?:\btháng )?(?<![0-9/])(0?[1-9]|1[0-2])/((?:19|20)[0-9]{2})(?![0-9/])", re.IGNORECASE
)
_DAY = re.compile(
    r"(?:\bngày )?(?<![0-9/])([0-3]?[0-9])/([01]?[0-9])(?:/([12][0-9]{3}))?(?![0-9/])",
    re.IGNORECASE,
)
_FOURTH = re.compile(r"\b([Tt]háng|[Tt]hứ) 0?4\b(?![.,][0-9])")
_CLOCK = re.compile(r"(?<![0-9])([0-2]?[0-9])[:h]([0-5][0-9])(?![0-9])")
_RANGE = re.compile(r"(?<=[0-9%h])\s*[–-]\s*(?=[0-9])")
_OUT_OF = re.compile(r"(?<=[0-9])/(?=[0-9])")
_EACH = re.compile(r"(?<=[\w%])/(?=(?:giờ|ca|ngày|tuần|tháng|quý|năm|người|lần)\b)")
_NUMBER = re.compile(
    r"(?<![A-Za-z0-9])([0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,([0-9]+))?(?:\s?(%|đ\b|h\b|k\b))?"
)
_ARTICLE = re.compile(r"\b(?:([Đk])\.\s?(?=[0-9])|(đ)\.(?=[a-zđ]\b))")
_CITY = re.compile(r"\bTP\.\s?")
_TYPED = re.compile(r"\b([Nn])hập 0\b")
_CODE = re.compile(r"\bHP-([0-9A-Z]{4})\b")
_ASIDE = re.compile(r"\s*[()\[\]—–]+\s*|\s-\s")
_LINE = re.compile(r"\s*\n\s*(?:\n|[-•+]\s)\s*")  # a paragraph or point of a list
_SIGNS = re.compile(r"[“”\"„*_…·]+")
_WORD = re.compile(r"[\wÀ-ỹĐđ/]+")


def aloud(text: str) -> str:
    """ "Trả 5.310.000 đ trước 24/11" -> "Trả năm triệu ba trăm mười nghìn đồng trước ngày hai…"."""
    for pattern, say in _WAYS:
        text = pattern.sub(say, text)
    text = _WORD.sub(lambda found: _SHORT_FORMS.get(found[0], found[0]), text)
    text = _SIGNS.sub(" ", text).replace(";", ",").replace("/", " ").replace("%", " phần trăm")
    text = re.sub(r"\s+([,.?!:])", r"\1", re.sub(r"\s+", " ", text))
    return re.sub(r"([,.?!:])[,.]+|,(?=[.?!:])", r"\1", text).strip(" ,")


def digits(number: str) -> str:
    """ "113" -> "một một ba"; what is no digit is left out."""
    return " ".join(_DIGITS[int(one)] for one in number if one in "0123456789")


def letters(code: str) -> str:
    """A ticket's code, slowly: "7K3Q" -> "bảy, K, ba, Q"."""
    return ", ".join(_DIGITS[int(one)] if one.isdigit() else one for one in code)


def sentences(text: str) -> list[str]:
    """One thought a piece, so that a slow voice can rest between them."""
    return [one for one in re.split(r"(?<=[.?!:])\s+", text.strip()) if one]


def _day(found: re.Match[str]) -> str:
    day, month, year = found.groups()
    if not 1 <= int(month) <= 12 or not 1 <= int(day) <= 31:
        return found[0]
    said = f"ngày {_day_of_month(int(day))} tháng {_month(int(month))}"
    return f"{said} năm {spoken_number(int(year))}" if year else said


def _day_of_month(day: int) -> str:
    return f"mùng {spoken_number(day)}" if day <= 10 else spoken_number(day)


def _month(month: int) -> str:
    return "tư" if month == 4 else spoken_number(month)


def _month_of_year(found: re.Match[str]) -> str:
    return f"tháng {_month(int(found[1]))} năm {spoken_number(int(found[2]))}"


def _part(found: re.Match[str]) -> str:
    part, whole = int(found[1]), int(found[2])
    between = "phần" if part < whole <= 5 else "trên"
    return f"{spoken_number(part)} {between} {spoken_number(whole)}"


def _law(found: re.Match[str]) -> str:
    return f"số {spoken_number(int(found[1]))} năm {spoken_number(int(found[2]))}"


def _clock(found: re.Match[str]) -> str:
    hour, minute = int(found[1]), int(found[2])
    return f"{spoken_number(hour)} giờ{f' {spoken_number(minute)}' if minute else ''}"


def _number(found: re.Match[str]) -> str:
    whole, decimals, unit = found.groups()
    said = spoken_number(int(whole.replace(".", "")))
    if decimals:
        said += f" phẩy {digits(decimals)}"
    return f"{said} {_UNITS[unit]}" if unit else said


_WAYS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (_LINE, ". "),
    (_CODE, lambda found: letters(found[1])),
    (_TELEPHONE, lambda found: digits(found[0].replace("+84", "0"))),
    (_LAW, _law),
    (_RANGE, " đến "),
    (_ASIDE, ", "),
    (_EMERGENCY, lambda found: digits(found[0])),
    (_DAY_AND_NIGHT, "cả ngày lẫn đêm"),
    (_HALF, "nửa"),
    (_PART, _part),
    (_MONTH, _month_of_year),
    (_DAY, _day),
    (_FOURTH, r"\1 tư"),
    (_CLOCK, _clock),
    (_EACH, " một "),
    (_OUT_OF, " trên "),
    (_TYPED, r"\1hập số 0"),
    (_ARTICLE, lambda found: _PLACES[found[1] or found[2]]),
    (_CITY, "thành phố "),
    (_NUMBER, _number),
)
