"""The database: engine, sessions, column types and keys. The only room below the others."""

from hotline.db.base import Base
from hotline.db.crypto import Keyring, KeysMissing, KeysUnsafe
from hotline.db.engine import Database, alone, deadlocked
from hotline.db.times import local_day, minutes_between
from hotline.db.types import BlindIndex, Encrypted, EncryptedJson, UtcDateTime

__all__ = [
    "Base",
    "BlindIndex",
    "Database",
    "Encrypted",
    "EncryptedJson",
    "Keyring",
    "KeysMissing",
    "KeysUnsafe",
    "UtcDateTime",
    "alone",
    "deadlocked",
    "local_day",
    "minutes_between",
]
