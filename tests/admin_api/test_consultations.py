"""Work away from the hotline: entered in a minute, imported whole or not at all, counted."""

import datetime as dt
import html
import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import openpyxl
import pytest
from sqlalchemy import select

from admin_api import consultation_sheet, reports
from admin_api.consultation_form import Refused, read
from admin_api.consultation_sheet import SheetRefused
from admin_api.office import Office
from bot import retention
from bot.models import Outcome, Question
from escalation.models import Consultation
from escalation.sla import SHIPPED
from escalation.vocabulary import Kind, Role, Way
from hotline.db import Database
from knowledge_base.library import Library
from tests.admin_api.test_access import Desk, opened
from tests.factories import Clock, everything

pytestmark = pytest.mark.thorough("postgresql")

TODAY = dt.date(2026, 11, 22)
FORM = {
    "day": "20/11/2026",
    "way": "in_person",
    "kind": "question",
    "topic": "luong",
    "question": "Nợ lương hai tháng canary",
    "answer": "Hướng dẫn gửi đơn canary",
    "minutes": "25",
    "key": "k1",
}
LINE = ["20/11/2026", "Trực tiếp", "Câu hỏi", "", "Nợ lương", "Gửi đơn", 25]
HEADINGS = ["Ngày", "Cách tư vấn", "Loại", "Chủ đề", "Câu hỏi", "Trả lời", "Số phút"]


def sheet(*lines: list[Any], headings: list[Any] | None = None) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for line in (HEADINGS if headings is None else headings, *lines):
        book.active.append(line)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


class Register:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def posts(self, path: str, **typed: Any) -> tuple[int, str]:
        async with self.desk.signed_in(Role.LAWYER) as browser:
            form = aiohttp.FormData({"csrf": await browser.csrf()})
            for name, value in typed.items():
                if isinstance(value, bytes):
                    form.add_field(name, value, filename="bang.xlsx")
                else:
                    form.add_field(name, value)
            status, body, got = await browser.ask("POST", path, data=form)
            return status, got.get("Location") or html.unescape(body)

    async def enters(self, **changed: str) -> tuple[int, str]:
        return await self.posts("/consultations", **{**FORM, **changed})

    async def imports(self, content: bytes) -> tuple[int, str]:
        return await self.posts("/consultations/import", file=content)

    async def rows(self) -> list[Consultation]:
        async with self.desk.database.reading() as session:
            return list((await session.scalars(select(Consultation))).all())

    async def report(self) -> reports.Summary:
        async with self.desk.database.reading() as session:
            first = TODAY - dt.timedelta(days=30)
            return await reports.summary(session, first, TODAY, self.desk.clock())


@pytest.fixture
async def register(
    database: Database, clock: Clock, library: Library, tmp_path: Path
) -> AsyncIterator[Register]:
    office = Office(database, SHIPPED, clock, lambda: library, changed=lambda: None)
    async with opened(office, clock, tmp_path) as desk:
        yield Register(desk)


# -- one by one ------------------------------------------------------------------------------------


async def test_one_is_entered_once_and_encrypted(register: Register) -> None:
    for _ in range(2):  # pressed twice
        assert await register.enters() == (303, "/consultations?said=entered")
    (row,) = await register.rows()
    assert (row.day, row.way, row.kind) == (dt.date(2026, 11, 20), Way.IN_PERSON, Kind.QUESTION)
    assert (row.topic, row.question, row.minutes) == ("luong", "Nợ lương hai tháng canary", 25)
    assert "canary" not in repr(await everything(register.desk.database))
    assert await register.enters(key="k2") == (303, "/consultations?said=entered")
    assert len(await register.rows()) == 2


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("day", "31/02/2026", "không đọc được"),
        ("day", "", "còn trống"),
        ("day", "23/11/2026", "đến hôm nay"),
        ("day", "01/01/0001", "từ năm 2000"),
        ("way", "bồ câu", "chọn Trực tiếp"),
        ("kind", "\x00", "Câu hỏi"),
        ("topic", "thiên văn", "không có"),
        ("question", " ", "Còn thiếu câu hỏi"),
        ("question", "x" * 401, "nhiều nhất là 400"),
        ("answer", "", "Còn thiếu câu trả lời"),
        ("minutes", "0", "từ 1 đến 600"),
        ("minutes", "²", "từ 1 đến 600"),
        ("minutes", "9" * 50, "từ 1 đến 600"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    library: Library, field: str, value: str, said: str
) -> None:
    if (field, value) == ("kind", "\x00"):
        assert read({**FORM, field: value}, library.topics, TODAY).kind is Kind.QUESTION
        return
    with pytest.raises(Refused, match=said) as refused:
        read({**FORM, field: value}, library.topics, TODAY)
    assert refused.value.field == field


