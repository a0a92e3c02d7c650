"""Ringing a worker back from his ticket: who may, how it ends, and what others see."""

import html
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from admin_api import calling
from admin_api.callback_task import CallbackTask
from admin_api.office import Office
from bot.channels.base import SendFailed
from bot.telephone.ringing_back import RingingBack
from escalation import callbacks, lookup, tickets
from escalation.callbacks import PER_HOUR, Outcome
from escalation.models import Staff
from escalation.sla import SHIPPED
from escalation.vocabulary import EventKind, Role
from hotline.db import Database
from knowledge_base.library import Library
from tests.admin_api.test_access import Browser, Desk, opened
from tests.factories import Clock, everything

pytestmark = pytest.mark.thorough("postgresql")

WORKER, LAWYER = "+84912345678", "+84987654321"
TALKED, MISSED = {"outcome": "talked"}, {"outcome": "worker_missed"}
HTML = {"Accept": "text/html"}


class Carrier:
    """Notes whom it was asked to ring."""

    def __init__(self) -> None:
        self.rung: list[str] = []
        self.broken = False

    async def place(self, number: str, task: int) -> str:
        self.rung.append(number)
        if self.broken:
            raise SendFailed("unreachable")
        return f"CA{len(self.rung)}"


@pytest.fixture
def carrier() -> Carrier:
    return Carrier()


@pytest.fixture
async def desk(
    database: Database, clock: Clock, library: Library, tmp_path: Path, carrier: Carrier
) -> AsyncIterator[Desk]:
    caller = RingingBack(database, clock, carrier.place)
    office = Office(database, SHIPPED, clock, lambda: library, lambda: None, caller=caller)
    async with opened(office, clock, tmp_path) as made:
        await _awaited(made)
        yield made


async def _awaited(desk: Desk) -> None:
    """The lawyer has the ticket, a number of his own, and a worker to ring back."""
    async with desk.database.writing() as session:
        ticket = await lookup.find(session, desk.code)
        lawyer = await session.get(Staff, desk.staff[Role.LAWYER].id)
        assert ticket is not None
        assert lawyer is not None
        lawyer.phone = LAWYER
        await tickets.take(session, ticket, lawyer, desk.clock())
        await tickets.detail(session, ticket, desk.clock(), reach=WORKER)
        await callbacks.ask(session, ticket, WORKER, desk.clock())


async def given_to(desk: Desk, other: bool) -> None:
    """The ticket goes back to nobody, or to a colleague."""
    async with desk.database.writing() as session:
        ticket = await lookup.find(session, desk.code)
        assert ticket is not None
        ticket.assignee_id = desk.staff[Role.ADMIN].id if other else None


async def api(desk: Desk, verb: str, body: Any = None) -> tuple[int, str]:
    path = f"/api/tickets/{desk.code}/{verb}"
    async with desk.browser() as browser:
        more = {"json": body} if body is not None else {}
        status, answer, _ = await browser.ask(
            "POST", path, headers=desk.bearer(Role.LAWYER), **more
        )
    return status, answer


async def task(desk: Desk) -> CallbackTask | None:
    return (await _detail(desk))[1]


async def _detail(desk: Desk) -> tuple[dict[str, Any], CallbackTask | None]:
    headers = desk.bearer(Role.LAWYER)
    async with (
        desk.browser() as browser,
        browser.session.get(f"{desk.base}/api/tickets/{desk.code}", headers=headers) as got,
    ):
        found = await got.json()
    callback = found["callback"]
    return found, CallbackTask.model_validate(callback) if callback else None


async def page(desk: Desk, path: str = "") -> str:
    async with desk.browser() as browser:
        where = path or f"/tickets/{desk.code}"
        _, body, _ = await browser.ask("GET", where, headers=desk.bearer(Role.LAWYER))
    return html.unescape(body)


async def outcomes(desk: Desk) -> list[str]:
    found, _ = await _detail(desk)
    return [one["outcome"] for one in found["events"] if one["kind"] == EventKind.CALLED]


# -- one button ------------------------------------------------------------------------------------


async def test_the_lawyers_own_telephone_is_rung(desk: Desk, carrier: Carrier) -> None:
    status, answer = await api(desk, "ring")
    assert (status, answer) == (200, '{"outcome":"placed"}')
    assert carrier.rung == [LAWYER]
    found = await task(desk)
    assert found is not None
    assert found.ringing_since == desk.clock()
    assert "Nghe máy, bấm 1 để nối" in await page(desk)
    desk.clock.pass_(minutes=2)
    found = await task(desk)
    assert found is not None
    assert found.ringing_since is None


