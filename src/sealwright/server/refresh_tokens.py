# SPDX-License-Identifier: Apache-2.0
"""Refresh tokens: written and read without storing anything per token.

A token is ``swr1.`` + base64url(key id, 4 bytes | session id, 16 | counter, 6 | HMAC-SHA256 truncated to 16):
42 bytes, 56 characters with no bit to spare, so any changed character is refused. Only the session's counter,
in the database, says whether a well-made token is live. The login and token endpoints call this.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from typing import Final

from ..jose import base64url

PREFIX: Final = "swr1."
KEY_ID_BYTES: Final = 4
SESSION_ID_BYTES: Final = 16
_COUNTER_BYTES: Final = 6
_MAC_BYTES: Final = 16
_BODY_BYTES: Final = KEY_ID_BYTES + SESSION_ID_BYTES + _COUNTER_BYTES
_TOKEN_CHARACTERS: Final = len(PREFIX) + (_BODY_BYTES + _MAC_BYTES) * 4 // 3


@dataclass(frozen=True, slots=True)
class RefreshKey:
    """The HMAC key of refresh tokens.

    Attributes:
        id: 4 bytes that name it inside tokens.
        secret: 32 bytes.
    """

    id: bytes
    secret: bytes = field(repr=False)

    def __reduce__(self) -> str:
        raise TypeError("a refresh key cannot be pickled")


def new_session_id() -> bytes:
    """Return 16 random bytes."""
    return secrets.token_bytes(SESSION_ID_BYTES)


def write_refresh_token(key: RefreshKey, session_id: bytes, counter: int) -> str:
    """Return the refresh token of one state of a session; the same state always gives the same token.

    Args:
        key: The HMAC key.
        session_id: The session, 16 bytes.
        counter: Its counter.
    """
    body = key.id + session_id + counter.to_bytes(_COUNTER_BYTES, "big")
    return PREFIX + base64url.encode(body + _mac(key, body))


def read_refresh_token(key: RefreshKey, token: str) -> tuple[bytes, int]:
    """Return the session id and the counter of a token that this server wrote.

    Args:
        key: The HMAC key.
        token: What a client presented.

    Raises:
        ValueError: This server did not write it. The message never quotes it.
    """
    if len(token) != _TOKEN_CHARACTERS or not token.startswith(PREFIX):
        raise ValueError("not a refresh token of this server")
    raw = base64url.decode(token.removeprefix(PREFIX))
    body, mac = raw[:_BODY_BYTES], raw[_BODY_BYTES:]
    if not hmac.compare_digest(mac, _mac(key, body)):
        raise ValueError("not a refresh token of this server")
    session_id = body[KEY_ID_BYTES : KEY_ID_BYTES + SESSION_ID_BYTES]
    return session_id, int.from_bytes(body[KEY_ID_BYTES + SESSION_ID_BYTES :], "big")


def _mac(key: RefreshKey, body: bytes) -> bytes:
    return hmac.digest(key.secret, PREFIX.encode() + body, "sha256")[:_MAC_BYTES]
