"""A ticket as the office sees it: one reading for the JSON API and the console alike."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from admin_api import assigned, clock_view, submitted
from admin_api.assigned import Offered, Referred
from admin_api.callback_task import CallbackTask, reach_for, seen_by
from admin_api.clock_view import ClockView
from admin_api.submitted import Submitted
from bot.channels import windows
from bot.channels.base import Media
from bot.channels.windows import Window
from bot.models import (
    Contact,
    Conversation,
    Delivery,
    FileState,
    Handoff,
    Message,
    Question,
    StoredFile,
)
from escalation import callbacks, checking, interests, lookup, tickets, undo
from escalation.calendar import LOCAL
from escalation.models import Callback, Staff, Ticket, TicketEvent
from escalation.vocabulary import OPEN_STATES, EventKind, Kind, Priority, State
from knowledge_base.library import Library

_SUGGESTIONS = 5


class TicketRow(BaseModel):
    """A line of the inbox."""

    code: str
    kind: Kind
    priority: Priority
    state: State
    channel: str
    topic: str | None
    subject: str
    alias: str
    assignee: str | None
    opened_at: dt.datetime
    first_responded_at: dt.datetime | None
    next_due_at: dt.datetime | None
    owes_answer: bool  # the worker waits for our word, not only for the ticket to be closed
    awaits_check: bool  # an answer to him waits for a second lawyer
    resolved_at: dt.datetime | None
    rating: int | None


class TicketList(BaseModel):
    tickets: list[TicketRow]
    total: int


class Shown(BaseModel):
    """What came beside the words; opened under /tickets/{code}/files/{id} by who has the ticket."""

    id: int
    media: Media
    name: str
    mime: str | None
    size: int | None
    seconds: int | None
    state: FileState
    error: str | None


class Spoken(BaseModel):
    """A message of the conversation; `delivery` tells whether ours arrived."""

    id: int
    author: str
    text: str
    at: dt.datetime
    choices: list[str]
    delivery: str | None
    error: str | None
    files: list[Shown] = []
    undo_until: dt.datetime | None = None  # an answer that has not left can be withdrawn
    writer_id: int | None = None  # by this lawyer


class Happened(BaseModel):
    """An event of the history; not `told` while the worker's message of it is yet to be written."""

    id: int
    kind: EventKind
    at: dt.datetime
    actor: str | None
    text: str | None
    told: bool
    outcome: str | None = None  # how a call ended
    leaves_at: dt.datetime | None = None  # an answer can be withdrawn until then
    actor_id: int | None = None
    media: str | None = None  # of the file that was opened
    about: str | None = None  # whom, where to or why: a name, a code or a term
    checked_by: str | None = None  # who read the answer before it left
    of: int | None = None  # the submitted answer that was sent back


class Suggestion(BaseModel):
    """An FAQ entry near to what was asked; `text` is what a lawyer would insert.

    `held` tells why the bot may not send it.
    """

    id: str
    question: str
    score: float
    text: str
    held: str | None


class TicketDetail(TicketRow):
    assignee_id: int | None
    employer: str | None
    reach: str | None
    callback: CallbackTask | None
    first_response_due_at: dt.datetime
    resolution_due_at: dt.datetime
    clock: ClockView
    window: Window | None  # how long the worker may still be written to, where that ends
    conversation: list[Spoken]
    events: list[Happened]
    reasoning: dict[str, Any]
    suggestions: list[Suggestion]
    transfer: Offered | None
    referrals: list[Referred]
    master: str | None  # of the collective matter
    merged_into: str | None
    can_reopen: bool
    same_worker: list[str]  # his other open tickets
    must_check: bool  # answers to this ticket are read by a second lawyer
    submitted: Submitted | None  # the one that waits for it
    last_answer: int  # number of the newest answer, sent or waiting


STATE_FILTERS: dict[str, Sequence[State]] = {
    "open": OPEN_STATES,
    "new": (State.NEW,),
    "active": (State.ACTIVE,),
    "on_hold": (State.ON_HOLD,),
    "resolved": (State.RESOLVED,),
    "all": tuple(State),
}


