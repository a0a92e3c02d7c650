"""The law register: articles and instruments in the database, every version kept."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hotline.db.engine import alone
from knowledge_base import citing, holding
from knowledge_base.articles import Article, Law
from knowledge_base.calculators.guides import GUIDES
from knowledge_base.content import Entry, Instrument, Place
from knowledge_base.holding import LOCAL, Change, Checked, Version
from knowledge_base.importing import Base
from knowledge_base.library import Holds, guide_name
from knowledge_base.models import (
    ArticleVersion,
    EntryRevision,
    InstrumentRecord,
    Recheck,
    Status,
)


class NotKnown(ValueError):
    """The register does not know what was named."""


# -- articles --------------------------------------------------------------------------------------


@dataclass
class Diff:
    """What an import changes, article by article."""

    new: list[Article] = field(default_factory=list)
    changed: list[tuple[Article, Article]] = field(default_factory=list)  # before, after
    vanished: list[tuple[Article, Article]] = field(default_factory=list)
    unchanged: int = 0

    @property
    def places(self) -> list[Place]:
        """The articles that no longer read as they did."""
        return [after.place for _, after in (*self.changed, *self.vanished)]


async def load(session: AsyncSession, law_ids: Iterable[str] | None = None) -> Law:
    """The texts of some laws, or of all."""
    query = select(ArticleVersion).order_by(ArticleVersion.id)
    if law_ids is not None:
        query = query.where(ArticleVersion.law_id.in_(list(law_ids)))
    return Law(_article(row) for row in await session.scalars(query))


def _article(row: ArticleVersion) -> Article:
    return Article(
        law_id=row.law_id,
        article_id=row.article_id,
        title=row.title,
        text=row.text,
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        source=row.source,
    )


def compare(known: Law, incoming: Sequence[Article], today: dt.date, *, whole: bool) -> Diff:
    """`whole`: the file holds every article of its laws, so what it lacks is gone."""
    diff = Diff()
    for article in incoming:
        before = _before(known, article, today)
        if before is None:
            diff.new.append(article)
        elif (before.digest, before.effective_to) == (article.digest, article.effective_to):
            diff.unchanged += 1
        else:
            diff.changed.append((before, article))
    if whole:
        diff.vanished = list(_vanished(known, incoming, today))
    return diff


def _before(known: Law, article: Article, today: dt.date) -> Article | None:
    """What the register says of the days for which `article` speaks."""
    versions = known.versions(article.place)
    if article.effective_to is not None:
        day = article.effective_to - dt.timedelta(days=1)
    else:
        day = max(article.effective_from, today)
    return known.on(article.place, day) or (versions[-1] if versions else None)


def _vanished(
    known: Law, incoming: Sequence[Article], today: dt.date
) -> Iterable[tuple[Article, Article]]:
    present = {article.place for article in incoming}
    since: dict[str, dt.date] = defaultdict(lambda: today)
    for article in incoming:
        since[article.law_id] = max(since[article.law_id], article.effective_from)
    for law_id, day in since.items():
        for place in known.places(law_id):
            before = known.on(place, day)
            if before is not None and place not in present:
                yield before, Article(*place, title=before.title, text="", effective_from=day)


async def record(session: AsyncSession, diff: Diff, now: dt.datetime) -> None:
    """Add what is new; what stood there before stays."""
    after = [article for _, article in (*diff.changed, *diff.vanished)]
    for article in (*diff.new, *after):
        session.add(
            ArticleVersion(
                law_id=article.law_id,
                article_id=article.article_id,
                title=article.title,
                text=article.text,
                effective_from=article.effective_from,
                effective_to=article.effective_to,
                source=article.source and article.source[:200],
                digest=article.digest,
                imported_at=now,
            )
        )
    await session.flush()


async def lock(session: AsyncSession) -> None:
    """One import at a time: each is compared with what the one before wrote."""
    await alone(session, "law register")


async def changes(session: AsyncSession) -> Mapping[Place, Sequence[Change]]:
    rows = await session.execute(
        select(
            ArticleVersion.law_id,
            ArticleVersion.article_id,
            ArticleVersion.effective_from,
            ArticleVersion.effective_to,
            ArticleVersion.digest,
            ArticleVersion.text == "",
            ArticleVersion.imported_at,
        ).order_by(ArticleVersion.id)
    )
    versions: dict[Place, list[Version]] = defaultdict(list)
    for law_id, article_id, since, until, digest, gone, at in rows:
        place = law_id, article_id
        versions[place].append(Version(place, since, until, digest, gone, at))
    return {place: holding.changes(found) for place, found in versions.items()}


# -- instruments -----------------------------------------------------------------------------------


async def instruments(session: AsyncSession, base: Base) -> dict[str, Instrument]:
    """The laws of the seed files, with what operators told since."""
    known = dict(base.instruments)
    for row in await session.scalars(select(InstrumentRecord).order_by(InstrumentRecord.id)):
        told = {"effective_to": row.effective_to, "replaced_by": row.replaced_by}
        before = known.get(row.law_id) or Instrument(
            law_id=row.law_id, name=row.name, short=row.law_id, effective_from=row.effective_from
        )
        known[row.law_id] = before.model_copy(update=told)
    return known


def record_instrument(
    session: AsyncSession, instrument: Instrument, who: str, now: dt.datetime
) -> None:
    session.add(
        InstrumentRecord(
            law_id=instrument.law_id,
            name=instrument.name[:300],
            effective_from=instrument.effective_from,
            effective_to=instrument.effective_to,
            replaced_by=instrument.replaced_by,
            recorded_by=who,
            recorded_at=now,
        )
    )


async def replace(
    session: AsyncSession,
    base: Base,
    law_id: str,
    *,
    by: str | None,
    since: dt.date | None,
    who: str,
    now: dt.datetime,
) -> Instrument:
    """A law ended on `since`, perhaps for another; None takes that back."""
    known = await instruments(session, base)
    if law_id not in known:
        raise NotKnown(f"the register knows no law {law_id}")
    if by is not None and by not in known:
        raise NotKnown(f"the register knows no law {by}: import it first")
    if since is not None and since <= known[law_id].effective_from:
        raise NotKnown(f"{law_id} holds only since {known[law_id].effective_from:%d/%m/%Y}")
    told = known[law_id].model_copy(update={"effective_to": since, "replaced_by": by})
    record_instrument(session, told, who, now)
    return told


# -- holding answers back --------------------------------------------------------------------------


async def holds(
    session: AsyncSession,
    base: Base,
    entries: Mapping[str, Entry],
    published_at: Mapping[str, dt.datetime],
    known: Mapping[str, Instrument],
) -> Holds:
    """Everything that rests on law which changed after it was last checked."""
    changed = await changes(session)
    checks = await rechecks(session)
    found = {}
    for entry in entries.values():
        checked = Checked(entry.checked_on, published_at.get(entry.id), checks.get(entry.id, ()))
        places = [one.place for one in citing.of_entry(entry, base.parameters)]
        found[entry.id] = holding.holds(places, checked, changed, known)
    for guide in GUIDES.values():
        name = guide_name(guide.id)
        places = [(one.law_id, one.article_id) for one in guide.citations]
        checked = Checked(rechecked_at=checks.get(name, ()))
        found[name] = holding.holds(places, checked, _alive(changed), known)
    return {name: held for name, held in found.items() if held}


def _alive(changed: Mapping[Place, Sequence[Change]]) -> Mapping[Place, Sequence[Change]]:
    """Without ends: a guide also works out cases under law that ended."""
    return {place: [one for one in found if not one.ended] for place, found in changed.items()}


async def rechecks(session: AsyncSession) -> Mapping[str, Sequence[dt.datetime]]:
    found: dict[str, list[dt.datetime]] = defaultdict(list)
    for row in await session.scalars(select(Recheck).order_by(Recheck.id)):
        found[row.name].append(row.checked_at)
    return found


async def recheck(session: AsyncSession, name: str, who: str, now: dt.datetime) -> None:
    """`who` read it against the law as the register has it now."""
    session.add(Recheck(name=name, checked_by=who, checked_at=now))


async def version(session: AsyncSession) -> tuple[int, ...]:
    """Differs whenever anything was published, imported, replaced or rechecked."""
    published = EntryRevision.status == Status.PUBLISHED
    row = await session.execute(
        select(
            *(
                select(func.coalesce(func.max(table.id), 0)).scalar_subquery()
                for table in (ArticleVersion, InstrumentRecord, Recheck, EntryRevision)
            ),
            select(func.count()).select_from(EntryRevision).where(published).scalar_subquery(),
        )
    )
    return tuple(row.one())


def today(now: dt.datetime) -> dt.date:
    return now.astimezone(LOCAL).date()
