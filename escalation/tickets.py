"""What can happen to a ticket. Every change appends a `TicketEvent`; nothing here commits.

An event also moves the ticket's clock; see `escalation.clock` for how.
"""

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from escalation import interests, lookup, policies, running
from escalation.calendar import LOCAL
from escalation.clock import Tick
from escalation.models import Callback, Presence, Referral, Staff, Ticket, TicketEvent, Transfer
from escalation.sla import Policy
from escalation.vocabulary import ALERTED, ANNOUNCED, OPEN_STATES, EventKind, Kind, Priority, State

SILENCE = "silence"  # why a ticket was closed without a lawyer's word
INTEREST = "interest"  # why a ticket was taken from its assignee


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
    session: AsyncSession, opening: Opening, shipped: Policy, now: dt.datetime
) -> Ticket:
    """A ticket under the newest policy; `shipped` holds where the centre has set none."""
    since = min(opening.asked_at, now)  # a provider's clock may run ahead of ours
    version = await policies.newest(session)
    ticket = Ticket(
        code=await lookup.free_code(session),
        kind=opening.kind,
        priority=opening.priority,
        state=State.NEW,
        channel=opening.channel,
        topic=opening.topic,
        alias=f"Người lao động {secrets.token_hex(2).upper()}",
        subject=opening.subject,
        opened_at=since,
        policy=version,
    )
    running.wind(ticket, policies.read(version, shipped))
    session.add(ticket)
    await session.flush()
    data = {"priority": opening.priority, **running.since(since, now)}
    record(session, ticket, EventKind.OPENED, now, text=opening.subject, data=data)
    return ticket


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
        alerted_at=None if kind in ALERTED else now,
    )
    session.add(event)
    running.follow(ticket, running.tick(event))
    return event


def wrote(
    session: AsyncSession,
    ticket: Ticket,
    text: str,
    at: dt.datetime,
    now: dt.datetime,
) -> None:
    """The worker added a message: a resolved ticket reopens, an answered one owes an answer."""
    since = running.since(min(at, now), now)
    if not ticket.is_open:
        record(session, ticket, EventKind.REOPENED, now, data=since)
    elif ticket.state is State.ON_HOLD:
        record(session, ticket, EventKind.RESUMED, now, data=since)
    _go_on(ticket)
    record(session, ticket, EventKind.WROTE, now, text=text, data=since)


def _go_on(ticket: Ticket) -> None:
    ticket.state = State.ACTIVE if ticket.assignee_id else State.NEW


