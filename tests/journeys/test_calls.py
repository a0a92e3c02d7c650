"""Whole telephone calls against the running program: signed requests in, TwiML out, then the books.

Every story ends with one rule: whoever rang has an answer, a person or a ticket.
"""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from typing import Any

import pytest

from bot import phrases
from bot.channels.twiml import fallback_twiml
from bot.models import FileState, Outcome, Question, StoredFile
from bot.telephone import words
from bot.telephone.models import Call as Booked
from escalation.models import Callback, Ticket
from escalation.vocabulary import EventKind, Kind, Priority, Role, State
from hotline.rehearsal.people import Person
from hotline.rehearsal.twilio import LocalTwilio
from hotline.rehearsal.webchat import WebChat
from hotline.settings import Settings
from tests.fake_stringee import FakeStringee, StringeeCall
from tests.journeys.conftest import Hotline, eventually
from tests.telephone_house import MESSAGE, MOBILE, Caller, End, TelephoneHouse

pytestmark = pytest.mark.thorough("postgresql")

LAWYER_ONE, LAWYER_TWO, NIGHT = "+84912000001", "+84912000002", "+84912000009"
SURE = "nghỉ việc phải báo trước mấy ngày"
UNSURE = "tôi bị sa thải khi đang mang thai"
DANGER = "cứu với, quản đốc đang đánh người trong xưởng"
NOISE = "ờ ừ à thì"
SIGNING = "a-signing-secret"
LAN = 7001

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def settings(settings: Settings, twilio: LocalTwilio, stringee: FakeStringee) -> Settings:
    return settings.model_copy(
        update={
            "twilio_account_sid": twilio.account,
            "twilio_auth_token": twilio.token,
            "twilio_number": twilio.number,
            "twilio_api_base": twilio.base,
            "stringee_key_sid": stringee.key_sid,
            "stringee_key_secret": stringee.key_secret,
            "stringee_signing_secret": SIGNING,
            "stringee_number": "+842253123457",
            "stringee_api_base": stringee.base,
            "duty_phone": NIGHT,
        }
    )


@pytest.fixture
async def house(
    hotline: Hotline, twilio: LocalTwilio, settings: Settings
) -> AsyncIterator[TelephoneHouse]:
    found = TelephoneHouse(hotline, twilio, settings.public_address)
    yield found
    for call in found.callers:
        assert set(await call.deliver()) <= {200}
    await found.check()


# -- questions -------------------------------------------------------------------------------------


@on_sqlite
async def test_an_answer_is_found_by_speech(house: TelephoneHouse) -> None:
    call = await house.rings()
    assert "Liên đoàn Lao động Hải Phòng" in call.heard
    await call.say(SURE)
    assert "Anh chị hỏi: Tôi xin nghỉ phải báo trước mấy ngày" in call.heard
    assert "bốn mươi lăm ngày" in call.heard
    await call.presses("1", "2")
    assert b"<prosody" in call.documents[-1]
    await call.stay_silent()
    await call.stay_silent()
    assert call.over
    assert await house.end_of(call) is End.ANSWER
    assert await house.outcomes() == [Outcome.ANSWERED]


@on_sqlite
@pytest.mark.parametrize("choice", ["key", "voice"])
async def test_an_unsure_match_is_asked_back_and_chosen(house: TelephoneHouse, choice: str) -> None:
    call = await house.rings()
    await call.say(UNSURE)
    assert words.MEANT_ONE_OF in call.heard
    await (call.press("1") if choice == "key" else call.say("Số một."))
    assert "Anh chị hỏi: Đang bầu, con nhỏ bị công ty đuổi việc." in call.heard
    await call.hang_up()
    assert await house.end_of(call) is End.ANSWER
    assert await house.outcomes() == [Outcome.ANSWERED]


@on_sqlite
async def test_who_is_asked_back_again_and_again_gets_a_lawyer(house: TelephoneHouse) -> None:
    call = await house.rings()
    asked_back = 0
    while words.NEEDS_LAWYER not in call.heard:
        await call.say(UNSURE)
        asked_back += words.MEANT_ONE_OF in call.heard
    assert asked_back == 2
    await call.press("1")
    await call.leaves_message()
    assert await house.end_of(call) is End.TICKET


@on_sqlite
async def test_none_of_the_offered_goes_to_a_lawyer(house: TelephoneHouse) -> None:
    call = await house.rings()
    await call.say(UNSURE)
    await call.presses("0", "2")
    await call.leaves_message()
    assert await house.end_of(call) is End.TICKET
    assert (await house.ticket()).subject == UNSURE


