"""The period of notice: BLLĐ Đ.27, 35, 36; NĐ 145/2020 Đ.7, 89."""

import datetime as dt

import pytest

from knowledge_base.calculators import notice
from knowledge_base.calculators.guide import Value, law
from knowledge_base.calculators.notice.rules import Term, term
from knowledge_base.calculators.working_days import SUNDAY_ONLY, WEEKEND
from tests.knowledge_base.calculators.driving import play, said

CODE, DECREE = "45/2019/QH14", "145/2020/NĐ-CP"
D = dt.date


@pytest.mark.parametrize(
    ("contract", "occupation", "days", "working"),
    [
        ("indefinite", "ordinary", 45, False),  # Đ.35 k.1 đ.a
        ("fixed", "ordinary", 30, False),  # đ.b
        ("short", "ordinary", 3, True),  # đ.c
        ("indefinite", "flight", 120, False),  # NĐ 145 Đ.7 k.2 đ.a
        ("fixed", "seafarer", 120, False),
        ("indefinite", "domestic", 15, False),  # NĐ 145 Đ.89 k.1 đ.d
        ("short", "domestic", 15, False),
    ],
)
def test_the_term_by_contract_and_occupation(
    contract: str, occupation: str, days: int, working: bool
) -> None:
    assert term(contract, occupation) == Term(days, working)


@pytest.mark.parametrize(("length", "days"), [(244, 61), (245, 62), (181, 46)])
def test_a_quarter_of_a_short_contract_in_a_special_occupation(length: int, days: int) -> None:
    """NĐ 145 Đ.7 k.2 đ.b: at least a quarter, so a begun day counts."""
    assert term("short", "manager", dt.timedelta(length)) == Term(days)


def test_the_length_of_that_contract_must_be_known() -> None:
    with pytest.raises(LookupError):
        term("short", "manager")


@pytest.mark.parametrize(
    ("given", "counted", "rest", "last"),
    [
        (D(2026, 11, 22), Term(45), WEEKEND, D(2027, 1, 6)),
        (D(2026, 1, 31), Term(30), WEEKEND, D(2026, 3, 2)),
        (D(2026, 11, 20), Term(3, working=True), WEEKEND, D(2026, 11, 26)),  # 24/11 is a holiday
        (D(2026, 11, 20), Term(3, working=True), SUNDAY_ONLY, D(2026, 11, 25)),
    ],
)
def test_the_last_day_of_work(
    given: dt.date, counted: Term, rest: frozenset[int], last: dt.date
) -> None:
    assert counted.last_day(given, rest) == last


@pytest.mark.parametrize(
    ("counted", "first_off", "missing"),
    [
        (Term(30), D(2026, 12, 3), 0),  # last day 2/12
        (Term(30), D(2026, 12, 2), 1),
        (Term(30), D(2026, 11, 3), 30),
        (Term(3, working=True), D(2026, 11, 4), 2),  # Tuesday to Thursday were due
        (Term(30), D(2027, 1, 1), 0),
    ],
)
def test_the_days_of_notice_not_given(counted: Term, first_off: dt.date, missing: int) -> None:
    assert counted.missing(D(2026, 11, 2), first_off, WEEKEND) == missing


# -- the guide -------------------------------------------------------------------------------------

WORKER = {"who": "worker", "ground": "none", "occupation": "ordinary"}
EMPLOYER = {"who": "employer", "occupation": "ordinary", "reason": "performance"}


def test_a_worker_with_an_indefinite_contract_gives_45_days() -> None:
    result = play(notice.GUIDE, {**WORKER, "contract": "indefinite", "given": D(2026, 11, 20)})
    assert "45 ngày" in result.lines[0]
    assert "04/01/2027" in result.lines[1]
    assert law(CODE, "35", "1") in result.citations
    assert result.assumed == ()


def test_a_short_contract_asks_for_the_week() -> None:
    script = {**WORKER, "contract": "short", "given": D(2026, 11, 20), "saturday": "works"}
    assert "25/11/2026" in said(play(notice.GUIDE, script))


def test_what_is_not_known_is_assumed_for_the_safe_side() -> None:
    script: dict[str, Value | None] = {
        "who": "worker", "ground": None, "occupation": None, "contract": None, "given": None,
    }  # fmt: skip
    result = play(notice.GUIDE, script)
    assert "45 ngày" in said(result)
    assert "06/01/2027" in said(result)
    assert len(result.assumed) == 4


@pytest.mark.parametrize(
    ("ground", "point"),
    [("work", "a"), ("pay", "b"), ("abuse", "c"), ("harassment", "d"),
     ("retirement", "e"), ("deceit", "g")],
)  # fmt: skip
def test_grounds_to_leave_at_once(ground: str, point: str) -> None:
    result = play(notice.GUIDE, {"who": "worker", "ground": ground})
    assert "không cần báo trước" in result.lines[0]
    assert result.citations[0] == law(CODE, "35", "2", point)


PREGNANT = {"who": "worker", "ground": "pregnancy"}


