"""Messages in bad weather: repeats, disorder, refusals, restarts. Nothing lost, nothing double."""

import asyncio
import random
from typing import Any

import pytest
from sqlalchemy import func, select

from bot import phrases
from bot.models import Contact, Conversation, Delivery, DeliveryState, Direction, Message
from escalation.vocabulary import Role
from tests.factories import Client
from tests.journeys.conftest import Hotline, Open, eventually

pytestmark = pytest.mark.thorough("postgresql")

LAN, MINH = 7001, 7002
QUESTION = "nghỉ việc phải báo trước mấy ngày"
FOR_LAWYER = "cho em gặp luật sư"
BLOCKED = (
    403,
    {
        "ok": False,
        "error_code": 403,
        "description": "Forbidden: bot was blocked by the user",
    },
)
BROKEN = (500, {"ok": False, "error_code": 500, "description": "Internal Server Error"})


def wait(seconds: int) -> tuple[int, dict[str, Any]]:
    return 429, {
        "ok": False,
        "error_code": 429,
        "description": f"Too Many Requests: retry after {seconds}",
        "parameters": {"retry_after": seconds},
    }


# -- the same message again and again --------------------------------------------------------------


async def test_repeats_in_a_row_at_once_and_weeks_later_are_one_message(hotline: Hotline) -> None:
    update = hotline.updates.message(LAN, QUESTION)
    for _ in range(5):
        assert await hotline.deliver(update) == 200
    at_once = hotline.updates.message(MINH, QUESTION)
    statuses = await asyncio.gather(*[hotline.deliver(at_once) for _ in range(20)])
    assert statuses == [200] * 20
    await hotline.hears(LAN, 2)
    await hotline.hears(MINH, 2)
    hotline.clock.pass_(days=60)
    assert await hotline.deliver(update) == 200
    assert await hotline.deliver(at_once) == 200
    await settled(hotline)
    assert await received(hotline) == 2
    assert len(hotline.telegram.texts(LAN)) == 2
    assert len(hotline.telegram.texts(MINH)) == 2


async def test_a_repeat_of_a_tap_is_one_tap(hotline: Hotline) -> None:
    await hotline.says(LAN, FOR_LAWYER)
    await hotline.says(LAN, "công ty nợ lương ba tháng")
    await hotline.hears(LAN, 3)
    tap = hotline.updates.tap(LAN, _payload(hotline, phrases.SKIP))
    statuses = await asyncio.gather(*[hotline.deliver(tap) for _ in range(10)])
    assert statuses == [200] * 10
    await settled(hotline)
    assert hotline.telegram.texts(LAN)[3:] == [phrases.ASK_REACH]


# -- disorder --------------------------------------------------------------------------------------


async def test_many_chats_interleaved_each_get_one_answer_in_order(hotline: Hotline) -> None:
    chance = random.Random(7)
    chats = range(9001, 9007)
    updates = [hotline.updates.message(chat, QUESTION) for chat in chats for _ in range(2)]
    updates += [hotline.updates.message(chat, "cảm ơn") for chat in chats]
    updates += updates[:9]  # some come twice
    chance.shuffle(updates)
    statuses = await asyncio.gather(*[hotline.deliver(update) for update in updates])
    assert set(statuses) == {200}
    for chat in chats:
        heard = await hotline.hears(chat, 4)
        assert heard[0] == phrases.NOTICE
        assert sorted(heard[1:]).count(phrases.THANKS) == 1
    await settled(hotline)
    assert await received(hotline) == 3 * len(chats)
    for chat in chats:
        assert hotline.telegram.texts(chat) == await written_for(hotline, chat)
        assert len(hotline.telegram.texts(chat)) == 4


async def test_answers_leave_in_the_order_of_the_questions(hotline: Hotline) -> None:
    hotline.telegram.faults = [BROKEN]  # the first one has to wait, the others wait for it
    await hotline.says(LAN, "/start")
    await hotline.says(LAN, "cảm ơn")
    await hotline.says(LAN, "tạm biệt")
    await eventually(lambda: not hotline.telegram.faults)
    await passing(hotline, 10)
    heard = await hotline.hears(LAN, 4)
    assert heard == [phrases.NOTICE, phrases.GREETING, phrases.THANKS, phrases.GOODBYE]


# -- the provider refuses --------------------------------------------------------------------------


