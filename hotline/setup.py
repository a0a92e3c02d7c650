"""First start: keys, schema, the seed FAQ base and demo accounts. Safe to repeat."""

from pathlib import Path

import sqlalchemy
from sqlalchemy import func, select

from admin_api import accounts
from escalation.models import Staff
from escalation.vocabulary import Role
from hotline import schema
from hotline.db import Database, Keyring, KeysMissing
from hotline.opening import NotReady, open_database, utc_now
from hotline.settings import Settings
from knowledge_base import entries, importing
from knowledge_base.entries import Published

SEED = "seed"

DEMO_STAFF = (
    ("luatsu@hotline.test", "Luật sư Demo", Role.LAWYER),
    ("quanly@hotline.test", "Quản lý Demo", Role.MANAGER),
    ("quantri@hotline.test", "Quản trị Demo", Role.ADMIN),
)


async def open_ready(settings: Settings) -> Database:
    """A database that is set up; raises `NotReady` with what to do."""
    database = open_with_keys(settings)
    try:
        current = await schema.is_current(database)
    except sqlalchemy.exc.SQLAlchemyError as error:
        await database.close()
        raise NotReady(f"the database cannot be reached ({type(error).__name__})") from None
    if not current:
        await database.close()
        raise NotReady("the database is not up to date: run “hotline migrate” first")
    return database


def open_with_keys(settings: Settings) -> Database:
    try:
        return open_database(settings)
    except KeysMissing as error:
        raise NotReady(f"{error}: run “hotline migrate” for a new installation") from None


async def migrate(settings: Settings) -> Database:
    """Keys if this is a new installation, then the newest schema."""
    try:
        if not Keyring.is_whole(settings.keys_dir) and await _holds_data(settings):
            raise NotReady(
                f"{settings.keys_dir} is missing or not whole but there are data: without their "
                "keys they cannot be read; put the keys back"
            )
        database = open_database(settings, create_keys=True)
        try:
            await schema.migrate(database)
        except BaseException:
            await database.close()
            raise
    except sqlalchemy.exc.DBAPIError as error:
        raise NotReady(f"the database cannot be reached ({type(error).__name__})") from None
    return database


async def _holds_data(settings: Settings) -> bool:
    """Whether the database was migrated before. Looks without keys, and makes no new file."""
    url = sqlalchemy.make_url(settings.database)
    if settings.database.startswith("sqlite") and not Path(url.database or "").exists():
        return False
    database = Database(settings.database, Keyring.generate())
    try:
        return await schema.revision(database) is not None
    finally:
        await database.close()


async def load_seed(database: Database) -> Published:
    base = importing.load()
    async with database.writing() as session:
        return await entries.publish(session, base.entries.values(), SEED, utc_now())


async def demo_accounts(database: Database) -> list[tuple[str, Role, str]]:
    """Accounts to try the office with: (email, role, password); none if there are staff already."""
    made = []
    async with database.writing() as session:
        if await session.scalar(select(func.count()).select_from(Staff)):
            return []
        for email, name, role in DEMO_STAFF:
            _, password = await accounts.add_staff(session, email, name, role, utc_now())
            made.append((email, role, password))
    return made
