"""Consultations given away from the hotline: walk-ins, letters, the desk telephone."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from escalation.models import Consultation, Staff
from escalation.vocabulary import Kind, Way
from hotline.db import alone

_ENTERING = "enter consultations"


@dataclass(frozen=True)
class Given:
    """One consultation as it was told; it names nobody."""

    day: dt.date
    way: Way
    kind: Kind
    topic: str | None
    question: str
    answer: str
    minutes: int


async def enter(
    session: AsyncSession, given: Given, staff: Staff, key: str, now: dt.datetime
) -> bool:
    """Keep one; False if this form was sent before. `key` is the form's own."""
    return await _enter(session, [(f"form {staff.id} {key}", given)], staff, now) == 1


async def enter_all(
    session: AsyncSession, rows: Sequence[Given], staff: Staff, now: dt.datetime
) -> int:
    """Keep the rows of a spreadsheet; returns how many were new. Lines that were imported before
    are known again; the same line twice in one sheet is two consultations."""
    seen: Counter[Given] = Counter()
    keyed = []
    for given in rows:
        seen[given] += 1
        keyed.append((_line(given, seen[given]), given))
    return await _enter(session, keyed, staff, now)


def _line(given: Given, number: int) -> str:
    said = " ".join(f"{given.question} {given.answer}".lower().split())
    return (
        f"line {given.day} {given.way} {given.kind} {given.topic} {given.minutes} {said} {number}"
    )


async def _enter(
    session: AsyncSession, keyed: Sequence[tuple[str, Given]], staff: Staff, now: dt.datetime
) -> int:
    await alone(session, _ENTERING)
    fresh = [(key, given) for key, given in keyed if not await _is_known(session, key)]
    for key, given in fresh:
        session.add(
            Consultation(
                day=given.day,
                way=given.way,
                kind=given.kind,
                topic=given.topic,
                question=given.question,
                answer=given.answer,
                minutes=given.minutes,
                entered_by=staff.id,
                entered_at=now,
                once=key,
            )
        )
    await session.flush()
    return len(fresh)


async def _is_known(session: AsyncSession, key: str) -> bool:
    found = await session.scalar(select(Consultation.id).where(Consultation.once == key))
    return found is not None


async def newest(session: AsyncSession, staff_id: int, limit: int) -> Sequence[Consultation]:
    """What somebody entered last."""
    rows = await session.scalars(
        select(Consultation)
        .where(Consultation.entered_by == staff_id)
        .order_by(Consultation.id.desc())
        .limit(limit)
    )
    return rows.all()


async def entered(session: AsyncSession, staff_id: int) -> int:
    """How many somebody entered so far."""
    count = select(func.count()).select_from(Consultation)
    return await session.scalar(count.where(Consultation.entered_by == staff_id)) or 0


async def remove(session: AsyncSession, consultation_id: int, staff_id: int) -> None:
    """Take back a slip of one's own; done twice it is done."""
    await session.execute(
        delete(Consultation).where(
            Consultation.id == consultation_id, Consultation.entered_by == staff_id
        )
    )


@dataclass(frozen=True)
class Counted:
    """What the report knows of one: no words, nobody's name."""

    day: dt.date
    way: Way
    topic: str | None


async def counted(session: AsyncSession, first: dt.date, last: dt.date) -> list[Counted]:
    """Those of the days `first` to `last`, both included."""
    rows = await session.execute(
        select(Consultation.day, Consultation.way, Consultation.topic).where(
            Consultation.day >= first, Consultation.day <= last
        )
    )
    return [Counted(row.day, row.way, row.topic) for row in rows]


async def forget_words(session: AsyncSession, before: dt.date) -> None:
    """What was asked and answered goes; the figures stay."""
    await session.execute(
        update(Consultation)
        .where(Consultation.day < before, Consultation.question.is_not(None))
        .values(question=None, answer=None)
        .execution_options(synchronize_session=False)
    )
