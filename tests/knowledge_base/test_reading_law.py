"""Official texts: Word documents, plain texts, lines of JSON; what is unreadable is told."""

import datetime as dt
import json
from pathlib import Path

import docx
import pytest
from docx.oxml import OxmlElement

from knowledge_base import reading_law
from knowledge_base.reading_law import Known, Reading

SINCE = dt.date(2026, 7, 1)
KNOWN = Known(effective_from=SINCE)

LINES = """\
QUỐC HỘI
Luật số: 45/2019/QH14
BỘ LUẬT LAO ĐỘNG
Căn cứ Hiến pháp nước Cộng hòa xã hội chủ nghĩa Việt Nam;
Chương I
NHỮNG QUY ĐỊNH CHUNG
Điều 1. Phạm vi điều chỉnh
Bộ luật Lao động quy định tiêu chuẩn lao động.
Điều 2.[3] Đối tượng áp dụng
1. Người lao động.
2.4[4] Người sử dụng lao động:
a) Doanh nghiệp;
đ) Hộ gia đình.
Mục 1 Chương XI của Bộ luật này cũng áp dụng.
Điều 35 của Luật khác không áp dụng ở đây.
Chương II. VIỆC LÀM
Mục 1
GIAO KẾT HỢP ĐỒNG
Điều 2a. (được bãi bỏ)
Điều ba mươi lăm. Quyền đơn phương
Khoản duy nhất.
Điều 36
Hiệu lực thi hành
Từ ngày 01 tháng 7 năm 2026.
Nơi nhận:
- Ủy ban Thường vụ Quốc hội;
PHỤ LỤC II
Danh mục
1. Nhóm A
"""

FOUND = [
    ("1", "Phạm vi điều chỉnh", "Bộ luật Lao động quy định tiêu chuẩn lao động."),
    (
        "2",
        "Đối tượng áp dụng",
        "1. Người lao động.\n2. Người sử dụng lao động:\na) Doanh nghiệp;\nđ) Hộ gia đình.\n"
        "Mục 1 Chương XI của Bộ luật này cũng áp dụng.\n"
        "Điều 35 của Luật khác không áp dụng ở đây.",
    ),
    ("2a", "", "(được bãi bỏ)"),
    ("35", "Quyền đơn phương", "Khoản duy nhất."),
    ("36", "Hiệu lực thi hành", "Từ ngày 01 tháng 7 năm 2026."),
    ("PL_2", "Phụ lục", "Danh mục\n1. Nhóm A"),
]


def text_file(tmp_path: Path, text: str, name: str = "luat.txt") -> Path:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


def word_file(tmp_path: Path, lines: str) -> Path:
    document = docx.Document()
    for line in lines.splitlines():
        document.add_paragraph(line)
    path = tmp_path / "luat.docx"
    document.save(str(path))
    return path


def summary(reading: Reading) -> list[tuple[str, str, str]]:
    return [(one.article_id, one.title, one.text) for one in reading.articles]


@pytest.mark.parametrize("kind", ["txt", "docx"])
def test_articles_are_cut_out_of_an_official_text(tmp_path: Path, kind: str) -> None:
    write = text_file if kind == "txt" else word_file
    reading = reading_law.read(write(tmp_path, LINES), KNOWN)
    assert reading.complaints == []
    assert summary(reading) == FOUND
    assert {(one.law_id, one.effective_from) for one in reading.articles} == {
        ("45/2019/QH14", SINCE)
    }


def test_a_law_the_register_knows_needs_no_date(tmp_path: Path) -> None:
    known = Known(dates={"45/2019/QH14": dt.date(2021, 1, 1)})
    reading = reading_law.read(text_file(tmp_path, LINES), known)
    assert {one.effective_from for one in reading.articles} == {dt.date(2021, 1, 1)}


def test_the_number_of_a_consolidated_text_is_kept(tmp_path: Path) -> None:
    text = f"Số: 18/VBHN-VPQH\n{LINES}\n[1] Luật Dân số có căn cứ:\nĐiều 41. Hiệu lực\n"
    reading = reading_law.read(text_file(tmp_path, text), KNOWN)
    assert reading.complaints == []
    assert {one.source for one in reading.articles} == {"18/VBHN-VPQH"}


def test_tables_of_a_word_document_are_read_in_their_place(tmp_path: Path) -> None:
    document = docx.Document()
    for line in ("Điều 3. Mức lương", "1. Như sau:"):
        document.add_paragraph(line)
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ("Vùng I", "5.310.000", "Vùng", "chung"), strict=True):
        cell.text = text
    table.cell(1, 0).merge(table.cell(1, 1))
    document.add_paragraph("2. Danh mục.")
    document.save(str(tmp_path / "nd.docx"))
    reading = reading_law.read(tmp_path / "nd.docx", Known("293/2025/NĐ-CP", None, SINCE))
    assert reading.complaints == []
    assert summary(reading)[0][2] == (
        "1. Như sau:\n| Vùng I | 5.310.000 |\n| Vùng chung |\n2. Danh mục."
    )


