"""`hotline clock` as scripts use it."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.hotline.test_commands import CommandLine

ONE = {"id": 1, "start": "2026-11-23T16:00:00+07:00", "minutes": 120, "calendar": "office"}


@pytest.fixture
def hotline(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path / "var")


def ask(hotline: CommandLine, *lines: Any) -> list[Any]:
    told = [one if isinstance(one, str) else json.dumps(one) for one in lines]
    said = hotline("clock", "--jsonl", stdin="\n".join(told).encode()).well()
    return [json.loads(line) for line in said.splitlines()]


def test_lines_in_deadlines_out(hotline: CommandLine) -> None:
    answers = ask(
        hotline,
        ONE,  # Tuesday 24/11 is a holiday
        ONE | {"id": "hai", "start": "2026-11-23T04:00:00-05:00"},
        ONE | {"id": 3, "calendar": "always"},
        ONE | {"id": 4, "pauses": [["2026-11-25T07:45:00+07:00", "2026-11-25T10:00:00+07:00"]]},
        ONE | {"id": 5, "start": "2027-02-03T16:30:00+07:00", "minutes": 60},  # over Tết
        ONE | {"id": 6, "start": "2026-08-21T16:30:00+07:00", "minutes": 60},  # worked for 31/8
        ONE | {"id": 7, "minutes": 0},
    )
    assert answers == [
        {"id": 1, "due_at": "2026-11-25T08:30:00+07:00"},
        {"id": "hai", "due_at": "2026-11-25T08:30:00+07:00"},
        {"id": 3, "due_at": "2026-11-23T18:00:00+07:00"},
        {"id": 4, "due_at": "2026-11-25T10:45:00+07:00"},
        {"id": 5, "due_at": "2027-02-11T08:00:00+07:00"},
        {"id": 6, "due_at": "2026-08-22T08:00:00+07:00"},
        {"id": 7, "due_at": "2026-11-23T16:00:00+07:00"},
    ]


BAD: tuple[Any, ...] = (
    "{",
    "[1]",
    '"x"',
    '{"id": NaN}',
    ONE | {"start": "2026-11-23T16:00:00"},
    ONE | {"start": "yesterday"},
    ONE | {"start": 1700000000},
    ONE | {"minutes": -1},
    ONE | {"minutes": "120"},
    ONE | {"minutes": 1.5},
    ONE | {"minutes": True},
    ONE | {"minutes": 10**12},
    ONE | {"minutes": 10**30},
    ONE | {"start": "9999-12-31T23:00:00+00:00"},
    ONE | {"calendar": "lunar"},
    ONE | {"pauses": [["2026-11-23T16:00:00+07:00"]]},
    ONE | {"pauses": [["2026-11-23T17:00:00+07:00", "2026-11-23T16:00:00+07:00"]]},
    ONE | {"pauses": "x"},
    {"id": 1},
)


def test_a_bad_line_is_answered_and_stops_nothing(hotline: CommandLine) -> None:
    lines = [one for bad in BAD for one in (bad, ONE)]
    answers = ask(hotline, *lines)
    assert len(answers) == len(lines)
    for bad, answer in zip(BAD, answers[::2], strict=True):
        assert set(answer) == {"id", "error"}, bad
        assert answer["error"]
    assert all(answer["due_at"] == "2026-11-25T08:30:00+07:00" for answer in answers[1::2])
    assert not hotline.directory.exists()


def test_two_thousand_lines_are_a_matter_of_seconds(hotline: CommandLine) -> None:
    begun = time.monotonic()
    assert len(ask(hotline, *[ONE | {"minutes": 5000}] * 2000)) == 2000
    assert time.monotonic() - begun < 30


def test_without_lines_it_says_what_it_wants(hotline: CommandLine) -> None:
    assert "--jsonl" in hotline("clock").refused()


def test_days_are_set_apart_listed_and_given_back(hotline: CommandLine) -> None:
    hotline.here("migrate").well()
    said = hotline.here("clock", "days", "add", "2026-11-28", "07:30-11:30,13:00-24:00").well()
    assert said.startswith("Version 1: 2026-11-28")
    hotline.here("clock", "days", "add", "2026-11-30", "closed", "--note", "bão").well()
    listed = hotline.here("clock", "days", "list").well().splitlines()
    assert listed == [
        "2026-01-02 closed (shipped)",
        "2026-01-10 07:30-11:30,13:00-17:00 (shipped)",
        "2026-11-28 07:30-11:30,13:00-24:00",
        "2026-11-30 closed",
    ]
    hotline.here("clock", "days", "add", "2026-11-28", "usual").well()
    assert "2026-11-28" not in hotline.here("clock", "days", "list").well()


@pytest.mark.parametrize("words", [("28/11", "closed"), ("2026-11-28", "morning")])
def test_what_is_no_day_and_no_hours_is_refused(hotline: CommandLine, words: tuple[str]) -> None:
    hotline.here("migrate").well()
    assert hotline.here("clock", "days", "add", *words).refused()


@pytest.mark.parametrize("hours", ["09:00-08:00", "08:00-10:00,09:00-11:00", "08:00-08:00"])
def test_hours_run_forward(hotline: CommandLine, hours: str) -> None:
    hotline.here("migrate").well()
    assert "in order" in hotline.here("clock", "days", "add", "2026-11-28", hours).refused()
