"""What workers type as an answer to one question: dates, spans, sums, numbers, places, choices."""

import datetime as dt

import pytest

from bot import answers
from bot.answers import Aside, OutOfBounds, Unreadable
from knowledge_base.calculators.guide import Kind, Option, Step

TODAY = dt.date(2026, 11, 22)  # a Sunday


def step(kind: Kind, *labels: str, low: int | None = None, high: int | None = None) -> Step:
    options = tuple(Option(label, str(number)) for number, label in enumerate(labels, 1))
    return Step("x", "?", kind, options, low=low, high=high)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("15/3/2025", "2025-03-15"),
        ("15-3-25", "2025-03-15"),
        ("15.3.2025", "2025-03-15"),
        ("15 / 3 / 2025", "2025-03-15"),
        ("2025-03-15", "2025-03-15"),
        ("15032025", "2025-03-15"),
        ("150325", "2025-03-15"),
        ("ngày 15 tháng 3 năm 2025", "2025-03-15"),
        ("ngay 15 thang 3 nam 2025", "2025-03-15"),
        ("ngày mười lăm tháng ba", "2026-03-15"),
        ("em nghỉ từ hôm 1/9 ạ", "2026-09-01"),
        ("15/3/68", "1968-03-15"),
        ("29/2/2024", "2024-02-29"),
        ("20/12", "2026-12-20"),  # near ahead: still to come
        ("5/6", "2026-06-05"),
        ("hôm nay", "2026-11-22"),
        ("hôm qua", "2026-11-21"),
        ("hom kia", "2026-11-20"),
        ("ngày mai", "2026-11-23"),
        ("3 ngày trước", "2026-11-19"),
        ("2 tuan truoc", "2026-11-08"),
        ("hai tháng trước", "2026-09-22"),
        ("đầu tháng 3", "2026-03-01"),
        ("giữa tháng 10", "2026-10-15"),
        ("cuối tháng 2/2024", "2024-02-29"),
        ("tháng 3/2025", "2025-03-01"),
        ("thang 3 nam 2025", "2025-03-01"),
    ],
)
def test_a_day_is_read_as_it_is_typed(text: str, day: str) -> None:
    assert answers.heard(step(Kind.DATE), text, TODAY) == dt.date.fromisoformat(day)


def test_a_day_without_its_year_in_january_lies_in_the_year_before() -> None:
    january = dt.date(2027, 1, 5)
    assert answers.heard(step(Kind.DATE), "20/12", january) == dt.date(2026, 12, 20)


@pytest.mark.parametrize(
    "text",
    ["31/2/2025", "0/1/2025", "15/13/2025", "năm ngoái", "lâu rồi", "rằm tháng 7", "thứ hai",
     "10/3 âm lịch", "15/3/2025 đến 20/3/2025", "8 triệu", ""],
)  # fmt: skip
def test_what_names_no_single_day_is_not_guessed(text: str) -> None:
    with pytest.raises(Unreadable):
        answers.heard(step(Kind.DATE), text, TODAY)


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("2 năm 3 tháng", 27),
        ("2 nam 3 thang", 27),
        ("2n3t", 27),
        ("27 thang", 27),
        ("hai mươi bảy tháng", 27),
        ("2 nam ruoi", 30),
        ("2,5 năm", 30),
        ("năm rưỡi", 18),
        ("một năm", 12),
        ("năm năm", 60),
        ("mười năm", 120),
        ("nửa năm", 6),
        ("sáu tháng", 6),
        ("2 năm 3 tháng 10 ngày", 27),
        ("20 ngày", 0),
        ("em đóng được hơn 3 năm rồi", 36),
    ],
)
def test_a_span_is_read_in_months(text: str, months: int) -> None:
    assert answers.heard(step(Kind.MONTHS), text, TODAY) == months


@pytest.mark.parametrize("text", ["27", "từ năm 2020", "lâu lắm", "mấy năm", "nam"])
def test_a_bare_number_or_a_year_is_no_span(text: str) -> None:
    with pytest.raises(Unreadable):
        answers.heard(step(Kind.MONTHS), text, TODAY)


