"""The schema as a whole: all tables of all rooms, and the way to bring a database up to it."""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, func, select

import admin_api.models
import bot.models
import bot.telephone.models
import escalation.models
import knowledge_base.models
from hotline.db import Base, Database, Keyring

_ROOMS = (
    admin_api.models,
    bot.models,
    bot.telephone.models,
    escalation.models,
    knowledge_base.models,
)
METADATA: MetaData = Base.metadata
_MIGRATING = 20261122  # the number of the lock, no meaning beyond this file


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    config.attributes["metadata"] = METADATA
    return config


async def migrate(database: Database) -> None:
    """Bring the database to the newest revision; does nothing where it is there already."""
    async with database.engine.begin() as connection:
        if not database.is_sqlite:  # where two programs start at once, the second one waits
            await connection.execute(select(func.pg_advisory_xact_lock(_MIGRATING)))
        await connection.run_sync(lambda plain: command.upgrade(_config(plain), "head"))


async def is_current(database: Database) -> bool:
    """Whether the database has exactly the schema this program was written for."""
    return await revision(database) == newest()


async def revision(database: Database) -> str | None:
    """The migration the database is at; None where none ever ran."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(_revision)


def newest() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


async def drift(database: Database) -> list[Any]:
    """Differences between the models and the migrated database; empty when they agree."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(
            lambda plain: compare_metadata(MigrationContext.configure(plain), METADATA)
        )


async def write_revision(message: str, number: str) -> None:
    """For developers: write the next migration from what the models changed."""
    with tempfile.TemporaryDirectory() as directory:
        database = Database(f"sqlite:///{directory}/empty.sqlite3", Keyring.generate())
        await migrate(database)
        async with database.engine.begin() as connection:
            await connection.run_sync(
                lambda plain: command.revision(
                    _config(plain), message=message, autogenerate=True, rev_id=number
                )
            )
        await database.close()


if __name__ == "__main__":
    asyncio.run(write_revision(*sys.argv[1:3]))
