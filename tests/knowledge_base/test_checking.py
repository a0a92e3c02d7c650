"""Whoever writes answers is told what is wrong with them, with the place."""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from knowledge_base import checking, importing
from knowledge_base.articles import Article, Law
from knowledge_base.calculators import guide
from knowledge_base.calculators.guide import Guide
from knowledge_base.calculators.guides import GUIDES
from tests.knowledge_base.conftest import DAY, Tree

CODE = "45/2019/QH14"
ENTRIES = "entries/luong.yaml"
LAW = Law(
    [
        Article(CODE, "97", "Kỳ hạn", "1. Một\n4. Bốn:\na) A;\nđ) Đ.", dt.date(2021, 1, 1)),
        Article(CODE, "3", "", "Có.", dt.date(2021, 1, 1)),
        Article("10/2012/QH13", "96", "", "Cũ.", dt.date(2013, 5, 1), dt.date(2021, 1, 1)),
    ]
)
GOOD_VOICE = "Công ty phải trả lương đúng hạn. Lương cơ sở là {luong_co_so:x2}, đúng không?"


@pytest.fixture
def good(tree: Tree) -> Path:
    """A tree nobody can complain of."""
    directory = tree()
    phrasings = ", ".join(f"cach hoi so {chr(97 + number)}" for number in range(12))
    replace(directory, "[cty no luong]", f"[{phrasings}]")
    replace(
        directory,
        "    valid_from: 2021-01-01",
        f"    voice: {GOOD_VOICE!r}\n    valid_from: 2026-07-01",
    )
    return directory


def replace(directory: Path, old: str, new: str, file: str = ENTRIES) -> None:
    path = directory / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def told(
    directory: Path,
    law: Law = LAW,
    day: dt.date = DAY,
    guides: Mapping[str, Guide] | None = None,
) -> list[str]:
    return [str(one) for one in checking.check(importing.load(directory), law, guides or {}, day)]


def test_a_good_tree_is_fine(good: Path) -> None:
    assert told(good) == []
    assert told(good, Law([])) == []


EARLIER = """\
    turns_on: ngày trả lương
    earlier:
      - answer: Trước đây công ty phải trả lương mỗi tháng.
        voice: Trước đây công ty phải trả lương mỗi tháng.
        citations: [{{law_id: {law}, article_id: "96"}}]
        valid_from: {since}
        valid_to: 2020-12-31
    checked_on"""
