"""Cuts what is to be said into pieces that a carrier's synthetic voice takes. (pure)"""

import re
from urllib.parse import quote

_LONGEST = 600  # characters; a voice's limits count tags and encodings, too
_LONGEST_ENCODED = 4400  # as in an address: Twilio's limit is 4,500, tags included
_MOST = 15_000  # bytes of one document: a quarter of an hour, longer than anybody listens

_UNSPEAKABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # not in XML
_ENDS = (r"(?<=[.?!:;…])\s+", r"(?<=,)\s+", r"\s+")


def pieces(texts: tuple[str, ...], slow: bool = False) -> list[str]:
    """Each text as one piece, or as few as the limits allow; one sentence a piece if `slow`."""
    found: list[str] = []
    room = _MOST
    for text in texts:
        for piece in _cut(clean(text), slow):
            room -= len(piece.encode())
            if room < 0:
                return found
            found.append(piece)
    return found


def clean(text: str) -> str:
    return re.sub(r"\s+", " ", _UNSPEAKABLE.sub(" ", text)).strip()


def _cut(text: str, slow: bool) -> list[str]:
    if not text:
        return []
    if slow:
        return [piece for one in re.split(_ENDS[0], text) for piece in _fitting(one)]
    return _fitting(text)


def _fits(text: str) -> bool:
    return len(text) < _LONGEST and len(quote(text)) < _LONGEST_ENCODED


def _fitting(text: str, ends: tuple[str, ...] = _ENDS) -> list[str]:
    """Filled up sentence by sentence; what is too long by itself at commas, then at words."""
    if _fits(text):
        return [text]
    if not ends:
        middle = len(text) // 2
        return [*_fitting(text[:middle], ()), *_fitting(text[middle:], ())]
    found = [""]
    for part in re.split(ends[0], text):
        longer = f"{found[-1]} {part}".strip()
        if _fits(longer):
            found[-1] = longer
        else:
            found += _fitting(part, ends[1:])
    return [piece for piece in found if piece]
