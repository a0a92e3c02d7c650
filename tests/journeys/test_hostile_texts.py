"""Three hundred hostile texts enter by every door and every form; the pages only show them.

A real browser opens what the staff and the worker see: no script runs, nothing is fetched from
elsewhere, no markup comes of a text, and nothing leaves its place on a desk or on a telephone.
"""

import asyncio
import contextlib
import datetime as dt
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp
import pytest
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from playwright.async_api import Browser, Dialog, Error, Page, Request
from sqlalchemy import delete, select

from bot.channels.base import Media
from bot.channels.webchat import COOKIE
from bot.models import Contact, Conversation, FileState, Handoff, StoredFile
from escalation.models import DutyShift, Ticket
from hotline.rehearsal.chats import Chat, Thing
from hotline.rehearsal.people import Person, passer_by
from hotline.rehearsal.stage import Stage, standing
from hotline.rehearsal.walker import Call
from tests.admin_api.test_consultations import sheet
from tests.bot import samples
from tests.journeys import hostile_texts
from tests.journeys.test_browser import (  # noqa: F401 - the fixture
    CHROMIUM,
    DESK,
    PHONE,
    browser,
)
from tests.rehearsing import RunningClock, scratch

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium found: browser tests skipped"),
]

MONDAY_MORNING = dt.datetime(2026, 11, 23, 3, 0, tzinfo=dt.UTC)
_EACH = 4  # workers of one chat
_WORDS = 33  # more messages of the first of them


# -- in by every door ------------------------------------------------------------------------------


@dataclass
class Entering:
    """Hands the texts out, one by one, to whoever can say or type something."""

    stage: Stage
    texts: Iterator[str] = field(default_factory=lambda: iter(hostile_texts.texts()))
    people: dict[str, list[Person]] = field(default_factory=dict)
    token: str = ""

    def some(self, count: int) -> list[str]:
        return [next(self.texts) for _ in range(count)]

    async def workers(self) -> None:
        chats = [*self.stage.chats.values(), self.stage.webchat]
        self.people = {
            chat.name: [passer_by(100 * place + one) for one in range(_EACH)]
            for place, chat in enumerate(chats)
        }
        talks = [
            self._tells(chat, person, self.some(_WORDS + 3 if one == 0 else 3))
            for chat in chats
            for one, person in enumerate(self.people[chat.name])
        ]
        calls = [self._rings(900 + n, text) for n, text in enumerate(self.some(6))]
        await asyncio.gather(*talks, *calls)
        await self._shows(self.people["telegram"][0], self.some(20))

    async def _tells(self, chat: Chat, person: Person, texts: list[str]) -> None:
        """What happened, then the employer and how to be reached, then more of the story."""
        first, *more = texts if chat.name == "telegram" else map(_sendable, texts)
        for text in (f"phản ánh công ty tôi {first}", *more):
            await chat.says(person, text)

    async def _rings(self, number: int, text: str) -> None:
        call = Call(self.stage.line, passer_by(number).phone)
        await call.dial_in()
        await call.say(f"phản ánh {_sendable(text)}")
        await call.hang_up()
        await call.deliver()

    async def _shows(self, person: Person, names: list[str]) -> None:
        for text in names:
            name = f"{text[:100]} {text[:5]}.pdf"  # what is too long is cut, a path taken away
            await self.stage.chats["telegram"].sends(person, Thing(Media.FILE, samples.PDF, name))
        underway = (FileState.WAITING, FileState.FETCHING)
        on_its_way = select(StoredFile.id).where(StoredFile.state.in_(underway)).limit(1)
        async with asyncio.timeout(20):
            while True:
                await self.stage.house.collector.settle()
                async with self.stage.house.database.reading() as session:
                    if await session.scalar(on_its_way) is None:
                        return

    # -- the office ----------------------------------------------------------------------------

    async def codes(self) -> dict[str, list[str]]:
        """The tickets by channel, those of the first worker of a chat before the others."""
        async with self.stage.house.database.reading() as session:
            rows = await session.execute(
                select(Contact.channel, Contact.address, Ticket.code)
                .join(Conversation, Conversation.contact_id == Contact.id)
                .join(Handoff, Handoff.conversation_id == Conversation.id)
                .join(Ticket, Ticket.id == Handoff.ticket_id)
            )
            found: dict[str, list[str]] = {}
            for channel, address, code in rows:
                its = found.setdefault(channel, [])
                its.insert(0 if address == self._first_of(channel) else len(its), code)
            return found

    def _first_of(self, channel: str) -> str | None:
        person, webchat = self.people.get(channel, [None])[0], self.stage.webchat
        if person is None:
            return None
        return webchat.address(person) if channel == webchat.name else str(getattr(person, channel))

    def cookie(self) -> Any:
        """Of the first worker on the chat page."""
        value = self._first_of(self.stage.webchat.name) or ""
        return {"name": COOKIE, "value": value, "url": self.stage.public}

    def queries(self) -> list[str]:
        """Addresses by which somebody could be lured to a search for a text."""
        asked = [quote(_sendable(text)[:200]) for text in self.some(20)]
        return [f"{('/', '/faq')[number % 2]}?q={words}" for number, words in enumerate(asked)]

    async def asks(self, path: str, json: Any = None, data: Any = None) -> Any:
        self.token = self.token or await self.stage.lawyers_token()
        headers = {"Authorization": f"Bearer {self.token}", "Accept-Encoding": "identity"}
        async with self.stage.session.post(
            self.stage.office + path, json=json, data=data, headers=headers, allow_redirects=False
        ) as answer:
            assert answer.status < 400, (path, await answer.text())
            return await answer.json() if answer.content_type == "application/json" else None

    async def lawyer(self, codes: list[str]) -> list[str]:
        """Notes, answers, referrals and a draft; the pages that show them."""
        for code in codes:
            await self.asks(f"/api/tickets/{code}/claim")
            for note, reply in zip(self.some(4), self.some(4), strict=True):
                await self.asks(f"/api/tickets/{code}/notes", {"text": _sendable(note)})
                await self.asks(f"/api/tickets/{code}/replies", {"text": _sendable(reply)})
        for code in codes[:2]:
            name, note, told = self.some(3)
            refer = {"agency": "other", "name": name[:120], "text": note}
            sent = await self.asks(f"/api/tickets/{code}/referrals", refer)
            there = f"/api/tickets/{code}/referrals/{sent['referrals'][0]['id']}/answer"
            await self.asks(there, {"text": told})
        draft = await self.asks(f"/api/tickets/{codes[3]}/draft")
        fields = ("question", "label", "phrasings", "answer", "voice", "lawyer_only")
        typed = dict(zip(fields, map(_sendable, self.some(len(fields))), strict=True))
        await self.asks(f"/drafts/{draft['id']}", data={**typed, "version": "1"})
        await self._imports()
        shown = ("/?view=all", "/?view=mine", "/drafts?state=draft", "/consultations", "/reports")
        return [*(f"/tickets/{code}" for code in codes), f"/drafts/{draft['id']}", *shown]

    async def _imports(self) -> None:
        lines = [
            ["20/11/2026", "Trực tiếp", "Câu hỏi", "", text[:300], text, 25]
            for text in map(_in_a_cell, self.some(20))  # as many as the page lists
        ]
        form = aiohttp.FormData()
        form.add_field("file", sheet(*lines), filename="bang.xlsx")
        await self.asks("/consultations/import", data=form)