UNREADABLE = {
    "a lost clause": ("Điều 1. A\n1. Một\n3. Ba", "t.txt:3: clause 3 after clause 1 in article 1"),
    "a first clause lost": ("Điều 1. A\n2. Hai", "t.txt:2: clause 2 comes first in article 1"),
    "an article twice": (
        "Điều 2. A\nMột.\nĐiều 1. B\nHai.",
        "t.txt:3: article 1 after article 2: kept as text of article 2",
    ),
    "an empty article": ("Điều 1. A\nĐiều 2. B\nHai.", "t.txt:1: article 1 has no text"),
    "text after a heading": (
        "Điều 1. A\nMột.\nChương II\nvà còn nữa.\nĐiều 2. B\nHai.",
        "t.txt:4: text between a heading and an article",
    ),
    "no article": ("Chỉ có chữ.", "t.txt: no article was found"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_told_with_its_line(tmp_path: Path, name: str) -> None:
    text, told = UNREADABLE[name]
    path = text_file(tmp_path, text, "t.txt")
    reading = reading_law.read(path, Known("1/2026/QH16", None, SINCE))
    assert any(one.startswith(told) for one in reading.complaints), reading.complaints


def test_a_law_nobody_named_and_a_date_nobody_told(tmp_path: Path) -> None:
    path = text_file(tmp_path, "Điều 1. A\nMột.")
    (complaint,) = reading_law.read(path, KNOWN).complaints
    assert complaint == "luat.txt: which law is this? give --law-id"
    (complaint,) = reading_law.read(path, Known("1/2026/QH16")).complaints
    assert complaint == "luat.txt: since when does 1/2026/QH16 hold? give --effective-from"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("cu.txt", "Điều 1. Phạm vi\nMột".encode("cp1258", "replace"), "cu.txt:1: not Unicode"),
        ("luat.doc", b"x", "luat.doc: only .jsonl, .docx and .txt can be read"),
        ("luat.docx", b"no archive", "luat.docx: not a Word document"),
        ("luat.jsonl", b"{}\n[1]\n", "luat.jsonl:1: not an article ('effective_from' is missing)"),
        ("luat.jsonl", b"not json\n", "luat.jsonl:1: not an article"),
    ],
)
def test_files_of_another_kind_are_told(
    tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    (tmp_path / name).write_bytes(content)
    reading = reading_law.read(tmp_path / name, Known("1/2026/QH16"))
    assert reading.articles == []
    assert reading.complaints[0].startswith(told)


def test_what_word_shows_but_does_not_keep_as_text_is_told(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("Điều 1. A")
    document.add_paragraph("Khoản do Word đánh số", style="List Number")
    tracked = document.add_paragraph("Đã sửa ")._p
    tracked.append(OxmlElement("w:ins"))
    boxed = document.add_paragraph("Có hộp ")._p
    boxed.append(OxmlElement("w:txbxContent"))
    document.add_paragraph()._p.append(OxmlElement("w:pict"))
    control = OxmlElement("w:sdt")
    document.element.body.insert(0, control)
    document.save(str(tmp_path / "luat.docx"))
    reading = reading_law.read(tmp_path / "luat.docx", Known("1/2026/QH16", None, SINCE))
    assert [str(one) for one in reading.complaints] == [
        "luat.docx:1: text inside a content control: turn it into plain text",
        "luat.docx:3: numbered by Word: turn the numbering into text",
        "luat.docx:4: tracked changes: accept or reject them first",
        "luat.docx:5: text inside a box: turn it into plain text",
        "luat.docx:6: a picture cannot be read",
    ]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("1. Một.\nChương II\nVIỆC LÀM", "1. Một."),
        ("1. Một.\nMục 2. CHẤM DỨT HỢP ĐỒNG", "1. Một."),
        ("1. Một.\nChương VI ĐIỀU KHOẢN THI HÀNH", "1. Một."),
        ("1. Một.\nChương II\nnhư trên.", "1. Một.\nChương II\nnhư trên."),
        ("Mục 1 Chương XI của Luật này.", "Mục 1 Chương XI của Luật này."),
    ],
)
def test_the_next_chapters_heading_is_no_part_of_an_article(
    tmp_path: Path, text: str, kept: str
) -> None:
    row = {"law_id": "1", "article_id": "1", "text": text, "effective_from": "2026-01-01"}
    path = text_file(tmp_path, json.dumps(row), "luat.jsonl")
    (article,) = reading_law.read(path, Known()).articles
    assert article.text == kept


def test_numbers_no_law_has_are_told(tmp_path: Path) -> None:
    row = {"law_id": "1" * 41, "article_id": "1", "text": "Một", "effective_from": "2026-01-01"}
    path = text_file(tmp_path, json.dumps(row), "luat.jsonl")
    (complaint,) = reading_law.read(path, Known()).complaints
    assert complaint == f"luat.jsonl: too long a number: {'1' * 41} article 1"


def test_lines_of_json_are_read_as_they_stand(tmp_path: Path) -> None:
    row = {
        "law_id": "12/2022/NĐ-CP",
        "law_name": "Nghị định",
        "article_id": "17",
        "title": "Tiền lương",
        "text": "1. Phạt\u0000 tiền.",
        "effective_from": "2022-01-17",
        "effective_to": "2026-09-10",
        "consolidated": "1/VBHN",
    }
    lines = [json.dumps(row), "", json.dumps(row | {"article_id": "18"}), json.dumps(row)]
    path = text_file(tmp_path, "\n".join(lines), "luat.jsonl")
    reading = reading_law.read(path, Known())
    assert reading.complaints == ["luat.jsonl:4: this article stands already in line 1"]
    first = reading.articles[0]
    assert first.text == "1. Phạt tiền."
    assert (first.effective_to, first.source) == (dt.date(2026, 9, 10), "1/VBHN")
