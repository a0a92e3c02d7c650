"""The reply window: dated rules, what waits while it is shut, and what a worker's word sets free."""

import asyncio
import datetime as dt
import uuid

import pytest
from sqlalchemy import select

from bot import inbox, notifications, outbox
from bot.channels import windows
from bot.channels.base import Inbound, TryLater, Unreachable, WindowShut
from bot.channels.windows import WindowState, remaining
from bot.dialogue import Dialogue
from bot.exchange import Desk
from bot.models import Conversation, Delivery, DeliveryState, Message
from bot.outbox import Claim, Result, phone_in
from bot.reception import Reception
from escalation import lookup, tickets
from escalation.calendar import LOCAL
from escalation.sla import SHIPPED
from hotline.db import Database
from knowledge_base.library import Library
from tests.factories import Clock
from tests.front_door import FrontDoor

# -- the rules -------------------------------------------------------------------------------------

HEARD = dt.datetime(2026, 11, 20, 8, 0, tzinfo=dt.UTC)


def after(**span: float) -> dt.datetime:
    return HEARD + dt.timedelta(**span)


@pytest.mark.parametrize(
    ("now", "state", "soon"),
    [
        (after(), WindowState.OPEN, False),
        (after(hours=35, minutes=59), WindowState.OPEN, False),
        (after(hours=36), WindowState.OPEN, True),
        (after(hours=47, minutes=59), WindowState.OPEN, True),
        (after(hours=48), WindowState.CHARGED, False),
        (after(days=6, hours=11, minutes=59), WindowState.CHARGED, False),
        (after(days=6, hours=12), WindowState.CHARGED, True),
        (after(days=6, hours=23, minutes=59), WindowState.CHARGED, True),
        (after(days=7), WindowState.SHUT, False),
        (after(days=400), WindowState.SHUT, False),
    ],
)
def test_what_is_left_of_the_time_to_answer(
    now: dt.datetime, state: WindowState, soon: bool
) -> None:
    window = remaining("zalo_oa", HEARD, now)
    assert window is not None
    assert (window.state, window.soon) == (state, soon)
    assert (window.free_until, window.until) == (after(hours=48), after(days=7))


@pytest.mark.parametrize(
    ("day", "free_replies"),
    [
        (dt.date(2025, 12, 31), 8),
        (dt.date(2026, 1, 1), None),
        (dt.date(2026, 11, 22), None),
    ],
)
def test_which_rule_holds_is_a_matter_of_the_day(day: dt.date, free_replies: int | None) -> None:
    rule = windows.at("zalo_oa", day)
    assert rule is not None
    assert (rule.free_replies, rule.free_for) == (free_replies, dt.timedelta(hours=48))


def test_the_day_is_vietnams() -> None:
    new_year = dt.datetime(2026, 1, 1, tzinfo=LOCAL)
    for at, free_replies in ((new_year - dt.timedelta(seconds=1), 8), (new_year, None)):
        rule = windows.at("zalo_oa", at.astimezone(LOCAL).date())
        assert rule is not None
        assert rule.free_replies == free_replies


def test_no_day_has_two_rules() -> None:
    day = dt.date(2022, 12, 31)
    assert windows.at("zalo_oa", day) is None
    for _ in range(5 * 366):
        day += dt.timedelta(days=1)
        assert len([rule for rule in windows.RULES if rule.holds(day)]) == 1


@pytest.mark.parametrize("channel", ["telegram", "zalo_bot", "webchat", "phone", "terminal"])
def test_other_channels_take_messages_at_any_time(channel: str) -> None:
    assert remaining(channel, HEARD, after(days=400)) is None
    assert not windows.limited(channel)


@pytest.mark.parametrize(
    ("reach", "phone"),
    [
        ("0912 345 678", "+84912345678"),
        ("gọi em số 0912.345.678 sau 18h nhé", "+84912345678"),
        ("+84 91 234 5678", "+84912345678"),
        ("0225 3123456 hoặc 0987654321", "+842253123456"),
        ("1900 1234", None),
        ("112", None),
        ("+1 415 555 2671", None),
        ("zalo của em là Lan", None),
        ("", None),
        ("9" * 500, None),
    ],
)
def test_a_number_among_the_words(reach: str, phone: str | None) -> None:
    assert phone_in(reach) == phone


# -- what waits ------------------------------------------------------------------------------------


