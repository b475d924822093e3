# SPDX-License-Identifier: Apache-2.0
"""``POST /token``: the refresh token grant (RFC 6749 section 6), with rotation and reuse detection."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import msgspec

from ...errors import OAuthError
from ..events import log_event
from ..refresh_tokens import read_refresh_token
from ..store.errors import ScopeError
from ..store.sessions import Outcome, RefreshRules, Session, refresh_session
from ..tokens import session_name
from .issue import issue
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
    return issue(server, session, form.scope)


async def _refresh(server: Services, form: TokenRequest, presented: str) -> Session:
    try:
        session_id, counter = read_refresh_token(server.keyring.refresh, presented)
    except ValueError:
        log_event("refresh.refused", level=logging.WARNING, reason="malformed")
        raise _refused() from None
    outcome, session = await _decide(server, form, session_id, counter)
    _log(outcome, session, session_id, counter)
    if session is None or outcome not in _ANSWERED:
        raise _refused()
    return session


async def _decide(
    server: Services, form: TokenRequest, session_id: bytes, counter: int
) -> tuple[Outcome, Session | None]:
    config = server.config
    rules = RefreshRules(config.refresh_idle_lifetime, config.refresh_grace, config.refresh_grace_uses)
    try:
        return await server.store.write(
            refresh_session,
            session_id,
            counter,
            client_id=form.client_id,
            scope=form.scope,
            rules=rules,
            now=server.now(),
        )
    except ScopeError:
        raise OAuthError(
            "invalid_scope", "The scope asked for is not within the scope that was granted."
        ) from None


def _log(outcome: Outcome, session: Session | None, session_id: bytes, presented: int) -> None:
    sid = session_name(session_id)
    if outcome is Outcome.REUSED and session is not None:
        log_event(
            "session.reuse",
            level=logging.WARNING,
            sid=sid,
            user=session.user_id,
            presented=presented,
            current=session.counter,
            action="session revoked",
        )
    elif outcome in _ANSWERED:
        log_event(f"refresh.{outcome.value}", sid=sid)
    else:
        log_event("refresh.refused", level=logging.WARNING, sid=sid, reason=outcome.value)


def _refused() -> OAuthError:
    # One text for every reason: which of them it was is the operator's business, not a guesser's.
    return OAuthError("invalid_grant", "The refresh token is not valid any more. Log in again.")
