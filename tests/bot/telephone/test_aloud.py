"""What was written to be read, as a voice says it to somebody who cannot look again."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest

from bot.telephone.aloud import aloud, digits, letters, sentences
from knowledge_base.calculators.guide import Guide, Kind, Numbers, Step, Value
from knowledge_base.calculators.guides import GUIDES
from knowledge_base.importing import Base
from knowledge_base.library import Held, Library
from tests.knowledge_base.conftest import DAY


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        # days
        ("trước 24/11", "trước ngày hai mươi bốn tháng mười một"),
        ("từ ngày 15/3", "từ ngày mười lăm tháng ba"),
        ("vào 30/4 và 31/12", "vào ngày ba mươi tháng tư và ngày ba mươi mốt tháng mười hai"),
        (
            "Ngày 20/11/2026",
            "ngày hai mươi tháng mười một năm hai nghìn không trăm hai mươi sáu",
        ),
        ("không phải ngày: 32/1", "không phải ngày: ba mươi hai trên một"),
        ("năm 2027", "năm hai nghìn không trăm hai mươi bảy"),
        (
            "từ 2025–2026",
            "từ hai nghìn không trăm hai mươi lăm đến hai nghìn không trăm hai mươi sáu",
        ),
        # clocks
        ("10:30 thứ Hai 23/11", "mười giờ ba mươi thứ Hai ngày hai mươi ba tháng mười một"),
        ("08:00", "tám giờ"),
        ("7h05", "bảy giờ năm"),
        ("từ 8h đến 17h30", "từ tám giờ đến mười bảy giờ ba mươi"),
        ("trước 22 h", "trước hai mươi hai giờ"),
        # money
        ("5.310.000 đ", "năm triệu ba trăm mười nghìn đồng"),
        ("5.310.000đ.", "năm triệu ba trăm mười nghìn đồng."),
        ("phạt 20–25 triệu đồng", "phạt hai mươi đến hai mươi lăm triệu đồng"),
        ("25.500 đ một giờ", "hai mươi lăm nghìn năm trăm đồng một giờ"),
        ("8,5 triệu", "tám phẩy năm triệu"),
        ("500 nghìn", "năm trăm nghìn"),
        ("0 đ", "không đồng"),
        # parts of a hundred, ranges, plain numbers
        ("150%", "một trăm năm mươi phần trăm"),
        ("10,5% lương", "mười phẩy năm phần trăm lương"),
        ("0,5 %", "không phẩy năm phần trăm"),
        ("61–80%", "sáu mươi mốt đến tám mươi phần trăm"),
        ("15-17 tuổi", "mười lăm đến mười bảy tuổi"),
        ("trong 2 - 3 ngày", "trong hai đến ba ngày"),
        ("21 người, 105 ngày", "hai mươi mốt người, một trăm lẻ năm ngày"),
        ("1000 người", "một nghìn người"),
        ("trực 24/24", "trực hai mươi bốn trên hai mươi bốn"),
        # numbers to ring
        ("gọi 113", "gọi một một ba"),
        (
            "Gọi công an 113, cấp cứu 115 ngay.",
            "Gọi công an một một ba, cấp cứu một một năm ngay.",
        ),
        ("cháy gọi 114.", "cháy gọi một một bốn."),
        ("trẻ em: gọi 111", "trẻ em: gọi một một một"),
        ("112 ngày", "một trăm mười hai ngày"),
        ("0912 345 678", "không chín một hai ba bốn năm sáu bảy tám"),
        ("0912.345.678", "không chín một hai ba bốn năm sáu bảy tám"),
        ("0225 3822 123", "không hai hai năm ba tám hai hai một hai ba"),
        ("1900 6192", "một chín không không sáu một chín hai"),
        # tickets
        ("Phiếu HP-7K3Q đã xong", "Phiếu bảy, K, ba, Q đã xong"),
        ("HP-A2B3.", "A, hai, B, ba."),
        # short forms
        ("BHXH, BHYT, BHTN", "bảo hiểm xã hội, bảo hiểm y tế, bảo hiểm thất nghiệp"),
        ("LĐLĐ TP Hải Phòng", "Liên đoàn Lao động thành phố Hải Phòng"),
        ("NLĐ ký HĐLĐ theo BLLĐ", "người lao động ký hợp đồng lao động theo Bộ luật Lao động"),
        ("có phải TNLĐ ở KCN", "có phải tai nạn lao động ở khu công nghiệp"),
        ("Anh/chị hỏi, tổng đài báo anh/chị", "Anh chị hỏi, tổng đài báo anh chị"),
        # signs
        ("bấm “Hỏi luật sư”", "bấm Hỏi luật sư"),
        ('gõ "xóa"', "gõ xóa"),
        ("(Hải Phòng)", "Hải Phòng"),
        ("bao lâu? (xem sổ)", "bao lâu? xem sổ"),
        ("nghỉ *ngay*; đừng ký", "nghỉ ngay, đừng ký"),
        ("lương, thưởng…", "lương, thưởng"),
        ("Chủ nhật – nghỉ", "Chủ nhật, nghỉ"),
        ("hai   chữ", "hai chữ"),
        ("", ""),
        # what only looks alike
        ("1.000.000 đồng", "một triệu đồng"),
        ("24.050.000 đ", "hai mươi bốn triệu năm mươi nghìn đồng"),
        ("115.000 đ", "một trăm mười lăm nghìn đồng"),
        ("5.310.000 VNĐ", "năm triệu ba trăm mười nghìn đồng"),
        ("500k", "năm trăm nghìn"),
        ("113 người", "một trăm mười ba người"),
        ("gọi 115 người bị nạn", "gọi một một năm người bị nạn"),
        ("Điều 113", "Điều một trăm mười ba"),
        ("1/2 tháng lương", "nửa tháng lương"),
        ("8/10 người", "tám trên mười người"),
        ("2/3 số người", "hai phần ba số người"),
        ("miễn phí, 24/7", "miễn phí, cả ngày lẫn đêm"),
        ("từ 7/2025", "từ tháng bảy năm hai nghìn không trăm hai mươi lăm"),
        ("tháng 4/2026", "tháng tư năm hai nghìn không trăm hai mươi sáu"),
        ("thứ 4, tháng 4", "thứ tư, tháng tư"),
        ("1/5", "ngày mùng một tháng năm"),
        ("8h-17h", "tám giờ đến mười bảy giờ"),
        ("30/4–1/5", "ngày ba mươi tháng tư đến ngày mùng một tháng năm"),
        ("48 giờ/tuần", "bốn mươi tám giờ một tuần"),
        ("25.500 đ/giờ", "hai mươi lăm nghìn năm trăm đồng một giờ"),
        ("mấy %", "mấy phần trăm"),
        ("(0225) 3.822.123", "không hai hai năm ba tám hai hai một hai ba"),
        ("+84 912 345 678", "không chín một hai ba bốn năm sáu bảy tám"),
        ("TP. Hải Phòng", "thành phố Hải Phòng"),
        ("đóng BH; HIV; AIDS", "đóng bảo hiểm, hát i vê, ết"),
        ("UBND, CCCD, CĐCS", "ủy ban nhân dân, căn cước, công đoàn cơ sở"),
        ("Đ.97 k.4 đ.a BLLĐ", "điều chín mươi bảy khoản bốn điểm a Bộ luật Lao động"),
        (
            "Nghị định 145/2020/NĐ-CP",
            "Nghị định số một trăm bốn mươi lăm năm hai nghìn không trăm hai mươi",
        ),
        ("ngày nào (ngày đầu nghỉ)?", "ngày nào, ngày đầu nghỉ?"),
        ("Cần:\n- hợp đồng\n- bảng lương", "Cần: hợp đồng. bảng lương"),
        ("trả 500.000 đ. 5 ngày", "trả năm trăm nghìn đồng. năm ngày"),
    ],
)
def test_said(written: str, spoken: str) -> None:
    assert aloud(written) == spoken


def test_digits_are_told_one_by_one() -> None:
    assert digits("113") == "một một ba"
    assert digits("0225-3 822") == "không hai hai năm ba tám hai hai"
    assert digits("không có số") == ""


def test_a_code_is_spelt_slowly() -> None:
    assert letters("7K3Q") == "bảy, K, ba, Q"
    assert letters("0019") == "không, không, một, chín"


def test_one_thought_a_piece() -> None:
    assert sentences(" Một. Hai? Ba!  Bốn: năm, sáu ") == [
        "Một.",
        "Hai?",
        "Ba!",
        "Bốn:",
        "năm, sáu",
    ]
    assert sentences("  ") == []


# -- the base as shipped -----------------------------------------------------------------------------

WRITTEN = re.compile(r"[0-9/]|(?<!\w)đ(?!\w)|[A-ZĐ]{2}|%")
SHORT_IN_A_VOICE = re.compile(r"\bHIV\b")  # a script may say it
ANSWERS: tuple[dict[Kind, Value], ...] = (
    {
        Kind.DATE: dt.date(2026, 10, 1),
        Kind.MONTHS: 24,
        Kind.NUMBER: 12,
        Kind.MONEY: 8_000_000,
        Kind.PLACE: "Hồng Bàng",
    },
    {
        Kind.DATE: dt.date(2026, 7, 20),
        Kind.MONTHS: 400,
        Kind.NUMBER: 3,
        Kind.MONEY: 60_000_000,
        Kind.PLACE: "Thanh Hà",
    },
)


def asked(guide: Guide, numbers: Numbers, given: dict[Kind, Value]) -> Iterator[Step]:
    """Every step on the ways through all options, other questions answered from `given`."""
    waiting: list[dict[str, Value | None]] = [{}]
    while waiting:
        answers = waiting.pop()
        try:
            step = guide.advance(answers, numbers, DAY)
        except LookupError:  # for a lawyer
            continue
        if isinstance(step, Step):
            yield step
            values = [option.value for option in step.options] or [given[step.kind]]
            waiting += [answers | {step.name: value} for value in values]


def written_for_guides(base: Base) -> set[str]:
    numbers = Numbers(base.parameters)
    texts = {guide.title for guide in GUIDES.values()}
    for guide in GUIDES.values():
        for given in ANSWERS:
            for step in asked(guide, numbers, given):
                texts |= {step.question, *(option.label for option in step.options)}
    return texts


def unsayable(texts: set[str]) -> list[str]:
    said = (aloud(text) for text in texts)
    return [text for text in said if WRITTEN.search(text)]


def test_every_label_can_be_said(base: Base) -> None:
    assert unsayable({entry.label for entry in base.entries.values()}) == []


def test_every_question_of_a_guide_can_be_said(base: Base) -> None:
    texts = written_for_guides(base)
    assert len(texts) > 150
    assert unsayable(texts) == []


def test_what_was_written_to_be_said_is_left_alone(library: Library) -> None:
    for entry in library.entries.values():
        said = library.spoken(entry, DAY)
        if not isinstance(said, Held) and not SHORT_IN_A_VOICE.search(said):
            assert aloud(said) == " ".join(said.split()), entry.id
