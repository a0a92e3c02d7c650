"""How somebody of the centre says on which way he is told."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from admin_api.office import Office
from escalation.alerts import telegram_links
from escalation.alerts.raising import Ways
from escalation.models import Alert, Staff
from escalation.sla import SHIPPED
from escalation.vocabulary import Role
from hotline.db import Database
from knowledge_base.library import Library
from tests.admin_api.test_access import Browser, Desk, opened
from tests.factories import Clock

pytestmark = pytest.mark.thorough("postgresql")


@pytest.fixture
async def desk(
    database: Database, clock: Clock, library: Library, tmp_path: Path
) -> AsyncIterator[Desk]:
    office = Office(
        database,
        SHIPPED,
        clock,
        lambda: library,
        changed=lambda: None,
        ways=Ways(mail=True, telegram=True),
        bot_name=lambda: "tongdai_bot",
    )
    async with opened(office, clock, tmp_path) as made:
        yield made


async def send(browser: Browser, path: str = "", **form: str) -> tuple[int, str]:
    data = {"csrf": await browser.csrf(), **form}
    return (await browser.ask("POST", f"/account{path}", data=data))[:2]


async def lawyer(desk: Desk) -> Staff:
    async with desk.database.reading() as session:
        return await session.get_one(Staff, desk.staff[Role.LAWYER].id)


@pytest.mark.parametrize(
    ("begins", "ends", "kept"),
    [
        ("22:00", "06:00", (22 * 60, 6 * 60)),
        ("21h30", "7g", (21 * 60 + 30, 7 * 60)),
        ("", "", (0, 0)),
        ("00:00", "23:59", (0, 23 * 60 + 59)),
    ],
)
async def test_quiet_hours_are_kept(
    desk: Desk, begins: str, ends: str, kept: tuple[int, int]
) -> None:
    async with desk.signed_in(Role.LAWYER) as browser:
        status, _ = await send(browser, quiet_from=begins, quiet_until=ends, by_mail="on")
        assert status == 303
        found = await lawyer(desk)
        assert (found.quiet_from, found.quiet_until) == kept
        assert (found.by_mail, found.digest) == (True, False)
        _, shown, _ = await browser.ask("GET", "/account?saved")
        assert "Đã lưu" in shown


@pytest.mark.parametrize(
    "typed", ["", "24:00", "7", "25h", "12:60", "\0", "\ud800", "９:00", "9" * 5000, "<script>"]
)
async def test_what_is_no_time_is_refused_in_words(desk: Desk, typed: str) -> None:
    async with desk.signed_in(Role.LAWYER) as browser:
        sent = f"csrf={await browser.csrf()}&quiet_until=06:00&quiet_from=".encode()
        sent += "".join(f"%{byte:02X}" for byte in typed.encode("utf-8", "surrogatepass")).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        status, shown, _ = await browser.ask("POST", "/account", data=sent, headers=kind)
        assert status == 422
        assert "Giờ yên tĩnh ghi như" in shown
        assert "<script>" not in shown
        assert (await lawyer(desk)).quiet_from == 22 * 60


async def test_the_code_for_telegram_is_shown_once_and_works(desk: Desk) -> None:
    async with desk.signed_in(Role.LAWYER) as browser:
        status, shown = await send(browser, "/telegram")
        assert status == 200
        code = re.findall(r"https://t\.me/tongdai_bot\?start=nv_([\w-]+)", shown)[0]
        assert f"/start nv_{code}" in shown
        assert code not in (await browser.ask("GET", "/account"))[1]
        async with desk.database.writing() as session:
            assert await telegram_links.link(session, code, "77", desk.clock()) is not None
        assert "Gỡ Telegram" in (await browser.ask("GET", "/account"))[1]
        assert (await send(browser, "/telegram/off"))[0] == 303
        assert (await lawyer(desk)).telegram is None


async def test_a_test_is_sent_at_most_once_a_minute_and_only_on_some_way(desk: Desk) -> None:
    async with desk.signed_in(Role.LAWYER) as browser:
        for _ in range(3):
            assert (await send(browser, "/test"))[0] == 303
        desk.clock.pass_(minutes=1)
        assert (await send(browser, "/test"))[0] == 303
        async with desk.database.reading() as session:
            assert await session.scalar(select(func.count()).select_from(Alert)) == 2
        await send(browser, quiet_from="", quiet_until="")  # no mail, no Telegram
        assert (await send(browser, "/test"))[0] == 409
        assert "Chưa có cách nào" in (await browser.ask("GET", "/account"))[1]