class Door:
    """Workers on Zalo, and an outbox worked by hand."""

    def __init__(self, database: Database, library: Library, clock: Clock) -> None:
        self.database, self.clock = database, clock
        self.desk = Desk(Dialogue(library), SHIPPED)
        self.reception = Reception(database, lambda: self.desk, clock, lambda: None)

    async def says(self, who: str, text: str = "xin chào", event: str | None = None) -> None:
        inbound = Inbound("zalo_oa", uuid.uuid4().hex, who, text=text, event=event)
        assert await self.reception.receive(inbound)

    async def claim(self) -> list[Claim]:
        async with self.database.writing() as session:
            return await outbox.claim(session, self.clock())

    async def record(self, *results: Result) -> None:
        async with self.database.writing() as session:
            await outbox.record(session, list(results), self.clock())

    async def send(self) -> list[str]:
        """Everything that may leave, leaves; the texts in their order."""
        sent = []
        while claims := await self.claim():
            sent += [claim.message.text for claim in claims]
            await self.record(*map(Result, claims))
        return sent

    async def shut(self) -> list[str]:
        """Everything that may leave meets a shut window; the texts in their order."""
        met = []
        while claims := await self.claim():
            met += [claim.message.text for claim in claims]
            await self.record(*(Result(claim, WindowShut("zalo-230")) for claim in claims))
        return met

    async def states(self) -> list[DeliveryState]:
        async with self.database.reading() as session:
            return list(await session.scalars(select(Delivery.state).order_by(Delivery.id)))


@pytest.fixture
def door(database: Database, library: Library, clock: Clock) -> Door:
    return Door(database, library, clock)


async def test_a_shut_window_is_no_failure_and_is_not_tried_again(door: Door) -> None:
    await door.says("lan")
    met = await door.shut()
    assert len(met) == 2
    door.clock.pass_(days=3)
    assert await door.claim() == []
    assert await door.states() == [DeliveryState.WAITING] * 2


@pytest.mark.parametrize("event", [None, "start", "clicked", "unsupported"])
async def test_his_next_word_sets_free_what_waited_and_it_leaves_first(
    door: Door, event: str | None
) -> None:
    await door.says("lan")
    waited = await door.shut()
    door.clock.pass_(days=8)
    await door.says("lan", "" if event else "còn ai không ạ", event)
    sent = await door.send()
    assert sent[: len(waited)] == waited
    assert len(sent) > len(waited) or event == "clicked"
    assert set(await door.states()) == {DeliveryState.SENT}


async def test_a_click_says_nothing(door: Door) -> None:
    await door.says("lan", "", "clicked")
    assert await door.send() == []
    async with door.database.reading() as session:
        assert (await session.scalars(select(Message))).all() == []
        heard = await session.scalar(select(Conversation.last_at))
    assert heard == door.clock()


@pytest.mark.parametrize("event", ["blocked", "unblocked", "taken_over"])
async def test_what_is_not_his_word_opens_nothing(door: Door, event: str) -> None:
    await door.says("lan")
    await door.shut()
    said_at = door.clock()
    door.clock.pass_(hours=1)
    await door.says("lan", "", event)
    assert await door.claim() == []
    async with door.database.reading() as session:
        assert await session.scalar(select(Conversation.last_at)) == said_at


async def test_a_repeat_opens_nothing(door: Door) -> None:
    inbound = Inbound("zalo_oa", "m:1", "lan", text="xin chào")
    assert await door.reception.receive(inbound)
    await door.shut()
    assert not await door.reception.receive(inbound)
    assert await door.claim() == []


async def test_one_workers_word_sets_nobody_elses_free(door: Door) -> None:
    for who in ("lan", "minh"):
        await door.says(who)
    await door.shut()
    await door.says("minh", "còn ai không ạ")
    assert {claim.message.address for claim in await door.claim()} == {"minh"}


async def test_what_waits_blocks_nothing_that_comes_later(door: Door) -> None:
    await door.says("lan")
    (first,) = await door.claim()
    await door.record(Result(first, WindowShut("zalo-230")))
    assert len(await door.send()) == 1
    assert await door.states() == [DeliveryState.WAITING, DeliveryState.SENT]


async def test_a_word_that_comes_while_the_message_is_on_its_way_is_not_missed(door: Door) -> None:
    await door.says("lan")
    (claim,) = await door.claim()
    door.clock.pass_(seconds=1)
    await door.says("lan", "alo")  # the window is open again, but this send met it shut
    await door.record(Result(claim, WindowShut("zalo-230")))
    assert (await door.send())[0] == claim.message.text
    assert set(await door.states()) == {DeliveryState.SENT}


