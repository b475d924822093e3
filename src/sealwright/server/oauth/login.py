# SPDX-License-Identifier: Apache-2.0
"""``POST /login``: username and password for an access token and a refresh token, for first-party clients.

An unknown user, a disabled user and a wrong password take the same steps and get the same bytes.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import msgspec

from ...errors import OAuthError
from ..events import log_event
from ..limits import MAX_PASSWORD_BYTES, MAX_USERNAME_CHARACTERS
from ..passwords import normalise_password
from ..refresh_tokens import new_session_id
from ..store.sessions import NewSession, Session, start_session
from ..store.users import find_login
from ..tokens import session_name
from ..usernames import normalise_username, stand_in_user_id, username_lookup
from .issue import issue
from .request import read_json
from .services import Services, services

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


class LoginRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a login; its repr shows nothing."""

    username: str
    password: str

    def __repr__(self) -> str:
        return "<LoginRequest>"


async def login(request: Request) -> Response:
    """Answer ``POST /login``.

    Args:
        request: The request.

    Raises:
        OAuthError: The body or the credentials are refused.
        UnavailableError: The database cannot be used.
    """
    body = await read_json(request, LoginRequest)
    if len(body.username) > MAX_USERNAME_CHARACTERS:
        raise OAuthError(
            "invalid_request", f"The username is longer than {MAX_USERNAME_CHARACTERS} characters."
        )
    try:
        password = normalise_password(body.password)
    except ValueError:
        raise OAuthError(
            "invalid_request", f"The password is longer than {MAX_PASSWORD_BYTES} bytes."
        ) from None
    server = services(request)
    session = await _open_session(server, body.username, password)
    if session is None:
        log_event("login.refused", level=logging.WARNING, reason="credentials")
        raise OAuthError("invalid_grant", "The username or the password is wrong.")
    log_event("login.accepted", user=session.user_id, sid=session_name(session.id))
    return issue(server, session)


async def _open_session(server: Services, username: str, password: bytes) -> Session | None:
    lookup = _lookup(username)
    stand_in = stand_in_user_id(server.keyring.stand_in, lookup)
    user, like = await server.store.read(find_login, lookup, stand_in)
    stored = None if user is None or user.disabled else user.password_hash
    if not await server.passwords.verify(stored, password, like=like) or user is None or stored is None:
        return None
    config = server.config
    new = NewSession(
        id=new_session_id(),
        user_id=user.id,
        verified_hash=stored,
        rehashed=await server.passwords.rehash(stored, password),
        client_id=config.client_id,
        scope=config.scope,
        audience=config.audience,
        idle_lifetime=config.refresh_idle_lifetime,
        absolute_lifetime=config.refresh_absolute_lifetime,
    )
    return await server.store.write(start_session, new, now=server.now())


def _lookup(username: str) -> str:
    try:
        return username_lookup(normalise_username(username))
    except ValueError:
        # No user has a name like this; the search is made all the same, so that it takes as long as any.
        return ""
