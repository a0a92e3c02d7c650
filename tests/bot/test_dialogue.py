"""The conversation, told as stories on the real answers. No database, no channel."""

import datetime as dt

import pytest

from bot import dialogue, phrases, triage
from bot.dialogue import Case, Dialogue, Outcome, Reply, Stage, State, Turn, Utterance
from bot.turns import Rating
from escalation.vocabulary import Kind, Priority
from knowledge_base import entries
from knowledge_base.importing import Base
from knowledge_base.library import Library
from tests.factories import Clock

OVERTIME = "Tăng ca tối đa bao nhiêu giờ một tháng?"
NOTICE_PERIOD = "bao truoc may ngay"
HELD = "tang ca 60 gio 1 thang dung luat ko"
UNANSWERABLE = (
    "công ty thu giữ điện thoại của em trong giờ làm và bắt ký giấy ủng hộ quỹ của con sếp"
)
DANGER = "quản lý đánh em chảy máu"
DUE = dt.datetime(2026, 11, 23, 4, 30, tzinfo=dt.UTC)
CODE = "HP-7K3Q"


class Talk:
    """One worker talks; tickets are opened as the inbox opens them."""

    def __init__(self, library: Library, clock: Clock, state: State | None = None) -> None:
        self._dialogue = Dialogue(library)
        self._clock = clock
        self.state = state or State(noticed=True)
        self.case: Case | None = None
        self.replies: tuple[Reply, ...] = ()

    def says(self, text: str) -> Turn:
        return self._hears(Utterance(text))

    def taps(self, label: str) -> Turn:
        """Tap a button of the last replies."""
        actions = {
            choice.label: choice.action for reply in self.replies for choice in reply.choices
        }
        return self._hears(Utterance(label, actions[label]))

    def does(self, action: str) -> Turn:
        return self._hears(Utterance("…", action))

    def closes(self) -> None:
        assert self.case is not None
        self.case = Case(self.case.code, is_open=False, answered=True)

    def is_answered(self) -> None:
        """The lawyer has written."""
        assert self.case is not None
        self.case = Case(self.case.code, is_open=True, answered=True)

    def _hears(self, said: Utterance) -> Turn:
        turn = self._dialogue.respond(self.state, said, self.case, self._clock())
        self.state, self.replies = turn.state, turn.replies
        if turn.handoff is not None:
            self.case = Case(CODE, is_open=True)
            self.state, receipt = dialogue.receipt(turn, CODE, DUE)
            self.replies += receipt
        self.state = State.from_json(self.state.as_json())  # as it survives in the database
        return turn

    @property
    def said(self) -> list[str]:
        return [reply.text for reply in self.replies]

    @property
    def labels(self) -> list[str]:
        return [choice.label for reply in self.replies for choice in reply.choices]


@pytest.fixture
def talk(library: Library, clock: Clock) -> Talk:
    return Talk(library, clock)


@pytest.fixture
def waiting(talk: Talk) -> Talk:
    """A ticket is open and the optional questions are past."""
    talk.says(UNANSWERABLE)
    talk.taps(phrases.SKIP)
    talk.taps(phrases.HERE_IS_FINE)
    return talk


# -- the first word --------------------------------------------------------------------------------


def test_the_notice_comes_once_and_the_answer_in_the_same_turn(
    library: Library, clock: Clock
) -> None:
    talk = Talk(library, clock, State())
    assert talk.says(OVERTIME).outcome is Outcome.ANSWER
    assert talk.said[0] == phrases.NOTICE
    assert "40 giờ/tháng" in talk.said[1]
    talk.says(OVERTIME)
    assert len(talk.said) == 1
    assert phrases.NOTICE not in talk.said


@pytest.mark.parametrize("first", ["xin chào", "xóa", UNANSWERABLE, "asdf"])
def test_whatever_the_first_word_is_the_notice_comes_with_it(
    library: Library, clock: Clock, first: str
) -> None:
    talk = Talk(library, clock, State())
    talk.says(first)
    assert talk.said[0] == phrases.NOTICE
    assert len(talk.said) >= 2
    assert talk.state.noticed


# -- answers ---------------------------------------------------------------------------------------


