"""Guided answer on retirement age and pension. The law is in `rules`, the questions in `steps`.
(pure)
"""

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction

from knowledge_base.calculators.guide import (
    Answers,
    Guide,
    Numbers,
    Result,
    Step,
    first_missing,
    law,
    number,
    said,
    skipped,
)
from knowledge_base.calculators.insured import CIRCULAR, INSURANCE, insured_years
from knowledge_base.calculators.pension.rules import (
    LEAST_DISABLED,
    MAY_ADD,
    early_cut,
    lump_sum,
    monthly,
    rate,
)
from knowledge_base.calculators.pension.steps import Case, case, steps
from knowledge_base.calculators.wording import (
    decimal,
    half_up,
    money,
    plus_months,
    span,
    spoken_decimal,
    spoken_money,
    spoken_number,
    spoken_span,
)

CODE, AGES = "45/2019/QH14", "135/2020/NĐ-CP"
DECREE = "158/2025/NĐ-CP"


def advance(answers: Answers, numbers: Numbers, today: dt.date) -> Step | Result:
    if step := first_missing(answers, steps(answers, today)):
        return step
    found = case(answers, today)
    return Result(
        lines=tuple(_lines(answers, found, numbers, today)),
        voice=_spoken(answers, found, numbers, today),
        citations=GROUNDS,
        assumed=tuple(_assumed(answers, found)),
    )


def _percent(found: Case) -> Fraction:
    return max(Fraction(0), rate(found.sex, found.contributed or 0) - early_cut(found.early))


def _pension(found: Case, wage: int, numbers: Numbers, today: dt.date) -> int:
    """Twenty years and more, begun before 01/07/2025: at least the reference wage (Đ.141 k.11).

    Who has twenty years before July 2045 must have begun before.
    """
    owed = monthly(wage, _percent(found))
    if (found.contributed or 0) < LEAST_DISABLED or found.leaves >= dt.date(2045, 7, 1):
        return owed
    return max(owed, numbers.on("luong_co_so", today))


def _lines(answers: Answers, found: Case, numbers: Numbers, today: dt.date) -> Iterator[str]:
    yield f"{_age_line(found)}; lương hưu sớm nhất từ tháng {plus_months(found.leaves, 1):%m/%Y}."
    if found.contributed is None:
        yield f"Phải đóng BHXH bắt buộc từ đủ {found.least // 12} năm."
    elif found.missing:
        yield from _missing_lines(found)
    else:
        yield from _pension_lines(answers, found, numbers, today)
    yield (
        "Hồ sơ: sổ BHXH và giấy chấm dứt hợp đồng; công ty nộp trong 20 ngày trước khi đủ điều"
        " kiện, người đã nghỉ thì tự nộp cho cơ quan BHXH."
    )


def _age_line(found: Case) -> str:
    if found.leaves != found.retirement.reached:
        return "Anh/chị đã đủ tuổi nghỉ hưu của trường hợp này"
    years, odd = divmod(found.retirement.age, 12)
    age = f"{years} tuổi {odd} tháng" if odd else f"{years} tuổi"
    return f"Tuổi nghỉ hưu: đủ {age}, vào tháng {found.leaves:%m/%Y}"


def _missing_lines(found: Case) -> Iterator[str]:
    yield (
        f"Còn thiếu {span(found.missing)} để đủ {found.least // 12} năm đóng BHXH bắt buộc, nên"
        " chưa có lương hưu."
    )
    if found.missing <= MAY_ADD and found.may_add:
        yield "Thiếu không quá 6 tháng: được đóng một lần cho phần thiếu rồi hưởng lương hưu."
    else:
        yield (
            "Có thể làm tiếp để đóng đủ, đóng BHXH tự nguyện, nhận trợ cấp hằng tháng hoặc rút một"
            " lần khi đủ tuổi; nên so sánh trước khi rút."
        )


