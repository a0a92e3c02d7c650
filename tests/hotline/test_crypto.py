"""Keys beside the database: who may read them, what they hide, what happens without them."""

from pathlib import Path

import pytest
from cryptography.fernet import InvalidToken

from hotline import setup
from hotline.db import Keyring, KeysMissing, KeysUnsafe
from hotline.opening import NotReady
from hotline.settings import Settings


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    Keyring.create(tmp_path / "keys")
    return tmp_path / "keys"


def test_new_keys_are_for_their_owner_only(keys: Path) -> None:
    assert keys.stat().st_mode & 0o777 == 0o700
    assert {path.name: path.stat().st_mode & 0o777 for path in keys.iterdir()} == {
        "encryption.keys": 0o600,
        "blind-index.key": 0o600,
    }


@pytest.mark.parametrize("name", ["encryption.keys", "blind-index.key"])
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o700 | 0o004])
def test_keys_that_others_can_read_are_refused(keys: Path, name: str, mode: int) -> None:
    (keys / name).chmod(mode)
    with pytest.raises(KeysUnsafe, match="must be 0600"):
        Keyring.load(keys)


@pytest.mark.parametrize("name", ["encryption.keys", "blind-index.key"])
@pytest.mark.parametrize("content", [b"", b"\n", b"not a key", b"\xff\xfe", b"abcd"])
def test_what_is_no_key_is_refused_and_not_shown(keys: Path, name: str, content: bytes) -> None:
    (keys / name).write_bytes(content)
    with pytest.raises(KeysUnsafe) as refused:
        Keyring.load(keys)
    assert str(refused.value) == f"{keys} holds a file that is not a key"


@pytest.mark.parametrize("name", ["encryption.keys", "blind-index.key"])
def test_a_missing_key_file_is_named(keys: Path, name: str) -> None:
    (keys / name).unlink()
    with pytest.raises(KeysMissing, match=name):
        Keyring.load(keys)


def test_making_keys_twice_keeps_the_first(keys: Path) -> None:
    before = {path.name: path.read_bytes() for path in keys.iterdir()}
    Keyring.create(keys)
    assert {path.name: path.read_bytes() for path in keys.iterdir()} == before


def test_a_new_key_still_reads_old_text_and_the_old_one_not_the_new(keys: Path) -> None:
    old = Keyring.load(keys)
    written = old.encrypt("nợ lương")
    Keyring.rotate(keys)
    new = Keyring.load(keys)
    assert new.decrypt(written) == "nợ lương"
    with pytest.raises(InvalidToken):
        old.decrypt(new.encrypt("nợ lương"))
    assert new.blind_index("contact.address", "7001") == old.blind_index("contact.address", "7001")
    assert (keys / "encryption.keys").stat().st_mode & 0o777 == 0o600


def test_a_rotation_cut_short_costs_no_key(keys: Path) -> None:
    written = Keyring.load(keys).encrypt("nợ lương")
    (keys / "encryption.new").write_bytes(b"half a k")
    Keyring.rotate(keys)
    assert Keyring.load(keys).decrypt(written) == "nợ lương"


def test_dropped_keys_read_nothing_any_more(keys: Path) -> None:
    written = Keyring.load(keys).encrypt("nợ lương")
    Keyring.rotate(keys)
    renewed = Keyring.load(keys).encrypt("nợ lương")
    Keyring.drop_old(keys)
    assert Keyring.load(keys).decrypt(renewed) == "nợ lương"
    with pytest.raises(InvalidToken):
        Keyring.load(keys).decrypt(written)


def test_the_same_text_never_looks_the_same_encrypted(keys: Path) -> None:
    ring = Keyring.load(keys)
    assert ring.encrypt("nợ lương") != ring.encrypt("nợ lương")
    assert "lương" not in ring.encrypt("nợ lương")


def test_a_changed_token_is_not_read(keys: Path) -> None:
    ring = Keyring.load(keys)
    token = ring.encrypt("nợ lương")
    with pytest.raises(InvalidToken):
        ring.decrypt(token[:-5] + ("A" if token[-5] != "A" else "B") + token[-4:])


def test_the_blind_index_is_equal_for_equal_values_of_one_purpose_and_one_key() -> None:
    ring, other = Keyring.generate(), Keyring.generate()
    index = ring.blind_index("contact.address", "7001")
    assert index == ring.blind_index("contact.address", "7001")
    assert len(index) == 64
    assert "7001" not in index[:4]
    assert index != ring.blind_index("contact.address", "7002")
    assert index != ring.blind_index("message.external_id", "7001")
    assert index != other.blind_index("contact.address", "7001")
    assert ring.blind_index("a", "b\x1fc") != ring.blind_index("a\x1fb", "d")


# -- keys and data belong together -----------------------------------------------------------------


@pytest.mark.parametrize("lost", ["both", "encryption.keys", "blind-index.key"])
async def test_data_without_their_keys_stop_the_start(
    database_url: str, tmp_path: Path, lost: str
) -> None:
    settings = Settings(data_dir=tmp_path, database_url=database_url)
    if lost != "both":
        Keyring.create(settings.keys_dir)
        (settings.keys_dir / lost).unlink()
    before = sorted(settings.keys_dir.iterdir()) if settings.keys_dir.exists() else []
    with pytest.raises(NotReady, match="put the keys back"):
        await setup.migrate(settings)
    with pytest.raises(NotReady, match="is missing"):
        await setup.open_ready(settings)
    after = sorted(settings.keys_dir.iterdir()) if settings.keys_dir.exists() else []
    assert after == before


async def test_a_new_installation_gets_keys_and_keeps_them(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new")
    await (await setup.migrate(settings)).close()
    keys = (settings.keys_dir / "encryption.keys").read_bytes()
    await (await setup.migrate(settings)).close()
    await (await setup.open_ready(settings)).close()
    assert (settings.keys_dir / "encryption.keys").read_bytes() == keys
    assert settings.data_dir.stat().st_mode & 0o777 == 0o700
