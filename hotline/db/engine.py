"""One engine for SQLite and PostgreSQL, with transactions that behave alike.

SQLite runs in WAL with synchronous=FULL, and each writing transaction begins IMMEDIATE: a
deferred one fails with "database is locked" when it turns from reading to writing.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import Connection, event, func, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from hotline.db import sqlite
from hotline.db.crypto import Keyring

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
}


async def alone(session: AsyncSession, what: str) -> None:
    """Until this transaction ends, let no other one do the same `what`.

    For counts that decide something: rows that others are just writing cannot be counted. SQLite
    has one writer at a time anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(what, 0))))


def deadlocked(error: DBAPIError) -> bool:
    """Whether the database ended this transaction for another's sake: trying again helps."""
    return getattr(error.orig, "sqlstate", None) in {"40P01", "40001"}


def async_url(url: str) -> str:
    """ "postgresql://..." -> "postgresql+psycopg://..."; raises ValueError for other databases."""
    scheme, separator, rest = url.partition("://")
    driver = _DRIVERS.get(scheme.partition("+")[0])
    if not separator or driver is None:
        raise ValueError("the database must be sqlite:///PATH or postgresql://...")
    return f"{driver}://{rest}"


def check_url(url: str) -> None:
    """Raise ValueError, never quoting a password, for what is no address of a database."""
    try:
        parts = make_url(async_url(url))
    except (ValueError, ArgumentError):
        parts = None
    if parts is None or not parts.database or parts.database == ":memory:":
        raise ValueError("must be sqlite:///PATH or postgresql://USER@HOST/NAME")


class Database:
    """Engine, sessions and the writer's turn."""

    def __init__(self, url: str, keyring: Keyring) -> None:
        self.engine = create_async_engine(async_url(url), hide_parameters=True, **_pool(url))
        self.keyring = keyring
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        vars(self.engine.dialect)["keyring"] = keyring  # read back by the column types
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        # One writer at a time anyway: a queue in the process beats SQLite's sleeping retries.
        self._turn = asyncio.Lock() if self.is_sqlite else contextlib.nullcontext()
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _set_pragmas)
            event.listen(self.engine.sync_engine, "begin", _begin)

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A transaction that commits at the end, or rolls back on an exception."""
        async with self._turn, self._sessions() as session, session.begin():
            yield session

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A transaction that only reads; on SQLite it never waits for a writer."""
        async with self._sessions() as session:
            if self.is_sqlite:
                await session.connection(execution_options={"deferred": True})
            yield session

    async def close(self) -> None:
        await self.engine.dispose()


def _pool(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        return {"pool_size": 8, "connect_args": {"timeout": 10, "async_creator_fn": sqlite.connect}}
    return {"pool_size": 10, "max_overflow": 10, "pool_pre_ping": True}


def _set_pragmas(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we begin transactions ourselves
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=10000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    deferred = connection.get_execution_options().get("deferred", False)
    connection.exec_driver_sql("BEGIN" if deferred else "BEGIN IMMEDIATE")