def _pension_lines(
    answers: Answers, found: Case, numbers: Numbers, today: dt.date
) -> Iterator[str]:
    wage = number(answers, "wage")
    contributed = found.contributed or 0
    years = f"{span(contributed)} đóng, tính {decimal(insured_years(contributed))} năm"
    cut = f", trừ {early_cut(found.early)}% vì nghỉ sớm {span(found.early)}" if found.early else ""
    yield f"Tỷ lệ: {years}{cut}, được {decimal(_percent(found))}% lương bình quân."
    more = _lump_months(answers, found)
    if wage is not None:
        yield f"Lương hưu: khoảng {money(_pension(found, wage, numbers, today))} một tháng."
    if more:
        owed = f", khoảng {money(half_up(more * wage))}" if wage is not None else ""
        yield f"Thêm trợ cấp một lần khi nghỉ hưu: {decimal(more)} tháng lương bình quân{owed}."


def _lump_months(answers: Answers, found: Case) -> Fraction:
    contributed = found.contributed or 0
    after = min(number(answers, "after") or 0, contributed)
    return lump_sum(found.sex, contributed, after)


def _spoken(answers: Answers, found: Case, numbers: Numbers, today: dt.date) -> str:
    starts = plus_months(found.leaves, 1)
    when = (
        f"Lương hưu sớm nhất từ tháng {spoken_number(starts.month)} năm"
        f" {spoken_number(starts.year)}."
    )
    if found.contributed is None:
        return f"{when} Anh chị phải đóng bảo hiểm xã hội đủ {spoken_span(found.least)}."
    if found.missing:
        return (
            f"Anh chị còn thiếu {spoken_span(found.missing)} đóng bảo hiểm xã hội nên chưa có lương"
            " hưu. Hãy hỏi cơ quan bảo hiểm xã hội về cách đóng tiếp, trước khi rút một lần."
        )
    wage = number(answers, "wage")
    percent = f"Tỷ lệ là {spoken_decimal(_percent(found))} phần trăm lương bình quân."
    if wage is None:
        return f"{when} {percent}"
    owed = spoken_money(_pension(found, wage, numbers, today))
    return f"{when} {percent} Lương hưu khoảng {owed} một tháng."


def _assumed(answers: Answers, found: Case) -> Iterator[str]:
    if said(answers, "work") is None:
        yield "Làm việc trong điều kiện bình thường"
    if found.leaves != found.retirement.reached or found.early:
        yield f"Nghỉ ngay trong tháng {found.leaves:%m/%Y}"
    if skipped(answers, "after"):
        yield "Không đóng sau khi đủ tuổi nghỉ hưu"
    if "wage" in answers and answers["wage"] is not None:
        yield "Lương bình quân chưa nhân hệ số trượt giá; mức thấp nhất theo lương cơ sở hiện nay"
    if found.contributed is not None:
        yield "Chưa tính thời gian đóng BHXH tự nguyện và thời gian làm trong lực lượng vũ trang"


GROUNDS = (
    law(CODE, "169"),
    law(AGES, "4"),
    law(AGES, "5"),
    law(INSURANCE, "64", "1"),
    law(INSURANCE, "65", "1"),
    law(INSURANCE, "66"),
    law(INSURANCE, "68"),
)

GUIDE = Guide(
    id="luong-huu",
    title="Tính tuổi nghỉ hưu và lương hưu",
    topic="bhxh",
    entries=(
        "bhxh-tuoi-nghi-huu",
        "bhxh-luong-huu-dieu-kien",
        "bhxh-luong-huu-muc",
        "bhxh-nghi-huu-som",
        "bhxh-dong-bu-thieu-thang",
        "bhxh-du-tuoi-thieu-nam",
    ),
    citations=(
        *GROUNDS,
        law(INSURANCE, "5", "6"),
        law(INSURANCE, "33", "7"),
        law(INSURANCE, "79", "1"),
        law(INSURANCE, "141", "11"),
        law(DECREE, "13"),
        law(CIRCULAR, "14"),
        law(CIRCULAR, "15"),
    ),
    advance=advance,
)
