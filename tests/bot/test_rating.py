"""One tap after the end, on the lawyer's answer and on the bot's apart; each counts once."""

import datetime as dt
import uuid

import pytest

from bot import notifications, phrases
from bot.channels.base import Inbound, Line
from escalation import lookup, tickets, undo
from escalation.models import Staff, Ticket
from escalation.vocabulary import EventKind
from hotline.db import Database
from knowledge_base.library import Library
from tests.factories import Clock
from tests.front_door import FrontDoor

pytestmark = pytest.mark.thorough("postgresql")

OVERTIME = "Tăng ca tối đa bao nhiêu giờ một tháng?"
UNANSWERABLE = (
    "công ty thu giữ điện thoại của em trong giờ làm và bắt ký giấy ủng hộ quỹ của con sếp"
)
ASKS = [phrases.HELPED, phrases.DID_NOT_HELP]
ASKS_OF_BOT = [phrases.BOT_HELPED, phrases.BOT_DID_NOT_HELP]


@pytest.fixture
def door(database: Database, library: Library, clock: Clock) -> FrontDoor:
    return FrontDoor(database, library, clock)


async def refused(door: FrontDoor) -> str:
    """The bot answered, but not what was meant: the ticket's code."""
    await door.says("an", OVERTIME)
    await door.taps("an", phrases.NOT_IT)
    return (await door.newest_ticket()).code


async def unanswered(door: FrontDoor) -> str:
    await door.says("an", UNANSWERABLE)
    return (await door.newest_ticket()).code


async def closes(door: FrontDoor, code: str) -> Staff:
    lawyer = await door.lawyer(f"{uuid.uuid4().hex}@hotline.test")
    await door.replies(code, lawyer)
    await door.resolves(code, lawyer)
    return lawyer


async def last(door: FrontDoor) -> Line:
    return (await door.reads("an"))[-1]


async def labels(door: FrontDoor) -> list[str]:
    return [label for label, _ in (await last(door)).choices]


async def ticket(door: FrontDoor, code: str) -> Ticket:
    async with door.database.reading() as session:
        found = await lookup.find(session, code)
    assert found is not None
    return found


async def ratings(door: FrontDoor, code: str) -> tuple[int | None, int | None]:
    """The lawyer's, the bot's."""
    found = await ticket(door, code)
    return found.rating, found.bot_rating


async def rated(door: FrontDoor, code: str) -> list[dict[str, object]]:
    """The taps that counted, as the history has them."""
    async with door.database.reading() as session:
        found = await lookup.find(session, code)
        assert found is not None
        events = await tickets.history(session, found)
    return [event.data for event in events if event.kind is EventKind.RATED]


async def test_lawyer_and_bot_are_rated_apart(door: FrontDoor) -> None:
    code = await refused(door)
    await closes(door, code)
    assert await labels(door) == ASKS
    await door.taps("an", phrases.HELPED)
    said = await last(door)
    assert said.text == f"{phrases.RATED} {phrases.ASK_BOT_RATING}"
    assert await labels(door) == ASKS_OF_BOT
    assert await ratings(door, code) == (1, None)
    await door.taps("an", phrases.BOT_DID_NOT_HELP)
    assert (await last(door)).text == phrases.RATED
    assert await labels(door) == []
    assert await ratings(door, code) == (1, 0)
    assert await rated(door, code) == [
        {"rating": 1, "whose": "lawyer"},
        {"rating": 0, "whose": "bot"},
    ]


async def test_a_bot_that_gave_no_answer_is_not_rated(door: FrontDoor) -> None:
    code = await unanswered(door)
    await closes(door, code)
    await door.taps("an", phrases.DID_NOT_HELP)
    assert (await last(door)).text == phrases.NOT_HELPED_RATED
    assert await labels(door) == []
    assert await ratings(door, code) == (0, None)


async def test_a_bot_that_only_asked_back_is_not_rated(door: FrontDoor) -> None:
    await door.says("an", "bao truoc may ngay")
    await door.taps("an", phrases.NOT_THESE)
    await closes(door, (await door.newest_ticket()).code)
    await door.taps("an", phrases.HELPED)
    assert await labels(door) == []


