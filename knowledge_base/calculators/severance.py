"""Severance and job-loss allowances: BLLĐ Đ.46, 47; NĐ 145/2020 Đ.8. (pure)

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
from knowledge_base.calculators.steps import ENDED, wage_step
from knowledge_base.calculators.wording import (
    date,
    decimal,
    half_up,
    money,
    plus_months,
    span,
    spoken_decimal,
    spoken_money,
)

CODE, DECREE = "45/2019/QH14", "145/2020/NĐ-CP"
SINCE = dt.date(2021, 2, 1)  # both the Code and its decree in force
LEAST = 12  # months worked for the company before anything is owed

SEVERANCE = (law(CODE, "46"), law(DECREE, "8"))
JOB_LOSS = (law(CODE, "47"), law(DECREE, "8"))
PAID_WHEN = law(CODE, "48", "1")
CLAIM_WITHIN = law(CODE, "190", "3")


def years_counted(months: int) -> Fraction:
    """Whole years; one to six odd months are half a year, more are a year (Đ.8 k.3 đ.c)."""
    years, odd = divmod(months, 12)
    return years + Fraction((odd > 0) + (odd > 6), 2)


def months_counted(worked: int, insured: int, paid: int = 0) -> int:
    """Time worked less time in unemployment insurance and time already paid for (Đ.8 k.3)."""
    return max(0, worked - insured - paid)


def severance(worked: int, insured: int, paid: int = 0) -> Fraction:
    """Months of wages owed on leaving: half a month for each year (Đ.46)."""
    if worked < LEAST:
        return Fraction(0)
    return years_counted(months_counted(worked, insured, paid)) / 2


def job_loss(worked: int, insured: int, paid: int = 0) -> Fraction:
    """Months of wages owed on redundancy: one for each year, at least two (Đ.47, Đ.8 k.2).

    The floor of two holds however little is left to count, even nothing.
    """
    if worked < LEAST:
        return Fraction(0)
    return max(Fraction(2), years_counted(months_counted(worked, insured, paid)))


REASON = Step(
    "reason",
    "Anh/chị nghỉ việc vì lý do nào?",
    Kind.CHOICE,
    (
        Option("Hết hạn, xong việc hoặc thỏa thuận", "agreed"),
        Option("Tôi xin nghỉ, đúng luật", "resigned"),
        Option(
            "Công ty cho nghỉ (đơn phương)", "dismissed", ("bị đuổi", "bị đuổi việc", "đuổi việc")
        ),
        Option("Cắt giảm, đổi cơ cấu, sáp nhập", "redundant"),
        Option("Công ty giải thể, ngừng hoạt động", "closed"),
        Option("Bị kỷ luật sa thải", "fired"),
        Option("Tôi nghỉ ngang, bỏ việc", "walked_out"),
        Option("Nghỉ khi đủ điều kiện lương hưu", "pension"),
    ),
    may_skip=False,
)
WORKED = Step(
    "worked",
    "Anh/chị làm cho công ty này tất cả bao lâu, kể cả thử việc?",
    Kind.MONTHS,
    may_skip=False,
)
INSURED = Step(
    "insured",
    "Trong đó, đã đóng bảo hiểm thất nghiệp (hoặc công ty trả tiền thay) bao lâu? Xem sổ BHXH.",
    Kind.MONTHS,
)
PAID = Step(
    "paid",
    "Công ty đã trả trợ cấp thôi việc, mất việc cho bao nhiêu tháng trong đó? Chưa trả: nhập 0.",
    Kind.MONTHS,
)
WAGE = wage_step("Lương theo hợp đồng bình quân 6 tháng cuối là bao nhiêu một tháng?")

# Nothing is owed: why, and on what ground (Đ.34 k.8 is not in the list of Đ.46).
EXCLUDED = {
    "fired": ("người bị kỷ luật sa thải không thuộc trường hợp được trợ cấp", law(CODE, "46", "1")),
    "walked_out": (
        "người đơn phương nghỉ trái luật hoặc tự ý bỏ việc từ năm ngày làm việc liên tục không được"
        " trợ cấp",
        law(CODE, "40", "1"),
    ),
    "pension": ("người đủ điều kiện hưởng lương hưu không được trợ cấp", law(CODE, "46", "1")),
}


def advance(answers: Answers, numbers: Numbers, today: dt.date) -> Step | Result:
    if step := first_missing(answers, _steps(answers)):
        return step
    reason = said(answers, "reason") or ""
    if reason in EXCLUDED:
        return _excluded(reason)
    if (number(answers, "worked") or 0) < LEAST:
        return _too_short()
    return _owed(answers, today)


def _steps(answers: Answers) -> Iterator[Step]:
    yield REASON
    if said(answers, "reason") in EXCLUDED:
        return
    yield WORKED
    worked = number(answers, "worked") or 0
    if worked < LEAST:
        return
    yield replace(INSURED, high=worked)
    insured = number(answers, "insured") or 0
    if insured < worked:
        yield replace(PAID, high=worked - insured)
    if said(answers, "reason") == "redundant" or insured < worked:
        yield WAGE
    yield ENDED


def _excluded(reason: str) -> Result:
    why, ground = EXCLUDED[reason]
    return Result(
        lines=(
            f"Trợ cấp thôi việc: không có, vì {why}.",
            "Công ty vẫn phải trả đủ lương, tiền phép chưa nghỉ và xác nhận thời gian đóng bảo hiểm"
            " trong 14 ngày làm việc.",
            "Thấy việc cho nghỉ là sai, hoặc nghỉ vì bị nợ lương, bị ngược đãi: gửi câu hỏi cho"
            " luật sư, kết quả có thể khác.",
        ),
        voice=f"Anh chị không có trợ cấp thôi việc, vì {why}. Công ty vẫn phải trả đủ lương và tiền"
        " phép chưa nghỉ trong mười bốn ngày làm việc. Nếu thấy việc cho nghỉ là sai, hãy gặp luật"
        " sư.",
        citations=(ground, *SEVERANCE, PAID_WHEN),
    )


def _too_short() -> Result:
    return Result(
        lines=(
            "Chưa có trợ cấp: phải làm cho công ty từ đủ 12 tháng.",
            "Công ty vẫn phải trả đủ lương và tiền phép chưa nghỉ trong 14 ngày làm việc.",
        ),
        voice="Anh chị chưa có trợ cấp, vì phải làm cho công ty từ đủ mười hai tháng. Công ty vẫn"
        " phải trả đủ lương và tiền phép chưa nghỉ trong mười bốn ngày làm việc.",
        citations=(law(CODE, "46", "1"), law(CODE, "47", "1"), PAID_WHEN),
    )


def _owed(answers: Answers, today: dt.date) -> Result:
    ended = day(answers, "ended")
    if ended and ended < SINCE:
        raise ForLawyer(
            f"nghỉ việc ngày {date(ended)}, trước khi NĐ 145/2020 có hiệu lực",
            f"Anh/chị nghỉ việc trước {date(SINCE)} nên tính theo luật cũ, cần luật sư xem.",
        )
    worked, insured = number(answers, "worked") or 0, number(answers, "insured")
    paid, wage = number(answers, "paid") or 0, number(answers, "wage")
    reason = said(answers, "reason") or ""
    redundant = reason == "redundant"
    rule = job_loss if redundant else severance
    low = rule(worked, worked if insured is None else insured, paid)
    high = rule(worked, insured or 0, paid)
    name = "Trợ cấp mất việc làm" if redundant else "Trợ cấp thôi việc"
    return Result(
        lines=(
            _time_line(worked, insured, paid),
            _sum_line(name, low, high, wage, redundant),
            *_next_lines(reason, high),
        ),
        voice=f"{_spoken_sum(name, low, high, wage)}. {_spoken_next(redundant)}"
        if high
        else _SPOKEN_NOTHING,
        citations=((*JOB_LOSS,) if redundant else SEVERANCE)
        + (PAID_WHEN, *((CLAIM_WITHIN,) if high else ())),
        assumed=tuple(_assumed(answers)),
        warning=_late(ended, today) if high else None,
    )


def _time_line(worked: int, insured: int | None, paid: int) -> str:
    if insured is None:
        return f"Đã làm {span(worked)}; phần đã đóng bảo hiểm thất nghiệp phải trừ ra."
    counted = months_counted(worked, insured, paid)
    less = f" − {span(paid)} đã được trả" if paid else ""
    return (
        f"Thời gian tính: {span(worked)} làm việc − {span(insured)} đóng bảo hiểm thất nghiệp{less}"
        f" = {span(counted)}, tính tròn {decimal(years_counted(counted))} năm."
    )


def _sum_line(name: str, low: Fraction, high: Fraction, wage: int | None, redundant: bool) -> str:
    each = "mỗi năm 1 tháng lương, ít nhất 2 tháng" if redundant else "mỗi năm nửa tháng lương"
    months = decimal(low) if low == high else f"{decimal(low)} đến {decimal(high)}"
    if wage is None:
        return f"{name}: {months} tháng lương ({each})."
    owed = money(half_up(low * wage), half_up(high * wage))
    return f"{name}: {months} tháng lương × {money(wage)} = {owed} ({each})."


def _next_lines(reason: str, high: Fraction) -> Iterator[str]:
    if not high:
        yield (
            "Thời gian đã đóng bảo hiểm thất nghiệp do quỹ bảo hiểm thất nghiệp trả: nộp hồ sơ"
            " trong 3 tháng từ ngày nghỉ."
        )
        if reason == "dismissed":
            yield _IF_UNLAWFUL
        return
    if reason == "redundant":
        yield (
            "Công ty phải trả chậm nhất 30 ngày từ ngày chấm dứt. Công ty từng chia tách, sáp nhập,"
            " bán lại: phần làm trước đó tính riêng, nhờ luật sư xem."
        )
    else:
        yield (
            "Công ty phải trả trong 14 ngày làm việc từ ngày chấm dứt (giải thể, thiên tai, dịch"
            " bệnh: có thể tới 30 ngày)."
        )
    if reason == "dismissed":
        yield _IF_UNLAWFUL
    yield (
        "Việc nên làm: gửi văn bản đề nghị trả, giữ hợp đồng, bảng lương 6 tháng cuối; không trả"
        " thì khởi kiện được ngay, không bắt buộc hòa giải."
    )


_IF_UNLAWFUL = "Nếu công ty cho nghỉ trái luật thì còn phải bồi thường thêm: hỏi luật sư."


def _spoken_sum(name: str, low: Fraction, high: Fraction, wage: int | None) -> str:
    if wage is not None:
        return f"{name} là {spoken_money(half_up(low * wage), half_up(high * wage))}"
    if low == high:
        return f"{name} là {spoken_decimal(low)} tháng lương"
    return f"{name} từ {spoken_decimal(low)} đến {spoken_decimal(high)} tháng lương"


_SPOKEN_NOTHING = (
    "Công ty không phải trả trợ cấp này, vì anh chị đã đóng bảo hiểm thất nghiệp suốt thời gian"
    " làm việc hoặc đã được trả rồi. Anh chị hãy nộp hồ sơ hưởng trợ cấp thất nghiệp trong ba tháng"
    " từ ngày nghỉ."
)


def _spoken_next(redundant: bool) -> str:
    within = "ba mươi ngày" if redundant else "mười bốn ngày làm việc"
    return (
        f"Công ty phải trả trong {within} từ ngày chấm dứt hợp đồng. Anh chị hãy gửi văn bản đề"
        " nghị, và giữ hợp đồng, bảng lương sáu tháng cuối."
    )


def _assumed(answers: Answers) -> Iterator[str]:
    if number(answers, "insured") is None:
        yield (
            "Chưa biết thời gian đóng bảo hiểm thất nghiệp: mức thấp là đóng suốt, mức cao là chưa"
            " đóng tháng nào"
        )
    if skipped(answers, "paid"):
        yield "Công ty chưa từng trả trợ cấp cho khoảng thời gian nào"
    if day(answers, "ended") is None:
        yield "Nghỉ việc trong vòng một năm nay"


def _late(ended: dt.date | None, today: dt.date) -> str | None:
    if ended is None or today <= plus_months(ended, 12):
        return None
    return (
        "Đã quá 1 năm từ ngày nghỉ: thời hiệu khởi kiện là 1 năm từ ngày biết quyền lợi bị vi phạm."
        " Gặp luật sư ngay để tính lại."
    )


GUIDE = Guide(
    id="tro-cap-thoi-viec",
    title="Tính trợ cấp thôi việc, mất việc làm",
    topic="nghi-viec",
    entries=(
        "tro-cap-thoi-viec-cach-tinh",
        "tro-cap-thoi-viec-ai-duoc",
        "tro-cap-thoi-viec-khac-mat-viec",
        "tro-cap-mat-viec-lam",
        "nghi-viec-duoc-nhan-gi",
    ),
    citations=(
        *SEVERANCE,
        law(CODE, "46", "1"),
        law(CODE, "47"),
        law(CODE, "47", "1"),
        law(CODE, "40", "1"),
        PAID_WHEN,
        CLAIM_WITHIN,
    ),
    advance=advance,
)
