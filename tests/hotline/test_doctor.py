"""`hotline doctor`: what it says of an installation, well and ill, with providers on loopback."""

import asyncio
import os
import shutil
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from typer.testing import CliRunner

from bot.channels import telegram, zalo_bot
from escalation.models import Staff
from escalation.vocabulary import Role
from hotline.__main__ import app
from hotline.commands import checking_up, findings
from hotline.commands.findings import Finding, State
from hotline.db import Database, Keyring
from hotline.opening import utc_now
from hotline.rehearsal.telegram import FakeTelegram
from hotline.rehearsal.twilio import LocalTwilio
from hotline.rehearsal.zalo_bot import FakeZaloBot
from hotline.settings import Fetching, Settings
from tests import mail_server
from tests.factories import SECRET, TOKEN
from tests.mail_server import MailServer

ZALO_TOKEN = "738499441022218443:token-of-nobody_at-all"
ACCOUNT, AUTH_TOKEN = "AC" + "0" * 32, "auth-token-of-nobody"
MESSENGERS = {"Telegram", "Zalo OA", "Zalo Bot", "Twilio", "Stringee", "Duty phone", "E-mail"}
GROUND = {"Data directory", "Keys", "Database"}


@pytest.fixture
async def api() -> AsyncIterator[FakeTelegram]:
    fake = await FakeTelegram(TOKEN).start()
    yield fake
    await fake.stop()


@pytest.fixture
async def zalo() -> AsyncIterator[FakeZaloBot]:
    fake = await FakeZaloBot(ZALO_TOKEN).start()
    yield fake
    await fake.stop()


@pytest.fixture
async def twilio() -> AsyncIterator[LocalTwilio]:
    fake = await LocalTwilio(ACCOUNT, AUTH_TOKEN).start()
    yield fake
    await fake.stop()


@pytest.fixture
def bare(tmp_path: Path, sqlite_template: Path) -> Settings:
    """A hotline that is set up, with no channel but the web chat."""
    settings = Settings(data_dir=tmp_path / "var", port=0, office_port=0)
    settings.data_dir.mkdir(mode=0o700)
    Keyring.create(settings.keys_dir)
    shutil.copy(sqlite_template, settings.data_dir / "hotline.sqlite3")
    return settings


@pytest.fixture
def whole(bare: Settings, api: FakeTelegram, zalo: FakeZaloBot, twilio: LocalTwilio) -> Settings:
    """One with three channels and a duty phone."""
    given = {
        "telegram_token": TOKEN,
        "telegram_secret": SECRET,
        "telegram_api_base": api.base,
        "zalo_bot_token": ZALO_TOKEN,
        "zalo_bot_secret": SECRET,
        "zalo_bot_api_base": zalo.base,
        "twilio_account_sid": ACCOUNT,
        "twilio_auth_token": AUTH_TOKEN,
        "twilio_number": "+842253123456",
        "twilio_api_base": twilio.base,
        "duty_phone": "+84912345678",
    }
    return Settings.model_validate({**bare.model_dump(), **given})


async def examined(settings: Settings) -> dict[str, Finding]:
    return {one.part: one for one in await checking_up.examine(settings)}


def named(found: dict[str, Finding], state: State) -> set[str]:
    return {part for part, one in found.items() if one.state is state}


# -- all is well -----------------------------------------------------------------------------------


async def test_what_is_not_set_is_absent_and_not_wrong(bare: Settings) -> None:
    found = await examined(bare)
    assert named(found, State.ABSENT) == MESSENGERS
    assert named(found, State.FINE) == {"File store", *GROUND}
    assert found["Web chat"].doubts == ["Nobody answers there now; does the hotline run?"]
    assert list((bare.data_dir / "files").iterdir()) == []  # the doctor leaves nothing behind


async def test_what_is_set_and_reachable_is_fine(
    whole: Settings, api: FakeTelegram, zalo: FakeZaloBot
) -> None:
    api.webhooks = [{"url": f"{whole.public_address}{telegram.WEBHOOK_PATH}"}]
    zalo.webhooks = [{"url": f"{whole.public_address}{zalo_bot.WEBHOOK_PATH}"}]
    found = await examined(whole)
    fine = {"Telegram", "Zalo Bot", "Twilio", "Duty phone", "File store", *GROUND}
    assert named(found, State.FINE) == fine
    assert (found["Telegram"].setting, found["Zalo Bot"].setting) == ("webhook", "webhook")
    assert "https" in found["Web chat"].doubts[0]


