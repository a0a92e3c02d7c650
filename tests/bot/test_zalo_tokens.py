"""Zalo's tokens: one renewal at a time, stored before they are used, dead ones told of."""

import asyncio
import datetime as dt
import hashlib
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from sqlalchemy import select

from bot.channels import zalo_oauth, zalo_tokens
from bot.channels.base import TryLater
from bot.channels.token_store import Kept, Level, Tokens, health
from bot.channels.zalo_oauth import NoAnswer, OAuth, Refused, granted
from bot.channels.zalo_tokens import TokenKeeper
from bot.models import ProviderTokens
from bot.provider_tokens import ProviderTokenStore
from hotline.db import Database, Keyring
from hotline.rehearsal.zalo_oa import LocalZalo
from tests.factories import Clock, everything
from tests.fake_zalo_oa import APP_ID, APP_SECRET, local_zalo

NOW = dt.datetime(2026, 11, 22, 8, 0, tzinfo=dt.UTC)
RETURN_TO = "https://office.hotline.test/zalo/callback"


@pytest.fixture
async def zalo() -> AsyncIterator[LocalZalo]:
    fake = await local_zalo().start()
    yield fake
    await fake.stop()


NewKeeper = Callable[..., TokenKeeper]


@pytest.fixture
async def new_keeper(zalo: LocalZalo, database: Database, clock: Clock) -> AsyncIterator[NewKeeper]:
    """Keepers as different processes have them: their own memory, one database."""
    made: list[TokenKeeper] = []

    def make(first: str | None = None, store: ProviderTokenStore | None = None) -> TokenKeeper:
        made.append(
            TokenKeeper(
                store or ProviderTokenStore(database, "zalo_oa"),
                OAuth(zalo.base, APP_ID, APP_SECRET),
                clock,
                first,
                RETURN_TO,
            )
        )
        return made[-1]

    yield make
    for keeper in made:
        await keeper.close()


async def stored(database: Database) -> Kept:
    return await ProviderTokenStore(database, "zalo_oa").read()


# -- when it is renewed ----------------------------------------------------------------------------


async def test_the_first_token_of_the_settings_begins_the_chain(
    new_keeper: NewKeeper, zalo: LocalZalo, database: Database
) -> None:
    keeper = new_keeper(zalo.refresh)
    assert await keeper.access_token() == zalo.access
    kept = await stored(database)
    assert kept.tokens is not None
    assert (kept.tokens.access, kept.tokens.refresh) == (zalo.access, zalo.refresh)
    assert kept.tokens.expires_at - kept.tokens.renewed_at == dt.timedelta(hours=25)
    assert (kept.failure, kept.leased_until) == (None, None)


async def test_the_setting_counts_only_while_nothing_is_stored(
    new_keeper: NewKeeper, zalo: LocalZalo
) -> None:
    await new_keeper(zalo.refresh).access_token()
    other = new_keeper("refresh-of-another-day")
    assert await other.access_token() == zalo.access
    assert zalo.refreshes == 1


@pytest.mark.parametrize(("hours", "renewals"), [(0, 1), (19.9, 1), (20.1, 2), (26, 2)])
async def test_it_is_renewed_when_less_than_five_hours_are_left(
    new_keeper: NewKeeper, zalo: LocalZalo, clock: Clock, hours: float, renewals: int
) -> None:
    keeper = new_keeper(zalo.refresh)
    await keeper.access_token()
    clock.pass_(hours=hours)
    assert await keeper.access_token() == zalo.access
    assert zalo.refreshes == renewals


async def test_ten_callers_in_two_processes_cost_one_renewal(
    zalo: LocalZalo, database_url: str, keyring: Keyring, clock: Clock
) -> None:
    zalo.oauth_delay = 0.3
    first = zalo.refresh
    databases = [Database(database_url, keyring) for _ in range(2)]
    keepers = [
        TokenKeeper(
            ProviderTokenStore(database, "zalo_oa"),
            OAuth(zalo.base, APP_ID, APP_SECRET),
            clock,
            first,
        )
        for database in databases
    ]
    got = await asyncio.gather(*(keepers[n % 2].access_token() for n in range(10)))
    assert set(got) == {zalo.access}
    assert zalo.refreshes == 1
    for refused in (zalo.access,):
        clock.pass_(minutes=10)
        got = await asyncio.gather(*(keepers[n % 2].another(refused) for n in range(10)))
        assert set(got) == {zalo.access}
        assert refused != zalo.access
    assert zalo.refreshes == 2
    for keeper, database in zip(keepers, databases, strict=True):
        await keeper.close()
        await database.close()


