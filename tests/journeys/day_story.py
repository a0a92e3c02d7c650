"""Forty workers of one Monday: who writes what by which door, and what each has heard."""

import asyncio
import datetime as dt
import time
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import exists, select

from bot import phrases
from bot.channels.base import Media
from bot.channels.voice import NAME as PHONE
from bot.models import Contact, Conversation, Delivery, DeliveryState, Handoff
from escalation.models import Ticket, TicketEvent
from hotline.rehearsal import samples
from hotline.rehearsal.chats import Heard, Thing
from hotline.rehearsal.people import Person, passer_by
from hotline.rehearsal.stage import Stage
from hotline.rehearsal.walker import Call
from tests.journeys.test_same_everywhere import (
    LAWYER,
    ByPhone,
    InChat,
    Offer,
    Say,
    Tap,
    Tell,
    _address,
)
from tests.telephone_house import _DIGITS

VIETNAM = dt.timezone(dt.timedelta(hours=7))
MONDAY = dt.date(2026, 11, 23)
PATIENCE = 40.0  # seconds for whatever is under way


class DayClock:
    """Time goes by as usual, and jumps where the story says so."""

    def __init__(self, day: dt.date) -> None:
        self._day, self._skipped, self._began = day, dt.timedelta(), time.monotonic()
        self.goes_to(8, 0)

    def __call__(self) -> dt.datetime:
        midnight = dt.datetime.combine(self._day, dt.time(), VIETNAM).astimezone(dt.UTC)
        return midnight + self._skipped + dt.timedelta(seconds=time.monotonic() - self._began)

    def goes_to(self, hour: int, minute: int) -> None:
        """Forward only."""
        then = dt.datetime.combine(self._day, dt.time(hour, minute), VIETNAM)
        assert then >= self()
        self._skipped += then - self()

    def pass_(self, seconds: float) -> None:
        self._skipped += dt.timedelta(seconds=seconds)


# -- who comes -------------------------------------------------------------------------------------

OA, BOT, TELEGRAM, WEB = "zalo_oa", "zalo_bot", "telegram", "webchat"
HOANG_HA, SAO_DO = "Công ty TNHH May Hoàng Hà", "Công ty TNHH Giày Sao Đỏ"
STAY = (Tap((phrases.SKIP,), None), Tap((phrases.HERE_IS_FINE,), None))


@dataclass(frozen=True)
class Photo:
    """Send a photograph of a pay slip."""


@dataclass(frozen=True)
class Visit:
    door: str
    words: str
    then: tuple[Any, ...] = ()


MORNING = {
    "urgent": Visit(TELEGRAM, "máy cắt đứt ngón tay đồng nghiệp chảy nhiều máu"),
    "owed": Visit(OA, "phản ánh công ty may nợ lương ba tháng", (Say(HOANG_HA),)),
    "owed too": Visit(BOT, "phan anh cty may no luong 3 thang nay chua tra", (Say(HOANG_HA),)),
    "tied": Visit(WEB, "phản ánh tổ trưởng ép ký đơn xin nghỉ", (Say(SAO_DO),)),
    "checked": Visit(TELEGRAM, "đang mang bầu công ty cho nghỉ việc có đúng không", (LAWYER,)),
    "file": Visit(
        OA, "luật sư", (Tell("phiếu lương tháng 10 bị trừ 500 nghìn không rõ vì sao"), Photo())
    ),
    "referred": Visit(BOT, "luat su", (Tell("cty ko dong bhxh cho e tu thang 3"),)),
    "proposal": Visit(WEB, "kiến nghị mở thêm nhà trẻ cho con công nhân ở khu công nghiệp"),
    "merged": Visit(
        TELEGRAM,
        "luật sư",
        (
            Tell("công ty chuyển tôi xuống kho, lương giảm một nửa"),
            *STAY,
            Say("chuyển từ đầu tháng 11 rồi"),
            Tap((phrases.ASK_SOMETHING_ELSE,), None),
            Say("phản ánh xuống kho rồi còn bị trừ tiền chuyên cần"),
        ),
    ),
    "called": Visit(PHONE, "luật sư", (Tell("công ty nợ lương hai tháng, giờ tôi phải làm gì"),)),
    "handed on": Visit(OA, "thưởng tết có bắt buộc không", (LAWYER,)),
    "held": Visit(BOT, "đi làm ngày lễ tết được trả mấy lần lương", (LAWYER,)),
    "taken back": Visit(TELEGRAM, "thử việc tối đa bao lâu", (LAWYER,)),
    "again": Visit(WEB, "công ty giữ bằng gốc có đúng không", (LAWYER,)),
    "named": Visit(OA, "kiến nghị công đoàn hỗ trợ tiền nhà trọ"),
    "bulk one": Visit(TELEGRAM, "phan anh nha an com thiu nhieu nguoi dau bung"),
    "bulk two": Visit(BOT, "phản ánh xưởng nóng, quạt hỏng hai tháng không sửa"),
    "second call": Visit(PHONE, "luật sư", (Tell("tôi bị tai nạn trên đường đi làm"),)),
    "drafted": Visit(WEB, "nghỉ việc phải báo trước mấy ngày", (LAWYER,)),
    "divorce": Visit(TELEGRAM, "ly hôn chia tài sản thế nào", (LAWYER,)),
}