def _sendable(text: str) -> str:
    """As a form can carry it: no half pairs."""
    return text.encode("utf-8", "ignore").decode()


def _in_a_cell(text: str) -> str:
    """As a spreadsheet can hold it: one line, nothing unprintable."""
    return ILLEGAL_CHARACTERS_RE.sub("", " ".join(_sendable(text).split()))


# -- looked at -------------------------------------------------------------------------------------

_WATCH = """
window.seen = [];
Object.defineProperty(window, 'ran', {set(by) { window.seen.push('script ' + by); }});
document.addEventListener('securitypolicyviolation', (event) => {
  window.seen.push('policy ' + event.violatedDirective + ' ' + event.sourceFile);
});
"""
# What is there beside our own markup, and what is not in its place. Whatever has its own way with
# too long words (scrolls, cuts them off) is in its place.
_LOOK = """
() => {
  const found = [...window.seen], width = document.documentElement.clientWidth;
  for (const one of document.querySelectorAll('main details')) one.open = true;
  const foreign = 'script:not([src^="/static/"]), style, base, object, embed, iframe, math,'
    + ' meta[http-equiv], [srcdoc], link[href*="evil"], [src*="evil"], [action*="evil"],'
    + ' [href^="javascript:" i], [href^="data:" i]';
  for (const one of document.querySelectorAll(foreign)) found.push('markup ' + one.outerHTML);
  for (const one of document.querySelectorAll('.files :is(p, a, .gone) > span')) {
    if (/zz[0-9]{3}/.test(one.textContent) && !one.querySelector('bdi')) found.push('not apart');
  }
  if (document.documentElement.scrollWidth > width) found.push('page too wide');
  for (const one of document.querySelectorAll('body, body *')) {
    for (const {name} of one.attributes) if (/^on/i.test(name)) found.push('handler ' + name);
    if (one.closest('.unseen, svg, select, dialog:not([open])')) continue;
    const style = getComputedStyle(one);
    if (style.overflowX !== 'visible' || !one.clientWidth) continue;
    if (one.scrollWidth > one.clientWidth + 1) {
      found.push(`escapes ${one.tagName}.${one.className} #${one.id} ` +
        `${one.scrollWidth} > ${one.clientWidth}: ${one.textContent.trim().slice(0, 60)}`);
    }
  }
  return found;
}
"""


