"""What the hotline says is short enough and says times as people do."""

import datetime as dt

import pytest

from bot import dialogue, phrases
from bot.dialogue import Outcome, State, Turn
from escalation.vocabulary import State as TicketState
from knowledge_base.library import Library

BUTTON = 64  # characters; Telegram and Zalo cut longer ones
NOW = dt.datetime(2026, 11, 22, 8, 0, tzinfo=dt.UTC)
SENTENCES = {
    name: value
    for name, value in vars(phrases).items()
    if name.isupper() and not name.startswith("_") and isinstance(value, str)
}
LABELS = (
    "NOT_THESE THATS_IT NOT_IT ASK_A_LAWYER SKIP HERE_IS_FINE ASK_SOMETHING_ELSE ERASE_ALL KEEP HELPED"
    " DID_NOT_HELP BOT_HELPED BOT_DID_NOT_HELP"
).split()


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (dt.datetime(2026, 11, 23, 3, 30, tzinfo=dt.UTC), "10:30 thứ Hai 23/11"),
        (dt.datetime(2026, 11, 21, 17, 5, tzinfo=dt.UTC), "00:05 Chủ nhật 22/11"),
        (dt.datetime(2026, 11, 28, 1, 0, tzinfo=dt.UTC), "08:00 thứ Bảy 28/11"),
        (dt.datetime(2027, 1, 4, 0, 30, tzinfo=dt.UTC), "07:30 thứ Hai 4/1"),
    ],
)
def test_a_moment_is_said_in_vietnams_time(at: dt.datetime, said: str) -> None:
    assert phrases.moment(at) == said
    assert phrases.moment(at.astimezone(dt.timezone(dt.timedelta(hours=-5)))) == said


def test_the_promise_names_the_ticket_and_until_when() -> None:
    due = dt.datetime(2026, 11, 23, 3, 30, tzinfo=dt.UTC)
    assert phrases.receipt("HP-7K3Q", due) == (
        "Câu này cần luật sư. Phiếu HP-7K3Q. Luật sư trả lời tại đây trước 10:30 thứ Hai 23/11."
    )
    assert phrases.receipt("HP-7K3Q", due, "Đã ghi nhận phản ánh.").startswith("Đã ghi nhận")
    assert "trước 10:30 thứ Hai 23/11" in phrases.reopened("HP-7K3Q", due)


@pytest.mark.parametrize("state", TicketState)
def test_the_status_is_told_for_each_state(state: TicketState) -> None:
    due = NOW + dt.timedelta(hours=1)
    assert phrases.status("HP-7K3Q", state, None, NOW).startswith("Phiếu HP-7K3Q: ")
    assert phrases.status("HP-7K3Q", state, due, NOW).endswith("trước 16:00 Chủ nhật 22/11.")


def test_a_broken_promise_is_admitted() -> None:
    for due in (NOW, NOW - dt.timedelta(hours=1)):
        said = phrases.status("HP-7K3Q", TicketState.NEW, due, NOW)
        assert "Đã quá hẹn" in said
        assert "Hẹn trả lời" not in said


def test_every_button_is_short(library: Library) -> None:
    buttons = [SENTENCES[name] for name in LABELS]
    buttons += [entry.label for entry in library.entries.values()]
    assert [label for label in buttons if len(label) > BUTTON] == []


def test_the_notice_says_what_it_must_in_300_characters() -> None:
    assert len(phrases.NOTICE) <= 300
    for word in ("miễn phí", "Zalo", "Telegram", "mã hóa", "“xóa”", "113", "115"):
        assert word in phrases.NOTICE


def test_no_sentence_is_longer_than_an_answer() -> None:
    assert len(SENTENCES) > 30
    assert [name for name, text in SENTENCES.items() if len(text) > 350] == []
    assert [kind for kind, text in phrases.DANGER.items() if len(text) > 350] == []


def test_no_sentence_has_blanks_that_went_astray() -> None:
    texts = [*SENTENCES.values(), *phrases.DANGER.values(), *phrases.RECEIPT_REASONS.values()]
    for text in texts:
        assert text == text.strip()
        assert "  " not in text
        assert " ." not in text


def test_every_danger_names_a_number_in_its_first_sentences() -> None:
    for kind, text in phrases.DANGER.items():
        assert any(number in text[:140] for number in ("111", "113", "114", "115")), kind


def test_the_lawyers_answer_is_signed_by_the_centre() -> None:
    assert phrases.lawyers_answer("Anh nộp đơn nhé.") == f"Anh nộp đơn nhé.\n{phrases.SIGNATURE}"


def test_a_receipt_with_its_question_is_short() -> None:
    turn = Turn(Outcome.HANDOFF, State(noticed=True), handoff=dialogue.HandOff())
    _, (reply,) = dialogue.receipt(turn, "HP-7K3Q", NOW)
    assert len(reply.text) <= 300
