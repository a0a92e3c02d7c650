"""What a father is told. (pure)"""

import datetime as dt
from collections.abc import Iterator

from knowledge_base.calculators.guide import Answers, Numbers, Result, law, number, said, skipped
from knowledge_base.calculators.insured import INSURANCE
from knowledge_base.calculators.maternity.rules import (
    FATHER_WITHIN,
    TO_FILE,
    Span,
    father_days,
    father_pay,
    one_time,
)
from knowledge_base.calculators.maternity.steps import (
    babies,
    family_assumed,
    insured_average,
    is_second,
)
from knowledge_base.calculators.wording import (
    date,
    money,
    near,
    spoken_date,
    spoken_money,
    spoken_range,
)

FATHER = (
    law(INSURANCE, "53", "2"),
    law(INSURANCE, "53", "3"),
    law(INSURANCE, "58", "1"),
    law(INSURANCE, "59", "2"),
    law(INSURANCE, "62", "1"),
)


def father(answers: Answers, numbers: Numbers, birth: dt.date, today: dt.date) -> Result:
    if said(answers, "insured") == "no":
        return _father_without()
    days = father_days(
        birth,
        babies(answers),
        second_child=is_second(answers),
        hard_birth=said(answers, "hard_birth") or "no",
    )
    wage, gift = insured_average(answers, numbers, birth), _father_gift(answers, numbers, birth)
    last_start = birth + dt.timedelta(days=FATHER_WITHIN)
    return Result(
        lines=tuple(_father_lines(days, wage, gift, last_start)),
        voice=_father_spoken(days, wage, gift, last_start),
        citations=FATHER,
        assumed=tuple(_father_assumed(answers, birth, last_start)),
        warning=near(last_start, today, "Hạn bắt đầu nghỉ của cha"),
    )


def _father_gift(answers: Answers, numbers: Numbers, birth: dt.date) -> int:
    """His only where the mother is not entitled and he paid six months of the twelve (Đ.58 k.1)."""
    if said(answers, "mother_covered") != "no" or (number(answers, "recent") or 0) < 6:
        return 0
    return one_time(numbers.on("luong_co_so", birth), babies(answers))


def _father_lines(days: Span, wage: int | None, gift: int, last_start: dt.date) -> Iterator[str]:
    low, high = days
    yield (
        f"Được nghỉ {low} ngày làm việc."
        if low == high
        else f"Được nghỉ {low} đến {high} ngày làm việc: vợ sinh con thứ hai mà phải phẫu thuật"
        " hoặc sinh sớm thì luật chưa nói rõ, nhờ luật sư hoặc cơ quan BHXH xác nhận."
    )
    if wage is None:
        yield "Tiền mỗi ngày: lương đóng BHXH bình quân 6 tháng gần nhất chia 24."
    else:
        owed = money(father_pay(wage, low), father_pay(wage, high))
        yield f"Tiền: {money(wage)} ÷ 24 × số ngày = {owed}, do quỹ BHXH trả."
    if gift:
        yield f"Vợ không đủ điều kiện nên anh nhận trợ cấp một lần khi sinh: {money(gift)}."
    yield (
        "Có thể nghỉ nhiều lần; lần cuối phải bắt đầu trong 60 ngày từ ngày sinh, chậm nhất"
        f" {date(last_start)}. Nộp giấy khai sinh hoặc chứng sinh trong {TO_FILE} ngày sau khi"
        " nghỉ."
    )


def _father_spoken(days: Span, wage: int | None, gift: int, last_start: dt.date) -> str:
    low, high = days
    paid = ""
    if wage is not None:
        paid = f" Tiền được nhận là {spoken_money(father_pay(wage, low), father_pay(wage, high))}."
    if gift:
        paid += f" Thêm trợ cấp một lần {spoken_money(gift)}."
    return (
        f"Anh được nghỉ {spoken_range(low, high)} ngày làm việc.{paid} Lần nghỉ cuối phải bắt đầu"
        f" chậm nhất {spoken_date(last_start)}. Sau đó nộp giấy khai sinh cho công ty."
    )


def _father_without() -> Result:
    return Result(
        lines=(
            "Cha được nghỉ hưởng chế độ khi vợ sinh chỉ khi đang đóng BHXH bắt buộc.",
            "Công ty phải đóng mà không đóng: yêu cầu bằng văn bản, gửi câu hỏi cho luật sư.",
        ),
        voice="Cha được nghỉ hưởng chế độ khi vợ sinh chỉ khi đang đóng bảo hiểm xã hội bắt buộc."
        " Nếu công ty phải đóng mà không đóng, hãy gặp luật sư.",
        citations=(law(INSURANCE, "50", "1"), law(INSURANCE, "53", "2")),
    )


def _father_assumed(answers: Answers, birth: dt.date, last_start: dt.date) -> Iterator[str]:
    if said(answers, "insured") is None:
        yield "Đang đóng BHXH bắt buộc"
    if said(answers, "hard_birth") is None:
        yield "Vợ sinh thường"
    if said(answers, "mother_covered") is None:
        yield "Trợ cấp một lần khi sinh do người mẹ nhận"
    elif skipped(answers, "recent"):
        yield "Chưa biết anh đóng đủ 6 tháng trong 12 tháng nên chưa tính trợ cấp một lần"
    yield from family_assumed(answers, birth, last_start)
