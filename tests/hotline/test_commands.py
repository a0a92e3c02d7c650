"""The command line as people and scripts use it: real processes, real files."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import docx
import pytest
from typer.testing import CliRunner

from hotline.__main__ import app

ROOT = Path(__file__).parents[2]


class CommandLine:
    """`hotline ...` with its data in one directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def here(self, *arguments: str) -> "Ended":
        """The same in this process: a long story need not start a program at every step."""
        done = CliRunner().invoke(app, arguments, env={"HOTLINE_DATA_DIR": str(self.directory)})
        return Ended(done.exit_code, done.stdout, done.stderr)

    def __call__(self, *arguments: str, stdin: bytes = b"", **settings: str) -> "Ended":
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")
        }
        environment |= {"HOTLINE_DATA_DIR": str(self.directory), "HOTLINE_PORT": "0"}
        environment |= {f"HOTLINE_{name}": value for name, value in settings.items()}
        done = subprocess.run(
            [sys.executable, "-m", "hotline", *arguments],
            cwd=ROOT,
            env=environment,
            input=stdin,
            capture_output=True,
            timeout=120,
            check=False,
        )
        return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())


class Ended:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    def well(self) -> str:
        assert (self.code, self.err) == (0, "")
        return self.out

    def refused(self) -> str:
        """The one sentence it said."""
        assert self.code == 2, self.err
        assert self.out == ""
        (sentence,) = self.err.splitlines()
        assert sentence.startswith("hotline: ")
        return sentence.removeprefix("hotline: ")


@pytest.fixture
def hotline(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path / "var")


# -- asking ----------------------------------------------------------------------------------------


def test_a_question_is_answered_with_its_basis(hotline: CommandLine) -> None:
    said = hotline("ask", "Tăng ca tối đa bao nhiêu giờ một tháng?").well()
    assert "40 giờ/tháng" in said
    assert "Căn cứ: BLLĐ 2019 Đ.107" in said
    assert "[Đúng ý tôi]" in said
    assert not hotline.directory.exists()


@pytest.mark.thorough
def test_why_an_entry_was_found_is_told(hotline: CommandLine) -> None:
    said = hotline.here("ask", "Tăng ca tối đa bao nhiêu giờ một tháng?", "--why").well()
    assert re.search(r"^answer: right 0\.9\d", said, re.MULTILINE)
    assert re.search(r"^lam-them-toi-da: belief 0\.\d\d$", said, re.MULTILINE)
    assert "nearest" in said
    assert "#tang-ca" in said


def test_lines_are_answered_one_by_one_whatever_they_hold(hotline: CommandLine) -> None:
    lines = [
        json.dumps({"id": 1, "text": "Tăng ca tối đa bao nhiêu giờ một tháng?"}).encode(),
        b"not json",
        b" ",
        b"",
        json.dumps({"id": "x", "text": 5}).encode(),
        b'{"id": 3}',
        b"[1, 2]",
        b'"text"',
        b"null",
        b'{"id": 4, "text": "\xff\xfe"}',
        b'{"id": "\\ud800", "text": "\\ud800 ?"}',
        b'{"id": NaN, "text": "?"}',
        b'{"id": 5, "text": ""}',
        b'{"id": ' + b"9" * 5000 + b', "text": ""}',
        b"[" * 100_000,
        b'{"id": ' + b"[" * 800 + b"]" * 800 + b', "text": "x"}',
        json.dumps({"id": 6, "text": "công ty nợ lương " * 60_000}).encode(),
        json.dumps({"id": 7, "text": "cty bat lam 60 gio tang ca 1 thang dung luat ko"}).encode(),
    ]
    answered = [
        json.loads(line, parse_constant=_no_constant)
        for line in hotline("ask", "--jsonl", stdin=b"\n".join(lines)).well().splitlines()
    ]
    assert len(answered) == len([line for line in lines if line.strip()])
    by_id = {answer["id"]: answer for answer in answered if isinstance(answer["id"], int)}
    assert by_id[1]["outcome"] == "answer"
    assert by_id[1]["entries"][0]["id"] == "lam-them-toi-da"
    assert by_id[1]["entries"][0]["citations"][0]["law_id"] == "45/2019/QH14"
    assert by_id[5]["outcome"] == "chat"
    assert by_id[6]["outcome"] in ("answer", "clarify", "handoff", "chat")
    assert by_id[7] == {"id": 7, "outcome": "handoff", "urgent": False, "entries": []}
    assert by_id[3]["error"]
    assert sum("error" in answer for answer in answered) == 8


def _no_constant(name: str) -> Any:
    raise AssertionError(f"{name} is no JSON")