async def test_a_word_just_being_written_down_is_waited_for(door: Door) -> None:
    await door.says("lan")
    (claim,) = await door.claim()
    door.clock.pass_(seconds=1)
    async with door.database.writing() as session:
        inbound = Inbound("zalo_oa", "m:2", "lan", text="alo")
        await inbox.accept(session, [inbound], door.desk, door.clock())
        shut = Result(claim, WindowShut("zalo-230"))
        recording = asyncio.create_task(door.record(shut))
        await asyncio.sleep(0.2)
        assert not recording.done()
    await recording
    assert (await door.send())[0] == claim.message.text


async def test_parts_that_got_through_before_it_shut_are_remembered(door: Door) -> None:
    await door.says("lan")
    (claim,) = await door.claim()
    await door.record(Result(claim, WindowShut("zalo-230", parts_sent=2)))
    await door.says("lan", "alo")
    (again,) = await door.claim()
    assert (again.message.text, again.message.parts_sent) == (claim.message.text, 2)


async def test_its_tries_begin_anew(door: Door) -> None:
    await door.says("lan")
    (claim,) = await door.claim()
    tired = Claim(claim.delivery_id, claim.channel, claim.message, 60, claim.heard_at)
    await door.record(Result(tired, WindowShut("zalo-230")))
    await door.says("lan", "alo")
    (again,) = await door.claim()
    assert again.attempts == 1
    await door.record(Result(again, TryLater("429", after=1)))
    assert DeliveryState.FAILED not in await door.states()


async def test_what_waited_is_gone_when_he_has_all_erased(door: Door) -> None:
    await door.says("lan")
    waited = await door.shut()
    await door.says("lan", "", "withdrawn")
    assert set(waited).isdisjoint(await door.send())


async def test_many_that_fail_at_once_are_each_recorded(door: Door) -> None:
    for who in ("lan", "minh", "hoa"):
        await door.says(who)
    lan, minh, hoa = sorted(await door.claim(), key=lambda one: one.delivery_id)
    await door.record(
        Result(lan, WindowShut("zalo-230")), Result(minh, Unreachable("zalo-213")), Result(hoa)
    )
    assert (await door.states())[::2] == [
        DeliveryState.WAITING,
        DeliveryState.FAILED,
        DeliveryState.SENT,
    ]


# -- the lawyer's answer ---------------------------------------------------------------------------


async def with_a_ticket(
    database: Database, library: Library, clock: Clock, channel: str, reach: str
) -> list[Claim]:
    """A lawyer has answered a worker who left word how to reach him; what is claimed then."""
    door = FrontDoor(database, library, clock)
    reception = Reception(database, lambda: door.desk, clock, lambda: None)
    for text in ("gặp luật sư", "Công ty nợ lương 2 tháng", "Xưởng A", reach):
        clock.pass_(seconds=5)
        await reception.receive(Inbound(channel, uuid.uuid4().hex, "7", text=text))
    ticket = await door.newest_ticket()
    while True:
        async with database.writing() as session:
            claims = await outbox.claim(session, clock())
            await outbox.record(session, [Result(claim) for claim in claims], clock())
        if not claims:
            break
    return await _answered(door, ticket.code, database, clock)


async def _answered(door: FrontDoor, code: str, database: Database, clock: Clock) -> list[Claim]:
    staff = await door.lawyer()
    async with database.writing() as session:
        ticket = await lookup.find_to_change(session, code)
        assert ticket is not None
        await tickets.reply(session, ticket, staff, "Anh/chị nộp đơn nhé.", clock())
    async with database.writing() as session:
        await notifications.announce(session, clock())
    async with database.writing() as session:
        return await outbox.claim(session, clock())


async def test_the_lawyers_answer_knows_the_number_that_was_left(
    database: Database, library: Library, clock: Clock
) -> None:
    (claim,) = await with_a_ticket(database, library, clock, "zalo_oa", "0912 345 678, sau 18h")
    assert "nộp đơn" in claim.message.text
    assert claim.message.phone == "+84912345678"


async def test_where_there_is_no_window_no_number_leaves_the_house(
    database: Database, library: Library, clock: Clock
) -> None:
    (claim,) = await with_a_ticket(database, library, clock, "telegram", "0912 345 678")
    assert claim.message.phone is None
