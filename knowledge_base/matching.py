"""Finds the entry a worker means, or says that it is not sure. (pure)

Each phrasing is a weighted bag of folded syllables, pairs of syllables and synonym groups; rare
ones weigh more. A question is compared with every phrasing (how alike the wording is) and with
each entry as a whole (how much of it the entry ever talks about). Where the worker typed
diacritics they count too. No threshold rests on a fuzzy ratio of whole strings: rapidfuzz only
mends single words the index has never seen.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from heapq import heappushpop
from itertools import pairwise

from rapidfuzz.distance import DamerauLevenshtein

from knowledge_base.content import Entry
from knowledge_base.text import Reading, Shorthand

Features = Mapping[str, float]


class Verdict(StrEnum):
    ANSWER = "answer"
    CLARIFY = "clarify"
    UNSURE = "unsure"


@dataclass(frozen=True)
class Match:
    """An entry that may be meant. `score` is 0..1; `words` are what spoke for it most."""

    entry_id: str
    score: float
    words: tuple[str, ...]


@dataclass(frozen=True)
class Decision:
    """`matches` are best first: the one to answer with, or up to three to offer.

    `confidence` grows with the best score and, more, with its lead over the second. `faint`:
    the offer is a guess, worth making only if the text speaks of work at all.
    """

    verdict: Verdict
    matches: tuple[Match, ...]
    confidence: float = 0.0
    faint: bool = False


@dataclass(frozen=True)
class Thresholds:
    """Where answering and offering begin; measured with `hotline kb eval`, see DECISIONS.md."""

    answer: float  # confidence
    offer: float  # score
    faint: float  # score
    near: float  # an offered entry scores at least this share of the best


SHIPPED = Thresholds(answer=0.95, offer=0.2, faint=0.34, near=0.5)

_LEAD_WEIGHT = 4  # how much a lead over the second counts beside the score
OFFERED = 3
# Chosen by holding out a sixth of the phrasings and by the labelled questions; see DECISIONS.md.
_PAIR_WEIGHT = 0.7
_GROUP_WEIGHT = 1.5
_RARITY_POWER = 0.6  # rare words weigh more, but not as much as their rarity alone would say
_WORDING_SHARE = 0.4  # of the score; the rest is the entry as a whole
_MARKS_SHARE = 0.08  # of the score where the worker typed diacritics
_NEIGHBOURS = 4  # phrasings of one entry that speak for it; the nearest counts twice
_TYPO_LENGTH = 4  # shorter syllables are too alike to be mended
_ROUNDING = 1e-9  # sums of floats in another order
_LONG = 24  # words; beyond, sentences are also read one by one

# Words that carry no matter of their own, folded. They still count in pairs ("bao truoc").
_FILLERS = frozenset(
    "a ah ak oi e em anh chi toi minh ad ban shop thi la ma nhe y xin giup".split()
)


class Index:
    """An immutable search index over entries."""

    def __init__(
        self,
        entries: Iterable[Entry],
        shorthand: Shorthand,
        synonyms: Mapping[str, Sequence[str]],
        thresholds: Thresholds = SHIPPED,
    ) -> None:
        self.thresholds = thresholds
        self._shorthand = shorthand
        self._groups = _GroupFinder(synonyms)
        self._entries = sorted(entries, key=lambda entry: entry.id)
        readings = [
            (position, shorthand.read(text))
            for position, entry in enumerate(self._entries)
            for text in (entry.question, entry.label, *entry.phrasings)
        ]
        self._vocabulary = {word for _, reading in readings for word in reading.folded}
        self._alike: dict[tuple[str, int], list[str]] = defaultdict(list)
        for word in sorted(self._vocabulary):
            self._alike[word[0], len(word)].append(word)
        bags = [(position, self._bag(reading.folded)) for position, reading in readings]
        self._weights = _rarity(bags, len(self._entries))
        self._unknown = max(self._weights.values(), default=1.0)
        self._whole = [_unit(self._weigh(bag)) for bag in _merged(bags, len(self._entries))]
        self._wording = _Phrasings(
            ((position, self._weigh(bag)) for position, bag in bags), len(self._entries)
        )
        self._marks = _Phrasings(
            ((position, self._weigh_marks(reading)) for position, reading in readings),
            len(self._entries),
        )
        self._ceilings = self._ceilings_by_feature()

    def decide(self, text: str) -> Decision:
        """Answer, ask back, or leave it: the calibrated word on `text`."""
        matches = tuple(self.search(text, OFFERED))
        if not matches or matches[0].score < self.thresholds.offer:
            return Decision(Verdict.UNSURE, matches)
        best = matches[0].score
        lead = best - (matches[1].score if len(matches) > 1 else 0.0)
        confidence = round(best + _LEAD_WEIGHT * lead, 3)
        if best >= self.thresholds.faint and confidence >= self.thresholds.answer:
            return Decision(Verdict.ANSWER, matches, confidence)
        near = [match for match in matches if match.score >= best * self.thresholds.near]
        faint = best < self.thresholds.faint
        return Decision(Verdict.CLARIFY, tuple(near[:OFFERED]), confidence, faint)

    def search(self, text: str, limit: int = 10) -> list[Match]:
        """The entries most alike, best first."""
        asked = self._query(text)
        best = self._score(asked, limit)
        for sentence in _sentences_of_a_story(text):
            for position, score in self._score(self._query(sentence), limit).items():
                if score > best.get(position, 0.0):
                    best[position] = score
        ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))[:limit]
        return [
            Match(self._entries[position].id, round(score, 4), self._reasons(asked, position))
            for position, score in ranked
        ]

    def _query(self, text: str) -> "_Query":
        reading = self._shorthand.read(text)
        bag = self._weigh(self._bag(self._mend(reading.folded)))
        return _Query(_unit(bag), _unit(self._weigh_marks(reading)), reading.has_marks)

    def _score(self, asked: "_Query", limit: int) -> dict[int, float]:
        """Scores of the best `limit` entries, and of some others.

        No entry scores above its ceiling, so the search ends where the ceilings do not reach the
        best any more: the result is the same as if every phrasing had been compared.
        """
        ceilings = self._ceilings_for(asked)
        scores: dict[int, float] = {}
        best = [0.0] * max(limit, 1)  # a heap: the least of the best comes first
        for position in sorted(range(len(ceilings)), key=ceilings.__getitem__, reverse=True):
            if ceilings[position] <= max(best[0] - _ROUNDING, 0.0):
                break
            scores[position] = score = self._exact(asked, position)
            heappushpop(best, score)
        return scores

    def _exact(self, asked: "_Query", position: int) -> float:
        whole = self._whole[position]
        entry = sum(weight * whole.get(feature, 0.0) for feature, weight in asked.bag.items())
        wording = self._wording.likeness(asked.bag, position)
        score = _WORDING_SHARE * wording + (1 - _WORDING_SHARE) * entry
        if not asked.has_marks:
            return score
        marks = self._marks.likeness(asked.marks, position)
        return (1 - _MARKS_SHARE) * score + _MARKS_SHARE * marks

    def _ceilings_for(self, asked: "_Query") -> list[float]:
        """What each entry can score at most; nought for one that shares no feature."""
        share = 1 - _MARKS_SHARE if asked.has_marks else 1.0
        ceilings = [0.0] * len(self._entries)
        for feature, weight in asked.bag.items():
            counted = share * weight
            for position, ceiling in self._ceilings.get(feature, ()):
                ceilings[position] += counted * ceiling
        for feature, weight in asked.marks.items():
            counted = _MARKS_SHARE * weight
            for position, peak in self._marks.peaks.get(feature, ()):
                ceilings[position] += counted * peak
        return ceilings

    def _ceilings_by_feature(self) -> dict[str, list[tuple[int, float]]]:
        """Each feature's greatest part in an entry's score: wording and whole in one list."""
        return {
            feature: [
                (
                    position,
                    _WORDING_SHARE * peak
                    + (1 - _WORDING_SHARE) * self._whole[position].get(feature, 0.0),
                )
                for position, peak in peaks
            ]
            for feature, peaks in self._wording.peaks.items()
        }

    def _bag(self, folded: Sequence[str]) -> Counter[str]:
        bag = Counter(word for word in folded if word not in _FILLERS)
        bag.update(f"{first} {second}" for first, second in pairwise(folded))
        bag.update(f"#{group}" for group in self._groups.find(folded))
        return bag

    def _weigh(self, bag: Mapping[str, int]) -> dict[str, float]:
        return {
            feature: self._weights.get(feature, self._unseen(feature)) * math.sqrt(count)
            for feature, count in bag.items()
        }

    def _unseen(self, feature: str) -> float:
        """A word nobody here ever used speaks against every entry; an unseen pair hardly does."""
        return self._unknown * (0.25 if " " in feature else 0.8)

    def _weigh_marks(self, reading: Reading) -> dict[str, float]:
        if not reading.has_marks:
            return {}
        pairs = zip(reading.marked, reading.folded, strict=True)
        return {
            marked: self._weights.get(folded, self._unknown)
            for marked, folded in pairs
            if folded not in _FILLERS
        }

    def _mend(self, folded: Sequence[str]) -> list[str]:
        return [self._known(word) for word in folded]

    def _known(self, word: str) -> str:
        """`word`, or the one known word a single slip away from it."""
        if word in self._vocabulary or len(word) < _TYPO_LENGTH or not word.isalpha():
            return word
        near = [
            known
            for length in (len(word) - 1, len(word), len(word) + 1)
            for known in self._alike.get((word[0], length), ())
            if DamerauLevenshtein.distance(word, known, score_cutoff=1) <= 1
        ]
        return near[0] if len(near) == 1 else word

    def _reasons(self, asked: "_Query", position: int) -> tuple[str, ...]:
        whole = self._whole[position]
        shared = {
            feature: weight * whole[feature]
            for feature, weight in asked.bag.items()
            if feature in whole
        }
        return tuple(sorted(shared, key=lambda feature: -shared[feature])[:6])


@dataclass(frozen=True)
class _Query:
    """A question as two vectors of length one."""

    bag: Features
    marks: Features
    has_marks: bool


class _GroupFinder:
    """Finds synonym groups in folded words, the longest way of saying first."""

    def __init__(self, synonyms: Mapping[str, Sequence[str]]) -> None:
        self._groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for group, ways in synonyms.items():
            for way in ways:
                self._groups[tuple(way.split())].append(group)
        self._longest = max((len(way) for way in self._groups), default=0)

    def find(self, folded: Sequence[str]) -> set[str]:
        return {
            group
            for start in range(len(folded))
            for length in range(1, self._longest + 1)
            for group in self._groups.get(tuple(folded[start : start + length]), ())
        }


class _Phrasings:
    """The phrasings of every entry: how alike they are to a question, and how much at most."""

    def __init__(self, vectors: Iterable[tuple[int, Features]], entries: int) -> None:
        self._uses: list[dict[str, list[tuple[int, float]]]] = [{} for _ in range(entries)]
        for number, (position, vector) in enumerate(vectors):
            for feature, weight in _unit(vector).items():
                self._uses[position].setdefault(feature, []).append((number, weight))
        self.peaks: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for position, uses in enumerate(self._uses):
            for feature, of_phrasings in uses.items():
                peak = _nearest(weight for _, weight in of_phrasings)
                self.peaks[feature].append((position, peak))

    def likeness(self, query: Features, position: int) -> float:
        """How alike the entry's nearest phrasings are (cosine)."""
        uses = self._uses[position]
        cosines: dict[int, float] = {}
        for feature, weight in query.items():
            for phrasing, other in uses.get(feature, ()):
                cosines[phrasing] = cosines.get(phrasing, 0.0) + weight * other
        return _nearest(cosines.values())


