"""From a lawyer's good answer to a published entry: masked, read by another, checked."""

import asyncio
import html
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from admin_api import draft_words, law_search
from admin_api.office import Office
from bot import retention
from escalation import lookup, tickets
from escalation.sla import SHIPPED
from escalation.vocabulary import EventKind, Role, State
from hotline.db import Database
from knowledge_base import drafting, entries, law
from knowledge_base.articles import Article
from knowledge_base.checking import PHRASINGS
from knowledge_base.content import Citation
from knowledge_base.drafting import Sketch
from knowledge_base.importing import Base
from knowledge_base.library import Library
from knowledge_base.models import DraftState, EntryDraft, EntryRevision, Status
from tests.admin_api.test_access import Browser, Desk, opened
from tests.factories import Clock, everything

pytestmark = pytest.mark.thorough("postgresql")

ASKED = "Dạ em chào luật sư, em tên là Nguyễn Thị Lan, số 0912345678. Công ty bắt đeo vòng đếm bước chân có đúng không ạ?"
ANSWER = "Chào chị Lan, công ty không được bắt đeo vòng đếm bước chân. Theo khoản 2 Điều 6 Bộ luật Lao động, chị có quyền từ chối."
CODE = "45/2019/QH14"
WAYS = [
    f"công ty bắt đeo vòng đếm bước kiểu {word} có được không"
    for word in "một hai ba bốn năm sáu bảy tám chín mười bọc nhựa".split()
]


class Story:
    """A ticket with an answer, and people at their browsers."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def answers(self, asked: str = ASKED, answer: str = ANSWER) -> None:
        async with self.desk.database.writing() as session:
            ticket = await lookup.find_to_change(session, self.desk.code)
            assert ticket is not None
            now = self.desk.clock()
            lawyer = self.desk.staff[Role.LAWYER]
            tickets.record(session, ticket, EventKind.WROTE, now, text=asked)
            tickets.record(session, ticket, EventKind.REPLIED, now, actor=lawyer, text=answer)

    async def drafts(self) -> tuple[int, dict[str, Any]]:
        return await self.asks("POST", f"/api/tickets/{self.desk.code}/draft")

    async def asks(
        self, method: str, path: str, role: Role = Role.LAWYER
    ) -> tuple[int, dict[str, Any]]:
        headers = self.desk.bearer(role)
        async with (
            self.desk.browser() as browser,
            browser.session.request(method, self.desk.base + path, headers=headers) as response,
        ):
            return response.status, await response.json()

    async def presses(
        self, role: Role, draft: dict[str, Any], do: str, **typed: Any
    ) -> tuple[int, str]:
        """A button of the draft's page, with the form as the page would send it."""
        _, now = await self.asks("GET", f"/api/drafts/{draft['id']}", role)
        async with self.desk.signed_in(role) as browser:
            return await _post(browser, draft["id"], {**form(now), "do": do, **typed})

    async def row(self) -> EntryDraft:
        async with self.desk.database.reading() as session:
            return (await session.scalars(select(EntryDraft))).one()


def form(draft: dict[str, Any]) -> dict[str, Any]:
    sketch = draft["sketch"]
    cited = [
        "|".join((one["law_id"], one["article_id"], one["clause"] or "", one["point"] or ""))
        for one in sketch["citations"]
    ]
    texts = {name: sketch[name] for name in sketch if isinstance(sketch[name], str)}
    return {
        **texts,
        "phrasings": "\n".join(sketch["phrasings"]),
        "related": " ".join(sketch["related"]),
        "citations": cited,
        "version": str(draft["version"]),
        "target": draft["target"] or "",
    }


async def _post(browser: Browser, number: int, typed: dict[str, Any]) -> tuple[int, str]:
    data = [("csrf", await browser.csrf())]
    for name, value in typed.items():
        data += [(name, one) for one in (value if isinstance(value, list) else [value])]
    headers = {"Accept": "text/html"}
    status, body, got = await browser.ask("POST", f"/drafts/{number}", data=data, headers=headers)
    return status, got.get("Location") or html.unescape(body)


@pytest.fixture
async def story(
    database: Database, clock: Clock, library: Library, tmp_path: Path
) -> AsyncIterator[Story]:
    office = Office(database, SHIPPED, clock, lambda: library, changed=lambda: None)
    async with opened(office, clock, tmp_path) as desk:
        yield Story(desk)


