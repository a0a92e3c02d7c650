"""Colleagues named in a note with "@": who is meant, and what they have not read yet."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Sequence

from sqlalchemy import String, cast, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from escalation import interests, tickets, transfers
from escalation.models import Staff, Ticket, TicketEvent
from escalation.vocabulary import EventKind

REMEMBERED = dt.timedelta(days=30)
_NAMING = cast(TicketEvent.data, String).contains('"mentions"')


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def named(text: str, staff: Iterable[Staff]) -> list[int]:
    """Who is named, the longest name first: "@Lan Anh" is not Lan. (pure)"""
    by_name: dict[str, list[int]] = {}
    for one in staff:
        by_name.setdefault(_plain(one.name), []).append(one.id)
    if not by_name:
        return []
    names = "|".join(re.escape(name) for name in sorted(by_name, key=len, reverse=True))
    found = re.findall(rf"@({names})(?!\w)", _plain(text))
    return sorted({number for name in found for number in by_name[name]})


async def note(
    session: AsyncSession, ticket: Ticket, staff: Staff, text: str, now: dt.datetime
) -> TicketEvent:
    """A remark for colleagues; those it names are told, if they may see the ticket."""
    event = tickets.note(session, ticket, staff, text, now)
    if "@" in text:
        mentioned = named(text, await transfers.colleagues(session, ticket, staff))
        event.data = {"mentions": mentioned} if mentioned else {}
    return event


async def unread(session: AsyncSession, staff: Staff, now: dt.datetime) -> set[int]:
    """The tickets on which somebody named him lately, and where he has not been since."""
    later = aliased(TicketEvent)
    acted = exists().where(
        later.ticket_id == TicketEvent.ticket_id,
        later.id > TicketEvent.id,
        later.actor_id == staff.id,
    )
    rows = await session.execute(
        select(TicketEvent.ticket_id, TicketEvent.data)
        .join(Ticket, Ticket.id == TicketEvent.ticket_id)
        .where(TicketEvent.announced_at > now - REMEMBERED, TicketEvent.kind == EventKind.NOTED)
        .where(TicketEvent.at > now - REMEMBERED)  # of the few that the index gives
        .where(_NAMING, interests.open_to(staff.id), ~acted)
    )
    return {row.ticket_id for row in rows if _waits_for(row.data, staff)}


async def read(session: AsyncSession, ticket_id: int, staff: Staff) -> bool:
    """He has the ticket before him: what named him there is read. Returns whether anything was."""
    found = await session.scalars(
        select(TicketEvent).where(
            TicketEvent.ticket_id == ticket_id, TicketEvent.kind == EventKind.NOTED, _NAMING
        )
    )
    fresh = [event for event in found if _waits_for(event.data, staff)]
    if fresh:
        await _mark(session, [event.id for event in fresh], staff)
    return bool(fresh)


async def _mark(session: AsyncSession, event_ids: Sequence[int], staff: Staff) -> None:
    locked = await session.scalars(
        select(TicketEvent)
        .where(TicketEvent.id.in_(event_ids))
        .order_by(TicketEvent.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for event in locked:
        event.data = {**event.data, "read": [*event.data.get("read", []), staff.id]}


def _waits_for(data: dict[str, list[int]], staff: Staff) -> bool:
    return staff.id in data.get("mentions", []) and staff.id not in data.get("read", [])
