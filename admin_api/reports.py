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
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from aiohttp import web
from pydantic import BaseModel
from sqlalchemy import ScalarSelect, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from admin_api.figures import percent, percentile, shown
from admin_api.office import office_of
from admin_api.recontact import Recontact, recontact
from admin_api.routing import REPORT_READERS, ApiError, Routes, json_response
from bot.models import Handoff, Outcome, Question
from escalation import consultations
from escalation.calendar import LOCAL
from escalation.consultations import Counted
from escalation.models import Ticket, TicketEvent
from escalation.vocabulary import OPEN_STATES, EventKind, State

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


@dataclass(frozen=True)
class _Case:
    """What a question's ticket came to, also with the other ticket that one of them absorbed."""

    ticket: Ticket
    opened_at: dt.datetime
    is_open: bool
    answered_at: dt.datetime | None


@dataclass(frozen=True)
class _Consultation:
    question: Question
    case: _Case | None

    @property
    def by_lawyer(self) -> bool:
        return self.case is not None and self.case.answered_at is not None

    @property
    def by_bot(self) -> bool:
        return self.case is None and self.question.outcome is Outcome.ANSWERED

    @property
    def online(self) -> bool:
        return self.by_bot or self.by_lawyer

    @property
    def waits(self) -> bool:
        return self.case is not None and self.case.is_open and not self.by_lawyer

    @property
    def closed_unanswered(self) -> bool:
        return self.case is not None and not self.case.is_open and not self.by_lawyer


async def summary(
    session: AsyncSession, first: dt.date, last: dt.date, now: dt.datetime
) -> Summary:
    """Figures of the days `first` to `last`, both included, in Vietnam's time."""
    since, until = _midnight(first), _midnight(last + dt.timedelta(days=1))
    asked = await _consultations(session, since, until)
    offline = await consultations.counted(session, first, last)
    received = len(asked) + len(offline)
    online = sum(one.online for one in asked)
    cases = [one.case for one in asked if one.case is not None]
    waits = _waits(cases)
    tickets = [case.ticket for case in cases]
    rated = [ticket.rating for ticket in tickets if ticket.rating is not None]
    bot_rated = [ticket.bot_rating for ticket in tickets if ticket.bot_rating is not None]
    return Summary(
        from_day=first,
        to_day=last,
        received=received,
        answered_by_bot=sum(one.by_bot for one in asked),
        answered_by_lawyer=sum(one.by_lawyer for one in asked),
        clarifying=sum(
            one.case is None and one.question.outcome is Outcome.CLARIFYING for one in asked
        ),
        still_open=sum(one.waits for one in asked),
        closed_unanswered=sum(one.closed_unanswered for one in asked),
        offline=len(offline),
        online=online,
        online_share=percent(online, received),
        goals=GOALS,
        confirmed_by_worker=sum(one.question.confirmed is True for one in asked),
        rejected_by_worker=sum(one.question.confirmed is False for one in asked),
        first_response_median_minutes=percentile(waits, 50),
        first_response_p90_minutes=percentile(waits, 90),
        first_response_within_due=_within_due(cases, now),
        ratings_helped=shown(sum(rated), len(rated)),
        ratings_given=len(rated),
        bot_ratings_helped=shown(sum(bot_rated), len(bot_rated)),
        bot_ratings_given=len(bot_rated),
        recontact=await recontact(session, since, until, now),
        by_channel=_slices(
            asked,
            lambda one: one.question.channel,
            (f"offline_{one.way}" for one in offline),
        ),
        by_topic=_slices(
            asked,
            lambda one: one.question.topic or "khac",
            (one.topic or "khac" for one in offline),
        ),
        by_day=_days(asked, offline, first, last),
    )


def _waits(cases: Iterable[_Case]) -> list[float]:
    """Minutes to the first answer of a person, sorted."""
    return sorted(
        (case.answered_at - case.opened_at).total_seconds() / 60
        for case in cases
        if case.answered_at is not None
    )


async def _consultations(
    session: AsyncSession, since: dt.datetime, until: dt.datetime
) -> list[_Consultation]:
    target = aliased(Ticket)
    rows = await session.execute(
        select(Question, Ticket, target.state, _answered(target))
        .outerjoin(Handoff, Handoff.question_id == Question.id)
        .outerjoin(Ticket, Ticket.id == Handoff.ticket_id)
        .outerjoin(target, target.id == Ticket.merged_into_id)
        .where(Question.asked_at >= since, Question.asked_at < until)
        .order_by(Question.id, Ticket.id)
    )
    by_question = {
        question.id: _Consultation(
            question, _case(question, ticket, state or ticket.state, at) if ticket else None
        )
        for question, ticket, state, at in rows
    }
    return list(by_question.values())


def _answered(target: type[Ticket]) -> ScalarSelect[dt.datetime]:
    """A person's first answer to the question, on its ticket or on the one that goes on.

    The tickets' own columns will not do: two that became one have the earliest answer of both,
    which may be older than this question.
    """
    talked = TicketEvent.data["outcome"].as_string() == "talked"
    return (
        select(func.min(TicketEvent.at))
        .where(
            TicketEvent.ticket_id.in_((Ticket.id, target.id)),
            or_(
                TicketEvent.kind == EventKind.REPLIED,
                (TicketEvent.kind == EventKind.CALLED) & talked,
            ),
            TicketEvent.at >= Question.asked_at,
        )
        .scalar_subquery()
    )


def _case(
    question: Question, ticket: Ticket, state: State, answered_at: dt.datetime | None
) -> _Case:
    opened_at = max(ticket.opened_at, question.asked_at)
    return _Case(ticket, opened_at, state in OPEN_STATES, answered_at)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), LOCAL)


def _within_due(cases: Iterable[_Case], now: dt.datetime) -> float | None:
    judged = [
        (case.answered_at or now) <= case.ticket.first_response_due_at
        for case in cases
        if case.answered_at is not None or case.ticket.first_response_due_at < now
    ]
    return percent(sum(judged), len(judged))


def _slices(
    asked: Iterable[_Consultation],
    name_of: Callable[[_Consultation], str],
    offline: Iterable[str],
) -> list[Slice]:
    received: Counter[str] = Counter(offline)
    online: Counter[str] = Counter()
    for one in asked:
        received[name_of(one)] += 1
        online[name_of(one)] += one.online
    return [
        Slice(name=name, received=number, online=online[name])
        for name, number in received.most_common()
    ]


def _days(
    asked: Iterable[_Consultation], offline: Iterable[Counted], first: dt.date, last: dt.date
) -> list[Day]:
    received = Counter(one.day for one in offline)
    online: Counter[dt.date] = Counter()
    for one in asked:
        day = one.question.asked_at.astimezone(LOCAL).date()
        received[day] += 1
        online[day] += one.online
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
