"""A message, word by word, as the lexicons are compared with it. (pure)

The lexicons are written in full Vietnamese. Somebody who types marks means them: "định danh" has
nothing of "đánh" and "tư vấn" nothing of "tự vẫn", so his message is compared mark by mark.
Somebody who types none is compared without. Where a mark sits (hoà, hòa), hỏi for ngã and i for
y are habits of spelling, not differences. What a telex keyboard leaves behind when it is switched
off ("ddanhs", "bij") is read as it was meant.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.triage.syllables import is_syllable, without_telex
from knowledge_base.importing import SEED
from knowledge_base.text import fold, words

LEXICON = Path(__file__).parent / "lexicon"
STOP = "."  # between sentences; no pattern reaches across it

_SENTENCE_END = re.compile(r"[!?;\n…]+|\.+(?!\d)")
_TONES = {"\u0300": "1", "\u0301": "2", "\u0303": "3", "\u0309": "3", "\u0323": "4"}
_Y_FOR_I = re.compile(r"^([hklmst])y$")
# Of the letters-only words; a correctly typed sentence has 0.5 and more, one without marks none.
_MARKED_SHARE = 0.34


@lru_cache(maxsize=20_000)
def spelled(word: str) -> str:
    """One spelling for all ways to write a word with its marks: letters, then the tone."""
    letters, tone = [], ""
    for sign in unicodedata.normalize("NFD", word):
        if sign in _TONES:
            tone = _TONES[sign]
        else:
            letters.append(sign)
    return _Y_FOR_I.sub(r"\1i", unicodedata.normalize("NFC", "".join(letters))) + tone


@lru_cache(maxsize=20_000)
def bare(word: str) -> str:
    """One spelling without marks."""
    return _Y_FOR_I.sub(r"\1i", fold(word))


@dataclass(frozen=True)
class Wording:
    """`line`: blank, words and stops with single blanks, blank. `marked`: the marks count."""

    line: str
    marked: bool

    @property
    def words(self) -> list[str]:
        return [word for word in self.line.split() if word != STOP]

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        return frozenset(self.line.split())

    def flat(self) -> "Wording":
        """Without the stops: for messages judged as a whole."""
        return Wording(f" {' '.join(self.words)} ", self.marked)


@lru_cache(maxsize=4)  # a message and its parts are read for danger, sort and doubt in turn
def read(text: str) -> Wording:
    """`text` in words, with shorthand spelled out and telex slips mended."""
    sentences = [words(part) for part in _SENTENCE_END.split(text.replace("/", " "))]
    typed = [word for sentence in sentences for word in sentence]
    marked = _has_marks(typed)
    one_way = spelled if marked else bare
    said = [[one_way(word) for word in _meant(sentence)] for sentence in sentences if sentence]
    line = f" {STOP} ".join(" ".join(sentence) for sentence in said)
    return Wording(f" {line} ", marked)


def plain(text: str) -> str:
    """Folded words with single blanks, padded so that whole words can be searched for."""
    return f" {' '.join(fold(word) for word in words(text))} "


def lexicon(name: str) -> dict[str, Any]:
    """The word lists of one lexicon file."""
    data = yaml.safe_load((LEXICON / f"{name}.yaml").read_text(encoding="utf-8"))
    assert isinstance(data, dict)
    return data


def _has_marks(typed: list[str]) -> bool:
    letters = [word for word in typed if word.isalpha()]
    marked = sum(not word.isascii() for word in letters)
    return marked > 0 and marked >= len(letters) * _MARKED_SHARE


def _meant(typed: list[str]) -> list[str]:
    shorthand = _shorthand()
    return [word for token in typed for word in shorthand.get(token) or [_mended(token)]]


@lru_cache(maxsize=20_000)
def _mended(word: str) -> str:
    if not word.isalpha() or is_syllable(fold(word)):
        return word
    return without_telex(word) or word


def known_shorthand(word: str) -> bool:
    """Whether this is an abbreviation that can be spelled out."""
    return word in _shorthand()


@cache
def _shorthand() -> Mapping[str, list[str]]:
    """The library's abbreviations, and a few that matter only before an answer is looked for."""
    library = yaml.safe_load((SEED / "shorthand.yaml").read_text(encoding="utf-8"))
    return {key: str(value).split() for key, value in (library | lexicon("shorthand")).items()}
