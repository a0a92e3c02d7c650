"""What can be proposed from a ticket's words, without a database."""

import datetime as dt

import pytest

from knowledge_base import drafting
from knowledge_base.content import Instrument
from knowledge_base.drafting import Sketch, Unfinished
from knowledge_base.library import Library
from knowledge_base.spotting import Names

DAY = dt.date(2026, 11, 22)
CODE, OLD, NEW = "45/2019/QH14", "58/2014/QH13", "41/2024/QH15"
DECREE = "145/2020/NĐ-CP"


def spotted(library: Library, text: str, day: dt.date = DAY) -> list[tuple[str | None, ...]]:
    found = Names(library.instruments, day).spot(text)
    return [(one.law_id, one.article_id, one.clause, one.point) for one in found]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Theo khoản 4 Điều 97 Bộ luật Lao động 2019 thì", [(CODE, "97", "4", None)]),
        ("điểm a khoản 1 Điều 35 BLLĐ", [(CODE, "35", "1", "a")]),
        ("theo dieu 107 bo luat lao dong", [(CODE, "107", None, None)]),
        ("BLLĐ 2019 Đ.97 k.4 đ.a", [(CODE, "97", "4", "a")]),
        (
            "BLLĐ 2019 Đ.97 k.4, Đ.94; NĐ 145/2020 Đ.5",
            [(CODE, "97", "4", None), (CODE, "94", None, None), (DECREE, "5", None, None)],
        ),
        (
            "Điều 35, Điều 36 BLLĐ và Điều 5 Nghị định số 145/2020/NĐ-CP",
            [(CODE, "35", None, None), (CODE, "36", None, None), (DECREE, "5", None, None)],
        ),
        ("Luật BHXH Điều 60", [(NEW, "60", None, None)]),
        ("Luật Bảo hiểm xã hội năm 2014, Điều 31", [(OLD, "31", None, None)]),
        ("Điều 97 khoản 4", [(None, "97", "4", None)]),
        ("Điều 97 BLLĐ. Như đã nói, Điều 97 BLLĐ", [(CODE, "97", None, None)]),
        ("điều này không đúng, điều kiện là 12 tháng", []),
        ("", []),
    ],
)
def test_articles_are_recognised_as_lawyers_write_them(
    library: Library, text: str, places: list[tuple[str | None, ...]]
) -> None:
    assert spotted(library, text) == places


def test_a_shared_name_means_the_law_that_holds_on_the_day(library: Library) -> None:
    assert spotted(library, "Điều 31 Luật BHXH", dt.date(2024, 1, 1)) == [(OLD, "31", None, None)]
    assert spotted(library, "Điều 31 Luật BHXH") == [(NEW, "31", None, None)]


def test_without_any_law_nothing_is_recognised() -> None:
    assert Names({}, DAY).spot("Điều 97 BLLĐ")[0].citation is None
    odd = Instrument(law_id="1/2020/X", name="İSTANBUL", short="X (1)", effective_from=DAY)
    assert Names({"1/2020/X": odd}, DAY).spot("Điều 1 X (1) İ Điều 2")[0].article_id == "1"


def test_ended_laws_are_not_proposed(library: Library) -> None:
    said = "Điều 31 Luật BHXH 2014, Điều 97 BLLĐ"
    assert [one.law_id for one in drafting.recognised(said, library, DAY)] == [CODE]


@pytest.mark.parametrize(
    ("asked", "ways"),
    [
        (["Dạ em chào luật sư ạ, công ty nợ lương thì sao?"], ["công ty nợ lương thì sao?"]),
        (["Em bị nợ lương hai tháng"], ["Em bị nợ lương hai tháng"]),
        (
            ["công ty nợ lương, em phải làm sao? Em cảm ơn luật sư"],
            ["công ty nợ lương, em phải làm sao?"],
        ),
        (["em tên là [tên người], công ty nợ lương em"], ["công ty nợ lương em"]),
        (["công ty [tên công ty] nợ lương em"], ["công ty nợ lương em"]),
        (["sếp [tên người] bắt tăng ca khuya"], ["sếp bắt tăng ca khuya"]),
        (["số [số điện thoại]", "vâng ạ", "ok"], []),
        (["cty nợ lương em", "Cty  nợ lương em."], ["cty nợ lương em"]),
    ],
)
def test_phrasings_are_the_workers_words_without_courtesies_and_persons(
    asked: list[str], ways: list[str]
) -> None:
    assert drafting.phrasings(asked) == ways


def test_phrasings_are_few_and_short() -> None:
    long = drafting.phrasings([f"công ty số {number} nợ lương " * 60 for number in range(40)])
    assert len(long) == drafting.MOST_PHRASINGS
    assert all(len(one) <= drafting.PHRASING_LENGTH for one in long)


def test_the_sketch_of_a_good_answer(library: Library) -> None:
    reply = (
        "Anh/chị gửi đơn đòi lương. Theo khoản 4 Điều 97 BLLĐ, chậm từ 15 ngày phải trả thêm lãi."
        "\nCăn cứ: BLLĐ 2019 Đ.97 k.4 · áp dụng từ 01/01/2021 · kiểm tra 22/11/2026"
    )
    sketch = drafting.propose(["công ty nợ lương ba tháng thì sao"], reply, None, library, DAY)
    assert sketch.question == "Công ty nợ lương ba tháng thì sao?"
    assert sketch.answer.endswith("trả thêm lãi.")
    assert sketch.topic == "luong"
    assert sketch.valid_from == "2021-01-01"
    assert sketch.id == "cong-ty-no-luong-ba-thang-thi"
    assert [(one.article_id, one.clause) for one in sketch.citations] == [("97", "4")]


def test_nothing_said_makes_an_empty_sketch(library: Library) -> None:
    sketch = drafting.propose([], "", None, library, DAY)
    assert (sketch.question, sketch.phrasings, sketch.citations) == ("", [], [])
    with pytest.raises(Unfinished) as unfinished:
        drafting.entry_of(sketch)
    assert {"question", "label", "phrasings", "answer", "citations"} <= {
        field for field, *_ in unfinished.value.wrong
    }


def test_an_id_is_never_taken_twice() -> None:
    assert drafting.free_id("Nợ lương?", {"no-luong", "no-luong-2"}) == "no-luong-3"
    assert drafting.free_id("???", set()) == "cau-tra-loi"
    assert (
        drafting.free_id("a" * 300, set()) == "a" * 70
        or len(drafting.free_id("a" * 300, set())) <= 80
    )


def test_known_phrasings_are_not_added_again(library: Library) -> None:
    entry = library.entries["luong-bi-no-doi-o-dau"]
    more = drafting.extended(entry, [entry.phrasings[0].upper(), "khất lương miết"])
    assert more.phrasings == (*entry.phrasings, "khất lương miết")


def test_a_whole_sketch_is_an_entry_of_which_the_checks_say_nothing_new(library: Library) -> None:
    from knowledge_base.articles import Law

    entry = library.entries["luong-bi-no-doi-o-dau"]
    assert drafting.faults(entry, library, Law([]), DAY) == []
    sketch = Sketch.model_validate(
        {**entry.model_dump(mode="json"), "valid_to": "", "lawyer_only": "", "related": []}
    )
    assert drafting.entry_of(sketch).answer == entry.answer
