"""The pages in a real browser: a worker chats, a lawyer answers, a manager reads the report.

Each page is held against axe, and no page may print an error on the console. Skipped, in one
line, where no Chromium is found.
"""

import os
import shutil
from collections.abc import AsyncIterator

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright, expect

from admin_api import accounts
from escalation.vocabulary import Role
from tests.journeys.conftest import Hotline

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium found: browser tests skipped"),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]

DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
_QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM, args=_QUIET)
        yield opened
        await opened.close()


class Seat:
    """One person's browser window, listening for errors."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on(
            "console",
            lambda said: self.errors.append(said.text) if said.type == "error" else None,
        )

    @classmethod
    async def open(cls, browser: Browser, size: dict[str, int], dark: bool = False) -> "Seat":
        context = await browser.new_context(
            viewport=size,
            locale="vi-VN",
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",  # axe measures what stands, not what fades in
        )
        return cls(await context.new_page())

    async def is_fine(self) -> None:
        """No finding of axe, no error on the console, nothing wider than the window."""
        found = await Axe().run(self.page)
        assert found.violations_count == 0, found.generate_report()
        wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not await self.page.evaluate(wider)
        assert self.errors == []


async def _sign_in(hotline: Hotline, seat: Seat, role: Role) -> None:
    async with hotline.house.database.writing() as session:
        _, password = await accounts.add_staff(
            session, f"{role}@hotline.test", role.title(), role, hotline.clock()
        )
    await seat.page.goto(hotline.office_base)
    await seat.is_fine()
    await seat.page.get_by_label("E-mail").fill(f"{role}@hotline.test")
    await seat.page.get_by_label("Mật khẩu").fill(password)
    await seat.page.get_by_role("button", name="Đăng nhập").click()


async def _ask(seat: Seat, text: str) -> None:
    await seat.page.locator("#text").fill(text)
    await seat.page.get_by_role("button", name="Gửi", exact=True).click()


async def test_worker_lawyer_and_manager(hotline: Hotline, browser: Browser) -> None:
    worker = await Seat.open(browser, PHONE)
    await worker.page.goto(hotline.public_base)
    await worker.is_fine()
    await _ask(worker, "bao truoc may ngay")
    await worker.page.get_by_role("button", name="Tôi xin nghỉ phải báo trước mấy ngày").click()
    await expect(worker.page.locator(".bubble", has_text="Đ.35")).to_be_visible()
    await worker.is_fine()

    lawyer = await Seat.open(browser, DESK)
    await _sign_in(hotline, lawyer, Role.LAWYER)
    await expect(lawyer.page.get_by_role("link", name="Cần trả lời")).to_be_visible()
    await lawyer.is_fine()

    await worker.page.get_by_role("button", name="Chưa đúng, hỏi luật sư").click()
    promise = worker.page.locator(".bubble", has_text="Luật sư trả lời tại đây trước 11:30")
    await expect(promise).to_be_visible()
    ticket = lawyer.page.get_by_role("link").filter(has_text="bao truoc may ngay")
    await expect(ticket.first).to_be_visible()  # without reload
    await ticket.first.click()
    await lawyer.is_fine()
    await lawyer.page.get_by_role("button", name="Nhận phiếu").click()
    reply = lawyer.page.locator("form.reply textarea")
    await reply.fill("Anh/chị báo trước 30 ngày, gửi đơn cho phòng nhân sự và giữ một bản.")
    await lawyer.page.get_by_role("button", name="Gửi và đóng phiếu").click()
    await expect(lawyer.page.get_by_role("button", name="Rút lại")).to_be_visible()
    hotline.clock.pass_(seconds=10)  # in which it can be taken back

    answer = worker.page.locator(".bubble", has_text="gửi đơn cho phòng nhân sự")
    await expect(answer).to_be_visible()
    await worker.page.get_by_role("button", name="Có ích").click()
    thanks = worker.page.locator(".bubble", has_text="Cảm ơn anh/chị đã cho biết")
    await expect(thanks).to_be_visible()
    await worker.is_fine()
    await lawyer.is_fine()

    manager = await Seat.open(browser, DESK, dark=True)
    await _sign_in(hotline, manager, Role.MANAGER)
    await expect(manager.page.get_by_text("100").first).to_be_visible()
    await manager.is_fine()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.thorough
async def test_every_office_page_on_desk_and_phone(
    hotline: Hotline, browser: Browser, size: dict[str, int]
) -> None:
    await hotline.says(1, "phản ánh công ty xưởng may nợ lương công nhân ba tháng nay")
    lawyer = await Seat.open(browser, size, dark=True)
    await _sign_in(hotline, lawyer, Role.LAWYER)
    for path in (
        "/?view=resolved",
        "/?view=new",
        "/reports",
        "/faq?q=tang+ca",
        "/duty",
        "/drafts",
        "/consultations",
    ):
        await lawyer.page.goto(hotline.office_base + path)
        await lawyer.is_fine()
    admin = await Seat.open(browser, size)
    await _sign_in(hotline, admin, Role.ADMIN)
    await expect(admin.page).to_have_url(hotline.office_base + "/staff")
    await admin.is_fine()


async def test_chat_works_without_scripts(hotline: Hotline, browser: Browser) -> None:
    context = await browser.new_context(java_script_enabled=False, viewport=PHONE)
    page = await context.new_page()
    await page.goto(hotline.public_base)
    await page.locator("#text").fill("24/11 co duoc nghi khong")
    await page.get_by_role("button", name="Gửi", exact=True).click()
    await expect(page.get_by_text("Ngày Văn hóa Việt Nam")).to_be_visible()
    await page.get_by_role("button", name="Đúng ý tôi").click()
    await expect(page.get_by_text("Cảm ơn anh/chị. Cần gì thêm")).to_be_visible()
