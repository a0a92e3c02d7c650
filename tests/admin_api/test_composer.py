"""Answering from the console: variables, the library's answers, ten seconds to take it back."""

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from admin_api import law_texts
from admin_api.console import limits
from admin_api.office import Office
from bot import notifications
from escalation import lookup, running, tickets
from escalation.models import Ticket, TicketEvent
from escalation.sla import SHIPPED
from escalation.vocabulary import EventKind, Role, State
from hotline.db import Database
from knowledge_base import law
from knowledge_base.articles import Article
from knowledge_base.library import Library
from tests.admin_api.test_access import Browser, Desk, opened
from tests.factories import Clock

pytestmark = pytest.mark.thorough("postgresql")


@pytest.fixture
def office(database: Database, clock: Clock, library: Library) -> Office:
    return Office(database, SHIPPED, clock, lambda: library, changed=lambda: None)


@pytest.fixture
async def desk(office: Office, clock: Clock, tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(office, clock, tmp_path) as made:
        yield made


@pytest.fixture
async def lawyer(desk: Desk) -> AsyncIterator[Browser]:
    async with desk.signed_in(Role.LAWYER) as browser:
        yield browser


async def _post(lawyer: Browser, path: str, **form: str) -> tuple[int, str]:
    data = {"csrf": await lawyer.csrf(), **form}
    url = f"/tickets/{lawyer.desk.code}{path}"
    status, body, _ = await lawyer.ask("POST", url, data=data, headers={"Accept": "text/html"})
    return status, body


async def _read(desk: Desk) -> tuple[Ticket, list[TicketEvent]]:
    async with desk.database.reading() as session:
        ticket = await lookup.find(session, desk.code)
        assert ticket is not None
        return ticket, list(await tickets.history(session, ticket))


async def _announce(desk: Desk) -> int:
    async with desk.database.writing() as session:
        return await notifications.announce(session, desk.clock())


def _replies(events: list[TicketEvent]) -> list[TicketEvent]:
    return [one for one in events if one.kind is EventKind.REPLIED]


# -- taking back -----------------------------------------------------------------------------------


async def test_an_answer_leaves_after_ten_seconds(desk: Desk, lawyer: Browser) -> None:
    assert (await _post(lawyer, "/replies", text="Chào", then="resolve"))[0] == 303
    assert await _announce(desk) == 0  # nor does word of the closing overtake it
    desk.clock.pass_(seconds=9)
    assert await _announce(desk) == 0
    desk.clock.pass_(seconds=1)
    assert await _announce(desk) == 2


async def test_the_api_does_not_wait(desk: Desk) -> None:
    async with desk.browser() as browser:
        path = f"/api/tickets/{desk.code}/replies"
        for _ in range(2):
            headers = {**desk.bearer(Role.LAWYER), "Idempotency-Key": "one"}
            assert (await browser.ask("POST", path, json={"text": "a"}, headers=headers))[0] == 201
    assert await _announce(desk) == 1


@pytest.mark.parametrize("then", ["", "hold", "resolve"])
async def test_what_is_taken_back_never_was(desk: Desk, lawyer: Browser, then: str) -> None:
    await _post(lawyer, "/claim")
    before, _ = await _read(desk)
    desk.clock.pass_(minutes=5)
    await _post(lawyer, "/replies", text="Nhầm <b>phiếu</b>", then=then, key="k")
    _, events = await _read(desk)
    status, body = await _post(lawyer, f"/replies/{_replies(events)[0].id}/undo")
    assert status == 200
    assert "Nhầm &lt;b&gt;phiếu" in body.split('id="reply-text"')[1].split("</textarea>")[0]
    after, events = await _read(desk)
    assert running.read(after) == running.read(before)
    assert (after.state, after.next_due_at) == (State.ACTIVE, before.next_due_at)
    assert running.recomputed(after, events) == running.read(after)
    assert not _replies(events)
    desk.clock.pass_(minutes=5)
    assert await _announce(desk) == 0
    await _post(lawyer, "/replies", text="Nhầm", key="k")  # a repeat of the first does nothing
    assert not _replies((await _read(desk))[1])


async def test_an_answer_is_corrected_after_the_ticket_was_closed(
    desk: Desk, lawyer: Browser
) -> None:
    async with desk.database.writing() as session:
        ticket = await lookup.find(session, desk.code)
        assert ticket is not None
        ticket.person_id = 1
    assert (await _post(lawyer, "/reopen"))[0] == 409  # it is open
    await _post(lawyer, "/replies", text="Chậm nhất là ngày 5", then="resolve")
    status, body = await _post(lawyer, "/replies", text="Nhầm, là ngày 15")
    assert status == 409
    assert "Mở lại để nói thêm" in body
    assert (await _post(lawyer, "/reopen"))[0] == 303
    assert (await _post(lawyer, "/replies", text="Nhầm, là ngày 15", then="resolve"))[0] == 303
    ticket, events = await _read(desk)
    assert ticket.state is State.RESOLVED
    assert [one.text for one in _replies(events)] == ["Chậm nhất là ngày 5", "Nhầm, là ngày 15"]


async def test_what_has_left_or_is_another_s_stays(desk: Desk, lawyer: Browser) -> None:
    await _post(lawyer, "/replies", text="Đã gửi")
    _, events = await _read(desk)
    number = _replies(events)[0].id
    desk.clock.pass_(seconds=11)
    await _announce(desk)
    for wrong in (number, number + 1, 0):
        status, body = await _post(lawyer, f"/replies/{wrong}/undo")
        assert status == 409
        assert "không rút lại được" in body
    assert len(_replies((await _read(desk))[1])) == 1


async def test_taken_back_while_the_worker_writes(desk: Desk, lawyer: Browser) -> None:
    await _post(lawyer, "/replies", text="Nhầm", then="resolve")
    now = desk.clock()
    async with desk.database.writing() as session:
        ticket = await lookup.find_to_change(session, desk.code)
        assert ticket is not None
        tickets.wrote(session, ticket, "alo", now, now)
    _, events = await _read(desk)
    assert (await _post(lawyer, f"/replies/{_replies(events)[0].id}/undo"))[0] == 200
    ticket, events = await _read(desk)
    assert ticket.state is State.ACTIVE
    assert ticket.first_responded_at is None
    assert running.recomputed(ticket, events) == running.read(ticket)


async def test_leaving_and_taking_back_at_once_agree(desk: Desk, lawyer: Browser) -> None:
    for number in range(5):
        await _post(lawyer, "/replies", text=f"Câu {number}", key=f"k{number}")
        desk.clock.pass_(seconds=10)
        newest = _replies((await _read(desk))[1])[-1].id
        told, (status, _) = await asyncio.gather(
            _announce(desk), _post(lawyer, f"/replies/{newest}/undo")
        )
        assert (told, status) in ((1, 409), (0, 200))


# -- while writing ---------------------------------------------------------------------------------


async def test_variables_are_filled(desk: Desk, lawyer: Browser) -> None:
    await _post(lawyer, "/replies", text="Phiếu {mã phiếu}, hạn {hạn}. {lạ}")
    _, events = await _read(desk)
    assert _replies(events)[0].text == f"Phiếu {desk.code}, hạn 11:30 Thứ Hai 23/11. {{lạ}}"


def test_limits_of_the_channels() -> None:
    found = {name: limits.of(name) for name in ("telegram", "zalo_oa", "zalo_bot", "webchat")}
    assert {name: one and one.most for name, one in found.items()} == {
        "telegram": 4096,
        "zalo_oa": 2000,
        "zalo_bot": 2000,
        "webchat": None,
    }


async def _json(desk: Desk, path: str) -> Any:
    async with desk.browser() as browser:
        status, body, _ = await browser.ask("GET", path, headers=desk.bearer(Role.LAWYER))
        assert status == 200, body
        return json.loads(body)


async def test_the_library_answers_with_its_basis(desk: Desk) -> None:
    answers = (await _json(desk, "/api/faq?q=nghi+viec+bao+truoc"))["answers"]
    assert "Căn cứ: " in answers[0]["text"]
    assert "Đ.35" in "".join(one["text"] for one in answers)
    assert (await _json(desk, "/api/faq?q=+"))["answers"] == []


# -- the law ---------------------------------------------------------------------------------------

_LABOUR_CODE = "45/2019/QH14"
_PATH = "/api/law/45%2F2019%2FQH14/97"


async def test_an_article_is_shown_once_it_was_imported(desk: Desk) -> None:
    absent = await _json(desk, _PATH)
    assert (absent["law_name"], absent["text"]) == ("Bộ luật Lao động", None)
    article = Article(_LABOUR_CODE, "97", "Kỳ hạn trả lương", "1. Mỗi tháng.", dt.date(2021, 1, 1))
    async with desk.database.writing() as session:
        known = await law.load(session)
        diff = law.compare(known, [article], dt.date(2026, 11, 22), whole=False)
        await law.record(session, diff, desk.clock())
    shown = await _json(desk, _PATH)
    assert (shown["title"], shown["text"]) == ("Kỳ hạn trả lương", "1. Mỗi tháng.")
    assert (await _json(desk, "/api/law/none/%ED%A0%80"))["text"] is None


def test_texts_are_cut_at_the_articles_they_name(office: Office) -> None:
    cited = law_texts.Citer(office)
    text = "Theo Điều 97 khoản 4 BLLĐ 2019, Đ.94. Điều 5 nội quy <b>"
    pieces = cited(text)
    assert "".join(piece.text for piece in pieces) == text
    assert (_LABOUR_CODE, "97") in [piece.place for piece in pieces]
    assert [piece.text for piece in cited("không có luật")] == ["không có luật"]
