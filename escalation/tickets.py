"""What can happen to a ticket. Every change appends a `TicketEvent`; nothing here commits."""

import datetime as dt
import itertools
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from escalation.models import Callback, Staff, Ticket, TicketEvent
from escalation.sla import Policy
from escalation.vocabulary import ANNOUNCED, OPEN_STATES, EventKind, Kind, Priority, State

# No 0/O, 1/I/L, 5/S or 8/B: a code is read aloud and typed on a telephone.
_CODE_LETTERS = "234679ACDEFGHJKMNPQRTUVWXYZ"
_KEYPAD = ("", "", "ABC", "DEF", "GHI", "JKL", "MNO", "PQRS", "TUV", "WXYZ")
_ON_KEY = {
    str(key): [one for one in f"{key}{letters}" if one in _CODE_LETTERS]
    for key, letters in enumerate(_KEYPAD)
}
_CODE = re.compile(r"HP-[0-9A-Z]{4}")


class Conflict(Exception):
    """Somebody else was first, or the ticket is past that step."""


@dataclass(frozen=True)
class Opening:
    """What is known when a ticket is opened. `asked_at` starts the clock: the worker's own time."""

    kind: Kind
    priority: Priority
    channel: str
    subject: str
    asked_at: dt.datetime
    topic: str | None = None


async def open_ticket(
    session: AsyncSession, opening: Opening, policy: Policy, now: dt.datetime
) -> Ticket:
    since = min(opening.asked_at, now)  # a provider's clock may run ahead of ours
    first_due = policy.first_response_due(opening.priority, since)
    ticket = Ticket(
        code=await _free_code(session),
        kind=opening.kind,
        priority=opening.priority,
        state=State.NEW,
        channel=opening.channel,
        topic=opening.topic,
        alias=f"Người lao động {secrets.token_hex(2).upper()}",
        subject=opening.subject,
        opened_at=since,
        first_response_due_at=first_due,
        resolution_due_at=policy.resolution_due(opening.priority, since),
        next_due_at=first_due,
    )
    session.add(ticket)
    await session.flush()
    record(session, ticket, EventKind.OPENED, now, text=opening.subject)
    return ticket


async def _free_code(session: AsyncSession) -> str:
    while True:
        code = "HP-" + "".join(secrets.choice(_CODE_LETTERS) for _ in range(4))
        if await session.scalar(select(Ticket.id).where(Ticket.code == code)) is None:
            return code


def record(
    session: AsyncSession,
    ticket: Ticket,
    kind: EventKind,
    now: dt.datetime,
    *,
    actor: Staff | None = None,
    text: str | None = None,
    data: dict[str, Any] | None = None,
    idempotency_key: str | None = None,
) -> TicketEvent:
    event = TicketEvent(
        ticket_id=ticket.id,
        kind=kind,
        at=now,
        actor_id=actor.id if actor else None,
        text=text,
        data=data or {},
        idempotency_key=idempotency_key,
        announced_at=None if kind in ANNOUNCED else now,
    )
    session.add(event)
    return event


def wrote(
    session: AsyncSession,
    ticket: Ticket,
    text: str,
    at: dt.datetime,
    policy: Policy,
    now: dt.datetime,
) -> None:
    """The worker added a message: a resolved ticket reopens, an answered one owes an answer."""
    since = min(at, now)
    if not ticket.is_open:
        record(session, ticket, EventKind.REOPENED, now)
        ticket.resolved_at = None
        ticket.rating = None
        ticket.resolution_due_at = policy.resolution_due(ticket.priority, since)
    elif ticket.state is State.ON_HOLD:
        record(session, ticket, EventKind.RESUMED, now)
    if ticket.state is not State.NEW:
        ticket.state = State.ACTIVE if ticket.assignee_id else State.NEW
    record(session, ticket, EventKind.WROTE, now, text=text)
    if ticket.first_responded_at is None:
        ticket.next_due_at = ticket.first_response_due_at
    elif not _owes_answer(ticket):  # the oldest unanswered message keeps its deadline
        ticket.next_due_at = policy.next_response_due(ticket.priority, since)


