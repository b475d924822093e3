# SPDX-License-Identifier: Apache-2.0
"""Keys at rest open with the right key-encryption key, in the right row, and otherwise not at all."""

from __future__ import annotations

import pickle
import secrets
from typing import TYPE_CHECKING

import pytest

from sealwright.errors import ConfigError
from sealwright.jose import base64url
from sealwright.server.sealing import KEK_VARIABLE, KeyEncryptionKey, load_kek

if TYPE_CHECKING:
    from pathlib import Path


def _kek() -> KeyEncryptionKey:
    return KeyEncryptionKey(secrets.token_bytes(32), origin="a test")


def test_what_was_sealed_is_unsealed() -> None:
    """The envelope gives the secret back."""
    kek = _kek()
    assert (
        kek.unseal(kek.seal(b"secret", kid="k", use="sig", alg="ES256"), kid="k", use="sig", alg="ES256")
        == b"secret"
    )


def test_two_envelopes_of_one_secret_differ() -> None:
    """Each envelope has a nonce of its own."""
    kek = _kek()
    assert kek.seal(b"secret", kid="k", use="sig", alg="a") != kek.seal(
        b"secret", kid="k", use="sig", alg="a"
    )


def test_an_envelope_opens_in_no_other_place_and_not_when_altered() -> None:
    """Another KEK, kid, use or algorithm, and any changed or missing byte, are refused."""
    kek = _kek()
    envelope = kek.seal(b"secret", kid="k", use="sig", alg="ES256")
    attempts = [
        (_kek(), envelope, "k", "sig", "ES256"),
        (kek, envelope, "l", "sig", "ES256"),
        (kek, envelope, "k", "refresh", "ES256"),
        (kek, envelope, "k", "sig", "RS256"),
    ]
    for index in range(len(envelope)):
        altered = bytearray(envelope)
        altered[index] ^= 1
        attempts += [(kek, bytes(altered), "k", "sig", "ES256"), (kek, envelope[:index], "k", "sig", "ES256")]
    for opener, content, kid, use, alg in attempts:
        with pytest.raises(ConfigError):
            opener.unseal(content, kid=kid, use=use, alg=alg)


def test_a_kek_never_shows_itself() -> None:
    """Neither repr nor pickle gives the key away."""
    raw = secrets.token_bytes(32)
    kek = KeyEncryptionKey(raw, origin="a test")
    assert repr(kek) == "<KeyEncryptionKey from a test>"
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(kek)


def test_the_file_is_made_once_and_private(tmp_path: Path) -> None:
    """The file is 0600, and the next start reads the same key."""
    envelope = load_kek(tmp_path, create=True).seal(b"secret", kid="k", use="sig", alg="a")
    assert (tmp_path / "kek").stat().st_mode & 0o777 == 0o600
    assert load_kek(tmp_path, create=True).unseal(envelope, kid="k", use="sig", alg="a") == b"secret"
    assert [path.name for path in tmp_path.iterdir()] == ["kek"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_an_exposed_file_is_refused_with_the_command_that_mends_it(tmp_path: Path, mode: int) -> None:
    """A key file that group or others can read stops the start."""
    load_kek(tmp_path, create=True)
    (tmp_path / "kek").chmod(mode)
    with pytest.raises(ConfigError, match="can be read by other users") as caught:
        load_kek(tmp_path, create=False)
    assert caught.value.hint == f"chmod 600 {tmp_path / 'kek'}"


@pytest.mark.parametrize("content", ["", "short", "A" * 44, "!" * 43, "\u00e4" * 43])
def test_a_damaged_file_is_refused(tmp_path: Path, content: str) -> None:
    """Only 32 bytes as base64url are a key; the message does not quote what was found."""
    path = tmp_path / "kek"
    path.write_text(content, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(ConfigError, match="must hold 32 bytes") as caught:
        load_kek(tmp_path, create=False)
    assert not content or content not in str(caught.value)


def test_a_missing_file_is_not_replaced_once_keys_are_sealed(tmp_path: Path) -> None:
    """A new key could not open the old keys, so the operator is asked for the old one."""
    with pytest.raises(ConfigError, match="is missing"):
        load_kek(tmp_path, create=False)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_the_place_of_the_file_is_one_clear_line(tmp_path: Path) -> None:
    """Whatever keeps the file from being read is a ConfigError."""
    (tmp_path / "kek").mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        load_kek(tmp_path, create=False)


def test_the_environment_comes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With SEALWRIGHT_KEK set no file is read or made."""
    raw = secrets.token_bytes(32)
    monkeypatch.setenv(KEK_VARIABLE, base64url.encode(raw))
    envelope = load_kek(tmp_path, create=True).seal(b"secret", kid="k", use="sig", alg="a")
    assert KeyEncryptionKey(raw, origin="a test").unseal(envelope, kid="k", use="sig", alg="a") == b"secret"
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_environment_variable_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names the variable and not its value."""
    monkeypatch.setenv(KEK_VARIABLE, "hunter2hunter2")
    with pytest.raises(ConfigError, match=rf"^{KEK_VARIABLE} must hold") as caught:
        load_kek(tmp_path, create=True)
    assert "hunter2" not in str(caught.value)
