"""A desk that is worked at without a mouse: only keys are pressed, and the page tells of any other."""

import os
from itertools import count
from pathlib import Path

from playwright.async_api import Browser, Locator, expect

from tests.journeys.test_browser import Seat

_PICTURES = os.environ.get("HOTLINE_PICTURES")  # a directory to look at the day afterwards
_FARTHEST = 150  # presses of Tab to whatever is wanted
_numbers = count(1)
_LISTEN = """
for (const kind of ["mousedown", "pointerdown", "touchstart"])
  addEventListener(kind, () => touched(kind), true);
"""
_FOCUSED = "one => one === document.activeElement"
_CHOSEN = "one => one.selectedOptions[0].textContent"


class Desk:
    """One person's browser; `touched` is every press of a mouse or a finger that reached it."""

    def __init__(self, seat: Seat, name: str, email: str, password: str, office: str) -> None:
        self.seat, self.page, self.name = seat, seat.page, name
        self._email, self._password, self._office = email, password, office
        self.touched: list[str] = []
        self.steps = 0  # the longest way to anything

    @classmethod
    async def open(
        cls, browser: Browser, size: dict[str, int], dark: bool, who: tuple[str, str, str, str]
    ) -> "Desk":
        desk = cls(await Seat.open(browser, size, dark), *who)
        desk.page.set_default_timeout(60_000)
        await desk.page.expose_function("touched", desk._was_touched)
        await desk.page.add_init_script(_LISTEN)
        return desk

    def _was_touched(self, how: str) -> None:
        self.touched.append(how)

    async def sign_in(self) -> None:
        await self.page.goto(self._office + "/login")
        await self.types(self.page.get_by_label("E-mail"), self._email)
        await self.types(self.page.get_by_label("Mật khẩu"), self._password)
        await self.goes("Enter")

    async def look(self, name: str) -> None:
        """No finding of axe, nothing wider than the window, no error; a picture if one is wanted."""
        if _PICTURES:
            size = self.page.viewport_size or {"width": 0}
            file = f"{next(_numbers):02}-{self.name.split()[-1]}-{size['width']}-{name}.png"
            await self.page.evaluate("scrollTo(0, 0)")
            await self.page.screenshot(path=Path(_PICTURES) / file, full_page=True)
        await self.seat.is_fine()

    # -- keys --------------------------------------------------------------------------------------

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)

    async def goes(self, key: str) -> None:
        """A key that opens another page."""
        async with self.page.expect_navigation():
            await self.press(key)

    async def walk(self, to: Locator, key: str = "Tab") -> None:
        """From wherever the focus is; what no Tab reaches is not there for the keyboard."""
        for steps in range(_FARTHEST):
            if await to.evaluate(_FOCUSED):
                self.steps = max(self.steps, steps)
                return
            await self.press(key)
        here = await self.page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        raise AssertionError(f"no {key} reaches {to}; the last was {here}")

    async def enter(self, to: Locator) -> None:
        await self.walk(to)
        await self.goes("Enter")

    async def types(self, into: Locator, words: str) -> None:
        await self.walk(into)
        await self.press("Control+A")
        await self.page.keyboard.type(words)

    async def chooses(self, of: Locator, label: str) -> None:
        await self.walk(of)
        for _ in range(40):
            if label in str(await of.evaluate(_CHOSEN)):
                return
            await self.press("ArrowDown")
        raise AssertionError(f"no {label!r} among the choices")

    # -- pages -------------------------------------------------------------------------------------

    async def turns_to(self, name: str) -> None:
        """A page of the menu; on a phone the menu has to be opened."""
        menu = self.page.locator("button.pages")
        if await menu.is_visible():
            await self.walk(menu)
            await self.press("Enter")
        await self.enter(self.page.locator("#pages").get_by_role("link", name=name, exact=True))

    async def home(self) -> None:
        """Out of whatever box he writes in, to the inbox."""
        await self.press("Escape")
        await self.goes("h")

    async def finds(self, words: str) -> None:
        await self.home()
        await self.press("/")
        await self.page.keyboard.type(words)
        await self.goes("Enter")

    async def opens(self, code: str) -> None:
        await self.finds(code)
        await self.press("j")
        await self.goes("Enter")
        await expect(self.page.get_by_role("heading", name=code, exact=True)).to_be_visible()

    async def view(self, name: str) -> None:
        await self.home()
        await self.enter(self.page.locator(f"#view-{name}"))

    async def more(self, task: str) -> None:
        """One of the rarer things to do with a ticket."""
        await self.walk(self.page.locator("#more-open"))
        await self.press("Enter")
        await self.walk(self.page.locator("#more summary", has_text=task))
        await self.press("Enter")

    async def acts(self, verb: str) -> None:
        """One of the buttons above a ticket; on a phone they are beside what is known of it."""
        button = self.page.locator(f"form.{verb} button")
        if not await button.is_visible():
            await self.enter(self.page.locator('.panes a[href="#facts"]'))
        await self.enter(button)

    # -- writing -----------------------------------------------------------------------------------

    async def writes(self, words: str) -> None:
        await self.press("r")
        await self.page.keyboard.type(words)

    async def sends(self, then: str) -> None:
        """`then` is "", "hold" or "resolve"; the box is empty once it was taken."""
        button = self.page.locator(f'form.reply button[name=then][value="{then}"]')
        await self.walk(button)
        await self.press("Enter")
        await expect(self.page.locator("#reply-text")).to_have_value("")

    async def would_notice(self) -> bool:
        """That a mouse would be noticed, so that its silence means something."""
        await self.page.mouse.click(1, 1)
        await self.page.wait_for_timeout(200)
        return bool(self.touched)
