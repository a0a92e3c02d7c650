"""What is asked about a birth, and how the answers read. (pure)"""

import datetime as dt
from collections.abc import Iterator

from knowledge_base.calculators.guide import (
    Answers,
    ForLawyer,
    Kind,
    Numbers,
    Option,
    Step,
    day,
    number,
    said,
)
from knowledge_base.calculators.insured import SINCE, insured_wage
from knowledge_base.calculators.maternity.rules import (
    BEFORE_BIRTH,
    FATHER_WITHIN,
    MONTHS,
    SECOND_CHILD_SINCE,
    counted_months,
    mother_months,
    mother_qualifies,
)
from knowledge_base.calculators.steps import YES_NO, wage_step
from knowledge_base.calculators.wording import date, plus_months

WHO = Step(
    "who",
    "Anh/chị hỏi cho ai?",
    Kind.CHOICE,
    (
        Option("Mẹ sinh con", "mother"),
        Option("Cha, có vợ sinh con", "father", ("bố", "ba", "chồng")),
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
WAGE = wage_step(
    "Lương đóng BHXH bình quân 6 tháng gần nhất trước khi nghỉ là bao nhiêu một tháng?"
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
        raise ForLawyer(
            "nhận con nuôi hoặc mang thai hộ", "Trường hợp này có quy định riêng, cần luật sư xem."
        )
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
    if birth >= SECOND_CHILD_SINCE:
        yield SECOND
    yield from (BABIES, START)
    start = leave_start(answers, birth)
    first = mother_months(birth, babies(answers), second_child=False)[0]
    yield from _between_the_laws(answers, birth, start, last_day(start, first))
    yield WAGE


def _between_the_laws(
    answers: Answers, birth: dt.date, first: dt.date, last: dt.date
) -> Iterator[Step]:
    """A second child's leave on both sides of the new rule: how it passes over is not settled."""
    if not first < SECOND_CHILD_SINCE <= last:
        return
    if birth < SECOND_CHILD_SINCE:
        yield SECOND
    if is_second(answers):
        raise ForLawyer(
            f"con thứ hai, kỳ nghỉ nằm ở cả hai bên {date(SECOND_CHILD_SINCE)}: quy định chuyển"
            " tiếp",
            "Mức nghỉ mới khi sinh con thứ hai (mẹ 7 tháng, chồng 10 ngày làm việc) chỉ có từ"
            f" {date(SECOND_CHILD_SINCE)}. Sinh hoặc nghỉ vắt qua ngày đó thì phải xem quy định"
            " chuyển tiếp, cần luật sư trả lời. Trong lúc chờ, đừng tự ý nghỉ quá ngày công ty đã"
            " duyệt.",
        )


def leave_start(answers: Answers, birth: dt.date) -> dt.date:
    """No more than two months before the birth, no later than it."""
    asked = day(answers, "start") or birth
    return min(birth, max(asked, plus_months(birth, -BEFORE_BIRTH)))


def last_day(start: dt.date, months: int) -> dt.date:
    return plus_months(start, months) - dt.timedelta(days=1)


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
    if birth >= SECOND_CHILD_SINCE:
        yield SECOND
    yield from _between_the_laws(answers, birth, birth, birth + dt.timedelta(days=FATHER_WITHIN))
    yield from (WAGE, MOTHER_COVERED)
    if said(answers, "mother_covered") == "no":
        yield recent_step(birth)


def born(answers: Answers) -> dt.date:
    birth = day(answers, "birth")
    if birth is None or birth < SINCE:
        raise ForLawyer(
            "sinh con trước Luật BHXH 2024",
            f"Con sinh trước {date(SINCE)} thì tính theo luật cũ, cần luật sư xem.",
        )
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
    if birth < SECOND_CHILD_SINCE <= until and said(answers, "second") is None:
        yield (
            f"Không phải con thứ hai; con thứ hai sinh trước {date(SECOND_CHILD_SINCE)} mà còn nghỉ"
            " qua ngày đó thì phải xem quy định chuyển tiếp, hỏi luật sư"
        )
