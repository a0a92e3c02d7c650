"""Tables of the front door: who writes, what was said, what must still be sent."""

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.channels.base import Media
from escalation.models import Ticket
from hotline.db import Base, BlindIndex, Encrypted, EncryptedJson, UtcDateTime
from knowledge_base.models import EntryRevision


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class Author(StrEnum):
    WORKER = "worker"
    BOT = "bot"  # advice: never sent once a lawyer has the case
    SYSTEM = "system"  # receipts and notices
    LAWYER = "lawyer"


class Outcome(StrEnum):
    """What became of a question."""

    ANSWERED = "answered"
    CLARIFYING = "clarifying"
    HANDED_OFF = "handed_off"


class DeliveryState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    WAITING = "waiting"  # the provider's window has shut: goes out at the worker's next word
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


class FileState(StrEnum):
    WAITING = "waiting"
    FETCHING = "fetching"
    KEPT = "kept"
    REFUSED = "refused"  # too large, or of a kind we do not keep
    LOST = "lost"  # could not be had


class Contact(Base):
    """A worker on one channel, known only by the address answers go to."""

    __tablename__ = "contacts"
    __table_args__ = (UniqueConstraint("channel", "address_index"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(Encrypted)
    address_index: Mapped[str] = mapped_column(BlindIndex("contact.address"))
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    blocked_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    erased_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class Conversation(Base):
    __tablename__ = "conversations"

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey(Contact.id), unique=True)
    state: Mapped[Any] = mapped_column(EncryptedJson)  # of the dialogue
    last_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)


class Question(Base):
    """One thing asked, and what became of it. Holds no person once the talk is forgotten."""

    __tablename__ = "questions"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey(Conversation.id), index=True)
    channel: Mapped[str] = mapped_column(String(20))
    asked_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)
    topic: Mapped[str | None] = mapped_column(String(40))
    outcome: Mapped[Outcome]
    entry_id: Mapped[str | None] = mapped_column(String(80))  # the entry sent
    revision_id: Mapped[int | None] = mapped_column(ForeignKey(EntryRevision.id))
    confirmed: Mapped[bool | None]  # the worker's own word: "that was it" or not
    reasoning: Mapped[Any] = mapped_column(EncryptedJson)  # what the bot saw and why it decided so


class Message(Base):
    """One message in or out. A provider's repeat dies on the unique constraint, for ever."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("channel", "direction", "external_id"),
        {"sqlite_autoincrement": True},  # buttons name messages: a number is never used again
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey(Conversation.id), index=True)
    channel: Mapped[str] = mapped_column(String(20))
    direction: Mapped[Direction]
    external_id: Mapped[str | None] = mapped_column(BlindIndex("message.external_id"))
    author: Mapped[Author]
    text: Mapped[str] = mapped_column(Encrypted)
    choices: Mapped[Any] = mapped_column(EncryptedJson)  # [[label, action], ...]
    question_id: Mapped[int | None] = mapped_column(ForeignKey(Question.id))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)  # when said, by the provider's clock
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class Delivery(Base):
    """An outgoing message on its way. Rows are claimed, sent, recorded; in order within a talk."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index(None, "state", "next_attempt_at"),
        Index(None, "conversation_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey(Message.id), unique=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey(Conversation.id))
    channel: Mapped[str] = mapped_column(String(20))
    state: Mapped[DeliveryState]
    attempts: Mapped[int] = mapped_column(default=0)
    parts_sent: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    claimed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(String(80))  # a code, never a text


class StoredFile(Base):
    """What came beside words. Fetched once; kept encrypted in the file store under `blob`."""

    __tablename__ = "files"
    __table_args__ = (Index(None, "state", "next_attempt_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey(Conversation.id), index=True)
    message_id: Mapped[int] = mapped_column(ForeignKey(Message.id), index=True)
    channel: Mapped[str] = mapped_column(String(20))
    media: Mapped[Media]
    ref: Mapped[str] = mapped_column(Encrypted)
    name: Mapped[str] = mapped_column(Encrypted)
    state: Mapped[FileState]
    mime: Mapped[str | None] = mapped_column(String(80))
    size: Mapped[int | None]  # bytes
    seconds: Mapped[int | None]
    blob: Mapped[str | None] = mapped_column(String(64))
    discarded: Mapped[bool] = mapped_column(default=False)  # the provider's copy is gone
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    claimed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(String(80))  # a code, never a text


class ProviderTokens(Base):
    """Tokens a provider renews. `leased_until` lets one process at a time renew them."""

    __tablename__ = "provider_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(20), unique=True)
    tokens: Mapped[Any] = mapped_column(EncryptedJson)
    consent: Mapped[Any] = mapped_column(EncryptedJson)  # state and verifier of one under way
    renewed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    leased_until: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    failure: Mapped[str | None] = mapped_column(String(80))  # a code, never a text


class Handoff(Base):
    """Joins a conversation to the ticket a lawyer works on."""

    __tablename__ = "handoffs"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey(Conversation.id), index=True)
    question_id: Mapped[int] = mapped_column(ForeignKey(Question.id), index=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey(Ticket.id), unique=True)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class Quarantine(Base):
    """An authenticated delivery we could not use: kept a week, encrypted, to be looked at."""

    __tablename__ = "quarantine"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    received_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)
    reason: Mapped[str] = mapped_column(String(80))
    body: Mapped[str] = mapped_column(Encrypted)
