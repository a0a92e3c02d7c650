"""Whole calls against a database: what is said, and what stands in the books afterwards."""

import asyncio
import datetime as dt
import random

import pytest
from sqlalchemy import func, select

from bot import linking, phrases, retention
from bot.models import Author, Direction, Outcome
from bot.telephone import words
from bot.telephone.call import Dial, HangUp, Listen, Record, Recording, Ring
from bot.telephone.models import Call, CallStep, LinkCode
from escalation import lookup, tickets
from escalation.vocabulary import EventKind, Kind, Priority, State
from hotline.db import Database
from knowledge_base.library import Library
from tests.factories import Clock
from tests.front_door import FrontDoor
from tests.hotline.test_encryption import readable
from tests.telephone_line import MOBILE, CallCentre

pytestmark = pytest.mark.thorough("postgresql")

LAWYER_ONE, LAWYER_TWO, NIGHT = "+84912000001", "+84912000002", "+84912000009"
SURE = "nghỉ việc phải báo trước mấy ngày"
NO_ANSWER = "sếp bắt em mang giày màu vàng đi nhảy múa ở sân công ty thì tính sao ạ"


@pytest.fixture
def centre(database: Database, library: Library, clock: Clock) -> CallCentre:
    return CallCentre(database, library, clock)


async def code_of(line) -> str:
    """The six digits that were spoken."""
    said = line.said.partition("Mã của anh chị là: ")[2].partition(".")[0]
    return "".join(str(_DIGITS.index(one)) for one in said.split(", "))


_DIGITS = "không một hai ba bốn năm sáu bảy tám chín".split()


# -- questions -------------------------------------------------------------------------------------


async def test_the_greeting_tells_who_we_are_and_what_to_do(centre: CallCentre) -> None:
    line = centre.line()
    document = await line.dials()
    assert "Liên đoàn Lao động Hải Phòng" in document.say[0]
    assert "một một ba" in line.said
    assert "bấm 0" in line.said
    assert isinstance(document.then, Listen)
    assert document.then.speech
    assert document.then.hints


async def test_a_spoken_question_is_read_back_and_answered_by_its_own_script(
    centre: CallCentre, library: Library
) -> None:
    line = centre.line()
    await line.dials()
    document = await line.says(SURE)
    (question,) = await centre.questions()
    assert question.outcome is Outcome.ANSWERED
    assert question.channel == "phone"
    entry = library.entries[question.entry_id or ""]
    assert document.say[0] == words.read_back(entry.label)
    script = library.spoken(entry, dt.date(2026, 11, 22))
    assert isinstance(script, str)
    assert " ".join(document.say).count(script[:60]) == 1
    assert not any(letter.isdigit() for piece in document.say[:-3] for letter in piece)
    spoken = await centre.messages()
    assert [one.author for one in spoken] == [Author.WORKER, Author.BOT]
    assert spoken[0].text == SURE


async def test_again_and_slower_say_the_same_and_count_nothing(centre: CallCentre) -> None:
    line = centre.line()
    await line.dials()
    first = await line.says(SURE)
    again = await line.presses("1")
    slower = await line.presses("2")
    assert again.say == slower.say == first.say[1:]
    assert slower.slow
    assert not again.slow
    assert len(await centre.questions()) == 1


async def test_an_unsure_match_is_asked_back_by_number(centre: CallCentre) -> None:
    line = centre.line()
    await line.dials()
    await line.says("tôi bị sa thải khi đang mang thai")
    assert words.MEANT_ONE_OF in line.said
    await line.presses("1")
    (question,) = await centre.questions()
    assert question.outcome is Outcome.ANSWERED  # the same question, now met


async def test_the_keypad_leads_to_an_answer_in_three_steps(centre: CallCentre) -> None:
    line = centre.line()
    await line.dials()
    await line.presses("1", "1", "1", "1")
    (question,) = await centre.questions()
    assert question.outcome is Outcome.ANSWERED
    assert "Anh chị hỏi" in line.said


