# SPDX-License-Identifier: Apache-2.0
"""The first start makes everything, the second finds it, and what is on disk is useless without the KEK."""

from __future__ import annotations

import secrets
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sealwright.errors import ConfigError, UnavailableError
from sealwright.jose import Key, base64url
from sealwright.server.sealing import KEK_VARIABLE, KeyEncryptionKey, load_kek
from sealwright.server.setup import load_keyring, open_data
from sealwright.server.store import sqlite
from sealwright.server.store.keys import load_keys
from sealwright.server.store.sqlite import run_once
from sealwright.server.users import add_user, list_users

if TYPE_CHECKING:
    from sealwright.server.config import ServerConfig

NOW = 1_800_000_000.0


def test_the_first_start_makes_everything_and_the_second_finds_it(config: ServerConfig) -> None:
    """Folder, key file, database, keys and the first user; the password is told once."""
    first = open_data(config, now=NOW)
    assert first.created
    assert first.first_user is not None
    keyring = load_keyring(config)
    second = open_data(config, now=NOW + 1)
    assert (second.created, second.first_user) == (False, None)
    assert load_keyring(config).published.to_jwks() == keyring.published.to_jwks()
    assert [(user.username, user.roles) for user in list_users(config)] == [("admin", ("admin",))]
    assert first.first_user[1] not in repr(first)


def test_the_folder_and_its_files_are_private(config: ServerConfig) -> None:
    """0700 and 0600 whatever the umask."""
    open_data(config, now=NOW)
    assert config.data_dir.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in config.data_dir.iterdir()} == {0o600}


def test_one_active_and_one_standby_key_are_published(config: ServerConfig) -> None:
    """Both are in the JWK Set, public members only, and only the active one signs."""
    open_data(config, now=NOW)
    keyring = load_keyring(config)
    published = keyring.published.to_jwks()["keys"]
    states = {
        key.kid: key.state
        for key in run_once(config.data_dir / "sealwright.db", load_keys)
        if key.use == "sig"
    }
    assert [states[key["kid"]] for key in published] == ["ACTIVE", "STANDBY"]
    assert keyring.active.kid == published[0]["kid"]
    assert all("d" not in key and key["alg"] == "ES256" for key in published)


def test_another_algorithm_gets_keys_of_its_own_and_the_old_ones_stay_published(config: ServerConfig) -> None:
    """Tokens signed before the change are still verified, and the way back finds the first keys again."""
    open_data(config, now=NOW)
    before = [key.kid for key in load_keyring(config).published]
    other = replace(config, access_token_algorithm="RS256")
    assert open_data(other, now=NOW + 1).first_user is None
    keyring = load_keyring(other)
    assert (keyring.active.alg, len(keyring.published)) == ("RS256", 4)
    assert keyring.active.kid == keyring.published.to_jwks()["keys"][0]["kid"]
    assert [key.kid for key in keyring.published][2:] == before
    open_data(config, now=NOW + 2)
    assert [key.kid for key in load_keyring(config).published][:2] == before
    assert len(load_keyring(config).published) == 4


def test_the_database_shows_no_key_and_no_password(config: ServerConfig) -> None:
    """Neither private members, nor PEM, nor the refresh secret, nor the password, in any form."""
    opened = open_data(config, now=NOW)
    keyring = load_keyring(config)
    assert opened.first_user is not None
    assert isinstance(keyring.active, Key)
    private = keyring.active.to_jwk(private=True)["d"]
    content = b"".join(path.read_bytes() for path in config.data_dir.glob("sealwright.db*"))
    for secret in (
        private.encode(),
        base64url.decode(private),
        keyring.refresh.secret,
        opened.first_user[1].encode(),
        b"PRIVATE KEY",
        b'"d"',
    ):
        assert secret not in content
    assert b"$argon2id$" in content


