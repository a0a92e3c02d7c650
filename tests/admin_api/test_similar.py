"""Solved tickets like the one that is open: found, floored, masked, and only those he may see."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from admin_api import similar
from admin_api.office import Office
from admin_api.searching import FINDER, WordIndex
from escalation import interests, lookup, tickets
from escalation.models import Staff
from escalation.sla import SHIPPED
from escalation.tickets import Opening
from escalation.vocabulary import Kind, Priority, Role
from hotline.db import Database
from knowledge_base.library import Library
from tests.admin_api.test_access import Desk, opened
from tests.factories import Clock

pytestmark = pytest.mark.thorough("postgresql")

ASKED = "công ty nợ lương ba tháng thì đòi ở đâu"
ALIKE = "cty no luong 2 thang roi doi o dau"
ANSWER = "Anh/chị gửi đơn tới công đoàn.\nGiữ lại bảng lương."


@pytest.fixture
async def desk(
    database: Database, clock: Clock, library: Library, tmp_path: Path
) -> AsyncIterator[Desk]:
    office = Office(database, SHIPPED, clock, lambda: library, changed=lambda: None)
    async with opened(office, clock, tmp_path) as made:
        yield made


async def asks(desk: Desk, subject: str, *answers: str, told: bool = True, **more: Any) -> str:
    """A ticket; with answers it is solved."""
    async with desk.database.writing() as session:
        now, lawyer = desk.clock(), await session.get(Staff, desk.staff[Role.LAWYER].id)
        assert lawyer is not None
        opening = Opening(Kind.QUESTION, Priority.NORMAL, "telegram", subject, now, **more)
        ticket = await tickets.open_ticket(session, opening, SHIPPED, now)
        for text in answers:
            event = await tickets.reply(session, ticket, lawyer, text, now)
            event.announced_at = now if told else None
        if answers:
            await session.flush()
            tickets.resolve(session, ticket, lawyer, now)
        return ticket.code


async def found(desk: Desk, code: str) -> list[dict[str, Any]]:
    await desk.app[FINDER].read_all()  # as the running program does after its start
    async with desk.browser() as browser:
        path, headers = f"/api/tickets/{code}/similar", desk.bearer(Role.LAWYER)
        status, body, _ = await browser.ask("GET", path, headers=headers)
        assert status == 200
        rows: list[dict[str, Any]] = json.loads(body)["tickets"]
        return rows


async def test_a_solved_ticket_that_asks_the_same_is_shown(desk: Desk) -> None:
    solved = await asks(desk, ALIKE, "Chào anh/chị.", ANSWER, topic="luong")
    await asks(desk, "sinh con được nghỉ mấy tháng", "Sáu tháng.")
    (one,) = await found(desk, await asks(desk, ASKED))
    assert (one["code"], one["topic"], one["solved_on"]) == (solved, "luong", "2026-11-22")
    assert (one["first_line"], one["answer"]) == ("Anh/chị gửi đơn tới công đoàn.", ANSWER)
    assert 0.35 <= one["likeness"] <= 1


async def test_what_is_open_unanswered_or_not_yet_told_is_not(desk: Desk) -> None:
    await asks(desk, ALIKE)
    await asks(desk, ALIKE, ANSWER, told=False)
    assert await found(desk, await asks(desk, ASKED)) == []


async def test_junk_is_not_shown(desk: Desk) -> None:
    await asks(desk, "công ty có được bắt tôi mặc đồng phục không", "Không.")
    await asks(desk, "tôi muốn hỏi về lương của em trai tôi ở công ty cũ", "Xin kể rõ.")
    assert await found(desk, await asks(desk, "con tôi ốm thì tôi nghỉ được mấy ngày ạ")) == []
    assert await found(desk, await asks(desk, "\u200b!")) == []


async def test_the_same_answer_is_shown_once_and_five_at_most(desk: Desk) -> None:
    for number in range(3):
        await asks(desk, ALIKE, ANSWER)
        await asks(desk, f"{ALIKE} {number}", f"{ANSWER} {number}")
        await asks(desk, f"{ASKED} {number}", f"Xin gửi đơn. {number}")
    rows = await found(desk, await asks(desk, ASKED))
    assert len(rows) == 5
    assert len({one["answer"] for one in rows}) == 5
    assert [one["likeness"] for one in rows] == sorted(one["likeness"] for one in rows)[::-1]


async def test_whoever_is_barred_sees_nothing_of_it(desk: Desk) -> None:
    solved = await asks(desk, ALIKE, ANSWER)
    mine = await asks(desk, ASKED)
    async with desk.database.writing() as session:
        ticket = await lookup.find_to_change(session, solved)
        lawyer = await session.get(Staff, desk.staff[Role.LAWYER].id)
        assert ticket is not None
        assert lawyer is not None
        ticket.employer, lawyer.employers = "Công ty Sao Đỏ", ["Sao Đỏ"]
        await session.flush()
        await interests.bar(session, ticket)
    assert await found(desk, mine) == []


async def test_persons_are_taken_out(desk: Desk) -> None:
    text = "Chị Nguyễn Thị Lan gọi 0912 345 678, e-mail lan@example.com để nộp đơn."
    await asks(desk, f"{ALIKE}, sđt em 0987654321", text)
    (one,) = await found(desk, await asks(desk, ASKED))
    for secret in ("0912", "0987654321", "lan@example.com", "Nguyễn Thị Lan"):
        assert secret not in json.dumps(one, ensure_ascii=False)
    assert "[số điện thoại]" in one["answer"]


async def test_an_erased_ticket_is_gone(desk: Desk) -> None:
    solved, mine = await asks(desk, ALIKE, ANSWER), await asks(desk, ASKED)
    assert len(await found(desk, mine)) == 1
    async with desk.database.writing() as session:
        ticket = await lookup.find_to_change(session, solved)
        assert ticket is not None
        await tickets.erase(session, ticket, desk.clock())
    assert await found(desk, mine) == []


async def test_the_page_shows_them_escaped_and_for_the_composer(desk: Desk) -> None:
    solved = await asks(desk, ALIKE, "<b>Gửi</b> đơn theo Điều 97 BLLĐ")
    mine = await asks(desk, ASKED)
    await desk.app[FINDER].read_all()
    async with desk.signed_in(Role.LAWYER) as browser:
        _, body, _ = await browser.ask("GET", f"/tickets/{mine}/similar")
        assert f'data-insert="similar-{solved}"' in body
        assert "&lt;b&gt;Gửi" in body
        assert 'data-article="97"' in body
        _, body, _ = await browser.ask("GET", f"/tickets/{solved}/similar")
        assert "Chưa có phiếu nào đã giải quyết" in body


# -- the nearest by their words --------------------------------------------------------------------


def test_rare_words_name_the_nearest_and_of_equals_the_newest() -> None:
    index = WordIndex()
    for number in range(1, 30):
        index.add(number, "công ty nợ lương" if number % 2 else "công ty nợ lương thai sản")
    index.add(30, "thai sản")
    assert similar.nearest(index, "THAI SAN cong ty")[:2] == [28, 26]
    assert similar.nearest(index, "lương")[:2] == [29, 28]
    assert similar.nearest(index, "!") == similar.nearest(index, "zzz") == []


def test_only_so_many_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similar, "_NEAREST", 3)
    index = WordIndex()
    for number in range(1, 9):
        index.add(number, "nợ lương")
    assert similar.nearest(index, "nợ") == [8, 7, 6]
