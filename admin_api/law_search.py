"""Finds articles of the law for whoever picks a legal basis: by law and number, or by words."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge_base import law
from knowledge_base.articles import Law
from knowledge_base.content import Citation, Instrument, Place
from knowledge_base.library import Library
from knowledge_base.models import ArticleVersion
from knowledge_base.rendering import cite
from knowledge_base.spotting import Names
from knowledge_base.text import fold, words

_FOUND = 20


@dataclass(frozen=True)
class Basis:
    """A citation as people read it. `fault`: why it cannot stand; `text` where it was imported."""

    citation: Citation
    short: str
    title: str
    text: str | None
    fault: str | None

    @property
    def value(self) -> str:
        """As a form carries it."""
        one = self.citation
        return "|".join((one.law_id, one.article_id, one.clause or "", one.point or ""))


async def describe(
    session: AsyncSession, citations: Sequence[Citation], library: Library, day: dt.date
) -> list[Basis]:
    known = await law.load(session, {one.law_id for one in citations})
    return [_basis(one, known, library.instruments, day) for one in citations]


def _basis(
    citation: Citation, known: Law, instruments: Mapping[str, Instrument], day: dt.date
) -> Basis:
    instrument = instruments.get(citation.law_id)
    article = known.on((citation.law_id, citation.article_id), day)
    fault = None
    if instrument is None or not instrument.in_force(day):
        fault = "văn bản không còn hiệu lực"
    elif known.fault_in(citation, day):
        fault = "văn bản không có điều, khoản này"
    return Basis(
        citation=citation,
        short=cite(citation, instruments),
        title=article.title if article else "",
        text=article.text if article else None,
        fault=fault,
    )


async def find(session: AsyncSession, wanted: str, library: Library, day: dt.date) -> list[Basis]:
    """ "Điều 97 khoản 4 BLLĐ", "Điều 97", "BLLĐ trả lương", "trả lương"."""
    names = Names(library.instruments, day)
    spotted = names.spot(wanted)
    laws = {one.law_id for one in names.mentions(fold(wanted.lower()))}
    if spotted:
        places = await _numbered(session, [one.article_id for one in spotted if not one.law_id])
        cited = [one.citation for one in spotted if one.citation]
        cited += [Citation(law_id=place[0], article_id=place[1]) for place in places]
    else:
        without_law = words(names.without(wanted))
        cited = await _titled(session, without_law, laws)
    in_force = [one for one in cited if _holds(one, library.instruments, day)]
    return await describe(session, in_force[:_FOUND], library, day)


def _holds(citation: Citation, instruments: Mapping[str, Instrument], day: dt.date) -> bool:
    instrument = instruments.get(citation.law_id)
    return instrument is not None and instrument.in_force(day)


async def _numbered(session: AsyncSession, numbers: Sequence[str]) -> list[Place]:
    """Articles with these numbers, of any law whose text was imported."""
    rows = await session.execute(
        select(ArticleVersion.law_id, ArticleVersion.article_id)
        .where(ArticleVersion.article_id.in_(numbers))
        .distinct()
        .order_by(ArticleVersion.law_id)
    )
    return [(row.law_id, row.article_id) for row in rows]


async def _titled(session: AsyncSession, said: Sequence[str], laws: set[str]) -> list[Citation]:
    """Articles whose titles have all the words; of these laws if some were named."""
    if not said:
        return []
    rows = await session.execute(
        select(ArticleVersion.law_id, ArticleVersion.article_id, ArticleVersion.title)
        .where(ArticleVersion.text != "")
        .order_by(ArticleVersion.id)
    )
    wanted = [fold(word) for word in said]
    found = {
        (law_id, article_id): None
        for law_id, article_id, title in rows
        if (not laws or law_id in laws) and _has_all(title, wanted)
    }
    return [Citation(law_id=law_id, article_id=article_id) for law_id, article_id in found]


def _has_all(title: str, wanted: Sequence[str]) -> bool:
    folded = set(fold(title.lower()).replace(",", " ").split())
    return all(word in folded for word in wanted)