@dataclass
class Looking:
    """One person's window; what should not have happened is gathered, page by page."""

    page: Page
    width: int
    marks: set[str]  # of texts that a page has shown
    wrong: list[str] = field(default_factory=list)

    @classmethod
    async def begin(
        cls,
        browser: Browser,  # noqa: F811
        size: dict[str, int],
        marks: set[str],
    ) -> "Looking":
        context = await browser.new_context(viewport=size, locale="vi-VN", reduced_motion="reduce")
        await context.add_init_script(_WATCH)
        await context.route(_FOREIGN, lambda route: route.abort())
        looking = cls(await context.new_page(), size["width"], marks)
        looking.page.on("request", looking._requested)
        looking.page.on("dialog", looking._asked)
        looking.page.on("pageerror", lambda error: looking.wrong.append(f"error {error}"))
        return looking

    def _requested(self, request: Request) -> None:
        if _FOREIGN.match(request.url):
            self.wrong.append(f"request {request.url}")

    async def _asked(self, dialog: Dialog) -> None:
        self.wrong.append(f"dialog {dialog.message}")
        await dialog.dismiss()

    async def opens(self, address: str) -> None:
        await self.page.goto(address, wait_until="load")
        await self.looks()

    async def looks(self) -> None:
        here = f"{self.width} {urlsplit(self.page.url).path}"
        self.wrong += [f"{here}: {one}" for one in await self.page.evaluate(_LOOK)]
        self.marks |= set(re.findall("zz[0-9]{3}", await self.page.content()))


_FOREIGN = re.compile(r"^(?!http://127[.]0[.]0[.]1[:/]|data:image/|about:)")


async def _signs_in(looking: Looking, stage: Stage, tries: list[str]) -> None:
    """First with what is no account, which the page says back."""
    await looking.page.goto(stage.office)
    email, _, password = next(one for one in stage.staff if one[0].startswith("luatsu"))
    for name in tries:
        await looking.page.get_by_label("E-mail").evaluate(_FREE_TEXT, name)
        await looking.page.get_by_label("Mật khẩu").fill("x")
        await looking.page.get_by_role("button", name="Đăng nhập").click()
        await looking.looks()
    await looking.page.get_by_label("E-mail").fill(email)
    await looking.page.get_by_label("Mật khẩu").fill(password)
    await looking.page.get_by_role("button", name="Đăng nhập").click()


_FREE_TEXT = "(field, words) => { field.type = 'text'; field.value = words; }"


@pytest.fixture
async def stage(tmp_path: Path, shared_dir: Path) -> AsyncIterator[Stage]:
    clock = RunningClock(MONDAY_MORNING)
    async with standing(scratch(tmp_path, shared_dir), clock) as up:
        async with up.house.database.writing() as session:
            await session.execute(delete(DutyShift))  # nobody picks up: calls become tickets
        yield up


@pytest.mark.thorough
async def test_three_hundred_hostile_texts_are_only_texts(
    stage: Stage,
    browser: Browser,  # noqa: F811
) -> None:
    entering, marks, wrong = Entering(stage), set[str](), []
    await entering.workers()
    codes = await entering.codes()
    shown = await entering.lawyer([codes[channel][0] for channel in entering.people])
    rest = [f"/tickets/{code}" for its in codes.values() for code in its]
    rest = [*entering.queries(), *(path for path in rest if path not in shown)]
    no_accounts = list(entering.texts)
    for size, paths in ((DESK, rest[::2]), (PHONE, rest[1::2])):
        lawyer = await Looking.begin(browser, size, marks)
        await _signs_in(lawyer, stage, no_accounts if size is PHONE else [])
        for path in (*shown, *paths):
            await lawyer.opens(stage.office + path)
        worker = await Looking.begin(browser, size, marks)
        await worker.page.context.add_cookies([entering.cookie()])
        await worker.opens(stage.public)
        wrong += lawyer.wrong + worker.wrong
    assert wrong == []
    assert sorted(set(_MARKS) - marks) == []
    await _would_notice(worker)


_MARKS = [text[:5] for text in hostile_texts.texts()]


def test_there_are_three_hundred_of_them() -> None:
    assert len(set(hostile_texts.texts())) == len(set(_MARKS)) == hostile_texts.COUNT == 300


async def _would_notice(looking: Looking) -> None:
    """That a page that is broken on purpose is found out, or the looking was for nothing."""
    await looking.page.evaluate(_MISHAP)
    await looking.looks()
    with contextlib.suppress(Error):
        await looking.page.goto("https://evil.test/")
    told = " ".join(looking.wrong)
    for sign in ("script 1", "policy img-src", "markup", "handler", "page too wide", "escapes"):
        assert sign in told, sign
    assert "request https://evil.test/" in looking.wrong


_MISHAP = """
async () => {
  const main = document.querySelector('main');
  main.insertAdjacentHTML('beforeend', '<p onclick="x">' + 'W'.repeat(2000) + '</p>');
  main.lastChild.style.overflowWrap = 'normal';
  main.insertAdjacentHTML('beforeend', '<img src="//evil.test/x">');
  window.ran = 1;
  await new Promise((done) => setTimeout(done, 100));
}
"""
