"""What is asked about a pension, and how the answers read. (pure)"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from knowledge_base.calculators.guide import (
    Answers,
    ForLawyer,
    Kind,
    Option,
    Step,
    day,
    number,
    said,
)
from knowledge_base.calculators.insured import SINCE
from knowledge_base.calculators.pension.rules import (
    FULL,
    HEAVY,
    LEAST,
    LEAST_DISABLED,
    MINE,
    Retirement,
    months_early,
    retirement,
)
from knowledge_base.calculators.steps import CAREER_WAGE
from knowledge_base.calculators.wording import date

EARLIER = {"heavy": HEAVY, "mine": MINE, "disabled_61": HEAVY, "disabled_81": MINE}

SEX = Step(
    "sex",
    "Anh/chị là nam hay nữ?",
    Kind.CHOICE,
    (Option("Nam", "male"), Option("Nữ", "female")),
    may_skip=False,
)
BIRTH = Step("birth", "Ngày tháng năm sinh?", Kind.DATE, high=0, may_skip=False)
WORK = Step(
    "work",
    "Anh/chị thuộc trường hợp nào?",
    Kind.CHOICE,
    (
        Option("Việc bình thường", "ordinary"),
        Option("Nặng nhọc, độc hại đủ 15 năm", "heavy"),
        Option("Khai thác than hầm lò đủ 15 năm", "mine"),
        Option("Suy giảm khả năng lao động 61–80%", "disabled_61"),
        Option("Suy giảm khả năng lao động từ 81%", "disabled_81"),
    ),
)
CONTRIBUTED = Step(
    "contributed",
    "Tính đến lúc nghỉ hưu, anh/chị đóng BHXH bắt buộc được bao lâu?",
    Kind.MONTHS,
)
AFTER = Step(
    "after",
    "Trong đó bao lâu là đóng sau khi đã đủ tuổi nghỉ hưu? Không có thì nhập 0.",
    Kind.MONTHS,
)


@dataclass(frozen=True)
class Case:
    """One person's retirement. `early`: months short of the age, where they cost per cents.

    `may_add`: missing months may be paid in one sum (TT 12/2025 Đ.12 k.2); not for those who
    retire early by their work, whose fifteen years must be years of that work.
    """

    sex: str
    retirement: Retirement
    leaves: dt.date
    early: int
    least: int
    contributed: int | None
    may_add: bool

    @property
    def missing(self) -> int:
        return max(0, self.least - (self.contributed or 0))


def case(answers: Answers, today: dt.date) -> Case:
    """As early as the law allows, and not before today's month."""
    sex, birth = said(answers, "sex") or "", day(answers, "birth")
    if birth is None:
        raise LookupError("no day of birth")  # always asked first
    work, contributed = said(answers, "work") or "ordinary", number(answers, "contributed")
    found = retirement(sex, birth, EARLIER.get(work, 0))
    if retirement(sex, birth).pays_from < SINCE:
        raise ForLawyer(
            f"đủ tuổi nghỉ hưu trước {date(SINCE)}, lương hưu theo Luật BHXH 2014",
            f"Anh/chị đã đủ tuổi nghỉ hưu từ trước {date(SINCE)}, khi Luật Bảo hiểm xã hội cũ còn"
            " hiệu lực, nên máy không tính được: cần luật sư xem.",
        )
    leaves = max(found.reached, today.replace(day=1))
    early = months_early(sex, birth, leaves) if work.startswith("disabled") else 0
    least = LEAST_DISABLED if early else LEAST
    return Case(sex, found, leaves, early, least, contributed, work not in {"heavy", "mine"})


def steps(answers: Answers, today: dt.date) -> Iterator[Step]:
    yield from (SEX, BIRTH, WORK)
    case(answers, today)  # of age under the old law: nothing more is asked
    yield CONTRIBUTED
    contributed = number(answers, "contributed")
    if contributed is None or case(answers, today).missing:
        return
    if contributed > 12 * FULL[said(answers, "sex") or ""]:
        yield replace(AFTER, high=contributed)
    yield CAREER_WAGE
