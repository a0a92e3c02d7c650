"""Annual leave earned and paid out: BLLĐ Đ.113, 114; NĐ 145/2020 Đ.65 to 67. (pure)

The law no longer says how to round part of a day, so parts are kept. Sums are rounded once, at
the end, to the nearest đồng; a half goes up.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from knowledge_base.calculators import full_month
from knowledge_base.calculators.guide import (
    Answers,
    Guide,
    Kind,
    Numbers,
    Option,
    Result,
    Step,
    first_missing,
    law,
    number,
    said,
)
from knowledge_base.calculators.steps import wage_step
from knowledge_base.calculators.wording import (
    decimal,
    half_up,
    money,
    span,
    spoken_decimal,
    spoken_money,
)
from knowledge_base.content import Citation

CODE, DECREE = "45/2019/QH14", "145/2020/NĐ-CP"
A_YEAR = {"ordinary": 12, "heavy": 14, "extreme": 16}  # Đ.113 k.1


def days_a_year(work: str, service: int) -> int:
    """Days for a whole year; one more for every five years with the company (Đ.114)."""
    return A_YEAR[work] + service // 60


def earned(work: str, service: int, months: int) -> Fraction:
    """Days for the months worked this year (NĐ 145 Đ.66 k.1)."""
    return Fraction(days_a_year(work, service) * min(months, 12), 12)


def unused(days: Fraction, used: int) -> Fraction:
    return max(Fraction(0), days - used)


def payout(days: Fraction, wage: int, working_days: int = full_month.DAYS) -> int:
    """Wages for leave not taken, at the contract wage of the month before (NĐ 145 Đ.67 k.3).

    The decree names the wage but not the divisor: the ordinary working days of a month.
    """
    return half_up(days * wage / working_days)


WORK = Step(
    "work",
    "Anh/chị thuộc trường hợp nào?",
    Kind.CHOICE,
    (
        Option("Việc bình thường", "ordinary"),
        Option("Nặng nhọc, độc hại; dưới 18 tuổi; khuyết tật", "heavy"),
        Option("Đặc biệt nặng nhọc, độc hại", "extreme"),
    ),
)
SERVICE = Step(
    "service",
    "Anh/chị làm cho công ty này tất cả bao lâu?",
    Kind.MONTHS,
    may_skip=False,
)
MONTHS = Step(
    "months",
    "Tính riêng năm nay, anh/chị làm mấy tháng? Tháng làm từ một nửa số ngày công thì tính cả"
    " tháng; làm đủ năm thì nhập 12.",
    Kind.NUMBER,
    low=0,
    high=12,
)
LEAVING = Step(
    "leaving",
    "Anh/chị hỏi trong trường hợp nào?",
    Kind.CHOICE,
    (Option("Nghỉ việc, còn phép chưa nghỉ", "yes"), Option("Đang làm, hỏi số ngày", "no")),
    may_skip=False,
)
USED = Step("used", "Năm nay đã nghỉ mấy ngày phép?", Kind.NUMBER, low=0, high=60)
WAGE = wage_step("Lương theo hợp đồng của tháng ngay trước tháng nghỉ việc là bao nhiêu?")
DAYS = full_month.step("Một tháng có bao nhiêu ngày công chuẩn?")


def advance(answers: Answers, numbers: Numbers, today: dt.date) -> Step | Result:
    if step := first_missing(answers, _steps(answers)):
        return step
    work = said(answers, "work") or "ordinary"
    service = number(answers, "service") or 0
    days = earned(work, service, _months(answers))
    return Result(
        lines=tuple(_lines(answers, work, service, days)),
        voice=_spoken(answers, days),
        citations=tuple(_grounds(answers)),
        assumed=tuple(_assumed(answers)),
        warning=_overdrawn(answers, days),
    )


def _steps(answers: Answers) -> Iterator[Step]:
    """A month half worked counts, so one more may count than whole months were worked."""
    yield from (LEAVING, WORK, SERVICE)
    yield replace(MONTHS, high=min(12, (number(answers, "service") or 0) + 1))
    yield USED
    if said(answers, "leaving") == "yes":
        yield WAGE
        if number(answers, "wage") is not None:
            yield DAYS


def _months(answers: Answers) -> int:
    """Not known: the whole year, or all the time there is."""
    months = number(answers, "months")
    return min(12, number(answers, "service") or 0) if months is None else months


def _left(answers: Answers, days: Fraction) -> Fraction:
    return unused(days, number(answers, "used") or 0)


def _lines(answers: Answers, work: str, service: int, days: Fraction) -> Iterator[str]:
    more = service // 60
    year = f"{A_YEAR[work]} ngày"
    if more:
        year = f"({year} + {more} ngày thâm niên ({span(service)}))"
    yield (f"Phép năm nay: {year} × {_months(answers)}/12 tháng = {decimal(days)} ngày.")
    left, used = _left(answers, days), number(answers, "used") or 0
    yield f"Đã nghỉ {used} ngày, còn {decimal(left)} ngày."
    if said(answers, "leaving") == "yes":
        yield from _payout_lines(answers, left)
    else:
        yield "Lịch nghỉ do công ty đặt sau khi hỏi ý kiến người lao động và phải báo trước."
        yield "Đang làm mà không nghỉ hết: trả tiền hay chuyển sang năm sau là theo thỏa thuận."


def _payout_lines(answers: Answers, left: Fraction) -> Iterator[str]:
    wage, working_days = number(answers, "wage"), full_month.days(answers)
    if wage is None:
        yield "Công ty trả lương cho những ngày chưa nghỉ theo lương hợp đồng của tháng trước đó."
    else:
        yield (
            f"Tiền phép: {money(wage)} ÷ {working_days} ngày × {decimal(left)} ngày"
            f" = {money(payout(left, wage, working_days))}."
        )
    yield "Phép của năm trước còn lại mà chưa được trả: cộng thêm, hỏi luật sư nếu công ty từ chối."
    yield "Công ty phải trả trong 14 ngày làm việc từ ngày chấm dứt hợp đồng."


def _spoken(answers: Answers, days: Fraction) -> str:
    left, wage = _left(answers, days), number(answers, "wage")
    have = (
        f"Năm nay anh chị được {spoken_decimal(days)} ngày phép, còn {spoken_decimal(left)} ngày."
    )
    if said(answers, "leaving") != "yes":
        return f"{have} Công ty đặt lịch nghỉ sau khi hỏi ý kiến người lao động."
    within = "Công ty phải trả trong mười bốn ngày làm việc từ ngày chấm dứt hợp đồng."
    if wage is None:
        return f"{have} Nghỉ việc thì những ngày còn lại được trả bằng tiền. {within}"
    owed = spoken_money(payout(left, wage, full_month.days(answers)))
    return f"{have} Nghỉ việc thì được trả {owed}. {within}"


def _grounds(answers: Answers) -> Iterator[Citation]:
    yield from (law(CODE, "113"), law(CODE, "114"), law(DECREE, "66"))
    if said(answers, "leaving") == "yes":
        yield from (law(DECREE, "67", "3"), law(CODE, "48", "1"))


def _assumed(answers: Answers) -> Iterator[str]:
    if said(answers, "work") is None:
        yield "Làm việc trong điều kiện bình thường"
    if number(answers, "months") is None:
        yield f"Năm nay làm {_months(answers)} tháng"
    if number(answers, "used") is None:
        yield "Năm nay chưa nghỉ ngày phép nào"
    yield from full_month.assumed(answers)
    yield "Nghỉ không lương quá 1 tháng, nghỉ ốm quá 2 tháng trong năm không tính vào số tháng làm"


def _overdrawn(answers: Answers, days: Fraction) -> str | None:
    """Whether wages may be kept back for leave taken too early is not settled by the Code."""
    if (number(answers, "used") or 0) <= days:
        return None
    return "Đã nghỉ nhiều hơn số ngày được hưởng: việc trừ lương cần luật sư xem trước khi ký."


GUIDE = Guide(
    id="phep-nam",
    title="Tính phép năm và tiền phép chưa nghỉ",
    topic="nghi-phep",
    entries=(
        "phep-nam-so-ngay",
        "phep-tham-nien",
        "phep-chua-du-nam",
        "phep-thoi-gian-tinh",
        "phep-thoi-viec-tra-tien",
    ),
    citations=(
        law(CODE, "113"),
        law(CODE, "114"),
        law(DECREE, "65"),
        law(DECREE, "66"),
        law(DECREE, "67", "3"),
        law(CODE, "48", "1"),
    ),
    advance=advance,
)
