"""The second lawyer's check and "@" in notes, over the pages and the API."""

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from admin_api import accounts
from bot import notifications
from escalation import checking, lookup, mentions, tickets
from escalation.models import Staff, Ticket, TicketEvent
from escalation.vocabulary import EventKind, Role, State
from tests.admin_api.test_access import Browser, Desk, desk

pytestmark = pytest.mark.thorough("postgresql")

__all__ = ["desk"]

WORDS = "Anh/chị khiếu nại trong 60 ngày <b>nhé</b>."


class Person:
    """Somebody at the API, by his token."""

    def __init__(self, desk: Desk, browser: Browser, staff: Staff, token: str) -> None:
        self.desk, self.browser, self.staff, self._token = desk, browser, staff, token

    async def post(self, path: str, json: Any, key: str | None = None) -> tuple[int, str]:
        headers = {"Authorization": f"Bearer {self._token}"}
        headers |= {"Idempotency-Key": key} if key else {}
        url = f"/api/tickets/{self.desk.code}{path}"
        status, body, _ = await self.browser.ask("POST", url, json=json, headers=headers)
        return status, body

    async def get(self, path: str) -> str:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "text/html"}
        return (await self.browser.ask("GET", path, headers=headers))[1]

    async def send(self, path: str, **form: str) -> tuple[int, str]:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "text/html"}
        url = f"/tickets/{self.desk.code}{path}"
        status, body, _ = await self.browser.ask("POST", url, data=form, headers=headers)
        return status, body


async def _hired(desk: Desk, browser: Browser, name: str) -> Person:
    async with desk.database.writing() as session:
        email = f"{len(name)}.{abs(hash(name))}@hotline.test"
        staff, _ = await accounts.add_staff(session, email, name, Role.LAWYER, desk.clock())
        token = await accounts.issue_token(session, staff, desk.clock())
    return Person(desk, browser, staff, token)


@pytest.fixture
async def browser(desk: Desk) -> AsyncIterator[Browser]:
    async with desk.browser() as opened:
        yield opened


@pytest.fixture
async def hoa(desk: Desk, browser: Browser) -> Person:
    return await _hired(desk, browser, "Trần Thị Hoa")


@pytest.fixture
async def lan(desk: Desk, browser: Browser) -> Person:
    return await _hired(desk, browser, "Lê Lan")


@pytest.fixture
async def flagged(desk: Desk) -> None:
    """The ticket's topic is one whose answers are checked."""
    async with desk.database.writing() as session:
        ticket = await lookup.find(session, desk.code)
        assert ticket is not None
        ticket.topic = "ky-luat"
        await checking.set_topics(session, ["ky-luat"])


async def _read(desk: Desk) -> tuple[Ticket, list[TicketEvent]]:
    async with desk.database.reading() as session:
        ticket = await lookup.find(session, desk.code)
        assert ticket is not None
        return ticket, list(await tickets.history(session, ticket))


async def _kinds(desk: Desk) -> list[EventKind]:
    return [one.kind for one in (await _read(desk))[1]]


async def _leaves(desk: Desk) -> int:
    async with desk.database.writing() as session:
        return await notifications.announce(session, desk.clock())


# -- the check -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("flagged")
async def test_over_the_api_an_answer_awaits_its_check_and_is_passed(
    desk: Desk, hoa: Person, lan: Person
) -> None:
    for _ in range(3):  # the same key: one answer
        status, body = await hoa.post("/replies", {"text": WORDS}, key="k")
        assert (status, json.loads(body)["awaiting_check"]) == (202, True)
    assert (await _kinds(desk)).count(EventKind.SUBMITTED) == 1
    assert await _leaves(desk) == 0
    assert (await hoa.post("/check", {"decision": "pass"}))[0] == 409
    assert (await lan.post("/replies", {"text": "khác"}))[0] == 409
    for _ in range(2):
        assert (await lan.post("/check", {"decision": "pass"}, key="k"))[0] == 200
    assert (await lan.post("/check", {"decision": "pass"}))[0] == 409
    assert await _leaves(desk) == 1
    described = json.loads(await hoa.get("/api/openapi.json"))["paths"]
    replies = described["/api/tickets/{code}/replies"]["post"]["responses"]
    assert {"201", "202"} <= set(replies)


