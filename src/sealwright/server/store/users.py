# SPDX-License-Identifier: Apache-2.0
"""Decisions about users: plain functions over a connection, called by the login and by :mod:`..users`."""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlalchemy as sa

from .tables import sessions, users


@dataclass(frozen=True, slots=True)
class User:
    """One row of ``users``.

    Attributes:
        id: The ``sub`` of this user's tokens; never reused.
        username: As it is shown.
        lookup: As it is looked up.
        password_hash: In argon2's own encoding.
        roles: Names of roles.
        disabled: True keeps the user from logging in and refreshing.
        created_at: Epoch seconds.
    """

    id: str
    username: str
    lookup: str
    password_hash: str = field(repr=False)
    roles: tuple[str, ...]
    disabled: bool
    created_at: float


def find_user(connection: sa.Connection, lookup: str) -> User | None:
    """Return the user of a lookup name, or None.

    Args:
        connection: A connection inside a transaction.
        lookup: What :func:`..users.username_lookup` made of the given name.
    """
    row = connection.execute(sa.select(users).where(users.c.lookup == lookup)).first()
    return None if row is None else _user(row)


def find_login(connection: sa.Connection, lookup: str, stand_in: str) -> tuple[User | None, str | None]:
    """Return the user of a lookup name, and a hash whose cost a refusal of that name shall have.

    A user's own hash says what the user costs. A name without a user gets the hash of one user, always the
    same one for the same name, so that over all names it costs what the stored hashes really cost. Both
    searches are always made.

    Args:
        connection: A connection inside a transaction.
        lookup: What :func:`..usernames.username_lookup` made of the given name.
        stand_in: A point among the user ids that depends on the name and that nobody else can compute.

    Returns:
        The user or None, and the hash, which is None only while there is no user at all.
    """
    user = find_user(connection, lookup)
    by_id = sa.select(users.c.password_hash).order_by(users.c.id).limit(1)
    nearest = connection.execute(by_id.where(users.c.id >= stand_in)).scalar()
    if nearest is None:
        nearest = connection.execute(by_id).scalar()
    return user, nearest if user is None else user.password_hash


def all_users(connection: sa.Connection) -> list[User]:
    """Return every user, by name."""
    return [_user(row) for row in connection.execute(sa.select(users).order_by(users.c.lookup))]


def insert_user(connection: sa.Connection, user: User) -> bool:
    """Add a user.

    Args:
        connection: A connection inside a write transaction.
        user: The new row.

    Returns:
        False when the name is taken.
    """
    if find_user(connection, user.lookup) is not None:
        return False
    connection.execute(
        sa.insert(users).values(
            id=user.id,
            username=user.username,
            lookup=user.lookup,
            password_hash=user.password_hash,
            roles=list(user.roles),
            disabled=user.disabled,
            created_at=user.created_at,
        )
    )
    return True


def replace_password(connection: sa.Connection, lookup: str, password_hash: str, *, now: float) -> bool:
    """Give a user a new password and revoke the sessions that the old one opened.

    Args:
        connection: A connection inside a write transaction.
        lookup: The user's lookup name.
        password_hash: Hash of the new password.
        now: Epoch seconds.

    Returns:
        False when there is no such user.
    """
    user_id = connection.execute(
        sa.update(users)
        .where(users.c.lookup == lookup)
        .values(password_hash=password_hash)
        .returning(users.c.id)
    ).scalar()
    if user_id is None:
        return False
    _revoke_all(connection, user_id, "password_changed", now)
    return True


def set_disabled(connection: sa.Connection, lookup: str, *, disabled: bool) -> bool:
    """Keep a user from logging in and refreshing, or let the user in again.

    Args:
        connection: A connection inside a write transaction.
        lookup: The user's lookup name.
        disabled: The new state.

    Returns:
        False when there is no such user.
    """
    changed = connection.execute(
        sa.update(users).where(users.c.lookup == lookup).values(disabled=disabled).returning(users.c.id)
    ).scalar()
    return changed is not None


def _revoke_all(connection: sa.Connection, user_id: str, reason: str, now: float) -> None:
    connection.execute(
        sa.update(sessions)
        .where(sessions.c.user_id == user_id, sessions.c.revoked_at.is_(None))
        .values(revoked_at=now, revoked_reason=reason)
    )


def _user(row: sa.Row[tuple[object, ...]]) -> User:
    values = dict(row._mapping)  # noqa: SLF001  SQLAlchemy's public name for it
    return User(**{**values, "roles": tuple(values["roles"])})
