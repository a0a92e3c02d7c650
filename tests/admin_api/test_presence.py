"""Who has a ticket open, and the feed that tells it: across processes, and to nobody else."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
from sqlalchemy import func, select

from admin_api.live import FEED
from escalation import lookup, presence, tickets
from escalation.models import Presence, Staff, TicketEvent
from escalation.vocabulary import EventKind, Role
from tests.admin_api.test_access import Browser, Desk, desk
from tests.admin_api.test_checking import Person, _hired, browser, hoa, lan

pytestmark = pytest.mark.thorough("postgresql")

__all__ = ["browser", "desk", "hoa", "lan"]

Said = tuple[str, str]


class Ear:
    """An open page of the feed."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def hears(self, event: str) -> str:
        """The next of these events."""
        async with asyncio.timeout(10):
            while True:
                kind, data = await self._next()
                if kind == event:
                    return data

    async def presence(self) -> list[tuple[str, bool]]:
        others = json.loads(await self.hears("presence"))["others"]
        return [(one["name"], one["typing"]) for one in others]

    async def silent(self) -> bool:
        """Whether nothing was said for two looks of the feed."""
        try:
            async with asyncio.timeout(2.2):
                await self._next()
        except TimeoutError:
            return True
        return False

    async def _next(self) -> Said:
        kind = ""
        while True:
            line = (await self._response.content.readline()).decode().strip()
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            elif line.startswith("data: "):
                return kind, line.removeprefix("data: ")
            elif self._response.content.at_eof():
                raise AssertionError("the feed ended")


@contextlib.asynccontextmanager
async def _listening(
    desk: Desk, browser: Browser, one: Person | None, query: str = ""
) -> AsyncIterator[Ear]:
    headers = {"Authorization": f"Bearer {one._token}"} if one else desk.bearer(Role.MANAGER)
    async with browser.session.get(f"{desk.base}/live{query}", headers=headers) as response:
        assert response.status == 200
        yield Ear(response)


@pytest.fixture
async def looking(desk: Desk) -> AsyncIterator[None]:
    """The feed's own loop, as the running program has it."""
    loop = asyncio.create_task(desk.app[FEED].run())
    yield
    loop.cancel()


@pytest.mark.usefixtures("looking")
async def test_who_comes_writes_and_goes_is_told_to_the_others(
    desk: Desk, browser: Browser, hoa: Person, lan: Person
) -> None:
    async with _listening(desk, browser, lan, f"?ticket={desk.code}") as ear:
        assert await ear.presence() == []
        await lan.post("/presence", {"typing": False})
        await hoa.post("/presence", {"typing": False})
        assert await ear.presence() == [("Trần Thị Hoa", False)]
        status, body = await hoa.post("/presence", {"typing": True})
        assert (status, json.loads(body)["others"][0]["name"]) == (200, "Lê Lan")
        assert await ear.presence() == [("Trần Thị Hoa", True)]
        desk.clock.pass_(seconds=16)
        assert await ear.presence() == [("Trần Thị Hoa", False)]
        desk.clock.pass_(seconds=15)
        assert await ear.presence() == []


@pytest.mark.usefixtures("looking")
async def test_another_process_is_heard_and_a_ping_wakes_no_inbox(
    desk: Desk, browser: Browser, hoa: Person, lan: Person
) -> None:
    async with (
        _listening(desk, browser, hoa) as inbox,
        _listening(desk, browser, hoa, f"?ticket={desk.code}") as page,
        _listening(desk, browser, None, f"?ticket={desk.code}") as manager,
    ):
        for ear in (inbox, page, manager):
            assert await ear.presence() == []
        async with desk.database.writing() as session:  # as another process does
            ticket = await lookup.find(session, desk.code)
            assert ticket is not None
            await presence.ping(session, ticket.id, lan.staff, True, desk.clock())
        assert await page.presence() == [("Lê Lan", True)]
        assert await inbox.silent()
        assert await manager.silent()


