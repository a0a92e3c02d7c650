"""The page of the duty roster: who reads it, who changes it, and what it refuses."""

import datetime as dt
import html
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from admin_api.console import hours
from admin_api.console.hours import Refused, Wish
from admin_api.office import Office
from escalation import absence, duty, lookup, tickets
from escalation.models import DutyShift, Staff
from escalation.sla import SHIPPED
from escalation.vocabulary import EventKind, Role
from hotline.db import Database
from knowledge_base.library import Library
from tests.admin_api.test_access import Browser, Desk, opened
from tests.factories import Clock, everything

pytestmark = pytest.mark.thorough("postgresql")

NUMBER, SHOWN = "+84912345678", "0912 345 678"
WEEK = [str(day) for day in range(7)]


class Roster:
    """A manager's browser on the page."""

    def __init__(self, desk: Desk, browser: Browser, csrf: str) -> None:
        self.desk, self.browser, self.csrf = desk, browser, csrf
        self.lawyer = desk.staff[Role.LAWYER].id

    async def adds(self, days: list[str] | None = None, **typed: Any) -> tuple[int, str]:
        form = {"staff": str(self.lawyer), "opens": "07:30", "closes": "17:00", "order": "1"}
        return await self.posts("/duty", {**form, "weekdays": days or ["0"], **typed})

    async def phones(self, number: str, staff_id: int | None = None) -> tuple[int, str]:
        return await self.posts(f"/duty/phones/{staff_id or self.lawyer}", {"phone": number})

    async def posts(self, path: str, form: dict[str, Any]) -> tuple[int, str]:
        data = [("csrf", self.csrf)]
        for name, value in form.items():
            data += [(name, one) for one in (value if isinstance(value, list) else [value])]
        status, body, _ = await self.browser.ask("POST", path, data=data)
        return status, html.unescape(body)

    async def shifts(self) -> list[tuple[int, int, int, int]]:
        async with self.desk.database.reading() as session:
            rows = await session.scalars(select(DutyShift).order_by(DutyShift.id))
            return [(row.weekday, row.opens, row.closes, row.rank) for row in rows]

    async def phone(self, staff_id: int | None = None) -> str | None:
        async with self.desk.database.reading() as session:
            staff = await session.get(Staff, staff_id or self.lawyer)
        assert staff is not None
        return staff.phone


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
async def roster(desk: Desk) -> AsyncIterator[Roster]:
    async with desk.signed_in(Role.MANAGER) as browser:
        yield Roster(desk, browser, await browser.csrf())


async def page(desk: Desk, role: Role) -> str:
    async with desk.browser() as browser:
        _, body, _ = await browser.ask("GET", "/duty", headers=desk.bearer(role))
    return html.unescape(body)


async def hired(desk: Desk, name: str, phone: str | None = None, gone: bool = False) -> int:
    async with desk.database.writing() as session:
        staff = Staff(
            email=f"{name}@hotline.test",
            name=name,
            role=Role.LAWYER,
            phone=phone,
            created_at=desk.clock(),
            disabled_at=desk.clock() if gone else None,
        )
        session.add(staff)
        await session.flush()
        return staff.id


# -- what is typed, without a database -------------------------------------------------------------

GOOD = {"staff": "7", "opens": "07:30", "closes": "17:00", "order": "1"}


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        (("07:30", "17:00"), (450, 1020)),
        (("7h30", "17h"), (450, 1020)),
        (("7", "17"), (420, 1020)),
        (("0:00", "24:00"), (0, 1440)),
        ((" 7.30 ", "11g30"), (450, 690)),
    ],
)
def test_times_are_read_as_people_write_them(
    typed: tuple[str, str], minutes: tuple[int, int]
) -> None:
    opens, closes = typed
    wish = hours.read({**GOOD, "opens": opens, "closes": closes}, ["0"])
    assert wish.hours == minutes


