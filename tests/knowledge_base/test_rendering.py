"""The words a worker reads on a given day."""

import datetime as dt

import pytest

from knowledge_base.content import Citation, Instrument, Parameter
from knowledge_base.rendering import (
    UnknownParameter,
    amount,
    basis,
    cite,
    fill,
    parameters_in,
    render,
    say,
    span,
    speak,
    spoken_amount,
    spoken_span,
)
from tests.knowledge_base.conftest import DAY, entry

CITED = {"law_id": "161/2026/NĐ-CP", "article_id": "3"}
PARAMETERS = {
    "luong_co_so": Parameter.model_validate(
        {
            "label": "Lương cơ sở",
            "unit": "đ",
            "periods": [
                {
                    "value": 2340000,
                    "valid_from": "2024-07-01",
                    "valid_to": "2026-06-30",
                    "citation": CITED,
                },
                {"value": 2530000, "valid_from": "2026-07-01", "citation": CITED},
            ],
        }
    ),
    "phat": Parameter.model_validate(
        {
            "label": "Phạt",
            "unit": "đ",
            "periods": [
                {"low": 2500000, "high": 20000000, "valid_from": "2026-09-10", "citation": CITED}
            ],
        }
    ),
}
LAWS = {
    "45/2019/QH14": Instrument(
        law_id="45/2019/QH14",
        name="Bộ luật Lao động",
        short="BLLĐ 2019",
        effective_from=dt.date(2021, 1, 1),
    )
}


@pytest.mark.parametrize(
    ("text", "day", "said"),
    [
        ("{luong_co_so} một tháng", DAY, "2.530.000 đ một tháng"),
        ("gấp đôi: {luong_co_so:x2}", DAY, "gấp đôi: 5.060.000 đ"),
        ("{luong_co_so}", dt.date(2026, 6, 30), "2.340.000 đ"),
        ("{luong_co_so}", dt.date(2026, 7, 1), "2.530.000 đ"),
        ("phạt {phat}", DAY, "phạt 2,5–20 triệu đồng"),
        ("công ty {phat:x2}", DAY, "công ty 5–40 triệu đồng"),
        ("không có số nào", DAY, "không có số nào"),
    ],
)
def test_names_are_filled_with_the_days_numbers(text: str, day: dt.date, said: str) -> None:
    assert fill(text, PARAMETERS, day) == said


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("{luong_vung_9}", DAY),
        ("{phat}", dt.date(2026, 9, 9)),
        ("{luong_co_so}", dt.date(2020, 1, 1)),
    ],
)
def test_a_number_nobody_knows_is_never_guessed(text: str, day: dt.date) -> None:
    with pytest.raises(UnknownParameter, match=day.strftime("%d/%m/%Y")):
        fill(text, PARAMETERS, day)


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (5310000, "đ", "5.310.000 đ"),
        (8, "%", "8%"),
        (14, "ngày làm việc", "14 ngày làm việc"),
        (0, "đ", "0 đ"),
    ],
)
def test_amounts_are_written_as_in_vietnam(value: int, unit: str, said: str) -> None:
    assert amount(value, unit) == said


@pytest.mark.parametrize(
    ("low", "high", "unit", "said"),
    [
        (20000000, 25000000, "đ", "20–25 triệu đồng"),
        (500000, 1000000, "đ", "0,5–1 triệu đồng"),
        (250000, 500000, "đ", "250.000–500.000 đ"),
        (3, 5, "ngày", "3–5 ngày"),
        (10, 15, "%", "10–15%"),
    ],
)
def test_ranges_are_short(low: int, high: int, unit: str, said: str) -> None:
    assert span(low, high, unit) == said


def test_the_names_in_a_text_are_found() -> None:
    assert parameters_in("{luong_co_so:x5} và {phat}, {luong_co_so}") == {"luong_co_so", "phat"}


def test_a_place_in_the_law_is_cited_to_the_point() -> None:
    place = Citation(law_id="45/2019/QH14", article_id="97", clause="4", point="a")
    assert cite(place, LAWS) == "BLLĐ 2019 Đ.97 k.4 đ.a"
    assert cite(Citation(law_id="1/2027", article_id="2"), LAWS) == "1/2027 Đ.2"