@pytest.mark.parametrize("minutes", [0, 60 * 24 * 3])
async def test_the_first_tap_counts(door: FrontDoor, clock: Clock, minutes: int) -> None:
    code = await refused(door)
    await closes(door, code)
    await door.taps("an", phrases.DID_NOT_HELP)
    await door.taps("an", phrases.BOT_HELPED)
    clock.pass_(minutes=minutes)
    for label in (phrases.HELPED, phrases.DID_NOT_HELP, phrases.BOT_DID_NOT_HELP):
        await door.taps("an", label)
        assert (await last(door)).text == phrases.RATED_BEFORE
    assert await ratings(door, code) == (0, 1)
    assert len(await rated(door, code)) == 2


async def test_the_number_typed_is_a_tap(door: FrontDoor) -> None:
    code = await refused(door)
    await closes(door, code)
    await door.says("an", "2")
    await door.says("an", "1")
    assert await ratings(door, code) == (0, 1)


async def test_a_ticket_opened_again_keeps_its_rating_and_asks_no_more(door: FrontDoor) -> None:
    code = await unanswered(door)
    lawyer = await closes(door, code)
    await door.taps("an", phrases.HELPED)
    await door.says("an", "Em nộp đơn rồi mà công ty không nhận đơn của em")
    assert await ratings(door, code) == (1, None)
    await door.resolves(code, lawyer)
    assert (await last(door)).text == phrases.closed_again(code)
    assert await labels(door) == []


async def test_nobody_is_asked_twice_who_did_not_tap(door: FrontDoor) -> None:
    code = await unanswered(door)
    lawyer = await closes(door, code)
    await door.says("an", "Em nộp đơn rồi mà công ty không nhận đơn của em")
    await door.resolves(code, lawyer)
    assert (await last(door)).text == phrases.closed_again(code)
    await door.taps("an", phrases.HELPED)  # of the first closing; it still counts
    assert await ratings(door, code) == (1, None)


async def test_the_button_of_an_old_ticket_rates_that_ticket(door: FrontDoor, clock: Clock) -> None:
    old = await unanswered(door)
    await closes(door, old)
    clock.pass_(days=8)  # what he writes now is a new matter
    new = await refused(door)
    assert new != old
    await door.taps("an", phrases.HELPED)
    assert await ratings(door, old) == (1, None)
    assert await ratings(door, new) == (None, None)


async def test_a_closing_taken_back_asked_nobody(door: FrontDoor, clock: Clock) -> None:
    """Answer and close at once, take it back within the ten seconds, close later."""
    code, lawyer = await unanswered(door), await door.lawyer()
    async with door.database.writing() as session:
        found = await lookup.find_to_change(session, code)
        assert found is not None
        until = clock() + dt.timedelta(seconds=10)
        reply = await tickets.reply(session, found, lawyer, "Nhầm", clock(), not_before=until)
        tickets.resolve(session, found, lawyer, clock())
        await session.flush()
        await undo.take_back(session, found, lawyer, reply.id, clock())
    await door.replies(code, lawyer)
    await door.resolves(code, lawyer)
    assert await labels(door) == ASKS


async def test_who_fell_silent_is_not_asked(door: FrontDoor) -> None:
    code = await unanswered(door)
    lawyer = await door.lawyer()
    await door.replies(code, lawyer)
    async with door.database.writing() as session:
        found = await lookup.find_to_change(session, code)
        assert found is not None
        tickets.give_up(session, found, door.clock())
        await session.flush()
        await notifications.announce(session, door.clock())
    assert (await last(door)).text == phrases.closed_waiting(code)
    await door.says("an", "Em đây ạ, em vừa hết ca")
    await door.resolves(code, lawyer)
    assert await labels(door) == ASKS


@pytest.mark.parametrize("choice", ["rate:1@HP-0000", "rate:1", "rate_bot:\0", "9:9", "\ud800"])
async def test_a_made_up_button_rates_nothing(door: FrontDoor, choice: str) -> None:
    code = await refused(door)
    await closes(door, code)
    await door.receives(Inbound("webchat", uuid.uuid4().hex, "an", choice=choice))
    assert (await last(door)).text == phrases.STALE_CHOICE
    assert await ratings(door, code) == (None, None)


async def test_nobody_rates_anothers_ticket(door: FrontDoor) -> None:
    code = await refused(door)
    await closes(door, code)
    payload = dict((await last(door)).choices)[phrases.HELPED]
    await door.receives(Inbound("webchat", uuid.uuid4().hex, "binh", choice=payload))
    assert await ratings(door, code) == (None, None)