@pytest.mark.parametrize(
    ("text", "dong"),
    [
        ("8tr5", 8_500_000),
        ("8tr500", 8_500_000),
        ("8 tr", 8_000_000),
        ("8,5 triệu", 8_500_000),
        ("8.5tr", 8_500_000),
        ("8 triệu rưỡi", 8_500_000),
        ("8 trieu ruoi", 8_500_000),
        ("khoảng 7 triệu 8", 7_800_000),
        ("8500000", 8_500_000),
        ("8.500.000đ", 8_500_000),
        ("8,500,000 vnd", 8_500_000),
        ("8 triệu 500 nghìn", 8_500_000),
        ("10tr250k", 10_250_000),
        ("500k", 500_000),
        ("27k/giờ", 27_000),
        ("25.500", 25_500),
        ("8 củ", 8_000_000),
        ("tám triệu rưỡi", 8_500_000),
        ("tam trieu nam tram nghin", 8_500_000),
        ("ba trăm năm mươi nghìn", 350_000),
        ("hai mươi lăm nghìn năm trăm", 25_500),
        ("triệu rưỡi", 1_500_000),
        ("1 tỷ 2", 1_200_000_000),
        ("8", 8_000_000),
        ("lương em 8tr5 một tháng", 8_500_000),
        ("8 triệu 1 tháng", 8_000_000),
        ("0", 0),
    ],
)
def test_a_sum_is_read_in_dong(text: str, dong: int) -> None:
    assert answers.heard(step(Kind.MONEY), text, TODAY) == dong


@pytest.mark.parametrize("text", ["350", "8500", "từ 8 triệu đến 9 triệu", "nhiều lắm", "triệu"])
def test_a_sum_that_may_be_two_is_not_guessed(text: str) -> None:
    with pytest.raises(Unreadable):
        answers.heard(step(Kind.MONEY), text, TODAY)


@pytest.mark.parametrize(
    ("text", "number"),
    [("10", 10), ("khoảng 10 người", 10), ("8h", 8), ("1.200", 1200), ("mười", 10), ("năm", 5),
     ("hai mươi lăm", 25), ("một trăm linh năm", 105), ("mười một giờ", 11), ("sáu", 6)],
)  # fmt: skip
def test_a_number_is_read_in_digits_or_words(text: str, number: int) -> None:
    assert answers.heard(step(Kind.NUMBER), text, TODAY) == number


@pytest.mark.parametrize("text", ["7,5", "2 tiếng rưỡi", "10-12 người", "nhiều", "9" * 40])
def test_what_is_no_whole_number_is_not_rounded(text: str) -> None:
    with pytest.raises(Unreadable):
        answers.heard(step(Kind.NUMBER), text, TODAY)


def test_none_at_all_is_nought_where_nought_is_taken() -> None:
    assert answers.heard(step(Kind.NUMBER, low=0), "không có", TODAY) == 0
    with pytest.raises(OutOfBounds):
        answers.heard(step(Kind.NUMBER, low=1), "không có", TODAY)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("thuỷ nguyên", "Thủy Nguyên"),
        ("phuong thuy nguyen", "Thủy Nguyên"),
        ("em làm ở hải an", "Hải An"),
        ("nam do son", "Nam Đồ Sơn"),
        ("bac an phu", "Bắc An Phụ"),
        ("xã An Phú", "An Phú"),
        ("Cẩm Giàng", "Cẩm Giàng"),
        ("cẩm giang", "Cẩm Giang"),
        ("đặc khu Cát Hải", "Cát Hải"),
    ],
)
def test_a_ward_is_found_with_or_without_marks(text: str, name: str) -> None:
    assert answers.heard(step(Kind.PLACE), text, TODAY) == name


@pytest.mark.parametrize("text", ["hải phòng", "Hà Nội", "kcn tràng duệ"])
def test_a_place_that_is_no_ward_is_not_guessed(text: str) -> None:
    with pytest.raises(Unreadable):
        answers.heard(step(Kind.PLACE), text, TODAY)


CONTRACTS = step(Kind.CHOICE, "Không xác định thời hạn", "Từ 12 đến 36 tháng", "Dưới 12 tháng")
YES_NO = step(Kind.CHOICE, "Có làm thêm ban ngày", "Không")
COUNTED = step(Kind.CHOICE, "26 ngày", "24 ngày")


