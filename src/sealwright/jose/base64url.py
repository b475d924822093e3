# SPDX-License-Identifier: Apache-2.0
"""Base64url without padding (RFC 7515 section 2), in its one canonical form."""

from __future__ import annotations

from binascii import Error as BinasciiError
from binascii import a2b_base64, b2a_base64

_TO_URL = bytes.maketrans(b"+/", b"-_")
# The standard alphabet's own "+" and "/" become a character that the strict decoder refuses.
_FROM_URL = bytes.maketrans(b"-_+/", b"+/!!")
_PADDING = (b"", None, b"==", b"=")
# When bits are left over in the last character they must be zero: only these characters can end such a text.
_CANONICAL_LAST = (None, None, frozenset(b"AQgw"), frozenset(b"AEIMQUYcgkosw048"))


def encode(data: bytes) -> str:
    """Encode bytes.

    Args:
        data: Any bytes.

    Returns:
        Text of the URL-safe alphabet, without padding.
    """
    return b2a_base64(data, newline=False).rstrip(b"=").translate(_TO_URL).decode("ascii")


def decode(text: str | bytes) -> bytes:
    """Decode text that is exactly what `encode` would have written.

    Args:
        text: Text without padding, white space or characters of other alphabets.

    Returns:
        The bytes.

    Raises:
        ValueError: The text is not canonical base64url.
    """
    raw = text if isinstance(text, bytes) else text.encode("ascii")
    remainder = len(raw) & 3
    padding = _PADDING[remainder]
    if padding is None:
        raise ValueError("base64url text has an impossible length")
    last = _CANONICAL_LAST[remainder]
    if last is not None and raw[-1] not in last:
        raise ValueError("base64url text ends in bits that should be zero")
    if b"=" in raw:
        raise ValueError("base64url text has padding")
    try:
        return a2b_base64(raw.translate(_FROM_URL) + padding, strict_mode=True)
    except BinasciiError:
        raise ValueError("base64url text has a foreign character") from None
