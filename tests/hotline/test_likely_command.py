"""`hotline law likely` and `hotline law eval` on a file of articles."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from hotline.__main__ import app
from knowledge_base import importing

LAW = "45/2019/QH14"
ARTICLES = {
    "97": ("Kỳ hạn trả lương", "Trả lương mỗi tháng một lần, đúng hạn."),
    "107": ("Làm thêm giờ", "Giờ làm thêm trong tháng có giới hạn."),
    "159": ("Người khuyết tật", "Chăm lo lối đi, xe lăn cho người khuyết tật."),
}
HIT, MISSED = "khuyết tật đi xe lăn thì lối đi ra sao", "khuyết tật ngồi xe lăn lối đi hẹp"


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    lines = [
        {"law_id": LAW, "article_id": number, "title": title, "text": text}
        | {"effective_from": "2021-01-01"}
        for number, (title, text) in ARTICLES.items()
    ]
    return write(tmp_path / "articles.jsonl", *lines)


def write(path: Path, *lines: Mapping[str, Any]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


def run(tmp_path: Path, *arguments: str, lines: bytes = b"") -> Result:
    environment = {"HOTLINE_DATA_DIR": str(tmp_path / "var")}
    return CliRunner().invoke(app, ["law", *arguments], env=environment, input=lines)


def test_people_read_a_ranked_list(tmp_path: Path, articles: Path) -> None:
    done = run(tmp_path, "likely", "--law", str(articles), HIT)
    assert (done.exit_code, done.stderr) == (0, "")
    assert "Đ.159  Người khuyết tật" in done.stdout.splitlines()[0]


def test_scripts_read_a_line_for_a_line(tmp_path: Path, articles: Path) -> None:
    asked = [
        json.dumps({"id": 7, "text": HIT}),
        "",
        "[1]",
        '{"id": "x"}',
        '{"id": 1e999, "text": ""}',
    ]
    lines = "\n".join(asked).encode() + b'\n{"id": 2, "text": "\\ud800"}\n\xff\n' + b"[" * 100_000
    done = run(tmp_path, "likely", "--jsonl", "--law", str(articles), lines=lines)
    assert done.exit_code == 0
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["id"] for one in told] == [7, None, "x", None, 2, None, None]
    assert told[0]["articles"][0] | {"score": 0, "because": ""} == {
        "law_id": LAW,
        "article_id": "159",
        "title": "Người khuyết tật",
        "score": 0,
        "because": "",
    }
    assert [("error" in one) for one in told] == [False, True, True, False, False, True, True]
    assert told[3]["articles"] == told[4]["articles"] == []


def test_a_question_is_wanted(tmp_path: Path) -> None:
    assert run(tmp_path, "likely").exit_code == 2


@pytest.mark.thorough
def test_hits_are_counted_as_by_hand(tmp_path: Path, articles: Path) -> None:
    def asked(text: str, number: str) -> dict[str, Any]:
        return {"text": text, "relevant": [{"law_id": LAW, "article_id": number}]}

    phrasing = next(iter(importing.load().entries.values())).phrasings[0]
    base_has = asked(phrasing.upper(), "107")
    lines = [asked(HIT, "159"), asked(MISSED, "97"), asked(HIT + " ạ", "999"), base_has]
    file = write(
        tmp_path / "labour.jsonl", *lines, {"text": "ly hôn"}, {"text": HIT, "relevant": []}
    )
    done = run(tmp_path, "eval", str(file), "--json", "--law", str(articles))
    assert (done.exit_code, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert (told["questions"], told["left_out_as_phrasings"]) == (3, 1)
    assert told["ours"]["reachable"] | {"within_10": 0, "within_3": 0} == {
        "questions": 2,
        "hits": told["ours"]["reachable"]["hits"],
        "within_1": 50.0,
        "within_3": 0,
        "within_10": 0,
    }
    assert told["ours"]["all"]["questions"] == 3
    halves = [told["ours"][name]["questions"] for name in ("tuned_on", "held_out")]
    assert sum(halves) == 2
    assert told["bm25s, words and pairs"]["reachable"]["within_1"] == 50.0
    table = run(tmp_path, "eval", str(file), "--law", str(articles)).stdout
    assert "left_out_as_phrasings 1" in table


def test_a_file_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "articles.jsonl"
    broken.write_text("not json\n", "utf-8")
    done = run(tmp_path, "likely", "--law", str(broken), HIT)
    assert done.exit_code == 2
    assert done.stderr.startswith("hotline: articles.jsonl:1")
