# SPDX-License-Identifier: Apache-2.0
"""``POST /token``: the refresh token grant (RFC 6749 section 6), with rotation and reuse detection."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import msgspec

from ...errors import OAuthError
from ..events import log_event
from ..sessions import read_refresh_token, write_refresh_token
from ..store.sessions import Outcome, RefreshRules, Session, refresh_session
from ..tokens import TokenAnswer, mint_access_token, session_name
from .errors import json_response
from .request import read_form
from .services import Services, services

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

GRANT_TYPES = ("refresh_token",)
"""The grants this endpoint takes, as the metadata publishes them."""

_ANSWERED = (Outcome.ROTATED, Outcome.REPEATED)


class TokenRequest(msgspec.Struct, frozen=True):
    """The form of a token request; its repr shows no token."""

    grant_type: str
    refresh_token: str | None = None
    client_id: str | None = None
    scope: str | None = None

    def __repr__(self) -> str:
        return "<TokenRequest>"


async def token(request: Request) -> Response:
    """Answer ``POST /token``.

    Args:
        request: The request.

    Raises:
        OAuthError: The form or the refresh token is refused.
        UnavailableError: The database cannot be used; the presented token stays as it was.
    """
    form = await read_form(request, TokenRequest)
    if form.grant_type not in GRANT_TYPES:
        raise OAuthError("unsupported_grant_type", f"The grant types are: {', '.join(GRANT_TYPES)}.")
    if form.refresh_token is None:
        raise OAuthError("invalid_request", "The form lacks refresh_token.")
    server = services(request)
    session = await _refresh(server, form, form.refresh_token)
    config, keyring = server.config, server.keyring
    return json_response(
        TokenAnswer(
            access_token=mint_access_token(
                config, keyring.active, session, scope=form.scope, now=server.now()
            ),
            token_type="Bearer",  # noqa: S106  the name of a scheme
            expires_in=config.access_token_lifetime,
            refresh_token=write_refresh_token(keyring.refresh, session.id, session.counter),
        )
    )


async def _refresh(server: Services, form: TokenRequest, presented: str) -> Session:
    try:
        session_id, counter = read_refresh_token(server.keyring.refresh, presented)
    except ValueError:
        log_event("refresh.refused", level=logging.WARNING, reason="malformed")
        raise _refused() from None
    config = server.config
    outcome, session = await server.store.write(
        refresh_session,
        session_id,
        counter,
        client_id=form.client_id,
        scope=form.scope,
        rules=RefreshRules(config.refresh_idle_lifetime, config.refresh_grace, config.refresh_grace_uses),
        now=server.now(),
    )
    sid = session_name(session_id)
    if outcome is Outcome.REUSED and session is not None:
        log_event(
            "session.reuse",
            level=logging.WARNING,
            sid=sid,
            user=session.user_id,
            presented=counter,
            current=session.counter,
            action="session revoked",
        )
    elif outcome is Outcome.REPEATED:
        log_event("refresh.repeated", sid=sid)
    elif outcome is not Outcome.ROTATED:
        log_event("refresh.refused", level=logging.WARNING, sid=sid, reason=outcome.value)
    if session is None or outcome not in _ANSWERED:
        raise _refused()
    return session


def _refused() -> OAuthError:
    # One text for every reason: which of them it was is the operator's business, not a guesser's.
    return OAuthError("invalid_grant", "The refresh token is not valid any more. Log in again.")
