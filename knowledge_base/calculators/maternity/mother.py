"""What a mother is told. (pure)"""

import datetime as dt
from collections.abc import Iterator

from knowledge_base.calculators.guide import Answers, Numbers, Result, day, law, number, skipped
from knowledge_base.calculators.insured import CIRCULAR, INSURANCE
from knowledge_base.calculators.maternity.rules import (
    BEFORE_BIRTH,
    EARLIEST_RETURN,
    TO_FILE,
    Span,
    counted_months,
    mother_months,
    mother_pay,
    one_time,
)
from knowledge_base.calculators.maternity.steps import (
    babies,
    family_assumed,
    insured_average,
    is_second,
    last_day,
    leave_start,
    qualifies,
)
from knowledge_base.calculators.wording import (
    date,
    money,
    near,
    plus_months,
    spoken_date,
    spoken_money,
    spoken_range,
)

CODE = "45/2019/QH14"

MOTHER = (
    law(CODE, "139", "1"),
    law(CODE, "139", "4"),
    law(INSURANCE, "50"),
    law(INSURANCE, "53", "1"),
    law(INSURANCE, "58"),
    law(INSURANCE, "59"),
    law(INSURANCE, "62"),
)


def mother(answers: Answers, numbers: Numbers, birth: dt.date, today: dt.date) -> Result:
    gift = one_time(numbers.on("luong_co_so", birth), babies(answers))
    if not qualifies(answers):
        return _mother_without(birth, gift)
    months = mother_months(birth, babies(answers), second_child=is_second(answers))
    start = leave_start(answers, birth)
    wage = insured_average(answers, numbers, start)
    deadline = last_day(start, months[0]) + dt.timedelta(days=TO_FILE)
    return Result(
        lines=(
            _leave_line(start, months),
            *_pay_lines(tuple(mother_pay(wage or 0, m) for m in months), wage, gift),
            f"Đi làm sớm: từ {date(plus_months(start, EARLIEST_RETURN))} (đã nghỉ đủ"
            f" {EARLIEST_RETURN} tháng), có xác nhận của cơ sở y tế và công ty đồng ý; vẫn nhận đủ"
            " tiền thai sản cùng với lương.",
            f"Nộp bản sao giấy khai sinh hoặc chứng sinh cho công ty trong {TO_FILE} ngày sau khi"
            f" hết nghỉ, chậm nhất {date(deadline)}. Đã nghỉ việc trước khi sinh: vẫn được hưởng,"
            " tự nộp cho cơ quan BHXH.",
        ),
        voice=_mother_spoken(months, wage, gift, deadline),
        citations=MOTHER,
        assumed=tuple(_mother_assumed(answers, birth, start, months)),
        warning=near(deadline, today, "Hạn nộp hồ sơ thai sản"),
    )


def _leave_line(start: dt.date, months: Span) -> str:
    low, high = months
    end = date(last_day(start, low))
    if low == high:
        return f"Được nghỉ {low} tháng: từ {date(start)} đến {end}."
    return (
        f"Được nghỉ {low} đến {high} tháng, từ {date(start)} đến {end} hoặc"
        f" {date(last_day(start, high))}: luật chưa nói rõ, nhờ luật sư hoặc cơ quan BHXH xác"
        " nhận."
    )


def _pay_lines(leave: tuple[int, ...], wage: int | None, gift: int) -> Iterator[str]:
    if wage is None:
        yield "Tiền thai sản mỗi tháng bằng 100% lương đóng BHXH bình quân 6 tháng gần nhất."
        yield f"Trợ cấp một lần khi sinh: {money(gift)}."
        return
    low, high = leave
    yield f"Tiền thai sản: {money(wage)} mỗi tháng, cả kỳ {money(low, high)}."
    yield f"Trợ cấp một lần khi sinh: {money(gift)}. Tổng cộng {money(low + gift, high + gift)}."


def _mother_spoken(months: Span, wage: int | None, gift: int, deadline: dt.date) -> str:
    low, high = months
    if wage is None:
        paid = f"Trợ cấp một lần khi sinh là {spoken_money(gift)}."
    else:
        total = spoken_money(mother_pay(wage, low) + gift, mother_pay(wage, high) + gift)
        paid = f"Tổng số tiền được nhận là {total}, gồm cả trợ cấp một lần."
    return (
        f"Chị được nghỉ {spoken_range(low, high)} tháng. {paid} Hãy nộp giấy khai sinh hoặc giấy"
        f" chứng sinh cho công ty, chậm nhất {spoken_date(deadline)}."
    )


def _mother_without(birth: dt.date, gift: int) -> Result:
    first, last = counted_months(birth)
    return Result(
        lines=(
            "Chưa đủ điều kiện hưởng tiền thai sản: phải đóng BHXH bắt buộc từ đủ 6 tháng trong"
            f" khoảng {first:%m/%Y} đến {last:%m/%Y} (ít hơn chỉ khi phải nghỉ dưỡng thai hoặc điều"
            " trị vô sinh).",
            "Nếu chồng đóng BHXH bắt buộc đủ 6 tháng trong khoảng đó: chồng nhận trợ cấp một lần"
            f" {money(gift)}.",
            "Vẫn được nghỉ sinh theo Bộ luật Lao động. Công ty trừ lương mà không đóng BHXH: gửi"
            " câu hỏi cho luật sư.",
        ),
        voice="Chị chưa đủ điều kiện hưởng tiền thai sản, vì phải đóng bảo hiểm xã hội bắt buộc đủ"
        " sáu tháng trong mười hai tháng trước khi sinh. Nếu chồng đóng đủ thì chồng được nhận trợ"
        f" cấp một lần {spoken_money(gift)}.",
        citations=(law(INSURANCE, "50"), law(INSURANCE, "58", "1"), law(CIRCULAR, "8")),
    )


def _mother_assumed(
    answers: Answers, birth: dt.date, start: dt.date, months: Span
) -> Iterator[str]:
    if number(answers, "recent") is None:
        yield "Đã đóng BHXH bắt buộc đủ 6 tháng trong 12 tháng trước khi sinh"
    if skipped(answers, "total"):
        yield "Đã đóng BHXH bắt buộc từ đủ 12 tháng tất cả"
    if skipped(answers, "two_years"):
        yield "Đã đóng đủ 6 tháng trong 24 tháng trước khi sinh"
    if day(answers, "start") is None:
        yield "Bắt đầu nghỉ từ ngày sinh con"
    elif day(answers, "start") != start:
        yield f"Kỳ nghỉ tính từ {date(start)}: trước khi sinh không quá {BEFORE_BIRTH} tháng"
    yield from family_assumed(answers, birth, last_day(start, months[0]))
