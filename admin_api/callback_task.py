"""A worker who waits to be rung back, as the office sees him."""

import datetime as dt
from collections.abc import Sequence

from pydantic import BaseModel

from escalation.callbacks import MOST_ATTEMPTS, Outcome
from escalation.models import Callback, Ticket, TicketEvent
from escalation.vocabulary import EventKind

_RINGING = dt.timedelta(minutes=2)


class CallbackTask(BaseModel):
    """`number` is whole for the ticket's assignee alone; others see its last three digits."""

    number: str
    yours: bool  # whoever reads this may ring, and say how it ended
    asked_at: dt.datetime
    attempts: int
    most_attempts: int
    closed_at: dt.datetime | None
    talked: bool
    ringing_since: dt.datetime | None  # the lawyer's own telephone is being rung


def number_end(number: str) -> str:
    """ "+84912345678" -> "…678"."""
    return f"…{number[-3:]}"


def seen_by(
    reader_id: int,
    task: Callback,
    ticket: Ticket,
    events: Sequence[TicketEvent],
    now: dt.datetime,
) -> CallbackTask:
    """The task of `ticket`, whose history is `events`."""
    yours = ticket.assignee_id == reader_id
    calls = [one for one in events if one.kind is EventKind.CALLED and one.at >= task.asked_at]
    return CallbackTask(
        number=task.number if yours else number_end(task.number),
        yours=yours,
        asked_at=task.asked_at,
        attempts=task.attempts,
        most_attempts=MOST_ATTEMPTS,
        closed_at=task.closed_at,
        talked=any(one.data.get("outcome") == Outcome.TALKED for one in calls),
        ringing_since=_ringing_since(calls, now),
    )


def _ringing_since(calls: Sequence[TicketEvent], now: dt.datetime) -> dt.datetime | None:
    """When the newest call began, if it is not known how it ended."""
    if not calls or calls[-1].data.get("outcome") != Outcome.PLACED:
        return None
    return calls[-1].at if now - calls[-1].at < _RINGING else None


def reach_for(reader_id: int, task: Callback | None, ticket: Ticket) -> str | None:
    """How to reach the worker; a number to ring back is no more open here than there."""
    if task is None or ticket.reach != task.number or ticket.assignee_id == reader_id:
        return ticket.reach
    return number_end(task.number)
