"""aiosqlite with fewer changes of thread: one a statement instead of four.

aiosqlite opens a cursor, executes, fetches and closes in its thread, each with its own way there
and back, and each way costs more than most statements. Here a statement and the fetching of its
rows make the way together; opening and closing a cursor touch no file and are done in place.
"""

import sqlite3
from collections import deque
from collections.abc import Iterable
from typing import Any

import aiosqlite


async def connect(path: str, **options: Any) -> "_Connection":
    """A connection as `sqlite3.connect(path, **options)` would open it."""
    options["check_same_thread"] = False

    def open_file() -> sqlite3.Connection:
        opened: sqlite3.Connection = sqlite3.connect(path, **options)
        return opened

    connection = _Connection(open_file, iter_chunk_size=64)
    connection._thread.daemon = True  # as SQLAlchemy's own: a forgotten connection must not hang
    await connection
    return connection


class _Connection(aiosqlite.Connection):
    def cursor(self) -> "_Cursor":  # type: ignore[override]  # to be entered, not awaited
        return _Cursor(self, self._conn.cursor())


class _Cursor(aiosqlite.Cursor):
    """A cursor that has fetched all rows when `execute` returns."""

    def __init__(self, connection: aiosqlite.Connection, cursor: sqlite3.Cursor) -> None:
        super().__init__(connection, cursor)
        self._rows: deque[Any] = deque()

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> "_Cursor":
        self._rows = await self._conn._execute(self._run, sql, parameters or ())  # type: ignore[no-untyped-call]  # aiosqlite leaves it untyped
        return self

    def _run(self, sql: str, parameters: Any) -> deque[Any]:
        self._cursor.execute(sql, parameters)
        return deque(self._cursor if self._cursor.description else ())

    async def fetchone(self) -> Any:
        return self._rows.popleft() if self._rows else None

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        wanted = self.arraysize if size is None else size
        return [self._rows.popleft() for _ in range(min(wanted, len(self._rows)))]

    async def fetchall(self) -> list[Any]:
        rows = list(self._rows)
        self._rows.clear()
        return rows

    async def close(self) -> None:
        self._cursor.close()
