"""Call-backs through the running program: a lawyer presses "Gọi ngay", Twilio rings him, then the
worker; whatever is told of it, in any order, the books count it once.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from admin_api import calling
from bot import phrases
from bot.telephone import words
from escalation import callbacks
from escalation.callbacks import MOST_ATTEMPTS, PER_DAY, PER_HOUR, Outcome
from escalation.models import Callback, Staff, Ticket
from escalation.vocabulary import EventKind, Role
from hotline.rehearsal import walker
from hotline.rehearsal.twilio import LocalTwilio, new_sid
from hotline.settings import Settings
from tests.factories import Client
from tests.journeys.conftest import Hotline
from tests.telephone_house import MOBILE, TelephoneHouse

pytestmark = pytest.mark.thorough("postgresql")

LAWYER = "+84987654321"
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def settings(settings: Settings, twilio: LocalTwilio) -> Settings:
    return settings.model_copy(
        update={
            "twilio_account_sid": twilio.account,
            "twilio_auth_token": twilio.token,
            "twilio_number": twilio.number,
            "twilio_api_base": twilio.base,
        }
    )


@dataclass
class Desk:
    """A lawyer at his desk, with the ticket of a worker who waits to be rung."""

    house: TelephoneHouse
    lawyer: Client
    code: str

    @property
    def placed(self) -> list[dict[str, str]]:
        return self.house.twilio.placed

    async def rings(self) -> tuple[int, Any]:
        """Press the button; a second press within seconds is another story."""
        self.house.hotline.clock.pass_(seconds=20)
        return await self.lawyer.post(f"/api/tickets/{self.code}/ring")

    async def answers(self) -> walker.Call:
        """The lawyer's telephone rings and he picks it up."""
        return await walker.Call.answer(self.house.line, self.placed[-1])

    async def detail(self) -> dict[str, Any]:
        status, found = await self.lawyer.get(f"/api/tickets/{self.code}")
        assert status == 200
        assert isinstance(found, dict)
        return found

    async def outcomes(self) -> list[str]:
        events = (await self.detail())["events"]
        return [one["outcome"] for one in events if one["kind"] == EventKind.CALLED]

    async def task(self) -> dict[str, Any]:
        found = (await self.detail())["callback"]
        assert isinstance(found, dict)
        return found


@pytest.fixture
async def desk(hotline: Hotline, twilio: LocalTwilio, settings: Settings) -> AsyncIterator[Desk]:
    house = TelephoneHouse(hotline, twilio, settings.public_address)
    call = await house.rings()
    await call.presses("9", "1")
    await call.leaves_message()
    await call.deliver()
    call.callbacks.clear()
    lawyer = await hotline.staff(Role.LAWYER)
    found = Desk(house, lawyer, (await house.ticket()).code)
    await _has_telephone(found, LAWYER)
    assert (await lawyer.post(f"/api/tickets/{found.code}/claim"))[0] == 200
    yield found
    await house.check()


async def _has_telephone(desk: Desk, number: str | None) -> None:
    async with desk.house.hotline.house.database.writing() as session:
        (staff,) = await desk.house.rows(Staff)
        (await session.get_one(Staff, staff.id)).phone = number


# -- how it goes -----------------------------------------------------------------------------------


async def test_lawyer_and_worker_talk(desk: Desk) -> None:
    assert await desk.rings() == (200, {"outcome": "placed"})
    (placed,) = desk.placed
    assert (placed["To"], placed["From"]) == (LAWYER, desk.house.twilio.number)
    assert (await desk.task())["ringing_since"] is not None
    call = await desk.answers()
    assert call.said == [words.RING_BACK]
    await call.press("1")
    await call.other_side(seconds=240)
    assert call.rung == [MOBILE]
    assert call.talked
    assert await call.deliver() == [200]
    assert await desk.outcomes() == [Outcome.PLACED, Outcome.TALKED]
    task = await desk.task()
    assert task["talked"]
    assert task["closed_at"] is not None
    assert (await desk.house.ticket()).first_responded_at is not None
    assert await desk.rings() == (409, _refused(calling.OVER))


def _refused(words: str) -> Any:
    return _Says(words)


