"""What workers sent, in the hands of the operator: backups, new keys, a bucket out of reach."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.file_store import FileStore, new_blob
from hotline.__main__ import app
from hotline.db import Keyring
from hotline.opening import open_files
from hotline.settings import Settings

CONTENTS = [b"canary one", b"canary two" * 1000, b""]


class Installation:
    """A data directory with files in it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        assert self.run("migrate").startswith("The database")
        self.blobs = {new_blob(): content for content in CONTENTS}
        for blob, content in self.blobs.items():
            asyncio.run(self.store().put(blob, content))

    def run(self, *arguments: str, code: int = 0, **settings: str) -> str:
        named = {f"HOTLINE_{name}": value for name, value in settings.items()}
        environment = {"HOTLINE_DATA_DIR": str(self.directory), **named}
        done = CliRunner().invoke(app, arguments, env=environment)
        assert done.exit_code == code, done.stderr
        return done.stdout if code == 0 else done.stderr

    def store(self) -> FileStore:
        keyring = Keyring.load(self.directory / "keys")
        return open_files(Settings(data_dir=self.directory), keyring)

    def read(self) -> dict[str, bytes]:
        store = self.store()
        return {blob: asyncio.run(store.get(blob)) for blob in asyncio.run(store.blobs())}

    @property
    def keys(self) -> list[bytes]:
        return (self.directory / "keys" / "encryption.keys").read_bytes().split()


@pytest.fixture
def hotline(tmp_path: Path) -> Installation:
    return Installation(tmp_path / "var")


def test_a_backup_takes_the_files_along(hotline: Installation, tmp_path: Path) -> None:
    said = hotline.run("backup", str(tmp_path / "copies"))
    (copy,) = [path for path in (tmp_path / "copies").iterdir() if path.is_dir()]
    assert f"{copy}  (3 files" in said
    assert copy.stat().st_mode & 0o777 == 0o700
    copied = {path.name: path.read_bytes() for path in copy.iterdir()}
    assert all(b"canary" not in content for content in copied.values())
    for path in (hotline.directory / "files").iterdir():
        path.unlink()
    (hotline.directory / "files").rmdir()
    copy.rename(hotline.directory / "files")
    assert hotline.read() == hotline.blobs


def test_a_bucket_has_its_own_backup(hotline: Installation, tmp_path: Path) -> None:
    bucket = {"S3_BUCKET": "hotline", "S3_KEY_ID": "k", "S3_SECRET": "hidden"}
    said = hotline.run("backup", str(tmp_path / "copies"), **bucket)
    assert "in the bucket hotline" in said
    assert "hidden" not in said
    assert not [path for path in (tmp_path / "copies").iterdir() if path.is_dir()]


def test_new_keys_alone_read_every_file(hotline: Installation) -> None:
    assert "3 files are written anew" in hotline.run("keys", "rotate", "--drop-old")
    assert len(hotline.keys) == 1
    assert hotline.read() == hotline.blobs


def test_until_the_old_keys_are_dropped_both_read(hotline: Installation) -> None:
    first = hotline.keys
    stray = new_blob()  # written by a process that still runs with the old keys
    hotline.run("keys", "rotate")
    assert hotline.keys[1:] == first
    old = FileStore.local(hotline.directory / "files", Keyring(first, b"x" * 32))
    asyncio.run(old.put(stray, b"late"))
    assert hotline.read() == {**hotline.blobs, stray: b"late"}


def test_a_file_no_key_can_read_keeps_the_old_keys(hotline: Installation) -> None:
    stranger = FileStore.local(hotline.directory / "files", Keyring.generate())
    asyncio.run(stranger.put(new_blob(), b"x"))
    said = hotline.run("keys", "rotate", "--drop-old", code=2)
    assert "files that none of the keys can read: nothing was dropped" in said
    assert len(hotline.keys) == 2


def test_a_bucket_out_of_reach_keeps_the_old_keys(hotline: Installation) -> None:
    bucket = {
        "S3_BUCKET": "hotline",
        "S3_KEY_ID": "k",
        "S3_SECRET": "hidden",
        "S3_ENDPOINT": "http://127.0.0.1:1",
    }
    said = hotline.run("keys", "rotate", "--drop-old", code=2, **bucket)
    assert "the files cannot be reached" in said
    assert "hidden" not in said
    assert len(hotline.keys) == 2
