"""Finding answers of the library while writing one."""

from aiohttp import web
from pydantic import BaseModel

from admin_api.office import office_of
from admin_api.routing import LAWYERS, Routes, json_response
from escalation.calendar import LOCAL
from knowledge_base.rendering import basis
from knowledge_base.text import clean

routes = Routes()

_SHOWN = 6


class Answer(BaseModel):
    """`text` is the answer with its basis; `held`: why the bot would not send it today."""

    id: str
    question: str
    text: str
    held: str | None


class Answers(BaseModel):
    answers: list[Answer]


@routes.api("GET", "/api/faq", LAWYERS, answer=Answers, query=("q",))
async def find_answers(request: web.Request) -> web.Response:
    """The answers nearest to some words, as a lawyer would send them today."""
    library = office_of(request).library()
    day = office_of(request).clock().astimezone(LOCAL).date()
    wanted = clean(request.query.get("q", ""))[:200]
    found = []
    for match in library.search(wanted, _SHOWN) if wanted else []:
        entry = library.entries[match.entry_id]
        words = library.answer(entry, day)
        held = None if isinstance(words, str) else words.reason
        unsent = (
            f"{library.plain(entry, day)}\n{basis(entry.citations, library.instruments, entry)}"
        )
        text = words if isinstance(words, str) else unsent
        found.append(Answer(id=entry.id, question=entry.question, text=text, held=held))
    return json_response(Answers(answers=found))
