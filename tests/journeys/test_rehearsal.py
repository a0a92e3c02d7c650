"""The rehearsal: a whole hotline with stand-ins for its providers, and the page to play with it."""

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, async_playwright, expect
from sqlalchemy import select

from bot.channels.base import Media
from bot.models import FileState, StoredFile
from bot.telephone.numbers import dialable
from bot.web import SECURITY_HEADERS
from escalation.models import Callback, Staff, Ticket
from escalation.vocabulary import Role
from hotline.rehearsal import day, page, samples
from hotline.rehearsal.board import Board
from hotline.rehearsal.chats import Chat, NoSuchChoice, Thing
from hotline.rehearsal.handset import Handset, Lawyer, WrongMoment
from hotline.rehearsal.people import LAWYERS_PHONE, WORKERS, Person, passer_by
from hotline.rehearsal.stage import Stage, standing
from hotline.rehearsal.troubles import Trouble, Troubles
from tests.rehearsing import scratch
from tests.telephone_house import _DIGITS

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
LAN, HUNG = WORKERS
QUESTION = "nghỉ việc phải báo trước mấy ngày"

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.xdist_group("browser"),  # one stage for all, and no second browser beside ours
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory, shared_dir: Path) -> AsyncIterator[Stage]:
    async with standing(scratch(tmp_path_factory.mktemp("stage"), shared_dir)) as up:
        yield up


@pytest.fixture
def troubles(stage: Stage) -> Iterator[Troubles]:
    yield stage.stand_ins.troubles
    stage.stand_ins.troubles.end()


@pytest.fixture
def person() -> Person:
    """Somebody who was never here before."""
    return passer_by(2000 + next(_numbers))


_numbers = count(1)


@pytest.fixture
def handset(stage: Stage) -> Handset:
    return Board(stage).handset


async def _heard(chat: Chat, person: Any, words: str, seconds: float = 15) -> list[str]:
    """What the worker has heard as soon as `words` are in it."""
    async with asyncio.timeout(seconds):
        while True:
            texts = [one.text for one in await chat.heard(person)]
            if any(words in text for text in texts):
                return texts
            await asyncio.sleep(0.05)


