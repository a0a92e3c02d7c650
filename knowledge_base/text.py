"""Vietnamese as people type it, made comparable. (pure)

Two views of every text: `marked` keeps the diacritics, `folded` drops them. Both are composed
(NFC), lower-case and free of shorthand, so "Cty ko trả lg" and "công ty không trả lương" meet.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# Zero-width and bidi signs, and controls: all but line feed and tab.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
_WORD = re.compile(r"[0-9]+(?:[.,/][0-9]+)*%?|[^\W\d_]+")
_CHUNK = re.compile(r"\b[a-z]+[a-z0-9]*\b")
# 6, 7 and 8 shape a vowel, 9 a d: "kho6ng", "lu7o7ng", "d9u7o7c5".
_VNI_KEY = re.compile(r"(?:[aeouy][1-5]?[678]|d9)[1-5]?[a-z]")
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")  # "luônnnn"
_THRICE = re.compile(r"(.)\1\1")


def clean(text: str) -> str:
    """Compose, and drop what nobody sees: zero-width, bidi and control characters, half pairs."""
    whole = text.encode("utf-8", "ignore").decode("utf-8")
    return _UNSEEN.sub("", unicodedata.normalize("NFC", whole)).strip()


def _without_marks(letter: str) -> str:
    decomposed = unicodedata.normalize("NFD", letter.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


class _Folded(dict[int, str]):
    """Letters without their marks, by code point; those of other scripts are not kept."""

    def __missing__(self, code: int) -> str:
        return _without_marks(chr(code))


_LATIN = (*range(0x250), *range(0x300, 0x370), *range(0x1E00, 0x1F00), *range(0x2000, 0x2070))
_FOLDED = _Folded({code: _without_marks(chr(code)) for code in _LATIN})


def fold(text: str) -> str:
    """Drop the diacritics: "Đường" -> "Duong"."""
    return text if text.isascii() else text.translate(_FOLDED)


def words(text: str) -> list[str]:
    """Lower-case words and numbers, in order, with marks as typed."""
    lowered = unicodedata.normalize("NFKC", clean(text)).lower()
    if _VNI_KEY.search(lowered):
        lowered = _CHUNK.sub(_without_vni, lowered)
    if _THRICE.search(lowered):
        lowered = _DRAWN_OUT.sub(r"\1", lowered)
    return _WORD.findall(lowered)


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
        line = " ".join(typed)
        return Reading(tuple(marked), tuple(fold(" ".join(marked)).split()), fold(line) != line)