@on_sqlite
async def test_keys_lead_down_the_tree_to_an_answer(house: TelephoneHouse) -> None:
    call = await house.rings()
    await call.presses("1", "1", "*", "1", "1")
    assert "Công ty nợ lương thì đòi ở đâu, bấm 1." in call.heard
    await call.press("1")
    assert words.AFTER_ANSWER in call.heard
    await call.hang_up()
    assert await house.end_of(call) is End.ANSWER


@on_sqlite
async def test_a_guided_answer_by_keys_to_the_end(house: TelephoneHouse) -> None:
    call = await house.rings()
    await call.presses("1", "2", "5", "2")  # the severance pay
    steps = await _answer_the_guide(call)
    assert steps >= 3
    assert "trợ cấp" in call.heard
    await call.hang_up()
    assert await house.end_of(call) is End.ANSWER
    assert await house.outcomes() == [Outcome.ANSWERED]


@on_sqlite
async def test_who_does_not_know_goes_on_or_gets_a_lawyer(house: TelephoneHouse) -> None:
    call = await house.rings()
    await call.presses("1", "2", "5", "2")
    steps = 0
    while words.GUIDE_HOW["money"] not in call.heard and steps < 8:
        await call.press(_keys_for(call))
        steps += 1
    for _ in range(8):
        if words.ASK_CONSENT in call.heard or words.AFTER_ANSWER in call.heard:
            break
        await call.press("*" if _one_key(call) else "*#")
    assert words.STILL_NOT_HEARD not in call.heard  # he was understood well
    if words.ASK_CONSENT in call.heard:
        await call.press("2")
        await call.leaves_message()
    await call.hang_up()
    assert await house.end_of(call) in (End.ANSWER, End.TICKET)


@on_sqlite
@pytest.mark.parametrize("how", ["#", "thôi"])
async def test_a_guide_left_half_way(house: TelephoneHouse, how: str) -> None:
    call = await house.rings()
    await call.say(SURE)
    await call.presses("4", "1")
    while not _one_key(call):
        await call.press(_keys_for(call))
    await (call.press(how) if how == "#" else call.say(how))
    assert words.GUIDE_LEFT in call.heard
    await _asks_another(house, call)


@on_sqlite
async def test_a_guide_is_spoken_with_and_left_for_a_person(house: TelephoneHouse) -> None:
    call = await house.rings()
    await call.say(SURE)
    await call.press("4")
    asked = call.heard
    await call.say("nói lại đi")
    assert call.heard == asked
    await call.say("Bấm một.")
    assert words.GUIDE_NOT_UNDERSTOOD not in call.heard
    await call.say("cho tôi gặp luật sư")
    await call.press("2")
    await call.leaves_message()
    assert await house.end_of(call) is End.TICKET


@on_sqlite
async def test_danger_is_heard_in_the_middle_of_a_guide(house: TelephoneHouse) -> None:
    call = await house.rings()
    await call.say(SURE)
    await call.press("4")
    await call.say(DANGER)
    assert "một một ba" in call.heard
    await call.other_side("1")
    assert call.rung == [NIGHT]
    assert (await house.ticket()).priority is Priority.URGENT


@on_sqlite
async def test_another_question_leaves_the_guide(house: TelephoneHouse) -> None:
    call = await house.rings()
    await call.say(SURE)
    await call.press("4")
    await _asks_another(house, call)


@on_sqlite
async def test_commands_said_aloud_and_a_goodbye(house: TelephoneHouse) -> None:
    call = await house.rings()
    await call.say(SURE)
    await call.say("nói chậm thôi")
    assert b"<prosody" in call.documents[-1]
    await call.say("nghe lại")
    assert b"<prosody" not in call.documents[-1]
    await call.say("cảm ơn nhé thôi chào")
    assert call.over
    assert await house.outcomes() == [Outcome.ANSWERED]


async def _asks_another(house: TelephoneHouse, call: Caller) -> None:
    """A second question is answered, and both are counted."""
    await call.say("làm ngày lễ được trả lương thế nào")
    assert "ba trăm phần trăm" in call.heard
    await call.hang_up()
    assert await house.outcomes() == [Outcome.ANSWERED] * 2


async def _answer_the_guide(call: Caller) -> int:
    for step in range(14):
        if words.AFTER_ANSWER in call.heard:
            return step
        await call.press(_keys_for(call))
    raise AssertionError(call.heard)


def _one_key(call: Caller) -> bool:
    assert call.waiting is not None
    return call.waiting.get("numDigits") == "1"


def _keys_for(call: Caller) -> str:
    """An answer to any step: the first choice, a day, a sum, a number."""
    if _one_key(call):
        return "1"
    kinds = (("tám số", "01032024#"), ("số tiền", "8000000#"), ("Đổi ra tháng", "27#"))
    return next((keys for asked, keys in kinds if asked in call.heard), "12#")


