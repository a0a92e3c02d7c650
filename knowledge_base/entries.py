"""Entries in the database: publish them as revisions, load what is published."""

import asyncio
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge_base import law
from knowledge_base.content import Entry
from knowledge_base.importing import Base
from knowledge_base.library import Library
from knowledge_base.models import EntryRevision, Status


@dataclass(frozen=True)
class Published:
    """How many entries an import changed."""

    new: int = 0
    revised: int = 0
    retired: int = 0
    unchanged: int = 0


async def published(session: AsyncSession) -> Sequence[EntryRevision]:
    rows = await session.scalars(
        select(EntryRevision)
        .where(EntryRevision.status == Status.PUBLISHED)
        .order_by(EntryRevision.entry_id)
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
    return Published(**counts)


async def _next_number(session: AsyncSession, entry_id: str) -> int:
    highest = await session.scalar(
        select(func.max(EntryRevision.number)).where(EntryRevision.entry_id == entry_id)
    )
    return (highest or 0) + 1


async def load_library(session: AsyncSession, base: Base) -> Library:
    """The published entries with the words and numbers of `base`, under the law as known."""
    rows = await published(session)
    entries = {row.entry_id: Entry.model_validate(row.content) for row in rows}
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