WHOLE = {
    "question": "Công ty có được bắt đeo vòng đếm bước chân không?",
    "label": "Bị bắt đeo vòng đếm bước",
    "phrasings": "\n".join(WAYS),
    "voice": "Công ty không được bắt anh chị đeo vòng đếm bước chân. Anh chị có quyền từ chối.",
    "topic": "hop-dong",
}


# -- drafting --------------------------------------------------------------------------------------


async def test_one_press_masks_and_proposes(story: Story) -> None:
    await story.answers()
    status, draft = await story.drafts()
    assert status == 201
    sketch = draft["sketch"]
    assert sketch["phrasings"] == ["Công ty bắt đeo vòng đếm bước chân có đúng không ạ?"]
    assert sketch["answer"].startswith("Công ty không được bắt đeo vòng")
    assert sketch["citations"] == [
        {"law_id": CODE, "article_id": "6", "clause": "2", "point": None}
    ]
    assert sketch["valid_from"] == "2021-01-01"
    assert draft["masked"] == {"số điện thoại": 1, "tên người": 2}
    assert draft["nearest"]
    assert draft["ticket"] == story.desk.code
    assert draft["state"] == "draft"
    stored = repr((await story.row()).content)
    for secret in ("Lan", "0912345678"):
        assert secret not in stored


async def test_pressing_again_opens_the_same_draft(story: Story) -> None:
    await story.answers()
    assert (await story.drafts())[0] == 201
    status, again = await story.drafts()
    assert (status, again["id"]) == (200, (await story.row()).id)
    async with story.desk.signed_in(Role.LAWYER) as browser:
        form = {"csrf": await browser.csrf()}
        path = f"/tickets/{story.desk.code}/draft"
        status, _, got = await browser.ask("POST", path, data=form)
    assert (status, got["Location"]) == (303, f"/drafts/{again['id']}?said=known")


async def test_without_an_answer_there_is_nothing_to_draft(story: Story) -> None:
    status, refusal = await story.drafts()
    assert status == 409
    assert "chưa có câu trả lời" in refusal["error"]["message"]
    async with story.desk.database.reading() as session:
        assert (await session.scalars(select(EntryDraft))).all() == []


async def test_what_is_typed_later_is_masked_too(story: Story) -> None:
    await story.answers()
    _, draft = await story.drafts()
    typed = {
        "answer": "Chị gọi anh Tuấn số 0987 654 321 để được giúp.",
        "phrasings": "em tên Hoa bị nợ lương",
    }
    assert (await story.presses(Role.LAWYER, draft, "save", **typed))[0] == 303
    stored = repr((await story.row()).content)
    assert not re.search("Tuấn|0987|654|Hoa", stored)
    assert (await story.row()).masked["số điện thoại"] == 2


# -- from hand to hand -----------------------------------------------------------------------------


@pytest.mark.thorough("postgresql")
async def test_from_answer_to_a_published_entry(
    story: Story, database: Database, base: Base, clock: Clock
) -> None:
    async with database.writing() as session:
        await entries.publish(session, base.entries.values(), "seed", clock())
    await story.answers()
    _, draft = await story.drafts()
    assert (await story.presses(Role.LAWYER, draft, "submit", **WHOLE))[0] == 303
    assert (await story.presses(Role.LAWYER, draft, "save"))[0] == 404  # handed in: no longer his
    status, where = await story.presses(
        Role.EDITOR, draft, "accept", answer="Công ty không được bắt đeo vòng đếm bước chân."
    )
    assert (status, where) == (303, f"/drafts/{draft['id']}?said=accepted")
    row = await story.row()
    assert row.state is DraftState.ACCEPTED
    async with database.reading() as session:
        library = await entries.load_library(session, base)
        revision = await session.scalar(
            select(EntryRevision).where(EntryRevision.entry_id == row.entry_id)
        )
    assert revision is not None
    assert (revision.provenance, revision.signed_off_at) == ("ticket", None)
    assert row.entry_id is not None
    assert library.entries[row.entry_id].question == WHOLE["question"]
    assert library.search("cty bat deo vong dem buoc", 1)[0].entry_id == row.entry_id
    async with database.writing() as session:  # loading the seed again leaves it alone
        again = await entries.publish(session, base.entries.values(), "seed", clock())
    assert (again.retired, again.unchanged) == (0, len(base.entries))
    async with database.reading() as session:
        assert row.entry_id in (await entries.load_library(session, base)).entries