async def test_an_event_in_the_past_meets_the_law_of_its_day(centre: CallCentre) -> None:
    line = centre.line()
    await line.dials()
    await line.says("sinh con thứ hai tháng 3 năm 2026 được nghỉ thai sản mấy tháng")
    before = line.said
    other = centre.line()
    await other.dials()
    await other.says("sinh con thứ hai được nghỉ thai sản mấy tháng")
    assert before != other.said


async def test_a_guide_is_walked_by_keys(centre: CallCentre) -> None:
    line = centre.line()
    await line.dials()
    await line.says(SURE)
    document = await line.presses("4")
    steps = 0
    while "Theo điều" not in line.said and words.AFTER_ANSWER not in line.said and steps < 12:
        assert isinstance(document.then, Listen)
        document = await line.presses("1" if document.then.digits == 1 else _some_digits(line.said))
        steps += 1
    assert 0 < steps < 12
    assert words.AFTER_ANSWER in line.said
    assert len(await centre.questions()) == 2


def _some_digits(asked: str) -> str:
    if "tám số" in asked:
        return "01122026"
    return "8000000" if "bằng đồng" in asked else "24"


async def test_a_guide_is_left_by_a_key(centre: CallCentre) -> None:
    line = centre.line()
    await line.dials()
    await line.says(SURE)
    await line.presses("4")
    await line.presses("#")
    assert words.GUIDE_LEFT in line.said


async def test_a_second_question_in_one_breath_is_one_key_away(centre: CallCentre) -> None:
    line = centre.line()
    await line.dials()
    await line.says("nghỉ việc phải báo trước mấy ngày, với lại làm ngày lễ được trả lương thế nào")
    answered = [one for one in await centre.questions() if one.outcome is Outcome.ANSWERED]
    if words.SECOND_QUESTION in line.said:
        await line.presses("5")
        assert "Anh chị hỏi" in line.said
    assert answered


# -- people ----------------------------------------------------------------------------------------


async def test_a_lawyer_on_duty_takes_the_call_and_the_ticket(centre: CallCentre) -> None:
    lawyer = await centre.on_duty(LAWYER_ONE)
    line = centre.line()
    await line.dials()
    await line.says(SURE)
    document = await line.presses("0")
    assert isinstance(document.then, Dial)
    assert document.then.number == LAWYER_ONE
    await line.lawyer(takes=True)
    assert line.over
    (ticket,) = await centre.tickets()
    assert ticket.assignee_id == lawyer.id
    assert ticket.first_responded_at is not None
    assert ticket.state is State.ACTIVE
    assert ticket.subject == SURE
    (question,) = await centre.questions()
    assert question.outcome is Outcome.HANDED_OFF


async def test_who_does_not_accept_is_followed_by_the_next_then_by_the_box(
    centre: CallCentre,
) -> None:
    await centre.on_duty(LAWYER_TWO, rank=1)
    await centre.on_duty(LAWYER_ONE, rank=0)
    line = centre.line()
    await line.dials()
    rung = []
    document = await line.presses("0")
    while isinstance(document.then, Dial):
        rung.append(document.then.number)
        document = await line.lawyer(takes=False)
    assert rung == [LAWYER_ONE, LAWYER_TWO]
    assert words.NOBODY_FREE in line.said
    assert words.ASK_CONSENT in line.said
    (ticket,) = await centre.tickets()
    assert ticket.first_responded_at is None


async def test_a_message_becomes_a_ticket_with_recording_and_call_back(
    centre: CallCentre,
) -> None:
    line = centre.line()
    await line.dials()
    await line.presses("9", "1")
    assert isinstance(line.then, Record)
    await line.leaves(seconds=35)
    assert line.over
    (ticket,) = await centre.tickets()
    (file,) = await centre.files()
    (task,) = await centre.callbacks()
    assert ticket.reach == task.number == MOBILE
    assert ticket.subject == "[lời nhắn thoại 0:35]"
    assert file.seconds == 35
    assert file.ref == line.recording()
    assert words.CALLED_BACK in line.said


