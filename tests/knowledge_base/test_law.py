"""The law register: every version kept, and answers held back when their law changes."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import select

from hotline.db import Database
from knowledge_base import entries, importing, law
from knowledge_base.articles import Article, Law
from knowledge_base.content import Entry
from knowledge_base.importing import Base
from knowledge_base.library import Held
from knowledge_base.models import ArticleVersion
from tests.factories import Clock
from tests.knowledge_base.conftest import DAY, Tree, entry

CODE = "45/2019/QH14"
SINCE = dt.date(2021, 1, 1)
WAGES = entry(answer="Công ty trả lương, lương cơ sở {luong_co_so}.", checked_on="2026-11-21")
PAY = Article(CODE, "97", "Kỳ hạn trả lương", "1. Mỗi tháng.\n4. Không quá 30 ngày.", SINCE)
MINIMUM = Article(CODE, "3", "Lương", "1. Lương cơ sở.", SINCE)
OTHER = Article(CODE, "98", "Làm thêm", "1. Gấp rưỡi.", SINCE)
TOMORROW = DAY + dt.timedelta(days=1)


@pytest.fixture
def base(tree: Tree) -> Base:
    return importing.load(tree())


class Register:
    """The register as the commands use it."""

    def __init__(self, database: Database, base: Base, clock: Clock) -> None:
        self.database, self.base, self.clock = database, base, clock

    async def imports(self, *articles: Article, whole: bool = False) -> law.Diff:
        async with self.database.writing() as session:
            await law.lock(session)
            known = await law.load(session, {article.law_id for article in articles})
            diff = law.compare(known, articles, law.today(self.clock()), whole=whole)
            await law.record(session, diff, self.clock())
        self.clock.pass_(minutes=1)
        return diff

    async def publishes(self, one: Entry) -> None:
        async with self.database.writing() as session:
            await entries.publish(session, [one], "seed", self.clock())
        self.clock.pass_(minutes=1)

    async def rechecks(self, name: str = "no-luong") -> None:
        async with self.database.writing() as session:
            await law.recheck(session, name, "Lan", self.clock())

    async def replaces(self, by: str | None, since: dt.date | None) -> None:
        async with self.database.writing() as session:
            await law.replace(
                session, self.base, CODE, by=by, since=since, who="Lan", now=self.clock()
            )

    async def answers(self, day: dt.date = DAY) -> str | None:
        """Why the entry is held on `day`; None when it goes out."""
        async with self.database.reading() as session:
            library = await entries.load_library(session, self.base)
        said = library.answer(library.entries["no-luong"], day)
        return said.reason if isinstance(said, Held) else None

    async def texts(self) -> Law:
        async with self.database.reading() as session:
            return await law.load(session)


@pytest.fixture
async def register(database: Database, base: Base, clock: Clock) -> Register:
    """One published answer, and the law it rests on."""
    made = Register(database, base, clock)
    await made.publishes(WAGES)
    await made.imports(PAY, MINIMUM, OTHER)
    return made


def text(article: Article, words: str, since: dt.date = SINCE) -> Article:
    return replace(article, text=words, effective_from=since)


# -- versions --------------------------------------------------------------------------------------


async def test_the_same_text_again_is_no_version(register: Register) -> None:
    marked = text(PAY, "1.4[4] Mỗi tháng.\n4.Không quá\n30 ngày.")
    diff = await register.imports(marked, MINIMUM, OTHER, whole=True)
    assert (diff.unchanged, diff.new, diff.changed, diff.vanished) == (3, [], [], [])
    assert len((await register.texts()).versions(PAY.place)) == 1


async def test_a_changed_article_gets_a_version_and_the_old_words_stay(register: Register) -> None:
    changed = text(PAY, "1. Mỗi nửa tháng.", TOMORROW)
    diff = await register.imports(changed)
    assert diff.changed == [(PAY, changed)]
    texts = await register.texts()
    assert texts.versions(PAY.place) == [PAY, changed]
    assert texts.on(PAY.place, DAY) == PAY
    assert texts.on(PAY.place, TOMORROW) == changed
    assert (await register.imports(PAY)).unchanged == 1
    assert (await register.imports(changed)).unchanged == 1


async def test_rows_of_before_are_never_touched(register: Register) -> None:
    async def rows() -> Sequence[tuple[object, ...]]:
        async with register.database.reading() as session:
            found = await session.execute(
                select(ArticleVersion.__table__).order_by(ArticleVersion.id)
            )
            return [tuple(row) for row in found]

    before = await rows()
    await register.imports(text(PAY, "1. Khác."), whole=True)
    after = await rows()
    assert after[: len(before)] == before
    assert len(after) == len(before) + 3


async def test_only_a_whole_file_makes_articles_vanish(register: Register) -> None:
    assert (await register.imports(PAY)).vanished == []
    diff = await register.imports(PAY, MINIMUM, whole=True)
    assert [before for before, _ in diff.vanished] == [OTHER]
    texts = await register.texts()
    assert texts.on(OTHER.place, DAY) is None
    assert texts.on(OTHER.place, DAY - dt.timedelta(days=1)) == OTHER
    again = await register.imports(PAY, MINIMUM, whole=True)
    assert again.vanished == []
    back = await register.imports(OTHER)
    assert len(back.changed) == 1


async def test_an_old_wording_is_kept_beside_the_one_in_force(register: Register) -> None:
    old = replace(text(PAY, "1. Mỗi quý.", dt.date(2020, 1, 1)), effective_to=SINCE)
    await register.imports(old)
    texts = await register.texts()
    assert texts.on(PAY.place, dt.date(2020, 6, 1)) == old
    assert texts.on(PAY.place, SINCE - dt.timedelta(days=1)) == old
    assert texts.on(PAY.place, DAY) == PAY
    assert await register.answers() is None


async def test_an_old_wording_may_overlap_one_whose_own_day_is_not_known(
    register: Register,
) -> None:
    old = replace(text(PAY, "1. Mỗi quý."), effective_to=dt.date(2026, 7, 1))
    await register.imports(old)
    texts = await register.texts()
    assert texts.on(PAY.place, dt.date(2026, 6, 30)) == old
    assert texts.on(PAY.place, dt.date(2026, 7, 1)) == PAY
    assert await register.answers() is None


async def test_words_that_ended_do_not_come_back(register: Register) -> None:
    await register.imports(replace(PAY, effective_to=TOMORROW))
    assert (await register.texts()).on(PAY.place, TOMORROW) is None
    passing = replace(text(MINIMUM, "1. Tạm.", DAY), effective_to=TOMORROW)
    await register.imports(passing)
    texts = await register.texts()
    assert texts.on(MINIMUM.place, DAY - dt.timedelta(days=1)) == MINIMUM
    assert texts.on(MINIMUM.place, DAY) == passing
    assert texts.on(MINIMUM.place, TOMORROW) is None


# -- held back and released ------------------------------------------------------------------------


async def test_a_first_import_holds_nothing(register: Register) -> None:
    assert await register.answers() is None


@pytest.mark.parametrize(
    ("article", "held"),
    [(PAY, True), (MINIMUM, True), (OTHER, False)],
    ids=lambda one: str(one)[:30],
)
async def test_a_change_of_a_cited_article_holds_the_entry(
    register: Register, article: Article, held: bool
) -> None:
    await register.imports(text(article, "1. Khác."))
    reason = await register.answers()
    assert reason == (
        f"Điều {article.article_id} BLLĐ 2019 đã thay đổi (bản nhập ngày 22/11/2026); "
        "câu trả lời chờ kiểm tra lại"
        if held
        else None
    )


async def test_a_change_to_come_holds_from_its_day_on(register: Register) -> None:
    await register.imports(text(PAY, "1. Khác.", TOMORROW))
    assert await register.answers(DAY) is None
    assert "đã thay đổi từ 23/11/2026" in (await register.answers(TOMORROW) or "")


async def test_an_article_that_vanished_holds_its_entries(register: Register) -> None:
    await register.imports(MINIMUM, OTHER, whole=True)
    assert "không còn trong bản nhập ngày 22/11/2026" in (await register.answers() or "")


async def test_a_recheck_releases_until_the_next_change(register: Register) -> None:
    await register.imports(text(PAY, "1. Khác."))
    await register.rechecks("khac")
    assert await register.answers() is not None
    await register.rechecks()
    assert await register.answers() is None
    register.clock.pass_(minutes=1)
    await register.imports(text(PAY, "1. Khác nữa."))
    assert await register.answers() is not None


@pytest.mark.parametrize(
    ("checked_on", "released"),
    [("2026-11-21", False), ("2026-11-22", True), ("2026-11-23", True)],
)
async def test_a_newer_check_in_the_seed_releases(
    register: Register, checked_on: str, released: bool
) -> None:
    await register.imports(text(PAY, "1. Khác."))
    day = dt.date.fromisoformat(checked_on)
    update = {"checked_on": day, "label": "Bị chậm lương"}
    await register.publishes(WAGES.model_copy(update=update))
    assert (await register.answers(DAY) is None) is released


async def test_words_checked_the_same_day_but_before_the_import_are_held(
    register: Register,
) -> None:
    await register.publishes(WAGES.model_copy(update={"checked_on": DAY}))
    await register.imports(text(PAY, "1. Khác."))
    assert await register.answers() is not None


async def test_an_article_imported_with_an_end_holds_from_that_day(register: Register) -> None:
    await register.imports(replace(PAY, effective_to=TOMORROW))
    await register.rechecks()
    assert await register.answers(DAY) is None
    assert "hết hiệu lực từ 23/11/2026" in (await register.answers(TOMORROW) or "")


# -- instruments -----------------------------------------------------------------------------------


async def test_a_replaced_law_holds_from_its_last_day_until_restored(register: Register) -> None:
    await register.replaces(None, TOMORROW)
    assert await register.answers(DAY) is None
    assert await register.answers(TOMORROW) == f"căn cứ {CODE} không còn hiệu lực"
    await register.rechecks()
    assert await register.answers(TOMORROW) is not None
    await register.replaces(None, None)
    assert await register.answers(TOMORROW) is None


async def test_who_replaces_a_law_must_be_known(register: Register) -> None:
    with pytest.raises(law.NotKnown, match="no law 99/2026/QH16: import it first"):
        await register.replaces("99/2026/QH16", TOMORROW)
    with pytest.raises(law.NotKnown, match="holds only since 01/01/2021"):
        await register.replaces(None, SINCE)
    assert await register.answers(TOMORROW) is None


async def test_what_operators_tell_goes_over_the_seed(register: Register) -> None:
    new = register.base.instruments[CODE].model_copy(
        update={"law_id": "99/2026/QH16", "name": "Bộ luật mới", "effective_from": TOMORROW}
    )
    async with register.database.writing() as session:
        law.record_instrument(session, new, "Lan", register.clock())
    await register.replaces("99/2026/QH16", TOMORROW)
    async with register.database.reading() as session:
        known = await law.instruments(session, register.base)
    assert (known[CODE].effective_to, known[CODE].replaced_by) == (TOMORROW, "99/2026/QH16")
    assert known[CODE].short == "BLLĐ 2019"
    assert known["99/2026/QH16"].name == "Bộ luật mới"


# -- noticing --------------------------------------------------------------------------------------


async def test_the_version_differs_after_everything_that_matters(register: Register) -> None:
    seen = []

    async def note() -> None:
        async with register.database.reading() as session:
            seen.append(await law.version(session))

    await note()
    await register.imports(text(PAY, "1. Khác."))
    await note()
    await register.rechecks()
    await note()
    await register.replaces(None, TOMORROW)
    await note()
    await register.publishes(WAGES.model_copy(update={"label": "Bị chậm lương"}))
    await note()
    async with register.database.writing() as session:
        await entries.publish(session, [], "seed", register.clock())
    await note()
    assert len(set(seen)) == len(seen)
    await register.imports(text(PAY, "1. Khác."))
    await note()
    assert seen[-1] == seen[-2]
