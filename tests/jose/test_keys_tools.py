# SPDX-License-Identifier: Apache-2.0
"""Keys made by real ssh-keygen and openssl are read, and what is written is read by them."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from sealwright.errors import InvalidKeyError
from sealwright.jose import Key

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Run = "Callable[[str], str]"
NEW = {
    "rsa": "openssl genrsa -out {} 2048",
    "P-256": "openssl ecparam -name prime256v1 -genkey -out {}",
    "P-384": "openssl ecparam -name secp384r1 -genkey -noout -out {}",
    "P-521": "openssl ecparam -name secp521r1 -genkey -noout -out {}",
    "secp256k1": "openssl ecparam -name secp256k1 -genkey -out {}",
    "Ed25519": "openssl genpkey -algorithm ed25519 -out {}",
    "Ed448": "openssl genpkey -algorithm ed448 -out {}",
}
SSH = {
    "rsa": "rsa -b 2048",
    "P-256": "ecdsa",
    "P-384": "ecdsa -b 384",
    "P-521": "ecdsa -b 521",
    "Ed25519": "ed25519",
}


@pytest.fixture
def run(tmp_path: Path) -> Callable[[str], str]:
    """Run a tool in a folder of its own; an empty word is written as two quotes."""

    def call(command: str) -> str:
        words = ["" if word == "''" else word for word in command.split()]
        if shutil.which(words[0]) is None:
            pytest.skip(f"NOT TESTED: {words[0]} is not installed")
        done = subprocess.run(words, check=False, cwd=tmp_path, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return call


@pytest.mark.parametrize("kind", NEW)
def test_openssl_keys(kind: str, run: Callable[[str], str], tmp_path: Path) -> None:
    """Everything openssl makes of a key is the same key: its own forms, PKCS#8, DER, encrypted, public."""
    run(NEW[kind].format("new.pem"))
    forms = {
        "p8": "openssl pkcs8 -topk8 -nocrypt -in new.pem -out p8",
        "p8.der": "openssl pkcs8 -topk8 -nocrypt -in new.pem -outform DER -out p8.der",
        "p8.pbkdf2": "openssl pkcs8 -topk8 -v2 aes-256-cbc -in new.pem -passout pass:pw -out p8.pbkdf2",
        "p8.scrypt": "openssl pkcs8 -topk8 -scrypt -in new.pem -passout pass:pw -out p8.scrypt",
        "p8.old": "openssl pkcs8 -topk8 -v1 PBE-SHA1-3DES -in new.pem -passout pass:pw -out p8.old",
        "p8.pw.der": "openssl pkcs8 -topk8 -in new.pem -passout pass:pw -outform DER -out p8.pw.der",
    }
    if not kind.startswith("Ed"):
        old = "openssl rsa -traditional" if kind == "rsa" else "openssl ec"
        forms |= {
            "old": f"{old} -in new.pem -out old",
            "old.der": f"{old} -in new.pem -outform DER -out old.der",
            "old.aes": f"{old} -in new.pem -aes128 -passout pass:pw -out old.aes",
            "old.des3": f"{old} -in new.pem -des3 -passout pass:pw -out old.des3",
        }
    expected = Key.load(tmp_path / "new.pem")
    for name, command in forms.items():
        run(command)
        locked = "pass:pw" in command
        key = Key.load(tmp_path / name, password="pw" if locked else None)
        assert key.is_private
        assert key.thumbprint() == expected.thumbprint()
        if locked:
            for password, says in ((None, "give password="), ("no", "wrong password")):
                with pytest.raises(InvalidKeyError, match=says):
                    Key.load(tmp_path / name, password=password)
    run("openssl pkey -in new.pem -pubout -out pub.pem")
    run("openssl pkey -in new.pem -pubout -outform DER -out pub.der")
    if kind == "rsa":
        run("openssl rsa -in new.pem -RSAPublicKey_out -out pub1.pem")
        run("openssl rsa -in new.pem -RSAPublicKey_out -outform DER -out pub1.der")
    for path in tmp_path.glob("pub*"):
        key = Key.load(path)
        assert not key.is_private
        assert key.thumbprint() == expected.thumbprint()