async def test_pressed_twice_it_rings_once(desk: Desk, carrier: Carrier) -> None:
    await api(desk, "ring")
    desk.clock.pass_(seconds=14)
    status, answer = await api(desk, "ring")
    assert (status, calling.JUST_RUNG in answer) == (409, True)
    desk.clock.pass_(seconds=1)
    assert (await api(desk, "ring"))[0] == 200
    assert len(carrier.rung) == 2


async def test_a_carrier_that_cannot_leaves_no_call_under_way(desk: Desk, carrier: Carrier) -> None:
    carrier.broken = True
    for _ in range(2):  # one may try again at once
        status, answer = await api(desk, "ring")
        assert (status, "xin thử lại" in answer) == (409, True)
    found = await task(desk)
    assert found is not None
    assert (found.ringing_since, found.attempts) == (None, 0)
    assert await outcomes(desk) == ["placed", "lawyer_missed"] * 2


async def test_too_many_calls_are_refused_in_words(desk: Desk, carrier: Carrier) -> None:
    for _ in range(PER_HOUR):
        await api(desk, "ring")
        desk.clock.pass_(seconds=15)
    status, answer = await api(desk, "ring")
    assert (status, "quá nhiều" in answer) == (409, True)
    assert len(carrier.rung) == PER_HOUR
    assert (await outcomes(desk)) == ["placed"] * PER_HOUR


async def test_without_a_number_of_his_own_nobody_is_rung(desk: Desk, carrier: Carrier) -> None:
    async with desk.database.writing() as session:
        lawyer = await session.get(Staff, desk.staff[Role.LAWYER].id)
        assert lawyer is not None
        lawyer.phone = None
    status, answer = await api(desk, "ring")
    assert (status, "chưa có số điện thoại" in answer) == (409, True)
    assert carrier.rung == []


# -- by hand ---------------------------------------------------------------------------------------


async def test_a_talk_is_logged_and_the_task_is_done(desk: Desk) -> None:
    assert await api(desk, "calls", TALKED) == (200, '{"outcome":"talked"}')
    found, callback = await _detail(desk)
    assert found["first_responded_at"] is not None
    assert callback is not None
    assert (callback.talked, callback.closed_at) == (True, desk.clock())
    body = await page(desk)
    assert "Đã nói chuyện lúc" in body
    assert "Gọi: đã nói chuyện" in body
    assert "Gọi ngay" not in body


async def test_three_calls_in_vain_are_the_end(desk: Desk) -> None:
    for number in (1, 2):
        await api(desk, "calls", MISSED)
        assert f"đã gọi {number}/3 lần" in await page(desk)
    await api(desk, "calls", MISSED)
    body = await page(desk)
    assert "Đã gọi đủ 3 lần" in body
    for verb, sent in (("ring", None), ("calls", TALKED)):
        status, answer = await api(desk, verb, sent)
        assert (status, calling.OVER in answer) == (409, True)
    assert await outcomes(desk) == ["worker_missed"] * 3


@pytest.mark.parametrize("outcome", ["placed", "declined", "lawyer_missed", "", "TALKED", "\0"])
async def test_only_what_a_lawyer_can_know_is_logged(desk: Desk, outcome: str) -> None:
    before = await everything(desk.database)
    status, answer = await api(desk, "calls", {"outcome": outcome})
    assert (status, calling.NO_SUCH_OUTCOME in answer) == (422, True)
    assert await everything(desk.database) == before


async def test_a_closed_ticket_asks_for_no_call(desk: Desk) -> None:
    async with desk.database.writing() as session:
        ticket = await lookup.find(session, desk.code)
        assert ticket is not None
        lawyer = desk.staff[Role.LAWYER]
        await tickets.reply(session, ticket, lawyer, "Chị nộp đơn nhé", desk.clock())
        tickets.resolve(session, ticket, lawyer, desk.clock())
    assert "Phiếu đã đóng, không phải gọi nữa." in await page(desk)
    assert (await api(desk, "calls", TALKED))[0] == 409
    assert desk.code not in await page(desk, "/?view=callback")


# -- whose it is -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("other", "why"), [(True, calling.ANOTHERS), (False, calling.NOBODYS)])
async def test_only_who_has_the_ticket_rings_and_logs(
    desk: Desk, carrier: Carrier, other: bool, why: str
) -> None:
    await given_to(desk, other)
    before = await everything(desk.database)
    for verb, sent in (("ring", None), ("calls", TALKED)):
        status, answer = await api(desk, verb, sent)
        assert (status, why in answer) == (409, True)
    assert await everything(desk.database) == before
    assert carrier.rung == []