class _Says:
    """Equal to any refusal that says this."""

    def __init__(self, words: str) -> None:
        self._words = words

    def __eq__(self, other: object) -> bool:
        return self._words in str(other)

    def __hash__(self) -> int:
        return hash(self._words)


async def test_the_worker_misses_three_times(desk: Desk) -> None:
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert (await desk.rings())[0] == 200
        call = await desk.answers()
        await call.press("1")
        await call.other_side(None, "no-answer")
        assert call.said[-1] == phrases.WORKER_MISSED
        await call.deliver()
        assert (await desk.task())["attempts"] == attempt
    assert (await desk.task())["closed_at"] is not None
    assert not (await desk.task())["talked"]
    assert (await desk.rings())[0] == 409
    assert len(desk.placed) == MOST_ATTEMPTS
    assert await desk.outcomes() == [Outcome.PLACED, Outcome.WORKER_MISSED] * MOST_ATTEMPTS


@on_sqlite
@pytest.mark.parametrize("status", ["busy", "failed", "canceled"])
async def test_a_worker_who_cannot_be_had(desk: Desk, status: str) -> None:
    await desk.rings()
    call = await desk.answers()
    await call.press("1")
    await call.other_side(None, status)
    await call.deliver()
    assert await desk.outcomes() == [Outcome.PLACED, Outcome.WORKER_MISSED]


@on_sqlite
@pytest.mark.parametrize("keys", ["2", ""])
async def test_the_lawyer_declines(desk: Desk, keys: str) -> None:
    await desk.rings()
    call = await desk.answers()
    await (call.press(keys) if keys else call.stay_silent())
    assert call.over
    await call.deliver()
    assert await desk.outcomes() == [Outcome.PLACED, Outcome.DECLINED]
    task = await desk.task()
    assert (task["attempts"], task["closed_at"]) == (0, None)
    assert (await desk.rings())[0] == 200  # he may do it later


@on_sqlite
@pytest.mark.parametrize("status", ["no-answer", "busy", "failed", "canceled"])
async def test_the_lawyer_misses_his_own_call(desk: Desk, status: str) -> None:
    await desk.rings()
    call = await walker.Call.miss(desk.house.line, desk.placed[-1], status)
    await call.deliver([0, 0])
    assert await desk.outcomes() == [Outcome.PLACED, Outcome.LAWYER_MISSED]
    assert (await desk.task())["attempts"] == 0


# -- told twice, told out of order -----------------------------------------------------------------


@on_sqlite
@pytest.mark.parametrize("talked", [True, False])
@pytest.mark.parametrize("end_first", [True, False])
async def test_outcomes_told_twice_and_in_any_order(
    desk: Desk, talked: bool, end_first: bool
) -> None:
    await desk.rings()
    call = await desk.answers()
    await call.press("1")
    ended = (call.status_url, call._form({"CallStatus": "completed"}))
    if end_first:
        assert (await desk.house.line.post(*ended))[0] == 200
    await (call.other_side(seconds=9) if talked else call.other_side(None))
    document = call.documents[-1]
    assert await call.repeat() == document
    for _ in range(2):
        assert (await desk.house.line.post(*ended))[0] == 200
    expected = Outcome.TALKED if talked else Outcome.WORKER_MISSED
    assert await desk.outcomes() == [Outcome.PLACED, expected]
    assert (await desk.task())["attempts"] == (0 if talked else 1)


@on_sqlite
async def test_every_request_repeated_gives_the_same(desk: Desk) -> None:
    await desk.rings()
    call = await desk.answers()
    assert await call.repeat() == call.documents[-1]
    await call.press("1")
    assert await call.repeat() == call.documents[-1]
    await call.other_side()
    assert await call.repeat() == call.documents[-1]
    assert await desk.outcomes() == [Outcome.PLACED, Outcome.TALKED]


@on_sqlite
async def test_a_call_of_another_task_changes_nothing(desk: Desk) -> None:
    """Signed, but of no wish that is ours; or of one that is done."""
    line, base = desk.house.line, desk.house.public_url
    form = {"CallSid": new_sid("CA"), "CallStatus": "completed", "DialCallStatus": "completed"}
    for task in ("999", "x", ""):
        for path in ("callback", "callback/join", "callback/done", "callback/status"):
            url = f"{base}/voice/twilio/{path}?task={task}"
            status, document = await line.post(url, {**form, "Digits": "1"})
            assert (status, b"<Number" in document) == (200, False)
    assert await desk.outcomes() == []