@on_sqlite
async def test_two_questions_in_one_breath(house: TelephoneHouse) -> None:
    call = await house.rings()
    await call.say(f"{SURE}, với lại làm ngày lễ được trả lương thế nào")
    assert words.SECOND_QUESTION in call.heard
    await call.press("5")
    assert "ba trăm phần trăm" in call.heard
    await call.hang_up()
    assert await house.outcomes() == [Outcome.ANSWERED] * 2


@on_sqlite
async def test_an_event_in_the_past_meets_the_law_of_its_day(house: TelephoneHouse) -> None:
    heard = []
    for when in ("tháng 3 năm 2026 ", ""):
        call = await house.rings()
        await call.say(f"sinh con thứ hai {when}được nghỉ thai sản mấy tháng")
        if words.MEANT_ONE_OF in call.heard:  # the day is remembered until he has chosen
            await call.press("1")
        heard.append(call.heard)
        await call.hang_up()
        await call.deliver()
    assert all("Anh chị hỏi: Sinh con thứ hai mẹ nghỉ mấy tháng" in one for one in heard)
    assert "Mức bảy tháng chỉ có từ ngày đó trở đi" in heard[0]
    assert "người mẹ được nghỉ bảy tháng" in heard[1]


@on_sqlite
async def test_another_field_of_law_is_said_and_then_a_lawyer_is_there(
    house: TelephoneHouse,
) -> None:
    call = await house.rings()
    await call.say("ly hôn thì chia tài sản thế nào")
    assert words.SAID_FOR[phrases.OTHER_LAW] in call.heard
    await call.presses("0", "1")
    await call.leaves_message()
    assert await house.end_of(call) is End.TICKET


@on_sqlite
async def test_a_caller_in_english_is_told_of_a_lawyer(house: TelephoneHouse) -> None:
    call = await house.rings()
    await call.say("hello can you help me my boss does not pay me")
    assert "press zero" in call.heard
    await call.presses("0", "2")
    await call.leaves_message()
    assert await house.end_of(call) is End.TICKET


# -- danger ----------------------------------------------------------------------------------------


@on_sqlite
async def test_danger_rings_the_duty_phone_at_any_hour(house: TelephoneHouse) -> None:
    call = await house.rings()
    await call.say(DANGER)
    assert "một một ba" in call.heard
    await call.other_side("1")
    assert call.rung == [NIGHT]
    assert call.whispered == [words.WHISPER_URGENT]
    assert call.over
    assert await house.end_of(call) is End.PERSON
    ticket = await house.ticket()
    assert ticket.priority is Priority.URGENT
    assert ticket.first_responded_at is not None


@on_sqlite
async def test_danger_and_nobody_there_is_an_urgent_ticket(house: TelephoneHouse) -> None:
    call = await house.rings()
    await call.say(DANGER)
    await call.other_side(None, "busy")
    await call.press("1")
    await call.leaves_message()
    assert await house.end_of(call) is End.TICKET
    ticket = await house.ticket()
    assert (ticket.priority, ticket.reach) == (Priority.URGENT, MOBILE)
    (file,) = await house.rows(StoredFile)
    assert file.seconds == 35


# -- patience --------------------------------------------------------------------------------------


@on_sqlite
async def test_noise_twice_then_the_box(house: TelephoneHouse) -> None:
    call = await house.rings()
    await call.say(NOISE)
    assert words.AGAIN_SLOWLY in call.heard
    await call.say(NOISE)
    await call.say(NOISE)
    assert words.TO_THE_BOX in call.heard
    await call.press("2")
    await call.leaves_message()
    assert await house.end_of(call) is End.TICKET


@on_sqlite
async def test_a_line_that_says_alo_for_ever_comes_to_an_end(house: TelephoneHouse) -> None:
    call = await house.rings()
    for _ in range(12):
        if call.place != "Gather":
            break
        await call.say("alo alo")
    assert call.place == "Record"
    await call.stay_silent()
    assert await house.end_of(call) is End.OFFERED


@on_sqlite
async def test_silence_all_through(house: TelephoneHouse) -> None:
    call = await house.rings()
    documents = 0
    while not call.over:
        await call.stay_silent()
        documents += 1
    assert documents <= 8
    assert words.GOODBYE in call.heard
    assert await house.end_of(call) is End.OFFERED
    assert await house.rows(Ticket) == []