async def test_too_many_requests_waits_as_long_as_told_and_sends_once(hotline: Hotline) -> None:
    hotline.telegram.faults = [wait(30)]
    await hotline.says(LAN, "/start")
    await eventually(lambda: not hotline.telegram.faults)
    await hotline.says(MINH, "/start")  # others are not held up
    await hotline.hears(MINH, 2)
    hotline.clock.pass_(seconds=29)
    await asyncio.sleep(2.5)  # longer than the dispatcher's idle look
    assert hotline.telegram.texts(LAN) == []
    hotline.clock.pass_(seconds=2)
    assert await hotline.hears(LAN, 2) == [phrases.NOTICE, phrases.GREETING]
    await settled(hotline)
    assert len(hotline.telegram.texts(LAN)) == 2


async def test_an_outage_of_hours_loses_nothing(hotline: Hotline) -> None:
    await hotline.says(LAN, "/start")
    await hotline.hears(LAN, 2)
    hotline.telegram.faults = [BROKEN, (502, {}), wait(1)] * 4
    await hotline.says(LAN, "cảm ơn")
    for _ in range(12):
        left = len(hotline.telegram.faults)
        hotline.house.dispatcher.wake()
        await eventually(lambda left=left: len(hotline.telegram.faults) < left)
        await eventually_async(lambda: nothing_sending(hotline))
        hotline.clock.pass_(minutes=10, seconds=1)
    hotline.house.dispatcher.wake()
    assert (await hotline.hears(LAN, 3))[2:] == [phrases.THANKS]


async def test_a_refused_token_keeps_the_messages(hotline: Hotline) -> None:
    """The centre renewed the token at BotFather and not yet here: nothing may be thrown away."""
    hotline.telegram.token, good = "0:other", hotline.telegram.token
    await hotline.says(LAN, "/start")
    await eventually_async(lambda: tried(hotline))
    hotline.telegram.token = good
    await passing(hotline, 700)
    assert await hotline.hears(LAN, 2) == [phrases.NOTICE, phrases.GREETING]


async def test_two_failures_then_one_delivery(hotline: Hotline) -> None:
    hotline.telegram.faults = [BROKEN, BROKEN]
    await hotline.says(LAN, "/start")
    for left in (1, 0):
        await eventually(lambda left=left: len(hotline.telegram.faults) <= left)
        await passing(hotline, 60)
    assert await hotline.hears(LAN, 2) == [phrases.NOTICE, phrases.GREETING]
    await settled(hotline)
    assert len(hotline.telegram.texts(LAN)) == 2


# -- the worker leaves and comes back --------------------------------------------------------------


async def test_a_worker_who_blocked_the_bot_is_left_alone_until_he_writes(hotline: Hotline) -> None:
    await hotline.says(LAN, "/start")
    await hotline.hears(LAN, 2)
    hotline.telegram.faults = [BLOCKED]
    await hotline.says(LAN, "cảm ơn")
    await eventually_async(lambda: is_blocked(hotline, LAN))
    lawyer, code = await case_of(hotline, LAN)
    hotline.telegram.faults = [BLOCKED]
    await hotline.deliver(hotline.updates.membership(LAN, "kicked"))
    await eventually_async(lambda: is_blocked(hotline, LAN))
    before = len(hotline.telegram.sent)
    await answer(lawyer, code, "Anh/chị gửi đơn cho công đoàn cơ sở.")
    await settled(hotline)
    assert len(hotline.telegram.sent) == before
    _, case = await lawyer.get(f"/api/tickets/{code}")
    assert case["conversation"][-1]["delivery"] == "failed"
    hotline.telegram.faults = []
    await hotline.says(LAN, "em đây ạ")
    assert not await is_blocked(hotline, LAN)
    await answer(lawyer, code, "Tôi gửi lại câu trả lời.")
    await eventually(lambda: "Tôi gửi lại" in "".join(hotline.telegram.texts(LAN)))


async def test_membership_says_who_left_and_who_came_back(hotline: Hotline) -> None:
    await hotline.says(LAN, "/start")
    await hotline.hears(LAN, 2)
    hotline.clock.pass_(seconds=5)
    left = hotline.updates.membership(LAN, "kicked")
    assert await hotline.deliver(left) == 200
    assert await is_blocked(hotline, LAN)
    hotline.clock.pass_(seconds=5)
    assert await hotline.deliver(hotline.updates.membership(LAN, "member")) == 200
    assert not await is_blocked(hotline, LAN)


async def test_a_late_repeat_of_leaving_does_not_silence_who_wrote_since(hotline: Hotline) -> None:
    await hotline.says(LAN, "/start")
    await hotline.hears(LAN, 2)
    hotline.clock.pass_(seconds=5)
    left = hotline.updates.membership(LAN, "kicked")
    assert await hotline.deliver(left) == 200
    hotline.clock.pass_(minutes=5)
    await hotline.says(LAN, "cảm ơn")
    for _ in range(5):
        assert await hotline.deliver(left) == 200
    assert not await is_blocked(hotline, LAN)
    heard = await hotline.hears(LAN, 3)
    assert heard[-1] == phrases.THANKS


