"""BM25: which texts hold the words of a question, rare words before common ones. (pure; numpy)"""

from array import array
from collections.abc import Iterable

import numpy as np

from knowledge_base.vectors import Bag, Floats, Postings, Rarity, Rows, key

_SATURATION = 1.2  # how soon a word said again adds nothing
_LENGTH = 0.75  # how much oftener a long text has to say it
_PLAIN = 1.0  # BM25 weighs rarity as it is


class Bm25:
    """An immutable index over bags of features."""

    def __init__(self, bags: Iterable[Bag]) -> None:
        row, keys, counts, rows = array("i"), array("I"), array("f"), 0
        for bag in bags:
            row.extend([rows] * len(bag))
            keys.extend(map(key, bag))
            counts.extend(bag.values())
            rows += 1
        place, feature = np.array(row, np.int32), np.array(keys, np.uint32)
        self._rarity = Rarity(rows, feature, _PLAIN)
        said = _saturated(np.array(counts, np.float32), place, rows)
        values = (self._rarity.of_keys(feature) * said).astype(np.float32)
        self._postings = Postings(rows, place, feature, values, self._rarity.keys)
        self.rarest = self._rarity.greatest

    def score(self, bag: Bag) -> Floats:
        """Of each text; a feature counts once however often it is asked for."""
        asked = self._rarity.probe(bag)
        return self._postings.sums(asked.weighing(np.ones(len(asked.names), np.float32)))


def _saturated(counts: Floats, row: Rows, rows: int) -> Floats:
    """What a feature counts in its text: less each time it is repeated, less in a long one."""
    lengths = np.bincount(row, weights=counts, minlength=rows)
    relative = lengths / (lengths.mean() or 1) if rows else lengths
    norm = _SATURATION * (1 - _LENGTH + _LENGTH * relative[row])
    counted: Floats = counts * (_SATURATION + 1) / (counts + norm)
    return counted
