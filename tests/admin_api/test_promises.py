"""The page of promises and hours: what it shows, what it would do, what it refuses."""

import datetime as dt
import html
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from admin_api.console import promise_forms, promise_words
from admin_api.console.hours import Refused
from admin_api.office import Office
from admin_api.promise_changes import DayChange, RuleChange, WeekChange
from escalation import amendments, checking, lookup, policies
from escalation.calendar import OFFICE
from escalation.models import SlaPolicy
from escalation.sla import SHIPPED
from escalation.vocabulary import Priority, Role
from hotline.db import Database
from knowledge_base.library import Library
from tests.admin_api.test_access import Browser, Desk, opened
from tests.factories import Clock, everything

pytestmark = pytest.mark.thorough("postgresql")

RULE = {
    "what": "rule",
    "priority": "normal",
    "kind": "",
    "topic": "",
    "channel": "",
    "calendar": "office",
    "first_response": "2 giờ",
    "next_response": "4 giờ",
    "resolution": "16 giờ",
    "head": "1 giờ",
    "deputy": "4 giờ",
    "silent": "60 phút",
    "risk": "75",
    "since": "2026-11-23",
}
CLOSED = {"what": "day", "since": "2026-12-28", "way": "closed", "hours": ""}
MORNINGS = {f"day{day}": "7h30-11h30" for day in range(6)} | {"day6": ""}
WEEK = {"what": "week", "since": "2026-12-01", **MORNINGS}


class Chief:
    """A manager's browser on the page."""

    def __init__(self, desk: Desk, browser: Browser, csrf: str) -> None:
        self.desk, self.browser, self.csrf = desk, browser, csrf

    async def posts(self, form: dict[str, Any], path: str = "/promises") -> tuple[int, str]:
        data = [("csrf", self.csrf)]
        for name, value in form.items():
            data += [(name, one) for one in (value if isinstance(value, list) else [value])]
        status, body, _ = await self.browser.ask("POST", path, data=data)
        return status, html.unescape(body)

    async def saves(self, form: dict[str, Any], why: str = "thử việc mới") -> tuple[int, str]:
        """As the page does it: look, then confirm what was looked at."""
        _, body = await self.posts(form)
        seen = re.search(r'name="seen" value="(\d*)"', body)
        assert seen is not None
        return await self.posts({**form, "step": "save", "seen": seen[1], "why": why})

    async def reads(self, query: str = "") -> str:
        return html.unescape((await self.browser.ask("GET", f"/promises{query}"))[1])

    async def version(self) -> SlaPolicy | None:
        async with self.desk.database.reading() as session:
            return await policies.newest(session)


@pytest.fixture
async def desk(
    database: Database, clock: Clock, library: Library, tmp_path: Path
) -> AsyncIterator[Desk]:
    """On Monday 23/11/2026, 10:30 in Hải Phòng."""
    clock.now = dt.datetime(2026, 11, 23, 3, 30, tzinfo=dt.UTC)
    office = Office(database, SHIPPED, clock, lambda: library, changed=lambda: None)
    async with opened(office, clock, tmp_path) as made:
        yield made


@pytest.fixture
async def chief(desk: Desk) -> AsyncIterator[Chief]:
    async with desk.signed_in(Role.MANAGER) as browser:
        yield Chief(desk, browser, await browser.csrf())


