"""Two lawyers at one ticket in real browsers: presence, second reading, "@", a feed that is cut."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Iterator

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from admin_api import accounts
from escalation import checking, lookup
from escalation.vocabulary import Role
from tests.journeys.conftest import Hotline, eventually
from tests.journeys.test_browser import DESK, PHONE, Seat, pytestmark
from tests.journeys.test_console_browser import _look, browser

__all__ = ["browser", "pytestmark"]


async def _sit_down(
    hotline: Hotline, browser: Browser, name: str, size: dict[str, int], dark: bool, base: str = ""
) -> Seat:
    """A lawyer of this name, signed in at `base`."""
    email = f"{len(name)}@hotline.test"
    async with hotline.house.database.writing() as session:
        _, password = await accounts.add_staff(session, email, name, Role.LAWYER, hotline.clock())
    seat = await Seat.open(browser, size, dark)
    await seat.page.goto(base or hotline.office_base)
    await seat.page.get_by_label("E-mail").fill(email)
    await seat.page.get_by_label("Mật khẩu").fill(password)
    await seat.page.get_by_role("button", name="Đăng nhập").click()
    await expect(seat.page.get_by_role("heading", name="Cần trả lời")).to_be_visible()
    return seat


async def _ticket(hotline: Hotline, sensitive: bool = False) -> str:
    """The code of the first ticket."""
    await hotline.says(1, "phản ánh công ty nợ lương ba tháng, sa thải tôi")
    lawyer = await hotline.staff(Role.LAWYER, "script@hotline.test")
    _, found = await lawyer.get("/api/tickets")
    code = str(found["tickets"][0]["code"])
    async with hotline.house.database.writing() as session:
        ticket = await lookup.find(session, code)
        assert ticket is not None
        ticket.topic = ticket.topic or "ky-luat"
        await checking.set_topics(session, [ticket.topic] if sensitive else [])
    return code


async def _open(hotline: Hotline, seat: Seat, code: str) -> Page:
    await seat.page.goto(f"{hotline.office_base}/tickets/{code}")
    await seat.page.wait_for_load_state("load")
    return seat.page


@pytest.mark.parametrize(
    ("size", "dark"), [(DESK, False), (PHONE, True)], ids=["desk-light", "phone-dark"]
)
@pytest.mark.thorough
async def test_an_answer_is_read_by_a_second_lawyer_by_keyboard(
    hotline: Hotline, browser: Browser, size: dict[str, int], dark: bool
) -> None:
    code = await _ticket(hotline, sensitive=True)
    name = f"{size['width']}-{'dark' if dark else 'light'}"
    hoa = await _sit_down(hotline, browser, "Luật sư Hoa", size, dark)
    lan = await _sit_down(hotline, browser, "Lê Lan Anh", size, dark)
    mine, theirs = await _open(hotline, hoa, code), await _open(hotline, lan, code)
    await expect(mine.locator("#presence")).to_have_text("Lê Lan Anh đang xem")
    await _look(hoa, f"check-before-{name}")
    await mine.keyboard.press("r")
    await mine.keyboard.type("Anh chị khiếu nại trong 60 ngày.")
    await expect(theirs.locator("#presence")).to_have_text("Luật sư Hoa đang soạn trả lời")
    await theirs.keyboard.press("r")
    await theirs.keyboard.type("Tôi cũng")
    await expect(theirs.locator("#presence")).to_contain_text("Hai người cùng soạn")
    await _look(lan, f"check-both-{name}")
    await mine.keyboard.press("Control+Enter")
    await expect(mine.locator("#withdraw")).to_be_visible()
    await mine.locator("#reply-text").blur()
    await _look(hoa, f"check-author-{name}")
    await expect(theirs.locator("#pass")).to_be_visible()  # without reload
    await theirs.locator("#check summary").focus()
    await theirs.keyboard.press("Enter")
    await _look(lan, f"check-second-{name}")
    await theirs.locator("#back-text").focus()
    await theirs.keyboard.type("Thiếu căn cứ.")
    await theirs.keyboard.press("Tab")
    await theirs.keyboard.press("Enter")
    note = mine.locator(".lines .note", has_text="Thiếu căn cứ.")
    await expect(note).to_be_visible()
    await note.locator("summary").focus()
    await mine.keyboard.press("Enter")
    await _look(hoa, f"check-back-{name}")
    await note.get_by_role("button").focus()
    await mine.keyboard.press("Enter")
    await expect(mine.locator("#reply-text")).to_have_value("Anh chị khiếu nại trong 60 ngày.")
    await mine.keyboard.type(" Căn cứ: Điều 190.")
    await mine.keyboard.press("Control+Enter")
    await expect(theirs.locator("#pass")).to_be_visible()
    await theirs.locator("#pass").focus()
    await theirs.keyboard.press("Enter")
    await expect(mine.locator("#undo")).to_be_visible()
    assert not [text for text in hotline.telegram.texts(1) if "60 ngày" in text]
    hotline.clock.pass_(seconds=11)
    await eventually(lambda: any("Điều 190" in text for text in hotline.telegram.texts(1)))


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("size", "dark"), [(DESK, False), (PHONE, True)], ids=["desk-light", "phone-dark"]
)
async def test_a_closed_ticket_takes_remarks_only_until_it_is_opened_again(
    hotline: Hotline, browser: Browser, size: dict[str, int], dark: bool
) -> None:
    code = await _ticket(hotline)
    hoa = await _sit_down(hotline, browser, "Luật sư Hoa", size, dark)
    page = await _open(hotline, hoa, code)
    await page.keyboard.press("r")
    await page.keyboard.type("Chậm nhất là ngày 5.")
    await page.locator("button[value=resolve]").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#reply-text")).to_be_hidden()
    await expect(page.locator("#note-text")).to_be_visible()
    await page.reload()
    await expect(page.locator("#reply-text")).to_be_hidden()
    await _look(hoa, f"closed-{size['width']}")
    await page.keyboard.press("r")
    await expect(page.get_by_role("button", name="Mở lại để nói thêm")).to_be_focused()
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    await page.keyboard.press("r")
    await expect(page.locator("#reply-text")).to_be_focused()
    await page.keyboard.type("Nhầm, là ngày 15.")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#undo")).to_be_visible()
    await _look(hoa, f"opened-again-{size['width']}")
    hotline.clock.pass_(seconds=11)
    await eventually(lambda: any("ngày 15" in text for text in hotline.telegram.texts(1)))


@pytest.mark.thorough
async def test_a_colleague_is_named_and_two_answers_do_not_cross(
    hotline: Hotline, browser: Browser
) -> None:
    code = await _ticket(hotline)
    hoa = await _sit_down(hotline, browser, "Luật sư Hoa", PHONE, dark=False)
    lan = await _sit_down(hotline, browser, "Lê Lan Anh", DESK, dark=True)
    mine = await _open(hotline, hoa, code)
    await mine.keyboard.press("n")
    await mine.keyboard.type("Nhờ @lan")
    await expect(mine.get_by_role("option")).to_have_text("Lê Lan Anh")
    await _look(hoa, "mention-list")
    await mine.keyboard.press("Enter")
    await mine.keyboard.type("xem giúp, a@b")
    await expect(mine.locator("#colleagues")).to_be_hidden()
    await expect(mine.locator("#note-text")).to_have_value("Nhờ @Lê Lan Anh xem giúp, a@b")
    await mine.keyboard.press("Control+Enter")
    view = lan.page.locator("#view-mentioned .count")
    await expect(view).to_have_text("1")
    await lan.page.locator("#view-mentioned").focus()
    await lan.page.keyboard.press("Enter")
    await expect(lan.page.locator(".row")).to_have_count(1)
    await _look(lan, "mention-inbox")
    theirs = await _open(hotline, lan, code)
    await theirs.keyboard.press("r")
    await theirs.keyboard.type("Câu của Lan")
    await mine.keyboard.press("Escape")
    await mine.keyboard.press("r")
    await mine.keyboard.type("Câu của Hoa")
    await mine.keyboard.press("Control+Enter")
    await expect(mine.locator("#undo")).to_be_visible()
    await theirs.keyboard.press("Control+Enter")
    await expect(theirs.locator("#problem")).to_contain_text("Đồng nghiệp vừa trả lời lúc")
    await expect(theirs.locator("#reply-text")).to_have_value("Câu của Lan")
    lan.errors.clear()  # the browser reports a refusal of its own accord
    await _look(lan, "answered-meanwhile")
    await theirs.keyboard.press("Control+Enter")
    await expect(theirs.locator("#reply-text")).to_have_value("")
    await expect(theirs.locator(".said.lawyer")).to_have_count(2)


# -- the feed is cut -------------------------------------------------------------------------------


class Wire:
    """Between browser and office: connections that carry the feed can be cut."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._ends: set[asyncio.StreamWriter] = set()
        self._feeds: set[asyncio.StreamWriter] = set()
        self.whole = True

    async def start(self) -> str:
        self._server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        """Cut every connection and see its socket closed, or the loop ends before they are."""
        self._server.close()
        self.whole = False
        for end in self._ends:
            end.transport.abort()
        while self._ends:  # noqa: ASYNC110 -- an event would not say that the sockets are closed
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.01)

    def carries(self) -> bool:
        return bool(self._feeds)

    def cut(self) -> None:
        for writer in self._feeds:
            writer.transport.abort()
        self._feeds.clear()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with self._end(writer):
            if not self.whole:
                return
            theirs, ours = await asyncio.open_connection("127.0.0.1", self._port)
            with self._end(ours):
                ways = (self._pass(reader, ours, writer), self._pass(theirs, writer))
                both = [asyncio.create_task(way) for way in ways]
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
                for one in both:
                    one.cancel()
                await asyncio.gather(*both, return_exceptions=True)
            self._feeds.discard(writer)

    @contextlib.contextmanager
    def _end(self, writer: asyncio.StreamWriter) -> Iterator[None]:
        self._ends.add(writer)
        try:
            yield
        finally:
            writer.transport.abort()
            self._ends.discard(writer)

    async def _pass(
        self,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        asker: asyncio.StreamWriter | None = None,
    ) -> None:
        with contextlib.suppress(OSError):
            while (data := await source.read(65536)) and self.whole:
                if asker and data.startswith(b"GET /live"):
                    self._feeds.add(asker)
                sink.write(data)
                await sink.drain()


