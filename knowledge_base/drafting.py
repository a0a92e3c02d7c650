"""From a ticket's words to an entry: what can be proposed, and what is still missing. (pure)

Everything that comes in here was masked before; see `bot.masking`.
"""

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from knowledge_base import checking
from knowledge_base.articles import Law
from knowledge_base.content import Citation, Entry
from knowledge_base.importing import Base
from knowledge_base.library import Library
from knowledge_base.spotting import Names
from knowledge_base.text import Shorthand, clean, fold, words

PHRASING_LENGTH = 400
MOST_PHRASINGS = 12
_READ = 2000  # characters of a message in which a question is looked for
_LABEL_LENGTH = 60
_LEAST_WORDS = 3
_SLUG_WORDS = 7


class Sketch(BaseModel):
    """An entry while it is written: every field may still be empty."""

    model_config = ConfigDict(extra="ignore")

    id: str = ""
    topic: str = ""
    question: str = ""
    label: str = ""
    phrasings: list[str] = []
    answer: str = ""
    voice: str = ""
    citations: list[Citation] = []
    valid_from: str = ""  # as typed, as ISO where it is a date
    valid_to: str = ""
    checked_on: str = ""
    related: list[str] = []
    urgent: bool = False
    lawyer_only: str = ""


# -- proposing -------------------------------------------------------------------------------------


def propose(
    asked: Iterable[str], reply: str, topic: str | None, library: Library, today: dt.date
) -> Sketch:
    """A first sketch from what a worker asked and what the lawyer answered."""
    ways = phrasings(asked)
    question = _as_question(ways[0]) if ways else ""
    answer = _for_everybody(reply.partition("\nCăn cứ: ")[0])  # that line the program writes
    citations = recognised(reply, library, today)
    topic = topic if topic in library.topics else _likely_topic(question, library)
    return Sketch(
        id=free_id(question, library.entries),
        topic=topic,
        question=question,
        label=_shortened(question.rstrip("?"), _LABEL_LENGTH),
        phrasings=ways,
        answer=answer,
        citations=citations,
        valid_from=_since(citations, library, today).isoformat(),
        checked_on=today.isoformat(),
    )


_ADDRESSED = re.compile(
    r"^\s*(?:dạ\s+)?(?:xin\s+|kính\s+)?chào\s+[^,.!:\n]{1,40}[,.!:\n]\s*", re.IGNORECASE
)


def _for_everybody(reply: str) -> str:
    """ "Chào chị, công ty phải ..." greets one; the entry speaks to all."""
    words = _ADDRESSED.sub("", reply).strip()
    return f"{words[:1].upper()}{words[1:]}"


_GREETING = re.compile(
    r"^(?:(?:dạ|da|vâng|em|tôi|mình|xin|kính|chào|chao|hello|hi|alo|luật sư|luat su|ls|ad|admin|anh"
    r"|chị|anh/chị|a/c|shop|tổng đài|ơi|oi|ạ|a|cho|hỏi|hoi|với|nhờ|tư vấn|giúp|giup|là|la)\b"
    r"[\s,.:!]*)+(?=\S)",
    re.IGNORECASE,
)
_GREETS = re.compile(
    r"\b(?:dạ|chào|chao|hello|hi|alo|luật sư|luat su|ad|admin|ơi|hỏi|hoi|nhờ)\b", re.IGNORECASE
)
_THANKS = re.compile(
    r"[\s,.;!]*(?:(?:em|tôi|mình|xin|chân thành|rất)\s+){0,6}"
    r"(?:cảm ơn|cám ơn|cam on|thanks?)\b[^?]*$",
    re.IGNORECASE,
)
_MARKED = re.compile(r"\[[^\]]{2,20}\]")
_CLAUSE = re.compile(r"(?<=[,.;!?\n])\s*")


def phrasings(asked: Iterable[str]) -> list[str]:
    """The worker's own ways of asking, without greetings and without what was masked."""
    found: dict[str, str] = {}
    for text in asked:
        way = _phrasing(text)
        key = fold(" ".join(words(way)))
        if len(key.split()) >= _LEAST_WORDS:
            found.setdefault(key, way)
    return list(found.values())[:MOST_PHRASINGS]


def _phrasing(text: str) -> str:
    text = _without_marks(clean(text)[:_READ])
    text = " ".join(text.split())
    text = _THANKS.sub("", text)
    return _shortened(_ungreeted(text), PHRASING_LENGTH).strip(" ,;:")


