"""Insured wages and insured time, as the Social Insurance Law of 2024 counts them. (pure)"""

import datetime as dt
from fractions import Fraction

from knowledge_base.calculators.guide import Numbers

INSURANCE, CIRCULAR = "41/2024/QH15", "12/2025/TT-BNV"
SINCE = dt.date(2025, 7, 1)  # before: the Social Insurance Law of 2014
CEILING = 20  # times the reference wage, which is the base wage until that is abolished


def insured_wage(numbers: Numbers, wage: int, first: dt.date, last: dt.date) -> int:
    """`wage` as insured between two days: no more than the ceiling (Luật BHXH Đ.31, Đ.141 k.13).

    Where the ceiling changed in between and the wage lies above the lower one, the average cannot
    be told from one number: LookupError.
    """
    ceilings = {CEILING * numbers.on("luong_co_so", day) for day in (first, last)}
    if wage <= min(ceilings):
        return wage
    if len(ceilings) > 1:
        raise LookupError("the ceiling changed while the wage was above it")
    return min(ceilings)


def insured_years(months: int) -> Fraction:
    """One to six odd months are half a year, seven to eleven a year (Luật BHXH Đ.5 k.6)."""
    years, odd = divmod(months, 12)
    return years + Fraction((odd > 0) + (odd > 6), 2)
