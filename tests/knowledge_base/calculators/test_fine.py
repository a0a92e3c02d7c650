"""The range of a fine: NĐ 283/2026; before 10/09/2026 NĐ 12/2022."""

import datetime as dt

import pytest

from knowledge_base.calculators import fine
from knowledge_base.calculators.breaches import BREACHES
from knowledge_base.calculators.guide import Numbers, law
from knowledge_base.importing import Base
from tests.knowledge_base.calculators.driving import TODAY, play, said

NEW, OLD = "283/2026/NĐ-CP", "12/2022/NĐ-CP"
FIRST_DAY = dt.date(2026, 9, 10)
M = 1_000_000


@pytest.fixture(scope="module")
def numbers(base: Base) -> Numbers:
    return Numbers(base.parameters)


@pytest.mark.parametrize(
    ("breach", "workers", "low", "high", "place"),
    [
        ("late", 1, 5, 10, "23.2"),
        ("late", 10, 5, 10, "23.2"),
        ("late", 11, 10, 20, "23.2"),
        ("late", 300, 30, 40, "23.2"),
        ("late", 301, 40, 50, "23.2"),
        ("late", None, 5, 50, "23.2"),
        ("minimum", 50, 30, 50, "23.3"),
        ("minimum", 51, 50, 75, "23.3"),
        ("payslip", None, 5, 10, "23.1"),
        ("forced", None, 20, 25, "24.3"),
        ("over", 60, 20, 40, "24.4"),
        ("leave", None, 10, 20, "24.2"),
        ("private", None, 2, 5, "24.1"),
        ("unsigned", 100, 10, 15, "15.1"),
        ("papers", None, 20, 25, "15.2"),
        ("probation", None, 2, 5, "16.2"),
        ("settle", 5, 1, 2, "18.2"),
        ("untold", None, 1, 3, "18.1"),
        ("money", None, 20, 40, "25.3"),
        ("procedure", None, 5, 10, "25.2"),
        ("harassment", None, 15, 30, "17.3"),
        ("abuse", None, 50, 75, "17.4"),
        ("mothers", None, 10, 20, "26.2"),
    ],
)
def test_a_person_pays_what_the_decree_says_and_an_organisation_twice(
    numbers: Numbers, breach: str, workers: int | None, low: int, high: int, place: str
) -> None:
    article, clause = place.split(".")
    person = fine.fine(BREACHES[breach], numbers, TODAY, workers=workers, organisation=False)
    assert (person.low, person.high) == (low * M, high * M)
    assert person.citations == (law(NEW, article, clause),)
    company = fine.fine(BREACHES[breach], numbers, TODAY, workers=workers, organisation=True)
    assert (company.low, company.high) == (2 * low * M, 2 * high * M)
    assert company.citations == (law(NEW, article, clause), law(NEW, "7", "1"))


@pytest.mark.parametrize(
    ("breach", "place"),
    [("late", "17.2"), ("minimum", "17.3"), ("payslip", "17.1"), ("forced", "18.3"),
     ("over", "18.4"), ("leave", "18.2"), ("private", "18.1"), ("unsigned", "9.1"),
     ("papers", "9.2"), ("probation", "10.2"), ("settle", "12.2"), ("untold", "12.1"),
     ("money", "19.3"), ("procedure", "19.2"), ("harassment", "11.3"), ("abuse", "11.4"),
     ("mothers", "28.2")],
)  # fmt: skip
def test_what_ended_the_day_before_is_judged_by_the_earlier_decree(
    numbers: Numbers, breach: str, place: str
) -> None:
    article, clause = place.split(".")
    last_day = FIRST_DAY - dt.timedelta(days=1)
    old = fine.fine(BREACHES[breach], numbers, last_day, workers=5, organisation=True)
    new = fine.fine(BREACHES[breach], numbers, FIRST_DAY, workers=5, organisation=True)
    assert old.citations == (law(OLD, article, clause), law(OLD, "6", "1"))
    assert new.citations[0].law_id == NEW
    assert (old.low, old.high) == (new.low, new.high)  # the amounts were carried over


def test_no_breach_is_missing_above() -> None:
    assert len(BREACHES) == 17


def test_before_2022_the_law_is_not_at_hand(numbers: Numbers) -> None:
    with pytest.raises(LookupError):
        fine.fine(BREACHES["late"], numbers, dt.date(2022, 1, 16), workers=1, organisation=False)


def test_a_company_that_paid_twenty_people_late(numbers: Numbers) -> None:
    script = {
        "field": "wage", "breach": "late", "workers": 20, "employer": "organisation",
        "still": "yes",
    }  # fmt: skip
    result = play(fine.GUIDE, script, numbers=numbers)
    assert "từ 20.000.000 đ đến 40.000.000 đ" in said(result)
    assert "tiền lãi" in said(result)
    assert result.assumed == ()


def test_what_goes_on_is_judged_by_today(numbers: Numbers) -> None:
    """NĐ 283 Đ.67 k.2."""
    script = {"field": "contract", "breach": "papers", "employer": None, "still": None}
    result = play(fine.GUIDE, script, numbers=numbers)
    assert "từ 40.000.000 đ đến 50.000.000 đ" in said(result)
    assert {citation.law_id for citation in result.citations} == {NEW}
    assert len(result.assumed) == 2


def test_what_ended_before_cites_the_transition(numbers: Numbers) -> None:
    """NĐ 283 Đ.67 k.1."""
    script = {
        "field": "hours", "breach": "forced", "employer": "person", "still": "no",
        "ended": dt.date(2026, 9, 9),
    }  # fmt: skip
    result = play(fine.GUIDE, script, numbers=numbers)
    assert result.citations == (law(OLD, "18", "3"), law(NEW, "67", "1"))


@pytest.mark.parametrize(
    ("ended", "expired"), [(dt.date(2025, 11, 22), False), (dt.date(2025, 11, 21), True)]
)
def test_after_a_year_the_fine_may_be_barred(
    numbers: Numbers, ended: dt.date, expired: bool
) -> None:
    """NĐ 283 Đ.3 k.4 đ.a."""
    script = {
        "field": "hours", "breach": "forced", "employer": "person", "still": "no", "ended": ended,
    }  # fmt: skip
    assert (play(fine.GUIDE, script, numbers=numbers).warning is not None) is expired
