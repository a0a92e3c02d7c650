"""Keys that live beside the database, never in it.

`encryption.keys` holds Fernet keys, one a line, the newest first: a new first line rotates,
older lines still read what they wrote. `blind-index.key` makes equal values findable without
storing them; it cannot be rotated without rewriting every index.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet, MultiFernet

_ENCRYPTION = "encryption.keys"
_BLIND_INDEX = "blind-index.key"
_BLIND_INDEX_BYTES = 32


class KeysMissing(RuntimeError):
    """There are data but no keys to read them with."""


class KeysUnsafe(RuntimeError):
    """A key file can be read by others than its owner, or holds no usable key."""


class Keyring:
    """Encrypts personal text and files, and indexes text blindly."""

    def __init__(self, encryption: list[bytes], blind_index: bytes) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in encryption])
        self._blind_index = blind_index

    @classmethod
    def generate(cls) -> "Keyring":
        """A fresh ring in memory, for tests and throw-away databases."""
        return cls([Fernet.generate_key()], secrets.token_bytes(_BLIND_INDEX_BYTES))

    @classmethod
    def load(cls, directory: Path) -> "Keyring":
        """Read the key files; raise `KeysMissing` or `KeysUnsafe`."""
        try:
            encryption = _read(directory / _ENCRYPTION).split()
            blind_index = bytes.fromhex(_read(directory / _BLIND_INDEX).decode().strip())
            if len(blind_index) < _BLIND_INDEX_BYTES:
                raise ValueError("a short key hides nothing")
            return cls(encryption, blind_index)
        except ValueError as error:
            raise KeysUnsafe(f"{directory} holds a file that is not a key") from error

    @staticmethod
    def is_whole(directory: Path) -> bool:
        """Whether both key files are there."""
        return all((directory / name).exists() for name in (_ENCRYPTION, _BLIND_INDEX))

    @staticmethod
    def create(directory: Path) -> None:
        """Write new key files, mode 0600; existing ones are left as they are."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_new(directory / _ENCRYPTION, Fernet.generate_key() + b"\n")
        _write_new(directory / _BLIND_INDEX, secrets.token_hex(_BLIND_INDEX_BYTES).encode() + b"\n")

    @staticmethod
    def rotate(directory: Path) -> None:
        """Put a new encryption key in front; what older keys wrote stays readable."""
        path = directory / _ENCRYPTION
        _replace(path, Fernet.generate_key() + b"\n" + _read(path))

    @staticmethod
    def drop_old(directory: Path) -> None:
        """Keep the newest encryption key only: what older ones wrote is lost."""
        path = directory / _ENCRYPTION
        _replace(path, _read(path).split()[0] + b"\n")

    def encrypt(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode("ascii")

    def decrypt(self, token: str) -> str:
        return self._fernet.decrypt(token.encode("ascii")).decode()

    def encrypt_bytes(self, content: bytes) -> bytes:
        return self._fernet.encrypt(content)

    def decrypt_bytes(self, token: bytes) -> bytes:
        """Raises `InvalidToken` for what none of the keys wrote."""
        return self._fernet.decrypt(token)

    def blind_index(self, purpose: str, value: str) -> str:
        """Hex HMAC-SHA-256: equal for equal values of one purpose, useless without the key."""
        message = f"{purpose}\x1f{value}".encode()
        return hmac.new(self._blind_index, message, hashlib.sha256).hexdigest()


def _read(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode & 0o777
    except FileNotFoundError as error:
        raise KeysMissing(f"{path} is missing") from error
    if mode & 0o077:
        raise KeysUnsafe(f"{path} has mode {mode:04o}; it must be 0600")
    return path.read_bytes()


def _write_new(path: Path, content: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def _replace(path: Path, content: bytes) -> None:
    """All of the new content or all of the old, also if the machine stops here."""
    renewed = path.with_suffix(".new")
    renewed.unlink(missing_ok=True)  # half of one, left by a machine that stopped
    _write_new(renewed, content)
    renewed.replace(path)