async def test_nothing_typed_is_lost_where_it_is_refused(register: Register) -> None:
    status, body = await register.enters(minutes="lâu lắm")
    assert status == 422
    for typed in ("Nợ lương hai tháng canary", "Hướng dẫn gửi đơn canary", "lâu lắm", "20/11/2026"):
        assert typed in body
    assert "Số phút “lâu lắm”" in body
    assert await register.rows() == []


async def test_over_json_too_and_once_by_key(register: Register) -> None:
    body = {**FORM, "minutes": 25}
    del body["key"]
    headers = {**register.desk.bearer(Role.LAWYER), "Idempotency-Key": "same"}
    path = "/api/consultations"
    async with register.desk.browser() as browser:
        for _ in range(2):
            assert (await browser.ask("POST", path, json=body, headers=headers))[0] == 201
        wrong = {**body, "way": "bồ câu"}
        assert (await browser.ask("POST", path, json=wrong, headers=headers))[0] == 422
        _, listed, _ = await browser.ask("GET", path, headers=headers)
    assert '"total":1' in listed


async def test_only_ones_own_is_taken_back(register: Register) -> None:
    await register.enters()
    (row,) = await register.rows()
    async with register.desk.database.writing() as session:
        mine = await session.get(Consultation, row.id)
        assert mine is not None
        mine.entered_by = register.desk.staff[Role.ADMIN].id
    await register.posts(f"/consultations/{row.id}/remove")
    assert len(await register.rows()) == 1
    async with register.desk.database.writing() as session:
        mine = await session.get(Consultation, row.id)
        assert mine is not None
        mine.entered_by = register.desk.staff[Role.LAWYER].id
    for _ in range(2):
        assert (await register.posts(f"/consultations/{row.id}/remove"))[0] == 303
    assert await register.rows() == []


# -- from a spreadsheet ----------------------------------------------------------------------------


async def test_a_sheet_is_taken_whole_and_only_once(register: Register) -> None:
    lines = [
        LINE,
        LINE,
        [dt.datetime(2026, 11, 21), "thư", None, "Thai sản, nuôi con", "Hỏi", "Đáp", 5.0],
    ]
    assert await register.imports(sheet(*lines)) == (303, "/consultations?new=3&known=0")
    assert await register.imports(sheet(*lines)) == (303, "/consultations?new=0&known=3")
    more = [*lines, ["21.11.2026", "dien thoai", "phản ánh", "", "Khác", "Đáp", "7"]]
    assert await register.imports(sheet(*more)) == (303, "/consultations?new=1&known=3")
    rows = await register.rows()
    assert [(row.way, row.kind, row.topic, row.minutes) for row in rows[2:]] == [
        (Way.LETTER, Kind.QUESTION, "thai-san", 5),
        (Way.PHONE, Kind.REPORT, None, 7),
    ]


