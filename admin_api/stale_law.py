"""How many answers were sent on law that had changed or ended by then. The goal is none.

Told with what is known today: a text imported late shows what went out before it came.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from prometheus_client import Gauge
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.models import Author, Message, Question
from knowledge_base import law
from knowledge_base.content import Citation, Entry, Instrument, Place
from knowledge_base.holding import LOCAL, Change
from knowledge_base.importing import Base
from knowledge_base.library import basis_of
from knowledge_base.models import EntryRevision
from knowledge_base.rendering import UnknownParameter

GAUGE = Gauge("hotline_answers_on_stale_law", "Answers sent on law that had changed or ended.")


@dataclass(frozen=True)
class StaleAnswer:
    question_id: int
    sent_at: dt.datetime
    entry_id: str
    revision: int
    reason: str


@dataclass(frozen=True)
class _Sent:
    """An answer that went out, with its words of then."""

    question_id: int
    at: dt.datetime
    entry: Entry
    revision: int


async def answers(session: AsyncSession, base: Base) -> list[StaleAnswer]:
    instruments = await law.instruments(session, base)
    changed = await law.changes(session)
    checks = await law.rechecks(session)
    found = []
    for sent in await _sent(session):
        rechecked = checks.get(sent.entry.id, ())
        if why := _why_stale(sent, base, instruments, changed, rechecked):
            found.append(StaleAnswer(sent.question_id, sent.at, sent.entry.id, sent.revision, why))
    return found


async def _sent(session: AsyncSession) -> list[_Sent]:
    """Every answer. Of a talk that was forgotten only the time of the question is left."""
    sent_at = (
        select(func.max(Message.created_at))
        .where(Message.question_id == Question.id, Message.author == Author.BOT)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(Question.id, Question.asked_at, sent_at, Question.revision_id)
        .where(Question.revision_id.is_not(None))
        .order_by(Question.id)
    )
    sent = rows.all()
    used = EntryRevision.id.in_({revision_id for *_, revision_id in sent})
    revisions = {row.id: row for row in await session.scalars(select(EntryRevision).where(used))}
    entries = {number: Entry.model_validate(row.content) for number, row in revisions.items()}
    return [
        _Sent(question_id, at or asked_at, entries[number], revisions[number].number)
        for question_id, asked_at, at, number in sent
        if number is not None
    ]


def _why_stale(
    sent: _Sent,
    base: Base,
    instruments: Mapping[str, Instrument],
    changed: Mapping[Place, Sequence[Change]],
    rechecked: Sequence[dt.datetime],
) -> str | None:
    day = sent.at.astimezone(LOCAL).date()
    wording = sent.entry.on(day) or sent.entry
    try:
        citations = basis_of(wording, base.parameters, day)
    except UnknownParameter:  # a number that is no longer kept
        citations = list(wording.citations)
    reasons = (
        _ended(one, instruments, day) or _changed(one, sent, changed, rechecked, instruments)
        for one in citations
    )
    return next(filter(None, reasons), None)


def _ended(citation: Citation, instruments: Mapping[str, Instrument], day: dt.date) -> str | None:
    instrument = instruments.get(citation.law_id)
    in_force = instrument is not None and instrument.in_force(day)
    return None if in_force else f"{citation.law_id} không còn hiệu lực ngày {day:%d/%m/%Y}"


def _changed(
    citation: Citation,
    sent: _Sent,
    changed: Mapping[Place, Sequence[Change]],
    rechecked: Sequence[dt.datetime],
    instruments: Mapping[str, Instrument],
) -> str | None:
    for change in changed.get((citation.law_id, citation.article_id), ()):
        checked = sent.entry.checked_on >= change.noticed_from or any(
            change.version.imported_at <= at <= sent.at for at in rechecked
        )
        if change.preceded(sent.at) and not checked:
            return change.reason(instruments)
    return None
