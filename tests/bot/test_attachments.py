"""Files beside words, against a database: noted, fetched once, refused aloud, forgotten."""

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot import attachments, fetches, phrases
from bot.attachments import PER_HOUR
from bot.channels.base import Attachment, Inbound, Media, SendFailed, TryLater, Unreachable
from bot.collector import Collector
from bot.dialogue import Dialogue
from bot.fetches import CLAIM_LASTS, GIVES_UP_AFTER
from bot.file_store import FileStore, new_blob
from bot.models import FileState, Message, StoredFile
from bot.retention import TALK_KEPT, TICKET_KEPT
from bot.turns import Choice, Outcome, Turn, Utterance
from bot.turns import State as Talked
from escalation.models import TicketEvent
from escalation.vocabulary import EventKind, State
from hotline.db import Database
from knowledge_base.library import Library
from tests.bot import samples
from tests.factories import Clock, everything
from tests.fake_source import FakeSource
from tests.front_door import CHANNEL, FrontDoor
from tests.memory import growing_at_most

pytestmark = pytest.mark.thorough("postgresql")

LAN = "lan"
MEGABYTE = 1024 * 1024
PHOTO = Attachment(Media.PHOTO, "p1")
VOICE = Attachment(Media.VOICE, "v1", seconds=72)
LETTER = Attachment(Media.FILE, "f1", name="../Hợp đồng.pdf", size=len(samples.PDF))


class Front:
    """The front door, the source its files come from, and where they go."""

    def __init__(self, database: Database, library: Library, clock: Clock, path: Path) -> None:
        self.database, self.clock, self.path = database, clock, path
        self.door = FrontDoor(database, library, clock)
        self.source = FakeSource(CHANNEL)
        self.source.contents = {"p1": samples.jpeg(), "v1": samples.ogg(), "f1": samples.PDF}
        self.store = FileStore.local(path, database.keyring)
        self.told = 0
        self.collector = self.another()

    def another(self) -> Collector:
        """As another process would run it."""
        return Collector(self.database, {CHANNEL: self.source}, self.store, self.clock, self._tell)

    def _tell(self) -> None:
        self.told += 1

    async def rows(self) -> list[StoredFile]:
        async with self.database.reading() as session:
            return list(await session.scalars(select(StoredFile).order_by(StoredFile.id)))

    async def row(self) -> StoredFile:
        (row,) = await self.rows()
        return row

    async def said(self) -> list[str]:
        return [line.text for line in await self.door.reads(LAN)]

    async def blobs(self) -> list[str]:
        return await self.store.blobs()

    async def sweep(self) -> int:
        return await attachments.sweep(self.database, self.store)


@pytest.fixture
def front(database: Database, library: Library, clock: Clock, tmp_path: Path) -> Front:
    return Front(database, library, clock, tmp_path / "files")


@pytest.fixture
async def waiting(front: Front) -> Front:
    """A ticket is open and the optional questions are past."""
    await front.door.says(LAN, "luật sư ơi")
    await front.door.says(LAN, "công ty giữ giấy tờ của em")
    await front.door.taps(LAN, phrases.SKIP)
    await front.door.taps(LAN, phrases.HERE_IS_FINE)
    return front


# -- noted -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        ((PHOTO,), "[ảnh]"),
        ((VOICE,), "[ghi âm 1:12]"),
        ((LETTER,), "[tệp Hợp đồng.pdf]"),
        ((PHOTO, VOICE), "[ảnh] [ghi âm 1:12]"),
        ((Attachment(Media.VIDEO, "x", seconds=5, name="a.mp4"),), "[video 0:05]"),
        ((Attachment(Media.FILE, "x"),), "[tệp]"),
        ((Attachment(Media.VOICE, "x", seconds=-3),), "[ghi âm]"),
        ((Attachment(Media.FILE, "x", name="a]b\u202e[c.pdf"),), "[tệp a b c.pdf]"),
    ],
)
async def test_files_without_words_stand_as_a_mark(
    front: Front, shown: tuple[Attachment, ...], text: str
) -> None:
    await front.door.shows(LAN, *shown)
    assert (await front.said())[0] == text
    rows = await front.rows()
    assert [(row.media, row.state, row.ref) for row in rows] == [
        (one.media, FileState.WAITING, one.ref) for one in shown
    ]
    async with front.database.reading() as session:
        message = await session.scalar(select(Message).order_by(Message.id).limit(1))
    assert message is not None
    assert {row.message_id for row in rows} == {message.id}


