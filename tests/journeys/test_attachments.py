"""Files from a worker's telephone to the lawyer's desk, through the running program."""

from typing import Any

import pytest
from sqlalchemy import select

from bot import phrases
from bot.models import FileState, StoredFile
from escalation.vocabulary import Role
from hotline.bells import Bells
from tests.bot import samples
from tests.journeys.conftest import Hotline, Open, eventually

pytestmark = pytest.mark.thorough("postgresql")

LAN = 7001


async def sends(hotline: Hotline, content: bytes, kind: str, text: str = "", **more: Any) -> None:
    """A file as Telegram tells of it: photo, voice or document."""
    told = {"file_id": hotline.telegram.keep(content), "file_unique_id": "u", **more}
    told |= {"file_size": len(content)}
    shown = [told | {"width": 90, "height": 60}] if kind == "photo" else told
    update = hotline.updates.message(LAN, "", **{kind: shown}, caption=text)
    del update["message"]["text"]
    if not text:
        del update["message"]["caption"]
    assert await hotline.deliver(update) == 200


async def rows(hotline: Hotline) -> list[StoredFile]:
    async with hotline.house.database.reading() as session:
        return list(await session.scalars(select(StoredFile).order_by(StoredFile.id)))


async def settled(hotline: Hotline, count: int) -> list[StoredFile]:
    """Wait until so many files are no longer on their way."""
    for _ in range(500):
        found = await rows(hotline)
        underway = (FileState.WAITING, FileState.FETCHING)
        if len(found) == count and not any(row.state in underway for row in found):
            return found
        await hotline.house.collector.settle()
    raise AssertionError("the files did not come")


async def code_of_the_ticket(lawyer: Any) -> str:
    _, found = await lawyer.get("/api/tickets")
    (ticket,) = found["tickets"]
    return str(ticket["code"])


async def test_a_photo_and_a_recording_reach_the_lawyer(hotline: Hotline) -> None:
    await sends(hotline, samples.jpeg(6), "photo", "Tăng ca tối đa bao nhiêu giờ một tháng?")
    answer = (await hotline.hears(LAN, 2))[-1]
    assert "40 giờ/tháng" in answer
    assert phrases.FILES_NOT_READ in answer
    await sends(hotline, samples.ogg(), "voice", duration=12)
    assert (await hotline.hears(LAN, 3))[-1] == phrases.FILES_ALONE
    await hotline.taps(LAN, phrases.SHOW_LAWYER)
    assert "Luật sư trả lời tại đây" in (await hotline.hears(LAN, 4))[-1]
    await settled(hotline, 2)

    lawyer = await hotline.staff(Role.LAWYER)
    code = await code_of_the_ticket(lawyer)
    await lawyer.post(f"/api/tickets/{code}/claim")
    _, detail = await lawyer.get(f"/api/tickets/{code}")
    shown = [one for line in detail["conversation"] for one in line["files"]]
    assert [(one["mime"], one["seconds"], one["state"]) for one in shown] == [
        ("image/jpeg", None, "kept"),
        ("audio/ogg", 12, "kept"),
    ]
    headers = lawyer.headers
    url = f"{hotline.office_base}/tickets/{code}/files/{shown[0]['id']}"
    async with hotline.session.get(url, headers=headers) as response:
        content = await response.read()
    assert content.startswith(b"\xff\xd8\xff")
    assert b"Secret" not in content
    _, detail = await lawyer.get(f"/api/tickets/{code}")
    opened = [event for event in detail["events"] if event["kind"] == "opened_file"]
    assert [(event["actor"], event["media"]) for event in opened] == [("Lawyer", "photo")]


async def test_what_is_not_taken_is_said_where_it_was_sent(hotline: Hotline) -> None:
    await sends(hotline, samples.HTML, "document", file_name="luong.pdf")
    await hotline.hears(LAN, 2)
    await settled(hotline, 1)
    told = (await hotline.hears(LAN, 3))[-1]
    assert told == phrases.file_refused("tệp “luong.pdf”", phrases.FILE_REFUSED["kind"])


async def test_what_was_noted_before_a_restart_is_fetched_after_it(open_hotline: Open) -> None:
    async with open_hotline() as hotline:
        hotline.house.collector._stopping = True  # this process dies before it fetches
        await sends(hotline, samples.PDF, "document", file_name="a.pdf")
        assert [row.state for row in await rows(hotline)] == [FileState.WAITING]
    async with open_hotline() as hotline:
        (row,) = await settled(hotline, 1)
        assert await hotline.house.file_store.get(row.blob or "") == samples.PDF


async def test_erasing_empties_the_directory(hotline: Hotline) -> None:
    await sends(hotline, samples.PDF, "document", file_name="a.pdf")
    await settled(hotline, 1)
    files = hotline.house.settings.data_dir / "files"
    assert len(list(files.iterdir())) == 1
    await hotline.says(LAN, "/xoa")
    await hotline.hears(LAN, 3)
    await hotline.taps(LAN, phrases.ERASE_ALL)
    assert (await hotline.hears(LAN, 4))[-1] == phrases.ERASED
    await Bells(hotline.house).forget()
    assert list(files.iterdir()) == []
    assert await rows(hotline) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_files_come_by_themselves(hotline: Hotline) -> None:
    """Nobody rings a bell: the program's own loop fetches."""
    await sends(hotline, samples.HTML, "document", file_name="x.pdf")
    await eventually(lambda: len(hotline.telegram.texts(LAN)) == 3)
