"""Danger: somebody may be hurt, beaten, held, worked as a child, or about to give up. (pure)

Care in both directions. A wrong alarm costs a worker one message with emergency numbers instead
of his answer; a missed one may cost more. So a wound or a blow counts unless the message asks
only for the law, and some words count whatever is asked. The words are in lexicon/danger.yaml.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache

from bot.triage.patterns import Patterns
from bot.triage.wording import Wording, lexicon, read


class Kind(StrEnum):
    """In the order in which they are looked for: the most urgent telephone number first."""

    SELF_HARM = "self_harm"
    VIOLENCE = "violence"
    FORCED_LABOUR = "forced_labour"
    CHILD_LABOUR = "child_labour"
    ACCIDENT = "accident"


@dataclass(frozen=True)
class Danger:
    """Somebody may be in danger. `kind` is a key of phrases.DANGER."""

    kind: str


@dataclass(frozen=True)
class _Signs:
    """The lexicon of one kind, as lexicon/danger.yaml explains it."""

    now: Patterns
    told: Patterns
    law: Patterns

    def found_in(self, said: Wording) -> bool:
        return self.now.found_in(said) or (self.told.found_in(said) and not self._asks_law(said))

    def _asks_law(self, said: Wording) -> bool:
        return self.law.found_in(said) or _common().law.found_in(said)


@dataclass(frozen=True)
class _Common:
    harmless: Patterns
    law: Patterns
    not_children: Patterns


def danger(text: str) -> Danger | None:
    """What danger the message tells of, if any."""
    said = _told(text)
    for kind, signs in _signs().items():
        if signs.found_in(said) and not (kind is Kind.CHILD_LABOUR and _of_parents(said)):
            return Danger(kind)
    return None


def tells_of_injury(text: str) -> bool:
    """A wound is spoken of, though the question is one of law."""
    said = _told(text)
    signs = _signs()[Kind.ACCIDENT]
    return signs.told.found_in(said) or signs.now.found_in(said)


@lru_cache(maxsize=1)  # danger is looked for in every message, injury in one that is answered
def _told(text: str) -> Wording:
    """The message without its harmless sayings."""
    return _common().harmless.removed_from(read(text))


def _of_parents(said: Wording) -> bool:
    """An age stands there, but the worker is the parent or has grown up since."""
    return _common().not_children.found_in(said)


@cache
def _common() -> _Common:
    words = lexicon("danger")
    names = words["names"]
    return _Common(
        Patterns(words["harmless"], names),
        Patterns(words["law"], names),
        Patterns(words["child_labour"]["not_children"], names),
    )


@cache
def _signs() -> dict[Kind, _Signs]:
    words = lexicon("danger")
    return {
        kind: _Signs(
            *(Patterns(words[kind][part], words["names"]) for part in ("now", "told", "law"))
        )
        for kind in Kind
    }
