"""`hotline law eval`: how often a right article is among the ten shown, beside plain BM25.

A question counts as hit if any article its label names is shown. Questions whose articles the
register has not got cannot be hit: they are in "all", not in "reachable". A question that the
base holds word for word is left out: the base would only be asked for what it was told. The
weights were chosen on the half "tuned_on"; "held_out" is the other half, parted by a hash.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from hotline.commands import questions
from hotline.commands.likely import Shelf, opened
from hotline.commands.questions import Question
from hotline.settings import Settings
from knowledge_base.content import Place
from knowledge_base.library import Library
from knowledge_base.likely import SHOWN
from knowledge_base.text import fold, words

Rank = Callable[[str], Sequence[Place]]
Tokens = Callable[[str], list[str]]
_ALIKE = 0.8  # share of words in common from which a phrasing nearly is the question


@dataclass(frozen=True)
class Asked:
    question: Question
    place: int  # of the first right article among those shown, from 0; SHOWN where there is none
    reachable: bool
    new: bool  # no phrasing of the base comes near

    @property
    def tuned_on(self) -> bool:
        return hashlib.sha256(self.question.text.encode()).digest()[0] % 2 == 0


async def measure(
    settings: Settings, files: Iterable[Path], law_file: Path | None
) -> dict[str, Any]:
    """Every figure, ready to be printed or written as JSON."""
    labelled = [one for one in questions.read(files) if one.relevant]
    async with opened(settings, law_file) as shelf:
        phrasings = _phrasings(shelf.library)
        asked = [one for one in labelled if frozenset(_folded(one.text)) not in phrasings]
        begun = time.perf_counter()
        ours = [[one.place for one in shelf.index.rank(question.text)] for question in asked]
        spent = time.perf_counter() - begun
        new = [not _near(one.text, phrasings) for one in asked]
        rows = {"ours": _rows(asked, ours, shelf, new)}
        for name, tokens in _PEERS.items():
            if (rank := _bm25(shelf, tokens)) is not None:
                shown = [rank(one.text) for one in asked]
                rows[name] = _rows(asked, shown, shelf, new)
    return {
        "questions": len(asked),
        "left_out_as_phrasings": len(labelled) - len(asked),
        "articles": len(shelf.index.places),
        "milliseconds_each": round(1000 * spent / max(len(asked), 1), 1),
        **{name: _figures(some) for name, some in rows.items()},
    }


def _rows(
    asked: Sequence[Question],
    shown: Sequence[Sequence[Place]],
    shelf: Shelf,
    new: Sequence[bool],
) -> list[Asked]:
    known = set(shelf.index.places)
    return [
        Asked(one, _first_right(one, places), bool(one.basis & known), is_new)
        for one, places, is_new in zip(asked, shown, new, strict=True)
    ]


def _first_right(question: Question, shown: Sequence[Place]) -> int:
    return next((at for at, place in enumerate(shown) if place in question.basis), SHOWN)


# -- counting --------------------------------------------------------------------------------------


def _figures(rows: Sequence[Asked]) -> dict[str, Any]:
    reachable = [row for row in rows if row.reachable]
    return {
        "all": _shares(rows),
        "reachable": _shares(reachable),
        "tuned_on": _shares([row for row in reachable if row.tuned_on]),
        "held_out": _shares([row for row in reachable if not row.tuned_on]),
        "unlike_any_phrasing": _shares([row for row in reachable if row.new]),
    }


def _shares(rows: Sequence[Asked]) -> dict[str, float]:
    """In percent: a right article first, among three, among ten."""
    counts = {f"within_{most}": sum(row.place < most for row in rows) for most in (1, 3, SHOWN)}
    percent = {name: round(100 * hits / max(len(rows), 1), 1) for name, hits in counts.items()}
    return {"questions": len(rows), "hits": counts[f"within_{SHOWN}"], **percent}


def table(figures: Mapping[str, Any]) -> str:
    lines = [f"{name} {value}" for name, value in figures.items() if not isinstance(value, dict)]
    for name, groups in figures.items():
        for group, one in groups.items() if isinstance(groups, dict) else ():
            shares = "  ".join(
                f"among {most} {one[f'within_{most}']:5} %" for most in (SHOWN, 3, 1)
            )
            lines.append(f"{name:22} {group:20} {one['hits']:3}/{one['questions']:3} {shares}")
    return "\n".join(lines)


# -- what the base knows already -------------------------------------------------------------------


def _phrasings(library: Library) -> set[frozenset[str]]:
    entries = library.entries.values()
    texts = (text for one in entries for text in (one.question, one.label, *one.phrasings))
    return {frozenset(_folded(text)) for text in texts}


def _near(text: str, phrasings: Iterable[frozenset[str]]) -> bool:
    asked = frozenset(_folded(text))
    return any(len(asked & one) >= _ALIKE * len(asked | one) for one in phrasings)


# -- plain BM25 ------------------------------------------------------------------------------------


def _folded(text: str) -> list[str]:
    return fold(" ".join(words(text))).split()


def _with_pairs(text: str) -> list[str]:
    single = _folded(text)
    return [*single, *(f"{one} {other}" for one, other in pairwise(single))]


_PEERS: Mapping[str, Tokens] = {"bm25s, words": _folded, "bm25s, words and pairs": _with_pairs}


def _bm25(shelf: Shelf, tokens: Tokens) -> Rank | None:
    """Over the same articles, titles and texts; None where the library is not installed."""
    try:
        import bm25s  # noqa: PLC0415
    except ImportError:
        return None
    logging.getLogger("bm25s").setLevel(logging.WARNING)
    places = shelf.index.places
    index = bm25s.BM25()
    index.index([tokens(_text(shelf, place)) for place in places], show_progress=False)

    def rank(text: str) -> list[Place]:
        known = [token for token in tokens(text) if token in index.vocab_dict]
        scores = np.asarray(index.get_scores(known)) if known else np.zeros(len(places))
        return [places[at] for at in np.argsort(-scores, kind="stable")[:SHOWN].tolist()]

    return rank


def _text(shelf: Shelf, place: Place) -> str:
    held = shelf.law.on(place, shelf.index.day)
    return f"{held.title} {held.text}" if held else ""
