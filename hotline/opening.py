"""Opening the database of an installation: all that commands without a running house need."""

import datetime as dt

from hotline.db import Database, Keyring
from hotline.settings import Settings, SettingsError


class NotReady(SettingsError):
    """The data directory or the database is not set up yet."""


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def open_database(settings: Settings, *, create_keys: bool = False) -> Database:
    """The database with its keys; raises KeysMissing or KeysUnsafe."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if create_keys:
        Keyring.create(settings.keys_dir)
    return Database(settings.database, Keyring.load(settings.keys_dir))
