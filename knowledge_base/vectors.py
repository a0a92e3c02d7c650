"""Sparse rows of named features, compared with a question in one sweep. (pure; numpy)

Features are kept as 32-bit checksums of their names in sorted arrays: a hundred thousand phrasings
take some tens of megabytes.
"""

import contextlib
import ctypes
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Rows = NDArray[np.int32]
Keys = NDArray[np.uint32]
Places = NDArray[np.int64]
Hits = NDArray[np.void]  # of _HIT
Number = TypeVar("Number", np.int32, np.uint32, np.float32)
Bag = Mapping[str, float]  # feature -> count or weight

_HIT = np.dtype([("row", np.int32), ("value", np.float32)])
_COMMON = (
    0.125  # share of the rows; what more of them use is kept, and summed up, as a whole column
)
_UNKNOWN = -1  # the place of a feature that no row uses


def key(feature: str) -> int:
    return crc32(feature.encode())


@dataclass(frozen=True)
class Probe:
    """The features of one question, their places in a vocabulary and weights side by side."""

    names: Sequence[str]
    places: Places
    weights: Floats

    @property
    def known(self) -> NDArray[np.bool_]:
        """Whether any row uses the feature."""
        used: NDArray[np.bool_] = self.places != _UNKNOWN
        return used

    def weighing(self, weights: Floats) -> "Probe":
        return Probe(self.names, self.places, weights)

    def unit(self) -> "Probe":
        """At length one."""
        return self.weighing(self.weights / (float(np.sqrt(self.weights @ self.weights)) or 1.0))


class Rarity:
    """The vocabulary, and how much each feature of it says: the fewer rows use it, the more."""

    def __init__(self, rows: int, keys: Keys, power: float) -> None:
        """`keys`: the features of every row, each once a row."""
        self.keys, users = np.unique(keys, return_counts=True)
        weights = np.log((rows + 1) / (users + 0.5)) ** power
        self.greatest = float(weights.max(initial=1.0))
        self._weights = np.append(weights, 0).astype(np.float32)  # the last is of the unknown

    def probe(self, bag: Bag) -> Probe:
        keys = np.array(list(map(key, bag)), np.uint32)
        return Probe(list(bag), self._places(keys), np.array(list(bag.values()), np.float32))

    def of(self, asked: Probe) -> Floats:
        """The weight of each feature; 0 for one that no row uses."""
        return self._weights[asked.places]

    def of_keys(self, keys: Keys) -> Floats:
        """The weights of keys that are all in use."""
        return self._weights[np.searchsorted(self.keys, keys)]

    def _places(self, keys: Keys) -> Places:
        if not len(self.keys):
            return np.full(len(keys), _UNKNOWN)
        at = np.searchsorted(self.keys, keys)
        at[at == len(self.keys)] = 0
        return np.where(self.keys[at] == keys, at, _UNKNOWN)


@dataclass(frozen=True)
class Found:
    """Where the features of a question stand: common ones as whole columns, others hit by hit.

    `columns` are of the features `common`; `hits` and `which` (the feature) are parallel.
    """

    asked: Probe
    rows: int
    common: Places
    columns: Floats
    which: Places
    hits: Hits

    def sums(self) -> Floats:
        """Of each row, the sum of its values times the weights of the question."""
        weights = self.asked.weights
        return self._summed(self.columns, self.hits["value"] * weights[self.which], weights)

    def mentioned(self, weights: Floats) -> Floats:
        """Of each row, the sum of the weights of those features that it has at all."""
        has = (self.columns > 0).astype(np.float32)
        return self._summed(has, weights[self.which], weights)

    def parts(self, row: int) -> dict[str, float]:
        """What each feature of the question adds to the sum of `row`."""
        here = self.hits["row"] == row
        values = np.zeros(len(self.asked.names), np.float32)
        values[self.common] = self.columns[:, row]
        values[self.which[here]] = self.hits["value"][here]
        has = np.flatnonzero(values)
        added = (values[has] * self.asked.weights[has]).tolist()
        return {self.asked.names[at]: part for at, part in zip(has.tolist(), added, strict=True)}

    def _summed(self, columns: Floats, hits: Floats, weights: Floats) -> Floats:
        rare = np.bincount(self.hits["row"], weights=hits, minlength=self.rows)
        return weights[self.common] @ columns + rare.astype(np.float32)