# -- what is typed, without a database -------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [("4 giờ", 240), ("1h30", 90), ("15 phút", 15), ("45", 45), ("1 giờ 5 phút", 65), ("2G", 120)],
)
def test_lengths_are_read_as_people_write_them(typed: str, minutes: int) -> None:
    change = promise_forms.read({**RULE, "first_response": typed})
    assert isinstance(change, RuleChange)
    assert change.terms is not None
    assert change.terms.first_response == minutes


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("7h30-11h30, 13:00–17:00", "07:30-11:30,13:00-17:00"),
        ("8-12 và 13-24", "08:00-12:00,13:00-24:00"),
        ("nghỉ", ""),
        ("", ""),
    ],
)
def test_hours_are_read_as_people_write_them(typed: str, read: str) -> None:
    assert promise_forms.written(promise_forms.hours_of(typed, "hours")) == read


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ({**RULE, "first_response": ""}, "first_response"),
        ({**RULE, "resolution": "0"}, "resolution"),
        ({**RULE, "resolution": "2000 giờ"}, "resolution"),
        ({**RULE, "next_response": "hai giờ"}, "next_response"),
        ({**RULE, "risk": "100"}, "risk"),
        ({**RULE, "priority": "\0"}, "priority"),
        ({**RULE, "kind": "x"}, "priority"),
        ({**RULE, "since": "hôm nay"}, "since"),
        ({**WEEK, "day3": "11h-7h"}, "day3"),
        ({**WEEK, "day3": "7h-9h, 8h-10h"}, "day3"),
        ({**WEEK, "day0": "25h-26h"}, "day0"),
        ({**WEEK, "day0": ",".join(f"{hour}-{hour}:30" for hour in range(7))}, "day0"),
        ({**CLOSED, "way": "open"}, "hours"),
        ({"what": "\0"}, "what"),
        ({}, "what"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(form: dict[str, str], wrong: str) -> None:
    with pytest.raises(Refused) as refused:
        promise_forms.read(form)
    assert refused.value.field == wrong


def test_a_typed_day_becomes_a_change() -> None:
    day = dt.date(2026, 12, 28)
    assert promise_forms.read(CLOSED) == DayChange(since=day, hours="")
    assert promise_forms.read({**CLOSED, "way": "usual"}) == DayChange(since=day, hours=None)
    assert isinstance(promise_forms.read(WEEK), WeekChange)


def test_changes_are_told_in_words() -> None:
    week = promise_forms.read(WEEK)(SHIPPED)
    [said] = [promise_words.amendment(one, {}) for one in amendments.between(SHIPPED, week)]
    assert said == (
        "Từ 01/12/2026: giờ làm việc đổi: Thứ Hai, Thứ Ba, Thứ Tư, Thứ Năm, Thứ Sáu "
        "07:30–11:30, 13:00–17:00 → 07:30–11:30; Thứ Bảy nghỉ → 07:30–11:30."
    )
    own = promise_forms.read({**RULE, "channel": "phone", "topic": "wages"})(SHIPPED)
    [said] = [
        promise_words.amendment(one, {"wages": "Tiền lương"})
        for one in amendments.between(SHIPPED, own)
    ]
    assert said == (
        "Từ 23/11/2026: Phiếu thường, chủ đề Tiền lương, kênh Điện thoại: lời hứa riêng, "
        "trả lời đầu 2 giờ làm việc, trả lời tiếp 4 giờ làm việc, xong phiếu 16 giờ làm việc."
    )


# -- the page --------------------------------------------------------------------------------------


async def test_the_page_says_what_is_promised(chief: Chief) -> None:
    body = await chief.reads()
    for words in (
        "4 giờ làm việc",
        "15 phút",
        "Báo sắp quá hạn khi đã qua 75% thời gian",
        "Quá hạn 1 giờ thì báo trưởng trung tâm, 4 giờ thì báo phó giám đốc",
        "07:30–11:30, 13:00–17:00",
        "Mùng hai Tết Nguyên Đán",
        "08/02/2027",
        "Chưa đổi lần nào",
    ):
        assert words in body, words


async def test_looking_changes_nothing_and_tells_the_new_deadlines(chief: Chief) -> None:
    before = await everything(chief.desk.database)
    status, body = await chief.posts(RULE)
    assert status == 200
    assert "Phiếu thường: trả lời đầu 4 giờ → 2 giờ" in body
    assert "16:00 Thứ Hai 23/11" in body  # as it is: four hours without lunch
    assert "<strong>14:00 Thứ Hai 23/11</strong>" in body
    assert "không đổi" in body  # the urgent one
    assert await everything(chief.desk.database) == before


async def test_a_change_of_later_is_shown_on_its_first_morning(chief: Chief) -> None:
    _, body = await chief.posts({**RULE, "since": "2026-12-07"})
    assert "08:00 Thứ Hai 7/12" in body
    assert "<strong>10:00 Thứ Hai 7/12</strong>" in body


async def test_a_change_is_kept_with_who_and_why_and_moves_no_open_ticket(chief: Chief) -> None:
    desk = chief.desk
    async with desk.database.reading() as session:
        before = await lookup.find(session, desk.code)
    assert (await chief.saves(RULE))[0] == 303
    version = await chief.version()
    assert version is not None
    assert version.note == "Manager: thử việc mới"
    body = await chief.reads()
    assert "Manager: thử việc mới" in body
    assert "Phiếu thường: trả lời đầu 4 giờ → 2 giờ" in body
    async with desk.database.reading() as session:
        after = await lookup.find(session, desk.code)
    assert before is not None
    assert after is not None
    assert (after.policy_id, after.next_due_at) == (None, before.next_due_at)


async def test_week_and_days_come_and_go(chief: Chief) -> None:
    day, first = dt.date(2026, 12, 28), dt.date(2026, 12, 1)
    assert (await chief.saves(CLOSED))[0] == 303
    assert (await chief.saves(WEEK))[0] == 303
    version = await chief.version()
    assert version is not None
    office = policies.read(version).office
    assert office.hours_on(day) == ()
    assert [bool(office.week_of(first)[one]) for one in (5, 6)] == [True, False]
    body = await chief.reads()
    assert "đặt riêng" in body
    assert "Giờ khác từ 01/12/2026" in body
    assert (await chief.saves({"what": "no_week", "since": "2026-12-01"}))[0] == 303
    assert (await chief.saves({**CLOSED, "way": "usual"}))[0] == 303
    assert policies.read(await chief.version()).office == OFFICE


async def test_a_promise_of_its_own_is_added_edited_and_removed(chief: Chief) -> None:
    own = {**RULE, "channel": "phone", "kind": "report"}
    assert (await chief.saves(own))[0] == 303
    body = await chief.reads("?edit=3#rule")
    assert "Phiếu thường, loại phản ánh, kênh Điện thoại" in body
    assert '<option value="phone" selected>' in body
    assert 'value="2 giờ"' in body
    assert (await chief.saves({**own, "what": "no_rule"}))[0] == 303
    assert "kênh Điện thoại" not in (await chief.reads()).split('id="versions"')[0]


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({**RULE, "first_response": "4 giờ"}, "Không có gì khác"),
        ({**RULE, "since": "2026-11-22"}, "từ hôm nay"),
        ({**RULE, "since": "9999-12-31"}, "hai năm"),
        ({**RULE, "what": "no_rule"}, "phải luôn có"),
        ({**RULE, "topic": "không có"}, "không có."),
        ({**RULE, "channel": "fax\0"}, "không có."),
        ({**RULE, "deputy": "30 phút"}, "Phó giám đốc"),
        ({**WEEK, **{f"day{day}": "" for day in range(7)}}, "không bao giờ tới"),
        ({**RULE, "risk": "x" * 5000}, "phần trăm"),
        ({**CLOSED, "since": "9" * 40}, "Chọn ngày"),
        ({"what": "x"}, "tải lại trang"),
    ],
)
async def test_what_cannot_be_is_refused_in_words(
    chief: Chief, form: dict[str, str], sentence: str
) -> None:
    before = await everything(chief.desk.database)
    for step in ("", "save"):
        status, body = await chief.posts({**form, "step": step, "why": "thử"})
        assert status == 422
        assert sentence in body
    assert await everything(chief.desk.database) == before


