"""Solved tickets that ask much the same, with what a lawyer answered then.

Two steps: the words that each process keeps of all tickets name the nearest hundreds, and of those
that the reader may see the questions are read and compared word by word and pair by pair. Too
little in common shows nothing.
"""

import asyncio
import datetime as dt
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from aiohttp import web
from pydantic import BaseModel
from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from admin_api.draft_checks import common_words
from admin_api.likely import words_of_worker
from admin_api.office import office_of, who
from admin_api.routing import LAWYERS, NOT_FOUND, Routes, json_response
from admin_api.searching import FINDER, WordIndex, words_of
from bot.masking import mask
from escalation import interests, lookup
from escalation.calendar import LOCAL
from escalation.models import Ticket, TicketEvent
from escalation.vocabulary import EventKind, State
from knowledge_base.library import Library

routes = Routes()

SHOWN = 5
_FLOOR = 0.35  # of likeness: below it mostly the words of any question are shared
_ASKED = 24  # words that are looked up, the rarest
_NEAREST = 300  # tickets named by their words
_READ = 40  # of them whose questions are read
_FIRST_LINE = 160  # characters

Profile = Mapping[str, float]
_TOLD = (
    TicketEvent.kind == EventKind.REPLIED,
    TicketEvent.announced_at.is_not(None),
    TicketEvent.text.is_not(None),
)


class SimilarTicket(BaseModel):
    """What was asked and answered then, without persons in it. `likeness`: 0..1."""

    code: str
    topic: str | None
    solved_on: dt.date
    subject: str
    first_line: str
    answer: str
    likeness: float


class SimilarList(BaseModel):
    """Not `whole`: soon after a start the oldest tickets have not been looked at yet."""

    tickets: list[SimilarTicket]
    whole: bool


@dataclass(frozen=True)
class Alike:
    ticket: Ticket
    likeness: float


@routes.api("GET", "/api/tickets/{code}/similar", LAWYERS, answer=SimilarList)
async def get_similar(request: web.Request) -> web.Response:
    """Up to five solved tickets that ask much the same, and what was answered; the likest first."""
    return json_response(await of_ticket(request))


async def of_ticket(request: web.Request) -> SimilarList:
    office, finder = office_of(request), request.app[FINDER]
    library, reader_id = office.library(), who(request).staff.id
    index = await finder.index()
    async with office.database.reading() as session:
        ticket = await lookup.find(session, request.match_info["code"])
        if ticket is None:
            raise NOT_FOUND
        asked = await words_of_worker(session, ticket)
        near = [one for one in nearest(index, asked) if one != ticket.id]
        solved = await _solved(session, near, reader_id)
        answered = await _answered(session, alike(asked, solved, library))
    known = await asyncio.to_thread(common_words, library)
    shown = [_shown(one, answer, known) for one, answer in answered]
    return SimilarList(tickets=shown, whole=finder.whole)


# -- which -----------------------------------------------------------------------------------------


def nearest(index: WordIndex, text: str) -> list[int]:
    """Tickets by the weight of the words they share with `text`; of equals the newest. (pure)"""
    having = [ids for word in words_of(text) if len(ids := index.having(word))]
    having = sorted(having, key=len)[:_ASKED]
    if not having:
        return []
    size = int(max(ids.max() for ids in having)) + 1
    weights = np.zeros(size, np.float32)
    for ids in having:
        weights[ids] += math.log1p(size / len(ids))
    found = np.flatnonzero(weights)[::-1]
    if len(found) > _NEAREST:
        least = np.partition(weights[found], -_NEAREST)[-_NEAREST]
        found = found[weights[found] >= least]
    order: list[int] = found[np.argsort(-weights[found], kind="stable")].tolist()
    return order[:_NEAREST]


async def _solved(session: AsyncSession, near: Sequence[int], reader_id: int) -> list[Ticket]:
    """Those that were answered and closed and that the reader may see, in the order of `near`."""
    told = exists().where(TicketEvent.ticket_id == Ticket.id, *_TOLD)
    here = (Ticket.id.in_(near), Ticket.state == State.RESOLVED, interests.open_to(reader_id))
    ids = set(await session.scalars(select(Ticket.id).where(*here, told)))
    read = [one for one in near if one in ids][:_READ]
    rows = {one.id: one for one in await session.scalars(select(Ticket).where(Ticket.id.in_(read)))}
    return [rows[one] for one in read if one in rows]


def alike(text: str, tickets: Sequence[Ticket], library: Library) -> list[Alike]:
    """The tickets above the floor, the likest first. (pure)"""
    asked = library.profile(text)
    found = [Alike(one, _cosine(asked, library.profile(one.subject))) for one in tickets]
    near = [one for one in found if one.likeness >= _FLOOR]
    return sorted(near, key=lambda one: -one.likeness)


def _cosine(one: Profile, other: Profile) -> float:
    return sum(weight * other[name] for name, weight in one.items() if name in other)


# -- what was answered -----------------------------------------------------------------------------


async def _answered(session: AsyncSession, found: Sequence[Alike]) -> list[tuple[Alike, str]]:
    """The first few with different answers: a collective matter is answered once."""
    seen: dict[str, Alike] = {}
    for one in found:
        answer = await _answer(session, one.ticket)
        if answer:
            seen.setdefault(answer, one)
        if len(seen) == SHOWN:
            break
    return [(one, answer) for answer, one in seen.items()]


async def _answer(session: AsyncSession, ticket: Ticket) -> str:
    """The lawyer's longest: others ask back or say goodbye."""
    told = select(TicketEvent.text).where(TicketEvent.ticket_id == ticket.id, *_TOLD)
    return max((text or "" for text in await session.scalars(told)), key=len, default="")


def _shown(one: Alike, answer: str, known: Collection[str]) -> SimilarTicket:
    ticket, words = one.ticket, mask(answer, known).text
    assert ticket.resolved_at is not None
    return SimilarTicket(
        code=ticket.code,
        topic=ticket.topic,
        solved_on=ticket.resolved_at.astimezone(LOCAL).date(),
        subject=mask(ticket.subject, known).text,
        first_line=_cut(words.strip().partition("\n")[0]),
        answer=words,
        likeness=round(one.likeness, 2),
    )


def _cut(line: str) -> str:
    return line if len(line) <= _FIRST_LINE else f"{line[:_FIRST_LINE].rsplit(' ', 1)[0]}…"
