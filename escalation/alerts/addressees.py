"""Whom an event of a ticket concerns, so that he is told wherever he is."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from escalation import absence, interests, ladder, policies
from escalation.calendar import LOCAL
from escalation.models import DutyShift, Staff, Ticket, TicketEvent
from escalation.vocabulary import EventKind, Priority, Role


@dataclass(frozen=True)
class Team:
    """The people of the centre at one moment: `staff` whose account is in use, some of them away.

    Nobody is on duty who has left or is away.
    """

    staff: Mapping[int, Staff]
    away: Collection[int]
    on_duty: Sequence[int]
    office_is_open: bool


async def team(session: AsyncSession, now: dt.datetime) -> Team:
    people = await session.scalars(select(Staff).where(Staff.disabled_at.is_(None)))
    staff = {one.id: one for one in people}
    away = await absence.away(session, absence.day_of(now))
    duty = [one for one in await _on_duty(session, now) if one in staff and one not in away]
    office = policies.read(await policies.newest(session)).office
    return Team(staff, away, duty, office.is_open(now))


async def _on_duty(session: AsyncSession, now: dt.datetime) -> Sequence[int]:
    """Also who has no number to be rung at: he can read."""
    local = now.astimezone(LOCAL)
    minute = local.hour * 60 + local.minute
    rows = await session.scalars(
        select(DutyShift.staff_id)
        .where(DutyShift.weekday == local.weekday())
        .where(DutyShift.opens <= minute, DutyShift.closes > minute)
    )
    return rows.all()


async def of(
    session: AsyncSession, event: TicketEvent, ticket: Ticket, team: Team
) -> Sequence[Staff]:
    """Never who did it himself, who may not see the ticket, who has left or is away.

    Only the top of the ladder is told even when away, where nobody else is left.
    """
    shut = {event.actor_id, *(await session.scalars(interests.barred_from(ticket)))}
    fit = {number: one for number, one in team.staff.items() if number not in shut}
    present = {number: one for number, one in fit.items() if number not in team.away}
    if event.kind is EventKind.ESCALATED:
        level = event.data["level"]
        last = fit.values() if level >= ladder.DEPUTY else ()
        return _above(level, present.values()) or _above(level, last)
    numbers = await _concerned(session, event, ticket, team, present)
    return [present[number] for number in sorted(set(numbers)) if number in present]


async def woken(session: AsyncSession, ticket: Ticket, team: Team) -> Collection[int]:
    """Only by what is urgent, and only who has the duty; where nobody has it, everybody has."""
    if ticket.priority is not Priority.URGENT:
        return ()
    barred = set(await session.scalars(interests.barred_from(ticket)))
    return [number for number in team.on_duty if number not in barred] or team.staff


def _above(level: int, people: Iterable[Staff]) -> list[Staff]:
    """Whoever has this place on the ladder; the managers where nobody has."""
    known = sorted(people, key=lambda one: one.id)
    named = [one for one in known if one.level == level]
    return named or [one for one in known if one.role is Role.MANAGER]


async def _concerned(
    session: AsyncSession,
    event: TicketEvent,
    ticket: Ticket,
    team: Team,
    present: Mapping[int, Staff],
) -> Collection[int]:
    match event.kind:
        case EventKind.NOTED:
            return list(event.data.get("mentions", ()))
        case EventKind.SENT_BACK | EventKind.OFFERED:
            return [event.data["to"]]
        case EventKind.ACCEPTED:
            return await _givers(session, event)
        case EventKind.SUBMITTED:
            return _readers(present)
        case EventKind.RETURNED:
            return {*_takers(ticket, team, present), event.data.get("from", 0)}
        case EventKind.OPENED:
            return _takers(ticket, team, present)
        case EventKind.WROTE if ticket.assignee_id is None:
            return ()  # it was told when it began to wait
        case EventKind.REFUSED | EventKind.LAPSED:
            return [ticket.assignee_id or 0]
    if (holder := ticket.assignee_id) is not None and holder in present:
        return [holder]
    if event.kind is EventKind.BREACHED:
        return _on_call(team, present)
    return _takers(ticket, team, present)


def _takers(ticket: Ticket, team: Team, present: Mapping[int, Staff]) -> Collection[int]:
    """Who should take a ticket that nobody has; what is not urgent waits for the office."""
    if ticket.priority is Priority.URGENT:
        return _on_call(team, present)
    return team.on_duty if team.office_is_open else ()


def _on_call(team: Team, present: Mapping[int, Staff]) -> Collection[int]:
    """Who is on duty, or else every lawyer."""
    return [number for number in team.on_duty if number in present] or _lawyers(present)


def _lawyers(present: Mapping[int, Staff]) -> list[int]:
    return [number for number, one in present.items() if one.role is Role.LAWYER]


def _readers(present: Mapping[int, Staff]) -> Collection[int]:
    """Who reads an answer before it leaves: the heads, or else every lawyer."""
    lawyers = _lawyers(present)
    return [number for number in lawyers if present[number].level] or lawyers


async def _givers(session: AsyncSession, accepted: TicketEvent) -> Collection[int]:
    """Who had offered what was accepted now."""
    found = await session.scalars(
        select(TicketEvent.actor_id)
        .where(TicketEvent.ticket_id == accepted.ticket_id, TicketEvent.id < accepted.id)
        .where(TicketEvent.kind == EventKind.OFFERED)
        .order_by(TicketEvent.id.desc())
        .limit(1)
    )
    return [number for number in found if number is not None]
