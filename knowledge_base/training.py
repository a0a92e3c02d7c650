"""Learns what the matcher weighs by, from the base's own phrasings and labelled questions. (pure)

Each sixth of the phrasings is held out in turn and asked of the rest, so that the matcher learns
from questions it has not read. `relevant` articles of labelled questions, and questions of other
fields of law, calibrate the decision. The same input gives the same numbers.
"""

import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge_base.content import Entry, Place
from knowledge_base.importing import Base
from knowledge_base.matching import OFFERED, Index, Scores
from knowledge_base.vectors import Floats
from knowledge_base.weights import CLUES, LIKENESSES, Bounds, Chance, Weights

Basis = frozenset[Place]

_FOLDS = 6
_STEPS = 400
_START = 5.0
_RATE = 0.5
_GUARD = 2.5  # at least: who did what to whom matters more than its share of the phrasings says
_PULL = 1e-4  # towards zero, so that no weight runs away
_NEWTON_STEPS = 30
_RIDGE = 1.0
_LABELLED_COUNTS = 8  # times: real questions against phrasings the base's authors made up


@dataclass(frozen=True)
class Labelled:
    """A question and the articles a right answer cites; no articles: nothing here answers it."""

    text: str
    relevant: Basis


@dataclass(frozen=True)
class Outcome:
    """What the matcher made of one question: its clues, and whether first or offered was right."""

    clues: Floats
    right: bool
    offered: bool
    stands_out: bool


def learn(base: Base, questions: Sequence[Labelled]) -> Weights:
    """Weights learned from `base` and `questions`."""
    ranked = Weights(ranking=_learn_ranking(base), answer=_NOTHING, offer=_NOTHING, bounds=_OPEN)
    own = list(_own_outcomes(base, ranked))
    index = _index(base, base.entries.values(), ranked)
    asked = [_judge(index, one.text, one.relevant) for one in questions]
    labelled = [outcome for one, outcome in zip(questions, asked, strict=True) if one.relevant]
    off_topic = [outcome for one, outcome in zip(questions, asked, strict=True) if not one.relevant]
    seen = own + off_topic + labelled * _LABELLED_COUNTS
    answer = _calibrate(seen, [outcome.right for outcome in seen])
    offer = _calibrate(seen, [outcome.offered for outcome in seen])
    return ranked.model_copy(
        update={
            "answer": answer,
            "offer": offer,
            "bounds": _bounds(answer, offer, own, labelled, off_topic),
        }
    )


# -- ranking -----------------------------------------------------------------------------------


def _learn_ranking(base: Base) -> dict[str, float]:
    """Weights under which held-out phrasings find their own entries (softmax regression)."""
    likenesses, owners = [], []
    for index, held_out in _folds(base, _EVEN):
        positions = {entry.id: at for at, entry in enumerate(index.entries)}
        for entry_id, text in held_out:
            likenesses.append(index.score(text).likenesses)
            owners.append(positions[entry_id])
    weights = _softmax_regression(np.stack(likenesses), np.array(owners))
    ranking = dict(zip(LIKENESSES, np.round(weights, 2).tolist(), strict=True))
    return ranking | {"side": max(ranking["side"], _GUARD)}


def _softmax_regression(x: Floats, y: NDArray[np.int64]) -> NDArray[np.float64]:
    """Weights w that make softmax(x @ w) believe in y; gradient ascent with momentum."""
    weights = np.full(x.shape[2], _START)
    speed = np.zeros_like(weights)
    right = x[np.arange(len(y)), y].mean(axis=0)
    for _ in range(_STEPS):
        scores = x @ weights.astype(np.float32)
        belief = np.exp(scores - scores.max(axis=1, keepdims=True))
        belief /= belief.sum(axis=1, keepdims=True)
        expected = np.einsum("qe,qef->f", belief, x) / len(y)
        speed = 0.9 * speed + _RATE * 20 * (right - expected - 2 * _PULL * weights)
        weights = weights + speed
    return weights


# -- calibration ---------------------------------------------------------------------------------


def _own_outcomes(base: Base, weights: Weights) -> Iterable[Outcome]:
    for index, held_out in _folds(base, weights):
        basis = {entry.id: entry.places for entry in index.entries}
        for entry_id, text in held_out:
            yield _judge(index, text, basis[entry_id])


