"""When a thing happened, as workers say it."""

import datetime as dt

import pytest

from knowledge_base.dates import spans

TODAY = dt.date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("em bị đuổi tháng 8/2026", ["tháng 8/2026"]),
        ("em bi duoi thang 8", ["tháng 8/2026"]),
        ("nghỉ từ tháng 12", ["tháng 12/2025"]),
        ("tháng 12 tới em sinh", ["tháng 12/2026"]),
        ("sinh con ngày 30/6/2026", ["ngày 30/6/2026"]),
        ("nghi tu 15/8/26", ["ngày 15/8/2026"]),
        ("ngày 15 tháng 8 em bị đuổi", ["ngày 15/8/2026"]),
        ("đóng bhxh từ 2019, nghỉ tháng 3 năm 2025", ["năm 2019", "tháng 3/2025"]),
        ("vào làm tháng 3 năm ngoái", ["tháng 3/2025"]),
        ("tháng tám vừa rồi", ["tháng 8/2026"]),
        ("hôm qua em bị ngã", ["ngày 21/11/2026"]),
        ("tháng trước chưa có lương", ["tháng 10/2026"]),
        ("năm ngoái công ty nợ lương", ["năm 2025"]),
        ("cuối năm ngoái", ["từ 1/10/2025 đến 31/12/2025"]),
    ],
)
def test_days_named(text: str, said: list[str]) -> None:
    assert [str(span) for span in spans(text, TODAY)] == said


@pytest.mark.parametrize(
    "text",
    [
        "bầu tháng 7 có phải làm đêm không",
        "thai 7 tháng",
        "lương tháng 13",
        "nghỉ 30/4 có lương không",
        "24/11 có được nghỉ không",
        "làm 2 tháng chưa trả lương",
        "nuôi con dưới 12 tháng tuổi",
        "Nghị định 12/2022 phạt bao nhiêu",
        "Luật 41/2024/QH15",
        "31/2/2026",
        "ca 22h-6h",
    ],
)
def test_what_only_looks_like_a_date(text: str) -> None:
    assert spans(text, TODAY) == []


def test_a_span_never_ends_before_it_begins() -> None:
    for month in range(1, 13):
        for text in (f"tháng {month}", f"tháng {month}/2024", f"tháng {month} năm ngoái"):
            (span,) = spans(text, TODAY)
            assert span.first <= span.last
            assert span.first.month == month
