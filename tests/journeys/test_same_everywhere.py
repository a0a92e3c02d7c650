"""The same conversations by every door end in the same outcome, each within its channel's limits.

The whole hotline runs against the rehearsal's stand-ins: real HTTP, real signatures, real TwiML.
"""

import asyncio
import datetime as dt
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import delete, select

from bot import phrases
from bot.channels.voice import NAME as PHONE
from bot.models import Contact, Conversation, Delivery, DeliveryState, Handoff, Outcome, Question
from escalation.models import DutyShift, Ticket
from hotline.rehearsal import samples
from hotline.rehearsal.chats import Chat, Heard, NoSuchChoice
from hotline.rehearsal.people import Person, passer_by
from hotline.rehearsal.stage import Stage, standing
from hotline.rehearsal.walker import Call
from tests.rehearsing import RunningClock, scratch

MONDAY_MORNING = dt.datetime(2026, 11, 23, 3, 0, tzinfo=dt.UTC)
AT_ONCE = 12


# -- what is said, and what a hand does then: a button in a chat, a key on the telephone -----------


@dataclass(frozen=True)
class Offer:
    """Take the nth of what is offered."""

    number: int


@dataclass(frozen=True)
class Tap:
    """Tap the first of these labels that is there; by telephone press a key, or do nothing."""

    labels: tuple[str, ...]
    key: str | None


@dataclass(frozen=True)
class Say:
    words: str


@dataclass(frozen=True)
class Tell:
    """The story somebody waits for: written, or spoken into the message box."""

    words: str


YES = Tap((phrases.THATS_IT,), None)
LAWYER = Tap((phrases.NOT_IT, phrases.NOT_THESE, phrases.ASK_A_LAWYER), "0")
ERASE = Tap((phrases.ERASE_ALL,), "1")
KEEP = Tap((phrases.KEEP,), "2")

ANSWER, ASKED, TICKET, URGENT, CHAT, ERASED = "answer asked ticket urgent chat erased".split()

TALKS: list[tuple[str, list[Any], str]] = [
    # answers
    ("công ty nợ lương 2 tháng rồi thì đòi ở đâu", [YES], ANSWER),
    ("nghỉ việc phải báo trước mấy ngày", [YES], ANSWER),
    ("đi làm ngày lễ tết được trả mấy lần lương", [], ANSWER),
    ("đang mang bầu công ty cho nghỉ việc có đúng không", [YES], ANSWER),
    ("thử việc tối đa bao lâu", [], ANSWER),
    ("lương tối thiểu ở hải phòng bây giờ là bao nhiêu", [], ANSWER),
    ("tăng ca chủ nhật tính tiền thế nào", [], ANSWER),
    ("lam ca dem duoc them bao nhieu phan tram", [], ANSWER),
    ("rút bảo hiểm xã hội một lần cần điều kiện gì", [YES], ANSWER),
    ("bị tai nạn trên đường đi làm về có được hưởng không", [], ANSWER),
    ("công ty giữ bằng gốc có đúng không", [], ANSWER),
    ("công ty phạt tiền đi muộn có được không", [YES], ANSWER),
    ("sảy thai được nghỉ mấy ngày", [], ANSWER),
    ("công ty không đóng bảo hiểm cho tôi thì làm sao", [], ANSWER),
    ("trợ cấp thôi việc tính thế nào", [YES], ANSWER),
    ("cưới được nghỉ mấy ngày", [], ANSWER),
    ("thưởng tết có bắt buộc không", [], ANSWER),
    ("chồng có được nghỉ khi vợ sinh không", [], ANSWER),
    ("thử việc tối đa bao lâu", [Say("thưởng tết có bắt buộc không")], ANSWER),
    ("xin chào", [Say("nghỉ việc phải báo trước mấy ngày")], ANSWER),
    # it asks back
    ("bao truoc may ngay", [], ASKED),
    ("bao truoc may ngay", [Offer(2), YES], ANSWER),
    ("nghỉ phép năm được mấy ngày", [Offer(1)], ANSWER),
    ("hợp đồng hết hạn mà công ty không ký tiếp", [Offer(1)], ANSWER),
    ("công đoàn", [Offer(3)], ANSWER),
    ("công đoàn", [LAWYER], TICKET),
    # no question of ours
    ("cảm ơn", [], CHAT),
    ("thời tiết hôm nay thế nào", [], CHAT),
    ("ly hôn chia tài sản thế nào", [], CHAT),
    ("trạng thái", [], CHAT),
    # for a lawyer
    ("ly hôn chia tài sản thế nào", [LAWYER], TICKET),
    ("sa thải", [LAWYER], TICKET),
    ("thưởng tết có bắt buộc không", [LAWYER], TICKET),
    ("luật sư", [Tell("công ty chuyển tôi xuống kho, lương giảm một nửa")], TICKET),
    ("phản ánh công ty bắt làm 14 tiếng một ngày", [], TICKET),
    ("phản ánh", [Tell("nhà ăn cơm thiu, nhiều người đau bụng")], TICKET),
    ("kiến nghị mở thêm nhà trẻ", [], TICKET),
    # danger
    ("máy cắt đứt ngón tay đồng nghiệp chảy nhiều máu", [], URGENT),
    ("bị quản đốc đánh giữ không cho về", [], URGENT),
    # to be forgotten, or not
    ("thử việc tối đa bao lâu", [Say("xóa"), ERASE], ERASED),
    ("thử việc tối đa bao lâu", [Say("xóa"), KEEP], ANSWER),
]


