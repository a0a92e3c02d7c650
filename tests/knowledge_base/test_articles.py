"""Articles as texts: footnote marks are no change, clauses and points are found."""

import datetime as dt
from typing import Any

import pytest

from knowledge_base.articles import Article, Law, outline, plain
from knowledge_base.content import Citation
from tests.knowledge_base.conftest import DAY

CODE = "45/2019/QH14"


def article(text: str, **more: Any) -> Article:
    told = {"law_id": CODE, "article_id": "139", "title": "Nghỉ thai sản"} | more
    return Article(text=text, **{"effective_from": dt.date(2021, 1, 1)} | told)


SAME = [
    ("1.4[4] Nghỉ 06 tháng.", "1. Nghỉ 06 tháng."),
    ("a)2[2]Mở lớp đào tạo;", "a) Mở lớp đào tạo;"),
    ("8a.5[5] Nhân lực.", "8a. Nhân lực."),
    ("5. Kiểm tra,[7] xử lý.", "5. Kiểm tra, xử lý."),
    ("1.Người lao động\nđược nghỉ.", "1. Người lao động được  nghỉ."),
    ("1. Thoả thuận; uỷ quyền; hoà giải.", "1. Thỏa thuận; ủy quyền; hòa giải."),
    ("| Vùng I | 5.310.000 |\n| --- | --- |", "Vùng I 5.310.000"),
    (
        "1. Nghỉ.\n[1] Luật Dân số có căn cứ như sau:\n[4]4 Khoản này được sửa.\n“1. Khác",
        "1. Nghỉ.",
    ),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_marks_breaks_and_spelling_of_tones_are_no_change(one: str, other: str) -> None:
    assert article(one).digest == article(other).digest


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1. Nghỉ 06 tháng.", "1. Nghỉ 07 tháng."),
        ("1. Không, được nghỉ.", "1. Không được nghỉ."),
        ("1. Mức 1.000.000 đồng.", "1. Mức 1.000.00 đồng."),
        ("1. Nghỉ [sửa] 06 tháng.", "1. Nghỉ 06 tháng."),
    ],
)
def test_words_and_numbers_are_a_change(one: str, other: str) -> None:
    assert article(one).digest != article(other).digest


def test_another_title_is_a_change() -> None:
    assert article("1. Nghỉ.").digest != article("1. Nghỉ.", title="Nghỉ phép").digest


def test_a_marked_line_that_is_no_note_stays_without_its_mark() -> None:
    assert plain("1. Một\n[12] Người lao động") == "1. Một\nNgười lao động"


def test_clauses_and_points_are_found_through_the_marks() -> None:
    text = (
        "Mở đầu:\n1.4[4] Một:\na)2[2]A;\nđ) Đ;\nc1) C\n10. Mười\n3a.[6] Ba a\n1.000 đồng\n2.1. Con"
    )
    assert outline(text) == {"": set(), "1": {"a", "đ", "c1"}, "10": set(), "3a": set()}
    assert outline("a) Điểm không có khoản") == {"": {"a"}}


def law() -> Law:
    return Law(
        [
            article("1. Một:\na) A;\nđ) Đ."),
            article("1. Một:\na) A.", effective_from=dt.date(2027, 1, 1)),
            article("a) Bỏ", article_id="5", effective_to=dt.date(2025, 7, 1)),
            article("Có", article_id="6"),
            article("", article_id="6", effective_from=dt.date(2026, 6, 1)),
        ]
    )


@pytest.mark.parametrize(
    ("place", "day", "fault"),
    [
        ({"clause": "1", "point": "đ"}, DAY, None),
        ({"clause": "1", "point": "đ"}, dt.date(2027, 1, 1), "no point đ in clause 1"),
        ({"clause": "2"}, DAY, "article 139 has no clause 2"),
        ({"clause": "1", "point": "d"}, DAY, "no point d in clause 1"),
        ({"point": "a"}, DAY, "article 139 has no point a"),
        ({}, dt.date(2020, 1, 1), "has no article 139 on 01/01/2020"),
        ({"article_id": "7"}, DAY, "has no article 7"),
        ({"article_id": "5", "point": "a"}, dt.date(2025, 6, 30), None),
        ({"article_id": "5"}, dt.date(2025, 7, 1), "has no article 5"),
        ({"article_id": "6"}, dt.date(2026, 5, 31), None),
        ({"article_id": "6"}, DAY, "has no article 6"),
        ({"law_id": "1/2030/QH17"}, DAY, None),
    ],
)
def test_a_citation_is_held_against_the_law_of_its_day(
    place: dict[str, str], day: dt.date, fault: str | None
) -> None:
    citation = Citation.model_validate({"law_id": CODE, "article_id": "139"} | place)
    found = law().fault_in(citation, day)
    assert found is None if fault is None else fault in (found or "")