def test_the_basis_names_a_law_once_and_tells_the_dates() -> None:
    one = entry(
        citations=[
            {"law_id": "45/2019/QH14", "article_id": "97", "clause": "4"},
            {"law_id": "45/2019/QH14", "article_id": "35", "clause": "2"},
        ]
    )
    assert basis(one.citations, LAWS, one) == (
        "Căn cứ: BLLĐ 2019 Đ.97 k.4, Đ.35 k.2 · áp dụng từ 01/01/2021 · kiểm tra 22/11/2026"
    )


def test_an_answer_ends_with_its_basis() -> None:
    one = entry(answer="Lương cơ sở là {luong_co_so} một tháng.")
    first, last = render(one, PARAMETERS, LAWS, DAY).split("\n")
    assert first == "Lương cơ sở là 2.530.000 đ một tháng."
    assert last.startswith("Căn cứ: BLLĐ 2019 Đ.97 k.4")


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (5310000, "đ", "năm triệu ba trăm mười nghìn đồng"),
        (25500, "đ", "hai mươi lăm nghìn năm trăm đồng"),
        (30, "%", "ba mươi phần trăm"),
        (14, "ngày làm việc", "mười bốn ngày làm việc"),
        (2026, "đ", "hai nghìn không trăm hai mươi sáu đồng"),
        (1005, "đ", "một nghìn lẻ năm đồng"),
        (60, "tuổi 4 tháng", "sáu mươi tuổi bốn tháng"),
        (200, "giờ/năm", "hai trăm giờ một năm"),
    ],
)
def test_amounts_are_spoken_in_words(value: int, unit: str, said: str) -> None:
    assert spoken_amount(value, unit) == said


def test_ranges_are_spoken_from_and_to() -> None:
    assert spoken_span(20000000, 25000000, "đ") == (
        "từ hai mươi triệu đồng đến hai mươi lăm triệu đồng"
    )


def test_names_in_a_voice_are_spoken() -> None:
    said = say("lương cơ sở {luong_co_so}, phạt {phat:x2}", PARAMETERS, DAY)
    assert said == (
        "lương cơ sở hai triệu năm trăm ba mươi nghìn đồng, "
        "phạt từ năm triệu đồng đến bốn mươi triệu đồng"
    )
    with pytest.raises(UnknownParameter):
        say("{khong_co}", PARAMETERS, DAY)


CODE = {"law_id": "45/2019/QH14"}
DECREE = {"law_id": "161/2026/NĐ-CP"}


@pytest.mark.parametrize(
    ("cited", "said"),
    [
        ([CODE | {"article_id": "97", "clause": "4"}], "điều chín mươi bảy Bộ luật Lao động"),
        (
            [
                CODE | {"article_id": "97", "clause": "4"},
                CODE | {"article_id": "97", "clause": "2"},
                CODE | {"article_id": "8a"},
                CODE | {"article_id": "1"},
            ],
            "điều chín mươi bảy và điều tám a Bộ luật Lao động",
        ),
        (
            [CODE | {"article_id": "97"}, DECREE | {"article_id": "PL_1"}],
            "điều chín mươi bảy Bộ luật Lao động và phụ lục một Nghị định số mười",
        ),
    ],
)
def test_a_spoken_answer_ends_with_its_first_articles(
    cited: list[dict[str, str]], said: str
) -> None:
    decree = Instrument(
        law_id="161/2026/NĐ-CP",
        name="Nghị định",
        short="NĐ",
        spoken="Nghị định số mười",
        effective_from=DAY,
    )
    one = entry(voice="Lương là {luong_co_so}.", citations=cited)
    spoken = speak(one, PARAMETERS, LAWS | {decree.law_id: decree}, DAY)
    assert spoken == f"Lương là hai triệu năm trăm ba mươi nghìn đồng. Theo {said}."


def test_an_earlier_wording_is_told_with_its_own_basis() -> None:
    one = entry(
        turns_on="ngày trả lương",
        valid_from="2026-07-01",
        earlier=[
            {
                "answer": "Lúc ấy lương cơ sở là {luong_co_so}.",
                "citations": [CODE | {"article_id": "90"}],
                "valid_from": "2024-07-01",
                "valid_to": "2026-06-30",
            }
        ],
    )
    first, last = render(one, PARAMETERS, LAWS, dt.date(2026, 6, 30)).split("\n")
    assert first == "Lúc ấy lương cơ sở là 2.340.000 đ."
    assert last == "Căn cứ: BLLĐ 2019 Đ.90 · áp dụng từ 01/07/2024 · kiểm tra 22/11/2026"
