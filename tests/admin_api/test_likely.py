"""The articles a ticket is likely about, as the office serves them."""

import datetime as dt
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from admin_api.likely import SHELVES
from admin_api.office import Office
from bot.models import Contact, Conversation, Handoff, Question
from escalation import lookup, tickets
from escalation.models import Ticket
from escalation.sla import SHIPPED
from escalation.tickets import Opening
from escalation.vocabulary import Kind, Priority, Role
from hotline.db import Database
from knowledge_base import entries, law
from knowledge_base.articles import Article
from knowledge_base.importing import Base
from knowledge_base.library import Library
from tests.admin_api.test_access import Desk, opened
from tests.factories import Clock

pytestmark = pytest.mark.thorough("postgresql")

LAW = "45/2019/QH14"
SINCE = dt.date(2021, 1, 1)


class Register:
    """A library that changes with the register, as the running house keeps it."""

    def __init__(self, database: Database, base: Base, library: Library, clock: Clock) -> None:
        self.database, self.base, self.clock = database, base, clock
        self.library = library

    async def learns(self, *articles: Article) -> None:
        async with self.database.writing() as session:
            known = await law.load(session)
            diff = law.compare(known, articles, law.today(self.clock()), whole=False)
            await law.record(session, diff, self.clock())
        self.library = entries.library_of(self.base)


@pytest.fixture
def register(database: Database, base: Base, library: Library, clock: Clock) -> Register:
    return Register(database, base, library, clock)


@pytest.fixture
async def desk(register: Register, clock: Clock, tmp_path: Path) -> AsyncIterator[Desk]:
    database, changed = register.database, lambda: None
    office = Office(database, SHIPPED, clock, lambda: register.library, changed=changed)
    async with opened(office, clock, tmp_path) as made:
        yield made


async def asks(desk: Desk, subject: str) -> str:
    async with desk.database.writing() as session:
        opening = Opening(Kind.QUESTION, Priority.NORMAL, "telegram", subject, desk.clock())
        return (await tickets.open_ticket(session, opening, SHIPPED, desk.clock())).code


async def told(desk: Desk, code: str) -> list[dict[str, Any]]:
    async with desk.browser() as browser:
        path, headers = f"/api/tickets/{code}/articles", desk.bearer(Role.LAWYER)
        status, body, _ = await browser.ask("GET", path, headers=headers)
        assert status == 200
        found: list[dict[str, Any]] = json.loads(body)["articles"]
        return found


async def change(desk: Desk, code: str, **values: Any) -> Ticket:
    async with desk.database.writing() as session:
        ticket = await lookup.find_to_change(session, code)
        assert ticket is not None
        for name, value in values.items():
            setattr(ticket, name, value)
        return ticket


async def answered_by_bot(desk: Desk, code: str, entry_id: str, verdict: str) -> None:
    """As the bot leaves it when a lawyer is called after its answer."""
    reasoning = {"verdict": verdict, "matches": [{"entry": entry_id, "score": 1, "words": []}]}
    now = desk.clock()
    async with desk.database.writing() as session:
        contact = Contact(channel="telegram", address="7", address_index="7", created_at=now)
        session.add(contact)
        await session.flush()
        talk = Conversation(contact_id=contact.id, state={}, last_at=now)
        session.add(talk)
        await session.flush()
        question = Question(
            conversation_id=talk.id,
            channel="telegram",
            asked_at=now,
            outcome="handed_off",
            reasoning=reasoning,
        )
        session.add(question)
        await session.flush()
        ticket = await lookup.find(session, code)
        assert ticket is not None
        told_off = {"question_id": question.id, "ticket_id": ticket.id, "created_at": now}
        session.add(Handoff(conversation_id=talk.id, **told_off))


