"""Reads what was typed to put somebody on duty; what it cannot be is refused in words. (pure)"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ORDERS = range(1, 11)
_LARGEST = 2**31 - 1
_CLOCK = re.compile(r"([0-9]{1,2})(?:[:hHgG.]([0-9]{2})?)?")
_DAY = 24 * 60  # minutes


class Refused(ValueError):
    """A sentence for whoever typed it, and which field it is about."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field, self.sentence = field, sentence


@dataclass(frozen=True)
class Wish:
    """Somebody on duty on some days of each week; `hours` are minutes after midnight."""

    staff_id: int
    weekdays: Sequence[int]
    hours: tuple[int, int]
    rank: int


def read(form: Mapping[str, str], weekdays: Sequence[str]) -> Wish:
    """Raises `Refused`."""
    staff_id = number(form.get("staff", ""), 1, _LARGEST)
    if staff_id is None:
        raise Refused("staff", "Chọn luật sư.")
    days = [number(day, 0, 6) for day in dict.fromkeys(weekdays)]
    known = [day for day in days if day is not None]
    if not known or len(known) < len(days):
        raise Refused("weekdays", "Chọn ít nhất một ngày trong tuần.")
    opens, closes = _clock(form, "opens"), _clock(form, "closes")
    if opens >= closes:
        raise Refused(
            "closes",
            "Giờ kết thúc phải sau giờ bắt đầu. Ca qua đêm thì thêm hai lần: "
            "đến 24:00, rồi từ 00:00 hôm sau.",
        )
    order = number(form.get("order", ""), ORDERS[0], ORDERS[-1])
    if order is None:
        raise Refused("order", f"Thứ tự gọi là số từ {ORDERS[0]} đến {ORDERS[-1]}.")
    return Wish(staff_id, sorted(known), (opens, closes), order - 1)


def number(text: str, low: int, high: int) -> int | None:
    """A whole number within bounds; None for everything else."""
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        return None
    return int(text) if low <= int(text) <= high else None


def _clock(form: Mapping[str, str], field: str) -> int:
    found = _CLOCK.fullmatch(form.get(field, "").strip())
    hours, minutes = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
    if minutes > 59 or hours * 60 + minutes > _DAY:
        raise Refused(field, "Ghi giờ như 07:30 hoặc 7h30, muộn nhất là 24:00.")
    return hours * 60 + minutes