# -- how it is done by each door -------------------------------------------------------------------


@dataclass
class InChat:
    chat: Chat
    person: Person

    async def does(self, what: Any) -> None:
        match what:
            case Say(words) | Tell(words):
                await self.chat.says(self.person, words)
            case Offer(number):
                await self._taps(lambda heard: _labels(heard[-1])[number - 1])
            case Tap(labels):
                await self._taps(lambda heard: _one_of(labels, heard[-1]))

    async def _taps(self, label_in: Any) -> None:
        """As soon as it is offered."""
        async with asyncio.timeout(30):
            while True:
                try:
                    label = label_in(await self.chat.heard(self.person))
                    return await self.chat.taps(self.person, label)
                except (NoSuchChoice, IndexError):
                    await asyncio.sleep(0.05)


def _labels(heard: Heard) -> list[str]:
    numbered = [line.partition(". ")[2] for line in heard.text.splitlines() if line[:1].isdigit()]
    return [label for label, _ in heard.buttons] or numbered


def _one_of(labels: tuple[str, ...], heard: Heard) -> str:
    return next((label for label in labels if label in _labels(heard)), "")


@dataclass
class ByPhone:
    call: Call

    async def does(self, what: Any) -> None:
        match what:
            case Say(words):
                await self.call.say(words)
            case Tell(words):
                await self.call.press("2")  # do not ring me back
                await self.call.record(*samples.spoken(words))
            case Offer(number):
                await self.call.press(str(number))
            case Tap(_, str(key)):
                await self.call.press(key)

    async def ends(self) -> None:
        if not self.call.over:
            await self.call.hang_up()
        await self.call.deliver()


# -- the whole day ---------------------------------------------------------------------------------


