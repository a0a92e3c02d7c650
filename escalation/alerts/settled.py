"""Alerts that need not be told any more: the ticket was taken, answered or closed meanwhile."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from escalation import absence, interests
from escalation.models import Alert, Callback, Staff, Ticket, Transfer
from escalation.vocabulary import EventKind

Due = tuple[Alert, Staff, Ticket | None]


@dataclass(frozen=True)
class _Now:
    """How things stand when somebody is about to be told."""

    ticket: Ticket
    staff: Staff
    at: dt.datetime
    offered: bool  # to him
    calls_wait: bool
    away: Collection[int]

    @property
    def with_another(self) -> bool:
        """Who has it minds it himself, unless he is away."""
        return self.ticket.assignee_id not in (None, self.staff.id, *self.away)


Settled = Callable[[_Now], bool]

_SETTLED: dict[str, Settled] = {
    EventKind.OPENED: lambda now: now.ticket.assignee_id is not None,
    EventKind.RETURNED: lambda now: now.ticket.assignee_id is not None,
    EventKind.WROTE: lambda now: now.with_another or now.ticket.answer_due_at is None,
    EventKind.REOPENED: lambda now: now.with_another,
    EventKind.PRIORITISED: lambda now: now.with_another,
    EventKind.ASKED_BACK: lambda now: now.with_another or not now.calls_wait,
    EventKind.AT_RISK: lambda now: now.with_another or not _passed(now.ticket.risk_at, now),
    EventKind.BREACHED: lambda now: now.with_another or not _passed(now.ticket.next_due_at, now),
    EventKind.ESCALATED: lambda now: not now.ticket.level,
    EventKind.SUBMITTED: lambda now: now.ticket.submitted_at is None,
    EventKind.SENT_BACK: lambda now: now.ticket.submitted_at is not None,
    EventKind.OFFERED: lambda now: not now.offered,
    EventKind.REFUSED: lambda now: now.ticket.assignee_id != now.staff.id,
    EventKind.LAPSED: lambda now: now.ticket.assignee_id != now.staff.id,
}
# These stay of interest when the ticket is closed; what he did himself is answered in any case.
_EVEN_CLOSED = (EventKind.NOTED, EventKind.ACCEPTED)


def _passed(at: dt.datetime | None, now: _Now) -> bool:
    return at is not None and at <= now.at


async def among(session: AsyncSession, due: Sequence[Due], at: dt.datetime) -> set[int]:
    """The numbers of those that are void."""
    away = await absence.away(session, absence.day_of(at))
    gone = await _not_here(session, due, away)
    offers = await _offers(session, due, at)
    calls = await _calls(session, due)
    void = set()
    for alert, staff, ticket in due:
        if staff.disabled_at is not None or alert.id in gone:
            void.add(alert.id)
        elif ticket is not None and alert.kind in (*_SETTLED, *_EVEN_CLOSED):
            offered = (ticket.id, staff.id) in offers
            stands = _Now(ticket, staff, at, offered, ticket.id in calls, away)
            if _is_settled(alert.kind, stands):
                void.add(alert.id)
    return void


def _is_settled(kind: str, now: _Now) -> bool:
    if kind in _EVEN_CLOSED:
        return False
    return not now.ticket.is_open or _SETTLED[kind](now)


async def _not_here(session: AsyncSession, due: Sequence[Due], away: Collection[int]) -> set[int]:
    """Of people who have come to be away, or tied to the worker's employer.

    Who is told all the same although he is away has no one else to stand in for him.
    """
    found = set()
    for alert, staff, ticket in due:
        if staff.id in away and alert.kind in _SETTLED and alert.kind != EventKind.ESCALATED:
            found.add(alert.id)
        elif ticket is not None:
            barred = await session.scalars(interests.barred_from(ticket))
            if staff.id in barred.all():
                found.add(alert.id)
    return found


async def _offers(
    session: AsyncSession, due: Sequence[Due], at: dt.datetime
) -> set[tuple[int, int]]:
    """Tickets that wait for somebody's word, and his number."""
    rows = await session.execute(
        select(Transfer.ticket_id, Transfer.to_id).where(
            Transfer.ticket_id.in_(_tickets(due)), Transfer.lapses_at > at
        )
    )
    return {(row.ticket_id, row.to_id) for row in rows}


async def _calls(session: AsyncSession, due: Sequence[Due]) -> set[int]:
    """Tickets whose worker waits to be rung back."""
    open_ones = select(Callback.ticket_id).where(
        Callback.ticket_id.in_(_tickets(due)), Callback.closed_at.is_(None)
    )
    return set(await session.scalars(open_ones))


def _tickets(due: Iterable[Due]) -> set[int]:
    return {ticket.id for _, _, ticket in due if ticket is not None}
