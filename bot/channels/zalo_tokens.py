"""Keeps Zalo's tokens alive: one renewal at a time in all processes, stored before it is used.

A refresh token is good once. Who loses the new one must ask the account's owner for consent
again, so nothing here is used that has not been written down.
"""

import asyncio
import datetime as dt
import secrets
from collections.abc import Callable

import structlog
from prometheus_client import Gauge

from bot.channels import zalo_oauth
from bot.channels.base import TryLater
from bot.channels.token_store import Health, Kept, Level, Tokens, TokenStore, health
from bot.channels.zalo_oauth import Granted, NoAnswer, OAuth, Refused

RENEW_BEFORE = dt.timedelta(hours=5)  # of the 25 that an access token lasts
CONSENT_LASTS = dt.timedelta(minutes=10)
_LEASE = dt.timedelta(seconds=90)  # longer than one renewal with all its tries to store it
_PAUSE_REFUSED = dt.timedelta(minutes=15)
_PAUSE_UNANSWERED = dt.timedelta(minutes=1)
_RENEWED_JUST_NOW = dt.timedelta(minutes=5)  # a token refused so soon is not helped by a new one
_LOOK_AGAIN = 0.25  # seconds, while another process renews
_LOOKS = 40
_TRIES_TO_STORE = (0.2, 1.0, 3.0, 10.0)  # seconds between them
_BELL = 300.0
_HOUR = 3600.0

AGE = Gauge("hotline_zalo_oa_token_age_seconds", "Since Zalo's tokens were renewed.")
AGE.set(float("nan"))

log = structlog.get_logger()


