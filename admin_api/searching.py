"""Finds tickets by the words in them, typed with marks or without, in any order.

What was said lies encrypted in the database, so each process keeps the words of all tickets in
its own memory: read once after the start, newest first, and then event by event. A blind index in
the database would need no reading, but a stolen copy of it gives most words away: Vietnamese has
few thousand syllables, and how often each occurs betrays it through any keyed hash. Decrypting at
each search takes seconds where there are 100,000 tickets.

`benchmarks/desk.py`, 100,000 tickets in PostgreSQL: read in 23 s beside other work, 46 MB; a search
with its page and counts takes 0.05-0.15 s, the slowest 0.30 s.
"""

import asyncio
import re
from array import array
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from typing import Any

import numpy as np
import structlog
from aiohttp import web
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, and_, func, select

from escalation.models import Ticket, TicketEvent
from escalation.vocabulary import EventKind, Kind, Priority
from hotline.db import Database
from knowledge_base.text import clean, fold

MOST = 2000  # tickets of one search: the newest ones
_BATCH = 200  # events read at once: what waits for the reading waits some milliseconds
_REST = 0.005  # seconds between batches: others come first
_KEPT_UP = 30.0  # seconds between looks when nobody searches
_LATE = 500  # events that may be committed after others with a higher number
_WORD = re.compile(r"[^\W_]+")
_NAMING = (EventKind.OPENED, EventKind.DETAILED, EventKind.ABSORBED)

Ids = NDArray[np.uint32]
log = structlog.get_logger()


def words_of(text: str) -> set[str]:
    """ "HP-7K3Q nợ lương" -> hp, 7k3q, no, luong."""
    return set(_WORD.findall(fold(clean(text)).lower()))


class WordIndex:
    """Which tickets have which word. (pure)"""

    def __init__(self) -> None:
        self._tickets: dict[str, array[int]] = defaultdict(lambda: array("I"))

    def add(self, ticket_id: int, text: str) -> None:
        for word in words_of(text):
            having = self._tickets[word]
            if not having or having[-1] != ticket_id:
                having.append(ticket_id)

    def forget(self, ticket_ids: Collection[int]) -> None:
        gone = np.array(list(ticket_ids), np.uint32)
        for word, having in list(self._tickets.items()):
            ids = _ids(having)
            kept = ids[~np.isin(ids, gone)]
            if len(kept) < len(ids):
                self._tickets[word] = array("I", kept.tobytes())

    def having(self, word: str) -> Ids:
        """The tickets that have a word as `words_of` gives it; one may stand there twice."""
        return _ids(self._tickets.get(word, array("I")))

    def find(self, text: str) -> list[int]:
        """Tickets that have every word of `text`, newest first; of no word, none."""
        having = [self.having(word) for word in words_of(text)]
        if not having:
            return []
        having.sort(key=len)
        found: Ids = reduce(np.intersect1d, having[1:], np.unique(having[0]))
        newest: list[int] = found[::-1].tolist()
        return newest


def _ids(having: "array[int]") -> Ids:
    return np.array(having, np.uint32)  # a copy: an array that is looked at cannot grow


@dataclass(frozen=True)
class Found:
    """`whole`: every ticket has been read; `cut`: there are more than `MOST`."""

    ids: Sequence[int]
    whole: bool
    cut: bool


