# SPDX-License-Identifier: Apache-2.0
"""OpenSSH public lines, as ``ssh-keygen`` writes them into ``.pub`` files (RFC 4253 section 6.6)."""

from __future__ import annotations

from typing import cast

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from ...errors import InvalidKeyError
from ..natives import Native, private_of, public_of

_PREFIXES = ("ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-")


def is_public_line(text: str) -> bool:
    """Whether the text starts like an OpenSSH public key."""
    return text.startswith(_PREFIXES)


def read_public_line(text: str) -> Native:
    """Read ``ssh-rsa AAAA… comment`` and its kin.

    Args:
        text: One line; a comment may follow the key.

    Returns:
        A public key object of `cryptography`.

    Raises:
        InvalidKeyError: The line is damaged, or of a kind that signs no tokens.
    """
    if len(text.splitlines()) > 1:
        raise InvalidKeyError("this holds several OpenSSH public keys", hint="Give one line.")
    kind = text.split(None, 1)[0][:40]
    try:
        return cast("Native", serialization.load_ssh_public_key(text.encode("utf-8", "replace")))
    except UnsupportedAlgorithm as err:
        raise InvalidKeyError(f"an OpenSSH key of the kind {kind} signs no tokens") from err
    except ValueError:
        raise InvalidKeyError(
            f"the OpenSSH public key ({kind}) is damaged or incomplete", hint="Copy the whole line."
        ) from None


def dump_public_line(native: Native, comment: str) -> str:
    """Write the public half as one line; the comment is put behind it."""
    line = public_of(native).public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return f"{line.decode()} {' '.join(comment.split())}".rstrip()


def dump_private(native: Native) -> str:
    """Write a private key as ``ssh-keygen`` does, without a passphrase.

    Raises:
        InvalidKeyError: It is a public key.
    """
    return (
        private_of(native)
        .private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
        )
        .decode()
    )