@dataclass
class Played:
    stage: Stage
    addresses: dict[tuple[str, int], str] = field(default_factory=dict)  # (channel, talk) -> whom
    documents: list[bytes] = field(default_factory=list)
    busy: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def chats(self, chat: Chat, number: int) -> None:
        person = passer_by(number)
        self.addresses[chat.name, number] = _address(self.stage, chat, person)
        words, then, _ = TALKS[number]
        async with self.busy:
            await chat.says(person, words)
            for what in then:
                await InChat(chat, person).does(what)

    async def rings(self, number: int) -> None:
        words, then, _ = TALKS[number]
        call = Call(self.stage.line, passer_by(number).phone)
        self.addresses[PHONE, number] = f"twilio:{call.sid}"
        async with self.busy:
            await call.dial_in()
            await call.say(words)
            for what in then:
                await ByPhone(call).does(what)
            await ByPhone(call).ends()
        self.documents += call.documents

    async def everything(self) -> None:
        doors = [*self.stage.chats.values(), self.stage.webchat]
        talks = range(len(TALKS))
        await asyncio.gather(
            *(self.chats(chat, number) for number in talks for chat in doors),
            *(self.rings(number) for number in talks),
        )
        await self._is_sent()

    async def _is_sent(self) -> None:
        waits = select(Delivery.id).where(Delivery.state != DeliveryState.SENT).limit(1)
        async with asyncio.timeout(30):
            while True:
                async with self.stage.house.database.reading() as session:
                    if await session.scalar(waits) is None:
                        return
                await asyncio.sleep(0.1)

    # -- what stands in the books ----------------------------------------------------------------

    async def outcomes(self) -> dict[tuple[str, int], Any]:
        """(questions, tickets, is he forgotten?) of each talk by each door."""
        whose = {(channel, to): n for (channel, n), to in self.addresses.items()}
        found = {}
        async with self.stage.house.database.reading() as session:
            contacts = await session.execute(select(Contact, Conversation.id).join(Conversation))
            for contact, conversation in contacts.all():
                questions = await session.execute(
                    select(Question.outcome, Question.entry_id)
                    .where(Question.conversation_id == conversation)
                    .order_by(Question.id)
                )
                tickets = await session.execute(
                    select(Ticket.kind, Ticket.priority)
                    .join(Handoff, Handoff.ticket_id == Ticket.id)
                    .where(Handoff.conversation_id == conversation)
                )
                found[contact.channel, whose[contact.channel, contact.address]] = (
                    tuple(map(tuple, questions)),
                    tuple(map(tuple, tickets)),
                    contact.erased_at is not None,
                )
        return found


def _address(stage: Stage, chat: Chat, person: Person) -> str:
    if chat is stage.webchat:
        return stage.webchat.address(person)
    return str(getattr(person, chat.name))


def _sort(questions: Any, tickets: Any, erased: bool) -> str:
    if erased:
        return ERASED
    if tickets:
        return URGENT if any(priority == "urgent" for _, priority in tickets) else TICKET
    if not questions:
        return CHAT
    return ANSWER if questions[-1][0] is Outcome.ANSWERED else ASKED


@pytest.mark.thorough
async def test_forty_conversations_end_alike_by_every_door(
    tmp_path: Path, shared_dir: Path
) -> None:
    clock = RunningClock(MONDAY_MORNING)
    async with standing(scratch(tmp_path, shared_dir), clock) as stage:
        async with stage.house.database.writing() as session:
            await session.execute(delete(DutyShift))  # nobody picks up: all tickets wait alike
        played = Played(stage)
        await played.everything()
        found = await played.outcomes()
        for number, (words, _, expected) in enumerate(TALKS):
            ends = {channel: found[channel, number] for channel in DOORS}
            assert {_sort(*end) for end in ends.values()} == {expected}, (words, ends)
            assert len(set(ends.values())) == 1, (words, ends)
        assert Counter(expected for *_, expected in TALKS)[ANSWER] >= 20
        _within_limits(stage, played.documents)


DOORS = ("zalo_oa", "zalo_bot", "telegram", "webchat", PHONE)


# -- limits ----------------------------------------------------------------------------------------


def _within_limits(stage: Stage, documents: list[bytes]) -> None:
    there, many = stage.stand_ins, len(TALKS)
    assert len(there.telegram.sent) > many
    for sent in there.telegram.sent:
        assert 0 < len(sent["text"].encode("utf-16-le")) // 2 <= 4096
        assert all(1 <= len(d.encode()) <= 64 for d in there.telegram.buttons(sent).values())
    assert len(there.zalo_oa.sent) > many
    for body in there.zalo_oa.sent:
        buttons = there.zalo_oa.buttons(body)
        assert 0 < len(body["message"]["text"]) <= 2000
        assert len(buttons) <= 5
        assert all(len(title) <= 100 for title in buttons)
    assert len(there.zalo_bot.sent) > many
    for sent in there.zalo_bot.sent:
        assert sent.keys() == {"chat_id", "text", "message_id"}
        assert 0 < len(sent["text"]) <= 2000
    said = [say for document in documents for say in ET.fromstring(document).iter("Say")]
    assert len(said) > 3 * many
    for say in said:
        words = "".join(say.itertext())
        assert 0 < len(words) < 600
        assert len(quote(words)) < 4500
