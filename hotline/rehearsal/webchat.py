"""Workers on the chat page, as a browser without scripts: forms in, the page's messages out."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from html import unescape

import aiohttp

from bot.channels.webchat import COOKIE, NAME
from hotline.rehearsal.chats import Heard, Thing, offered
from hotline.rehearsal.people import Person

_ARTICLE = re.compile(r'<article class="message (\w+).*?</article>', re.DOTALL)
_BUBBLE = re.compile(r'<div class="bubble">(.*?)<p class="clock">', re.DOTALL)
_BUTTON = re.compile(r'<button name="choice" value="([^"]+)">(.*?)</button>')
_TAG = re.compile(r"<[^>]+>")


class WebChat:
    name = NAME

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self._session, self._base = session, base
        self._visit = secrets.token_hex(4)  # each rehearsal has its own browsers

    def address(self, person: Person) -> str:
        return hashlib.sha256(f"{self._visit} {person.id}".encode()).hexdigest()[:32]

    async def says(self, person: Person, text: str) -> None:
        await self._post(person, text=text)

    async def taps(self, person: Person, label: str) -> None:
        await self.tap(person, offered(await self.heard(person), label))

    async def tap(self, person: Person, payload: str) -> None:
        await self._post(person, choice=payload)

    async def sends(self, person: Person, thing: Thing) -> None:
        """The page takes no files."""

    async def heard(self, person: Person) -> Sequence[Heard]:
        address = f"{self._base}/chat/messages"
        async with self._session.get(address, headers=self._cookie(person)) as answer:
            page = await answer.text()
        said = (found for found in _ARTICLE.finditer(page) if found[1] != "worker")
        return [_heard(found[0]) for found in said]

    async def _post(self, person: Person, **form: str) -> None:
        form["token"] = secrets.token_hex(16)
        headers = {**self._cookie(person), "X-Requested-With": "fetch"}
        async with self._session.post(
            f"{self._base}/chat", data=form, headers=headers, allow_redirects=False
        ) as answer:
            answer.raise_for_status()

    def _cookie(self, person: Person) -> dict[str, str]:
        return {"Cookie": f"{COOKIE}={self.address(person)}"}


def _heard(article: str) -> Heard:
    bubble = _BUBBLE.search(article)
    words = unescape(_TAG.sub("", bubble[1])) if bubble else ""
    buttons = tuple((unescape(label), payload) for payload, label in _BUTTON.findall(article))
    return Heard(" ".join(words.split()), buttons)
