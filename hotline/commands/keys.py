"""`hotline keys rotate`: a new key, and everything written anew under it."""

from collections.abc import Sequence

import typer
from cryptography.fernet import InvalidToken
from sqlalchemy import Column, Table, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from hotline import schema, setup
from hotline.db import Database, Encrypted, EncryptedJson, Keyring
from hotline.opening import open_files
from hotline.settings import Settings, SettingsError

BATCH = 500


async def rotate(settings: Settings, drop_old: bool) -> None:
    """A process that still runs with the old keys cannot read what is written here."""
    await (await setup.open_ready(settings)).close()  # before the keys change
    Keyring.rotate(settings.keys_dir)
    database = await setup.open_ready(settings)
    try:
        rows = await encrypt_anew(database)
        files = await encrypt_files_anew(settings, database.keyring)
    finally:
        await database.close()
    if drop_old:
        Keyring.drop_old(settings.keys_dir)
    typer.echo(f"A new key is in use; {rows} rows and {files} files are written anew under it.")
    if not drop_old:
        typer.echo("The old keys still read earlier backups; --drop-old forgets them.")


async def encrypt_files_anew(settings: Settings, keyring: Keyring) -> int:
    """Write each file under the newest key; how many that were.

    Where this ends half way the old keys still read the rest, and a second run does them all.
    """
    store = open_files(settings, keyring)
    done = 0
    try:
        for blob in await store.blobs():
            done += await store.encrypt_anew(blob)
    except InvalidToken:
        raise SettingsError(
            "there are files that none of the keys can read: nothing was dropped"
        ) from None
    except Exception as error:
        raise SettingsError(
            f"the files cannot be reached ({type(error).__name__}): nothing was dropped"
        ) from None
    return done


async def encrypt_anew(database: Database, batch: int = BATCH) -> int:
    """Write each encrypted value of each table under the newest key; how many rows that were."""
    rows = 0
    for table in schema.METADATA.sorted_tables:
        columns = [column for column in table.columns if _is_encrypted(column)]
        if not columns:
            continue
        (number,) = table.primary_key.columns
        last = 0
        while True:
            async with database.writing() as session:
                done = await _one_batch(session, table, number, columns, last, batch)
            if not done:
                break
            rows, last = rows + len(done), done[-1]
    return rows


def _is_encrypted(column: Column[object]) -> bool:
    return isinstance(column.type, Encrypted | EncryptedJson)


async def _one_batch(
    session: AsyncSession,
    table: Table,
    number: Column[int],
    columns: Sequence[Column[object]],
    after: int,
    batch: int,
) -> list[int]:
    """Rewrite the next rows; their numbers."""
    try:
        rows = await session.execute(
            select(number.label("row"), *columns)
            .where(number > after)
            .order_by(number)
            .limit(batch)
            .with_for_update()
        )
        values = [dict(row) for row in rows.mappings()]
    except InvalidToken:
        raise SettingsError(
            f"{table.name} holds rows that none of the keys can read: nothing was dropped"
        ) from None
    if values:
        # Of the connection, not the session: plain rows, without the models' bookkeeping.
        await (await session.connection()).execute(
            update(table)
            .where(number == bindparam("row"))
            .values({column: bindparam(column.name) for column in columns}),
            values,
        )
    return [value["row"] for value in values]