async def _eventually(condition: Any, seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        while True:
            if await condition():
                return
            await asyncio.sleep(0.05)


# -- up and down -----------------------------------------------------------------------------------


@pytest.mark.asyncio(loop_scope="function")  # where no other stage has its tasks
@pytest.mark.thorough
async def test_it_starts_and_stops_cleanly_twice(tmp_path: Path, shared_dir: Path) -> None:
    directory = scratch(tmp_path, shared_dir)
    known = asyncio.all_tasks()
    passwords = []
    for person in (LAN, HUNG):
        async with standing(directory) as stage:
            for chat in (*stage.chats.values(), stage.webchat):
                await chat.says(person, QUESTION)
                await _heard(chat, person, "Căn cứ")
            passwords += [password for _, _, password in stage.staff]
        assert asyncio.all_tasks() == known
        for address in (stage.public, stage.office, stage.stand_ins.telegram.base):
            async with aiohttp.ClientSession() as session:
                with pytest.raises(aiohttp.ClientConnectorError):
                    await session.get(address)
    assert len(set(passwords)) == 2 * len(stage.staff)  # shown anew after each start


@pytest.mark.thorough
async def test_a_taken_port_is_no_obstacle(tmp_path: Path, shared_dir: Path) -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    taken = server.sockets[0].getsockname()[1]
    async with server, standing(scratch(tmp_path, shared_dir), ports=(taken, 0)) as stage:
        assert str(taken) not in stage.public


# -- what may go wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize("trouble", [Trouble.BUSY, Trouble.DOWN, Trouble.HANGS])
@pytest.mark.thorough
async def test_what_a_provider_refused_comes_later_and_once(
    stage: Stage, troubles: Troubles, person: Person, trouble: Trouble
) -> None:
    troubles.met = 0
    troubles.switch(trouble, True)
    for chat in stage.chats.values():
        await chat.says(person, QUESTION)

    async def refused() -> bool:
        return troubles.met >= len(stage.chats)

    await _eventually(refused)
    assert not any([await chat.heard(person) for chat in stage.chats.values()])
    troubles.switch(trouble, False)
    for chat in stage.chats.values():
        texts = await _heard(chat, person, "Căn cứ", 30)
        assert len(texts) == len(set(texts)) == 2


@pytest.mark.thorough
async def test_what_comes_twice_is_answered_once(
    stage: Stage, troubles: Troubles, person: Person, handset: Handset
) -> None:
    troubles.switch(Trouble.TWICE, True)
    for chat in stage.chats.values():
        await chat.says(person, QUESTION)
        texts = await _heard(chat, person, "Căn cứ")
        await stage.house.dispatcher.settle()
        assert len(texts) == len(await chat.heard(person)) == 2
    before = len(await _tickets(stage))
    await handset.dial(person)
    await handset.say(QUESTION)
    await handset.press("0")
    await handset.hang_up()
    assert len(await _tickets(stage)) == before + 1


@pytest.mark.thorough
async def test_a_token_that_ran_out_is_renewed(
    stage: Stage, troubles: Troubles, person: Person
) -> None:
    zalo, chat = stage.stand_ins.zalo_oa, stage.chats["zalo_oa"]
    await chat.says(person, QUESTION)
    await _heard(chat, person, "Căn cứ")
    before = zalo.refreshes
    troubles.switch(Trouble.EXPIRED, True)
    await chat.says(person, "thử việc tối đa bao lâu")
    await _heard(chat, person, "Thử việc")
    assert zalo.refreshes > before


async def _tickets(stage: Stage) -> list[Ticket]:
    async with stage.house.database.reading() as session:
        return list(await session.scalars(select(Ticket).order_by(Ticket.id)))


# -- things and telephones -------------------------------------------------------------------------


@pytest.mark.thorough
async def test_pictures_and_recordings_reach_the_lawyer(stage: Stage, person: Person) -> None:
    audio, seconds = samples.spoken("công ty nợ lương hai tháng")
    known = len(await _files(stage))
    for chat in stage.chats.values():
        await chat.sends(person, Thing(Media.PHOTO, samples.picture(), "a.png"))
        await chat.sends(person, Thing(Media.VOICE, audio, "a.wav", seconds))

    async def fetched() -> bool:
        files = (await _files(stage))[known:]
        kept = sorted((one.channel, one.mime) for one in files if one.state is FileState.KEPT)
        sent = [(channel, mime) for channel in stage.chats for mime in ("audio/wav", "image/png")]
        return kept == sorted(sent)

    await _eventually(fetched)


async def _files(stage: Stage) -> list[StoredFile]:
    async with stage.house.database.reading() as session:
        return list(await session.scalars(select(StoredFile).order_by(StoredFile.id)))


async def test_a_lawyer_takes_the_call(handset: Handset, person: Person) -> None:
    await handset.dial(person)
    assert handset.place == "listening"
    await handset.press("0")
    assert (handset.place, handset.lawyer) == ("dialling", Lawyer.RINGS)
    await handset.lawyer_picks_up()
    assert "Bấm 1" in handset.whispered[0]
    await handset.lawyer_accepts()
    assert handset.lawyer is Lawyer.TALKS
    await handset.lawyer_declines()  # lays down
    assert (handset.place, handset.lawyer) == ("over", Lawyer.QUIET)


@pytest.mark.thorough
async def test_nobody_picks_up_and_a_message_is_left(
    stage: Stage, handset: Handset, person: Person
) -> None:
    await handset.dial(person)
    await handset.press("0")
    await handset.lawyer_declines()
    assert handset.place == "listening"
    await handset.press("1")  # ring me back
    assert handset.place == "recording"
    with pytest.raises(WrongMoment):
        await handset.press("5")
    await handset.record("công ty giữ lương tháng mười")
    assert handset.place == "over"
    assert any("Mã của anh chị" in piece for piece in handset.turns[-1].pieces)

    async def kept() -> bool:
        newest = (await _files(stage))[-1]
        return newest.channel == "phone" and newest.state is FileState.KEPT and newest.discarded

    await _eventually(kept)


@pytest.mark.thorough
@pytest.mark.parametrize("channel", ["zalo_oa", "zalo_bot", "telegram"])
async def test_the_digits_of_a_call_open_its_case_in_a_chat(
    stage: Stage, handset: Handset, person: Person, channel: str
) -> None:
    await handset.dial(person)
    await handset.press("9")
    await handset.press("2")  # not to be rung: by the code alone
    await handset.record("công ty giữ lương tháng mười")
    chat, someone = stage.chats[channel], passer_by(2000 + next(_numbers))
    await chat.says(someone, _digits(handset))
    async with stage.house.database.reading() as session:
        ticket = await session.scalar(select(Ticket).order_by(Ticket.id.desc()).limit(1))
    assert ticket is not None
    await _heard(chat, someone, ticket.code)
    headers = {"Authorization": f"Bearer {await stage.lawyers_token()}"}
    address = f"{stage.office}/api/tickets/{ticket.code}/replies"
    answer = {"text": "Anh chị nộp đơn ở Sở Nội vụ."}
    async with stage.session.post(address, json=answer, headers=headers) as response:
        assert response.status == 201
    await _heard(chat, someone, "Sở Nội vụ")


def _digits(handset: Handset) -> str:
    """The six that were spoken."""
    heard = " ".join(handset.turns[-1].pieces)
    spoken = heard.partition("Mã của anh chị là: ")[2].partition(".")[0]
    return "".join(str(_DIGITS.index(one)) for one in spoken.split(", "))


@pytest.mark.thorough
async def test_a_caller_who_hangs_up_while_it_rings(handset: Handset, person: Person) -> None:
    await handset.dial(person)
    await handset.press("0")
    await handset.lawyer_picks_up()
    await handset.hang_up()
    assert (handset.place, handset.lawyer) == ("over", Lawyer.QUIET)
    with pytest.raises(WrongMoment):
        await handset.lawyer_accepts()


@pytest.mark.thorough
async def test_keys_of_a_number_count_together(handset: Handset, person: Person) -> None:
    await handset.dial(person)
    await handset.press("2")  # the code of a message
    for key in "123456":
        await handset.press(key)
    assert handset.keyed == "123456"
    await handset.press("#")
    assert handset.keyed == ""
    assert "Mã này không đúng." in handset.turns[-1].pieces
    await handset.hang_up()


@pytest.mark.thorough
async def test_the_office_rings_back(stage: Stage, handset: Handset) -> None:
    await handset.dial(HUNG)
    await handset.press("9")
    await handset.press("1")
    await handset.record("gọi lại giúp tôi")
    ticket = (await _tickets(stage))[-1]
    async with stage.house.database.reading() as session:
        lawyer = (await session.scalars(select(Staff).where(Staff.role == Role.LAWYER))).one()
    assert stage.house.telephone.caller is not None
    await stage.house.telephone.caller.ring(ticket.code, lawyer)
    await handset.look_for_requests()
    assert handset.lawyer is Lawyer.RINGS
    await handset.lawyer_picks_up()
    await handset.lawyer_accepts()
    assert (handset.place, handset.caller) == ("rings", HUNG)
    await handset.pick_up()
    assert handset.lawyer is Lawyer.TALKS
    await handset.lawyer_declines()
    async with stage.house.database.reading() as session:
        its_own = select(Callback).where(Callback.ticket_id == ticket.id)
        task = (await session.scalars(its_own)).one()
    assert task.closed_at is not None
    assert handset.lawyer is Lawyer.QUIET


@pytest.mark.thorough
async def test_a_day_of_traffic_loses_nothing(stage: Stage) -> None:
    report = await day.play(stage, speed=12)
    assert report.lost == []
    assert report.total("talks") == 60
    assert report.rows["phone"]["talks"] == 10
    assert set(report.rows) == {"zalo_oa", "zalo_bot", "telegram", "webchat", "phone"}
    assert report.total("answered") > 25
    assert report.total("tickets") >= 15
    assert report.total("replied") >= 5


# -- the page --------------------------------------------------------------------------------------


@pytest_asyncio.fixture(loop_scope="module")
async def address(stage: Stage) -> AsyncIterator[str]:
    async with page.serving(stage, 0) as at:
        yield at


@pytest.mark.thorough
async def test_the_page_is_strict(stage: Stage, troubles: Troubles, address: str) -> None:
    foreign = {"Sec-Fetch-Site": "cross-site"}
    requests: list[tuple[str, str, dict[str, Any], int]] = [
        ("GET", "", {}, 200),
        ("GET", "static/rehearsal.js", {}, 200),
        ("GET", "static/../page.py", {}, 404),
        ("GET", "", {"headers": {"Host": "evil.test"}}, 403),
        ("POST", "phone/dial", {"json": {"words": "lan"}, "headers": foreign}, 403),
        ("POST", "phone/dial", {"json": {"words": "nobody"}}, 422),
        ("POST", "phone/dance", {"json": {}}, 404),
        ("POST", "phone/press", {"json": {"words": "1"}}, 409),
        (
            "POST",
            "phone/press",
            {"data": b"[", "headers": {"Content-Type": "application/json"}},
            400,
        ),
        ("POST", "chat/telegram/lan/words", {"json": {"words": " "}}, 422),
        ("POST", "chat/telegram/nobody/words", {"json": {"words": "a"}}, 404),
        ("POST", "trouble/earthquake", {"json": {"on": True}}, 404),
        ("POST", "trouble/busy", {"json": {"on": True}}, 204),
    ]
    for method, path, more, expected in requests:
        async with stage.session.request(method, address + path, **more) as answer:
            assert answer.status == expected, (method, path)
            policy = "Content-Security-Policy"
            assert answer.headers[policy] == SECURITY_HEADERS[policy]
    assert troubles.on == {Trouble.BUSY}


@pytest.mark.thorough
async def test_only_what_was_offered_can_be_chosen(stage: Stage, person: Person) -> None:
    for chat in (*stage.chats.values(), stage.webchat):
        with pytest.raises(NoSuchChoice):
            await chat.taps(person, "Đúng ý tôi")


class Seat:
    """A browser window that listens for errors."""

    def __init__(self, opened: Page) -> None:
        self.page = opened
        self.errors: list[str] = []
        opened.on("pageerror", lambda error: self.errors.append(str(error)))
        opened.on(
            "console",
            lambda said: self.errors.append(said.text) if said.type == "error" else None,
        )

    async def is_fine(self) -> None:
        found = await Axe().run(self.page)
        assert found.violations_count == 0, found.generate_report()
        wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not await self.page.evaluate(wider)
        assert self.errors == []


@contextlib.asynccontextmanager
async def _seated(address: str, width: int, dark: bool) -> AsyncIterator[Seat]:
    quiet = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"]
    quiet += ["--disable-background-networking", "--disable-component-update"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=quiet)
        context = await browser.new_context(
            viewport={"width": width, "height": 844},
            locale="vi-VN",
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        seat = Seat(await context.new_page())
        await seat.page.goto(address)
        yield seat
        await browser.close()


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium found: browser tests skipped")
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)], ids=["desk", "phone"])
@pytest.mark.thorough
async def test_the_page_in_a_browser(address: str, width: int, dark: bool) -> None:
    async with _seated(address, width, dark) as seat:
        at = seat.page
        await at.get_by_text("Hùng" if dark else "Lan", exact=True).first.click()
        await seat.is_fine()
        for tab in ("Zalo OA", "Zalo Bot", "Telegram"):
            await at.get_by_role("tab", name=tab).click()
            await at.get_by_label("Tin nhắn", exact=True).fill(QUESTION)
            await at.get_by_role("button", name="Gửi", exact=True).click()
            await expect(at.locator("#log .bubble", has_text="Căn cứ")).to_be_visible()
            await seat.is_fine()
        await at.get_by_role("button", name="Đúng ý tôi").click()
        await expect(at.locator("#log .bubble", has_text="Cảm ơn anh/chị")).to_be_visible()
        await at.get_by_role("button", name="Gửi ảnh hoặc ghi âm").click()
        await at.get_by_role("button", name="Ảnh phiếu lương mẫu").click()
        await expect(at.locator("#log .bubble", has_text="phieu-luong.png")).to_be_visible()
        await _rings_in_the_browser(seat, width)


