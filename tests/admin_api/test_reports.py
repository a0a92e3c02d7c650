"""The report against stories small enough to be counted by hand."""

import datetime as dt
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from admin_api import reports
from admin_api.figures import percentile
from admin_api.reports import Summary, period
from admin_api.routing import ApiError
from bot import phrases
from escalation import lookup
from escalation.models import Staff
from hotline.db import Database
from knowledge_base.library import Library
from tests.factories import Clock
from tests.front_door import FrontDoor

pytestmark = pytest.mark.thorough("postgresql")

OVERTIME = "Tăng ca tối đa bao nhiêu giờ một tháng?"
NOTICE_PERIOD = "bao truoc may ngay"
UNANSWERABLE = (
    "công ty thu giữ điện thoại của em trong giờ làm và bắt ký giấy ủng hộ quỹ của con sếp"
)
TODAY = dt.date(2026, 11, 22)


@pytest.fixture
def door(database: Database, library: Library, clock: Clock) -> FrontDoor:
    return FrontDoor(database, library, clock)


async def report(
    door: FrontDoor, first: dt.date = TODAY, last: dt.date = dt.date(2026, 11, 30)
) -> Summary:
    async with door.database.reading() as session:
        return await reports.summary(session, first, last, door.clock())


async def waiting(door: FrontDoor, who: str, question: str = OVERTIME) -> str:
    """An answer refused: the code of the ticket."""
    await door.says(who, question)
    await door.taps(who, phrases.NOT_IT)
    return (await door.newest_ticket()).code


async def test_a_small_week_is_counted_as_by_hand(door: FrontDoor, clock: Clock) -> None:
    lawyer = await door.lawyer()
    # 1 the bot answers, the worker agrees
    await door.says("an", OVERTIME)
    await door.taps("an", phrases.THATS_IT)
    # 2 the bot answers on Telegram, the worker says nothing more
    await door.says("binh", OVERTIME, channel="telegram")
    # 3 refused; a lawyer answers after 90 minutes, which helped
    refused = await waiting(door, "chi")
    # 4 no answer fits; a lawyer answers after 10 minutes
    await door.says("dung", UNANSWERABLE)
    other = (await door.newest_ticket()).code
    clock.pass_(minutes=10)
    await door.replies(other, lawyer)
    clock.pass_(minutes=80)
    await door.replies(refused, lawyer)
    await door.resolves(refused, lawyer)
    await door.taps("chi", phrases.HELPED)
    # 5 still open   6 asked back   7 erased before anybody answered
    await waiting(door, "em")
    await door.says("giang", NOTICE_PERIOD)
    await waiting(door, "hoa")
    await door.says("hoa", "xóa")
    await door.taps("hoa", phrases.ERASE_ALL)
    # courtesies and commands are no questions
    await door.says("ich", "xin chào")
    await door.says("ich", "trạng thái")

    told = await report(door)
    assert told.received == 7
    assert told.answered_by_bot == 2
    assert told.answered_by_lawyer == 2
    assert told.still_open == 1
    assert told.clarifying == 1
    assert told.closed_unanswered == 1
    assert (told.online, told.online_share) == (4, 57.1)
    assert (told.confirmed_by_worker, told.rejected_by_worker) == (1, 3)
    assert told.first_response_median_minutes == 10
    assert told.first_response_p90_minutes == 90
    assert told.first_response_within_due == 100
    assert (told.ratings_helped, told.ratings_given) == (None, 1)  # one alone would be known
    assert [(row.name, row.received, row.online) for row in told.by_channel] == [
        ("webchat", 6, 3),
        ("telegram", 1, 1),
    ]
    topics = {row.name: (row.received, row.online) for row in told.by_topic}
    assert topics == {"lam-them": (5, 3), "khac": (1, 1), "nghi-viec": (1, 0)}
    assert told.by_day[0].received == 7
    assert sum(day.received for day in told.by_day[1:]) == 0
    assert len(told.by_day) == 9


async def test_nothing_asked_is_no_share_and_no_times(door: FrontDoor) -> None:
    told = await report(door)
    assert (told.received, told.online_share) == (0, None)
    assert told.first_response_median_minutes is None
    assert told.first_response_within_due is None
    assert told.by_channel == []
    assert all(day.received == 0 for day in told.by_day)


