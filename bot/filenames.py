"""Names of files as they may be shown and offered for saving. (pure)"""

import re
import unicodedata
from collections.abc import Sequence

_MAX_NAME = 120
_PATH = re.compile(r"[/\\]")
_FORBIDDEN = re.compile(r'[<>:"|?*\[\]{}]')


def clean(name: str) -> str:
    """A name that is only a name: no path, nothing unseen, nothing that turns the reading round."""
    last = _PATH.split(unicodedata.normalize("NFC", name))[-1]
    seen = "".join(one if _is_seen(one) else " " for one in last)
    plain = " ".join(_FORBIDDEN.sub(" ", seen).split()).strip(". ")
    if len(plain) <= _MAX_NAME:
        return plain
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > 10:
        return plain[:_MAX_NAME].rstrip()
    return f"{stem[: _MAX_NAME - len(ending) - 1].rstrip()}.{ending}"


def _is_seen(one: str) -> bool:
    """Control, direction and private characters, lone halves of pairs and line ends are not."""
    return unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def ending_in(name: str, endings: Sequence[str]) -> str:
    """The name with one of these endings, the first where it has none of them."""
    if name.lower().endswith(tuple(endings)):
        return name
    return f"{name[: _MAX_NAME - len(endings[0])].rstrip('. ')}{endings[0]}"
