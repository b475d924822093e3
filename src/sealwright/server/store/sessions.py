# SPDX-License-Identifier: Apache-2.0
"""Decisions about sessions: plain functions over a connection, run for the login and token endpoints.

A session is one row. Its ``counter`` names the one refresh token that is live, so a refresh is one
compare-and-swap, and two live refresh tokens of one session cannot be expressed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa

from ..limits import PURGED_PER_LOGIN
from .errors import ScopeError
from .tables import sessions, users


@dataclass(frozen=True, slots=True)
class Session:
    """What an access token says about its session, and the counter of the live refresh token.

    Attributes:
        id: 16 random bytes.
        user_id: The ``sub``.
        username: As it is shown.
        roles: The user's roles now.
        client_id: The client that logged in.
        scope: Space-separated.
        audience: The ``aud``.
        counter: Counter of the live refresh token.
    """

    id: bytes
    user_id: str
    username: str
    roles: tuple[str, ...]
    client_id: str
    scope: str
    audience: str
    counter: int


@dataclass(frozen=True, slots=True)
class NewSession:
    """A login whose password was right.

    Attributes:
        id: 16 random bytes.
        user_id: Who logged in.
        verified_hash: The stored hash that the password was verified against.
        rehashed: A hash with the current parameters to store instead, or None to keep it.
        client_id: The client.
        scope: Space-separated.
        audience: The ``aud`` of its tokens.
        idle_lifetime: Seconds it lives without a refresh.
        absolute_lifetime: Seconds it lives at all.
    """

    id: bytes
    user_id: str
    verified_hash: str
    rehashed: str | None
    client_id: str
    scope: str
    audience: str
    idle_lifetime: float
    absolute_lifetime: float


@dataclass(frozen=True, slots=True)
class RefreshRules:
    """How refreshing behaves.

    Attributes:
        idle_lifetime: Seconds a session lives on after a refresh.
        grace: Seconds within which the previous token gets the same successor again.
        grace_uses: How many times it does.
    """

    idle_lifetime: float
    grace: float
    grace_uses: int


class Outcome(StrEnum):
    """What became of a refresh."""

    ROTATED = "rotated"
    REPEATED = "repeated"
    UNKNOWN = "unknown"
    OTHER_CLIENT = "other_client"
    REVOKED = "revoked"
    EXPIRED = "expired"
    DISABLED = "disabled"
    REUSED = "reused"


def _of_user(column: sa.Column[Any]) -> sa.Label[Any]:
    return sa.select(column).where(users.c.id == sessions.c.user_id).scalar_subquery().label(column.name)


# Written once: building the statement anew costs many times what running it does. RETURNING may name columns
# without their table, so the subqueries rely on users having no column "user_id".
_ROTATE: Final = (
    sa.update(sessions)
    .where(
        sessions.c.id == sa.bindparam("session_id"),
        sessions.c.counter == sa.bindparam("presented"),
        sessions.c.revoked_at.is_(None),
        sessions.c.idle_expires_at > sa.bindparam("moment"),
        sessions.c.expires_at > sa.bindparam("moment"),
        sa.exists().where(users.c.id == sessions.c.user_id, users.c.disabled.is_(False)),
        sa.or_(
            sa.bindparam("client", type_=sa.String).is_(None),
            sessions.c.client_id == sa.bindparam("client", type_=sa.String),
        ),
    )
    .values(
        counter=sessions.c.counter + 1,
        refreshed_at=sa.bindparam("moment"),
        grace_used=0,
        idle_expires_at=sa.bindparam("idle_until"),
    )
    .returning(
        sessions.c.id,
        sessions.c.user_id,
        sessions.c.client_id,
        sessions.c.scope,
        sessions.c.audience,
        sessions.c.counter,
        _of_user(users.c.username),
        _of_user(users.c.roles),
    )
)


def start_session(connection: sa.Connection, new: NewSession, *, now: float) -> Session | None:
    """Open a session, if the user may still log in with the password that was verified.

    Args:
        connection: A connection inside a write transaction.
        new: The session.
        now: Epoch seconds.

    Returns:
        The session, or None when the user was disabled or given another password meanwhile.
    """
    if not _may_log_in(connection, new):
        return None
    if new.rehashed is not None:
        connection.execute(
            sa.update(users).where(users.c.id == new.user_id).values(password_hash=new.rehashed)
        )
    outlived = sa.select(sessions.c.id).where(sessions.c.expires_at < now).limit(PURGED_PER_LOGIN)
    connection.execute(sa.delete(sessions).where(sessions.c.id.in_(outlived)))
    connection.execute(sa.insert(sessions).values(_first_row(new, now)))
    return _session(_load(connection, new.id))


def refresh_session(
    connection: sa.Connection,
    session_id: bytes,
    counter: int,
    *,
    client_id: str | None,
    scope: str | None,
    rules: RefreshRules,
    now: float,
) -> tuple[Outcome, Session | None]:
    """Rotate a session's refresh token, repeat the last rotation, or revoke the session for reuse.

    Args:
        connection: A connection inside a write transaction.
        session_id: The session in the presented refresh token.
        counter: The counter in it.
        client_id: The client the request names, or None.
        scope: The narrower scope the request asks for, or None.
        rules: Lifetimes and grace.
        now: Epoch seconds.

    Returns:
        The outcome, with the session after it when there is a token to answer with or a reuse to report.

    Raises:
        ScopeError: The scope is not within the session's; nothing has changed.
    """
    session = _rotate(connection, session_id, counter, client_id=client_id, rules=rules, now=now)
    if session is not None:
        _require_scope(session, scope)
        return Outcome.ROTATED, session
    row = _load(connection, session_id)
    if row is None:
        return Outcome.UNKNOWN, None
    session = _session(row)
    outcome = _why_not(row, counter, client_id=client_id, rules=rules, now=now)
    if outcome is Outcome.REPEATED:
        _require_scope(session, scope)
        used = sa.update(sessions).where(sessions.c.id == session_id)
        connection.execute(used.values(grace_used=sessions.c.grace_used + 1))
    elif outcome is Outcome.REUSED:
        revoke_session(connection, session_id, reason="reuse", now=now)
    return outcome, session


def revoke_session(connection: sa.Connection, session_id: bytes, *, reason: str, now: float) -> None:
    """End a session: none of its refresh tokens works again.

    Args:
        connection: A connection inside a write transaction.
        session_id: The session.
        reason: A word for the operator.
        now: Epoch seconds.
    """
    connection.execute(
        sa.update(sessions)
        .where(sessions.c.id == session_id, sessions.c.revoked_at.is_(None))
        .values(revoked_at=now, revoked_reason=reason)
    )


def _may_log_in(connection: sa.Connection, new: NewSession) -> bool:
    found = sa.select(users.c.id).where(
        users.c.id == new.user_id,
        users.c.disabled.is_(False),
        users.c.password_hash == new.verified_hash,
    )
    return connection.execute(found).first() is not None


def _first_row(new: NewSession, now: float) -> dict[str, Any]:
    return {
        "id": new.id,
        "user_id": new.user_id,
        "client_id": new.client_id,
        "scope": new.scope,
        "audience": new.audience,
        "auth_time": now,
        "counter": 0,
        "refreshed_at": now,
        "grace_used": 0,
        "idle_expires_at": now + new.idle_lifetime,
        "expires_at": now + new.absolute_lifetime,
    }


def _rotate(
    connection: sa.Connection,
    session_id: bytes,
    counter: int,
    *,
    client_id: str | None,
    rules: RefreshRules,
    now: float,
) -> Session | None:
    rotated = connection.execute(
        _ROTATE,
        {
            "session_id": session_id,
            "presented": counter,
            "client": client_id,
            "moment": now,
            "idle_until": now + rules.idle_lifetime,
        },
    ).first()
    return None if rotated is None else _session(rotated)


def _load(connection: sa.Connection, session_id: bytes) -> Any:
    return connection.execute(
        sa.select(sessions, users.c.username, users.c.roles, users.c.disabled)
        .join(users, users.c.id == sessions.c.user_id)
        .where(sessions.c.id == session_id)
    ).first()


def _why_not(row: Any, counter: int, *, client_id: str | None, rules: RefreshRules, now: float) -> Outcome:
    if client_id is not None and row.client_id != client_id:
        return Outcome.OTHER_CLIENT
    if row.revoked_at is not None:
        return Outcome.REVOKED
    if now >= row.idle_expires_at or now >= row.expires_at:
        return Outcome.EXPIRED
    one_behind = counter == row.counter - 1
    if one_behind and now - row.refreshed_at <= rules.grace and row.grace_used < rules.grace_uses:
        return Outcome.DISABLED if row.disabled else Outcome.REPEATED
    if counter == row.counter:
        return Outcome.DISABLED
    return Outcome.REUSED


def _require_scope(session: Session, scope: str | None) -> None:
    if scope is not None and not set(scope.split(" ")) <= set(session.scope.split(" ")):
        # Raising undoes the rotation, so the presented refresh token stays live.
        raise ScopeError("the scope asked for is not within the session's")


def _session(row: Any) -> Session:
    return Session(
        id=row.id,
        user_id=row.user_id,
        username=row.username,
        roles=tuple(row.roles),
        client_id=row.client_id,
        scope=row.scope,
        audience=row.audience,
        counter=row.counter,
    )
