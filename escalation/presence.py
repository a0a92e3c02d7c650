"""Who has a ticket open and who is writing, across processes."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from escalation.models import Presence, Staff

STAYS = dt.timedelta(seconds=30)  # since the page was last heard of
TYPES = dt.timedelta(seconds=15)  # since the last letter


@dataclass(frozen=True, order=True)
class Here:
    """Somebody who has the ticket open."""

    name: str
    staff_id: int
    typing: bool


async def ping(
    session: AsyncSession, ticket_id: int, staff: Staff, typing: bool, now: dt.datetime
) -> None:
    """He has the ticket open; whoever has not been heard of for long is forgotten."""
    if not await _seen(session, ticket_id, staff, typing, now):
        await _come(session, ticket_id, staff, typing, now)
    await forget(session, now)


async def _seen(
    session: AsyncSession, ticket_id: int, staff: Staff, typing: bool, now: dt.datetime
) -> bool:
    found = await session.scalar(
        update(Presence)
        .where(Presence.ticket_id == ticket_id, Presence.staff_id == staff.id)
        .values(seen_at=now, typed_at=now if typing else None)
        .returning(Presence.staff_id)
        .execution_options(synchronize_session=False)
    )
    return found is not None


async def _come(
    session: AsyncSession, ticket_id: int, staff: Staff, typing: bool, now: dt.datetime
) -> None:
    one = Presence(ticket_id=ticket_id, staff_id=staff.id, seen_at=now)
    one.typed_at = now if typing else None
    try:
        async with session.begin_nested():
            session.add(one)
    except IntegrityError:  # another of his windows came first
        await _seen(session, ticket_id, staff, typing, now)


async def forget(session: AsyncSession, now: dt.datetime) -> None:
    """Forget who is gone; of two that do so at once each takes what the other leaves."""
    key = (Presence.ticket_id, Presence.staff_id)
    gone = select(*key).where(Presence.seen_at <= now - STAYS).with_for_update(skip_locked=True)
    await session.execute(
        delete(Presence).where(tuple_(*key).in_(gone)).execution_options(synchronize_session=False)
    )


async def on(
    session: AsyncSession, ticket_ids: Collection[int], now: dt.datetime
) -> dict[int, tuple[Here, ...]]:
    """Who has these tickets open, by name."""
    rows = await session.execute(
        select(Presence.ticket_id, Staff.id, Staff.name, Presence.typed_at)
        .join(Staff, Staff.id == Presence.staff_id)
        .where(Presence.ticket_id.in_(ticket_ids), Presence.seen_at > now - STAYS)
    )
    found: dict[int, list[Here]] = {}
    for ticket_id, staff_id, name, typed_at in rows:
        typing = typed_at is not None and typed_at > now - TYPES
        found.setdefault(ticket_id, []).append(Here(name, staff_id, typing))
    return {ticket_id: tuple(sorted(those)) for ticket_id, those in found.items()}
