# SPDX-License-Identifier: Apache-2.0
"""Base64url without padding (RFC 7515 section 2), in its one canonical form.

The conversion itself is msgspec's, which reads and writes bytes as a base64 string in quotes: three times as
fast as `binascii`, and as strict once every foreign character has been replaced by one that it refuses.
"""

from __future__ import annotations

import msgspec

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_STANDARD = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_TO_URL = bytes.maketrans(_STANDARD, _ALPHABET)
_FROM_URL = bytes(_STANDARD[_ALPHABET.index(code)] if code in _ALPHABET else 0x21 for code in range(256))

# What closes a quoted text of each length modulo four; no text has the length 1.
_CLOSING = (b'"', None, b'=="', b'="')
# When bits are left over in the last character they must be zero: only these characters can end such a text.
_CANONICAL_LAST = (_ALPHABET, b"", b"AQgw", b"AEIMQUYcgkosw048")

_to_quoted = msgspec.json.Encoder().encode
_from_quoted = msgspec.json.Decoder(bytes).decode


def encode(data: bytes) -> str:
    """Encode bytes.

    Args:
        data: Any bytes.

    Returns:
        Text of the URL-safe alphabet, without padding.
    """
    return _to_quoted(data).strip(b'"=').translate(_TO_URL).decode("ascii")


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
    if not raw:
        return b""
    remainder = len(raw) & 3
    closing = _CLOSING[remainder]
    if closing is None:
        raise ValueError("base64url text has an impossible length")
    if raw[-1] not in _CANONICAL_LAST[remainder]:
        raise ValueError("base64url text ends in a foreign character, or in bits that should be zero")
    try:
        return _from_quoted(b'"' + raw.translate(_FROM_URL) + closing)
    except msgspec.DecodeError:
        raise ValueError("base64url text has a foreign character") from None
