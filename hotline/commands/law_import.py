"""`hotline law import`: article texts into the register, after showing what they change."""

import dataclasses
import datetime as dt
import difflib
from collections.abc import Iterable, Iterator
from pathlib import Path

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from hotline.commands.law import everybody, named, show_affected, span, writing
from hotline.opening import utc_now
from hotline.settings import Settings
from knowledge_base import law, reading_law
from knowledge_base.articles import Article, plain
from knowledge_base.content import Instrument
from knowledge_base.reading_law import Known

DIFF_LINES = 12  # shown of each changed article


@dataclasses.dataclass(frozen=True)
class Import:
    """What `hotline law import` was told. `whole`: what the file lacks is no longer law."""

    file: Path
    known: Known
    check: bool
    whole: bool
    anyway: bool


async def import_file(settings: Settings, told: Import) -> None:
    """Nothing is written under --check, nor while there are complaints, unless --anyway."""
    async with writing(settings) as (session, base):
        instruments = await law.instruments(session, base)
        dates = {law_id: one.effective_from for law_id, one in instruments.items()}
        read = reading_law.read(told.file, dataclasses.replace(told.known, dates=dates))
        for complaint in read.complaints:
            typer.echo(complaint)
        now = utc_now()
        known = await law.load(session, {article.law_id for article in read.articles})
        diff = law.compare(known, read.articles, law.today(now), whole=told.whole)
        _show(diff)
        changed = set(diff.places)
        affected = [one for one in await everybody(session, base) if one.place in changed]
        show_affected(affected, "To be checked again, held back until then:")
        if told.check or (read.complaints and not told.anyway):
            typer.echo("Nothing was written.")
            raise typer.Exit(1 if read.complaints else 0)
        _record_unknown(session, instruments, read.articles, now)
        await law.record(session, diff, now)
    typer.echo("Recorded. Running hotlines notice within a minute.")


def _record_unknown(
    session: AsyncSession,
    instruments: dict[str, Instrument],
    articles: Iterable[Article],
    now: dt.datetime,
) -> None:
    """A law nobody listed yet is listed by its first import."""
    for article in articles:
        if article.law_id not in instruments:
            instruments[article.law_id] = Instrument(
                law_id=article.law_id,
                name=article.law_name or article.law_id,
                short=article.law_id,
                effective_from=article.effective_from,
                effective_to=article.effective_to,
            )
            law.record_instrument(session, instruments[article.law_id], "import", now)


def _show(diff: law.Diff) -> None:
    for article in diff.new[:DIFF_LINES]:
        typer.echo(f"+ {named(article)}")
    if len(diff.new) > DIFF_LINES:
        typer.echo(f"+ ... and {len(diff.new) - DIFF_LINES} more new articles")
    for before, after in diff.changed:
        typer.echo(f"~ {named(after)}")
        for line in _differences(before, after):
            typer.echo(f"    {line}")
    for before, _ in diff.vanished:
        typer.echo(f"- {named(before)}")
    typer.echo(
        f"{len(diff.new)} new, {len(diff.changed)} changed, {len(diff.vanished)} vanished, "
        f"{diff.unchanged} unchanged"
    )


def _differences(before: Article, after: Article) -> Iterator[str]:
    lines = difflib.unified_diff(
        [before.title, *plain(before.text).split("\n")],
        [after.title, *plain(after.text).split("\n")],
        f"{span(before)}",
        f"{span(after)}",
        lineterm="",
        n=0,
    )
    shown = [line for line in lines if not line.startswith("@@")]
    yield from shown[: DIFF_LINES + 2]
    if len(shown) > DIFF_LINES + 2:
        yield f"... {len(shown) - DIFF_LINES - 2} more lines"
