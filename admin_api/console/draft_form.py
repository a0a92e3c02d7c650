"""Reads the form of a draft back into a sketch; nothing that was typed is refused here. (pure)"""

import re
from collections.abc import Mapping, Sequence

from knowledge_base.content import Citation
from knowledge_base.drafting import Sketch
from knowledge_base.text import clean

_DAY = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_LONGEST = 20_000  # characters of one field: more is no draft
_MOST = 60  # citations, related entries
_MOST_PHRASINGS = 200


def sketch(form: Mapping[str, str], cited: Sequence[str]) -> Sketch:
    def text(name: str) -> str:
        return clean(form.get(name, ""))[:_LONGEST]

    return Sketch(
        id=text("id").lower(),
        topic=text("topic"),
        question=" ".join(text("question").split()),
        label=" ".join(text("label").split()),
        phrasings=_lines(form.get("phrasings", "")[:_LONGEST])[:_MOST_PHRASINGS],
        answer=text("answer"),
        voice=text("voice"),
        citations=citations(cited),
        valid_from=_day(text("valid_from")),
        valid_to=_day(text("valid_to")),
        checked_on=_day(text("checked_on")),
        related=re.split(r"[\s,;]+", text("related"))[:_MOST] if text("related") else [],
        urgent="urgent" in form,
        lawyer_only=text("lawyer_only"),
    )


def _lines(text: str) -> list[str]:
    return list(dict.fromkeys(filter(None, (clean(line) for line in text.split("\n")))))


def citations(values: Sequence[str]) -> list[Citation]:
    """ "45/2019/QH14|97|4|" as the checkboxes carry it; what is none is left out."""
    found: dict[str, Citation] = {}
    for value in values[:_MOST]:
        parts = clean(value).split("|")
        if len(parts) == 4 and parts[0] and parts[1] and len(value) < 100:
            found[value] = Citation(
                law_id=parts[0],
                article_id=parts[1],
                clause=parts[2] or None,
                point=parts[3] or None,
            )
    return list(found.values())


def _day(typed: str) -> str:
    """ "3/7/2026" as "2026-07-03"; what is no date stays as typed, to be mended."""
    found = _DAY.fullmatch(typed)
    return f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}" if found else typed[:20]
