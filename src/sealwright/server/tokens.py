# SPDX-License-Identifier: Apache-2.0
"""Access tokens (RFC 9068) and the answer that carries them (RFC 6749 section 5.1), for login and refresh."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

import msgspec

from ..jose import base64url, claims, jws

if TYPE_CHECKING:
    from ..jose import Signer
    from .config import ServerConfig
    from .store.sessions import Session

ACCESS_TOKEN_TYPE: Final = "at+jwt"  # noqa: S105  a media type (RFC 9068 section 2.1)
_JTI_BYTES: Final = 16


class TokenAnswer(msgspec.Struct, frozen=True):
    """What a client gets; its repr shows no token.

    Attributes:
        access_token: JWT for resource servers.
        token_type: Always ``Bearer`` (RFC 6750).
        expires_in: Lifetime of the access token, in seconds.
        refresh_token: For ``POST /token``, once.
    """

    access_token: str
    token_type: str
    expires_in: int
    refresh_token: str

    def __repr__(self) -> str:
        return f"<TokenAnswer expires_in={self.expires_in}>"


def session_name(session_id: bytes) -> str:
    """Return the ``sid`` of a session: what tokens and the log call it."""
    return base64url.encode(session_id)


def distinct_words(scope: str) -> str:
    """Return a scope without repeated words: it is a set (RFC 6749 section 3.3)."""
    return " ".join(dict.fromkeys(scope.split(" ")))


def mint_access_token(
    config: ServerConfig, key: Signer, session: Session, *, scope: str | None = None, now: float
) -> str:
    """Sign an access token for a session (RFC 9068 section 2).

    Args:
        config: Issuer and lifetime.
        key: The active signing key.
        session: Whose token it is.
        scope: A narrower scope than the session's, or None.
        now: Epoch seconds.
    """
    issued_at = int(now)
    payload = {
        "iss": config.issuer,
        "aud": session.audience,
        "sub": session.user_id,
        "client_id": session.client_id,
        "iat": issued_at,
        "exp": issued_at + config.access_token_lifetime,
        "jti": secrets.token_urlsafe(_JTI_BYTES),
        "sid": session_name(session.id),
        "scope": session.scope if scope is None else distinct_words(scope),
        "username": session.username,
        "roles": list(session.roles),
    }
    return jws.sign(claims.dump(payload), key, headers={"typ": ACCESS_TOKEN_TYPE, "kid": key.kid})