def _nearest(values: Iterable[float]) -> float:
    """The mean of the greatest few, the greatest twice: one lucky wording is not enough."""
    greatest = sorted(values, reverse=True)[:_NEIGHBOURS]
    return (greatest[0] + sum(greatest)) / (1 + _NEIGHBOURS) if greatest else 0.0


def _unit(vector: Features) -> dict[str, float]:
    length = math.sqrt(sum(weight * weight for weight in vector.values()))
    return {feature: weight / length for feature, weight in vector.items()} if length else {}


def _rarity(bags: Iterable[tuple[int, Mapping[str, int]]], entries: int) -> dict[str, float]:
    """Weight of each feature: the fewer entries use it, the more it says."""
    owners: dict[str, set[int]] = defaultdict(set)
    for position, bag in bags:
        for feature in bag:
            owners[feature].add(position)
    return {
        feature: math.log((entries + 1) / (len(users) + 0.5)) ** _RARITY_POWER
        * _kind_weight(feature)
        for feature, users in owners.items()
    }


def _kind_weight(feature: str) -> float:
    if feature.startswith("#"):
        return _GROUP_WEIGHT
    return _PAIR_WEIGHT if " " in feature else 1.0


def _merged(bags: Iterable[tuple[int, Mapping[str, int]]], entries: int) -> list[Counter[str]]:
    merged: list[Counter[str]] = [Counter() for _ in range(entries)]
    for position, bag in bags:
        merged[position].update(bag)
    return merged


def _sentences_of_a_story(text: str) -> list[str]:
    """The sentences of a long text, to be read one by one as well."""
    if len(text.split()) <= _LONG:
        return []
    sentences = [part for part in _sentences(text) if len(part.split()) >= 4]
    return sentences if len(sentences) > 1 else []


def _sentences(text: str) -> list[str]:
    for mark in "!?;\n":
        text = text.replace(mark, ".")
    return [part.strip() for part in text.split(".") if part.strip()]
