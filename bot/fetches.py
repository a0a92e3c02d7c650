"""Files on their way: claimed, fetched by `bot.collector`, recorded; then the provider's copy.

A claim that was never recorded (the process died) is taken up again, under the same blob's name.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import phrases
from bot.attachments import tell
from bot.channels.base import Media, SendFailed, TryLater
from bot.models import FileState, Message, StoredFile

BATCH = 3  # files fetched side by side; encrypting a large one takes some 130 MB, one at a time
CLAIM_LASTS = dt.timedelta(minutes=5)  # longer than any fetch may take
GIVES_UP_AFTER = dt.timedelta(hours=24)
_FIRST_PAUSE = 5.0  # seconds; doubles with each attempt
_LONGEST_PAUSE = 3600.0
_NEVER = dt.timedelta(days=36500)  # keeps rows that are done out of the index's first part


@dataclass(frozen=True)
class Claim:
    """A file this process may fetch now."""

    file_id: int
    conversation_id: int
    channel: str
    media: Media
    ref: str
    name: str
    seconds: int | None
    blob: str
    attempts: int
    noted_at: dt.datetime


@dataclass(frozen=True)
class Stored:
    """What was put into the store."""

    mime: str
    media: Media
    name: str
    size: int


@dataclass(frozen=True)
class Result:
    claim: Claim
    came: Stored | SendFailed


@dataclass(frozen=True)
class Copy:
    """A provider's own copy of a file we have, or do not want: to be deleted there."""

    file_id: int
    channel: str
    ref: str
    attempts: int


async def is_any_due(session: AsyncSession, now: dt.datetime) -> bool:
    """Whether there is anything to claim; a look that waits for no writer."""
    due = or_(_to_fetch(now), _lapsed(now), _to_discard(now))
    return bool(await session.scalar(select(exists().where(due))))


def _to_fetch(now: dt.datetime) -> Any:
    return and_(StoredFile.state == FileState.WAITING, StoredFile.next_attempt_at <= now)


def _lapsed(now: dt.datetime) -> Any:
    """Claimed by a process that ended before it could record what came."""
    return and_(StoredFile.state == FileState.FETCHING, StoredFile.claimed_at < now - CLAIM_LASTS)


def _to_discard(now: dt.datetime) -> Any:
    return and_(
        StoredFile.state.in_((FileState.KEPT, FileState.REFUSED)),
        StoredFile.next_attempt_at <= now,
        StoredFile.discarded.is_(False),
    )


async def claim(session: AsyncSession, now: dt.datetime, limit: int = BATCH) -> list[Claim]:
    """Take the next files to fetch; each is taken by one process."""
    due = _oldest(or_(_to_fetch(now), _lapsed(now)), limit)
    taken = await session.scalars(
        update(StoredFile)
        .where(StoredFile.id.in_(due))
        .values(state=FileState.FETCHING, claimed_at=now, attempts=StoredFile.attempts + 1)
        .returning(StoredFile.id)
        .execution_options(synchronize_session=False)
    )
    rows = await session.execute(
        select(StoredFile, Message.created_at)
        .join(Message, Message.id == StoredFile.message_id)
        .where(StoredFile.id.in_(taken.all()))
        .order_by(StoredFile.id)
        .execution_options(populate_existing=True)
    )
    return [_claim_of(file, noted_at) for file, noted_at in rows]


