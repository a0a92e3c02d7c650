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
from heapq import nlargest
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
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for word in sorted(self._vocabulary):
            self._by_length[len(word)].append(word)
        bags = [(position, self._bag(reading.folded)) for position, reading in readings]
        self._weights = _rarity(bags, len(self._entries))
        self._unknown = max(self._weights.values(), default=1.0)
        self._owners = [position for position, _ in bags]
        self._wording = _Postings(self._weigh(bag) for _, bag in bags)
        self._whole = _Postings(self._weigh(bag) for bag in _merged(bags, len(self._entries)))
        self._marks = _Postings(self._weigh_marks(reading) for _, reading in readings)

    def decide(self, text: str) -> Decision:
        """Answer, ask back, or leave it: the calibrated word on `text`."""
        matches = tuple(self.search(text))
        if not matches or matches[0].score < self.thresholds.offer:
            return Decision(Verdict.UNSURE, matches[:OFFERED])
        best = matches[0].score
        lead = best - (matches[1].score if len(matches) > 1 else 0.0)
        confidence = round(best + _LEAD_WEIGHT * lead, 3)
        if best >= self.thresholds.faint and confidence >= self.thresholds.answer:
            return Decision(Verdict.ANSWER, matches[:OFFERED], confidence)
        near = [match for match in matches if match.score >= best * self.thresholds.near]
        faint = best < self.thresholds.faint
        return Decision(Verdict.CLARIFY, tuple(near[:OFFERED]), confidence, faint)

    def search(self, text: str, limit: int = 10) -> list[Match]:
        """The entries most alike, best first."""
        best: dict[int, float] = {}
        for part in self._parts(text):
            for position, score in self._score(part).items():
                if score > best.get(position, 0.0):
                    best[position] = score
        ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))[:limit]
        bag = self._weigh(self._bag(self._mend(self._shorthand.read(text).folded)))
        return [
            Match(self._entries[position].id, round(score, 4), self._reasons(bag, position))
            for position, score in ranked
        ]

    def _parts(self, text: str) -> list[str]:
        """The text, and of a long story each sentence as well."""
        sentences = [part for part in _sentences(text) if len(part.split()) >= 4]
        return [text, *sentences] if len(text.split()) > _LONG and len(sentences) > 1 else [text]

    def _score(self, text: str) -> dict[int, float]:
        reading = self._shorthand.read(text)
        bag = self._weigh(self._bag(self._mend(reading.folded)))
        wording = self._by_entry(self._wording.cosines(bag))
        whole = self._whole.cosines(bag)
        marks = (
            self._by_entry(self._marks.cosines(self._weigh_marks(reading)))
            if reading.has_marks
            else None
        )
        scores = {}
        for position, alike in wording.items():
            score = _WORDING_SHARE * alike + (1 - _WORDING_SHARE) * whole.get(position, 0.0)
            if marks is not None:
                score = (1 - _MARKS_SHARE) * score + _MARKS_SHARE * marks.get(position, 0.0)
            scores[position] = score
        return scores

    def _by_entry(self, cosines: Mapping[int, float]) -> dict[int, float]:
        """How alike each entry's nearest phrasings are: one lucky wording is not enough."""
        by_entry: dict[int, list[float]] = defaultdict(list)
        for document, cosine in cosines.items():
            by_entry[self._owners[document]].append(cosine)
        return {
            position: (max(alike) + sum(nlargest(_NEIGHBOURS, alike))) / (1 + _NEIGHBOURS)
            for position, alike in by_entry.items()
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
            for known in self._by_length.get(length, ())
            if known[0] == word[0] and DamerauLevenshtein.distance(word, known, score_cutoff=1) <= 1
        ]
        return near[0] if len(near) == 1 else word

    def _reasons(self, bag: Features, position: int) -> tuple[str, ...]:
        whole = self._whole.vector(position)
        shared = {
            feature: weight * whole[feature] for feature, weight in bag.items() if feature in whole
        }
        return tuple(sorted(shared, key=lambda feature: -shared[feature])[:6])


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


class _Postings:
    """Cosine similarity by inverted lists."""

    def __init__(self, vectors: Iterable[Features]) -> None:
        self._vectors = [_unit(vector) for vector in vectors]
        self._lists: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for document, vector in enumerate(self._vectors):
            for feature, weight in vector.items():
                self._lists[feature].append((document, weight))

    def vector(self, document: int) -> Features:
        return self._vectors[document]

    def cosines(self, query: Features) -> dict[int, float]:
        totals: dict[int, float] = defaultdict(float)
        for feature, weight in _unit(query).items():
            for document, other in self._lists.get(feature, ()):
                totals[document] += weight * other
        return totals


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


def _sentences(text: str) -> list[str]:
    for mark in "!?;\n":
        text = text.replace(mark, ".")
    return [part.strip() for part in text.split(".") if part.strip()]
