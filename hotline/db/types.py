"""Column types: aware UTC times, encrypted text, blind indexes.

The keyring rides on the engine's dialect (see `Database`), so that no column needs a global.
"""

import datetime as dt
import json
from typing import Any

from sqlalchemy import DateTime, Dialect, String, Text
from sqlalchemy.types import TypeDecorator

from hotline.db.crypto import Keyring


def _keyring(dialect: Dialect) -> Keyring:
    keyring = getattr(dialect, "keyring", None)
    if not isinstance(keyring, Keyring):
        raise TypeError("this engine has no keyring; open it through hotline.db.Database")
    return keyring


class UtcDateTime(TypeDecorator[dt.datetime]):
    """Takes aware times only, stores UTC, returns aware UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive time has no place in the database: {value!r}")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        stored: dt.datetime = value
        if stored.tzinfo is None:
            return stored.replace(tzinfo=dt.UTC)
        return stored.astimezone(dt.UTC)


class Encrypted(TypeDecorator[str]):
    """Text that only a holder of the keys can read."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _keyring(dialect).encrypt(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _keyring(dialect).decrypt(value)


class EncryptedJson(TypeDecorator[Any]):
    """Any JSON value, encrypted."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return _keyring(dialect).encrypt(json.dumps(value, ensure_ascii=False))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(_keyring(dialect).decrypt(value))


class BlindIndex(TypeDecorator[str]):
    """A value to be found again but never read: compare the column with the plain value."""

    impl = String(64)
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _keyring(dialect).blind_index(self.purpose, value)
