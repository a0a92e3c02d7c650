"""A lawyer who works through the JSON API, as a script of the office might."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any

from hotline.rehearsal.stage import Stage

_EVERY_OTHER = 2  # he leaves some for the people who look at the office


class Lawyer:
    def __init__(self, stage: Stage, answers: Sequence[str], pause: float) -> None:
        self._stage, self._answers, self._pause = stage, answers, pause
        self._headers = {"Accept-Encoding": "identity"}
        self._seen: set[str] = set()
        self._random = random.Random(1)  # noqa: S311 - a script, no secret

    async def work(self) -> None:
        """Until he is told to stop."""
        while True:
            await self.clear_up()
            await asyncio.sleep(self._pause)

    async def clear_up(self) -> None:
        """Answer every other ticket that nobody has taken."""
        if "Authorization" not in self._headers:
            token = await self._stage.lawyers_token()
            self._headers["Authorization"] = f"Bearer {token}"
        found = await self._ask("GET", "/api/tickets?state=new")
        for ticket in found["tickets"]:
            code = ticket["code"]
            if code in self._seen:
                continue
            self._seen.add(code)
            if len(self._seen) % _EVERY_OTHER:
                await self._answer(code)

    async def _answer(self, code: str) -> None:
        await self._ask("POST", f"/api/tickets/{code}/claim")
        words = self._random.choice(self._answers)
        await self._ask("POST", f"/api/tickets/{code}/replies", {"text": words})
        if self._random.random() < 0.5:
            await self._ask("POST", f"/api/tickets/{code}/resolve")

    async def _ask(self, method: str, path: str, body: Any = None) -> Any:
        url = self._stage.office + path
        async with self._stage.session.request(
            method, url, json=body, headers=self._headers
        ) as answer:
            answer.raise_for_status()
            return await answer.json()
