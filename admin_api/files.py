"""What workers sent, for the lawyer who has the ticket, and for nobody else.

Never as a page of ours: a browser is told to save it, and would run nothing in it.
"""

import asyncio
import re
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web
from cryptography.fernet import InvalidToken
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from admin_api.console.page import page
from admin_api.office import Office, office_of, who
from admin_api.routing import LAWYERS, NOT_FOUND, Routes
from bot import pictures, sniffing
from bot.models import FileState, Handoff, StoredFile
from escalation import lookup, tickets
from escalation.models import Ticket, TicketEvent
from escalation.vocabulary import EventKind

routes = Routes()

_NUMBER = re.compile(r"[0-9]{1,9}")
_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_PLAYED = ("audio/", "video/")


@dataclass(frozen=True)
class Held:
    """A file on a ticket of the lawyer who asks."""

    ticket: Ticket
    file: StoredFile

    @property
    def name(self) -> str:
        """The worker's own, or one made of the ticket's code."""
        ending = sniffing.extension(self.file.mime or "")
        return self.file.name or f"{self.ticket.code}-{self.file.id}{ending}"


async def _held(session: AsyncSession, request: web.Request) -> Held:
    """The file in the path; raises NOT_FOUND also where another lawyer has the ticket, or none."""
    ticket = await lookup.find(session, request.match_info["code"])
    number = request.match_info["id"]
    if ticket is None or ticket.assignee_id != who(request).staff.id:
        raise NOT_FOUND
    if not _NUMBER.fullmatch(number) or not number.isascii():
        raise NOT_FOUND
    file = await session.scalar(
        select(StoredFile)
        .join(Handoff, Handoff.conversation_id == StoredFile.conversation_id)
        .where(
            Handoff.ticket_id == ticket.id,
            StoredFile.id == int(number),
            StoredFile.state == FileState.KEPT,
        )
    )
    if file is None:
        raise NOT_FOUND
    return Held(ticket, file)


async def _content(office: Office, file: StoredFile) -> bytes:
    if office.files is None or file.blob is None:
        raise NOT_FOUND
    try:
        return await office.files.get(file.blob)
    except (FileNotFoundError, InvalidToken):  # taken away from under us, or by another key
        raise NOT_FOUND from None


async def _find(request: web.Request) -> tuple[Held, bytes]:
    office = office_of(request)
    async with office.database.reading() as session:
        held = await _held(session, request)
    return held, await _content(office, held.file)


# -- the file itself -------------------------------------------------------------------------------


@routes.page("GET", "/tickets/{code}/files/{id}", LAWYERS)
async def open_file(request: web.Request) -> web.Response:
    """Each opening is written down: from the start, or for the first time at all."""
    held, content = await _find(request)
    mime = held.file.mime or "application/octet-stream"
    headers = {**_HEADERS, "Content-Disposition": disposition(held.name), "Content-Type": mime}
    if not mime.startswith(_PLAYED):
        await _write_down(request, held, at_start=True)
        return web.Response(body=content, headers=headers)
    headers["Accept-Ranges"] = "bytes"
    asked = asked_range(request.headers.get("Range"), len(content))
    await _write_down(request, held, at_start=asked is None or asked.start == 0)
    if asked is None:
        return web.Response(body=content, headers=headers)
    if not asked:
        headers["Content-Range"] = f"bytes */{len(content)}"
        return web.Response(status=416, headers=headers)
    headers["Content-Range"] = f"bytes {asked.start}-{asked.stop - 1}/{len(content)}"
    return web.Response(status=206, body=content[asked.start : asked.stop], headers=headers)


_RANGE = re.compile(r"bytes=(?:([0-9]{1,15})-([0-9]{1,15})?|-([0-9]{1,15}))")


def asked_range(header: str | None, length: int) -> range | None:
    """The bytes asked for, empty where there are none; None for the whole, or if unclear."""
    found = _RANGE.fullmatch(header or "")
    if found is None:
        return None
    first, last, suffix = found.groups()
    if suffix is not None:
        return range(max(length - int(suffix), 0), length) if int(suffix) else range(length, length)
    if last is not None and int(last) < int(first):
        return None
    stop = length if last is None else min(int(last) + 1, length)
    return range(int(first), stop) if int(first) < length else range(length, length)


def disposition(name: str) -> str:
    """To be saved, under its name: in plain letters for old browsers, in full for the others."""
    plain = re.sub(r"[^ -~]|[\"\\%]", "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


async def _write_down(request: web.Request, held: Held, *, at_start: bool) -> None:
    office, staff = office_of(request), who(request).staff
    async with office.database.writing() as session:
        if not at_start and await _opened_before(session, held, staff.id):
            return
        tickets.record(
            session,
            held.ticket,
            EventKind.OPENED_FILE,
            office.clock(),
            actor=staff,
            data={"file": held.file.id, "media": held.file.media},
        )


async def _opened_before(session: AsyncSession, held: Held, staff_id: int) -> bool:
    rows = await session.scalars(
        select(TicketEvent.data).where(
            TicketEvent.ticket_id == held.ticket.id,
            TicketEvent.kind == EventKind.OPENED_FILE,
            TicketEvent.actor_id == staff_id,
        )
    )
    return any(data.get("file") == held.file.id for data in rows)


# -- pictures --------------------------------------------------------------------------------------


@routes.page("GET", "/tickets/{code}/files/{id}/preview", LAWYERS)
async def preview(request: web.Request) -> web.Response:
    """A small picture for the ticket's page; looking at the page is no opening."""
    held, content = await _find(request)
    if not is_picture(held.file.mime):
        raise NOT_FOUND
    small = await asyncio.to_thread(pictures.preview, content)
    return web.Response(body=small, headers={**_HEADERS, "Content-Type": "image/jpeg"})


@routes.page("GET", "/tickets/{code}/files/{id}/view", LAWYERS)
async def view(request: web.Request) -> web.Response:
    """A picture on a page of its own, large."""
    async with office_of(request).database.reading() as session:
        held = await _held(session, request)
    if not is_picture(held.file.mime):
        raise NOT_FOUND
    return page(request, "picture.html", ticket=held.ticket, file=held.file)


def is_picture(mime: str | None) -> bool:
    return (mime or "").startswith("image/")