@on_sqlite
async def test_who_was_talked_to_is_not_rung_by_an_old_address(desk: Desk) -> None:
    await desk.rings()
    call = await desk.answers()
    await call.press("1")
    join = call._last
    await call.other_side()
    late = await walker.Call.answer(desk.house.line, {**desk.placed[-1], "Sid": new_sid("CA")})
    assert late.said == [phrases.CALLBACK_OVER]
    _, document = await desk.house.line.post(*join)
    assert b"<Number" not in document


# -- whom and how often ----------------------------------------------------------------------------


@on_sqlite
@pytest.mark.parametrize("number", ["1900545454", "+66812345678", "113", "", "0312"])
async def test_a_wrong_number_is_never_dialled(desk: Desk, number: str) -> None:
    async with desk.house.hotline.house.database.writing() as session:
        (task,) = await desk.house.rows(Callback)
        (await session.get_one(Callback, task.id)).number = number
    status, answer = await desk.rings()
    assert (status, answer["error"]["code"]) == (409, "cannot_ring")
    assert desk.placed == []
    async with desk.house.hotline.house.database.writing() as session:
        (await session.get_one(Callback, task.id)).number = MOBILE


@on_sqlite
@pytest.mark.parametrize("number", ["+66812345678", "1900545454", None])
async def test_a_lawyer_without_a_good_number_is_told(desk: Desk, number: str | None) -> None:
    await _has_telephone(desk, number)
    status, answer = await desk.rings()
    assert (status, answer["error"]["code"]) == (409, "cannot_ring")
    assert desk.placed == []
    assert await desk.outcomes() == []


@on_sqlite
async def test_a_number_made_bad_while_it_rings_is_not_dialled(desk: Desk) -> None:
    await desk.rings()
    async with desk.house.hotline.house.database.writing() as session:
        (task,) = await desk.house.rows(Callback)
        (await session.get_one(Callback, task.id)).number = "1900545454"
    call = await desk.answers()
    assert call.said == [phrases.CALLBACK_OVER]
    assert call.rung == []
    async with desk.house.hotline.house.database.writing() as session:
        (await session.get_one(Callback, task.id)).number = MOBILE


@on_sqlite
@pytest.mark.parametrize(("most", "hours"), [(PER_HOUR, 0), (PER_DAY, 23)])
async def test_calls_of_the_whole_centre_are_capped(desk: Desk, most: int, hours: int) -> None:
    hotline = desk.house.hotline
    async with hotline.house.database.writing() as session:
        (staff,) = await desk.house.rows(Staff)
        ticket = await session.get_one(Ticket, (await desk.house.ticket()).id)
        each = hours * 3600 / most
        for _ in range(most):
            hotline.clock.pass_(seconds=each)
            await callbacks.place(session, ticket, staff, hotline.clock())
    status, answer = await desk.rings()
    assert (status, answer["error"]["code"]) == (409, "cannot_ring")
    assert desk.placed == []
    hotline.clock.pass_(days=1)
    assert (await desk.rings())[0] == 200


@on_sqlite
async def test_twilio_that_refuses_is_said_and_may_be_tried_again(desk: Desk) -> None:
    desk.house.twilio.faults = [500]
    status, answer = await desk.rings()
    assert (status, answer["error"]["code"]) == (409, "cannot_ring")
    assert await desk.outcomes() == [Outcome.PLACED, Outcome.LAWYER_MISSED]
    assert (await desk.rings())[0] == 200


@on_sqlite
async def test_only_who_holds_the_ticket_rings(desk: Desk) -> None:
    other = await desk.house.hotline.staff(Role.LAWYER, "b@x.test")
    manager = await desk.house.hotline.staff(Role.MANAGER)
    assert (await other.post(f"/api/tickets/{desk.code}/ring"))[0] == 409
    assert (await manager.post(f"/api/tickets/{desk.code}/ring"))[0] == 404
    assert desk.placed == []