async def test_who_hides_his_number_is_not_rung_but_gets_a_code(centre: CallCentre) -> None:
    line = centre.line()
    await line.dials()
    await line.presses("9", "2")
    await line.leaves()
    (ticket,) = await centre.tickets()
    assert ticket.reach is None
    assert await centre.callbacks() == []
    assert words.ANSWERED_BY_CODE in line.said
    assert len(await code_of(line)) == 6


@pytest.mark.parametrize("caller", ["", "anonymous", "+66812345678", "1900545454"])
async def test_a_number_that_must_not_be_rung_is_not_asked_for(
    centre: CallCentre, caller: str
) -> None:
    line = centre.line(caller)
    await line.dials()
    await line.presses("9")
    assert isinstance(line.then, Record)
    await line.leaves()
    assert await centre.callbacks() == []


async def test_danger_rings_the_night_number_and_the_ticket_is_urgent(
    centre: CallCentre,
) -> None:
    centre.with_duty_phone(NIGHT)
    line = centre.line()
    await line.dials()
    document = await line.says("cứu với, quản đốc đang đánh người trong xưởng")
    assert "một một ba" in line.said
    assert isinstance(document.then, Dial)
    assert document.then.number == NIGHT
    (ticket,) = await centre.tickets()
    assert ticket.priority is Priority.URGENT


async def test_without_danger_the_night_number_is_left_in_peace(centre: CallCentre) -> None:
    centre.with_duty_phone(NIGHT)
    line = centre.line()
    await line.dials()
    document = await line.presses("0")
    assert not isinstance(document.then, Dial)


async def test_what_no_entry_answers_goes_to_a_lawyer(centre: CallCentre) -> None:
    line = centre.line()
    await line.dials()
    await line.says("cho tôi gặp luật sư")
    (ticket,) = await centre.tickets()
    assert ticket.kind is Kind.QUESTION
    assert words.ASK_CONSENT in line.said


async def test_a_report_is_left_as_a_report(centre: CallCentre) -> None:
    line = centre.line()
    await line.dials()
    await line.says("tôi muốn phản ánh")
    await line.presses("2")
    await line.leaves()
    (ticket,) = await centre.tickets()
    assert ticket.kind is Kind.REPORT


# -- patience --------------------------------------------------------------------------------------


async def test_silence_leads_to_the_box_and_then_to_an_end(centre: CallCentre) -> None:
    line = centre.line()
    await line.dials()
    documents = 0
    while not line.over and documents < 12:
        await line.is_silent()
        documents += 1
    assert documents <= 7
    assert words.GOODBYE in line.said
    assert await centre.tickets() == []


async def test_two_wrong_keys_are_forgiven(centre: CallCentre) -> None:
    line = centre.line()
    await line.dials()
    await line.presses("7")
    assert words.WRONG_KEY in line.said
    await line.presses("7")
    assert words.WRONG_KEY in line.said
    await line.presses("7")
    assert words.TO_THE_BOX in line.said


async def test_after_an_answer_silence_is_a_goodbye(centre: CallCentre) -> None:
    line = centre.line()
    await line.dials()
    await line.says(SURE)
    await line.is_silent()
    assert words.AFTER_ANSWER in line.said
    await line.is_silent()
    assert line.over


async def test_a_line_without_speech_never_asks_to_speak(centre: CallCentre) -> None:
    line = centre.line(provider="stringee")
    document = await line.dials()
    assert isinstance(document.then, Listen)
    assert not document.then.speech
    assert "nói câu hỏi" not in line.said
    await line.presses("1", "1", "1", "1")
    assert words.ASK_ANOTHER_KEYS in line.said


# -- the carrier repeats, reorders, forgets --------------------------------------------------------


async def test_a_repeated_request_gets_the_same_document_and_changes_nothing(
    centre: CallCentre,
) -> None:
    line = centre.line()
    await line.dials()
    first = await line.presses("0")
    before = len(await centre.messages())
    assert await line.again() == first
    assert len(await centre.tickets()) == 1
    assert len(await centre.messages()) == before