async def two_tickets(door: FrontDoor, who: str, lawyer: Staff | None = None) -> tuple[str, str]:
    """Of one worker, half an hour apart; `lawyer` answers the older one before the newer comes."""
    older = await waiting(door, who)
    for _what_is_asked in ("employer", "reach"):
        await door.says(who, phrases.SKIP)
    if lawyer is not None:
        await door.replies(older, lawyer)
    await door.says(who, "Chuyện này kéo dài cả tháng nay")
    await door.taps(who, phrases.ASK_SOMETHING_ELSE)
    door.clock.pass_(minutes=30)
    await door.says(who, UNANSWERABLE)
    return older, (await door.newest_ticket()).code


async def test_who_answers_a_ticket_answers_what_was_merged_into_it(
    door: FrontDoor, clock: Clock
) -> None:
    lawyer = await door.lawyer()
    older, newer = await two_tickets(door, "an")
    await door.merges(newer, older, lawyer)
    told = await report(door)
    assert (told.still_open, told.closed_unanswered) == (2, 0)
    clock.pass_(minutes=10)
    await door.replies(older, lawyer)
    await door.resolves(older, lawyer)
    await door.taps("an", phrases.HELPED)
    told = await report(door)
    assert (told.received, told.answered_by_lawyer, told.closed_unanswered) == (2, 2, 0)
    assert (told.first_response_median_minutes, told.first_response_p90_minutes) == (10, 40)
    assert told.ratings_given == 1


@pytest.mark.parametrize("newer_goes_on", [True, False])
async def test_an_answer_given_before_something_was_asked_is_none_to_it(
    door: FrontDoor, clock: Clock, newer_goes_on: bool
) -> None:
    lawyer = await door.lawyer()
    older, newer = await two_tickets(door, "an", lawyer)
    other, into = (older, newer) if newer_goes_on else (newer, older)
    await door.merges(other, into, lawyer)
    told = await report(door)
    assert (told.answered_by_lawyer, told.still_open) == (1, 1)
    clock.pass_(minutes=20)
    await door.replies(into, lawyer)
    told = await report(door)
    assert (told.answered_by_lawyer, told.still_open) == (2, 0)
    assert (told.first_response_median_minutes, told.first_response_p90_minutes) == (0, 20)


async def test_automatic_replies_never_stop_the_first_response_clock(
    door: FrontDoor, clock: Clock
) -> None:
    code = await waiting(door, "an")  # the receipt was sent at once
    await door.says("an", "Công ty May A")
    clock.pass_(minutes=40)
    await door.says("an", "Em nói thêm là em làm ca đêm, công ty không trả phụ cấp gì cả")
    told = await report(door)
    assert (told.still_open, told.answered_by_lawyer) == (1, 0)
    assert told.first_response_median_minutes is None
    clock.pass_(minutes=20)
    await door.replies(code, await door.lawyer())
    assert (await report(door)).first_response_median_minutes == 60


async def test_a_second_answer_does_not_change_the_first_response(
    door: FrontDoor, clock: Clock
) -> None:
    code, lawyer = await waiting(door, "an"), await door.lawyer()
    clock.pass_(minutes=5)
    await door.replies(code, lawyer)
    clock.pass_(hours=5)
    await door.replies(code, lawyer)
    assert (await report(door)).first_response_p90_minutes == 5


async def test_the_response_time_runs_from_the_workers_own_clock(
    door: FrontDoor, clock: Clock
) -> None:
    await door.says("an", UNANSWERABLE, at=clock() - dt.timedelta(minutes=30))
    code = (await door.newest_ticket()).code
    await door.replies(code, await door.lawyer())
    assert (await report(door)).first_response_median_minutes == 30


async def test_an_overdue_ticket_counts_against_us_before_it_is_answered(
    door: FrontDoor, clock: Clock
) -> None:
    in_time, late = await waiting(door, "an"), await waiting(door, "binh")
    lawyer = await door.lawyer()
    await door.replies(in_time, lawyer)
    assert (await report(door)).first_response_within_due == 100  # the other one still has time
    clock.now = (await door.newest_ticket()).first_response_due_at + dt.timedelta(seconds=1)
    assert (await report(door)).first_response_within_due == 50
    await door.replies(late, lawyer)
    assert (await report(door)).first_response_within_due == 50


