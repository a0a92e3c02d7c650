"""What is learned from a small base: the same every time, better than even weights, kept whole."""

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from knowledge_base import importing, weights
from knowledge_base.content import Entry
from knowledge_base.importing import Base
from knowledge_base.matching import Index, Verdict
from knowledge_base.training import Basis, Labelled, learn
from knowledge_base.vectors import Floats
from knowledge_base.weights import LIKENESSES, Weights
from tests.knowledge_base import small_base
from tests.knowledge_base.small_base import LAW

UNSEEN = {  # asked as nobody asked before: the entry meant
    "cty nợ lương không trả thì đòi thế nào": "no-luong",
    "chưa thấy công ty trả tiền lương tháng này": "no-luong",
    "sinh đôi thì được nghỉ thai sản mấy tháng": "thai-san",
    "nghi sinh con duoc bao lau": "thai-san",
    "một năm được mấy ngày phép": "nghi-phep",
    "phep nam khong nghi het": "nghi-phep",
    "tăng ca một tháng tối đa bao nhiêu giờ": "tang-ca",
    "bị ép làm thêm giờ cả chủ nhật": "tang-ca",
}


NOTHING: Basis = frozenset()
OFF_TOPIC = (
    "ly hôn thì chia tài sản thế nào",
    "mua nhà trả góp cần giấy tờ gì",
    "đăng ký xe máy ở đâu",
    "một năm được mấy lần đổi bằng lái xe",
)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    return importing.load(small_base.write(tmp_path_factory.mktemp("seed")))


@pytest.fixture(scope="module")
def learned(base: Base) -> Weights:
    return learn(base, [])


def index(base: Base, given: Weights) -> Index:
    return Index(base.entries.values(), base.shorthand, base.synonyms, given)


def with_ranking(given: Weights, ranking: Mapping[str, float]) -> Weights:
    return given.model_copy(update={"ranking": ranking})


def about(text: str, entry_id: str) -> Labelled:
    return Labelled(text, frozenset({(LAW, small_base.ENTRIES[entry_id][0])}))


QUESTIONS = [
    *(about(text, meant) for text, meant in UNSEEN.items()),
    *(Labelled(text, NOTHING) for text in OFF_TOPIC),
]


def disbelief(base: Base, given: Weights) -> float:
    """How surprised the ranking is, on average, by the owner of a phrasing it has not read."""
    surprises = [
        _surprise(index(_without(base, entry, phrasing), given), entry.id, phrasing)
        for entry in base.entries.values()
        for phrasing in entry.phrasings
    ]
    return sum(surprises) / len(surprises)


def _without(base: Base, entry: Entry, phrasing: str) -> Base:
    rest = tuple(one for one in entry.phrasings if one != phrasing)
    forgetful = entry.model_copy(update={"phrasings": rest})
    return replace(base, entries={**base.entries, entry.id: forgetful})


def _surprise(found: Index, meant: str, text: str) -> float:
    score = found.score(text).score.astype(float)
    at = [entry.id for entry in found.entries].index(meant)
    return math.log(np.exp(score - score[at]).sum())


# -- the same every time ---------------------------------------------------------------------------


def test_the_same_base_and_questions_teach_the_same(base: Base) -> None:
    assert learn(base, QUESTIONS) == learn(base, QUESTIONS)


def test_the_order_of_the_entries_teaches_nothing(base: Base, learned: Weights) -> None:
    turned = replace(base, entries=dict(reversed(base.entries.items())))
    assert learn(turned, []).ranking == learned.ranking


# -- ranking ---------------------------------------------------------------------------------------


def test_questions_unseen_find_their_entries(base: Base, learned: Weights) -> None:
    found = index(base, learned)
    assert {text: found.search(text, 1)[0].entry_id for text in UNSEEN} == UNSEEN


@pytest.mark.parametrize("even", [2.0, 5.0, 10.0])
def test_learned_weights_believe_more_in_what_is_meant(
    base: Base, learned: Weights, even: float
) -> None:
    level = with_ranking(learned, dict.fromkeys(LIKENESSES, even))
    assert disbelief(base, learned) < disbelief(base, level) * 0.75


def test_who_does_what_to_whom_keeps_its_weight(learned: Weights) -> None:
    """No phrasing of this base takes a side, so nothing in it teaches that sides matter."""
    assert learned.ranking["side"] >= 2.5


# -- calibration -----------------------------------------------------------------------------------


def known(base: Base, times: int = 2) -> list[Labelled]:
    """So many right ones that one wrong one hardly moves what a score is worth."""
    phrasings = [about(text, one.id) for one in base.entries.values() for text in one.phrasings]
    return [*QUESTIONS, *phrasings * times]


@pytest.mark.parametrize(
    "wrong",
    [about("chế độ nghỉ thai sản cho mẹ", "no-luong"), Labelled("phép năm có mấy ngày", NOTHING)],
    ids=["labelled otherwise", "off-topic"],
)
def test_what_would_be_answered_wrong_is_answered_no_more(base: Base, wrong: Labelled) -> None:
    before, after = learn(base, known(base)), learn(base, [*known(base), wrong])
    assert index(base, before).decide(wrong.text).verdict is Verdict.ANSWER
    decision = index(base, after).decide(wrong.text)
    assert decision.confidence > before.bounds.answer  # so it is the bound that holds it back
    assert decision.verdict is Verdict.CLARIFY


def test_a_bound_above_the_surest_is_still_a_share(base: Base) -> None:
    wrong = Labelled("phép năm có mấy ngày", NOTHING)
    learned = learn(base, [*known(base, 60), wrong])
    assert learned.answer.of(_clues(base, learned, wrong.text)) > 0.999
    assert learned.bounds.answer == 1


def _clues(base: Base, given: Weights, text: str) -> Floats:
    found = index(base, given)
    return found.clues(found.score(text))


def test_the_sure_are_surer_than_the_strange(base: Base) -> None:
    found = index(base, learn(base, QUESTIONS))
    strange = max(found.decide(text).confidence for text in OFF_TOPIC)
    assert all(found.decide(text).confidence > strange for text in UNSEEN)


# -- kept ------------------------------------------------------------------------------------------


def test_what_is_kept_is_read_back(learned: Weights, tmp_path: Path) -> None:
    path = tmp_path / "weights.yaml"
    weights.keep(learned, "How it was learned,\nin two lines.", path)
    assert weights.learned(path) == learned
    assert path.read_text("utf-8").startswith("# How it was learned,\n# in two lines.\nranking:")


@pytest.mark.parametrize("missing", ["nearest", "side"])
def test_weights_that_lack_a_likeness_are_refused(
    learned: Weights, tmp_path: Path, missing: str
) -> None:
    path = tmp_path / "weights.yaml"
    rest = {name: weight for name, weight in learned.ranking.items() if name != missing}
    weights.keep(with_ranking(learned, rest), "", path)
    with pytest.raises(ValueError, match="likenesses are"):
        weights.learned(path)
