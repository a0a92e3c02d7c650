"""Tables of the library: entries and articles of the law, every version of each.

Rows are added, never rewritten: what was sent, and the law it rested on, can be shown again.
"""

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, Encrypted, EncryptedJson, UtcDateTime


class Status(StrEnum):
    PUBLISHED = "published"
    RETIRED = "retired"


class EntryRevision(Base):
    """An entry as it read from `created_at` on. `signed_off_at` waits for the centre's lawyers."""

    __tablename__ = "entry_revisions"
    __table_args__ = (UniqueConstraint("entry_id", "number"), Index(None, "status"))

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[str] = mapped_column(String(80))
    number: Mapped[int]
    status: Mapped[Status]
    topic: Mapped[str] = mapped_column(String(40))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    provenance: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    signed_off_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    signed_off_by: Mapped[str | None] = mapped_column(String(120))


class DraftState(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class EntryDraft(Base):
    """An entry that is to come of a ticket's answer. Holds no word that was not masked first.

    With `target` only its phrasings are wanted, for an entry that is there already. `version`
    counts the changes: who saves an older one is told.
    """

    __tablename__ = "entry_drafts"
    __table_args__ = (Index(None, "state", "changed_at"), Index(None, "ticket_code"))

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_code: Mapped[str] = mapped_column(String(12))
    state: Mapped[DraftState]
    version: Mapped[int] = mapped_column(default=1)
    content: Mapped[Any] = mapped_column(EncryptedJson)  # of `drafting.Sketch`
    masked: Mapped[dict[str, int]] = mapped_column(JSON)  # how much was taken out, by kind
    target: Mapped[str | None] = mapped_column(String(80))
    drafted_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    drafted_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    changed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(Encrypted)  # why it was declined
    entry_id: Mapped[str | None] = mapped_column(String(80))  # what it became


class ArticleVersion(Base):
    """An article as it was read on `imported_at`; an empty text: the law no longer has it."""

    __tablename__ = "law_articles"
    __table_args__ = (Index(None, "law_id", "article_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    law_id: Mapped[str] = mapped_column(String(40))
    article_id: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    effective_from: Mapped[dt.date] = mapped_column(Date)
    effective_to: Mapped[dt.date | None] = mapped_column(Date)  # the first day it no longer holds
    source: Mapped[str | None] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    imported_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class InstrumentRecord(Base):
    """What an operator told of a law: that it exists, that it ended, what replaced it."""

    __tablename__ = "law_instruments"

    id: Mapped[int] = mapped_column(primary_key=True)
    law_id: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(300))
    effective_from: Mapped[dt.date] = mapped_column(Date)
    effective_to: Mapped[dt.date | None] = mapped_column(Date)
    replaced_by: Mapped[str | None] = mapped_column(String(40))
    recorded_by: Mapped[str] = mapped_column(String(120))
    recorded_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class Recheck(Base):
    """Somebody read an entry, or a guide, against the law as it is now, and it is still right."""

    __tablename__ = "law_rechecks"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), index=True)  # entry id, "calculator:ID"
    checked_by: Mapped[str] = mapped_column(String(120))
    checked_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
