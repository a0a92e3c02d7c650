"""Beside a ticket in a real browser: likely articles and similar solved tickets, by keyboard."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Route, async_playwright, expect

from escalation import tickets
from escalation.models import Staff, Ticket
from escalation.sla import SHIPPED
from escalation.tickets import Opening
from escalation.vocabulary import Kind, Priority, Role
from knowledge_base import entries, law
from knowledge_base.articles import Article
from tests.journeys.conftest import Hotline
from tests.journeys.test_browser import _QUIET, CHROMIUM, DESK, Seat, _sign_in, pytestmark

__all__ = ["pytestmark"]

SMALL = {"width": 390, "height": 844}
_PICTURES = os.environ.get("PICTURES")  # a directory to look at what the tests saw
_ASKED = "công ty nợ lương ba tháng thì đòi ở đâu"
_ANSWER = "Anh/chị gửi đơn tới công đoàn, kèm bảng lương (Điều 97 BLLĐ).\nGọi Lan 0912 345 678."


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM, args=_QUIET)
        yield opened
        await opened.close()


async def _look(seat: Seat, name: str) -> None:
    if _PICTURES:
        await seat.page.screenshot(path=Path(_PICTURES) / f"{name}.png")
    await seat.is_fine()


async def _opens(hotline: Hotline, subject: str, answer: str = "") -> str:
    async with hotline.house.database.writing() as session:
        now = hotline.clock()
        opening = Opening(Kind.QUESTION, Priority.NORMAL, "telegram", subject, now, topic="luong")
        ticket: Ticket = await tickets.open_ticket(session, opening, SHIPPED, now)
        if answer:
            lawyer = Staff(email="b@hotline.test", name="Bình", role=Role.LAWYER, created_at=now)
            session.add(lawyer)
            await session.flush()
            event = await tickets.reply(session, ticket, lawyer, answer, now)
            event.announced_at = now
            await session.flush()
            tickets.resolve(session, ticket, lawyer, now)
        return ticket.code


async def _learns(hotline: Hotline) -> None:
    async with hotline.house.database.writing() as session:
        today = law.today(hotline.clock())
        texts = [
            Article("45/2019/QH14", "97", "Kỳ hạn trả lương", "Trả lương đúng hạn.", today),
            Article("45/2019/QH14", "94", "Nguyên tắc trả lương", "Trả đủ, trực tiếp.", today),
        ]
        diff = law.compare(await law.load(session), texts, today, whole=False)
        await law.record(session, diff, hotline.clock())
        seed = hotline.house.base.entries.values()
        await entries.publish(session, list(seed), "seed", hotline.clock())
    await hotline.house.refresh()


async def _pane(page: Page, size: dict[str, int]) -> None:
    if size is SMALL:
        await page.get_by_role("link", name="Hồ sơ và gợi ý").click()


@pytest.mark.parametrize(
    ("size", "dark"),
    [(DESK, False), (DESK, True), (SMALL, False), (SMALL, True)],
    ids=["desk-light", "desk-dark", "small-light", "small-dark"],
)
@pytest.mark.thorough
async def test_they_are_found_opened_and_inserted_by_keyboard(
    hotline: Hotline, browser: Browser, size: dict[str, int], dark: bool
) -> None:
    await _learns(hotline)
    solved = await _opens(hotline, "cty no luong 2 thang roi doi o dau", _ANSWER)
    mine = await _opens(hotline, _ASKED)
    name = f"{size['width']}-{'dark' if dark else 'light'}"
    seat = await Seat.open(browser, size, dark)
    await _sign_in(hotline, seat, Role.LAWYER)
    page, keys = seat.page, seat.page.keyboard
    await expect(page.get_by_role("heading", name="Cần trả lời")).to_be_visible()
    await page.goto(f"{hotline.office_base}/tickets/{mine}")
    await _pane(page, size)
    cite = page.locator('#likely .cite[data-article="97"]')
    await expect(cite).to_be_visible()
    await cite.scroll_into_view_if_needed()
    await _look(seat, f"likely-{name}")
    await cite.focus()
    await keys.press("Enter")
    await expect(page.get_by_text("Trả lương đúng hạn.", exact=True)).to_be_visible()
    await keys.press("Escape")

    similar = page.locator("#similar summary")
    await similar.focus()
    await keys.press("Enter")
    await expect(page.locator("#similar").get_by_role("link", name=solved)).to_be_visible()
    await expect(page.locator("#similar")).not_to_contain_text("0912")
    await _look(seat, f"similar-{name}")
    await page.locator("#similar button", has_text="Chèn vào trả lời").focus()
    await keys.press("Enter")
    written = await page.locator("#reply-text").input_value()
    assert written.startswith("Anh/chị gửi đơn tới công đoàn")
    assert "[số điện thoại]" in written


@pytest.mark.thorough
async def test_a_change_of_the_ticket_leaves_them_standing(
    hotline: Hotline, browser: Browser
) -> None:
    mine = await _opens(hotline, _ASKED)
    seat = await Seat.open(browser, DESK)
    await _sign_in(hotline, seat, Role.LAWYER)
    await expect(seat.page.get_by_role("heading", name="Cần trả lời")).to_be_visible()
    await seat.page.goto(f"{hotline.office_base}/tickets/{mine}")
    await expect(seat.page.locator("#likely .cite").first).to_be_visible()
    await expect(seat.page.locator("#similar")).to_contain_text("Chưa có phiếu nào")
    await seat.page.get_by_role("button", name="Nhận phiếu").first.click()
    await expect(seat.page.locator("#facts .history")).to_contain_text("Diễn biến")
    await expect(seat.page.locator("#likely .cite").first).to_be_visible()
    await _look(seat, "nearby-empty")


@pytest.mark.thorough
async def test_what_fails_can_be_tried_again(hotline: Hotline, browser: Browser) -> None:
    mine = await _opens(hotline, _ASKED)
    seat = await Seat.open(browser, DESK)
    await _sign_in(hotline, seat, Role.LAWYER)
    await expect(seat.page.get_by_role("heading", name="Cần trả lời")).to_be_visible()

    async def refuse(route: Route) -> None:
        await route.fulfill(status=200, body="<p>nothing of the kind</p>")

    await seat.page.route("**/tickets/*/articles", refuse)
    await seat.page.goto(f"{hotline.office_base}/tickets/{mine}")
    again = seat.page.locator("#likely").get_by_role("button", name="Thử lại")
    await expect(again).to_be_visible()
    await again.scroll_into_view_if_needed()
    await _look(seat, "nearby-failed")
    await seat.page.unroute("**/tickets/*/articles")
    await again.focus()
    await seat.page.keyboard.press("Enter")
    await expect(seat.page.locator("#likely .cite").first).to_be_visible()
    await _look(seat, "nearby-again")
