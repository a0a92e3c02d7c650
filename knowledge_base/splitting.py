"""Cuts an official text into articles: chapters, “Điều N.”, clauses, annexes. (pure)"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from num2words import num2words

from knowledge_base.articles import NOTE, clause_of, plain
from knowledge_base.text import clean

Line = tuple[int, str]

_HEADING = re.compile(
    r"(?:phần|chương|mục|tiểu mục)\s+(?:thứ\s+)?(?P<number>[^.:]{1,80}?)\s*(?:[.:].*)?",
    re.IGNORECASE,
)
_ARTICLE = re.compile(
    r"điều\s+(?:thứ\s+)?(?P<number>[^.:]{1,30}?)\s*(?:[.:]\s*(?P<title>.*))?", re.IGNORECASE
)
_ANNEX = re.compile(r"(?:PHỤ LỤC|Phụ lục)(?:\s+(?:số\s+)?(?P<number>[IVXLC]+|\d+))?\s*[.:]?")
_END = re.compile(r"Nơi nhận|TM\.|KT\.|XÁC THỰC VĂN BẢN|CHỦ TỊCH QUỐC HỘI|CHỦ NHIỆM|\(Đã ký\)")
_NUMBER = re.compile(r"(\d+)([a-zđ]{0,2})")
_ROMAN = re.compile(r"(?=[IVXLC])(C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})")
_ROMAN_DIGITS = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_IN_WORDS = {num2words(number, lang="vi"): str(number) for number in range(1, 400)}
_IN_WORDS |= {"nhất": "1", "nhì": "2", "tư": "4"}
_LAW_ID = re.compile(r"\d+/\d{4}/(?:QH\d+|UBTVQH\d+|NĐ-CP|(?:TT|TTLT|NQ|QĐ)-[A-ZĐ-]+)")
_SOURCE = re.compile(r"\d+/VBHN-[A-ZĐ]+")


def _number(said: str) -> str | None:
    """ "35", "35a", "ba mươi lăm" as an article's number; None for anything else."""
    compact = said.strip().lower().replace(" ", "")
    return compact if _NUMBER.fullmatch(compact) else _IN_WORDS.get(said.strip().lower())


def _roman(said: str) -> int | None:
    if not _ROMAN.fullmatch(said):
        return None
    digits = [_ROMAN_DIGITS[letter] for letter in said]
    following = [*digits[1:], 0]
    return sum(-one if one < two else one for one, two in zip(digits, following, strict=True))


def is_heading(line: str) -> bool:
    """ "Chương II", "Mục 3. TIỀN LƯƠNG" - but not "Mục 1 Chương XI của Bộ luật này"."""
    found = _HEADING.fullmatch(line)
    if found is None:
        return False
    number, _, rest = found["number"].partition(" ")
    said = found["number"].strip()
    numbered = bool(_roman(number.upper()) or _number(number) or _number(said))
    return numbered and (not rest or rest.isupper() or bool(_number(said)))


def without_headings(text: str) -> str:
    """Without the heading of the next chapter, which some sources leave below an article."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        rest = lines[number:]
        if is_heading(line.strip()) and all(
            is_heading(one.strip()) or one.isupper() for one in rest
        ):
            return "\n".join(lines[:number])
    return text


@dataclass
class Draft:
    """An article while its lines come in."""

    article_id: str
    title: str
    line: int
    lines: list[str] = field(default_factory=list)

    def title_and_text(self) -> tuple[str, str]:
        """An article of one line has no title; a title may stand on the line below the number."""
        if not self.lines:
            one_line = self.title[-1:] in (".", ")")
            return ("", self.title) if one_line else (self.title, "")
        first, *rest = self.lines
        if not self.title and rest and clause_of(first) is None and first[-1] not in ".:;":
            return first, "\n".join(rest)
        return self.title, "\n".join(self.lines)


@dataclass
class Split:
    """What a text is made of. `preamble`: the lines before the first article name the law."""

    preamble: list[str] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    faults: list[Line] = field(default_factory=list)
    _in: str = "preamble"  # or "article", "heading", "end"

    def take(self, number: int, line: str) -> None:
        if annex := _ANNEX.fullmatch(line):
            self._annex(number, annex["number"])
        elif self._in == "end" or not line:
            return
        elif self.drafts and (_END.match(line) or NOTE.match(line)):
            self._in = "end"
        elif is_heading(line):
            self._in = "heading"
        elif not self._begins_article(number, line):
            self._text(number, line)

    def _annex(self, number: int, said: str | None) -> None:
        if not self.drafts:
            return
        annexes = sum(draft.article_id.startswith("PL_") for draft in self.drafts)
        named = (_roman(said) or int(said)) if said else annexes + 1
        self.drafts.append(Draft(f"PL_{named}", "Phụ lục", number))
        self._in = "article"

    def _begins_article(self, number: int, line: str) -> bool:
        found = _ARTICLE.fullmatch(line)
        article_id = _number(found["number"]) if found else None
        if found is None or article_id is None:
            return False
        before = self._last_article()
        if _order(article_id) <= _order(before):
            why = f"article {article_id} after article {before}: kept as text of article {before}"
            self.faults.append((number, why))
            return False
        self.drafts.append(Draft(article_id, (found["title"] or "").strip(), number))
        self._in = "article"
        return True

    def _last_article(self) -> str:
        numbered = (one.article_id for one in reversed(self.drafts) if one.article_id[0].isdigit())
        return next(numbered, "0")

    def _text(self, number: int, line: str) -> None:
        if self._in == "preamble":
            self.preamble.append(line)
        elif self._in == "article":
            self.drafts[-1].lines.append(line)
            self._clause(number, line)
        elif not (line.isupper() or (line[0].isupper() and line[-1] not in ".;:")):
            self.faults.append((number, "text between a heading and an article"))

    def _clause(self, number: int, line: str) -> None:
        """A clause whose forerunner is missing was lost on the way here."""
        draft = self.drafts[-1]
        clause = clause_of(line)
        if clause is None or not clause.isdigit() or draft.article_id.startswith("PL_"):
            return
        clauses = [int(one) for one in map(clause_of, draft.lines[:-1]) if one and one.isdigit()]
        if int(clause) > max(clauses, default=0) + 1:
            after = f"after clause {max(clauses)}" if clauses else "comes first"
            why = f"clause {clause} {after} in article {draft.article_id}: is a line missing?"
            self.faults.append((number, why))


def _order(article_id: str) -> tuple[int, str]:
    found = _NUMBER.fullmatch(article_id)
    assert found is not None
    return int(found[1]), found[2]


def split(lines: Iterable[Line]) -> Split:
    found = Split()
    for number, raw in lines:
        line = " ".join(clean(raw).split())
        found.take(number, line if NOTE.match(line) else plain(line))
    return found
