"""When a thing happened, as workers say it: "tháng 8/2026", "năm ngoái", "hôm qua". (pure)

Law is applied as of the event. A text yields the spans of days it speaks of; words that only look
like dates (30/4 the holiday, the seventh month of pregnancy, "lương tháng 13", "2 tháng") do not.
"""

import calendar
import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from knowledge_base.text import clean, fold

_OLDEST = 1990
_AHEAD = 2  # years
_HOLIDAYS = {(1, 1), (8, 3), (30, 4), (1, 5), (2, 9), (20, 10), (24, 11)}  # (day, month)


@dataclass(frozen=True)
class Span:
    """Some day from `first` to `last`, both included."""

    first: dt.date
    last: dt.date

    def __str__(self) -> str:
        """In Vietnamese: "ngày 15/8/2026", "tháng 8/2026", "năm 2025"."""
        if self.first == self.last:
            return f"ngày {_written(self.first)}"
        if (self.first, self.last) == _month_span(self.first.year, self.first.month):
            return f"tháng {self.first.month}/{self.first.year}"
        if (self.first, self.last) == (
            dt.date(self.first.year, 1, 1),
            dt.date(self.first.year, 12, 31),
        ):
            return f"năm {self.first.year}"
        return f"từ {_written(self.first)} đến {_written(self.last)}"


Reader = Callable[[re.Match[str], dt.date], tuple[dt.date, dt.date] | None]


def spans(text: str, today: dt.date) -> list[Span]:
    """The days `text` speaks of, in the order they are named."""
    line = _numbered(clean(text))
    if _TIMELY.search(line) is None:
        return []
    found: list[Span] = []
    taken: list[tuple[int, int]] = []
    for place, read in _PATTERNS:
        for match in place.finditer(line):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            days = read(match, today)
            if days is not None:
                taken.append(match.span())
                found.append(Span(*days))
    order = sorted(range(len(found)), key=lambda at: taken[at])
    return [found[at] for at in order]


def _numbered(text: str) -> str:
    """Folded, lower-case, months and years in words turned into numbers."""
    line = " ".join(fold(text).lower().split())
    return _MONTH_WORD.sub(lambda match: f"thang {_MONTH_WORDS[match[1]]}", line)


_MONTH_WORDS = {
    "muoi mot": 11,
    "muoi hai": 12,
    "gieng": 1,
    "mot": 1,
    "hai": 2,
    "ba": 3,
    "tu": 4,
    "nam": 5,
    "sau": 6,
    "bay": 7,
    "tam": 8,
    "chin": 9,
    "muoi": 10,
    "chap": 12,
}
_BEFORE_WHAT = {"nam": r"(?! \d)", "sau": "(?= nam| vua| roi)"}  # else they are no month
_MONTH_WORD = re.compile(
    rf"\bthang ({'|'.join(word + _BEFORE_WHAT.get(word, '') for word in _MONTH_WORDS)})\b"
)


# -- one reader a way of saying it -------------------------------------------------------------


def _day(match: re.Match[str], today: dt.date) -> tuple[dt.date, dt.date] | None:
    day, month, year = int(match["d"]), int(match["m"]), _year(match["y"], today)
    if year is None and (day, month) in _HOLIDAYS:
        return None
    when = _date(year or today.year, month, day)
    if when and year is None and when > today and not _ahead(match):
        when = _date(today.year - 1, month, day)
    return (when, when) if when else None


def _month(match: re.Match[str], today: dt.date) -> tuple[dt.date, dt.date] | None:
    month, year = int(match["m"]), _year(match["y"], today)
    if not 1 <= month <= 12:
        return None
    if year is None:
        past = month <= today.month
        year = today.year if past or _ahead(match) else today.year - 1
    return _month_span(year, month)


def _month_of(match: re.Match[str], today: dt.date) -> tuple[dt.date, dt.date] | None:
    which = match["which"] or ""
    month = int(match["m"])
    if not 1 <= month <= 12:
        return None
    if "ngoai" in which or "truoc" in which:
        return _month_span(today.year - 1, month)
    if "nay" in which:
        return _month_span(today.year, month)
    return _month(match, today)


def _whole_year(match: re.Match[str], today: dt.date) -> tuple[dt.date, dt.date] | None:
    year = _year(match["y"], today)
    return (dt.date(year, 1, 1), dt.date(year, 12, 31)) if year else None


