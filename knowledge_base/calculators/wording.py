"""How sums, spans and days read in chat and sound by telephone. (pure)"""

import calendar
import datetime as dt
from fractions import Fraction

from knowledge_base.rendering import amount, spoken_amount, spoken_number

__all__ = [
    "date",
    "decimal",
    "half_up",
    "money",
    "near",
    "plus_months",
    "span",
    "spoken_date",
    "spoken_decimal",
    "spoken_money",
    "spoken_number",
    "spoken_range",
    "spoken_span",
]

SOON = dt.timedelta(days=15)  # a deadline this near is warned of


def half_up(value: Fraction | int) -> int:
    """To the nearest whole; a half goes up."""
    return (Fraction(value) + Fraction(1, 2)).__floor__()


def plus_months(day: dt.date, months: int) -> dt.date:
    """The same day some months on, or the last of that month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def money(low: int, high: int | None = None) -> str:
    """5310000 -> "5.310.000 đ"; with `high`, "từ … đến …"."""
    if high is None or high == low:
        return amount(low, "đ")
    return f"từ {amount(low, 'đ')} đến {amount(high, 'đ')}"


def span(months: int) -> str:
    """27 -> "2 năm 3 tháng"."""
    years, odd = divmod(months, 12)
    parts = [f"{years} năm"] if years else []
    return " ".join(parts + ([f"{odd} tháng"] if odd or not years else []))


def decimal(value: Fraction | int) -> str:
    """7.5 -> "7,5"; at most two places."""
    hundredths = half_up(Fraction(value) * 100)
    whole, rest = divmod(hundredths, 100)
    return f"{whole},{rest:02}".rstrip("0").rstrip(",")


def date(day: dt.date) -> str:
    return f"{day:%d/%m/%Y}"


def spoken_money(low: int, high: int | None = None) -> str:
    if high is None or high == low:
        return spoken_amount(low, "đ")
    return f"từ {spoken_amount(low, 'đ')} đến {spoken_amount(high, 'đ')}"


def spoken_range(low: int, high: int) -> str:
    """6, 7 -> "sáu đến bảy"; 6, 6 -> "sáu"."""
    return " đến ".join(spoken_number(one) for one in dict.fromkeys((low, high)))


def spoken_decimal(value: Fraction | int) -> str:
    """7.5 -> "bảy phẩy năm"."""
    whole, _, rest = decimal(value).partition(",")
    digits = " ".join(spoken_number(int(digit)) for digit in rest)
    return f"{spoken_number(int(whole))} phẩy {digits}" if rest else spoken_number(int(whole))


def spoken_span(months: int) -> str:
    """27 -> "hai năm ba tháng"."""
    return " ".join(spoken_number(int(w)) if w.isdigit() else w for w in span(months).split())


def spoken_date(day: dt.date) -> str:
    day_and_month = f"ngày {spoken_number(day.day)} tháng {spoken_number(day.month)}"
    return f"{day_and_month} năm {spoken_number(day.year)}"


def near(deadline: dt.date, today: dt.date, name: str) -> str | None:
    """A word on a deadline that nears or has passed."""
    if today > deadline:
        return f"{name} là {date(deadline)}, đã qua. Hỏi luật sư ngay."
    if today == deadline:
        return f"{name}: hôm nay là ngày cuối."
    if deadline - today <= SOON:
        return f"{name} sắp hết: {date(deadline)}."
    return None