_OWED = Ticket.answer_due_at.is_not(None)  # else only the ticket's end is due
CHECKING = Ticket.submitted_at.is_not(None)
_DUE_FIRST = (Ticket.next_due_at.is_(None), Ticket.next_due_at, Ticket.id)
_ORDERS = {
    (State.RESOLVED,): (Ticket.resolved_at.desc(),),
    tuple(State): (Ticket.opened_at.desc(), Ticket.id),
}
_AWAITED = select(Callback.ticket_id).where(Callback.closed_at.is_(None))


async def inbox(
    session: AsyncSession,
    states: Sequence[State],
    *,
    reader_id: int,
    assignee_id: int | None = None,
    owed: bool = False,
    to_ring: bool = False,
    where: ColumnElement[bool] | None = None,
    limit: int = 100,
    offset: int = 0,
) -> TicketList:
    """What is due first comes first; closed tickets, and all at once, newest first.

    None from which the reader is barred.
    `owed`: an answer is due. `to_ring`: the worker waits to be rung back. `where`: what else
    must hold.
    """
    wanted = and_(
        Ticket.state.in_(states),
        interests.open_to(reader_id),
        Ticket.assignee_id == assignee_id if assignee_id is not None else true(),
        _OWED if owed else true(),
        Ticket.id.in_(_AWAITED) if to_ring else true(),
        true() if where is None else where,
    )
    rows = await session.execute(
        select(Ticket, Staff.name)
        .outerjoin(Staff, Staff.id == Ticket.assignee_id)
        .where(wanted)
        .order_by(*_ORDERS.get(tuple(states), _DUE_FIRST))
        .limit(limit)
        .offset(offset)
    )
    total = await session.scalar(select(func.count()).select_from(Ticket).where(wanted))
    return TicketList(
        tickets=[TicketRow(**_row(ticket, name)) for ticket, name in rows], total=total or 0
    )


async def counts(session: AsyncSession, staff_id: int) -> dict[str, int]:
    """How many tickets stand under each heading of the inbox."""
    seen = interests.open_to(staff_id)
    grouped = await session.execute(
        select(Ticket.state, func.count()).where(seen).group_by(Ticket.state)
    )
    by_state = {row[0]: row[1] for row in grouped}
    mine = await session.scalar(
        select(func.count())
        .select_from(Ticket)
        .where(Ticket.assignee_id == staff_id, Ticket.state.in_(OPEN_STATES))
    )
    owed = await session.scalar(
        select(func.count()).select_from(Ticket).where(seen, _OWED, Ticket.state.in_(OPEN_STATES))
    )
    to_ring = await session.scalar(
        select(func.count())
        .select_from(Ticket)
        .where(seen, Ticket.id.in_(_AWAITED), Ticket.state.in_(OPEN_STATES))
    )
    to_check = await session.scalar(
        select(func.count())
        .select_from(Ticket)
        .where(seen, CHECKING, Ticket.state.in_(OPEN_STATES))
    )
    found = {
        name: sum(by_state.get(state, 0) for state in states)
        for name, states in STATE_FILTERS.items()
    }
    more = {"mine": mine, "owed": owed, "callback": to_ring, "checking": to_check}
    return {**found, **{name: number or 0 for name, number in more.items()}}


async def detail(
    session: AsyncSession, code: str, library: Library, reader_id: int, now: dt.datetime
) -> TicketDetail | None:
    """The ticket as `reader_id` may see it."""
    ticket = await lookup.find(session, code)
    if ticket is None:
        return None
    names = await _names(session)
    question = await session.scalar(
        select(Question)
        .join(Handoff, Handoff.question_id == Question.id)
        .where(Handoff.ticket_id == ticket.id)
    )
    events = await tickets.history(session, ticket)
    task = await callbacks.of(session, ticket)
    return TicketDetail(
        **_row(ticket, names.get(ticket.assignee_id or 0)),
        assignee_id=ticket.assignee_id,
        employer=ticket.employer,
        reach=reach_for(reader_id, task, ticket),
        callback=seen_by(reader_id, task, ticket, events, now) if task else None,
        first_response_due_at=ticket.first_response_due_at,
        resolution_due_at=ticket.resolution_due_at,
        clock=clock_view.seen(ticket, events, now),
        window=await _window(session, ticket, now),
        conversation=await _conversation(session, ticket),
        events=[_happened(event, names) for event in events],
        reasoning=question.reasoning if question else {},
        suggestions=_suggestions(library, ticket.subject, now.astimezone(LOCAL).date()),
        transfer=await assigned.transfer(session, ticket, reader_id, now),
        referrals=await assigned.referrals_of(session, ticket),
        master=await assigned.code_of(session, ticket.master_id),
        merged_into=await assigned.code_of(session, ticket.merged_into_id),
        can_reopen=tickets.can_reopen(ticket),
        same_worker=await assigned.same_worker(session, ticket, reader_id),
        must_check=await checking.needed(session, ticket),
        submitted=submitted.of(ticket, events, names),
        last_answer=submitted.last_answer(events),
    )


