"""`hotline doctor`: for each channel and all beneath it, what is set, reachable and wrong."""

import asyncio
import os
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from pathlib import Path

import aiohttp
import sqlalchemy
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy import func, select

from bot.channels import http
from bot.channels.stringee_rest import Stringee
from bot.channels.twilio_rest import Twilio
from bot.file_store import FileStore, new_blob
from bot.telephone.numbers import dialable
from escalation.models import Staff
from hotline import schema
from hotline.commands.findings import SECONDS, Finding, State, asked, checked, said
from hotline.db import Database, Keyring, KeysMissing, KeysUnsafe
from hotline.doors import Door, doors
from hotline.mailing import Mailer
from hotline.opening import open_files, utc_now
from hotline.settings import Fetching, Settings, SmtpTls
from hotline.telephone import stringee_line, twilio_line

_PROBE = b"hotline doctor"
_STYLES = {State.FINE: "green", State.ABSENT: "dim", State.DOUBTFUL: "yellow", State.WRONG: "red"}


async def doctor(settings: Settings) -> None:
    """Look at everything, tell it in a table; exit 1 if anything is wrong."""
    findings = await examine(settings)
    Console(highlight=False).print(_table(findings))
    if any(one.state is State.WRONG for one in findings):
        raise typer.Exit(1)