def _owes_answer(ticket: Ticket) -> bool:
    return ticket.next_due_at is not None and ticket.next_due_at != ticket.resolution_due_at


def detail(
    session: AsyncSession,
    ticket: Ticket,
    now: dt.datetime,
    *,
    employer: str | None = None,
    reach: str | None = None,
) -> None:
    """Keep what the worker told of himself, if he chose to."""
    if employer:
        ticket.employer = employer
    if reach:
        ticket.reach = reach
    record(session, ticket, EventKind.DETAILED, now)


def prioritise(session: AsyncSession, ticket: Ticket, policy: Policy, now: dt.datetime) -> None:
    """Words of danger came later: the ticket is urgent from now on, never less soon than before."""
    if ticket.priority is Priority.URGENT:
        return
    ticket.priority = Priority.URGENT
    due = policy.next_response_due(Priority.URGENT, now)
    ticket.next_due_at = min(ticket.next_due_at or due, due)
    if ticket.first_responded_at is None:
        ticket.first_response_due_at = min(ticket.first_response_due_at, due)
    record(session, ticket, EventKind.PRIORITISED, now, data={"priority": Priority.URGENT})


async def take(session: AsyncSession, ticket: Ticket, staff: Staff, now: dt.datetime) -> None:
    """Give the ticket to `staff`; raise `Conflict` if somebody else has it."""
    if ticket.assignee_id == staff.id:
        return
    claimed = await session.scalar(
        update(Ticket)
        .where(Ticket.id == ticket.id, Ticket.assignee_id.is_(None), Ticket.state.in_(OPEN_STATES))
        .values(assignee_id=staff.id, state=State.ACTIVE)
        .returning(Ticket.id)
        .execution_options(synchronize_session=False)
    )
    await session.refresh(ticket)
    if claimed is None:
        raise Conflict("taken by somebody else, or closed")
    record(session, ticket, EventKind.TAKEN, now, actor=staff)


def note(
    session: AsyncSession, ticket: Ticket, staff: Staff, text: str, now: dt.datetime
) -> TicketEvent:
    """A remark for colleagues; the worker never sees it."""
    return record(session, ticket, EventKind.NOTED, now, actor=staff, text=text)


async def reply(
    session: AsyncSession,
    ticket: Ticket,
    staff: Staff,
    text: str,
    now: dt.datetime,
    idempotency_key: str | None = None,
) -> TicketEvent:
    """A lawyer's answer. The first one stops the first-response clock, once."""
    if idempotency_key:
        earlier = await session.scalar(
            select(TicketEvent).where(
                TicketEvent.ticket_id == ticket.id,
                TicketEvent.idempotency_key == idempotency_key,
            )
        )
        if earlier:
            return earlier
    if not ticket.is_open:
        raise Conflict("the ticket is closed")
    if ticket.assignee_id is None:
        await take(session, ticket, staff, now)
    answered(ticket, now)
    return record(
        session,
        ticket,
        EventKind.REPLIED,
        now,
        actor=staff,
        text=text,
        idempotency_key=idempotency_key,
    )


def replied_elsewhere(session: AsyncSession, ticket: Ticket, text: str, now: dt.datetime) -> None:
    """Somebody of the centre answered on the provider's own page: the worker has read it."""
    answered(ticket, now)
    event = record(session, ticket, EventKind.REPLIED, now, text=text, data={"elsewhere": True})
    event.announced_at = now


def spoke(session: AsyncSession, ticket: Ticket, staff: Staff | None, now: dt.datetime) -> None:
    """A lawyer and the worker talked by telephone: an answer like a written one."""
    answered(ticket, now)
    record(session, ticket, EventKind.CALLED, now, actor=staff, data={"outcome": "talked"})