def _ungreeted(text: str) -> str:
    """ "Dạ chào luật sư, ..." without that; "Em bị nợ lương" greets nobody."""
    greeting = _GREETING.match(text)
    if greeting is None or not _GREETS.search(greeting[0]):
        return text
    rest = text[greeting.end() :]
    return rest if len(rest.split()) >= _LEAST_WORDS else text


def _without_marks(text: str) -> str:
    """Clauses that tell who somebody is are no part of a question."""
    text = _drop_names(text)
    return "".join(
        f"{clause} " for clause in _CLAUSE.split(text) if clause and not _MARKED.search(clause)
    )


_FIRM = re.compile(r"(?<=\w) +\[tên công ty\]")
_PERSON = re.compile(
    r"\b(anh|chị|ông|bà|cô|chú|bác|sếp|chủ|giám đốc|quản đốc|tổ trưởng|trưởng phòng) \[tên người\]",
    re.IGNORECASE,
)


def _drop_names(text: str) -> str:
    """ "công ty [tên công ty] nợ lương" reads well without the name."""
    return _PERSON.sub(r"\1", _FIRM.sub("", text))


def _as_question(way: str) -> str:
    sentences = re.split(r"(?<=[?.!])\s+", way)
    asking = next((one for one in sentences if "?" in one), sentences[0])
    asking = asking.strip(" .!?,;")
    return f"{asking[:1].upper()}{asking[1:]}?" if asking else ""


def _shortened(text: str, length: int) -> str:
    """Cut at the end of a word."""
    if len(text) <= length:
        return text
    return text[: length + 1].rsplit(" ", 1)[0][:length].rstrip(" ,;:.")


def _likely_topic(question: str, library: Library) -> str:
    matches = library.search(question, 1) if question else []
    return library.entries[matches[0].entry_id].topic if matches else ""


def free_id(question: str, taken: Collection[str]) -> str:
    """A name for the entry that no other has: "cong-ty-no-luong-thi-lam-sao"."""
    said = [fold(word) for word in words(question)[:_SLUG_WORDS]]
    plain = "-".join(filter(None, (re.sub(r"[^a-z0-9]+", "", word) for word in said)))[:70]
    base = plain.strip("-") or "cau-tra-loi"
    numbered = (f"{base}-{number}" for number in range(2, 10_000))
    return base if base not in taken else next(one for one in numbered if one not in taken)


def recognised(text: str, library: Library, day: dt.date) -> list[Citation]:
    """The articles a text names, of laws that are in force."""
    found = [one.citation for one in Names(library.instruments, day).spot(text)]
    return [one for one in found if one and library.instruments[one.law_id].in_force(day)]


def _since(citations: Sequence[Citation], library: Library, today: dt.date) -> dt.date:
    """The answer cannot be older than the newest law it rests on."""
    days = [library.instruments[one.law_id].effective_from for one in citations]
    return max(days, default=today)


# -- making an entry of it -------------------------------------------------------------------------


class Unfinished(ValueError):
    """What is still wrong, field by field: (field, pydantic's code, its context)."""

    def __init__(self, wrong: Sequence[tuple[str, str, Mapping[str, Any]]]) -> None:
        super().__init__("the sketch is no entry yet")
        self.wrong = wrong


def entry_of(sketch: Sketch) -> Entry:
    """Raises `Unfinished`."""
    given = sketch.model_dump(exclude={"voice", "valid_to", "lawyer_only"})
    optional = {
        name: getattr(sketch, name) or None for name in ("voice", "valid_to", "lawyer_only")
    }
    try:
        return Entry.model_validate(given | optional)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        raise Unfinished(
            [(_field(one["loc"]), one["type"], one.get("ctx", {})) for one in faults]
        ) from None


def _field(place: Sequence[int | str]) -> str:
    return str(place[0]) if place else ""


def extended(entry: Entry, ways: Iterable[str]) -> Entry:
    """The entry with more ways of asking; those it knows are not added twice."""
    known = {fold(" ".join(words(one))) for one in entry.phrasings}
    more = [one for one in ways if fold(" ".join(words(one))) not in known]
    return entry.model_copy(update={"phrasings": (*entry.phrasings, *more)})


def faults(entry: Entry, library: Library, law: Law, today: dt.date) -> list[str]:
    """What `hotline kb validate` would say of the entry among those of the library."""
    base = Base(
        topics=library.topics,
        instruments=library.instruments,
        parameters=library.parameters,
        entries=library.entries,
        shorthand=Shorthand({}),
        synonyms={},
    )
    told = checking.check_entry(base, law, entry, today)
    if entry.topic not in library.topics:
        told.insert(0, f"unknown topic {entry.topic!r}")
    return told
