"""Finds the entry a worker means, or says that it is not sure. (pure)

A question is compared with every phrasing and with each entry as a whole: words, pairs of words,
meanings, letters and, where typed, diacritics; rare ones weigh more. Learned weights add these
likenesses up to a score; a learned calibration says how likely the best entry is right, and how
likely the right one is among those offered. Both come from `hotline kb train`. No threshold rests
on a fuzzy ratio of whole strings.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

import numpy as np

from knowledge_base import features, vectors
from knowledge_base.content import Entry
from knowledge_base.features import Meanings, Mender
from knowledge_base.text import Shorthand, fold
from knowledge_base.vectors import Bag, Bags, Floats, Found, Probe, Rarity
from knowledge_base.weights import CLUES, LIKENESSES, Weights, learned

OFFERED = 3
_REASONS = 6
_RARITY_POWER = 0.6  # rare words weigh more, but not as much as their rarity alone would say
_SINGLE, _PAIR_WEIGHT = 1.0, 0.7  # a word by itself, two in a row
_MEANING_WEIGHT = 1.5
_ARTICLE_WEIGHT = 2.0  # "điều 35": somebody who names it means it
_NEIGHBOURS = 4  # phrasings of one entry that speak for it together
_EVENLY = np.full(_NEIGHBOURS, 1 / _NEIGHBOURS, np.float32)
_LEAST_BELIEF = 0.6  # an answer must stand out, whatever its basis shares with its neighbours
_IDENTICAL, _SAME = 0.999, np.float32(5)  # the very words of a phrasing outweigh all else
_CONTENDERS = 40  # entries among which belief is shared out
_LONG = 24  # words; beyond, sentences are also read one by one
_SENTENCES, _SENTENCE = 6, 4  # read at most; words of the shortest
_ASKING = np.float32(1 / 3)  # share of the score that the asking sentences decide
_ENDS = re.compile(r"(?<=[?!.;])\s+|\n+")
_ASKS = re.compile(
    r"\b(hoi|bao nhieu|bao lau|may|gi|sao|the nao|co duoc|co phai|dung khong|hay khong|o dau)\b"
)
_LONGEST = 30  # words; longer texts are all alike long


class Verdict(StrEnum):
    ANSWER = "answer"
    CLARIFY = "clarify"
    UNSURE = "unsure"


@dataclass(frozen=True)
class Match:
    """An entry that may be meant. `score`: its share of belief, 0..1; `words` spoke for it most."""

    entry_id: str
    score: float
    words: tuple[str, ...]


@dataclass(frozen=True)
class Reason:
    """Why an entry was found: what each likeness added to its score, and which words most."""

    entry_id: str
    belief: float
    likenesses: Mapping[str, float]
    words: Mapping[str, float]


@dataclass(frozen=True)
class Decision:
    """`matches` are best first: the one to answer with, or up to three to offer.

    `confidence`: how likely the best one is right; `hope`: that the right one is among those
    offered. `faint`: worth offering only if the text speaks of work at all.
    """

    verdict: Verdict
    matches: tuple[Match, ...]
    confidence: float = 0.0
    hope: float = 0.0
    faint: bool = False


@dataclass(frozen=True)
class Asked:
    """A question as weighted features.

    `shares`: of each of its words (pairs and meanings: none) in the weight of all; `known`: share
    of those seen before.
    """

    words: Probe
    shares: Floats
    letters: Probe
    marks: Probe
    sides: tuple[int, ...]
    known: float
    length: int


@dataclass(frozen=True)
class Scores:
    """One score an entry, and the likenesses (entries x LIKENESSES) they were made of.

    `found`: where the words of the question stand in the entries.
    """

    asked: Asked
    found: Found
    likenesses: Floats
    score: Floats

    @cached_property
    def belief(self) -> Floats:
        """One belief shared out among all entries."""
        return _softmax(self.score)

    @cached_property
    def contenders(self) -> list[int]:
        return _best(self.score, _CONTENDERS)


class Index:
    """An immutable search index over entries."""

    def __init__(
        self,
        entries: Iterable[Entry],
        shorthand: Shorthand,
        synonyms: Mapping[str, Sequence[str]],
        weights: Weights | None = None,
    ) -> None:
        self.weights = weights = weights or learned()
        self._ranking = np.array([weights.ranking[name] for name in LIKENESSES], np.float32)
        marks = weights.ranking["marks"]
        whole = sum(weights.ranking[name] for name in LIKENESSES)
        self._unmarked = np.float32(whole / (whole - marks))  # without marks the rest speaks louder
        self._shorthand = shorthand
        self._meanings = Meanings(synonyms)
        self.entries = sorted(entries, key=lambda entry: entry.id)
        self._bases = [entry.places for entry in self.entries]
        self._build()

    def decide(self, text: str) -> Decision:
        """Answer, ask back, or leave it: the calibrated word on `text`."""
        scores = self.score(text)
        matches = self._matches(scores, scores.contenders[:OFFERED])
        if not matches or not any(word.isalpha() for word in scores.asked.words.names):
            return Decision(Verdict.UNSURE, ())
        clues = self.clues(scores)
        confidence, hope = self.weights.answer.of(clues), self.weights.offer.of(clues)
        bounds = self.weights.bounds
        verdict = Verdict.UNSURE
        if hope >= bounds.offer:
            sure = confidence >= bounds.answer and self.stands_out(scores)
            verdict = Verdict.ANSWER if sure else Verdict.CLARIFY
        return Decision(
            verdict, matches, round(confidence, 4), round(hope, 4), faint=hope < bounds.faint
        )

    def search(self, text: str, limit: int = 10) -> list[Match]:
        """The entries most alike, best first."""
        scores = self.score(text)
        return list(self._matches(scores, _best(scores.score, limit)))

    def score(self, text: str) -> Scores:
        """How well each entry fits. In a long story the sentences that ask count once more."""
        whole = self._score(text)
        asking = [self._score(sentence).score for sentence in _sentences_of_a_story(text)]
        if not asking:
            return whole
        loudest = np.max(asking, axis=0)
        return replace(whole, score=(1 - _ASKING) * whole.score + _ASKING * loudest)

    def stands_out(self, scores: Scores) -> bool:
        """Whether the best entry holds most of the belief: only then may it be the answer."""
        return bool(scores.belief.max() >= _LEAST_BELIEF)

    def clues(self, scores: Scores) -> Floats:
        """What the calibration judges by, in the order of CLUES."""
        order = scores.contenders
        best, belief = scores.score[order], _softmax(scores.score[order])
        basis = self._bases[order[0]]
        same_law = np.array([not basis.isdisjoint(self._bases[one]) for one in order])
        others = best[~same_law]
        likeness = dict(zip(LIKENESSES, scores.likenesses[order[0]], strict=True))
        values = {
            **likeness,
            "lead": best[0] - best[1] if len(best) > 1 else best[0],
            "lead_on_other_law": best[0] - others[0] if len(others) else best[0],
            "belief": np.log(belief[0]),
            "belief_in_law": belief[same_law].sum(),
            "belief_in_three": belief[:OFFERED].sum(),
            "known": scores.asked.known,
            "unmarked": float(not scores.asked.marks.names),
            "length": min(scores.asked.length, _LONGEST) / 10,
        }
        return np.array([values[name] for name in CLUES], np.float32)

    def profile(self, text: str) -> Mapping[str, float]:
        """Features of a text by how much they tell, at length one: two texts can be compared."""
        folded = self._mender.mend(self._shorthand.read(text).folded)
        bag = features.words(folded, self._meanings)
        kinds = np.array([_kind_weight(feature) for feature in bag], np.float32)
        words = self._weighed_words(bag, kinds).unit()
        return dict(zip(words.names, words.weights.tolist(), strict=True))

    def _matches(self, scores: Scores, order: Sequence[int]) -> tuple[Match, ...]:
        alike = [at for at in order if scores.likenesses[at].any()]
        return tuple(
            Match(
                self.entries[at].id,
                round(float(scores.belief[at]), 4),
                _greatest(scores.found.parts(at)),
            )
            for at in alike
        )

    def explain(self, text: str, limit: int = OFFERED) -> list[Reason]:
        """Why the best entries were found, best first."""
        scores = self.score(text)
        added = scores.likenesses * self._ranking
        words = {at: scores.found.parts(at) for at in _best(scores.score, limit)}
        return [
            Reason(
                self.entries[at].id,
                float(scores.belief[at]),
                dict(zip(LIKENESSES, added[at].tolist(), strict=True)),
                {word: parts[word] for word in _greatest(parts)},
            )
            for at, parts in words.items()
        ]

    # -- building ------------------------------------------------------------------------------

    def _build(self) -> None:
        wording, whole, spelled, marked = Bags(), Bags(), Bags(), Bags()
        vocabulary = set[str]()
        most = max((len(entry.phrasings) + 2 for entry in self.entries), default=0)
        self._width = max(most, _NEIGHBOURS)  # rows of each entry; those left over stay empty
        taken = np.zeros((len(self.entries), len(features.SIDES)), np.float32)
        for position, entry in enumerate(self.entries):
            of_entry = Counter[str](), Counter[str](), Counter[str]()
            for text in (entry.question, entry.label, *entry.phrasings):
                reading = self._shorthand.read(text)
                words = features.words(reading.folded, self._meanings)
                wording.add(words, _kind_weight)
                taken[position] += features.sides(words)
                vocabulary.update(reading.folded)
                of_entry[0].update(words)
                of_entry[1].update(features.letters(reading.folded))
                of_entry[2].update(features.marks(reading))
            wording.skip((position + 1) * self._width - wording.rows)
            of_entry[0].update({f"dieu {article}" for _, article in self._bases[position]})
            taken[position] /= len(entry.phrasings) + 2
            whole.add(of_entry[0], _kind_weight)
            spelled.add(of_entry[1], _plain_weight)
            marked.add(of_entry[2], _plain_weight)
        self._sides = taken
        self._mender = Mender(vocabulary)
        self._rarity = whole.rarity(_RARITY_POWER)
        self._letter_rarity = spelled.rarity(_RARITY_POWER)
        self._mark_rarity = marked.rarity(_RARITY_POWER)
        self._wording = wording.of_unit_length(self._rarity)
        self._entry = whole.of_unit_length(self._rarity)
        self._letters = spelled.of_unit_length(self._letter_rarity)
        self._marks = marked.of_unit_length(self._mark_rarity)
        del wording, whole, spelled, marked
        vectors.give_back_memory()

    # -- asking --------------------------------------------------------------------------------

    def _ask(self, text: str) -> Asked:
        reading = self._shorthand.read(text)
        folded = self._mender.mend(reading.folded)
        bag = features.words(folded, self._meanings)
        kinds = np.array([_kind_weight(feature) for feature in bag], np.float32)
        words = self._weighed_words(bag, kinds)
        singles = words.weights * (kinds == _SINGLE)
        shares = singles / (singles.sum() or 1)
        return Asked(
            words=words.unit(),
            shares=shares,
            letters=_weighed(Counter(features.letters(folded)), self._letter_rarity, 0.5),
            marks=_weighed(Counter(features.marks(reading)), self._mark_rarity, 1.0),
            sides=features.sides(bag),
            known=float(shares[words.known].sum()),
            length=len(folded),
        )

    def _weighed_words(self, bag: Bag, kinds: Floats) -> Probe:
        """A word nobody here ever used speaks against every entry; an unseen pair hardly does."""
        words = self._rarity.probe(bag)
        weights = self._rarity.of(words)
        for at in np.flatnonzero(~words.known).tolist():
            weights[at] = _unseen_share(words.names[at]) * self._rarity.greatest
        return words.weighing(weights * kinds * np.sqrt(words.weights))

    def _score(self, text: str) -> Scores:
        asked = self._ask(text)
        found = self._entry.find(asked.words)
        cosines = np.sort(self._wording.sums(asked.words).reshape(-1, self._width), axis=1)
        likenesses = np.stack(
            [
                cosines[:, -1],
                cosines[:, -_NEIGHBOURS:] @ _EVENLY,
                found.sums(),
                self._letters.sums(asked.letters),
                self._marks.sums(asked.marks),
                found.mentioned(asked.shares),
                self._sides @ np.array(asked.sides, np.float32),
            ]
        ).T
        same = likenesses[:, 0] > _IDENTICAL
        score = (likenesses @ self._ranking + same * _SAME).astype(np.float32)
        score = score if asked.marks.names else score * self._unmarked
        return Scores(asked, found, likenesses, score)


def _kind_weight(feature: str) -> float:
    if feature.startswith("#"):
        return _MEANING_WEIGHT
    if feature.startswith("dieu ") and feature[5:].isdigit():
        return _ARTICLE_WEIGHT
    return _SINGLE if " " not in feature else _PAIR_WEIGHT


def _plain_weight(_: str) -> float:
    return 1.0


def _unseen_share(feature: str) -> float:
    if any(char.isdigit() for char in feature):
        return 0.15  # a date or an amount of one's own is no other matter
    return 0.36 if " " in feature else 0.8


def _weighed(bag: Bag, rarity: Rarity, unseen: float) -> Probe:
    """A bag at length one; `unseen`: what a feature no entry has weighs beside the rarest."""
    probe = rarity.probe(bag)
    weights = rarity.of(probe)
    weights[~probe.known] = unseen * rarity.greatest
    return probe.weighing(weights * np.sqrt(probe.weights)).unit()


def _greatest(parts: Mapping[str, float]) -> tuple[str, ...]:
    return tuple(sorted(parts, key=lambda feature: (-parts[feature], feature))[:_REASONS])


def _best(score: Floats, limit: int) -> list[int]:
    """Positions of the best: by score, equals in the order of their ids."""
    least = np.partition(score, -limit)[-limit] if limit < len(score) else -np.inf
    near = np.flatnonzero(score >= least)
    order: list[int] = near[np.argsort(-score[near], kind="stable")].tolist()
    return order[:limit]


def _softmax(score: Floats) -> Floats:
    exponents = np.exp(score - score.max())
    belief: Floats = exponents / exponents.sum()
    return belief


def _sentences_of_a_story(text: str) -> list[str]:
    """The sentences of a long text that ask something, to be read one by one as well."""
    if len(text.split()) <= _LONG:
        return []
    sentences = [part for part in _ENDS.split(text) if len(part.split()) >= _SENTENCE]
    if len(sentences) < 2:
        return []
    asking = [one for one in sentences if "?" in one or _ASKS.search(fold(one).lower())]
    return (asking or sentences)[-_SENTENCES:]  # the question comes last
