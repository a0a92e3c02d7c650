"""Files that came beside words: noted with their message, fetched later, forgotten with the talk.

A row names its blob before there is one. So a blob that no row names belongs to nobody, at any
time, and `sweep` deletes it: erasing means deleting rows, and a crash leaves nothing behind.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import filenames, outbox, phrases
from bot.channels.base import Attachment
from bot.channels.fetching import LIMIT, TOO_LARGE
from bot.file_store import FileStore, new_blob
from bot.models import Author, FileState, Message, StoredFile
from bot.turns import Reply
from hotline.db import Database

PER_HOUR = 30  # files of one conversation
TOO_MANY = "too_many"
_HOUR = dt.timedelta(hours=1)
_LARGEST = 2**31 - 1  # what the database's numbers can hold


def marks(attachments: Sequence[Attachment]) -> str:
    """What stands in a message that has files and no words: "[ảnh] [ghi âm 0:12]"."""
    return " ".join(
        phrases.file_mark(one.media, filenames.clean(one.name), one.seconds) for one in attachments
    )


# -- in: noted in the transaction of their message -------------------------------------------------


async def note(
    session: AsyncSession,
    conversation_id: int,
    message_id: int,
    channel: str,
    attachments: Sequence[Attachment],
    now: dt.datetime,
) -> None:
    """Keep what is to be fetched; say at once what never will be. The conversation is locked."""
    if not attachments:
        return
    here = {"conversation_id": conversation_id, "message_id": message_id, "channel": channel}
    before = await _noted_since(session, conversation_id, now - _HOUR)
    rows = [
        {**here, **_row(one, before + number, now)} for number, one in enumerate(attachments, 1)
    ]
    await (await session.connection()).execute(insert(StoredFile), rows)
    for number, row in enumerate(rows, before + 1):
        if row["state"] is FileState.REFUSED and number <= PER_HOUR + 1:  # the limit is told once
            await tell(session, conversation_id, channel, _said_of(row, row["error"]), now)


async def _noted_since(session: AsyncSession, conversation_id: int, since: dt.datetime) -> int:
    found = await session.scalar(
        select(func.count())
        .select_from(StoredFile)
        .join(Message, Message.id == StoredFile.message_id)
        .where(StoredFile.conversation_id == conversation_id, Message.created_at > since)
    )
    return found or 0


def _row(one: Attachment, number: int, now: dt.datetime) -> dict[str, Any]:
    error = TOO_MANY if number > PER_HOUR else None
    if one.size is not None and one.size > LIMIT:
        error = error or TOO_LARGE
    return {
        "media": one.media,
        "ref": one.ref,
        "name": filenames.clean(one.name),
        "state": FileState.REFUSED if error else FileState.WAITING,
        "size": _number(one.size),
        "seconds": _number(one.seconds),
        "blob": None if error else new_blob(),
        "error": error,
        "discarded": False,
        "attempts": 0,
        "next_attempt_at": now,
    }


def _number(told: int | None) -> int | None:
    return told if told is not None and 0 <= told <= _LARGEST else None


def _said_of(row: dict[str, Any], code: str) -> str:
    what = phrases.file_named(row["media"], row["name"])
    return phrases.file_refused(what, phrases.FILE_REFUSED[code])


async def tell(
    session: AsyncSession, conversation_id: int, channel: str, text: str, now: dt.datetime
) -> None:
    """A notice to the worker, queued in this transaction."""
    here = {
        "conversation_id": conversation_id,
        "channel": channel,
        "question_id": None,
        "created_at": now,
    }
    line = here | outbox.told(Author.SYSTEM, Reply(text), now)
    await outbox.write(await session.connection(), [line])


# -- forgotten -------------------------------------------------------------------------------------


async def sweep(database: Database, store: FileStore) -> int:
    """Delete the blobs that no row names; how many.

    The store is listed first: whatever comes into it afterwards is not judged.
    """
    blobs = await store.blobs()
    async with database.reading() as session:
        named = select(StoredFile.blob).where(StoredFile.blob.is_not(None))
        known = set(await session.scalars(named))
    gone = [blob for blob in blobs if blob not in known]
    await store.delete(gone)
    return len(gone)
