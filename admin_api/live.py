"""The live feed: tells open pages that something changed; they fetch what they show.

One look at the database a second per process, whoever made the change and in whichever process.
"""

import asyncio
import contextlib

from aiohttp import web
from aiohttp_sse import sse_response
from sqlalchemy import func, select

from admin_api.office import Office
from admin_api.routing import STAFF, Routes
from escalation.models import TicketEvent

routes = Routes()

_LOOK_EVERY = 1.0
_LONGEST = 600.0  # seconds; then the browser reconnects and the session is checked again


class Feed:
    """The number of the newest ticket event, and a way to wait for it to rise."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._changed = asyncio.Condition()
        self._listeners = 0
        self.newest = 0

    async def run(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            if self._listeners:
                await self._look()

    async def _look(self) -> None:
        try:
            newest = await self.current()
        except Exception:  # the database is away; the next look tells
            return
        if newest != self.newest:
            async with self._changed:
                self.newest = newest
                self._changed.notify_all()

    async def current(self) -> int:
        async with self._office.database.reading() as session:
            return await session.scalar(select(func.max(TicketEvent.id))) or 0

    async def wait_beyond(self, seen: int) -> int:
        async with self._changed:
            self._listeners += 1
            try:
                await self._changed.wait_for(lambda: self.newest != seen)
            finally:
                self._listeners -= 1
            return self.newest


FEED: web.AppKey[Feed] = web.AppKey("feed", Feed)


@routes.api("GET", "/live", STAFF)
async def live(request: web.Request) -> web.StreamResponse:
    """Server-sent events named `change`, each with the number of the newest ticket event."""
    feed = request.app[FEED]
    seen = feed.newest = max(feed.newest, await feed.current())
    async with sse_response(request) as response:
        with contextlib.suppress(TimeoutError, ConnectionResetError):  # the page may be closed
            await response.send(str(seen), event="change")
            async with asyncio.timeout(_LONGEST):
                while response.is_connected():
                    seen = await feed.wait_beyond(seen)
                    await response.send(str(seen), event="change")
    return response