async def test_elsewhere_an_answer_leaves_as_before(desk: Desk, hoa: Person) -> None:
    status, body = await hoa.post("/replies", {"text": WORDS})
    assert (status, json.loads(body)["awaiting_check"]) == (201, False)
    assert "Gửi kiểm tra" not in await hoa.get(f"/tickets/{desk.code}")


@pytest.mark.usefixtures("flagged")
async def test_sent_back_with_a_reason_and_never_without(
    desk: Desk, hoa: Person, lan: Person
) -> None:
    await hoa.post("/replies", {"text": WORDS})
    for reason in ("", "  ", "\u200b", "\0"):
        assert (await lan.post("/check", {"decision": "back", "reason": reason}))[0] == 422
    for odd in ({}, {"decision": "burn"}, {"decision": 1}, {"decision": "pass", "reason": 5}):
        assert (await lan.post("/check", odd))[0] == 422
    assert (await lan.post("/check", {"decision": "back", "reason": "Sai hạn"}, key="b"))[0] == 200
    assert (await lan.post("/check", {"decision": "back", "reason": "Sai hạn"}, key="b"))[0] == 200
    assert (await _kinds(desk)).count(EventKind.SENT_BACK) == 1
    page = await hoa.get(f"/tickets/{desk.code}")
    assert "Gửi lại để sửa · Lê Lan" in page
    assert "Sai hạn" in page
    assert "60 ngày &lt;b&gt;nhé" in page  # his words are there to go on from


@pytest.mark.usefixtures("flagged")
async def test_the_page_offers_each_what_he_may_do(desk: Desk, hoa: Person, lan: Person) -> None:
    before = await hoa.get(f"/tickets/{desk.code}")
    assert "Chủ đề này phải có đồng nghiệp thứ hai đọc trước khi gửi." in before
    assert (await hoa.send("/replies", text=WORDS, then="resolve", key="k"))[0] == 303
    assert (await _read(desk))[0].state is State.ACTIVE
    mine, theirs = [await one.get(f"/tickets/{desk.code}") for one in (hoa, lan)]
    assert ('id="withdraw"' in mine, 'id="pass"' in mine) == (True, False)
    assert ('id="withdraw"' in theirs, 'id="pass"' in theirs) == (False, True)
    assert "muốn đóng phiếu sau khi gửi" in theirs
    assert (await lan.send("/check", decision="pass"))[0] == 303
    assert (await _read(desk))[0].state is State.RESOLVED
    assert await _leaves(desk) == 0  # the ten seconds in which it can be taken back
    desk.clock.pass_(seconds=11)
    assert await _leaves(desk) == 2
    assert "Trần Thị Hoa, Lê Lan kiểm tra" in await hoa.get(f"/tickets/{desk.code}")


@pytest.mark.usefixtures("flagged")
async def test_withdrawn_its_words_stand_in_the_box(desk: Desk, hoa: Person, lan: Person) -> None:
    await hoa.send("/replies", text=WORDS)
    assert (await lan.send("/check", decision="withdraw"))[0] == 409
    status, page = await hoa.send("/check", decision="withdraw")
    assert status == 200
    assert "60 ngày &lt;b&gt;nhé" in page.split('id="reply-text"')[1].split("</textarea>")[0]
    assert (await lan.send("/check", decision="pass"))[0] == 409
    assert (await lan.send("/check", decision="\ud800".encode("utf-8", "replace").decode()))[
        0
    ] == 422


@pytest.mark.usefixtures("flagged")
async def test_what_was_typed_as_reason_is_not_lost(desk: Desk, hoa: Person, lan: Person) -> None:
    await hoa.send("/replies", text=WORDS)
    status, page = await lan.send("/check", decision="back", text="x" * 8001)
    assert status == 422
    assert "x" * 8001 in page


@pytest.mark.usefixtures("flagged")
async def test_a_ticket_with_an_unchecked_answer_is_not_closed(
    desk: Desk, hoa: Person, lan: Person
) -> None:
    await hoa.post("/replies", {"text": "Chào"})
    await lan.post("/check", {"decision": "pass"})
    await hoa.post("/replies", {"text": WORDS})
    status, body = await lan.post("/resolve", {})
    assert status == 409
    assert "chờ kiểm tra" in body