def test_days_come_in_order_and_once() -> None:
    assert hours.read(GOOD, ["4", "0", "4"]) == Wish(7, [0, 4], (450, 1020), 0)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("staff", {"staff": ""}),
        ("staff", {"staff": "0"}),
        ("staff", {"staff": "9" * 30}),
        ("staff", {"staff": "²"}),
        ("opens", {"opens": ""}),
        ("opens", {"opens": "7:3"}),
        ("opens", {"opens": "07:60"}),
        ("opens", {"opens": "sáng"}),
        ("opens", {"opens": "-1:00"}),
        ("opens", {"opens": "\0"}),
        ("closes", {"closes": "24:01"}),
        ("closes", {"closes": "25:00"}),
        ("closes", {"closes": "07:30"}),
        ("closes", {"opens": "22:00", "closes": "06:00"}),
        ("order", {"order": "0"}),
        ("order", {"order": "11"}),
        ("order", {"order": "một"}),
    ],
)
def test_what_cannot_be_is_refused_by_field(field: str, wrong: dict[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        hours.read({**GOOD, **wrong}, ["0"])
    assert refused.value.field == field
    assert refused.value.sentence.endswith(".")


@pytest.mark.parametrize("days", [[], ["9"], ["7"], ["-1"], ["0", "9"], [""], ["x"], ["9" * 30]])
def test_a_day_that_is_none_is_refused_not_bent(days: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        hours.read(GOOD, days)
    assert refused.value.field == "weekdays"


# -- the page --------------------------------------------------------------------------------------


async def test_a_manager_fills_a_week(roster: Roster) -> None:
    assert (await roster.adds(WEEK, order="3"))[0] == 303
    assert await roster.shifts() == [(day, 450, 1020, 2) for day in range(7)]
    body = await page(roster.desk, Role.LAWYER)
    assert body.count("07:30–17:00") == 7
    assert "thứ tự 3" in body


async def test_who_is_on_duty_now(roster: Roster, desk: Desk) -> None:
    assert "Lúc này không ai trực" in await page(desk, Role.EDITOR)
    await roster.adds()
    body = await page(desk, Role.EDITOR)
    assert "chưa có số điện thoại nên tổng đài không gọi được" in body
    await roster.phones(NUMBER)
    body = await page(desk, Role.EDITOR)
    assert "không gọi được" not in body
    assert "Đang trực lúc 10:30" in body
    assert "đến 17:00" in body


@pytest.mark.parametrize(
    ("role", "whole"),
    [(Role.LAWYER, False), (Role.EDITOR, False), (Role.MANAGER, True), (Role.ADMIN, True)],
)
async def test_others_see_the_end_of_a_number(desk: Desk, role: Role, whole: bool) -> None:
    await hired(desk, "Hà", NUMBER)
    body = await page(desk, role)
    assert (SHOWN in body) is whole
    assert whole or "…678" in body
    assert not whole or "Thêm giờ trực" in body
    assert "912345" not in body
    assert "0912 345" not in body or whole


async def test_a_refusal_keeps_what_was_typed(roster: Roster) -> None:
    before = await everything(roster.desk.database)
    status, body = await roster.adds(["5", "6"], opens="22h", closes="6h", order="4")
    assert status == 422
    assert "Ca qua đêm thì thêm hai lần" in body
    assert 'value="22h"' in body
    assert 'value="6h"' in body
    assert f'value="{roster.lawyer}" selected' in body
    assert '<option value="4" selected' in body
    checked = [day for day in WEEK if f'value="{day}" checked' in body]
    assert checked == ["5", "6"]
    assert await everything(roster.desk.database) == before


async def test_nobody_has_the_same_hours_twice(roster: Roster, desk: Desk) -> None:
    await roster.adds(["1"])
    status, body = await roster.adds(["0", "1"], opens="16:59", closes="20:00")
    assert status == 422
    assert "đã trực Thứ Ba 07:30–17:00" in body
    assert len(await roster.shifts()) == 1  # not even the day that was free
    assert (await roster.adds(["1"], opens="17:00", closes="20:00"))[0] == 303
    colleague = await hired(desk, "Bình")
    assert (await roster.adds(["1"], staff=str(colleague)))[0] == 303


async def test_only_lawyers_that_are_there_take_calls(roster: Roster, desk: Desk) -> None:
    gone = await hired(desk, "Gone", gone=True)
    for number in (gone, desk.staff[Role.ADMIN].id, desk.staff[Role.EDITOR].id, 999_999):
        status, body = await roster.adds(staff=str(number))
        assert status == 422
        assert "không còn trong danh sách luật sư" in body
        assert (await roster.phones(NUMBER, number))[0] == 404
    assert await roster.shifts() == []


async def test_removing_twice_is_removing_once(roster: Roster, desk: Desk) -> None:
    await roster.adds(["0", "1"])
    async with desk.database.reading() as session:
        [(first, _), _] = await duty.shifts(session)
    for _ in range(2):
        assert (await roster.posts(f"/duty/{first.id}/remove", {}))[0] == 303
    assert [weekday for weekday, *_ in await roster.shifts()] == [1]


async def test_the_hours_of_who_left_are_still_seen_and_removed(roster: Roster, desk: Desk) -> None:
    await roster.adds()
    async with desk.database.writing() as session:
        staff = await session.get(Staff, roster.lawyer)
        assert staff is not None
        staff.disabled_at = desk.clock()
    assert "tài khoản đã khóa, không được gọi" in await page(desk, Role.MANAGER)


# -- numbers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["0912345678", "+84 912 345 678", "(0912) 345-678"])
async def test_a_number_is_kept_as_it_is_dialled(roster: Roster, typed: str) -> None:
    assert (await roster.phones(typed))[0] == 303
    assert await roster.phone() == NUMBER
    assert (await roster.phones(" "))[0] == 303
    assert await roster.phone() is None


@pytest.mark.parametrize("typed", ["1900 1234", "113", "+1 212 555 0100", "không có", "0912", "\0"])
async def test_a_number_that_must_not_be_rung_is_refused(roster: Roster, typed: str) -> None:
    await roster.phones(NUMBER)
    status, body = await roster.phones(typed)
    assert status == 422
    assert "Ghi số di động hoặc số cố định ở Việt Nam" in body
    assert typed == "\0" or f'value="{typed}"' in body
    assert await roster.phone() == NUMBER


async def test_a_number_rings_one_lawyer(roster: Roster, desk: Desk) -> None:
    await hired(desk, "Bình", NUMBER)
    gone = await hired(desk, "Gone", "+84987654321", gone=True)
    status, body = await roster.phones(NUMBER)
    assert status == 422
    assert "Số này đã ghi cho Bình." in body
    assert (await roster.phones("0987654321"))[0] == 303  # who left does not block it
    assert (await roster.phone(), await roster.phone(gone)) == ("+84987654321", None)


# -- odd requests ----------------------------------------------------------------------------------


async def test_odd_requests_are_refused_without_a_fault(roster: Roster, desk: Desk) -> None:
    before = await everything(desk.database)
    for number in ("0", "-1", "9" * 30, "²", "%00", "x"):
        for path in (f"/duty/{number}/remove", f"/duty/phones/{number}"):
            assert (await roster.posts(path, {"phone": NUMBER}))[0] == 404, path
    odd: list[dict[str, Any]] = [
        {"staff": "\0"},
        {"opens": "x" * 5000},
        {"weekdays": ["9"]},
        {"weekdays": ["\0"] * 50},
        {"order": "9" * 40},
        {"csrf": ""},
    ]
    for form in odd:
        status, _ = await roster.adds(**form)
        assert status in (403, 422), form
    assert (await roster.posts("/duty", {}))[0] == 422
    assert await everything(desk.database) == before


async def test_days_sent_as_files_are_no_days(roster: Roster) -> None:
    body = (
        f'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{roster.csrf}\r\n'
        '--x\r\nContent-Disposition: form-data; name="weekdays"; filename="a"\r\n\r\n0\r\n--x--\r\n'
    )
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    status, _, _ = await roster.browser.ask("POST", "/duty", data=body.encode(), headers=headers)
    assert status == 422


# -- leave -----------------------------------------------------------------------------------------

WEEKEND = {"first": "2026-11-23", "last": "2026-11-29"}


async def holds(desk: Desk, staff: Staff) -> None:
    async with desk.database.writing() as session:
        ticket = await lookup.find(session, desk.code)
        assert ticket is not None
        await tickets.take(session, ticket, await session.get_one(Staff, staff.id), desk.clock())


async def test_a_lawyer_enters_and_takes_back_his_own_leave_only(desk: Desk) -> None:
    lawyer, other = desk.staff[Role.LAWYER], await hired(desk, "Bình")
    async with desk.database.writing() as session:
        today = dt.date(2026, 11, 23)
        await absence.add(session, await session.get_one(Staff, other), today, today, today)
    async with desk.signed_in(Role.LAWYER) as browser:
        own = Roster(desk, browser, await browser.csrf())
        form = {**WEEKEND, "staff": str(other)}  # whatever is sent, it is his own
        assert (await own.posts("/duty/absences", form))[0] == 303
        body = await page(desk, Role.LAWYER)
        assert "23/11/2026 – 29/11/2026" in body
        assert body.count("/remove") == 1
        async with desk.database.reading() as session:
            entered = {who.id: entry.id for entry, who in await absence.to_come(session, today)}
        assert set(entered) == {lawyer.id, other}
        for entry in entered.values():
            assert (await own.posts(f"/duty/absences/{entry}/remove", {}))[0] == 303
        assert (await own.posts(f"/duty/away/{other}/return", {}))[0] == 404
    async with desk.database.reading() as session:
        assert [who.id for _, who in await absence.to_come(session, today)] == [other]


async def test_who_is_away_is_shown_as_not_rung(roster: Roster, desk: Desk) -> None:
    await roster.adds()
    await roster.phones(NUMBER)
    form = {**WEEKEND, "staff": str(roster.lawyer)}
    assert (await roster.posts("/duty/absences", form))[0] == 303
    body = await page(desk, Role.EDITOR)
    assert "đang nghỉ đến hết 29/11/2026 nên tổng đài không gọi" in body
    assert "chưa có số điện thoại nên" not in body
    desk.clock.pass_(days=7)
    assert "đến 17:00" in await page(desk, Role.EDITOR)


async def test_what_who_is_away_holds_goes_back_in_one_click(roster: Roster, desk: Desk) -> None:
    await holds(desk, desk.staff[Role.LAWYER])
    returned = f"/duty/away/{roster.lawyer}/return"
    assert (await roster.posts(returned, {}))[0] == 303  # he is here: nothing is taken from him
    assert desk.code not in await page(desk, Role.MANAGER)
    await roster.posts("/duty/absences", {**WEEKEND, "staff": str(roster.lawyer)})
    body = await page(desk, Role.MANAGER)
    assert "đang nghỉ và còn giữ 1 phiếu" in body
    assert desk.code in body
    assert "nợ lương" not in body  # what it is about is for lawyers
    assert desk.code not in await page(desk, Role.EDITOR)
    for _ in range(2):
        assert (await roster.posts(returned, {}))[0] == 303
    assert "còn giữ" not in await page(desk, Role.MANAGER)
    async with desk.database.reading() as session:
        ticket = await lookup.find(session, desk.code)
        assert ticket is not None
        kinds = [event.kind for event in await tickets.history(session, ticket)]
    assert ticket.assignee_id is None
    assert kinds.count(EventKind.RETURNED) == 1


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"first": "2026-11-29", "last": "2026-11-23"}, "Ngày cuối phải"),
        ({"first": "2026-11-01", "last": "2026-11-22"}, "Ngày cuối phải"),
        ({"first": "2026-11-23", "last": "9999-12-31"}, "Ngày cuối phải"),
        ({"first": "", "last": "2026-11-23"}, "Chọn ngày đầu"),
        ({"first": "\0", "last": "9" * 5000}, "Chọn ngày đầu"),
        ({"staff": "0"}, "Chọn người nghỉ"),
        ({"staff": "9" * 30}, "Chọn người nghỉ"),
        ({"staff": "999999"}, "Chọn người nghỉ"),
    ],
)
async def test_leave_that_cannot_be_is_refused(
    roster: Roster, form: dict[str, str], sentence: str
) -> None:
    before = await everything(roster.desk.database)
    given = {**WEEKEND, "staff": str(roster.lawyer), **form}
    status, body = await roster.posts("/duty/absences", given)
    assert status == 422
    assert sentence in body
    assert await everything(roster.desk.database) == before


