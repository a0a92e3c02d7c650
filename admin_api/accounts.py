"""Staff accounts: passwords, browser sessions and bearer tokens.

Passwords are argon2id over their NFKC form; hashing takes a tenth of a second on purpose and
runs in a thread. Of cookies and tokens only a hash is stored.
"""

import asyncio
import datetime as dt
import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from admin_api.models import ApiToken, Credential, LoginAttempt, LoginSession
from escalation import assignment
from escalation.models import Staff
from escalation.vocabulary import Role
from hotline.db import alone
from knowledge_base.text import clean

IDLE = dt.timedelta(minutes=20)
LONGEST = dt.timedelta(hours=12)
ATTEMPTS = 10  # wrong passwords an account may see
ATTEMPTS_WITHIN = dt.timedelta(minutes=15)
MIN_PASSWORD = 14
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")  # whatever has more to it, the mail server knows
_SEEN_STEP = dt.timedelta(minutes=1)  # how exactly the last visit is kept

_hasher = PasswordHasher()
_UNKNOWN = _hasher.hash(secrets.token_hex(16))  # an unknown account takes as long as a known one


class Refused(Exception):
    """The account cannot be made or changed; the message says why, in Vietnamese."""


class TooManyAttempts(Exception):
    """This account saw too many wrong passwords; try again later."""


@dataclass(frozen=True)
class SignedIn:
    """Who is asking. `csrf_token` is None for a bearer token, which no browser sends by itself."""

    staff: Staff
    csrf_token: str | None
    session_id: int | None = None


def normal_email(email: str) -> str:
    return unicodedata.normalize("NFKC", clean(email)).strip().lower()


async def add_staff(
    session: AsyncSession, email: str, name: str, role: Role, now: dt.datetime
) -> tuple[Staff, str]:
    """A new account and its first password, which is shown once and stored nowhere."""
    email = normal_email(email)
    if not _ADDRESS.fullmatch(email) or len(email) > 254:
        raise Refused("Địa chỉ e-mail không đúng.")
    await alone(session, f"account {email}")
    if await session.scalar(select(Staff.id).where(Staff.email == email)) is not None:
        raise Refused("Tài khoản với e-mail này đã có.")
    name = " ".join(clean(name).split())[:120] or email.partition("@")[0][:120]
    staff = Staff(email=email, name=name, role=role, created_at=now)
    session.add(staff)
    await session.flush()
    return staff, await renew_password(session, staff, now)


async def renew_password(session: AsyncSession, staff: Staff, now: dt.datetime) -> str:
    """A new random password, which is shown once and stored nowhere."""
    password = secrets.token_urlsafe(15)
    await set_password(session, staff, password, now)
    return password


async def set_password(
    session: AsyncSession, staff: Staff, password: str, now: dt.datetime
) -> None:
    """Change the password and end every session and token of the account.

    Whoever changes it because somebody else knew it must not leave that one a way in.
    """
    if len(password) < MIN_PASSWORD:
        raise Refused(f"Mật khẩu cần ít nhất {MIN_PASSWORD} ký tự.")
    hashed = await asyncio.to_thread(_hasher.hash, _normal(password))
    credential = await session.get(Credential, staff.id)
    if credential is None:
        session.add(Credential(staff_id=staff.id, password_hash=hashed, changed_at=now))
    else:
        credential.password_hash, credential.changed_at = hashed, now
    await _shut_out(session, staff)


async def _shut_out(session: AsyncSession, staff: Staff) -> None:
    for table in (LoginSession, ApiToken):
        await session.execute(delete(table).where(table.staff_id == staff.id))


async def find_staff(session: AsyncSession, email: str) -> Staff | None:
    return await session.scalar(select(Staff).where(Staff.email == normal_email(email)))


