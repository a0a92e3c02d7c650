"""Entries in the database: what was sent can always be shown again."""

from collections.abc import Iterable

from sqlalchemy import select

from hotline.db import Database
from knowledge_base import entries
from knowledge_base.content import Entry
from knowledge_base.entries import Published
from knowledge_base.importing import Base
from knowledge_base.models import EntryRevision, Status
from tests.factories import Clock
from tests.knowledge_base.conftest import entry

WAGES = entry()
OVERTIME = entry(id="lam-them", label="Tăng ca", question="Tăng ca tối đa mấy giờ?")


async def publish(
    database: Database, clock: Clock, what: Iterable[Entry], provenance: str = "seed"
) -> Published:
    async with database.writing() as session:
        return await entries.publish(session, what, provenance, clock())


async def revisions(database: Database) -> list[tuple[str, int, Status]]:
    async with database.reading() as session:
        rows = await session.scalars(
            select(EntryRevision).order_by(EntryRevision.entry_id, EntryRevision.number)
        )
        return [(row.entry_id, row.number, row.status) for row in rows]


async def test_new_entries_become_first_revisions(database: Database, clock: Clock) -> None:
    assert await publish(database, clock, [WAGES, OVERTIME]) == Published(new=2)
    assert await revisions(database) == [
        ("lam-them", 1, Status.PUBLISHED),
        ("no-luong", 1, Status.PUBLISHED),
    ]


async def test_publishing_the_same_again_changes_nothing(database: Database, clock: Clock) -> None:
    await publish(database, clock, [WAGES])
    assert await publish(database, clock, [WAGES]) == Published(unchanged=1)
    assert await revisions(database) == [("no-luong", 1, Status.PUBLISHED)]


async def test_a_changed_entry_gets_the_next_number_and_the_old_words_stay(
    database: Database, clock: Clock
) -> None:
    await publish(database, clock, [WAGES])
    changed = WAGES.model_copy(update={"label": "Bị chậm lương"})
    assert await publish(database, clock, [changed]) == Published(revised=1)
    assert await revisions(database) == [
        ("no-luong", 1, Status.RETIRED),
        ("no-luong", 2, Status.PUBLISHED),
    ]
    async with database.reading() as session:
        labels = [row.content["label"] for row in await session.scalars(select(EntryRevision))]
    assert sorted(labels) == ["Bị chậm lương", "Bị nợ lương"]


async def test_an_entry_gone_from_the_source_is_retired_and_may_come_back(
    database: Database, clock: Clock
) -> None:
    await publish(database, clock, [WAGES, OVERTIME])
    assert await publish(database, clock, [WAGES]) == Published(retired=1, unchanged=1)
    assert await publish(database, clock, [WAGES, OVERTIME]) == Published(new=1, unchanged=1)
    assert await revisions(database) == [
        ("lam-them", 1, Status.RETIRED),
        ("lam-them", 2, Status.PUBLISHED),
        ("no-luong", 1, Status.PUBLISHED),
    ]


async def test_one_source_does_not_retire_anothers_entries(
    database: Database, clock: Clock
) -> None:
    await publish(database, clock, [OVERTIME], provenance="centre")
    assert await publish(database, clock, [WAGES]) == Published(new=1)
    async with database.reading() as session:
        assert [row.entry_id for row in await entries.published(session)] == [
            "lam-them",
            "no-luong",
        ]


async def test_the_library_holds_what_is_published_and_knows_its_revisions(
    database: Database, clock: Clock, base: Base
) -> None:
    await publish(database, clock, [WAGES, OVERTIME])
    changed = WAGES.model_copy(update={"label": "Bị chậm lương"})
    await publish(database, clock, [changed])
    async with database.reading() as session:
        library = await entries.load_library(session, base)
        (row,) = await entries.published(session)
    assert library.entries == {"no-luong": changed}
    assert library.revisions == {"no-luong": row.id}
    assert row.number == 2


async def test_the_whole_seed_survives_the_database(
    database: Database, clock: Clock, base: Base
) -> None:
    await publish(database, clock, base.entries.values())
    async with database.reading() as session:
        rows = await entries.published(session)
    assert {row.entry_id: Entry.model_validate(row.content) for row in rows} == base.entries
    assert (await publish(database, clock, base.entries.values())).unchanged == len(base.entries)