async def test_words_that_come_along_are_kept_as_they_are(front: Front) -> None:
    await front.door.shows(LAN, PHOTO, text="Tăng ca tối đa bao nhiêu giờ một tháng?")
    said = await front.said()
    assert said[0] == "Tăng ca tối đa bao nhiêu giờ một tháng?"
    assert "40 giờ/tháng" in said[-1]
    assert said[-1].endswith(phrases.FILES_NOT_READ)
    assert len(await front.rows()) == 1


async def test_names_and_refs_are_encrypted(front: Front) -> None:
    secret = Attachment(Media.FILE, "https://zdn.vn/canaryref", name="canaryname.pdf")
    await front.door.shows(LAN, secret)
    stored = repr(await everything(front.database))
    assert "canary" not in stored


async def test_absurd_sizes_and_lengths_are_no_fault(front: Front) -> None:
    absurd = Attachment(Media.VOICE, "v1", size=-1, seconds=2**40)
    await front.door.shows(LAN, absurd)
    row = await front.row()
    assert (row.size, row.seconds, row.state) == (None, None, FileState.WAITING)


async def test_what_is_told_to_be_too_large_is_never_fetched(front: Front) -> None:
    await front.door.shows(LAN, Attachment(Media.FILE, "f1", "phim.pdf", size=21 * MEGABYTE))
    await front.collector.settle()
    row = await front.row()
    assert (row.state, row.error, row.blob) == (FileState.REFUSED, "too_large", None)
    assert front.source.fetched == []
    assert "tệp “phim.pdf”: lớn quá 20 MB" in (await front.said())[-1]
    assert front.source.discarded == ["f1"]  # nor left lying about


async def test_thirty_files_an_hour_are_taken_and_the_limit_is_told_once(front: Front) -> None:
    for number in range(PER_HOUR + 5):
        await front.door.shows(LAN, PHOTO, text="" if number else "chào")
    await front.door.shows("another", PHOTO)
    states = [row.state for row in await front.rows()]
    assert states == [FileState.WAITING] * PER_HOUR + [FileState.REFUSED] * 5 + [FileState.WAITING]
    told = [text for text in await front.said() if "trong một giờ" in text]
    assert len(told) == 1
    front.clock.pass_(hours=1, seconds=1)
    await front.door.shows(LAN, PHOTO)
    assert (await front.rows())[-1].state is FileState.WAITING


async def test_a_repeat_of_the_message_notes_nothing_twice(front: Front) -> None:
    inbound = Inbound(CHANNEL, "m1", LAN, attachments=(PHOTO,))
    assert [await front.door.hears(inbound) for _ in range(3)] == [True, False, False]
    async with front.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(StoredFile)) == 1


# -- the talk --------------------------------------------------------------------------------------


async def test_a_picture_alone_can_be_put_before_a_lawyer(front: Front) -> None:
    await front.door.shows(LAN, PHOTO)
    assert (await front.said())[-1] == phrases.FILES_ALONE
    await front.door.taps(LAN, phrases.SHOW_LAWYER)
    ticket = await front.door.newest_ticket()
    assert (ticket.state, ticket.subject) == (State.NEW, "[ảnh]")
    assert "Luật sư trả lời tại đây" in (await front.said())[-1]


async def test_words_said_before_the_pictures_name_the_ticket(front: Front) -> None:
    question = "công ty giữ giấy tờ của em thì sao"
    await front.door.shows(LAN, PHOTO, text=question)
    for _ in range(3):
        await front.door.shows(LAN, PHOTO)
    await front.door.taps(LAN, phrases.SHOW_LAWYER)
    assert (await front.door.newest_ticket()).subject == question