async def test_titles_and_force_come_from_the_register(desk: Desk, register: Register) -> None:
    code = await asks(desk, "Tăng ca tối đa bao nhiêu giờ một tháng?")
    before = next(one for one in await told(desk, code) if one["article_id"] == "107")
    assert (before["title"], before["because"]) == ("", "answers")
    await register.learns(
        Article(LAW, "107", "Làm thêm giờ", "Có giới hạn mỗi tháng.", SINCE),
        Article(LAW, "400", "Tăng ca", "Tăng ca tối đa bao nhiêu giờ mỗi tháng.", SINCE),
    )
    found = {one["article_id"]: one for one in await told(desk, code)}
    assert found["107"] == {
        "law_id": LAW,
        "article_id": "107",
        "short": "BLLĐ 2019 Đ.107",
        "law_name": register.library.instruments[LAW].name,
        "title": "Làm thêm giờ",
        "because": "answers",
        "in_force": True,
        "effective_from": "2021-01-01",
        "effective_to": None,
        "later": False,
    }
    assert found["400"]["because"] == "words"
    assert len(found) <= 10


async def test_what_the_bot_cited_comes_first_even_if_it_ended(
    desk: Desk, register: Register
) -> None:
    cited = [one.article_id for one in register.library.entries["lam-them-toi-da"].citations]
    for verdict, first in (("answer", "given"), ("clarify", "answers")):
        code = await asks(desk, "công ty chậm lương hai tháng liền")
        if verdict == "answer":
            await answered_by_bot(desk, code, "lam-them-toi-da", verdict)
        found = await told(desk, code)
        assert found[0]["because"] == first
        assert (found[0]["article_id"] == cited[0]) == (verdict == "answer")
        if verdict == "answer":
            gone = Article(LAW, cited[0], "", "", law.today(desk.clock()))
            await register.learns(
                Article(LAW, cited[0], "Làm thêm giờ", "Có giới hạn.", SINCE), gone
            )
            best = (await told(desk, code))[0]
            assert (best["article_id"], best["in_force"]) == (cited[0], False)


async def test_an_article_younger_than_the_matter_says_so(desk: Desk, register: Register) -> None:
    code = await asks(desk, "Tăng ca tối đa bao nhiêu giờ một tháng?")
    for day, later in ((dt.date(2020, 12, 31), True), (SINCE, False)):
        await change(desk, code, event_on=day)
        found = {one["article_id"]: one for one in await told(desk, code)}
        assert found["107"]["later"] is later


async def test_a_short_subject_is_read_with_what_came_after(desk: Desk) -> None:
    code = await asks(desk, "gặp luật sư")
    assert await told(desk, code) == []
    async with desk.database.writing() as session:
        ticket = await lookup.find_to_change(session, code)
        assert ticket is not None
        text = "tăng ca tối đa bao nhiêu giờ một tháng"
        tickets.wrote(session, ticket, text, desk.clock(), desk.clock())
    assert "107" in [one["article_id"] for one in await told(desk, code)]


async def test_one_index_serves_until_day_or_register_change(
    desk: Desk, register: Register
) -> None:
    shelves = desk.app[SHELVES]
    first = await shelves.newest()
    assert await shelves.newest() is first
    desk.clock.pass_(days=1)
    second = await shelves.newest()
    assert second is not first
    await register.learns(Article(LAW, "97", "Lương", "Trả đúng hạn.", SINCE))
    assert (await shelves.newest()).held[LAW, "97"].title == "Lương"


async def test_the_page_shows_them_and_their_absence(desk: Desk) -> None:
    found, none = await asks(desk, "tăng ca tối đa mấy giờ một tháng"), await asks(desk, "alo")
    async with desk.signed_in(Role.LAWYER) as browser:
        _, body, _ = await browser.ask("GET", f"/tickets/{found}/articles")
        assert 'data-law="45/2019/QH14" data-article="107"' in body
        _, body, _ = await browser.ask("GET", f"/tickets/{none}/articles")
        assert "Chưa tìm được điều luật nào" in body
        _, body, _ = await browser.ask("GET", f"/tickets/{found}")
        assert f'data-fetch="/tickets/{found}/articles"' in body
