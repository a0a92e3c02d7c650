"""Alerts on their way: claimed, sent by somebody else, recorded.

What waits for one person about one ticket is told as one, and many tickets in one list. A claim
that was never recorded (the process died while sending) is taken up again.
"""

import datetime as dt
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from escalation.alerts import digests, settled
from escalation.alerts.digests import DIGEST, Digest
from escalation.alerts.raising import Ways
from escalation.models import Alert, Staff, Ticket
from escalation.vocabulary import AlertState, Priority, Via
from hotline.db import alone

BATCH = 30  # tickets
MANY = 4  # tickets that wait for one person: told in one list
MAX_ATTEMPTS = 12  # about three hours on each way
CLAIM_LASTS = dt.timedelta(minutes=3)  # longer than sending a batch may take
KEPT = dt.timedelta(days=30)
_FIRST_RETRY, _LONGEST_RETRY = 15.0, 1800.0  # seconds; doubles with each attempt
_OVER = (AlertState.SENT, AlertState.FAILED, AlertState.VOID)


@dataclass(frozen=True)
class Claim:
    """What one message to one person tells: alerts of one ticket or of many, the oldest first."""

    alerts: Sequence[Alert]
    staff: Staff
    tickets: Sequence[Ticket] = ()
    holder: str | None = None  # who has the one ticket, by name
    digest: Digest | None = None

    @property
    def ticket(self) -> Ticket | None:
        """What all of it is about, if that is one ticket."""
        return self.tickets[0] if len(self.tickets) == 1 else None

    @property
    def via(self) -> Via:
        return self.alerts[0].via

    @property
    def kinds(self) -> list[str]:
        return list(dict.fromkeys(alert.kind for alert in self.alerts))

    def kinds_of(self, ticket: Ticket) -> list[str]:
        told = (alert.kind for alert in self.alerts if alert.ticket_id == ticket.id)
        return list(dict.fromkeys(told))

    @property
    def number(self) -> int:
        """The same for the same message, also after a claim has lapsed."""
        return self.alerts[0].id


# -- claiming --------------------------------------------------------------------------------------


async def claim(
    session: AsyncSession, ways: Ways, now: dt.datetime, limit: int = BATCH
) -> list[Claim]:
    """What is due now; what was settled meanwhile becomes void. One process claims at a time."""
    await alone(session, "claim alerts")
    await _release_lapsed(session, now)
    due = await _due(session, now, limit)
    void = await settled.among(session, due, now)
    groups: dict[tuple[int, Via, int], list[settled.Due]] = {}
    for one in due:
        alert, staff, _ = one
        via = ways.still(alert, staff)
        if via is None or alert.id in void:
            alert.state = AlertState.VOID
        else:
            alert.via = via
            groups.setdefault((staff.id, via, alert.ticket_id or -alert.id), []).append(one)
    made = [await _claim(session, group, now) for group in _listed(groups.values())]
    return [one for one in made if one is not None]


def _listed(groups: Iterable[Sequence[settled.Due]]) -> list[Sequence[settled.Due]]:
    """Many tickets of one person become one message; what is urgent or answers him does not."""
    apart: list[Sequence[settled.Due]] = []
    lists: dict[tuple[int, Via], list[Sequence[settled.Due]]] = {}
    for group in groups:
        alert, staff, ticket = group[0]
        if ticket and ticket.priority is not Priority.URGENT and is_about_work(alert.kind):
            lists.setdefault((staff.id, alert.via), []).append(group)
        else:
            apart.append(group)
    for his in lists.values():
        apart += [list(itertools.chain(*his))] if len(his) >= MANY else his
    return apart


def is_about_work(kind: str) -> bool:
    """Whether something can be done about it; what answers a button needs no buttons."""
    return kind not in (DIGEST, "test", "linked", "taken", "gone", "snoozed", "taken_before")


async def _release_lapsed(session: AsyncSession, now: dt.datetime) -> None:
    await session.execute(
        update(Alert)
        .where(Alert.state == AlertState.SENDING, Alert.claimed_at < now - CLAIM_LASTS)
        .values(state=AlertState.QUEUED)
        .execution_options(synchronize_session=False)
    )


