# SPDX-License-Identifier: Apache-2.0
"""Keys in DER: PKCS#1, PKCS#8 (plain or encrypted), SEC1 and SPKI, told apart by their outline.

`pem` brings the contents of its blocks here too, so a structure means the same with and without a BEGIN line.
"""

from __future__ import annotations

from typing import cast

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from ...errors import InvalidKeyError
from ..natives import Native
from .asn1 import (
    BIT_STRING,
    CONTEXT_0,
    INTEGER,
    OBJECT_ID,
    OCTET_STRING,
    SEQUENCE,
    Element,
    children,
    integer,
)
from .bounds import refuse_slow_opening
from .found import UNREADABLE, damaged, needs_password, of_no_use, refuse_needless_password, wrong_password

PRIVATE = frozenset({"PKCS#1 private", "PKCS#8", "PKCS#8 encrypted", "SEC1"})
"""Shapes that hold a private key."""

PUBLIC = frozenset({"PKCS#1 public", "SPKI"})
"""Shapes that hold a public key."""

# The tags of the outermost elements, for shapes that these settle.
_BY_TAGS = {
    (INTEGER,) * 2: "PKCS#1 public",
    (INTEGER,) * 3: "parameters",
    (INTEGER,) * 6: "DSA private",
    (INTEGER,) * 9: "PKCS#1 private",
    (SEQUENCE, BIT_STRING): "SPKI",
    (SEQUENCE, OCTET_STRING): "PKCS#8 encrypted",
    (OBJECT_ID, CONTEXT_0): "PKCS#7",
}
_MISTAKES = {
    "parameters": "this holds parameters for making keys, not a key",
    "DSA private": "this is a DSA key, which signs no tokens: make a new key with sealwright keygen",
    "PKCS#7": "this is a PKCS#7 bundle, not a key: openssl pkcs7 -print_certs shows its certificates",
    "certificate request": "this is a certificate request, not a key: use the key itself",
    "revocation list": "this is a list of revoked certificates, not a key",
}
_SMALLEST_BARE_EXPONENT = 6
# `cryptography` would read these keys, some of them with a warning.
_FOREIGN_ALGORITHMS = {
    bytes.fromhex("2a864886f70d010301"): "Diffie-Hellman keys only encrypt",
    bytes.fromhex("2a8648ce3e0201"): "Diffie-Hellman keys only encrypt",
    bytes.fromhex("2b656e"): "X25519 keys only encrypt",
    bytes.fromhex("2b656f"): "X448 keys only encrypt",
    bytes.fromhex("2a8648ce380401"): "DSA keys sign no tokens",
}


def shape_of(der: bytes) -> str:
    """Say what a DER structure is by its outline.

    Args:
        der: The whole structure.

    Returns:
        One of `PRIVATE` or `PUBLIC`, ``certificate``, ``PKCS#12``, or a word for what is no key.

    Raises:
        InvalidKeyError: It is damaged, or of an unknown outline.
    """
    try:
        whole = Element.whole(der)
        parts = children(der, whole)
    except ValueError as err:
        raise InvalidKeyError(f"this is a DER file, but damaged ({err}): copy all of it") from None
    tags = tuple(part.tag for part in parts)
    if tags in _BY_TAGS:
        return _BY_TAGS[tags]
    if tags[:2] == (INTEGER, OCTET_STRING):
        return "SEC1"
    if tags[:3] == (INTEGER, SEQUENCE, OCTET_STRING):
        return "PKCS#8"
    if tags[:2] == (INTEGER, SEQUENCE) and integer(der, parts[0]) == _PKCS12_VERSION:
        return "PKCS#12"
    if tags == (SEQUENCE, SEQUENCE, BIT_STRING):
        return _signed_shape(der, parts[0])
    raise InvalidKeyError("this is binary data (DER), but no key that is known here")


_PKCS12_VERSION = 3
_REQUEST_TAGS = (INTEGER, SEQUENCE, SEQUENCE, CONTEXT_0)
_OLD_CERTIFICATE_TAGS = (INTEGER, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE)


def _signed_shape(der: bytes, signed: Element) -> str:
    """Tell certificates, requests and revocation lists apart; all three are signed the same way."""
    try:
        tags = tuple(part.tag for part in children(der, signed))
    except ValueError:
        raise damaged("the certificate") from None
    if tags[:1] == (CONTEXT_0,) or tags[:6] == _OLD_CERTIFICATE_TAGS:
        return "certificate"
    return "certificate request" if tags == _REQUEST_TAGS else "revocation list"


def read_private(der: bytes, password: bytes | None, shape: str) -> Native:
    """Read a private key.

    Args:
        der: A structure of one of the shapes in `PRIVATE`.
        password: Opens an encrypted one.
        shape: Its shape.

    Raises:
        InvalidKeyError: It is damaged, needs another password, or is of a kind that signs no tokens.
    """
    what = f"the private key ({shape.removesuffix(' private').removesuffix(' encrypted')})"
    if shape != "PKCS#8 encrypted":
        refuse_needless_password(what, password)
    elif password is None:
        raise needs_password(what)
    else:
        refuse_slow_opening(der, what)
    if shape == "PKCS#8":
        _refuse_foreign(der, 1, what)
    try:
        # `consistency` checks the key afterwards; proving its primes first would take seconds.
        native = serialization.load_der_private_key(der, password, unsafe_skip_rsa_key_validation=True)
    except UnsupportedAlgorithm:
        raise of_no_use(what) from None
    except UNREADABLE:
        raise (wrong_password(what) if password else damaged(what)) from None
    return cast("Native", native)


def read_public(der: bytes, shape: str) -> Native:
    """Read a public key.

    Args:
        der: A structure of one of the shapes in `PUBLIC`.
        shape: Its shape.

    Raises:
        InvalidKeyError: It is damaged, or of a kind that signs no tokens.
    """
    what = f"the public key ({shape.removesuffix(' public')})"
    if shape == "SPKI":
        _refuse_foreign(der, 0, what)
    try:
        return cast("Native", serialization.load_der_public_key(der))
    except UnsupportedAlgorithm:
        raise of_no_use(what) from None
    except UNREADABLE:
        raise damaged(what) from None


def _refuse_foreign(der: bytes, place: int, what: str) -> None:
    """Refuse a key by the algorithm that it names, which is at one place of its outline."""
    try:
        algorithm = children(der, children(der, Element.whole(der))[place])[0]
    except (ValueError, IndexError):
        raise damaged(what) from None
    says = _FOREIGN_ALGORITHMS.get(der[algorithm.start : algorithm.end])
    if says is not None:
        raise InvalidKeyError(f"{says}: use an RSA, EC, Edwards or ML-DSA key")


def refuse_parameters(der: bytes, shape: str) -> None:
    """Refuse Diffie-Hellman parameters, which look like a PKCS#1 public key when nothing names them.

    Args:
        der: A structure that came without a name.
        shape: Its shape.

    Raises:
        InvalidKeyError: Its second number is as small as only a generator is.
    """
    if shape == "PKCS#1 public":
        exponent = integer(der, children(der, Element.whole(der))[1])
        if exponent < _SMALLEST_BARE_EXPONENT:
            raise InvalidKeyError("these are Diffie-Hellman parameters, or an RSA key of unsafe exponent")


def mistake(shape: str) -> InvalidKeyError:
    """Return the error for a shape that is no key."""
    return InvalidKeyError(_MISTAKES[shape])
