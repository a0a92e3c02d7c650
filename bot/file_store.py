"""Where files are kept: encrypted before they leave the process, under names that tell nothing.

A directory or a bucket, by obstore. Its plain functions run in threads: with its own asynchronous
ones a program that ends just after one is aborted (obstore 0.12).
"""

import asyncio
import os
import re
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Self

import obstore
from obstore.store import LocalStore, ObjectStore, S3Store

from hotline.db import Keyring

_BLOB = re.compile(r"[0-9a-f]{32}")
_DIRECTORY_MODE = 0o700


def new_blob() -> str:
    return secrets.token_hex(16)


class FileStore:
    """Keeps and gives back contents by name. What is gone raises FileNotFoundError."""

    def __init__(self, store: ObjectStore, keyring: Keyring, directory: Path | None = None) -> None:
        self._store = store
        self._keyring = keyring
        self._directory = directory

    @classmethod
    def local(cls, directory: Path, keyring: Keyring) -> Self:
        """In a directory of our own, which is made."""
        directory.mkdir(mode=_DIRECTORY_MODE, parents=True, exist_ok=True)
        directory.chmod(_DIRECTORY_MODE)
        return cls(LocalStore(directory), keyring, directory)

    @classmethod
    def s3(
        cls, bucket: str, endpoint: str, region: str, key_id: str, secret: str, keyring: Keyring
    ) -> Self:
        """In a bucket that speaks S3, named by path; without an endpoint it is Amazon's.

        Everything lies under a name drawn from our own key: two hotlines that share a bucket do
        not sweep each other's files.
        """
        store = S3Store(
            bucket,
            prefix=keyring.blind_index("files.prefix", "")[:16],
            endpoint=endpoint or None,
            region=region,
            access_key_id=key_id,
            secret_access_key=secret,
            virtual_hosted_style_request=False,
            client_options={"allow_http": endpoint.startswith("http://"), "timeout": "30 seconds"},
            retry_config={"max_retries": 2},
        )
        return cls(store, keyring)

    async def put(self, blob: str, content: bytes) -> None:
        """Keep `content`; when this returns it outlives a loss of power."""
        await asyncio.to_thread(self._put, blob, content)

    async def get(self, blob: str) -> bytes:
        return await asyncio.to_thread(self._get, blob)

    async def delete(self, blobs: Iterable[str]) -> None:
        """Delete; what is gone already is well."""
        await asyncio.to_thread(self._delete, list(blobs))

    async def blobs(self) -> list[str]:
        """The names of all that is kept here."""
        return await asyncio.to_thread(self._blobs)

    async def encrypt_anew(self, blob: str) -> bool:
        """Write one content again, under the newest key; False if it is gone meanwhile."""
        try:
            content = await self.get(blob)
        except FileNotFoundError:
            return False
        await self.put(blob, content)
        return True

    def _put(self, blob: str, content: bytes) -> None:
        obstore.put(self._store, blob, self._keyring.encrypt_bytes(content))
        if self._directory is not None:
            for path in (self._directory / blob, self._directory):
                _settle(path)

    def _get(self, blob: str) -> bytes:
        return self._keyring.decrypt_bytes(bytes(obstore.get(self._store, blob).bytes()))

    def _delete(self, blobs: list[str]) -> None:
        for blob in blobs:
            try:
                obstore.delete(self._store, blob)
            except FileNotFoundError:
                continue

    def _blobs(self) -> list[str]:
        chunks = obstore.list(self._store)
        return [one["path"] for chunk in chunks for one in chunk if _BLOB.fullmatch(one["path"])]


def _settle(path: Path) -> None:
    """Wait until the disk has it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
