"""Entries in the database: publish them as revisions, load what is published."""

import asyncio
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hotline.db import alone
from knowledge_base import law
from knowledge_base.content import Entry
from knowledge_base.drafting import extended
from knowledge_base.importing import Base
from knowledge_base.library import Library
from knowledge_base.models import EntryRevision, Status

TICKET = "ticket"  # provenance of what came of a lawyer's answer
PUBLISHING = "publish entries"  # one at a time, see `alone`


@dataclass(frozen=True)
class Published:
    """How many entries an import changed."""

    new: int = 0
    revised: int = 0
    retired: int = 0
    unchanged: int = 0


async def published(session: AsyncSession) -> Sequence[EntryRevision]:
    """Sorted by entry. One that tickets only added phrasings to comes twice, its own words last."""
    rows = await session.scalars(
        select(EntryRevision)
        .where(EntryRevision.status == Status.PUBLISHED)
        .order_by(EntryRevision.entry_id, EntryRevision.provenance != TICKET, EntryRevision.id)
    )
    return rows.all()


async def publish(
    session: AsyncSession, entries: Iterable[Entry], provenance: str, now: dt.datetime
) -> Published:
    """Make `entries` what is published from this source: new revisions where they differ."""
    current = {
        row.entry_id: row for row in await published(session) if row.provenance == provenance
    }
    counts = {"new": 0, "revised": 0, "retired": 0, "unchanged": 0}
    for entry in entries:
        content = entry.model_dump(mode="json")
        before = current.pop(entry.id, None)
        if before is not None and before.content == content:
            counts["unchanged"] += 1
            continue
        if before is not None:
            before.status = Status.RETIRED
        counts["new" if before is None else "revised"] += 1
        session.add(
            EntryRevision(
                entry_id=entry.id,
                number=await _next_number(session, entry.id),
                status=Status.PUBLISHED,
                topic=entry.topic,
                content=content,
                provenance=provenance,
                created_at=now,
            )
        )
    for gone in current.values():
        gone.status = Status.RETIRED
        counts["retired"] += 1
    await session.flush()
    if provenance != TICKET:
        await _retire_additions(session, current)
    return Published(**counts)


async def _retire_additions(session: AsyncSession, gone: Iterable[str]) -> None:
    """What tickets added to an entry goes with it: its old words must not come back."""
    lost = set(gone)
    for row in await published(session):
        if row.provenance == TICKET and row.entry_id in lost:
            row.status = Status.RETIRED
    await session.flush()


async def add(session: AsyncSession, entry: Entry, provenance: str, now: dt.datetime) -> None:
    """Publish one entry more from a source, beside all it has published already."""
    await alone(session, PUBLISHING)
    rows = [row for row in await published(session) if row.provenance == provenance]
    others = [Entry.model_validate(row.content) for row in rows if row.entry_id != entry.id]
    await publish(session, [*others, entry], provenance, now)


async def _next_number(session: AsyncSession, entry_id: str) -> int:
    highest = await session.scalar(
        select(func.max(EntryRevision.number)).where(EntryRevision.entry_id == entry_id)
    )
    return (highest or 0) + 1


async def load_library(session: AsyncSession, base: Base) -> Library:
    """The published entries with the words and numbers of `base`, under the law as known."""
    rows = await published(session)
    entries = together(rows)
    instruments = await law.instruments(session, base)
    published_at = {row.entry_id: row.created_at for row in rows}
    return await asyncio.to_thread(  # building the index would keep workers waiting
        Library,
        entries.values(),
        topics=base.topics,
        instruments=instruments,
        parameters=base.parameters,
        shorthand=base.shorthand,
        synonyms=base.synonyms,
        revisions={row.entry_id: row.id for row in rows},
        holds=await law.holds(session, base, entries, published_at, instruments),
    )


def together(rows: Iterable[EntryRevision]) -> dict[str, Entry]:
    """The entries by name; of two with one name the later speaks, with the phrasings of both."""
    found: dict[str, Entry] = {}
    for row in rows:
        entry = Entry.model_validate(row.content)
        before = found.get(entry.id)
        found[entry.id] = extended(entry, before.phrasings) if before else entry
    return found


def library_of(base: Base) -> Library:
    """A library straight from the files, without a database."""
    return Library(
        base.entries.values(),
        topics=base.topics,
        instruments=base.instruments,
        parameters=base.parameters,
        shorthand=base.shorthand,
        synonyms=base.synonyms,
    )
