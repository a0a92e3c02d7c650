"""The keypad's tree: what ships leads somewhere and can be told by ear; what is asked is found."""

import re
from collections.abc import Iterator
from itertools import combinations

import pytest
from pydantic import ValidationError

from bot.telephone.aloud import aloud
from bot.telephone.tree import MOST_LEVELS, Node, above, at, below, keypad
from knowledge_base.calculators.guides import GUIDES
from knowledge_base.importing import Base
from knowledge_base.library import Held, Library
from tests.knowledge_base.conftest import DAY

SYLLABLES = 9
UNSAYABLE = re.compile(r"[0-9()\[\]/%?!:;“”\"…]|[A-ZĐ]{2}")


def nodes(path: str = "") -> Iterator[tuple[str, Node]]:
    """Every node of the shipped tree below `path`, each with its own path."""
    for number, node in enumerate(at(keypad(), path).below, 1):
        place = below(path, number)
        yield place, node
        yield from nodes(place)


NODES = dict(nodes())
HEADINGS = [keypad(), *(node for node in NODES.values() if node.below)]
QUESTIONS = [node for node in NODES.values() if not node.below]


# -- the tree that ships -----------------------------------------------------------------------------


def test_it_is_as_deep_and_as_wide_as_can_be_kept_in_mind() -> None:
    assert keypad().levels() <= MOST_LEVELS
    assert 5 <= len(keypad().below) <= 6
    assert all(2 <= len(field.below) <= 6 for field in keypad().below)
    assert all(3 <= len(topic.below) <= 6 for field in keypad().below for topic in field.below)
    assert all(path.count(".") == MOST_LEVELS - 1 for path, node in NODES.items() if node.action)


def test_it_holds_about_a_hundred_questions_each_once() -> None:
    assert 90 <= len(QUESTIONS) <= 110
    assert len({node.action for node in QUESTIONS}) == len(QUESTIONS)


def test_every_entry_exists_and_may_be_told_today(library: Library) -> None:
    for node in QUESTIONS:
        if node.entry:
            said = library.spoken(library.entries[node.entry], DAY)
            assert not isinstance(said, Held), (node.say, said)


def test_every_guide_exists_and_may_be_walked_through_today(library: Library) -> None:
    guides = [node.guide for node in QUESTIONS if node.guide]
    assert guides
    assert set(guides) <= set(GUIDES)
    assert [guide for guide in guides if library.guide_held(guide, DAY)] == []


def test_every_topic_of_the_base_can_be_reached(base: Base) -> None:
    reached = {base.entries[node.entry].topic for node in QUESTIONS if node.entry}
    assert reached == set(base.topics)


@pytest.mark.parametrize("path", NODES)
def test_what_is_said_is_short_and_in_plain_words(path: str) -> None:
    say = NODES[path].say
    assert not UNSAYABLE.search(say)
    assert len(re.findall(r"\w+", say)) <= SYLLABLES
    assert say == say.strip()
    assert not say.endswith(".")
    assert aloud(say) == say


@pytest.mark.parametrize("heading", HEADINGS, ids=lambda node: node.say)
def test_choices_under_one_heading_can_be_told_apart_by_ear(heading: Node) -> None:
    """Two in a list share at most half of the words of the shorter one."""
    heard = [set(re.findall(r"\w+", node.say.casefold())) for node in heading.below]
    for one, other in combinations(heard, 2):
        assert len(one & other) <= min(len(one), len(other)) / 2, (one, other)


# -- finding one's way -------------------------------------------------------------------------------

SMALL = Node(
    say="gốc",
    below=(
        Node(say="lương", below=(Node(say="nợ", entry="no-luong"),)),
        Node(say="tính", guide="om-dau"),
    ),
)


def test_a_path_leads_to_its_node() -> None:
    assert at(SMALL, "") is SMALL
    assert at(SMALL, "1").say == "lương"
    assert at(SMALL, "1.1").action == "answer:no-luong"
    assert at(SMALL, "2").action == "guide:om-dau"
    assert SMALL.below[0].action is None
    assert SMALL.levels() == 2


@pytest.mark.parametrize("path", ["0", "3", "9", "1.0", "1.2", "2.1", "1.1.1", "3.1", "1.9.1"])
def test_a_path_that_leads_nowhere_any_more_starts_over(path: str) -> None:
    assert at(SMALL, path) is SMALL


def test_down_and_up_again() -> None:
    assert below("", 2) == "2"
    assert below("2", 3) == "2.3"
    assert below("2.3", 1) == "2.3.1"
    assert above("2.3.1") == "2.3"
    assert above("2") == ""
    assert above("") == ""
    assert all(below(above(path), int(path.rpartition(".")[2])) == path for path in NODES)


# -- what is no tree ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"say": "không dẫn tới đâu"},
        {"say": "hai nơi", "entry": "no-luong", "guide": "om-dau"},
        {"say": "vừa hỏi vừa mở", "entry": "no-luong", "below": [{"say": "nợ", "entry": "a"}]},
        {"say": "bảy phím", "below": [{"say": f"{n}", "entry": "a"} for n in range(7)]},
        {"say": "sâu hơn", "below": [{"say": "trống"}]},
        {"say": "lạ", "entry": "a", "lawyer": "b"},
        {"entry": "no-luong"},
    ],
)
def test_a_node_leads_to_exactly_one_thing_and_offers_six_at_most(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Node.model_validate(wrong)