async def test_a_reopened_ticket_is_still_one_consultation(
    door: FrontDoor, database: Database, clock: Clock
) -> None:
    code, lawyer = await waiting(door, "an"), await door.lawyer()
    await door.replies(code, lawyer)
    await door.resolves(code, lawyer)
    await door.says("an", "Em nộp đơn rồi mà công ty không nhận đơn của em")
    async with database.reading() as session:
        ticket = await lookup.find(session, code)
    assert ticket is not None
    assert ticket.is_open
    told = await report(door)
    assert (told.received, told.answered_by_lawyer, told.still_open) == (1, 1, 0)


async def test_figures_outlive_the_talk(door: FrontDoor, clock: Clock) -> None:
    await door.says("an", OVERTIME)
    code = await waiting(door, "binh")
    await door.replies(code, await door.lawyer())
    before = await report(door)
    await door.says("binh", "xóa")
    await door.taps("binh", phrases.ERASE_ALL)
    clock.pass_(days=40)
    assert await door.forgets() == 2
    after = await report(door)
    assert before.received == 2
    assert after == before


# -- what the workers said of it ------------------------------------------------------------------


async def closed(door: FrontDoor, who: str) -> str:
    """A ticket answered and closed by a lawyer."""
    code, lawyer = await waiting(door, who), await door.lawyer(f"{who}@hotline.test")
    await door.replies(code, lawyer)
    await door.resolves(code, lawyer)
    return code


async def test_ratings_of_bot_and_lawyer_are_told_apart_once_nobody_can_be_made_out(
    door: FrontDoor,
) -> None:
    for number in range(5):
        who = f"nguoi-{number}"
        await closed(door, who)
        await door.taps(who, phrases.HELPED if number else phrases.DID_NOT_HELP)
        if number == 3:
            told = await report(door)
            assert (told.ratings_given, told.ratings_helped) == (4, None)
    for number in range(4):
        await door.taps(f"nguoi-{number}", phrases.BOT_DID_NOT_HELP)
    told = await report(door)
    assert (told.ratings_given, told.ratings_helped) == (5, 4)
    assert (told.bot_ratings_given, told.bot_ratings_helped) == (4, None)
    await door.taps("nguoi-4", phrases.BOT_HELPED)
    told = await report(door)
    assert (told.bot_ratings_given, told.bot_ratings_helped) == (5, 1)


# -- who came back ---------------------------------------------------------------------------------

AGAIN = "Em nộp đơn rồi mà công ty không nhận đơn của em"


async def test_who_came_back_within_seven_days_is_counted_as_by_hand(
    door: FrontDoor, clock: Clock
) -> None:
    codes = {
        who: await closed(door, who)
        for who in ("viet-tiep", "hoi-khac", "khong-dung", "cam-on", "im-lang", "muon")
    }
    clock.pass_(days=2)
    await door.reopens(codes["im-lang"], await door.lawyer("khac@hotline.test"))
    await door.says("viet-tiep", AGAIN)  # the ticket opens again
    await door.says("viet-tiep", "Em gửi thêm ảnh nhé")  # still one
    await door.taps("khong-dung", phrases.NOT_IT)  # of the old answer: another ticket
    await door.says("cam-on", "cảm ơn luật sư nhiều")
    await asks_something_else(door, "hoi-khac")
    told = (await report(door)).recontact
    assert (told.closed, told.pending, told.judged, told.again) == (6, 6, 0, None)
    clock.pass_(days=5, seconds=1)
    await door.says("muon", AGAIN)  # a new matter by now
    told = (await report(door)).recontact
    assert (told.closed, told.pending, told.untraced, told.judged) == (6, 0, 0, 6)
    assert (told.again, told.share, told.durable_share) == (3, 50, 50)


async def asks_something_else(door: FrontDoor, who: str) -> None:
    """A new question of law, by the menu below an answer to the reopened ticket."""
    await door.says(who, AGAIN)
    await door.taps(who, phrases.ASK_SOMETHING_ELSE)
    await door.says(who, OVERTIME)


async def test_of_few_tickets_nobody_learns_who_came_back(door: FrontDoor, clock: Clock) -> None:
    for who in ("an", "binh", "chi", "dung"):
        await closed(door, who)
    await door.says("an", AGAIN)
    clock.pass_(days=8)
    told = (await report(door)).recontact
    assert (told.judged, told.again, told.share, told.durable_share) == (4, None, None, None)


