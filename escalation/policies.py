"""The versions of the policy. A ticket keeps its own; one without is under the shipped policy."""

import datetime as dt
from collections.abc import Callable, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from escalation.calendar import Hours
from escalation.models import SlaPolicy, Ticket
from escalation.sla import SHIPPED, Policy, Rule
from hotline.db import alone

Alter = Callable[[Policy], Policy]
ANY = -1  # whichever version is the newest


class Outdated(Exception):
    """Somebody else has changed the policy since it was looked at."""


async def newest(session: AsyncSession) -> SlaPolicy | None:
    """The version that a ticket opened now is under."""
    return await session.scalar(select(SlaPolicy).order_by(SlaPolicy.id.desc()).limit(1))


async def versions(session: AsyncSession) -> Sequence[SlaPolicy]:
    return (await session.scalars(select(SlaPolicy).order_by(SlaPolicy.id))).all()


def read(version: SlaPolicy | None, shipped: Policy = SHIPPED) -> Policy:
    return Policy.from_json(version.terms) if version is not None else shipped


def of(ticket: Ticket) -> Policy:
    """What this ticket was promised."""
    return read(ticket.policy)


async def publish(session: AsyncSession, policy: Policy, note: str, now: dt.datetime) -> SlaPolicy:
    """From now on tickets are opened under `policy`; no open one is moved."""
    version = SlaPolicy(made_at=now, note=note[:200], terms=policy.as_json())
    session.add(version)
    await session.flush()
    return version


async def change(
    session: AsyncSession,
    alter: Alter,
    note: str,
    now: dt.datetime,
    seen: int | None = ANY,
) -> SlaPolicy:
    """Follow the newest version by another; raises `Outdated` where it is not the one `seen`."""
    await alone(session, "change the policy")
    version = await newest(session)
    if seen not in (ANY, version.id if version else None):
        raise Outdated
    return await publish(session, alter(read(version)), note, now)


async def set_day(
    session: AsyncSession, day: dt.date, hours: Hours | None, note: str, now: dt.datetime
) -> SlaPolicy:
    """Close, open or (None) give back one day of the office."""
    return await change(session, lambda policy: policy.with_day(day, hours), note, now)


async def set_rules(
    session: AsyncSession, since: dt.date, rules: tuple[Rule, ...], note: str, now: dt.datetime
) -> SlaPolicy:
    """Other promises to tickets opened from `since` on."""
    return await change(session, lambda policy: policy.with_rules(since, rules), note, now)
