# SPDX-License-Identifier: Apache-2.0
"""Keys out: every format a `Key` can be written in, as plain functions over key objects.

`Key.to_pem` and its kin call them; `cryptography`'s writers are imported by the first call.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

from ...errors import InvalidKeyError
from ..natives import Native, describe, private_of, public_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat

_PEM_CHARS = 64
_RFC_4716_CHARS = 70
_MAX_COMMENT_BYTES = 1024
_SSH_KINDS = frozenset({"RSA", "P-256", "P-384", "P-521", "Ed25519"})


def write_pem(label: str, raw: bytes, head: str = "") -> str:
    """Write bytes between BEGIN and END lines (RFC 7468).

    Args:
        label: The words behind BEGIN.
        raw: The contents.
        head: Whole lines that come before them.
    """
    text = b64encode(raw).decode()
    rows = "\n".join(text[at : at + _PEM_CHARS] for at in range(0, len(text), _PEM_CHARS))
    return f"-----BEGIN {label}-----\n{head}{rows}\n-----END {label}-----\n"


def to_pem(native: Native, *, private: bool, password: bytes | None) -> str:
    """Write SPKI, or PKCS#8 for the private half; see `Key.to_pem`."""
    raw = to_der(native, private=private, password=password)
    label = "PUBLIC KEY" if not private else "PRIVATE KEY" if password is None else "ENCRYPTED PRIVATE KEY"
    return write_pem(label, raw)


def to_der(native: Native, *, private: bool, password: bytes | None) -> bytes:
    """Write SPKI, or PKCS#8 for the private half; see `Key.to_der`."""
    from cryptography.hazmat.primitives import serialization

    if private:
        return _private_bytes(native, serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, password)
    _refuse_public_password(password)
    return public_of(native).public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def to_openssh(native: Native, *, private: bool, password: bytes | None, comment: str) -> str:
    """Write a public line, or a private key file; see `Key.to_openssh`."""
    from cryptography.hazmat.primitives import serialization

    _refuse_foreign_kinds(native)
    if not private:
        _refuse_public_password(password)
        line = public_of(native).public_bytes(
            serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
        )
        return f"{line.decode()} {_one_line(comment)}".rstrip()
    if comment:
        raise ValueError("the comment belongs to the public line; leave it out with private=True")
    return _private_bytes(
        native, serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, password
    ).decode()


def to_rfc_4716(native: Native, comment: str) -> str:
    """Write the public half between ``---- BEGIN SSH2 PUBLIC KEY ----`` lines; see `Key.to_rfc4716`."""
    body = to_openssh(native, private=False, password=None, comment="").split()[1]
    head = _header(f'Comment: "{_one_line(comment)}"') if comment else ""
    rows = "\n".join(body[at : at + _RFC_4716_CHARS] for at in range(0, len(body), _RFC_4716_CHARS))
    return f"---- BEGIN SSH2 PUBLIC KEY ----\n{head}{rows}\n---- END SSH2 PUBLIC KEY ----\n"


def _header(line: str) -> str:
    """Break a header line: RFC 4716 section 3 allows 72 bytes, and a backslash continues it."""
    size = _RFC_4716_CHARS // len("\U0001f511".encode())
    if len(line.encode()) <= _RFC_4716_CHARS:
        return line + "\n"
    return "\\\n".join(line[at : at + size] for at in range(0, len(line), size)) + "\n"


def _one_line(comment: str) -> str:
    joined = " ".join(comment.split())
    if len(joined.encode()) > _MAX_COMMENT_BYTES or not joined.isprintable():
        raise ValueError(f"a comment is printable text of at most {_MAX_COMMENT_BYTES} bytes")
    return joined


def _private_bytes(native: Native, encoding: Encoding, form: PrivateFormat, password: bytes | None) -> bytes:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    private = private_of(native)
    if password is None:
        return private.private_bytes(encoding, form, serialization.NoEncryption())
    if not password:
        raise InvalidKeyError("an empty password protects nothing: give a password, or leave it out")
    try:
        return private.private_bytes(encoding, form, serialization.BestAvailableEncryption(password))
    except UnsupportedAlgorithm:
        raise InvalidKeyError(
            'encrypting an OpenSSH private key needs bcrypt: pip install "sealwright[ssh]"'
        ) from None
    except ValueError:
        # OpenSSL takes up to 1023 bytes, OpenSSH up to 72.
        raise InvalidKeyError("the password is too long for this format") from None


def _refuse_public_password(password: bytes | None) -> None:
    if password is not None:
        raise InvalidKeyError("only a private key is encrypted: give private=True, or leave password out")


def _refuse_foreign_kinds(native: Native) -> None:
    kty, variety = describe(native)
    if (variety or kty) not in _SSH_KINDS:
        raise InvalidKeyError(f"OpenSSH has no form for {variety} keys: use to_pem or to_jwk")
