"""How many questions a message holds, and whether one leans on the last. (pure)"""

import re

from knowledge_base.text import clean, fold

_MOST = 3  # questions of one message that are treated apart
_SHORTEST = 3  # words of a question
_FOLLOW_UP_LENGTH = 14  # words

# Where one question ends and another begins, folded.
_ANOTHER = re.compile(
    r"(?<=\?)|\n+|(?:^|(?<=[\s.;,]))(?:\d[.)]|cau \d:?|y \d:?)\s"
    r"|[.;,]?\s(?=(?:va )?(?:ngoai ra|voi lai|them nua|con nua|cho (?:em |toi |minh )?hoi them"
    r"|em hoi them|hoi them|van de thu hai|thu hai la|dong thoi cho)\b)"
)
_ASKS = re.compile(r"\b(bao nhieu|bao lau|may|sao|the nao|gi|o dau|co duoc|dc ko|duoc khong)\b")
_LEANING = re.compile(
    r"^(?:(?:da|vang|u|uh|ok|oke|vay|the|the thi|vay thi|thi|vay la|the la|nhung|ma)[ ,]+)*"
    r"(?:(?:con|the con|vay con|neu|the neu|vay neu|neu nhu|truong hop|doi voi|voi)\s+)"
)
_THEN_WHAT = re.compile(
    r"[ ,]*(?:thi sao|thi the nao|the nao|thi tinh sao|sao|thi)?"
    r"(?: (?:a|ah|vay|ha|nhi|ban|ad))*[ ?!.]*$"
)


def questions_in(text: str) -> list[str]:
    """The questions of one message, at most three; one where it can't be told apart."""
    line = clean(text)
    folded = fold(line).lower()
    if len(folded) != len(line):  # a letter that folds to two; the places would not agree
        return [line]
    cuts = [match.span() for match in _ANOTHER.finditer(folded)]
    begins, ends = [0, *(end for _, end in cuts)], [*(begin for begin, _ in cuts), len(line)]
    parts = [line[begin:end].strip(" \n.;,") for begin, end in zip(begins, ends, strict=True)]
    asked = [part for part in parts if len(part.split()) >= _SHORTEST]
    if len(asked) == 1 and "," in line:
        asked = _by_commas(line)
    return asked if 1 < len(asked) <= _MOST else [line]


def _by_commas(line: str) -> list[str]:
    """Parts between commas, if each of them asks something."""
    parts = [part.strip() for part in line.split(",")]
    each_asks = all(_ASKS.search(fold(part).lower()) for part in parts)
    return parts if each_asks and min(len(part.split()) for part in parts) > _SHORTEST else [line]


def follow_up(text: str) -> str | None:
    """What is new in a question that leans on the last: "thế còn thử việc?" -> "thử việc"."""
    line = clean(text)
    folded = fold(line).lower()
    leaning = _LEANING.match(folded)
    if leaning is None or len(line.split()) > _FOLLOW_UP_LENGTH or len(folded) != len(line):
        return None
    end = _THEN_WHAT.search(folded)
    new = line[leaning.end() : end.start() if end else None].strip(" ,.?!")
    return new or None
