"""Until when a labour dispute may be brought: BLLĐ Đ.188, 190. (pure)

Terms run from the day on which the breach was found. A term of months ends on the same day of its
last month; nothing is added for weekends, so no day is promised that may be disputed.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

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
)
from knowledge_base.calculators.steps import SENT_AWAY
from knowledge_base.calculators.wording import date, plus_months, spoken_date

CODE = "45/2019/QH14"
MEDIATION_MONTHS, ARBITRATION_MONTHS, COURT_MONTHS = 6, 9, 12  # Đ.190 k.1 to k.3
NEAR = 30  # days


@dataclass(frozen=True)
class Limits:
    """The last days to ask for mediation, for arbitration, and to go to court."""

    mediation: dt.date
    arbitration: dt.date
    court: dt.date


def limits(found: dt.date) -> Limits:
    return Limits(
        plus_months(found, MEDIATION_MONTHS),
        plus_months(found, ARBITRATION_MONTHS),
        plus_months(found, COURT_MONTHS),
    )


def needs_mediation(kind: str) -> bool:
    """Whether mediation must come before arbitration or court (Đ.188 k.1)."""
    return kind not in _EXEMPT


_EXEMPT = {  # Đ.188 k.1, by point
    "dismissal": "a", "damages": "b", "domestic": "c", "insurance": "d", "abroad": "đ",
    "leased": "e",
}  # fmt: skip

KIND = Step(
    "kind",
    "Tranh chấp về chuyện gì?",
    Kind.CHOICE,
    (
        Option("Lương, tăng ca, chuyển việc, phép", "work"),
        Option("Bị sa thải, bị cho nghỉ", "dismissal", SENT_AWAY),
        Option("Bồi thường, trợ cấp khi nghỉ", "damages"),
        Option("BHXH, BHYT, thất nghiệp, tai nạn", "insurance"),
        Option("Giúp việc gia đình", "domestic"),
        Option("Bồi thường với công ty đưa đi nước ngoài", "abroad"),
        Option("Thuê lại, với công ty đang dùng mình", "leased"),
    ),
)
FOUND = Step(
    "found",
    "Anh/chị biết công ty làm sai từ ngày nào?",
    Kind.DATE,
    low=-3650,
    high=0,
    may_skip=False,
)


def advance(answers: Answers, numbers: Numbers, today: dt.date) -> Step | Result:
    return first_missing(answers, (KIND, FOUND)) or _result(answers, today)


def _result(answers: Answers, today: dt.date) -> Result:
    found, kind = day(answers, "found"), said(answers, "kind") or "work"
    assert found is not None
    until = limits(found)
    return Result(
        lines=tuple(_lines(until, kind)),
        voice=_spoken(until, kind),
        citations=(law(CODE, "188", "1", _EXEMPT.get(kind)), law(CODE, "190")),
        assumed=tuple(_assumed(answers, kind)),
        warning=warning(until, kind, today),
    )


def _lines(until: Limits, kind: str) -> Iterator[str]:
    if needs_mediation(kind):
        yield f"Phải qua hòa giải viên lao động trước: yêu cầu chậm nhất {date(until.mediation)}."
        yield (
            f"Hòa giải không thành, hoặc quá 5 ngày làm việc mà không hòa giải: trọng tài lao động"
            f" chậm nhất {date(until.arbitration)} (hai bên đồng ý), hoặc tòa án chậm nhất"
            f" {date(until.court)}."
        )
    else:
        yield f"Không bắt buộc hòa giải: kiện thẳng ra tòa được, chậm nhất {date(until.court)}."
        yield (
            f"Muốn hòa giải thì yêu cầu chậm nhất {date(until.mediation)}; trọng tài lao động (hai"
            f" bên đồng ý) chậm nhất {date(until.arbitration)}."
        )
    yield "Việc nên làm: nộp sớm, giữ giấy biên nhận; công đoàn hoặc luật sư giúp viết đơn."


def warning(until: Limits, kind: str, today: dt.date) -> str | None:
    """What nears or has passed; the latest term is looked at first."""
    if today > until.court:
        return (
            f"hạn kiện ra tòa có thể đã hết từ {date(until.court)}. Thời gian bất khả kháng, trở"
            " ngại khách quan không tính vào hạn: hỏi luật sư ngay."
        )
    if needs_mediation(kind) and today > until.mediation:
        return (
            f"hạn yêu cầu hòa giải có thể đã hết từ {date(until.mediation)}, còn hạn ra tòa đến"
            f" {date(until.court)}: hỏi luật sư ngay."
        )
    name, last = ("hòa giải", until.mediation) if needs_mediation(kind) else ("kiện", until.court)
    left = (last - today).days
    if not left:
        return f"hôm nay là hạn cuối để {'yêu cầu ' if needs_mediation(kind) else ''}{name}."
    return f"chỉ còn {left} ngày là hết hạn {name}." if left <= NEAR else None


def _spoken(until: Limits, kind: str) -> str:
    if needs_mediation(kind):
        return (
            f"Anh chị phải yêu cầu hòa giải chậm nhất {spoken_date(until.mediation)}. Ra tòa chậm"
            f" nhất {spoken_date(until.court)}."
        )
    return f"Anh chị được kiện thẳng ra tòa, chậm nhất {spoken_date(until.court)}."


def _assumed(answers: Answers, kind: str) -> Iterator[str]:
    if answers.get("kind") is None:
        yield "Chuyện này phải qua hòa giải, như phần lớn tranh chấp"
    yield "Ngày anh/chị kể là ngày phát hiện việc công ty làm sai"
    if kind == "insurance":
        yield (
            "Chưa xét hạn riêng của bảo hiểm thất nghiệp: mất tiền thất nghiệp vì công ty nợ thì"
            " hạn có thể ngắn hơn, hỏi luật sư sớm"
        )


GUIDE = Guide(
    id="thoi-hieu",
    title="Tính hạn nộp đơn, hạn kiện",
    topic="khieu-nai",
    entries=(
        "khieu-nai-thoi-hieu",
        "khieu-nai-hoa-giai-bat-buoc",
        "khieu-nai-ra-toa",
        "sa-thai-sai-kien-o-dau",
        "luong-bi-no-doi-o-dau",
    ),
    citations=(
        *(law(CODE, "188", "1", point) for point in (None, *_EXEMPT.values())),
        law(CODE, "190"),
    ),
    advance=advance,
)
