"""The only place that reads the environment.

Each setting is `HOTLINE_NAME`, or `HOTLINE_NAME_FILE` naming a file that holds the value.
A wrong setting raises `SettingsError` with one sentence for the person who starts the program.
"""

import os
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from hotline.db.engine import check_url

PREFIX = "HOTLINE_"
TELEGRAM_API = "https://api.telegram.org"
_FILE = "_FILE"


class SettingsError(ValueError):
    """One sentence saying which setting is wrong and what it must be."""


class TelegramMode(StrEnum):
    WEBHOOK = "webhook"
    POLLING = "polling"


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
    telegram_mode: TelegramMode = TelegramMode.WEBHOOK

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if url:
            check_url(url)
        return url

    @field_validator("public_url", "office_url", "telegram_api_base")
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

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.port == self.office_port and self.port:
            raise ValueError("HOTLINE_PORT and HOTLINE_OFFICE_PORT must differ")
        if self.telegram_secret and not self.telegram_token:
            raise ValueError("HOTLINE_TELEGRAM_SECRET is set but HOTLINE_TELEGRAM_TOKEN is not")
        needs_secret = self.telegram_token and self.telegram_mode is TelegramMode.WEBHOOK
        if needs_secret and not self.telegram_secret:
            raise ValueError(
                "HOTLINE_TELEGRAM_SECRET is missing: a webhook without a secret takes anybody's "
                "messages (or set HOTLINE_TELEGRAM_MODE=polling)"
            )
        return self

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
    field = name.removeprefix(PREFIX).lower()
    if name.endswith(_FILE) and field not in Settings.model_fields:
        field = field.removesuffix(_FILE.lower())
        try:
            value = Path(value).read_text("utf-8").strip() if value else ""
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{name}: cannot read the file ({type(error).__name__})") from None
    if field not in Settings.model_fields:
        raise SettingsError(f"{name} is not a setting of the hotline")
    return field, value


def _sentence(error: ValidationError) -> str:
    """The first fault, without the value: it may be a secret."""
    fault = error.errors()[0]
    message = fault["msg"].removeprefix("Value error, ")
    if not fault["loc"]:
        return message
    return f"{PREFIX}{str(fault['loc'][0]).upper()}: {message}"