# -- the knowledge base ----------------------------------------------------------------------------


def test_the_shipped_base_is_valid(hotline: CommandLine) -> None:
    assert hotline("kb", "validate").well() == "No complaints.\n"


@pytest.mark.thorough
def test_citations_are_checked_against_the_text_of_the_law(
    hotline: CommandLine, tmp_path: Path
) -> None:
    (tmp_path / "law.jsonl").write_text(article("1", "1. Một"), "utf-8")
    ended = hotline("kb", "validate", "--law", str(tmp_path / "law.jsonl"))
    assert ended.code == 1
    assert re.search(
        r"^lam-them\.yaml:\d+: lam-them-toi-da: 45/2019/QH14 has no article 107 on ",
        ended.out,
        re.MULTILINE,
    )
    assert "Not checked, their texts were not imported: " in ended.out


def article(article_id: str, text: str, **more: str) -> str:
    told = {"law_id": "45/2019/QH14", "article_id": article_id, "title": "Làm thêm giờ"}
    return json.dumps(told | {"text": text, "effective_from": "2021-01-01"} | more) + "\n"


@pytest.mark.thorough
def test_what_may_be_sent_is_written_out(hotline: CommandLine, tmp_path: Path) -> None:
    lines = hotline.here("kb", "export").well().splitlines()
    exported = {row["id"]: row for row in map(json.loads, lines)}
    assert "lam-them-60-gio" not in exported
    assert exported["lam-them-toi-da"]["citations"][0]["law_id"] == "45/2019/QH14"
    book = tmp_path / "answers.xlsx"
    assert (
        hotline.here("kb", "export", "--format", "xlsx", "--output", str(book))
        .well()
        .startswith(f"{book}: {len(lines)} answers; held back: ")
    )
    assert book.read_bytes().startswith(b"PK")
    assert hotline.here("kb", "export", "--format", "xlsx").refused() == (
        "a spreadsheet needs --output FILE"
    )
    assert (
        "must be one of jsonl, yaml, xlsx"
        in hotline.here("kb", "export", "--format", "csv").refused()
    )


# -- the law register ------------------------------------------------------------------------------

CODE = "45/2019/QH14"


@pytest.mark.thorough
def test_a_law_changes_and_is_read_again(hotline: CommandLine, tmp_path: Path) -> None:
    hotline.here("migrate").well()
    hotline.here("kb", "load").well()
    _imports(hotline, tmp_path)
    _held_and_rechecked(hotline)
    _replaced_and_restored(hotline)
    assert hotline.here("law", "stale").well() == "0 answers were sent on stale law.\n"


def _imports(hotline: CommandLine, tmp_path: Path) -> None:
    before, after = tmp_path / "before.jsonl", tmp_path / "after.docx"
    before.write_text(article("107", "1. Giờ.\n2. Bốn mươi giờ.") + article("1", "Một."), "utf-8")
    document = docx.Document()
    for line in ("Luật số: 45/2019/QH14", "Điều 107. Làm thêm giờ", "1. Giờ.", "2. Năm mươi giờ."):
        document.add_paragraph(line)
    document.save(str(after))
    assert "2 new, 0 changed" in hotline.here("law", "import", str(before)).well()
    checked = hotline.here("law", "import", str(after), "--part", "--check").well()
    assert "    -2. Bốn mươi giờ.\n    +2. Năm mươi giờ.\n" in checked
    assert "0 new, 1 changed, 0 vanished, 0 unchanged" in checked
    assert "  calculator tien-lam-them: 45/2019/QH14 article 107\n" in checked
    assert "  entry lam-them-toi-da: 45/2019/QH14 article 107\n" in checked
    assert checked.endswith("Nothing was written.\n")
    assert "Recorded." in hotline.here("law", "import", str(after), "--part").well()
    assert "version 2" in hotline.here("law", "show", CODE, "107").well()
    after.write_bytes(b"no document")
    refused = hotline.here("law", "import", str(after))
    assert (refused.code, refused.out.splitlines()[0]) == (
        1,
        "after.docx: not a Word document (.docx)",
    )


def _held_and_rechecked(hotline: CommandLine) -> None:
    assert "lam-them-toi-da: Điều 107 BLLĐ 2019 đã thay đổi" in hotline.here("law", "held").well()
    recheck = ("law", "recheck", "--who", "Lan")
    assert "there is no entry khong-co" in hotline.here(*recheck, "khong-co").refused()
    assert "by Lan" in hotline.here(*recheck, "lam-them-toi-da").well()
    assert "lam-them-toi-da:" not in hotline.here("law", "held").well()


