"""Answers sent on law that had changed or ended are counted; the goal is none."""

import datetime as dt

import pytest

from admin_api import stale_law
from hotline.db import Database
from knowledge_base import entries, law
from knowledge_base.articles import Article
from knowledge_base.importing import Base
from tests.factories import Clock
from tests.front_door import FrontDoor

CODE = "45/2019/QH14"
QUESTION = "Tăng ca tối đa bao nhiêu giờ một tháng?"
ENTRY = "lam-them-toi-da"
SINCE = dt.date(2021, 1, 1)
TODAY = dt.date(2026, 11, 22)


class Story:
    """A worker is answered; what the register learns comes before or after."""

    def __init__(self, database: Database, base: Base, clock: Clock) -> None:
        self.database, self.base, self.clock = database, base, clock

    async def publishes(self) -> None:
        async with self.database.writing() as session:
            one = [self.base.entries[ENTRY]]
            await entries.publish(session, one, "seed", self.clock())

    async def answers(self) -> None:
        """By a process that has not noticed anything since."""
        async with self.database.reading() as session:
            library = await entries.load_library(session, self.base)
        library.holds, library.instruments = {}, self.base.instruments
        await FrontDoor(self.database, library, self.clock).says("lan", QUESTION)
        self.clock.pass_(minutes=1)

    async def imports(self, words: str, since: dt.date = SINCE) -> None:
        article = Article(CODE, "107", "Làm thêm giờ", words, since)
        async with self.database.writing() as session:
            known = await law.load(session)
            diff = law.compare(known, [article], law.today(self.clock()), whole=False)
            await law.record(session, diff, self.clock())
        self.clock.pass_(minutes=1)

    async def stale(self) -> list[str]:
        async with self.database.reading() as session:
            found = await stale_law.answers(session, self.base)
        assert all((one.entry_id, one.revision) == (ENTRY, 1) for one in found)
        return [one.reason for one in found]


@pytest.fixture
async def story(database: Database, base: Base, clock: Clock) -> Story:
    clock.pass_(days=10)  # after the day the entry was checked
    made = Story(database, base, clock)
    await made.publishes()
    await made.imports("1. Như trước.")
    return made


async def test_an_answer_on_law_in_force_is_not_stale(story: Story) -> None:
    await story.answers()
    assert await story.stale() == []


async def test_an_answer_sent_after_the_import_is_stale(story: Story) -> None:
    await story.answers()
    await story.imports("1. Đã khác.")
    assert await story.stale() == []
    await story.answers()
    (reason,) = await story.stale()
    assert reason.startswith("Điều 107 BLLĐ 2019 đã thay đổi")


async def test_a_text_imported_late_shows_what_went_out_before(story: Story) -> None:
    await story.answers()
    story.clock.pass_(days=5)
    await story.imports("1. Đã khác.", TODAY + dt.timedelta(days=8))
    (reason,) = await story.stale()
    assert "đã thay đổi từ 30/11/2026" in reason


async def test_what_was_checked_after_the_change_is_not_stale(story: Story) -> None:
    await story.answers()
    await story.imports("1. Đã khác.", TODAY - dt.timedelta(days=30))
    assert await story.stale() == []
    await story.imports("1. Khác nữa.")
    async with story.database.writing() as session:
        await law.recheck(session, ENTRY, "Lan", story.clock())
    story.clock.pass_(minutes=1)
    await story.answers()
    assert await story.stale() == []


async def test_an_answer_on_a_law_that_had_ended_is_stale(story: Story) -> None:
    await story.answers()
    async with story.database.writing() as session:
        await law.replace(
            session, story.base, CODE, by=None, since=TODAY, who="Lan", now=story.clock()
        )
    assert await story.stale() == [f"{CODE} không còn hiệu lực ngày 02/12/2026"]