def _table(findings: Sequence[Finding]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for heading in ("Part", "State", "Set", "Remarks"):
        table.add_column(heading, overflow="fold", no_wrap=heading in ("Part", "State"))
    for one in findings:
        remarks = "\n".join([*one.wrong, *one.doubts])
        state = Text(one.state, style=_STYLES[one.state])
        table.add_row(Text(one.part), state, Text(one.setting), Text(remarks))
    return table


async def examine(settings: Settings) -> list[Finding]:
    """Everything, from the channels down to the ground they stand on."""
    ground = [_data_dir(settings), keys := _keys(settings)]
    keyring = Keyring.generate() if keys.wrong else Keyring.load(settings.keys_dir)
    database = Database(settings.database, keyring)
    opened = doors(settings, database, utc_now)
    try:
        ground.append(await _database(settings, database))
        stands = not any(one.wrong for one in ground)
        above = await asyncio.gather(
            _public_address(settings),
            *_messengers(settings, opened, stands),
            *_telephones(settings),
            _mail(settings),
            _staff(settings, database, stands),
            _files(settings, keyring, stands),
        )
    finally:
        for door in opened:
            if door.close is not None:
                await door.close()
        await database.close()
    return [*above, *ground]


# -- the ground ------------------------------------------------------------------------------------


def _data_dir(settings: Settings) -> Finding:
    path = settings.data_dir
    wrong = []
    if not path.is_dir():
        wrong = ["It does not exist: run “hotline migrate” for a new installation."]
    elif not os.access(path, os.W_OK | os.X_OK):
        wrong = ["It cannot be written to."]
    return Finding("Data directory", str(path), wrong)


def _keys(settings: Settings) -> Finding:
    try:
        Keyring.load(settings.keys_dir)
        wrong = []
    except (KeysMissing, KeysUnsafe) as error:
        wrong = [f"{error}."]
    except OSError as error:
        wrong = [f"They cannot be read ({type(error).__name__})."]
    return Finding("Keys", str(settings.keys_dir), wrong)


async def _database(settings: Settings, database: Database) -> Finding:
    async def current() -> list[str]:
        if not _is_there(settings):
            return ["There is none yet: run “hotline migrate”."]
        try:
            if await schema.is_current(database):
                return []
        except sqlalchemy.exc.SQLAlchemyError as error:
            return [f"It cannot be reached ({type(error).__name__})."]
        return ["It is not up to date: run “hotline migrate”."]

    return Finding("Database", database.engine.dialect.name, await asked(current))


def _is_there(settings: Settings) -> bool:
    """A look at SQLite's file would make it."""
    file = sqlalchemy.make_url(settings.database).database or ""
    return not settings.database.startswith("sqlite") or Path(file).exists()


async def _files(settings: Settings, keyring: Keyring, stands: bool) -> Finding:
    setting = "bucket" if settings.s3_bucket else "below the data directory"

    if not stands:
        return await said("File store", setting, "Not looked at: first mend what is below.")

    async def round_trip() -> list[str]:
        return await _kept(open_files(settings, keyring))

    return Finding("File store", setting, await asked(round_trip))


async def _kept(store: FileStore) -> list[str]:
    blob = new_blob()
    try:
        await store.put(blob, _PROBE)
        same = await store.get(blob) == _PROBE
        await store.delete([blob])
    except Exception as error:  # each store has its own ones, which quote addresses
        return [f"Nothing can be kept there ({type(error).__name__})."]
    return [] if same else ["It gives back something else than was kept."]


# -- the channels ----------------------------------------------------------------------------------


async def _public_address(settings: Settings) -> Finding:
    address = settings.public_address
    doubts = []
    if _waits_for_providers(settings) and not address.startswith("https://"):
        doubts.append("HOTLINE_PUBLIC_URL is no https address: providers deliver only to such.")
    if not await _answers(f"{address}/healthz"):
        doubts.append("Nobody answers there now; does the hotline run?")
    return Finding("Web chat", address, doubts=doubts)


def _waits_for_providers(settings: Settings) -> bool:
    """Whether a provider is to call us."""
    telegram = settings.telegram_token and settings.telegram_mode is Fetching.WEBHOOK
    zalo_bot = settings.zalo_bot_token and settings.zalo_bot_mode is Fetching.WEBHOOK
    others = (settings.zalo_oa_app_id, settings.twilio_account_sid, settings.stringee_key_sid)
    return bool(telegram or zalo_bot or any(others))


async def _answers(url: str) -> bool:
    try:
        async with http.session(SECONDS) as session, session.get(url) as response:
            return response.status == 200
    except (aiohttp.ClientError, OSError, ValueError):
        return False


def _messengers(
    settings: Settings, opened: Sequence[Door], stands: bool
) -> list[Awaitable[Finding]]:
    channels = {door.channel.name: door.channel for door in opened}
    ways = {  # part, channel, how it is set
        "Telegram": ("telegram", str(settings.telegram_mode)),
        "Zalo OA": ("zalo_oa", "with ZNS" if settings.zalo_oa_zns_template else "set"),
        "Zalo Bot": ("zalo_bot", str(settings.zalo_bot_mode)),
    }
    found: list[Awaitable[Finding]] = []
    for part, (name, setting) in ways.items():
        channel = channels.get(name)
        if name == "zalo_oa" and channel is not None and not stands:
            found.append(said(part, setting, "Its tokens lie in the database: see there."))
        else:
            found.append(checked(part, setting, channel))
    return found


def _telephones(settings: Settings) -> Sequence[Awaitable[Finding]]:
    return [
        _line("Twilio", twilio_line(settings)),
        _line("Stringee", stringee_line(settings)),
        _duty_phone(settings),
    ]


async def _line(part: str, line: Twilio | Stringee | None) -> Finding:
    finding = await checked(part, "set", line)
    if line is not None:
        await line.close()
    return finding


async def _duty_phone(settings: Settings) -> Finding:
    number, wrong, doubts = settings.duty_phone, [], []
    carrier = settings.twilio_account_sid or settings.stringee_key_sid
    if number and dialable(number) is None:
        wrong.append("It is no number of Vietnam that may be rung.")
    if number and not carrier:
        wrong.append("Nothing can ring it: neither Twilio nor Stringee is set.")
    if carrier and not number:
        doubts.append("HOTLINE_DUTY_PHONE is missing: where nobody is on duty, nobody is rung.")
    return Finding("Duty phone", "set" if number else "", wrong, doubts)


# -- the staff -------------------------------------------------------------------------------------


async def _mail(settings: Settings) -> Finding:
    finding = await checked("E-mail", str(settings.smtp_tls), Mailer.of(settings))
    if finding.setting and settings.smtp_tls is SmtpTls.NONE and settings.smtp_password:
        return replace(finding, doubts=["The password travels readable: HOTLINE_SMTP_TLS=none."])
    return finding


async def _staff(settings: Settings, database: Database, stands: bool) -> Finding:
    part = "Staff alerts"
    if not stands:
        return await said(part, "", "Not looked at: first mend what is below.")
    async with database.reading() as session:
        mine = select(func.count(Staff.telegram_index), func.count()).select_from(Staff)
        linked, people = (await session.execute(mine.where(Staff.disabled_at.is_(None)))).one()
    setting = f"{linked} of {people} by Telegram"
    if settings.smtp_host is None and not (settings.telegram_token and linked):
        doubt = (
            "Nobody is told of anything outside the console: neither mail nor a linked Telegram."
        )
        return await said(part, setting, doubt)
    return Finding(part, setting)
