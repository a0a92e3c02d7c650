"""The live feed: tells open pages that something changed; they fetch what they show.

One look at the database a second per process, whoever made the change and in whichever process.
Who has a ticket open is told in the same look, and only to those who have it open too.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from aiohttp import web
from aiohttp_sse import EventSourceResponse, sse_response
from sqlalchemy import func, select

from admin_api.office import Office, office_of, who
from admin_api.presence import others
from admin_api.routing import STAFF, Routes
from escalation import lookup, presence
from escalation.models import TicketEvent
from escalation.presence import Here
from escalation.vocabulary import Role

routes = Routes()

_LOOK_EVERY = 1.0
_LONGEST = 600.0  # seconds; then the browser reconnects and the session is checked again
_LATE = 200  # newest events that are watched: one may be committed after its successors


@dataclass(frozen=True)
class Heard:
    """What one listener knows."""

    newest: str
    here: tuple[Here, ...]


class Feed:
    """A mark of the newest ticket events, who has which ticket open, and a way to wait for both."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._changed = asyncio.Condition()
        self._listening: Counter[int | None] = Counter()  # by the ticket that is open
        self._newest = ""
        self._here: dict[int, tuple[Here, ...]] = {}
        self.ended = False

    async def end(self) -> None:
        """The house closes: nobody waits for the listeners to hang up."""
        async with self._changed:
            self.ended = True
            self._changed.notify_all()

    async def run(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            if self._listening:
                with contextlib.suppress(Exception):  # the database is away; the next look tells
                    await self.look()

    async def look(self) -> None:
        """Whoever looks wakes all others: none of them would notice the change by himself."""
        newest, here = await self._read()
        async with self._changed:
            if (newest, here) != (self._newest, self._here):
                self._newest, self._here = newest, here
                self._changed.notify_all()

    async def _read(self) -> tuple[str, dict[int, tuple[Here, ...]]]:
        last = select(TicketEvent.id).order_by(TicketEvent.id.desc()).limit(_LATE).subquery()
        tickets = [one for one in self._listening if one is not None]
        async with self._office.database.reading() as session:
            marks = select(func.max(last.c.id), func.sum(last.c.id))
            newest, total = (await session.execute(marks)).one()
            now = self._office.clock()
            here = await presence.on(session, tickets, now) if tickets else {}
        return f"{newest or 0}.{total or 0}", here

    @contextlib.contextmanager
    def listening(self, ticket_id: int | None) -> Iterator[None]:
        self._listening[ticket_id] += 1
        try:
            yield
        finally:
            self._listening[ticket_id] -= 1
            self._listening += Counter()  # those that nobody listens to

    def heard(self, ticket_id: int | None) -> Heard:
        here = self._here.get(ticket_id, ()) if ticket_id is not None else ()
        return Heard(self._newest, here)

    async def wait_beyond(self, known: Heard, ticket_id: int | None) -> Heard:
        async with self._changed:
            await self._changed.wait_for(lambda: self.ended or self.heard(ticket_id) != known)
            return self.heard(ticket_id)


FEED: web.AppKey[Feed] = web.AppKey("feed", Feed)


@routes.api("GET", "/live", STAFF, query=("ticket",))
async def live(request: web.Request) -> web.StreamResponse:
    """Server-sent events: `change` with a mark of the newest ticket event, `presence`.

    `presence`, for a lawyer who names a ticket: its other readers, as `POST presence` answers.
    """
    feed, ticket_id = request.app[FEED], await _ticket_of(request)
    with feed.listening(ticket_id):
        await feed.look()
        if request.transport is None:  # the page was left meanwhile
            return web.Response()
        async with sse_response(request) as response:
            with contextlib.suppress(TimeoutError, ConnectionResetError):  # the page may be closed
                async with asyncio.timeout(_LONGEST):
                    await _tell(response, feed, ticket_id, who(request).staff.id)
    return response


async def _tell(
    response: EventSourceResponse, feed: Feed, ticket_id: int | None, staff_id: int
) -> None:
    heard = feed.heard(ticket_id)
    seen = others(heard.here, staff_id)
    await response.send(heard.newest, event="change")
    await response.send(seen.model_dump_json(), event="presence")
    while response.is_connected() and not feed.ended:
        before, heard = heard, await feed.wait_beyond(heard, ticket_id)
        if heard.newest != before.newest:
            await response.send(heard.newest, event="change")
        if others(heard.here, staff_id) != seen:
            seen = others(heard.here, staff_id)
            await response.send(seen.model_dump_json(), event="presence")


async def _ticket_of(request: web.Request) -> int | None:
    """The ticket a lawyer has open; none where he may not see it."""
    code, staff = request.query.get("ticket", ""), who(request).staff
    if not code or staff.role is not Role.LAWYER:
        return None
    async with office_of(request).database.reading() as session:
        if not await lookup.may_see(session, code, staff.id):
            return None
        ticket = await lookup.find(session, code)
    return ticket.id if ticket else None