async def password_hash_for(session: AsyncSession, email: str, now: dt.datetime) -> str:
    """What a password is to be checked against; raises `TooManyAttempts`."""
    email = normal_email(email)
    await alone(session, f"login {email}")
    wrong = await session.scalar(
        select(func.count())
        .select_from(LoginAttempt)
        .where(LoginAttempt.email == email, LoginAttempt.at > now - ATTEMPTS_WITHIN)
    )
    if (wrong or 0) >= ATTEMPTS:
        raise TooManyAttempts
    # Counted before it is checked: many tries at once are as slow as many in a row.
    session.add(LoginAttempt(email=email, at=now))
    hashed = await session.scalar(
        select(Credential.password_hash)
        .join(Staff, Staff.id == Credential.staff_id)
        .where(Staff.email == email, Staff.disabled_at.is_(None))
    )
    return hashed or _UNKNOWN


async def matches(hashed: str, password: str) -> bool:
    try:
        return await asyncio.to_thread(_hasher.verify, hashed, _normal(password))
    except (VerifyMismatchError, InvalidHashError):
        return False


async def sign_in(session: AsyncSession, email: str, hashed: str, now: dt.datetime) -> str | None:
    """Open a session for whose password matched `hashed`; returns the cookie's value.

    None where the password changed or the account was closed while it was checked.
    """
    email = normal_email(email)
    staff = await session.scalar(
        select(Staff)
        .join(Credential, Credential.staff_id == Staff.id)
        .where(Staff.email == email, Staff.disabled_at.is_(None))
        .where(Credential.password_hash == hashed)
        .with_for_update(of=[Staff, Credential])
    )
    if staff is None:
        return None
    over = or_(LoginAttempt.email == email, LoginAttempt.at <= now - ATTEMPTS_WITHIN)
    await session.execute(delete(LoginAttempt).where(over))
    token = secrets.token_urlsafe(32)
    session.add(
        LoginSession(
            token_hash=_hash(token),
            staff_id=staff.id,
            csrf_token=secrets.token_urlsafe(24),
            created_at=now,
            last_seen_at=now,
        )
    )
    return token


async def sign_out(session: AsyncSession, session_id: int) -> None:
    await session.execute(delete(LoginSession).where(LoginSession.id == session_id))


async def by_cookie(session: AsyncSession, token: str, now: dt.datetime) -> SignedIn | None:
    row = (
        await session.execute(
            select(LoginSession, Staff)
            .join(Staff, Staff.id == LoginSession.staff_id)
            .where(
                LoginSession.token_hash == _hash(token),
                LoginSession.last_seen_at > now - IDLE,
                LoginSession.created_at > now - LONGEST,
                Staff.disabled_at.is_(None),
            )
        )
    ).one_or_none()
    return SignedIn(row[1], row[0].csrf_token, row[0].id) if row else None


async def needs_touch(session: AsyncSession, session_id: int, now: dt.datetime) -> bool:
    seen = await session.scalar(
        select(LoginSession.last_seen_at).where(LoginSession.id == session_id)
    )
    return seen is not None and now - seen > _SEEN_STEP


async def touch(session: AsyncSession, session_id: int, now: dt.datetime) -> None:
    """Remember that the session is in use, so that it does not run out."""
    row = await session.get(LoginSession, session_id)
    if row is not None:
        row.last_seen_at = now


async def issue_token(session: AsyncSession, staff: Staff, now: dt.datetime) -> str:
    """A bearer token for scripts, shown once."""
    token = f"hl_{secrets.token_urlsafe(32)}"
    session.add(ApiToken(token_hash=_hash(token), staff_id=staff.id, created_at=now))
    return token


async def by_bearer(session: AsyncSession, token: str) -> SignedIn | None:
    staff = await session.scalar(
        select(Staff)
        .join(ApiToken, ApiToken.staff_id == Staff.id)
        .where(ApiToken.token_hash == _hash(token), Staff.disabled_at.is_(None))
    )
    return SignedIn(staff, None) if staff else None


async def set_disabled(
    session: AsyncSession, staff: Staff, disabled: bool, now: dt.datetime
) -> None:
    """Shut an account out at once, its open tickets going to colleagues, or let it in again."""
    staff.disabled_at = now if disabled else None
    if disabled:
        await _shut_out(session, staff)
        await assignment.return_all(session, staff, assignment.LEFT, now)


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
