"""The published answers, ready to be searched and read out. (pure; built once, never changed)"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from knowledge_base.content import Entry, Instrument, Parameter, Topic
from knowledge_base.matching import Decision, Index, Match
from knowledge_base.rendering import UnknownParameter, fill, render
from knowledge_base.text import Shorthand


@dataclass(frozen=True)
class Held:
    """Why an entry must not be sent today."""

    reason: str


class Library:
    def __init__(
        self,
        entries: Iterable[Entry],
        *,
        topics: Mapping[str, Topic],
        instruments: Mapping[str, Instrument],
        parameters: Mapping[str, Parameter],
        shorthand: Shorthand,
        synonyms: Mapping[str, Sequence[str]],
        revisions: Mapping[str, int] | None = None,
    ) -> None:
        self.entries = {entry.id: entry for entry in entries}
        self.topics = topics
        self.instruments = instruments
        self.parameters = parameters
        self.revisions = revisions or {}
        self._index = Index(self.entries.values(), shorthand, synonyms)

    def decide(self, text: str) -> Decision:
        return self._index.decide(text)

    def search(self, text: str, limit: int = 10) -> list[Match]:
        return self._index.search(text, limit)

    def answer(self, entry: Entry, day: dt.date) -> str | Held:
        """The words to send on `day`, or why they must not be sent: law never goes out stale."""
        if entry.lawyer_only:
            return Held(entry.lawyer_only)
        if not entry.holds_on(day):
            return Held("câu trả lời đã hết thời hạn áp dụng")
        for citation in entry.citations:
            instrument = self.instruments.get(citation.law_id)
            if instrument is None or not instrument.in_force(day):
                return Held(f"căn cứ {citation.law_id} không còn hiệu lực")
        try:
            return render(entry, self.parameters, self.instruments, day)
        except UnknownParameter:
            return Held("thiếu số liệu của ngày này")

    def plain(self, entry: Entry, day: dt.date) -> str:
        """The answer without its legal basis, for a lawyer to build on."""
        try:
            return fill(entry.answer, self.parameters, day)
        except UnknownParameter:
            return entry.answer
