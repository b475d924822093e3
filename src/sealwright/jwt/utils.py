# SPDX-License-Identifier: Apache-2.0
"""The helpers of ``jwt.utils`` that programs and their tests call: base64url, and numbers in it."""

from __future__ import annotations

from ..jose import base64url


def force_bytes(value: str | bytes) -> bytes:
    """Return text as its UTF-8 bytes, and bytes as they are.

    Raises:
        TypeError: The value is neither.
    """
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, bytes):
        return value
    raise TypeError("Expected a string or bytes value")


def base64url_encode(value: bytes) -> bytes:
    """Encode bytes as unpadded base64url (RFC 7515 section 2)."""
    return base64url.encode(value).encode("ascii")


def base64url_decode(value: str | bytes) -> bytes:
    """Decode base64url, with or without its padding.

    Raises:
        ValueError: The text is not canonical base64url.
    """
    return base64url.decode(force_bytes(value).rstrip(b"="))


def to_base64url_uint(value: int, *, bit_length: int | None = None) -> bytes:
    """Encode a number as RFC 7518 section 2 does (Base64urlUInt).

    Args:
        value: A number that is not negative.
        bit_length: Size to fill up to; the number's own when not given.

    Raises:
        ValueError: The number is negative.
    """
    if value < 0:
        raise ValueError("Must be a positive integer")
    bits = value.bit_length() if bit_length is None else bit_length
    return base64url_encode(value.to_bytes(max((bits + 7) // 8, 1), "big"))


def from_base64url_uint(value: str | bytes) -> int:
    """Decode what `to_base64url_uint` encodes."""
    return int.from_bytes(base64url_decode(value), "big")