async def test_nobody_accepts_his_own_draft(story: Story) -> None:
    await story.answers()
    _, draft = await story.drafts()
    await story.presses(Role.LAWYER, draft, "submit", **WHOLE)
    async with story.desk.database.writing() as session:
        row = await session.get(EntryDraft, draft["id"])
        assert row is not None
        row.drafted_by = story.desk.staff[Role.EDITOR].id
    status, body = await story.presses(Role.EDITOR, draft, "accept")
    assert status == 409
    assert "không tự duyệt" in body
    assert (await story.presses(Role.ADMIN, draft, "accept"))[0] == 303


async def test_what_is_not_whole_is_not_accepted_and_stays_in_the_form(story: Story) -> None:
    await story.answers()
    _, draft = await story.drafts()
    await story.presses(Role.LAWYER, draft, "submit")
    status, body = await story.presses(Role.EDITOR, draft, "accept", label="Nhãn vừa gõ")
    assert status == 409
    assert "Nhãn vừa gõ" in body
    assert f"mới có 1, cần ít nhất {PHRASINGS}" in body
    assert "Chưa có lời đọc" in body
    async with story.desk.database.reading() as session:
        assert (await session.scalars(select(EntryRevision))).all() == []


async def test_a_masked_place_must_be_written_over_first(story: Story) -> None:
    await story.answers()
    _, draft = await story.drafts()
    typed = {**WHOLE, "answer": "Anh/chị gặp chị [tên người] ở phòng nhân sự để hỏi."}
    await story.presses(Role.LAWYER, draft, "submit", **typed)
    status, body = await story.presses(Role.EDITOR, draft, "accept")
    assert status == 409
    assert "Còn chỗ che [tên người]" in body


async def test_law_that_is_not_in_force_or_not_there_is_not_accepted(
    story: Story, database: Database, clock: Clock
) -> None:
    async with database.writing() as session:
        article = Article(
            CODE,
            "6",
            "Quyền",
            "1. Trả lương.\n2. Từ chối.",
            clock().date().replace(year=2021, month=1, day=1),
        )
        await law.record(session, law.Diff(new=[article]), clock())
    await story.answers()
    _, draft = await story.drafts()
    wrong = [f"{CODE}|6|9|", f"{CODE}|999||", "12/2022/NĐ-CP|5||"]
    await story.presses(Role.LAWYER, draft, "submit", **{**WHOLE, "citations": wrong})
    _, now = await story.asks("GET", f"/api/drafts/{draft['id']}", Role.EDITOR)
    assert now["missing"] == [
        f"{CODE} Điều 6 không có khoản 9.",
        f"{CODE} không có Điều 999 ngày 22/11/2026.",
        "12/2022/NĐ-CP không có hiệu lực ngày 01/01/2021.",
    ]
    assert (await story.presses(Role.EDITOR, draft, "accept"))[0] == 409
    right = {"citations": [f"{CODE}|6|2|"]}
    assert (await story.presses(Role.EDITOR, draft, "accept", **right))[0] == 303


@pytest.mark.thorough
async def test_only_phrasings_go_to_an_entry_that_is_there(
    story: Story, database: Database, base: Base, clock: Clock
) -> None:
    async with database.writing() as session:
        await entries.publish(session, base.entries.values(), "seed", clock())
    await story.answers("công ty khất lương miết giờ kêu ai giúp đòi ạ")
    _, draft = await story.drafts()
    target = "luong-bi-no-doi-o-dau"
    assert (await story.presses(Role.LAWYER, draft, f"add:{target}"))[0] == 303
    assert (await story.presses(Role.LAWYER, draft, "submit"))[0] == 303
    assert (await story.presses(Role.ADMIN, draft, "accept"))[0] == 303
    async with database.reading() as session:
        entry = (await entries.load_library(session, base)).entries[target]
    seed = base.entries[target]
    assert entry.phrasings == (*seed.phrasings, "công ty khất lương miết giờ kêu ai giúp đòi ạ")
    changed = seed.model_copy(update={"answer": "Công ty phải trả lương đúng hạn và đủ."})
    async with database.writing() as session:  # the seed's new words count, the phrasing stays
        await entries.publish(session, [changed], "seed", clock())
    async with database.reading() as session:
        now = (await entries.load_library(session, base)).entries[target]
    assert now.answer == changed.answer
    assert now.phrasings == entry.phrasings
    async with database.writing() as session:  # and goes with the entry
        await entries.publish(session, [], "seed", clock())
    async with database.reading() as session:
        rows = await session.scalars(
            select(EntryRevision).where(EntryRevision.status == Status.PUBLISHED)
        )
        assert rows.all() == []


