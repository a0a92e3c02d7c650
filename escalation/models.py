"""Tables of the desk. A ticket's history is its outbox: each change appends a `TicketEvent`."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, String, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from escalation.vocabulary import (
    OPEN_STATES,
    Agency,
    AlertState,
    EventKind,
    Kind,
    Priority,
    Role,
    State,
    Via,
    Way,
)
from hotline.db import Base, BlindIndex, Encrypted, EncryptedJson, UtcDateTime

LOAD_LIMIT = 12  # open tickets of one lawyer, unless his account says otherwise


class Staff(Base):
    """Somebody of the centre. Passwords and sessions belong to the office, not here."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[Role]
    phone: Mapped[str | None] = mapped_column(Encrypted)  # E.164; rung while on duty
    disabled_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    load_limit: Mapped[int] = mapped_column(default=LOAD_LIMIT, server_default=str(LOAD_LIMIT))
    topics: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")  # his own
    employers: Mapped[Any | None] = mapped_column(EncryptedJson)  # names of those he is tied to
    languages: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    level: Mapped[int] = mapped_column(default=0, server_default="0")  # of the ladder
    # Where and when alerts reach him.
    telegram: Mapped[str | None] = mapped_column(Encrypted)  # his own chat with our bot
    telegram_index: Mapped[str | None] = mapped_column(
        BlindIndex("staff.telegram"), unique=True, index=True
    )
    by_mail: Mapped[bool] = mapped_column(default=True, server_default=true())
    digest: Mapped[bool] = mapped_column(default=True, server_default=true())
    quiet_from: Mapped[int] = mapped_column(default=22 * 60, server_default=str(22 * 60))
    quiet_until: Mapped[int] = mapped_column(default=6 * 60, server_default=str(6 * 60))


class DutyShift(Base):
    """Hours of each week in which somebody takes calls; the lowest rank is rung first."""

    __tablename__ = "duty_shifts"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    weekday: Mapped[int]  # 0 = Monday, in Vietnam
    opens: Mapped[int]  # minutes after midnight
    closes: Mapped[int]  # minutes after midnight, not included
    rank: Mapped[int] = mapped_column(default=0)


class Absence(Base):
    """Days on which somebody is away: he is neither rung nor told nor given anything."""

    __tablename__ = "absences"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date]  # included


class TelegramInvite(Base):
    """A code by which somebody of the centre ties his own Telegram to his account, once."""

    __tablename__ = "telegram_invites"

    staff_id: Mapped[int] = mapped_column(
        ForeignKey("staff.id"), primary_key=True, autoincrement=False
    )
    code: Mapped[str] = mapped_column(BlindIndex("staff.invite"), unique=True)
    expires_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class SlaPolicy(Base):
    """One version of what the centre promises, whole; never changed, only followed by another."""

    __tablename__ = "sla_policies"

    id: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(String(200))  # what changed
    terms: Mapped[dict[str, Any]] = mapped_column(JSON)


class Ticket(Base):
    __tablename__ = "tickets"
    __table_args__ = (
        Index(None, "state", "next_due_at"),
        Index(None, "opened_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(12), unique=True)
    kind: Mapped[Kind]
    priority: Mapped[Priority]
    state: Mapped[State]
    channel: Mapped[str] = mapped_column(String(20))
    topic: Mapped[str | None] = mapped_column(String(40))
    alias: Mapped[str] = mapped_column(
        String(40)
    )  # how lawyers know the worker, on this ticket only
    subject: Mapped[str] = mapped_column(Encrypted)
    employer: Mapped[str | None] = mapped_column(Encrypted)
    reach: Mapped[str | None] = mapped_column(Encrypted)
    # Tickets of one worker bear one number, whatever his name; None once he is forgotten.
    person_id: Mapped[int | None] = mapped_column(index=True)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    opened_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    first_response_due_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    first_responded_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    resolution_due_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    resolved_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    next_due_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    breached_due_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # whose breach is told
    rating: Mapped[int | None]  # of the lawyer's answer: 1 helped, 0 did not
    bot_rating: Mapped[int | None]  # of what the bot had said before
    submitted_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # waits for a check
    # The clock goes by the policy of the day it was opened on; None: the shipped one.
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("sla_policies.id"))
    answer_due_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # the answer owed
    held_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # waiting for the worker
    reminded_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    risk_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    warned_due_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # whose risk is told
    level: Mapped[int] = mapped_column(default=0)  # who knows: 0 lawyer, 1 head, 2 deputy director
    rises_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # to the next level
    event_on: Mapped[dt.date | None]  # when the thing happened that the ticket is about
    limitation_on: Mapped[dt.date | None]  # the next last day of the law, counted from it
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    # Of a collective matter; the master names itself.
    master_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)

    policy: Mapped[SlaPolicy | None] = relationship(lazy="selectin")

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