class Postings:
    """For each feature of a vocabulary the rows that have it, each with a value above 0."""

    def __init__(self, rows: int, row: Rows, keys: Keys, values: Floats, vocabulary: Keys) -> None:
        """`row`, `keys` and `values` are parallel: one item a feature of a row."""
        self.rows = rows
        places = np.searchsorted(vocabulary, keys).astype(np.int32)
        counts = np.bincount(places, minlength=len(vocabulary))
        common = counts > rows * _COMMON
        whole, rare = np.flatnonzero(common[places]), np.flatnonzero(~common[places])
        self._common = np.flatnonzero(common)
        self._columns = np.zeros((len(self._common), rows), np.float32)
        column = np.searchsorted(self._common, places[whole])
        self._columns[column, row[whole]] = values[whole]
        # Where the hits of each feature begin, and so where those of the one before it end.
        self._begins = np.zeros(len(vocabulary) + 1, np.int32)
        np.cumsum(np.where(common, 0, counts), out=self._begins[1:])
        self._hits = _hits(places[rare], row[rare], values[rare])

    def find(self, asked: Probe) -> Found:
        common, column = self._whole(asked.places)
        begins, ends = self._begins[asked.places], self._begins[asked.places + 1]
        rare = np.flatnonzero(begins < ends)  # of the unknown, at -1, the end lies before
        begins, ends = begins[rare], ends[rare]
        spans = zip(begins.tolist(), ends.tolist(), strict=True)
        hits = [self._hits[begin:end] for begin, end in spans]
        return Found(
            asked,
            self.rows,
            common,
            self._columns[column],
            np.repeat(rare, ends - begins),
            np.concatenate(hits or [self._hits[:0]]).view(_HIT),
        )

    def _whole(self, places: Places) -> tuple[Places, Places]:
        """Which of the features are kept as whole columns, and which columns these are."""
        column = np.searchsorted(self._common, places)
        column[column == len(self._common)] = 0
        if not len(self._common):
            return column[:0], column[:0]
        common = np.flatnonzero(self._common[column] == places)
        return common, column[common]

    def sums(self, asked: Probe) -> Floats:
        """Of each row, the sum of its values times the weights of `asked`."""
        return self.find(asked).sums() if asked.names else np.zeros(self.rows, np.float32)


def _hits(places: Rows, row: Rows, values: Floats) -> NDArray[np.int64]:
    """Hits by place, as whole numbers: those are copied faster than pairs."""
    order = np.argsort(places, kind="stable")
    hits = np.empty(len(order), _HIT)
    hits["row"], hits["value"] = row[order], values[order]
    return hits.view(np.int64)


class Bags:
    """Bags of features being gathered, one a row."""

    def __init__(self) -> None:
        self.rows = 0
        self._row, self._keys, self._counts = array("i"), array("I"), array("f")
        self._kinds = array("f")
        self._key = cache(key)  # the same features come again and again

    def add(self, bag: Bag, kind_weight: Callable[[str], float]) -> None:
        """One more row. `kind_weight`: how much a feature of its kind counts beside others."""
        self._row.extend([self.rows] * len(bag))
        self._keys.extend(map(self._key, bag))
        self._counts.extend(bag.values())
        self._kinds.extend(map(kind_weight, bag))
        self.rows += 1

    def skip(self, rows: int) -> None:
        """Leave so many rows empty."""
        self.rows += rows

    def rarity(self, power: float) -> Rarity:
        return Rarity(self.rows, self._view(self._keys, np.uint32), power)

    def of_unit_length(self, rarity: Rarity) -> Postings:
        """Weighed by rarity and the root of the count, each row of length one."""
        row, keys = self._view(self._row, np.int32), self._view(self._keys, np.uint32)
        values = rarity.of_keys(keys)
        values *= self._view(self._kinds, np.float32)
        values *= np.sqrt(self._view(self._counts, np.float32))
        lengths = np.sqrt(np.bincount(row, weights=values * values, minlength=self.rows))
        lengths[lengths == 0] = 1
        values /= lengths.astype(np.float32)[row]
        return Postings(self.rows, row, keys, values, rarity.keys)

    @staticmethod
    def _view(gathered: "array[Any]", kind: type[Number]) -> NDArray[Number]:
        """The same memory as a numpy array: a large base is not copied."""
        return np.frombuffer(gathered, kind) if gathered else np.array([], kind)


def give_back_memory() -> None:
    """Gathering takes twice what is kept, and glibc would hold on to it as long as we run."""
    with contextlib.suppress(OSError, AttributeError):  # other systems do as they like
        ctypes.CDLL(None).malloc_trim(0)