async def test_two_accepted_one_after_the_other_both_stay(
    story: Story, database: Database, clock: Clock
) -> None:
    made = []
    for number in ("một", "hai"):
        await story.answers()
        _, draft = await story.drafts()
        name = {"id": f"vong-{draft['id']}", "label": f"Bị bắt đeo vòng {number}"}
        ways = {"phrasings": "\n".join(f"{way} {number}" for way in WAYS)}
        await story.presses(Role.LAWYER, draft, "submit", **{**WHOLE, **name, **ways})
        assert (await story.presses(Role.EDITOR, draft, "accept"))[0] == 303
        made.append(name["id"])
    async with database.reading() as session:
        assert [row.entry_id for row in await entries.published(session)] == made


async def test_pressed_and_accepted_many_times_at_once_it_happens_once(
    story: Story, database: Database, base: Base
) -> None:
    await story.answers()
    made = await asyncio.gather(*(story.drafts() for _ in range(5)))
    assert sorted(status for status, _ in made) == [200, 200, 200, 200, 201]
    draft = made[0][1]
    await story.presses(Role.LAWYER, draft, "submit", **WHOLE)
    async with database.reading() as session:
        before = await law.version(session)
    _, now = await story.asks("GET", f"/api/drafts/{draft['id']}", Role.ADMIN)
    async with story.desk.signed_in(Role.ADMIN) as browser:
        typed = {**form(now), "do": "accept"}
        got = await asyncio.gather(*(_post(browser, draft["id"], typed) for _ in range(3)))
    assert sorted(status for status, _ in got) == [303, 409, 409]
    async with database.reading() as session:
        assert len((await session.scalars(select(EntryRevision))).all()) == 1
        assert await law.version(session) != before  # so the house reads its library again


async def test_declining_needs_a_reason_and_tells_it(story: Story) -> None:
    await story.answers()
    _, draft = await story.drafts()
    await story.presses(Role.LAWYER, draft, "submit")
    status, body = await story.presses(Role.EDITOR, draft, "decline", reason="  ")
    assert status == 422
    assert "Ghi lý do" in body
    assert (await story.presses(Role.EDITOR, draft, "decline", reason="Đã có câu gần giống"))[
        0
    ] == 303
    _, now = await story.asks("GET", f"/api/drafts/{draft['id']}")
    assert (now["state"], now["reason"]) == ("declined", "Đã có câu gần giống")
    assert (await story.presses(Role.EDITOR, draft, "accept"))[0] == 409
    assert (await story.drafts())[0] == 201  # another try is another draft


async def test_who_saves_an_older_version_is_told_and_loses_nothing(story: Story) -> None:
    await story.answers()
    _, draft = await story.drafts()
    await story.presses(Role.LAWYER, draft, "submit")
    old = str(draft["version"])
    status, body = await story.presses(
        Role.EDITOR, draft, "save", version=old, question="Tôi vừa gõ"
    )
    assert status == 409
    assert "Tôi vừa gõ" in body
    assert "Người khác vừa sửa" in body


# -- what anybody may type -------------------------------------------------------------------------


async def test_odd_input_is_never_an_error_of_ours(story: Story) -> None:
    await story.answers()
    _, draft = await story.drafts()
    odd = {
        "id": "../../x" * 30,
        "topic": "\ud800nope".encode("utf-8", "replace").decode(),
        "phrasings": "\x00\n" * 500 + "x" * 5000,
        "citations": ["|||", "a|b|c", "🙂|1||", "x" * 999, f"{CODE}|6||"],
        "valid_from": "31/02/2026",
        "valid_to": "0000-00-00",
        "checked_on": "²",
        "related": "a b, c;d " * 200,
        "answer": "{luong_co_so:x9} {không có} {{{",
        "voice": "<script>alert(1)</script>",
        "target": "no-such-entry",
    }
    status, _ = await story.presses(Role.LAWYER, draft, "save", **odd)
    assert status == 303
    status, _ = await story.presses(
        Role.LAWYER, draft, "find", wanted="%_\\ \x00 điều điều 9999 " * 9
    )
    assert status == 200
    async with story.desk.browser() as browser:
        headers = story.desk.bearer(Role.LAWYER)
        _, page, _ = await browser.ask("GET", f"/drafts/{draft['id']}", headers=headers)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    for do in ("nonsense", "add:nothing", "submit", "accept"):
        assert (await story.presses(Role.LAWYER, draft, do, **odd))[0] < 500
    for version in ("", "-1", "9" * 40, "²"):
        assert (await story.presses(Role.EDITOR, draft, "save", version=version))[0] == 409


