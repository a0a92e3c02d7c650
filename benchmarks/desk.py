"""The lawyers' desk over many tickets: `python -m benchmarks.desk [TICKETS] [postgresql://...]`.

Fills a database with invented tickets and what was said in them, reads their words as the office
does after its start, and times every page a lawyer opens through the office's own listener. He is
tied to an employer, so each list also looks for whom he is barred from. Without an address: SQLite
in a temporary directory.
"""

import asyncio
import datetime as dt
import itertools
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from admin_api import accounts, app
from admin_api.office import Office
from admin_api.routing import Route
from admin_api.searching import FINDER
from bot.models import (
    Author,
    Contact,
    Conversation,
    Direction,
    Handoff,
    Message,
    Outcome,
    Question,
)
from escalation.calendar import LOCAL
from escalation.models import Barred, Staff, Ticket, TicketEvent
from escalation.sla import SHIPPED
from escalation.vocabulary import EventKind, Kind, Priority, Role, State
from hotline import schema
from hotline.db import Database, Keyring
from knowledge_base import entries, importing

_BATCH = 2000
_OPEN = 0.02  # share of the tickets
_EACH = 3  # tickets of one worker
_TIED_TO = 300  # tickets of the employer the lawyer is tied to
_NOW = dt.datetime(2026, 11, 23, 9, tzinfo=LOCAL)
_ROUNDS = 20
_LETTERS = "234679ACDEFGHJKMNPQRTUVWXYZ"
_YEAR = "from=2025-11-24&to=2026-11-23"
_SEARCHES = ("cong ty luong", "công ty không trả lương tháng", "thai sản bảo hiểm", "{code}")


def _code(number: int) -> str:
    """Spread over all there are, so that neighbours look as unlike as real ones do."""
    rest, letters = number * 99_991 % len(_LETTERS) ** 4, ""
    for _ in range(4):
        rest, one = divmod(rest, len(_LETTERS))
        letters += _LETTERS[one]
    return f"HP-{letters}"


# -- what is there ---------------------------------------------------------------------------------


def _ticket(number: int, said: str, chance: random.Random) -> dict[str, Any]:
    opened = _opened(number)
    is_open = chance.random() < _OPEN
    due = opened + dt.timedelta(hours=20)
    return {
        "id": number,
        "code": _code(number),
        "kind": Kind.QUESTION,
        "priority": Priority.NORMAL,
        "state": State.NEW if is_open else State.RESOLVED,
        "channel": "telegram",
        "alias": f"Người lao động {number:06X}",
        "subject": said[:160],
        "employer": f"Công ty {number % 500}",
        "person_id": _person(number),
        "opened_at": opened,
        "first_response_due_at": due,
        "resolution_due_at": due,
        "resolved_at": None if is_open else due,
        "next_due_at": due if is_open else None,
        "answer_due_at": due if is_open else None,
        "level": 0,
    }


def _opened(number: int) -> dt.datetime:
    return _NOW - dt.timedelta(minutes=5 * number)


def _person(number: int) -> int:
    return (number - 1) // _EACH + 1


def _events(number: int, said: list[str]) -> Iterator[dict[str, Any]]:
    kinds = (EventKind.OPENED, EventKind.REPLIED, EventKind.WROTE, EventKind.RESOLVED)
    at = _opened(number) + dt.timedelta(hours=20)
    told = {"ticket_id": number, "at": at, "data": {}, "announced_at": at, "alerted_at": at}
    for kind, text in zip(kinds, [*said, None], strict=True):
        yield {**told, "kind": kind, "actor_id": 1, "text": text}


def _messages(number: int, said: list[str]) -> Iterator[dict[str, Any]]:
    authors = (Author.WORKER, Author.LAWYER, Author.WORKER)
    here = {"conversation_id": _person(number), "channel": "telegram", "question_id": number}
    when = {"at": _NOW, "created_at": _NOW, "choices": []}
    for author, text in zip(authors, said, strict=True):
        direction = Direction.IN if author is Author.WORKER else Direction.OUT
        yield {**here, **when, "author": author, "direction": direction, "text": text}


def _talk(number: int) -> dict[str, Any]:
    return {"id": number, "contact_id": number, "state": {}, "last_at": _NOW}


def _contact(number: int) -> dict[str, Any]:
    address = str(number)
    called = {"address": address, "address_index": address}
    return {"id": number, "channel": "telegram", **called, "created_at": _NOW}


def _question(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "conversation_id": _person(number),
        "channel": "telegram",
        "asked_at": _opened(number),
        "outcome": Outcome.HANDED_OFF,
        "reasoning": {},
    }


def _handoff(number: int) -> dict[str, Any]:
    named = {"conversation_id": _person(number), "question_id": number, "ticket_id": number}
    return {**named, "created_at": _NOW}


