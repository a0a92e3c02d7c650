"""Reads what was typed to change a promise or the office's hours. (pure)"""

import datetime as dt
import re
from collections.abc import Callable, Mapping

from admin_api.console.hours import Refused, number
from admin_api.promise_changes import LONGEST_WHY, Change, DayChange, RuleChange, Terms, WeekChange
from admin_api.promises import BAD_HOURS
from escalation.calendar import Hours, in_order
from escalation.vocabulary import Kind, Priority

Form = Mapping[str, str]

_MOST = 1000 * 60  # minutes
_MOST_SPANS = 6  # of one day
_LENGTH = re.compile(r"(?:([0-9]{1,4})\s*(?:giờ|gio|g|h))?\s*(?:([0-9]{1,5})\s*(?:phút|phut|p)?)?")
_SPAN = re.compile(r"\s*([0-9hHgG:.]{1,6})\s*[-–]\s*([0-9hHgG:.]{1,6})\s*")
_CLOCK = re.compile(r"([0-9]{1,2})(?:[:hHgG.]([0-9]{2})?)?")
_CLOSED = {"", "nghỉ", "nghi", "đóng cửa"}

_FIELDS = ("first_response", "next_response", "resolution", "head", "deputy", "silent")


def read(form: Form) -> Change:
    """Raises `Refused`."""
    reader = _READERS.get(form.get("what", ""))
    if reader is None:
        raise Refused("what", "Không rõ muốn đổi điều gì. Xin tải lại trang.")
    return reader(form)


def _rule(form: Form) -> RuleChange:
    return _for(form, _terms(form))


def _no_rule(form: Form) -> RuleChange:
    return _for(form, None)


def _for(form: Form, terms: Terms | None) -> RuleChange:
    priority, kind = form.get("priority", ""), form.get("kind", "")
    if priority not in tuple(Priority) or kind not in ("", *Kind):
        raise Refused("priority", "Chọn loại phiếu trong danh sách.")
    return RuleChange(
        since=_day(form),
        priority=Priority(priority),
        kind=Kind(kind) if kind else None,
        topic=form.get("topic", "")[:40] or None,
        channel=form.get("channel", "")[:40] or None,
        terms=terms,
        why=_why(form),
    )


def _terms(form: Form) -> Terms:
    calendar = form.get("calendar", "")
    risk = number(form.get("risk", ""), 1, 99)
    if risk is None:
        raise Refused("risk", "Ghi phần trăm từ 1 đến 99.")
    lengths = {name: _length(form, name) for name in _FIELDS}
    return Terms(calendar="always" if calendar == "always" else "office", risk=risk, **lengths)


def _length(form: Form, name: str) -> int:
    """ "4 giờ", "1h30", "15 phút"; a bare number is minutes."""
    found = _LENGTH.fullmatch(form.get(name, "").strip().lower())
    minutes = int(found[1] or 0) * 60 + int(found[2] or 0) if found else 0
    if found is None or not (found[1] or found[2]) or not 1 <= minutes <= _MOST:
        raise Refused(name, "Ghi như 4 giờ, 30 phút hoặc 1 giờ 30; nhiều nhất 1000 giờ.")
    return minutes


def _week(form: Form) -> WeekChange:
    hours = [written(hours_of(form.get(f"day{day}", ""), f"day{day}")) for day in range(7)]
    return WeekChange(since=_day(form), hours=hours, why=_why(form))


def _no_week(form: Form) -> WeekChange:
    return WeekChange(since=_day(form), hours=None, why=_why(form))


def _apart(form: Form) -> DayChange:
    """`hours` are asked for only where the day is open."""
    usual, closed = form.get("way") == "usual", form.get("way") == "closed"
    if usual:
        return DayChange(since=_day(form), hours=None, why=_why(form))
    hours = () if closed else hours_of(form.get("hours", ""), "hours")
    if not closed and not hours:
        raise Refused("hours", BAD_HOURS)
    return DayChange(since=_day(form), hours=written(hours), why=_why(form))


def hours_of(text: str, field: str) -> Hours:
    """ "7h30-11h30, 13:00-17:00" or "nghỉ", as people write them."""
    if text.strip().lower() in _CLOSED:
        return ()
    spans = [_SPAN.fullmatch(part) for part in re.split(r"[,;]|\bvà\b", text[:200])]
    found = tuple((_time(one[1], field), _time(one[2], field)) for one in spans if one)
    if len(found) < len(spans) or len(found) > _MOST_SPANS or not in_order(found):
        raise Refused(field, BAD_HOURS)
    return found


def _time(text: str, field: str) -> dt.time:
    found = _CLOCK.fullmatch(text)
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
    if (hour, minute) == (24, 0):
        return dt.time()
    if hour > 23 or minute > 59:
        raise Refused(field, BAD_HOURS)
    return dt.time(hour, minute)


def written(hours: Hours) -> str:
    """As `hours_of` reads it, and as the office's API takes it."""
    spans = (f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in hours)
    return ",".join(spans).replace("-00:00", "-24:00")


def _day(form: Form) -> dt.date:
    try:
        return dt.date.fromisoformat(form.get("since", "").strip())
    except ValueError:
        raise Refused("since", "Chọn ngày bắt đầu.") from None


def _why(form: Form) -> str:
    return form.get("why", "").strip()[:LONGEST_WHY]


_READERS: dict[str, Callable[[Form], Change]] = {
    "rule": _rule,
    "no_rule": _no_rule,
    "week": _week,
    "no_week": _no_week,
    "day": _apart,
}
