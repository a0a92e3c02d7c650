"""Keys that are said: what counts as one, and where words stay words."""

import pytest

from bot.telephone.line import Place
from bot.telephone.spoken_keys import asks_again, spoken_key


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("một", "1"),
        ("1", "1"),
        ("Một.", "1"),
        ("số hai", "2"),
        ("bấm phím ba", "3"),
        ("dạ em chọn câu thứ tư", "4"),
        ("câu đầu tiên", "1"),
        ("cái thứ nhì", "2"),
        ("phím không", "0"),
        ("số 0", "0"),
        ("bấm sao", "*"),
        ("phím thăng", "#"),
        ("không", ""),  # it says no
        ("một tháng", ""),
        ("số năm bảo hiểm", ""),
        ("bấm", ""),
        ("10", ""),
        ("", ""),
        ("công ty nợ lương hai tháng", ""),
    ],
)
@pytest.mark.parametrize("place", [Place.ASK, Place.ANSWERED, Place.GUIDE])
def test_a_number_alone_is_a_key(said: str, key: str, place: Place) -> None:
    assert spoken_key(said, place) == key


@pytest.mark.parametrize("said", ["không", "không phải", "Không đúng câu nào."])
def test_no_to_all_that_is_offered_goes_back(said: str) -> None:
    assert spoken_key(said, Place.OFFERED) == "*"
    assert spoken_key(said, Place.ANSWERED) == ""


def test_again_and_slower_only_where_there_is_something_to_say_again() -> None:
    assert spoken_key("Nghe lại", Place.ANSWERED) == spoken_key("nhắc lại", Place.STATUS) == "1"
    assert spoken_key("chậm thôi", Place.ANSWERED) == "2"
    assert spoken_key("chậm thôi", Place.STATUS) == spoken_key("nghe lại", Place.ASK) == ""
    assert asks_again("Nói lại đi!")
    assert not asks_again("nói lại với công ty")
