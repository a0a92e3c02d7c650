"""Only Vietnam's geographic and mobile numbers are rung, however they are spelled."""

import random

import phonenumbers
import pytest

from bot.telephone.numbers import dialable

MOBILE, FIXED = "+84912345678", "+842253123456"


@pytest.mark.parametrize(
    ("spelled", "number"),
    [
        ("0912345678", MOBILE),
        ("0912 345 678", MOBILE),
        ("0912.345.678", MOBILE),
        ("0912-345-678", MOBILE),
        (" 0912345678 ", MOBILE),
        ("+84912345678", MOBILE),
        ("+84 912 345 678", MOBILE),
        ("+84(0)912345678", MOBILE),
        ("84912345678", MOBILE),
        ("0084912345678", MOBILE),
        ("0084 912.345.678", MOBILE),
        ("02253123456", FIXED),
        ("(0225) 3123456", FIXED),
        ("(0225) 3.123.456", FIXED),
        ("+842253123456", FIXED),
        ("842253123456", FIXED),
        ("0243 8250 000", "+842438250000"),
    ],
)
def test_usual_spellings(spelled: str, number: str) -> None:
    assert dialable(spelled) == number
    assert dialable(number) == number


@pytest.mark.parametrize(
    "number",
    [
        "",
        "113",
        "115",
        "0113",
        "+84113",
        "18001567",
        "1800 599 920",
        "+841800599920",
        "19001567",
        "1900 1567",
        "+8419001567",
        "0019001567",
        "912345678",  # no beginning: nobody's
        "09123456",
        "091234567890",
        "01234567890",  # mobiles of eleven digits ended in 2018
        "+14155550100",
        "0014155550100",
        "+861012345678",
        "+882161234567",  # satellite
        "+88213123456",
        "++84912345678",
        "+84912345678;ext=5",
        "0912345678x5",
        "0912345678,,1",
        "0912345678#",
        "tel:+84912345678",
        "sip:0912345678@x.vn",
        "0912\n345678",
        "0912\u00a0345678",
        "٠٩١٢٣٤٥٦٧٨",
        "０９１２３４５６７８",
        "0912³45678",
        "không chín một hai",
        "+84",
        "0" * 100,
    ],
)
def test_never_rung(number: str) -> None:
    assert dialable(number) is None


def test_whatever_is_rung_is_a_valid_number_of_vietnam() -> None:
    chance = random.Random(20261122)
    beginnings = ("0", "+84", "84", "0084", "+", "00", "1900", "1800", "+8419", "02", "09", "+1")
    rung = 0
    for _ in range(5000):
        tail = "".join(chance.choices("0123456789 .-", k=chance.randint(2, 11)))
        number = dialable(chance.choice(beginnings) + tail)
        if number is not None:
            rung += 1
            assert number.startswith("+84")
            assert phonenumbers.is_valid_number(phonenumbers.parse(number))
            assert not number.startswith(("+841800", "+841900"))
    assert rung > 100
