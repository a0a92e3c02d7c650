"""The store of files against an S3 server that nobody here wrote: see README.md beside this.

python -m tests.peers.s3_peer --peer VENV_WITH_MOTO_AND_BOTO3
"""

import argparse
import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from bot.file_store import FileStore, new_blob
from hotline.db import Keyring
from hotline.opening import open_files
from hotline.settings import Settings

BUCKET = "hotline-files"
CANARY = b"canary of a worker " * 100
LARGE = bytes(range(256)) * (20 * 1024 * 4)  # 20 MB
MANY = 1005  # more than one page of a listing

# What boto3, an independent client, sees in the bucket: name -> first bytes.
LOOK = """
import boto3, json, sys
client = boto3.client("s3", endpoint_url=sys.argv[1], region_name="us-east-1",
                      aws_access_key_id="key", aws_secret_access_key="secret")
if sys.argv[2] == "make":
    client.create_bucket(Bucket=sys.argv[3])
else:
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=sys.argv[3])
    names = [one["Key"] for page in pages for one in page.get("Contents", [])]
    some = {name.split("/")[-1]: client.get_object(Bucket=sys.argv[3], Key=name)["Body"].read(2000).hex()
            for name in names[:3]}
    print(json.dumps({"count": len(names), "some": some}))
"""


class Steps:
    def __init__(self) -> None:
        self.failed = 0

    def __call__(self, name: str, passed: bool) -> None:
        self.failed += not passed
        sys.stdout.write(f"{'PASS' if passed else 'FAIL'} {name}\n")


class Peer:
    """moto's server in its own process, and boto3 beside it."""

    def __init__(self, python: Path, endpoint: str) -> None:
        self.python, self.endpoint = python, endpoint

    def ask(self, what: str) -> str:
        command = [self.python, "-c", LOOK, self.endpoint, what, BUCKET]
        return subprocess.run(command, capture_output=True, check=True, text=True).stdout


@contextlib.contextmanager
def serving(venv: Path) -> Iterator[Peer]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [venv / "bin" / "moto_server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        endpoint = f"http://127.0.0.1:{port}"
        _wait_for(endpoint)
        yield Peer(venv / "bin" / "python", endpoint)
    finally:
        process.terminate()
        process.wait()


def _wait_for(endpoint: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(endpoint, timeout=1).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("moto did not start")


async def store_steps(step: Steps, peer: Peer, store: FileStore) -> None:
    first, large = new_blob(), new_blob()
    await store.put(first, CANARY)
    await store.put(large, LARGE)
    step("what is put comes back", await store.get(first) == CANARY)
    step("20 MB come back", await store.get(large) == LARGE)
    seen = json.loads(peer.ask("look"))
    step("boto3 sees two objects under our names", set(seen["some"]) == {first, large})
    stranger = open_files(_settings(peer, Path()), Keyring.generate())
    step("another hotline in the same bucket sees none of them", await stranger.blobs() == [])
    raw = b"".join(bytes.fromhex(one) for one in seen["some"].values())
    step("boto3 cannot read them", b"canary" not in raw and raw.startswith(b"gAAAA"))
    await store.put(first, b"again")
    step("a second put replaces the first", await store.get(first) == b"again")
    await store.delete([large])
    await store.delete([large])
    step("what is deleted twice is gone", await _is_gone(store, large))
    step("what never was is not found", await _is_gone(store, new_blob()))
    many = [new_blob() for _ in range(MANY)]
    for start in range(0, MANY, 50):
        await asyncio.gather(*(store.put(blob, b"x") for blob in many[start : start + 50]))
    step(f"{MANY} are listed", sorted(await store.blobs()) == sorted([first, *many]))
    await store.delete(many)
    step("and deleted", await store.blobs() == [first])


async def _is_gone(store: FileStore, blob: str) -> bool:
    try:
        await store.get(blob)
    except FileNotFoundError:
        return True
    return False


def rotating_steps(step: Steps, peer: Peer, directory: Path, blob: str) -> None:
    """`hotline keys rotate --drop-old` as an operator runs it."""
    environment = {**os.environ, **_environment(peer, directory)}
    before = json.loads(peer.ask("look"))["some"][blob]
    command = [sys.executable, "-m", "hotline", "keys", "rotate", "--drop-old"]
    done = subprocess.run(command, env=environment, capture_output=True, check=False, text=True)
    step("keys rotate: 1 file is written anew", "1 files are written anew" in done.stdout)
    after = json.loads(peer.ask("look"))["some"][blob]
    step("the object changed", before != after)
    store = open_files(_settings(peer, directory), Keyring.load(directory / "keys"))
    step("the new key alone reads it", asyncio.run(store.get(blob)) == b"again")


def _environment(peer: Peer, directory: Path) -> dict[str, str]:
    given = _settings(peer, directory).model_dump(exclude_defaults=True)
    return {f"HOTLINE_{name.upper()}": str(value) for name, value in given.items()}


def _settings(peer: Peer, directory: Path) -> Settings:
    return Settings(
        data_dir=directory,
        s3_bucket=BUCKET,
        s3_endpoint=peer.endpoint,
        s3_key_id="key",
        s3_secret="secret",
    )


def run(venv: Path) -> int:
    step = Steps()
    with tempfile.TemporaryDirectory() as name, serving(venv) as peer:
        directory = Path(name)
        environment = {**os.environ, **_environment(peer, directory)}
        migrate = [sys.executable, "-m", "hotline", "migrate"]
        subprocess.run(migrate, env=environment, check=True, stdout=subprocess.DEVNULL)
        peer.ask("make")
        store = open_files(_settings(peer, directory), Keyring.load(directory / "keys"))
        asyncio.run(store_steps(step, peer, store))
        (blob,) = asyncio.run(store.blobs())
        rotating_steps(step, peer, directory, blob)
        step("nothing was written to the disk", not (directory / "files").exists())
    return step.failed


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--peer", type=Path, required=True)
    sys.exit(bool(run(arguments.parse_args().peer)))
