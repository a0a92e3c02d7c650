"""Finds the articles of the law that running text names: "khoản 4 Điều 97 BLLĐ". (pure)"""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from knowledge_base.content import Citation, Instrument
from knowledge_base.text import clean, fold

_NUMBER = r"[0-9]{1,3}[a-z]?\b"
_ARTICLE = re.compile(
    r"(?:\b(?:diem\s+|d\.\s?)(?P<point_before>[a-z]{1,2})\b,?\s*)?"
    rf"(?:\b(?:khoan\s+|k\.\s?)(?P<clause_before>{_NUMBER}),?\s*)?"
    rf"\b(?:dieu\s+|d\.\s?)(?P<article>{_NUMBER})"
    rf"(?:,?\s*(?:khoan\s+|k\.\s?)(?P<clause>{_NUMBER}))?"
    r"(?:,?\s*(?:diem\s+|d\.\s?)(?P<point>[a-z]{1,2})\b)?"
)
_JOINED = re.compile(r"\s*(?:,|va|;|,? ?cung)?\s*")
_OWNED = re.compile(r"\s*,?\s*(?:cua|trong|thuoc|theo|tai)?\s*")
_YEAR = re.compile(r"[ /](?:19|20)[0-9]{2}$")
_KINDS = {"nđ": "nghị định", "tt": "thông tư", "qđ": "quyết định", "nq": "nghị quyết"}


@dataclass(frozen=True)
class Spotted:
    """A place in the law as somebody named it; without a law nobody can tell which is meant."""

    said: str
    article_id: str
    law_id: str | None
    clause: str | None = None
    point: str | None = None

    @property
    def citation(self) -> Citation | None:
        if self.law_id is None:
            return None
        return Citation(
            law_id=self.law_id, article_id=self.article_id, clause=self.clause, point=self.point
        )


@dataclass(frozen=True)
class _Mention:
    start: int
    end: int
    law_id: str


class Names:
    """The names by which people call the laws, and which law each means on a day."""

    def __init__(self, instruments: Mapping[str, Instrument], day: dt.date) -> None:
        called: dict[str, list[Instrument]] = defaultdict(list)
        for one in instruments.values():
            for name in set(_names(one)):
                called[name].append(one)
        self._law_of = {name: _meant(some, day).law_id for name, some in called.items()}
        longest_first = sorted(self._law_of, key=len, reverse=True)
        ways = "|".join(
            re.escape(name).replace(r"\ ", r"\s+(?:so\s+|nam\s+)?") for name in longest_first
        )
        self._any = re.compile(rf"(?<!\w)(?:{ways})(?!\w)") if ways else re.compile(r"(?!)")

    def mentions(self, folded: str) -> list[_Mention]:
        found = []
        for one in self._any.finditer(folded):
            name = re.sub(r"\s+(?:so\s+|nam\s+)?", " ", one[0])
            law_id = self._law_of.get(name) or self._law_of.get(" ".join(one[0].split()))
            if law_id is not None:
                found.append(_Mention(one.start(), one.end(), law_id))
        return found

    def without(self, text: str) -> str:
        """The folded text with the names of laws left out."""
        return self._any.sub(" ", fold(clean(text).lower()))

    def spot(self, text: str) -> list[Spotted]:
        """The places named in `text`, each once, in order."""
        whole = clean(text)
        folded = fold(whole.lower())
        if len(folded) != len(whole):  # a letter that folds into two: then its place is not ours
            whole = folded
        laws = self.mentions(folded)
        places = list(_ARTICLE.finditer(folded))
        owners = _owners(folded, places, laws)
        spotted = (
            Spotted(
                said=whole[slice(*place.span())].strip(),
                article_id=place["article"],
                law_id=owner,
                clause=place["clause"] or place["clause_before"],
                point=place["point"] or place["point_before"],
            )
            for place, owner in zip(places, owners, strict=True)
        )
        return list(
            {(one.law_id, one.article_id, one.clause, one.point): one for one in spotted}.values()
        )


def _names(one: Instrument) -> Iterator[str]:
    """Folded: "bo luat lao dong", "blld 2019", "blld", "nghi dinh 145/2020", "145/2020/nd-cp"."""
    for name in (one.name, one.short, one.law_id):
        folded = fold(name.lower())
        yield folded
        yield (
            _YEAR.sub("", folded) if not folded[:-5].endswith(("nd", "tt", "qd", "nq")) else folded
        )
    kind, _, number = one.short.lower().partition(" ")
    if kind in _KINDS:
        yield fold(f"{_KINDS[kind]} {number}")
        yield fold(f"{_KINDS[kind]} {one.law_id.lower()}")


def _meant(some: Iterable[Instrument], day: dt.date) -> Instrument:
    """Of laws that share a name the one in force, else the newest."""
    return max(some, key=lambda one: (one.in_force(day), one.effective_from))


def _owners(folded: str, places: list[re.Match[str]], laws: list[_Mention]) -> list[str | None]:
    """The law of each place: named right behind it, or behind those it is joined to, or before."""
    owners: list[str | None] = []
    behind: str | None = None
    following: re.Match[str] | None = None
    for place in reversed(places):
        next_law = next((law for law in laws if law.start >= place.end()), None)
        joined = following is not None and _JOINED.fullmatch(folded, place.end(), following.start())
        if next_law and _OWNED.fullmatch(folded, place.end(), next_law.start):
            behind = next_law.law_id
        elif not joined:
            behind = None
        before = next((law.law_id for law in reversed(laws) if law.end <= place.start()), None)
        owners.append(_owner(folded, place, behind, before, laws))
        following = place
    return owners[::-1]


def _owner(
    folded: str,
    place: re.Match[str],
    behind: str | None,
    before: str | None,
    laws: list[_Mention],
) -> str | None:
    """ "BLLĐ 2019 Đ.97, Đ.94; NĐ 145/2020 Đ.5": in front counts more than behind."""
    in_front = next((law for law in reversed(laws) if law.end <= place.start()), None)
    if in_front and not folded[in_front.end : place.start()].strip(" :-"):
        return in_front.law_id
    return behind or before
