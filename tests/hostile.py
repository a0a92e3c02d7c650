"""Bodies nobody can use, made from real ones: wrong types, flipped bytes and scars."""

import copy
import json
import random
from collections.abc import Iterator, Sequence
from typing import Any

SEED = 20261122


def corpus(
    real: Sequence[dict[str, Any]], wronged: Sequence[dict[str, Any]], size: int
) -> Iterator[bytes]:
    """The same `size` bodies each time; each value of `wronged` is in turn of each wrong type."""
    chance = random.Random(SEED)
    made = 0
    for body in _wrong_types(wronged):
        yield body
        made += 1
    while made < size:
        yield scarred(as_json(chance.choice(real)), chance)
        made += 1


def scarred(body: bytes, chance: random.Random) -> bytes:
    return chance.choice((_flipped, _cut, _spliced, _repeated, _stuffed))(body, chance)


WRONG = (
    None,
    True,
    -1,
    2**63,
    2**200,
    1.5,
    1e300,
    "",
    "x",
    "\0",
    "\ud800",
    [],
    [[]],
    {},
    {"id": 1},
)


def _wrong_types(real: Sequence[dict[str, Any]]) -> Iterator[bytes]:
    for update in real:
        for path in _paths(update):
            for value in WRONG:
                yield changed(update, path, value)


def _paths(value: Any, above: str = "") -> Iterator[str]:
    if isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        for key, below in inner:
            path = f"{above}.{key}" if above else str(key)
            yield path
            yield from _paths(below, path)


def _flipped(body: bytes, chance: random.Random) -> bytes:
    bent = bytearray(body)
    for _ in range(chance.randint(1, 4)):
        bent[chance.randrange(len(bent))] = chance.randrange(256)
    return bytes(bent)


def _cut(body: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(body))
    return body[:start] + body[start + chance.randint(1, 30) :]


def _spliced(body: bytes, chance: random.Random) -> bytes:
    scars = (b"\0", b"\\u0000", b"\\ud800", b"1e400", b"NaN", b"9" * 5000, b"[" * 2000, b'"', b"{}")
    place = chance.randrange(len(body))
    return body[:place] + chance.choice(scars) + body[place:]


def _repeated(body: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(body))
    part = body[start : start + chance.randint(1, 60)]
    return body[:start] + part * chance.randint(2, 40) + body[start:]


def _stuffed(body: bytes, chance: random.Random) -> bytes:
    return body.decode().encode(chance.choice(["utf-16", "utf-16-le", "utf-32", "utf-8-sig"]))


def as_json(update: Any) -> bytes:
    """As providers write it, escapes and all; half pairs survive only so."""
    return json.dumps(update).encode()


def changed(update: dict[str, Any], path: str, value: Any) -> bytes:
    """The update with another value at `path`, as "message.chat.id"."""
    other = copy.deepcopy(update)
    *above, last = path.split(".")
    place: Any = other
    for key in above:
        place = place[int(key)] if isinstance(place, list) else place[key]
    place[int(last) if isinstance(place, list) else last] = value
    return as_json(other)