async def test_what_was_typed_stays_where_it_was_refused(chief: Chief) -> None:
    _, body = await chief.posts({**RULE, "next_response": "hai giờ", "channel": "phone"})
    assert 'value="hai giờ" aria-invalid="true" autofocus' in body
    assert '<option value="phone" selected>' in body


async def test_a_reason_is_asked_for(chief: Chief) -> None:
    status, body = await chief.saves(RULE, why=" \u200b ")
    assert status == 422
    assert "Xin ghi vì sao đổi" in body
    assert 'name="first_response" value="2 giờ"' in body  # to confirm once more
    assert await chief.version() is None


async def test_who_looked_before_another_changed_looks_again(chief: Chief) -> None:
    assert (await chief.saves(CLOSED))[0] == 303
    status, body = await chief.posts({**RULE, "step": "save", "seen": "", "why": "trễ"})
    assert status == 409
    assert "người khác đã đổi" in body
    assert "Xem trước, chưa lưu" in body
    assert (await chief.saves(RULE))[0] == 303


async def test_markup_in_a_reason_is_text(chief: Chief) -> None:
    await chief.saves(RULE, why="<script>alert(1)</script>")
    _, body, _ = await chief.browser.ask("GET", "/promises")
    assert "<script>alert" not in body


async def test_the_topics_that_a_second_lawyer_reads(chief: Chief, library: Library) -> None:
    first, second = list(library.topics)[:2]
    path = "/promises/checked"
    assert (await chief.posts({"topics": [first, second, "\0"]}, path))[0] == 303
    async with chief.desk.database.reading() as session:
        assert await checking.topics(session) == {first, second}
    assert f'value="{second}" checked' in await chief.reads()
    assert (await chief.posts({}, path))[0] == 303
    async with chief.desk.database.reading() as session:
        assert await checking.topics(session) == set()