class Barred(Base):
    """A lawyer tied to the ticket's employer: for him the ticket does not exist."""

    __tablename__ = "barred"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True, index=True)


class Transfer(Base):
    """An assignee offers his ticket to another lawyer, and keeps it until that one accepts."""

    __tablename__ = "transfers"

    ticket_id: Mapped[int] = mapped_column(
        ForeignKey("tickets.id"), primary_key=True, autoincrement=False
    )
    from_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    lapses_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class Referral(Base):
    """A case was sent on to another body; its answer comes later."""

    __tablename__ = "referrals"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    agency: Mapped[Agency]
    name: Mapped[str] = mapped_column(Encrypted)  # of the body, in full
    sent_on: Mapped[dt.date]
    note: Mapped[str | None] = mapped_column(Encrypted)
    answered_on: Mapped[dt.date | None]
    answer: Mapped[str | None] = mapped_column(Encrypted)


class Callback(Base):
    """A worker waits to be rung back. Attempts are events of the ticket."""

    __tablename__ = "callbacks"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), unique=True)
    number: Mapped[str] = mapped_column(Encrypted)  # E.164
    asked_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class TicketEvent(Base):
    """One thing that happened to a ticket: audit trail, SLA facts and notification in one row."""

    __tablename__ = "ticket_events"
    __table_args__ = (
        UniqueConstraint("ticket_id", "idempotency_key"),
        Index("ix_ticket_events_unannounced", "announced_at", "id"),
        Index("ix_ticket_events_unalerted", "alerted_at", "id"),
        {"sqlite_autoincrement": True},  # the live feed counts on numbers that only rise
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    kind: Mapped[EventKind]
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    text: Mapped[str | None] = mapped_column(Encrypted)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    idempotency_key: Mapped[str | None] = mapped_column(String(80))
    announced_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # to the worker
    alerted_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # to the staff


class Alert(Base):
    """Something one of the staff must know, on its way to his mailbox or his Telegram."""

    __tablename__ = "alerts"
    __table_args__ = (Index(None, "state", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    via: Mapped[Via]
    kind: Mapped[str] = mapped_column(String(20))  # of the event, or "digest"
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    once: Mapped[str] = mapped_column(String(80), unique=True)  # nothing is told twice
    state: Mapped[AlertState]
    due_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)  # put off by quiet hours, a snooze
    claimed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(String(80))  # a code, never a text


class CheckedTopic(Base):
    """Answers on this topic are read by a second lawyer before they leave."""

    __tablename__ = "checked_topics"

    topic: Mapped[str] = mapped_column(String(40), primary_key=True)


class Presence(Base):
    """Somebody has a ticket open, in whichever process. Minutes old is nobody."""

    __tablename__ = "presences"

    ticket_id: Mapped[int] = mapped_column(
        ForeignKey("tickets.id"), primary_key=True, autoincrement=False
    )
    staff_id: Mapped[int] = mapped_column(
        ForeignKey("staff.id"), primary_key=True, autoincrement=False
    )
    seen_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    typed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class Consultation(Base):
    """One given away from the hotline, entered by hand or from a spreadsheet. Names nobody."""

    __tablename__ = "consultations"
    __table_args__ = (Index(None, "day"), Index(None, "entered_by", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[dt.date] = mapped_column(Date)
    way: Mapped[Way]
    kind: Mapped[Kind]
    topic: Mapped[str | None] = mapped_column(String(40))
    question: Mapped[str | None] = mapped_column(Encrypted)  # None once forgotten
    answer: Mapped[str | None] = mapped_column(Encrypted)
    minutes: Mapped[int]
    entered_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    entered_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    once: Mapped[str] = mapped_column(BlindIndex("consultation.once"), unique=True)  # of a repeat
