"""Rows of features against plain arithmetic."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.vectors import Bags

BAGS = st.lists(
    st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 4), max_size=5),
    min_size=1,
    max_size=8,
)


def gather(bags: list[dict[str, int]]) -> Bags:
    gathered = Bags()
    for bag in bags:
        gathered.add(bag, lambda _: 1.0)
    return gathered


@given(BAGS, st.dictionaries(st.sampled_from("abcdefghz"), st.floats(0.5, 3), min_size=1))
def test_cosines_agree_with_the_definition(
    bags: list[dict[str, int]], asked: dict[str, float]
) -> None:
    gathered = gather(bags)
    rarity = gathered.rarity(1.0)
    rows = [
        {
            feature: math.log((len(bags) + 1) / (sum(feature in b for b in bags) + 0.5))
            * count**0.5
            for feature, count in bag.items()
        }
        for bag in bags
    ]
    cosines = gathered.of_unit_length(rarity).sums(rarity.probe(asked).unit())
    for row, cosine in zip(rows, cosines, strict=True):
        length = math.sqrt(sum(w * w for w in row.values())) or 1.0
        of_asked = math.sqrt(sum(w * w for w in asked.values()))
        dot = sum(weight * asked.get(feature, 0) for feature, weight in row.items())
        assert cosine == pytest.approx(dot / length / of_asked, abs=1e-5)


@given(BAGS)
def test_parts_add_up_to_the_sum(bags: list[dict[str, int]]) -> None:
    gathered = gather(bags)
    rarity = gathered.rarity(0.6)
    found = gathered.of_unit_length(rarity).find(rarity.probe(dict.fromkeys("abcz", 1.0)))
    sums = found.sums()
    for row in range(len(bags)):
        parts = found.parts(row)
        assert set(parts) == set(bags[row]) & set("abc")
        assert sum(parts.values()) == pytest.approx(float(sums[row]), abs=1e-5)


def test_features_that_no_row_has_weigh_nothing() -> None:
    rarity = gather([{"a": 1}]).rarity(1.0)
    postings = gather([{"a": 1}]).of_unit_length(rarity)
    assert postings.sums(rarity.probe({"nobody": 1.0})).tolist() == [0.0]
    assert postings.sums(rarity.probe({})).tolist() == [0.0]
    nothing = Bags().rarity(1.0)
    assert Bags().of_unit_length(nothing).sums(nothing.probe({"a": 1.0})).tolist() == []


MANY = st.lists(
    st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 4), max_size=3),
    min_size=30,
    max_size=60,
)


@given(MANY, st.dictionaries(st.sampled_from("abcdefghz"), st.floats(0.5, 3), min_size=1))
def test_rare_and_common_features_are_found_alike(
    bags: list[dict[str, int]], asked: dict[str, float]
) -> None:
    bags = [{**bag, "all": 1} for bag in bags]
    bags[0]["once"] = 1
    gathered = gather(bags)
    rarity = gathered.rarity(0.6)
    probe = rarity.probe({**asked, "all": 1.0, "once": 2.0})
    found = gathered.of_unit_length(rarity).find(probe)
    sums, mentioned = found.sums(), found.mentioned(probe.weights)
    for row, bag in enumerate(bags):
        parts = found.parts(row)
        assert set(parts) == set(bag) & set(probe.names)
        assert sum(parts.values()) == pytest.approx(float(sums[row]), abs=1e-4)
        weights = dict(zip(probe.names, probe.weights.tolist(), strict=True))
        assert sum(weights[name] for name in parts) == pytest.approx(float(mentioned[row]))