# -- what lawyers send -----------------------------------------------------------------------------


async def test_a_long_answer_arrives_in_parts_and_in_order(hotline: Hotline) -> None:
    lawyer, code = await case_of(hotline, LAN)
    heard = len(hotline.telegram.texts(LAN))
    lines = [f"Ý {number}: {'chữ ' * 20}".strip() for number in range(90)]
    hotline.telegram.faults = [BROKEN]
    await answer(lawyer, code, "\n".join(lines))
    await eventually(lambda: not hotline.telegram.faults)
    await passing(hotline, 60)
    parts = (await hotline.hears(LAN, heard + 2))[heard:]
    assert all(len(part) <= 4096 for part in parts)
    assert "\n".join(parts).splitlines()[: len(lines)] == lines
    await settled(hotline)
    assert len(hotline.telegram.texts(LAN)) == heard + len(parts)


async def test_a_part_that_failed_goes_on_where_it_stopped(hotline: Hotline) -> None:
    lawyer, code = await case_of(hotline, LAN)
    heard = len(hotline.telegram.texts(LAN))
    hotline.telegram.faults = [None, wait(5)]
    await answer(lawyer, code, f"{'a' * 3000}\n{'b' * 3000}")
    await eventually(lambda: not hotline.telegram.faults)
    await passing(hotline, 6)
    parts = (await hotline.hears(LAN, heard + 2))[heard:]
    assert parts[0] == "a" * 3000
    assert parts[1].startswith("b" * 3000)
    await settled(hotline)
    assert len(hotline.telegram.texts(LAN)) == heard + 2


async def test_answers_in_quick_succession_keep_their_order(hotline: Hotline) -> None:
    lawyer, code = await case_of(hotline, LAN)
    heard = len(hotline.telegram.texts(LAN))
    for number in range(4):
        await answer(lawyer, code, f"Tin {number}")
    texts = (await hotline.hears(LAN, heard + 4))[heard:]
    assert [text.splitlines()[0] for text in texts] == [f"Tin {number}" for number in range(4)]


async def test_one_answer_sent_five_times_at_once_arrives_once(hotline: Hotline) -> None:
    lawyer, code = await case_of(hotline, LAN)
    heard = len(hotline.telegram.texts(LAN))
    key = {"Idempotency-Key": "một lần"}
    body = {"text": "Anh/chị chờ 30 ngày."}
    path = f"/api/tickets/{code}/replies"
    written = await asyncio.gather(*[lawyer.post(path, json=body, headers=key) for _ in range(5)])
    assert {status for status, _ in written} == {201}
    assert len({event["id"] for _, event in written}) == 1
    closed = await asyncio.gather(*[lawyer.post(f"/api/tickets/{code}/resolve") for _ in range(5)])
    assert sorted(status for status, _ in closed) == [200, 409, 409, 409, 409]
    await hotline.hears(LAN, heard + 2)
    await settled(hotline)
    assert len(hotline.telegram.texts(LAN)) == heard + 2


async def test_an_answer_days_later_still_arrives(hotline: Hotline) -> None:
    lawyer, code = await case_of(hotline, LAN)
    heard = len(hotline.telegram.texts(LAN))
    hotline.clock.pass_(days=5)
    await answer(lawyer, code, "Xin lỗi đã trả lời chậm.")
    assert (await hotline.hears(LAN, heard + 1))[-1].startswith("Xin lỗi đã trả lời chậm.")


# -- the program stops and starts ------------------------------------------------------------------


async def test_a_restart_between_question_and_answer_loses_nothing(open_hotline: Open) -> None:
    async with open_hotline() as hotline:
        lawyer, code = await case_of(hotline, LAN)
        hotline.telegram.faults = [wait(60)]
        await hotline.says(LAN, phrases.SKIP)
        await eventually(lambda: not hotline.telegram.faults)
        heard = len(hotline.telegram.texts(LAN))
    async with open_hotline() as hotline:
        hotline.clock.pass_(seconds=61)
        await hotline.hears(LAN, heard + 1)
        lawyer = lawyer.at(hotline.office_base, hotline.session)
        await answer(lawyer, code, "Trả lời sau khi khởi động lại.")
        texts = await hotline.hears(LAN, heard + 2)
        assert texts[-1].startswith("Trả lời sau khi khởi động lại.")
        await settled(hotline)
        assert len(hotline.telegram.texts(LAN)) == heard + 2
        assert hotline.telegram.texts(LAN) == await written_for(hotline, LAN)


