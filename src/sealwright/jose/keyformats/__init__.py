# SPDX-License-Identifier: Apache-2.0
"""Key texts in, key objects out: one file for each family of formats.

`keys.Key.parse` calls `read`; nobody else needs to know which format a person has in hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...errors import InvalidKeyError
from ..limits import MAX_KEY_BYTES
from ..strict_json import parse_object
from . import openssh, pem

if TYPE_CHECKING:
    from ..natives import Native

__all__ = ["read"]

_ACCEPTED = "Give PEM, an OpenSSH key, or a JWK."


def read(data: str | bytes, password: bytes | None) -> Native | dict[str, Any]:
    """Read a key text without being told its format.

    Args:
        data: PEM, an OpenSSH private key or public line, or a JWK.
        password: Opens an encrypted private key.

    Returns:
        A key object of `cryptography`, or the members of a JWK.

    Raises:
        InvalidKeyError: It is no such thing; the message says what it looks like and what to do.
    """
    text = _as_text(data)
    if text.startswith("{"):
        return _read_jwk(text)
    if pem.BEGIN in text:
        return pem.read(text, password)
    if openssh.is_public_line(text):
        return openssh.read_public_line(text)
    raise InvalidKeyError(_what_it_looks_like(text))


def _as_text(data: str | bytes) -> str:
    if not isinstance(data, (str, bytes)):
        raise TypeError(f"a key text is str or bytes, not {type(data).__name__}")
    if len(data) > MAX_KEY_BYTES:
        raise InvalidKeyError(f"{len(data)} bytes are too long for a key: at most {MAX_KEY_BYTES}")
    try:
        text = data.decode("utf-8") if isinstance(data, bytes) else data
    except UnicodeDecodeError:
        raise InvalidKeyError("this is binary data, not a key text", hint=_ACCEPTED) from None
    return text.removeprefix("\ufeff").strip()


def _read_jwk(text: str) -> dict[str, Any]:
    try:
        members = parse_object(text.encode("utf-8", "replace"))
    except ValueError as err:
        raise InvalidKeyError(f"this looks like a JWK, but {err}") from None
    if "keys" in members and "kty" not in members:
        raise InvalidKeyError("this is a JWK Set, not one key", hint="Use KeySet.parse().")
    return members


def _what_it_looks_like(text: str) -> str:
    """Return the message for a text that is no key."""
    if not text:
        return "the key text is empty"
    if text.startswith("<"):
        return f"this is an HTML or XML page, not a key. {_ACCEPTED}"
    if text.startswith("---- BEGIN SSH2"):
        return "this is an RFC 4716 public key; convert it: ssh-keygen -i -f FILE"
    if text.startswith("["):
        return "this is a JSON array, not a JWK"
    return f"this is not a key in any known format. {_ACCEPTED}"
