"""A day of the desk in a real browser, without a mouse: three lawyers, a head and forty workers.

`HOTLINE_PICTURES=directory` keeps what the four of them saw.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright, expect
from sqlalchemy import delete, update

from admin_api import accounts, reports
from bot import phrases
from bot.channels.voice import NAME as CALLS
from escalation.models import DutyShift, Staff
from escalation.vocabulary import Priority, Role, State
from hotline.rehearsal.stage import Stage, standing
from tests.journeys import day_scenes
from tests.journeys.day_scenes import Day
from tests.journeys.day_story import (
    AFTERNOON,
    MONDAY,
    MORNING,
    VISITS,
    DayClock,
    Workers,
)
from tests.journeys.keyboard_desk import Desk
from tests.journeys.test_browser import _QUIET, CHROMIUM, DESK
from tests.journeys.test_browser import PHONE as SMALL
from tests.journeys.test_same_everywhere import Say, Tap
from tests.rehearsing import scratch

pytestmark = [
    pytest.mark.browser,
    pytest.mark.thorough,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium found: browser tests skipped"),
]

HELPED = Tap((phrases.HELPED,), None)


@pytest.fixture
async def day(tmp_path: Path, shared_dir: Path) -> AsyncIterator[Day]:
    clock = DayClock(MONDAY)
    async with standing(scratch(tmp_path, shared_dir), clock) as stage:
        people = await _people(stage)
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=_QUIET)
            hoa, lan, mai, head = await _desks(browser, people)
            yield Day(stage, clock, Workers(stage), hoa, lan, mai, head)
            await browser.close()


async def _people(stage: Stage) -> list[tuple[str, str, str, str]]:
    """Those of the day; who came with the rehearsal has no part in it."""
    names = [(one, Role.LAWYER) for one in ("Nguyễn Thị Hoa", "Lê Thị Lan", "Trần Thị Mai")]
    made: list[tuple[str, str, str, str]] = []
    async with stage.house.database.writing() as session:
        await session.execute(delete(DutyShift))
        await session.execute(update(Staff).values(disabled_at=stage.house.clock()))
        for name, role in [*names, ("Phạm Văn Trưởng", Role.ADMIN)]:
            email = f"{len(made)}@hotline.test"
            _, password = await accounts.add_staff(session, email, name, role, stage.house.clock())
            made.append((name, email, password, stage.office))
    return made


async def _desks(browser: Browser, people: list[tuple[str, str, str, str]]) -> list[Desk]:
    windows = [(DESK, False), (SMALL, True), (SMALL, False), (DESK, True)]
    return [
        await Desk.open(browser, *window, who) for window, who in zip(windows, people, strict=True)
    ]


async def test_forty_workers_are_answered_without_a_mouse(day: Day) -> None:
    await day_scenes.the_desk_opens(day)
    await day_scenes.the_head_sets_the_day_up(day)
    await day.workers.come(list(MORNING))
    await day_scenes.all_see_them(day)
    await day_scenes.danger_first(day)
    await day_scenes.a_second_lawyer_reads(day)
    await day_scenes.what_one_lawyer_must_not_see(day)
    await day_scenes.two_of_one_employer(day)
    await day_scenes.handed_to_a_colleague(day)
    await day_scenes.a_colleague_is_asked(day)
    await day_scenes.to_another_body(day)
    await day_scenes.two_tickets_of_one(day)
    await day_scenes.several_at_once(day)
    await day_scenes.a_photograph(day)
    await day_scenes.a_draft_of_a_good_answer(day)
    await day_scenes.a_visitor_and_the_own_account(day)
    day.clock.goes_to(10, 40)
    await _signed_in_again(day)
    await _the_rest(day)
    day.clock.goes_to(13, 5)
    await day.workers.come(list(AFTERNOON))
    await _signed_in_again(day)
    await _the_rest(day)
    await _workers_come_back(day)
    day.clock.goes_to(16, 40)
    await _signed_in_again(day)
    await _the_rest(day)
    await _nothing_is_left(day)
    await _everybody_was_answered_once(day)
    await _the_report_tells_the_same(day)
    assert [desk.touched for desk in (*day.lawyers, day.head)] == [[], [], [], []]
    assert await day.head.would_notice()


# -- the long hours --------------------------------------------------------------------------------


async def _signed_in_again(day: Day) -> None:
    """Nobody touched the desks for long enough that each asks who is there."""
    for desk in day.lawyers:
        await desk.home()
        await expect(desk.page.get_by_label("Mật khẩu")).to_be_visible()
        await desk.sign_in()


async def _the_rest(day: Day) -> None:
    """Each takes the next one until nobody waits, then ends what is hers."""
    await asyncio.gather(*(_takes_the_next(day, desk) for desk in day.lawyers))
    await asyncio.gather(*(_ends_her_own(day, desk) for desk in day.lawyers))
    await day.time_passes()


async def _takes_the_next(day: Day, desk: Desk) -> None:
    await desk.home()
    await desk.goes("t")
    while "/tickets/" in desk.page.url:
        await day.answers(desk)
        await desk.home()
        await desk.goes("t")
    await desk.look("nobody-waits")


async def _ends_her_own(day: Day, desk: Desk) -> None:
    """All but those who are waited for."""
    owing = desk.page.locator(".row", has=desk.page.locator(".state.active"))
    await desk.view("mine")
    while await owing.count():
        await desk.walk(owing.first.locator("a"), "j")
        await desk.goes("Enter")
        await day.answers(desk)
        await desk.view("mine")
    await desk.look("mine")


async def _workers_come_back(day: Day) -> None:
    """Some say that it helped, one writes again."""
    for name in ("urgent", "owed", "held", "wages", "contract", "drafted"):
        await day.workers.does(name, HELPED)
    await day.workers.does("again", Say("công ty vẫn không trả bằng cho tôi"))
    await day.workers.is_sent()
    assert (await day.ticket("again")).state is State.ACTIVE


# -- the evening -----------------------------------------------------------------------------------


async def _nothing_is_left(day: Day) -> None:
    for desk in day.lawyers:
        await desk.view("owed")
        await expect(desk.page.get_by_text("Không còn ai đang chờ trả lời.")).to_be_visible()
        await desk.look("evening")
    for name, tickets in (await day.workers.tickets()).items():
        assert (tickets[0].priority is Priority.URGENT) == (name in ("urgent", "referred"))
        expected = State.ON_HOLD if name == "referred" else State.RESOLVED
        assert {one.state for one in tickets} == {expected}, name
        for one in tickets:
            assert one.merged_into_id or one.first_responded_at, name
            assert not one.first_responded_at or one.first_responded_at <= one.first_response_due_at


async def _everybody_was_answered_once(day: Day) -> None:
    tickets = await day.workers.tickets()
    assert len(tickets) == len(VISITS) == 40
    for name, own in tickets.items():
        answers = [answer for one in own for answer in day.sent.get(one.code, [])]
        assert answers, name
        if VISITS[name].door == CALLS:
            assert (await day.workers.hears_by_code(name)).count("giữ bảng lương") == 1
            continue
        heard = [" ".join(one.text.split()) for one in await day.workers.heard(name)]
        signed = [one for one in heard if one.endswith(phrases.SIGNATURE)]
        told = [f"{' '.join(answer.split())} {phrases.SIGNATURE}" for answer in answers]
        assert Counter(signed) == Counter(told), name
        assert len(heard) == len(set(heard)), name


async def _the_report_tells_the_same(day: Day) -> None:
    head, tickets = day.head, await day.workers.tickets()
    await head.sign_in()
    await head.turns_to("Báo cáo")
    await head.look("report")
    async with day.stage.house.database.reading() as session:
        told = await reports.summary(session, MONDAY, MONDAY, day.clock())
    answered = [one for own in tickets.values() for one in own if one.merged_into_id is None]
    assert told.received == len(answered) + 2  # the visitor, and the one that was merged away
    by_lawyers = len(answered) + 1  # who answers a ticket answers the one merged into it
    assert (told.answered_by_lawyer, told.offline, told.still_open) == (by_lawyers, 1, 0)
    assert (told.ratings_helped, told.ratings_given) == (6, 6)
    share = f"{told.online_share:.1f}%".replace(".", ",")
    await expect(head.page.locator(".big")).to_have_text(share)
    for channel in told.by_channel:
        assert channel.received == (
            sum(len(own) for name, own in tickets.items() if VISITS[name].door == channel.name)
            or told.offline
        )