async def test_the_basis_is_found_by_number_and_by_words(
    database: Database, clock: Clock, library: Library
) -> None:
    since = clock().date().replace(year=2021, month=1, day=1)
    articles = [
        Article(CODE, "97", "Kỳ hạn trả lương", "1. Một.\n4. Bốn.", since),
        Article(CODE, "113", "Nghỉ hằng năm", "1. Mười hai ngày.", since),
        Article("12/2022/NĐ-CP", "97", "Cũ", "1. Hết.", since),
    ]
    async with database.writing() as session:
        await law.record(session, law.Diff(new=articles), clock())

    async def found(wanted: str) -> list[tuple[str, str | None, str | None]]:
        async with database.reading() as session:
            bases = await law_search.find(session, wanted, library, clock().date())
        return [(one.short, one.citation.clause, one.fault) for one in bases]

    assert await found("khoản 4 Điều 97 BLLĐ") == [("BLLĐ 2019 Đ.97 k.4", "4", None)]
    assert await found("Điều 97") == [("BLLĐ 2019 Đ.97", None, None)]  # the ended law is left out
    assert await found("tra luong") == [("BLLĐ 2019 Đ.97", None, None)]
    assert await found("BLLĐ nghỉ hằng năm") == [("BLLĐ 2019 Đ.113", None, None)]
    assert await found("Điều 97 khoản 8 Bộ luật Lao động") == [
        ("BLLĐ 2019 Đ.97 k.8", "8", "văn bản không có điều, khoản này")
    ]
    assert await found("") == []


# -- forgetting ------------------------------------------------------------------------------------


async def test_who_is_forgotten_is_forgotten_in_drafts_too(story: Story) -> None:
    await story.answers()
    await story.drafts()
    story.desk.clock.pass_(days=1)
    async with story.desk.database.writing() as session:
        ticket = await lookup.find_to_change(session, story.desk.code)
        assert ticket is not None
        ticket.state, ticket.resolved_at = State.RESOLVED, story.desk.clock()
    story.desk.clock.now += retention.TICKET_KEPT + retention.CASE_KEPT
    async with story.desk.database.writing() as session:
        await retention.forget(session, story.desk.clock())
    assert (await everything(story.desk.database))["entry_drafts"] == []


# -- the checks in Vietnamese ----------------------------------------------------------------------


def test_every_complaint_of_the_checks_is_put_into_vietnamese(
    library: Library, clock: Clock
) -> None:
    seed = library.entries["luong-bi-no-doi-o-dau"]
    other = next(one for one in library.entries.values() if one.id != seed.id)
    sketch = Sketch(
        id="moi",
        topic="khong-co",
        question="Câu hỏi thử?",
        label=other.label,
        phrasings=[other.phrasings[0]],
        answer="{khong_co} " + "dài " * 200,
        voice="1 đồng & {a b}",
        citations=[Citation(law_id="1/1900/X", article_id="1")],
        valid_from="2026-01-01",
        checked_on="2026-11-22",
        related=["khong-co"],
    )
    told = drafting.faults(drafting.entry_of(sketch), library, law.Law([]), clock().date())
    long = drafting.entry_of(
        sketch.model_copy(update={"answer": "dài " * 300, "voice": "dài " * 300})
    )
    told += drafting.faults(long, library, law.Law([]), clock().date())
    told += drafting.faults(
        long.model_copy(update={"voice": None}), library, law.Law([]), clock().date()
    )
    assert len(set(told)) >= 10
    for one in told:
        assert draft_words.complaint(one) != one
        assert re.search("[ăâđêôơưàáảãạ]", draft_words.complaint(one))