async def test_the_same_days_are_not_entered_twice(roster: Roster) -> None:
    form = {**WEEKEND, "staff": str(roster.lawyer)}
    await roster.posts("/duty/absences", form)
    status, body = await roster.posts("/duty/absences", form)
    assert status == 422
    assert "đã ghi nghỉ rồi" in body
    assert f'value="{WEEKEND["last"]}"' in body


async def test_who_is_away_is_told_why_he_gets_no_next_one(roster: Roster, desk: Desk) -> None:
    await roster.posts("/duty/absences", {**WEEKEND, "staff": str(roster.lawyer)})
    async with desk.signed_in(Role.LAWYER) as browser:
        form = {"csrf": await browser.csrf()}
        _, _, headers = await browser.ask("POST", "/tickets/next", data=form)
        assert headers["Location"] == "/?next=away"
        _, body, _ = await browser.ask("GET", "/?next=away")
        assert "đang ghi là nghỉ hôm nay" in html.unescape(body)
        status, _, _ = await browser.ask(
            "POST", "/api/tickets/next", headers=desk.bearer(Role.LAWYER)
        )
        assert status == 409


async def test_languages_and_leave_are_seen_by_who_transfers(roster: Roster, desk: Desk) -> None:
    colleague = await hired(desk, "Bình")
    async with desk.signed_in(Role.ADMIN) as admin:
        form = {"load_limit": "12", "employers": "", "languages": "ko", "level": "1"}
        path = f"/staff/{colleague}"
        data = {**form, "csrf": await admin.csrf()}
        assert (await admin.ask("POST", path, data=data))[0] == 303
        _, body, _ = await admin.ask("GET", path)
        assert 'value="ko" checked' in body
        assert '<option value="1" selected' in body
    await roster.posts("/duty/absences", {**WEEKEND, "staff": str(colleague)})
    await holds(desk, desk.staff[Role.LAWYER])
    async with desk.signed_in(Role.LAWYER) as browser:
        _, body, _ = await browser.ask("GET", f"/tickets/{desk.code}")
    assert "Bình · tiếng Hàn · đang nghỉ đến 29/11/2026" in html.unescape(body)


async def test_a_manager_has_a_place_on_the_ladder_and_nothing_else(desk: Desk) -> None:
    number = desk.staff[Role.MANAGER].id
    async with desk.signed_in(Role.ADMIN) as admin:
        csrf = await admin.csrf()
        path = f"/staff/{number}"
        _, body, _ = await admin.ask("GET", path)
        assert "load_limit" not in body
        for level, kept in (("2", 2), ("9" * 9, 2), ("x", 2), ("0", 0)):
            form = {"level": level, "topics": "wages", "csrf": csrf}
            assert (await admin.ask("POST", path, data=form))[0] == 303
            async with desk.database.reading() as session:
                staff = await session.get_one(Staff, number)
            assert (staff.level, staff.topics) == (kept, [])