@on_sqlite
@pytest.mark.parametrize("keys", ["#", "7", "8"])
async def test_wrong_keys_three_times_then_the_box(house: TelephoneHouse, keys: str) -> None:
    call = await house.rings()
    await call.presses(keys, keys)
    assert words.WRONG_KEY in call.heard
    await call.press(keys)
    assert words.TO_THE_BOX in call.heard
    await call.press("2")
    await call.leaves_message(ends_with="hangup")
    assert await house.end_of(call) is End.TICKET


# -- lawyers ---------------------------------------------------------------------------------------


async def test_the_lawyer_on_duty_accepts(house: TelephoneHouse) -> None:
    lawyer = await house.on_duty(LAWYER_ONE)
    call = await house.rings()
    await call.say(SURE)
    await call.press("0")
    assert words.RINGING in call.heard
    await call.other_side("1")
    assert (call.rung, call.whispered, call.talked) == ([LAWYER_ONE], [words.WHISPER], True)
    assert words.JOINED_ENDED in call.heard
    assert await house.end_of(call) is End.PERSON
    ticket = await house.ticket()
    assert (ticket.assignee_id, ticket.state) == (lawyer.id, State.ACTIVE)
    assert ticket.subject == SURE
    assert await house.outcomes() == [Outcome.HANDED_OFF]


@on_sqlite
@pytest.mark.parametrize(
    ("presses", "status"),
    [("2", ""), ("", ""), (None, "busy"), (None, "no-answer"), (None, "failed")],
)
async def test_a_lawyer_who_does_not_accept_is_followed_by_the_next(
    house: TelephoneHouse, presses: str | None, status: str
) -> None:
    await house.on_duty(LAWYER_TWO, rank=1)
    await house.on_duty(LAWYER_ONE, rank=0)
    call = await house.rings()
    await call.press("0")
    await call.other_side(presses, status or "no-answer")
    assert words.RINGING_NEXT in call.heard
    await call.other_side("1")
    assert call.rung == [LAWYER_ONE, LAWYER_TWO]
    assert await house.end_of(call) is End.PERSON


@on_sqlite
async def test_nobody_accepts_then_the_box(house: TelephoneHouse) -> None:
    await house.on_duty(LAWYER_ONE)
    call = await house.rings()
    await call.press("0")
    await call.other_side(None)
    assert words.NOBODY_FREE in call.heard
    await call.press("1")
    await call.leaves_message()
    assert await house.end_of(call) is End.TICKET
    assert (await house.ticket()).first_responded_at is None
    assert call.rung[0] == LAWYER_ONE
    assert NIGHT not in call.rung  # nobody is in danger


@on_sqlite
async def test_nobody_is_on_duty(house: TelephoneHouse) -> None:
    call = await house.rings()
    await call.say("cho tôi gặp luật sư")
    assert words.NOBODY_ON_DUTY in call.heard
    await call.hang_up()
    assert await house.end_of(call) is End.TICKET


@on_sqlite
async def test_a_lawyer_who_accepts_when_the_caller_is_gone(house: TelephoneHouse) -> None:
    await house.on_duty(LAWYER_ONE)
    call = await house.rings()
    await call.press("0")
    waiting = call.waiting
    await call.hang_up()
    await call.deliver()
    call.waiting = waiting
    await call.pick_up()
    await call.accept("1")
    call.waiting = None
    assert (call.whispered, call.talked) == ([], False)
    ticket = await house.ticket()
    assert ticket.first_responded_at is None
    assert ticket.assignee_id is None


# -- messages --------------------------------------------------------------------------------------


async def test_a_message_is_collected_and_played_by_its_lawyer_alone(
    house: TelephoneHouse,
) -> None:
    hotline = house.hotline
    call = await house.rings()
    await call.presses("9", "1")
    sid = await call.leaves_message(seconds=35)
    assert words.CALLED_BACK in call.heard
    assert await house.end_of(call) is End.TICKET
    await _collected(house)
    assert house.twilio.recordings == {}
    assert house.twilio.deleted == [sid]

    ticket = await house.ticket()
    (file,) = await house.rows(StoredFile)
    (task,) = await house.rows(Callback)
    assert ticket.reach == task.number == MOBILE
    assert (file.state, file.mime, file.seconds) == (FileState.KEPT, "audio/mpeg", 35)
    stored = await hotline.house.file_store.get(file.blob)
    assert stored == MESSAGE
    on_disk = (hotline.house.settings.data_dir / "files" / file.blob).read_bytes()
    assert MESSAGE[:4] not in on_disk

    lawyer, other = await hotline.staff(Role.LAWYER), await hotline.staff(Role.LAWYER, "b@x.test")
    path = f"/tickets/{ticket.code}/files/{file.id}"
    for client in (lawyer, other):
        assert (await client.get(path))[0] == 404
    assert (await lawyer.post(f"/api/tickets/{ticket.code}/claim"))[0] == 200
    assert (await other.get(path))[0] == 404
    async with hotline.session.get(hotline.office_base + path, headers=lawyer.headers) as played:
        assert (played.status, await played.read()) == (200, MESSAGE)
    _, detail = await lawyer.get(f"/api/tickets/{ticket.code}")
    opened = [one["actor"] for one in detail["events"] if one["kind"] == EventKind.OPENED_FILE]
    assert opened == ["Lawyer"]