@pytest.mark.parametrize("kind", ["rsa", "P-256", "Ed25519"])
def test_openssl_certificates(kind: str, run: Callable[[str], str], tmp_path: Path) -> None:
    """Certificates and PKCS#12 files give their key; a request does not."""
    run(NEW[kind].format("new.pem"))
    run("openssl req -x509 -new -key new.pem -subj /CN=orders -days 9 -out c.pem")
    run("openssl x509 -in c.pem -outform DER -out c.der")
    run("openssl req -new -key new.pem -subj /CN=orders -out request.pem")
    run("openssl x509 -in c.pem -text -out c.text")
    expected = Key.load(tmp_path / "new.pem").thumbprint()
    for name in ("c.pem", "c.der", "c.text"):
        key = Key.load(tmp_path / name)
        assert not key.is_private
        assert key.thumbprint() == expected
        with pytest.raises(InvalidKeyError, match=r"X\.509 certificate.*private one is needed"):
            key.sign(b"x")
    with pytest.raises(InvalidKeyError, match="certificate request"):
        Key.load(tmp_path / "request.pem")
    start = "openssl pkcs12 -export -in c.pem"
    for name, options, password, private in (
        ("new", "-inkey new.pem -passout pass:pw", "pw", True),
        ("empty", "-inkey new.pem -passout pass:", None, True),
        ("open", "-inkey new.pem -passout pass: -keypbe NONE -certpbe NONE -nomac", None, True),
        ("certificate", "-nokeys -passout pass:pw", "pw", False),
    ):
        run(f"{start} {options} -out {name}.p12")
        key = Key.load(tmp_path / f"{name}.p12", password=password)
        assert key.is_private is private
        assert key.thumbprint() == expected
    for wrong, says in ((None, "give password="), ("no", "wrong password")):
        with pytest.raises(InvalidKeyError, match=says):
            Key.load(tmp_path / "new.p12", password=wrong)


@pytest.mark.parametrize("kind", SSH)
def test_ssh_keygen(kind: str, run: Callable[[str], str], tmp_path: Path) -> None:
    """Everything ssh-keygen writes is read, and it reads everything that is written."""
    run(f"ssh-keygen -q -t {SSH[kind]} -N '' -C susan@orders -f open")
    run(f"ssh-keygen -q -t {SSH[kind]} -N secret -a 2 -f locked")
    key, locked = Key.load(tmp_path / "open"), Key.load(tmp_path / "locked", password="secret")
    for found, name in ((key, "open"), (locked, "locked")):
        assert Key.load(tmp_path / f"{name}.pub").thumbprint() == found.thumbprint()
        for form in ("RFC4716", "PKCS8") if kind != "Ed25519" else ("RFC4716",):
            exported = run(f"ssh-keygen -e -m {form} -f {name}.pub")
            assert Key.parse(exported).thumbprint() == found.thumbprint()
    for password, says in ((None, "give password="), ("no", "wrong password")):
        with pytest.raises(InvalidKeyError, match=says):
            Key.load(tmp_path / "locked", password=password)
    (tmp_path / "ours.pub").write_text(key.to_openssh(comment="ours") + "\n")
    (tmp_path / "ours.rfc").write_text(key.to_rfc4716(comment="ours " * 60))
    line = run("ssh-keygen -i -f ours.rfc").split()
    assert key.to_openssh().split() == line[:2]
    assert run("ssh-keygen -l -f ours.pub").split()[1] == run("ssh-keygen -l -f open.pub").split()[1]
    for password in (None, "secret"):
        path = tmp_path / "ours"
        path.write_text(key.to_openssh(private=True, password=password))
        path.chmod(0o600)
        assert run(f"ssh-keygen -y -P {password or chr(39) * 2} -f ours").split()[:2] == line[:2]


@pytest.mark.parametrize("kind", NEW)
def test_openssl_reads_our_exports(kind: str, run: Callable[[str], str], tmp_path: Path) -> None:
    """PEM and DER, private and public, plain and encrypted, are what openssl expects."""
    run(NEW[kind].format("new.pem"))
    key = Key.load(tmp_path / "new.pem")
    public = run("openssl pkey -in new.pem -pubout")
    assert key.to_pem() == public
    for password in (None, "pw"):
        (tmp_path / "k.pem").write_text(key.to_pem(private=True, password=password))
        (tmp_path / "k.der").write_bytes(key.to_der(private=True, password=password))
        assert run("openssl pkey -in k.pem -passin pass:pw -pubout") == public
        assert run("openssl pkey -in k.der -inform DER -passin pass:pw -pubout") == public


def test_curves_that_sign_no_tokens(run: Callable[[str], str], tmp_path: Path) -> None:
    """Keys on curves that nobody uses for tokens are refused for that reason in closed files as well."""
    run("openssl ecparam -name sect233r1 -genkey -noout -out new.pem")
    run("openssl ec -in new.pem -aes128 -passout pass:pw -out locked.pem")
    run("openssl pkcs8 -topk8 -in new.pem -passout pass:pw -out p8.pem")
    run("openssl pkcs12 -export -nocerts -inkey new.pem -passout pass:pw -out k.p12")
    for name, password in (("new.pem", None), ("locked.pem", "pw"), ("p8.pem", "pw"), ("k.p12", "pw")):
        with pytest.raises(InvalidKeyError, match="signs no tokens"):
            Key.load(tmp_path / name, password=password)
