"""The store of files: nothing readable on the disk, nothing lost between keys."""

import asyncio
import os
from pathlib import Path

import pytest
from cryptography.fernet import Fernet, InvalidToken

from bot.file_store import FileStore, new_blob
from hotline.db import Keyring

CANARY = b"canary of a worker " * 50


@pytest.fixture
def store(tmp_path: Path, keyring: Keyring) -> FileStore:
    return FileStore.local(tmp_path / "files", keyring)


async def test_what_is_put_comes_back(store: FileStore) -> None:
    contents = {new_blob(): content for content in (CANARY, b"\0" * 100_000, bytes(range(256)))}
    assert len(contents) == 3
    await asyncio.gather(*(store.put(*one) for one in contents.items()))
    for blob, content in contents.items():
        assert await store.get(blob) == content
    assert sorted(await store.blobs()) == sorted(contents)


async def test_nothing_can_be_read_on_the_disk(store: FileStore, tmp_path: Path) -> None:
    blob = new_blob()
    await store.put(blob, CANARY)
    files = tmp_path / "files"
    assert files.stat().st_mode & 0o777 == 0o700
    (path,) = files.iterdir()
    assert path.name == blob
    assert b"canary" not in path.read_bytes()


async def test_a_directory_that_was_open_is_shut(tmp_path: Path, keyring: Keyring) -> None:
    old = os.umask(0)
    try:
        (tmp_path / "files").mkdir(mode=0o777)
        FileStore.local(tmp_path / "files", keyring)
        FileStore.local(tmp_path / "new", keyring)
    finally:
        os.umask(old)
    for name in ("files", "new"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o700


async def test_a_second_put_replaces_the_first(store: FileStore) -> None:
    blob = new_blob()
    await store.put(blob, b"half")
    await store.put(blob, b"whole")
    assert await store.get(blob) == b"whole"
    assert await store.blobs() == [blob]


async def test_what_is_deleted_is_gone_and_may_be_deleted_again(store: FileStore) -> None:
    gone, kept = new_blob(), new_blob()
    for blob in (gone, kept):
        await store.put(blob, b"x")
    for _ in range(2):
        await store.delete([gone])
        with pytest.raises(FileNotFoundError):
            await store.get(gone)
        assert not await store.encrypt_anew(gone)
    assert await store.blobs() == [kept]
    assert await store.get(kept) == b"x"


async def test_files_that_are_not_ours_are_left_alone(store: FileStore, tmp_path: Path) -> None:
    (tmp_path / "files" / "README").write_text("x")
    (tmp_path / "files" / "sub").mkdir()
    (tmp_path / "files" / "sub" / new_blob()).write_text("x")
    assert await store.blobs() == []


async def test_a_strangers_key_opens_nothing(store: FileStore, tmp_path: Path) -> None:
    blob = new_blob()
    await store.put(blob, CANARY)
    stranger = FileStore.local(tmp_path / "files", Keyring.generate())
    with pytest.raises(InvalidToken):
        await stranger.get(blob)
    with pytest.raises(InvalidToken):
        await stranger.encrypt_anew(blob)
    assert await store.get(blob) == CANARY


async def test_old_keys_read_until_a_content_is_written_anew(tmp_path: Path) -> None:
    first, second = Fernet.generate_key(), Fernet.generate_key()
    index, blob = b"x" * 32, new_blob()

    def under(*keys: bytes) -> FileStore:
        return FileStore.local(tmp_path / "files", Keyring(list(keys), index))

    await under(first).put(blob, CANARY)
    assert await under(second, first).get(blob) == CANARY
    with pytest.raises(InvalidToken):
        await under(second).get(blob)
    assert await under(second, first).encrypt_anew(blob)
    assert await under(second).get(blob) == CANARY
