# SPDX-License-Identifier: Apache-2.0
"""Every key format reads and writes every kind of key, and the key stays the same."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import serialization as ser

from sealwright.errors import InvalidKeyError
from sealwright.jose import Key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

PASSWORD = "correct horse"
KINDS = ("rsa", "P-256", "P-384", "P-521", "Ed25519")
KTY = {"rsa": "RSA", "P-256": "EC", "P-384": "EC", "P-521": "EC", "Ed25519": "OKP"}
REQUIRED = {"RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x")}


def _private(encoding: ser.Encoding, form: ser.PrivateFormat, password: str | None = None) -> Any:
    hidden = ser.BestAvailableEncryption(password.encode()) if password else ser.NoEncryption()
    return lambda native: native.private_bytes(encoding, form, hidden).decode()


def _public(encoding: ser.Encoding, form: ser.PublicFormat) -> Any:
    return lambda native: native.public_key().public_bytes(encoding, form).decode()


PRIVATE: dict[str, tuple[Callable[[Any], str], str | None, tuple[str, ...]]] = {
    "pkcs8": (_private(ser.Encoding.PEM, ser.PrivateFormat.PKCS8), None, KINDS),
    "traditional": (_private(ser.Encoding.PEM, ser.PrivateFormat.TraditionalOpenSSL), None, KINDS[:4]),
    "pkcs8 encrypted": (_private(ser.Encoding.PEM, ser.PrivateFormat.PKCS8, PASSWORD), PASSWORD, KINDS),
    "traditional encrypted": (
        _private(ser.Encoding.PEM, ser.PrivateFormat.TraditionalOpenSSL, PASSWORD),
        PASSWORD,
        KINDS[:4],
    ),
    "openssh": (_private(ser.Encoding.PEM, ser.PrivateFormat.OpenSSH), None, KINDS),
}
PUBLIC: dict[str, tuple[Callable[[Any], str], tuple[str, ...]]] = {
    "spki": (_public(ser.Encoding.PEM, ser.PublicFormat.SubjectPublicKeyInfo), KINDS),
    "pkcs1": (_public(ser.Encoding.PEM, ser.PublicFormat.PKCS1), ("rsa",)),
    "openssh line": (_public(ser.Encoding.OpenSSH, ser.PublicFormat.OpenSSH), KINDS),
}
private_cases = pytest.mark.parametrize(
    ("form", "kind"), [(form, kind) for form, (_, _, kinds) in PRIVATE.items() for kind in kinds]
)
public_cases = pytest.mark.parametrize(
    ("form", "kind"), [(form, kind) for form, (_, kinds) in PUBLIC.items() for kind in kinds]
)
each_kind = pytest.mark.parametrize("kind", KINDS)


def thumbprint_of(jwk: Mapping[str, Any]) -> str:
    """Compute RFC 7638 by its words, independently of the code under test."""
    members = {name: jwk[name] for name in REQUIRED[jwk["kty"]]}
    text = json.dumps(members, separators=(",", ":"), sort_keys=True)
    return urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def same_public(left: Any, right: Any) -> bool:
    """Compare two cryptography keys by their public halves."""
    halves = [key.public_key() if hasattr(key, "public_key") else key for key in (left, right)]
    spki = [half.public_bytes(ser.Encoding.DER, ser.PublicFormat.SubjectPublicKeyInfo) for half in halves]
    return bool(spki[0] == spki[1])


@private_cases
def test_private_key_texts_are_read(form: str, kind: str, natives: Mapping[str, Any]) -> None:
    """Each private format of each kind of key is read without being told what it is."""
    write, password, _ = PRIVATE[form]
    key = Key.parse(write(natives[kind]), password)
    assert key.is_private
    assert key.kty == KTY[kind]
    assert key.curve == (None if kind == "rsa" else kind)
    assert same_public(key.native, natives[kind])
    assert key.kid == key.thumbprint() == thumbprint_of(key.to_jwk())
    key.public().verify(b"data", key.sign(b"data"))


@public_cases
def test_public_key_texts_are_read(form: str, kind: str, natives: Mapping[str, Any]) -> None:
    """Each public format of each kind of key is read without being told what it is."""
    key = Key.parse(PUBLIC[form][0](natives[kind]))
    assert not key.is_private
    assert key.kty == KTY[kind]
    assert same_public(key.native, natives[kind])
    key.verify(b"data", Key.from_native(natives[kind]).sign(b"data"))


@pytest.mark.parametrize("as_bytes", [False, True])
@each_kind
def test_a_key_file_is_loaded(kind: str, as_bytes: bool, natives: Mapping[str, Any], tmp_path: Path) -> None:
    """Key.load reads a path given as text or as a path object."""
    path = tmp_path / "jwt-key"
    path.write_text(PRIVATE["pkcs8 encrypted"][0](natives[kind]))
    where: str | Path = path if as_bytes else str(path)
    key = Key.load(where, password=PASSWORD.encode() if as_bytes else PASSWORD)
    assert same_public(key.native, natives[kind])


def test_a_comment_and_a_final_newline_belong_to_an_openssh_line(natives: Mapping[str, Any]) -> None:
    """What ssh-keygen writes after the key itself does not matter."""
    for kind in KINDS:
        line = PUBLIC["openssh line"][0](natives[kind])
        for text in (line + "\n", line + " miguel@MS90J8G8WL", line + " two words\n"):
            assert same_public(Key.parse(text).native, natives[kind])
            assert same_public(Key.parse(text.encode()).native, natives[kind])


@each_kind
def test_pem_export_and_back(kind: str, natives: Mapping[str, Any]) -> None:
    """PEM is public unless asked otherwise, private when asked, encrypted when given a password."""
    key = Key.from_native(natives[kind])
    public = key.to_pem()
    assert "PUBLIC KEY" in public
    assert "PRIVATE" not in public
    assert public == key.public().to_pem()
    assert Key.parse(public).thumbprint() == key.thumbprint()
    private = key.to_pem(private=True)
    assert "PRIVATE KEY" in private
    assert Key.parse(private).sign(b"x", key.alg)
    hidden = key.to_pem(private=True, password=PASSWORD)
    assert "ENCRYPTED" in hidden
    assert Key.parse(hidden, PASSWORD).thumbprint() == key.thumbprint()
    # The standard tools' own reader agrees.
    native: Any = ser.load_pem_private_key(private.encode(), None)
    assert same_public(native, natives[kind])
    assert same_public(ser.load_pem_public_key(public.encode()), natives[kind])


@each_kind
def test_openssh_export_and_back(kind: str, natives: Mapping[str, Any]) -> None:
    """OpenSSH's own two formats are written and read."""
    key = Key.from_native(natives[kind])
    line = key.to_openssh(comment="susan@orders")
    assert line.rstrip("\n").endswith(" susan@orders")
    assert same_public(ser.load_ssh_public_key(line.encode()), natives[kind])
    assert Key.parse(line).thumbprint() == key.thumbprint()
    assert Key.parse(key.public().to_openssh()).thumbprint() == key.thumbprint()
    private = key.to_openssh(private=True)
    assert "OPENSSH PRIVATE KEY" in private
    assert same_public(ser.load_ssh_private_key(private.encode(), None), natives[kind])
    assert Key.parse(private).is_private


