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
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # all but line feed and tab
_WORD = re.compile(r"[0-9]+(?:[.,/][0-9]+)*%?|[^\W\d_]+")
_CHUNK = re.compile(r"\b[a-z]+[a-z0-9]*\b")
# 6, 7 and 8 shape a vowel, 9 a d: "kho6ng", "lu7o7ng", "d9u7o7c5".
_VNI_KEY = re.compile(r"(?:[aeouy][1-5]?[678]|d9)[1-5]?[a-z]")
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")  # "luônnnn"


def clean(text: str) -> str:
    """Compose, and drop what nobody sees: zero-width, bidi and control characters, half pairs."""
    whole = text.encode("utf-8", "ignore").decode("utf-8")
    composed = unicodedata.normalize("NFC", whole).translate(_INVISIBLE)
    return _CONTROL.sub("", composed).strip()


def fold(text: str) -> str:
    """Drop the diacritics: "Đường" -> "Duong"."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    """Lower-case words and numbers, in order, with marks as typed."""
    lowered = unicodedata.normalize("NFKC", clean(text)).lower()
    typed = _CHUNK.sub(_without_vni, lowered)
    return _WORD.findall(_DRAWN_OUT.sub(r"\1", typed))


def _without_vni(chunk: re.Match[str]) -> str:
    """VNI keys left in a word, dropped. "thang8" and "ca3" keep their number."""
    return re.sub(r"[1-9]", "", chunk[0]) if _VNI_KEY.search(chunk[0]) else chunk[0]


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