class TokenKeeper:
    """Gives out the access token. `first` begins the chain where nothing is stored yet."""

    def __init__(
        self,
        store: TokenStore,
        oauth: OAuth,
        clock: Callable[[], dt.datetime],
        first: str | None = None,
        return_to: str = "",
    ) -> None:
        self._store, self._oauth, self._clock = store, oauth, clock
        self._first, self._return_to = first, return_to
        self._known: Tokens | None = None
        self._unstored: Tokens | None = None
        self._turn = asyncio.Lock()
        self._renewing: asyncio.Task[Tokens] | None = None

    @property
    def consent_origin(self) -> str:
        return self._oauth.base

    async def access_token(self) -> str:
        """The token to send with; raises `TryLater` where there is none."""
        known = self._known
        if known is None or known.expires_at - self._clock() < RENEW_BEFORE:
            known = await self._renewed(None)
        return known.access

    async def another(self, refused: str) -> str:
        """A token other than the one that Zalo refused; raises `TryLater`."""
        return (await self._renewed(refused)).access

    async def _renewed(self, refused: str | None) -> Tokens:
        async with self._turn:
            self._known = await self._found(refused)
            return self._known

    async def _found(self, refused: str | None) -> Tokens:
        """Tokens that another process renewed, or that we renew, or that are still good."""
        for _ in range(_LOOKS):
            kept, now = await self._stored(), self._clock()
            if fresh := kept.good(refused, now + RENEW_BEFORE):
                return fresh
            self._check_worth_renewing(kept, refused, now)
            leased = None
            if kept.leased_until is None or kept.leased_until <= now:
                leased = await self._store.lease(now, now + _LEASE)
            if leased is not None:
                return await self._protected(leased, refused)
            if good := kept.good(refused, now):
                return good
            if kept.failure is not None:
                raise _no_token(kept.failure)
            await asyncio.sleep(_LOOK_AGAIN)
        raise TryLater("token_renewing")

    def _check_worth_renewing(self, kept: Kept, refused: str | None, now: dt.datetime) -> None:
        if kept.tokens is None and self._first is None:
            raise _no_token("no_consent")
        tokens = kept.tokens
        if tokens and tokens.access == refused and now - tokens.renewed_at < _RENEWED_JUST_NOW:
            raise TryLater("token_refused", after=_RENEWED_JUST_NOW.total_seconds())

    async def _protected(self, leased: Kept, refused: str | None) -> Tokens:
        """Renew in a task of its own: whoever stops waiting must not cost us the new tokens."""
        self._renewing = asyncio.create_task(self._renew(leased, refused))
        return await asyncio.shield(self._renewing)

    async def _renew(self, leased: Kept, refused: str | None) -> Tokens:
        now = self._clock()
        if fresh := leased.good(refused, now + RENEW_BEFORE):  # just before we got the lease
            await self._store.release()
            return fresh
        refresh = leased.tokens.refresh if leased.tokens else self._first
        assert refresh is not None  # checked before the lease
        try:
            tokens = self._dated(await self._oauth.refresh(refresh))
        except (Refused, NoAnswer) as error:
            return await self._failed(error, leased, refused, refresh)
        await self._keep(tokens)
        log.info("tokens_renewed", channel="zalo_oa")
        return tokens

    async def _failed(
        self, error: Refused | NoAnswer, leased: Kept, refused: str | None, refresh: str
    ) -> Tokens:
        now = self._clock()
        pause = _PAUSE_REFUSED if isinstance(error, Refused) else _PAUSE_UNANSWERED
        log.warning("tokens_not_renewed", channel="zalo_oa", code=error.code)
        await self._store.fail(error.code, now + pause, refresh)
        if good := leased.good(refused, now):
            return good
        raise _no_token(error.code)

    def _dated(self, fresh: Granted) -> Tokens:
        now = self._clock()
        return Tokens(fresh.access, fresh.refresh, now, now + fresh.lasts)

    async def _keep(self, tokens: Tokens) -> None:
        """Write down at all costs; what cannot be written is kept in mind and not used."""
        self._unstored = tokens
        for pause in (*_TRIES_TO_STORE, None):
            try:
                await self._store.write(tokens)
            except Exception as error:
                log.error("tokens_not_stored", channel="zalo_oa", code=type(error).__name__)
                if pause is None:
                    raise TryLater("token_not_stored") from None
                await asyncio.sleep(pause)
            else:
                self._unstored = None
                return

    async def _stored(self) -> Kept:
        if self._unstored is not None:
            await self._keep(self._unstored)
        return await self._store.read()

    # -- consent -----------------------------------------------------------------------------------

    async def begin_consent(self) -> str:
        """Where to send the administrator; what comes back is good for ten minutes, once."""
        state, verifier = secrets.token_urlsafe(24), zalo_oauth.verifier()
        await self._store.keep_consent(state, verifier, self._clock())
        return self._oauth.consent_address(self._return_to, verifier, state)

    async def finish_consent(self, code: str, state: str) -> str | None:
        """Exchange the code; None when the tokens are stored, else why not in one word."""
        verifier = await self._store.take_consent(state, self._clock() - CONSENT_LASTS)
        if verifier is None:
            return "unknown_state"
        async with self._turn:
            try:
                tokens = self._dated(await self._oauth.exchange(code, verifier))
            except (Refused, NoAnswer) as error:
                return error.code
            await self._keep(tokens)
            self._known = tokens
        log.info("consent_given", channel="zalo_oa")
        return None

    # -- watching ----------------------------------------------------------------------------------

    async def health(self) -> Health:
        return health(await self._store.read(), self._clock())

    async def keep(self) -> None:
        """Renew in time, whether or not anything is sent."""
        while True:
            await self.ring()
            await asyncio.sleep(_BELL)

    async def ring(self) -> None:
        """One look; whatever goes wrong is told and tried again."""
        try:
            found = await self.health()
            AGE.set(found.age.total_seconds() if found.age else float("nan"))
            if found.level not in (Level.FINE, Level.ABSENT):
                log.warning("tokens_old", channel="zalo_oa", code=found.level)
            await self._renewed(None)
        except Exception as error:  # the network or the database; both come back
            code = error.code if isinstance(error, TryLater) else type(error).__name__
            log.warning("no_token", channel="zalo_oa", code=code)

    async def close(self) -> None:
        """Let a renewal under way end: its tokens must be stored."""
        if self._renewing is not None:
            await asyncio.gather(self._renewing, return_exceptions=True)
        await self._oauth.close()


def _no_token(code: str) -> TryLater:
    """A refusal needs a person, so there is no hurry; the network comes back by itself."""
    by_hand = code == "no_consent" or code.lstrip("-").isdigit()
    return TryLater(f"token_{code}", after=_HOUR if by_hand else None)
