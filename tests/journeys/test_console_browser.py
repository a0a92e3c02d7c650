"""The lawyer's desk in a real browser, without a mouse: search, several tickets, writing, the law."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from escalation.vocabulary import Role
from knowledge_base import law
from knowledge_base.articles import Article
from tests.journeys.conftest import Hotline
from tests.journeys.test_browser import (
    _QUIET,
    CHROMIUM,
    DESK,
    PHONE,
    Seat,
    _sign_in,
    pytestmark,
)

__all__ = ["pytestmark"]

SMALL = {"width": 360, "height": 740}
_PICTURES = os.environ.get("PICTURES")  # a directory to look at what the tests saw


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM, args=_QUIET)
        yield opened
        await opened.close()


async def _look(seat: Seat, name: str) -> None:
    """No finding of axe, nothing wider than the window; a picture if one is wanted."""
    if _PICTURES:
        await seat.page.screenshot(path=Path(_PICTURES) / f"{name}.png")
    await seat.is_fine()


async def _tickets(hotline: Hotline) -> None:
    for chat, text in enumerate(("phản ánh công ty Hoàng Hà nợ lương ba tháng", "gặp luật sư"), 1):
        await hotline.says(chat, text)
    await hotline.says(3, "kiến nghị công đoàn hỗ trợ nhà trọ cho công nhân")


async def _lawyer(hotline: Hotline, browser: Browser, size: dict[str, int], dark: bool) -> Seat:
    seat = await Seat.open(browser, size, dark)
    await _sign_in(hotline, seat, Role.LAWYER)
    await expect(seat.page.get_by_role("heading", name="Cần trả lời")).to_be_visible()
    await seat.page.wait_for_load_state("load")  # keys are heard from then on
    return seat


@pytest.mark.parametrize(
    ("size", "dark"), [(DESK, False), (SMALL, True)], ids=["desk-light", "small-dark"]
)
@pytest.mark.thorough
async def test_search_filters_and_several_at_once_by_keyboard(
    hotline: Hotline, browser: Browser, size: dict[str, int], dark: bool
) -> None:
    await _tickets(hotline)
    seat = await _lawyer(hotline, browser, size, dark)
    keys, page = seat.page.keyboard, seat.page
    name = f"{size['width']}-{'dark' if dark else 'light'}"
    await _look(seat, f"inbox-{name}")
    await keys.press("/")
    await keys.type("no luong hoang")
    await keys.press("Enter")
    await expect(page.locator(".row")).to_have_count(1)
    await page.locator(".filters summary").focus()
    await keys.press("Enter")
    await _look(seat, f"found-{name}")
    await page.locator("#save-view").focus()
    await keys.press("Enter")
    await keys.type("Hoàng Hà")
    await _look(seat, f"save-{name}")
    await keys.press("Enter")
    await expect(page.get_by_role("link", name="Hoàng Hà", exact=True)).to_be_visible()
    await page.goto(hotline.office_base + "/?q=khong+ai+noi+the")
    await _look(seat, f"empty-{name}")
    await expect(page.get_by_text("Không có phiếu nào khớp")).to_be_visible()

    await page.goto(hotline.office_base + "/?view=new")
    for _ in range(2):
        await keys.press("j")
        await keys.press("x")
    await expect(page.get_by_text("Đã chọn 2 phiếu")).to_be_visible()
    await _look(seat, f"picked-{name}")
    await page.locator("#bulk-claim").focus()
    await keys.press("Enter")
    await expect(page.get_by_text("Đã nhận 2 phiếu.")).to_be_visible()
    await _look(seat, f"taken-{name}")
    await keys.press("?")
    await expect(page.get_by_role("heading", name="Phím tắt")).to_be_visible()
    await _look(seat, f"keys-{name}")


async def _open_first(page: Page) -> None:
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page.locator("#reply-text")).to_be_attached()
    await page.wait_for_load_state("load")


@pytest.mark.parametrize(
    ("size", "dark"), [(DESK, True), (SMALL, False)], ids=["desk-dark", "small-light"]
)
@pytest.mark.thorough
async def test_an_answer_is_written_and_taken_back_by_keyboard(
    hotline: Hotline, browser: Browser, size: dict[str, int], dark: bool
) -> None:
    await _tickets(hotline)
    seat = await _lawyer(hotline, browser, size, dark)
    keys, page = seat.page.keyboard, seat.page
    name = f"{size['width']}-{'dark' if dark else 'light'}"
    await _open_first(page)
    await keys.press("r")
    await keys.type("Chào anh/chị, phiếu {mã phiếu}. ??nghi viec bao truoc")
    box = page.locator("#reply-text")
    await expect(page.get_by_role("option").first).to_be_visible()
    await _look(seat, f"answers-{name}")
    await keys.press("ArrowDown")
    await keys.press("ArrowUp")
    await keys.press("Enter")
    await expect(page.locator("#answers")).to_be_hidden()
    written = await box.input_value()
    assert "Căn cứ: " in written
    assert "phiếu HP-" in written
    assert "??" not in written
    await box.evaluate("box => { box.value += ' thêm'.repeat(900); }")
    await keys.type(".")
    await expect(page.locator("#length")).to_contain_text("sẽ chia thành 2 tin")
    await _look(seat, f"long-{name}")
    await keys.press("Control+Enter")
    await expect(page.get_by_role("button", name="Rút lại")).to_be_visible()
    assert await box.input_value() == ""
    await keys.press("Escape")
    await _look(seat, f"undo-{name}")
    await keys.press("u")
    await expect(box).to_have_value((await box.input_value()) or written + " thêm" * 900 + ".")
    await expect(page.get_by_role("button", name="Rút lại")).to_be_hidden()
    hotline.clock.pass_(seconds=11)
    assert not [text for text in hotline.telegram.texts(1) if "Chào anh/chị, phiếu" in text]


@pytest.mark.thorough
async def test_an_article_opens_where_it_is_named(hotline: Hotline, browser: Browser) -> None:
    await _tickets(hotline)
    article = "45/2019/QH14", "97"
    seat = await _lawyer(hotline, browser, PHONE, dark=False)
    page = seat.page
    await page.goto(hotline.office_base + "/faq?q=cham+luong")
    await page.locator("details.entry summary").first.focus()
    await page.keyboard.press("Enter")
    cite = page.locator(f'.cite[data-law="{article[0]}"][data-article="{article[1]}"]').first
    await cite.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Chưa có văn bản trong hệ thống.")).to_be_visible()
    await _look(seat, "law-absent")
    await page.keyboard.press("Escape")
    async with hotline.house.database.writing() as session:
        today = law.today(hotline.clock())
        text = Article(*article, "Kỳ hạn trả lương", "1. Trả mỗi tháng.\n2. Trả đúng hạn.", today)
        diff = law.compare(await law.load(session), [text], today, whole=False)
        await law.record(session, diff, hotline.clock())
    await cite.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("2. Trả đúng hạn.")).to_be_visible()
    await _look(seat, "law")
