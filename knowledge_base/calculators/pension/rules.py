"""Retirement age and pension: BLLĐ Đ.169, NĐ 135/2020, Luật BHXH 2024 Đ.64 to 68. (pure)

Ages and times are in months. Sums are rounded once, at the end, to the nearest đồng; a half goes
up.
"""

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction
from itertools import count

from knowledge_base.calculators.insured import insured_years
from knowledge_base.calculators.wording import half_up, plus_months

FIRST_YEAR = 2021  # of the rising ages
HEAVY, MINE = 60, 120  # months earlier (Đ.64 k.1 đ.b, c)
LEAST = 15 * 12  # months of contributions (Đ.64 k.1)
LEAST_DISABLED = 20 * 12  # for those who can no longer work as before (Đ.65 k.1)
MAY_ADD = 6  # missing months that may be paid in one sum (Đ.33 k.7)
TOP = 75  # per cent
FULL = {"male": 35, "female": 30}  # years beyond which a lump sum is due (Đ.68 k.1)


def ordinary_age(sex: str, year: int) -> int:
    """Months of age at which people retire in `year` (NĐ 135 Đ.4)."""
    steps = year - FIRST_YEAR + 1
    return min(60 * 12 + 3 * steps, 62 * 12) if sex == "male" else min(660 + 4 * steps, 60 * 12)


@dataclass(frozen=True)
class Retirement:
    """`reached`: first day of the month in which the age is reached."""

    age: int
    reached: dt.date

    @property
    def pays_from(self) -> dt.date:
        return plus_months(self.reached, 1)


def retirement(sex: str, birth: dt.date, earlier: int = 0) -> Retirement:
    """The first year whose age is reached in it or before (NĐ 135 Phụ lục I, II)."""
    born = birth.replace(day=1)
    for year in count(FIRST_YEAR):
        age = ordinary_age(sex, year) - earlier
        reached = plus_months(born, age)
        if reached.year <= year:
            return Retirement(age, reached)
    raise AssertionError("the ages stop rising")


def age_in(birth: dt.date, month: dt.date) -> int:
    return (month.year - birth.year) * 12 + month.month - birth.month


def months_early(sex: str, birth: dt.date, month: dt.date) -> int:
    """Short of the ordinary age of that year (BLLĐ Đ.169 k.3: "at the time of retiring")."""
    return max(0, ordinary_age(sex, month.year) - age_in(birth, month))


def early_cut(months: int) -> int:
    """Per cent taken off: two a year, one for six months and more (Đ.66 k.3)."""
    years, odd = divmod(months, 12)
    return 2 * years + (odd >= 6)


def rate(sex: str, contributed: int) -> Fraction:
    """Per cent of the average insured wage (Đ.66 k.1); nothing below fifteen years."""
    if contributed < LEAST:
        return Fraction(0)
    years = insured_years(contributed)
    if sex == "male" and years < 20:
        return 40 + (years - 15)
    base = 20 if sex == "male" else 15
    return min(Fraction(TOP), 45 + 2 * (years - base))


def monthly(wage: int, percent: Fraction) -> int:
    return half_up(wage * percent / 100)


def lump_sum(sex: str, contributed: int, after_age: int = 0) -> Fraction:
    """Months of wages for the years beyond 35 or 30 (Đ.68): half a month for each, two for those
    worked after the retirement age. `after_age` are months within `contributed`."""
    full = Fraction(FULL[sex])
    by_age = max(full, insured_years(contributed - after_age))
    total = max(by_age, insured_years(contributed))
    return (by_age - full) / 2 + (total - by_age) * 2
