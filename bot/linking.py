"""Six digits told on the telephone that open the same case in a chat.

The call, its words, files and tickets move to the chat: a lawyer's answer then goes there, and
what is erased there is erased whole.
"""

import datetime as dt
import re
import secrets

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import phrases
from bot.models import (
    Delivery,
    DeliveryState,
    Handoff,
    Message,
    Outcome,
    Question,
    StoredFile,
)
from bot.telephone.models import Call, LinkCode, LinkTry
from bot.turns import Choice, Reply
from escalation import tickets
from escalation.calendar import LOCAL
from escalation.models import Ticket, TicketEvent
from escalation.vocabulary import EventKind
from knowledge_base.library import Held, Library

LASTS = dt.timedelta(days=3)
_TRIES, _TRIES_OF_ALL = 5, 1000  # an hour, of one conversation and of all
_HOUR = dt.timedelta(hours=1)
_ANSWERS = 3  # written out when a case is opened
_CODE = re.compile(r"[0-9]{3}[ .-]?[0-9]{3}")


class TooManyTries(Exception):
    """Somebody guesses."""


class NotOpened(Exception):
    """These digits open nothing here; `why` is for the worker."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def code_in(text: str) -> str | None:
    """The six digits, where nothing else is said."""
    found = _CODE.fullmatch(text.strip())
    return re.sub("[^0-9]", "", found[0]) if found else None


async def issue(session: AsyncSession, conversation_id: int, now: dt.datetime) -> str:
    """A new code for a call's conversation; an earlier one of it is void."""
    await session.execute(
        delete(LinkCode).where(
            (LinkCode.conversation_id == conversation_id) | (LinkCode.expires_at < now)
        )
    )
    while True:
        code = f"{secrets.randbelow(1_000_000):06}"
        taken = await session.scalar(select(LinkCode.id).where(LinkCode.code_index == code))
        if taken is None:
            break
    session.add(LinkCode(code_index=code, conversation_id=conversation_id, expires_at=now + LASTS))
    return code


async def find(session: AsyncSession, code: str, guesser: int, now: dt.datetime) -> LinkCode | None:
    """The live code, locked; a wrong one is held against `guesser`. Raises `TooManyTries`."""
    await _check_tries(session, guesser, now)
    found = await session.scalar(
        select(LinkCode)
        .where(LinkCode.code_index == code, LinkCode.expires_at > now)
        .with_for_update()
    )
    if found is None:
        session.add(LinkTry(conversation_id=guesser, at=now))
    return found


async def judge(session: AsyncSession, guesser: int, *, right: bool, now: dt.datetime) -> None:
    """Hold a wrong guess of another kind of code against `guesser`. Raises `TooManyTries`."""
    await _check_tries(session, guesser, now)
    if not right:
        session.add(LinkTry(conversation_id=guesser, at=now))


async def _check_tries(session: AsyncSession, guesser: int, now: dt.datetime) -> None:
    lately = select(func.count()).select_from(LinkTry).where(LinkTry.at > now - _HOUR)
    his = await session.scalar(lately.where(LinkTry.conversation_id == guesser))
    if (his or 0) >= _TRIES or (await session.scalar(lately) or 0) >= _TRIES_OF_ALL:
        raise TooManyTries


async def open_in_chat(
    session: AsyncSession, code: str, conversation_id: int, library: Library, now: dt.datetime
) -> tuple[Reply, ...]:
    """Move the call's case into this chat; what is said about it. Raises `NotOpened`."""
    try:
        found = await find(session, code, conversation_id, now)
    except TooManyTries:
        raise NotOpened(phrases.CODE_TOO_OFTEN) from None
    if found is None or found.used_at is not None:
        raise NotOpened(phrases.CODE_UNKNOWN)
    answers = await _answers(session, found.conversation_id, library, now)
    told = await _tickets(session, found.conversation_id, now)
    await _move(session, found.conversation_id, conversation_id, now)
    found.conversation_id, found.used_at = conversation_id, now
    return (Reply(phrases.CASE_OPENED), *answers, *told)


async def _answers(
    session: AsyncSession, call: int, library: Library, now: dt.datetime
) -> list[Reply]:
    """In writing, what was answered by voice."""
    rows = await session.scalars(
        select(Question.entry_id)
        .where(Question.conversation_id == call, Question.outcome == Outcome.ANSWERED)
        .order_by(Question.id.desc())
    )
    today = now.astimezone(LOCAL).date()
    heard = dict.fromkeys(name for name in rows if name in library.entries)
    texts = (library.answer(library.entries[name], today) for name in list(heard)[:_ANSWERS])
    choices = (Choice(phrases.THATS_IT, "confirm"), Choice(phrases.NOT_IT, "reject"))
    return [Reply(text, choices, advice=True) for text in texts if not isinstance(text, Held)]


async def _tickets(session: AsyncSession, call: int, now: dt.datetime) -> list[Reply]:
    """How the tickets stand, and what lawyers have answered so far."""
    said = []
    for ticket in await tickets_of(session, call):
        due = ticket.next_due_at
        said.append(Reply(phrases.status(ticket.code, ticket.state, due, now)))
        texts = await lawyers_words(session, ticket)
        said += [Reply(phrases.lawyers_answer(text)) for text in texts]
        tickets.record(session, ticket, EventKind.LINKED, now)
    return said


async def tickets_of(session: AsyncSession, conversation_id: int) -> list[Ticket]:
    """The newest first; what was merged into another is that other."""
    rows = await session.scalars(
        select(Ticket)
        .join(Handoff, Handoff.ticket_id == Ticket.id)
        .where(Handoff.conversation_id == conversation_id, Ticket.merged_into_id.is_(None))
        .order_by(Handoff.id.desc())
    )
    return list(rows.all())


async def lawyers_words(session: AsyncSession, ticket: Ticket) -> list[str]:
    """What has left the house: anything else may still be taken back."""
    rows = await session.scalars(
        select(TicketEvent.text)
        .where(TicketEvent.ticket_id == ticket.id, TicketEvent.kind == EventKind.REPLIED)
        .where(TicketEvent.announced_at.is_not(None))
        .order_by(TicketEvent.id)
    )
    return [text for text in rows if text]


async def _move(session: AsyncSession, call: int, chat: int, now: dt.datetime) -> None:
    """Lawyers read the chat from any of its tickets: who may not see one keeps none of them."""
    await session.flush()
    await _drop_unsent(session, call)
    for column in (*_TALKS, Ticket.person_id):
        await session.execute(
            update(column.class_)
            .where(column == call)
            .values({column: chat})
            .execution_options(synchronize_session=False)
        )
    one = await session.scalar(
        select(Ticket)
        .where(Ticket.person_id == chat)
        .limit(1)
        .execution_options(populate_existing=True)
    )
    if one is not None:
        await tickets.release_from_barred(session, one, now)


async def _drop_unsent(session: AsyncSession, call: int) -> None:
    """Nothing goes out on the telephone, and in the chat it would be in the way of what does."""
    await session.execute(
        update(Delivery)
        .where(Delivery.conversation_id == call, Delivery.state.in_(_UNSENT))
        .values(state=DeliveryState.DROPPED, error="moved")
        .execution_options(synchronize_session=False)
    )


_UNSENT = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.WAITING)
_TALKS = tuple(
    table.conversation_id for table in (Handoff, Question, Message, Delivery, StoredFile, Call)
)
