"""The range of a fine: NĐ 283/2026; NĐ 12/2022 for what ended before 10/09/2026. (pure)

The parameters hold what a person pays; an organisation pays twice that (NĐ 283 Đ.7 k.1, NĐ 12 Đ.6
k.1). What still goes on is judged by the decree of today (NĐ 283 Đ.67).
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge_base.calculators.breaches import BREACHES, FIELDS, Breach
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
    number,
    said,
)
from knowledge_base.calculators.wording import date, money, plus_months, spoken_money
from knowledge_base.content import Citation, Period

DECREE, EARLIER = "283/2026/NĐ-CP", "12/2022/NĐ-CP"
LIMITATION_MONTHS = 12  # NĐ 283 Đ.3 k.4 đ.a


@dataclass(frozen=True)
class Fine:
    low: int
    high: int
    citations: tuple[Citation, ...]


def fine(
    breach: Breach, numbers: Numbers, on: dt.date, *, workers: int | None, organisation: bool
) -> Fine:
    """The range on `on`; with `workers` not known, from the lowest step to the highest."""
    periods = [_period(breach, step, numbers, on) for step in _steps_of(breach, workers)]
    times = 2 if organisation else 1
    doubling = law(EARLIER, "6", "1") if on < _since(numbers) else law(DECREE, "7", "1")
    return Fine(
        low=times * min(period.low or 0 for period in periods),
        high=times * max(period.high or 0 for period in periods),
        citations=(periods[0].citation, *((doubling,) if organisation else ())),
    )


def _steps_of(breach: Breach, workers: int | None) -> tuple[int | None, ...]:
    if not breach.steps:
        return (None,)
    if workers is None:
        return breach.steps
    return (max(step for step in breach.steps if step <= max(workers, 1)),)


def _period(breach: Breach, step: int | None, numbers: Numbers, on: dt.date) -> Period:
    if step is not None:
        return numbers.period(f"{breach.parameter}_tu_{step}", on)
    try:
        return numbers.period(breach.parameter, on)
    except LookupError:
        return numbers.period(f"{breach.parameter}_truoc_9_2026", on)


def _since(numbers: Numbers) -> dt.date:
    """The first day of the decree in force."""
    periods = numbers.parameters["phat_giu_giay_to"].periods
    return max(period.valid_from for period in periods)


# -- what is asked ---------------------------------------------------------------------------------

FIELD = Step(
    "field",
    "Sai về chuyện gì?",
    Kind.CHOICE,
    tuple(Option(label, name) for name, (label, _) in FIELDS.items()),
    may_skip=False,
)
WORKERS = Step(
    "workers",
    "Khoảng bao nhiêu người bị như vậy?",
    Kind.NUMBER,
    low=1,
    high=1_000_000,
)
EMPLOYER = Step(
    "employer",
    "Bên làm sai là ai?",
    Kind.CHOICE,
    (
        Option("Công ty, hợp tác xã", "organisation"),
        Option("Cá nhân, hộ kinh doanh, hộ gia đình", "person"),
    ),
)
STILL = Step(
    "still",
    "Việc sai này bây giờ còn không?",
    Kind.CHOICE,
    (Option("Còn", "yes"), Option("Đã dứt", "no")),
)
ENDED = Step("ended", "Dứt từ ngày nào?", Kind.DATE, low=-3650, high=0, may_skip=False)


def advance(answers: Answers, numbers: Numbers, today: dt.date) -> Step | Result:
    return first_missing(answers, _steps(answers)) or _result(answers, numbers, today)


def _steps(answers: Answers) -> Iterator[Step]:
    yield FIELD
    field = said(answers, "field")
    if field not in FIELDS:
        return
    options = tuple(Option(breach.label, breach.id) for breach in FIELDS[field][1])
    yield Step("breach", "Cụ thể là gì?", Kind.CHOICE, options, may_skip=False)
    breach = BREACHES.get(said(answers, "breach") or "")
    if breach and breach.steps:
        yield WORKERS
    yield EMPLOYER
    yield STILL
    if said(answers, "still") == "no":
        yield ENDED


# -- what comes out --------------------------------------------------------------------------------


def _result(answers: Answers, numbers: Numbers, today: dt.date) -> Result:
    breach = BREACHES[said(answers, "breach") or ""]
    ended = day(answers, "ended")
    found = fine(
        breach,
        numbers,
        ended or today,
        workers=number(answers, "workers"),
        organisation=said(answers, "employer") != "person",
    )
    transition = (law(DECREE, "67", "1"),) if ended and ended < _since(numbers) else ()
    return Result(
        lines=tuple(_lines(answers, breach, found, ended)),
        voice=(
            f"Mức phạt {spoken_money(found.low, found.high)}. Tiền phạt nộp vào ngân sách, không"
            " phải cho anh chị."
        ),
        citations=(*found.citations, *transition),
        assumed=tuple(_assumed(answers)),
        warning=_expired(ended, today),
    )


def _lines(answers: Answers, breach: Breach, found: Fine, ended: dt.date | None) -> Iterator[str]:
    who = "cá nhân, hộ" if said(answers, "employer") == "person" else "công ty, tổ chức"
    when = f" (việc dứt ngày {date(ended)})" if ended else ""
    yield f"{breach.label}{when}: {who} bị phạt {money(found.low, found.high)}."
    if breach.remedy:
        yield breach.remedy
    yield (
        "Tiền phạt nộp ngân sách, không phải cho anh/chị; khoản công ty nợ anh/chị phải đòi riêng."
        " Người ra quyết định phạt chọn mức trong khung."
    )
    yield "Việc nên làm: ghi lại việc sai, ngày, chứng cứ; báo công đoàn hoặc cơ quan lao động."


def _expired(ended: dt.date | None, today: dt.date) -> str | None:
    if ended is None or today <= plus_months(ended, LIMITATION_MONTHS):
        return None
    return "việc đã dứt hơn 1 năm, có thể đã hết thời hiệu xử phạt."


def _assumed(answers: Answers) -> Iterator[str]:
    missing = {name for name, value in answers.items() if value is None}
    if "workers" in missing:
        yield "Chưa rõ số người bị vi phạm nên ghi từ khung thấp nhất đến cao nhất"
    if "employer" in missing:
        yield "Bên làm sai là công ty, tổ chức (cá nhân bị phạt bằng một nửa)"
    if "still" in missing:
        yield "Việc sai vẫn còn đến nay"


def _places(lines: str) -> tuple[tuple[str, str], ...]:
    pairs = (place.split(".") for place in lines.split())
    return tuple((article, clause) for article, clause in pairs)


_PLACES = _places(
    "7.1 15.1 15.2 16.2 17.3 17.4 18.1 18.2 23.1 23.2 23.3 24.1 24.2 24.3 24.4 25.2 25.3 26.2 67.1"
)
_EARLIER_PLACES = _places(
    "6.1 9.1 9.2 10.2 11.3 11.4 12.1 12.2 17.1 17.2 17.3 18.1 18.2 18.3 18.4 19.2 19.3 28.2"
)

GUIDE = Guide(
    id="muc-phat",
    title="Xem mức phạt công ty",
    topic="khieu-nai",
    entries=(
        "khieu-nai-bao-xu-phat",
        "luong-muc-phat-cong-ty",
        "lam-them-muc-phat",
        "nghi-muc-phat",
        "phat-cong-ty-cham-dut-hop-dong",
        "phat-cong-ty-ky-luat-sai",
        "hop-dong-phat-khong-ky",
        "hop-dong-phat-giu-giay",
        "thu-viec-phat",
        "thai-san-phat-cong-ty",
    ),
    citations=(
        *(law(DECREE, article, clause) for article, clause in _PLACES),
        *(law(EARLIER, article, clause) for article, clause in _EARLIER_PLACES),
    ),
    advance=advance,
)
