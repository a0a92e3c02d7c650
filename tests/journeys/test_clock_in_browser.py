"""A ticket's clock in a real browser: the line, the words, the law's last days."""

import datetime as dt
import os

import pytest
from playwright.async_api import Browser, expect

from escalation import lookup, tickets
from escalation.calendar import LOCAL
from escalation.vocabulary import Role
from tests.journeys.conftest import Hotline
from tests.journeys.test_browser import DESK, PHONE, Seat, _sign_in, browser, pytestmark

__all__ = ["browser", "pytestmark"]


async def _held_ticket(hotline: Hotline) -> str:
    """Asked on Monday at 08:00, answered, then waiting for the worker; now it is Wednesday."""
    hotline.clock.now = dt.datetime(2026, 11, 23, 8, 0, tzinfo=LOCAL)
    await hotline.says(1, "phản ánh công ty nợ lương từ tháng 6/2026")
    lawyer = await hotline.staff(Role.LAWYER, "khac@hotline.test")
    status, listed = await lawyer.get("/api/tickets")
    assert status == 200
    code = str(listed["tickets"][0]["code"])
    hotline.clock.now = dt.datetime(2026, 11, 23, 10, 0, tzinfo=LOCAL)
    await lawyer.post(f"/api/tickets/{code}/replies", json={"text": "Chị gửi giúp bảng lương"})
    await lawyer.post(f"/api/tickets/{code}/hold")
    hotline.clock.now = dt.datetime(2026, 11, 25, 9, 0, tzinfo=LOCAL)
    async with hotline.house.database.writing() as session:
        ticket = await lookup.find(session, code)
        assert ticket is not None
        tickets.wrote(session, ticket, "Đây ạ", hotline.clock(), hotline.clock())
    hotline.clock.now = dt.datetime(2026, 11, 25, 10, 30, tzinfo=LOCAL)
    return code


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.thorough
async def test_the_clock_is_a_line_with_words(
    hotline: Hotline, browser: Browser, size: dict[str, int], dark: bool
) -> None:
    code = await _held_ticket(hotline)
    seat = await Seat.open(browser, size, dark)
    await _sign_in(hotline, seat, Role.LAWYER)
    await seat.page.goto(f"{hotline.office_base}/tickets/{code}#clock")
    clock = seat.page.locator("#clock")
    await expect(
        clock.get_by_text("Đã tính 3 giờ 30 phút, chờ người lao động 47 giờ")
    ).to_be_visible()
    await clock.get_by_text("Tính giờ thế nào").click()
    await expect(clock.get_by_text("sắp tới: nghỉ trưa")).to_be_visible()
    limits = seat.page.locator(".limits")
    await expect(limits.get_by_text("01/12/2026, còn 6 ngày")).to_be_visible()
    await seat.is_fine()
    if folder := os.environ.get("LOOK"):
        await clock.scroll_into_view_if_needed()
        name = f"{folder}/{'dark' if dark else 'light'}-{size['width']}.png"
        await seat.page.screenshot(path=name)
    await seat.page.get_by_label("Ngày xảy ra").fill("2026-09-15")
    await limits.get_by_role("button", name="Ghi").click()
    await expect(limits.get_by_text("15/03/2027, còn 110 ngày")).to_be_visible()
    await seat.is_fine()
