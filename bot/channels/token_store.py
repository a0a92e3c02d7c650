"""What is kept of a provider's tokens, and how they are. Knows no database."""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True)
class Tokens:
    access: str = field(repr=False)
    refresh: str = field(repr=False)
    renewed_at: dt.datetime
    expires_at: dt.datetime


@dataclass(frozen=True)
class Kept:
    """What is stored. Until `leased_until` nobody else may renew."""

    tokens: Tokens | None = None
    failure: str | None = None
    leased_until: dt.datetime | None = None

    def good(self, refused: str | None, at: dt.datetime) -> Tokens | None:
        """The tokens, unless they were refused or have run out at that time."""
        tokens = self.tokens
        if tokens is None or tokens.access == refused or tokens.expires_at <= at:
            return None
        return tokens


class TokenStore(Protocol):
    async def read(self) -> Kept: ...

    async def lease(self, now: dt.datetime, until: dt.datetime) -> Kept | None:
        """What is stored, if we alone may renew it until then; None if somebody else may."""

    async def release(self) -> None: ...

    async def write(self, tokens: Tokens) -> None:
        """Both tokens in one transaction; ends the lease and the failure."""

    async def fail(self, code: str, until: dt.datetime, refresh: str) -> None:
        """Nobody tries again until then, unless other tokens were stored meanwhile."""

    async def keep_consent(self, state: str, verifier: str, now: dt.datetime) -> None: ...

    async def take_consent(self, state: str, since: dt.datetime) -> str | None:
        """The verifier of this consent, once, if it was begun since then."""


class Level(StrEnum):
    FINE = "fine"
    WARN = "warn"  # should have been renewed long ago
    LATE = "late"
    DEAD = "dead"  # the refresh token has run out
    ABSENT = "absent"  # nobody has consented yet


_LEVELS = (
    (dt.timedelta(days=90), Level.DEAD),
    (dt.timedelta(days=60), Level.LATE),
    (dt.timedelta(days=3), Level.WARN),
)


@dataclass(frozen=True)
class Health:
    """How the tokens are. `age` is the refresh token's, `failure` the last renewal's code."""

    level: Level
    renewed_at: dt.datetime | None = None
    expires_at: dt.datetime | None = None
    age: dt.timedelta | None = None
    failure: str | None = None


def health(kept: Kept, now: dt.datetime) -> Health:
    if kept.tokens is None:
        return Health(Level.ABSENT, failure=kept.failure)
    age = now - kept.tokens.renewed_at
    level = next((level for limit, level in _LEVELS if age >= limit), Level.FINE)
    return Health(level, kept.tokens.renewed_at, kept.tokens.expires_at, age, kept.failure)
