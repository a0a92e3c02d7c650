"""Sparse rows of named features, compared with a question in one sweep. (pure; numpy)

Features are kept as 32-bit checksums of their names in sorted arrays: a hundred thousand phrasings
take some tens of megabytes.
"""

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Self, TypeVar
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Rows = NDArray[np.int32]
Keys = NDArray[np.uint32]
Number = TypeVar("Number", np.int32, np.uint32, np.float32)
Bag = Mapping[str, float]  # feature -> count or weight


def key(feature: str) -> int:
    return crc32(feature.encode())


class Postings:
    """For each feature the rows that have it, each with a value."""

    def __init__(self, rows: int, row: Rows, keys: Keys, values: Floats) -> None:
        """`row`, `keys` and `values` are parallel: one item a feature of a row."""
        self.rows = rows
        order = np.argsort(keys, kind="stable")  # rows come in order already
        small = np.uint16 if rows <= np.iinfo(np.uint16).max else np.int32
        self._row, self._value = row[order].astype(small), values[order]
        self._keys, starts = np.unique(keys[order], return_index=True)
        self._starts = np.append(starts, len(order)).astype(np.int32)

    def sums(self, asked: "Probe") -> Floats:
        """Of each row, the sum of its values times the weights of `asked`."""
        at, which = self._gather(asked)
        return self._summed(at, self._value[at] * asked.weights[which])

    def mentioned(self, asked: "Probe") -> Floats:
        """Of each row, the sum of the weights of those features of `asked` that it has at all."""
        at, which = self._gather(asked)
        return self._summed(at, asked.weights[which])

    def parts(self, asked: "Probe", rows: Sequence[int]) -> list[dict[str, float]]:
        """For each of `rows`, what each feature of `asked` adds to its sum."""
        at, which = self._gather(asked)
        parts = []
        for row in rows:
            here = np.flatnonzero(self._row[at] == row)
            values = self._value[at[here]] * asked.weights[which[here]]
            found = (asked.names[feature] for feature in which[here])
            parts.append(dict(zip(found, values.tolist(), strict=True)))
        return parts

    def _summed(self, at: NDArray[np.int64], parts: Floats) -> Floats:
        return np.bincount(self._row[at], weights=parts, minlength=self.rows).astype(np.float32)

    def _gather(self, asked: "Probe") -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where the postings of all features stand, and which feature each is of."""
        place, known = _find(self._keys, asked.keys)
        numbers, place = np.flatnonzero(known), place[known]
        begins = self._starts[place].astype(np.int64)
        lengths = self._starts[place + 1] - begins
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return np.repeat(begins, lengths) + within, np.repeat(numbers, lengths)


@dataclass(frozen=True)
class Probe:
    """The features of one question, with their keys and weights side by side."""

    names: Sequence[str]
    keys: Keys
    weights: Floats

    @classmethod
    def of(cls, bag: Bag) -> Self:
        names = list(bag)
        keys = np.array([key(name) for name in names], np.uint32)
        return cls(names, keys, np.array(list(bag.values()), np.float32))

    def weighing(self, weights: Floats) -> "Probe":
        return replace(self, weights=weights)

    def unit(self) -> "Probe":
        """At length one."""
        return self.weighing(self.weights / (float(np.sqrt(np.sum(self.weights**2))) or 1.0))

    def share(self) -> "Probe":
        """With weights that sum up to one."""
        return self.weighing(self.weights / (float(np.sum(self.weights)) or 1.0))

    def only(self, chosen: NDArray[np.bool_]) -> "Probe":
        names = [name for name, is_in in zip(self.names, chosen, strict=True) if is_in]
        return Probe(names, self.keys[chosen], self.weights[chosen])


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

    def rarity(self, power: float) -> "Rarity":
        return Rarity(self.rows, self._view(self._keys, np.uint32), power)

    def of_unit_length(self, rarity: "Rarity") -> Postings:
        """Weighed by rarity and the root of the count, each row of length one."""
        row, keys = self._view(self._row, np.int32), self._view(self._keys, np.uint32)
        values = rarity.of_keys(keys)
        values *= self._view(self._kinds, np.float32)
        values *= np.sqrt(self._view(self._counts, np.float32))
        lengths = np.sqrt(np.bincount(row, weights=values * values, minlength=self.rows))
        lengths[lengths == 0] = 1
        values /= lengths.astype(np.float32)[row]
        return Postings(self.rows, row, keys, values)

    @staticmethod
    def _view(gathered: "array[Any]", kind: type[Number]) -> NDArray[Number]:
        """The same memory as a numpy array: a large base is not copied."""
        return np.frombuffer(gathered, kind) if gathered else np.array([], kind)


class Rarity:
    """How much each feature says: the fewer rows use it, the more."""

    def __init__(self, rows: int, keys: Keys, power: float) -> None:
        """`keys`: the features of every row, each once a row."""
        self._keys, users = np.unique(keys, return_counts=True)
        self._weights = np.log((rows + 1) / (users + 0.5)) ** power
        self.greatest = float(self._weights.max(initial=1.0))

    def of(self, asked: Probe) -> tuple[Floats, NDArray[np.bool_]]:
        """The weight of each feature, and whether any row uses it (where not, 0)."""
        at, known = _find(self._keys, asked.keys)
        weights = np.zeros(len(at), np.float32)
        weights[known] = self._weights[at[known]]
        return weights, known

    def of_keys(self, keys: Keys) -> Floats:
        """The weights of keys that are all in use."""
        weights: Floats = self._weights.astype(np.float32)[np.searchsorted(self._keys, keys)]
        return weights


def _find(sorted_keys: Keys, keys: Keys) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Where each key stands, and whether it does."""
    if not len(sorted_keys):
        return np.zeros(len(keys), np.int64), np.zeros(len(keys), np.bool_)
    at = np.searchsorted(sorted_keys, keys)
    at[at == len(sorted_keys)] = 0
    return at, sorted_keys[at] == keys
