"""Sickness pay, own and a child's: Luật BHXH 2024 Đ.42 to 45, 48; TT 12/2025 Đ.4 to 6. (pure)

Days are working days and are counted in halves. Sums are rounded once, at the end, to the nearest
đồng; a half goes up.
"""

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction

from knowledge_base.calculators.guide import (
    Answers,
    ForLawyer,
    Guide,
    Kind,
    Numbers,
    Option,
    Result,
    Step,
    day,
    first_missing,
    law,
    number,
    said,
    skipped,
)
from knowledge_base.calculators.insured import CIRCULAR, INSURANCE, SINCE, insured_wage
from knowledge_base.calculators.steps import YES_NO, wage_step
from knowledge_base.calculators.wording import (
    date,
    decimal,
    half_up,
    money,
    spoken_decimal,
    spoken_money,
    spoken_number,
)
from knowledge_base.content import Citation

ORDINARY_RATE = 75  # per cent (Đ.45 k.2)
CHILD_DAYS = {"under_3": 20, "under_7": 15, "older": 0}  # a year, for each child (Đ.44 k.1)
MONTH = 24  # days a month's pay is divided by (Đ.45 k.5)


def _tier(contributed: int) -> int:
    """0: under fifteen years of contributions, 1: under thirty, 2: thirty and more."""
    return (contributed >= 15 * 12) + (contributed >= 30 * 12)


def days_a_year(contributed: int, *, heavy: bool) -> int:
    """Working days of own sickness in a calendar year (Đ.43 k.1). `contributed` in months."""
    return (30, 40, 60)[_tier(contributed)] + (10 if heavy else 0)


def long_rate(contributed: int) -> int:
    """Per cent once those days are used up in a long illness of the list (Đ.45 k.3)."""
    return (50, 55, 65)[_tier(contributed)]


def payable(asked: Fraction, allowed: int, used: int) -> Fraction:
    return min(asked, Fraction(max(0, allowed - used)))


def pay(wage: int, rate: int, days: Fraction) -> int:
    """Half a day is paid half of a day (Đ.45 k.5; TT 12/2025 Đ.6)."""
    return half_up(Fraction(wage * rate, 100 * MONTH) * days)


def _years(ages: range) -> tuple[str, ...]:
    return tuple(f"{age} tuổi" for age in ages)


CASE = Step(
    "case",
    "Anh/chị nghỉ vì lý do nào?",
    Kind.CHOICE,
    (
        Option(
            "Mình ốm, tai nạn không phải lao động",
            "own",
            ("ốm", "ốm đau", "bản thân ốm", "bệnh", "tai nạn"),
        ),
        Option("Bệnh dài ngày, đã hết số ngày", "long"),
        Option("Chăm con ốm", "child", ("con ốm", "con bệnh", "chăm con")),
    ),
    may_skip=False,
)
START = Step("start", "Bắt đầu nghỉ từ ngày nào?", Kind.DATE)
HEAVY = Step(
    "heavy",
    "Công việc lúc nghỉ có nặng nhọc, độc hại (theo danh mục) hoặc ở vùng đặc biệt khó khăn không?",
    Kind.CHOICE,
    YES_NO,
)
CONTRIBUTED = Step("contributed", "Đã đóng BHXH bắt buộc tất cả bao lâu?", Kind.MONTHS)
AGE = Step(
    "age",
    "Con mấy tuổi lúc bắt đầu nghỉ?",
    Kind.CHOICE,
    (
        Option("Dưới 3 tuổi", "under_3", _years(range(1, 3))),
        Option("Từ 3 đến dưới 7 tuổi", "under_7", _years(range(3, 7))),
        Option("Từ 7 tuổi", "older", _years(range(7, 18))),
    ),
    may_skip=False,
)
DAYS = Step(
    "days",
    "Đợt này nghỉ mấy ngày làm việc trọn ngày? (không kể ngày nghỉ hằng tuần, lễ tết)",
    Kind.NUMBER,
    low=0,
    high=366,
    may_skip=False,
)
HALF = Step(
    "half",
    "Có thêm một lần nghỉ không đến nửa ngày làm việc không?",
    Kind.CHOICE,
    YES_NO,
)
WAGE = wage_step(
    "Lương đóng BHXH của tháng ngay trước tháng nghỉ (tháng đầu đi làm: của tháng đó)?"
)


def advance(answers: Answers, numbers: Numbers, today: dt.date) -> Step | Result:
    start = day(answers, "start") or today
    if start < SINCE:
        raise ForLawyer(
            f"nghỉ ốm từ {date(start)}, theo Luật BHXH 2014",
            f"Anh/chị nghỉ trước {date(SINCE)} nên tính theo luật cũ, cần luật sư xem.",
        )
    if step := first_missing(answers, _steps(answers)):
        return step
    if said(answers, "age") == "older":
        return _child_too_old()
    return _result(answers, numbers, start)


def used_step(case: str | None) -> Step:
    whom = "để chăm bé này" if case == "child" else "vì mình ốm"
    return Step(
        "used",
        f"Năm nay đã nghỉ hưởng bảo hiểm {whom} mấy ngày trước đợt này?",
        Kind.NUMBER,
        low=0,
        high=366,
    )


def _steps(answers: Answers) -> Iterator[Step]:
    yield CASE
    case = said(answers, "case")
    if case == "child":
        yield AGE
        if said(answers, "age") == "older":
            return
    yield START
    if case != "child":
        yield CONTRIBUTED
    if case == "own":
        yield HEAVY
    if case != "long":
        yield used_step(case)
    yield from (DAYS, HALF, WAGE)


