"""A ticket's clock in the console: the line of its time, and what it says in words. (pure)"""

from collections.abc import Sequence
from dataclasses import dataclass

from admin_api.clock_view import Stretch
from admin_api.console.wording import clock, duration, moment, word
from escalation.timeline import Pace

# Counted minutes are drawn to measure; the times that stand are only seen to be there.
_CLOSED, _PAUSED = 0.03, 0.12
_MOST = 60  # a longer story is told in words alone


@dataclass(frozen=True)
class Bar:
    """A stretch on the line: where it begins and how wide it is, in percent."""

    x: float
    width: float
    stretch: Stretch


def line(segments: Sequence[Stretch]) -> list[Bar]:
    """The stretches side by side, the newest ones where there are very many."""
    shown = segments[-_MOST:]
    counted = sum(one.minutes for one in shown) or 1
    wide = [_weight(one, counted) for one in shown]
    bars, x = [], 0.0
    for one, share in zip(shown, wide, strict=True):
        width = 100 * share / sum(wide)
        bars.append(Bar(round(x, 2), round(width, 2), one))
        x += width
    return bars


def _weight(one: Stretch, counted: int) -> float:
    standing = {Pace.CLOSED: _CLOSED, Pace.PAUSED: _PAUSED}
    return standing.get(one.pace) or max(one.minutes / counted, _CLOSED)


def now_at(bars: Sequence[Bar]) -> float | None:
    """Where the line passes from what was to what is to come."""
    ahead = [bar.x for bar in bars if bar.stretch.ahead]
    return min(ahead, default=None)


def tally(segments: Sequence[Stretch]) -> str:
    """ "Đã tính 3 giờ 30 phút, chờ người lao động 2 ngày"."""
    past = [one for one in segments if not one.ahead]
    said = [f"Đã tính {duration(sum(one.minutes for one in past))}"]
    for reason in dict.fromkeys(one.reason for one in past if one.pace is Pace.PAUSED):
        spans = [one.until - one.since for one in past if one.reason == reason]
        minutes = sum(span.total_seconds() for span in spans) / 60
        said.append(f"{word(reason, 'segment')} {duration(minutes)}")
    return ", ".join(said)


def span(one: Stretch) -> str:
    """ "08:00 đến 11:30 Thứ Hai 23/11"."""
    begins, ends = moment(one.since), moment(one.until)
    same_day = begins.partition(" ")[2] == ends.partition(" ")[2]
    return f"{clock(one.since) if same_day else begins} đến {ends}"


def days_left(days: int) -> str:
    if days < 0:
        return f"đã qua {-days} ngày"
    return f"còn {days} ngày" if days else "hôm nay là ngày cuối"


FILTERS = {
    "clock_line": line,
    "now_at": now_at,
    "tally": tally,
    "span": span,
    "days_left": days_left,
}
