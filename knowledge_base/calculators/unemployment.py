"""Unemployment benefit: Luật Việc làm 2025 Đ.38, 39; NĐ 374/2025. (pure)

A month's benefit is rounded to the nearest đồng; a half goes up.
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
from knowledge_base.calculators.steps import (
    A_YEAR_AND_MORE,
    ENDED,
    SENT_AWAY,
    UNDER_A_YEAR,
    wage_step,
)
from knowledge_base.calculators.wards import ward
from knowledge_base.calculators.wording import (
    date,
    half_up,
    money,
    near,
    plus_months,
    spoken_date,
    spoken_money,
    spoken_number,
)
from knowledge_base.content import Citation

EMPLOYMENT, DECREE = "74/2025/QH15", "374/2025/NĐ-CP"
SINCE = dt.date(2026, 1, 1)  # before: the Employment Law of 2013
LEAST = 12  # months paid for
RATE = 60  # per cent of the average of the last six months paid for (Đ.39 k.1)
CAP = 5  # times the monthly minimum wage of the region (Đ.39 k.1)
LONGEST = 12  # months
TO_FILE = 3  # months from the end of the contract (Đ.38 k.1 đ.c)
REGIONS = {1: "luong_toi_thieu_thang_vung_1", 2: "luong_toi_thieu_thang_vung_2"}


def months(paid: int) -> int:
    """Three for twelve to thirty-six paid, one more for each twelve beyond (Đ.39 k.2)."""
    if paid < LEAST:
        return 0
    return min(LONGEST, 3 + max(0, paid - 36) // 12)


def window(short_contract: bool) -> int:
    """Months before the end in which twelve must be paid for (Đ.38 k.1 đ.b)."""
    return 36 if short_contract else 24


def monthly(wage: int, cap: int) -> int:
    return min(half_up(Fraction(wage * RATE, 100)), cap)


def last_day_to_file(ended: dt.date) -> dt.date:
    """A last day that is a holiday moves on; the day itself is the safe one to name."""
    return plus_months(ended, TO_FILE)


def caps(numbers: Numbers, regions: tuple[int, ...], ended: dt.date) -> tuple[int, int]:
    """Lowest and highest cap that may apply.

    The minimum wage is that of the last month paid for (Đ.39 k.1): the month of the end or the one
    before it.
    """
    days = (ended, plus_months(ended, -1))
    found = [CAP * numbers.on(REGIONS[one], day) for one in regions for day in days]
    return min(found), max(found)


HOW = Step(
    "how",
    "Anh/chị nghỉ việc thế nào?",
    Kind.CHOICE,
    (
        Option("Hết hạn, thỏa thuận, xin nghỉ đúng luật", "lawful"),
        Option("Công ty cho nghỉ, cắt giảm, sa thải", "let_go", SENT_AWAY),
        Option("Nghỉ ngang, không báo trước", "unlawful"),
        Option("Nghỉ khi đủ điều kiện lương hưu", "pension"),
    ),
    may_skip=False,
)
EXCLUDED = {  # Đ.38 k.1 đ.a
    "unlawful": "đơn phương chấm dứt hợp đồng trái luật",
    "pension": "nghỉ việc khi đủ điều kiện hưởng lương hưu",
}
TOTAL = Step(
    "total",
    "Đã đóng bảo hiểm thất nghiệp tất cả bao lâu mà chưa hưởng? (xem sổ BHXH hoặc VssID)",
    Kind.MONTHS,
    may_skip=False,
)
CONTRACT = Step(
    "contract",
    "Hợp đồng cuối cùng có thời hạn thế nào?",
    Kind.CHOICE,
    (
        Option("Từ 12 tháng hoặc không thời hạn", "long", A_YEAR_AND_MORE),
        Option("Dưới 12 tháng", "short", UNDER_A_YEAR),
    ),
)
WAGE = wage_step("Lương đóng bảo hiểm thất nghiệp bình quân 6 tháng đóng gần nhất là bao nhiêu?")
PLACE = Step("place", "Công ty ở phường, xã nào của Hải Phòng?", Kind.PLACE)


def recent_step(answers: Answers) -> Step:
    asked = window(said(answers, "contract") == "short")
    return Step(
        "recent",
        f"Trong {asked} tháng trước khi nghỉ, đã đóng bảo hiểm thất nghiệp mấy tháng?",
        Kind.NUMBER,
        low=0,
        high=asked,
    )


def advance(answers: Answers, numbers: Numbers, today: dt.date) -> Step | Result:
    ended = day(answers, "ended") or today
    if ended < SINCE:
        raise ForLawyer(
            f"nghỉ việc ngày {date(ended)}, theo Luật Việc làm 2013",
            f"Anh/chị nghỉ việc trước {date(SINCE)} nên tính theo luật cũ, cần luật sư xem.",
        )
    if step := first_missing(answers, _steps(answers, numbers, ended)):
        return step
    if why := _refused(answers):
        return _nothing(*why)
    return _result(answers, numbers, ended, today)


def _steps(answers: Answers, numbers: Numbers, ended: dt.date) -> Iterator[Step]:
    yield HOW
    if _refused(answers):
        return
    yield from (ENDED, TOTAL)
    if _refused(answers):
        return
    yield from (CONTRACT, recent_step(answers))
    if _refused(answers):
        return
    yield WAGE
    if _may_be_capped(answers, numbers, ended):
        yield PLACE


def _may_be_capped(answers: Answers, numbers: Numbers, ended: dt.date) -> bool:
    """Which region matters only to those above the lowest cap."""
    lowest, _ = caps(numbers, (2,), ended)
    return monthly(number(answers, "wage") or 0, lowest) == lowest


def _refused(answers: Answers) -> tuple[str, str, Citation] | None:
    """Why there is nothing, written and spoken."""
    if excluded := EXCLUDED.get(said(answers, "how") or ""):
        return excluded, excluded, law(EMPLOYMENT, "38", "1", "a")
    paid = [number(answers, name) for name in ("total", "recent")]
    if any(count is not None and count < LEAST for count in paid):
        asked = window(said(answers, "contract") == "short")
        return (
            f"chưa đóng đủ 12 tháng trong {asked} tháng trước khi nghỉ",
            f"chưa đóng đủ mười hai tháng trong {spoken_number(asked)} tháng trước khi nghỉ",
            law(EMPLOYMENT, "38", "1", "b"),
        )
    return None


def _nothing(why: str, spoken: str, ground: Citation) -> Result:
    return Result(
        lines=(
            f"Chưa được trợ cấp thất nghiệp, vì {why}.",
            "Thời gian đã đóng không mất: được cộng với những tháng đóng sau này.",
            "Nghỉ ngay vì bị nợ lương, bị ngược đãi, hoặc công ty đóng thiếu tháng: gửi câu hỏi cho"
            " luật sư, kết quả có thể khác.",
        ),
        voice=f"Anh chị chưa được trợ cấp thất nghiệp, vì {spoken}. Thời gian đã đóng được cộng với"
        " những tháng đóng sau này. Nếu phải nghỉ vì bị nợ lương, bị ngược đãi, hãy gặp luật sư.",
        citations=(ground,),
    )


def _result(answers: Answers, numbers: Numbers, ended: dt.date, today: dt.date) -> Result:
    count, wage = months(number(answers, "total") or 0), number(answers, "wage")
    deadline = last_day_to_file(ended)
    each = _monthly(answers, numbers, ended, wage) if wage is not None else None
    return Result(
        lines=tuple(_lines(count, wage, each, deadline)),
        voice=_spoken(count, each, deadline),
        citations=GROUNDS,
        assumed=tuple(_assumed(answers)),
        warning=near(deadline, today, "Hạn nộp hồ sơ thất nghiệp"),
    )


def _monthly(answers: Answers, numbers: Numbers, ended: dt.date, wage: int) -> tuple[int, int]:
    place = said(answers, "place")
    low, high = caps(numbers, (ward(place).region,) if place else tuple(REGIONS), ended)
    return monthly(wage, low), monthly(wage, high)


def _lines(
    count: int, wage: int | None, each: tuple[int, int] | None, deadline: dt.date
) -> Iterator[str]:
    yield f"Được hưởng {count} tháng."
    if wage is None or each is None:
        yield f"Mỗi tháng bằng {RATE}% lương đóng bình quân 6 tháng đóng gần nhất, có mức trần."
    else:
        low, high = each
        share = half_up(Fraction(wage * RATE, 100))
        yield f"Mỗi tháng: {money(wage)} × {RATE}% = {money(share)}."
        if low < share:
            yield f"Mức này cao hơn mức trần, nên mỗi tháng được {money(low, high)}."
        yield f"Cả kỳ: {money(low * count, high * count)}, kèm thẻ bảo hiểm y tế."
    yield (
        f"Nộp hồ sơ cho tổ chức dịch vụ việc làm công hoặc Cổng Dịch vụ công trong {TO_FILE} tháng,"
        f" chậm nhất {date(deadline)}; tiền tính từ ngày làm việc thứ 11 sau khi nộp đủ."
    )
    yield "Khi đang hưởng: mỗi tháng phải thông báo việc tìm việc làm; có việc phải báo ngay."


def _spoken(count: int, each: tuple[int, int] | None, deadline: dt.date) -> str:
    paid = f", mỗi tháng {spoken_money(*each)}" if each else ""
    return (
        f"Anh chị được hưởng {spoken_number(count)} tháng trợ cấp thất nghiệp{paid}. Hãy nộp hồ sơ"
        f" cho tổ chức dịch vụ việc làm công, chậm nhất {spoken_date(deadline)}. Tiền được tính từ"
        " ngày làm việc thứ mười một sau khi nộp đủ hồ sơ."
    )


def _assumed(answers: Answers) -> Iterator[str]:
    if answers.get("ended") is None:
        yield "Chấm dứt hợp đồng hôm nay"
    if answers.get("contract") is None:
        yield "Hợp đồng cuối từ 12 tháng hoặc không thời hạn"
    if answers.get("recent") is None:
        yield "Đã đóng đủ 12 tháng trong khoảng thời gian luật tính"
    if skipped(answers, "place"):
        yield "Nơi làm việc ở Hải Phòng: mức thấp theo trần vùng II, mức cao theo trần vùng I"
    yield "Chưa có việc làm mới và đang đóng bảo hiểm thất nghiệp khi nghỉ"


GROUNDS = (
    law(EMPLOYMENT, "38", "1"),
    law(EMPLOYMENT, "39"),
    law(EMPLOYMENT, "40"),
    law(DECREE, "14"),
)

GUIDE = Guide(
    id="tro-cap-that-nghiep",
    title="Tính trợ cấp thất nghiệp",
    topic="that-nghiep",
    entries=(
        "bhtn-muc-huong",
        "bhtn-may-thang",
        "bhtn-dieu-kien",
        "bhtn-noi-nop-han-nop",
        "bhtn-cong-don",
    ),
    citations=(
        *GROUNDS,
        law(EMPLOYMENT, "38", "1", "a"),
        law(EMPLOYMENT, "38", "1", "b"),
        law(EMPLOYMENT, "35"),
    ),
    advance=advance,
)
