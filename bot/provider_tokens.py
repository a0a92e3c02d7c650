"""Where a provider's tokens are kept, encrypted; one process at a time may renew them."""

import datetime as dt
import hmac
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.token_store import Kept, Tokens
from bot.models import ProviderTokens
from hotline.db import Database


class ProviderTokenStore:
    """The database's side of `bot.channels.token_store.TokenStore`."""

    def __init__(self, database: Database, channel: str) -> None:
        self._database, self._channel = database, channel

    async def read(self) -> Kept:
        async with self._database.reading() as session:
            return _kept(await session.scalar(self._mine()))

    def _mine(self) -> Any:
        return select(ProviderTokens).where(ProviderTokens.channel == self._channel)

    async def lease(self, now: dt.datetime, until: dt.datetime) -> Kept | None:
        async with self._database.writing() as session:
            await self._row(session)
            free = or_(ProviderTokens.leased_until.is_(None), ProviderTokens.leased_until <= now)
            taken = await session.scalar(
                update(ProviderTokens)
                .where(ProviderTokens.channel == self._channel, free)
                .values(leased_until=until)
                .returning(ProviderTokens.id)
            )
            return None if taken is None else _kept(await session.scalar(self._mine()))

    async def release(self) -> None:
        async with self._database.writing() as session:
            (await self._row(session)).leased_until = None

    async def write(self, tokens: Tokens) -> None:
        async with self._database.writing() as session:
            row = await self._row(session)
            row.tokens = {"access": tokens.access, "refresh": tokens.refresh}
            row.renewed_at, row.expires_at = tokens.renewed_at, tokens.expires_at
            row.leased_until = row.failure = None

    async def fail(self, code: str, until: dt.datetime, refresh: str) -> None:
        async with self._database.writing() as session:
            row = await self._row(session)
            if row.tokens.get("refresh", refresh) == refresh:
                row.failure, row.leased_until = code[:80], until

    async def keep_consent(self, state: str, verifier: str, now: dt.datetime) -> None:
        async with self._database.writing() as session:
            row = await self._row(session)
            row.consent = {"state": state, "verifier": verifier, "at": now.isoformat()}

    async def take_consent(self, state: str, since: dt.datetime) -> str | None:
        async with self._database.writing() as session:
            row = await self._row(session)
            consent = row.consent
            if not consent or not _same(consent["state"], state):
                return None
            row.consent = {}
            begun = dt.datetime.fromisoformat(consent["at"])
            return str(consent["verifier"]) if begun >= since else None

    async def _row(self, session: AsyncSession) -> ProviderTokens:
        """This provider's row, locked; made where there is none."""
        locked = self._mine().with_for_update().execution_options(populate_existing=True)
        found: ProviderTokens | None = await session.scalar(locked)
        if found is None:
            await self._begin(session)
            found = await session.scalar(locked)
        assert found is not None
        return found

    async def _begin(self, session: AsyncSession) -> None:
        row = ProviderTokens(channel=self._channel, tokens={}, consent={})
        try:
            async with session.begin_nested():
                session.add(row)
        except IntegrityError:  # another process was quicker
            pass


def _kept(row: ProviderTokens | None) -> Kept:
    if row is None:
        return Kept()
    tokens = None
    if row.tokens and row.renewed_at is not None and row.expires_at is not None:
        tokens = Tokens(row.tokens["access"], row.tokens["refresh"], row.renewed_at, row.expires_at)
    return Kept(tokens, row.failure, row.leased_until)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode("utf-8", "surrogateescape"))