def _last_year(match: re.Match[str], today: dt.date) -> tuple[dt.date, dt.date]:
    year = today.year - (2 if "kia" in match[0] else 1)
    return dt.date(year, 1, 1), dt.date(year, 12, 31)


def _this_year(match: re.Match[str], today: dt.date) -> tuple[dt.date, dt.date]:
    return dt.date(today.year, 1, 1), dt.date(today.year, 12, 31)


def _start_of_year(match: re.Match[str], today: dt.date) -> tuple[dt.date, dt.date]:
    year = today.year - (1 if "ngoai" in match[0] or "truoc" in match[0] else 0)
    if match[0].startswith("cuoi"):
        return dt.date(year, 10, 1), dt.date(year, 12, 31)
    return dt.date(year, 1, 1), dt.date(year, 3, 31)


def _last_month(match: re.Match[str], today: dt.date) -> tuple[dt.date, dt.date]:
    before = today.replace(day=1) - dt.timedelta(days=1)
    return _month_span(before.year, before.month)


def _this_month(match: re.Match[str], today: dt.date) -> tuple[dt.date, dt.date]:
    return today.replace(day=1), today


def _near(match: re.Match[str], today: dt.date) -> tuple[dt.date, dt.date]:
    back = _DAYS_BACK[match[0]]
    return today - dt.timedelta(days=back[0]), today - dt.timedelta(days=back[1])


_DAYS_BACK = {
    "hom qua": (1, 1),
    "hom nay": (0, 0),
    "hom kia": (2, 2),
    "tuan truoc": (13, 6),
    "tuan roi": (13, 6),
    "moi day": (14, 0),
}


def _written(day: dt.date) -> str:
    return f"{day.day}/{day.month}/{day.year}"


def _month_span(year: int, month: int) -> tuple[dt.date, dt.date]:
    return dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1])


def _year(said: str | None, today: dt.date) -> int | None:
    if not said:
        return None
    year = int(said)
    year += 2000 if year < 100 else 0
    return year if _OLDEST <= year <= today.year + _AHEAD else None


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _ahead(match: re.Match[str]) -> bool:
    """Whether the words just before speak of what is to come."""
    before = match.string[max(0, match.start() - 25) : match.end() + 8]
    return re.search(r"\b(sap|se|toi|du sinh|du kien|den)\b", before) is not None


_TIMELY = re.compile(r"\d|thang|nam|hom|tuan|moi day")  # no pattern does without one of these
_BEFORE_MONTH = r"(?<!bau )(?<!thai )(?<!phan )(?<!\d )"
_PATTERNS: tuple[tuple[re.Pattern[str], Reader], ...] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (
            r"(?:\b(?P<d>\d{1,2}) ?[/.-] ?(?P<m>\d{1,2}) ?[/.-] ?(?P<y>\d{4}|\d{2})\b)",
            _day,
        ),
        (
            r"(?:\bngay (?P<d>\d{1,2}) ?(?:thang|[/-]) ?(?P<m>\d{1,2})"
            r"(?: ?(?:nam|/|-) ?(?P<y>\d{4}))?\b)",
            _day,
        ),
        (
            r"(?<!dinh )(?<!luat )(?<!so )(?<!nd )(?<!quyet )(?<!tu )(?<![/\d])"
            r"\b(?:thang |t)?(?P<m>\d{1,2}) ?(?:[/-]|nam) ?(?P<y>\d{4})\b(?!/)",
            _month,
        ),
        (r"(?:\bthang truoc\b|\bthang roi\b|\bthang vua roi\b|\bthang vua qua\b)", _last_month),
        (r"(?:\bthang nay\b)", _this_month),
        (
            rf"{_BEFORE_MONTH}(?:\bthang (?P<m>\d{{1,2}})\b(?! ?tuoi)(?P<y>)"
            r"(?P<which> (?:nam ngoai|nam truoc|nam nay))?)",
            _month_of,
        ),
        (r"(?:\b(?:dau|cuoi) nam(?: nay| ngoai| truoc)?\b(?! \d))", _start_of_year),
        (r"(?:\bnam (?:ngoai|truoc|kia)\b)", _last_year),
        (r"(?:\bnam nay\b)", _this_year),
        (r"(?:\b(?:nam|tu|hoi|truoc) (?P<y>(?:19|20)\d{2})\b)", _whole_year),
        (r"(?:\b(?:hom qua|hom nay|hom kia|tuan truoc|tuan roi|moi day)\b)", _near),
    )
)
