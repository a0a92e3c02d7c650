"""`hotline law ...`: the law register, and what rests on it."""

import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Iterable

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from admin_api import stale_law
from hotline import setup
from hotline.opening import utc_now
from hotline.settings import Settings, SettingsError
from knowledge_base import citing, entries, importing, law
from knowledge_base.articles import Article, Law
from knowledge_base.calculators.guides import GUIDES
from knowledge_base.citing import Citing
from knowledge_base.content import Entry, Instrument, Place
from knowledge_base.holding import LOCAL
from knowledge_base.importing import Base
from knowledge_base.library import Held, guide_name


@contextlib.asynccontextmanager
async def writing(settings: Settings) -> AsyncIterator[tuple[AsyncSession, Base]]:
    """The register to change; what it refuses is one sentence."""
    database = await setup.open_ready(settings)
    try:
        async with database.writing() as session:
            await law.lock(session)
            yield session, importing.load()
    except law.NotKnown as error:
        raise SettingsError(str(error)) from None
    finally:
        await database.close()


@contextlib.asynccontextmanager
async def reading(settings: Settings) -> AsyncIterator[tuple[AsyncSession, Base]]:
    database = await setup.open_ready(settings)
    try:
        async with database.reading() as session:
            yield session, importing.load()
    finally:
        await database.close()


# -- reading ---------------------------------------------------------------------------------------


async def listing(settings: Settings) -> None:
    async with reading(settings) as (session, base):
        instruments = await law.instruments(session, base)
        texts = await law.load(session)
        for law_id, one in sorted(instruments.items()):
            follower = f", replaced by {one.replaced_by}" if one.replaced_by else ""
            articles = f"{len(texts.places(law_id))} articles"
            typer.echo(f"{law_id:20} {articles:13} {span(one)}{follower}  {one.name}")


async def show(settings: Settings, law_id: str, article_id: str | None) -> None:
    async with reading(settings) as (session, base):
        instruments = await law.instruments(session, base)
        texts = await law.load(session, [law_id])
    if law_id not in instruments and law_id not in texts.law_ids:
        raise SettingsError(f"the register knows no law {law_id}")
    if article_id is not None:
        _show_article(texts, (law_id, article_id))
        return
    if one := instruments.get(law_id):
        follower = f", replaced by {one.replaced_by}" if one.replaced_by else ""
        typer.echo(f"{law_id} {one.name}: {span(one)}{follower}")
    for place in texts.places(law_id):
        versions = texts.versions(place)
        more = f" ({len(versions)} versions)" if len(versions) > 1 else ""
        typer.echo(f"{place[1]:>6} {versions[-1].title}{more}")


def _show_article(texts: Law, place: Place) -> None:
    versions = texts.versions(place)
    if not versions:
        raise SettingsError(f"{place[0]} has no article {place[1]} in the register")
    for number, article in enumerate(versions, 1):
        source = f", {article.source}" if article.source else ""
        typer.echo(f"{named(article)} · version {number}, {span(article)}{source}")
        typer.echo(article.text or "(no longer in the law)")


async def affected(settings: Settings, law_id: str, article_id: str | None) -> None:
    async with reading(settings) as (session, base):
        found = [
            one
            for one in await everybody(session, base)
            if one.citation.law_id == law_id and article_id in (None, one.citation.article_id)
        ]
    show_affected(
        found, f"Resting on {law_id}" + (f" article {article_id}:" if article_id else ":")
    )


async def everybody(session: AsyncSession, base: Base) -> list[Citing]:
    return [*citing.everything(await _entries(session, base), base.parameters, GUIDES)]


async def _entries(session: AsyncSession, base: Base) -> list[Entry]:
    """What is published, or else what the seed files hold."""
    rows = await entries.published(session)
    return [Entry.model_validate(row.content) for row in rows] or list(base.entries.values())


def show_affected(found: Iterable[Citing], heading: str) -> None:
    places: dict[str, list[str]] = {}
    for one in found:
        where = places.setdefault(str(one), [])
        if (article := f"{one.citation.law_id} article {one.citation.article_id}") not in where:
            where.append(article)
    typer.echo(heading if places else "Nothing rests on it.")
    for name, where in sorted(places.items()):
        typer.echo(f"  {name}: {', '.join(where)}")


async def stale(settings: Settings) -> None:
    """The figure that should be nought: answers sent on law that had changed or ended."""
    async with reading(settings) as (session, base):
        found = await stale_law.answers(session, base)
    for one in found:
        sent = one.sent_at.astimezone(LOCAL)
        typer.echo(f"{sent:%Y-%m-%d %H:%M} {one.entry_id} revision {one.revision}: {one.reason}")
    typer.echo(f"{len(found)} answers were sent on stale law.")


async def held(settings: Settings) -> None:
    """The editor's work: what may not be sent today because its law changed, and why."""
    async with reading(settings) as (session, base):
        library = await entries.load_library(session, base)
    today = law.today(utc_now())
    told = {
        entry.id: library.wording(entry, today)
        for entry in library.entries.values()
        if not entry.lawyer_only
    }
    reasons = {name: one.reason for name, one in told.items() if isinstance(one, Held)}
    for guide_id in GUIDES:
        if found := library.guide_held(guide_id, today):
            reasons[guide_name(guide_id)] = found.reason
    for name, reason in sorted(reasons.items()):
        typer.echo(f"{name}: {reason}")
    typer.echo(f"{len(reasons)} held back.")


# -- telling the register --------------------------------------------------------------------------


async def replaced(
    settings: Settings, law_id: str, by: str | None, since: dt.date | None, who: str
) -> None:
    """`since` None takes back that the law ended."""
    async with writing(settings) as (session, base):
        told = await law.replace(session, base, law_id, by=by, since=since, who=who, now=utc_now())
        found = [one for one in await everybody(session, base) if one.citation.law_id == law_id]
    typer.echo(f"{law_id}: {span(told)}{f', replaced by {by}' if by else ''}")
    if since is not None:
        show_affected(found, f"Held back from {since} on, until they cite other law:")


async def recheck(settings: Settings, name: str, who: str) -> None:
    async with writing(settings) as (session, base):
        known = {entry.id for entry in await _entries(session, base)}
        known |= {guide_name(guide_id) for guide_id in GUIDES}
        if name not in known:
            raise SettingsError(f"there is no entry {name}, nor a guide of that name")
        await law.recheck(session, name, who, utc_now())
    typer.echo(f"{name} was checked against the law as it is now, by {who}.")


# -- wording ---------------------------------------------------------------------------------------


def named(article: Article) -> str:
    return f"{article.law_id} article {article.article_id} {article.title}".strip()


def span(held: Article | Instrument) -> str:
    """ "from 2021-01-01 until 2026-09-10", the last day not included."""
    until = f" until {held.effective_to}" if held.effective_to else ""
    return f"from {held.effective_from}{until}"