def _oldest(due: Any, limit: int) -> Any:
    oldest = (
        select(StoredFile.id)
        .where(due)
        .order_by(StoredFile.next_attempt_at, StoredFile.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte()
        .prefix_with("MATERIALIZED")  # as a subquery PostgreSQL may run it again, and take more
    )
    return select(oldest.c.id)


def _claim_of(file: StoredFile, noted_at: dt.datetime) -> Claim:
    assert file.blob is not None  # what waits has its name
    return Claim(
        file.id,
        file.conversation_id,
        file.channel,
        file.media,
        file.ref,
        file.name,
        file.seconds,
        file.blob,
        file.attempts,
        noted_at,
    )


async def record(session: AsyncSession, results: Sequence[Result], now: dt.datetime) -> int:
    """Write down what came; how many notices to workers were queued.

    A row that is gone was erased meanwhile: its blob, if there is one, is swept.
    """
    notices = 0
    for result in results:
        values, notice = _came_of(result, now)
        if await _note_result(session, result.claim, values) and notice:
            claim = result.claim
            await tell(session, claim.conversation_id, claim.channel, notice, now)
            notices += 1
    return notices


def _came_of(result: Result, now: dt.datetime) -> tuple[dict[str, Any], str | None]:
    """What to write, and what to tell the worker."""
    claim, came = result.claim, result.came
    if isinstance(came, Stored):
        kept = {"mime": came.mime, "media": came.media, "name": came.name, "size": came.size}
        return {**kept, "state": FileState.KEPT, **_done(None, now)}, None
    if isinstance(came, TryLater) and now - claim.noted_at < GIVES_UP_AFTER:
        again = now + _pause(came.after, claim.attempts)
        waits = {"state": FileState.WAITING, "next_attempt_at": again, "error": came.code[:80]}
        return waits, None
    what = phrases.file_named(claim.media, claim.name)
    if came.code in phrases.FILE_REFUSED:
        notice = phrases.file_refused(what, phrases.FILE_REFUSED[came.code])
        return {"state": FileState.REFUSED, "blob": None, **_done(came.code, now)}, notice
    lost = {"state": FileState.LOST, "blob": None, **_done(came.code, now)}
    return lost, phrases.file_lost(what)


def _done(error: str | None, now: dt.datetime) -> dict[str, Any]:
    return {"error": error and error[:80], "attempts": 0, "next_attempt_at": now}


def _pause(after: float | None, attempts: int) -> dt.timedelta:
    growing = min(_FIRST_PAUSE * 2 ** min(attempts - 1, 20), _LONGEST_PAUSE)
    return dt.timedelta(seconds=growing if after is None else min(after, _LONGEST_PAUSE))


async def _note_result(session: AsyncSession, claim: Claim, values: dict[str, Any]) -> bool:
    """False where another process has the file by now, or nobody."""
    changed = await session.scalar(
        update(StoredFile)
        .where(
            StoredFile.id == claim.file_id,
            StoredFile.state == FileState.FETCHING,
            StoredFile.attempts == claim.attempts,
        )
        .values(**values)
        .returning(StoredFile.id)
        .execution_options(synchronize_session=False)
    )
    return changed is not None


# -- the provider's copy ---------------------------------------------------------------------------


async def claim_copies(session: AsyncSession, now: dt.datetime, limit: int = BATCH) -> list[Copy]:
    """Take the next copies to delete at their provider; taken again if nothing comes of it."""
    rows = await session.execute(
        update(StoredFile)
        .where(StoredFile.id.in_(_oldest(_to_discard(now), limit)))
        .values(next_attempt_at=now + CLAIM_LASTS, attempts=StoredFile.attempts + 1)
        .returning(StoredFile.id, StoredFile.channel, StoredFile.ref, StoredFile.attempts)
        .execution_options(synchronize_session=False)
    )
    return [Copy(row.id, row.channel, row.ref, row.attempts) for row in rows]


async def record_copy(
    session: AsyncSession, copy: Copy, failure: SendFailed | None, now: dt.datetime
) -> None:
    """Done, or to be tried again, for as long as it takes."""
    if failure is None:
        values: dict[str, Any] = {"discarded": True, "next_attempt_at": now + _NEVER}
    else:
        after = failure.after if isinstance(failure, TryLater) else _LONGEST_PAUSE
        values = {"next_attempt_at": now + _pause(after, copy.attempts)}
    await session.execute(
        update(StoredFile)
        .where(StoredFile.id == copy.file_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