async def _names(session: AsyncSession) -> dict[int, str]:
    rows = await session.execute(select(Staff.id, Staff.name))
    return {row.id: row.name for row in rows}


async def _window(session: AsyncSession, ticket: Ticket, now: dt.datetime) -> Window | None:
    """What is left of the time in which his channel takes an answer."""
    heard = (
        await session.execute(
            select(Contact.channel, Conversation.last_at)
            .join(Conversation, Conversation.contact_id == Contact.id)
            .join(Handoff, Handoff.conversation_id == Conversation.id)
            .where(Handoff.ticket_id == ticket.id)
        )
    ).one_or_none()
    return windows.remaining(heard.channel, heard.last_at, now) if heard else None


async def _conversation(session: AsyncSession, ticket: Ticket) -> list[Spoken]:
    rows = await session.execute(
        select(Message, Delivery.state, Delivery.error)
        .join(Handoff, Handoff.conversation_id == Message.conversation_id)
        .outerjoin(Delivery, Delivery.message_id == Message.id)
        .where(Handoff.ticket_id == ticket.id)
        .order_by(Message.id)
    )
    files = await _files(session, ticket)
    return [
        Spoken(
            id=message.id,
            author=message.author,
            text=message.text,
            at=message.at,
            choices=[label for label, _ in message.choices],
            delivery=state,
            error=error,
            files=files.get(message.id, []),
        )
        for message, state, error in rows
    ]


async def _files(session: AsyncSession, ticket: Ticket) -> dict[int, list[Shown]]:
    """What was sent in the conversation, by message."""
    rows = await session.scalars(
        select(StoredFile)
        .join(Handoff, Handoff.conversation_id == StoredFile.conversation_id)
        .where(Handoff.ticket_id == ticket.id)
        .order_by(StoredFile.id)
    )
    files: dict[int, list[Shown]] = {}
    for file in rows:
        shown = Shown.model_validate(file, from_attributes=True)
        files.setdefault(file.message_id, []).append(shown)
    return files


def _row(ticket: Ticket, assignee: str | None) -> dict[str, Any]:
    return {
        "code": ticket.code,
        "kind": ticket.kind,
        "priority": ticket.priority,
        "state": ticket.state,
        "channel": ticket.channel,
        "topic": ticket.topic,
        "subject": ticket.subject,
        "alias": ticket.alias,
        "assignee": assignee,
        "opened_at": ticket.opened_at,
        "first_responded_at": ticket.first_responded_at,
        "next_due_at": ticket.next_due_at,
        "owes_answer": ticket.answer_due_at is not None,
        "awaits_check": ticket.submitted_at is not None,
        "resolved_at": ticket.resolved_at,
        "rating": ticket.rating,
    }


def _happened(event: TicketEvent, names: dict[int, str]) -> Happened:
    return Happened(
        id=event.id,
        kind=event.kind,
        at=event.at,
        actor=names.get(event.actor_id or 0),
        text=event.text,
        told=event.announced_at is not None,
        outcome=event.data.get("outcome"),
        media=event.data.get("media"),
        leaves_at=undo.leaves_at(event),
        actor_id=event.actor_id,
        about=assigned.about(event, names),
        checked_by=names.get(event.data.get("checked_by", 0)),
        of=event.data.get("of"),
    )


def _suggestions(library: Library, subject: str, day: dt.date) -> list[Suggestion]:
    found = []
    for match in library.search(subject, _SUGGESTIONS) if subject else []:
        entry = library.entries[match.entry_id]
        words = library.answer(entry, day)
        found.append(
            Suggestion(
                id=entry.id,
                question=entry.question,
                score=match.score,
                text=words if isinstance(words, str) else library.plain(entry, day),
                held=None if isinstance(words, str) else words.reason,
            )
        )
    return found