@pytest.mark.parametrize("other", [True, False])
async def test_only_who_has_the_ticket_sees_the_number(desk: Desk, other: bool) -> None:
    found, callback = await _detail(desk)
    assert callback is not None
    assert (callback.number, callback.yours, found["reach"]) == (WORKER, True, WORKER)
    assert "0912 345 678" in await page(desk)
    await given_to(desk, other)
    found, callback = await _detail(desk)
    assert callback is not None
    assert (callback.number, callback.yours, found["reach"]) == ("…678", False, "…678")
    for path in ("", f"/tickets/{desk.code}/live"):
        body = await page(desk, path)
        assert "…678" in body
        assert "912345678" not in body
        assert "0912" not in body
        assert "Gọi ngay" not in body


async def test_a_ticket_without_a_wish_has_no_call(desk: Desk) -> None:
    async with desk.database.writing() as session:
        ticket = await lookup.find(session, desk.code)
        assert ticket is not None
        await tickets.erase(session, ticket, desk.clock())
    assert await task(desk) is None
    for verb, sent in (("ring", None), ("calls", TALKED)):
        status, answer = await api(desk, verb, sent)
        assert (status, calling.NOT_AWAITED in answer) == (409, True)
    assert "Gọi lại</h2>" not in await page(desk)


# -- the pages -------------------------------------------------------------------------------------


async def _posts(browser: Browser, desk: Desk, verb: str, **form: str) -> tuple[int, str, Any]:
    data = {"csrf": await browser.csrf(), **form}
    status, body, got = await browser.ask(
        "POST", f"/tickets/{desk.code}/{verb}", data=data, headers=HTML
    )
    return status, html.unescape(body), got


async def test_the_buttons_lead_back_to_the_ticket(desk: Desk, carrier: Carrier) -> None:
    async with desk.signed_in(Role.LAWYER) as browser:
        for verb, form in (("ring", {}), ("calls", MISSED), ("calls", TALKED)):
            status, _, got = await _posts(browser, desk, verb, **form)
            assert (status, got["Location"]) == (303, f"/tickets/{desk.code}#callback")
    assert await outcomes(desk) == ["placed", "worker_missed", "talked"]
    assert carrier.rung == [LAWYER]


async def test_a_refusal_is_told_on_the_ticket(desk: Desk) -> None:
    await given_to(desk, True)
    async with desk.signed_in(Role.LAWYER) as browser:
        for verb in ("ring", "calls"):
            status, body, _ = await _posts(browser, desk, verb, **TALKED)
            assert status == 409
            assert f'role="alert">{calling.ANOTHERS}' in body
            assert f'id="case-title">{desk.code}' in body
            assert "aria-invalid" not in body  # no box is at fault


async def test_the_inbox_lists_whom_to_ring(desk: Desk) -> None:
    body = await page(desk, "/?view=callback")
    assert desk.code in body
    assert 'Cần gọi lại</span> <span class="count">1<' in body
    await api(desk, "calls", TALKED)
    body = await page(desk, "/?view=callback")
    assert "Không có ai đang chờ gọi lại." in body
    assert 'Cần gọi lại</span> <span class="count">0<' in body


async def test_without_a_line_calls_are_made_by_hand(
    database: Database, clock: Clock, library: Library, tmp_path: Path
) -> None:
    office = Office(database, SHIPPED, clock, lambda: library, lambda: None)
    async with opened(office, clock, tmp_path) as desk:
        await _awaited(desk)
        body = await page(desk)
        assert "Gọi ngay" not in body
        assert calling.NO_LINE in body
        status, answer = await api(desk, "ring")
        assert (status, calling.NO_LINE in answer) == (409, True)
        assert (await api(desk, "calls", MISSED))[0] == 200


async def test_a_call_the_carrier_tells_of_counts(desk: Desk, carrier: Carrier) -> None:
    await api(desk, "ring")
    async with desk.database.writing() as session:
        [task_id] = (await session.scalars(select(callbacks.Callback.id))).all()
        found = await callbacks.locked(session, task_id)
        assert found is not None
        staff = await callbacks.who_rings(session, found[1])
        await callbacks.finish(session, *found, staff, Outcome.TALKED, desk.clock(), "CA1")
    callback = await task(desk)
    assert callback is not None
    assert (callback.talked, callback.ringing_since) == (True, None)
    assert desk.code not in await page(desk, "/?view=callback")
