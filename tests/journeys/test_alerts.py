"""The staff are reached where they are: a real mail server, and Telegram's fake."""

import asyncio
import datetime as dt
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from escalation import lookup, tickets
from escalation.alerts import telegram_links
from escalation.models import Alert, Staff, Ticket, TicketEvent
from escalation.sla import SHIPPED
from escalation.tickets import Opening
from escalation.vocabulary import AlertState, EventKind, Kind, Priority, Role
from hotline.settings import Settings
from tests import mail_server
from tests.journeys.conftest import Hotline, Open, eventually
from tests.mail_server import MailServer

pytestmark = pytest.mark.thorough("postgresql")

WORDS = "Công ty Sao Đỏ nợ lương, số tôi 0912345678"
LAWYER, OTHER = 70001, 70002  # their chats
MAIL = "an@hotline.test"


@pytest.fixture
async def mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MailServer]:
    certificate = mail_server.certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server = await MailServer(mail_server.server_side(certificate)).start()
    yield server
    await server.stop()


@pytest.fixture
def settings(settings: Settings, mail: MailServer) -> Settings:
    smtp = {
        "smtp_host": "localhost",
        "smtp_port": mail.port,
        "smtp_user": mail_server.USER,
        "smtp_password": mail_server.PASSWORD,
        "smtp_from": "tongdai@hotline.test",
        "office_url": "https://office.test",
    }
    return settings.model_copy(update=smtp)


async def lawyer(hotline: Hotline, email: str = MAIL, chat: int | None = None) -> Staff:
    await hotline.staff(Role.LAWYER, email)
    async with hotline.house.database.writing() as session:
        staff = await session.scalar(select(Staff).where(Staff.email == email))
        assert staff is not None
        if chat is not None:
            staff.telegram = staff.telegram_index = str(chat)
    return staff


async def opened(hotline: Hotline, priority: Priority = Priority.URGENT) -> str:
    now = hotline.clock()
    opening = Opening(Kind.REPORT, priority, "telegram", WORDS, now, topic="tien-luong")
    async with hotline.house.database.writing() as session:
        ticket = await tickets.open_ticket(session, opening, SHIPPED, now)
        ticket.employer, ticket.reach = "Sao Đỏ", "0912345678"
    return ticket.code


async def assignee(hotline: Hotline, code: str) -> int | None:
    async with hotline.house.database.reading() as session:
        ticket = await lookup.find(session, code)
    assert ticket is not None
    return ticket.assignee_id


async def alerts(hotline: Hotline) -> list[Alert]:
    async with hotline.house.database.reading() as session:
        return list(await session.scalars(select(Alert).order_by(Alert.id)))


def private(text: str, alias: str = "Người lao động ") -> list[str]:
    return [one for one in ("Sao Đỏ", "0912345678", "nợ lương", alias) if one in text]


# -- mail ------------------------------------------------------------------------------------------


async def test_a_mail_says_which_ticket_and_until_when_and_nothing_of_the_worker(
    hotline: Hotline, mail: MailServer
) -> None:
    staff = await lawyer(hotline)
    code = await opened(hotline)
    await eventually(lambda: mail.mails)
    (found,) = mail.mails
    assert (found["To"], found["Auto-Submitted"]) == (staff.email, "auto-generated")
    assert found["Subject"] == f"[Khẩn] {code}: phiếu mới chờ nhận"
    (alert,) = await alerts(hotline)
    assert found["Message-ID"] == f"<alert-{alert.id}@hotline.test>"
    text = found.get_content()
    assert re.search(r"Hạn: trước \d\d:\d\d (thứ \w+|Chủ nhật) \d+/\d+", text)
    assert f"https://office.test/tickets/{code}" in text
    assert private(found.as_string() + text) == []
    assert mail.logins == [mail_server.USER]


async def test_a_server_that_is_busy_is_tried_again_and_one_that_refuses_is_not(
    hotline: Hotline, mail: MailServer
) -> None:
    mail.refuse = ["451 later", "550 never"]
    await lawyer(hotline)
    await opened(hotline)
    for state in (AlertState.QUEUED, AlertState.FAILED):
        await _until(hotline, state)
        hotline.clock.pass_(minutes=1)
    (alert,) = await alerts(hotline)
    assert (alert.error, alert.attempts, mail.mails) == ("550", 2, [])


