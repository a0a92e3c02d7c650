"""Why a message that no entry fits may not be a question about work. (pure)

What nobody can read, what is written in another language and mere abuse are told first. The rest is
weighed: words about work on one side, words of other fields of law on the other, from
lexicon/fields.yaml. A doubt only offers the lawyer where no doubt would have called him, so the
scale leans towards work.
"""

import re
from enum import StrEnum
from functools import cache, lru_cache
from itertools import pairwise

from bot.triage.patterns import Weights
from bot.triage.syllables import is_syllable
from bot.triage.wording import Wording, known_shorthand, lexicon, read
from knowledge_base.text import fold, words


class Doubt(StrEnum):
    """Why a message that no entry fits may not be a question about work at all."""

    ABUSE = "abuse"
    UNREADABLE = "unreadable"
    FOREIGN = "foreign"
    OTHER_LAW = "other_law"
    UNCLEAR = "unclear"


_ENOUGH = 2  # points: a word about work, or two hints ("làm", "công ty")
_LEAN = 1.5  # the other field must speak that much louder


def doubt(text: str) -> Doubt | None:
    """Why nothing fits; None if it sounds like a question about work that a lawyer should see."""
    if _is_other_script(text) or _is_english(words(text)):
        return Doubt.FOREIGN
    said = read(text)
    work, other = _work(said), _weights("other").of(said)
    if work < _ENOUGH and _weights("abuse").of(said):
        return Doubt.ABUSE
    if work < _ENOUGH and unreadable(text):
        return Doubt.UNREADABLE
    if other and other >= work * _LEAN:
        return Doubt.OTHER_LAW
    return None if work >= _ENOUGH else Doubt.UNCLEAR


def speaks_of_work(text: str) -> bool:
    """Whether anything in it hints at work."""
    return hints_at_work(read(text))


def hints_at_work(said: Wording) -> bool:
    """A single hint will do; without marks hints are everywhere ("to" is tổ and to), so two."""
    return _weights("work").of(said) >= (1 if said.marked else _ENOUGH)


# -- another language ---------------------------------------------------------------------------

_KANA = re.compile(r"[\u3040-\u30ff]")
_HANGUL = re.compile(r"[\uac00-\ud7af\u1100-\u11ff\u3130-\u318f]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LETTER = re.compile(r"[^\W\d_]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_STRANGE = re.compile(r"[^\W\d_A-Za-z\u00c0-\u024f\u1e00-\u1eff]")  # a letter, not a Latin one
_ENGLISH_SHARE = 0.4  # of the words; a Vietnamese sentence borrows one or two


def language(text: str) -> str | None:
    """ "en", "zh", "ja" or "ko" if the message is written in it."""
    if _is_other_script(text):
        return _eastern(text)
    return "en" if _is_english(words(text)) else None


def _eastern(text: str) -> str | None:
    hangul, kana, han = (len(script.findall(text)) for script in (_HANGUL, _KANA, _HAN))
    if hangul > kana + han:
        return "ko"
    if kana * 10 > han:
        return "ja" if kana else None
    return "zh"


def _is_other_script(text: str) -> bool:
    """Much of it is written in signs that are not Latin; a name quoted in them is not enough."""
    if _STRANGE.search(text) is None:
        return False
    letters = len(_LETTER.findall(text))
    return (letters - len(_LATIN.findall(text))) * 3 > letters


def _is_english(said: list[str]) -> bool:
    if not all(word.isascii() for word in said):
        return False
    known = _english()
    english = [word for word in said if word in known]
    surely = [word for word in english if not is_syllable(word)]
    return len(surely) >= 2 and len(english) >= len(said) * _ENGLISH_SHARE


# -- nothing that can be read -------------------------------------------------------------------

_VOWEL = re.compile(r"[aeiouy]")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_REPEATED = re.compile(r"^(.{1,3})\1+.{0,2}$")


def unreadable(text: str) -> bool:
    """No letters, or mostly keys hit at random."""
    typed = [word for word in words(text) if not word[0].isdigit()]
    noise = sum(_is_noise(word) for word in typed)
    return noise * 2 > len(typed) or not typed


@lru_cache(maxsize=20_000)
def _is_noise(word: str) -> bool:
    folded = fold(word)
    if is_syllable(folded) or known_shorthand(word) or folded in _english():
        return False
    return (
        not _VOWEL.search(folded)
        or _REPEATED.match(folded) is not None
        or re.search(r"[^aeiouy]{5}", folded) is not None
        or (len(folded) > 3 and _is_run_of_keys(folded))
    )


def _is_run_of_keys(word: str) -> bool:
    """Whether most neighbours in it are neighbours on the keyboard too."""
    near = sum(
        any(abs(row.find(a) - row.find(b)) <= 1 for row in _ROWS if a in row and b in row)
        for a, b in pairwise(word)
    )
    return near * 3 >= (len(word) - 1) * 2


# -- the scale ----------------------------------------------------------------------------------


def _work(said: Wording) -> int:
    points = _weights("work").of(said)
    return points + min(points, _weights("teller").of(said), 1)


@cache
def _weights(field: str) -> Weights:
    """The lists of one field. A single syllable is another word as soon as its marks are gone
    (thuế, thuê; tội, tôi, tới; nghỉ, nghị): then it is no more than a hint of work, and nothing
    against it."""
    lists = lexicon("fields")[field]
    if field == "abuse":
        return Weights({1: lists["any"]}, only_marked={1: lists["marked"]})
    if field == "teller":
        return Weights({1: lists})
    long = {points: [way for way in ways if " " in way] for points, ways in lists.items()}
    short = {points: [way for way in ways if " " not in way] for points, ways in lists.items()}
    hints = [way for ways in short.values() for way in ways] if field == "work" else []
    return Weights(long, only_marked=short, only_bare={1: hints})


@cache
def _english() -> frozenset[str]:
    return frozenset(lexicon("fields")["english"].split())