async def test_the_same_request_twenty_times_at_once_counts_once(centre: CallCentre) -> None:
    line = centre.line()
    await line.dials()
    ring = Ring("twilio", line.call_id, 1, caller=MOBILE, words=SURE)
    documents = await asyncio.gather(*(centre.board.answer(ring) for _ in range(20)))
    assert len({str(one) for one in documents}) == 1
    assert len(await centre.questions()) == 1


async def test_a_new_call_rung_twenty_times_at_once_is_one_call(
    centre: CallCentre, database: Database
) -> None:
    ring = Ring("twilio", "CA" + "f" * 32, 0, caller=MOBILE)
    documents = await asyncio.gather(*(centre.board.answer(ring) for _ in range(20)))
    assert len({str(one) for one in documents}) == 1
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Call)) == 1


@pytest.mark.parametrize("told_first", [True, False])
async def test_a_recording_told_of_twice_in_any_order_is_one(
    centre: CallCentre, told_first: bool
) -> None:
    line = centre.line()
    await line.dials()
    await line.presses("9", "1")
    told = Recording(line.recording(), 35)
    if told_first:
        await centre.board.recorded("twilio", line.call_id, told)
    await line.leaves()
    await centre.board.recorded("twilio", line.call_id, told)
    assert len(await centre.tickets()) == 1
    assert len(await centre.files()) == 1
    assert len(await centre.callbacks()) == 1
    assert line.over


async def test_hanging_up_while_recording_still_leaves_a_ticket(centre: CallCentre) -> None:
    line = centre.line()
    await line.dials()
    await line.presses("9", "2")
    await line.hangs_up()
    await centre.board.recorded("twilio", line.call_id, Recording(line.recording(), 12))
    (ticket,) = await centre.tickets()
    assert ticket.subject == "[lời nhắn thoại 0:12]"


async def test_hanging_up_while_it_rings_leaves_a_ticket(centre: CallCentre) -> None:
    await centre.on_duty(LAWYER_ONE)
    line = centre.line()
    await line.dials()
    await line.presses("0")
    await line.hangs_up()
    assert len(await centre.tickets()) == 1
    assert await centre.board.whisper(line.call_id, line.heard.step) is None


async def test_a_step_that_never_was_repeats_the_last_words(centre: CallCentre) -> None:
    line = centre.line()
    document = await line.dials()
    strange = Ring("twilio", line.call_id, 77, caller=MOBILE, keys="0")
    assert await centre.board.answer(strange) == document


# -- codes -----------------------------------------------------------------------------------------


async def test_a_code_opens_the_call_in_a_chat(
    centre: CallCentre, database: Database, library: Library, clock: Clock
) -> None:
    line = centre.line()
    await line.dials()
    await line.says(SURE)
    await line.presses("0", "2")
    await line.leaves()
    code = await code_of(line)
    door = FrontDoor(database, library, clock)
    await door.says("lan", f"{code[:3]} {code[3:]}")
    said = [one.text for one in await door.reads("lan")]
    (ticket,) = await centre.tickets()
    assert any(ticket.code in text for text in said)
    staff = await door.lawyer()
    await door.replies(ticket.code, staff, "Anh chị nộp đơn nhé.")
    assert "Anh chị nộp đơn nhé." in (await door.reads("lan"))[-1].text


async def test_a_call_opened_in_a_chat_is_erased_with_it(
    centre: CallCentre, database: Database, library: Library, clock: Clock
) -> None:
    line = centre.line()
    await line.dials()
    await line.says(f"{SURE} canaryasked")
    await line.presses("0", "2")
    await line.leaves()
    code = await code_of(line)
    await line.hangs_up()
    (ticket,) = await centre.tickets()
    door = FrontDoor(database, library, clock)
    await door.replies(ticket.code, await door.lawyer(), "Anh chị nộp đơn nhé canarytold.")
    await door.says("lan", code)
    assert "canarytold" in await readable(database)
    await door.says("lan", "xóa")
    await door.taps("lan", phrases.ERASE_ALL)
    kept = await readable(database)
    assert not [one for one in ("canaryasked", "canarytold", MOBILE) if one in kept]