async def test_a_running_hotline_is_seen(bare: Settings) -> None:
    async def alive(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    running = web.Application()
    running.router.add_get("/healthz", alive)
    async with TestServer(running) as server:
        address = f"http://127.0.0.1:{server.port}"
        found = await examined(bare.model_copy(update={"public_url": address}))
    assert found["Web chat"].state is State.FINE


async def test_polling_needs_no_public_address(whole: Settings) -> None:
    polling = {"telegram_mode": Fetching.POLLING, "zalo_bot_mode": Fetching.POLLING}
    without_calls = {"twilio_account_sid": None, "twilio_auth_token": None, "twilio_number": None}
    found = await examined(whole.model_copy(update=polling | without_calls))
    assert {"Telegram", "Zalo Bot"} <= named(found, State.FINE)
    assert found["Telegram"].setting == "polling"
    assert not any("https" in doubt for doubt in found["Web chat"].doubts)


# -- what is wrong ---------------------------------------------------------------------------------


async def test_webhooks_that_are_not_ours_are_wrong(whole: Settings) -> None:
    found = await examined(whole)
    assert named(found, State.WRONG) == {"Telegram", "Zalo Bot"}
    for part in ("Telegram", "Zalo Bot"):
        assert "not this hotline's" in found[part].wrong[0]


async def test_refused_tokens_are_wrong_and_never_told(
    whole: Settings, api: FakeTelegram, zalo: FakeZaloBot, twilio: LocalTwilio
) -> None:
    api.token = zalo.token = twilio.token = "1:another"
    found = await examined(whole)
    assert named(found, State.WRONG) == {"Telegram", "Zalo Bot", "Twilio"}
    said = str([(one.wrong, one.doubts) for one in found.values()])
    assert [secret for secret in (TOKEN, ZALO_TOKEN, AUTH_TOKEN, SECRET) if secret in said] == []


async def test_providers_out_of_reach_are_wrong(
    whole: Settings, api: FakeTelegram, zalo: FakeZaloBot, twilio: LocalTwilio
) -> None:
    for fake in (api, zalo, twilio):
        await fake.stop()
    found = await examined(whole)
    assert named(found, State.WRONG) == {"Telegram", "Zalo Bot", "Twilio"}


async def test_a_provider_that_never_answers_does_not_hold_up_the_doctor(
    whole: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(findings, "SECONDS", 0.2)
    slow = web.Application()

    async def never(_: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.Response()

    slow.router.add_route("*", "/{path:.*}", never)
    async with TestServer(slow) as server:
        away = f"http://127.0.0.1:{server.port}"
        found = await examined(whole.model_copy(update={"telegram_api_base": away}))
    assert "did not answer within" in found["Telegram"].wrong[0]


@pytest.mark.parametrize(
    ("number", "carrier", "wrong"),
    [
        ("+84912345678", True, 0),
        ("+84912345678", False, 1),
        ("+12025550123", True, 1),
        ("+12025550123", False, 2),
    ],
)
async def test_the_duty_phone_must_be_one_that_can_be_rung(
    whole: Settings, number: str, carrier: bool, wrong: int
) -> None:
    changed: dict[str, Any] = {"duty_phone": number}
    if not carrier:
        changed |= {"twilio_account_sid": None}
    found = await examined(whole.model_copy(update=changed))
    assert len(found["Duty phone"].wrong) == wrong


async def test_a_telephone_without_a_duty_phone_is_doubtful(whole: Settings) -> None:
    found = await examined(whole.model_copy(update={"duty_phone": None}))
    assert "HOTLINE_DUTY_PHONE is missing" in found["Duty phone"].doubts[0]
    assert found["Duty phone"].state is State.DOUBTFUL


# -- how the staff are told ------------------------------------------------------------------------


@pytest.fixture
async def mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MailServer]:
    certificate = mail_server.certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server = await MailServer(mail_server.server_side(certificate)).start()
    yield server
    await server.stop()


def posting(settings: Settings, mail: MailServer, **more: Any) -> Settings:
    smtp = {
        "smtp_host": "localhost",
        "smtp_port": mail.port,
        "smtp_user": mail_server.USER,
        "smtp_password": mail_server.PASSWORD,
        "smtp_from": "tongdai@hotline.test",
        **more,
    }
    return settings.model_copy(update=smtp)


async def test_a_mail_server_that_lets_us_in_is_fine(bare: Settings, mail: MailServer) -> None:
    found = await examined(posting(bare, mail))
    assert (found["E-mail"].state, found["E-mail"].setting) == (State.FINE, "starttls")
    assert found["Staff alerts"].state is State.FINE
    assert (mail.logins, mail.mails) == ([mail_server.USER], [])


async def test_a_mail_server_that_does_not_is_wrong(
    bare: Settings, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = (await examined(posting(bare, mail, smtp_password="secret-word")))["E-mail"].wrong
    assert wrong == ["The server refuses the user or the password."]
    monkeypatch.delenv("SSL_CERT_FILE")
    assert "certificate" in (await examined(posting(bare, mail)))["E-mail"].wrong[0]
    await mail.stop()
    assert "did not answer" in (await examined(posting(bare, mail)))["E-mail"].wrong[0]


async def test_it_is_said_how_many_are_told_by_telegram(whole: Settings) -> None:
    database = Database(whole.database, Keyring.load(whole.keys_dir))
    async with database.writing() as session:
        for number, chat in enumerate(("77", None)):
            session.add(
                Staff(
                    email=f"{number}@hotline.test",
                    name="An",
                    role=Role.LAWYER,
                    created_at=utc_now(),
                    telegram=chat,
                    telegram_index=chat,
                )
            )
    await database.close()
    assert (await examined(whole))["Staff alerts"].setting == "1 of 2 by Telegram"
    alone = whole.model_copy(update={"telegram_token": None, "telegram_secret": None})
    assert "Nobody is told" in (await examined(alone))["Staff alerts"].doubts[0]


# -- the ground ------------------------------------------------------------------------------------


async def test_an_installation_that_was_never_set_up_stays_untouched(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "none")
    found = await examined(settings)
    assert named(found, State.WRONG) == GROUND
    assert found["File store"].state is State.DOUBTFUL
    assert not settings.data_dir.exists()


async def test_either_database_is_looked_at(bare: Settings, database_url: str) -> None:
    found = await examined(bare.model_copy(update={"database_url": database_url}))
    assert found["Database"].state is State.FINE
    assert found["Database"].setting == database_url.partition(":")[0]


async def test_an_old_schema_is_wrong(bare: Settings, tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite3"
    other.touch()
    found = await examined(bare.model_copy(update={"database_url": f"sqlite:///{other}"}))
    assert found["Database"].wrong == ["It is not up to date: run “hotline migrate”."]


async def test_a_database_out_of_reach_is_wrong(bare: Settings) -> None:
    away = "postgresql://nobody:secret-word@127.0.0.1:1/none"
    found = await examined(bare.model_copy(update={"database_url": away}))
    (sentence,) = found["Database"].wrong
    assert sentence.startswith("It cannot be reached")
    assert "secret-word" not in sentence


async def test_keys_that_others_may_read_are_wrong(bare: Settings) -> None:
    (bare.keys_dir / "encryption.keys").chmod(0o644)
    found = await examined(bare)
    assert found["Keys"].state is State.WRONG
    assert "0600" in found["Keys"].wrong[0]


@pytest.fixture
def shut(bare: Settings) -> Iterator[Path]:
    bare.data_dir.chmod(stat.S_IRUSR | stat.S_IXUSR)
    yield bare.data_dir
    bare.data_dir.chmod(0o700)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
async def test_a_directory_that_cannot_be_written_to_is_wrong(bare: Settings, shut: Path) -> None:
    assert (await examined(bare))["Data directory"].wrong == ["It cannot be written to."]


# -- on the command line ---------------------------------------------------------------------------


def test_the_table_tells_each_part_and_the_exit_code_whether_all_is_well(tmp_path: Path) -> None:
    def run(*words: str, **more: str) -> Any:
        here = {"HOTLINE_DATA_DIR": str(tmp_path / "var"), "COLUMNS": "200", **more}
        return CliRunner().invoke(app, words, env=here)

    ill = run("doctor")
    assert ill.exit_code == 1
    assert "run “hotline migrate”" in ill.stdout
    run("migrate")
    well = run("doctor")
    assert well.exit_code == 0, well.stdout
    lines = {line.split("  ")[0]: line for line in well.stdout.splitlines()[1:]}
    assert set(lines) == {"Web chat", "File store", "Staff alerts", *MESSENGERS, *GROUND}
    assert "absent" in lines["Telegram"]
    assert "fine" in lines["Database"]
    half = run("doctor", HOTLINE_TWILIO_NUMBER="+842253123456")
    assert (half.exit_code, half.stdout) == (2, "")
