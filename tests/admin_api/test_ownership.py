"""Whose ticket it is decides what a lawyer may do with it: each route, each kind of ticket."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from admin_api.routing import Route
from admin_api.searching import FINDER
from bot.models import Handoff
from escalation import callbacks, lookup, tickets
from escalation.models import Staff, Ticket
from escalation.vocabulary import Role
from tests.admin_api.test_access import ROUTES, Desk, desk, named
from tests.admin_api.test_assigning import SAO_DO, Office
from tests.factories import everything

pytestmark = pytest.mark.thorough("postgresql")

__all__ = ["desk"]

OF_A_TICKET = [route for route in ROUTES if "{code}" in route.path]

# The desk is shared: whatever is not named here, every lawyer who may see the ticket may do.
# These are for its holder, by what follows the code; for everybody else they change nothing.
HOLDERS = {
    "ring",
    "calls",
    "return",
    "transfer",
    "files/{id}",
    "files/{id}/preview",
    "files/{id}/view",
}


def deed(route: Route) -> str:
    return route.path.partition("/tickets/{code}")[2].removeprefix("/")


@dataclass
class Cases:
    """Tickets of each kind, as `me` sees them; each asking gets new ones."""

    office: Office
    me: Staff
    colleague: Staff
    made: int = 0

    async def one(self, kind: str) -> str:
        self.made += 1
        worker = f"worker{self.made}"
        if kind == "barred":
            code, _ = await self.office.worker(worker, "chuyện này", "chuyện ở Sao Đỏ")
            await self._ties(worker)
            return code
        (code,) = await self.office.worker(worker, "nợ lương")
        holder = {"own": self.me, "another's": self.colleague}.get(kind)
        async with self.office.desk.database.writing() as session:
            ticket, now = await lookup.find_to_change(session, code), self.office.desk.clock()
            assert ticket is not None
            await callbacks.ask(session, ticket, "+84912345678", now)
            if holder is not None:
                await tickets.take(session, ticket, holder, now)
        return code

    async def _ties(self, worker: str) -> None:
        """The worker's other ticket names the employer I am tied to; this one names none."""
        async with self.office.desk.database.writing() as session:
            rows = await session.execute(
                select(Ticket, Handoff.conversation_id)
                .join(Handoff, Handoff.ticket_id == Ticket.id)
                .where(Ticket.person_id.is_(None))
            )
            for ticket, conversation in rows.all():
                ticket.person_id = conversation
                if "Sao Đỏ" in ticket.subject:
                    await tickets.detail(session, ticket, self.office.desk.clock(), employer=SAO_DO)

    async def ask(self, route: Route, code: str, staff: Staff | None = None) -> tuple[int, str]:
        path = route.path.replace("{code}", code).replace("{id}", "1")
        headers = {"Authorization": f"Bearer {self.office.tokens[(staff or self.me).id]}"}
        body = {"data" if route.page else "json": self._body(route)}
        status, said, _ = await self.office.browser.ask(
            route.method, path, headers=headers, **(body if route.method == "POST" else {})
        )
        return status, said

    def _body(self, route: Route) -> dict[str, Any]:
        to = self.colleague.id
        given: dict[str, dict[str, Any]] = {
            "calls": {"outcome": "talked"},
            "transfer": {"to": str(to) if route.page else to},
            "event-day": {"day": "2026-11-02"},
            "referrals": {"agency": "court"},
            "check": {"decision": "pass"},
            "presence": {},
            "merge": {"into": "HP-2222"},
            "matter/join": {"master": "HP-2222"},
        }
        return given.get(deed(route), {"text": "Nhờ anh/chị."})


@pytest.fixture
async def cases(desk: Desk) -> AsyncIterator[Cases]:
    async with desk.browser() as browser:
        office = Office(desk, browser)
        yield Cases(office, await office.lawyer("Lan", [SAO_DO]), await office.lawyer("Mai"))


async def test_what_bars_by_another_ticket_looks_like_nothing_there(cases: Cases) -> None:
    code, database = await cases.one("barred"), cases.office.desk.database
    before = await everything(database)
    for route in OF_A_TICKET:
        refused = await cases.ask(route, code)
        assert refused == await cases.ask(route, "HP-2222"), named(route)
        assert refused[0] == 404, named(route)
    assert await everything(database) == before


@pytest.mark.thorough("postgresql")
async def test_what_is_for_its_holder_changes_nothing_for_others(cases: Cases) -> None:
    database = cases.office.desk.database
    assert {deed(route) for route in OF_A_TICKET} >= HOLDERS
    for route in (route for route in OF_A_TICKET if deed(route) in HOLDERS):
        for kind in ("another's", "nobody's"):
            code = await cases.one(kind)
            before = await everything(database)
            status, _ = await cases.ask(route, code)
            assert status in (404, 409), (named(route), kind)
            assert await everything(database) == before, (named(route), kind)


@pytest.mark.thorough
async def test_what_is_not_for_its_holder_is_the_same_for_every_lawyer(cases: Cases) -> None:
    for route in (route for route in OF_A_TICKET if deed(route) not in HOLDERS):
        for kind in ("own", "another's", "nobody's"):
            code = await cases.one(kind)
            mine = await cases.ask(route, code)
            assert (mine[0] != 404) or "{id}" in route.path, (named(route), kind)
            assert mine[0] < 500, (named(route), kind)


async def test_a_holder_may_do_what_is_for_the_holder(cases: Cases) -> None:
    done = {}
    for route in (route for route in OF_A_TICKET if deed(route) in HOLDERS - {"ring"}):
        if "{id}" not in route.path:
            done[named(route)] = (await cases.ask(route, await cases.one("own")))[0]
    assert set(done.values()) <= {200, 303}, done


LISTS = [
    route.path
    for route in ROUTES
    if route.method == "GET" and Role.LAWYER in route.access and "{" not in route.path
]


@pytest.mark.thorough("postgresql")
async def test_a_barred_lawyer_finds_nothing_of_the_worker_in_any_list(cases: Cases) -> None:
    await cases.one("barred")
    desk = cases.office.desk
    await desk.app[FINDER].read_all()
    async with desk.database.reading() as session:
        rows = await session.execute(
            select(Ticket.code, Ticket.alias).where(Ticket.person_id.is_not(None))
        )
        names = {name for row in rows for name in row}
    assert len(names) == 4
    for staff, sees in ((cases.me, set()), (cases.colleague, {"/", "/inbox/rows", "/api/tickets"})):
        headers = {"Authorization": f"Bearer {cases.office.tokens[staff.id]}"}
        found = set()
        for path in (path for path in LISTS if path != "/live"):
            for query in ("view=all&state=all", "view=all&state=all&q=chuyen", "view=new"):
                _, body, _ = await cases.office.browser.ask(
                    "GET", f"{path}?{query}", headers=headers
                )
                found |= {path for name in names if name in body}
        assert found == sees, staff.name
