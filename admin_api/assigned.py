"""Who has a ticket, who was asked to take it and where it went, as the office sees it."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.models import Handoff
from escalation import collective, interests, referrals, transfers
from escalation.models import Staff, Ticket, TicketEvent
from escalation.vocabulary import OPEN_STATES, Agency, EventKind, State


class Offered(BaseModel):
    """A transfer that waits for the other's word; `yours`: you are the other."""

    giver: str
    taker: str
    lapses_at: dt.datetime
    yours: bool


class Waiting(BaseModel):
    """A ticket that was offered to whoever reads this."""

    code: str
    subject: str
    giver: str
    lapses_at: dt.datetime


class Referred(BaseModel):
    """Where the case was sent on to, and what came back."""

    id: int
    agency: Agency
    name: str
    sent_on: dt.date
    note: str | None
    answered_on: dt.date | None
    answer: str | None


class Member(BaseModel):
    """A ticket of a collective matter."""

    code: str
    alias: str
    subject: str
    state: State
    assignee: str | None
    next_due_at: dt.datetime | None
    first_responded_at: dt.datetime | None
    is_master: bool


class Matter(BaseModel):
    """The tickets that are answered together; none where the ticket stands alone."""

    master: str | None
    employer: str | None
    members: list[Member]


async def transfer(
    session: AsyncSession, ticket: Ticket, reader_id: int, now: dt.datetime
) -> Offered | None:
    found = await transfers.of(session, ticket)
    if found is None or found.lapses_at <= now:
        return None
    return Offered(
        giver=found.giver.name,
        taker=found.taker.name,
        lapses_at=found.lapses_at,
        yours=found.taker.id == reader_id,
    )


async def waiting(session: AsyncSession, staff_id: int, now: dt.datetime) -> list[Waiting]:
    return [
        Waiting(
            code=one.ticket.code,
            subject=one.ticket.subject,
            giver=one.giver.name,
            lapses_at=one.lapses_at,
        )
        for one in await transfers.offered_to(session, staff_id)
        if one.lapses_at > now
    ]


async def referrals_of(session: AsyncSession, ticket: Ticket) -> list[Referred]:
    rows = await referrals.of(session, ticket)
    return [Referred.model_validate(one, from_attributes=True) for one in rows]


async def code_of(session: AsyncSession, ticket_id: int | None) -> str | None:
    if ticket_id is None:
        return None
    code: str | None = await session.scalar(select(Ticket.code).where(Ticket.id == ticket_id))
    return code


async def same_worker(session: AsyncSession, ticket: Ticket, reader_id: int) -> list[str]:
    """His other open tickets that the reader may see."""
    here = aliased(Handoff)
    rows = await session.scalars(
        select(Ticket.code)
        .join(Handoff, Handoff.ticket_id == Ticket.id)
        .join(here, here.conversation_id == Handoff.conversation_id)
        .where(here.ticket_id == ticket.id, Ticket.id != ticket.id)
        .where(Ticket.state.in_(OPEN_STATES), interests.open_to(reader_id))
        .order_by(Ticket.id)
    )
    return list(rows)


async def matter(session: AsyncSession, ticket: Ticket, reader_id: int) -> Matter:
    if ticket.master_id is None:
        return Matter(master=None, employer=None, members=[])
    names = {row.id: row.name for row in await session.execute(select(Staff.id, Staff.name))}
    found = await collective.members(session, ticket.master_id, reader_id)
    members = [
        Member(
            **{name: getattr(one, name) for name in _SHOWN},
            assignee=names.get(one.assignee_id or 0),
            is_master=one.id == ticket.master_id,
        )
        for one in found
    ]
    code = await code_of(session, ticket.master_id)
    return Matter(master=code, employer=ticket.employer, members=members)


_SHOWN = ("code", "alias", "subject", "state", "next_due_at", "first_responded_at")


def about(event: TicketEvent, names: Mapping[int, str]) -> str | None:
    """Whom, where to or why: what an event of these says beyond its kind."""
    data: Mapping[str, Any] = event.data
    match event.kind:
        case EventKind.OFFERED:
            return names.get(data.get("to", 0))
        case EventKind.RETURNED:
            return data.get("reason")
        case EventKind.REFERRED | EventKind.REFERRAL_ANSWERED:
            return event.text
        case EventKind.JOINED:
            return data.get("master")
        case EventKind.MERGED:
            return data.get("into")
        case EventKind.ABSORBED:
            return data.get("from")
    return None
