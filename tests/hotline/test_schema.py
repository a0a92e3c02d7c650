"""The schema, and how the database behaves under it."""

import asyncio
import datetime as dt
import uuid
from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy
from sqlalchemy import text

from escalation.models import Staff
from escalation.vocabulary import Role
from hotline import schema
from hotline.db import Database, Keyring, UtcDateTime
from tests.factories import everything


async def staff(database: Database, created_at: dt.datetime) -> int:
    async with database.writing() as session:
        person = Staff(email="a@b.vn", name="An", role=Role.LAWYER, created_at=created_at)
        session.add(person)
        await session.flush()
        return person.id


async def test_migrating_again_changes_nothing(database: Database) -> None:
    await staff(database, dt.datetime(2026, 11, 22, tzinfo=dt.UTC))
    before = await everything(database)
    assert await schema.is_current(database)
    await schema.migrate(database)
    assert await schema.is_current(database)
    assert await everything(database) == before


async def test_migrations_and_models_agree(database: Database) -> None:
    assert await schema.drift(database) == []


async def test_a_difference_between_migrations_and_models_is_seen(database: Database) -> None:
    async with database.writing() as session:
        await session.execute(text("ALTER TABLE staff ADD COLUMN nickname VARCHAR(20)"))
    assert await schema.drift(database)


async def test_a_database_never_migrated_is_not_current(empty_url: str) -> None:
    database = Database(empty_url, Keyring.generate())
    try:
        assert await schema.revision(database) is None
        assert not await schema.is_current(database)
        await asyncio.gather(schema.migrate(database), schema.migrate(database))
        assert await schema.is_current(database)
    finally:
        await database.close()


@pytest.fixture
def empty_url(database_url: str) -> Iterator[str]:
    """Beside each migrated database, one with nothing in it."""
    url = sqlalchemy.make_url(database_url)
    if url.drivername == "sqlite":
        yield database_url.replace("hotline.sqlite3", "empty.sqlite3")
        return
    name = f"empty_{uuid.uuid4().hex}"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield url.set(database=name).render_as_string(hide_password=False)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def test_sqlite_writes_ahead_syncs_fully_and_keeps_references(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("PostgreSQL needs no such setting")
    async with database.reading() as session:
        told = {
            name: await session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert told == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 10000,
    }


async def test_a_reference_to_nobody_is_refused(database: Database) -> None:
    with pytest.raises(sqlalchemy.exc.IntegrityError):
        async with database.writing() as session:
            await session.execute(
                text(
                    "INSERT INTO api_tokens (token_hash, staff_id, created_at)"
                    " VALUES ('x', 999, '2026-11-22')"
                )
            )


async def test_a_time_without_a_zone_has_no_place(database: Database) -> None:
    with pytest.raises(sqlalchemy.exc.StatementError, match="naive time"):
        await staff(database, dt.datetime(2026, 11, 22))
    with pytest.raises(ValueError, match="naive time"):
        UtcDateTime().process_bind_param(dt.datetime(2026, 11, 22), database.engine.dialect)


async def test_times_come_back_as_the_same_moment_in_utc(database: Database) -> None:
    hanoi = dt.timezone(dt.timedelta(hours=7))
    number = await staff(database, dt.datetime(2026, 11, 22, 6, 30, 15, 123456, hanoi))
    async with database.reading() as session:
        person = await session.get(Staff, number)
    assert person is not None
    assert person.created_at == dt.datetime(2026, 11, 21, 23, 30, 15, 123456, dt.UTC)
    assert person.created_at.tzinfo is dt.UTC


async def test_what_fails_half_way_leaves_nothing(database: Database) -> None:
    before = await everything(database)

    async def fail_half_way() -> None:
        async with database.writing() as session:
            await session.execute(
                text("INSERT INTO login_attempts (email, at) VALUES ('x', '2026-11-22')")
            )
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail_half_way()
    assert await everything(database) == before


async def test_readers_do_not_wait_for_a_writer(database: Database) -> None:
    async with database.writing() as writer:
        await writer.execute(text("UPDATE staff SET name = 'x'"))
        async with database.reading() as session:
            assert await session.scalar(text("SELECT count(*) FROM staff")) == 0
