"""What was asked in a period and what came of it, counted by the database.

A question's ticket is the newest one it was handed over on. Where that was merged, the other
ticket tells how it stands, and an answer on either is an answer.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import (
    CTE,
    ColumnElement,
    Numeric,
    ScalarSelect,
    Select,
    and_,
    case,
    cast,
    func,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.models import Handoff, Outcome, Question
from escalation.models import Ticket, TicketEvent
from escalation.vocabulary import OPEN_STATES, EventKind
from hotline.db import local_day, minutes_between

_Target = aliased(Ticket)  # into which the question's ticket was merged


class End(StrEnum):
    """What came of a question so far."""

    BOT = "bot"  # answered it
    LAWYER = "lawyer"
    CLARIFYING = "clarifying"
    OPEN = "open"  # a lawyer's turn
    CLOSED = "closed"  # without an answer
    NOTHING = "nothing"


@dataclass(frozen=True)
class Asked:
    """How many questions are alike in all this."""

    day: dt.date
    channel: str
    topic: str | None
    end: End
    confirmed: bool | None  # by the worker
    number: int


@dataclass(frozen=True)
class Cases:
    """How many questions that became tickets are alike in all this."""

    wait: float | None  # minutes until a person answered, to a tenth
    in_time: bool | None  # None: neither answered nor overdue
    rating: int | None
    bot_rating: int | None
    number: int


async def questions(session: AsyncSession, since: dt.datetime, until: dt.datetime) -> list[Asked]:
    alike = (
        local_day(Question.asked_at),
        Question.channel,
        Question.topic,
        _end(),
        Question.confirmed,
    )
    rows = await session.execute(
        _of_period(select(*alike, func.count()), since, until).group_by(*alike)
    )
    return [
        Asked(day, channel, topic, End(end), confirmed, number)
        for day, channel, topic, end, confirmed, number in rows
    ]


async def cases(
    session: AsyncSession, since: dt.datetime, until: dt.datetime, now: dt.datetime
) -> list[Cases]:
    one = _each_case(since, until)
    in_time = case(
        (one.c.answered.is_not(None), one.c.answered <= one.c.due), (one.c.due < now, False)
    )
    wait = func.round(cast(minutes_between(one.c.opened, one.c.answered), Numeric), 1)
    alike = (wait, in_time, one.c.rating, one.c.bot_rating)
    rows = await session.execute(select(*alike, func.count()).group_by(*alike))
    return [
        Cases(None if wait is None else float(wait), in_time, rating, bot_rating, number)
        for wait, in_time, rating, bot_rating, number in rows
    ]


def _each_case(since: dt.datetime, until: dt.datetime) -> CTE:
    # The ticket's start is the earliest of what was merged; this question may be younger.
    opened = case((Ticket.opened_at > Question.asked_at, Ticket.opened_at), else_=Question.asked_at)
    wanted = select(
        opened.label("opened"),
        _answered_at().label("answered"),
        Ticket.first_response_due_at.label("due"),
        Ticket.rating,
        Ticket.bot_rating,
    )
    found = _of_period(wanted, since, until).where(Ticket.id.is_not(None))
    return found.cte().prefix_with("MATERIALIZED")  # the answer is looked up once for each


_Wanted = TypeVar("_Wanted", bound=Select[*tuple[Any, ...]])


def _of_period(wanted: _Wanted, since: dt.datetime, until: dt.datetime) -> _Wanted:
    newest = (
        select(func.max(Handoff.ticket_id))
        .where(Handoff.question_id == Question.id)
        .scalar_subquery()
    )
    return (
        wanted.select_from(Question)
        .outerjoin(Ticket, Ticket.id == newest)
        .outerjoin(_Target, _Target.id == Ticket.merged_into_id)
        .where(Question.asked_at >= since, Question.asked_at < until)
    )


def _end() -> ColumnElement[str]:
    no_ticket = Ticket.id.is_(None)
    is_open = func.coalesce(_Target.state, Ticket.state).in_(OPEN_STATES)
    return case(
        (and_(no_ticket, Question.outcome == Outcome.ANSWERED), End.BOT),
        (and_(no_ticket, Question.outcome == Outcome.CLARIFYING), End.CLARIFYING),
        (no_ticket, End.NOTHING),
        (_answered_at().is_not(None), End.LAWYER),
        (is_open, End.OPEN),
        else_=End.CLOSED,
    )


def _answered_at() -> ScalarSelect[dt.datetime]:
    """A person's first answer after the question was asked, on its ticket or on the one it joined.

    The tickets' own columns will not do: two that became one have the earliest answer of both,
    which may be older than this question.
    """
    talked = TicketEvent.data["outcome"].as_string() == "talked"
    return (
        select(func.min(TicketEvent.at))
        .where(
            TicketEvent.ticket_id.in_((Ticket.id, _Target.id)),
            or_(
                TicketEvent.kind == EventKind.REPLIED,
                and_(TicketEvent.kind == EventKind.CALLED, talked),
            ),
            TicketEvent.at >= Question.asked_at,
        )
        .scalar_subquery()
    )
