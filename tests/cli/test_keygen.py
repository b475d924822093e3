# SPDX-License-Identifier: Apache-2.0
"""``sealwright keygen``: files, permissions, formats and what it refuses."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sealwright.cli.output import program_name
from sealwright.errors import InvalidKeyError
from sealwright.jose import ALGORITHMS, Key

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import InProcess, Terminal

ASYMMETRIC = ("ES256", "ES384", "ES512", "EdDSA", "RS256", "PS256")


def mode(path: str) -> int:
    """Permission bits of a file."""
    return Path(path).stat().st_mode & 0o777


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_every_algorithm_of_the_table_has_keys(cli: InProcess, alg: str) -> None:
    """A key for each algorithm of the library's table signs and verifies."""
    assert cli("keygen", "k", "--alg", alg).status == 0
    token = cli("sign", "--key", "k", "--alg", alg, "--sub", "susan").out
    public = "k" if ALGORITHMS[alg].symmetric else "k.pub"
    done = cli("verify", "-", "--key", public, "--alg", alg, stdin=token)
    assert done.status == 0, done.err


@pytest.mark.parametrize("form", ["pem", "openssh", "jwk"])
@pytest.mark.parametrize("alg", ASYMMETRIC)
def test_a_key_pair_of_every_kind_signs_and_verifies(cli: InProcess, alg: str, form: str) -> None:
    """A key pair of every kind signs and verifies."""
    assert cli("keygen", "k", "--alg", alg, "--format", form).status == 0
    private, public = Key.load("k"), Key.load("k.pub")
    assert private.is_private
    assert not public.is_private
    public.verify(b"input", private.sign(b"input", alg), alg)


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_a_format_that_does_not_exist_for_a_key_is_one_line(cli: InProcess, alg: str) -> None:
    """OpenSSH knows few kinds of keys; for the others nothing is written."""
    done = cli("keygen", "k", "--alg", alg, "--format", "openssh")
    if done.status == 0:
        assert Key.load("k").is_private
        return
    assert done.status == 2
    assert done.err.count("\n") == 1
    assert list(Path().iterdir()) == []


def test_the_private_key_is_0600_whatever_the_umask(cli: InProcess) -> None:
    """The private key is 0600 whatever the umask."""
    for umask, public in ((0, 0o644), (0o077, 0o600), (0o777, 0)):
        before = os.umask(umask)
        try:
            done = cli("keygen", f"k{umask}")
        finally:
            os.umask(before)
        assert done.status == 0, done.err
        assert mode(f"k{umask}") == 0o600
        assert mode(f"k{umask}.pub") == public


@pytest.mark.parametrize("existing", ["k", "k.pub"])
def test_an_existing_file_is_never_overwritten(cli: InProcess, existing: str) -> None:
    """An existing file is never overwritten."""
    Path(existing).write_text("precious")
    done = cli("keygen", "k")
    assert done.status == 2
    assert done.err == (
        f"sealwright: {existing} exists already and is never overwritten. "
        "Give another PATH, or move the old key away first.\n"
    )
    assert Path(existing).read_text() == "precious"
    assert [path.name for path in Path().iterdir()] == [existing]


def test_a_dangling_link_is_not_followed(cli: InProcess) -> None:
    """A dangling link is not followed."""
    Path("k").symlink_to("elsewhere")
    assert cli("keygen", "k").status == 2
    assert not Path("elsewhere").exists()


