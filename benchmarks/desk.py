"""The lawyers' desk over many tickets: `python -m benchmarks.desk [TICKETS] [postgresql://...]`.

Fills a database with invented tickets, reads their words as the office does after its start, and
times searches and the inbox. Without an address: SQLite in a temporary directory.
"""

import asyncio
import datetime as dt
import random
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from admin_api import cases
from admin_api.searching import Finder, Wish
from escalation.calendar import LOCAL
from escalation.models import Staff, Ticket, TicketEvent
from escalation.vocabulary import OPEN_STATES, EventKind, Kind, Priority, Role, State
from hotline import schema
from hotline.db import Database, Keyring
from knowledge_base import importing

_BATCH = 2000
_OPEN = 0.02  # share of the tickets
_NOW = dt.datetime(2026, 11, 23, 9, tzinfo=LOCAL)
_ROUNDS = 20


def _phrasings() -> list[str]:
    return [one for entry in importing.load().entries.values() for one in entry.phrasings]


def _ticket(number: int, said: str, chance: random.Random) -> dict[str, Any]:
    opened = _NOW - dt.timedelta(minutes=5 * number)
    is_open = chance.random() < _OPEN
    due = opened + dt.timedelta(hours=20)
    return {
        "id": number,
        "code": f"Z{number:07}",
        "kind": Kind.QUESTION,
        "priority": Priority.NORMAL,
        "state": State.NEW if is_open else State.RESOLVED,
        "channel": "telegram",
        "alias": f"Người lao động {number:06X}",
        "subject": said[:160],
        "opened_at": opened,
        "first_response_due_at": due,
        "resolution_due_at": due,
        "resolved_at": None if is_open else due,
        "next_due_at": due if is_open else None,
        "answer_due_at": due if is_open else None,
        "level": 0,
    }


async def _fill(database: Database, tickets: int) -> None:
    chance, phrasings = random.Random(7), _phrasings()
    async with database.writing() as session:
        session.add(Staff(email="a@b.test", name="A", role=Role.LAWYER, created_at=_NOW))
    for first in range(1, tickets + 1, _BATCH):
        rows, events = [], []
        for number in range(first, min(first + _BATCH, tickets + 1)):
            said = [" ".join(chance.sample(phrasings, 2)) for _ in range(3)]
            rows.append(_ticket(number, said[0], chance))
            kinds = (EventKind.OPENED, EventKind.REPLIED, EventKind.WROTE)
            for kind, text in zip(kinds, said, strict=True):
                told = {"ticket_id": number, "kind": kind, "at": _NOW, "text": text, "data": {}}
                events.append({**told, "announced_at": _NOW})
        async with database.writing() as session:
            await session.execute(insert(Ticket), rows)
            await session.execute(insert(TicketEvent), events)


async def _timed(name: str, work: Callable[[], Awaitable[Any]]) -> None:
    spans = []
    for _ in range(_ROUNDS):
        begun = time.perf_counter()
        await work()
        spans.append(1000 * (time.perf_counter() - begun))
    spans.sort()
    print(f"{name:44} median {spans[_ROUNDS // 2]:6.0f} ms, slowest {spans[-1]:6.0f} ms")


async def _measure(database: Database) -> None:
    finder = Finder(database)
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    await finder.read_all()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    print(f"all words read in {time.perf_counter() - begun:.1f} s, {grown} MB more")
    for words in (
        "cong ty luong",
        "công ty không trả lương tháng",
        "thai sản bảo hiểm",
        "z0000042",
    ):
        await _timed(f"search {words!r}", lambda words=words: _search(database, finder, words))
    for states, name in ((OPEN_STATES, "open"), ((State.RESOLVED,), "done"), (tuple(State), "all")):
        await _timed(f"inbox, {name}", lambda states=states: _inbox(database, states, Wish(), None))


async def _search(database: Database, finder: Finder, words: str) -> None:
    await _inbox(database, tuple(State), Wish(q=words), await finder.find(words))


async def _inbox(database: Database, states: Any, wish: Wish, found: Any) -> None:
    async with database.reading() as session:
        where = wish.condition(found)
        await cases.inbox(session, states, reader_id=1, where=where, limit=50)
        await cases.counts(session, 1)


async def main(tickets: int, url: str | None) -> None:
    with tempfile.TemporaryDirectory() as directory:
        address = url or f"sqlite:///{Path(directory) / 'desk.sqlite3'}"
        database = Database(address, Keyring.generate())
        await schema.migrate(database)
        await _fill(database, tickets)
        await _measure(database)
        await database.close()


if __name__ == "__main__":
    told = sys.argv[1:]
    asyncio.run(main(int(told[0]) if told else 100_000, told[1] if len(told) > 1 else None))
