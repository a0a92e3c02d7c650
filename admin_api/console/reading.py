"""The report and the list of answers."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence

from aiohttp import web

from admin_api import reports
from admin_api.console import shaping
from admin_api.console.page import page
from admin_api.office import office_of
from admin_api.routing import (
    FAQ_READERS,
    REPORT_READERS,
    Routes,
)
from escalation.calendar import LOCAL
from knowledge_base.content import Entry
from knowledge_base.entries import published
from knowledge_base.library import Held, Library
from knowledge_base.rendering import basis

routes = Routes()


@routes.page("GET", "/reports", REPORT_READERS)
async def report_page(request: web.Request) -> web.Response:
    office = office_of(request)
    now = office.clock()
    summary = await reports.read_summary(request)
    first, last = shaping.before(summary.from_day, summary.to_day)
    async with office.database.reading() as session:
        earlier = await reports.summary(session, first, last, now)
    return page(
        request,
        "report.html",
        summary=summary,
        earlier=earlier,
        bars=shaping.bars(summary.by_day),
        periods=shaping.periods(now.astimezone(LOCAL).date()),
        topics=office.library().topics,
    )


@routes.page("GET", "/faq", FAQ_READERS)
async def faq_page(request: web.Request) -> web.Response:
    office = office_of(request)
    library = office.library()
    wanted, topic = request.query.get("q", "")[:200].strip(), request.query.get("topic", "")
    async with office.database.reading() as session:
        revisions = {row.entry_id: row for row in await published(session)}
    day = office.clock().astimezone(LOCAL).date()
    answers = {entry.id: library.answer(entry, day) for entry in library.entries.values()}
    held = {name: words for name, words in answers.items() if isinstance(words, Held)}
    texts = {
        name: words if isinstance(words, str) else _unsent(library, library.entries[name], day)
        for name, words in answers.items()
    }
    return page(
        request,
        "faq.html",
        groups=shaping.by_topic(_faq_entries(library, wanted, topic, held), library.topics),
        texts=texts,
        held=held,
        revisions=revisions,
        topics=library.topics,
        totals=Counter(entry.topic for entry in library.entries.values()),
        wanted=wanted,
        topic=topic,
        awaiting=sum(row.signed_off_at is None for row in revisions.values()),
    )


def _unsent(library: Library, entry: Entry, day: dt.date) -> str:
    """An entry that is held, as it would read."""
    return f"{library.plain(entry, day)}\n{basis(entry.citations, library.instruments, entry)}"


def _faq_entries(
    library: Library, wanted: str, topic: str, held: Mapping[str, Held]
) -> Sequence[Entry]:
    """What a search finds, best first; else all of a topic, or all that is held ("held")."""
    if wanted:
        return [library.entries[match.entry_id] for match in library.search(wanted, 30)]
    return [
        entry
        for entry in library.entries.values()
        if topic in ("", entry.topic) or (topic == "held" and entry.id in held)
    ]