AFTERNOON = {
    "wages": Visit(TELEGRAM, "phản ánh bị trừ lương vì đi muộn năm phút"),
    "overtime": Visit(OA, "phan anh tang ca 14 tieng 1 ngay ko dc nghi"),
    "notice": Visit(BOT, "nghi viec bao truoc may ngay", (LAWYER,)),
    "dismissed": Visit(WEB, "sa thải", (LAWYER,)),
    "night": Visit(TELEGRAM, "lam ca dem duoc them bao nhieu phan tram", (LAWYER,)),
    "sick": Visit(OA, "luật sư", (Tell("ốm ba ngày có giấy bệnh viện mà bị trừ lương"),)),
    "contract": Visit(BOT, "phản ánh làm hai năm chưa ký hợp đồng"),
    "union": Visit(WEB, "công đoàn", (LAWYER,)),
    "third call": Visit(PHONE, "luật sư", (Tell("sổ bảo hiểm bị giữ không trả"),)),
    "creche": Visit(TELEGRAM, "kien nghi xay nha tre canh khu nha tro"),
    "leave": Visit(OA, "nghỉ phép năm được mấy ngày", (Offer(1), LAWYER)),
    "fined": Visit(BOT, "phản ánh công ty phạt tiền người quên thẻ"),
    "moved": Visit(WEB, "luật sư", (Tell("nhà máy dời sang tỉnh khác, tôi không đi thì sao"),)),
    "fourth call": Visit(PHONE, "luật sư", (Tell("làm thêm chủ nhật không được tính gấp đôi"),)),
    "severance": Visit(TELEGRAM, "trợ cấp thôi việc tính thế nào", (LAWYER,)),
    "wedding": Visit(OA, "cưới được nghỉ mấy ngày", (LAWYER,)),
    "canteen": Visit(BOT, "kien nghi them quat o nha an"),
    "trial": Visit(WEB, "phản ánh thử việc bốn tháng chưa xong"),
    "fifth call": Visit(PHONE, "luật sư", (Tell("công ty bắt bồi thường máy hỏng"),)),
    "bonus": Visit(TELEGRAM, "phản ánh thưởng tết chỉ phát cho văn phòng"),
}

VISITS = MORNING | AFTERNOON


# -- how they come, and what they heard ------------------------------------------------------------


@dataclass
class Workers:
    """All who came so far."""

    stage: Stage
    addresses: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)  # six digits, of those who rang

    async def come(self, names: list[str]) -> None:
        await asyncio.gather(*(self._comes(name) for name in names))
        await self.is_sent()

    async def _comes(self, name: str) -> None:
        visit = VISITS[name]
        if visit.door == PHONE:
            return await self._rings(name, visit)
        chat = self.chat(name)
        self.addresses[name] = _address(self.stage, chat, _person(name))
        await chat.says(_person(name), visit.words)
        for what in visit.then:
            await self.does(name, what)
        return None

    async def does(self, name: str, what: Any) -> None:
        chat = self.chat(name)
        if isinstance(what, Photo):
            slip = Thing(Media.PHOTO, samples.picture(), "phieu-luong.png")
            await chat.sends(_person(name), slip)
        else:
            await InChat(chat, _person(name)).does(what)

    def chat(self, name: str) -> Any:
        door = VISITS[name].door
        return self.stage.webchat if door == WEB else self.stage.chats[door]

    async def _rings(self, name: str, visit: Visit) -> None:
        call = Call(self.stage.line, _person(name).phone)
        self.addresses[name] = f"twilio:{call.sid}"
        await call.dial_in()
        await call.say(visit.words)
        for what in visit.then:
            await ByPhone(call).does(what)
        await ByPhone(call).ends()
        spoken = " ".join(call.said).partition("Mã của anh chị là: ")[2].partition(".")[0]
        self.codes[name] = "".join(str(_DIGITS.index(one)) for one in spoken.split(", "))

    async def is_sent(self) -> None:
        """Nothing is on its way to anybody."""
        untold = exists().where(TicketEvent.announced_at.is_(None))
        unsent = exists().where(Delivery.state != DeliveryState.SENT)
        async with asyncio.timeout(PATIENCE):
            while True:
                async with self.stage.house.database.reading() as session:
                    if not await session.scalar(select(untold | unsent)):
                        return
                await asyncio.sleep(0.1)

    async def tickets(self) -> dict[str, list[Ticket]]:
        """Each worker's, the oldest first."""
        whose = {address: name for name, address in self.addresses.items()}
        found: dict[str, list[Ticket]] = {name: [] for name in self.addresses}
        query = (
            select(Contact, Ticket)
            .join(Conversation, Conversation.contact_id == Contact.id)
            .join(Handoff, Handoff.conversation_id == Conversation.id)
            .join(Ticket, Ticket.id == Handoff.ticket_id)
            .order_by(Ticket.id)
        )
        async with self.stage.house.database.reading() as session:
            for contact, ticket in (await session.execute(query)).all():
                found[whose[contact.address]].append(ticket)
        return found

    async def heard(self, name: str) -> list[Heard]:
        return list(await self.chat(name).heard(_person(name)))

    async def hears_by_code(self, name: str) -> str:
        """He rings again and keys in his six digits."""
        call = Call(self.stage.line, _person(name).phone)
        await call.dial_in()
        await call.press("2")
        await call.press(f"{self.codes[name]}#")
        await ByPhone(call).ends()
        return " ".join(call.said)


def _person(name: str) -> Person:
    return passer_by(list(VISITS).index(name))
