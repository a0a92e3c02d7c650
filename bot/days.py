"""Days as workers type them: "15/3/2026", "15-3-26", "hôm qua", "đầu tháng 3". (pure)"""

import calendar
import datetime as dt
import re

from bot.quantities import tokens
from knowledge_base.text import fold

_DAY = dt.timedelta(days=1)
_AHEAD = dt.timedelta(days=60)  # a day without its year lies behind, or at most so far ahead
_AGE = 10  # "26" is 2026, "68" is 1968

_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})\s*[/.\-]\s*(\d{1,2})(?:\s*[/.\-]\s*(\d{4}|\d{2}))?(?!\d)")
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_RUN = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{4}|\d{2})(?!\d)")
_YEAR = r"(?: (?:nam )?(\d{4}|\d{2}))?\b"
_WORDED = re.compile(rf"\b(\d{{1,2}}) (?:thang|th|t) (\d{{1,2}}){_YEAR}(?! ngay)")
_MONTH = re.compile(rf"(?:\b(dau|giua|cuoi) )?(?:thang|th|t) (\d{{1,2}}){_YEAR}")
_MONTH_YEAR = re.compile(r"(?<![\d/.\-])(\d{1,2})\s*[/.\-]\s*(\d{4})(?!\d)")
_LUNAR = re.compile(r"\b(?:am lich|ram|mung)\b")
_AGO = re.compile(r"\b(\d{1,3}) (ngay|tuan|thang|nam) truoc\b")

_ROUGH = re.compile(
    r"\b(?:(?:nam|thang|tuan) (?:ngoai|truoc|kia|nay|roi|vua roi)|(?:dau|giua|cuoi) nam"
    r"|nam \d{4})\b|^(?:19|20)\d{2}$"
)

_RELATIVE = {
    "hom nay": 0, "bua nay": 0, "bay gio": 0, "ngay hom nay": 0, "hom qua": -1, "bua qua": -1,
    "hom kia": -2, "bua kia": -2, "hom truoc": None, "ngay mai": 1, "mai": 1, "ngay kia": 2,
    "ngay mot": 2, "tuan truoc": -7, "tuan sau": 7,
}  # fmt: skip
_PLACE_IN_MONTH = {"dau": 1, "giua": 15, "cuoi": 31}


def date(text: str, today: dt.date) -> dt.date | None:
    """The only day named; a month alone is its first day. None where no day can be made out."""
    typed = fold(text.lower())
    if len(_NUMERIC.findall(typed)) > 1 or _LUNAR.search(typed):
        return None
    said = " ".join(tokens(text))
    for found in (_from_numbers(typed, today), _from_words(said, today), _relative(said, today)):
        if found is not None:
            return found
    return None


def names_the_day(text: str) -> bool:
    """Whether the very day was said, and not its month or about how long ago."""
    typed, said = fold(text.lower()), " ".join(tokens(text))
    if any(pattern.search(typed) for pattern in (_ISO, _NUMERIC, _RUN)) or _WORDED.search(said):
        return True
    if (found := _AGO.search(said)) is not None:
        return found[2] == "ngay"
    return not _MONTH.search(said) and not _MONTH_YEAR.search(typed) and "tuan" not in said


def is_rough(text: str) -> bool:
    """A time was said from which no day can be taken: "năm ngoái", "đầu năm"."""
    return _ROUGH.search(" ".join(tokens(text))) is not None


def _from_numbers(typed: str, today: dt.date) -> dt.date | None:
    if found := _ISO.search(typed):
        return _made(int(found[3]), int(found[2]), found[1], today)
    for pattern in (_NUMERIC, _RUN):
        if (found := pattern.search(typed)) and (
            day := _made(int(found[1]), int(found[2]), found[3], today)
        ):
            return day
    if found := _MONTH_YEAR.search(typed):
        return _in_month(_place(typed), int(found[1]), found[2], today)
    return None


def _from_words(said: str, today: dt.date) -> dt.date | None:
    if found := _WORDED.search(said):
        return _made(int(found[1]), int(found[2]), found[3], today)
    if found := _MONTH.search(said):
        return _in_month(found[1], int(found[2]), found[3], today)
    return None


def _relative(said: str, today: dt.date) -> dt.date | None:
    if found := _AGO.search(said):
        return _back(today, int(found[1]), found[2])
    for words in sorted(_RELATIVE, key=len, reverse=True):
        days = _RELATIVE[words]
        if days is not None and re.search(rf"\b{words}\b", said):
            return today + days * _DAY
    return None


def _back(today: dt.date, count: int, unit: str) -> dt.date | None:
    if unit in ("ngay", "tuan"):
        return today - count * (7 if unit == "tuan" else 1) * _DAY
    months = count * (12 if unit == "nam" else 1)
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return dt.date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))


def _place(typed: str) -> str | None:
    found = re.search(r"\b(dau|giua|cuoi)\b", typed)
    return found[1] if found else None


def _in_month(place: str | None, month: int, year: str | None, today: dt.date) -> dt.date | None:
    if not 1 <= month <= 12:
        return None
    first = _made(1, month, year, today)
    if first is None:
        return None
    last = calendar.monthrange(first.year, month)[1]
    return first.replace(day=min(_PLACE_IN_MONTH.get(place or "dau", 1), last))


def _made(day: int, month: int, year: str | None, today: dt.date) -> dt.date | None:
    """The day; without a year the latest one that is not far ahead."""
    try:
        if year is not None:
            return dt.date(_full(int(year), today), month, day)
        this_year = dt.date(today.year, month, day)
        return this_year if this_year <= today + _AHEAD else this_year.replace(year=today.year - 1)
    except ValueError:
        return None


def _full(year: int, today: dt.date) -> int:
    if year >= 100:
        return year
    century = today.year // 100 * 100
    return century + year if year <= today.year % 100 + _AGE else century - 100 + year
