"""Small entries and small seed trees."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from knowledge_base.content import Entry

DAY = dt.date(2026, 11, 22)


def entry(**more: Any) -> Entry:
    return Entry.model_validate(
        {
            "id": "no-luong",
            "topic": "luong",
            "question": "Công ty nợ lương thì làm sao?",
            "label": "Bị nợ lương",
            "phrasings": ["cty no luong"],
            "answer": "Công ty phải trả lương đúng hạn, đủ và trực tiếp.",
            "citations": [{"law_id": "45/2019/QH14", "article_id": "97", "clause": "4"}],
            "valid_from": "2021-01-01",
            "checked_on": "2026-11-22",
        }
        | more
    )


FILES = {
    "topics.yaml": """\
topics:
  - {id: luong, name: "Lương"}
""",
    "instruments.yaml": """\
instruments:
  - {law_id: 45/2019/QH14, name: "Bộ luật Lao động", short: "BLLĐ 2019", effective_from: 2021-01-01}
""",
    "parameters.yaml": """\
luong_co_so:
  label: Lương cơ sở
  unit: đ
  periods:
    - {value: 2530000, valid_from: 2026-07-01, citation: {law_id: 45/2019/QH14, article_id: "3"}}
""",
    "shorthand.yaml": "cty: công ty\n",
    "synonyms.yaml": "no-luong: [no luong, cham luong]\n",
    "entries/luong.yaml": """\
topic: luong
entries:
  - id: no-luong
    question: Công ty nợ lương thì làm sao?
    label: Bị nợ lương
    phrasings: [cty no luong]
    answer: Công ty phải trả lương đúng hạn; lương cơ sở là {luong_co_so}.
    citations: [{law_id: 45/2019/QH14, article_id: "97", clause: "4"}]
    valid_from: 2021-01-01
    checked_on: 2026-11-22
""",
}

Tree = Callable[..., Path]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Writes a whole seed tree; `replacing` swaps one piece of one file for another."""

    def write(name: str = "", old: str = "", new: str = "") -> Path:
        for file, text in FILES.items():
            changed = text
            if file == name:
                assert old in text
                changed = text.replace(old, new, 1)
            path = tmp_path / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(changed, encoding="utf-8", errors="surrogateescape")
        return tmp_path

    return write
