"""What an article of the law says, and which articles a text names, for whoever reads a case."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from aiohttp import web
from pydantic import BaseModel

from admin_api.office import Office, office_of
from admin_api.routing import FAQ_READERS, Routes, json_response
from escalation.calendar import LOCAL
from knowledge_base import law
from knowledge_base.content import Place
from knowledge_base.library import Library
from knowledge_base.spotting import Names

routes = Routes()


class ArticleText(BaseModel):
    """`text` is None where the register has none that holds today."""

    law_id: str
    article_id: str
    law_name: str
    title: str = ""
    text: str | None = None
    effective_from: dt.date | None = None
    effective_to: dt.date | None = None


@routes.api("GET", "/api/law/{law_id}/{article_id}", FAQ_READERS, answer=ArticleText)
async def get_article(request: web.Request) -> web.Response:
    """An article as it reads today; its text is null where it was never imported."""
    place = request.match_info["law_id"][:40], request.match_info["article_id"][:20]
    return json_response(await article(office_of(request), place))


async def article(office: Office, place: Place) -> ArticleText:
    law_id, article_id = place
    instrument = office.library().instruments.get(law_id)
    found = ArticleText(
        law_id=law_id, article_id=article_id, law_name=instrument.name if instrument else law_id
    )
    if instrument is None:  # nothing to look for, and some texts cannot even be asked for
        return found
    async with office.database.reading() as session:
        known = await law.load(session, [law_id])
    held = known.on(place, office.clock().astimezone(LOCAL).date())
    if held is None:
        return found
    since, until = held.effective_from, held.effective_to
    told = {"title": held.title, "text": held.text, "effective_from": since, "effective_to": until}
    return found.model_copy(update=told)


@dataclass(frozen=True)
class Piece:
    """Part of a text; `place` where it names an article of a known law."""

    text: str
    place: Place | None = None


class Citer:
    """Cuts texts at the articles they name."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._library: Library | None = None

    def __call__(self, text: str) -> list[Piece]:
        library = self._office.library()
        if library is not self._library:
            today = self._office.clock().astimezone(LOCAL).date()
            self._library, self._names = library, Names(library.instruments, today)
        return list(self._pieces(text))

    def _pieces(self, text: str) -> Iterator[Piece]:
        end = 0
        for one in self._names.spot(text):
            start = text.find(one.said, end)
            if one.law_id is None or start < 0:
                continue
            yield Piece(text[end:start])
            end = start + len(one.said)
            yield Piece(text[start:end], (one.law_id, one.article_id))
        yield Piece(text[end:])
