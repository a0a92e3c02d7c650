"""Until when a company must settle with someone who left, and what is late: BLLĐ Đ.48. (pure)

14 working days from the end of the contract; in four cases at most 30 days.
"""

import datetime as dt
from collections.abc import Iterator

from knowledge_base.calculators.guide import (
    Answers,
    Guide,
    Kind,
    Numbers,
    Option,
    Result,
    Step,
    day,
    first_missing,
    law,
    said,
    skipped,
)
from knowledge_base.calculators.limitation import COURT_MONTHS, MEDIATION_MONTHS
from knowledge_base.calculators.wording import date, plus_months, spoken_date
from knowledge_base.calculators.working_days import SATURDAY, after, rest_days

CODE = "45/2019/QH14"
WORKING_DAYS = 14  # Đ.48 k.1
LONGEST = dt.timedelta(days=30)  # Đ.48 k.1 đ.a to đ.d
_DAY = dt.timedelta(days=1)


def deadline(ended: dt.date, rest: frozenset[int], *, prolonged: bool = False) -> dt.date:
    """The last day on which everything may be paid."""
    return ended + LONGEST if prolonged else after(ended, WORKING_DAYS, rest)


ENDED = Step(
    "ended",
    "Ngày chấm dứt hợp đồng (ngày làm việc cuối) là ngày nào?",
    Kind.DATE,
    low=-3650,
    high=365,
    may_skip=False,
)
CAUSE = Step(
    "cause",
    "Hợp đồng chấm dứt trong hoàn cảnh nào?",
    Kind.CHOICE,
    (
        Option("Nghỉ, hết hạn, bị cho nghỉ bình thường", "ordinary"),
        Option("Công ty ngừng hoạt động", "closure"),
        Option("Đổi cơ cấu, công nghệ, lý do kinh tế", "economic"),
        Option("Công ty chia tách, sáp nhập, bán", "merger"),
        Option("Thiên tai, hỏa hoạn, dịch bệnh", "disaster"),
    ),
)
_POINTS = {"closure": "a", "economic": "b", "merger": "c", "disaster": "d"}


def advance(answers: Answers, numbers: Numbers, today: dt.date) -> Step | Result:
    return first_missing(answers, _steps(answers)) or _result(answers, today)


def _steps(answers: Answers) -> Iterator[Step]:
    yield ENDED
    yield CAUSE
    if said(answers, "cause") not in _POINTS:
        yield SATURDAY


def _result(answers: Answers, today: dt.date) -> Result:
    ended = day(answers, "ended")
    assert ended is not None
    point = _POINTS.get(said(answers, "cause") or "")
    until = deadline(ended, rest_days(said(answers, "saturday")), prolonged=point is not None)
    term = "30 ngày" if point else f"{WORKING_DAYS} ngày làm việc"
    late = (today - until).days
    return Result(
        lines=tuple(_lines(until, term, late)),
        voice=_spoken(until, late),
        citations=(
            law(CODE, "48", "1", point),
            law(CODE, "48", "3"),
            *((law(CODE, "188", "1"), law(CODE, "190")) if late > 0 else ()),
        ),
        assumed=tuple(_assumed(answers)),
        warning=_warning(until, today) if late > 0 else None,
    )


def _lines(until: dt.date, term: str, late: int) -> Iterator[str]:
    yield f"Công ty phải trả đủ mọi khoản chậm nhất hết ngày {date(until)} ({term})."
    if late > 0:
        yield f"Chưa trả đến nay là đã trễ {late} ngày."
    yield (
        "Gồm: lương những ngày đã làm, tiền phép chưa nghỉ, trợ cấp (nếu có) và khoản đã thỏa"
        " thuận. Công ty còn phải xác nhận thời gian đóng bảo hiểm, trả bản chính giấy tờ."
    )
    if late > 0:
        yield (
            "Việc nên làm: đòi bằng văn bản hoặc tin nhắn, giữ lại; không trả thì nộp đơn yêu cầu"
            " hòa giải hoặc báo cơ quan lao động xử phạt."
        )
    else:
        yield "Việc nên làm: hỏi công ty ngày trả; giữ bảng công, bảng lương, quyết định nghỉ."


def _warning(until: dt.date, today: dt.date) -> str:
    """The day after the deadline is the day on which the breach is found, at the earliest."""
    found = until + _DAY
    mediation, court = plus_months(found, MEDIATION_MONTHS), plus_months(found, COURT_MONTHS)
    if today > court:
        return f"thời hiệu kiện có thể đã hết từ {date(court)}; hỏi luật sư ngay."
    if today > mediation:
        return (
            f"hạn yêu cầu hòa giải có thể đã hết từ {date(mediation)}, hạn kiện đến {date(court)};"
            " hỏi luật sư ngay."
        )
    return f"yêu cầu hòa giải trước {date(mediation)}, kiện ra tòa trước {date(court)}."


def _spoken(until: dt.date, late: int) -> str:
    said_late = " Như vậy công ty đã trả trễ." if late > 0 else ""
    return f"Công ty phải trả đủ chậm nhất {spoken_date(until)}.{said_late}"


def _assumed(answers: Answers) -> Iterator[str]:
    if answers.get("cause") is None:
        yield "Không thuộc bốn trường hợp được kéo dài đến 30 ngày"
    if skipped(answers, "saturday"):
        yield "Thứ Bảy là ngày nghỉ hằng tuần (nếu thứ Bảy làm việc thì hạn sớm hơn)"
    if "saturday" in answers:
        yield "Ngày lễ theo lịch nhà nước, không kể ngày công ty tự hoán đổi"


GUIDE = Guide(
    id="thanh-toan-khi-nghi",
    title="Tính hạn công ty trả tiền khi nghỉ việc",
    topic="nghi-viec",
    entries=(
        "nghi-viec-thanh-toan-bao-lau",
        "luong-thang-cuoi-chua-tra",
        "luong-nghi-ngang-bi-giu",
        "nghi-viec-duoc-nhan-gi",
    ),
    citations=(
        *(law(CODE, "48", "1", point) for point in (None, *_POINTS.values())),
        law(CODE, "48", "3"),
        law(CODE, "188", "1"),
        law(CODE, "190"),
    ),
    advance=advance,
)
