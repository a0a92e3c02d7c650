"""Whether an answer lasted: who came back within seven days after a lawyer closed his ticket.

He came back when he wrote about it again, asked the bot anything, or had another ticket opened. A
ticket is judged once seven days have passed, and only where its worker would be known again: not
after a call that was never linked to a chat, and not once his talk is forgotten.
"""

import datetime as dt

from pydantic import BaseModel
from sqlalchemy import ColumnElement, Subquery, and_, case, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from admin_api.figures import shown, shown_percent
from bot.channels.voice import NAME as PHONE
from bot.models import Contact, Conversation, Question
from escalation.models import Ticket, TicketEvent
from escalation.vocabulary import EventKind
from hotline.db import minutes_between

WITHIN = dt.timedelta(days=7)


class Recontact(BaseModel):
    """`closed` = pending + untraced + judged."""

    closed: int  # tickets that a lawyer closed in the period
    pending: int  # their seven days are not over
    untraced: int  # nobody can tell whether their worker came back
    judged: int
    again: int | None  # came back; null while fewer than five are judged
    share: float | None  # percent of `judged` that came back
    durable_share: float | None  # percent that did not


async def recontact(
    session: AsyncSession, since: dt.datetime, until: dt.datetime, now: dt.datetime
) -> Recontact:
    closed = _closed(since, until)
    over, traced = closed.c.last <= now - WITHIN, closed.c.traced == 1
    judged = and_(over, traced)
    numbers = select(
        func.count(),
        func.count(case((over, 1))),
        func.count(case((judged, 1))),
        func.count(case((and_(judged, closed.c.again == 1), 1))),
    ).select_from(closed)
    all_of_them, finished, known, again = (await session.execute(numbers)).one()
    return Recontact(
        closed=all_of_them,
        pending=all_of_them - finished,
        untraced=finished - known,
        judged=known,
        again=shown(again, known),
        share=shown_percent(again, known),
        durable_share=shown_percent(known - again, known),
    )


def _closed(since: dt.datetime, until: dt.datetime) -> Subquery:
    """What a lawyer closed, a row each; not what ended because the worker fell silent."""
    again = or_(_opened_again(), _asked_again(), _another_ticket())
    return (
        select(
            func.max(TicketEvent.at).label("last"),
            func.max(case((Contact.id.is_not(None), 1), else_=0)).label("traced"),
            func.max(case((again, 1), else_=0)).label("again"),
        )
        .join(Ticket, Ticket.id == TicketEvent.ticket_id)
        .outerjoin(Conversation, Conversation.id == Ticket.person_id)
        .outerjoin(Contact, (Contact.id == Conversation.contact_id) & (Contact.channel != PHONE))
        .where(
            TicketEvent.kind == EventKind.RESOLVED,
            TicketEvent.actor_id.is_not(None),
            # Nothing is told before it happens: the index of what was told finds the days.
            or_(TicketEvent.announced_at.is_(None), TicketEvent.announced_at >= since),
            TicketEvent.at >= since,
            TicketEvent.at < until,
        )
        .group_by(TicketEvent.ticket_id)
        .subquery()
    )


def _opened_again() -> ColumnElement[bool]:
    reopened = aliased(TicketEvent)
    return exists().where(
        reopened.ticket_id == TicketEvent.ticket_id,
        reopened.kind == EventKind.REOPENED,
        reopened.actor_id.is_(None),  # not a lawyer's second thoughts
        *_soon(reopened.at),
    )


def _asked_again() -> ColumnElement[bool]:
    return exists().where(Question.conversation_id == Ticket.person_id, *_soon(Question.asked_at))


def _another_ticket() -> ColumnElement[bool]:
    """For what he had asked before."""
    other = aliased(Ticket)
    return exists().where(other.person_id == Ticket.person_id, *_soon(other.opened_at))


def _soon(moment: InstrumentedAttribute[dt.datetime]) -> tuple[ColumnElement[bool], ...]:
    """After the closing, within the days that count."""
    span = minutes_between(TicketEvent.at, moment)
    return moment > TicketEvent.at, span <= WITHIN.total_seconds() / 60
