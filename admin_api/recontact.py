"""Whether an answer lasted: who came back within seven days after a lawyer closed his ticket.

He came back when he wrote about it again, asked the bot anything, or had another ticket opened. A
ticket is judged once seven days have passed, and only where its worker would be known again: not
after a call that was never linked to a chat, and not once his talk is forgotten.
"""

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from admin_api.figures import shown, shown_percent
from bot.channels.voice import NAME as PHONE
from bot.models import Contact, Conversation, Question
from escalation.models import Ticket, TicketEvent
from escalation.vocabulary import EventKind

WITHIN = dt.timedelta(days=7)

Moments = dict[int, list[dt.datetime]]  # by ticket or by person, sorted


class Recontact(BaseModel):
    """`closed` = pending + untraced + judged."""

    closed: int  # tickets that a lawyer closed in the period
    pending: int  # their seven days are not over
    untraced: int  # nobody can tell whether their worker came back
    judged: int
    again: int | None  # came back; null while fewer than five are judged
    share: float | None  # percent of `judged` that came back
    durable_share: float | None  # percent that did not


@dataclass
class _Closed:
    """One ticket and its closings in the period."""

    ticket_id: int
    person_id: int | None
    closings: list[dt.datetime] = field(default_factory=list)

    def is_over(self, now: dt.datetime) -> bool:
        return max(self.closings) + WITHIN <= now

    def again(self, reopened: Moments, asked: Moments) -> bool:
        of_person = asked.get(self.person_id, ()) if self.person_id else ()
        moments = (reopened.get(self.ticket_id, ()), of_person)
        return any(_soon_after(at, one) for at in self.closings for one in moments)


def _soon_after(closed_at: dt.datetime, moments: Sequence[dt.datetime]) -> bool:
    following = bisect_right(moments, closed_at)
    return following < len(moments) and moments[following] <= closed_at + WITHIN


async def recontact(
    session: AsyncSession, since: dt.datetime, until: dt.datetime, now: dt.datetime
) -> Recontact:
    closed = await _closed(session, since, until)
    reopened = await _reopened(session, since, until + WITHIN)
    asked = await _asked(session, since, until + WITHIN)
    over = [one for one in closed if one.is_over(now)]
    judged = [one for one in over if one.person_id is not None]
    again = sum(one.again(reopened, asked) for one in judged)
    return Recontact(
        closed=len(closed),
        pending=len(closed) - len(over),
        untraced=len(over) - len(judged),
        judged=len(judged),
        again=shown(again, len(judged)),
        share=shown_percent(again, len(judged)),
        durable_share=shown_percent(len(judged) - again, len(judged)),
    )


async def _closed(session: AsyncSession, since: dt.datetime, until: dt.datetime) -> list[_Closed]:
    """What a lawyer closed; not what ended because the worker fell silent."""
    rows = await session.execute(
        select(TicketEvent.ticket_id, TicketEvent.at, Contact.id, Ticket.person_id)
        .join(Ticket, Ticket.id == TicketEvent.ticket_id)
        .outerjoin(Conversation, Conversation.id == Ticket.person_id)
        .outerjoin(Contact, (Contact.id == Conversation.contact_id) & (Contact.channel != PHONE))
        .where(
            TicketEvent.kind == EventKind.RESOLVED,
            TicketEvent.actor_id.is_not(None),
            *_between(since, until),
        )
    )
    found: dict[int, _Closed] = {}
    for ticket_id, at, contact_id, person_id in rows:
        known = person_id if contact_id is not None else None
        found.setdefault(ticket_id, _Closed(ticket_id, known)).closings.append(at)
    return list(found.values())


async def _reopened(session: AsyncSession, since: dt.datetime, until: dt.datetime) -> Moments:
    rows = await session.execute(
        select(TicketEvent.ticket_id, TicketEvent.at).where(
            TicketEvent.kind == EventKind.REOPENED,
            TicketEvent.actor_id.is_(None),  # not a lawyer's second thoughts
            *_between(since, until),
        )
    )
    return _by_owner(rows)


def _between(since: dt.datetime, until: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    """Nothing is told before it happens: the index of what was told finds the days."""
    told = TicketEvent.announced_at
    return (
        or_(told.is_(None), told >= since),
        TicketEvent.at >= since,
        TicketEvent.at < until,
    )


async def _asked(session: AsyncSession, since: dt.datetime, until: dt.datetime) -> Moments:
    """When each person asked something, or had a ticket opened for what he had asked before."""
    questions = await session.execute(
        select(Question.conversation_id, Question.asked_at).where(
            Question.conversation_id.is_not(None),
            Question.asked_at >= since,
            Question.asked_at < until,
        )
    )
    opened = await session.execute(
        select(Ticket.person_id, Ticket.opened_at).where(
            Ticket.person_id.is_not(None), Ticket.opened_at >= since, Ticket.opened_at < until
        )
    )
    return _by_owner([*questions, *opened])


def _by_owner(rows: Iterable[tuple[int | None, dt.datetime]]) -> Moments:
    found: Moments = defaultdict(list)
    for owner, at in rows:
        if owner is not None:
            found[owner].append(at)
    for moments in found.values():
        moments.sort()
    return found
