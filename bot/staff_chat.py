"""What the staff do in their own Telegram chats: link them, take a ticket, put an alert off.

Only that is theirs: the code from the console and the buttons below alerts. Whatever else they
write is a worker's word like anybody's, so they can try the bot themselves. A code or a button
that is not theirs to use is not known here either, and says nothing about what it might be.
"""

import datetime as dt
import re

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.base import Inbound
from escalation import lookup, tickets, transfers
from escalation.alerts import telegram_links, telling
from escalation.alerts.telling import Claim
from escalation.models import Alert, Staff, Ticket
from escalation.tickets import Conflict
from escalation.vocabulary import AlertState, EventKind, Role, Via

CHANNEL = "telegram"
SNOOZE = dt.timedelta(minutes=30)
CODE = "nv_"  # before the code, in the link that opens the chat
_CODE = re.compile(rf"{CODE}([A-Za-z0-9_-]{{22}})")
_PRESSED = re.compile(r"nv:(take|later):([0-9]{1,9})")


def buttons(claim: Claim) -> list[tuple[str, str]]:
    """What can be done about it from the chat, as (label, payload)."""
    alert, ticket = claim.alerts[-1], claim.ticket
    if ticket is None or not ticket.is_open or not telling.is_about_work(alert.kind):
        return []
    later = ("Nhắc lại sau 30 phút", f"nv:later:{alert.id}")
    free = ticket.assignee_id is None or alert.kind == EventKind.OFFERED
    if free and claim.staff.role is Role.LAWYER:
        return [("Nhận phiếu", f"nv:take:{alert.id}"), later]
    return [later]


async def take_in(session: AsyncSession, inbound: Inbound, now: dt.datetime) -> bool:
    """Do what one of the staff asks for; False where it is nothing of theirs."""
    if inbound.channel != CHANNEL:
        return False
    if inbound.event == "start" and (code := _CODE.fullmatch(inbound.text)):
        return await _link(session, inbound, code[1], now)
    if inbound.choice and (pressed := _PRESSED.fullmatch(inbound.choice)):
        return await _press(session, inbound, pressed[1], int(pressed[2]), now)
    return False


async def _link(session: AsyncSession, inbound: Inbound, code: str, now: dt.datetime) -> bool:
    if await _answered(session, _once(inbound)):
        return True
    staff = await telegram_links.link(session, code, inbound.address, now)
    if staff is None:
        return False
    _answer(session, inbound, staff, "linked", None, now)
    return True


async def _press(
    session: AsyncSession, inbound: Inbound, verb: str, alert_id: int, now: dt.datetime
) -> bool:
    staff = await telegram_links.of_chat(session, inbound.address)
    alert = await session.get(Alert, alert_id) if staff is not None else None
    if staff is None or alert is None or alert.staff_id != staff.id or alert.ticket_id is None:
        return False
    if await _answered(session, _once(inbound)):
        return True
    ticket = await session.get_one(Ticket, alert.ticket_id, with_for_update=True)
    if verb == "take":
        said = await _take(session, staff, ticket, now)
    else:
        said = await _put_off(session, alert, now)
    _answer(session, inbound, staff, said, ticket, now)
    return True


async def _take(session: AsyncSession, staff: Staff, ticket: Ticket, now: dt.datetime) -> str:
    """What there is to say: of two who press at once, one hears who was first."""
    visible = await lookup.may_see(session, ticket.code, staff.id)
    if staff.role is not Role.LAWYER or not visible or not ticket.is_open:
        return "gone"
    try:
        offer = await transfers.of(session, ticket)
        if offer is not None and offer.taker.id == staff.id:
            await transfers.accept(session, ticket, staff, now)
        else:
            await tickets.take(session, ticket, staff, now)
    except Conflict:
        return "taken_before"
    return "taken"


async def _put_off(session: AsyncSession, alert: Alert, now: dt.datetime) -> str:
    """Once for each alert; what is settled by then is not told again."""
    once = f"later:{alert.id}"
    if not await _answered(session, once):
        session.add(_alert(alert.staff_id, alert.kind, once, alert.ticket_id, now + SNOOZE))
    return "snoozed"


# -- what he reads -------------------------------------------------------------------------------


def _once(inbound: Inbound) -> str:
    return f"chat:{inbound.external_id}"


async def _answered(session: AsyncSession, once: str) -> bool:
    return await session.scalar(select(Alert.id).where(Alert.once == once)) is not None


def _answer(
    session: AsyncSession,
    inbound: Inbound,
    staff: Staff,
    said: str,
    ticket: Ticket | None,
    now: dt.datetime,
) -> None:
    ticket_id = ticket.id if ticket is not None else None
    session.add(_alert(staff.id, said, _once(inbound), ticket_id, now))


def _alert(
    staff_id: int, kind: str, once: str, ticket_id: int | None, due_at: dt.datetime
) -> Alert:
    return Alert(
        staff_id=staff_id,
        via=Via.TELEGRAM,
        kind=kind,
        ticket_id=ticket_id,
        once=once,
        state=AlertState.QUEUED,
        due_at=due_at,
        attempts=0,
    )