async def _collected(house: TelephoneHouse) -> None:
    underway = (FileState.WAITING, FileState.FETCHING)
    for _ in range(200):
        await house.hotline.house.collector.settle()
        files = await house.rows(StoredFile)
        kept = [one for one in files if one.state is FileState.KEPT]
        if not any(one.state in underway for one in files) and all(one.discarded for one in kept):
            return
    raise AssertionError("the recordings did not come")


@on_sqlite
async def test_a_message_without_consent_is_answered_by_code(house: TelephoneHouse) -> None:
    call = await house.rings()
    await call.presses("9", "2")
    await call.leaves_message()
    assert words.ANSWERED_BY_CODE in call.heard
    assert len(call.code) == 6
    assert (await house.ticket()).reach is None
    assert await house.rows(Callback) == []
    assert await house.end_of(call) is End.TICKET


@on_sqlite
async def test_an_empty_message_is_asked_for_once_more(house: TelephoneHouse) -> None:
    call = await house.rings()
    await call.presses("9", "1")
    await call.record(b"", seconds=0)
    assert words.NOTHING_RECORDED in call.heard
    assert call.place == "Record"
    await call.leaves_message()
    assert await house.end_of(call) is End.TICKET


@on_sqlite
@pytest.mark.parametrize("told", ["callback first", "action first", "callback alone", "both twice"])
async def test_a_recording_told_in_any_order_is_one(house: TelephoneHouse, told: str) -> None:
    call = await house.rings()
    await call.presses("9", "1")
    if told in ("callback first", "callback alone"):
        await _told_by_callback(house, call)
    else:
        await call.leaves_message(ends_with="hangup")
    if told == "callback first":
        await _action(house, call)
    if told == "both twice":
        await call.repeat()
        await call.deliver([1, 0, 0, 1, 0])
    call.over = call.left = True
    assert await house.end_of(call) is End.TICKET
    assert len(await house.rows(StoredFile)) == len(await house.rows(Callback)) == 1
    assert len(await house.rows(Ticket)) == 1


async def _told_by_callback(house: TelephoneHouse, call: Caller) -> None:
    """The recording's own news comes before the call's next request, or instead of it."""
    assert call.waiting is not None
    form = call._form({**_recording(house), "RecordingStatus": "completed"})
    status, _ = await house.line.post(call.waiting.get("recordingStatusCallback", ""), form)
    assert status == 200


async def _action(house: TelephoneHouse, call: Caller) -> None:
    assert call.waiting is not None
    form = call._form({**_recording(house), "Digits": "hangup"})
    status, document = await house.line.post(call.waiting.get("action", ""), form)
    assert (status, words.MESSAGE_KEPT in document.decode()) == (200, True)


def _recording(house: TelephoneHouse) -> dict[str, str]:
    if not house.twilio.recordings:
        house.twilio.keep(MESSAGE)
    (sid,) = house.twilio.recordings
    path = f"/2010-04-01/Accounts/{house.twilio.account}/Recordings/{sid}"
    url = house.twilio.base + path
    return {"RecordingSid": sid, "RecordingUrl": url, "RecordingDuration": "35"}


@on_sqlite
@pytest.mark.parametrize(
    "told",
    [
        {"RecordingUrl": "https://bucket.example/2026/RE1.wav", "RecordingDuration": "35"},
        {"RecordingUrl": "https://bucket.example/2026/RE1.wav"},
    ],
)
async def test_a_recording_kept_elsewhere_still_opens_the_ticket(
    house: TelephoneHouse, told: dict[str, str]
) -> None:
    call = await house.rings()
    await call.presses("9", "1")
    assert call.waiting is not None
    await call._ask(call.waiting.get("action", ""), **told)
    assert words.MESSAGE_KEPT in call.heard
    assert await house.end_of(call) is End.TICKET
    await _collected(house)
    (file,) = await house.rows(StoredFile)
    assert (file.state, file.error) == (FileState.LOST, "not_ours")
    lawyer = await house.hotline.staff(Role.LAWYER)
    status, page = await lawyer.get(
        f"/tickets/{(await house.ticket()).code}", headers={"Accept": "text/html"}
    )
    assert (status, "không lấy được" in page) == (200, True)


