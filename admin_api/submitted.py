"""The answer that waits for a second lawyer, and who answered last, as the ticket page tells it."""

import datetime as dt
from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from escalation.models import Ticket, TicketEvent
from escalation.vocabulary import EventKind


class Submitted(BaseModel):
    """`then`: what its author wants done when it leaves. `overtaken`: the worker wrote since."""

    id: int
    text: str
    at: dt.datetime
    author: str | None
    author_id: int | None
    then: str | None
    overtaken: bool


def of(ticket: Ticket, events: Sequence[TicketEvent], names: Mapping[int, str]) -> Submitted | None:
    if ticket.submitted_at is None:
        return None
    found = next((one for one in reversed(events) if one.kind is EventKind.SUBMITTED), None)
    if found is None:
        return None
    later = (one for one in events if one.id > found.id)
    return Submitted(
        id=found.id,
        text=found.text or "",
        at=found.at,
        author=names.get(found.actor_id or 0),
        author_id=found.actor_id,
        then=found.data.get("then"),
        overtaken=any(one.kind is EventKind.WROTE for one in later),
    )


def last_answer(events: Sequence[TicketEvent]) -> int:
    """The number of the newest answer, sent or waiting; 0 where there is none."""
    kinds = (EventKind.REPLIED, EventKind.SUBMITTED)
    return max((one.id for one in events if one.kind in kinds), default=0)