async def _until(hotline: Hotline, state: AlertState) -> None:
    for _ in range(500):
        if [one.state for one in await alerts(hotline) if one.attempts] == [state]:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"never {state}")


async def test_what_waited_while_the_server_was_away_arrives_once(
    hotline: Hotline, mail: MailServer
) -> None:
    await mail.stop()
    await lawyer(hotline)
    await opened(hotline)
    await _until(hotline, AlertState.QUEUED)
    await mail.start()
    hotline.clock.pass_(minutes=5)
    await _until(hotline, AlertState.SENT)
    hotline.clock.pass_(hours=1)
    await hotline.house.alerting.tell()
    assert len(mail.mails) == 1


async def test_logs_tell_neither_address_nor_ticket(
    hotline: Hotline, mail: MailServer, capsys: pytest.CaptureFixture[str]
) -> None:
    mail.refuse = ["550 no such user an@hotline.test"]
    await lawyer(hotline)
    code = await opened(hotline)
    await _until(hotline, AlertState.FAILED)
    said = "".join(capsys.readouterr())
    assert "alert_failed" in said
    for secret in (MAIL, code, mail_server.PASSWORD, "550 no"):
        assert secret not in said


async def test_each_replica_sends_what_the_other_does_not(
    open_hotline: Open, mail: MailServer
) -> None:
    async with open_hotline() as one, open_hotline() as other:
        await lawyer(one)
        codes = {await opened(one) for _ in range(20)}
        await asyncio.gather(*(house.alerting.tell() for house in (one.house, other.house)))
        await eventually(lambda: len(mail.mails) >= 20)
        await asyncio.gather(*(house.alerting.tell() for house in (one.house, other.house)))
    told = [re.findall(r"HP-\w{4}", str(mail["Subject"]))[0] for mail in mail.mails]
    assert sorted(told) == sorted(codes)


# -- Telegram --------------------------------------------------------------------------------------


async def links(hotline: Hotline, staff: Staff, chat: int) -> None:
    async with hotline.house.database.writing() as session:
        code = await telegram_links.invite(session, staff, hotline.clock())
    await hotline.says(chat, f"/start nv_{code}")


async def test_he_links_his_telegram_and_takes_a_ticket_from_it(
    hotline: Hotline, mail: MailServer
) -> None:
    staff = await lawyer(hotline)
    await links(hotline, staff, LAWYER)
    assert "Đã nối Telegram" in (await hotline.hears(LAWYER, 1))[0]
    code = await opened(hotline)
    _, told = await hotline.hears(LAWYER, 2)
    assert code in told
    assert private(told) == []
    await hotline.taps(LAWYER, "Nhận phiếu")
    said = (await hotline.hears(LAWYER, 3))[2]
    assert "Anh/chị đã nhận phiếu này" in said
    assert await assignee(hotline, code) == staff.id
    assert mail.mails == []  # told once, on one way


async def test_of_two_who_press_one_hears_who_was_first(hotline: Hotline) -> None:
    first = await lawyer(hotline, "an@hotline.test", LAWYER)
    await lawyer(hotline, "binh@hotline.test", OTHER)
    code = await opened(hotline)
    for chat in (LAWYER, OTHER):
        await hotline.hears(chat, 1)
    await hotline.taps(LAWYER, "Nhận phiếu")
    await hotline.taps(OTHER, "Nhận phiếu")
    assert "đã nhận phiếu này" in (await hotline.hears(LAWYER, 2))[1]
    assert f"nhận trước: {first.name}" in (await hotline.hears(OTHER, 2))[1]
    assert await assignee(hotline, code) == first.id


async def test_pressing_at_once_gives_it_to_one(hotline: Hotline) -> None:
    chats = range(71000, 71006)
    for chat in chats:
        await lawyer(hotline, f"ls{chat}@hotline.test", chat)
    code = await opened(hotline)
    for chat in chats:
        await hotline.hears(chat, 1)
    await asyncio.gather(*(hotline.taps(chat, "Nhận phiếu") for chat in chats))
    said = [(await hotline.hears(chat, 2))[1] for chat in chats]
    assert sum("Anh/chị đã nhận" in one for one in said) == 1
    assert sum("nhận trước" in one for one in said) == len(said) - 1
    async with hotline.house.database.reading() as session:
        taken = await session.scalars(
            select(TicketEvent.actor_id)
            .join(Ticket, Ticket.id == TicketEvent.ticket_id)
            .where(Ticket.code == code, TicketEvent.kind == EventKind.TAKEN)
        )
        assert len(taken.all()) == 1


