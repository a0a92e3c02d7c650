"""The only place that reads the environment.

Each setting is `HOTLINE_NAME`, or `HOTLINE_NAME_FILE` naming a file that holds the value.
A wrong setting raises `SettingsError` with one sentence for the person who starts the program.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from hotline.db.engine import check_url

PREFIX = "HOTLINE_"
TELEGRAM_API = "https://api.telegram.org"
ZALO_OA_API = "https://openapi.zalo.me"
ZALO_ZNS_API = "https://business.openapi.zalo.me"
ZALO_OAUTH = "https://oauth.zaloapp.com"
ZALO_BOT_API = "https://bot-api.zaloplatforms.com"
TWILIO_API = "https://api.twilio.com"
STRINGEE_API = "https://api.stringee.com"
_FILE = "_FILE"


class SettingsError(ValueError):
    """One sentence saying which setting is wrong and what it must be."""


class Fetching(StrEnum):
    """How messages come: delivered to us, or fetched by us."""

    WEBHOOK = "webhook"
    POLLING = "polling"


class SmtpTls(StrEnum):
    """How the way to the mail server is closed to others' eyes."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    data_dir: Path = Path("var")
    database_url: str = ""
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    office_port: int = Field(default=8081, ge=0, le=65535)
    public_url: str = ""
    office_url: str = ""
    telegram_token: str | None = Field(default=None, repr=False)
    telegram_secret: str | None = Field(default=None, repr=False)
    telegram_api_base: str = TELEGRAM_API
    telegram_mode: Fetching = Fetching.WEBHOOK
    zalo_oa_app_id: str | None = None
    zalo_oa_secret: str | None = Field(default=None, repr=False)
    zalo_oa_app_secret: str | None = Field(default=None, repr=False)
    zalo_oa_refresh_token: str | None = Field(default=None, repr=False)
    zalo_oa_zns_template: str | None = None
    zalo_oa_api_base: str = ZALO_OA_API
    zalo_oa_zns_base: str = ZALO_ZNS_API
    zalo_oa_oauth_base: str = ZALO_OAUTH
    zalo_bot_token: str | None = Field(default=None, repr=False)
    zalo_bot_secret: str | None = Field(default=None, repr=False)
    zalo_bot_api_base: str = ZALO_BOT_API
    zalo_bot_mode: Fetching = Fetching.WEBHOOK
    twilio_account_sid: str | None = None
    twilio_auth_token: str | None = Field(default=None, repr=False)
    twilio_number: str | None = None
    twilio_api_base: str = TWILIO_API
    stringee_key_sid: str | None = None
    stringee_key_secret: str | None = Field(default=None, repr=False)
    stringee_signing_secret: str | None = Field(default=None, repr=False)
    stringee_number: str | None = None
    stringee_api_base: str = STRINGEE_API
    duty_phone: str | None = None
    smtp_host: str | None = None
    smtp_port: int | None = Field(default=None, ge=1, le=65535)
    smtp_user: str | None = None
    smtp_password: str | None = Field(default=None, repr=False)
    smtp_from: str | None = None
    smtp_tls: SmtpTls = SmtpTls.STARTTLS
    media_hosts: str = ""
    s3_bucket: str | None = None
    s3_endpoint: str = ""
    s3_region: str = "us-east-1"
    s3_key_id: str | None = None
    s3_secret: str | None = Field(default=None, repr=False)

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if url:
            check_url(url)
        return url

    @field_validator(
        "public_url",
        "office_url",
        "telegram_api_base",
        "zalo_oa_api_base",
        "zalo_oa_zns_base",
        "zalo_oa_oauth_base",
        "zalo_bot_api_base",
        "twilio_api_base",
        "stringee_api_base",
        "s3_endpoint",
    )
    @classmethod
    def _an_address(cls, url: str) -> str:
        if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc):
            raise ValueError("must be an address such as https://hotline.example.vn")
        return url.rstrip("/")

    @field_validator("telegram_token")
    @classmethod
    def _a_token(cls, token: str | None) -> str | None:
        if token is not None and not re.fullmatch(r"[0-9]+:[A-Za-z0-9_-]+", token):
            raise ValueError("must look like 123456:ABC-def, as BotFather gave it")
        return token

    @field_validator("telegram_secret")
    @classmethod
    def _a_secret(cls, secret: str | None) -> str | None:
        if secret is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            raise ValueError("must be 1 to 256 letters, digits, _ or -")
        return secret

    @field_validator("zalo_bot_secret")
    @classmethod
    def _a_long_secret(cls, secret: str | None) -> str | None:
        if secret is not None and not re.fullmatch(r"[!-~]{8,256}", secret):
            raise ValueError("must be 8 to 256 letters, digits or signs")
        return secret

    @field_validator("twilio_account_sid")
    @classmethod
    def _an_account(cls, sid: str | None) -> str | None:
        if sid is not None and not re.fullmatch(r"AC[0-9A-Za-z]{2,62}", sid):
            raise ValueError("must begin with AC, as Twilio gave it")
        return sid

    @field_validator("twilio_number", "stringee_number", "duty_phone")
    @classmethod
    def _a_number(cls, number: str | None) -> str | None:
        if number is not None and not re.fullmatch(r"\+[1-9][0-9]{6,14}", number):
            raise ValueError("must be a telephone number such as +842253123456")
        return number

    @field_validator("smtp_host")
    @classmethod
    def _a_host(cls, host: str | None) -> str | None:
        if host is not None and not re.fullmatch(r"[A-Za-z0-9.:-]{1,253}", host):
            raise ValueError("must be the name of a mail server such as mail.example.vn")
        return host

    @field_validator("smtp_from")
    @classmethod
    def _a_mailbox(cls, address: str | None) -> str | None:
        if address is not None and not re.fullmatch(r"[\w.+-]+@[\w.-]+", address, re.ASCII):
            raise ValueError("must be a mail address such as tongdai@example.vn")
        return address

    @field_validator("media_hosts")
    @classmethod
    def _hosts(cls, hosts: str) -> str:
        if not all(re.fullmatch(r"\.?[a-z0-9-]+(\.[a-z0-9-]+)+", host) for host in hosts.split()):
            raise ValueError("must be names of hosts with blanks between, such as .zdn.vn")
        return hosts

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.port == self.office_port and self.port:
            raise ValueError("HOTLINE_PORT and HOTLINE_OFFICE_PORT must differ")
        self._check_bot("telegram", self.telegram_token, self.telegram_secret, self.telegram_mode)
        self._check_bot("zalo_bot", self.zalo_bot_token, self.zalo_bot_secret, self.zalo_bot_mode)
        for together in _TOGETHER:
            self._check_together(together)
        return self

    def _check_bot(
        self, channel: str, token: str | None, secret: str | None, mode: Fetching
    ) -> None:
        name = f"{PREFIX}{channel.upper()}"
        if secret and not token:
            raise ValueError(f"{name}_SECRET is set but {name}_TOKEN is not")
        if token and mode is Fetching.WEBHOOK and not secret:
            raise ValueError(
                f"{name}_SECRET is missing: a webhook without a secret takes anybody's "
                f"messages (or set {name}_MODE=polling)"
            )

    def _check_together(self, together: "_Together") -> None:
        given = [one for one in (*together.needed, *together.also) if getattr(self, one)]
        missing = [one for one in together.needed if not getattr(self, one)]
        if given and missing:
            raise ValueError(
                f"{PREFIX}{given[0].upper()} is set but {PREFIX}{missing[0].upper()} is not"
            )

    @property
    def database(self) -> str:
        """The database's URL; SQLite in the data directory unless set."""
        return self.database_url or f"sqlite:///{self.data_dir / 'hotline.sqlite3'}"

    @property
    def keys_dir(self) -> Path:
        return self.data_dir / "keys"

    @property
    def public_address(self) -> str:
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def office_address(self) -> str:
        return self.office_url or f"http://{self.host}:{self.office_port}"


