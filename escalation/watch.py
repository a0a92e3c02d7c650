"""What time alone does to tickets, each thing said once.

A look takes a batch and locks it. Other replicas pass over what is locked, and find nothing left
to say once it is committed; what a replica that dies had locked is free again. A ticket that moved
meanwhile is left alone.
"""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping, Sequence

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from escalation import assignment, ladder, policies, running, tickets, transfers
from escalation.calendar import LOCAL
from escalation.clock import LONGEST_WAIT
from escalation.models import Ticket
from escalation.tickets import record
from escalation.vocabulary import OPEN_STATES, EventKind, Priority, State

BATCH = 200
LAST_CALL = dt.timedelta(days=3)  # from the reminder to the closing
NEAR = dt.timedelta(days=14)  # before a last day of the law

_OPEN = Ticket.state.in_(OPEN_STATES)
# Nobody is reminded or given up while it is we who owe an answer.
_WAITS = and_(Ticket.state == State.ON_HOLD, Ticket.answer_due_at.is_(None))


async def _locked(session: AsyncSession, *wanted: ColumnElement[bool]) -> Sequence[Ticket]:
    found = await session.scalars(
        select(Ticket)
        .where(*wanted)
        .order_by(Ticket.next_due_at, Ticket.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    return found.all()


# -- terms ----------------------------------------------------------------------------------------


async def record_breaches(session: AsyncSession, now: dt.datetime) -> list[str]:
    """Append one breach event for each deadline that has passed; returns the tickets' codes."""
    told = Ticket.breached_due_at
    untold = or_(told.is_(None), told != Ticket.next_due_at)
    found = await _locked(session, _OPEN, Ticket.next_due_at <= now, untold)
    for ticket in found:
        _tell(session, ticket, EventKind.BREACHED, now)
        ticket.breached_due_at = ticket.next_due_at
        ticket.level = ladder.LAWYER
        ticket.rises_at = _rises_at(ticket)
    return [ticket.code for ticket in found]


async def record_risks(session: AsyncSession, now: dt.datetime) -> list[str]:
    """Warn once of each deadline when three quarters of its time are gone."""
    told = Ticket.warned_due_at
    untold = or_(told.is_(None), told != Ticket.next_due_at)
    found = await _locked(session, _OPEN, Ticket.risk_at <= now, Ticket.next_due_at > now, untold)
    for ticket in found:
        _tell(session, ticket, EventKind.AT_RISK, now)
        ticket.warned_due_at = ticket.next_due_at
    return [ticket.code for ticket in found]


async def climb(session: AsyncSession, now: dt.datetime) -> list[str]:
    """A breach nobody has mended goes one level up."""
    found = await _locked(session, _OPEN, Ticket.rises_at <= now)
    for ticket in found:
        ticket.level += 1
        ticket.rises_at = _rises_at(ticket)
        _tell(session, ticket, EventKind.ESCALATED, now)
    return [ticket.code for ticket in found]


def _rises_at(ticket: Ticket) -> dt.datetime | None:
    assert ticket.next_due_at is not None
    target = running.terms_of(ticket).target(running.read(ticket))
    return ladder.rises_at(target, ticket.next_due_at, ticket.level)


def _tell(session: AsyncSession, ticket: Ticket, kind: EventKind, now: dt.datetime) -> None:
    assert ticket.next_due_at is not None
    data = {"hand": running.read(ticket).hand, "due": ticket.next_due_at.isoformat()}
    level = {"level": ticket.level} if kind is EventKind.ESCALATED else {}
    record(session, ticket, kind, now, data={**data, **level})


# -- waiting for the worker -----------------------------------------------------------------------


async def remind(session: AsyncSession, now: dt.datetime) -> list[str]:
    """Seven days without a word from the worker: he is reminded once."""
    unsaid = Ticket.reminded_at.is_(None)
    found = await _locked(session, _WAITS, unsaid, Ticket.held_at <= now - LONGEST_WAIT)
    for ticket in found:
        tickets.remind(session, ticket, now)
    return [ticket.code for ticket in found]


async def give_up(session: AsyncSession, now: dt.datetime) -> list[str]:
    """Three days after the reminder the ticket is closed; he may open it again by writing."""
    found = await _locked(session, _WAITS, Ticket.reminded_at <= now - LAST_CALL)
    for ticket in found:
        tickets.give_up(session, ticket, now)
    return [ticket.code for ticket in found]


# -- the worker's own clock -----------------------------------------------------------------------


async def raise_near_limits(session: AsyncSession, now: dt.datetime) -> list[str]:
    """What the law cuts off within a fortnight is urgent, from the next open hour on.

    An urgent answer is due day and night: nobody is woken for a term of weeks.
    """
    if not policies.read(await policies.newest(session)).office.is_open(now):
        return []
    near = now.astimezone(LOCAL).date() + NEAR
    normal = Ticket.priority == Priority.NORMAL
    found = await _locked(session, _OPEN, normal, Ticket.limitation_on <= near)
    for ticket in found:
        tickets.prioritise(session, ticket, now, "limitation")
    return [ticket.code for ticket in found]


Look = Callable[[AsyncSession, dt.datetime], Awaitable[list[str]]]

LOOKS: Mapping[str, Look] = {  # by the name under which it is logged
    "limitation_near": raise_near_limits,
    "deadline_passed": record_breaches,
    "deadline_near": record_risks,
    "escalated": climb,
    "reminded": remind,
    "given_up": give_up,
    "assignee_silent": assignment.release_silent,
    "assignee_left": assignment.release_left,
    "assignee_tied": assignment.release_tied,
    "offer_lapsed": transfers.lapse,
}
