"""What a worker means, as far as his words tell."""

import unicodedata

import pytest

from knowledge_base import entries
from knowledge_base.importing import Base
from knowledge_base.library import Library
from knowledge_base.matching import OFFERED, Verdict
from knowledge_base.text import fold


def best(library: Library, text: str) -> str:
    return library.search(text, 1)[0].entry_id


def test_every_entry_is_found_by_its_own_question_and_label(library: Library) -> None:
    for entry in library.entries.values():
        assert best(library, entry.question) == entry.id
        assert best(library, entry.label) == entry.id


def test_marks_and_their_encoding_do_not_change_the_entry_found(library: Library) -> None:
    for entry in library.entries.values():
        assert library.decide(unicodedata.normalize("NFD", entry.question)) == library.decide(
            unicodedata.normalize("NFC", entry.question)
        )
        assert best(library, fold(entry.question)) == entry.id
        assert best(library, entry.question.upper()) == entry.id


def test_the_same_words_get_the_same_decision_from_every_index(
    base: Base, library: Library
) -> None:
    other = entries.library_of(base)
    for entry in list(base.entries.values())[::10]:
        assert (
            other.decide(entry.label) == library.decide(entry.label) == library.decide(entry.label)
        )


def test_the_order_of_the_files_changes_nothing(base: Base, library: Library) -> None:
    turned = Library(
        reversed(base.entries.values()),
        topics=base.topics,
        instruments=base.instruments,
        parameters=base.parameters,
        shorthand=base.shorthand,
        synonyms=base.synonyms,
    )
    for entry in list(base.entries.values())[::10]:
        assert _ranking(turned, entry.label) == _ranking(library, entry.label)


def _ranking(library: Library, text: str) -> list[tuple[str, float]]:
    return [(match.entry_id, match.score) for match in library.search(text, 5)]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("dieu kien huong tro cap thatt nghiep", "dieu kien huong tro cap that nghiep"),
        ("boi thuogn tai nan lao dong", "boi thuong tai nan lao dong"),
        ("lam them gio toi da moot thang", "lam them gio toi da mot thang"),
    ],
    ids=["a letter too many", "letters swapped", "a letter doubled"],
)
def test_a_slip_of_the_finger_is_mended(library: Library, typed: str, meant: str) -> None:
    assert library.search(typed) == library.search(meant)


def test_a_word_nobody_here_knows_speaks_against_every_entry(library: Library) -> None:
    plain, strange = (
        library.search(text, 1)[0].score
        for text in ("tăng ca tối đa mấy giờ", "tăng ca tối đa mấy giờ blockchain metaverse")
    )
    assert strange < plain


COMMON = (
    "có được không làm công ty lương tiền nghỉ việc bao nhiêu tháng ngày em tôi anh chị gì sao thế nào "
    "người lao động bảo hiểm hợp đồng phải bị cho trả luật quy định thời gian"
).split()


def test_lone_common_syllables_are_never_answered(library: Library) -> None:
    for syllable in {*COMMON, *map(fold, COMMON)}:
        assert library.decide(syllable).verdict is not Verdict.ANSWER, syllable


@pytest.mark.parametrize("text", ["", " ", "?!", "🙏", "ạ", "1", "abcxyz", "你好"])
def test_what_says_nothing_finds_nothing(library: Library, text: str) -> None:
    assert library.decide(text).verdict is Verdict.UNSURE


WHO_GIVES_NOTICE = [
    ("em muon nghi viec thi phai bao truoc cong ty bao nhieu ngay", "nghi-viec-bao-truoc"),
    ("Tôi xin nghỉ thì phải báo trước mấy ngày", "nghi-viec-bao-truoc"),
    ("toi nghi viec khong bao truoc co sao khong", "nghi-ngang-mat-gi"),
    ("người lao động đơn phương chấm dứt hợp đồng phải báo trước bao lâu", "nghi-viec-bao-truoc"),
    ("công ty cho tôi nghỉ việc thì phải báo trước bao nhiêu ngày", "cong-ty-cho-nghi-bao-truoc"),
    (
        "người sử dụng lao động đơn phương chấm dứt hợp đồng phải báo trước bao lâu",
        "cong-ty-cho-nghi-bao-truoc",
    ),
    ("cty muon cho toi nghi thi bao truoc may ngay", "cong-ty-cho-nghi-bao-truoc"),
    ("công ty đuổi việc không báo trước", "cong-ty-cho-nghi-khong-bao-truoc"),
]


@pytest.mark.parametrize(("text", "meant"), WHO_GIVES_NOTICE)
def test_who_gives_notice_to_whom_is_told_apart_or_asked_back(
    library: Library, text: str, meant: str
) -> None:
    decision = library.decide(text)
    shown = [match.entry_id for match in decision.matches]
    if decision.verdict is Verdict.ANSWER:
        assert shown[0] == meant
    else:
        assert decision.verdict is Verdict.CLARIFY
        assert meant in shown


def test_at_most_three_are_offered_best_first(library: Library) -> None:
    for entry in library.entries.values():
        matches = library.decide(entry.phrasings[0]).matches
        assert len(matches) <= OFFERED
        assert [match.score for match in matches] == sorted(
            (match.score for match in matches), reverse=True
        )
        assert all(0 <= match.score <= 1 for match in matches)


def test_each_match_tells_which_words_spoke_for_it(library: Library) -> None:
    (match,) = library.search("Tăng ca tối đa bao nhiêu giờ một tháng", 1)
    assert match.entry_id == "lam-them-toi-da"
    assert set(match.words) & {"#tang-ca", "tang ca", "toi da", "tang", "da"}


def test_a_long_story_is_also_read_sentence_by_sentence(library: Library) -> None:
    story = (
        "Chào tổng đài, em quê ở Thái Bình ra đây được ba năm rồi, nhà trọ gần chợ, vợ em bán rau. "
        "Hôm nọ trời mưa to quá nên xe hỏng, phải dắt bộ về rất xa và mệt. "
        "Tăng ca tối đa bao nhiêu giờ một tháng ạ? Em cảm ơn nhiều, chúc mọi người mạnh khỏe."
    )
    assert best(library, story) == "lam-them-toi-da"
