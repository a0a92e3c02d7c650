"""What the staff must know becomes alerts, each event's exactly once: it is locked meanwhile.

Everybody is told on one way: on his Telegram if it is linked, else by mail.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from escalation.alerts import addressees
from escalation.calendar import LOCAL
from escalation.models import Alert, Staff, Ticket, TicketEvent
from escalation.vocabulary import AlertState, Via

TEST = "test"
_BATCH = 100


@dataclass(frozen=True)
class Ways:
    """How this hotline can reach its staff."""

    mail: bool = False
    telegram: bool = False

    def to(self, staff: Staff) -> Via | None:
        """His one way; None where he is told in the console alone."""
        if self.telegram and staff.telegram is not None:
            return Via.TELEGRAM
        return Via.MAIL if self.mail and staff.by_mail else None

    def still(self, alert: Alert, staff: Staff) -> Via | None:
        """The way of an alert now: what has once gone over to mail stays there."""
        if alert.via is Via.MAIL and self.mail and staff.by_mail:
            return Via.MAIL
        return self.to(staff)


NONE = Ways()


async def raise_alerts(session: AsyncSession, ways: Ways, now: dt.datetime) -> int:
    """Turn events not yet looked at into alerts; returns how many events were handled."""
    rows = await session.scalars(
        select(TicketEvent)
        .where(TicketEvent.alerted_at.is_(None))
        .order_by(TicketEvent.id)
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    )
    if not (events := rows.all()):
        return 0
    team = await addressees.team(session, now)
    for event in events:
        ticket = await session.get_one(Ticket, event.ticket_id)
        woken = await addressees.woken(session, ticket, team)
        for staff in await addressees.of(session, event, ticket, team):
            due_at = now if staff.id in woken else awake_at(staff, now)
            once = f"event:{event.id}:{staff.id}"
            say(session, ways, staff, event.kind, once, due_at, ticket_id=ticket.id)
        event.alerted_at = now
    return len(events)


def say(
    session: AsyncSession,
    ways: Ways,
    staff: Staff,
    kind: str,
    once: str,
    due_at: dt.datetime,
    *,
    ticket_id: int | None = None,
) -> None:
    """Queue one alert, on his way; nothing where he has none."""
    via = ways.to(staff)
    if via is not None:
        session.add(
            Alert(
                staff_id=staff.id,
                via=via,
                kind=kind,
                ticket_id=ticket_id,
                once=once,
                state=AlertState.QUEUED,
                due_at=due_at,
                attempts=0,
            )
        )


def awake_at(staff: Staff, now: dt.datetime) -> dt.datetime:
    """When his quiet hours end; now outside of them. They may go past midnight. (pure)"""
    local = now.astimezone(LOCAL)
    minute = local.hour * 60 + local.minute
    begins, ends = staff.quiet_from, staff.quiet_until
    quiet = begins <= minute < ends if begins <= ends else minute >= begins or minute < ends
    if not quiet:
        return now
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    morning = midnight + dt.timedelta(minutes=ends, days=0 if minute < ends else 1)
    return morning.astimezone(dt.UTC)