def _judge(index: Index, text: str, relevant: Basis) -> Outcome:
    scores: Scores = index.score(text)
    order = np.argsort(-scores.score, kind="stable")[:OFFERED]
    right = [bool(index.entries[at].places & relevant) for at in order]
    return Outcome(index.clues(scores), right[0], any(right), index.stands_out(scores))


def _calibrate(outcomes: Sequence[Outcome], happened: Sequence[bool]) -> Chance:
    """Logistic regression by Newton's method, with a ridge."""
    x = np.array([outcome.clues for outcome in outcomes], np.float64)
    spread = x.std(axis=0) + 1e-9
    z = np.c_[x / spread, np.ones(len(x))]
    y = np.array(happened, np.float64)
    ridge = np.diag([_RIDGE] * len(CLUES) + [0.0])
    w = np.zeros(z.shape[1])
    for _ in range(_NEWTON_STEPS):
        p = 1 / (1 + np.exp(-z @ w))
        gradient = z.T @ (y - p) - ridge @ w
        hessian = (z * (p * (1 - p))[:, None]).T @ z + ridge
        w = w + np.linalg.solve(hessian, gradient)
    clues = np.round(w[:-1] / spread, 3).tolist()
    return Chance(bias=round(float(w[-1]), 3), clues=dict(zip(CLUES, clues, strict=True)))


def _bounds(
    answer: Chance,
    offer: Chance,
    own: Sequence[Outcome],
    labelled: Sequence[Outcome],
    off_topic: Sequence[Outcome],
) -> Bounds:
    """Answers from the lowest bound at which wrong ones stay rare enough; offers generously."""
    wrong = [answer.of(one.clues) for one in labelled if one.stands_out and not one.right]
    strange = [answer.of(one.clues) for one in off_topic if one.stands_out]
    hopes = [offer.of(one.clues) for one in labelled or own]
    strays = [offer.of(one.clues) for one in off_topic or own]
    return Bounds(
        answer=max(
            _SUREST,
            _above_all_but(wrong, _WRONG * len(labelled)),
            _above_all_but(strange, _OFF_TOPIC * len(off_topic)),
        ),
        offer=_rounded_down(float(np.quantile(hopes, _LEFT_OUT))),
        faint=round(float(np.quantile(strays, 1 - _STRAY)), 3),
    )


def _above_all_but(chances: Sequence[float], allowed: float) -> float:
    """The lowest bound that at most `allowed` of `chances` reach."""
    highest = sorted(chances, reverse=True)
    first_out = int(allowed)
    if first_out >= len(highest):
        return 0.0
    return min(math.ceil(highest[first_out] * 1000 + 1) / 1000, 1.0)


def _rounded_down(bound: float) -> float:
    """Rounded up, sure hopes would make a bound of 1 that nothing reaches."""
    return math.floor(bound * 1000) / 1000


_SUREST = 0.9  # no lower: labels err too, so few wrong ones may be luck
_WRONG = 0.017  # of labelled questions answered outright and wrong; the promise is 2 %
_OFF_TOPIC = 0.003  # of off-topic questions answered as labour law; the promise is 0.5 %
_LEFT_OUT = 0.01  # of labour questions too unlike anything to be offered choices
_STRAY = 0.1  # of off-topic questions that look like a real offer

# -- folds ---------------------------------------------------------------------------------------


def _folds(base: Base, weights: Weights) -> Iterable[tuple[Index, list[tuple[str, str]]]]:
    """For each fold: an index without its phrasings, and (entry id, phrasing) held out."""
    for fold in range(_FOLDS):
        kept, held_out = [], []
        for entry in base.entries.values():
            order = list(entry.phrasings)
            random.Random(entry.id).shuffle(order)  # noqa: S311 - the same every time
            out = order[fold::_FOLDS]
            held_out += [(entry.id, text) for text in out]
            stay = tuple(text for text in order if text not in out)
            kept.append(entry.model_copy(update={"phrasings": stay or (entry.question,)}))
        yield _index(base, kept, weights), held_out


def _index(base: Base, entries: Iterable[Entry], weights: Weights) -> Index:
    return Index(entries, base.shorthand, base.synonyms, weights)


_NOTHING = Chance(bias=0, clues=dict.fromkeys(CLUES, 0.0))
_OPEN = Bounds(answer=1, offer=1, faint=1)
_EVEN = Weights(
    ranking=dict.fromkeys(LIKENESSES, _START), answer=_NOTHING, offer=_NOTHING, bounds=_OPEN
)