class Finder:
    """The words of the tickets of one database, kept up with it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._index = WordIndex()
        self._newest: int | None = None  # event read; None before the first look
        self._recent: set[int] = set()  # of the newest events those that were read
        self._one_reader = asyncio.Lock()
        self.whole = False

    async def run(self) -> None:
        """Read what is there, then keep up, so that no search has much to read."""
        while True:
            try:
                await self.read_all()
            except Exception as error:  # the database is away; the next look goes on
                log.warning("search_not_read", error=type(error).__name__)
            await asyncio.sleep(_KEPT_UP)

    async def read_all(self) -> None:
        await self._keep_up()
        while not self.whole:
            await self._read_back()
            await asyncio.sleep(_REST)

    async def find(self, text: str) -> Found:
        await self._keep_up()
        ids = self._index.find(text)
        return Found(ids[:MOST], self.whole, len(ids) > MOST)

    async def index(self) -> WordIndex:
        """All words read so far, for other ways to look for tickets."""
        await self._keep_up()
        return self._index

    async def _keep_up(self) -> None:
        async with self._one_reader, self._database.reading() as session:
            if self._newest is None:
                self._newest = await session.scalar(select(func.max(TicketEvent.id))) or 0
                self._oldest = self._newest + 1
            late = select(TicketEvent.id).where(TicketEvent.id > self._newest - _LATE)
            ids = set((await session.scalars(late)).all())
            if not self._recent and self._oldest > self._newest:
                self._recent = {one for one in ids if one <= self._newest}  # read from here back
            fresh = iter(sorted(ids - self._recent))
            while part := list(islice(fresh, _BATCH)):
                rows = await session.execute(_events().where(TicketEvent.id.in_(part)))
                self._take(rows.all())
            self._recent, self._newest = ids, max(ids, default=self._newest)

    async def _read_back(self) -> None:
        async with self._database.reading() as session:
            older = _events().where(TicketEvent.id < self._oldest)
            rows = (
                await session.execute(older.order_by(TicketEvent.id.desc()).limit(_BATCH))
            ).all()
        self._take(rows)
        self.whole = len(rows) < _BATCH
        self._oldest = rows[-1].id if rows else self._oldest

    def _take(self, rows: Sequence[Any]) -> None:
        if erased := {row.ticket_id for row in rows if row.kind is EventKind.ERASED}:
            self._index.forget(erased)
        for row in rows:
            named = row.kind in _NAMING
            names = f"{row.code} {row.alias} {row.employer or ''}" if named else row.code
            self._index.add(row.ticket_id, f"{names} {row.text or ''}")


def _events() -> Any:
    return select(
        TicketEvent.id,
        TicketEvent.ticket_id,
        TicketEvent.kind,
        TicketEvent.text,
        Ticket.code,
        Ticket.alias,
        Ticket.employer,
    ).join(Ticket, Ticket.id == TicketEvent.ticket_id)


FINDER: web.AppKey[Finder] = web.AppKey("finder", Finder)


# -- what a page asks for --------------------------------------------------------------------------


@dataclass(frozen=True)
class Wish:
    """Words and filters; empty ones let everything through."""

    q: str = ""
    channel: str = ""
    topic: str = ""
    kind: str = ""
    priority: str = ""

    @property
    def filters(self) -> dict[str, str]:
        named = {name: getattr(self, name) for name in ("channel", "topic", "kind", "priority")}
        return {name: value for name, value in named.items() if value}

    @property
    def given(self) -> dict[str, str]:
        return {**({"q": self.q} if self.q else {}), **self.filters}

    def condition(self, found: Found | None) -> ColumnElement[bool]:
        """What tickets must be; `found` are those that have the words."""
        columns = [getattr(Ticket, name) == value for name, value in self.filters.items()]
        words = [Ticket.id.in_(found.ids)] if found else []
        return and_(True, *columns, *words)


def wish_of(query: Any) -> Wish:
    """From a query string; what is no kind and no priority counts for nothing."""
    given = {name: clean(str(query.get(name, "")))[:200] for name in ("q", "channel", "topic")}
    return Wish(
        q=given["q"],
        channel=given["channel"][:20],
        topic=given["topic"][:40],
        kind=_known(query.get("kind"), Kind),
        priority=_known(query.get("priority"), Priority),
    )


def _known(value: str | None, words: type[Kind] | type[Priority]) -> str:
    return value if value in [one.value for one in words] else ""


async def sought(request: web.Request, wish: Wish) -> Found | None:
    """The tickets that have the words of the wish; None where it names no words."""
    return await request.app[FINDER].find(wish.q) if wish.q else None