async def test_a_ticket_put_off_comes_back_unless_it_is_taken(hotline: Hotline) -> None:
    await lawyer(hotline, MAIL, LAWYER)
    code = await opened(hotline)
    await hotline.hears(LAWYER, 1)
    await hotline.taps(LAWYER, "Nhắc lại sau 30 phút")
    await hotline.taps(LAWYER, "Nhắc lại sau 30 phút")  # twice is once
    await hotline.hears(LAWYER, 2)
    hotline.clock.pass_(minutes=31)
    await eventually(lambda: _count(hotline, "Phiếu mới chờ nhận") == 2)
    await hotline.taps(LAWYER, "Nhắc lại sau 30 phút")
    await eventually(lambda: _count(hotline, "Sẽ nhắc lại") >= 2)
    await hotline.taps(LAWYER, "Nhận phiếu")
    await eventually(lambda: _count(hotline, "đã nhận phiếu này") == 1)
    hotline.clock.pass_(minutes=31)
    await hotline.house.alerting.tell()
    assert _count(hotline, "Phiếu mới chờ nhận") == 2
    assert await assignee(hotline, code) is not None


def _count(hotline: Hotline, words: str) -> int:
    return sum(words in text for text in hotline.telegram.texts(LAWYER))


async def test_buttons_and_codes_of_others_do_nothing(hotline: Hotline) -> None:
    await lawyer(hotline, MAIL, LAWYER)
    await lawyer(hotline, "binh@hotline.test", OTHER)
    code = await opened(hotline)
    await hotline.hears(LAWYER, 1)
    (mine, *_) = [one.id for one in await alerts(hotline)]
    for chat in (OTHER, 88888):  # a colleague's alert, and no colleague at all
        for payload in (f"nv:take:{mine}", f"nv:later:{mine}", "nv:take:999999999"):
            assert await hotline.deliver(hotline.updates.tap(chat, payload)) == 200
    for text in ("/start nv_" + "A" * 22, "/start nv_", "/start nv_" + "A" * 21 + "\ud83d"):
        await hotline.says(88888, text)
    assert await assignee(hotline, code) is None
    async with hotline.house.database.reading() as session:
        assert await telegram_links.of_chat(session, "88888") is None
    assert not any("phiếu" in one.lower() and code in one for one in hotline.telegram.texts(88888))


async def test_what_else_he_writes_is_a_workers_word(hotline: Hotline) -> None:
    await lawyer(hotline, MAIL, LAWYER)
    await hotline.says(LAWYER, "công ty nợ lương hai tháng thì làm thế nào")
    assert len((await hotline.hears(LAWYER, 1))[0]) > 20


async def test_the_same_delivery_twice_links_and_takes_once(hotline: Hotline) -> None:
    staff = await lawyer(hotline)
    async with hotline.house.database.writing() as session:
        code = await telegram_links.invite(session, staff, hotline.clock())
    update: Any = hotline.updates.message(LAWYER, f"/start nv_{code}")
    for _ in range(2):
        assert await hotline.deliver(update) == 200
    await hotline.hears(LAWYER, 1)
    await hotline.house.alerting.tell()
    assert len(hotline.telegram.texts(LAWYER)) == 1


async def test_the_morning_digest_is_one_message(hotline: Hotline, mail: MailServer) -> None:
    staff = await lawyer(hotline)
    code = await opened(hotline)
    async with hotline.house.database.writing() as session:
        ticket = await lookup.find(session, code)
        assert ticket is not None
        await tickets.take(session, ticket, staff, hotline.clock())
    hotline.clock.now = dt.datetime(2026, 11, 25, 0, 31, tzinfo=dt.UTC)  # a Wednesday, 7:31
    for _ in range(2):
        await hotline.house.alerting.queue_digests()
        await hotline.house.alerting.tell()
    digests = [one for one in mail.subjects(MAIL) if one.startswith("Việc sáng nay")]
    assert len(digests) == 1
    assert "1 phiếu anh/chị giữ" in digests[0]
