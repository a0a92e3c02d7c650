"""Takes the README's two pictures from the running program: `python docs/pictures.py`.

A throw-away hotline is filled with a morning's questions; a phone shows the chat, a desk the inbox.
"""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, async_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from bot.channels.base import Inbound  # noqa: E402
from hotline import app, setup  # noqa: E402
from hotline.house import House  # noqa: E402
from hotline.opening import utc_now  # noqa: E402
from hotline.settings import Settings  # noqa: E402

MORNING = (
    "công ty em nợ lương hai tháng nay, giám đốc khoá máy, xưởng còn hơn ba chục người",
    "em bị máy dập vào tay đang chảy máu nhiều lắm",
    "phản ánh xưởng may bắt tăng ca tới 22 giờ mà chấm công có 19 giờ",
    "kiến nghị công đoàn hỗ trợ nhà trọ cho công nhân khu Tràng Duệ",
    "60 giờ tăng ca một tháng có đúng không",
    "công ty bắt ký giấy cam kết không làm cho đối thủ 2 năm",
)


async def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        settings = Settings(data_dir=Path(directory), port=0, office_port=0)
        database = await setup.migrate(settings)
        await setup.load_seed(database)
        (email, _, password), *_ = await setup.demo_accounts(database)
        house = await House.open(settings, database)
        async with app.running(house) as (public, office), async_playwright() as playwright:
            await _fill(house)
            browser = await playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            await _chat(browser, f"http://127.0.0.1:{public}/")
            await _console(browser, f"http://127.0.0.1:{office}/", email, password)
            await browser.close()
        await house.close()


async def _fill(house: House) -> None:
    for number, text in enumerate(MORNING):
        for part, said in enumerate((text, "Không phải, gửi cho luật sư")):
            await house.reception.receive(
                Inbound("webchat", f"{number}.{part}", f"worker-{number}", utc_now(), text=said)
            )


async def _chat(browser: Browser, address: str) -> None:
    page = await browser.new_page(viewport={"width": 430, "height": 900}, device_scale_factor=2)
    await page.goto(address)
    await page.locator("#text").fill("nghi viec phai bao truoc may ngay")
    await page.get_by_role("button", name="Gửi", exact=True).click()
    await page.get_by_role("button", name="Đúng ý tôi").wait_for()
    await page.wait_for_timeout(800)
    await page.screenshot(path=ROOT / "docs" / "chat.png")


async def _console(browser: Browser, address: str, email: str, password: str) -> None:
    page = await browser.new_page(viewport={"width": 1280, "height": 800})
    await page.goto(address)
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Mật khẩu").fill(password)
    await page.get_by_role("button", name="Đăng nhập").click()
    await page.get_by_role("link").filter(has_text="nợ lương hai tháng").first.click()
    await page.wait_for_timeout(800)
    await page.screenshot(path=ROOT / "docs" / "console.png")


asyncio.run(main())