async def test_what_a_lawyer_may_still_take_back_is_told_by_no_code(
    centre: CallCentre, database: Database, library: Library, clock: Clock
) -> None:
    line = centre.line()
    await line.dials()
    await line.presses("9", "2")
    await line.leaves()
    code = await code_of(line)
    await line.hangs_up()
    (ticket,) = await centre.tickets()
    door = FrontDoor(database, library, clock)
    lawyer, leaves_at = await door.lawyer(), clock() + dt.timedelta(seconds=15)
    async with database.writing() as session:
        found = await lookup.find_to_change(session, ticket.code)
        assert found is not None
        await tickets.reply(session, found, lawyer, "Nhầm người.", clock(), not_before=leaves_at)
    again = centre.line()
    await again.dials()
    await again.presses("2", code)
    assert "Nhầm người" not in again.said
    await door.says("lan", code)
    assert not [one for one in await door.reads("lan") if "Nhầm người" in one.text]
    clock.pass_(seconds=16)
    await door._announce()
    assert sum("Nhầm người" in one.text for one in await door.reads("lan")) == 1


async def test_an_answer_heard_is_read_in_the_chat(
    centre: CallCentre, database: Database, library: Library, clock: Clock
) -> None:
    line = centre.line()
    await line.dials()
    await line.says(SURE)
    await line.presses("3")
    code = await code_of(line)
    door = FrontDoor(database, library, clock)
    await door.says("lan", code)
    (question,) = await centre.questions()
    answer = library.answer(library.entries[question.entry_id or ""], dt.date(2026, 11, 22))
    assert answer in [one.text for one in await door.reads("lan")]


async def test_a_code_works_once_in_chats_and_not_after_three_days(
    centre: CallCentre, database: Database, library: Library, clock: Clock
) -> None:
    codes = []
    for _ in range(2):
        line = centre.line()
        await line.dials()
        await line.says(SURE)
        await line.presses("3")
        codes.append(await code_of(line))
        await line.hangs_up()
    door = FrontDoor(database, library, clock)
    await door.says("lan", codes[0])
    await door.says("hoa", codes[0])
    assert "không đúng" in (await door.reads("hoa"))[-1].text
    clock.pass_(days=3, minutes=1)
    await door.says("mai", codes[1])
    assert "không đúng" in (await door.reads("mai"))[-1].text


async def test_guessing_codes_ends_after_five(
    centre: CallCentre, database: Database, library: Library, clock: Clock
) -> None:
    line = centre.line()
    await line.dials()
    await line.presses("9", "2")
    await line.leaves()
    right = await code_of(line)
    door = FrontDoor(database, library, clock)
    for guess in range(5):
        await door.says("ke-gian", f"{(int(right) + guess + 1) % 1_000_000:06}")
    await door.says("ke-gian", right)
    assert "nhiều lần" in (await door.reads("ke-gian"))[-1].text
    clock.pass_(hours=1, minutes=1)
    await door.says("ke-gian", right)
    assert "Đã nối" in "".join(one.text for one in await door.reads("ke-gian"))


async def test_the_lawyers_answer_is_heard_by_code(
    centre: CallCentre, database: Database, library: Library, clock: Clock
) -> None:
    line = centre.line()
    await line.dials()
    await line.presses("9", "2")
    await line.leaves()
    code = await code_of(line)
    await line.hangs_up()
    (ticket,) = await centre.tickets()
    door = FrontDoor(database, library, clock)
    await door.replies(ticket.code, await door.lawyer(), "Công ty phải trả 5.310.000 đ.")
    again = centre.line()
    await again.dials()
    await again.presses("2", code)
    assert "Luật sư trả lời" in again.said
    assert "năm triệu ba trăm mười nghìn đồng" in again.said


