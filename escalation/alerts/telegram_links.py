"""Ties somebody's own Telegram to his account, by a code that works once, for a quarter of an hour.

The code is shown in the console, where he is signed in, and comes back through the bot.
"""

import datetime as dt
import secrets

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from escalation.models import Staff, TelegramInvite
from hotline.db import alone

LASTS = dt.timedelta(minutes=15)


async def invite(session: AsyncSession, staff: Staff, now: dt.datetime) -> str:
    """A new code; an earlier one is void."""
    await alone(session, f"invite {staff.id}")
    code = secrets.token_urlsafe(16)
    await session.execute(delete(TelegramInvite).where(TelegramInvite.staff_id == staff.id))
    session.add(TelegramInvite(staff_id=staff.id, code=code, expires_at=now + LASTS))
    return code


async def link(session: AsyncSession, code: str, address: str, now: dt.datetime) -> Staff | None:
    """Whose code it was: from now on he is told there. None for a code that does not work."""
    invited = await session.scalar(
        select(TelegramInvite).where(TelegramInvite.code == code).with_for_update()
    )
    if invited is None or invited.expires_at <= now:
        return None
    await session.delete(invited)
    staff = await session.get_one(Staff, invited.staff_id)
    if staff.disabled_at is not None:
        return None
    await session.execute(  # a chat belongs to one account, the one tied last
        update(Staff)
        .where(Staff.telegram_index == address)
        .values(telegram=None, telegram_index=None)
    )
    staff.telegram = staff.telegram_index = address
    return staff


def unlink(staff: Staff) -> None:
    staff.telegram = staff.telegram_index = None


async def of_chat(session: AsyncSession, address: str) -> Staff | None:
    return await session.scalar(
        select(Staff).where(Staff.telegram_index == address, Staff.disabled_at.is_(None))
    )
