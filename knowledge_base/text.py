"""Vietnamese as people type it, made comparable. (pure)

Two views of every text: `marked` keeps the diacritics, `folded` drops them. Both are composed
(NFC), lower-case and free of shorthand, so "Cty ko trả lg" and "công ty không trả lương" meet.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_INVISIBLE = dict.fromkeys(
    [
        0xAD,
        0x61C,
        0x180E,
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        0xFEFF,
    ]
)
_WORD = re.compile(r"[0-9]+(?:[.,/][0-9]+)*%?|[^\W\d_]+")
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")  # "luônnnn"


def clean(text: str) -> str:
    """Compose, and drop what nobody sees: zero-width, bidi and control characters, half pairs."""
    whole = text.encode("utf-8", "ignore").decode("utf-8")
    composed = unicodedata.normalize("NFC", whole).translate(_INVISIBLE)
    return "".join(c for c in composed if c in "\n\t" or unicodedata.category(c) != "Cc").strip()


def fold(text: str) -> str:
    """Drop the diacritics: "Đường" -> "Duong"."""
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    """Lower-case words and numbers, in order, with marks as typed."""
    lowered = unicodedata.normalize("NFKC", clean(text)).lower()
    return _WORD.findall(_DRAWN_OUT.sub(r"\1", lowered))


@dataclass(frozen=True)
class Reading:
    """One text in both views, word by word. `has_marks`: the writer typed diacritics."""

    marked: tuple[str, ...]
    folded: tuple[str, ...]
    has_marks: bool


@dataclass(frozen=True)
class Shorthand:
    """What abbreviations stand for. Keys are as typed, lower-case; values are words with marks."""

    meanings: Mapping[str, str]

    def expand(self, typed: Sequence[str]) -> list[str]:
        return [word for token in typed for word in self.meanings.get(token, token).split()]

    def read(self, text: str) -> Reading:
        typed = words(text)
        marked = self.expand(typed)
        folded = tuple(fold(word) for word in marked)
        return Reading(tuple(marked), folded, any(fold(word) != word for word in typed))
