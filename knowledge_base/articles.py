"""Articles of the law as texts: what they say, what their clauses are, what held when. (pure)"""

import datetime as dt
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, TypeVar

from knowledge_base.content import Citation, Place
from knowledge_base.text import clean

# Consolidated texts mark amended words ("1.4[4]", "Kiểm tra,[7]") and explain the marks below.
_MARK = re.compile(r"(\d{1,3})\[\1\]|\[\d{1,3}\]")
NOTE = re.compile(
    r"\d{0,3}\[\d{1,3}\]\s*\d{0,3}\s*(?:Điều|Khoản|Điểm|Mục|Chương|Đoạn|Cụm từ|Từ|Tên|Bộ luật|Luật"
    r"|Nghị định|Nghị quyết|Thông tư|Quyết định)\b"
)
_CLAUSE = re.compile(r"(\d+[a-zđ]?)\.(?!\d)[ \t]*")
_POINT = re.compile(r"([a-zđ]{1,2}\d{0,2})\)[ \t]*")
_RULING = re.compile(r"\||-{3,}")  # of tables
_TONES = dict(  # "hoà" and "hòa" are the same word
    zip(
        "oà oá oả oã oạ oè oé oẻ oẽ oẹ uỳ uý uỷ uỹ uỵ".split(),
        "òa óa ỏa õa ọa òe óe ỏe õe ọe ùy úy ủy ũy ụy".split(),
        strict=True,
    )
)
_TONE = re.compile("|".join(_TONES))


@dataclass(frozen=True)
class Article:
    """One article as it reads from a day on; an empty text: the law no longer has it."""

    law_id: str
    article_id: str
    title: str
    text: str
    effective_from: dt.date
    effective_to: dt.date | None = None  # the first day it no longer holds
    source: str | None = None  # the consolidated text it was read from
    law_name: str = ""

    @property
    def place(self) -> Place:
        return self.law_id, self.article_id

    @cached_property
    def digest(self) -> str:
        """Equal for equal words, wherever lines break and however the source marks them."""
        words = f"{self.title.rstrip('.')} {_RULING.sub(' ', plain(self.text))}"
        composed = _TONE.sub(lambda found: _TONES[found[0]], words.lower())
        return hashlib.sha256(" ".join(composed.split()).encode()).hexdigest()


class Dated(Protocol):
    """A version of an article, with its text or without."""

    @property
    def effective_from(self) -> dt.date: ...
    @property
    def effective_to(self) -> dt.date | None: ...
    @property
    def digest(self) -> str: ...


D = TypeVar("D", bound=Dated)


def in_force(versions: Sequence[D], day: dt.date) -> D | None:
    """The version that holds on `day`: the newest reading counts.

    Where it has ended, an older reading counts again only if it says something else and begins no
    earlier: then the newest one is history, imported for cases that lie back in time.
    """
    ended: list[D] = []
    for one in reversed(versions):
        if one.effective_from > day or any(_ends(newer, one) for newer in ended):
            continue
        if one.effective_to is None or day < one.effective_to:
            return one
        ended.append(one)
    return None


def _ends(newer: Dated, older: Dated) -> bool:
    return newer.digest == older.digest or newer.effective_from > older.effective_from


class Law:
    """Article versions, the newest reading last."""

    def __init__(self, articles: Iterable[Article]) -> None:
        self._versions: dict[Place, list[Article]] = defaultdict(list)
        for article in articles:
            self._versions[article.place].append(article)
        self.law_ids = {law_id for law_id, _ in self._versions}

    def versions(self, place: Place) -> list[Article]:
        return self._versions.get(place, [])

    def places(self, law_id: str) -> list[Place]:
        return [place for place in self._versions if place[0] == law_id]

    def on(self, place: Place, day: dt.date) -> Article | None:
        """The article as it read on `day`; None where there was none."""
        found = in_force(self.versions(place), day)
        return found if found is not None and found.text else None

    def fault_in(self, citation: Citation, day: dt.date) -> str | None:
        """Why `citation` points at nothing on `day`; a law without texts cannot be checked."""
        if citation.law_id not in self.law_ids:
            return None
        where = f"{citation.law_id} article {citation.article_id}"
        article = self.on((citation.law_id, citation.article_id), day)
        if article is None:
            return f"{citation.law_id} has no article {citation.article_id} on {day:%d/%m/%Y}"
        clauses = outline(article.text)
        if citation.clause and citation.clause not in clauses:
            return f"{where} has no clause {citation.clause}"
        if citation.point and citation.point not in clauses.get(citation.clause or "", ()):
            return f"{where} has no point {citation.point}" + (
                f" in clause {citation.clause}" if citation.clause else ""
            )
        return None


def plain(text: str) -> str:
    """The words of the law alone: without footnote marks, and without the notes at the end."""
    lines: list[str] = []
    for line in clean(text).split("\n"):
        if NOTE.match(line.strip()):
            break
        lines.append(_label_apart(_MARK.sub("", line).strip()))
    return "\n".join(line for line in lines if line)


def _label_apart(line: str) -> str:
    """ "1.Lao động" and "1. Lao động" are the same line."""
    label = _CLAUSE.match(line) or _POINT.match(line)
    return f"{label[0].strip()} {line[label.end() :]}".strip() if label else line


def clause_of(line: str) -> str | None:
    found = _CLAUSE.match(line)
    return found[1] if found else None


def outline(text: str) -> Mapping[str, set[str]]:
    """The clauses of an article and the points in each; points outside a clause are under ""."""
    clauses: dict[str, set[str]] = {"": set()}
    clause = ""
    for line in plain(text).split("\n"):
        if number := clause_of(line):
            clause = number
            clauses.setdefault(clause, set())
        elif point := _POINT.match(line):
            clauses[clause].add(point[1])
    return clauses
