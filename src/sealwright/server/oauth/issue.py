# SPDX-License-Identifier: Apache-2.0
"""The answer that carries tokens: the same for a login and for a refresh (RFC 6749 section 5.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..refresh_tokens import write_refresh_token
from ..tokens import TokenAnswer, mint_access_token
from .errors import json_response

if TYPE_CHECKING:
    from starlette.responses import Response

    from ..store.sessions import Session
    from .services import Services


def issue(server: Services, session: Session, scope: str | None = None) -> Response:
    """Return an access token and the live refresh token of a session.

    Args:
        server: Settings, keys and the clock.
        session: Whose tokens they are.
        scope: A narrower scope for this access token, or None.
    """
    config, keyring = server.config, server.keyring
    return json_response(
        TokenAnswer(
            access_token=mint_access_token(config, keyring.active, session, scope=scope, now=server.now()),
            token_type="Bearer",  # noqa: S106  the name of a scheme
            expires_in=config.access_token_lifetime,
            refresh_token=write_refresh_token(keyring.refresh, session.id, session.counter),
        )
    )
