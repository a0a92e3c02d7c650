"""Conflicts of interest: a lawyer tied to an employer neither sees nor takes its workers' tickets.

Employers' names lie encrypted, so who is tied to what is kept as rows, renewed whenever a ticket's
employer or a lawyer's list becomes known. Whom that bars is asked of those rows each time, for all
tickets of the worker.
"""

import asyncio
import functools
import itertools
import re
import unicodedata
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from escalation.models import Barred, Staff, Ticket

_PIECE = 200  # tickets
_WORD = re.compile(r"[^\W_]+")
# What companies' names have in common tells none of them apart.
_FORMS = frozenset(
    "cong ty cty cp co phan tnhh mtv mot thanh vien tap doan dn doanh nghiep tu nhan dntn"
    " vn vina hp chi nhanh nha may xuong ltd jsc company".split()
)
_PLACES = re.compile(r"\b(?:viet nam|hai phong)\b")
_COMMON = _FORMS.union("viet nam hai phong".split())


def _words(name: str) -> list[str]:
    """ "Công ty TNHH Sao Đỏ" -> cong, ty, tnhh, sao, do."""
    plain = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    return _WORD.findall("".join(one for one in plain if not unicodedata.combining(one)))


def same_employer(one: str, other: str) -> bool:
    """Whether two names may mean one employer: short forms count, and doubt counts as yes."""
    for core in (_core, _whole):
        short, long = sorted((core(one), core(other)), key=len)
        if short:
            return f" {' '.join(short)} " in f" {' '.join(long)} "
    return _words(one) == _words(other) != []


def _core(name: str) -> list[str]:
    return [word for word in _words(name) if word not in _COMMON]


def _whole(name: str) -> list[str]:
    """Where nothing is left of its core: a name like "Hải Nam" is made of places' words."""
    apart = _PLACES.sub(" ", " ".join(_words(name))).split()
    return [word for word in apart if word not in _FORMS]


def _tied(names: Sequence[str] | None, employer: str | None) -> bool:
    return bool(employer) and any(same_employer(name, employer or "") for name in names or ())


async def bar(session: AsyncSession, ticket: Ticket) -> None:
    """The ticket's employer became known: renew who is tied to it.

    Nobody's list changes meanwhile: each of the two would miss what the other is just writing.
    """
    await session.flush()
    rows = await session.execute(
        select(Staff.id, Staff.employers).order_by(Staff.id).with_for_update(read=True)
    )
    tied = {row.id for row in rows if _tied(row.employers, ticket.employer)}
    await session.execute(delete(Barred).where(Barred.ticket_id == ticket.id))
    session.add_all(Barred(staff_id=one, ticket_id=ticket.id) for one in sorted(tied))
    await session.flush()


async def bar_from_all(session: AsyncSession, staff: Staff) -> list[int]:
    """The lawyer's list changed: renew what he is tied to; returns what he has nevertheless."""
    await session.flush()  # from now on `bar` waits for this list
    await session.execute(delete(Barred).where(Barred.staff_id == staff.id))
    if staff.employers:
        tied = await _tickets_of(session, staff.employers)
        session.add_all(Barred(staff_id=staff.id, ticket_id=one) for one in tied)
    await session.flush()
    his = select(Ticket.id).where(Ticket.assignee_id == staff.id, ~open_to(staff.id))
    return list(await session.scalars(his.order_by(Ticket.id)))


async def _tickets_of(session: AsyncSession, names: Sequence[str]) -> list[int]:
    """Tickets that name one of these employers.

    The names of all tickets are deciphered for it, with pauses in which workers are answered.
    """
    is_tied = functools.cache(functools.partial(_tied, names))
    named = select(Ticket.id, Ticket.employer).where(Ticket.employer.is_not(None))
    found: list[int] = []
    rows = await session.stream(named.execution_options(yield_per=_PIECE))
    async for piece in rows.partitions():
        found += [row.id for row in piece if is_tied(row.employer)]
        await asyncio.sleep(0)
    return found


async def keep_barred(session: AsyncSession, person_id: int) -> None:
    """A worker's tickets soon bear his number no more, but their words stay: whom one of them bars
    the others bar then by themselves, also by the employers that only it names."""
    rows = await session.scalars(select(Ticket).where(Ticket.person_id == person_id))
    his = {ticket.id: ticket for ticket in rows}
    pairs = await session.execute(
        select(Barred.staff_id, Barred.ticket_id).where(Barred.ticket_id.in_(his))
    )
    known = {(row.staff_id, row.ticket_id) for row in pairs}
    everywhere = set(itertools.product({staff_id for staff_id, _ in known}, his))
    session.add_all(Barred(staff_id=one, ticket_id=two) for one, two in sorted(everywhere - known))
    told = "; ".join(dict.fromkeys(one.employer for one in his.values() if one.employer))
    for ticket in his.values():
        ticket.employer = ticket.employer or told or None
    await session.flush()


def open_to(staff_id: int | InstrumentedAttribute[int | None]) -> ColumnElement[bool]:
    """That the lawyer may see a ticket: he is tied to no employer of its worker.

    Tickets of one worker show one conversation, so who is barred from one is barred from all.
    """
    his = select(Barred.ticket_id).where(Barred.staff_id == staff_id)
    tied = aliased(Ticket)
    people = (
        select(tied.person_id)
        .join(Barred, Barred.ticket_id == tied.id)
        .where(Barred.staff_id == staff_id, tied.person_id.is_not(None))
    )
    return and_(
        Ticket.id.not_in(his),
        or_(Ticket.person_id.is_(None), Ticket.person_id.not_in(people)),
    )


def barred_from(ticket: Ticket) -> Select[int]:
    """Who may not see the ticket."""
    tied = aliased(Ticket)
    return (
        select(Barred.staff_id)
        .join(tied, tied.id == Barred.ticket_id)
        .where(_of_the_worker(ticket, tied))
    )


async def held_by_barred(session: AsyncSession, ticket: Ticket) -> Sequence[Ticket]:
    """The worker's tickets that somebody has who may not see them, locked.

    All are, before it is looked who has which: somebody may just be taking one.
    """
    his = select(Ticket.id).where(_of_the_worker(ticket, Ticket))
    await session.execute(his.order_by(Ticket.id).with_for_update())
    rows = await session.scalars(
        select(Ticket)
        .where(_of_the_worker(ticket, Ticket), Ticket.assignee_id.in_(barred_from(ticket)))
        .order_by(Ticket.id)
        .execution_options(populate_existing=True)
    )
    return rows.all()


def _of_the_worker(ticket: Ticket, other: type[Ticket]) -> ColumnElement[bool]:
    """That `other` is of the ticket's worker; the ticket itself alone where he is forgotten."""
    if ticket.person_id is None:
        return other.id == ticket.id
    return other.person_id == ticket.person_id