async def test_an_album_is_answered_once(front: Front) -> None:
    for _ in range(5):
        await front.door.shows(LAN, PHOTO)
    assert (await front.said()).count(phrases.FILES_ALONE) == 1
    front.clock.pass_(minutes=2)
    await front.door.shows(LAN, PHOTO)
    assert (await front.said()).count(phrases.FILES_ALONE) == 2


async def test_files_join_the_open_ticket(waiting: Front) -> None:
    before = len(await waiting.said())
    for one in (PHOTO, VOICE, LETTER):
        await waiting.door.shows(LAN, one)
    await waiting.door.shows(LAN, PHOTO, text="cảm ơn")
    said = (await waiting.said())[before:]
    code = (await waiting.door.newest_ticket()).code
    assert said.count(phrases.joined(code)) == 1
    assert phrases.FILES_ALONE not in said
    async with waiting.database.reading() as session:
        wrote = select(TicketEvent.text).where(TicketEvent.kind == EventKind.WROTE)
        texts = (await session.scalars(wrote.order_by(TicketEvent.id))).all()
    assert texts == ["[ảnh]", "[ghi âm 1:12]", "[tệp Hợp đồng.pdf]", "cảm ơn"]


async def test_a_recording_is_as_good_as_words_where_the_lawyer_is_awaited(front: Front) -> None:
    await front.door.says(LAN, "luật sư ơi")
    await front.door.shows(LAN, VOICE)
    assert (await front.door.newest_ticket()).subject == "[ghi âm 1:12]"


async def test_a_question_the_machine_asks_is_not_answered_by_a_picture(front: Front) -> None:
    await front.door.says(LAN, "luật sư ơi")
    await front.door.says(LAN, "công ty giữ giấy tờ của em")
    await front.door.shows(LAN, PHOTO)
    await front.door.says(LAN, "May Sông Cấm")
    assert (await front.door.newest_ticket()).employer == "May Sông Cấm"


def turned(library: Library, clock: Clock, text: str, **state: Any) -> Turn:
    """What is said to words with a picture."""
    said = Utterance(text, attachments=1)
    return Dialogue(library).respond(Talked(noticed=True, **state), said, None, clock())


def test_below_every_answer_stands_the_way_to_a_lawyer(library: Library, clock: Clock) -> None:
    met = set()
    for entry in library.entries.values():
        turn = turned(library, clock, entry.question)
        met.add(turn.outcome)
        if turn.outcome in (Outcome.ANSWER, Outcome.CLARIFY):
            last = turn.replies[-1]
            assert last.text.endswith(phrases.FILES_NOT_READ)
            assert last.choices[-1] == Choice(phrases.SHOW_LAWYER, "lawyer")
            assert len(last.choices) <= 5
    assert met >= {Outcome.ANSWER, Outcome.HANDOFF}


@pytest.mark.parametrize(
    "text", ["quản lý đánh em chảy máu", "xóa", "trạng thái", "phản ánh công ty nợ lương 3 tháng"]
)
def test_danger_commands_and_receipts_are_left_as_they_are(
    library: Library, clock: Clock, text: str
) -> None:
    with_picture = turned(library, clock, text)
    alone = Dialogue(library).respond(Talked(noticed=True), Utterance(text), None, clock())
    assert with_picture == alone


def test_the_bot_keeps_out_of_it_while_somebody_answers_by_hand(
    library: Library, clock: Clock
) -> None:
    by_hand = clock().isoformat()
    assert turned(library, clock, "lương?", taken_over_at=by_hand).replies == ()
    state = Talked(noticed=True, taken_over_at=by_hand)
    alone = Utterance("[ảnh]", "attached", 1)
    assert Dialogue(library).respond(state, alone, None, clock()).replies == ()


# -- fetched ---------------------------------------------------------------------------------------


