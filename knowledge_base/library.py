"""The published answers, ready to be searched and read out. (pure; built once, never changed)"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from knowledge_base.content import Citation, Entry, Instrument, Parameter, Topic, Wording
from knowledge_base.dates import Span
from knowledge_base.matching import Decision, Index, Match, Reason
from knowledge_base.rendering import (
    UnknownParameter,
    as_of,
    fill,
    parameters_in,
    render,
    speak,
)
from knowledge_base.text import Shorthand


@dataclass(frozen=True)
class Held:
    """Why an entry must not be sent today."""

    reason: str


@dataclass(frozen=True)
class Hold:
    """From `since` on, nothing may rest on this article until it was checked again."""

    law_id: str
    article_id: str
    since: dt.date
    reason: str


Holds = Mapping[str, Sequence[Hold]]  # by entry id, or `guide_name`


def guide_name(guide_id: str) -> str:
    """A guide's name beside those of entries, as the law register keeps it."""
    return f"calculator:{guide_id}"


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
        holds: Holds | None = None,
    ) -> None:
        self.entries = {entry.id: entry for entry in entries}
        self.topics = topics
        self.instruments = instruments
        self.parameters = parameters
        self.shorthand, self.synonyms = shorthand, synonyms
        self.revisions = revisions or {}
        self.holds = holds or {}
        self._index = Index(self.entries.values(), shorthand, synonyms)

    def decide(self, text: str) -> Decision:
        return self._index.decide(text)

    def search(self, text: str, limit: int = 10) -> list[Match]:
        return self._index.search(text, limit)

    def profile(self, text: str) -> Mapping[str, float]:
        return self._index.profile(text)

    def explain(self, text: str) -> list[Reason]:
        return self._index.explain(text)

    def answer(self, entry: Entry, day: dt.date) -> str | Held:
        """The words to send on `day`, or why they must not be sent: law never goes out stale."""
        wording = self.wording(entry, day)
        if isinstance(wording, Held):
            return wording
        return render(entry, self.parameters, self.instruments, day)

    def as_of(self, entry: Entry, when: Sequence[Span], today: dt.date) -> list[str] | Held:
        """The words for a case at one of the times `when`: two texts where a change lies in it."""
        return self._as_of(entry, when, today, self.answer)

    def spoken_as_of(self, entry: Entry, when: Sequence[Span], today: dt.date) -> list[str] | Held:
        """As `as_of`, for the telephone."""
        return self._as_of(entry, when, today, self.spoken)

    def _as_of(
        self,
        entry: Entry,
        when: Sequence[Span],
        today: dt.date,
        render: Callable[[Entry, dt.date], str | Held],
    ) -> list[str] | Held:
        span = entry.decisive(when)
        if span is None:
            words = render(entry, today)
            return words if isinstance(words, Held) else [words]
        days = [span.first, min(span.last, max(today, span.first))]
        if entry.on(days[0]) == entry.on(days[1]):
            days = days[:1]
        said = []
        for day in days:
            words = render(entry, day)
            if isinstance(words, Held):
                return words
            said.append(f"{as_of(entry, day, span, len(days) > 1)}{words}")
        return said

    def spoken(self, entry: Entry, day: dt.date) -> str | Held:
        """The words to say on the telephone on `day`, or why they must not be said."""
        wording = self.wording(entry, day)
        if isinstance(wording, Held):
            return wording
        if wording.voice is None:
            return Held("chưa có lời đọc qua điện thoại")
        return speak(wording, self.parameters, self.instruments, day)

    def held(self, name: str, citations: Iterable[Citation], day: dt.date) -> Held | None:
        """Why nothing may rest on `citations` on `day`; `name` is whose (see `Holds`)."""
        for citation in citations:
            instrument = self.instruments.get(citation.law_id)
            if instrument is None or not instrument.in_force(day):
                return Held(f"căn cứ {citation.law_id} không còn hiệu lực{_follower(instrument)}")
            for hold in self.holds.get(name, ()):
                place = (hold.law_id, hold.article_id)
                if place == (citation.law_id, citation.article_id) and hold.since <= day:
                    return Held(hold.reason)
        return None

    def guide_held(self, guide_id: str, day: dt.date) -> Held | None:
        """Why a guide must not be walked through on `day`: law it cites changed."""
        holds = self.holds.get(guide_name(guide_id), ())
        return next((Held(hold.reason) for hold in holds if hold.since <= day), None)

    def wording(self, entry: Entry, day: dt.date) -> Wording | Held:
        """The one place that decides whether an entry may go out."""
        if entry.lawyer_only:
            return Held(entry.lawyer_only)
        wording = entry.on(day)
        if wording is None:
            return Held("câu trả lời đã hết thời hạn áp dụng")
        try:
            basis = basis_of(wording, self.parameters, day)
        except UnknownParameter:
            return Held("thiếu số liệu của ngày này")
        return self.held(entry.id, basis, day) or wording

    def plain(self, entry: Entry, day: dt.date) -> str:
        """The answer without its legal basis, for a lawyer to build on."""
        wording = entry.on(day) or entry
        try:
            return fill(wording.answer, self.parameters, day)
        except UnknownParameter:
            return wording.answer


def _follower(instrument: Instrument | None) -> str:
    known = instrument is not None and instrument.replaced_by
    return f", được thay bằng {known}" if known else ""


def basis_of(wording: Wording, parameters: Mapping[str, Parameter], day: dt.date) -> list[Citation]:
    """All law a text rests on: its own citations, and those of the numbers in it."""
    basis = [*wording.citations]
    for name in sorted(parameters_in(f"{wording.answer} {wording.voice or ''}")):
        parameter = parameters.get(name)
        period = parameter.on(day) if parameter else None
        if period is None:
            raise UnknownParameter(f"no parameter {name!r} on {day:%d/%m/%Y}")
        basis.append(period.citation)
    return basis