@each_kind
def test_jwk_export_and_back(kind: str, natives: Mapping[str, Any]) -> None:
    """A JWK is public unless asked otherwise, and reads back as mapping and as text."""
    key = Key.from_native(natives[kind], kid="2026-03")
    public = key.to_jwk()
    assert public["kty"] == KTY[kind]
    assert public["kid"] == "2026-03"
    assert not {"d", "p", "q", "dp", "dq", "qi", "k", "oth"} & public.keys()
    private = key.to_jwk(private=True)
    assert "d" in private
    for jwk, is_private in ((public, False), (private, True)):
        for back in (Key.from_jwk(jwk), Key.parse(json.dumps(jwk)), Key.parse(json.dumps(jwk).encode())):
            assert back.is_private is is_private
            assert back.kid == "2026-03"
            assert back.thumbprint() == key.thumbprint()
    Key.from_jwk(public).verify(b"x", Key.from_jwk(private).sign(b"x", key.alg), key.alg)


@each_kind
def test_every_export_of_a_public_key_refuses_private_material(kind: str, natives: Mapping[str, Any]) -> None:
    """A public key has no private form, and says so."""
    public = Key.from_native(natives[kind]).public()
    for export in (public.to_pem, public.to_jwk, public.to_openssh):
        with pytest.raises(InvalidKeyError, match="private"):
            export(private=True)


