"""The code by which people name a ticket: made, read aloud, typed, found again."""

import itertools
import re
import secrets

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from escalation import interests
from escalation.models import Ticket

# No 0/O, 1/I/L, 5/S or 8/B: a code is read aloud and typed on a telephone.
_LETTERS = "234679ACDEFGHJKMNPQRTUVWXYZ"
_KEYPAD = ("", "", "ABC", "DEF", "GHI", "JKL", "MNO", "PQRS", "TUV", "WXYZ")
_ON_KEY = {
    str(key): [one for one in f"{key}{letters}" if one in _LETTERS]
    for key, letters in enumerate(_KEYPAD)
}
_CODE = re.compile(r"HP-[0-9A-Z]{4}")


async def free_code(session: AsyncSession) -> str:
    while True:
        code = "HP-" + "".join(secrets.choice(_LETTERS) for _ in range(4))
        if await session.scalar(select(Ticket.id).where(Ticket.code == code)) is None:
            return code


async def find(session: AsyncSession, code: str) -> Ticket | None:
    return await session.scalar(_named(code))


async def may_see(session: AsyncSession, code: str, staff_id: int) -> bool:
    """Whether there is such a ticket for this lawyer: one he is barred from is as one not there."""
    named = _named(code).where(interests.open_to(staff_id)).with_only_columns(Ticket.id)
    return await session.scalar(named) is not None


async def find_to_change(session: AsyncSession, code: str) -> Ticket | None:
    """The ticket, locked until the end of the transaction: changes to it happen one by one."""
    return await session.scalar(_named(code).with_for_update())


async def find_by_keys(session: AsyncSession, keys: str) -> Ticket | None:
    """The one ticket whose four letters lie on these keys of a telephone; None if not just one."""
    ways = ["".join(way) for way in itertools.product(*(_ON_KEY.get(key, "") for key in keys))]
    if not ways:
        return None
    codes = [f"HP-{way}" for way in ways]
    rows = await session.scalars(select(Ticket).where(Ticket.code.in_(codes)).limit(2))
    found = rows.all()
    return found[0] if len(found) == 1 else None


def _named(code: str) -> Select[Ticket]:
    """PostgreSQL cannot even be asked for some texts; what is no code at all finds nothing."""
    code = code.strip().upper()
    return select(Ticket).where(Ticket.code == (code if _CODE.fullmatch(code) else ""))
