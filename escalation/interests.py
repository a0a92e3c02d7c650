"""Conflicts of interest: a lawyer tied to an employer neither sees nor takes its workers' tickets.

Employers' names lie encrypted, so who is barred from what is kept as rows, renewed whenever a
ticket's employer or a lawyer's list becomes known.
"""

import re
import unicodedata
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from escalation.models import Barred, Staff, Ticket

_WORD = re.compile(r"[^\W_]+")
# What companies' names have in common tells none of them apart.
_COMMON = frozenset(
    "cong ty cty cp co phan tnhh mtv mot thanh vien tap doan dn doanh nghiep tu nhan dntn"
    " viet nam vn vina hai phong hp chi nhanh nha may xuong ltd jsc company".split()
)


def _words(name: str) -> list[str]:
    """ "Công ty TNHH Sao Đỏ" -> cong, ty, tnhh, sao, do."""
    plain = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    return _WORD.findall("".join(one for one in plain if not unicodedata.combining(one)))


def same_employer(one: str, other: str) -> bool:
    """Whether two names may mean one employer: short forms count, and doubt counts as yes."""
    cores = [[word for word in _words(name) if word not in _COMMON] for name in (one, other)]
    short, long = sorted(cores, key=len)
    if not short:
        return _words(one) == _words(other) != []
    return f" {' '.join(short)} " in f" {' '.join(long)} "


def _tied(names: Sequence[str] | None, employer: str | None) -> bool:
    return bool(employer) and any(same_employer(name, employer or "") for name in names or ())


async def bar(session: AsyncSession, ticket: Ticket) -> set[int]:
    """Renew who may not see the ticket; returns them."""
    rows = await session.execute(
        select(Staff.id, Staff.employers).where(Staff.employers.is_not(None))
    )
    barred = {row.id for row in rows if _tied(row.employers, ticket.employer)}
    await session.execute(delete(Barred).where(Barred.ticket_id == ticket.id))
    session.add_all(Barred(staff_id=one, ticket_id=ticket.id) for one in sorted(barred))
    await session.flush()
    return barred


async def bar_from_all(session: AsyncSession, staff: Staff) -> list[int]:
    """The lawyer's list changed: renew what he may not see; returns those he has nevertheless."""
    await session.execute(delete(Barred).where(Barred.staff_id == staff.id))
    rows = await session.execute(
        select(Ticket.id, Ticket.employer, Ticket.assignee_id).where(Ticket.employer.is_not(None))
    )
    found = [row for row in rows if _tied(staff.employers, row.employer)]
    session.add_all(Barred(staff_id=staff.id, ticket_id=row.id) for row in found)
    await session.flush()
    return [row.id for row in found if row.assignee_id == staff.id]


def open_to(staff_id: int) -> ColumnElement[bool]:
    """That the lawyer may see a ticket."""
    return ~exists().where(Barred.staff_id == staff_id, Barred.ticket_id == Ticket.id)


def barred_from(ticket: Ticket) -> Select[int]:
    """Who may not see the ticket."""
    return select(Barred.staff_id).where(Barred.ticket_id == ticket.id)