OLD_CODE = (
    "instruments:\n",
    "instruments:\n  - {law_id: 10/2012/QH13, name: Cũ, short: Cũ, effective_from: 2013-05-01,"
    " effective_to: 2021-01-01}\n",
)
ENTRY = "luong.yaml:3: no-luong: "
FAULTS: dict[str, tuple[str, str, str, str]] = {
    "no article": (ENTRIES, '"97"', '"99"', f"{ENTRY}{CODE} has no article 99 on 22/11/2026"),
    "no clause": (
        ENTRIES,
        'clause: "4"',
        'clause: "2"',
        f"{ENTRY}{CODE} article 97 has no clause 2",
    ),
    "no point": (
        ENTRIES,
        'clause: "4"',
        'clause: "4", point: d',
        f"{ENTRY}{CODE} article 97 has no point d in clause 4",
    ),
    "law not yet in force": (
        "instruments.yaml",
        "effective_from: 2021-01-01",
        "effective_from: 2026-08-01",
        f"{ENTRY}{CODE} is not in force on 01/07/2026",
    ),
    "law replaced": (
        "instruments.yaml",
        "2021-01-01}",
        "2021-01-01, effective_to: 2026-11-22}",
        f"{ENTRY}{CODE} is not in force on 22/11/2026",
    ),
    "law of a number": (
        "parameters.yaml",
        'article_id: "3"',
        'article_id: "4"',
        f"parameters.yaml:2: {{luong_co_so}}: {CODE} has no article 4 on 22/11/2026",
    ),
    "number younger than the wording": (
        ENTRIES,
        "valid_from: 2026-07-01",
        "valid_from: 2026-06-30",
        f"{ENTRY}no parameter 'luong_co_so' on 30/06/2026",
    ),
    "too few phrasings": (ENTRIES, ", cach hoi so l]", "]", f"{ENTRY}only 11 of 12 phrasings"),
    "a phrasing twice": (
        ENTRIES,
        "cach hoi so l",
        "Cách hỏi số A?",
        f"{ENTRY}the phrasing “Cách hỏi số A?” stands already in no-luong",
    ),
    "itself as related": (
        ENTRIES,
        "    valid_from",
        "    related: [no-luong]\n    valid_from",
        f"{ENTRY}related entry 'no-luong' does not exist",
    ),
    "no voice": (ENTRIES, f"    voice: {GOOD_VOICE!r}\n", "", f"{ENTRY}there is no voice"),
    "digits and signs in the voice": (
        ENTRIES,
        "đúng hạn. Lương",
        "đúng hạn (30%); Lương",
        f"{ENTRY}the voice has what nobody can speak: % ( ) 0 3 ;",
    ),
    "too long a voice": (
        ENTRIES,
        "voice: 'Công ty",
        f"voice: 'Công ty {'nhé ' * 162}",
        f"{ENTRY}the voice takes 181 of 180 syllables",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_told_with_its_place(good: Path, name: str) -> None:
    file, old, new, expected = FAULTS[name]
    replace(good, old, new, file)
    assert expected in told(good), told(good)


def test_an_entry_for_lawyers_needs_no_voice(good: Path) -> None:
    replace(good, f"    voice: {GOOD_VOICE!r}\n", "    lawyer_only: Chưa rõ luật\n")
    assert told(good) == []


@pytest.mark.parametrize(
    ("law", "since", "expected"),
    [
        ("10/2012/QH13", "2013-05-01", []),
        ("10/2012/QH13", "2013-04-30", ["10/2012/QH13 is not in force on 30/04/2013"]),
        (CODE, "2013-05-01", [f"{CODE} is not in force on 01/05/2013"]),
    ],
)
def test_an_earlier_wording_is_held_against_the_law_of_then(
    good: Path, law: str, since: str, expected: list[str]
) -> None:
    replace(good, *OLD_CODE, "instruments.yaml")
    replace(good, "    checked_on", EARLIER.format(law=law, since=since))
    day = dt.date.fromisoformat(since)
    prefix = f"{ENTRY}wording of {day:%d/%m/%Y}: "
    assert told(good) == [prefix + why for why in expected]


def test_labels_and_phrasings_of_two_entries_may_not_meet(good: Path) -> None:
    other = (good / ENTRIES).read_text("utf-8").replace("id: no-luong", "id: cham-luong")
    (good / "entries/cham.yaml").write_text(other.replace("Bị nợ lương", "bi no luong"), "utf-8")
    found = told(good)
    assert "luong.yaml:3: no-luong: the label “Bị nợ lương” stands already in cham-luong" in found
    assert len(found) == 13


def test_laws_without_text_are_named(good: Path) -> None:
    base = importing.load(good)
    assert checking.untexted(base, LAW) == []
    assert checking.untexted(base, Law([])) == [CODE]


def test_every_shipped_law_can_be_spoken(base: Any) -> None:
    for law_id, instrument in base.instruments.items():
        assert instrument.spoken, law_id
        assert not any(letter.isdigit() or letter in "/-" for letter in instrument.spoken), law_id


def test_what_a_guide_cites_must_exist_in_the_law_of_its_time(good: Path) -> None:
    replace(good, *OLD_CODE, "instruments.yaml")
    one = next(iter(GUIDES.values()))
    cites = (
        guide.law(CODE, "97", "4"),
        guide.law("10/2012/QH13", "96"),
        guide.law(CODE, "97", "7"),
        guide.law("1/2030/QH17", "1"),
    )
    guides = {"g": dataclasses.replace(one, id="g", citations=cites)}
    assert told(good, guides=guides) == [
        f"calculator:g: {CODE} article 97 has no clause 7",
        "calculator:g: unknown law '1/2030/QH17'",
    ]