async def test_what_was_sent_is_fetched_cleaned_and_kept(front: Front) -> None:
    await front.door.shows(LAN, PHOTO, LETTER, VOICE)
    await front.collector.settle()
    rows = await front.rows()
    assert [(row.state, row.mime, row.name, row.error) for row in rows] == [
        (FileState.KEPT, "image/jpeg", "", None),
        (FileState.KEPT, "application/pdf", "Hợp đồng.pdf", None),
        (FileState.KEPT, "audio/ogg", "", None),
    ]
    contents = [await front.store.get(row.blob or "") for row in rows]
    assert b"Secret" in samples.jpeg()
    assert b"Secret" not in contents[0]
    assert contents[1:] == [samples.PDF, samples.ogg()]
    assert [row.size for row in rows] == [len(content) for content in contents]
    assert front.source.fetched == ["p1", "f1", "v1"]
    assert sorted(front.source.discarded) == ["f1", "p1", "v1"]
    assert all(row.discarded for row in rows)
    assert not await front.collector.step()


async def test_two_processes_fetch_each_file_once(front: Front) -> None:
    for number in range(12):
        front.source.contents[f"r{number}"] = samples.PDF
        await front.door.shows(f"worker {number}", Attachment(Media.FILE, f"r{number}"))
    await asyncio.gather(front.collector.settle(), front.another().settle())
    assert len(front.source.fetched) == len(set(front.source.fetched)) == 12
    assert {row.state for row in await front.rows()} == {FileState.KEPT}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (samples.HTML, "kind"),
        (b"<svg onload='x'/>", "kind"),
        (b"MZ\x90\0" + b"\0" * 100, "kind"),
        (b"\x89PNG\r\n\x1a\n" + samples.HTML, "broken"),
        (samples.png_of(50_000, 50_000), "too_many_pixels"),
        (samples.docx("word/vbaProject.bin"), "macros"),
        (b"%PDF-" + b"\0" * (20 * MEGABYTE), "too_large"),
        (b"", "kind"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_is_not_taken_is_told_to_the_worker_once(
    front: Front, content: bytes, code: str
) -> None:
    front.source.contents["f1"] = content
    await front.door.shows(LAN, LETTER)
    await front.collector.settle()
    row = await front.row()
    assert (row.state, row.error, row.blob) == (FileState.REFUSED, code, None)
    assert await front.blobs() == []
    assert front.told == 1
    told = [text for text in await front.said() if text.startswith("Tổng đài không nhận được")]
    assert told == [phrases.file_refused("tệp “Hợp đồng.pdf”", phrases.FILE_REFUSED[code])]
    assert front.source.discarded == ["f1"]


@pytest.mark.parametrize("failure", [SendFailed("http_404"), Unreachable("gone")])
async def test_what_can_never_be_had_is_lost_and_said(front: Front, failure: SendFailed) -> None:
    front.source.faults = [failure]
    await front.door.shows(LAN, VOICE)
    await front.collector.settle()
    row = await front.row()
    assert (row.state, row.error) == (FileState.LOST, failure.code)
    assert (await front.said())[-1] == phrases.file_lost("ghi âm")
    assert front.source.discarded == []  # what is nowhere else is not deleted


async def test_a_busy_provider_is_asked_again_ever_more_seldom_for_a_day(front: Front) -> None:
    await front.door.shows(LAN, VOICE)
    began, gaps = front.clock(), []
    front.source.faults = [TryLater("http_503")] * 100
    while (row := await front.row()).state is FileState.WAITING:
        gaps.append((row.next_attempt_at - front.clock()).total_seconds())
        front.clock.now = max(front.clock.now, row.next_attempt_at)
        await front.collector.settle()
    assert gaps[:6] == [0, 5, 10, 20, 40, 80]
    assert max(gaps) == 3600
    assert GIVES_UP_AFTER <= front.clock() - began < GIVES_UP_AFTER * 1.1
    assert row.state is FileState.LOST
    assert (await front.said())[-1] == phrases.file_lost("ghi âm")


async def test_a_provider_that_says_when_is_believed(front: Front) -> None:
    front.source.faults = [TryLater("http_429", after=30)]
    await front.door.shows(LAN, VOICE)
    await front.collector.settle()
    assert ((await front.row()).next_attempt_at - front.clock()).total_seconds() == 30
    front.clock.pass_(seconds=30)
    await front.collector.settle()
    assert (await front.row()).state is FileState.KEPT


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_many_large_files_take_bounded_memory(front: Front) -> None:
    large = samples.PDF + b"\0" * (20 * MEGABYTE - len(samples.PDF))
    for number in range(12):
        front.source.contents[f"r{number}"] = large
        await front.door.shows(f"worker {number}", Attachment(Media.FILE, f"r{number}"))
    with growing_at_most(450):  # 240 MB pass through, three at a time, some 130 MB for each
        await front.collector.settle()
    assert {row.state for row in await front.rows()} == {FileState.KEPT}
    assert sum(path.stat().st_size for path in front.path.iterdir()) > 12 * len(large)


async def test_faults_of_ours_lose_nothing(front: Front) -> None:
    front.source.faults = [RuntimeError("a fault"), OSError("disk")]
    await front.door.shows(LAN, VOICE)
    for _ in range(3):
        await front.collector.settle()
        front.clock.pass_(minutes=1)
    assert (await front.row()).state is FileState.KEPT


async def test_a_full_disk_loses_nothing(front: Front) -> None:
    await front.door.shows(LAN, VOICE)
    front.path.rmdir()
    front.path.write_bytes(b"")  # nothing can be written there
    await front.collector.settle()
    assert (await front.row()).state is FileState.WAITING
    front.path.unlink()
    front.path.mkdir()
    front.clock.pass_(minutes=1)
    await front.collector.settle()
    assert (await front.row()).state is FileState.KEPT


async def test_a_channel_that_is_absent_is_waited_for(front: Front) -> None:
    await front.door.shows(LAN, VOICE)
    absent = Collector(front.database, {}, front.store, front.clock, lambda: None)
    await absent.settle()
    assert (await front.row()).error == "channel_absent"
    front.clock.pass_(minutes=10)
    await front.collector.settle()
    assert (await front.row()).state is FileState.KEPT


# -- crashes ---------------------------------------------------------------------------------------


async def claimed(front: Front) -> list[fetches.Claim]:
    async with front.database.writing() as session:
        return await fetches.claim(session, front.clock())


async def test_a_crash_between_storing_and_recording_leaves_one_file(front: Front) -> None:
    await front.door.shows(LAN, VOICE)
    (lost,) = await claimed(front)
    await front.store.put(lost.blob, b"half of it")  # and here the process died
    assert await front.sweep() == 0  # its row names it
    await front.collector.settle()
    assert front.source.fetched == []  # the claim still holds
    front.clock.now += CLAIM_LASTS
    front.clock.pass_(seconds=1)
    await front.collector.settle()
    row = await front.row()
    assert (row.state, row.blob) == (FileState.KEPT, lost.blob)
    assert await front.blobs() == [lost.blob]
    assert await front.store.get(lost.blob) == samples.ogg()


async def test_who_comes_late_with_a_result_changes_nothing(front: Front) -> None:
    await front.door.shows(LAN, VOICE)
    (late,) = await claimed(front)
    front.clock.now += CLAIM_LASTS * 2
    await front.collector.settle()
    failed = fetches.Result(late, SendFailed("http_404"))
    async with front.database.writing() as session:
        assert await fetches.record(session, [failed], front.clock()) == 0
    assert (await front.row()).state is FileState.KEPT


async def test_a_process_that_stops_records_what_is_under_way(front: Front) -> None:
    await front.door.shows(LAN, VOICE)
    front.source.gate.clear()
    await front.collector.step()
    stopping = asyncio.create_task(front.collector.stop())
    await asyncio.sleep(0.05)
    assert not stopping.done()
    front.source.gate.set()
    await stopping
    assert (await front.row()).state is FileState.KEPT
    await front.door.shows(LAN, PHOTO)
    assert not await front.collector.step()  # and takes nothing more


# -- the provider's copy ---------------------------------------------------------------------------


async def test_the_providers_copy_is_deleted_however_long_it_takes(front: Front) -> None:
    failures: list[Exception] = [TryLater("http_500"), SendFailed("http_401"), ValueError("odd")]
    front.source.discard_faults = failures * 10
    await front.door.shows(LAN, VOICE)
    for _ in range(32):
        await front.collector.settle()
        front.clock.pass_(hours=1, seconds=1)
    assert front.source.discarded == ["v1"]
    assert front.source.fetched == ["v1"]
    assert (await front.row()).discarded
    front.clock.pass_(days=400)
    await front.collector.settle()
    assert front.source.discarded == ["v1"]


# -- forgotten -------------------------------------------------------------------------------------


async def erase(front: Front) -> None:
    await front.door.says(LAN, "xóa")
    await front.door.taps(LAN, phrases.ERASE_ALL)


async def test_erasing_takes_rows_and_blobs(front: Front) -> None:
    await front.door.shows(LAN, PHOTO, LETTER)
    await front.door.shows("another", VOICE)
    await front.collector.settle()
    assert len(await front.blobs()) == 3
    await erase(front)
    assert len(await front.rows()) == 1
    assert await front.sweep() == 2
    (kept,) = await front.rows()
    assert await front.blobs() == [kept.blob]


async def test_erasing_while_a_file_is_on_its_way_leaves_nothing(front: Front) -> None:
    await front.door.shows(LAN, VOICE)
    front.source.gate.clear()
    await front.collector.step()
    await erase(front)
    front.source.gate.set()
    await front.collector.settle()
    assert await front.rows() == []
    assert await front.sweep() == 1
    assert await front.blobs() == []
    assert (await front.said())[-1] == phrases.ERASED


async def test_a_talk_that_is_forgotten_takes_its_files_along(front: Front) -> None:
    await front.door.shows(LAN, PHOTO)
    await front.collector.settle()
    front.clock.now += TALK_KEPT
    front.clock.pass_(seconds=1)
    assert await front.door.forgets() == 1
    assert (await front.rows(), await front.sweep(), await front.blobs()) == ([], 1, [])


async def test_a_tickets_files_go_with_its_words_where_the_talk_goes_on(waiting: Front) -> None:
    await waiting.door.shows(LAN, LETTER)
    ticket, lawyer = await waiting.door.newest_ticket(), await waiting.door.lawyer()
    await waiting.door.replies(ticket.code, lawyer)
    await waiting.door.resolves(ticket.code, lawyer)
    waiting.clock.now += TICKET_KEPT
    waiting.clock.pass_(seconds=1)
    await waiting.door.shows(LAN, PHOTO)
    await waiting.collector.settle()
    await waiting.door.forgets()
    assert [row.ref for row in await waiting.rows()] == ["p1"]
    assert await waiting.sweep() == 1


async def test_sweeping_leaves_what_rows_name_and_takes_the_rest(front: Front) -> None:
    await front.door.shows(LAN, PHOTO)
    await front.collector.settle()
    stray = new_blob()
    await front.store.put(stray, b"nobody's")
    assert await front.sweep() == 1
    assert await front.blobs() == [(await front.row()).blob]


async def test_what_comes_while_sweeping_is_not_swept(front: Front) -> None:
    """Files taken in and sweeps side by side: none that is kept is ever missing."""
    for number in range(20):
        front.source.contents[f"r{number}"] = samples.PDF
        await front.door.shows(f"worker {number}", Attachment(Media.FILE, f"r{number}"))

    async def sweeping() -> None:
        while True:
            await front.sweep()

    sweeper = asyncio.create_task(sweeping())
    await front.collector.settle()
    sweeper.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await sweeper
    for row in await front.rows():
        assert await front.store.get(row.blob or "") == samples.PDF