async def detail(
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
    if employer:
        await keep_apart(session, ticket, now)


async def keep_apart(session: AsyncSession, ticket: Ticket, now: dt.datetime) -> None:
    """The employer became known: lawyers tied to it lose sight of all the worker's tickets."""
    await interests.bar(session, ticket)
    await release_from_barred(session, ticket, now)


async def release_from_barred(session: AsyncSession, ticket: Ticket, now: dt.datetime) -> None:
    """Whichever of the worker's tickets lawyers have who may not see them."""
    for one in await interests.held_by_barred(session, ticket):
        data = {"reason": INTEREST, "from": one.assignee_id}
        await release(session, one, now, data=data)


async def release(
    session: AsyncSession,
    ticket: Ticket,
    now: dt.datetime,
    *,
    actor: Staff | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Nobody has the ticket any more; what it waited for, it waits for no longer."""
    _stop_waiting(session, ticket, now)
    ticket.assignee_id = None
    if ticket.is_open:
        ticket.state = State.NEW
    await withdraw(session, ticket)
    record(session, ticket, EventKind.RETURNED, now, actor=actor, data=data)


async def withdraw(session: AsyncSession, ticket: Ticket) -> None:
    """An offer to another lawyer is void."""
    await session.execute(delete(Transfer).where(Transfer.ticket_id == ticket.id))


def date_event(
    session: AsyncSession,
    ticket: Ticket,
    day: dt.date | None,
    limits: Sequence[dt.date],
    now: dt.datetime,
    *,
    actor: Staff | None = None,
) -> None:
    """When it happened, and the last days of the law that follow from it."""
    today = now.astimezone(LOCAL).date()
    ticket.event_on = day
    ticket.limitation_on = min((one for one in limits if one >= today), default=None)
    record(session, ticket, EventKind.DATED, now, actor=actor)


def prioritise(
    session: AsyncSession, ticket: Ticket, now: dt.datetime, reason: str | None = None
) -> None:
    """The ticket is urgent from now on, never less soon than before; nobody waits any more."""
    if ticket.priority is Priority.URGENT:
        return
    _stop_waiting(session, ticket, now)
    data = {"priority": Priority.URGENT, **({"reason": reason} if reason else {})}
    record(session, ticket, EventKind.PRIORITISED, now, data=data)


def _stop_waiting(session: AsyncSession, ticket: Ticket, now: dt.datetime) -> None:
    if ticket.state is State.ON_HOLD:
        record(session, ticket, EventKind.RESUMED, now)
        _go_on(ticket)


async def take(session: AsyncSession, ticket: Ticket, staff: Staff, now: dt.datetime) -> None:
    """Give the ticket to `staff`; raise `Conflict` if somebody else has it."""
    if ticket.assignee_id == staff.id:
        return
    claimed = await session.scalar(
        update(Ticket)
        .where(Ticket.id == ticket.id, Ticket.assignee_id.is_(None), Ticket.state.in_(OPEN_STATES))
        .where(interests.open_to(staff.id))
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
    not_before: dt.datetime | None = None,
) -> TicketEvent:
    """A lawyer's answer. The first one stops the first-response clock, once.

    Until `not_before` it stays in the house and can be taken back.
    """
    if idempotency_key and (earlier := await _sent(session, ticket, idempotency_key)):
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
        data={"not_before": not_before.isoformat()} if not_before else None,
        idempotency_key=idempotency_key,
    )


async def _sent(session: AsyncSession, ticket: Ticket, key: str) -> TicketEvent | None:
    """What was sent with this key before."""
    return await session.scalar(
        select(TicketEvent).where(
            TicketEvent.ticket_id == ticket.id, TicketEvent.idempotency_key == key
        )
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
    running.follow(ticket, Tick(EventKind.REPLIED, now, now))
    if ticket.is_open:
        ticket.state = State.ACTIVE


def hold(session: AsyncSession, ticket: Ticket, staff: Staff, now: dt.datetime) -> None:
    """We wait for the worker: the term of the end rests. An answer that is owed stays due."""
    if ticket.state is not State.ACTIVE:
        raise Conflict("only a ticket in work can wait for the worker")
    ticket.state = State.ON_HOLD
    record(session, ticket, EventKind.HELD, now, actor=staff)


def resume(session: AsyncSession, ticket: Ticket, staff: Staff, now: dt.datetime) -> None:
    if ticket.state is not State.ON_HOLD:
        raise Conflict("the ticket does not wait")
    ticket.state = State.ACTIVE
    record(session, ticket, EventKind.RESUMED, now, actor=staff)


def resolve(session: AsyncSession, ticket: Ticket, staff: Staff, now: dt.datetime) -> None:
    """Done. Raises `Conflict` if it is done already or nobody ever answered the worker."""
    if not ticket.is_open:
        raise Conflict("the ticket is closed already")
    if ticket.first_responded_at is None:
        raise Conflict("the worker has had no answer yet")
    ticket.state = State.RESOLVED
    record(session, ticket, EventKind.RESOLVED, now, actor=staff)


async def reopen(session: AsyncSession, ticket: Ticket, staff: Staff, now: dt.datetime) -> None:
    """A lawyer has more to say, or said something wrong. Whose ticket it was, it stays with.

    Raises `Conflict` unless it is closed, goes on nowhere else and its worker can be reached.
    """
    if not can_reopen(ticket):
        raise Conflict("it is open, merged or forgotten")
    _go_on(ticket)
    record(session, ticket, EventKind.REOPENED, now, actor=staff)
    if ticket.assignee_id is None:
        await take(session, ticket, staff, now)


def can_reopen(ticket: Ticket) -> bool:
    known = ticket.merged_into_id is None and ticket.person_id is not None
    return known and not ticket.is_open


def remind(session: AsyncSession, ticket: Ticket, now: dt.datetime) -> None:
    """We have waited for the worker as long as counts: he is told, once."""
    record(session, ticket, EventKind.REMINDED, now)


def give_up(session: AsyncSession, ticket: Ticket, now: dt.datetime) -> None:
    """The worker did not come back; his next message opens the ticket again."""
    ticket.state = State.RESOLVED
    record(session, ticket, EventKind.RESOLVED, now, data={"reason": SILENCE})


def merge(
    session: AsyncSession, other: Ticket, into: Ticket, staff: Staff | None, now: dt.datetime
) -> None:
    """`other` is the same matter as `into`: the earliest start holds, and each soonest deadline.

    Both are locked by the caller, the lower number first. What belongs to the conversation is
    moved by whoever owns it.
    """
    if other.id == into.id or not (other.is_open and into.is_open):
        raise Conflict("only two open tickets can become one")
    for ticket in (other, into):
        _stop_waiting(session, ticket, now)
    data = {"from": other.code, "clock": running.read(other).as_json()}
    record(session, into, EventKind.ABSORBED, now, actor=staff, data=data)
    into.event_on = min(filter(None, (into.event_on, other.event_on)), default=None)
    days = filter(None, (into.limitation_on, other.limitation_on))
    into.limitation_on = min(days, default=None)
    into.employer, into.reach = into.employer or other.employer, into.reach or other.reach
    other.state, other.merged_into_id = State.RESOLVED, into.id
    record(session, other, EventKind.MERGED, now, actor=staff, data={"into": into.code})


def rate(
    session: AsyncSession, ticket: Ticket, rating: int, now: dt.datetime, *, of_bot: bool = False
) -> bool:
    """The worker's word on the lawyer's answer, or on the bot's before it: 1 helped, 0 did not.

    The first tap counts and stays, also when the ticket is opened again: one worker is one in the
    report, and nobody can be talked into another word. False for a later tap.
    """
    column = "bot_rating" if of_bot else "rating"
    if getattr(ticket, column) is not None:
        return False
    setattr(ticket, column, rating)
    whose = "bot" if of_bot else "lawyer"
    record(session, ticket, EventKind.RATED, now, data={"rating": rating, "whose": whose})
    return True


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
    ticket.event_on = ticket.limitation_on = ticket.submitted_at = None
    ticket.state = State.RESOLVED
    for table in (Callback, Transfer, Referral, Presence):
        await session.execute(delete(table).where(table.ticket_id == ticket.id))
    await session.execute(
        update(TicketEvent)
        .where(TicketEvent.ticket_id == ticket.id)
        .values(text=None, announced_at=now, alerted_at=now)
        .execution_options(synchronize_session=False)
    )
    record(session, ticket, EventKind.ERASED, now)
