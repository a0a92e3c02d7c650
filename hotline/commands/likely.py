"""`hotline law likely`: the articles a question is likely about, for people and for scripts."""

import contextlib
import dataclasses
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import typer

from bot.turns import MAX_TEXT
from hotline.commands.law import reading
from hotline.opening import utc_now
from hotline.settings import Settings, SettingsError
from knowledge_base import entries, importing, law, reading_law
from knowledge_base.articles import Article, Law
from knowledge_base.content import Citation, Instrument
from knowledge_base.library import Library
from knowledge_base.likely import Likely, LikelyArticles
from knowledge_base.reading_law import Known
from knowledge_base.rendering import cite
from knowledge_base.text import clean


@dataclasses.dataclass(frozen=True)
class Shelf:
    """What the articles are looked for in."""

    law: Law
    library: Library
    index: LikelyArticles


@contextlib.asynccontextmanager
async def opened(settings: Settings, law_file: Path | None) -> AsyncIterator[Shelf]:
    """The register as it is; or a file of articles with the seed's answers, without a database."""
    texts, library = from_file(law_file) if law_file else await _registered(settings)
    yield Shelf(texts, library, LikelyArticles(texts, library, law.today(utc_now())))


async def _registered(settings: Settings) -> tuple[Law, Library]:
    async with reading(settings) as (session, base):
        library = await entries.load_library(session, base)
        if not library.entries:
            instruments = await law.instruments(session, base)
            library = entries.library_of(dataclasses.replace(base, instruments=instruments))
        return await law.load(session), library


def from_file(path: Path) -> tuple[Law, Library]:
    """Laws the seed does not list are taken as the file tells them."""
    base = importing.load()
    dates = {law_id: one.effective_from for law_id, one in base.instruments.items()}
    read = reading_law.read(path, Known(dates=dates))
    if read.complaints:
        raise SettingsError(str(read.complaints[0]))
    instruments = {**_unlisted(read.articles), **base.instruments}
    return Law(read.articles), entries.library_of(
        dataclasses.replace(base, instruments=instruments)
    )


def _unlisted(articles: Iterable[Article]) -> Mapping[str, Instrument]:
    return {
        one.law_id: Instrument(
            law_id=one.law_id,
            name=one.law_name or one.law_id,
            short=one.law_id,
            effective_from=one.effective_from,
            effective_to=one.effective_to,
        )
        for one in articles
    }


# -- asked -----------------------------------------------------------------------------------------


async def tell(settings: Settings, text: str, law_file: Path | None) -> None:
    async with opened(settings, law_file) as shelf:
        for number, one in enumerate(shelf.index.rank(_readable(text)), 1):
            law_id, article_id = one.place
            named = cite(Citation(law_id=law_id, article_id=article_id), shelf.library.instruments)
            title = _title(shelf.law, one)
            typer.echo(f"{number:2} {one.score:6.3f} {one.because:8} {named}  {title}".rstrip())


async def tell_lines(
    settings: Settings, lines: BinaryIO, out: BinaryIO, law_file: Path | None
) -> None:
    """One JSON object in, one out; a line that is not one is answered as an error."""
    async with opened(settings, law_file) as shelf:
        for line in lines:
            if line.strip():
                told = _answer(shelf, line.decode("utf-8-sig", "replace"))
                out.write(_as_line(told))
                out.flush()


def _answer(shelf: Shelf, line: str) -> dict[str, Any]:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        asked = None
    known = asked if isinstance(asked, dict) else {}
    text = known.get("text")
    if not isinstance(text, str):
        return {"id": known.get("id"), "error": 'each line must be {"id": ..., "text": "..."}'}
    found = shelf.index.rank(_readable(text))
    return {"id": known.get("id"), "articles": [_told(shelf.law, one) for one in found]}


def _told(texts: Law, one: Likely) -> dict[str, Any]:
    law_id, article_id = one.place
    place = {"law_id": law_id, "article_id": article_id, "title": _title(texts, one)}
    return {**place, "score": one.score, "because": one.because}


def _title(texts: Law, one: Likely) -> str:
    versions = texts.versions(one.place)
    return versions[-1].title if versions else ""


def _readable(text: str) -> str:
    return clean(text)[:MAX_TEXT]


def _as_line(answer: dict[str, Any]) -> bytes:
    try:
        line = json.dumps(answer, ensure_ascii=False, allow_nan=False)
    except (ValueError, RecursionError):  # an id that JSON cannot write
        line = json.dumps(answer | {"id": None}, ensure_ascii=False)
    return line.encode("utf-8", "replace") + b"\n"