async def test_what_another_process_renewed_is_taken_over_not_renewed_again(
    new_keeper: NewKeeper, zalo: LocalZalo, clock: Clock
) -> None:
    one, other = new_keeper(zalo.refresh), new_keeper()
    old = await one.access_token()
    assert await other.access_token() == old
    clock.pass_(hours=21)
    await one.access_token()
    assert await other.another(old) == zalo.access
    assert zalo.refreshes == 2


async def test_a_new_token_that_is_refused_at_once_is_not_renewed_again_and_again(
    new_keeper: NewKeeper, zalo: LocalZalo
) -> None:
    keeper = new_keeper(zalo.refresh)
    token = await keeper.access_token()
    for _ in range(5):
        with pytest.raises(TryLater, match="token_refused"):
            await keeper.another(token)
    assert zalo.refreshes == 1


# -- when it cannot be -----------------------------------------------------------------------------


async def test_without_consent_there_is_no_token_and_nothing_is_asked(
    new_keeper: NewKeeper, zalo: LocalZalo
) -> None:
    with pytest.raises(TryLater, match="token_no_consent"):
        await new_keeper().access_token()
    assert zalo.refreshes == 0


@pytest.mark.parametrize("code", [-118, -14014, -14003])
async def test_a_refused_refresh_token_is_told_of_and_tried_again_every_quarter_of_an_hour(
    new_keeper: NewKeeper, zalo: LocalZalo, database: Database, clock: Clock, code: int
) -> None:
    keeper = new_keeper(zalo.refresh)
    zalo.oauth_faults = [code, code]
    for _ in range(20):
        with pytest.raises(TryLater) as failure:
            await keeper.access_token()
        assert failure.value.after == 3600
    assert len(zalo.oauth_faults) == 1
    assert (await stored(database)).failure == str(code)
    clock.pass_(minutes=16)
    with pytest.raises(TryLater, match=f"token_{code}"):
        await new_keeper(zalo.refresh).access_token()
    clock.pass_(minutes=16)
    assert await keeper.access_token() == zalo.access
    assert (await keeper.health()).failure is None


async def test_while_it_cannot_be_renewed_the_old_token_is_used_until_it_runs_out(
    new_keeper: NewKeeper, zalo: LocalZalo, clock: Clock
) -> None:
    keeper = new_keeper(zalo.refresh)
    token = await keeper.access_token()
    zalo.oauth_down = True
    clock.pass_(hours=21)
    assert [await keeper.access_token() for _ in range(5)] == [token] * 5
    assert (await keeper.health()).failure == "http_502"
    clock.pass_(hours=5)
    with pytest.raises(TryLater) as failure:
        await keeper.access_token()
    assert failure.value.after is None  # the network comes back by itself
    zalo.oauth_down = False
    clock.pass_(minutes=2)
    assert await keeper.access_token() == zalo.access