def test_a_first_start_opens_the_keys_it_has_just_made(
    config: ServerConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys that cannot be read back are never committed, so the next start makes everything anew."""
    with monkeypatch.context() as broken:
        broken.setattr(KeyEncryptionKey, "seal", lambda *_args, **_named: b"\x01" + bytes(60))
        with pytest.raises(ConfigError, match="not the key-encryption key"):
            open_data(config, now=NOW)
    assert open_data(config, now=NOW).created


def test_another_kek_opens_nothing(config: ServerConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stolen database is useless, and the operator's mistake is one clear line."""
    open_data(config, now=NOW)
    monkeypatch.setenv(KEK_VARIABLE, base64url.encode(secrets.token_bytes(32)))
    for start in (lambda: open_data(config, now=NOW), lambda: load_keyring(config)):
        with pytest.raises(ConfigError, match=f"^{KEK_VARIABLE} is not the key-encryption key"):
            start()


def test_a_lost_kek_file_stops_the_start(config: ServerConfig) -> None:
    """It is not silently replaced by a new one."""
    open_data(config, now=NOW)
    (config.data_dir / "kek").unlink()
    with pytest.raises(ConfigError, match="is missing"):
        open_data(config, now=NOW)
    assert not (config.data_dir / "kek").exists()


def test_a_sealed_key_in_another_row_does_not_open(config: ServerConfig) -> None:
    """Swapping the envelopes of two keys is found."""
    open_data(config, now=NOW)
    with sqlite3.connect(config.data_dir / "sealwright.db") as connection:
        connection.execute(
            "UPDATE keys SET sealed = (SELECT max(sealed) FROM keys WHERE use = 'sig') WHERE use = 'sig'"
        )
    connection.close()
    with pytest.raises(ConfigError, match="not the key-encryption key"):
        load_keyring(config)


def test_first_starts_at_the_same_time_agree(config: ServerConfig) -> None:
    """Of several processes one creates, the others find."""
    code = (
        "import sys; from pathlib import Path; from sealwright.server.config import *; "
        "from sealwright.server.setup import open_data; "
        "c = ServerConfig(data_dir=Path(sys.argv[1]), argon2=Argon2Parameters(memory_kib=8, time_cost=1)); "
        "print(open_data(c, now=1.8e9).created)"
    )

    def run(_: int) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code, str(config.data_dir)], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(run, range(4))) == ["False", "False", "False", "True"]


@pytest.mark.parametrize("folder", ["/proc/sealwright", "/dev/null/data"])
def test_a_folder_that_cannot_be_made_is_one_clear_line(config: ServerConfig, folder: str) -> None:
    """The message names the folder and what to do."""
    with pytest.raises(ConfigError, match=rf"^data folder {folder}: ") as caught:
        open_data(replace(config, data_dir=Path(folder)), now=NOW)
    assert "writable" in caught.value.hint


