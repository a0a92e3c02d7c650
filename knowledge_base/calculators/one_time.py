"""Social insurance taken in one sum: Luật BHXH 2024 Đ.70; NĐ 158/2025 Đ.14. (pure)

Sums are rounded once, at the end, to the nearest đồng; a half goes up.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
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
from knowledge_base.calculators.insured import INSURANCE, insured_years
from knowledge_base.calculators.steps import CAREER_WAGE
from knowledge_base.calculators.wording import (
    date,
    decimal,
    half_up,
    money,
    plus_months,
    span,
    spoken_date,
    spoken_money,
)

DECREE = "158/2025/NĐ-CP"
WAIT = 12  # months without contributions (Đ.70 k.1 đ.đ)
TOO_LONG = 20 * 12  # months of contributions that end this ground (Đ.70 k.1 đ.đ)
FOR_PENSION = 15 * 12
BEFORE_2014, FROM_2014 = Fraction(3, 2), Fraction(2)  # months of wages for each year (Đ.70 k.3)
SHORT_CAP = 2  # months of wages, for less than a year
CONTRIBUTION = 22  # per cent to the pension fund: 8 the worker's, 14 the company's (Đ.33, 34)


def months_of_wages(total: int, before_2014: int = 0) -> Fraction:
    """Months of the average wage for a year of contributions and more (Đ.70 k.3).

    Odd months from before 2014 move to the time after, where there is any.
    """
    after = total - before_2014
    if not after:
        return insured_years(before_2014) * BEFORE_2014
    whole, odd = divmod(before_2014, 12)
    return whole * BEFORE_2014 + insured_years(after + odd) * FROM_2014


def amount(wage: int, total: int, before_2014: int = 0) -> int:
    """`wage`: the average insured wage, adjusted for prices where known (Đ.72, 73)."""
    if total >= 12:
        return half_up(months_of_wages(total, before_2014) * wage)
    paid = Fraction(CONTRIBUTION * total, 100)  # "the sum paid", but no more than two months
    return half_up(min(paid, Fraction(SHORT_CAP)) * wage)


def earliest(last_paid: dt.date) -> dt.date:
    """Twelve whole months after the last one paid must have passed (NĐ 158 Đ.14 k.1 đ.b)."""
    return plus_months(last_paid.replace(day=1), WAIT + 1)


GROUND = Step(
    "ground",
    "Anh/chị muốn rút vì lý do nào?",
    Kind.CHOICE,
    (
        Option("Đã nghỉ đóng, muốn rút", "stopped"),
        Option("Đủ tuổi hưu, chưa đủ 15 năm đóng", "age"),
        Option("Ra nước ngoài định cư", "abroad"),
        Option("Ung thư, bại liệt, xơ gan, lao nặng, AIDS", "illness"),
        Option("Suy giảm từ 81%, khuyết tật rất nặng", "disabled"),
        Option("Tôi là người nước ngoài", "foreigner"),
    ),
    may_skip=False,
)
OLD = Step(
    "old",
    "Có tháng nào đóng BHXH trước 01/07/2025 mà chưa rút không?",
    Kind.CHOICE,
    (Option("Có", "yes"), Option("Không, chỉ đóng từ 01/07/2025", "no")),
    may_skip=False,
)
LAST_PAID = Step(
    "last_paid",
    "Tháng cuối cùng đóng BHXH bắt buộc hoặc tự nguyện? Nhập một ngày trong tháng đó.",
    Kind.DATE,
    high=0,
)
TOTAL = Step(
    "total",
    "Đã đóng BHXH tất cả bao lâu? (xem sổ hoặc ứng dụng VssID)",
    Kind.MONTHS,
    may_skip=False,
)
BEFORE = Step(
    "before",
    "Trong đó bao lâu là trước năm 2014? Không có thì nhập 0.",
    Kind.MONTHS,
)


def advance(answers: Answers, numbers: Numbers, today: dt.date) -> Step | Result:
    if step := first_missing(answers, _steps(answers)):
        return step
    if why := _refused(answers):
        return _nothing(why)
    return _result(answers, today)


def _steps(answers: Answers) -> Iterator[Step]:
    yield GROUND
    ground = said(answers, "ground")
    if ground == "foreigner":
        raise ForLawyer(
            "người lao động nước ngoài rút BHXH một lần",
            "Người nước ngoài rút theo điều kiện riêng, cần luật sư xem.",
        )
    if ground == "stopped":
        yield OLD
        if said(answers, "old") == "no":
            return
    yield TOTAL
    if _refused(answers):
        return
    yield replace(BEFORE, high=number(answers, "total"))
    yield CAREER_WAGE
    if ground == "stopped":
        yield LAST_PAID


def _refused(answers: Answers) -> str | None:
    ground, total = said(answers, "ground"), number(answers, "total") or 0
    if ground == "stopped" and said(answers, "old") == "no":
        return "người chỉ đóng từ 01/07/2025 không được rút vì lý do nghỉ đóng"
    if ground == "stopped" and total >= TOO_LONG:
        return "người đóng từ đủ 20 năm không được rút vì lý do nghỉ đóng"
    if ground == "age" and total >= FOR_PENSION:
        return "đủ tuổi và đủ 15 năm đóng thì hưởng lương hưu hằng tháng"
    return None


def _nothing(why: str) -> Result:
    return Result(
        lines=(
            f"Chưa được rút một lần: {why}.",
            "Thời gian đã đóng được bảo lưu, cộng với thời gian đóng sau này để hưởng lương hưu.",
            "Vẫn được rút khi: ra nước ngoài định cư; mắc bệnh nặng trong danh sách; suy giảm khả"
            " năng lao động từ 81%; đủ tuổi nghỉ hưu mà chưa đủ 15 năm đóng.",
        ),
        voice="Trường hợp này anh chị chưa được rút bảo hiểm xã hội một lần. Thời gian đã đóng được"
        " bảo lưu, và cộng với thời gian đóng sau này để hưởng lương hưu.",
        citations=(law(INSURANCE, "70", "1"), law(INSURANCE, "71")),
    )


def _sums(answers: Answers, wage: int) -> tuple[int, int]:
    """Time before 2014 not known: the least is all of it, the most none."""
    total, before = number(answers, "total") or 0, number(answers, "before")
    if before is None:
        return amount(wage, total, total), amount(wage, total)
    owed = amount(wage, total, min(before, total))
    return owed, owed


def _result(answers: Answers, today: dt.date) -> Result:
    last_paid, wage = day(answers, "last_paid"), number(answers, "wage")
    first = earliest(last_paid) if last_paid and said(answers, "ground") == "stopped" else None
    return Result(
        lines=tuple(_lines(answers, wage, first)),
        voice=_spoken(answers, wage, first),
        citations=(
            law(INSURANCE, "70", "1"),
            law(INSURANCE, "70", "3"),
            law(DECREE, "14"),
            law(INSURANCE, "71"),
            law(INSURANCE, "79", "3"),
        ),
        assumed=tuple(_assumed(answers)),
        warning=_warning(answers, first, today),
    )


def _lines(answers: Answers, wage: int | None, first: dt.date | None) -> Iterator[str]:
    total = number(answers, "total") or 0
    if first:
        yield f"Nộp hồ sơ được từ {date(first)} (sau đủ {WAIT} tháng không đóng)."
    if wage is None:
        yield (
            "Mức: 1,5 tháng lương bình quân cho mỗi năm đóng trước 2014; 2 tháng cho mỗi năm từ"
            " 2014; chưa đủ 1 năm thì bằng số đã đóng, nhiều nhất 2 tháng."
        )
    else:
        yield from _sum_lines(answers, wage, total)
    if total >= FOR_PENSION:
        yield "Anh/chị đã đủ 15 năm đóng: đủ tuổi là có lương hưu, hãy so sánh trước khi rút."
    yield (
        "Rút rồi thì mất toàn bộ số năm đã đóng. Cách khác: bảo lưu, đóng tiếp để hưởng lương hưu;"
        " đủ tuổi mà thiếu năm thì có thể nhận trợ cấp hằng tháng."
    )
    yield "Hồ sơ: sổ BHXH và đơn, nộp cơ quan BHXH; giải quyết trong 7 ngày làm việc."


def _sum_lines(answers: Answers, wage: int, total: int) -> Iterator[str]:
    before = number(answers, "before")
    if total >= 12 and before is not None:
        months = decimal(months_of_wages(total, min(before, total)))
        yield f"{span(total)} đóng, tính bằng {months} tháng lương bình quân."
    yield f"Số tiền: {money(*_sums(answers, wage))} (chưa kể hệ số trượt giá nếu có)."


def _spoken(answers: Answers, wage: int | None, first: dt.date | None) -> str:
    when = f" Anh chị nộp hồ sơ được từ {spoken_date(first)}." if first else ""
    if wage is None:
        owed = "Mỗi năm đóng từ năm hai nghìn không trăm mười bốn được hai tháng lương bình quân."
    else:
        owed = f"Số tiền được rút là {spoken_money(*_sums(answers, wage))}."
    return (
        f"{owed}{when} Rút rồi thì mất toàn bộ số năm đã đóng, nên hãy hỏi cơ quan bảo hiểm xã hội"
        " về lương hưu trước khi quyết định."
    )


def _assumed(answers: Answers) -> Iterator[str]:
    if answers.get("before") is None:
        yield "Chưa biết thời gian đóng trước 2014: mức thấp là tất cả, mức cao là không có"
    if skipped(answers, "last_paid"):
        yield f"Đã đủ {WAIT} tháng liên tục không đóng BHXH bắt buộc và tự nguyện"
    if (number(answers, "total") or 0) < 12:
        yield "Số đã đóng gồm cả phần của anh/chị và của công ty vào quỹ hưu trí (22%)"
    yield "Lương bình quân chưa nhân hệ số trượt giá; hệ số thấp nhất là 1"


def _warning(answers: Answers, first: dt.date | None, today: dt.date) -> str | None:
    if first and today < first:
        return f"Chưa đủ {WAIT} tháng: nộp hồ sơ được từ {date(first)}, nếu không đóng lại."
    return None


GUIDE = Guide(
    id="bhxh-mot-lan",
    title="Tính bảo hiểm xã hội một lần",
    topic="bhxh",
    entries=(
        "bhxh-rut-mot-lan-bao-nhieu",
        "bhxh-rut-mot-lan-dieu-kien",
        "bhxh-rut-mot-lan-dong-tu-2025",
        "bhxh-rut-mot-lan-benh",
        "bhxh-bao-luu",
    ),
    citations=(
        law(INSURANCE, "5", "6"),
        law(INSURANCE, "70", "1"),
        law(INSURANCE, "70", "3"),
        law(INSURANCE, "71"),
        law(INSURANCE, "79", "3"),
        law(DECREE, "14"),
    ),
    advance=advance,
)
