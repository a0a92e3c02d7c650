"""The wards, communes and special zones of Hải Phòng, found as people type them. (pure)"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import yaml

from knowledge_base.importing import SEED
from knowledge_base.text import fold, words


@dataclass(frozen=True)
class Ward:
    """`kind` is "phường", "xã" or "đặc khu"; `region` that of the minimum wage, 1 or 2."""

    name: str
    kind: str
    region: int

    @property
    def full_name(self) -> str:
        return f"{self.kind} {self.name}"


@cache
def wards() -> tuple[Ward, ...]:
    regions = yaml.safe_load((SEED / "wards.yaml").read_text(encoding="utf-8"))
    return tuple(
        Ward(name, kind, region)
        for region, kinds in regions.items()
        for kind, names in kinds.items()
        for name in names
    )


def ward(name: str) -> Ward:
    """The ward of exactly this name; LookupError if there is none."""
    found = next((one for one in wards() if one.name == name), None)
    if found is None:
        raise LookupError(f"no ward {name!r}")
    return found


def find_ward(text: str) -> Ward | None:
    """The ward named in `text`, with or without marks; the longest name wins, then the last.

    Two communes differ by one mark: typed without, either is taken; they lie in one region.
    """
    said = words(text)
    for spell in (_spelled, fold):
        found = [
            (len(name), at, one)
            for name, one in _names()
            if (at := _last_place([spell(word) for word in words(name)], map(spell, said))) >= 0
        ]
        if found:
            return max(found, key=lambda hit: hit[:2])[2]
    return None


def _names() -> Iterator[tuple[str, Ward]]:
    yield from ((one.name, one) for one in wards())
    yield from ((name, ward(official)) for name, official in _CALLED.items())


_CALLED = {"Cát Bà": "Cát Hải"}  # what people still say


def _last_place(name: Sequence[str], said: Iterable[str]) -> int:
    """Where the words of `name` begin for the last time; -1 where they do not stand."""
    return f" {' '.join(said)} ".rfind(f" {' '.join(name)} ")


def _spelled(word: str) -> str:
    """The tone behind the letters: where it sits is a habit, as in "Thuỷ" and "Thủy"."""
    signs = unicodedata.normalize("NFD", word)
    letters = "".join(sign for sign in signs if sign not in _TONES)
    return letters + "".join(sign for sign in signs if sign in _TONES)


_TONES = "\u0300\u0301\u0303\u0309\u0323"
