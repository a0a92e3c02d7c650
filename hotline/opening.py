"""Opening the database of an installation: all that commands without a running house need."""

import datetime as dt
from pathlib import Path

from bot.file_store import FileStore
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


def open_files(settings: Settings, keyring: Keyring) -> FileStore:
    """What workers sent: in the bucket that is set, else below the data directory."""
    if settings.s3_bucket and settings.s3_key_id and settings.s3_secret:
        named = (settings.s3_bucket, settings.s3_endpoint, settings.s3_region)
        return FileStore.s3(*named, settings.s3_key_id, settings.s3_secret, keyring)
    return FileStore.local(files_dir(settings), keyring)


def files_dir(settings: Settings) -> Path:
    return settings.data_dir / "files"