async def test_a_process_that_died_while_renewing_blocks_the_others_only_for_a_while(
    new_keeper: NewKeeper,
    zalo: LocalZalo,
    database: Database,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(zalo_tokens, "_LOOKS", 2)
    store = ProviderTokenStore(database, "zalo_oa")
    assert await store.lease(clock(), clock() + zalo_tokens._LEASE) is not None
    assert await store.lease(clock(), clock() + zalo_tokens._LEASE) is None
    keeper = new_keeper(zalo.refresh)
    with pytest.raises(TryLater, match="token_renewing"):
        await keeper.access_token()
    clock.now += zalo_tokens._LEASE
    assert await keeper.access_token() == zalo.access


async def test_who_stops_waiting_does_not_cost_us_the_new_tokens(
    new_keeper: NewKeeper, zalo: LocalZalo, database: Database
) -> None:
    zalo.oauth_delay = 0.3
    keeper = new_keeper(zalo.refresh)
    caller = asyncio.create_task(keeper.access_token())
    await asyncio.sleep(0.15)
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    await keeper.close()
    kept = await stored(database)
    assert kept.tokens is not None
    assert kept.tokens.refresh == zalo.refresh


class Forgetful(ProviderTokenStore):
    """A database that is away when the new tokens are to be written."""

    away = 0

    async def write(self, tokens: Tokens) -> None:
        if self.away:
            self.away -= 1
            raise OSError("away")
        await super().write(tokens)


async def test_tokens_that_cannot_be_written_are_not_used_and_not_lost(
    new_keeper: NewKeeper, zalo: LocalZalo, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zalo_tokens, "_TRIES_TO_STORE", (0.01, 0.01))
    store = Forgetful(database, "zalo_oa")
    store.away = 3
    keeper = new_keeper(zalo.refresh, store)
    with pytest.raises(TryLater, match="token_not_stored"):
        await keeper.access_token()
    assert (await stored(database)).tokens is None
    assert await keeper.access_token() == zalo.access
    kept = await stored(database)
    assert kept.tokens is not None
    assert kept.tokens.refresh == zalo.refresh
    assert zalo.refreshes == 1


async def test_a_failure_of_an_old_token_does_not_hurt_a_newer_one(
    database: Database, clock: Clock
) -> None:
    store = ProviderTokenStore(database, "zalo_oa")
    await store.write(Tokens("a2", "r2", NOW, NOW + dt.timedelta(hours=25)))
    await store.fail("-14014", NOW + dt.timedelta(minutes=15), "r1")
    assert await store.read() == Kept(Tokens("a2", "r2", NOW, NOW + dt.timedelta(hours=25)))


async def test_no_token_stands_in_the_database_unencrypted(
    new_keeper: NewKeeper, zalo: LocalZalo, database: Database
) -> None:
    keeper = new_keeper(zalo.refresh)
    await keeper.access_token()
    way = await keeper.begin_consent()
    state = parse_qs(urlsplit(way).query)["state"][0]
    seen = repr((await everything(database))["provider_tokens"])
    assert not any(secret in seen for secret in (zalo.access, zalo.refresh, state))


# -- consent ---------------------------------------------------------------------------------------


async def consented(way: str) -> dict[str, str]:
    """The owner follows the link and says yes; what comes back to us."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(way, allow_redirects=False) as response,
    ):
        back = response.headers["Location"]
    assert back.startswith(RETURN_TO)
    return {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}


async def test_consent_brings_tokens_and_ends_a_failure(
    new_keeper: NewKeeper, zalo: LocalZalo
) -> None:
    zalo.oauth_faults = [-14014]
    keeper = new_keeper(zalo.refresh)
    with pytest.raises(TryLater):
        await keeper.access_token()
    back = await consented(await keeper.begin_consent())
    assert await keeper.finish_consent(back["code"], back["state"]) is None
    assert await keeper.access_token() == zalo.access
    assert await keeper.health() == health(await keeper._store.read(), NOW)
    assert (await keeper.health()).level is Level.FINE


async def test_a_state_is_good_once(new_keeper: NewKeeper) -> None:
    keeper = new_keeper()
    back = await consented(await keeper.begin_consent())
    assert await keeper.finish_consent(back["code"], "another-state") == "unknown_state"
    assert await keeper.finish_consent(back["code"], "mật\udcff") == "unknown_state"
    assert await keeper.finish_consent(back["code"], back["state"]) is None
    assert await keeper.finish_consent(back["code"], back["state"]) == "unknown_state"


async def test_a_state_is_good_for_ten_minutes(new_keeper: NewKeeper, clock: Clock) -> None:
    keeper = new_keeper()
    back = await consented(await keeper.begin_consent())
    clock.pass_(minutes=10, seconds=1)
    assert await keeper.finish_consent(back["code"], back["state"]) == "unknown_state"


async def test_a_wrong_code_is_refused_and_hurts_nothing(
    new_keeper: NewKeeper, zalo: LocalZalo
) -> None:
    keeper = new_keeper(zalo.refresh)
    token = await keeper.access_token()
    back = await consented(await keeper.begin_consent())
    assert await keeper.finish_consent("guessed", back["state"]) == "-118"
    assert await keeper.access_token() == token


async def test_the_verifier_never_leaves_before_the_exchange(new_keeper: NewKeeper) -> None:
    way = await new_keeper().begin_consent()
    asked = parse_qs(urlsplit(way).query)
    assert set(asked) == {"app_id", "redirect_uri", "code_challenge", "state"}
    assert len(asked["code_challenge"][0]) == 43
    assert "=" not in asked["code_challenge"][0]


def test_pkce_is_base64url_of_sha256() -> None:
    verifier = zalo_oauth.verifier()
    assert len(verifier) == 43
    digest = hashlib.sha256(verifier.encode()).digest()
    assert zalo_oauth.challenge(verifier) + "=" == urlsafe_b64encode(digest).decode()
    # The example of RFC 7636, appendix B.
    example = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert zalo_oauth.challenge(example) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


# -- answers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lasts", "seconds"),
    [
        ('"90000"', 90_000),
        ("3600", 3600),
        ("null", 90_000),
        ('"soon"', 90_000),
        ("0", 60),
        ('"٣"', 90_000),
        ("99999999", 30 * 86_400),
        (f'"{"9" * 5000}"', 90_000),
    ],
)
def test_how_long_a_token_lasts_is_a_text_or_a_number(lasts: str, seconds: int) -> None:
    body = f'{{"access_token":"a","refresh_token":"r","expires_in":{lasts}}}'
    assert granted(body.encode(), 200).lasts == dt.timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"access_token":"a"}',
        b'{"access_token":"a\\r\\nX: y","refresh_token":"r"}',
        b'{"access_token":5,"refresh_token":"r"}',
        b'{"error":{"code":1}}',
        b"\xff\xfe",
    ],
)
def test_an_answer_without_tokens_is_no_answer(body: bytes) -> None:
    with pytest.raises(NoAnswer, match="http_502"):
        granted(body, 502)


@pytest.mark.parametrize("body", [b'{"error":-14014}', b'{"error":"-14014"}'])
def test_a_refusal_is_known_by_its_number(body: bytes) -> None:
    with pytest.raises(Refused, match="-14014"):
        granted(body, 200)


# -- alarm -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "level"),
    [
        (0, Level.FINE),
        (2.9, Level.FINE),
        (3, Level.WARN),
        (59.9, Level.WARN),
        (60, Level.LATE),
        (89.9, Level.LATE),
        (90, Level.DEAD),
        (400, Level.DEAD),
    ],
)
def test_the_alarm_comes_well_before_the_end(days: float, level: Level) -> None:
    renewed = NOW - dt.timedelta(days=days)
    tokens = Tokens("a", "r", renewed, renewed + dt.timedelta(hours=25))
    found = health(Kept(tokens), NOW)
    assert (found.level, found.age) == (level, dt.timedelta(days=days))


def test_nothing_stored_is_absent() -> None:
    assert health(Kept(), NOW).level is Level.ABSENT


async def test_the_bell_measures_the_age_and_never_raises(
    new_keeper: NewKeeper, zalo: LocalZalo, database: Database, clock: Clock
) -> None:
    keeper = new_keeper(zalo.refresh)
    await keeper.ring()
    clock.pass_(hours=2)
    await keeper.ring()
    assert zalo_tokens.AGE._value.get() == 7200
    clock.pass_(days=2)
    zalo.oauth_down = True
    await keeper.ring()
    await database.engine.dispose()
    async with database.writing() as session:
        row = await session.scalar(select(ProviderTokens))
        assert row is not None
        row.tokens = {"broken": True}
    await keeper.ring()


def test_no_token_shows_in_words_for_people_or_logs() -> None:
    tokens = Tokens("access-canary", "refresh-canary", NOW, NOW)
    assert "canary" not in repr(tokens) + repr(Kept(tokens))
    body = b'{"access_token":"access-canary","refresh_token":"refresh-canary"}'
    assert "canary" not in repr(granted(body, 200))
