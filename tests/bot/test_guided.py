"""Guided answers in the conversation: begun, answered, misunderstood, left, told, handed over."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from bot import dialogue, phrases, results
from bot.dialogue import Dialogue
from bot.models import Author, Conversation, Direction, Message
from bot.results import rendered
from bot.turns import Case, Guided, Outcome, Reply, Stage, State, Turn, Utterance
from hotline.db import Database
from knowledge_base.calculators.guide import (
    Answers,
    Guide,
    Kind,
    Numbers,
    Option,
    Result,
    Step,
    first_missing,
    law,
)
from knowledge_base.calculators.guides import GUIDES
from knowledge_base.library import Library
from knowledge_base.rendering import ANSWER_LIMIT
from tests.factories import Clock
from tests.front_door import FrontDoor

ENTRY = "lam-them-toi-da"
CODE = "HP-7K3Q"
DUE = dt.datetime(2026, 11, 23, 4, 30, tzinfo=dt.UTC)
DANGER = "quản lý đánh em chảy máu"
QUESTION = "Tăng ca tối đa bao nhiêu giờ một tháng?"
BASIS = law("45/2019/QH14", "107", "2")

STEPS = (
    Step("pay", "Lương theo gì?", Kind.CHOICE, (Option("Tháng", "month"), Option("Giờ", "hour"))),
    Step("since", "Từ ngày nào?", Kind.DATE, high=0),
    Step("wage", "Lương bao nhiêu?", Kind.MONEY, low=1_000, high=10**9, may_skip=False),
)


def _advance(answers: Answers, numbers: Numbers, today: dt.date) -> Step | Result:
    if step := first_missing(answers, STEPS):
        return step
    return Result(
        lines=(f"{answers['pay']} {answers['since']} {answers['wage']}",),
        voice="Xong.",
        citations=(BASIS, law("45/2019/QH14", "98"), law("145/2020/NĐ-CP", "55")),
        assumed=() if answers["since"] else ("Từ hôm nay", "BHXH đã đóng"),
        warning="sắp hết hạn." if answers["pay"] == "hour" else None,
    )


def _needs_a_number(answers: Answers, numbers: Numbers, today: dt.date) -> Step | Result:
    if step := first_missing(answers, STEPS[:1]):
        return step
    return Result((str(numbers.on("khong_co_so_nay", today)),), "Xong.", (BASIS,))


def guide(**more: Any) -> Guide:
    fields: dict[str, Any] = {
        "id": "thu",
        "title": "Tính thử",
        "topic": "lam-them",
        "entries": (ENTRY,),
        "citations": (BASIS,),
        "advance": _advance,
    }
    return Guide(**(fields | more))


class Talk:
    """One worker talks to a house with the given guides."""

    def __init__(self, library: Library, clock: Clock, *guides: Guide) -> None:
        known = {one.id: one for one in guides or (guide(),)}
        self._dialogue = Dialogue(library, known)
        self._clock = clock
        self.state = State(noticed=True)
        self.case: Case | None = None
        self.replies: tuple[Reply, ...] = ()

    def says(self, text: str) -> Turn:
        return self._hears(Utterance(text))

    def taps(self, label: str) -> Turn:
        actions = {choice.label: choice.action for one in self.replies for choice in one.choices}
        return self._hears(Utterance(label, actions[label]))

    def does(self, action: str) -> Turn:
        return self._hears(Utterance("…", action))

    def _hears(self, said: Utterance) -> Turn:
        turn = self._dialogue.respond(self.state, said, self.case, self._clock())
        self.state, self.replies = turn.state, turn.replies
        if turn.handoff is not None:
            self.state, receipt = dialogue.receipt(turn, CODE, DUE)
            self.replies += receipt
        self.state = State.from_json(self.state.as_json())  # as it survives in the database
        return turn

    @property
    def said(self) -> str:
        return "\n".join(reply.text for reply in self.replies)

    @property
    def labels(self) -> list[str]:
        return [choice.label for reply in self.replies for choice in reply.choices]


@pytest.fixture
def talk(library: Library, clock: Clock) -> Talk:
    return Talk(library, clock)


@pytest.fixture
def begun(talk: Talk) -> Talk:
    talk.does("guide:thu")
    return talk


# -- from the answer to the result -----------------------------------------------------------------


def test_a_guide_is_offered_below_its_answer_and_leads_to_a_result(talk: Talk) -> None:
    talk.does(f"answer:{ENTRY}")
    assert talk.labels == [phrases.THATS_IT, phrases.NOT_IT, phrases.WORK_IT_OUT]
    talk.taps(phrases.WORK_IT_OUT)
    assert talk.said == "Tính thử.\nLương theo gì?"
    assert talk.labels == ["Tháng", "Giờ", phrases.DONT_KNOW, phrases.STOP_GUIDE]
    talk.taps("Tháng")
    assert talk.said == "Từ ngày nào?"
    talk.says("hôm qua")
    assert talk.said.startswith(f"{phrases.GUIDE_NOTED}: 21/11/2026.\nLương bao nhiêu?")
    turn = talk.says("8tr5")
    assert turn.outcome is Outcome.ANSWER
    assert (turn.entries, turn.topic) == ((ENTRY,), "lam-them")
    (reply,) = turn.replies
    assert reply.advice
    assert reply.text == (
        "month 2026-11-21 8500000\nCăn cứ: BLLĐ 2019 Đ.107 k.2, Đ.98, NĐ 145/2020 Đ.55"
    )
    assert talk.labels == [phrases.THATS_IT, phrases.NOT_IT]
    assert (talk.state.guided, talk.state.stage) == (None, Stage.OPEN)


def test_two_guides_below_one_answer_are_told_apart_by_title(
    library: Library, clock: Clock
) -> None:
    talk = Talk(library, clock, guide(), guide(id="hai", title="Tính hai"), guide(id="ba"))
    talk.does(f"answer:{ENTRY}")
    assert talk.labels[2:] == ["Tính thử", "Tính hai"]


def test_what_was_not_known_and_what_nears_are_told(begun: Talk) -> None:
    begun.says("giờ")
    begun.taps(phrases.DONT_KNOW)
    begun.says("25.500")
    assert begun.said.split("\n")[1:3] == [
        "Lưu ý: sắp hết hạn.",
        "Tạm coi là: từ hôm nay; BHXH đã đóng.",
    ]


def test_the_result_may_be_refused_and_goes_to_a_lawyer(begun: Talk) -> None:
    for text in ("tháng", "hôm qua", "8tr"):
        begun.says(text)
    turn = begun.taps(phrases.NOT_IT)
    assert (turn.outcome, turn.confirmed) == (Outcome.HANDOFF, False)


def test_a_long_result_takes_two_messages(library: Library) -> None:
    result = Result(("x" * (ANSWER_LIMIT - 10),), "Xong.", (BASIS,), ("Không rõ",))
    first, second = rendered(result, library.instruments)
    assert len(first) <= ANSWER_LIMIT
    assert second.splitlines() == ["Tạm coi là: không rõ.", "Căn cứ: BLLĐ 2019 Đ.107 k.2"]


# -- not known, not understood ---------------------------------------------------------------------


@pytest.mark.parametrize("text", ["ko biết", "không rõ", "k bit", "chịu"])
def test_not_knowing_goes_on_where_the_answer_can_be_missed(begun: Talk, text: str) -> None:
    begun.says("tháng")
    begun.says(text)
    assert begun.said.startswith("Lương bao nhiêu?")


def test_not_knowing_what_is_needed_offers_the_general_answer_and_a_lawyer(
    library: Library, clock: Clock
) -> None:
    step = replace(STEPS[1], may_skip=False)
    talk = Talk(library, clock, guide(advance=lambda *_: step))
    talk.does("guide:thu")
    talk.says("không biết")
    assert talk.said == f"{phrases.GUIDE_NEEDS_THIS} {phrases.GUIDE_OFFERS}"
    assert talk.labels == [phrases.GENERAL_ANSWER, phrases.ASK_A_LAWYER, phrases.STOP_GUIDE]
    assert talk.taps(phrases.GENERAL_ANSWER).entries == (ENTRY,)
    assert talk.state.guided is None


def test_where_a_number_is_needed_the_ways_out_are_typed_too(begun: Talk) -> None:
    begun.says("tháng")
    begun.says("chịu")
    begun.says("không biết")
    assert begun.said == f"{phrases.GUIDE_NEEDS_THIS} {phrases.GUIDE_TYPED_OFFERS}"
    assert begun.labels == []
    assert begun.says("8 triệu").outcome is Outcome.ANSWER  # he found the paper after all


def test_a_wrong_answer_is_explained_twice_then_a_lawyer_is_offered(begun: Talk) -> None:
    begun.says("tháng")
    for _ in range(2):
        begun.says("lâu rồi")
        assert begun.said == f"{phrases.GUIDE_EXAMPLES['date']}\nTừ ngày nào?"
    begun.says("lâu rồi")
    assert begun.said == f"{phrases.GUIDE_GIVES_UP} {phrases.GUIDE_OFFERS}"
    assert phrases.ASK_A_LAWYER in begun.labels
    begun.says("15/3/2026")
    assert "Lương bao nhiêu?" in begun.said


def test_being_understood_makes_the_patience_whole_again(begun: Talk) -> None:
    begun.says("hả")
    begun.says("tháng")
    assert begun.state.guided == Guided("thu", {"pay": "month"}, 0)


def test_who_is_not_understood_a_fourth_time_is_asking_something_else(begun: Talk) -> None:
    for _ in range(4):
        begun.says("zzz qqq")
    assert begun.state.guided is None


def test_what_lies_outside_is_told_with_its_bounds(begun: Talk) -> None:
    begun.says("tháng")
    begun.says("ngày mai")
    assert begun.said.startswith("Anh/chị xem lại giúp: không quá 22/11/2026.")
    begun.says("hôm qua")
    begun.says("0")
    assert "từ 1.000 đ đến 1.000.000.000 đ" in begun.said


def test_where_a_number_is_typed_no_button_can_be_taken_for_it(begun: Talk) -> None:
    begun.says("tháng")
    begun.says("hôm qua")
    assert begun.labels == []
    assert phrases.GUIDE_TYPED_WAYS_OUT in begun.said


# -- leaving and going back ------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["thôi", "thoát", "dừng lại", "dung lai"])
def test_a_word_leaves_the_guide(begun: Talk, text: str) -> None:
    begun.says(text)
    assert begun.said == phrases.GUIDE_LEFT
    assert (begun.state.guided, begun.state.stage) == (None, Stage.OPEN)


def test_the_button_leaves_the_guide(begun: Talk) -> None:
    begun.taps(phrases.STOP_GUIDE)
    assert begun.said == phrases.GUIDE_LEFT


def test_another_question_leaves_the_guide_and_is_answered(begun: Talk) -> None:
    turn = begun.says(QUESTION)
    assert (turn.outcome, turn.entries) == (Outcome.ANSWER, (ENTRY,))
    assert begun.state.guided is None


@pytest.mark.parametrize("text", ["luật sư", "cảm ơn", "phản ánh"])
def test_a_command_or_a_courtesy_leaves_the_guide(begun: Talk, text: str) -> None:
    begun.says(text)
    assert begun.state.guided is None


def test_going_back_asks_the_last_question_again(begun: Talk) -> None:
    begun.says("tháng")
    begun.says("hôm qua")
    begun.says("nhầm rồi")
    assert begun.said == "Từ ngày nào?"


def test_tapping_an_earlier_choice_takes_it_back(begun: Talk) -> None:
    begun.says("tháng")
    begun.says("hôm qua")
    begun.does("pick:thu:pay:hour")
    assert begun.state.guided == Guided("thu", {"pay": "hour"})


def test_beginning_again_forgets_what_was_said(begun: Talk) -> None:
    begun.says("tháng")
    begun.does("guide:thu")
    assert begun.state.guided == Guided("thu")


# -- what keeps its precedence ---------------------------------------------------------------------


def test_danger_comes_first_and_ends_the_guide(begun: Talk) -> None:
    turn = begun.says(DANGER)
    assert turn.urgent
    assert begun.said.startswith(phrases.DANGER["violence"])
    assert begun.state.guided is None


def test_erasing_is_asked_about_and_may_be_thought_better_of(begun: Talk) -> None:
    begun.says("xóa")
    assert begun.said == phrases.ERASE_CONFIRM
    assert begun.state.guided is not None
    assert begun.taps(phrases.ERASE_ALL).erase
    assert begun.state == State()


def test_a_picture_does_not_end_the_guide(begun: Talk) -> None:
    begun.does("unsupported")
    assert begun.said == phrases.UNSUPPORTED
    begun.says("tháng")
    assert begun.said == "Từ ngày nào?"


def test_beside_an_open_ticket_the_answers_are_for_the_guide(begun: Talk) -> None:
    begun.case = Case(CODE, is_open=True)
    begun.does("guide:thu")
    for text in ("tháng", "hôm qua"):
        assert begun.says(text).outcome is Outcome.CHAT
    assert begun.says("8tr").outcome is Outcome.ANSWER
    assert begun.says("em làm 3 năm rồi").outcome is Outcome.JOIN


def test_a_ticket_that_waits_hears_what_was_not_begun_beside_it(begun: Talk) -> None:
    begun.case = Case(CODE, is_open=True)
    begun.state = replace(begun.state, stage=Stage.OPEN)
    assert begun.says("tháng").outcome is Outcome.JOIN
    assert begun.state.guided is None


def test_an_answer_does_not_reopen_a_closed_ticket(begun: Talk) -> None:
    begun.case = Case(CODE, is_open=False, answered=True)
    assert begun.says("tháng").outcome is Outcome.CHAT


# -- the law is not at hand ------------------------------------------------------------------------


def test_a_missing_number_goes_to_a_lawyer_and_tells_no_figure_twice(
    library: Library, clock: Clock
) -> None:
    talk = Talk(library, clock, guide(advance=_needs_a_number))
    talk.does("guide:thu")
    turn = talk.says("tháng")
    assert turn.handoff is not None
    assert "thiếu số liệu" in turn.handoff.reason
    assert "month" not in turn.handoff.reason  # what was typed stays in the conversation
    assert turn.state.guided is None


@pytest.mark.parametrize("law_id", ["58/2014/QH13", "99/2099/NĐ-CP"])
def test_law_that_does_not_hold_goes_to_a_lawyer(
    library: Library, clock: Clock, law_id: str
) -> None:
    talk = Talk(library, clock, guide(citations=(law(law_id, "1"),)))
    turn = talk.does("guide:thu")
    assert turn.handoff is not None
    assert law_id in turn.handoff.reason


def test_replaced_law_is_no_fault_beside_what_replaced_it(library: Library, clock: Clock) -> None:
    both = (law("58/2014/QH13", "1"), law("41/2024/QH15", "1"))
    talk = Talk(library, clock, guide(citations=both))
    assert talk.does("guide:thu").handoff is None


# -- old buttons, old states -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "action",
    ["guide:khong-con", "guide", "pick:khac:pay:month", "pick:thu:khong-co:x", "pick:thu:pay:khac",
     "pick:thu:wage:8", "unsure:thu:wage", "pick", "unsure:"],
)  # fmt: skip
def test_a_button_that_fits_nothing_is_stale(begun: Talk, action: str) -> None:
    turn = begun.does(action)
    assert (turn.outcome, begun.said) == (Outcome.CHAT, phrases.STALE_CHOICE)


def test_an_option_without_its_guide_is_stale(talk: Talk) -> None:
    talk.does("pick:thu:pay:month")
    assert talk.said == phrases.STALE_CHOICE


def test_the_state_survives_as_json() -> None:
    answers = {"pay": "month", "since": dt.date(2026, 11, 21), "wage": 8_500_000, "x": None}
    state = State(noticed=True, guided=Guided("thu", answers, 2))
    assert State.from_json(state.as_json()) == state


@pytest.mark.parametrize(
    "guided",
    ["thu", {}, {"guide": 1}, {"guide": "thu", "answers": {"x": {"date": "gestern"}}},
     {"guide": "thu", "answers": {"x": [1]}}, {"guide": "thu", "answers": 5},
     {"guide": "thu", "misunderstood": "oft"}],
)  # fmt: skip
def test_a_guide_kept_by_another_version_is_left(guided: object) -> None:
    assert State.from_json({"noticed": True, "guided": guided}) == State(noticed=True)


def test_a_guide_that_is_no_more_is_left_and_the_text_is_a_question(talk: Talk) -> None:
    talk.state = State(noticed=True, guided=Guided("khong-con", {"x": 1}))
    assert talk.says(QUESTION).outcome is Outcome.ANSWER
    assert talk.state.guided is None


# -- the guides as shipped -------------------------------------------------------------------------


@pytest.mark.parametrize("guide_id", GUIDES)
def test_every_guide_begins_and_leads_somewhere_without_being_known_anything(
    library: Library, clock: Clock, guide_id: str
) -> None:
    talk = Talk(library, clock, *GUIDES.values())
    turn = talk.does(f"guide:{guide_id}")
    for _ in range(30):
        assert all(len(reply.text) <= ANSWER_LIMIT for reply in turn.replies)
        assert all(len(choice.label) <= 60 for one in turn.replies for choice in one.choices)
        if turn.outcome is not Outcome.CHAT:
            break
        turn = talk.says("không biết")
        if talk.said.startswith(phrases.GUIDE_NEEDS_THIS):
            turn = _first_thing_that_fits(talk)
    assert turn.outcome is Outcome.ANSWER, turn.handoff


def _first_thing_that_fits(talk: Talk) -> Turn:
    for text in ("1", "15/3/2026", "15/3/1968", "2 năm 3 tháng", "8 tháng", "8tr", "10", "5"):
        before = talk.state
        turn = talk.says(text)
        if turn.outcome is not Outcome.CHAT or (
            turn.state.guided
            and before.guided
            and len(turn.state.guided.answers) > len(before.guided.answers)
        ):
            return turn
        talk.state = before
    raise AssertionError(talk.said)


def led(library: Library, clock: Clock, guide_id: str, *texts: str) -> Talk:
    """One of the shipped guides, answered by what is typed."""
    talk = Talk(library, clock, *GUIDES.values())
    talk.does(f"guide:{guide_id}")
    for text in texts:
        talk.says(text)
    return talk


def heard(talk: Talk, name: str) -> object:
    assert talk.state.guided is not None, talk.said
    return talk.state.guided.answers.get(name, "not heard")


@pytest.mark.parametrize("nought", ["0", "không", "chưa", "0 tháng"])
def test_no_month_at_all_is_nought(library: Library, clock: Clock, nought: str) -> None:
    talk = led(library, clock, "tro-cap-thoi-viec", "1", "5 năm", "4 năm", nought)
    assert heard(talk, "paid") == 0


@pytest.mark.parametrize(
    ("guide_id", "before", "name", "text"),
    [
        ("bao-truoc", ("2", "1"), "reason", "ko"),
        ("bao-truoc", ("2", "1"), "reason", "không"),
        ("bao-truoc", ("1",), "ground", "có"),
        ("tro-cap-that-nghiep", (), "how", "ko"),
        ("tro-cap-that-nghiep", (), "how", "khong co"),
        ("om-dau", (), "case", "không"),
        ("tien-lam-them", (), "day", "ko"),
        ("thai-san", ("bố", "1/10/2026", "có"), "hard_birth", "co"),
        ("thai-san", ("bố", "1/10/2026", "có"), "hard_birth", "phải"),
    ],
)
def test_a_bare_yes_or_no_takes_no_option_that_merely_holds_the_word(
    library: Library, clock: Clock, guide_id: str, before: tuple[str, ...], name: str, text: str
) -> None:
    talk = led(library, clock, guide_id, *before)
    question = talk.said.split("\n")[-1]
    talk.says(text)
    assert talk.said == f"{phrases.GUIDE_EXAMPLES['choice']}\n{question}"
    assert heard(talk, name) == "not heard"


@pytest.mark.parametrize(
    ("guide_id", "texts", "name", "value"),
    [
        ("bao-truoc", ("1", "ko"), "ground", "none"),  # "Không có chuyện nào"
        ("bao-truoc", ("1", "không có"), "ground", "none"),
        ("bao-truoc", ("1", "1", "1", "hop dong 1 nam"), "contract", "fixed"),
        ("bao-truoc", ("1", "1", "1", "3 nam"), "contract", "fixed"),
        ("bao-truoc", ("1", "1", "1", "6 tháng"), "contract", "short"),
        ("bao-truoc", ("1", "1", "1", "dưới 12 tháng"), "contract", "short"),
        ("bao-truoc", ("1", "đang mang thai"), "ground", "pregnancy"),
        ("bao-truoc", ("bi duoi",), "who", "employer"),
        ("tro-cap-that-nghiep", ("bi duoi viec",), "how", "let_go"),
        ("tro-cap-thoi-viec", ("em bị đuổi",), "reason", "dismissed"),
        ("thoi-hieu", ("bi duoi viec",), "kind", "dismissal"),
        ("tien-lam-them", ("chu nhat",), "day", "rest"),
        ("tien-lam-them", ("làm thêm chủ nhật",), "day", "rest"),
        ("tien-lam-them", ("làm thêm ngày thường",), "day", "ordinary"),
        ("om-dau", ("minh om",), "case", "own"),
        ("om-dau", ("mình ốm",), "case", "own"),
        ("om-dau", ("con ốm",), "case", "child"),
        ("om-dau", ("con ốm", "2 tuoi"), "age", "under_3"),
        ("om-dau", ("con ốm", "con 5 tuổi"), "age", "under_7"),
        ("om-dau", ("con ốm", "dưới 3 tuổi"), "age", "under_3"),
        ("thai-san", ("bo",), "who", "father"),
        ("muc-phat", ("tiền lương", "trả chậm", "2", "công ty", "co"), "still", None),
        ("tro-cap-that-nghiep", ("1", "hôm qua", "3 năm", "1", "20", "50tr", "cat ba"), "x", None),
    ],
)
def test_what_workers_say_is_taken(
    library: Library, clock: Clock, guide_id: str, texts: tuple[str, ...], name: str, value: object
) -> None:
    talk = led(library, clock, guide_id, *texts)
    if value is None:  # that was the last question
        assert phrases.THATS_IT in talk.labels
    else:
        assert heard(talk, name) == value


@pytest.mark.parametrize("text", ["chưa 3 tuổi", "không 2 tuổi", "7 hay 8"])
def test_what_may_mean_two_things_is_not_taken(library: Library, clock: Clock, text: str) -> None:
    talk = led(library, clock, "om-dau", "con ốm", text)
    assert heard(talk, "age") == "not heard"


def test_a_choice_taken_from_a_part_of_its_words_is_read_back(begun: Talk) -> None:
    begun.says("theo giờ ạ")
    assert begun.said.startswith(f"{phrases.GUIDE_NOTED}: Giờ.\n")


def test_being_pregnant_alone_is_no_ground_to_leave_at_once(library: Library, clock: Clock) -> None:
    talk = led(library, clock, "bao-truoc", "1", "dang bau")
    assert "giấy" in talk.said
    talk.says("chưa")
    assert talk.said.endswith("Anh/chị làm việc gì?")


@pytest.mark.parametrize("text", ["ko bt", "k bt", "hok bt", "ko bik", "k bít"])
def test_not_knowing_in_shorthand(begun: Talk, text: str) -> None:
    begun.says("tháng")
    begun.says(text)
    assert begun.said.startswith("Lương bao nhiêu?")


def test_a_sum_is_no_count(library: Library, clock: Clock) -> None:
    talk = led(library, clock, "tien-lam-them", "1", "8tr")
    assert talk.said.startswith(phrases.GUIDE_EXAMPLES["number"])


@pytest.mark.parametrize("text", ["năm ngoái", "nam ngoai", "tháng trước", "đầu năm nay", "2025"])
def test_a_time_without_a_day_is_asked_about_as_often_as_needed(begun: Talk, text: str) -> None:
    begun.says("tháng")
    for _ in range(4):
        begun.says(text)
        assert begun.said == f"{results.WHICH_DAY}\nTừ ngày nào?"


@pytest.mark.parametrize("text", ["tháng 3/2026", "đầu tháng 3", "thang 3"])
def test_a_day_taken_from_a_month_is_named(begun: Talk, text: str) -> None:
    for said in ("tháng", text):
        begun.says(said)
    assert begun.said.startswith(f"{phrases.GUIDE_NOTED}: 01/03/2026 (chưa rõ đúng ngày).\n")
    begun.says("8tr")
    assert "Tạm coi là: ngày anh/chị kể là 01/03/2026 (chưa rõ đúng ngày)." in begun.said


@pytest.mark.parametrize("text", ["1/3/2026", "ngày 1 tháng 3", "265 ngày trước", "01032026"])
def test_a_day_that_was_told_is_not_called_taken(begun: Talk, text: str) -> None:
    for said in ("tháng", text, "8tr"):
        begun.says(said)
    assert "Tạm coi là" not in begun.said


def test_going_back_takes_a_day_from_a_month_back_whole(begun: Talk) -> None:
    for said in ("tháng", "tháng 3/2026", "quay lại"):
        begun.says(said)
    assert begun.said == "Từ ngày nào?"
    assert begun.state.guided == Guided("thu", {"pay": "month"})


def test_going_back_from_the_first_question_says_so(begun: Talk) -> None:
    begun.says("quay lại")
    assert begun.said == f"{results.FIRST_QUESTION}\nLương theo gì?"


@pytest.mark.parametrize(
    ("guide_id", "texts", "words"),
    [
        ("luong-huu", ("nữ", "1/1/1968", "việc bình thường"), "đủ tuổi nghỉ hưu từ trước"),
        ("thai-san", ("mẹ", "30/6/2026", "6", "1", "30/6/2026", "có"), "quy định chuyển tiếp"),
        ("tro-cap-that-nghiep", ("1", "1/12/2025"), "luật cũ"),
    ],
)
def test_who_is_handed_over_is_told_why(
    library: Library, clock: Clock, guide_id: str, texts: tuple[str, ...], words: str
) -> None:
    talk = led(library, clock, guide_id, *texts)
    why, receipt = talk.replies
    assert words in why.text
    assert CODE in receipt.text


# -- through the front door ------------------------------------------------------------------------


async def test_a_guide_is_led_through_the_database(
    database: Database, library: Library, clock: Clock
) -> None:
    door = FrontDoor(database, library, clock)
    await door.says("lan", "tôi xin nghỉ phải báo trước mấy ngày")
    await door.taps("lan", phrases.WORK_IT_OUT)
    await door.says("lan", "1")  # the first button
    await door.taps("lan", "Không có chuyện nào")
    await door.says("lan", "việc thường")
    await door.taps("lan", "Từ 12 đến 36 tháng")
    await door.says("lan", "20/11/2026")
    last = (await door.reads("lan"))[-1]
    assert "ít nhất 30 ngày" in last.text
    assert "làm đến hết ngày 20/12/2026" in last.text
    assert [label for label, _ in last.choices] == [phrases.THATS_IT, phrases.NOT_IT]


async def test_a_typed_number_is_an_answer_not_a_button(
    database: Database, library: Library, clock: Clock
) -> None:
    door = FrontDoor(database, library, clock)
    await door.says("lan", "mức phạt công ty nợ lương")
    await _begin(door, "muc-phat")
    for text in ("tiền lương", "trả chậm", "2", "công ty", "còn"):
        await door.says("lan", text)
    last = (await door.reads("lan"))[-1]
    assert "từ 10.000.000 đ đến 20.000.000 đ" in last.text  # two workers


async def _begin(door: FrontDoor, guide_id: str) -> None:
    """As if its button had been tapped; where it stands is for other tests."""
    async with door.database.writing() as session:
        conversation = await session.scalar(select(Conversation))
        assert conversation is not None
        begun = State(noticed=True, guided=Guided(guide_id))
        conversation.state = begun.as_json()
        session.add(
            Message(
                conversation_id=conversation.id,
                channel="webchat",
                direction=Direction.OUT,
                author=Author.SYSTEM,
                text="Sai về chuyện gì?",
                choices=[],
                at=door.clock(),
                created_at=door.clock(),
            )
        )
