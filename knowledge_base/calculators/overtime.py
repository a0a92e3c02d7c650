"""Overtime, night and holiday pay: BLLĐ Đ.98, 107; NĐ 145/2020 Đ.55 to 57. (pure)

Rates are the least the law allows, in per cent of an ordinary hour. Sums are rounded once, at the
end, to the nearest đồng; a half goes up.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from knowledge_base.calculators import full_month
from knowledge_base.calculators.guide import (
    Answers,
    Guide,
    Kind,
    Numbers,
    Option,
    Result,
    Step,
    first_missing,
    law,
    number,
    said,
    skipped,
)
from knowledge_base.calculators.steps import wage_step
from knowledge_base.calculators.wording import half_up, money, spoken_money, spoken_number
from knowledge_base.content import Citation

CODE, DECREE = "45/2019/QH14", "145/2020/NĐ-CP"
BY_DAY = {"ordinary": 150, "rest": 200, "holiday": 300}  # Đ.98 k.1
NIGHT = 30  # Đ.98 k.2
NIGHT_OVERTIME = 20  # Đ.98 k.3, of the daytime wage of that day
SHIFT = 8  # hours of an ordinary day
MONTH_CAP, YEAR_CAP, WIDE_YEAR_CAP = 40, 200, 300  # Đ.107 k.2, k.3


def overtime_rate(day: str, *, night: bool, after_day_overtime: bool = False) -> int:
    """Per cent of an ordinary hour for an hour of overtime (Đ.98; NĐ 145 Đ.55, 57).

    `after_day_overtime` matters on ordinary days only: there the daytime wage is 150% instead of
    100% where overtime by day came first (Đ.57 k.1 đ.b1).
    """
    by_day = BY_DAY[day]
    if not night:
        return by_day
    daytime = 100 if day == "ordinary" and not after_day_overtime else by_day
    return by_day + NIGHT + NIGHT_OVERTIME * daytime // 100


def night_shift_rate() -> int:
    """Per cent for an hour of an ordinary shift by night; 100 of it is the usual wage (Đ.56)."""
    return 100 + NIGHT


def hourly(
    wage: int, basis: str, days: int = full_month.DAYS, hours_a_day: int = SHIFT
) -> Fraction:
    """What an ordinary hour is worth (NĐ 145 Đ.55 k.1 đ.a)."""
    hours = {"month": days * hours_a_day, "day": hours_a_day, "hour": 1}[basis]
    return Fraction(wage, hours)


def pay(hour: Fraction, rate: int, hours: int) -> Fraction:
    return hour * rate * hours / 100


@dataclass(frozen=True)
class Worked:
    """Hours of one kind and what an hour of them is worth."""

    name: str
    hours: int
    rate: int


DAY = Step(
    "day",
    "Anh/chị làm vào lúc nào?",
    Kind.CHOICE,
    (
        Option("Làm thêm ngày thường", "ordinary"),
        Option(
            "Làm ngày nghỉ hằng tuần, nghỉ bù", "rest", ("chủ nhật", "ngày nghỉ", "ngày chủ nhật")
        ),
        Option("Làm ngày lễ, tết", "holiday"),
        Option("Ca đêm bình thường, không làm thêm", "shift"),
    ),
    may_skip=False,
)
HOURS = Step(
    "hours",
    "Bao nhiêu giờ trong khoảng 6 giờ sáng đến 22 giờ? Không có thì nhập 0.",
    Kind.NUMBER,
    low=0,
    high=300,
)
NIGHT_HOURS = Step(
    "night_hours",
    "Bao nhiêu giờ ban đêm, từ 22 giờ đến 6 giờ sáng? Không có thì nhập 0.",
    Kind.NUMBER,
    low=0,
    high=300,
)
BEFORE = Step(
    "before",
    "Trước khi làm thêm ban đêm, hôm đó đã làm thêm giờ ban ngày chưa?",
    Kind.CHOICE,
    (Option("Có làm thêm ban ngày", "yes"), Option("Không", "no")),
)
BASIS = Step(
    "basis",
    "Lương của anh/chị tính theo gì?",
    Kind.CHOICE,
    (
        Option("Theo tháng", "month"),
        Option("Theo ngày", "day"),
        Option("Theo giờ", "hour"),
        Option("Theo sản phẩm", "piece"),
    ),
    may_skip=False,
)
WAGE = wage_step(
    "Mức lương đó là bao nhiêu? Không gồm thưởng, tiền ăn, xăng xe, điện thoại, nhà ở."
)
DAYS = full_month.step("Tháng đó có bao nhiêu ngày công chuẩn?")


def advance(answers: Answers, numbers: Numbers, today: dt.date) -> Step | Result:
    return first_missing(answers, _steps(answers)) or _result(answers)


def _steps(answers: Answers) -> Iterator[Step]:
    yield DAY
    if said(answers, "day") != "shift":
        yield HOURS
    yield NIGHT_HOURS
    if said(answers, "day") == "ordinary" and number(answers, "night_hours"):
        yield BEFORE
    yield BASIS
    if said(answers, "basis") == "piece":
        return
    yield WAGE
    if said(answers, "basis") == "month" and number(answers, "wage") is not None:
        yield DAYS


def _worked(answers: Answers) -> list[Worked]:
    day, night = said(answers, "day") or "", number(answers, "night_hours") or 0
    if day == "shift":
        return [Worked("giờ ca đêm", night, NIGHT)]
    before = said(answers, "before") == "yes"
    late = overtime_rate(day, night=True, after_day_overtime=before)
    kinds = [
        Worked("giờ ban ngày", number(answers, "hours") or 0, BY_DAY[day]),
        Worked("giờ ban đêm", night, late),
    ]
    return [kind for kind in kinds if kind.hours] or kinds


def _result(answers: Answers) -> Result:
    worked, basis = _worked(answers), said(answers, "basis") or ""
    wage = number(answers, "wage") if basis != "piece" else None
    lines = _rates(worked) if wage is None else _sums(answers, worked, basis, wage)
    return Result(
        lines=(*lines, *_notes(answers, basis)),
        voice=_spoken(answers, worked, basis, wage),
        citations=tuple(_grounds(answers)),
        assumed=tuple(_assumed(answers, basis)),
        warning=_over_cap(answers),
    )


def _hour(answers: Answers, basis: str, wage: int) -> Fraction:
    return hourly(wage, basis, full_month.days(answers))


def _sums(answers: Answers, worked: list[Worked], basis: str, wage: int) -> Iterator[str]:
    hour = _hour(answers, basis, wage)
    yield f"Lương một giờ bình thường: {money(half_up(hour))}."
    for kind in worked:
        owed = money(half_up(pay(hour, kind.rate, kind.hours)))
        each = money(half_up(pay(hour, kind.rate, 1)))
        if kind.hours:
            yield f"{kind.hours} {kind.name}: ít nhất {kind.rate}%, mỗi giờ {each}, thành {owed}."
        else:
            yield f"Mỗi {kind.name}: ít nhất {kind.rate}%, tức {each}."
    if _total(hour, worked):
        yield f"Tổng cộng phải trả thêm ít nhất {money(_total(hour, worked))}."


def _rates(worked: list[Worked]) -> Iterator[str]:
    for kind in worked:
        yield (
            f"Mỗi {kind.name} (hoặc mỗi sản phẩm làm trong giờ đó): ít nhất {kind.rate}% lương giờ"
            " bình thường (hoặc đơn giá sản phẩm ngày thường)."
        )


def _total(hour: Fraction, worked: list[Worked]) -> int:
    return half_up(sum((pay(hour, kind.rate, kind.hours) for kind in worked), Fraction(0)))


def _notes(answers: Answers, basis: str) -> Iterator[str]:
    day = said(answers, "day")
    if day == "shift":
        yield "Đó là phần trả thêm 30%, ngoài lương giờ bình thường của ca."
        return
    if day == "holiday" and basis == "month":
        yield "Lương của chính ngày lễ đã nằm trong lương tháng, không bị trừ."
    elif day == "holiday":
        yield "Chưa kể lương của chính ngày lễ: công ty trả riêng một ngày lương nguyên."
    yield (
        f"Làm thêm phải có sự đồng ý của anh/chị; không quá {MONTH_CAP} giờ một tháng và"
        f" {YEAR_CAP} giờ một năm ({WIDE_YEAR_CAP} giờ ở một số ngành). Làm quá vẫn phải trả đủ."
    )
    yield "Việc nên làm: giữ bảng chấm công, so với bảng kê lương; thiếu thì yêu cầu bằng văn bản."


def _spoken(answers: Answers, worked: list[Worked], basis: str, wage: int | None) -> str:
    if wage is None or not any(kind.hours for kind in worked):
        parts = [f"mỗi {k.name} ít nhất {spoken_number(k.rate)} phần trăm" for k in worked]
        return f"Mức trả là {', '.join(parts)} so với giờ bình thường. {_SPOKEN_NEXT}"
    total = spoken_money(_total(_hour(answers, basis, wage), worked))
    alone = ""
    if said(answers, "day") == "holiday" and basis != "month":
        alone = " Chưa kể lương của chính ngày lễ, công ty trả riêng."
    return f"Công ty phải trả thêm ít nhất {total}.{alone} {_SPOKEN_NEXT}"


_SPOKEN_NEXT = "Anh chị hãy giữ bảng chấm công và so với bảng kê lương."


def _grounds(answers: Answers) -> Iterator[Citation]:
    yield law(CODE, "98")
    if said(answers, "day") == "shift":
        yield law(DECREE, "56")
        return
    yield law(DECREE, "55")
    if number(answers, "night_hours"):
        yield law(DECREE, "57")
    yield law(CODE, "107")


def _assumed(answers: Answers, basis: str) -> Iterator[str]:
    if skipped(answers, "hours"):
        yield "Không có giờ làm thêm ban ngày"
    if answers.get("night_hours") is None:
        yield "Không có giờ làm ban đêm"
    if skipped(answers, "before"):
        yield "Hôm đó không làm thêm giờ ban ngày (nếu có thì giờ ban đêm là 210%)"
    yield from full_month.assumed(answers)
    if basis in {"month", "day"}:
        yield f"Mỗi ngày làm bình thường {SHIFT} giờ"


def _over_cap(answers: Answers) -> str | None:
    hours = (number(answers, "hours") or 0) + (number(answers, "night_hours") or 0)
    if said(answers, "day") == "shift" or hours <= MONTH_CAP:
        return None
    return (
        f"{hours} giờ nếu là trong một tháng thì đã vượt mức {MONTH_CAP} giờ luật cho phép; anh/chị"
        " có quyền từ chối làm thêm."
    )


GUIDE = Guide(
    id="tien-lam-them",
    title="Tính tiền làm thêm giờ, làm đêm, làm ngày lễ",
    topic="lam-them",
    entries=(
        "lam-them-ty-le",
        "lam-them-khong-tra-tien",
        "lam-them-ngay-le",
        "lam-dem-phu-cap",
        "tang-ca-dem",
        "lam-them-don-gia",
    ),
    citations=(
        law(CODE, "98"),
        law(CODE, "107"),
        law(DECREE, "55"),
        law(DECREE, "56"),
        law(DECREE, "57"),
    ),
    advance=advance,
)