async def test_whose_talk_is_forgotten_is_not_judged(door: FrontDoor, clock: Clock) -> None:
    for who in ("an", "binh", "chi", "dung", "em", "giang"):
        await closed(door, who)
    await door.says("giang", "xóa")
    await door.taps("giang", phrases.ERASE_ALL)
    clock.pass_(days=8)
    told = (await report(door)).recontact
    assert (told.closed, told.untraced, told.judged, told.again) == (6, 1, 5, 0)
    assert told.durable_share == 100


async def test_a_closing_belongs_to_its_day_and_a_return_to_the_week_after(
    door: FrontDoor, clock: Clock
) -> None:
    for who in ("an", "binh", "chi", "dung", "em"):
        await closed(door, who)
    clock.pass_(days=6)  # past the last day of the period
    await door.says("an", AGAIN)
    clock.pass_(days=2)
    told = await report(door, TODAY, TODAY)
    assert (told.recontact.closed, told.recontact.again) == (5, 1)
    later = await report(door, TODAY + dt.timedelta(days=1), TODAY + dt.timedelta(days=3))
    assert later.recontact.closed == 0


# -- days begin at midnight in Vietnam -------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (dt.datetime(2026, 11, 22, 16, 59, 59, tzinfo=dt.UTC), dt.date(2026, 11, 22)),
        (dt.datetime(2026, 11, 22, 17, 0, 0, tzinfo=dt.UTC), dt.date(2026, 11, 23)),
        (dt.datetime(2026, 11, 21, 17, 0, 0, tzinfo=dt.UTC), dt.date(2026, 11, 22)),
    ],
    ids=["last second", "midnight", "first second"],
)
async def test_a_question_belongs_to_its_day_in_vietnam(
    door: FrontDoor, clock: Clock, at: dt.datetime, day: dt.date
) -> None:
    clock.now = at
    await door.says("an", OVERTIME)
    assert (await report(door, day, day)).received == 1
    for other in (day - dt.timedelta(days=1), day + dt.timedelta(days=1)):
        assert (await report(door, other, other)).received == 0
    around = await report(door, day - dt.timedelta(days=1), day + dt.timedelta(days=1))
    assert [one.received for one in around.by_day] == [0, 1, 0]


# -- which days ------------------------------------------------------------------------------------


def test_without_dates_the_last_thirty_days_are_told() -> None:
    assert period({}, TODAY) == (dt.date(2026, 10, 24), TODAY)
    assert period({"to": "2026-03-30"}, TODAY) == (dt.date(2026, 3, 1), dt.date(2026, 3, 30))
    assert period({"from": "2026-11-01"}, TODAY) == (dt.date(2026, 11, 1), TODAY)


@pytest.mark.parametrize(
    "query",
    [
        {"from": "22/11/2026"},
        {"to": "2026-02-30"},
        {"from": "2026-11-23", "to": "2026-11-22"},
        {"from": "2020-01-01", "to": "2026-01-01"},
        {"to": "0001-01-05"},
        {"to": "9999-12-31"},
    ],
)
def test_days_that_make_no_sense_are_refused(query: dict[str, str]) -> None:
    with pytest.raises(ApiError) as refused:
        period(query, TODAY)
    assert refused.value.status == 422


# -- percentiles -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "percent", "told"),
    [
        ([], 50, None),
        ([7], 50, 7),
        ([7], 90, 7),
        ([1, 2], 50, 1),
        ([1, 2, 3], 50, 2),
        (list(range(1, 11)), 90, 9),
        (list(range(1, 12)), 90, 10),
        ([1.26, 5], 50, 1.3),
    ],
)
def test_the_percentile_is_the_nearest_rank(
    values: list[float], percent: int, told: float | None
) -> None:
    assert percentile(Counter(values), percent) == told


@settings(max_examples=100, deadline=None, database=None)
@given(st.lists(st.integers(0, 10_000), min_size=1).map(sorted), st.integers(1, 100))
def test_a_percentile_is_the_smallest_value_that_enough_do_not_exceed(
    values: list[int], percent: int
) -> None:
    told = percentile(Counter(values), percent)
    assert told in values
    enough = [value for value in values if value <= told]
    assert len(enough) * 100 >= percent * len(values)
    fewer = [value for value in values if value < told]
    assert len(fewer) * 100 < percent * len(values)
