"""How much notice either side must give, and the last day of work. (pure)

BLLĐ Đ.35, 36; special occupations: NĐ 145/2020 Đ.7; domestic workers: Đ.89 k.1 đ.d. The day on
which notice is given is not counted.
"""

import datetime as dt
from dataclasses import dataclass

from knowledge_base.calculators.working_days import after, working_days

DAYS = {"indefinite": 45, "fixed": 30}  # Đ.35 k.1, Đ.36 k.2
SHORT_WORKING_DAYS = 3  # contracts under 12 months; also the sick, Đ.36 k.2 đ.c
SPECIAL_DAYS = 120  # NĐ 145 Đ.7 k.2 đ.a; under 12 months a quarter of the contract, đ.b
DOMESTIC_DAYS = 15  # NĐ 145 Đ.89 k.1 đ.d
SPECIAL = ("flight", "seafarer", "manager")


@dataclass(frozen=True)
class Term:
    """So many days of notice; `working`: working days."""

    days: int
    working: bool = False

    def last_day(self, given: dt.date, rest: frozenset[int]) -> dt.date:
        """The last day of work when notice is given on `given`."""
        if self.working:
            return after(given, self.days, rest)
        return given + dt.timedelta(days=self.days)

    def missing(self, given: dt.date, first_off: dt.date, rest: frozenset[int]) -> int:
        """Days of notice that were not given when work ended before `first_off`."""
        last = self.last_day(given, rest)
        if self.working:
            return working_days(first_off, last, rest)
        return max((last - first_off).days + 1, 0)

    @property
    def words(self) -> str:
        return f"{self.days} ngày làm việc" if self.working else f"{self.days} ngày"


def term(contract: str, occupation: str = "ordinary", length: dt.timedelta | None = None) -> Term:
    """What either side must give. `length`: of a contract under 12 months in a special occupation.

    LookupError if that length is needed and not known.
    """
    if occupation == "domestic":
        return Term(DOMESTIC_DAYS)
    if occupation in SPECIAL:
        return _special_term(contract, length)
    return Term(SHORT_WORKING_DAYS, working=True) if contract == "short" else Term(DAYS[contract])


def _special_term(contract: str, length: dt.timedelta | None) -> Term:
    if contract != "short":
        return Term(SPECIAL_DAYS)
    if length is None:
        raise LookupError("the length of the contract is needed")
    return Term(-(-length.days // 4))  # "at least a quarter": a begun day counts