@dataclass(frozen=True)
class _Together:
    """Settings that are good only together: what is `needed` as soon as any of them is given."""

    needed: tuple[str, ...]
    also: tuple[str, ...] = ()


_TOGETHER = (
    _Together(
        ("zalo_oa_app_id", "zalo_oa_secret", "zalo_oa_app_secret"),
        ("zalo_oa_refresh_token", "zalo_oa_zns_template"),
    ),
    _Together(("twilio_account_sid", "twilio_auth_token", "twilio_number")),
    _Together(
        (
            "stringee_key_sid",
            "stringee_key_secret",
            "stringee_signing_secret",
            "stringee_number",
        )
    ),
    _Together(("s3_bucket", "s3_key_id", "s3_secret")),
    _Together(("smtp_host", "smtp_from"), ("smtp_port", "smtp_user", "smtp_password")),
    _Together(("smtp_user", "smtp_password")),
)
_ALSO_CALLED = {  # shorter or longer names in use
    "zalo_oa_oa_secret": "zalo_oa_secret",
    "zalo_app_secret": "zalo_oa_app_secret",
}


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment; raises `SettingsError`."""
    environment = os.environ if environment is None else environment
    values: dict[str, str] = {}
    for name, value in environment.items():
        if name.startswith(PREFIX):
            field, text = _setting(name, value)
            if not text:  # an empty variable is an unset one, as compose files leave them
                continue
            if field in values:
                raise SettingsError(f"{PREFIX}{field.upper()} is set twice, as value and as file")
            values[field] = text
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from None


def _setting(name: str, value: str) -> tuple[str, str]:
    field = _field(name.removeprefix(PREFIX))
    if name.endswith(_FILE) and field not in Settings.model_fields:
        field = _field(name.removeprefix(PREFIX).removesuffix(_FILE))
        try:
            value = Path(value).read_text("utf-8").strip() if value else ""
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{name}: cannot read the file ({type(error).__name__})") from None
    if field not in Settings.model_fields:
        raise SettingsError(f"{name} is not a setting of the hotline")
    return field, value


def _field(name: str) -> str:
    return _ALSO_CALLED.get(name.lower(), name.lower())


def _sentence(error: ValidationError) -> str:
    """The first fault, without the value: it may be a secret."""
    fault = error.errors()[0]
    message = fault["msg"].removeprefix("Value error, ")
    if not fault["loc"]:
        return message
    return f"{PREFIX}{str(fault['loc'][0]).upper()}: {message}"