async def _due(session: AsyncSession, now: dt.datetime, limit: int) -> list[settled.Due]:
    """All that is due to the first of those who wait, ticket by ticket."""
    waits = (Alert.state == AlertState.QUEUED, Alert.due_at <= now)
    first = await session.execute(
        select(Alert.staff_id, Alert.ticket_id)
        .where(*waits)
        .group_by(Alert.staff_id, Alert.ticket_id)
        .order_by(func.min(Alert.due_at), func.min(Alert.id))
        .limit(limit)
    )
    wanted = {(row.staff_id, row.ticket_id) for row in first}
    if not wanted:
        return []
    rows = await session.execute(
        select(Alert, Staff, Ticket)
        .join(Staff, Staff.id == Alert.staff_id)
        .outerjoin(Ticket, Ticket.id == Alert.ticket_id)
        .where(*waits, Alert.staff_id.in_({staff_id for staff_id, _ in wanted}))
        .order_by(Alert.id)
    )
    return [
        (alert, staff, ticket)
        for alert, staff, ticket in rows
        if (alert.staff_id, alert.ticket_id) in wanted
    ]


async def _claim(
    session: AsyncSession, group: Sequence[settled.Due], now: dt.datetime
) -> Claim | None:
    alerts = [alert for alert, _, _ in group]
    staff = group[0][1]
    told = list(dict.fromkeys(ticket for _, _, ticket in group if ticket is not None))
    digest = await digests.read(session, staff, now) if alerts[0].kind == DIGEST else None
    if alerts[0].kind == DIGEST and digest is None:
        alerts[0].state = AlertState.VOID  # a morning without work
        return None
    for alert in alerts:
        alert.state, alert.claimed_at = AlertState.SENDING, now
        alert.attempts += 1
    has_it = told[0].assignee_id if len(told) == 1 else None
    holder = await session.get(Staff, has_it) if has_it is not None else None
    return Claim(alerts, staff, told, holder.name if holder else None, digest)


# -- recording -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Failure:
    """Why it was not sent, in one word. `gone`: this way leads to him no more."""

    code: str
    again: bool = False
    gone: bool = False
    after: float | None = None  # seconds


async def record(
    session: AsyncSession, claim: Claim, failure: Failure | None, ways: Ways, now: dt.datetime
) -> None:
    """Write down what came of sending."""
    numbers = [alert.id for alert in claim.alerts]
    rows = await session.scalars(
        select(Alert).where(Alert.id.in_(numbers)).order_by(Alert.id).with_for_update()
    )
    for alert in rows:
        if failure is None:
            alert.state, alert.sent_at, alert.error = AlertState.SENT, now, None
        else:
            _fail(alert, failure, ways.mail and claim.staff.by_mail, now)
    if failure is not None and failure.gone:
        await _unlink(session, claim.staff)


def _fail(alert: Alert, failure: Failure, by_mail: bool, now: dt.datetime) -> None:
    """Try again; a Telegram that gave up leaves it to the mail."""
    alert.error = failure.code[:80]
    if failure.again and alert.attempts < MAX_ATTEMPTS:
        alert.state, alert.due_at = AlertState.QUEUED, now + _pause(failure, alert.attempts)
    elif alert.via is Via.TELEGRAM and by_mail:
        alert.via, alert.attempts = Via.MAIL, 0
        alert.state, alert.due_at = AlertState.QUEUED, now
    else:
        alert.state = AlertState.FAILED


def _pause(failure: Failure, attempts: int) -> dt.timedelta:
    backoff = min(_FIRST_RETRY * 2 ** (attempts - 1), _LONGEST_RETRY)
    return dt.timedelta(seconds=backoff if failure.after is None else failure.after)


async def _unlink(session: AsyncSession, staff: Staff) -> None:
    """He has shut his Telegram to us; one linked meanwhile stays."""
    await session.execute(
        update(Staff)
        .where(Staff.id == staff.id, Staff.telegram_index == staff.telegram)
        .values(telegram=None, telegram_index=None)
        .execution_options(synchronize_session=False)
    )


async def forget(session: AsyncSession, now: dt.datetime) -> None:
    """What was told long ago."""
    await session.execute(delete(Alert).where(Alert.state.in_(_OVER), Alert.due_at < now - KEPT))
