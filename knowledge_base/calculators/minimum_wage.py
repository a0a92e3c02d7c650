"""The least wage of a ward of Hải Phòng, and whether a wage lies below it: NĐ 293/2025. (pure)

The place is where the employer works (Đ.3 k.3); what is compared is the wage for the job, without
allowances (Đ.4).
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
    first_missing,
    law,
    number,
    said,
)
from knowledge_base.calculators.wards import Ward, ward
from knowledge_base.calculators.wording import money, spoken_money, spoken_number

DECREE, CODE = "293/2025/NĐ-CP", "45/2019/QH14"
REGIONS = (1, 2)  # Hải Phòng has no others
_ROMAN = {1: "I", 2: "II"}
_PER = {"month": "tháng", "hour": "giờ"}


@dataclass(frozen=True)
class Minimum:
    """The least wage in one region, in đồng."""

    month: int
    hour: int

    def by(self, pay: str) -> int:
        return self.hour if pay == "hour" else self.month


def minimum(region: int, numbers: Numbers, day: dt.date) -> Minimum:
    """LookupError where the law of `day` is not known."""
    return Minimum(
        numbers.on(f"luong_toi_thieu_thang_vung_{region}", day),
        numbers.on(f"luong_toi_thieu_gio_vung_{region}", day),
    )


def shortfall(wage: int, least: int) -> int:
    """How much is missing; 0 where the wage is enough."""
    return max(least - wage, 0)


PLACE = Step(
    "place",
    "Công ty hoạt động ở phường, xã nào của Hải Phòng (tên từ 01/7/2025)?",
    Kind.PLACE,
)
PAY = Step(
    "pay",
    "Lương của anh/chị tính theo gì?",
    Kind.CHOICE,
    (
        Option("Theo tháng", "month"),
        Option("Theo giờ", "hour"),
        Option("Theo ngày, sản phẩm, khoán", "piece"),
    ),
)
_WAGE_QUESTION = (
    "Mức lương theo công việc là bao nhiêu một {per}? Chưa cộng phụ cấp, thưởng, tăng ca."
)
_PIECE_QUESTION = (
    "Làm đủ giờ bình thường cả tháng thì được bao nhiêu? Chưa cộng phụ cấp, thưởng, tăng ca."
)


def advance(answers: Answers, numbers: Numbers, today: dt.date) -> Step | Result:
    return first_missing(answers, _steps(answers)) or _result(answers, numbers, today)


def _steps(answers: Answers) -> Iterator[Step]:
    yield PLACE
    yield PAY
    pay = said(answers, "pay")
    if pay is not None:
        question = _PIECE_QUESTION if pay == "piece" else _WAGE_QUESTION.format(per=_PER[pay])
        high = 10_000_000 if pay == "hour" else 10**9
        yield Step("wage", question, Kind.MONEY, low=1_000, high=high)


def _result(answers: Answers, numbers: Numbers, today: dt.date) -> Result:
    place = said(answers, "place")
    found = ward(place) if place else None
    least = {region: minimum(region, numbers, today) for region in REGIONS}
    return Result(
        lines=(*_rule(found, least), *_compared(answers, found, least)),
        voice=_spoken(found, least),
        citations=(law(DECREE, "3"), law(DECREE, "4"), law(CODE, "90", "2")),
        assumed=tuple(_assumed(answers)),
    )


def _rule(found: Ward | None, least: dict[int, Minimum]) -> Iterator[str]:
    for region in (found.region,) if found else REGIONS:
        where = f"{_opening(found)} thuộc vùng" if found else "Vùng"
        yield (
            f"{where} {_ROMAN[region]}: lương tối thiểu {money(least[region].month)} một tháng,"
            f" {money(least[region].hour)} một giờ."
        )


def _compared(answers: Answers, found: Ward | None, least: dict[int, Minimum]) -> Iterator[str]:
    wage, pay = number(answers, "wage"), said(answers, "pay") or "month"
    if wage is None:
        return
    per = _PER.get(pay, "tháng")
    region = found.region if found else 2
    missing = shortfall(wage, least[region].by(pay))
    if missing:
        yield f"Mức {money(wage)} thấp hơn luật {money(missing)} mỗi {per}."
        yield (
            "Việc nên làm: giữ hợp đồng, bảng lương; yêu cầu công ty trả đủ; không trả thì nhờ công"
            " đoàn, yêu cầu hòa giải."
        )
    elif not found and shortfall(wage, least[1].by(pay)):
        yield f"Mức {money(wage)} đủ ở vùng II nhưng thấp hơn mức của vùng I (gần hết thành phố)."
    else:
        yield f"Mức {money(wage)} không thấp hơn lương tối thiểu."


def _spoken(found: Ward | None, least: dict[int, Minimum]) -> str:
    region = found.region if found else 1
    where = f"{_opening(found)} thuộc vùng" if found else "Vùng"
    return (
        f"{where} {spoken_number(region)}. Lương tối thiểu là {spoken_money(least[region].month)}"
        " một tháng."
    )


def _opening(found: Ward) -> str:
    return found.full_name[0].upper() + found.full_name[1:]


def _assumed(answers: Answers) -> Iterator[str]:
    if answers.get("wage") is not None:
        yield "Anh/chị làm đủ giờ bình thường và làm xong định mức"
    if said(answers, "pay") == "piece":
        yield "Lương ngày, sản phẩm, khoán đã quy ra tháng"


GUIDE = Guide(
    id="luong-toi-thieu",
    title="Xem lương có thấp hơn tối thiểu",
    topic="luong",
    entries=("luong-toi-thieu-hai-phong", "luong-thap-hon-toi-thieu"),
    citations=(law(DECREE, "3"), law(DECREE, "4"), law(CODE, "90", "2")),
    advance=advance,
)
