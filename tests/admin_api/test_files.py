"""What workers sent, at the office: who may open it, how it is served, that it is written down."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import select

from admin_api import accounts, app
from admin_api.console import file_words
from admin_api.files import asked_range, disposition
from admin_api.office import Office
from bot import phrases
from bot.channels.base import Attachment, Media
from bot.collector import Collector
from bot.file_store import FileStore
from bot.models import FileState, StoredFile
from bot.web import SECURITY_HEADERS
from escalation import lookup, tickets
from escalation.models import Staff, Ticket
from escalation.sla import SHIPPED
from escalation.vocabulary import EventKind, Role
from hotline.db import Database
from knowledge_base.library import Library
from tests.bot import samples
from tests.factories import Clock, everything
from tests.fake_source import FakeSource
from tests.front_door import CHANNEL, FrontDoor

pytestmark = pytest.mark.thorough("postgresql")

SOUND = samples.wav(bytes(range(250)) * 40)
SENT = {
    "photo": (Attachment(Media.PHOTO, "photo"), samples.jpeg(6, (400, 200))),
    "voice": (Attachment(Media.VOICE, "voice", seconds=75), SOUND),
    "film": (Attachment(Media.VIDEO, "film"), samples.boxes(b"mp42", [b"vide"]) + b"\0" * 5000),
    "amr": (Attachment(Media.VOICE, "amr", "ghi âm.amr"), samples.AMR),
    "letter": (Attachment(Media.FILE, "letter", "Hợp đồng “mới”.pdf"), samples.PDF),
    "words": (Attachment(Media.FILE, "words", "ke\u202e.txt"), "lương".encode()),
    "trap": (Attachment(Media.FILE, "trap", "x.html"), samples.HTML),
    "missing": (Attachment(Media.FILE, "missing"), b""),
}


class Desk:
    """The office, a ticket with files of every kind, and lawyers."""

    def __init__(self, base: str, session: aiohttp.ClientSession, door: FrontDoor) -> None:
        self.base, self.session, self.door = base, session, door
        self.tokens: dict[str, str] = {}
        self.staff: dict[str, Staff] = {}
        self.files: dict[str, StoredFile] = {}
        self.code = ""

    async def hires(self, name: str, role: Role = Role.LAWYER) -> None:
        async with self.door.database.writing() as session:
            email = f"{len(self.staff)}@hotline.test"
            made = await accounts.add_staff(session, email, name, role, self.door.clock())
            self.staff[name] = made[0]
            self.tokens[name] = await accounts.issue_token(session, made[0], self.door.clock())

    async def takes(self, name: str) -> None:
        async with self.door.database.writing() as session:
            ticket = await lookup.find_to_change(session, self.code)
            assert ticket is not None
            await tickets.take(session, ticket, self.staff[name], self.door.clock())

    async def get(self, name: str, path: str, **headers: str) -> tuple[int, bytes, Any]:
        given = {"Authorization": f"Bearer {self.tokens[name]}", **headers}
        url = self.base + path
        async with self.session.get(url, headers=given, allow_redirects=False) as response:
            return response.status, await response.read(), response.headers

    def path(self, which: str, code: str | None = None) -> str:
        return f"/tickets/{code or self.code}/files/{self.files[which].id}"

    async def open(self, which: str, name: str = "Lan", **headers: str) -> tuple[int, bytes, Any]:
        return await self.get(name, self.path(which), **headers)

    async def openings(self) -> list[tuple[str, int]]:
        """(who, which file) of each opening in the history."""
        async with self.door.database.reading() as session:
            ticket = await lookup.find(session, self.code)
            assert ticket is not None
            names = {person.id: name for name, person in self.staff.items()}
            return [
                (names[event.actor_id or 0], event.data["file"])
                for event in await tickets.history(session, ticket)
                if event.kind is EventKind.OPENED_FILE
            ]


@pytest.fixture
async def desk(
    database: Database, library: Library, clock: Clock, tmp_path: Path
) -> AsyncIterator[Desk]:
    store = FileStore.local(tmp_path / "files", database.keyring)
    office = Office(database, SHIPPED, clock, lambda: library, lambda: None, files=store)
    runner = web.AppRunner(app.make_app(office, tmp_path), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as session:
        base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        made = Desk(base, session, FrontDoor(database, library, clock))
        await _furnish(made, store)
        yield made
    await runner.cleanup()


async def _furnish(desk: Desk, store: FileStore) -> None:
    for name, role in (("Lan", Role.LAWYER), ("Minh", Role.LAWYER), ("Sếp", Role.MANAGER)):
        await desk.hires(name, role)
    source = FakeSource(CHANNEL)
    source.contents = {which: content for which, (_, content) in SENT.items() if content}
    await desk.door.shows("worker", *(one for one, _ in SENT.values()), text="luật sư ơi")
    await desk.door.shows("other", SENT["photo"][0])
    database, clock = desk.door.database, desk.door.clock
    await Collector(database, {CHANNEL: source}, store, clock, lambda: None).settle()
    await desk.door.says("worker", "công ty giữ giấy tờ của em")
    desk.code = (await desk.door.newest_ticket()).code
    async with database.reading() as session:
        rows = list(await session.scalars(select(StoredFile).order_by(StoredFile.id)))
    desk.files = {row.ref: row for row in rows[: len(SENT)]} | {"another's": rows[-1]}


# -- who -------------------------------------------------------------------------------------------


async def test_only_who_has_the_ticket_opens_its_files(desk: Desk) -> None:
    absent = await desk.get("Lan", "/tickets/HP-0000/files/1")
    assert absent[0] == 404
    before = await everything(desk.door.database)
    for name in ("Lan", "Minh", "Sếp"):
        for kind in ("", "/view", "/preview"):
            got = await desk.get(name, desk.path("photo") + kind)
            assert got[:2] == absent[:2], (name, kind)
    assert await everything(desk.door.database) == before
    await desk.takes("Lan")
    assert (await desk.open("photo", "Lan"))[0] == 200
    for name in ("Minh", "Sếp"):
        assert (await desk.open("photo", name))[:2] == absent[:2]
    assert await desk.openings() == [("Lan", desk.files["photo"].id)]


async def test_a_ticket_opens_no_files_of_other_talks(desk: Desk) -> None:
    await desk.takes("Lan")
    assert (await desk.open("another's"))[0] == 404
    for number in ("0", "-1", "999999999", "9999999999", "1e1", "٣", "x", "%00", "1%2e0", "1'"):
        status, _, _ = await desk.get("Lan", f"/tickets/{desk.code}/files/{number}")
        assert status == 404, number


async def test_what_was_not_kept_cannot_be_opened(desk: Desk) -> None:
    await desk.takes("Lan")
    assert desk.files["trap"].state is FileState.REFUSED
    assert desk.files["missing"].state is FileState.LOST
    for which in ("trap", "missing"):
        assert (await desk.open(which))[0] == 404
    assert await desk.openings() == []


async def test_strangers_are_sent_to_sign_in(desk: Desk) -> None:
    async with desk.session.get(desk.base + desk.path("photo"), allow_redirects=False) as got:
        assert (got.status, got.headers["Location"]) == (303, "/login")


async def test_what_is_gone_from_the_store_is_not_found(desk: Desk, tmp_path: Path) -> None:
    await desk.takes("Lan")
    (tmp_path / "files" / (desk.files["letter"].blob or "")).unlink()
    assert (await desk.open("letter"))[0] == 404
    assert await desk.openings() == []


# -- how -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("which", "mime", "name"),
    [
        ("photo", "image/jpeg", None),
        ("voice", "audio/wav", None),
        ("film", "video/mp4", None),
        ("amr", "audio/amr", "ghi âm.amr"),
        ("letter", "application/pdf", "Hợp đồng “mới”.pdf"),
        ("words", "text/plain", "ke .txt"),
    ],
)
async def test_a_file_is_saved_not_shown(
    desk: Desk, which: str, mime: str, name: str | None
) -> None:
    await desk.takes("Lan")
    status, body, headers = await desk.open(which)
    assert (status, headers["Content-Type"]) == (200, mime)
    if which != "photo":
        assert body == SENT[which][1]
    assert b"Secret" not in body
    expected = name or f"{desk.code}-{desk.files[which].id}{Path(mime).name and _ending(mime)}"
    assert headers["Content-Disposition"] == disposition(expected)
    assert headers["Content-Disposition"].startswith("attachment; ")
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    for header in set(SECURITY_HEADERS) - {"Content-Security-Policy"}:
        assert headers[header] == SECURITY_HEADERS[header]


def _ending(mime: str) -> str:
    return {"image/jpeg": ".jpg", "audio/wav": ".wav", "video/mp4": ".mp4"}[mime]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a.pdf", "attachment; filename=\"a.pdf\"; filename*=UTF-8''a.pdf"),
        ("hợp.pdf", "attachment; filename=\"h_p.pdf\"; filename*=UTF-8''h%E1%BB%A3p.pdf"),
        (
            'a"b\\c%d.pdf',
            "attachment; filename=\"a_b_c_d.pdf\"; filename*=UTF-8''a%22b%5Cc%25d.pdf",
        ),
        ("a\r\nX: y", "attachment; filename=\"a__X: y\"; filename*=UTF-8''a%0D%0AX%3A%20y"),
    ],
)
def test_the_name_is_told_in_both_ways(name: str, said: str) -> None:
    assert disposition(name) == said


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("", None),
        ("bytes=0-", range(100)),
        ("bytes=0-0", range(1)),
        ("bytes=10-19", range(10, 20)),
        ("bytes=90-500", range(90, 100)),
        ("bytes=99-", range(99, 100)),
        ("bytes=-10", range(90, 100)),
        ("bytes=-500", range(100)),
        ("bytes=-0", range(100, 100)),
        ("bytes=100-", range(100, 100)),
        ("bytes=999999999999999-", range(100, 100)),
        ("bytes=20-10", None),
        ("bytes=a-b", None),
        ("bytes=-", None),
        ("bytes=0-1,5-6", None),
        ("bytes=٣-", None),
        ("items=0-5", None),
        ("bytes=" + "9" * 50 + "-", None),
    ],
)
def test_ranges(header: str | None, expected: range | None) -> None:
    assert asked_range(header, 100) == expected


async def test_a_recording_can_be_wound_forward(desk: Desk) -> None:
    await desk.takes("Lan")
    status, body, headers = await desk.open("voice", Range="bytes=100-199")
    assert (status, body) == (206, SOUND[100:200])
    assert headers["Content-Range"] == f"bytes 100-199/{len(SOUND)}"
    assert headers["Accept-Ranges"] == "bytes"
    status, body, headers = await desk.open("voice", Range="bytes=99999999-")
    assert (status, body, headers["Content-Range"]) == (416, b"", f"bytes */{len(SOUND)}")
    status, body, _ = await desk.open("letter", Range="bytes=1-2")
    assert (status, body) == (200, samples.PDF)


async def test_each_opening_is_written_down_and_no_first_one_slips_by(desk: Desk) -> None:
    await desk.takes("Lan")
    voice, letter = desk.files["voice"].id, desk.files["letter"].id
    await desk.open("voice", Range="bytes=1-")  # nearly all of it: an opening, too
    await desk.open("voice", Range="bytes=50-")
    assert await desk.openings() == [("Lan", voice)]
    await desk.open("voice", Range="bytes=0-")
    await desk.open("voice")
    await desk.open("letter", Range="bytes=5-")
    assert await desk.openings() == [("Lan", voice)] * 3 + [("Lan", letter)]


async def test_the_history_tells_it_in_words(desk: Desk) -> None:
    await desk.takes("Lan")
    for which in ("voice", "photo", "letter", "film"):
        await desk.open(which)
    _, body, _ = await desk.get("Lan", f"/tickets/{desk.code}", Accept="text/html")
    for words in ("nghe ghi âm", "xem ảnh", "mở tệp", "xem video"):
        assert f"Lan đã {words}" in body.decode()


# -- on the page -----------------------------------------------------------------------------------


async def page(desk: Desk, name: str) -> str:
    _, body, _ = await desk.get(name, f"/tickets/{desk.code}", Accept="text/html")
    return body.decode()


async def test_the_page_shows_files_to_who_has_the_ticket(desk: Desk) -> None:
    await desk.takes("Lan")
    shown = await page(desk, "Lan")
    assert f'href="{desk.path("photo")}/view"' in shown
    assert f'src="{desk.path("photo")}/preview"' in shown
    assert f'<audio controls preload="none" src="{desk.path("voice")}"' in shown
    assert f'<video controls preload="none" src="{desk.path("film")}"' in shown
    assert f'src="{desk.path("amr")}"' not in shown  # no browser plays it: to be saved
    assert f'href="{desk.path("letter")}" download' in shown
    assert "Ghi âm · 1:15" in shown
    assert "<bdi>x.html</bdi> bị từ chối: loại tệp không nhận" in shown
    assert "không lấy được" in shown
    assert "Nhận phiếu để xem tệp" not in shown
    assert await desk.openings() == []  # looking at the page is no opening


async def test_others_see_only_that_there_is_something(desk: Desk) -> None:
    for name in ("Lan", "Minh"):
        shown = await page(desk, name)
        assert shown.count("Nhận phiếu để xem tệp") == 6
        assert "/files/" not in shown
        await desk.takes("Lan")
        if name == "Lan":
            assert "Nhận phiếu để xem tệp" not in await page(desk, "Lan")


async def test_a_picture_is_shown_small_and_large(desk: Desk) -> None:
    await desk.takes("Lan")
    status, body, headers = await desk.get("Lan", desk.path("photo") + "/preview")
    assert (status, headers["Content-Type"], body[:3]) == (200, "image/jpeg", b"\xff\xd8\xff")
    assert await desk.openings() == []
    status, body, _ = await desk.get("Lan", desk.path("photo") + "/view")
    assert status == 200
    assert f'<img src="{desk.path("photo")}"' in body.decode()
    for kind in ("/view", "/preview"):
        assert (await desk.get("Lan", desk.path("letter") + kind))[0] == 404


async def test_the_api_tells_of_files(desk: Desk) -> None:
    async with desk.session.get(
        f"{desk.base}/api/tickets/{desk.code}",
        headers={"Authorization": f"Bearer {desk.tokens['Lan']}"},
    ) as response:
        detail = await response.json()
    spoken = detail["conversation"][0]
    assert len(spoken["files"]) == len(SENT)
    letter = next(one for one in spoken["files"] if one["id"] == desk.files["letter"].id)
    assert letter == {
        "id": desk.files["letter"].id,
        "media": "file",
        "name": "Hợp đồng “mới”.pdf",
        "mime": "application/pdf",
        "size": len(samples.PDF),
        "seconds": None,
        "state": "kept",
        "error": None,
    }
    assert all(line["files"] == [] for line in detail["conversation"][1:])


async def test_after_erasing_nothing_is_left_to_open(desk: Desk) -> None:
    await desk.takes("Lan")
    await desk.open("photo")
    await desk.door.says("worker", "xóa")
    await desk.door.taps("worker", phrases.ERASE_ALL)
    for which in ("photo", "letter"):
        assert (await desk.open(which))[0] == 404
    async with desk.door.database.reading() as session:
        codes = (await session.scalars(select(Ticket.code))).all()
    assert codes == [desk.code]
    assert "Lan đã xem ảnh" in await page(desk, "Lan")  # the figures stay


# -- words -----------------------------------------------------------------------------------------


def test_sizes_and_lengths_read_as_people_say_them() -> None:
    sizes = [file_words.size(count) for count in (None, 0, 900, 15_400, 999_999, 1_258_291)]
    assert sizes == ["", "1 kB", "1 kB", "15 kB", "1000 kB", "1,3 MB"]
    assert [file_words.length(one) for one in (None, 0, 75, 3601)] == ["", "0:00", "1:15", "60:01"]


def test_every_refusal_that_is_told_has_words_for_the_lawyer() -> None:
    assert all(file_words.refused(code) != "không nhận" for code in phrases.FILE_REFUSED)
    assert file_words.refused("whatever") == "không nhận"


def test_marks_alone_are_no_words() -> None:
    for media in Media:
        assert phrases.only_file_marks(phrases.file_mark(media, "a b.pdf", 75))
        assert phrases.only_file_marks(phrases.file_mark(media, "", None))
    assert phrases.only_file_marks("[ảnh] [ảnh] [ghi âm 0:12]")
    for words in ("", "ảnh", "[ảnh] của em", "xem [ảnh]", "[lời nhắn thoại 0:12]"):
        assert not phrases.only_file_marks(words)