async def test_an_answer_written_just_before_the_stop_arrives_after_it(open_hotline: Open) -> None:
    async with open_hotline() as hotline:
        lawyer, code = await case_of(hotline, LAN)
        await answer(lawyer, code, "Ngay trước khi dừng.")
    async with open_hotline() as hotline:
        await eventually(lambda: "Ngay trước" in "".join(hotline.telegram.texts(LAN)))
        await settled(hotline)
        assert hotline.telegram.texts(LAN) == await written_for(hotline, LAN)


async def test_stops_in_the_middle_of_sending_lose_and_double_nothing(open_hotline: Open) -> None:
    chats = [*range(9100, 9115)]
    for sent_before_stop in (1, 2, 5):
        async with open_hotline() as hotline:
            hotline.telegram.delay = 0.1
            updates = [hotline.updates.message(chat, QUESTION) for chat in chats]
            assert {*await asyncio.gather(*map(hotline.deliver, updates))} == {200}
            enough = len(hotline.telegram.sent) + sent_before_stop
            await eventually(lambda enough=enough: len(hotline.telegram.sent) >= enough)
    async with open_hotline() as hotline:
        hotline.telegram.delay = 0.0
        for chat in chats:
            await hotline.hears(chat, 4)
        await settled(hotline)
        for chat in chats:
            assert hotline.telegram.texts(chat) == await written_for(hotline, chat)


# -- tools -----------------------------------------------------------------------------------------


async def case_of(hotline: Hotline, chat: int) -> tuple[Client, str]:
    """A worker asks for a lawyer; a lawyer and the ticket's code."""
    before = len(hotline.telegram.texts(chat))
    await hotline.says(chat, FOR_LAWYER)
    await hotline.says(chat, "công ty nợ lương ba tháng chưa trả")
    await hotline.hears(chat, before + 2)
    lawyer = await hotline.staff(Role.LAWYER)
    _, inbox = await lawyer.get("/api/tickets?state=open")
    await settled(hotline)
    return lawyer, inbox["tickets"][0]["code"]


async def answer(lawyer: Client, code: str, text: str) -> None:
    status, body = await lawyer.post(f"/api/tickets/{code}/replies", json={"text": text})
    assert status == 201, body


async def passing(hotline: Hotline, seconds: float) -> None:
    """Let time pass once the failure that just happened is written down."""
    await eventually_async(lambda: nothing_sending(hotline))
    hotline.clock.pass_(seconds=seconds)
    hotline.house.dispatcher.wake()


async def settled(hotline: Hotline) -> None:
    """Wait until nothing is queued or under way, then a moment more for what should not come."""
    await eventually_async(lambda: _none_in(hotline, "queued", "sending"))
    await asyncio.sleep(0.2)


async def nothing_sending(hotline: Hotline) -> bool:
    return await _none_in(hotline, "sending")


async def tried(hotline: Hotline) -> bool:
    async with hotline.house.database.reading() as session:
        return bool(await session.scalar(select(func.max(Delivery.attempts))))


async def _none_in(hotline: Hotline, *states: str) -> bool:
    wanted = [DeliveryState(state) for state in states]
    async with hotline.house.database.reading() as session:
        left = select(func.count()).select_from(Delivery).where(Delivery.state.in_(wanted))
        return await session.scalar(left) == 0


async def eventually_async(condition: Any, seconds: float = 10) -> None:
    for _ in range(int(seconds / 0.05)):
        if await condition():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not happen in time")


async def received(hotline: Hotline) -> int:
    async with hotline.house.database.reading() as session:
        inward = select(func.count()).select_from(Message).where(Message.direction == Direction.IN)
        return await session.scalar(inward) or 0


async def written_for(hotline: Hotline, chat: int) -> list[str]:
    """What the hotline wrote to one worker, in the order it was thought."""
    async with hotline.house.database.reading() as session:
        rows = await session.execute(
            select(Message.text)
            .join(Delivery, Delivery.message_id == Message.id)
            .join(Conversation, Conversation.id == Message.conversation_id)
            .join(Contact, Contact.id == Conversation.contact_id)
            .where(Contact.address_index == str(chat), Delivery.state == DeliveryState.SENT)
            .order_by(Message.id)
        )
        return [text for (text,) in rows]


async def is_blocked(hotline: Hotline, chat: int) -> bool:
    async with hotline.house.database.reading() as session:
        blocked = select(Contact.blocked_at).where(Contact.address_index == str(chat))
        return await session.scalar(blocked) is not None


def _payload(hotline: Hotline, label: str) -> str:
    for message in reversed(hotline.telegram.sent):
        buttons = hotline.telegram.buttons(message)
        if label in buttons:
            return buttons[label]
    raise AssertionError(f"no button {label!r} was sent")