def answered(ticket: Ticket, now: dt.datetime) -> None:
    """The worker has a person's word: the first one stops the first-response clock, once."""
    if ticket.first_responded_at is None:
        ticket.first_responded_at = now
    if ticket.is_open:
        ticket.state = State.ACTIVE
        ticket.next_due_at = ticket.resolution_due_at


def hold(session: AsyncSession, ticket: Ticket, staff: Staff, now: dt.datetime) -> None:
    """We wait for the worker: no clock runs."""
    if ticket.state is not State.ACTIVE:
        raise Conflict("only a ticket in work can wait for the worker")
    ticket.state = State.ON_HOLD
    ticket.next_due_at = None
    record(session, ticket, EventKind.HELD, now, actor=staff)


def resume(
    session: AsyncSession, ticket: Ticket, staff: Staff, policy: Policy, now: dt.datetime
) -> None:
    if ticket.state is not State.ON_HOLD:
        raise Conflict("the ticket does not wait")
    ticket.state = State.ACTIVE
    ticket.next_due_at = policy.next_response_due(ticket.priority, now)
    record(session, ticket, EventKind.RESUMED, now, actor=staff)


def resolve(session: AsyncSession, ticket: Ticket, staff: Staff, now: dt.datetime) -> None:
    """Done. Raises `Conflict` if it is done already or nobody ever answered the worker."""
    if not ticket.is_open:
        raise Conflict("the ticket is closed already")
    if ticket.first_responded_at is None:
        raise Conflict("the worker has had no answer yet")
    ticket.state = State.RESOLVED
    ticket.resolved_at = now
    ticket.next_due_at = None
    record(session, ticket, EventKind.RESOLVED, now, actor=staff)


def rate(session: AsyncSession, ticket: Ticket, rating: int, now: dt.datetime) -> None:
    """The worker's word on the lawyer's answer: 1 helped, 0 did not. The last tap counts."""
    ticket.rating = rating
    record(session, ticket, EventKind.RATED, now, data={"rating": rating})


async def find(session: AsyncSession, code: str) -> Ticket | None:
    return await session.scalar(_named(code))


async def find_to_change(session: AsyncSession, code: str) -> Ticket | None:
    """The ticket, locked until the end of the transaction: changes to it happen one by one."""
    return await session.scalar(_named(code).with_for_update())


async def find_by_keys(session: AsyncSession, keys: str) -> Ticket | None:
    """The one ticket whose four letters lie on these keys of a telephone; None if not just one."""
    ways = ["".join(way) for way in itertools.product(*(_ON_KEY.get(key, "") for key in keys))]
    if not ways:
        return None
    codes = [f"HP-{way}" for way in ways]
    rows = await session.scalars(select(Ticket).where(Ticket.code.in_(codes)).limit(2))
    found = rows.all()
    return found[0] if len(found) == 1 else None


def _named(code: str) -> Select[Ticket]:
    """PostgreSQL cannot even be asked for some texts; what is no code at all finds nothing."""
    code = code.strip().upper()
    return select(Ticket).where(Ticket.code == (code if _CODE.fullmatch(code) else ""))


async def history(session: AsyncSession, ticket: Ticket) -> Sequence[TicketEvent]:
    rows = await session.scalars(
        select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.id)
    )
    return rows.all()


async def erase(session: AsyncSession, ticket: Ticket, now: dt.datetime) -> None:
    """Forget every word of a ticket and keep its figures; open ones end here."""
    ticket.subject = ""
    ticket.employer = None
    ticket.reach = None
    if ticket.is_open:
        ticket.state = State.RESOLVED
        ticket.resolved_at = now
        ticket.next_due_at = None
    await session.execute(delete(Callback).where(Callback.ticket_id == ticket.id))
    await session.execute(
        update(TicketEvent)
        .where(TicketEvent.ticket_id == ticket.id)
        .values(text=None, announced_at=now)
        .execution_options(synchronize_session=False)
    )
    record(session, ticket, EventKind.ERASED, now)
