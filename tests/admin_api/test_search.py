"""Finding tickets by the words in them, though they lie encrypted."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from admin_api import searching
from admin_api.office import Office
from admin_api.searching import Finder, WordIndex, words_of
from escalation import lookup, tickets
from escalation.models import Ticket
from escalation.sla import SHIPPED
from escalation.tickets import Opening
from escalation.vocabulary import Kind, Priority, Role
from hotline.db import Database
from knowledge_base.library import Library
from tests.admin_api.test_access import Desk, opened
from tests.factories import Clock

pytestmark = pytest.mark.thorough("postgresql")

Ask = Callable[..., Awaitable[Ticket]]


@pytest.fixture
def ask(database: Database, clock: Clock) -> Ask:
    async def opens(subject: str, **more: Any) -> Ticket:
        terms = {"kind": Kind.QUESTION, "priority": Priority.NORMAL, "channel": "telegram"} | more
        async with database.writing() as session:
            opening = Opening(subject=subject, asked_at=clock(), **terms)
            return await tickets.open_ticket(session, opening, SHIPPED, clock())

    return opens


@pytest.fixture
async def desk(
    database: Database, clock: Clock, library: Library, tmp_path: Path
) -> AsyncIterator[Desk]:
    office = Office(database, SHIPPED, clock, lambda: library, changed=lambda: None)
    async with opened(office, clock, tmp_path) as made:
        yield made


def test_words_are_the_same_with_marks_and_without() -> None:
    assert words_of("HP-7K3Q Nợ LƯƠNG, đường!") == {"hp", "7k3q", "no", "luong", "duong"}
    assert words_of("nợ") == words_of("no") == words_of("nơ\u0323")


def test_the_index_wants_every_word_and_forgets() -> None:
    index = WordIndex()
    index.add(1, "công ty nợ lương")
    index.add(2, "nợ bảo hiểm")
    index.add(1, "ba tháng")
    assert index.find("luong no") == [1]
    assert index.find("NỢ") == [2, 1]
    assert index.find("thang luong") == [1]
    assert index.find("nghỉ") == index.find(" !") == []
    index.forget({1})
    assert index.find("no") == [2]


async def test_what_was_said_later_is_found_too(database: Database, ask: Ask, clock: Clock) -> None:
    first, other = await ask("công ty nợ lương"), await ask("nghỉ thai sản")
    finder = Finder(database)
    await finder.read_all()
    assert (await finder.find("lương nợ")).ids == [first.id]
    assert (await finder.find(f"{other.code.lower()}")).ids == [other.id]
    assert (await finder.find(other.alias.split()[-1])).ids == [other.id]
    async with database.writing() as session:
        ticket = await lookup.find_to_change(session, other.code)
        assert ticket is not None
        tickets.wrote(session, ticket, "xưởng may Hoàng Hà", clock(), clock())
        await tickets.detail(session, ticket, clock(), employer="Công ty Bình Minh")
    assert (await finder.find("hoang ha")).ids == [other.id]
    assert (await finder.find("binh minh thai san")).ids == [other.id]


async def test_a_forgotten_ticket_is_found_no_more(
    database: Database, ask: Ask, clock: Clock
) -> None:
    ticket = await ask("giám đốc đánh công nhân")
    before, after = Finder(database), Finder(database)
    await before.read_all()
    assert (await before.find("giam doc")).ids == [ticket.id]
    async with database.writing() as session:
        found = await lookup.find_to_change(session, ticket.code)
        assert found is not None
        await tickets.erase(session, found, clock())
    await after.read_all()
    for finder in (before, after):
        assert (await finder.find("giam doc")).ids == []


async def test_reading_goes_on_from_batch_to_batch(
    database: Database, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "_BATCH", 3)
    asked = [await ask(f"câu hỏi số {number}") for number in range(8)]
    finder = Finder(database)
    early = await finder.find("câu hỏi")
    assert (early.ids, early.whole) == ([], False)
    await finder.read_all()
    asked.append(await ask("câu hỏi nữa"))
    found = await finder.find("hỏi câu")
    assert found.ids == [one.id for one in reversed(asked)]
    assert found.whole


async def test_only_so_many_are_found(
    database: Database, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "MOST", 2)
    asked = [await ask("nợ lương") for _ in range(3)]
    finder = Finder(database)
    await finder.read_all()
    found = await finder.find("nợ")
    assert (found.ids, found.cut) == ([asked[2].id, asked[1].id], True)


# -- in the office ---------------------------------------------------------------------------------


async def _codes(desk: Desk, query: str) -> list[str]:
    async with desk.browser() as browser:
        path = f"/api/tickets?{query}"
        status, body, _ = await browser.ask("GET", path, headers=desk.bearer(Role.LAWYER))
        assert status == 200
        return [one["code"] for one in json.loads(body)["tickets"]]


async def test_the_api_searches_and_filters(desk: Desk, ask: Ask) -> None:
    owed = await ask("công ty nợ bảo hiểm", topic="bao-hiem", kind=Kind.REPORT)
    urgent = await ask("nợ lương, bị đánh", channel="phone", priority=Priority.URGENT)
    await _read(desk)
    assert set(await _codes(desk, "q=no")) == {owed.code, urgent.code, desk.code}
    assert await _codes(desk, "q=no+bao+hiem") == [owed.code]
    assert await _codes(desk, "kind=report") == [owed.code]
    assert await _codes(desk, "priority=urgent&q=luong") == [urgent.code]
    assert await _codes(desk, "channel=phone&topic=bao-hiem") == []
    assert await _codes(desk, "q=no&state=resolved") == []


async def _read(desk: Desk) -> None:
    """As the running program does after its start."""
    await desk.app[searching.FINDER].read_all()


async def test_the_inbox_shows_what_was_found(desk: Desk, ask: Ask) -> None:
    found = await ask("kiện <b>đòi</b> trợ cấp")
    await _read(desk)
    async with desk.signed_in(Role.LAWYER) as browser:
        _, body, _ = await browser.ask("GET", "/?q=doi+tro+cap")
        assert found.code in body
        assert desk.code not in body.split('id="list"')[1]
        assert "<b>đòi" not in body
        _, body, _ = await browser.ask("GET", "/?q=khong+ai+noi")
        assert "Không có phiếu nào khớp" in body


# -- several at once -------------------------------------------------------------------------------


async def test_several_are_taken_at_once_and_refusals_named(
    desk: Desk, ask: Ask, database: Database, clock: Clock
) -> None:
    free, taken = await ask("một"), await ask("hai")
    async with database.writing() as session:
        ticket = await lookup.find_to_change(session, taken.code)
        assert ticket is not None
        await tickets.take(session, ticket, desk.staff[Role.MANAGER], clock())
    async with desk.signed_in(Role.LAWYER) as browser:
        codes = [free.code, taken.code, "HP-0000", "<script>"]
        form = [("csrf", await browser.csrf()), ("deed", "claim"), ("view", "new")]
        form += [("codes", code) for code in codes]
        status, _, headers = await browser.ask("POST", "/inbox/bulk", data=form)
        assert status == 303
        _, body, _ = await browser.ask("GET", headers["Location"])
    assert "Đã nhận 1 phiếu" in body
    assert f'<a href="/tickets/{taken.code}">' in body
    async with database.reading() as session:
        claimed = await lookup.find(session, free.code)
        assert claimed is not None
        assert claimed.assignee_id == desk.staff[Role.LAWYER].id


async def test_a_note_goes_to_each_and_an_empty_one_to_none(
    desk: Desk, ask: Ask, database: Database
) -> None:
    asked = [await ask("một"), await ask("hai")]
    async with desk.signed_in(Role.LAWYER) as browser:
        for text, expected in (("\u200b ", 422), ("Cùng công ty", 303)):
            form = [("csrf", await browser.csrf()), ("deed", "note"), ("text", text)]
            form += [("codes", one.code) for one in asked]
            assert (await browser.ask("POST", "/inbox/bulk", data=form))[0] == expected
    async with database.reading() as session:
        for ticket in asked:
            notes = [one.text for one in await tickets.history(session, ticket)][1:]
            assert notes == ["Cùng công ty"]