async def test_a_page_that_comes_does_not_swallow_what_others_wait_for(
    desk: Desk, browser: Browser, hoa: Person
) -> None:
    async with _listening(desk, browser, hoa) as ear:
        first = await ear.hears("change")
        await hoa.post("/notes", {"text": "Xem lại"})
        async with _listening(desk, browser, hoa) as other:  # looks before the loop does
            newest = await other.hears("change")
        assert await ear.hears("change") == newest != first


@pytest.mark.usefixtures("looking")
async def test_an_event_committed_after_its_successors_is_told(
    desk: Desk, browser: Browser, hoa: Person
) -> None:
    await hoa.post("/notes", {"text": "một"})
    async with desk.database.writing() as session:
        ticket = await lookup.find(session, desk.code)
        assert ticket is not None
        newest = await session.scalar(select(func.max(TicketEvent.id))) or 0
        event = tickets.record(session, ticket, EventKind.NOTED, desk.clock())
        event.id = newest + 10
    async with _listening(desk, browser, hoa) as ear:
        first = await ear.hears("change")
        async with desk.database.writing() as session:
            ticket = await lookup.find(session, desk.code)
            assert ticket is not None
            tickets.record(session, ticket, EventKind.NOTED, desk.clock()).id = newest + 5
        assert await ear.hears("change") != first


async def test_a_barred_lawyer_hears_nothing_of_who_is_there(
    desk: Desk, browser: Browser, hoa: Person, lan: Person
) -> None:
    async with desk.database.writing() as session:
        person = await session.get_one(Staff, lan.staff.id)
        person.employers = ["Sao Đỏ"]
        ticket = await lookup.find(session, desk.code)
        assert ticket is not None
        await tickets.detail(session, ticket, desk.clock(), employer="Sao Đỏ")
    await hoa.post("/presence", {"typing": True})
    for code in (desk.code, "HP-0000", "%00", "%ED%A0%80"):
        async with _listening(desk, browser, lan, f"?ticket={code}") as ear:
            assert await ear.presence() == []


async def test_pings_at_once_are_one_row_and_old_ones_go(
    desk: Desk, browser: Browser, hoa: Person, lan: Person
) -> None:
    answers = await asyncio.gather(*(hoa.post("/presence", {"typing": True}) for _ in range(8)))
    assert {status for status, _ in answers} == {200}
    await lan.post("/presence", {"typing": False})
    assert await _rows(desk) == 2
    desk.clock.pass_(seconds=31)
    await lan.post("/presence", {"typing": False})
    assert await _rows(desk) == 1


async def _rows(desk: Desk) -> int:
    async with desk.database.reading() as session:
        return await session.scalar(select(func.count()).select_from(Presence)) or 0


@pytest.mark.parametrize(
    "body", [{}, {"typing": 1}, {"typing": "x"}, {"typing": None}, [], {"a": 1}]
)
async def test_odd_pings_are_refused(desk: Desk, hoa: Person, body: object) -> None:
    assert (await hoa.post("/presence", body))[0] == 422
    assert await _rows(desk) == 0


async def test_a_cookie_alone_pings_nothing(desk: Desk, browser: Browser) -> None:
    async with desk.signed_in(Role.LAWYER) as signed_in:
        path, body = f"/api/tickets/{desk.code}/presence", {"typing": True}
        assert (await signed_in.ask("POST", path, json=body))[0] == 403
        headers = {"X-CSRF-Token": await signed_in.csrf()}
        assert (await signed_in.ask("POST", path, json=body, headers=headers))[0] == 200


async def test_names_of_many_are_in_order(desk: Desk, browser: Browser, hoa: Person) -> None:
    for name in ("Bình", "An"):
        one = await _hired(desk, browser, name)
        await one.post("/presence", {"typing": False})
    _, body = await hoa.post("/presence", {"typing": False})
    assert [one["name"] for one in json.loads(body)["others"]] == ["An", "Bình"]


async def test_the_streams_end_when_the_house_closes(desk: Desk, browser: Browser) -> None:
    async with _listening(desk, browser, None) as ear:
        await ear.hears("presence")
        await desk.app.shutdown()
        with pytest.raises(AssertionError, match="the feed ended"):
            await ear.hears("change")