def test_an_answer_has_its_basis_and_two_buttons(talk: Talk) -> None:
    turn = talk.says(OVERTIME)
    (reply,) = turn.replies
    assert turn.entries == ("lam-them-toi-da",)
    assert turn.topic == "lam-them"
    assert reply.advice
    assert "Căn cứ: BLLĐ 2019 Đ.107" in reply.text
    assert talk.labels == [phrases.THATS_IT, phrases.NOT_IT]


def test_the_right_answer_is_confirmed(talk: Talk) -> None:
    talk.says(OVERTIME)
    turn = talk.taps(phrases.THATS_IT)
    assert (turn.confirmed, turn.handoff) == (True, None)
    assert talk.said == [phrases.GLAD]


def test_the_wrong_answer_goes_to_a_lawyer_with_a_promise(talk: Talk) -> None:
    talk.says(OVERTIME)
    turn = talk.taps(phrases.NOT_IT)
    assert turn.outcome is Outcome.HANDOFF
    assert turn.confirmed is False
    (promise,) = talk.said
    assert CODE in promise
    assert "trước 11:30 thứ Hai 23/11" in promise
    assert talk.labels == [phrases.SKIP]


def test_an_unclear_question_is_asked_back_with_three_choices_and_a_lawyer(talk: Talk) -> None:
    turn = talk.says(NOTICE_PERIOD)
    assert turn.outcome is Outcome.CLARIFY
    assert talk.said == [phrases.ASK_BACK]
    assert 2 <= len(talk.labels) <= 4
    assert talk.labels[-1] == phrases.NOT_THESE
    turn = talk.taps("Tôi xin nghỉ phải báo trước mấy ngày")
    assert turn.entries == ("nghi-viec-bao-truoc",)
    assert "45 ngày" in talk.said[0]


def test_none_of_the_choices_goes_to_a_lawyer(talk: Talk) -> None:
    talk.says(NOTICE_PERIOD)
    turn = talk.taps(phrases.NOT_THESE)
    assert turn.outcome is Outcome.HANDOFF
    assert turn.confirmed is None


def test_one_word_is_asked_about(talk: Talk) -> None:
    assert talk.says("lương").outcome is Outcome.CLARIFY
    assert talk.said == [phrases.ASK_BACK_SHORT]


def test_what_no_answer_fits_goes_to_a_lawyer(talk: Talk) -> None:
    turn = talk.says(UNANSWERABLE)
    assert turn.handoff is not None
    assert turn.handoff.kind is Kind.QUESTION
    assert turn.handoff.priority is Priority.NORMAL


def test_a_held_answer_goes_to_a_lawyer_with_the_reason(talk: Talk, library: Library) -> None:
    turn = talk.says(HELD)
    assert turn.handoff is not None
    assert turn.handoff.reason == library.entries["lam-them-60-gio"].lawyer_only
    assert turn.entries == ("lam-them-60-gio",)
    assert turn.topic == "lam-them"
    assert not any(reply.advice for reply in turn.replies)


def test_an_answer_that_ran_out_is_not_sent(library: Library, clock: Clock) -> None:
    clock.now = dt.datetime(2026, 12, 31, 16, 59, tzinfo=dt.UTC)  # 23:59 in Hải Phòng
    assert Talk(library, clock).does("answer:luong-toi-thieu-2027").outcome is Outcome.ANSWER
    clock.pass_(minutes=1)
    assert Talk(library, clock).does("answer:luong-toi-thieu-2027").outcome is Outcome.HANDOFF


def test_who_tells_of_a_wound_hears_115_before_the_law(library: Library, clock: Clock) -> None:
    answered = 0
    for entry in library.entries.values():
        for text in entry.phrasings if entry.topic == "tai-nan" else ():
            talk = Talk(library, clock)
            if triage.tells_of_injury(text) and talk.says(text).outcome is Outcome.ANSWER:
                answered += 1
                assert talk.said[0].startswith(phrases.HURT_FIRST), text
    assert answered


# -- old and unknown buttons -----------------------------------------------------------------------


@pytest.mark.parametrize("action", ["answer:khong-con-nua", "answer", "dance", "", "answer:"])
def test_a_stale_choice_asks_to_ask_again(talk: Talk, action: str) -> None:
    turn = talk.does(action)
    assert turn.outcome is Outcome.CHAT
    assert talk.said == [phrases.STALE_CHOICE]


