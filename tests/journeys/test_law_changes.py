"""The law changes under an answer: it is handed over, until somebody has read it again."""

import datetime as dt

import pytest
from sqlalchemy import select

from bot.models import Outcome, Question
from hotline.bells import Bells
from knowledge_base import entries, law
from knowledge_base.articles import Article
from tests.factories import Client
from tests.journeys.conftest import Hotline, Open, eventually

pytestmark = pytest.mark.thorough("postgresql")

CODE = "45/2019/QH14"
QUESTION = "Tăng ca tối đa bao nhiêu giờ một tháng?"
ENTRY = "lam-them-toi-da"
BEFORE = Article(
    CODE, "107", "Làm thêm giờ", "1. Như trước.\n2. Bốn mươi giờ.", dt.date(2021, 1, 1)
)
AFTER = Article(CODE, "107", "Làm thêm giờ", "1. Như trước.\n2. Năm mươi giờ.", dt.date(2021, 1, 1))


async def publish(hotline: Hotline) -> None:
    async with hotline.house.database.writing() as session:
        every = hotline.house.base.entries.values()
        await entries.publish(session, every, "seed", hotline.clock())
    hotline.clock.pass_(minutes=1)


async def imports(hotline: Hotline, article: Article) -> None:
    async with hotline.house.database.writing() as session:
        known = await law.load(session)
        diff = law.compare(known, [article], law.today(hotline.clock()), whole=False)
        await law.record(session, diff, hotline.clock())
    hotline.clock.pass_(minutes=1)


async def asks(hotline: Hotline, chat: int) -> tuple[Outcome, str | None]:
    """What became of the question, and the reason a lawyer reads."""
    await hotline.says(chat, QUESTION)
    await eventually(lambda: hotline.telegram.texts(chat))
    async with hotline.house.database.reading() as session:
        asked = await session.scalar(select(Question).order_by(Question.id.desc()).limit(1))
    assert asked is not None
    return asked.outcome, asked.reasoning.get("reason")


@pytest.mark.thorough("postgresql")
async def test_a_changed_article_hands_over_until_rechecked(hotline: Hotline) -> None:
    bells = Bells(hotline.house)
    await publish(hotline)
    await imports(hotline, BEFORE)
    await bells.refresh()
    assert await asks(hotline, 1) == (Outcome.ANSWERED, None)

    await imports(hotline, AFTER)
    await bells.refresh()
    became, reason = await asks(hotline, 2)
    assert became is Outcome.HANDED_OFF
    assert reason == (
        "Điều 107 BLLĐ 2019 đã thay đổi (bản nhập ngày 22/11/2026); câu trả lời chờ kiểm tra lại"
    )
    assert not any("40 giờ/tháng" in text for text in await hotline.hears(2, 1))

    async with hotline.house.database.writing() as session:
        await law.recheck(session, ENTRY, "Lan", hotline.clock())
    await bells.refresh()
    assert await asks(hotline, 3) == (Outcome.ANSWERED, None)
    _, metrics = await Client(hotline.session, hotline.office_base).get("/metrics")
    assert "hotline_answers_on_stale_law 0.0" in metrics


@pytest.mark.thorough("sqlite")
async def test_a_replaced_law_hands_over_and_names_the_new_one(hotline: Hotline) -> None:
    await publish(hotline)
    await hotline.house.refresh()
    today = law.today(hotline.clock())
    async with hotline.house.database.writing() as session:
        await law.replace(
            session,
            hotline.house.base,
            CODE,
            by="41/2024/QH15",
            since=today,
            who="Lan",
            now=hotline.clock(),
        )
    await hotline.house.refresh()
    became, reason = await asks(hotline, 1)
    assert became is Outcome.HANDED_OFF
    assert reason == f"căn cứ {CODE} không còn hiệu lực, được thay bằng 41/2024/QH15"


@pytest.mark.thorough
async def test_a_library_is_read_anew_only_after_a_change(hotline: Hotline) -> None:
    await publish(hotline)
    assert await hotline.house.refresh()
    library = hotline.house.library
    assert not await hotline.house.refresh()
    assert hotline.house.library is library
    await imports(hotline, BEFORE)
    assert await hotline.house.refresh()
    assert hotline.house.desk.dialogue.library is hotline.house.library is not library


@pytest.mark.thorough("sqlite")
async def test_a_hotline_opened_later_knows_what_is_held(open_hotline: Open) -> None:
    async with open_hotline() as first:
        await publish(first)
        await imports(first, BEFORE)
        await imports(first, AFTER)
    async with open_hotline() as second:
        await second.house.refresh()
        assert (await asks(second, 1))[0] is Outcome.HANDED_OFF
