"""The little language in which the lexicons say what to look for. (pure)

    bị ... đánh        with up to four words between, never across the end of a sentence
    bị (quản lý) đánh  a part that may be missing
    đấm|tát            one word or the other; a way of several words is joined: không_cho|nhốt
    <boss> đánh <me>   any of the ways listed under that name
    = tự vẫn           only where marks are typed: without them it is too like other words

Each pattern is tried only on messages that hold words of its two rarest-looking places, so
hundreds of them cost little.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

from bot.triage.wording import Wording, bare, spelled

Names = Mapping[str, Sequence[str]]
Spelling = Callable[[str], str]
Worth = Mapping[int, Iterable[str]]
_PhrasesByWord = Mapping[str, Mapping[str, int]]

_TOKEN = re.compile(r"\([^)]*\)|\S+")
_HINTS = 3
_BETWEEN = "..."
_GAP = r"(?:[^ .]+ ){0,4}?"


class Pattern:
    """One line of a lexicon."""

    def __init__(self, line: str, names: Names) -> None:
        self.line = line
        self._tokens = _TOKEN.findall(line)
        if any(
            end == _BETWEEN or end.startswith("(") for end in (self._tokens[0], self._tokens[-1])
        ):
            raise ValueError(f"a pattern begins and ends with words it needs: {line}")
        self._names = names

    def find(self, wording: Wording) -> re.Match[str] | None:
        return (self._marked if wording.marked else self._bare).search(wording.line)

    @property
    def places(self) -> list[tuple[str, ...]]:
        """The words of each place, one of which must be in the message, the most telling first."""
        places = [
            tuple(way.split()[0] for way in self._ways(token))
            for token in self._tokens
            if token != _BETWEEN and not token.startswith("(")
        ]
        return sorted(places, key=lambda ways: (len(ways), -min(map(len, ways))))

    @cached_property
    def _marked(self) -> re.Pattern[str]:
        return self._compiled(spelled)

    @cached_property
    def _bare(self) -> re.Pattern[str]:
        return self._compiled(bare)

    def _compiled(self, one_way: Spelling) -> re.Pattern[str]:
        return re.compile("(?<= )" + "".join(self._part(token, one_way) for token in self._tokens))

    def _part(self, token: str, one_way: Spelling) -> str:
        if token == _BETWEEN:
            return _GAP
        if token.startswith("("):
            inner = _TOKEN.findall(token[1:-1])
            return "(?:" + "".join(self._part(part, one_way) for part in inner) + ")?"
        ways = [" ".join(one_way(word) for word in way.split()) for way in self._ways(token)]
        return "(?:" + "|".join(sorted(ways, key=len, reverse=True)) + ") "

    def _ways(self, token: str) -> Sequence[str]:
        return [
            spelled_out
            for way in token.split("|")
            for spelled_out in (
                self._names[way[1:-1]] if way.startswith("<") else [way.replace("_", " ")]
            )
        ]


_Beside = tuple[Pattern, frozenset[str]]  # and the words, one of which it needs besides


class Patterns:
    """Many patterns, looked for at once."""

    def __init__(self, lines: Sequence[str], names: Names | None = None) -> None:
        self._by_word: dict[bool, dict[str, list[_Beside]]] = {True: {}, False: {}}
        for marked, one_way in ((True, spelled), (False, bare)):
            index: dict[str, list[_Beside]] = defaultdict(list)
            usable = [line for line in lines if marked or not line.startswith("= ")]
            for pattern in (Pattern(line.removeprefix("= "), names or {}) for line in usable):
                rarest, *others = [frozenset(map(one_way, ways)) for ways in pattern.places]
                for word in rarest:
                    index[word].append((pattern, others[0] if others else rarest))
            self._by_word[marked] = dict(index)

    def found_in(self, wording: Wording) -> bool:
        return any(pattern.find(wording) for pattern in self._candidates(wording))

    def opens(self, wording: Wording, polite: "Phrases") -> bool:
        """Whether one of them stands at the start, after nothing but polite words."""
        for pattern in self._candidates(wording):
            found = pattern.find(wording)
            if found is not None:
                before = Wording(wording.line[: found.start()], wording.marked)
                if not before.words or polite.cover(before):
                    return True
        return False

    def removed_from(self, wording: Wording, instead: str = "_") -> Wording:
        """`wording` with every find replaced by a word that means nothing."""
        for pattern in self._candidates(wording):
            while (found := pattern.find(wording)) is not None:
                line = f"{wording.line[: found.start()]}{instead} {wording.line[found.end() :]}"
                wording = Wording(line, wording.marked)
        return wording

    def _candidates(self, wording: Wording) -> list[Pattern]:
        index = self._by_word[wording.marked]
        said = wording.vocabulary
        return [
            pattern
            for word in index.keys() & said
            for pattern, beside in index[word]
            if not said.isdisjoint(beside)
        ]


class Weights:
    """Plain words and phrases, each worth so much and counted once; hints add up only so far."""

    def __init__(
        self, worth: Worth, *, only_marked: Worth | None = None, only_bare: Worth | None = None
    ) -> None:
        everywhere = list(worth.items())
        self._by_word = {
            True: _indexed([*everywhere, *(only_marked or {}).items()], spelled),
            False: _indexed([*everywhere, *(only_bare or {}).items()], bare),
        }

    def of(self, wording: Wording) -> int:
        index = self._by_word[wording.marked]
        found = [
            points
            for word in index.keys() & wording.vocabulary
            for phrase, points in index[word].items()
            if phrase in wording.line
        ]
        hints = found.count(1)
        return sum(found) - hints + min(hints, _HINTS)


def _indexed(worth: Iterable[tuple[int, Iterable[str]]], one_way: Spelling) -> _PhrasesByWord:
    """First word -> " phrase " -> points."""
    index: dict[str, dict[str, int]] = defaultdict(dict)
    for points, phrases in worth:
        for phrase in phrases:
            ways = [one_way(word) for word in str(phrase).split()]
            index[ways[0]].setdefault(f" {' '.join(ways)} ", points)
    return dict(index)


class Phrases:
    """Plain phrases, by which a whole message may be used up."""

    def __init__(self, phrases: Iterable[str]) -> None:
        phrases = list(phrases)
        self._by_word = {True: _by_first(phrases, spelled), False: _by_first(phrases, bare)}

    def cover(self, wording: Wording) -> bool:
        """Whether nothing is left of the message once these phrases are taken away."""
        words, index = wording.words, self._by_word[wording.marked]
        place = 0
        while place < len(words):
            taken = next(
                (
                    len(phrase)
                    for phrase in index.get(words[place], ())
                    if tuple(words[place : place + len(phrase)]) == phrase
                ),
                0,
            )
            if not taken:
                return False
            place += taken
        return bool(words)

    def found_in(self, wording: Wording) -> bool:
        index = self._by_word[wording.marked]
        return any(
            f" {' '.join(phrase)} " in wording.line
            for word in index.keys() & wording.vocabulary
            for phrase in index[word]
        )


def _by_first(phrases: Iterable[str], one_way: Spelling) -> dict[str, list[tuple[str, ...]]]:
    """First word -> phrases, the longest first."""
    index: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for phrase in phrases:
        ways = tuple(one_way(word) for word in str(phrase).split())
        index[ways[0]].append(ways)
    return {word: sorted(known, key=len, reverse=True) for word, known in index.items()}