@on_sqlite
async def test_a_report_by_telephone_is_a_report(house: TelephoneHouse) -> None:
    call = await house.rings()
    await call.say("tôi muốn phản ánh")
    await call.press("2")
    await call.leaves_message()
    assert await house.end_of(call) is End.TICKET
    assert (await house.ticket()).kind is Kind.REPORT


@on_sqlite
@pytest.mark.parametrize("number", ["anonymous", "+266696687", "", "+66812345678", "+841900545454"])
async def test_a_hidden_or_foreign_number_is_not_asked_for(
    house: TelephoneHouse, number: str
) -> None:
    call = await house.rings(number)
    await call.press("9")
    assert call.place == "Record"
    await call.leaves_message()
    assert await house.end_of(call) is End.TICKET
    assert await house.rows(Callback) == []


# -- hanging up, step by step ----------------------------------------------------------------------

Deed = Callable[[Caller], Awaitable[Any]]
WHOLE_CALL: tuple[tuple[Deed, End], ...] = (
    (lambda call: call.say(NOISE), End.LEFT),
    (lambda call: call.say(UNSURE), End.LEFT),
    (lambda call: call.press("1"), End.ANSWER),
    (lambda call: call.press("2"), End.ANSWER),
    (lambda call: call.press("3"), End.ANSWER),
    (lambda call: call.press("*"), End.ANSWER),
    (lambda call: call.presses("1", "1"), End.ANSWER),
    (lambda call: call.presses("*", "*", "2"), End.ANSWER),
    (lambda call: call.press("0#"), End.TICKET),
    (lambda call: call.other_side(None), End.TICKET),
    (lambda call: call.press("1"), End.TICKET),
    (lambda call: call.leaves_message(ends_with="hangup"), End.TICKET),
)


@on_sqlite
@pytest.mark.parametrize("steps", range(len(WHOLE_CALL) + 1))
async def test_hanging_up_at_every_step(house: TelephoneHouse, steps: int) -> None:
    await house.on_duty(LAWYER_ONE)
    call = await house.rings()
    for deed, _ in WHOLE_CALL[:steps]:
        await deed(call)
    if not call.over:
        await call.hang_up()
    await call.deliver()
    expected = WHOLE_CALL[steps - 1][1] if steps else End.LEFT
    assert await house.end_of(call) is expected
    assert all(one.ended_at for one in await house.rows(Booked))


# -- codes -----------------------------------------------------------------------------------------


async def test_a_code_typed_on_telegram_brings_the_answer_there(house: TelephoneHouse) -> None:
    call = await house.rings()
    await call.say(SURE)
    await call.presses("0", "2")
    await call.leaves_message()
    assert await house.end_of(call) is End.TICKET
    hotline, ticket = house.hotline, await house.ticket()
    await hotline.says(LAN, f"{call.code[:3]} {call.code[3:]}")
    await eventually(lambda: any(ticket.code in one for one in hotline.telegram.texts(LAN)))
    await _lawyer_replies(house, ticket, "Anh chị nộp đơn ở Sở Nội vụ.")
    await eventually(lambda: any("Sở Nội vụ" in one for one in hotline.telegram.texts(LAN)))


@on_sqlite
async def test_a_code_typed_in_the_web_chat_brings_the_answer_there(house: TelephoneHouse) -> None:
    call = await house.rings()
    await call.presses("9", "2")
    await call.leaves_message()
    assert await house.end_of(call) is End.TICKET
    hotline, ticket = house.hotline, await house.ticket()
    chat = WebChat(hotline.session, hotline.public_base)
    lan = Person("lan", "Lan", MOBILE, 1)
    await chat.says(lan, call.code)
    assert any(ticket.code in one.text for one in await chat.heard(lan))
    await _lawyer_replies(house, ticket, "Anh chị nộp đơn ở Sở Nội vụ.")
    for _ in range(200):
        if any("Sở Nội vụ" in one.text for one in await chat.heard(lan)):
            return
    raise AssertionError("the answer did not come")


@on_sqlite
async def test_what_was_heard_is_read_in_the_chat(house: TelephoneHouse) -> None:
    call = await house.rings()
    await call.say(SURE)
    await call.press("3")
    code = call.code
    await call.hang_up()
    assert await house.end_of(call) is End.ANSWER
    await house.hotline.says(LAN, code)
    texts = house.hotline.telegram.texts
    await eventually(lambda: any("45 ngày" in one for one in texts(LAN)))