def test_a_public_key_that_cannot_be_written_takes_the_private_one_with_it(
    cli: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A public key that cannot be written takes the private one with it."""
    monkeypatch.setattr("sealwright.cli.keygen._refuse_existing", lambda *_paths: None)
    Path("k.pub").write_text("came in between")
    done = cli("keygen", "k")
    assert done.status == 2
    assert done.err.count("\n") == 1
    assert not Path("k").exists()
    assert Path("k.pub").read_text() == "came in between"


@pytest.mark.parametrize("path", ["", ".", "/", "a" * 300])
def test_a_path_that_is_no_file_name_is_one_line(cli: InProcess, path: str) -> None:
    """A path that is no file name is one line and writes nothing."""
    done = cli("keygen", path)
    assert done.status == 2
    assert done.err.count("\n") == 1
    assert list(Path().iterdir()) == []


def test_a_missing_folder_is_one_line(cli: InProcess) -> None:
    """A missing folder is one line."""
    done = cli("keygen", "nowhere/k")
    assert done.status == 2
    assert done.err == (
        "sealwright: nowhere/k: No such file or directory. Look at the path, or create its folder first.\n"
    )


def test_without_a_path_the_key_goes_to_jwt_key(cli: InProcess) -> None:
    """Without a path the key goes to jwt key."""
    assert cli("keygen").status == 0
    assert sorted(path.name for path in Path().iterdir()) == ["jwt-key", "jwt-key.pub"]


def test_it_prints_the_thumbprint_and_the_files_and_a_line_to_try(cli: InProcess) -> None:
    """It prints the thumbprint and the files and a line to try."""
    done = cli("keygen", "my key")
    assert Key.load("my key").kid in done.out
    line = done.out.strip().splitlines()[-1]
    program = program_name()
    assert line == (
        f"  {program} sign --key 'my key' --alg ES256 --sub susan --exp 10m | "
        f"{program} verify - --key 'my key.pub'"
    )


def test_json_is_one_document(cli: InProcess) -> None:
    """JSON is one document."""
    done = cli("keygen", "k", "--alg", "EdDSA", "--json")
    assert json.loads(done.out) == {
        "alg": "EdDSA",
        "kty": "OKP",
        "kid": Key.load("k").kid,
        "private_key": "k",
        "public_key": "k.pub",
    }


def test_bits_choose_the_size_of_an_rsa_key(cli: InProcess) -> None:
    """Bits choose the size of an RSA key."""
    assert cli("keygen", "k", "--alg", "RS256", "--bits", "3072").status == 0
    assert getattr(Key.load("k").native, "key_size", None) == 3072
    assert cli("keygen", "k2", "--bits", "3072").status == 2


def test_a_secret_is_one_jwk_file(cli: InProcess) -> None:
    """A secret is one jwk file."""
    done = cli("keygen", "k", "--alg", "HS256")
    assert done.status == 0
    assert [path.name for path in Path().iterdir()] == ["k"]
    assert mode("k") == 0o600
    assert Key.load("k").alg == "HS256"
    assert json.loads(Path("k").read_text())["k"] not in done.out
    assert cli("keygen", "k2", "--alg", "HS256", "--format", "pem").status == 2


def test_a_password_is_asked_for_twice_and_encrypts_the_private_key(
    terminal: Terminal, tmp_path: Path
) -> None:
    """A password is asked for twice and encrypts the private key."""
    status, shown = terminal("keygen", "k", "--password", answers=("correct horse", "correct horse"))
    assert status == 0, shown
    assert "correct horse" not in shown
    with pytest.raises(InvalidKeyError):
        Key.load(tmp_path / "k")
    assert Key.load(tmp_path / "k", "correct horse").is_private
    assert "encrypted with the password" in shown
    assert "sign --key k --password --alg ES256" in shown


def test_a_password_can_come_from_a_file(cli: InProcess) -> None:
    """A password can come from a file."""
    Path("pw").write_text("correct horse\n")
    assert cli("keygen", "k", "--password-file", "pw").status == 0
    assert Key.load("k", "correct horse").is_private
    assert cli("keygen", "k2", "--password-file", "pw", "--format", "jwk").status == 2
    Path("pw").write_text("")
    assert cli("keygen", "k3", "--password-file", "pw").status == 2
    assert not Path("k3").exists()


def test_a_password_without_a_terminal_is_a_usage_error(cli: InProcess) -> None:
    """A password without a terminal is a usage error."""
    done = cli("keygen", "k", "--password")
    assert done.status == 2
    assert "--password-file" in done.err
    assert not Path("k").exists()


def test_ssh_keygen_reads_the_openssh_files(cli: InProcess, require_command: Callable[[str], str]) -> None:
    """Ssh-keygen reads the OpenSSH files."""
    ssh_keygen = require_command("ssh-keygen")
    assert cli("keygen", "k", "--format", "openssh").status == 0
    command = [ssh_keygen, "-y", "-f", "k"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split()[:2] == Path("k.pub").read_text().split()[:2]
