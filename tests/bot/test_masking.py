"""Who wrote it, and about whom, is taken out; what was asked stays."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import masking
from bot.masking import (
    ACCOUNT,
    ADDRESS,
    BIRTH,
    COMPANY,
    EMAIL,
    ID,
    NAME,
    PHONE,
    PLACEHOLDER,
    TICKET,
    mask,
)
from knowledge_base.library import Library


@pytest.fixture(scope="module")
def known(library: Library) -> frozenset[str]:
    return masking.vocabulary(
        [text for one in library.entries.values() for text in (one.answer, *one.phrasings)]
    )


@pytest.mark.parametrize(
    ("text", "kind", "secret"),
    [
        ("phiếu HP-7K3Q của anh/chị đã có trả lời", TICKET, "7K3Q"),
        ("em hỏi lại phiếu hp-7k3q", TICKET, "7k3q"),
        ("gọi em số 0912345678 nhé", PHONE, "0912345678"),
        ("gọi 0912.345.678 sau 17h", PHONE, "345"),
        ("gọi 0912345678 ty gấp", PHONE, "0912"),
        ("sđt +84 912 345 678", PHONE, "912"),
        ("sdt: (+84)912-345-678", PHONE, "912"),
        ("84912345678 là số em", PHONE, "84912"),
        ("O912345678 gọi em", PHONE, "912"),
        ("gọi em được không 0912345678", PHONE, "0912"),
        ("số em 0912 ba bốn năm 678", PHONE, "bốn"),
        ("số em 09l2 345 678", PHONE, "345"),
        ("0 9 1 2 3 4 5 6 7 8", PHONE, "9 1 2"),
        ("máy bàn (0225) 3 842 123", PHONE, "842"),
        ("số em là không chín một hai ba bốn năm sáu bảy tám", PHONE, "chín một"),
        ("so em khong chin mot hai ba bon nam sau bay tam", PHONE, "chin mot"),
        ("０９１２３４５６７８", PHONE, "912"),
        ("cccd 031200001234", ID, "0312"),
        ("CCCD số 031 200 001 234 của em", ID, "200"),
        ("cmnd: 031234567", ID, "0312"),
        ("so so bhxh 3120001234", ID, "31200"),
        ("hộ chiếu C1234567", ID, "C123"),
        ("mã nhân viên: V12345", ID, "12345"),
        ("biển số xe 15B1-123.45", ID, "123"),
        ("mail lan.nguyen@gmail.com nhé", EMAIL, "lan.nguyen"),
        ("lan.nguyen @ gmail chấm com", EMAIL, "lan"),
        ("stk 0031000123456 vietcombank", ACCOUNT, "00310"),
        ("tài khoản ngân hàng VCB 1903 4567 8901 23", ACCOUNT, "1903"),
        ("tôi tên là Nguyễn Thị Lan, bị nợ lương", NAME, "Lan"),
        ("em tên lan làm ca đêm", NAME, "lan "),
        ("em tên là trần thị hoa ạ", NAME, "hoa"),
        ("Em là Hương ạ", NAME, "Hương"),
        ("anh Tuấn quản đốc chửi em", NAME, "Tuấn"),
        ("anh/chị Lan phòng nhân sự", NAME, "Lan"),
        ("anh tuấn bắt ký giấy", NAME, "tuấn"),
        ("giám đốc Trần Đình Long bỏ trốn", NAME, "Long"),
        ("LÊ THỊ HOA xin hỏi", NAME, "HOA"),
        ("vợ em Nguyễn Thu Trang sinh đôi", NAME, "Trang"),
        ("facebook Lan Nguyễn", NAME, "Lan"),
        ("em làm ở cty pegatron bị nợ lương", COMPANY, "pegatron"),
        ("cty tnhh may việt hưng nợ lương", COMPANY, "hưng"),
        ("Công ty Cổ phần Giày Sao Vàng không trả lương", COMPANY, "Sao Vàng"),
        ("công ty CP May Hai nợ BHXH", COMPANY, "Hai"),
        ("nha may vinfast bat lam dem", COMPANY, "vinfast"),
        ("em làm ở LG Tràng Duệ", COMPANY, "LG"),
        ("em ở số nhà 12 ngõ 34 đường Lê Lợi, phường Máy Tơ, Hải Phòng", ADDRESS, "Lê Lợi"),
        ("địa chỉ: 25 Trần Phú, Ngô Quyền, Hải Phòng", ADDRESS, "Trần Phú"),
        ("so nha 12 ngo 5 le loi", ADDRESS, "loi"),
        ("trú tại thôn Hạ, xã An Hòa, huyện An Dương", ADDRESS, "An Hòa"),
        ("em sinh ngày 12/3/1990", BIRTH, "1990"),
        ("sinh 12-03-90 thì nghỉ hưu khi nào", BIRTH, "12-03"),
        ("ngày sinh: 01.01.1985", BIRTH, "1985"),
        ("sinh ngày 12 tháng 3 năm 1990", BIRTH, "1990"),
    ],
)
def test_what_tells_who_it_is_goes(
    known: frozenset[str], text: str, kind: str, secret: str
) -> None:
    masked = mask(text, known)
    assert f"[{kind}]" in masked.text
    assert secret not in masked.text
    assert masked.found[kind] >= 1


@pytest.mark.parametrize(
    "text",
    [
        "lương 5310000 đồng một tháng",
        "lương 150.000.000 và 8.500.000đ",
        "từ 2019 2020 2021 công ty không tăng lương",
        "Nghị định số 145/2020/NĐ-CP Điều 97 khoản 4",
        "Theo Điều 35 Bộ luật Lao động 2019 số 45/2019/QH14",
        "gọi 1900 6192 hoặc 111",
        "từ ngày 01/01/2026 đến 30/06/2026",
        "công ty trả lương, anh/chị giữ phiếu lương",
        "năm hai nghìn không trăm hai mươi sáu",
        "em làm từ 7h30 đến 17h00 ngày 22-11-2026",
        "công ty Nhật trả lương bằng yên được không",
        "làm ở công ty A rồi sang công ty B",
        "Sinh con thứ hai từ 01/07/2026 được nghỉ 7 tháng",
    ],
)
def test_what_names_nobody_stays(known: frozenset[str], text: str) -> None:
    assert mask(text, known) == masking.Masked(text)


def test_the_base_itself_is_left_alone(library: Library, known: frozenset[str]) -> None:
    """Ten thousand texts about the law, among them hardly one that looks like a person."""
    texts = [
        text
        for one in library.entries.values()
        for text in (one.question, one.answer, *one.phrasings)
    ]
    touched = [text for text in texts if mask(text, known).found]
    assert len(touched) * 1000 <= len(texts), touched[:5]


_PIECES = st.sampled_from(
    "em chị anh tên là Lan Nguyễn Văn An công ty TNHH Sao Vàng cty pegatron sinh ngày 12/3/1990 số "
    "0912345678 cccd 031200001234 stk 19034567890 ngõ 12 đường Lê Lợi , . ( ) [ ] lan@a.vn không chín "
    "một hai ba bốn năm sáu bảy tám địa chỉ: 🙂 [tên người] [tên công ty]".split(" ")
)


@settings(max_examples=300)
@given(st.lists(_PIECES, max_size=25).map(" ".join) | st.text(max_size=200))
def test_masking_is_done_once_and_counts_what_it_did(text: str) -> None:
    masked = mask(text)
    assert sum(masked.found.values()) <= len(PLACEHOLDER.findall(masked.text))
    again = mask(masked.text)
    assert "0912345678" not in again.text
    assert len(PLACEHOLDER.findall(again.text)) >= sum(masked.found.values())


def test_a_long_text_is_masked_in_no_time(known: frozenset[str]) -> None:
    text = "1 2 3 không chín a.b-c@ số ngõ 12 đường Lê công ty TNHH MTV anh Lan " * 120
    assert mask(text, known).found