async def test_the_lawyers_answer_is_heard_by_code(house: TelephoneHouse) -> None:
    call = await house.rings()
    await call.presses("9", "2")
    await call.leaves_message()
    code = call.code
    await call.deliver()
    await _lawyer_replies(house, await house.ticket(), "Công ty phải trả 5.310.000 đ.")
    again = await house.rings()
    await again.presses("2", f"{code}#")
    assert "luật sư đang xử lý" in again.heard
    assert "năm triệu ba trăm mười nghìn đồng" in again.heard
    await again.press("1")
    assert "năm triệu ba trăm mười nghìn đồng" in again.heard
    await again.hang_up()
    assert await house.end_of(again) is End.STATUS


@on_sqlite
async def test_the_keys_of_a_ticket_tell_its_state_alone(house: TelephoneHouse) -> None:
    call = await house.rings()
    await call.presses("9", "2")
    await call.leaves_message()
    await call.deliver()
    ticket = await house.ticket()
    await _lawyer_replies(house, ticket, "Điều bí mật.")
    again = await house.rings()
    await again.presses("2", "".join(map(_key, ticket.code.removeprefix("HP-"))) + "#")
    assert "luật sư đang xử lý" in again.heard
    assert "bí mật" not in again.heard
    await again.hang_up()


@on_sqlite
async def test_wrong_codes_lead_to_the_box_and_too_many_to_the_menu(house: TelephoneHouse) -> None:
    call = await house.rings()
    await call.press("2")
    for wrong in ("000000#", "111111#", "222222#"):
        assert call.place == "Gather"
        await call.press(wrong)
    assert words.CODE_UNKNOWN in call.heard
    assert words.TO_THE_BOX in call.heard
    await call.press("2")
    await call.leaves_message()
    assert await house.end_of(call) is End.TICKET


def _key(letter: str) -> str:
    groups = ("ABC", "DEF", "GHI", "JKL", "MNO", "PQRS", "TUV", "WXYZ")
    found = (str(key) for key, group in enumerate(groups, 2) if letter in group)
    return letter if letter.isdigit() else next(found)


async def _lawyer_replies(house: TelephoneHouse, ticket: Ticket, text: str) -> None:
    lawyer = await house.hotline.staff(Role.LAWYER)
    assert (await lawyer.post(f"/api/tickets/{ticket.code}/claim"))[0] == 200
    status, _ = await lawyer.post(f"/api/tickets/{ticket.code}/replies", json={"text": text})
    assert status in (200, 201)


# -- the carrier repeats and mixes up --------------------------------------------------------------


async def test_everything_repeated_says_and_writes_the_same(house: TelephoneHouse) -> None:
    await house.on_duty(LAWYER_ONE)
    call = await house.rings()
    deeds: tuple[Deed, ...] = (
        lambda one: one.say(SURE),
        lambda one: one.press("3"),
        lambda one: one.press("0"),
        lambda one: one.other_side(None),
        lambda one: one.press("1"),
        lambda one: one.leaves_message(),
    )
    assert await call.repeat() == call.documents[-1]
    for deed in deeds:
        await deed(call)
        before = call.documents[-1]
        assert [await call.repeat(), await call.repeat()] == [before, before]
    await call.deliver([1, 0, 1, 0, 0])
    assert await house.end_of(call) is End.TICKET
    for kind in (Ticket, Question, StoredFile, Callback, Booked):
        assert len(await house.rows(kind)) == 1, kind
    heard = [one for one in await house.words() if one == SURE]
    assert len(heard) == 1


@on_sqlite
async def test_an_old_step_told_late_changes_nothing(house: TelephoneHouse) -> None:
    call = await house.rings()
    first = call._last
    await call.say(SURE)
    asked = call._last
    await call.press("2")
    newest = call.documents[-1]
    assert (await house.line.post(*first))[1] == call.documents[0]
    assert (await house.line.post(*asked))[1] == call.documents[1]
    assert await call.repeat() == newest
    await call.hang_up()
    assert await house.outcomes() == [Outcome.ANSWERED]


@on_sqlite
async def test_the_end_told_first_does_not_stop_the_call(house: TelephoneHouse) -> None:
    call = await house.rings()
    ended = call._form({"CallStatus": "completed", "CallDuration": "3"})
    assert (await house.line.post(call.status_url, ended))[0] == 200
    await call.say(SURE)
    assert words.AFTER_ANSWER in call.heard
    await call.hang_up()


# -- limits, forgetting, trouble -------------------------------------------------------------------