def test_an_answer_retired_since_it_was_offered_is_stale(base: Base, clock: Clock) -> None:
    left = {key: entry for key, entry in base.entries.items() if key != "nghi-viec-bao-truoc"}
    shrunk = entries.library_of(
        Base(base.topics, base.instruments, base.parameters, left, base.shorthand, base.synonyms)
    )
    talk = Talk(shrunk, clock)
    talk.does("answer:nghi-viec-bao-truoc")
    assert talk.said == [phrases.STALE_CHOICE]


# -- handing over ----------------------------------------------------------------------------------


def test_optional_details_are_kept(talk: Talk) -> None:
    talk.says(UNANSWERABLE)
    turn = talk.says("Công ty May A, khu Tràng Duệ")
    assert (turn.outcome, turn.employer) == (Outcome.JOIN, "Công ty May A, khu Tràng Duệ")
    assert talk.labels == [phrases.HERE_IS_FINE]
    turn = talk.says("gọi 0912 sau 18 giờ")
    assert turn.reach == "gọi 0912 sau 18 giờ"
    assert talk.said == [phrases.DETAILS_KEPT]
    assert talk.state.stage is Stage.OPEN


def test_optional_details_can_be_skipped(talk: Talk) -> None:
    talk.says(UNANSWERABLE)
    turn = talk.taps(phrases.SKIP)
    assert (turn.outcome, turn.employer) == (Outcome.CHAT, None)
    assert talk.said == [phrases.ASK_REACH]
    talk.taps(phrases.HERE_IS_FINE)
    assert talk.said == [phrases.DETAILS_SKIPPED]
    assert talk.state.stage is Stage.OPEN


@pytest.mark.parametrize("said", ["bỏ qua", "Bo qua.", "không", "Ko", "thôi", "trả lời tại đây"])
def test_who_types_that_he_tells_nothing_has_told_nothing(talk: Talk, said: str) -> None:
    talk.says(UNANSWERABLE)
    assert talk.says(said).employer is None
    assert talk.said == [phrases.ASK_REACH]
    assert talk.says(said).reach is None
    assert talk.said == [phrases.DETAILS_SKIPPED]


def test_a_long_text_instead_of_a_detail_is_more_of_the_story(talk: Talk) -> None:
    talk.says(UNANSWERABLE)
    turn = talk.says("Chuyện là từ tháng trước công ty bắt mọi người nộp điện thoại " * 3)
    assert (turn.outcome, turn.employer) == (Outcome.JOIN, None)


@pytest.mark.parametrize("text", ["vậy em phải nộp đơn ở đâu?", "lương tối thiểu bao nhiêu ạ?"])
def test_a_question_is_no_detail(talk: Talk, text: str) -> None:
    talk.says(UNANSWERABLE)
    turn = talk.says(text)
    assert (turn.outcome, turn.employer) == (Outcome.JOIN, None)


def test_once_the_lawyer_has_written_a_message_is_no_detail(talk: Talk) -> None:
    talk.says(UNANSWERABLE)
    talk.is_answered()
    turn = talk.says("Hôm qua họ lại gọi em lên ký giấy")
    assert (turn.outcome, turn.employer) == (Outcome.JOIN, None)
    assert phrases.ASK_REACH not in talk.said


@pytest.mark.parametrize("text", ["cảm ơn luật sư ạ", "Vâng em hiểu rồi", "da em cam on nhieu"])
def test_a_courtesy_is_no_message_to_the_lawyer(talk: Talk, text: str) -> None:
    talk.says(UNANSWERABLE)
    talk.is_answered()
    turn = talk.says(text)
    assert (turn.outcome, turn.replies) == (Outcome.CHAT, ())


def test_asking_for_a_lawyer_asks_for_the_question_first(talk: Talk) -> None:
    assert talk.says("cho em gặp luật sư").outcome is Outcome.CHAT
    assert talk.said == [phrases.ASK_QUESTION_FOR_LAWYER]
    turn = talk.says(OVERTIME)
    assert turn.outcome is Outcome.HANDOFF


@pytest.mark.parametrize(
    ("word", "ask", "kind", "receipt"),
    [
        ("phản ánh", phrases.ASK_REPORT, Kind.REPORT, phrases.RECEIPT_REASONS["report"]),
        ("kiến nghị", phrases.ASK_PROPOSAL, Kind.PROPOSAL, phrases.RECEIPT_REASONS["proposal"]),
    ],
)
def test_a_report_or_proposal_is_taken_down_and_handed_over(
    talk: Talk, word: str, ask: str, kind: Kind, receipt: str
) -> None:
    talk.says(word)
    assert talk.said == [ask]
    turn = talk.says("nhà ăn cho ăn đồ ôi từ đầu tháng, cả xưởng đau bụng")
    assert turn.handoff is not None
    assert turn.handoff.kind is kind
    assert talk.said[0].startswith(receipt)


