"""Which numbers may be rung: geographic and mobile numbers of Vietnam, nothing else. (pure)"""

import re

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

_SPELLED = re.compile(r"[+(]?[0-9][0-9 .()-]{6,22}")
_BEGINNINGS = (("+84", "+84"), ("0084", "+84"), ("84", "+84"), ("0", "+84"))
_KINDS = (
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
)


def dialable(number: str) -> str | None:
    """The number as +84…, from any usual spelling; None for what must never be rung.

    Services (1900, 1800), short numbers and foreign countries cost money or ring nobody of ours.
    """
    number = number.strip()
    if not _SPELLED.fullmatch(number):
        return None
    international = _international(re.sub(r"[^+0-9]", "", number))
    if international is None:
        return None
    try:
        parsed = phonenumbers.parse(international)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.number_type(parsed) not in _KINDS:
        return None
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


def _international(digits: str) -> str | None:
    for beginning, country in _BEGINNINGS:
        if digits.startswith(beginning):
            return country + digits.removeprefix(beginning)
    return None
