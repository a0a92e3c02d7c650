"""What workers and lawyers write is nowhere to be read without the keys."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.models import Contact, Message, Quarantine, Question
from escalation.models import Ticket, TicketEvent
from hotline import schema
from hotline.commands import keys
from hotline.db import Database, Encrypted, EncryptedJson, Keyring
from hotline.settings import SettingsError
from knowledge_base.library import Library
from tests.factories import Clock, everything
from tests.front_door import FrontDoor

ADDRESS = "canary-address-7001"
CANARIES = (
    ADDRESS,
    "canaryquestion",
    "canaryemployer",
    "canaryreach",
    "canaryreply",
    "canaryquarantine",
)


async def tell_everything(door: FrontDoor) -> None:
    """A story that puts a canary into each column that holds somebody's words."""
    await door.says(ADDRESS, "luật sư ơi")
    await door.says(ADDRESS, "Cho em hỏi chuyện canaryquestion")
    await door.says(ADDRESS, "Công ty canaryemployer")
    await door.says(ADDRESS, "gọi canaryreach")
    code = (await door.newest_ticket()).code
    await door.replies(code, await door.lawyer(), "Luật sư trả lời canaryreply")
    await door.quarantine(b"canaryquarantine")


async def readable(database: Database) -> str:
    """Every encrypted value, decrypted."""
    said = []
    for table in schema.METADATA.sorted_tables:
        columns = [
            column for column in table.columns if isinstance(column.type, Encrypted | EncryptedJson)
        ]
        if columns:
            async with database.reading() as session:
                said += sorted(repr(row) for row in await session.execute(select(*columns)))
    return "\n".join(said)


async def test_no_word_stands_in_the_database_unencrypted(
    database: Database, library: Library, clock: Clock
) -> None:
    await tell_everything(FrontDoor(database, library, clock))
    stored = repr(await everything(database))
    assert [canary for canary in CANARIES if canary in stored] == []
    spoken = await readable(database)
    assert [canary for canary in CANARIES if canary not in spoken] == []


async def test_no_word_stands_in_the_files_of_sqlite(
    database: Database, database_url: str, library: Library, clock: Clock
) -> None:
    if not database.is_sqlite:
        pytest.skip("the files of PostgreSQL hold what its rows hold")
    await tell_everything(FrontDoor(database, library, clock))
    main = Path(database_url.removeprefix("sqlite:///"))
    files = sorted(main.parent.glob(f"{main.name}*"))
    assert [path.name for path in files] == [main.name, f"{main.name}-shm", f"{main.name}-wal"]
    bytes_written = b"".join(path.read_bytes() for path in files)
    assert b"webchat" in bytes_written
    assert [canary for canary in CANARIES if canary.encode() in bytes_written] == []


async def test_a_worker_is_found_by_the_address_nobody_can_read(
    database: Database, library: Library, clock: Clock
) -> None:
    await FrontDoor(database, library, clock).says(ADDRESS, "chào")
    async with database.reading() as session:
        found = await session.scalar(select(Contact).where(Contact.address_index == ADDRESS))
    assert found is not None
    assert found.address == ADDRESS


# -- new keys --------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [2, 500])
async def test_after_a_rotation_the_new_key_alone_reads_everything(
    database_url: str, library: Library, clock: Clock, tmp_path: Path, batch: int
) -> None:
    directory = tmp_path / "keys"
    Keyring.create(directory)
    async with opened(database_url, directory) as old:
        await tell_everything(FrontDoor(old, library, clock))
        before, counts = await readable(old), await _counts(old)
    Keyring.rotate(directory)
    async with opened(database_url, directory) as both:
        assert await keys.encrypt_anew(both, batch) == sum(counts)
    Keyring.drop_old(directory)
    async with opened(database_url, directory) as new:
        assert await readable(new) == before
        assert await _counts(new) == counts
        await FrontDoor(new, library, clock).says(ADDRESS, "còn một chuyện")
        assert await _counts(new) != counts


@contextlib.asynccontextmanager
async def opened(url: str, directory: Path) -> AsyncIterator[Database]:
    database = Database(url, Keyring.load(directory))
    try:
        yield database
    finally:
        await database.close()


async def _counts(database: Database) -> list[int]:
    """Rows of each table that holds encrypted columns."""
    async with database.reading() as session:
        return [
            await session.scalar(select(func.count()).select_from(table)) or 0
            for table in schema.METADATA.sorted_tables
            if any(isinstance(column.type, Encrypted | EncryptedJson) for column in table.columns)
        ]


async def test_rows_no_key_can_read_stop_the_rotation(
    database: Database, database_url: str, library: Library, clock: Clock
) -> None:
    await tell_everything(FrontDoor(database, library, clock))
    stranger = Database(database_url, Keyring.generate())
    before = await everything(database)
    try:
        with pytest.raises(SettingsError, match="none of the keys can read"):
            await keys.encrypt_anew(stranger)
    finally:
        await stranger.close()
    assert await everything(database) == before


def test_every_text_of_a_person_is_an_encrypted_column() -> None:
    for column in (
        Contact.address,
        Message.text,
        Quarantine.body,
        Ticket.subject,
        Ticket.employer,
        Ticket.reach,
        TicketEvent.text,
    ):
        assert isinstance(column.type, Encrypted), column
    for column in (Message.choices, Question.reasoning):
        assert isinstance(column.type, EncryptedJson), column
