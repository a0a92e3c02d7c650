"""`hotline kb validate` and `hotline kb export`: check the FAQ base, write it out."""

import contextlib
import dataclasses
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from hotline import setup
from hotline.db import Keyring
from hotline.opening import utc_now
from hotline.settings import Settings, SettingsError
from knowledge_base import checking, entries, exporting, importing, law, reading_law
from knowledge_base.articles import Law
from knowledge_base.calculators.guides import GUIDES
from knowledge_base.importing import Base, ImportFailed
from knowledge_base.library import Library
from knowledge_base.reading_law import Known, Reading


async def validate(settings: Settings, law_file: Path | None) -> None:
    """Print every complaint with its place; exit 1 where there are some."""
    try:
        base = importing.load()
    except ImportFailed as error:
        typer.echo(str(error))
        raise typer.Exit(1) from None
    read = Reading() if law_file is None else reading_law.read(law_file, _known(base))
    known = Law(read.articles)
    async with _register(settings) as session:
        if session is not None:
            base = dataclasses.replace(base, instruments=await law.instruments(session, base))
            known = await law.load(session) if law_file is None else known
    complaints = [*read.complaints, *checking.check(base, known, GUIDES, law.today(utc_now()))]
    for complaint in complaints:
        typer.echo(complaint)
    if known.law_ids and (untexted := checking.untexted(base, known)):
        typer.echo(f"Not checked, their texts were not imported: {', '.join(untexted)}.")
    if complaints:
        raise typer.Exit(1)
    typer.echo("No complaints.")


async def export(settings: Settings, kind: str, output: Path | None) -> None:
    if kind not in exporting.FORMATS:
        raise SettingsError(f"--format must be one of {', '.join(exporting.FORMATS)}")
    if kind == "xlsx" and output is None:
        raise SettingsError("a spreadsheet needs --output FILE")
    library = await _library(settings)
    sent, held = exporting.rows(library, law.today(utc_now()))
    content = exporting.FORMATS[kind](library, sent)
    if output is None:
        sys.stdout.buffer.write(content)
        return
    output.write_bytes(content)
    typer.echo(f"{output}: {len(sent)} answers; held back: {', '.join(sorted(held)) or 'none'}")


async def _library(settings: Settings) -> Library:
    """What is published, or else what the seed files hold."""
    base = importing.load()
    async with _register(settings) as session:
        library = await entries.load_library(session, base) if session is not None else None
    return library if library and library.entries else entries.library_of(base)


def _known(base: Base) -> Known:
    return Known(dates={law_id: one.effective_from for law_id, one in base.instruments.items()})


@contextlib.asynccontextmanager
async def _register(settings: Settings) -> AsyncIterator[AsyncSession | None]:
    """The database where there is one; these commands do without."""
    if not Keyring.is_whole(settings.keys_dir):
        yield None
        return
    database = await setup.open_ready(settings)
    try:
        async with database.reading() as session:
            yield session
    finally:
        await database.close()