def test_a_secret_has_a_jwk_only_when_asked_for_the_private_one(secret: bytes) -> None:
    """A secret has no public half, so nothing exports it without private=True."""
    key = Key.from_secret(secret, "HS256", kid="k1")
    jwk = key.to_jwk(private=True)
    assert jwk["kty"] == "oct"
    assert Key.from_jwk(jwk).native == secret
    with pytest.raises(InvalidKeyError):
        key.to_jwk()
    for export in (key.to_pem, key.to_openssh):
        for private in (False, True):
            with pytest.raises(InvalidKeyError):
                export(private=private)
    with pytest.raises(InvalidKeyError):
        key.public()


@pytest.mark.parametrize("alg", ["HS256", "HS512", "RS256", "PS384", "ES256", "ES384", "ES512", "EdDSA"])
def test_generate_makes_a_bound_private_key(alg: str) -> None:
    """A generated key signs with its one algorithm and has its thumbprint for a kid."""
    key = Key.generate(alg)
    assert key.is_private
    assert key.algorithms == ({"EdDSA", "Ed25519"} if alg == "EdDSA" else {alg})
    assert key.kid == key.thumbprint()
    key.verify(b"x", key.sign(b"x"))
    assert Key.generate(alg, kid="mine").kid == "mine"


def test_a_key_keeps_its_algorithm_through_a_jwk() -> None:
    """The JWK of a key bound to one algorithm binds it again when read."""
    key = Key.generate("ES256")
    assert key.to_jwk()["alg"] == "ES256"
    assert Key.from_jwk(key.to_jwk()).algorithms == {"ES256"}


def test_generate_makes_rsa_keys_of_the_asked_size() -> None:
    """RSA keys have 2048 bits unless told otherwise, and never fewer."""
    native: Any = Key.generate("RS256").native
    assert native.key_size == 2048
    with pytest.raises((InvalidKeyError, ValueError), match="2048"):
        Key.generate("RS256", bits=1024)


def test_the_thumbprint_example_of_rfc_7638() -> None:
    """RFC 7638 section 3.1 gives this key and this thumbprint; other members do not count."""
    jwk = {
        "kty": "RSA",
        "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPeb"
        "WKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMic"
        "AtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XP"
        "ksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
        "e": "AQAB",
        "alg": "RS256",
        "kid": "2011-04-29",
    }
    key = Key.from_jwk(jwk)
    assert key.thumbprint() == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    assert key.kid == "2011-04-29"
    del jwk["kid"]
    assert Key.from_jwk(jwk).kid == key.thumbprint()


def test_the_thumbprint_example_of_rfc_8037() -> None:
    """RFC 8037 appendix A.3 gives the thumbprint of its Ed25519 key."""
    x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    key = Key.from_jwk({"kty": "OKP", "crv": "Ed25519", "x": x})
    assert key.thumbprint() == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_native_keys_private_and_public_are_wrapped(natives: Mapping[str, Any]) -> None:
    """Key objects of the cryptography package go in as they are."""
    for native in natives.values():
        private, public = Key.from_native(native), Key.from_native(native.public_key())
        assert private.is_private
        assert not public.is_private
        assert private.kid == public.kid == private.public().kid == private.public_key.kid