@pytest.mark.usefixtures("flagged")
async def test_the_inbox_counts_what_waits_for_a_check(
    desk: Desk, hoa: Person, lan: Person
) -> None:
    def count(page: str) -> str:
        found = re.search(r'id="view-checking"[^>]*>.*?<span class="count">(\d+)', page, re.DOTALL)
        assert found is not None
        return found[1]

    assert count(await lan.get("/?view=checking")) == "0"
    await hoa.post("/replies", {"text": WORDS})
    page = await lan.get("/?view=checking")
    assert (count(page), f"to-{desk.code}" in page) == ("1", True)
    await lan.post("/check", {"decision": "pass"})
    page = await lan.get("/?view=checking")
    assert (count(page), f"to-{desk.code}" in page) == ("0", False)


# -- two at once -----------------------------------------------------------------------------------


async def test_who_did_not_see_a_colleague_s_answer_is_warned_once(
    desk: Desk, hoa: Person, lan: Person
) -> None:
    await hoa.send("/replies", text="Câu của Hoa", seen="0", key="a")
    status, page = await lan.send("/replies", text="Câu của Lan", seen="0", key="b")
    assert status == 409
    assert "Đồng nghiệp vừa trả lời lúc 15:00" in page
    assert "Câu của Lan" in page.split('id="reply-text"')[1].split("</textarea>")[0]
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen is not None
    assert (await lan.send("/replies", text="Câu của Lan", seen=seen[1], key="b"))[0] == 303
    assert (await hoa.send("/replies", text="Câu của Hoa", seen="0", key="a"))[0] == 303  # repeat
    assert (await lan.send("/replies", text="Nữa", seen=seen[1], key="c"))[0] == 303  # his own
    assert (await _kinds(desk)).count(EventKind.REPLIED) == 3
    for odd in ("-1", "x", "9" * 30, "\0"):
        assert (await lan.send("/replies", text="Nữa", seen=odd))[0] in (303, 409)


# -- notes that name a colleague -------------------------------------------------------------------


def test_names_in_a_note() -> None:
    people = [Staff(id=1, name="Lan"), Staff(id=2, name="Lê Lan Anh"), Staff(id=3, name="Lê Lan")]
    people.append(Staff(id=4, name="lê lan"))

    def named(text: str) -> list[int]:
        return mentions.named(text, people)

    assert named("@Lê Lan Anh xem giúp") == [2]
    assert named("nhờ @LÊ LAN, @Lan.") == [1, 3, 4]
    assert named("@Lana, Lan, a@b") == []
    assert named("@Le\u0302 Lan Anh") == [2]  # typed letter by letter
    assert mentions.named("@Lan", []) == []


async def _named(desk: Desk, one: Person) -> tuple[str, bool]:
    page = await one.get("/?view=mentioned")
    count = re.search(r'id="view-mentioned".*?<span class="count">(\d+)', page, re.DOTALL)
    assert count is not None
    return count[1], f"to-{desk.code}" in page


async def test_who_is_named_finds_the_ticket_until_he_has_seen_it(
    desk: Desk, hoa: Person, lan: Person
) -> None:
    status, _ = await hoa.post("/notes", {"text": "@Lê Lan xem giúp, @Trần Thị Hoa giữ phiếu"})
    assert status == 201
    assert (await _read(desk))[1][-1].data == {"mentions": [lan.staff.id]}
    assert await _named(desk, lan) == ("1", True)
    assert await _named(desk, hoa) == ("0", False)
    await lan.post("/presence", {"typing": False})
    assert await _named(desk, lan) == ("0", False)
    await hoa.send("/notes", text="@lê lan nhắc lại")
    assert await _named(desk, lan) == ("1", True)
    await lan.post("/notes", {"text": "Đã xem"})  # whoever answers has read it
    assert await _named(desk, lan) == ("0", False)


async def test_a_barred_colleague_is_neither_offered_nor_named(
    desk: Desk, hoa: Person, lan: Person
) -> None:
    assert "Lê Lan" in (await hoa.get(f"/tickets/{desk.code}")).split('id="colleagues"')[1]
    async with desk.database.writing() as session:
        person = await session.get_one(Staff, lan.staff.id)
        person.employers = ["Sao Đỏ"]
        ticket = await lookup.find(session, desk.code)
        assert ticket is not None
        await tickets.detail(session, ticket, desk.clock(), employer="Sao Đỏ")
    await hoa.post("/notes", {"text": "@Lê Lan xem giúp"})
    assert (await _read(desk))[1][-1].data == {}
    page = (await hoa.get(f"/tickets/{desk.code}")).split('id="colleagues"')[1]
    assert "Lê Lan" not in page.split(">")[0]
    assert (await lan.post("/presence", {"typing": True}))[0] == 404
