"""Tables of the telephone. A caller's number is not kept here: only what tells calls apart."""

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.models import Conversation
from hotline.db import Base, BlindIndex, EncryptedJson, UtcDateTime


class Call(Base):
    """One telephone call and where in the conversation it stands."""

    __tablename__ = "calls"
    __table_args__ = (UniqueConstraint("provider", "call_index"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(String(20))
    call_index: Mapped[str] = mapped_column(BlindIndex("call.id"))  # the provider's name of it
    caller_index: Mapped[str] = mapped_column(BlindIndex("call.caller"), index=True)  # of that day
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey(Conversation.id), index=True)
    line: Mapped[Any] = mapped_column(EncryptedJson)
    step: Mapped[int] = mapped_column(default=0)  # the newest document's number
    started_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    seconds: Mapped[int | None]


class CallStep(Base):
    """What was said at one step: a repeated request gets the same document again."""

    __tablename__ = "call_steps"
    __table_args__ = (UniqueConstraint("call_id", "step"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey(Call.id))
    step: Mapped[int]
    document: Mapped[Any] = mapped_column(EncryptedJson)


class LinkCode(Base):
    """Six digits told on the telephone that open the same case in a chat, once."""

    __tablename__ = "link_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    code_index: Mapped[str] = mapped_column(BlindIndex("link.code"), unique=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey(Conversation.id), index=True)
    expires_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)
    used_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class LinkTry(Base):
    """A code that was typed or keyed and fits nothing; who tries too often is not heard."""

    __tablename__ = "link_tries"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey(Conversation.id), index=True)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)