async def test_one_wrong_line_keeps_all_out_and_is_named(register: Register) -> None:
    wrong = [*LINE[:6], "lâu"]
    late = ["1/1/2999", *LINE[1:]]
    status, body = await register.imports(sheet(LINE, wrong, [None] * 7, late))
    assert status == 422
    assert "Dòng 3: Số phút “lâu”" in body
    assert "Dòng 5: Ngày 01/01/2999" in body
    assert await register.rows() == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Chọn tệp"),
        (b"not a zip at all", "không đọc được"),
        (sheet(headings=["Ngày", "Ghi chú"]), "thiếu cột Cách tư vấn"),
        (sheet(LINE, headings=[*HEADINGS, "Ngày"]), "cột lặp lại"),
        (sheet(), "không có dòng nào"),
        (sheet(*[LINE] * 2001), "quá 2000 dòng"),
    ],
    ids=["nothing", "no sheet", "no headings", "twice", "empty", "too long"],
)
async def test_what_is_no_sheet_is_refused_in_words(
    register: Register, content: bytes, said: str
) -> None:
    status, body = await register.imports(content)
    assert status == 422
    assert said in body
    assert await register.rows() == []


def test_a_bomb_or_a_torn_file_is_refused(library: Library) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (50 * 1024 * 1024))
    whole = sheet(LINE)
    for content in (bomb.getvalue(), whole[: len(whole) // 2], whole.replace(b"sheet1", b"sheet9")):
        with pytest.raises(SheetRefused):
            consultation_sheet.read(content, library.topics, TODAY)


def test_the_template_has_the_headings_and_is_read_back(library: Library) -> None:
    book = openpyxl.load_workbook(io.BytesIO(consultation_sheet.template(library.topics)))
    page = book.worksheets[0]
    assert [cell.value for cell in page[1]] == HEADINGS
    for column, value in enumerate(LINE, 1):
        page.cell(2, column, value)
    filled = io.BytesIO()
    book.save(filled)
    (given,) = consultation_sheet.read(filled.getvalue(), library.topics, TODAY)
    assert (given.day, given.minutes) == (dt.date(2026, 11, 20), 25)
    with pytest.raises(SheetRefused, match="refused"):
        consultation_sheet.read(consultation_sheet.template(library.topics), library.topics, TODAY)


# -- in the report ---------------------------------------------------------------------------------


async def test_they_count_in_the_whole_and_never_as_online(register: Register) -> None:
    async with register.desk.database.writing() as session:
        for number in range(3):
            session.add(
                Question(
                    channel="webchat",
                    asked_at=register.desk.clock() - dt.timedelta(days=number),
                    topic="luong",
                    outcome=Outcome.ANSWERED,
                    reasoning={},
                )
            )
    await register.enters()
    old = await register.report()
    assert (old.received, old.offline, old.online, old.online_share) == (4, 1, 3, 75)
    await register.enters(key="k2", way="letter", topic="")
    told = await register.report()
    assert (told.received, told.offline, told.online, told.online_share) == (5, 2, 3, 60)
    assert {one.name: (one.received, one.online) for one in told.by_channel} == {
        "webchat": (3, 3),
        "offline_in_person": (1, 0),
        "offline_letter": (1, 0),
    }
    assert {one.name: one.received for one in told.by_topic} == {"luong": 4, "khac": 1}
    assert sum(day.received for day in told.by_day) == 5
    async with register.desk.browser() as browser:
        headers = register.desk.bearer(Role.MANAGER)
        status, page, _ = await browser.ask("GET", "/reports", headers=headers)
    assert status == 200
    assert "Tư vấn trực tiếp" in page
    assert "Chưa gồm tư vấn trực tiếp" not in page
    assert "canary" not in page


async def test_a_report_of_offline_work_alone(register: Register) -> None:
    await register.enters()
    told = await register.report()
    assert (told.received, told.online_share) == (1, 0)
    async with register.desk.browser() as browser:
        headers = register.desk.bearer(Role.MANAGER)
        assert (await browser.ask("GET", "/reports", headers=headers))[0] == 200


async def test_the_words_are_forgotten_and_the_figures_stay(register: Register) -> None:
    await register.enters()
    register.desk.clock.now += retention.TICKET_KEPT + dt.timedelta(days=3)
    async with register.desk.database.writing() as session:
        await retention.forget(session, register.desk.clock())
    (row,) = await register.rows()
    assert (row.question, row.answer, row.minutes) == (None, None, 25)