async def _fill(database: Database, tickets: int) -> list[str]:
    """Returns the tokens of those who look: a lawyer, an administrator."""
    chance = random.Random(7)
    ways = [one for entry in importing.load().entries.values() for one in entry.phrasings]
    async with database.writing() as session:
        tokens = [
            await _token(session, "a@b.test", Role.LAWYER),
            await _token(session, "c@d.test", Role.ADMIN),
        ]
    for first in range(1, tickets + 1, _BATCH):
        numbers = range(first, min(first + _BATCH, tickets + 1))
        said = {one: [" ".join(chance.sample(ways, 2)) for _ in range(3)] for one in numbers}
        people = sorted({_person(one) for one in numbers if one % _EACH == 1})
        rows: dict[Any, list[dict[str, Any]]] = {
            Ticket: [_ticket(one, words[0], chance) for one, words in said.items()],
            TicketEvent: [row for one, words in said.items() for row in _events(one, words)],
            Contact: [_contact(one) for one in people],
            Conversation: [_talk(one) for one in people],
            Question: [_question(one) for one in numbers],
            Message: [row for one, words in said.items() for row in _messages(one, words)],
            Handoff: [_handoff(one) for one in numbers],
        }
        async with database.writing() as session:
            for table, these in rows.items():
                await session.execute(insert(table), these)
    async with database.writing() as session:
        tied = range(1, tickets + 1, max(1, tickets // _TIED_TO))
        await session.execute(insert(Barred), [{"staff_id": 1, "ticket_id": one} for one in tied])
    return tokens


async def _token(session: AsyncSession, email: str, role: Role) -> str:
    staff = Staff(email=email, name="A", role=role, created_at=_NOW)
    session.add(staff)
    await session.flush()
    return await accounts.issue_token(session, staff, _NOW)


# -- how long it takes -----------------------------------------------------------------------------


async def _measure(database: Database, tokens: list[str], fonts: Path) -> None:
    library = entries.library_of(importing.load())
    office = Office(database, SHIPPED, lambda: _NOW, lambda: library, changed=lambda: None)
    built = app.make_app(office, fonts)
    await _read_words(built)
    runner = web.AppRunner(built, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with _client(base, tokens[0]) as lawyer, _client(base, tokens[1]) as admin:
        codes = await _open_codes(database)
        for query in ("view=owed", "view=open", "view=resolved", "view=all", "view=all&page=900"):
            await _timed(lawyer, f"/?{query}", [f"/?{query}"])
        for words in _SEARCHES:
            asked = words.format(code=_code(42))
            await _timed(lawyer, f"/?q={words}", [f"/?q={asked}"])
        for path in _of_a_ticket():
            await _timed(lawyer, path, [path.format(code=code) for code in codes])
        for route in _of_no_ticket():
            reader = lawyer if Role.LAWYER in route.access else admin
            await _timed(reader, route.path, [route.path])
        await _timed(lawyer, f"/reports?{_YEAR}", [f"/reports?{_YEAR}"])
    await runner.cleanup()


def _client(base: str, token: str) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(base, headers={"Authorization": f"Bearer {token}"})


async def _read_words(built: web.Application) -> None:
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    await built[FINDER].read_all()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    print(f"all words read in {time.perf_counter() - begun:.1f} s, {grown} MB more")


async def _open_codes(database: Database) -> list[str]:
    """Tickets all over the years, open ones, none of which is closed to the lawyer."""
    async with database.reading() as session:
        tied = select(Ticket.person_id).join(Barred, Barred.ticket_id == Ticket.id)
        seen = Ticket.person_id.not_in(tied)
        wanted = select(Ticket.code).where(Ticket.state == State.NEW, seen)
        return list(await session.scalars(wanted.order_by(func.random()).limit(_ROUNDS)))


def _of_a_ticket() -> list[str]:
    """Each page, part of a page and answer of the API that is read of one ticket."""
    paths = [one.path for one in app.all_routes() if one.method == "GET" and "{code}" in one.path]
    return [path for path in paths if path.count("{") == 1]


def _of_no_ticket() -> list[Route]:
    """The pages that a menu leads to."""
    routes = [one for one in app.all_routes() if one.method == "GET" and one.page and one.access]
    return [one for one in routes if "{" not in one.path]


async def _timed(lawyer: aiohttp.ClientSession, name: str, paths: list[str]) -> None:
    spans = []
    for path in itertools.islice(itertools.cycle(paths), _ROUNDS):
        begun = time.perf_counter()
        async with lawyer.get(path) as response:
            await response.read()
        spans.append(1000 * (time.perf_counter() - begun))
        if response.status != 200:
            raise SystemExit(f"{path}: {response.status}")
    spans.sort()
    print(f"{name:44} median {spans[_ROUNDS // 2]:6.0f} ms, slowest {spans[-1]:6.0f} ms")


async def main(tickets: int, url: str | None) -> None:
    with tempfile.TemporaryDirectory() as directory:
        address = url or f"sqlite:///{Path(directory) / 'desk.sqlite3'}"
        database = Database(address, Keyring.generate())
        await schema.migrate(database)
        tokens = await _fill(database, tickets)
        await _measure(database, tokens, Path(directory))
        await database.close()


if __name__ == "__main__":
    told = sys.argv[1:]
    asyncio.run(main(int(told[0]) if told else 100_000, told[1] if len(told) > 1 else None))
