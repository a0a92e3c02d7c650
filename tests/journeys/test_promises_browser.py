"""A manager changes a promise and enters a leave in a real browser, without a mouse."""

import datetime as dt

import pytest
from playwright.async_api import Browser, Locator, expect

from admin_api import accounts
from escalation import absence, assignment
from escalation.models import Staff
from escalation.vocabulary import Role
from tests.journeys.conftest import Hotline
from tests.journeys.test_browser import DESK, PHONE, Seat, _sign_in, pytestmark
from tests.journeys.test_console_browser import _look, browser

__all__ = ["browser", "pytestmark"]

SEATS = pytest.mark.parametrize(
    ("size", "dark"), [(DESK, False), (PHONE, True)], ids=["desk-light", "phone-dark"]
)


async def _types(seat: Seat, field: Locator, text: str) -> None:
    await field.focus()
    await seat.page.keyboard.press("Control+A")
    await seat.page.keyboard.type(text)


@SEATS
@pytest.mark.thorough
async def test_a_promise_is_looked_at_and_then_changed(
    hotline: Hotline, browser: Browser, size: dict[str, int], dark: bool
) -> None:
    seat = await Seat.open(browser, size, dark)
    await _sign_in(hotline, seat, Role.MANAGER)
    page, keys = seat.page, seat.page.keyboard
    name = f"{size['width']}-{'dark' if dark else 'light'}"
    await page.goto(hotline.office_base + "/promises")
    await _look(seat, f"promises-{name}")
    await page.get_by_role("link", name="Đổi Phiếu thường").focus()
    await keys.press("Enter")
    await expect(page.get_by_label("Trả lời đầu trong")).to_have_value("4 giờ")
    await page.wait_for_load_state("load")  # keys are heard from then on
    await _types(seat, page.get_by_label("Trả lời đầu trong"), "hai giờ")
    await keys.press("Enter")
    await expect(page.locator("#problem")).to_contain_text("Ghi như 4 giờ")
    seat.errors.clear()  # Chromium calls a refusal an error
    await _look(seat, f"promises-refused-{name}")
    await _types(seat, page.get_by_label("Trả lời đầu trong"), "2 giờ")
    await keys.press("Enter")
    await expect(page.locator("#look")).to_contain_text("trả lời đầu 4 giờ → 2 giờ")
    await _look(seat, f"promises-look-{name}")
    await expect(page.get_by_label("Vì sao đổi")).to_be_focused()
    await keys.type("thêm một luật sư")
    await keys.press("Enter")
    await expect(page.locator("#versions")).to_contain_text("Manager: thêm một luật sư")
    await _look(seat, f"promises-changed-{name}")


@SEATS
@pytest.mark.thorough
async def test_leave_is_entered_and_the_tickets_are_returned(
    hotline: Hotline, browser: Browser, size: dict[str, int], dark: bool
) -> None:
    await hotline.says(1, "phản ánh công ty nợ lương ba tháng")
    async with hotline.house.database.writing() as session:
        now = hotline.clock()
        lawyer, _ = await accounts.add_staff(session, "hoa@x.vn", "Luật sư Hoa", Role.LAWYER, now)
        assert await assignment.next_for(session, lawyer, now) is not None
    seat = await Seat.open(browser, size, dark)
    await _sign_in(hotline, seat, Role.MANAGER)
    page, keys = seat.page, seat.page.keyboard
    name = f"{size['width']}-{'dark' if dark else 'light'}"
    await page.goto(hotline.office_base + "/duty")
    await page.get_by_label("Người nghỉ").focus()
    await keys.type("Luật sư Hoa")
    today = absence.day_of(now)
    for label, day in (("Ngày đầu", today), ("Ngày cuối", today + dt.timedelta(days=3))):
        await page.get_by_label(label).fill(day.isoformat())
    await page.get_by_role("button", name="Ghi nghỉ").focus()
    await keys.press("Enter")
    await expect(page.get_by_text("còn giữ 1 phiếu")).to_be_visible()
    await _look(seat, f"leave-{name}")
    await page.get_by_role("button", name="Trả hết về chỗ chờ nhận").focus()
    await keys.press("Enter")
    await expect(page.get_by_text("còn giữ 1 phiếu")).to_have_count(0)
    async with hotline.house.database.reading() as session:
        staff = await session.get_one(Staff, lawyer.id)
        assert await assignment.load(session, staff) == 0


@SEATS
@pytest.mark.thorough
async def test_the_account_of_a_lawyer(
    hotline: Hotline, browser: Browser, size: dict[str, int], dark: bool
) -> None:
    async with hotline.house.database.writing() as session:
        made = await accounts.add_staff(
            session, "hoa@x.vn", "Luật sư Hoa", Role.LAWYER, hotline.clock()
        )
    seat = await Seat.open(browser, size, dark)
    await _sign_in(hotline, seat, Role.ADMIN)
    page, keys = seat.page, seat.page.keyboard
    name = f"{size['width']}-{'dark' if dark else 'light'}"
    await page.goto(f"{hotline.office_base}/staff/{made[0].id}")
    await page.get_by_label("tiếng Hàn").focus()
    await keys.press("Space")
    await page.get_by_label("được báo với tư cách").focus()
    await keys.type("trưởng")
    await _look(seat, f"account-{name}")
    await page.get_by_role("button", name="Lưu").focus()
    await keys.press("Enter")
    await expect(page.get_by_role("row", name="Luật sư Hoa")).to_contain_text("tiếng Hàn")
    await expect(page.get_by_role("row", name="Luật sư Hoa")).to_contain_text("trưởng trung tâm")
    await _look(seat, f"accounts-{name}")
