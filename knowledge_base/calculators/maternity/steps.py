"""What is asked about a birth, and how the answers read. (pure)"""

import datetime as dt
from collections.abc import Iterator

from knowledge_base.calculators.guide import Answers, Kind, Numbers, Option, Step, day, number, said
from knowledge_base.calculators.insured import insured_wage
from knowledge_base.calculators.maternity.rules import (
    MONTHS,
    SECOND_CHILD_SINCE,
    SINCE,
    counted_months,
    mother_qualifies,
)
from knowledge_base.calculators.wording import date, plus_months

YES_NO = (Option("Có", "yes"), Option("Không", "no"))
WHO = Step(
    "who",
    "Anh/chị hỏi cho ai?",
    Kind.CHOICE,
    (
        Option("Mẹ sinh con", "mother"),
        Option("Cha, có vợ sinh con", "father"),
        Option("Nhận con nuôi, mang thai hộ", "other"),
    ),
    may_skip=False,
)
BIRTH = Step("birth", "Ngày sinh con (hoặc ngày dự sinh)?", Kind.DATE, may_skip=False)
BABIES = Step(
    "babies",
    "Lần này sinh mấy bé?",
    Kind.CHOICE,
    (Option("Một bé", "1"), Option("Sinh đôi", "2"), Option("Sinh ba", "3")),
)
SECOND = Step(
    "second",
    "Lúc sinh bé này, người mẹ đang có đúng một con đẻ còn sống không?",
    Kind.CHOICE,
    (Option("Có, đây là con thứ hai", "yes"), Option("Không", "no")),
)
SPECIAL = Step(
    "special",
    "Có thuộc trường hợp nào dưới đây không?",
    Kind.CHOICE,
    (
        Option("Phải nghỉ dưỡng thai theo chỉ định", "rest"),
        Option("Phải nghỉ để điều trị vô sinh", "fertility"),
        Option("Không", "no"),
    ),
)
TOTAL = Step("total", "Tất cả đã đóng BHXH bắt buộc bao lâu?", Kind.MONTHS)
TWO_YEARS = Step(
    "two_years",
    "Trong 24 tháng trước khi sinh đã đóng mấy tháng?",
    Kind.NUMBER,
    low=0,
    high=24,
)
WAGE = Step(
    "wage",
    "Lương đóng BHXH bình quân 6 tháng gần nhất trước khi nghỉ là bao nhiêu một tháng?",
    Kind.MONEY,
    low=0,
    high=1_000_000_000,
)
START = Step("start", "Bắt đầu nghỉ thai sản từ ngày nào?", Kind.DATE)
INSURED = Step(
    "insured",
    "Anh đang đóng BHXH bắt buộc không?",
    Kind.CHOICE,
    YES_NO,
)
HARD_BIRTH = Step(
    "hard_birth",
    "Vợ sinh thế nào?",
    Kind.CHOICE,
    (
        Option("Sinh thường", "no"),
        Option("Phải phẫu thuật", "surgery"),
        Option("Sinh dưới 32 tuần", "early"),
    ),
)
MOTHER_COVERED = Step(
    "mother_covered",
    "Vợ có đủ điều kiện hưởng thai sản của BHXH bắt buộc không?",
    Kind.CHOICE,
    YES_NO,
)


def steps(answers: Answers) -> Iterator[Step]:
    yield WHO
    if said(answers, "who") == "other":
        raise LookupError("adoption and surrogacy are for a lawyer")
    yield BIRTH
    birth = born(answers)
    if said(answers, "who") == "father":
        yield from father_steps(answers, birth)
        return
    yield from mother_steps(answers, birth)


def mother_steps(answers: Answers, birth: dt.date) -> Iterator[Step]:
    yield recent_step(birth)
    recent = number(answers, "recent")
    if recent is not None and recent < 6:
        yield SPECIAL
        special = said(answers, "special")
        if special == "rest":
            yield TOTAL
        if special == "fertility":
            yield TWO_YEARS
        if not qualifies(answers):
            return
    yield from second_step(birth)
    yield from (BABIES, WAGE, START)


def second_step(birth: dt.date) -> Iterator[Step]:
    if birth >= SECOND_CHILD_SINCE:
        yield SECOND


def recent_step(birth: dt.date) -> Step:
    first, last = counted_months(birth)
    return Step(
        "recent",
        f"Từ tháng {first:%m/%Y} đến tháng {last:%m/%Y} đã đóng BHXH bắt buộc mấy tháng?",
        Kind.NUMBER,
        low=0,
        high=12,
    )


def father_steps(answers: Answers, birth: dt.date) -> Iterator[Step]:
    yield INSURED
    if said(answers, "insured") == "no":
        return
    yield from (HARD_BIRTH, BABIES)
    yield from second_step(birth)
    yield from (WAGE, MOTHER_COVERED)
    if said(answers, "mother_covered") == "no":
        yield recent_step(birth)


def born(answers: Answers) -> dt.date:
    birth = day(answers, "birth")
    if birth is None or birth < SINCE:
        raise LookupError("born before the Social Insurance Law of 2024")
    return birth


def qualifies(answers: Answers) -> bool:
    recent = number(answers, "recent")
    total, two_years = number(answers, "total"), number(answers, "two_years")
    return recent is None or mother_qualifies(
        recent,
        said(answers, "special") or "no",
        12 if total is None else total,  # not known: as required, and said so in the answer
        6 if two_years is None else two_years,
    )


def babies(answers: Answers) -> int:
    return int(said(answers, "babies") or 1)


def is_second(answers: Answers) -> bool:
    return said(answers, "second") == "yes"


def insured_average(answers: Answers, numbers: Numbers, start: dt.date) -> int | None:
    wage = number(answers, "wage")
    if wage is None:
        return None
    return insured_wage(numbers, wage, plus_months(start, -MONTHS), start)


def family_assumed(answers: Answers, birth: dt.date, until: dt.date) -> Iterator[str]:
    if said(answers, "babies") is None:
        yield "Sinh một bé"
    if birth >= SECOND_CHILD_SINCE and said(answers, "second") is None:
        yield "Không phải con thứ hai"
    if birth < SECOND_CHILD_SINCE <= until:
        yield (
            f"Tính theo ngày sinh, trước {date(SECOND_CHILD_SINCE)}: con thứ hai cũng chưa có thêm"
            " ngày nghỉ; quy định chuyển tiếp nên hỏi lại luật sư"
        )
