"""The console's pages on a telephone's screen: whoever is signed in finds each, without a mouse."""

import re

import pytest
from playwright.async_api import Browser, expect

from escalation.vocabulary import Role
from hotline.settings import Settings
from tests.fake_zalo_oa import APP_ID, APP_SECRET, OA_SECRET
from tests.journeys.conftest import Hotline
from tests.journeys.test_browser import (  # noqa: F401 - the fixture
    DESK,
    PHONE,
    Seat,
    _sign_in,
    browser,
    pytestmark,
)

LAST = {
    Role.LAWYER: "Lịch trực",
    Role.MANAGER: "Lịch trực",
    Role.EDITOR: "Lịch trực",
    Role.ADMIN: "Zalo",
}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """With a Zalo account, so that its page is in the menu, too."""
    keys = {
        "zalo_oa_app_id": APP_ID,
        "zalo_oa_secret": OA_SECRET,
        "zalo_oa_app_secret": APP_SECRET,
    }
    nowhere = dict.fromkeys(("zalo_oa_api_base", "zalo_oa_oauth_base"), "http://127.0.0.1:9")
    return settings.model_copy(update=keys | nowhere)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.thorough
async def test_the_menu_opens_to_every_page(
    hotline: Hotline,
    browser: Browser,  # noqa: F811
    role: Role,
) -> None:
    seat = await Seat.open(browser, PHONE)
    await _sign_in(hotline, seat, role)
    menu = seat.page.get_by_role("navigation", name="Các trang")
    opener = seat.page.get_by_role("button", name=re.compile("các trang", re.IGNORECASE))
    await expect(opener).to_be_visible()
    await expect(menu).to_be_hidden()
    await opener.focus()
    await seat.page.keyboard.press("Enter")
    last = menu.get_by_role("link", name=LAST[role])
    await expect(last).to_be_in_viewport(ratio=1)
    await seat.is_fine()
    await seat.page.keyboard.press("Escape")
    await expect(menu).to_be_hidden()
    await seat.page.keyboard.press("Enter")
    await last.focus()
    await seat.page.keyboard.press("Enter")
    await expect(opener).to_contain_text(LAST[role])


@pytest.mark.thorough
async def test_on_a_wide_window_all_stand_in_a_row(
    hotline: Hotline,
    browser: Browser,  # noqa: F811
) -> None:
    seat = await Seat.open(browser, DESK)
    await _sign_in(hotline, seat, Role.ADMIN)
    menu = seat.page.get_by_role("navigation", name="Các trang")
    await expect(menu.get_by_role("link", name=LAST[Role.ADMIN])).to_be_in_viewport(ratio=1)
    await expect(seat.page.locator(".pages")).to_be_hidden()
    await seat.is_fine()