async def _rings_in_the_browser(seat: Seat, width: int) -> None:
    at = seat.page
    if width < 960:
        await at.get_by_role("button", name="Điện thoại").click()
    await at.get_by_role("button", name="Gọi tổng đài").click()
    said = at.locator("#said")
    await expect(said).to_contain_text("xin nghe")
    await at.locator("#words").fill("công ty nợ lương hai tháng")
    await at.get_by_role("button", name="Nói", exact=True).click()
    await expect(said).to_contain_text("Anh chị hỏi")
    await at.locator("#said").focus()
    await at.keyboard.press("2")
    await expect(said).to_contain_text("nói chậm")
    await seat.is_fine()
    await at.get_by_role("button", name="0", exact=True).click()
    lawyer = at.locator("#lawyer")
    await lawyer.get_by_role("button", name="Nghe máy").click()
    await expect(lawyer).to_contain_text("Bấm 1 để nhận")
    await seat.is_fine()
    await lawyer.get_by_role("button", name="Từ chối").click()
    await at.get_by_role("button", name="2 ABC").click()
    await at.get_by_label("Lời nhắn sau tiếng bíp").fill("gọi lại giúp tôi")
    await at.get_by_role("button", name="Xong, bấm #").click()
    await expect(said).to_contain_text("Mã của anh chị")
    await expect(at.locator("#place")).to_contain_text("đã kết thúc")
    await seat.is_fine()


async def test_everybodys_number_may_be_rung() -> None:
    for number in (LAWYERS_PHONE, LAN.phone, HUNG.phone):
        assert dialable(number) == number
