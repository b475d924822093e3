# SPDX-License-Identifier: Apache-2.0
"""PEM private and public keys: PKCS#1, PKCS#8 (plain or encrypted), SEC1, SPKI and OpenSSH's own."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from ...errors import InvalidKeyError
from ..natives import Native, private_of, public_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

BEGIN = "-----BEGIN "

_LABEL = re.compile(r"-----BEGIN ([A-Z0-9 ]{1,40})-----")

_PRIVATE = frozenset({"PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"})
_PUBLIC = frozenset({"PUBLIC KEY", "RSA PUBLIC KEY"})
_OPENSSH = "OPENSSH PRIVATE KEY"
# What people hand over by mistake, with the way from there to a key.
_NOT_KEYS = {
    "CERTIFICATE": "take its public key: openssl x509 -in FILE -noout -pubkey",
    "CERTIFICATE REQUEST": "take its public key: openssl req -in FILE -noout -pubkey",
    "EC PARAMETERS": "the key follows in the same file; remove this block",
    "DSA PRIVATE KEY": "DSA signs no tokens; make a new key: sealwright keygen",
}

_Loader = Callable[[bytes, bytes | None], "PrivateKeyTypes"]


def read(text: str, password: bytes | None) -> Native:
    """Read one PEM key.

    Args:
        text: Text that holds a BEGIN line.
        password: Opens an encrypted private key.

    Returns:
        A key object of `cryptography`.

    Raises:
        InvalidKeyError: The block is no key, is damaged, or needs another password.
    """
    match = _LABEL.search(text)
    label = match[1] if match else ""
    block = text[match.start() :].encode("utf-8", "replace") if match else b""
    if label in _PRIVATE:
        return _read_private(block, password, label, serialization.load_pem_private_key)
    if label == _OPENSSH:
        return _read_private(block, password, label, serialization.load_ssh_private_key)
    if label in _PUBLIC:
        return _read_public(block, label)
    if label in _NOT_KEYS:
        raise InvalidKeyError(f"this PEM block is a {label}, not a key: {_NOT_KEYS[label]}")
    raise InvalidKeyError("the PEM text has no BEGIN line of a key", hint="Is the first line whole?")


def _read_private(block: bytes, password: bytes | None, label: str, load: _Loader) -> Native:
    what = f"the private key ({label})"
    try:
        return cast("Native", load(block, password))
    except TypeError:
        # cryptography's way to say that a password is missing, or that one was given in vain.
        if password is None:
            raise InvalidKeyError(f"{what} is encrypted: give password=") from None
        raise InvalidKeyError(f"{what} is not encrypted: leave password out") from None
    except UnsupportedAlgorithm as err:
        if "bcrypt" in str(err):
            raise InvalidKeyError(
                f'{what} is encrypted the OpenSSH way, which needs bcrypt: pip install "sealwright[ssh]"'
            ) from err
        raise InvalidKeyError(f"{what} is of a kind that signs no tokens") from err
    except ValueError as err:
        if password is None and "password" in str(err).lower():
            raise InvalidKeyError(f"{what} is encrypted: give password=") from None
        if password is not None:
            raise InvalidKeyError(f"{what} cannot be opened: wrong password, or a damaged file") from None
        raise InvalidKeyError(f"{what} is damaged or incomplete", hint="Copy the whole file.") from None


def _read_public(block: bytes, label: str) -> Native:
    try:
        return cast("Native", serialization.load_pem_public_key(block))
    except UnsupportedAlgorithm as err:
        raise InvalidKeyError(f"the public key ({label}) is of a kind that signs no tokens") from err
    except ValueError:
        raise InvalidKeyError(
            f"the public key ({label}) is damaged or incomplete", hint="Copy the whole file."
        ) from None


def dump_public(native: Native) -> str:
    """Write the public half as SPKI."""
    public = public_of(native)
    return public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()


def dump_private(native: Native, password: bytes | None) -> str:
    """Write a private key as PKCS#8, encrypted when a password is given.

    Raises:
        InvalidKeyError: It is a public key.
    """
    sealing = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return (
        private_of(native)
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, sealing)
        .decode()
    )
