"""What the law gives at a birth: Luật BHXH 2024 Đ.50 to 59; BLLĐ Đ.139. (pure)

The day of birth decides which rule holds. Where the text can be read in two ways, both ends are
given. Sums are rounded once, at the end, to the nearest đồng; a half goes up.
"""

import datetime as dt
from fractions import Fraction

from knowledge_base.calculators.wording import half_up, plus_months

SECOND_CHILD_SINCE = dt.date(2026, 7, 1)  # Luật Dân số 113/2025, amending both rules
MONTHS = 6  # BLLĐ Đ.139 k.1
EARLIEST_RETURN = 4  # months of leave before going back to work (Đ.139 k.4)
BEFORE_BIRTH = 2  # months of leave before the birth, at most
TO_FILE = 45  # days after the leave (Đ.62 k.1)
FATHER_WITHIN = 60  # days from the birth to the start of his last stretch (Đ.53 k.3)

Span = tuple[int, int]  # at least and at most; the same where the law is clear


def mother_months(birth: dt.date, babies: int, *, second_child: bool) -> Span:
    """Months of leave for a birth (BLLĐ Đ.139 k.1).

    Twins as second and third child: whether the seventh month and the month for the twin add up
    is not said, so both readings are given.
    """
    seventh = int(second_child and birth >= SECOND_CHILD_SINCE)
    more = babies - 1
    return MONTHS + max(seventh, more), MONTHS + seventh + more


def father_days(birth: dt.date, babies: int, *, second_child: bool, hard_birth: str) -> Span:
    """Working days of leave (Luật BHXH Đ.53 k.2). `hard_birth`: surgery, early (<32 weeks), no.

    A second child born by surgery or early falls under 7 days and under 10: both are given.
    """
    if babies > 1:
        days = (14 if hard_birth == "surgery" else 10) + 3 * (babies - 2)
        return days, days
    usual = 5 if hard_birth == "no" else 7
    if not (second_child and birth >= SECOND_CHILD_SINCE):
        return usual, usual
    return (10, 10) if hard_birth == "no" else (usual, 10)


def counted_months(birth: dt.date) -> tuple[dt.date, dt.date]:
    """First and last of the twelve months that count (TT 12/2025 Đ.8 k.2).

    The month of birth counts from the 15th on, if paid for; before, it does not.
    """
    first = birth.replace(day=1)
    last = first if birth.day >= 15 else plus_months(first, -1)
    return plus_months(last, -11), last


def mother_qualifies(recent: int, special: str = "no", total: int = 0, two_years: int = 0) -> bool:
    """Six months paid of the last twelve (Đ.50 k.2), or three if rest was prescribed and a year
    paid in all (k.3), or six of twenty-four after fertility treatment (k.5)."""
    if recent >= 6:
        return True
    if special == "rest":
        return recent >= 3 and total >= 12
    return special == "fertility" and two_years >= 6


def mother_pay(wage: int, months: int) -> int:
    """All of the average wage of the last six months, each month (Đ.59 k.1)."""
    return wage * months


def father_pay(wage: int, days: int) -> int:
    """A day is a month's pay over 24 (Đ.59 k.2)."""
    return half_up(Fraction(wage * days, 24))


def one_time(reference: int, babies: int) -> int:
    """Twice the reference wage of the month of birth for each child (Đ.58 k.4)."""
    return 2 * reference * babies
