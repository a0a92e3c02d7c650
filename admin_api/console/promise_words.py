"""Promises, hours and their changes in plain Vietnamese. (pure)"""

import datetime as dt
from collections.abc import Mapping
from itertools import groupby

from admin_api.console.wording import date, weekday, word
from escalation.amendments import Amendment, DayChanged, RuleChanged, WeekChanged
from escalation.calendar import Hours, Week
from escalation.sla import Rule, Scope

Topics = Mapping[str, str]  # their names

_CALENDARS = {"office": "giờ làm việc", "always": "cả ngày đêm"}
_FIELDS = {
    "calendar": "tính giờ",
    "first_response": "trả lời đầu",
    "next_response": "trả lời tiếp",
    "resolution": "xong phiếu",
    "risk": "báo sắp quá hạn khi đã qua",
    "head": "quá hạn thì báo trưởng trung tâm sau",
    "deputy": "quá hạn thì báo phó giám đốc sau",
    "silent": "lấy lại phiếu của người im lặng sau",
}


def length(minutes: int) -> str:
    """90 -> "1 giờ 30 phút", exactly."""
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} giờ"] if hours else []
    return " ".join([*parts, f"{rest} phút"] if rest or not hours else parts)


def scope(of: Scope, topics: Topics) -> str:
    """ "Phiếu thường, chủ đề Tiền lương, kênh Zalo OA"."""
    priority, kind, topic, channel = of
    parts = [f"Phiếu {word(priority, 'priority').lower()}"]
    parts += [f"loại {word(kind, 'kind').lower()}"] if kind else []
    parts += [f"chủ đề {topics.get(topic, topic)}"] if topic else []
    parts += [f"kênh {word(channel, 'channel')}"] if channel else []
    return ", ".join(parts)


def promise(rule: Rule) -> list[tuple[str, str]]:
    """What is promised for how long."""
    unit = " làm việc" if rule.calendar == "office" else ""
    terms = ("first_response", "next_response", "resolution")
    return [(_FIELDS[name].capitalize(), length(getattr(rule, name)) + unit) for name in terms]


def consequences(rule: Rule) -> str:
    """What happens when a term runs out."""
    counted = "Chỉ tính giờ làm việc" if rule.calendar == "office" else "Tính cả ngày đêm"
    return (
        f"{counted}. Báo sắp quá hạn khi đã qua {rule.risk}% thời gian. "
        f"Quá hạn {length(rule.head)} thì báo trưởng trung tâm, "
        f"{length(rule.deputy)} thì báo phó giám đốc; "
        f"người giữ phiếu im lặng {length(rule.silent)} thì phiếu được lấy lại."
    )


def hours(of: Hours) -> str:
    """ "07:30–11:30, 13:00–17:00", or "nghỉ"."""
    spans = (f"{opens:%H:%M}–{_end(closes)}" for opens, closes in of)
    return ", ".join(spans) or "nghỉ"


def _end(time: dt.time) -> str:
    return "24:00" if time == dt.time() else f"{time:%H:%M}"


def week(of: Week) -> list[tuple[str, str]]:
    """Days that are alike stand together: ("Thứ Hai – Thứ Sáu", "07:30–11:30")."""
    found = []
    for said, group in groupby(range(7), key=lambda day: hours(of[day])):
        days = list(group)
        name = weekday(days[0])
        name = f"{name} – {weekday(days[-1])}" if len(days) > 1 else name
        found.append((name, said))
    return found


def amendment(change: Amendment, topics: Topics) -> str:
    match change:
        case RuleChanged():
            return f"{_since(change.since)}{_rule(change, topics)}."
        case WeekChanged():
            return f"{_since(change.since)}giờ làm việc đổi: {_week(change)}."
        case DayChanged():
            return f"{date(change.since)}: {_apart(change.before)} → {_apart(change.after)}."


def _since(day: dt.date) -> str:
    return "" if day == dt.date.min else f"Từ {date(day)}: "


def _rule(change: RuleChanged, topics: Topics) -> str:
    of, before, after = scope(change.scope, topics), change.before, change.after
    if after is None:
        return f"{of}: bỏ lời hứa riêng"
    if before is None:
        terms = ", ".join(f"{name.lower()} {said}" for name, said in promise(after))
        return f"{of}: lời hứa riêng, {terms}"
    names = [name for name in _FIELDS if getattr(before, name) != getattr(after, name)]
    said = (f"{_FIELDS[name]} {_value(before, name)} → {_value(after, name)}" for name in names)
    return f"{of}: {', '.join(said)}"


def _value(rule: Rule, name: str) -> str:
    value = getattr(rule, name)
    if name == "calendar":
        return _CALENDARS[value]
    return f"{value}%" if name == "risk" else length(value)


def _week(change: WeekChanged) -> str:
    days = [day for day in range(7) if change.before[day] != change.after[day]]
    pairs = [(hours(change.before[day]), hours(change.after[day]), day) for day in days]
    said = []
    for (before, after), group in groupby(pairs, key=lambda one: one[:2]):
        names = ", ".join(weekday(day) for *_, day in group)
        said.append(f"{names} {before} → {after}")
    return "; ".join(said)


def _apart(of: Hours | None) -> str:
    return "theo lịch tuần" if of is None else hours(of)
