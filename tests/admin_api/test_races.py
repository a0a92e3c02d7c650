"""Several at once over HTTP: one wins, the others are told, and nothing is done twice."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import select

from admin_api import joining
from admin_api.tickets import TAKEN_ALREADY
from escalation.models import Ticket
from escalation.vocabulary import EventKind
from tests.admin_api.test_access import Desk, desk
from tests.admin_api.test_assigning import SAO_DO, Office

__all__ = ["desk"]

_RACES = 100


@pytest.fixture
async def office(desk: Desk) -> AsyncIterator[Office]:
    async with desk.browser() as browser:
        yield Office(desk, browser)


@pytest.mark.thorough
async def test_a_hundred_claim_races_have_one_winner_each(office: Office) -> None:
    lawyers = [await office.lawyer(name) for name in ("Lan", "Mai", "Hoa")]
    codes = await office.worker("a", *(f"nợ lương {number}" for number in range(_RACES)))
    for code in codes:
        got = await asyncio.gather(*(office.do(one, code, "claim") for one in lawyers))
        assert sorted(status for status, _ in got) == [200, 409, 409]
        (winner,) = [one for one, (status, _) in zip(lawyers, got, strict=True) if status == 200]
        assert {body["error"]["message"] for _, body in got if "error" in body} == {TAKEN_ALREADY}
        assert {body["assignee"] for _, body in got if "assignee" in body} == {winner.name}
        assert (await office.read(code)).assignee_id == winner.id
        assert (await office.kinds(code)).count(EventKind.TAKEN) == 1


async def _told(office: Office) -> Counter[str]:
    return Counter(text for texts in (await office.told()).values() for text in texts)


async def at_once(count: int, ask: Callable[[], Awaitable[tuple[int, Any]]]) -> list[Any]:
    return list(await asyncio.gather(*(ask() for _ in range(count))))


async def test_one_key_five_times_at_once_is_one_reply(office: Office) -> None:
    lawyer = await office.lawyer("Lan")
    for number in range(10):
        (code,) = await office.worker(f"w{number}", "nợ lương")
        words, key = {"text": f"Chào anh/chị {number}"}, {"Idempotency-Key": f"k{number}"}
        path = f"/api/tickets/{code}/replies"
        got = await at_once(5, lambda: office.ask(lawyer, "POST", path, words, **key))  # noqa: B023
        assert {status for status, _ in got} == {201}
        assert len({body["id"] for _, body in got}) == 1
        assert (await office.kinds(code)).count(EventKind.REPLIED) == 1
        told = await _told(office)
        assert sum(told[text] for text in told if words["text"] in text) == 1


async def test_one_key_five_times_at_once_answers_a_matter_once(office: Office) -> None:
    lawyer = await office.lawyer("Lan")
    codes = [(await office.worker(who, "nợ lương", employer=SAO_DO))[0] for who in "abc"]
    for code in codes[1:]:
        assert (await office.do(lawyer, code, "matter/join", {"master": codes[0]}))[0] == 200
    words, key = {"text": "Đã gửi công văn."}, {"Idempotency-Key": joining.new_key()}
    path = f"/api/tickets/{codes[0]}/matter/replies"
    got = await at_once(5, lambda: office.ask(lawyer, "POST", path, words, **key))
    assert {status for status, _ in got} == {200}
    for code in codes:
        assert (await office.kinds(code)).count(EventKind.REPLIED) == 1
    told = await _told(office)
    assert sum(told[text] for text in told if words["text"] in text) == len(codes)


async def test_keys_of_two_lawyers_at_once_are_two_replies(office: Office) -> None:
    one, other = await office.lawyer("Lan"), await office.lawyer("Mai")
    (code,) = await office.worker("a", "nợ lương")
    path = f"/api/tickets/{code}/replies"
    got = await asyncio.gather(
        *(
            office.ask(who, "POST", path, {"text": who.name}, **{"Idempotency-Key": who.name})
            for who in (one, other)
        )
    )
    assert {status for status, _ in got} == {201}
    assert (await office.kinds(code)).count(EventKind.REPLIED) == 2
    assert (await office.kinds(code)).count(EventKind.TAKEN) == 1


async def test_merging_both_ways_at_once_leaves_one_open(office: Office) -> None:
    lawyer = await office.lawyer("Lan")
    for number in range(10):
        one, other = await office.worker(f"w{number}", "nợ lương", "nợ thưởng")
        got = await asyncio.gather(
            office.do(lawyer, one, "merge", {"into": other}),
            office.do(lawyer, other, "merge", {"into": one}),
        )
        assert sorted(status for status, _ in got) == [200, 409]
        async with office.desk.database.reading() as session:
            found = await session.scalars(select(Ticket).where(Ticket.code.in_((one, other))))
            assert sorted(ticket.is_open for ticket in found) == [False, True]
