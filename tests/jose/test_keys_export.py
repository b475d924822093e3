# SPDX-License-Identifier: Apache-2.0
"""Exports: every kind of key in every form that exists for it, and one clear line where there is none."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from sealwright.errors import InvalidKeyError
from sealwright.jose import Key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

KINDS = (
    "rsa",
    "P-256",
    "P-384",
    "P-521",
    "secp256k1",
    "Ed25519",
    "Ed448",
    "ML-DSA-44",
    "ML-DSA-65",
    "ML-DSA-87",
)
SSH = (*KINDS[:4], "Ed25519")


@pytest.mark.parametrize("kind", KINDS)
def test_pem_der_and_jwk_round_trips(kind: str, every_native: Mapping[str, Any]) -> None:
    """PEM, DER and JWK exist for every kind; private ones are encrypted when a password is given."""
    key = Key.from_native(every_native[kind])
    for password in (None, "correct horse", b"\xff\x00"):
        for raw in (
            key.to_pem(private=True, password=password),
            key.to_der(private=True, password=password),
        ):
            back = Key.parse(raw, password)
            assert back.is_private
            assert back.thumbprint() == key.thumbprint()
    assert "ENCRYPTED" in key.to_pem(private=True, password="x")
    for raw in (key.to_pem(), key.to_der(), json.dumps(key.to_jwk())):
        assert not Key.parse(raw).is_private
        assert Key.parse(raw).thumbprint() == key.thumbprint()
    assert Key.parse(json.dumps(key.to_jwk(private=True))).is_private


@pytest.mark.parametrize("kind", KINDS)
def test_ssh_forms_exist_for_some_kinds(kind: str, every_native: Mapping[str, Any]) -> None:
    """OpenSSH and RFC 4716 know five kinds; for the others the error names the kind and another form."""
    key = Key.from_native(every_native[kind])
    exports: tuple[Callable[[], str], ...] = (
        key.to_openssh,
        lambda: key.to_openssh(private=True),
        key.to_rfc4716,
    )
    for export in exports:
        if kind in SSH:
            assert Key.parse(export()).thumbprint() == key.thumbprint()
        else:
            with pytest.raises(InvalidKeyError, match=f"no form for {kind} keys: use to_pem or to_jwk"):
                export()
    if kind in SSH:
        locked = key.to_openssh(private=True, password="secret")
        assert Key.parse(locked, "secret").is_private


def test_comments(natives: Mapping[str, Any]) -> None:
    """A comment stays on its line, in both forms, and is refused where it has no place or is no text."""
    key = Key.from_native(natives["Ed25519"])
    assert key.to_openssh(comment=" susan \n at orders ").endswith(" susan at orders")
    for comment in ("short", "long " * 90, "\U0001f511 " * 100):
        text = key.to_rfc4716(comment=comment)
        assert all(len(row.encode()) <= 72 for row in text.splitlines())
        assert Key.parse(text).thumbprint() == key.thumbprint()
    assert "Comment" not in key.to_rfc4716()
    for bad in ("x" * 1025, "\x1b[0m"):
        with pytest.raises(ValueError, match="printable text"):
            key.to_openssh(comment=bad)
        with pytest.raises(ValueError, match="printable text"):
            key.to_rfc4716(comment=bad)
    with pytest.raises(ValueError, match="belongs to the public line"):
        key.to_openssh(private=True, comment="x")


def test_passwords_that_protect_nothing(natives: Mapping[str, Any]) -> None:
    """An empty or endless password, and one for a public key, are refused instead of being ignored."""
    key = Key.from_native(natives["P-256"])
    for export in (key.to_pem, key.to_der, key.to_openssh):
        with pytest.raises(InvalidKeyError, match="empty password"):
            export(private=True, password="")
        with pytest.raises(InvalidKeyError, match="give private=True"):
            export(password="x")
    with pytest.raises(InvalidKeyError, match="too long") as caught:
        key.to_pem(private=True, password="secret" * 500)
    assert "secretsecret" not in str(caught.value)


def test_an_hmac_secret_has_only_a_jwk(secret: bytes) -> None:
    """A secret has none of the forms of key pairs."""
    key = Key.from_secret(secret)
    for export in (key.to_pem, key.to_der, key.to_openssh, key.to_rfc4716):
        with pytest.raises(InvalidKeyError, match=r"to_jwk\(private=True\)"):
            export()


def test_thumbprints() -> None:
    """The examples of RFC 7638 and RFC 9278, and the longer digests; others do not exist."""
    key = Key.from_jwk(
        {
            "kty": "RSA",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJE"
            "CPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2Q"
            "vzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6"
            "WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
            "e": "AQAB",
        }
    )
    short = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    assert key.thumbprint() == key.kid == short
    assert key.thumbprint_uri() == f"urn:ietf:params:oauth:jwk-thumbprint:sha-256:{short}"
    assert key.thumbprint_uri("sha-512").startswith("urn:ietf:params:oauth:jwk-thumbprint:sha-512:")
    assert [len(key.thumbprint(f"sha-{bits}")) for bits in (256, 384, 512)] == [43, 64, 86]
    for digest in ("sha256", "md5", ""):
        with pytest.raises(ValueError, match="sha-256, sha-384, sha-512"):
            key.thumbprint(digest)


def test_keys_are_neither_copied_nor_changed(natives: Mapping[str, Any], secret: bytes) -> None:
    """Copies are refused, and so is changing or adding an attribute."""
    for key in (Key.from_native(natives["P-256"]), Key.from_secret(secret)):
        for duplicate in (copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="export"):
                duplicate(key)
        with pytest.raises(AttributeError):
            key.kty = "x"
        with pytest.raises(AttributeError):
            del key.native
        with pytest.raises(TypeError):
            vars(key)


def test_labels_are_exported_and_kept(natives: Mapping[str, Any]) -> None:
    """What a JWK is for stays on it through export, and through taking the public half of a public key."""
    jwk = Key.from_native(natives["P-256"], kid="k").to_jwk()
    key = Key.from_jwk({**jwk, "use": "sig", "key_ops": ["verify"], "alg": "ES256"})
    assert key.to_jwk() == {**jwk, "use": "sig", "key_ops": ["verify"], "alg": "ES256"}
    assert key.public() is key.public_key is key
