"""Which articles a question is likely about: words, answers that cite, what is in force."""

import dataclasses
import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from knowledge_base import entries, importing
from knowledge_base.articles import Article, Law
from knowledge_base.bm25 import Bm25
from knowledge_base.content import Instrument
from knowledge_base.library import Library
from knowledge_base.likely import Because, Likely, LikelyArticles
from tests.knowledge_base import small_base
from tests.knowledge_base.small_base import LAW

DAY = dt.date(2026, 11, 22)
SINCE = dt.date(2021, 1, 1)
OLD = "10/2012/QH13"

ARTICLES = {
    "97": ("Kỳ hạn trả lương", "Người sử dụng lao động trả lương đúng hạn, mỗi tháng một lần."),
    "107": ("Làm thêm giờ", "Số giờ làm thêm trong một tháng có giới hạn, phải được đồng ý."),
    "113": ("Nghỉ hằng năm", "Làm đủ một năm thì có ngày nghỉ phép hưởng nguyên lương."),
    "139": ("Nghỉ thai sản", "Lao động nữ nghỉ trước và sau khi sinh con."),
    "159": (
        "Người khuyết tật",
        "Doanh nghiệp chăm lo chỗ làm cho người khuyết tật, xe lăn, lối đi.",
    ),
}


def article(number: str, law_id: str = LAW, **more: dt.date) -> Article:
    title, text = ARTICLES[number]
    return Article(law_id, number, title, text, **{"effective_from": SINCE, **more})


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    base = importing.load(small_base.write(tmp_path_factory.mktemp("seed")))
    ended = Instrument(
        law_id=OLD,
        name="Bộ luật cũ",
        short="BLLĐ 2012",
        effective_from=dt.date(2013, 5, 1),
        effective_to=SINCE,
    )
    return entries.library_of(
        dataclasses.replace(base, instruments={**base.instruments, OLD: ended})
    )


@pytest.fixture(scope="module")
def whole(library: Library) -> LikelyArticles:
    return LikelyArticles(Law(map(article, ARTICLES)), library, DAY)


def numbers(found: list[Likely]) -> list[str]:
    return [one.place[1] for one in found]


# -- BM25 ------------------------------------------------------------------------------------------


def test_scores_are_those_of_the_formula() -> None:
    index = Bm25([{"nợ": 2, "lương": 1}, {"lương": 1}, {"phép": 1, "năm": 1}])
    rare = np.log(4 / 1.5)  # of three texts one has it
    first = rare * 2 * 2.2 / (2 + 1.2 * (0.25 + 0.75 * 3 / 2))
    assert index.score({"nợ": 1}).tolist() == pytest.approx([first, 0, 0])
    assert index.score({"nợ": 9, "lạ": 1}).tolist() == pytest.approx([first, 0, 0])
    assert index.score({}).tolist() == [0, 0, 0]
    shorter, longer = index.score({"lương": 1})[1], index.score({"lương": 1})[0]
    assert shorter > longer > 0


def test_without_texts_there_is_nothing_to_score() -> None:
    assert Bm25([]).score({"lương": 1}).tolist() == []


# -- ranking ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["cty nợ lương mấy tháng", "CTY NO LUONG MAY THANG"])
def test_what_the_nearest_answer_rests_on_comes_first(whole: LikelyArticles, text: str) -> None:
    best = whole.rank(text)[0]
    assert (best.place, best.because) == ((LAW, "97"), Because.ANSWERS)


def test_an_article_no_answer_cites_is_found_by_its_words(whole: LikelyArticles) -> None:
    found = whole.rank("công nhân khuyết tật đi xe lăn có lối đi riêng không")
    assert {one.place: one.because for one in found}[LAW, "159"] is Because.WORDS


def test_what_the_text_names_and_what_the_bot_cited_lead(whole: LikelyArticles) -> None:
    found = whole.rank(
        "công ty nợ lương hai tháng rồi, theo Điều 113 BLLĐ", given=[(LAW, "139"), (LAW, "113")]
    )
    assert [(one.place[1], one.because) for one in found[:2]] == [
        ("113", Because.NAMED),
        ("139", Because.GIVEN),
    ]
    assert numbers(found)[2] == "97"
    assert len(numbers(found)) == len(set(numbers(found)))


def test_no_more_are_told_than_asked_for(whole: LikelyArticles) -> None:
    assert numbers(whole.rank("công ty chậm trả lương tháng này", limit=1)) == ["97"]
    assert whole.rank("nợ lương", given=[(LAW, "139")], limit=1)[0].place == (LAW, "139")


@pytest.mark.parametrize("text", ["", "  ", "\0", "zzz qqq", "?!", "😀" * 50, "\ud800"])
def test_a_text_without_known_words_tells_nothing(whole: LikelyArticles, text: str) -> None:
    assert whole.rank(text) == []


def test_the_topic_of_the_ticket_is_listened_to(whole: LikelyArticles) -> None:
    text = "công ty nợ lương hai tháng rồi"
    known, unknown = whole.rank(text, topic="viec-lam"), whole.rank(text, topic="khong-co")
    assert numbers(known)[0] == numbers(unknown)[0] == "97"


# -- in force --------------------------------------------------------------------------------------


def test_only_what_is_in_force_is_told(library: Library) -> None:
    texts = Law(
        [
            article("97", effective_to=DAY),
            article("139"),
            article("97", OLD, effective_from=dt.date(2013, 5, 1)),
            Article(LAW, "139", "Nghỉ thai sản", "", DAY),  # the law has it no longer
        ]
    )
    found = LikelyArticles(texts, library, DAY)
    assert found.rank("công ty nợ lương hai tháng rồi", given=[(LAW, "97"), (OLD, "97")]) == []
    before = LikelyArticles(texts, library, DAY - dt.timedelta(1))
    assert numbers(before.rank("công ty nợ lương hai tháng rồi"))[0] == "97"


def test_without_imported_texts_the_answers_still_tell(library: Library) -> None:
    found = LikelyArticles(Law([]), library, DAY).rank("công ty nợ lương hai tháng rồi")
    assert found[0].place == (LAW, "97")
    assert all(one.because is Because.ANSWERS for one in found)


def test_without_anything_there_is_nothing(tmp_path: Path) -> None:
    base = importing.load(small_base.write(tmp_path / "seed"))
    none_in_force = entries.library_of(dataclasses.replace(base, instruments={}))
    assert LikelyArticles(Law([]), none_in_force, DAY).rank("nợ lương", given=[(LAW, "97")]) == []