# -- scripts ---------------------------------------------------------------------------------------


async def test_scripts_change_and_read_the_versions(desk: Desk) -> None:
    async with desk.browser() as browser:
        headers = desk.bearer(Role.ADMIN)

        async def post(part: str, body: dict[str, Any]) -> int:
            path = f"/api/policies/{part}"
            return (await browser.ask("POST", path, json=body, headers=headers))[0]

        day = {"since": "2026-12-28", "hours": "", "why": "bão"}
        terms = {
            "calendar": "always",
            "first_response": 10,
            "next_response": 10,
            "resolution": 600,
            "head": 10,
        }
        rule = {"since": "2026-12-01", "priority": "urgent", "terms": terms, "why": "gấp"}
        week = {"since": "2026-12-01", "hours": ["08:00-12:00"] * 5 + ["", ""], "why": "hè"}
        assert [
            await post("days", day),
            await post("rules", rule),
            await post("weeks", week),
        ] == [201, 201, 201]
        assert await post("days", day) == 422  # nothing new
        assert await post("days", {**day, "hours": "12:00-08:00"}) == 422
        assert await post("days", {**day, "since": 5}) == 422
        for odd in ("07:30+07:00-11:30", "07:30Z-11:30Z", "07:30:15-11:30", "07:30-11:30:00.5"):
            assert await post("days", {**day, "hours": odd}) == 422, odd
        assert await post("rules", {**rule, "terms": {**terms, "resolution": 10**9}}) == 422
        assert await post("weeks", {**week, "hours": ["08:00-12:00"]}) == 422
        assert await post("weeks", {**week, "why": ""}) == 422
        _, body, _ = await browser.ask("GET", "/api/policies", headers=headers)
    assert re.findall(r'"note":"([^"]*)"', body) == [
        "Admin: hè",
        "Admin: gấp",
        "Admin: bão",
        "",
    ]
    async with desk.database.reading() as session:
        policy = policies.read(await policies.newest(session))
    due = policy.first_response_due(Priority.URGENT, dt.datetime(2026, 12, 1, 1, tzinfo=dt.UTC))
    assert due == dt.datetime(2026, 12, 1, 1, 10, tzinfo=dt.UTC)
