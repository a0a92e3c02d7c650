"""The answers as files for others."""

import datetime as dt
import io
import json
from typing import Any

import openpyxl
import pytest
import yaml

from knowledge_base import entries, exporting, importing
from knowledge_base.library import Library
from tests.knowledge_base.conftest import DAY, Tree, entry

KEYS = [
    "id",
    "topic",
    "question",
    "phrasings",
    "answer",
    "voice",
    "citations",
    "valid_from",
    "valid_to",
    "related",
    "urgent",
]


@pytest.fixture
def library(tree: Tree) -> Library:
    base = importing.load(tree())
    return Library(
        [
            entry(
                answer="Lương cơ sở là {luong_co_so}.\nViệc nên làm: hỏi công đoàn.",
                voice="Lương cơ sở là {luong_co_so}.",
                phrasings=["=1+1", "cty nợ lương"],
                urgent=True,
            ),
            entry(id="cho-luat-su", lawyer_only="Chưa rõ luật"),
            entry(id="qua-han", valid_to="2026-11-21"),
        ],
        topics=base.topics,
        instruments=base.instruments,
        parameters=base.parameters,
        shorthand=base.shorthand,
        synonyms=base.synonyms,
    )


def exported(library: Library, kind: str, day: dt.date = DAY) -> bytes:
    sent, _ = exporting.rows(library, day)
    return exporting.FORMATS[kind](library, sent)


ROW: dict[str, Any] = {
    "id": "no-luong",
    "topic": "luong",
    "question": "Công ty nợ lương thì làm sao?",
    "phrasings": ["=1+1", "cty nợ lương"],
    "answer": "Lương cơ sở là 2.530.000 đ.\nViệc nên làm: hỏi công đoàn.",
    "voice": "Lương cơ sở là hai triệu năm trăm ba mươi nghìn đồng.",
    "citations": [{"law_id": "45/2019/QH14", "article_id": "97", "clause": "4", "point": None}],
    "valid_from": "2021-01-01",
    "valid_to": None,
    "related": [],
    "urgent": True,
}


def test_lines_of_json_hold_what_may_be_sent_that_day(library: Library) -> None:
    lines = exported(library, "jsonl").decode().splitlines()
    assert [json.loads(line) for line in lines] == [ROW]
    assert list(json.loads(lines[0])) == KEYS
    before = exported(library, "jsonl", dt.date(2026, 11, 21)).decode().splitlines()
    assert [json.loads(line)["id"] for line in before] == ["no-luong", "qua-han"]


def test_what_is_held_back_is_named_with_its_reason(library: Library) -> None:
    _, held = exporting.rows(library, DAY)
    assert held == {
        "cho-luat-su": "Chưa rõ luật",
        "qua-han": "câu trả lời đã hết thời hạn áp dụng",
    }


def test_yaml_holds_the_same(library: Library) -> None:
    content = exported(library, "yaml").decode()
    assert yaml.safe_load(content) == [ROW]
    assert "Công ty nợ lương" in content


def test_a_spreadsheet_has_a_row_an_entry_and_no_formula(library: Library) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(exported(library, "xlsx"))).active
    assert sheet is not None
    heading, row = sheet.iter_rows()
    assert heading[0].value == "Mã"
    assert [cell.value or None for cell in row] == [
        "no-luong",
        "Lương",
        ROW["question"],
        "=1+1\ncty nợ lương",
        ROW["answer"],
        ROW["voice"],
        "BLLĐ 2019 Đ.97 k.4",
        "2021-01-01",
        None,
        None,
        "có",
    ]
    assert row[3].data_type == "s"


def test_the_whole_seed_can_be_written(base: importing.Base) -> None:
    whole = entries.library_of(base)
    sent, held = exporting.rows(whole, DAY)
    assert len(sent) + len(held) == len(base.entries)
    lines = exported(whole, "jsonl").decode().splitlines()
    assert all("{" not in json.loads(line)["answer"] for line in lines)
