"""Tables of the office: how staff prove who they are."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from escalation.models import Staff
from hotline.db import Base, BlindIndex, UtcDateTime


class Credential(Base):
    __tablename__ = "credentials"

    staff_id: Mapped[int] = mapped_column(ForeignKey(Staff.id), primary_key=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class LoginSession(Base):
    """A signed-in browser. Only the hash of its cookie is kept."""

    __tablename__ = "login_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey(Staff.id), index=True)
    csrf_token: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class ApiToken(Base):
    """A bearer token for scripts. Only its hash is kept."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey(Staff.id), index=True)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class LoginAttempt(Base):
    """A wrong password, counted per account to slow guessing."""

    __tablename__ = "login_attempts"
    __table_args__ = (Index(None, "email", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(BlindIndex("login.email"))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