def test_users_are_listed_from_a_folder_that_cannot_be_written(
    ready: ServerConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Listing writes nothing; adding says which folder it is and what to do."""
    folder = ready.data_dir
    folder.chmod(0o500)
    path = folder / "sealwright.db"
    path.chmod(0o400)
    before = {file.name for file in folder.iterdir()}
    monkeypatch.setattr("os.access", lambda *_args: False)
    try:
        assert [user.username for user in list_users(ready)] == ["admin", "susan"]
        assert {file.name for file in folder.iterdir()} == before
        with monkeypatch.context() as context:
            context.setattr(sqlite, "open_engine", sqlite._open_for_reading)
            with pytest.raises(ConfigError, match=r"^data folder .*: it cannot be written$") as caught:
                add_user(ready, "joe", "a good password", now=NOW)
        assert "writable" in caught.value.hint
    finally:
        path.chmod(0o600)
        folder.chmod(0o700)


def test_a_read_only_folder_is_one_clear_line(config: ServerConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the folder's mode says so or the file system does."""
    config.data_dir.mkdir(mode=0o700)
    monkeypatch.setattr("os.access", lambda *_args: False)
    with pytest.raises(ConfigError, match="it cannot be written"):
        open_data(config, now=NOW)


def test_a_file_that_is_no_database_is_unavailable(config: ServerConfig) -> None:
    """SQLite's own words reach the operator."""
    config.data_dir.mkdir(mode=0o700)
    (config.data_dir / "sealwright.db").write_bytes(b"this is no database" * 100)
    (config.data_dir / "sealwright.db").chmod(0o600)
    with pytest.raises(UnavailableError, match="not a database"):
        open_data(config, now=NOW)


def test_keys_are_loaded_only_from_a_folder_that_was_made_ready(config: ServerConfig) -> None:
    """The application never creates anything by itself."""
    with pytest.raises(ConfigError, match="holds no database yet"):
        load_keyring(config)
    assert not config.data_dir.exists()


def test_a_database_without_keys_is_refused(config: ServerConfig) -> None:
    """Signing needs a key."""
    open_data(config, now=NOW)
    with sqlite3.connect(config.data_dir / "sealwright.db") as connection:
        connection.execute("DELETE FROM keys")
    connection.close()
    with pytest.raises(ConfigError, match="no ES256 key"):
        load_keyring(config)


def test_the_kek_comes_from_the_environment_when_it_is_set(
    config: ServerConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the data folder holds no key file at all."""
    monkeypatch.setenv(KEK_VARIABLE, base64url.encode(secrets.token_bytes(32)))
    open_data(config, now=NOW)
    assert not (config.data_dir / "kek").exists()
    assert load_kek(config.data_dir, create=False).origin == KEK_VARIABLE
    load_keyring(config)


@pytest.mark.parametrize(
    ("name", "mode", "message", "command"),
    [
        ("", 0o770, "can be written by other users", "chmod go-w "),
        ("", 0o702, "can be written by other users", "chmod go-w "),
        ("sealwright.db", 0o640, "can be read by other users", "chmod 600 "),
        ("sealwright.db", 0o602, "can be read by other users", "chmod 600 "),
        ("kek", 0o604, "can be read by other users", "chmod 600 "),
    ],
)
def test_what_others_can_open_is_not_used(
    ready: ServerConfig, name: str, mode: int, message: str, command: str
) -> None:
    """Neither a start nor a command about users; the hint is the command that mends it."""
    path = ready.data_dir / name
    path.chmod(mode)
    for use in (lambda: open_data(ready, now=NOW), lambda: list_users(ready)):
        with pytest.raises(ConfigError, match=message) as caught:
            use()
        assert caught.value.hint == f"{command}{path}"
        assert str(path) in str(caught.value)


@pytest.mark.parametrize("name", ["sealwright.db", "kek"])
def test_a_file_of_another_user_is_not_used(
    ready: ServerConfig, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Its owner could change it at any time."""
    if name == "kek":
        (ready.data_dir / "sealwright.db").unlink()
    owner = (ready.data_dir / name).stat().st_uid
    monkeypatch.setattr("os.geteuid", lambda: owner + 1)
    with pytest.raises(ConfigError, match=f"{name} belongs to another user") as caught:
        open_data(ready, now=NOW)
    assert f"chown {owner + 1} " in caught.value.hint


def test_no_password_is_told_that_does_not_work(ready: ServerConfig) -> None:
    """When the keys are gone and the users are not, new keys are made and the first user stays as it is."""
    with sqlite3.connect(ready.data_dir / "sealwright.db") as connection:
        connection.execute("DELETE FROM keys")
    connection.close()
    before = list_users(ready)
    opened = open_data(ready, now=NOW)
    assert (opened.created, opened.first_user) == (True, None)
    assert list_users(ready) == before


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE keys SET use = 'refresh' WHERE state = 'STANDBY'",
        "UPDATE keys SET use = 'sig' WHERE use = 'refresh'",
        "UPDATE keys SET use = 'other'",
        "UPDATE keys SET alg = 'RS256' WHERE use = 'sig'",
        "UPDATE keys SET alg = 'none' WHERE state = 'STANDBY'",
        "UPDATE keys SET state = 'STANDBY'",
        "UPDATE keys SET state = 'RETIRED' WHERE state = 'STANDBY'",
        "UPDATE keys SET kid = 'not hexadecimal' WHERE use = 'refresh'",
        "UPDATE keys SET sealed = x'' WHERE use = 'refresh'",
        "DELETE FROM keys WHERE use = 'refresh'",
    ],
)
def test_an_altered_row_of_a_key_is_one_clear_line(config: ServerConfig, tampering: str) -> None:
    """What a row says about its key is authenticated with it, or is one of the known words."""
    open_data(config, now=NOW)
    with sqlite3.connect(config.data_dir / "sealwright.db") as connection:
        connection.execute(tampering)
    connection.close()
    with pytest.raises(ConfigError) as caught:
        load_keyring(config)
    assert "\n" not in str(caught.value)
    assert caught.value.hint or "sealed in a form" in str(caught.value)
