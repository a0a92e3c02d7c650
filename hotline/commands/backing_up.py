"""`hotline backup`: a consistent copy of the database while it runs, and of what workers sent.

The database comes first: every file that the copy names is then still there to be copied, and
one too many is swept after a restore.
"""

import asyncio
import contextlib
import os
import shutil
import sqlite3
from pathlib import Path

import sqlalchemy
import typer

from hotline.db.engine import async_url
from hotline.opening import files_dir, utc_now
from hotline.settings import Settings, SettingsError


async def backup(settings: Settings, target: Path) -> None:
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    stamp = f"{utc_now():%Y%m%dT%H%M%SZ}"
    if settings.database.startswith("sqlite"):
        path = target / f"hotline-{stamp}.sqlite3"
        await asyncio.to_thread(_copy_sqlite, settings, path)
    else:
        path = target / f"hotline-{stamp}.dump"
        await _dump_postgres(settings, path)
    typer.echo(f"{path}  (the keys in {settings.keys_dir} are not in it: keep them elsewhere)")
    await _copy_files(settings, target / f"hotline-{stamp}-files")


async def _copy_files(settings: Settings, path: Path) -> None:
    """The directory of files, encrypted as it is; a bucket has its own backup."""
    if settings.s3_bucket:
        typer.echo(f"Files are in the bucket {settings.s3_bucket}: copy them there.")
        return
    source = files_dir(settings)
    if await asyncio.to_thread(_holds_any, source):
        count = await asyncio.to_thread(_copy_all, source, path)
        typer.echo(f"{path}  ({count} files; put them back as {source})")


def _holds_any(source: Path) -> bool:
    return source.is_dir() and any(source.iterdir())


def _copy_all(source: Path, path: Path) -> int:
    """Copy each file that is still there when its turn comes; how many."""
    path.mkdir(mode=0o700)
    count = 0
    for one in source.iterdir():
        if one.is_file():
            with contextlib.suppress(FileNotFoundError):  # erased meanwhile
                shutil.copyfile(one, path / one.name)
                count += 1
    return count


def _copy_sqlite(settings: Settings, path: Path) -> None:
    source = Path(str(sqlalchemy.make_url(async_url(settings.database)).database))
    if not source.exists():
        raise SettingsError(f"there is no database at {source}")
    os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
    with sqlite3.connect(source) as live, sqlite3.connect(path) as copy:
        live.backup(copy)
        verdict = copy.execute("PRAGMA integrity_check").fetchone()[0]
    live.close()
    copy.close()
    if verdict != "ok":
        raise SettingsError(f"the copy is damaged: {verdict}")


async def _dump_postgres(settings: Settings, path: Path) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        raise SettingsError("pg_dump is not installed")
    url = sqlalchemy.make_url(settings.database).set(drivername="postgresql")
    password = url.password or ""
    process = await asyncio.create_subprocess_exec(
        program,
        "--format=custom",
        f"--file={path}",
        url.set(password=None).render_as_string(),
        env={**os.environ, "PGPASSWORD": str(password)},
    )
    if await process.wait() != 0:
        raise SettingsError("pg_dump failed")
    path.chmod(0o600)
