"""Numbers, sums and spans of time as workers type them, marks or none, digits or words. (pure)"""

import re

from knowledge_base.text import fold

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[a-z]+")
_GROUPED = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")
_LONGEST = 15  # digits

_DIGITS = {
    "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "lam": 5, "sau": 6, "bay": 7,
    "tam": 8, "chin": 9,
}  # fmt: skip
_SCALES = {"muoi": 10, "chuc": 10, "tram": 100}
_LINKS = ("linh", "le")
# Alone, "nam" is five or year, "tu" four or from, "lam" five or work, "sau" six or after.
_AMBIGUOUS = frozenset(("nam", "tu", "lam", "sau"))
_COUNTED = frozenset(
    "nam thang tuan ngay gio tieng nguoi lan con trieu tr nghin ngan ty ti dong".split()
)


def tokens(text: str) -> list[str]:
    """Words and numbers without marks; spelled numbers below a thousand become digits."""
    typed = _TOKEN.findall(fold(text.lower()))
    out: list[str] = []
    while typed:
        run = _run(typed)
        out.append(str(_value(run)) if run else typed[0])
        typed = typed[len(run) or 1 :]
    return out


def _run(typed: list[str]) -> list[str]:
    """The words at the beginning that spell one number; none where they may mean something else."""
    run: list[str] = []
    for word in typed:
        digit = word in _DIGITS or (word.isdigit() and not run)
        if digit and run and (run[-1] in _DIGITS or run[-1].isdigit()):
            break  # "hai năm": two years, not twenty-five
        if word == "nam" and run and run[-1] in ("muoi", "chuc"):
            break  # "mười năm": ten years; fifteen is "mười lăm"
        if not digit and word not in _SCALES and not (run and word in _LINKS):
            break
        run.append(word)
    while run and run[-1] in _LINKS:
        run.pop()
    following = typed[len(run)] if len(run) < len(typed) else ""
    if len(run) == 1 and (run[0].isdigit() or _doubtful(run[0], following)):
        return []
    return run


def _doubtful(word: str, following: str) -> bool:
    return word == "tram" or (word in _AMBIGUOUS and (word == "tu" or following not in _COUNTED))


def _value(run: list[str]) -> int:
    total, pending = 0, 0
    for word in run:
        if word in _SCALES:
            total += (pending or 1) * _SCALES[word]
            pending = 0
        elif word not in _LINKS:
            pending = _DIGITS.get(word) or int(word)
    return total + pending


def _is_number(token: str) -> bool:
    return token[0].isdigit()


def _decimal(token: str) -> float:
    """ "8,5" and "8.5" are eight and a half; "8.500" is eight thousand five hundred."""
    if _GROUPED.fullmatch(token):
        return float(re.sub(r"[.,]", "", token))
    return float(token.replace(",", ".")) if token.count(".") + token.count(",") < 2 else 0.0


# -- whole numbers ---------------------------------------------------------------------------------


def whole(text: str) -> int | None:
    """The only number in the text, if it is a whole one: "8h", "khoảng 10 người", "hai mươi"."""
    said = tokens(text)
    if len(said) == 1 and said[0] in _DIGITS:
        return _DIGITS[said[0]]
    numbers = [_decimal(token) for token in said if _is_number(token) and len(token) <= _LONGEST]
    if _UNITS.keys() & set(said):
        return None  # "8tr" is a sum
    if len(numbers) != 1 or not numbers[0].is_integer() or "ruoi" in said:
        return None
    return int(-numbers[0] if re.search(r"(?<![\w)])-\s?\d", text) else numbers[0])


# -- spans of time ---------------------------------------------------------------------------------

_YEAR, _MONTH = ("nam", "n", "y"), ("thang", "th", "t")


def months(text: str) -> int | None:
    """ "2 năm 3 tháng" -> 27, "năm rưỡi" -> 18; odd days are left out.

    A bare number is unclear, except nought.
    """
    total, found = 0.0, False
    said = tokens(text)
    if said == ["0"]:
        return 0
    for before, token, after in zip(["", *said], said, [*said[1:], ""], strict=False):
        unit = 12 if token in _YEAR else 1 if token in _MONTH else 0
        count = _count(before, after)
        if unit and count is not None:
            total, found = total + (count + (after == "ruoi") / 2) * unit, True
        elif _is_number(before or "-") and token in ("ngay", "tuan"):
            found = True
    return int(total + 1e-9) if found and total < 1200 else None


def _count(before: str, after: str) -> float | None:
    """How many of what follows: "2", "nửa", or one where "rưỡi" comes after."""
    if before and _is_number(before):
        return _decimal(before)
    if before in ("nua", "nuar"):
        return 0.5
    return 1.0 if after == "ruoi" else None


# -- money -----------------------------------------------------------------------------------------

_BILLION, _MILLION, _THOUSAND = 10**9, 10**6, 10**3
_UNITS = {
    "ty": _BILLION, "ti": _BILLION, "trieu": _MILLION, "tr": _MILLION, "cu": _MILLION,
    "m": _MILLION, "nghin": _THOUSAND, "ngan": _THOUSAND, "k": _THOUSAND,
}  # fmt: skip
_TAIL = re.compile(r"\b(\d+)\s?(trieu|tr|cu|m|ty|ti)(\d{1,3})(?!\d|\s?(?:k|nghin|ngan)\b)")
_CURRENCY = frozenset(("d", "dong", "vnd", "vn"))
_SMALLEST, _MOST_MILLIONS = 10_000, 100


def money(text: str) -> int | None:
    """Đồng: "8tr5", "8,5 triệu", "8 triệu rưỡi", "500k", "8.500.000đ"; "8" alone is millions."""
    said = tokens(_TAIL.sub(_as_decimal, fold(text.lower())))
    if len(said) >= 2 and said[-1] in _DIGITS and said[-2] in _UNITS:
        said[-1] = str(_DIGITS[said[-1]])  # "tám triệu năm"
    if not any(token in _UNITS for token in said):
        return _bare(said)
    return _summed(said)


def _as_decimal(found: re.Match[str]) -> str:
    """ "8tr5" and "8tr500" -> "8.5tr"."""
    return f"{found[1]}.{found[3].rstrip('0') or '0'}{found[2]}"


def _summed(said: list[str]) -> int | None:
    total, unit, number = 0.0, 0, None
    for word, after in zip(said, [*said[1:], ""], strict=True):
        if _is_number(word):
            number = word
            if unit and not (after and after not in _CURRENCY):  # "8tr5", "8 triệu 250"
                total += _decimal(word) * unit / 10 ** len(word)
        elif word in _UNITS:
            if unit and _UNITS[word] >= unit:
                return None  # two sums
            if number is None and after != "ruoi":
                return None
            unit = _UNITS[word]
            total += _decimal(number or "1") * unit
            number = None
        elif word == "ruoi" and unit:
            total += unit / 2
        else:
            number = None
    return round(total)


def _bare(said: list[str]) -> int | None:
    """A number without a unit. Between a hundred and ten thousand nobody can tell what it is."""
    numbers = [
        token
        for token, after in zip(said, [*said[1:], ""], strict=True)
        if _is_number(token) and (not after or after in _CURRENCY or after not in _COUNTED)
    ]
    if len(numbers) != 1 or len(numbers[0]) > _LONGEST + 4:
        return None
    value = _decimal(numbers[0])
    if 0 < value <= _MOST_MILLIONS and not _CURRENCY & set(said):
        return round(value * _MILLION)
    return round(value) if value >= _SMALLEST or value == 0 else None
