"""Reads what a worker typed, or keyed, as the answer to one step of a guide. (pure)

Marks, shorthand and order are his own; whatever cannot be read is said so, never guessed.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto

from bot.days import date, is_rough
from bot.quantities import money, months, whole
from bot.triage.wording import read
from knowledge_base.calculators.guide import Kind, Option, Step, Value
from knowledge_base.calculators.wards import find_ward
from knowledge_base.text import clean, fold


class Aside(Enum):
    """What may be said at any step instead of an answer."""

    UNSURE = auto()
    LEAVE = auto()
    BACK = auto()


class Unreadable(ValueError):
    """This text is no answer to the step."""


class OutOfBounds(Unreadable):
    """It was read, but lies outside what the step takes."""


class Rough(Unreadable):
    """A time was said, but no day."""


def aside(text: str) -> Aside | None:
    """ "ko biết", "thôi", "quay lại"; only where nothing else is said."""
    said = " ".join(_telling(text))
    return next((kind for kind, ways in _ASIDES.items() if said in ways), None)


def is_question(text: str) -> bool:
    """A long text that asks, or tells a story: no answer to one step."""
    said = f" {' '.join(_words(text))} "
    length = len(said.split())
    asks = "?" in text or any(f" {words} " in said for words in _ASKING)
    return length > _STORY_LENGTH or (length >= _QUESTION_LENGTH and asks)


def heard(step: Step, text: str, today: dt.date) -> Value:
    """The value of a typed answer."""
    value = _READERS[step.kind](step, clean(text), today)
    if value is None and step.kind in _COUNTS and " ".join(_telling(text)) in _NOTHING:
        value = 0
    if value is None:
        raise Rough if step.kind is Kind.DATE and is_rough(clean(text)) else Unreadable
    return _within(step, value, today)


def keyed(step: Step, digits: str, today: dt.date) -> Value:
    """The value of digits keyed on a telephone: options by number, days as ddmmyyyy."""
    if not (digits.isascii() and digits.isdigit()) or step.kind is Kind.PLACE:
        raise Unreadable
    if step.kind is Kind.CHOICE:
        return _by_number(step.options, int(digits))
    if step.kind is Kind.DATE:
        return _within(step, _keyed_date(digits), today)
    return _within(step, int(digits), today)


_KEYED_DATE = 8  # ddmmyyyy


def _keyed_date(digits: str) -> dt.date:
    if len(digits) != _KEYED_DATE:
        raise Unreadable
    try:
        return dt.datetime.strptime(digits, "%d%m%Y").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise Unreadable from None


def _within(step: Step, value: Value, today: dt.date) -> Value:
    place = (value - today).days if isinstance(value, dt.date) else value
    if isinstance(place, int):
        below = step.low is not None and place < step.low
        if below or (step.high is not None and place > step.high):
            raise OutOfBounds
    return value


# -- choices ---------------------------------------------------------------------------------------


def _by_number(options: Sequence[Option], number: int) -> str:
    if not 1 <= number <= len(options):
        raise Unreadable
    return options[number - 1].value


def _choice(step: Step, text: str, today: dt.date) -> str | None:
    said = _telling(text)
    if len(said) == 1 and said[0].isdigit() and int(said[0][:9]) <= len(step.options):
        return _by_number(step.options, int(said[0]))
    labels = {option.value: _telling(option.label) for option in step.options}
    plain = " ".join(said)
    for value, label in labels.items():
        if plain == " ".join(label):
            return value
    if set(said) <= _YES | _NO:
        return _yes_or_no(said, labels)
    return _said_otherwise(said, step.options) or _only_one_meant(said, labels)


def _yes_or_no(said: Sequence[str], labels: Mapping[str, Sequence[str]]) -> str | None:
    """ "rồi", "chưa có" where one label opens with yes and one with no; "không" for none of all.

    Elsewhere such a word says nothing, whichever label holds it.
    """
    opens = {value: label[0] for value, label in labels.items() if label}
    yes = [value for value, word in opens.items() if word in _OPENS_YES]
    no = [value for value, word in opens.items() if word in _OPENS_NO]
    none = [value for value in no if tuple(labels[value][:2]) in _NONE_OF_THESE]
    if said and said[0] in _NO:
        meant = no if len(yes) == len(no) == 1 else none
    else:
        meant = yes if len(yes) == len(no) == 1 and not _NO & set(said) else []
    return meant[0] if len(meant) == 1 else None


def _said_otherwise(said: Sequence[str], options: Sequence[Option]) -> str | None:
    """The option with the longest other wording beside which nothing telling is said."""
    heard_as = [
        (len(way), option.value)
        for option in options
        for way in (set(_words(words)) - _POLITE for words in option.also)
        if way <= set(said) and set(said) - way <= _LIGHT
    ]
    longest = max(heard_as, default=(0, ""))[0]
    meant = {value for length, value in heard_as if length == longest}
    return meant.pop() if len(meant) == 1 else None


def _only_one_meant(said: Sequence[str], labels: Mapping[str, Sequence[str]]) -> str | None:
    """The one label that holds the telling words of what was said."""
    common = set.intersection(*map(set, labels.values())) if len(labels) > 1 else set()
    telling = {word for word in said if word not in common and word not in _FILLERS}
    held = {value: len(telling & set(label)) for value, label in labels.items()}
    best = max(held.values(), default=0)
    meant = [value for value, count in held.items() if count == best]
    if len(meant) != 1 or best * 2 <= len(telling):
        return None
    turned_round = _NO & set(said) - set(labels[meant[0]])  # "không phải nghỉ bình thường"
    return None if turned_round else meant[0]


# -- the other kinds -------------------------------------------------------------------------------


def _words(text: str) -> list[str]:
    """Without marks, abbreviations spelled out."""
    return read(fold(clean(text))).words


def _telling(text: str) -> list[str]:
    """What is said beside forms of address and courtesy."""
    return [word for word in _words(text) if word not in _POLITE]


_READERS: dict[Kind, Callable[[Step, str, dt.date], Value | None]] = {
    Kind.CHOICE: _choice,
    Kind.DATE: lambda _, text, today: date(text, today),
    Kind.MONTHS: lambda _, text, __: months(text),
    Kind.NUMBER: lambda _, text, __: whole(text),
    Kind.MONEY: lambda _, text, __: money(text),
    Kind.PLACE: lambda _, text, __: ward.name if (ward := find_ward(text)) else None,
}


def _ways(lines: str) -> frozenset[str]:
    return frozenset(" ".join(_telling(way)) for way in lines.split(","))


_POLITE = frozenset("da a em anh chi ah nhe nha oi voi minh toi day vay ha".split())
_FILLERS = frozenset("la thi bi co dang cua cho theo va hoac o tai tu den roi".split())
_LIGHT = _FILLERS | frozenset("con be chau duoc hon hop dong ky viec lam them".split())
_YES = frozenset("co roi dung vang u uh ok phai da".split())
_NO = frozenset("khong chua".split())
_OPENS_YES, _OPENS_NO = frozenset(("co", "roi", "con")), _NO | {"dut"}  # "Còn", "Đã dứt"
_NONE_OF_THESE = (("khong",), ("khong", "co"))
_NOTHING = ("khong", "khong co", "chua", "chua co", "khong gi", "chua tra", "khong thang nao")
_COUNTS = (Kind.NUMBER, Kind.MONTHS, Kind.MONEY)
_QUESTION_LENGTH, _STORY_LENGTH = 5, 15  # words
_ASKING = _ways(
    "thế nào,làm sao,bao nhiêu,bao lâu,được không,phải không,có được,tại sao,vì sao,ở đâu,khi nào,"
    "như nào,làm gì,đúng không,gì không,sao không,có phải"
)
_ASIDES = {
    Aside.UNSURE: _ways(
        "không biết,không rõ,không nhớ,chịu,không chắc,chưa biết,chưa rõ,không biết nữa,bỏ qua,"
        "không nhớ rõ,không nhớ nữa,quên rồi,chả biết,không biết chính xác,không có giấy tờ"
    ),
    Aside.LEAVE: _ways(
        "thôi,thoát,dừng lại,dừng,thôi không tính nữa,không tính nữa,thôi không cần,hủy,stop,exit,"
        "thôi khỏi,khỏi tính,ngừng,thôi dừng,không cần nữa,thôi khỏi tính,không muốn tính nữa"
    ),
    Aside.BACK: _ways("quay lại,sai rồi,nhầm,nhầm rồi,gõ nhầm,lùi lại,bước trước,sửa lại"),
}