@pytest.mark.parametrize(("key", "rating"), [("5", 1), ("6", 0)])
async def test_the_answer_is_rated_by_key_once_it_is_closed(
    centre: CallCentre, database: Database, library: Library, clock: Clock, key: str, rating: int
) -> None:
    line = centre.line()
    await line.dials()
    await line.presses("9", "2")
    await line.leaves()
    code = await code_of(line)
    await line.hangs_up()
    (ticket,) = await centre.tickets()
    door = FrontDoor(database, library, clock)
    lawyer = await door.lawyer()
    await door.replies(ticket.code, lawyer, "Công ty phải trả đủ.")
    early = centre.line()
    await early.dials()
    await early.presses("2", code)
    assert words.RATE not in early.said
    await early.presses(key)  # no key of this menu yet
    await door.resolves(ticket.code, lawyer)
    again = centre.line()
    await again.dials()
    await again.presses("2", code)
    assert words.RATE in again.said
    await again.presses("1", key)  # after hearing it once more
    assert words.RATED in again.said
    (ticket,) = await centre.tickets()
    assert ticket.rating == rating
    once_more = centre.line("+84912345999")  # one number may not ring without end
    await once_more.dials()
    await once_more.presses("2", code)
    assert words.RATE not in once_more.said


async def test_four_keys_of_a_ticket_tell_its_state_and_nothing_else(
    centre: CallCentre, database: Database, library: Library, clock: Clock
) -> None:
    door = FrontDoor(database, library, clock)
    await door.says("lan", "cho tôi gặp luật sư")
    await door.says("lan", "công ty ép tôi viết đơn nghỉ việc")
    (ticket,) = await centre.tickets()
    await door.replies(ticket.code, await door.lawyer(), "Điều bí mật.")
    keys = "".join(_key(letter) for letter in ticket.code.removeprefix("HP-"))
    line = centre.line()
    await line.dials()
    await line.presses("2", keys)
    assert "luật sư đang xử lý" in line.said
    assert "bí mật" not in line.said
    await line.presses("*", "2", "0000")
    assert words.CODE_UNKNOWN in line.said


def _key(letter: str) -> str:
    if letter.isdigit():
        return letter
    groups = ("ABC", "DEF", "GHI", "JKL", "MNO", "PQRS", "TUV", "WXYZ")
    return next(str(key) for key, group in enumerate(groups, 2) if letter in group)


# -- limits and forgetting -------------------------------------------------------------------------


async def test_one_number_may_not_hold_more_than_two_lines(centre: CallCentre) -> None:
    lines = [centre.line() for _ in range(3)]
    for line in lines:
        await line.dials()
    assert [line.over for line in lines] == [False, False, True]
    other = centre.line("+84987654321")
    await other.dials()
    assert not other.over


async def test_one_number_may_not_ring_more_than_ten_times_an_hour(
    centre: CallCentre, clock: Clock
) -> None:
    for _ in range(10):
        line = centre.line()
        await line.dials()
        await line.hangs_up()
    last = centre.line()
    await last.dials()
    assert words.BUSY in last.said
    assert "một một ba" in last.said
    clock.pass_(hours=1, minutes=1)
    later = centre.line()
    await later.dials()
    assert words.BUSY not in later.said


async def test_erasing_by_voice_leaves_no_word(centre: CallCentre, database: Database) -> None:
    line = centre.line()
    await line.dials()
    await line.presses("9", "1")
    await line.leaves()
    code = await code_of(line)
    other = centre.line()
    await other.dials()
    await other.says(SURE)
    await other.says("xóa hết tin nhắn của tôi")
    assert words.ERASE_CONFIRM in other.said
    await other.presses("1")
    assert other.over
    texts = [one.text for one in await centre.messages()]
    assert SURE not in texts
    assert any("lời nhắn thoại" in text for text in texts)  # the other call is another matter
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(LinkCode)) == 1
    assert len(code) == 6


async def test_callers_are_told_apart_for_a_day_only(
    centre: CallCentre, database: Database, clock: Clock
) -> None:
    line = centre.line()
    await line.dials()
    await line.hangs_up()
    clock.pass_(days=1, minutes=1)
    await _forget(database, clock)
    async with database.reading() as session:
        assert await session.scalar(select(func.count(func.distinct(Call.caller_index)))) == 1
    clock.pass_(days=2)
    await _forget(database, clock)
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Call)) == 0
        assert await session.scalar(select(func.count()).select_from(CallStep)) == 0


