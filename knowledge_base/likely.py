"""Which articles of the law a question is likely about. (pure; built once, never changed)

What the nearest answers of the library cite speaks loudest; then the words of the articles
themselves, their titles, and which laws answers on such matters mostly rest on. The weights were
chosen on one half of the labelled questions; `hotline law eval` tells the figures of each half.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from knowledge_base import features, vectors
from knowledge_base.articles import Article, Law
from knowledge_base.bm25 import Bm25
from knowledge_base.content import Instrument, Place
from knowledge_base.features import Meanings
from knowledge_base.library import Library
from knowledge_base.matching import Match, Verdict
from knowledge_base.spotting import Names
from knowledge_base.vectors import Floats

SHOWN = 10
_ANSWERS = 12  # of the library that may speak
_TEXT, _TITLE, _CITED, _OF_LAW = 1.0, 0.3, 3.0, 0.3  # what each source weighs
_LEAST = 1.7  # times the rarest word: articles that have less in common tell nothing


class Because(StrEnum):
    """What spoke for an article most."""

    NAMED = "named"  # the question names it
    GIVEN = "given"  # the bot had cited it
    ANSWERS = "answers"  # near answers rest on it
    WORDS = "words"  # it uses the same words


@dataclass(frozen=True)
class Likely:
    place: Place
    score: float
    because: Because


class LikelyArticles:
    """An index over the articles in force on `day`, and those that are cited but not imported."""

    def __init__(self, law: Law, library: Library, day: dt.date) -> None:
        self.day = day
        self._library = library
        self._meanings = Meanings(library.synonyms)
        self._names = Names(library.instruments, day)
        known = dict(_in_force(law, library.instruments, day))
        self.places = [*known, *sorted(_cited_unread(law, library, day))]
        self.at = {place: at for at, place in enumerate(self.places)}
        self._laws = _LawsOfTopics(library, self.places)
        self._has_texts = bool(known)
        titles = [self._words(one.title) for one in known.values()]
        texts = [self._words(one.text) for one in known.values()]
        unread = [Counter[str]()] * (len(self.places) - len(known))
        both = [title + text for title, text in zip(titles, texts, strict=True)]
        self._titles, self._texts = Bm25(titles + unread), Bm25(both + unread)
        vectors.give_back_memory()

    def rank(
        self,
        text: str,
        *,
        topic: str | None = None,
        given: Iterable[Place] = (),
        limit: int = SHOWN,
    ) -> list[Likely]:
        """Best first; ahead of all what the text names, then `given`: what the bot had cited."""
        if not self.places:
            return []
        words, answers = self._spoken(text, topic)
        score = words + answers
        ahead = dict.fromkeys(self._named(text), Because.NAMED)
        ahead = dict.fromkeys(given, Because.GIVEN) | ahead
        leading = [place for place in _named_first(ahead) if place in self.at]
        order = [self.places[at] for at in np.argsort(-score, kind="stable").tolist()]
        found = dict.fromkeys([*leading, *order[: limit + len(leading)]])
        shown = [place for place in found if place in ahead or score[self.at[place]] > 0]
        return [self._likely(place, ahead, words, answers) for place in shown[:limit]]

    def _likely(
        self, place: Place, ahead: Mapping[Place, Because], words: Floats, answers: Floats
    ) -> Likely:
        at = self.at[place]
        spoke_most = Because.ANSWERS if answers[at] > words[at] else Because.WORDS
        score = round(float(words[at] + answers[at]), 3)
        return Likely(place, score, ahead.get(place, spoke_most))

    def _named(self, text: str) -> list[Place]:
        spotted = self._names.spot(text)
        return [(one.law_id, one.article_id) for one in spotted if one.law_id is not None]

    def _spoken(self, text: str, topic: str | None) -> tuple[Floats, Floats]:
        """What the law's own words say for each article, and what the library says."""
        asked = self._words(text)
        texts, titles = self._texts.score(asked), self._titles.score(asked)
        if self._says_nothing(text, texts):
            nothing = np.zeros(len(self.places), np.float32)
            return nothing, nothing
        matches = self._library.search(text, _ANSWERS)
        of_law = _OF_LAW * self._laws.shares(matches, topic)
        words = _TEXT * _beside_best(texts) + _TITLE * _beside_best(titles)
        answers = np.float32(_CITED) * np.sqrt(self._belief(matches))
        return (words + of_law * (words > 0)).astype(np.float32), answers

    def _says_nothing(self, text: str, scores: Floats) -> bool:
        """Whether neither law nor library make anything of it: "gặp luật sư", "cảm ơn"."""
        if self._has_texts and scores.max() >= _LEAST * self._texts.rarest:
            return False
        decision = self._library.decide(text)
        return decision.faint or decision.verdict is Verdict.UNSURE

    def _belief(self, matches: Iterable[Match]) -> Floats:
        """Of each article, the belief in all the answers that cite it."""
        belief = np.zeros(len(self.places), np.float32)
        for match in matches:
            for place in self._library.entries[match.entry_id].places & self.at.keys():
                belief[self.at[place]] += match.score
        return belief

    def _words(self, text: str) -> Counter[str]:
        return features.words(self._library.shorthand.read(text).folded, self._meanings)


class _LawsOfTopics:
    """Which laws the answers on each topic cite, as shares."""

    def __init__(self, library: Library, places: Sequence[Place]) -> None:
        laws = {law_id: at for at, law_id in enumerate(dict(places))}
        self._law_of_each = np.array([laws[law_id] for law_id, _ in places], np.int64)
        self._topic_of = {entry.id: entry.topic for entry in library.entries.values()}
        cited: dict[str, Floats] = defaultdict(lambda: np.zeros(len(laws), np.float32))
        for entry in library.entries.values():
            for law_id, _ in entry.places:
                if law_id in laws:
                    cited[entry.topic][laws[law_id]] += 1 / len(entry.places)
        self._shares: dict[str, Floats] = {
            topic: counts / counts.sum() for topic, counts in cited.items()
        }
        self._none = np.zeros(len(laws), np.float32)

    def shares(self, matches: Iterable[Match], topic: str | None) -> Floats:
        """Of each article, the share of its law on `topic`, or on those of the matches."""
        if topic in self._shares:
            return self._shares[topic][self._law_of_each]
        shares = self._none.copy()
        for match in matches:
            shares += match.score * self._shares.get(self._topic_of[match.entry_id], self._none)
        return shares[self._law_of_each]


def _beside_best(scores: Floats) -> Floats:
    shares: Floats = scores / (scores.max(initial=0) or np.float32(1))
    return shares


def _named_first(ahead: Mapping[Place, Because]) -> list[Place]:
    return sorted(ahead, key=lambda place: ahead[place] is not Because.NAMED)


def _in_force(
    law: Law, instruments: Mapping[str, Instrument], day: dt.date
) -> Iterator[tuple[Place, Article]]:
    for law_id in sorted(law.law_ids):
        for place in law.places(law_id) if _holds(instruments, law_id, day) else ():
            if article := law.on(place, day):
                yield place, article


def _cited_unread(law: Law, library: Library, day: dt.date) -> set[Place]:
    """Articles that answers cite, of laws in force whose texts nobody imported."""
    cited = {place for entry in library.entries.values() for place in entry.places}
    return {
        place
        for place in cited
        if place[0] not in law.law_ids and _holds(library.instruments, place[0], day)
    }


def _holds(instruments: Mapping[str, Instrument], law_id: str, day: dt.date) -> bool:
    instrument = instruments.get(law_id)
    return instrument is not None and instrument.in_force(day)