def test_a_report_told_in_one_message_needs_no_second(talk: Talk) -> None:
    turn = talk.says("phản ánh công ty không đóng bảo hiểm cho công nhân từ tháng 3")
    assert turn.handoff is not None
    assert turn.handoff.kind is Kind.REPORT


# -- danger ----------------------------------------------------------------------------------------


def test_danger_gets_numbers_first_and_an_urgent_ticket(talk: Talk) -> None:
    turn = talk.says(DANGER)
    assert turn.urgent
    assert turn.handoff is not None
    assert (turn.handoff.kind, turn.handoff.priority) == (Kind.REPORT, Priority.URGENT)
    assert talk.said[0] == phrases.DANGER["violence"]
    assert talk.said[1].startswith(phrases.RECEIPT_REASONS["danger"])
    assert talk.labels == []  # no form to fill in now
    assert talk.state.stage is Stage.OPEN
    assert not any(reply.advice for reply in talk.replies)


def test_danger_while_a_ticket_waits_joins_it_and_makes_it_urgent(waiting: Talk) -> None:
    turn = waiting.says(DANGER)
    assert (turn.outcome, turn.urgent, turn.handoff) == (Outcome.JOIN, True, None)
    assert waiting.said == [phrases.DANGER["violence"]]


@pytest.mark.parametrize("before", ["phản ánh", "luật sư", UNANSWERABLE])
def test_danger_beats_whatever_was_awaited(talk: Talk, before: str) -> None:
    talk.says(before)
    assert talk.says(DANGER).urgent
    assert talk.said[0] == phrases.DANGER["violence"]


def test_in_danger_the_notice_waits(library: Library, clock: Clock) -> None:
    talk = Talk(library, clock, State())
    talk.says(DANGER)
    assert talk.said[0] == phrases.DANGER["violence"]
    assert phrases.NOTICE not in talk.said
    talk.says("em ra ngoài rồi ạ")
    assert talk.said[0] == phrases.NOTICE


# -- while a lawyer has it -------------------------------------------------------------------------


def test_messages_join_the_ticket_and_are_acknowledged_each_half_hour(
    waiting: Talk, clock: Clock
) -> None:
    assert waiting.says("Quên chưa nói, em làm 3 năm rồi").outcome is Outcome.JOIN
    assert waiting.said == [phrases.joined(CODE)]
    for minutes in (1, 28):
        clock.pass_(minutes=minutes)
        assert waiting.says(OVERTIME).outcome is Outcome.JOIN
        assert waiting.said == []
    clock.pass_(minutes=1)
    waiting.says("Còn nữa ạ")
    assert waiting.said == [phrases.joined(CODE)]


def test_another_question_may_be_asked_aside(waiting: Talk) -> None:
    waiting.says("Em làm 3 năm rồi")
    waiting.taps(phrases.ASK_SOMETHING_ELSE)
    assert waiting.said == [phrases.ASK_NEXT_QUESTION]
    assert waiting.says(OVERTIME).outcome is Outcome.ANSWER
    assert waiting.says("À em nhớ ra thêm").outcome is Outcome.JOIN


def test_refusing_an_answer_while_a_ticket_waits_opens_no_second_one(waiting: Talk) -> None:
    waiting.does("aside")
    waiting.says(OVERTIME)
    turn = waiting.taps(phrases.NOT_IT)
    assert (turn.outcome, turn.handoff) == (Outcome.JOIN, None)
    assert waiting.said == [phrases.joined(CODE)]


def test_a_message_after_the_end_reopens_without_promising_here(waiting: Talk) -> None:
    waiting.closes()
    turn = waiting.says("Em nộp đơn rồi mà công ty không nhận")
    assert turn.outcome is Outcome.JOIN
    assert waiting.said == []  # the inbox says until when


def test_thanks_after_the_end_reopen_nothing(waiting: Talk) -> None:
    waiting.closes()
    assert waiting.says("cảm ơn luật sư nhiều").outcome is Outcome.CHAT
    assert waiting.said == [phrases.THANKS]


