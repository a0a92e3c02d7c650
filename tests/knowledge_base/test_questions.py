"""Several questions in one message, and questions that lean on the last."""

import pytest

from knowledge_base.questions import follow_up, questions_in


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "Nghỉ việc phải báo trước mấy ngày? Lương tháng cuối bao giờ trả?",
            ["Nghỉ việc phải báo trước mấy ngày?", "Lương tháng cuối bao giờ trả?"],
        ),
        (
            "cty no luong 2 thang\nbi giu bang goc doi the nao",
            ["cty no luong 2 thang", "bi giu bang goc doi the nao"],
        ),
        (
            "1. Thử việc được bao lâu 2. Lương thử việc mấy phần trăm",
            ["Thử việc được bao lâu", "Lương thử việc mấy phần trăm"],
        ),
        (
            "Em nghỉ sinh mấy tháng, ngoài ra chồng em được nghỉ mấy ngày",
            ["Em nghỉ sinh mấy tháng", "ngoài ra chồng em được nghỉ mấy ngày"],
        ),
        (
            "tang ca ngay le tinh sao, ca dem dc them may %",
            ["tang ca ngay le tinh sao", "ca dem dc them may %"],
        ),
        ("cty nợ lương, bảo hiểm thì sao", ["cty nợ lương, bảo hiểm thì sao"]),
        ("Nghỉ việc có được rút bảo hiểm không?", ["Nghỉ việc có được rút bảo hiểm không?"]),
        ("Công ty nợ lương. Em phải làm sao", ["Công ty nợ lương. Em phải làm sao"]),
        ("thật không? lương 5 triệu bị trừ", ["thật không? lương 5 triệu bị trừ"]),
        ("", [""]),
    ],
)
def test_questions_of_one_message(text: str, parts: list[str]) -> None:
    assert questions_in(text) == parts


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("thế còn thử việc?", "thử việc"),
        ("the con thu viec thi sao", "thu viec"),
        ("Vậy nếu hợp đồng 1 năm thì sao ạ?", "hợp đồng 1 năm"),
        ("còn chồng thì được mấy ngày", "chồng thì được mấy ngày"),
        ("dạ vậy còn ca đêm ạ", "ca đêm"),
        ("thử việc có phải báo trước không", None),
        ("công ty còn nợ lương em hai tháng", None),
        ("còn", None),
    ],
)
def test_a_question_that_leans_on_the_last(text: str, new: str | None) -> None:
    assert follow_up(text) == new
