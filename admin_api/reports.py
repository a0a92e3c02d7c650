"""What managers read: how much was asked, who answered, how fast, and the share online.

A consultation is one thing asked: a `Question` row. It counts as advised and answered online
when the bot answered it and it did not become a ticket, or when a lawyer answered its ticket, or
since then the one its ticket was merged into.
Courtesies and commands are no questions. First response time runs from the worker's message to
the first answer written by a person; automatic replies never count. Consultations given away from
the hotline count in the whole, never as online.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from admin_api import asked
from admin_api.asked import Asked, End
from admin_api.figures import percent, percentile, shown
from admin_api.office import office_of
from admin_api.recontact import Recontact, recontact
from admin_api.routing import REPORT_READERS, ApiError, Routes, json_response
from escalation import consultations
from escalation.calendar import LOCAL
from escalation.consultations import Counted

GOALS = {2025: 50, 2030: 70}  # percent online, promised in the digital plan of 2022

routes = Routes()


class Slice(BaseModel):
    """One row of a breakdown."""

    name: str
    received: int
    online: int


class Day(BaseModel):
    day: dt.date
    received: int
    online: int


class Summary(BaseModel):
    """`received` = by bot + by lawyer + being clarified + still open + closed without an answer
    + offline."""

    from_day: dt.date
    to_day: dt.date
    received: int
    answered_by_bot: int
    answered_by_lawyer: int
    clarifying: int
    still_open: int
    closed_unanswered: int
    offline: int  # walk-ins, letters, the desk telephone
    online: int
    online_share: float | None  # percent
    goals: dict[int, int]
    confirmed_by_worker: int
    rejected_by_worker: int
    first_response_median_minutes: float | None
    first_response_p90_minutes: float | None
    first_response_within_due: float | None  # percent of tickets answered or overdue
    ratings_helped: int | None  # of the lawyer; null while fewer than five were given
    ratings_given: int
    bot_ratings_helped: int | None  # of what the bot had said before; likewise
    bot_ratings_given: int
    recontact: Recontact
    by_channel: list[Slice]
    by_topic: list[Slice]
    by_day: list[Day]


async def summary(
    session: AsyncSession, first: dt.date, last: dt.date, now: dt.datetime
) -> Summary:
    """Figures of the days `first` to `last`, both included, in Vietnam's time."""
    since, until = _midnight(first), _midnight(last + dt.timedelta(days=1))
    questions = await asked.questions(session, since, until)
    cases = await asked.cases(session, since, until, now)
    offline = await consultations.counted(session, first, last)
    ends = _count((one.end, one.number) for one in questions)
    received = ends.total() + len(offline)
    online = ends[End.BOT] + ends[End.LAWYER]
    waits = _count((one.wait, one.number) for one in cases if one.wait is not None)
    in_time = _count((one.in_time, one.number) for one in cases if one.in_time is not None)
    confirmed = _count((one.confirmed, one.number) for one in questions)
    rated = _count((one.rating, one.number) for one in cases if one.rating is not None)
    bot_rated = _count((one.bot_rating, one.number) for one in cases if one.bot_rating is not None)
    return Summary(
        from_day=first,
        to_day=last,
        received=received,
        answered_by_bot=ends[End.BOT],
        answered_by_lawyer=ends[End.LAWYER],
        clarifying=ends[End.CLARIFYING],
        still_open=ends[End.OPEN],
        closed_unanswered=ends[End.CLOSED],
        offline=len(offline),
        online=online,
        online_share=percent(online, received),
        goals=GOALS,
        confirmed_by_worker=confirmed[True],
        rejected_by_worker=confirmed[False],
        first_response_median_minutes=percentile(waits, 50),
        first_response_p90_minutes=percentile(waits, 90),
        first_response_within_due=percent(in_time[True], in_time.total()),
        ratings_helped=shown(rated[1], rated.total()),
        ratings_given=rated.total(),
        bot_ratings_helped=shown(bot_rated[1], bot_rated.total()),
        bot_ratings_given=bot_rated.total(),
        recontact=await recontact(session, since, until, now),
        by_channel=_slices(
            questions, lambda one: one.channel, (f"offline_{one.way}" for one in offline)
        ),
        by_topic=_slices(
            questions, lambda one: one.topic or "khac", (one.topic or "khac" for one in offline)
        ),
        by_day=_days(questions, offline, first, last),
    )


Named = TypeVar("Named")


def _count(numbers: Iterable[tuple[Named, int]]) -> Counter[Named]:
    counted: Counter[Named] = Counter()
    for name, number in numbers:
        counted[name] += number
    return counted


def _online(questions: Iterable[Asked]) -> Iterator[Asked]:
    return (one for one in questions if one.end in (End.BOT, End.LAWYER))


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), LOCAL)


def _slices(
    questions: Sequence[Asked], name_of: Callable[[Asked], str], offline: Iterable[str]
) -> list[Slice]:
    received = _count((name_of(one), one.number) for one in questions) + Counter(offline)
    online = _count((name_of(one), one.number) for one in _online(questions))
    return [
        Slice(name=name, received=number, online=online[name])
        for name, number in sorted(received.items(), key=lambda one: (-one[1], one[0]))
    ]


def _days(
    questions: Sequence[Asked], offline: Iterable[Counted], first: dt.date, last: dt.date
) -> list[Day]:
    received = _count((one.day, one.number) for one in questions)
    received.update(one.day for one in offline)
    online = _count((one.day, one.number) for one in _online(questions))
    span = [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]
    return [Day(day=day, received=received[day], online=online[day]) for day in span]


LONGEST_PERIOD = 366 * 2  # days


def period(query: dict[str, str], today: dt.date) -> tuple[dt.date, dt.date]:
    """The days asked for, the last thirty unless told; raises `ApiError`."""
    try:
        last = dt.date.fromisoformat(query["to"]) if query.get("to") else today
        first = (
            dt.date.fromisoformat(query["from"])
            if query.get("from")
            else last - dt.timedelta(days=29)
        )
    except (ValueError, OverflowError):
        raise ApiError(422, "invalid", "Ngày phải có dạng 2026-11-22.") from None
    if not 2000 <= first.year <= last.year <= 9000 or first > last:
        raise ApiError(422, "invalid", "Ngày bắt đầu phải trước ngày kết thúc.")
    if (last - first).days >= LONGEST_PERIOD:
        raise ApiError(422, "invalid", "Khoảng thời gian dài nhất là hai năm.")
    return first, last


async def read_summary(request: web.Request) -> Summary:
    office = office_of(request)
    now = office.clock()
    first, last = period(dict(request.query), now.astimezone(LOCAL).date())
    async with office.database.reading() as session:
        return await summary(session, first, last, now)


@routes.api("GET", "/api/reports/summary", REPORT_READERS, answer=Summary, query=("from", "to"))
async def get_summary(request: web.Request) -> web.Response:
    """Consultations, the online share against the goals, first response times, workers' ratings of
    bot and lawyers, and how many came back within seven days after their ticket was closed."""
    return json_response(await read_summary(request))
