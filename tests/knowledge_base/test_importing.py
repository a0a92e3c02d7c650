"""Whoever writes the seed files is told where each fault is."""

from pathlib import Path

import pytest

from knowledge_base import importing
from knowledge_base.importing import ImportFailed
from tests.knowledge_base.conftest import Tree

ENTRIES = "entries/luong.yaml"


def complaints(directory: Path) -> list[str]:
    with pytest.raises(ImportFailed) as failed:
        importing.load(directory)
    return [str(complaint) for complaint in failed.value.complaints]


def test_a_whole_tree_is_read(tree: Tree) -> None:
    base = importing.load(tree())
    assert list(base.entries) == ["no-luong"]
    assert base.entries["no-luong"].topic == "luong"
    assert base.shorthand.meanings == {"cty": "công ty"}
    assert base.synonyms == {"no-luong": ["no luong", "cham luong"]}


FAULTS = {
    "unknown topic": (
        ENTRIES,
        "topic: luong",
        "topic: thuong",
        "luong.yaml:3: unknown topic 'thuong'",
    ),
    "unknown law": (
        ENTRIES,
        "law_id: 45/2019/QH14",
        "law_id: 10/2012/QH13",
        "luong.yaml:3: unknown law '10/2012/QH13'",
    ),
    "unknown number": (
        ENTRIES,
        "{luong_co_so}",
        "{luong_vung}",
        "luong.yaml:3: no parameter 'luong_vung' on 22/11/2026",
    ),
    "number not yet valid": (
        "parameters.yaml",
        "valid_from: 2026-07-01",
        "valid_from: 2027-07-01",
        "luong.yaml:3: no parameter 'luong_co_so' on 22/11/2026",
    ),
    "braces left over": (
        ENTRIES,
        "{luong_co_so}",
        "{Luong co so}",
        "luong.yaml:3: braces that name no parameter",
    ),
    "unknown number in the spoken text": (
        ENTRIES,
        "    valid_from",
        "    voice: Nghe {luong_vung}\n    valid_from",
        "luong.yaml:3: voice names unknown parameters ['luong_vung']",
    ),
    "related entry missing": (
        ENTRIES,
        "    valid_from",
        "    related: [khong-co]\n    valid_from",
        "luong.yaml:3: related entry 'khong-co' does not exist",
    ),
    "field missing": (
        ENTRIES,
        "    label: Bị nợ lương\n",
        "",
        "luong.yaml:3: label: Field required",
    ),
    "field misspelled": (
        ENTRIES,
        "    label:",
        "    lable:",
        "luong.yaml:3: lable: Extra inputs are not permitted",
    ),
    "label too long": (
        ENTRIES,
        "label: Bị nợ lương",
        f"label: {'x' * 61}",
        "luong.yaml:3: label: String should have at most 60 characters",
    ),
    "id with blanks": (
        ENTRIES,
        "id: no-luong",
        "id: nợ lương",
        "luong.yaml:3: id: String should match pattern",
    ),
    "dates out of order": (
        ENTRIES,
        "valid_from: 2021-01-01",
        "valid_from: 2021-01-01\n    valid_to: 2020-01-01",
        "luong.yaml:3: : Value error, valid_to lies before valid_from",
    ),
    "answer too long": (
        ENTRIES,
        "Công ty phải trả lương đúng hạn",
        "Công ty phải trả lương " * 40,
        "luong.yaml:3: the answer takes",
    ),
    "entry that is no mapping": (
        ENTRIES,
        "entries:\n",
        "entries:\n  - nợ lương\n",
        "luong.yaml: a mapping is expected, not 'nợ lương'",
    ),
    "no list of entries": (
        ENTRIES,
        "entries:\n  - id: no-luong\n    question",
        "entries: nợ\nx:\n  - id: no-luong\n    question",
        "luong.yaml: a list is expected under 'entries'",
    ),
    "law without a date": (
        "instruments.yaml",
        ", effective_from: 2021-01-01",
        "",
        "instruments.yaml:2: effective_from: Field required",
    ),
    "topic without a name": (
        "topics.yaml",
        ', name: "Lương"',
        "",
        "topics.yaml:2: name: Field required",
    ),
    "number with two values": (
        "parameters.yaml",
        "value: 2530000",
        "value: 2530000, low: 1, high: 2",
        "parameters.yaml:2: periods.0: Value error, give either value, or low and high",
    ),
    "number that is no mapping": (
        "parameters.yaml",
        "luong_co_so:\n",
        "khac: 5\nluong_co_so:\n",
        "parameters.yaml: a mapping is expected, not 5",
    ),
    "shorthand that is no word": (
        "shorthand.yaml",
        "công ty",
        "[công, ty]",
        "shorthand.yaml: 'cty' must stand for words",
    ),
    "synonyms that are no list": (
        "synonyms.yaml",
        "[no luong, cham luong]",
        "no luong",
        "synonyms.yaml: 'no-luong' must have a list of words",
    ),
    "not YAML": (ENTRIES, "entries:", "entries: [", "luong.yaml:"),
    "not a mapping at the top": (
        "shorthand.yaml",
        "cty: công ty",
        "- cty",
        "shorthand.yaml: a mapping is expected at the top",
    ),
    "not UTF-8": ("topics.yaml", "Lương", "L\udcff", "topics.yaml: "),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_told_with_its_place(tree: Tree, name: str) -> None:
    file, old, new, told = FAULTS[name]
    found = complaints(tree(file, old, new))
    assert any(complaint.startswith(told) for complaint in found), found


def test_broken_yaml_is_told_with_its_line(tree: Tree) -> None:
    (complaint,) = complaints(tree("shorthand.yaml", "cty: công ty", "a: b\n\ncty: ty: công"))
    assert complaint.startswith("shorthand.yaml:3: ")


def test_the_same_id_twice_names_both_places(tree: Tree) -> None:
    directory = tree()
    path = directory / "entries/nua.yaml"
    path.write_text((directory / ENTRIES).read_text("utf-8"), "utf-8")
    assert complaints(directory) == ["nua.yaml:3: no-luong stands already at luong.yaml:3"]


def test_all_faults_are_told_at_once(tree: Tree) -> None:
    directory = tree(ENTRIES, "topic: luong", "topic: thuong")
    (directory / "topics.yaml").unlink()
    found = complaints(directory)
    assert len(found) == 2
    assert any(complaint.startswith("topics.yaml: ") for complaint in found)


def test_complaints_point_at_the_line_of_the_entry(tree: Tree) -> None:
    directory = tree(ENTRIES, "entries:\n", "# một dòng\n# hai dòng\nentries:\n")
    path = directory / ENTRIES
    path.write_text(path.read_text("utf-8").replace("label: Bị nợ lương", "label: x"), "utf-8")
    assert complaints(directory)[0].startswith("luong.yaml:5: label:")


def test_earlier_wordings_name_laws_that_are_known(tree: Tree) -> None:
    earlier = """\
    turns_on: ngày trả lương
    earlier:
      - answer: Trước đây công ty phải trả lương mỗi tháng.
        citations: [{law_id: 10/2012/QH13, article_id: "96"}]
        valid_from: 2013-05-01
        valid_to: 2020-12-31
    checked_on"""
    found = complaints(tree(ENTRIES, "    checked_on", earlier))
    assert found == ["luong.yaml:3: unknown law '10/2012/QH13'"]


def test_places_of_entries_and_numbers_are_kept(tree: Tree) -> None:
    places = importing.load(tree()).places
    assert places == {"no-luong": "luong.yaml:3", "{luong_co_so}": "parameters.yaml:2"}