@pytest.fixture
async def wire(hotline: Hotline) -> AsyncIterator[tuple[Wire, str]]:
    made = Wire(int(hotline.office_base.rsplit(":", 1)[1]))
    yield made, await made.start()
    await made.stop()


_LIVING = """() => Array.from(document.querySelectorAll("[data-live]"), (one) => {
  const part = one.cloneNode(true);
  part.querySelectorAll(".due").forEach((due) => due.remove());
  return part.outerHTML;
})"""


async def _living(page: Page) -> str:
    """The living parts as they stand, but for the seconds that ran on since."""
    parts = await page.evaluate(_LIVING)
    assert parts
    return re.sub(r"\s+", " ", "".join(parts))


@pytest.mark.thorough
async def test_cut_twenty_times_the_page_is_as_one_just_opened(
    hotline: Hotline, browser: Browser, wire: tuple[Wire, str]
) -> None:
    line, base = wire
    code = await _ticket(hotline)
    script = await hotline.staff(Role.LAWYER, "another@hotline.test")
    seat = await _sit_down(hotline, browser, "Luật sư Hoa", DESK, dark=False, base=base)
    page = seat.page
    await page.goto(f"{base}/tickets/{code}")
    for number in range(20):
        await eventually(line.carries, seconds=60)  # the page tries ever later
        line.cut()
        note = {"text": f"Ghi chú {number}"}
        assert (await script.post(f"/api/tickets/{code}/notes", note))[0] == 201
        if number % 5 == 0:
            await hotline.says(2 + number, "kiến nghị công đoàn hỗ trợ nhà trọ")
    patient = 120_000  # ms: after many failures the page waits up to 45 s for its next try
    await expect(page.locator(".lines .note")).to_have_count(20, timeout=patient)
    await expect(page.locator("#connection")).to_have_text("")
    fresh = await page.context.new_page()
    await fresh.goto(f"{base}/tickets/{code}")
    await fresh.wait_for_load_state("load")
    expected = await _living(fresh)
    await fresh.close()
    assert await _living(page) == expected


@pytest.mark.thorough
async def test_a_lost_connection_is_told_and_found_again(
    hotline: Hotline, browser: Browser, wire: tuple[Wire, str]
) -> None:
    line, base = wire
    code = await _ticket(hotline)
    script = await hotline.staff(Role.LAWYER, "another@hotline.test")
    seat = await _sit_down(hotline, browser, "Luật sư Hoa", PHONE, dark=True, base=base)
    await seat.page.goto(f"{base}/tickets/{code}")
    await eventually(line.carries)
    line.whole = False
    line.cut()
    told = seat.page.locator("#connection")
    await expect(told).to_have_text("Mất kết nối, đang nối lại…")
    found = await Axe().run(seat.page)  # the browser itself reports what is lost, again and again
    assert found.violations_count == 0, found.generate_report()
    await script.post(f"/api/tickets/{code}/notes", {"text": "Trong lúc mất kết nối"})
    line.whole = True
    note = seat.page.locator(".lines .note", has_text="Trong lúc mất kết nối")
    await expect(note).to_be_visible()
    await expect(told).to_have_text("")
