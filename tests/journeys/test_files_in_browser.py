"""What workers sent, on the ticket's page in a real browser: seen, played, refused, shut."""

import pytest
from playwright.async_api import Browser, expect

from bot import phrases
from escalation.vocabulary import Role
from tests.bot import samples
from tests.journeys.conftest import Hotline
from tests.journeys.test_attachments import LAN, sends, settled
from tests.journeys.test_browser import (  # noqa: F401 - the fixture
    CHROMIUM,
    DESK,
    PHONE,
    Seat,
    _sign_in,
    browser,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium found: browser tests skipped"),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]


async def _tell(hotline: Hotline) -> None:
    """A case with files of every kind, some of them not taken."""
    await sends(hotline, samples.payslip(), "photo", "Công ty trừ lương em thế này có đúng không?")
    await sends(hotline, samples.jpeg(6, (900, 1600)), "photo")
    await sends(hotline, samples.wav(b"\0\x10" * 16000), "voice", duration=2)
    await sends(hotline, samples.PDF, "document", file_name="Hợp đồng lao động 2026.pdf")
    await sends(hotline, samples.AMR, "document", file_name="ghi-am.amr")
    await sends(hotline, samples.HTML, "document", file_name="luong.html")
    await sends(hotline, samples.boxes(b"mp42", [b"vide"]), "video", duration=8, width=9, height=6)
    await settled(hotline, 7)
    await hotline.taps(LAN, phrases.SHOW_LAWYER)
    await sends(hotline, samples.PDF, "document", file_name="Bảng lương tháng 10.pdf")
    await settled(hotline, 8)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.thorough
async def test_the_lawyer_sees_hears_and_opens_what_was_sent(
    hotline: Hotline,
    browser: Browser,  # noqa: F811
    size: dict[str, int],
    dark: bool,
) -> None:
    await _tell(hotline)
    lawyer = await Seat.open(browser, size, dark)
    page = lawyer.page
    await _sign_in(hotline, lawyer, Role.LAWYER)
    await page.locator(".row .subject").first.click()
    await expect(page.get_by_text("Nhận phiếu để xem tệp").first).to_be_visible()
    await lawyer.is_fine()
    await page.get_by_role("button", name="Nhận phiếu").click()
    picture = page.locator(".files .picture img").first
    await picture.scroll_into_view_if_needed()
    await expect(picture).to_be_visible()
    await expect(picture).to_have_js_property("naturalWidth", 640)
    await expect(page.get_by_text("luong.html bị từ chối: loại tệp không nhận")).to_be_attached()
    await lawyer.is_fine()

    sound = page.locator(".files audio").first
    await sound.scroll_into_view_if_needed()
    assert await sound.evaluate("(one) => one.play().then(() => one.duration)") == pytest.approx(2)
    await sound.evaluate("(one) => one.pause()")
    if size is PHONE:
        await page.get_by_role("link", name="Hồ sơ và gợi ý").click()
    await page.get_by_text("Diễn biến").click()
    await expect(page.get_by_text("Lawyer đã nghe ghi âm").first).to_be_visible()
    if size is PHONE:
        await page.get_by_role("link", name="Trao đổi").click()
    await picture.click()
    large = page.locator("main > img")
    await expect(large).to_be_visible()
    await expect(large).to_have_js_property("naturalWidth", 1200)
    await lawyer.is_fine()