def test_a_pregnancy_is_a_ground_where_a_clinic_confirms_the_harm_d138() -> None:
    result = play(notice.GUIDE, PREGNANT | {"confirmed": "yes"})
    assert "không cần báo trước" in result.lines[0]
    assert result.citations == (law(CODE, "35", "2", "đ"), law(CODE, "138", "1"))


@pytest.mark.parametrize("confirmed", ["no", None])
def test_a_pregnancy_alone_is_no_ground(confirmed: str | None) -> None:
    script: dict[str, Value | None] = {
        **PREGNANT, "confirmed": confirmed, "occupation": "ordinary", "contract": "fixed",
        "given": D(2026, 11, 20),
    }  # fmt: skip
    result = play(notice.GUIDE, script)
    assert "30 ngày" in result.lines[0]
    assert "giấy của cơ sở khám bệnh" in result.lines[-1]
    assert len(result.assumed) == (confirmed is None)


def test_late_pay_has_its_exception() -> None:
    result = play(notice.GUIDE, {"who": "worker", "ground": "pay"})
    assert law(CODE, "97", "4") in result.citations
    assert "30 ngày" in said(result)


def test_probation_needs_no_notice() -> None:
    result = play(notice.GUIDE, {**WORKER, "contract": "probation"})
    assert result.citations == (law(CODE, "27", "2"),)


def test_a_seafarer_with_eight_months_gives_a_quarter() -> None:
    script = {
        "who": "worker", "ground": "none", "occupation": "seafarer", "contract": "short",
        "length": 8, "given": D(2026, 1, 1),
    }  # fmt: skip
    result = play(notice.GUIDE, script)
    assert "61 ngày" in said(result)  # 243 days from 1 January, a quarter is 60.75
    assert law(DECREE, "7", "2") in result.citations


def test_a_domestic_worker_gives_15_days_and_is_asked_for_no_contract() -> None:
    script = {"who": "worker", "ground": "none", "occupation": "domestic", "given": D(2026, 11, 1)}
    result = play(notice.GUIDE, script)
    assert "15 ngày" in said(result)
    assert "16/11/2026" in said(result)
    assert law(DECREE, "89", "1", "d") in result.citations


def test_an_employer_who_gives_too_little_owes_the_missing_days() -> None:
    script = {
        **EMPLOYER,
        "contract": "fixed",
        "given": D(2026, 11, 2),
        "told_last": D(2026, 11, 12),
    }
    result = play(notice.GUIDE, script)
    assert "báo thiếu 21 ngày" in said(result)
    assert law(CODE, "41", "1") in result.citations


def test_an_employers_reason_not_known_is_named() -> None:
    script = {**EMPLOYER, "reason": None, "contract": "fixed", "given": D(2026, 11, 2)}
    result = play(notice.GUIDE, script | {"told_last": D(2026, 12, 3)})
    assert [one for one in result.assumed if "lý do luật cho phép" in one]


def test_sent_away_before_being_told_is_asked_about_and_is_no_notice() -> None:
    days = {"given": D(2026, 11, 10), "told_last": D(2026, 11, 1)}
    result = play(notice.GUIDE, {**EMPLOYER, "contract": "fixed"} | days)
    assert "Ngày cho nghỉ 01/11/2026 lại trước ngày báo 10/11/2026" in said(result)
    assert "lương cho cả 30 ngày" in said(result)
    assert "báo thiếu" not in said(result)


def test_an_employer_who_gives_enough_owes_nothing() -> None:
    script = {**EMPLOYER, "contract": "fixed", "given": D(2026, 11, 2), "told_last": D(2026, 12, 3)}
    assert "báo thiếu" not in said(play(notice.GUIDE, script))


def test_the_sick_get_three_working_days_whatever_their_contract() -> None:
    """Đ.36 k.2 đ.c."""
    script = {
        **EMPLOYER, "reason": "illness", "given": D(2026, 11, 16), "told_last": None,
        "saturday": None,
    }  # fmt: skip
    result = play(notice.GUIDE, script)
    assert "3 ngày làm việc" in said(result)
    assert "19/11/2026" in said(result)
    assert result.assumed == ("Thứ Bảy là ngày nghỉ hằng tuần",)


@pytest.mark.parametrize(("reason", "point"), [("absence", "d"), ("desertion", "e")])
def test_who_stays_away_gets_no_notice(reason: str, point: str) -> None:
    """Đ.36 k.3."""
    result = play(notice.GUIDE, {**EMPLOYER, "reason": reason})
    assert "không phải báo trước" in said(result)
    assert law(CODE, "36", "1", point) in result.citations


def test_a_reason_the_law_does_not_know_is_told_as_such() -> None:
    result = play(notice.GUIDE, {**EMPLOYER, "reason": "other"})
    assert "trái luật" in said(result)


def test_a_household_needs_no_reason() -> None:
    script = {
        "who": "employer", "occupation": "domestic", "given": D(2026, 11, 1),
        "told_last": D(2026, 11, 10),
    }  # fmt: skip
    result = play(notice.GUIDE, script)
    assert "Chủ nhà phải báo trước ít nhất 15 ngày" in said(result)
    assert "báo thiếu 7 ngày" in said(result)
