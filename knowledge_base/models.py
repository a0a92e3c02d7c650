"""Tables of the library: every revision of every entry, so that what was sent can be shown."""

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, UtcDateTime


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
