"""The articles of the register that a ticket is likely about."""

import asyncio
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from aiohttp import web
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from admin_api.office import Office, office_of
from admin_api.routing import LAWYERS, NOT_FOUND, Routes, json_response
from bot.models import Handoff, Question
from escalation import lookup
from escalation.models import Ticket, TicketEvent
from escalation.vocabulary import EventKind
from knowledge_base import law
from knowledge_base.articles import Law
from knowledge_base.content import Citation, Place
from knowledge_base.library import Library
from knowledge_base.likely import Because, Likely, LikelyArticles
from knowledge_base.matching import Verdict
from knowledge_base.rendering import cite

routes = Routes()

_ENOUGH = 12  # words that tell a matter; after fewer the worker's next messages are read too
_READ = 2000  # characters


class LikelyArticle(BaseModel):
    """`title` is empty, and the dates unknown, where the text was never imported."""

    law_id: str
    article_id: str
    short: str
    law_name: str
    title: str = ""
    because: Because
    in_force: bool
    effective_from: dt.date | None = None
    effective_to: dt.date | None = None
    later: bool = False  # it began to hold only after the thing had happened


class ArticleList(BaseModel):
    articles: list[LikelyArticle]


@dataclass(frozen=True)
class Asked:
    """What is known of the matter. `given`: what the bot had cited."""

    text: str
    topic: str | None
    happened_on: dt.date | None
    given: Sequence[Place]


# -- the index -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Held:
    title: str = ""
    effective_from: dt.date | None = None
    effective_to: dt.date | None = None


@dataclass(frozen=True)
class Shelf:
    """The index of one day over one state of the register, and what it names articles by."""

    library: Library
    day: dt.date
    index: LikelyArticles
    held: dict[Place, Held] = field(repr=False)


class Shelves:
    """Keeps the newest shelf: made when first asked for, and anew when register or day change."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._newest: Shelf | None = None
        self._one_maker = asyncio.Lock()

    async def newest(self) -> Shelf:
        day = law.today(self._office.clock())
        async with self._one_maker:
            library, kept = self._office.library(), self._newest
            if kept is None or kept.library is not library or kept.day != day:
                async with self._office.database.reading() as session:
                    texts = await law.load(session)
                kept = self._newest = await asyncio.to_thread(_shelf, texts, library, day)
            return kept


def _shelf(texts: Law, library: Library, day: dt.date) -> Shelf:
    index = LikelyArticles(texts, library, day)
    found = ((place, texts.on(place, day)) for place in index.places)
    held = {
        place: Held(one.title, one.effective_from, one.effective_to)
        for place, one in found
        if one is not None
    }
    return Shelf(library, day, index, held)


SHELVES: web.AppKey[Shelves] = web.AppKey("shelves", Shelves)


# -- of a ticket -----------------------------------------------------------------------------------


@routes.api("GET", "/api/tickets/{code}/articles", LAWYERS, answer=ArticleList)
async def get_articles(request: web.Request) -> web.Response:
    """Up to ten articles in force that the ticket is likely about, the likeliest first."""
    return json_response(ArticleList(articles=await of_ticket(request)))


async def of_ticket(request: web.Request) -> list[LikelyArticle]:
    async with office_of(request).database.reading() as session:
        ticket = await lookup.find(session, request.match_info["code"])
        if ticket is None:
            raise NOT_FOUND
        asked = await _asked(session, ticket, office_of(request).library())
    shelf = await request.app[SHELVES].newest()
    found = shelf.index.rank(asked.text, topic=asked.topic, given=asked.given)
    ended = [
        Likely(place, 0, Because.GIVEN) for place in asked.given if place not in shelf.index.at
    ]
    return [_shown(one, shelf, asked.happened_on) for one in (*ended, *found)]


async def _asked(session: AsyncSession, ticket: Ticket, library: Library) -> Asked:
    return Asked(
        text=await words_of_worker(session, ticket),
        topic=ticket.topic,
        happened_on=ticket.event_on,
        given=await _cited_by_bot(session, ticket, library),
    )


async def words_of_worker(session: AsyncSession, ticket: Ticket) -> str:
    """What he asked; of "gặp luật sư" and the like also what he wrote next."""
    said = [ticket.subject]
    if len(ticket.subject.split()) < _ENOUGH:
        wrote = select(TicketEvent.text).where(
            TicketEvent.ticket_id == ticket.id, TicketEvent.kind == EventKind.WROTE
        )
        rows = await session.scalars(wrote.order_by(TicketEvent.id).limit(5))
        said += [text for text in rows if text]
    return "\n".join(said)[:_READ]


async def _cited_by_bot(session: AsyncSession, ticket: Ticket, library: Library) -> list[Place]:
    """The basis of the answer the bot gave before a lawyer was called."""
    reasoning = await session.scalar(
        select(Question.reasoning)
        .join(Handoff, Handoff.question_id == Question.id)
        .where(Handoff.ticket_id == ticket.id)
    )
    if not reasoning or reasoning.get("verdict") != Verdict.ANSWER:
        return []
    named = (match["entry"] for match in reasoning.get("matches", ())[:1])
    return _basis(library, named)


def _basis(library: Library, entry_ids: Iterable[str]) -> list[Place]:
    known = (library.entries[one] for one in entry_ids if one in library.entries)
    cited = (citation for entry in known for citation in entry.citations)
    return list(dict.fromkeys((one.law_id, one.article_id) for one in cited))


def _shown(one: Likely, shelf: Shelf, happened_on: dt.date | None) -> LikelyArticle:
    law_id, article_id = one.place
    instruments = shelf.library.instruments
    held = shelf.held.get(one.place, Held())
    instrument = instruments.get(law_id)
    since = held.effective_from or (instrument.effective_from if instrument else None)
    until = held.effective_to or (instrument.effective_to if instrument else None)
    return LikelyArticle(
        law_id=law_id,
        article_id=article_id,
        short=cite(Citation(law_id=law_id, article_id=article_id), instruments),
        law_name=instrument.name if instrument else law_id,
        title=held.title,
        because=one.because,
        in_force=one.place in shelf.index.at,
        effective_from=since,
        effective_to=until,
        later=bool(since and happened_on and since > happened_on),
    )