@pytest.mark.parametrize(
    ("label", "helped"), [(phrases.HELPED, True), (phrases.DID_NOT_HELP, False)]
)
def test_the_answer_is_rated_with_one_tap(waiting: Talk, label: str, helped: bool) -> None:
    waiting.closes()
    waiting.replies = (dialogue.rating_request(CODE),)
    turn = waiting.taps(label)
    assert turn.rating == Rating(helped, of_bot=False, code=CODE)
    assert turn.outcome is Outcome.CHAT
    assert waiting.said == []  # the inbox knows whether it is the first


def test_the_bot_asks_about_itself_after_the_lawyer(waiting: Talk) -> None:
    waiting.closes()
    waiting.replies = (dialogue.rated(Rating(True, of_bot=False, code=CODE), bot_answered=True),)
    assert waiting.labels == [phrases.BOT_HELPED, phrases.BOT_DID_NOT_HELP]
    turn = waiting.taps(phrases.BOT_DID_NOT_HELP)
    assert turn.rating == Rating(False, of_bot=True, code=CODE)


# -- commands --------------------------------------------------------------------------------------


def test_erasing_is_confirmed_first(talk: Talk) -> None:
    assert not talk.says("xóa").erase
    assert talk.labels == [phrases.ERASE_ALL, phrases.KEEP]
    kept = talk.taps(phrases.KEEP)
    assert not kept.erase
    assert talk.said == [phrases.NOT_ERASED]
    talk.says("xoa het")
    assert talk.taps(phrases.ERASE_ALL).erase
    assert talk.said == [phrases.ERASED]


def test_erasing_works_while_a_ticket_waits(waiting: Talk) -> None:
    assert waiting.says("xóa").outcome is Outcome.CHAT
    assert waiting.taps(phrases.ERASE_ALL).erase


@pytest.mark.parametrize("text", ["trạng thái", "phieu cua em", "HP-7K3Q"])
def test_the_status_is_asked_for_at_any_time(waiting: Talk, text: str) -> None:
    turn = waiting.says(text)
    assert (turn.status, turn.outcome) == (True, Outcome.CHAT)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("xin chào", phrases.GREETING),
        ("cảm ơn nhé", phrases.THANKS),
        ("tạm biệt", phrases.GOODBYE),
        ("bạn là ai", phrases.WHO_ARE_YOU),
        ("thời tiết hôm nay thế nào", phrases.SMALL_TALK),
        ("ly hôn chia tài sản thế nào", phrases.OTHER_LAW),
        ("how do I get my salary", phrases.ENGLISH),
    ],
)
def test_what_is_no_question_about_work_opens_no_ticket(talk: Talk, text: str, said: str) -> None:
    turn = talk.says(text)
    assert (turn.outcome, turn.handoff) == (Outcome.CHAT, None)
    assert talk.said == [said]


@pytest.mark.parametrize(
    ("action", "said"), [("start", phrases.GREETING), ("unsupported", phrases.UNSUPPORTED)]
)
def test_what_the_channel_tells_of_is_answered(talk: Talk, action: str, said: str) -> None:
    talk.does(action)
    assert talk.said == [said]


# -- limits ----------------------------------------------------------------------------------------


def test_no_turn_is_longer_than_a_tired_reader_can_take(library: Library, clock: Clock) -> None:
    for entry in library.entries.values():
        talk = Talk(library, clock, State())
        talk.says(entry.phrasings[0])
        rounds = [talk.replies]
        talk.does(f"answer:{entry.id}")
        rounds.append(talk.replies)
        for replies in rounds:
            said = [reply for reply in replies if reply.text != phrases.NOTICE]
            assert len(said) <= 3, entry.id
            assert sum(reply.advice for reply in said) <= 2, entry.id  # two questions in one
            assert all(len(reply.text) <= 700 for reply in said), entry.id
            assert all(len(reply.choices) <= 5 for reply in said), entry.id


def test_only_the_beginning_of_an_endless_message_is_read(talk: Talk) -> None:
    endless = "nợ lương " * 100_000
    assert talk.says(endless) == Talk(talk._dialogue.library, talk._clock).says(
        endless[: dialogue.MAX_TEXT]
    )


def test_a_state_of_another_version_is_still_read() -> None:
    assert State.from_json({"noticed": True, "stage": "dancing", "more": 1}) == State(noticed=True)
    assert State.from_json({}) == State()
