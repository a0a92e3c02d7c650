"""What a text is compared by: its words, pairs of words, meanings and letters. (pure)"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from rapidfuzz.distance import DamerauLevenshtein

from knowledge_base.text import Reading

# Words that carry no matter of their own, folded. They still count in pairs ("bao truoc").
FILLERS = frozenset("a ah ak oi e em anh chi toi minh ad ban shop thi la ma nhe y xin giup".split())

# Who does what to whom, by groups of synonyms.yaml. A text that uses a group of the second side is
# on that side ("công ty cho tôi nghỉ việc"), else one of the first may put it on the other.
SIDES = (
    (("nghi-viec", "nghi-ngang"), ("bi-cho-nghi", "sa-thai", "cat-giam")),
    (("mang-thai", "thai-san", "sinh-con"), ("nguoi-cha",)),
)

_GRAM = 3  # letters
_TYPO_LENGTH = 4  # shorter syllables are too alike to be mended
_PIECE = 2  # letters of the shortest syllable split off a glued word
_TONE_KEY = re.compile(r"(?<=[aeiouyw])([a-z]*?)[sfrxj]$")  # telex: the tone typed last
_DOUBLED = re.compile(r"([aeod])\1")  # telex: aa, ee, oo, dd


class Meanings:
    """Finds synonym groups in folded words."""

    def __init__(self, synonyms: Mapping[str, Sequence[str]]) -> None:
        self._groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for group, ways in synonyms.items():
            for way in ways:
                self._groups[tuple(way.split())].append(group)
        self._lengths: dict[str, set[int]] = defaultdict(set)  # by first word
        for words in self._groups:
            self._lengths[words[0]].add(len(words))

    def find(self, folded: Sequence[str]) -> set[str]:
        return {
            group
            for start, word in enumerate(folded)
            for length in self._lengths.get(word, ())
            for group in self._groups.get(tuple(folded[start : start + length]), ())
        }


def words(folded: Sequence[str], meanings: Meanings) -> Counter[str]:
    """Single words, "pairs of words" and "#meanings", counted."""
    bag = Counter(word for word in folded if word not in FILLERS)
    bag.update(f"{first} {second}" for first, second in pairwise(folded))
    bag.update(f"#{group}" for group in meanings.find(folded))
    return bag


def sides(bag: Mapping[str, float]) -> tuple[int, ...]:
    """For each matter of SIDES: -1 on the first side, 1 on the second, 0 on neither."""
    return tuple(
        1
        if any(f"#{group}" in bag for group in second)
        else -any(f"#{group}" in bag for group in first)
        for first, second in SIDES
    )


def letters(folded: Sequence[str]) -> list[str]:
    """Runs of three letters across words: they forgive a slip and a missing space."""
    line = f" {' '.join(folded)} "
    return [line[at : at + _GRAM] for at in range(len(line) - _GRAM + 1)]


def marks(reading: Reading) -> list[str]:
    """Words with their diacritics; none where the writer typed none."""
    if not reading.has_marks:
        return []
    pairs = zip(reading.marked, reading.folded, strict=True)
    return [marked for marked, folded in pairs if folded not in FILLERS]


class Mender:
    """Reads mistyped words as the known ones they stand for."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._known = set(vocabulary)
        self._alike: dict[tuple[str, int], list[str]] = defaultdict(list)
        for word in sorted(self._known):
            self._alike[word[0], len(word)].append(word)

    def mend(self, folded: Sequence[str]) -> list[str]:
        known = self._known
        return [
            meant for word in folded for meant in ((word,) if word in known else self._read(word))
        ]

    def _read(self, word: str) -> list[str]:
        """What an unknown word stands for."""
        if not word.isalpha():
            return [word]
        typed = _without_telex(word)
        if typed in self._known:
            return [typed]
        if len(word) < _TYPO_LENGTH:
            return [word]
        return self._unglued(word) or self._unglued(typed) or [self._slip(word)]

    def _unglued(self, word: str) -> list[str]:
        """ "nghiviec" -> nghi, viec: the split into fewest, longest known syllables."""
        cuts = range(_PIECE, len(word) - _PIECE + 1)
        halves = [(word[:at], word[at:]) for at in cuts]
        whole = [pair for pair in halves if self._known.issuperset(pair)]
        if whole:
            return list(max(whole, key=lambda pair: min(map(len, pair))))
        if len(word) < 3 * _PIECE + 2:
            return []
        for head, tail in reversed(halves):
            if head in self._known and (rest := self._unglued(tail)):
                return [head, *rest]
        return []

    def _slip(self, word: str) -> str:
        """The one known word a single slip away, or `word`."""
        near = [
            known
            for length in (len(word) - 1, len(word), len(word) + 1)
            for known in self._alike.get((word[0], length), ())
            if DamerauLevenshtein.distance(word, known, score_cutoff=1) <= 1
        ]
        return near[0] if len(near) == 1 else word


def _without_telex(word: str) -> str:
    """Telex keys left in a word, dropped: "luwowng" -> "luong", "khoong" -> "khong"."""
    return _DOUBLED.sub(r"\1", _TONE_KEY.sub(r"\1", word).replace("w", ""))
