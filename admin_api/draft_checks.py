"""What a draft would be as an entry, what is still missing, and what is like it already."""

import asyncio
from collections.abc import Collection
from functools import lru_cache

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from admin_api import draft_words
from admin_api.office import Office
from bot import masking
from escalation.calendar import LOCAL
from escalation.models import Staff
from escalation.vocabulary import Role
from knowledge_base import drafting, law
from knowledge_base.content import Entry
from knowledge_base.drafting import Sketch, Unfinished
from knowledge_base.library import Library
from knowledge_base.models import DraftState, EntryDraft

EDITORS = frozenset({Role.EDITOR, Role.ADMIN})
OPEN = (DraftState.DRAFT, DraftState.IN_REVIEW)
_NEAREST = 5
_TEXTS = ("question", "label", "answer", "voice", "lawyer_only")


@lru_cache(maxsize=2)
def common_words(library: Library) -> frozenset[str]:
    """What the base itself says names nobody."""
    texts = [
        text
        for entry in library.entries.values()
        for text in (entry.question, entry.answer, *entry.phrasings)
    ]
    return masking.vocabulary(texts)


class Mask:
    """Masks one text after the other and counts what it took out."""

    def __init__(self, known: Collection[str]) -> None:
        self._known = known
        self.found: dict[str, int] = {}

    def __call__(self, text: str) -> str:
        masked = masking.mask(text, self._known)
        for kind, number in masked.found.items():
            self.found[kind] = self.found.get(kind, 0) + number
        return masked.text

    def sketch(self, sketch: Sketch) -> Sketch:
        """What was typed into a draft is masked like what came from the ticket."""
        texts = {name: self(getattr(sketch, name)) for name in _TEXTS}
        return sketch.model_copy(
            update={**texts, "phrasings": [self(one) for one in sketch.phrasings]}
        )


def may_edit(draft: EntryDraft, staff: Staff) -> bool:
    """Editors always; a lawyer his own draft until he hands it in."""
    return staff.role in EDITORS or (
        draft.drafted_by == staff.id and draft.state is DraftState.DRAFT
    )


class Nearest(BaseModel):
    """An entry that may say it already."""

    id: str
    question: str
    score: float


def nearest(library: Library, sketch: Sketch) -> list[Nearest]:
    """Entries like it, the likest first."""
    best: dict[str, float] = {}
    for text in filter(None, (sketch.question, *sketch.phrasings[:3])):
        for match in library.search(text, _NEAREST):
            best[match.entry_id] = max(match.score, best.get(match.entry_id, 0))
    likest = sorted(best.items(), key=lambda one: -one[1])[:_NEAREST]
    return [
        Nearest(id=name, question=library.entries[name].question, score=score)
        for name, score in likest
    ]


def planned(draft: EntryDraft, library: Library) -> Entry:
    """The entry as it would be published; raises `Unfinished`."""
    sketch = Sketch.model_validate(draft.content)
    if draft.target is None:
        if sketch.id in library.entries:
            raise Unfinished([("id", "taken", {})])
        return drafting.entry_of(sketch)
    if draft.target not in library.entries:
        raise Unfinished([("target", "missing", {})])
    return drafting.extended(library.entries[draft.target], sketch.phrasings)


async def missing(session: AsyncSession, office: Office, draft: EntryDraft) -> list[str]:
    """What the checks of the base would complain of, in Vietnamese."""
    library, today = office.library(), office.clock().astimezone(LOCAL).date()
    try:
        entry = planned(draft, library)
    except Unfinished as unfinished:
        return draft_words.unfinished(unfinished.wrong)
    if draft.target is not None and entry == library.entries[draft.target]:
        return [draft_words.NOTHING_NEW]
    known = await law.load(session, {one.law_id for one in entry.citations})
    told = await asyncio.to_thread(drafting.faults, entry, library, known, today)
    return [*_gaps(entry), *(draft_words.complaint(one) for one in told)]


def _gaps(entry: Entry) -> list[str]:
    """What was masked leaves a hole that somebody has to write over."""
    texts = (entry.question, entry.label, entry.answer, entry.voice or "", *entry.phrasings)
    holes = dict.fromkeys(hole[0] for text in texts for hole in masking.PLACEHOLDER.finditer(text))
    return [draft_words.hole(one) for one in holes]
