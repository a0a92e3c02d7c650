"""Reads official texts of the law: lines of JSON, .docx and .txt. (pure but for reading files)

What cannot be read is told with its line; in a .docx a line is a paragraph or a row of a table.
"""

import datetime as dt
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docx
from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table
from docx.text.paragraph import Paragraph

from knowledge_base.articles import Article
from knowledge_base.importing import Complaint
from knowledge_base.splitting import Line, split, without_headings
from knowledge_base.text import clean


@dataclass(frozen=True)
class Known:
    """What the operator says of the file; None where the file itself must tell."""

    law_id: str | None = None
    name: str | None = None
    effective_from: dt.date | None = None
    source: str | None = None
    dates: Mapping[str, dt.date] = field(default_factory=dict)  # since when known laws hold


@dataclass
class Reading:
    """The articles of a file, and what in it could not be read."""

    articles: list[Article] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)

    def complain(self, path: Path, line: int | None, why: str) -> None:
        place = path.name if line is None else f"{path.name}:{line}"
        self.complaints.append(Complaint(f"{place}: {why}"))


def read(path: Path, known: Known) -> Reading:
    reading = Reading()
    kind = path.suffix.lower()
    if kind in (".jsonl", ".json"):
        _read_jsonl(path, known, reading)
    elif kind == ".docx":
        _read_lines(path, _docx_lines(path, reading), known, reading)
    elif kind == ".txt":
        _read_lines(path, _txt_lines(path, reading), known, reading)
    else:
        reading.complain(path, None, "only .jsonl, .docx and .txt can be read")
    for article in reading.articles:
        if len(article.law_id) > 40 or len(article.article_id) > 20:
            reading.complain(path, None, f"too long a number: {' article '.join(article.place)}")
    if not reading.articles and not reading.complaints:
        reading.complain(path, None, "no article was found")
    return reading


# -- lines of JSON ---------------------------------------------------------------------------------


def _read_jsonl(path: Path, known: Known, reading: Reading) -> None:
    seen: dict[tuple[str, str, dt.date], int] = {}
    for number, line in _txt_lines(path, reading):
        if not line.strip():
            continue
        try:
            article = _article_from(json.loads(line), known)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            reading.complain(path, number, f"not an article ({_why(error)})")
            continue
        key = (*article.place, article.effective_from)
        if key in seen:
            reading.complain(path, number, f"this article stands already in line {seen[key]}")
        seen[key] = number
        reading.articles.append(article)


def _article_from(row: dict[str, Any], known: Known) -> Article:
    since = known.effective_from or dt.date.fromisoformat(row["effective_from"])
    until = row.get("effective_to")
    title = clean(row.get("title") or "")
    article = Article(
        law_id=clean(known.law_id or row["law_id"]),
        article_id=clean(row["article_id"]),
        title=title,
        text=without_headings(clean(row["text"])).strip() or title,  # one line may hold it all
        effective_from=since,
        effective_to=dt.date.fromisoformat(until) if until else None,
        source=known.source or row.get("consolidated"),
        law_name=clean(known.name or row.get("law_name") or ""),
    )
    if not (article.law_id and article.article_id and article.text):
        raise ValueError("law_id, article_id and text may not be empty")
    return article


def _why(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)


# -- lines of text ---------------------------------------------------------------------------------


def _txt_lines(path: Path, reading: Reading) -> Iterator[Line]:
    content = path.read_bytes()
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        reading.complain(path, line, "not Unicode; save the file as UTF-8")
        return
    yield from enumerate(text.split("\n"), 1)


def _docx_lines(path: Path, reading: Reading) -> Iterator[Line]:
    try:
        document = docx.Document(str(path))
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError):
        reading.complain(path, None, "not a Word document (.docx)")
        return
    number = 0
    for block in document.element.body:
        if block.tag.endswith("}p"):
            number += 1
            paragraph = Paragraph(block, document)
            if why := _lost_from(paragraph):
                reading.complain(path, number, why)
            yield from ((number, line) for line in paragraph.text.split("\n"))
        elif block.tag.endswith("}tbl"):
            for row in Table(block, document).rows:
                number += 1
                cells = list({id(cell._tc): cell for cell in row.cells}.values())
                yield number, f"| {' | '.join(' '.join(one.text.split()) for one in cells)} |"
        elif block.tag.endswith("}sdt"):
            number += 1
            reading.complain(path, number, "text inside a content control: turn it into plain text")


def _lost_from(paragraph: Paragraph) -> str | None:
    """What Word shows in this paragraph but does not keep as its text."""
    element = paragraph._p
    if element.xpath("./w:ins|./w:del|./w:moveFrom|./w:moveTo"):
        return "tracked changes: accept or reject them first"
    if element.xpath(".//w:txbxContent|./w:sdt"):
        return "text inside a box: turn it into plain text"
    if paragraph.text.strip() and _numbered_by_word(paragraph):
        return "numbered by Word: turn the numbering into text"
    if not paragraph.text.strip() and element.xpath(".//w:drawing|.//w:pict"):
        return "a picture cannot be read"
    return None


def _numbered_by_word(paragraph: Paragraph) -> bool:
    numbered = "./w:pPr/w:numPr/w:numId[@w:val!='0']"
    style = paragraph.style
    return bool(
        paragraph._p.xpath(numbered) or (style is not None and style.element.xpath(numbered))
    )


# -- texts -----------------------------------------------------------------------------------------

_LAW_ID = re.compile(r"\d+/\d{4}/(?:QH\d+|UBTVQH\d+|NĐ-CP|(?:TT|TTLT|NQ|QĐ)-[A-ZĐ-]+)")
_SOURCE = re.compile(r"\d+/VBHN-[A-ZĐ]+")


def _read_lines(path: Path, lines: Iterable[Line], known: Known, reading: Reading) -> None:
    found = split(lines)
    for number, why in found.faults:
        reading.complain(path, number, why)
    head = "\n".join(found.preamble)
    law_id = known.law_id or _first(_LAW_ID, head)
    if law_id is None:
        reading.complain(path, None, "which law is this? give --law-id")
        return
    since = known.effective_from or known.dates.get(law_id)
    if since is None:
        reading.complain(path, None, f"since when does {law_id} hold? give --effective-from")
        return
    source = known.source or _first(_SOURCE, head)
    for draft in found.drafts:
        title, text = draft.title_and_text()
        if not text:
            reading.complain(path, draft.line, f"article {draft.article_id} has no text")
            continue
        name = known.name or ""
        reading.articles.append(
            Article(law_id, draft.article_id, title, text, since, source=source, law_name=name)
        )


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    return found[0] if found else None