def _replaced_and_restored(hotline: CommandLine) -> None:
    told = ("law", "replaced", CODE, "--from", "2026-01-01", "--who", "Lan")
    assert "import it first" in hotline.here(*told, "--by", "99/2026/QH16").refused()
    said = hotline.here(*told, "--by", "41/2024/QH15").well()
    assert "  entry lam-them-toi-da: 45/2019/QH14 article 107" in said
    listed = hotline.here("law", "list").well()
    assert "from 2021-01-01 until 2026-01-01, replaced by 41/2024/QH15" in listed
    assert "lam-them-toi-da: căn cứ 45/2019/QH14" in hotline.here("law", "held").well()
    assert (
        hotline.here("law", "restored", CODE, "--who", "Lan").well() == f"{CODE}: from 2021-01-01\n"
    )
    affected = hotline.here("law", "affected", CODE, "107").well()
    assert "  entry lam-them-toi-da: 45/2019/QH14 article 107\n" in affected
    assert "knows no law 1/1" in hotline.here("law", "show", "1/1").refused()


# -- a database, accounts, a backup, new keys --------------------------------------------------------


def test_a_life_of_one_installation(hotline: CommandLine, tmp_path: Path) -> None:
    _before_it_is_set_up(hotline)
    assert hotline.here("migrate").well() == "The database is up to date.\n"
    _accounts(hotline)
    _backup(hotline, tmp_path / "copies")
    _new_keys(hotline)


def _before_it_is_set_up(hotline: CommandLine) -> None:
    assert "run “hotline migrate”" in hotline("serve").refused()
    assert "there is no database" in hotline.here("backup", str(hotline.directory)).refused()


def _accounts(hotline: CommandLine) -> None:
    add = ("staff", "add", "An@Hotline.test", "--name", "Luật sư An", "--role")
    assert hotline.here(*add, "boss").refused() == (
        "--role must be one of lawyer, manager, editor, admin"
    )
    password = hotline.here(*add, "lawyer").well().strip()
    assert len(password) >= 14
    assert hotline.here(*add, "admin").refused() == "Tài khoản với e-mail này đã có."
    token = hotline.here("staff", "token", "an@hotline.test").well()
    assert token.startswith("hl_")
    renewed = hotline.here("staff", "password", "an@hotline.test").well().strip()
    assert renewed != password
    unknown = hotline.here("staff", "token", "nobody@hotline.test").refused()
    assert unknown == "there is no account nobody@hotline.test"
    listed = hotline.here("staff", "list").well()
    assert listed.split() == ["lawyer", "an@hotline.test", "Luật", "sư", "An"]
    stored = (hotline.directory / "hotline.sqlite3").read_bytes()
    for secret in (password, renewed, token.strip()):
        assert secret.encode() not in stored


def _backup(hotline: CommandLine, target: Path) -> None:
    said = hotline.here("backup", str(target)).well()
    (copy,) = target.iterdir()
    assert said.startswith(str(copy))
    assert copy.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(copy) as connection:
        assert connection.execute("SELECT email FROM staff").fetchall() == [("an@hotline.test",)]
    connection.close()


def _new_keys(hotline: CommandLine) -> None:
    keys = hotline.directory / "keys" / "encryption.keys"
    (first,) = keys.read_bytes().split()
    assert "The old keys still read earlier backups" in hotline.here("keys", "rotate").well()
    (newest, second) = keys.read_bytes().split()
    assert second == first != newest
    keys.unlink()
    assert "put the keys back" in hotline("serve", "--set-up").refused()


# -- what stops a start ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"TELEGRAM_TOKEN": "123456:ABC"}, "HOTLINE_TELEGRAM_SECRET is missing"),
        (
            {"DATABASE_URL": "postgresql://nobody:hidden@127.0.0.1:1/none"},
            "the database cannot be reached (OperationalError)",
        ),
    ],
    ids=["Telegram without its secret", "no database there"],
)
@pytest.mark.thorough("no database there")
def test_a_start_that_cannot_be_is_one_sentence(
    hotline: CommandLine, settings: dict[str, str], sentence: str
) -> None:
    said = hotline("serve", "--set-up", **settings).refused()
    assert said.startswith(sentence)
    assert "hidden" not in said
    assert not (hotline.directory / "hotline.sqlite3").exists()


def test_a_file_that_is_no_database_is_one_sentence(hotline: CommandLine) -> None:
    hotline.directory.mkdir()
    (hotline.directory / "hotline.sqlite3").write_bytes(b"no database at all" * 500)
    assert hotline("migrate").refused().startswith("the database cannot be reached")
