# SPDX-License-Identifier: Apache-2.0
"""Tell the formats of keys apart, and hand each to its reader.

`keys.Key.parse` calls `read`. Everything is decided by what the text or the bytes are, never by trying one
reader after another, so an input has one meaning, and a refusal says what the input looks like.
"""

from __future__ import annotations

from typing import Any

from ...errors import InvalidKeyError
from ..natives import describe
from ..strict_json import parse_object
from . import certificates, der, mistakes, openssh, pem, pkcs12
from .consistency import refuse_broken_private
from .found import Found, refuse_needless_password
from .repair import clean, find_blocks, from_base64, with_line_ends

_DER_SEQUENCE = b"\x30"
_WRAPPINGS = 2


def read(data: str | bytes, password: bytes | None) -> Found:
    """Read a key without being told its format.

    Args:
        data: A text in any of the formats, damaged by copying or not, or the bytes of one, or DER or PKCS#12.
        password: Opens an encrypted private key; an empty one counts as none.

    Returns:
        A key object of `cryptography` that is safe to use, or the members of a JWK.

    Raises:
        InvalidKeyError: It is no such thing; the message says what it looks like and what to do.
        TypeError: ``data`` is neither text nor bytes.
    """
    found = _read(data, password or None, _WRAPPINGS)
    if not isinstance(found.key, dict):
        describe(found.key)
        refuse_broken_private(found.key)
    return found


def _read(data: str | bytes, password: bytes | None, wrappings: int) -> Found:
    """Read what may be wrapped in base64 as many times as is said."""
    text = clean(data)
    if isinstance(text, bytes):
        return _read_bytes(text, password)
    if text.startswith("{"):
        refuse_needless_password("a JWK", password)
        return Found(_read_json(text), "a public JWK")
    broken = with_line_ends(text)
    blocks = find_blocks(broken)
    if blocks:
        return pem.read(blocks, password)
    lines = openssh.public_lines(broken)
    if lines:
        refuse_needless_password("an OpenSSH public key", password)
        return Found(openssh.read_public_lines(lines), "an OpenSSH public key")
    unwrapped = from_base64(broken) if wrappings else None
    if unwrapped is not None and _is_known(unwrapped):
        return _read(unwrapped, password, wrappings - 1)
    raise InvalidKeyError(mistakes.in_text(text, unwrapped))


def _is_known(unwrapped: bytes) -> bool:
    """Whether base64 turned out to hold a key, and not just what any word decodes to."""
    if unwrapped.startswith((_DER_SEQUENCE, openssh.PRIVATE_START)) or openssh.is_blob(unwrapped):
        return True
    text = clean(unwrapped)
    return isinstance(text, str) and (
        text.startswith("{") or "BEGIN " in text or bool(openssh.public_lines(text))
    )


def _read_bytes(data: bytes, password: bytes | None) -> Found:
    if data.startswith(openssh.PRIVATE_START):
        return Found(openssh.read_private(data, password), "an OpenSSH private key")
    if openssh.is_blob(data):
        refuse_needless_password("an OpenSSH public key", password)
        return Found(openssh.read_blob(data), "an OpenSSH public key")
    if not data.startswith(_DER_SEQUENCE):
        raise InvalidKeyError(mistakes.in_bytes(data))
    shape = der.shape_of(data)
    if shape in der.PRIVATE:
        return Found(der.read_private(data, password, shape), "a DER private key")
    if shape == "PKCS#12":
        return Found(pkcs12.read(data, password), "a PKCS#12 file without a private key")
    if shape == "certificate":
        refuse_needless_password("a certificate", password)
        return Found(certificates.read_chain([data]), "an X.509 certificate, which holds a public key")
    if shape in der.PUBLIC:
        refuse_needless_password("a public key", password)
        der.refuse_parameters(data, shape)
        return Found(der.read_public(data, shape), "a DER public key")
    raise der.mistake(shape)


def _read_json(text: str) -> dict[str, Any]:
    try:
        members = parse_object(text.encode("utf-8", "replace"))
    except ValueError as err:
        raise InvalidKeyError(f"this looks like a JWK, but {err}") from None
    says = mistakes.in_json(members)
    if says is not None:
        raise InvalidKeyError(says)
    return members