def _child_too_old() -> Result:
    return Result(
        lines=(
            "Chế độ con ốm chỉ có khi con dưới 7 tuổi.",
            "Con từ 7 tuổi: xin nghỉ phép năm hoặc thỏa thuận nghỉ không lương với công ty.",
        ),
        voice="Chế độ con ốm chỉ có khi con dưới bảy tuổi. Anh chị có thể xin nghỉ phép năm, hoặc"
        " thỏa thuận nghỉ không lương với công ty.",
        citations=(law(INSURANCE, "42"), law(INSURANCE, "44")),
    )


def _rate(answers: Answers) -> int:
    if said(answers, "case") == "long":
        return long_rate(number(answers, "contributed") or 0)
    return ORDINARY_RATE


def _allowed(answers: Answers) -> int | None:
    """None: no limit of days (Đ.43 k.2)."""
    case = said(answers, "case")
    if case == "long":
        return None
    if case == "child":
        return CHILD_DAYS[said(answers, "age") or "older"]
    contributed = number(answers, "contributed") or 0
    return days_a_year(contributed, heavy=said(answers, "heavy") == "yes")


def _asked(answers: Answers) -> Fraction:
    return (number(answers, "days") or 0) + Fraction(said(answers, "half") == "yes") / 2


def _days(answers: Answers) -> Fraction:
    asked, allowed = _asked(answers), _allowed(answers)
    if allowed is None:
        return asked
    return payable(asked, allowed, number(answers, "used") or 0)


def _result(answers: Answers, numbers: Numbers, start: dt.date) -> Result:
    wage = number(answers, "wage")
    if wage is not None:
        wage = insured_wage(numbers, wage, start, start)
    return Result(
        lines=tuple(_lines(answers, wage)),
        voice=_spoken(answers, wage),
        citations=tuple(_grounds(answers)),
        assumed=tuple(_assumed(answers)),
        warning=_beyond(answers),
    )


def _lines(answers: Answers, wage: int | None) -> Iterator[str]:
    allowed, days, rate = _allowed(answers), _days(answers), _rate(answers)
    if allowed is not None:
        each = " cho mỗi con" if said(answers, "case") == "child" else ""
        yield (
            f"Mỗi năm được tối đa {allowed} ngày làm việc{each}; đợt này tính {decimal(days)} ngày."
        )
    if wage is None:
        yield f"Mỗi ngày bằng {rate}% lương đóng BHXH tháng trước đó, chia {MONTH}."
    else:
        owed = money(pay(wage, rate, days))
        yield f"Tiền: {money(wage)} × {rate}% ÷ {MONTH} × {decimal(days)} ngày = {owed}."
    yield (
        "Nộp giấy ra viện hoặc giấy chứng nhận nghỉ việc hưởng BHXH cho công ty trong 45 ngày kể từ"
        " ngày đi làm lại; công ty có 7 ngày làm việc, cơ quan BHXH có 7 ngày làm việc."
    )
    yield (
        "Không được hưởng nếu tự gây thương tích, dùng ma túy, hoặc ngày nghỉ trùng với nghỉ phép,"
        " nghỉ không lương, nghỉ thai sản."
    )


def _spoken(answers: Answers, wage: int | None) -> str:
    days, rate = _days(answers), _rate(answers)
    if wage is None:
        owed = (
            f"Mỗi ngày bằng {spoken_number(rate)} phần trăm lương đóng bảo hiểm, chia hai mươi tư"
        )
    else:
        owed = f"Tiền được nhận là {spoken_money(pay(wage, rate, days))}"
    return (
        f"Đợt này anh chị được tính {spoken_decimal(days)} ngày. {owed}. Hãy nộp giấy tờ khám chữa"
        " bệnh cho công ty trong bốn mươi lăm ngày, kể từ ngày đi làm lại."
    )


def _grounds(answers: Answers) -> Iterator[Citation]:
    case = said(answers, "case")
    yield law(INSURANCE, "42")
    yield law(INSURANCE, "44") if case == "child" else law(INSURANCE, "43")
    yield from (law(INSURANCE, "45"), law(INSURANCE, "48"), law(CIRCULAR, "6"))


def _assumed(answers: Answers) -> Iterator[str]:
    if skipped(answers, "contributed"):
        yield "Đóng BHXH bắt buộc dưới 15 năm; lâu hơn thì mức cao hơn"
    if skipped(answers, "heavy"):
        yield "Công việc bình thường; nặng nhọc, độc hại thì thêm 10 ngày"
    if skipped(answers, "used"):
        yield "Năm nay chưa nghỉ ngày nào"
    if answers.get("half") is None:
        yield "Không có lần nghỉ nửa ngày"
    if answers.get("start") is None:
        yield "Bắt đầu nghỉ hôm nay"
    yield "Đợt nghỉ nằm trong một năm dương lịch, có giấy của cơ sở khám bệnh cho đúng số ngày"


def _beyond(answers: Answers) -> str | None:
    over = _asked(answers) - _days(answers)
    if over <= 0:
        return None
    longer = "; bệnh thuộc danh mục dài ngày thì được hưởng tiếp mức thấp hơn"
    more = longer if said(answers, "case") == "own" else ""
    return f"{decimal(over)} ngày vượt số ngày được hưởng trong năm{more}."


GUIDE = Guide(
    id="om-dau",
    title="Tính tiền ốm đau, con ốm",
    topic="bhxh",
    entries=("bhxh-om-dau-muc", "bhxh-om-dai-ngay", "bhxh-con-om", "bhxh-om-nop-giay"),
    citations=(
        law(INSURANCE, "42"),
        law(INSURANCE, "43"),
        law(INSURANCE, "44"),
        law(INSURANCE, "45"),
        law(INSURANCE, "48"),
        law(CIRCULAR, "6"),
        law(INSURANCE, "31", "1"),
    ),
    advance=advance,
)