async def test_a_forgotten_ticket_forgets_the_number(
    centre: CallCentre, database: Database, clock: Clock
) -> None:
    line = centre.line()
    await line.dials()
    await line.presses("9", "1")
    await line.leaves()
    async with database.writing() as session:
        ticket = await lookup.find_to_change(session, (await centre.tickets())[0].code)
        assert ticket is not None
        await tickets.erase(session, ticket, clock())
    assert await centre.callbacks() == []


async def _forget(database: Database, clock: Clock) -> None:
    async with database.writing() as session:
        await retention.forget(session, clock())


# -- nothing leads nowhere ---------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
async def test_random_keys_and_words_never_end_in_silence(centre: CallCentre, seed: int) -> None:
    """Every path ends in an answer, a person, a ticket or a goodbye; only the list is rung."""
    await centre.on_duty(LAWYER_ONE)
    centre.with_duty_phone(NIGHT)
    chance = random.Random(seed)
    for number in range(4):
        provider = chance.choice(["twilio", "stringee"])
        line = centre.line(f"+8491{seed}00{number:04}", provider)
        await line.dials()
        for _ in range(40):
            if line.over:
                break
            await _something(line, chance)
            assert line.heard is not None
            assert line.heard.say
            if isinstance(line.then, Dial):
                assert line.then.number in (LAWYER_ONE, NIGHT)
        while not line.over:  # whoever then falls silent is led to an end
            await _silence(line)
        await line.hangs_up()


async def _something(line, chance: random.Random) -> None:
    match line.then:
        case Dial():
            await line.lawyer(takes=chance.random() < 0.3)
        case Record():
            await (line.leaves() if chance.random() < 0.5 else line.is_silent())
        case Listen() as listen if listen.speech and chance.random() < 0.4:
            await line.says(chance.choice(_SAID))
        case _:
            length = 1 if line.then.digits == 1 else chance.randrange(1, 9)
            keys = "".join(chance.choice("0123456789*#") for _ in range(length))
            await line.presses(keys)


async def _silence(line) -> None:
    if isinstance(line.then, Dial):
        await line.lawyer(takes=False)
    elif not isinstance(line.then, HangUp):
        await line.is_silent()


_SAID = (
    SURE,
    "alo alo",
    "ừ ờ",
    "xóa",
    "trạng thái",
    "cho gặp luật sư",
    "công ty nợ lương hai tháng",
    "tai nạn ở xưởng có người chảy máu",
    "hello can you help me",
    "không biết",
    "hai triệu rưỡi",
    "phản ánh công ty",
    "%%% ???",
)


async def test_a_repeated_recording_request_after_the_end_says_goodbye(
    centre: CallCentre,
) -> None:
    line = centre.line()
    await line.dials()
    await line.presses("9", "2")
    await line.leaves()
    step = line.heard.step
    after = await centre.board.answer(Ring("twilio", line.call_id, step, caller=MOBILE))
    assert isinstance(after.then, HangUp)


async def test_events_of_a_joined_call_are_in_the_history(
    centre: CallCentre, database: Database
) -> None:
    await centre.on_duty(LAWYER_ONE)
    line = centre.line()
    await line.dials()
    await line.presses("0")
    await line.lawyer(takes=True)
    async with database.reading() as session:
        ticket = (await centre.tickets())[0]
        kinds = [one.kind for one in await tickets.history(session, ticket)]
    assert kinds == [EventKind.OPENED, EventKind.TAKEN, EventKind.CALLED]


def test_only_six_digits_are_a_code() -> None:
    assert linking.code_in("482193") == "482193"
    assert linking.code_in(" 482 193 ") == "482193"
    for text in ("48219", "4821933", "mã 482193", "4,821,93", "٤٨٢١٩٣", "500000 đ"):
        assert linking.code_in(text) is None


async def test_spoken_words_go_out_by_no_other_way(centre: CallCentre) -> None:
    line = centre.line()
    await line.dials()
    await line.says(SURE)
    assert {one.direction for one in await centre.messages()} == {Direction.IN, Direction.OUT}