@pytest.mark.parametrize(
    ("asked", "text", "value"),
    [
        (CONTRACTS, "2", "2"),
        (CONTRACTS, "không xác định thời hạn", "1"),
        (CONTRACTS, "ko xac dinh thoi han ạ", "1"),
        (CONTRACTS, "hợp đồng không xác định", "1"),
        (CONTRACTS, "duoi 12 thang", "3"),
        (YES_NO, "có", "1"),
        (YES_NO, "dạ có ạ", "1"),
        (YES_NO, "rồi", "1"),
        (YES_NO, "ko", "2"),
        (YES_NO, "chưa", "2"),
        (COUNTED, "26", "1"),
    ],
)
def test_a_choice_may_be_typed(asked: Step, text: str, value: str) -> None:
    assert answers.heard(asked, text, TODAY) == value


@pytest.mark.parametrize("text", ["12 tháng", "9", "gì cơ", "không phải dưới 12 tháng", ""])
def test_a_choice_that_fits_several_labels_or_none_is_not_guessed(text: str) -> None:
    with pytest.raises(Unreadable):
        answers.heard(CONTRACTS, text, TODAY)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        (step(Kind.NUMBER, low=1, high=10), "11"),
        (step(Kind.MONEY, low=1000), "0"),
        (step(Kind.DATE, high=0), "ngày mai"),
        (step(Kind.DATE, low=-30), "1/1/2020"),
    ],
)
def test_what_lies_outside_is_told_apart_from_what_was_not_read(asked: Step, text: str) -> None:
    with pytest.raises(OutOfBounds):
        answers.heard(asked, text, TODAY)


@pytest.mark.parametrize(
    ("text", "aside"),
    [
        ("không biết", Aside.UNSURE),
        ("em ko biết ạ", Aside.UNSURE),
        ("k bit", Aside.UNSURE),
        ("khong ro", Aside.UNSURE),
        ("chịu", Aside.UNSURE),
        ("thôi", Aside.LEAVE),
        ("thoát", Aside.LEAVE),
        ("dung lai", Aside.LEAVE),
        ("thôi không tính nữa", Aside.LEAVE),
        ("quay lại", Aside.BACK),
        ("sai rồi", Aside.BACK),
        ("8 triệu", None),
        ("thôi việc", None),
        ("không biết công ty có đúng không", None),
    ],
)
def test_what_may_be_said_at_any_step(text: str, aside: Aside | None) -> None:
    assert answers.aside(text) is aside


@pytest.mark.parametrize(
    ("asked", "digits", "value"),
    [
        (CONTRACTS, "3", "3"),
        (step(Kind.DATE), "15032025", dt.date(2025, 3, 15)),
        (step(Kind.MONTHS), "27", 27),
        (step(Kind.NUMBER), "12", 12),
        (step(Kind.MONEY), "8500000", 8_500_000),
    ],
)
def test_a_keypad_answers_in_digits(asked: Step, digits: str, value: object) -> None:
    assert answers.keyed(asked, digits, TODAY) == value


@pytest.mark.parametrize(
    ("asked", "digits"),
    [(CONTRACTS, "4"), (CONTRACTS, "0"), (step(Kind.DATE), "31022025"), (step(Kind.DATE), "1532025"),
     (step(Kind.PLACE), "1"), (step(Kind.NUMBER), "*"), (step(Kind.NUMBER), "")],
)  # fmt: skip
def test_keys_that_fit_nothing_are_refused(asked: Step, digits: str) -> None:
    with pytest.raises(Unreadable):
        answers.keyed(asked, digits, TODAY)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("tăng ca tối đa bao nhiêu giờ", True),
        ("cty no luong 2 thang thi lam sao", True),
        ("nghỉ việc có được trợ cấp ko", True),
        ("em làm ở đó từ hồi mới mở xưởng đến giờ chưa ai nói gì về chuyện bảo hiểm cả", True),
        ("bao nhiêu ạ?", False),
        ("lương em 8tr5 một tháng", False),
        ("hợp đồng không xác định thời hạn", False),
    ],
)
def test_a_long_text_that_asks_or_tells_is_no_answer(text: str, question: bool) -> None:
    assert answers.is_question(text) is question