@on_sqlite
async def test_a_third_call_of_one_number_is_told_to_wait(house: TelephoneHouse) -> None:
    calls = [await house.rings() for _ in range(3)]
    assert [one.over for one in calls] == [False, False, True]
    assert words.BUSY in calls[2].heard
    assert await house.end_of(calls[2]) is End.BUSY
    assert not (await house.rings("+84987654321")).over
    await calls[0].hang_up()
    for call in calls[::2]:
        await call.deliver()
    assert not (await house.rings()).over


@on_sqlite
async def test_erasing_by_voice(house: TelephoneHouse) -> None:
    call = await house.rings()
    await call.say(SURE)
    await call.say("xóa hết tin nhắn của tôi")
    assert words.ERASE_CONFIRM in call.heard
    await call.press("1")
    assert call.over
    assert await house.end_of(call) is End.ERASED
    assert SURE not in await house.words()


@on_sqlite
async def test_the_fallback_is_heard_while_the_database_is_gone(
    house: TelephoneHouse, database_url: str
) -> None:
    def rename(old: str, new: str) -> None:
        with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as file:
            file.execute(f"ALTER TABLE {old} RENAME TO {new}")

    before = await house.rings()
    rename("calls", "lost")
    away = await house.rings("+84987654321")
    assert away.documents == [fallback_twiml()]
    assert away.over
    await before.say(SURE)
    assert before.documents[-1] == fallback_twiml()
    rename("lost", "calls")
    assert words.AFTER_ANSWER in (await before.repeat()).decode()  # nothing was half written
    before.left = True
    assert await house.end_of(before) is End.ANSWER
    assert await house.end_of(away) is End.AWAY
    away.callbacks.clear()


# -- Stringee: keys only ---------------------------------------------------------------------------


@pytest.fixture
def stringee_call(house: TelephoneHouse, settings: Settings) -> StringeeCall:
    here = house.hotline
    return StringeeCall(
        here.public_base, settings.public_address, SIGNING, here.session, caller="84912345678"
    )


@on_sqlite
async def test_stringee_an_answer_by_keys(
    house: TelephoneHouse, stringee_call: StringeeCall
) -> None:
    await stringee_call.dial_in()
    assert not any("nói câu hỏi" in one for one in stringee_call.said)
    for key in "1111":
        await stringee_call.press(key)
    assert any("Anh chị hỏi: Công ty nợ lương" in one for one in stringee_call.said)
    assert await house.outcomes() == [Outcome.ANSWERED]
    again = stringee_call.body
    await stringee_call.press("", in_vain=True)
    assert stringee_call.body != again


@on_sqlite
async def test_stringee_a_message(
    house: TelephoneHouse, stringee: FakeStringee, stringee_call: StringeeCall
) -> None:
    stringee.recordings["call-vn-1-X"] = MESSAGE
    await stringee_call.dial_in()
    await stringee_call.press("9")
    await stringee_call.press("1")
    url = stringee_call.waiting("recordMessage")["eventUrl"]
    told = {"call_id": "call-vn-1-X", "duration": 12}
    await stringee_call.tell(url, told)
    assert any(words.MESSAGE_KEPT in one for one in stringee_call.said)
    await stringee_call.tell(url, told)
    await _collected(house)
    (file,) = await house.rows(StoredFile)
    assert (file.state, file.seconds) == (FileState.KEPT, 12)
    assert (await house.ticket()).reach == MOBILE


@on_sqlite
async def test_stringee_a_guided_answer(house: TelephoneHouse, stringee_call: StringeeCall) -> None:
    await stringee_call.dial_in()
    for key in "1252":
        await stringee_call.press(key)
    for _ in range(14):
        heard = " ".join(stringee_call.said[-8:])
        if words.AFTER_ANSWER in heard:
            break
        await stringee_call.press(_stringee_keys(stringee_call))
    assert any("trợ cấp" in one for one in stringee_call.said)
    assert await house.outcomes() == [Outcome.ANSWERED]


def _stringee_keys(call: StringeeCall) -> str:
    if call.waiting("input")["submitOnHash"] == "false":
        return "1"
    said = " ".join(one["text"] for one in call.scco if one["action"] == "talk")
    kinds = (("tám số", "01032024#"), ("số tiền", "8000000#"), ("Đổi ra tháng", "27#"))
    return next((keys for asked, keys in kinds if asked in said), "12#")


@on_sqlite
async def test_stringee_whom_nobody_signed_writes_no_row(
    house: TelephoneHouse, stringee_call: StringeeCall
) -> None:
    stringee_call.secret = "another"
    await stringee_call.dial_in()
    assert stringee_call.status == 401
    target = f"{house.public_url}/voice/stringee/event?call=c&after=1"
    await stringee_call.tell(target, {"dtmf": "1"})
    assert stringee_call.status == 401
    assert await house.rows(Booked) == []
