# SPDX-License-Identifier: Apache-2.0
"""Users for the command line: plain synchronous functions over a data folder, safe while the server runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import ConfigError
from .limits import MAX_ROLE_CHARACTERS, MAX_ROLES
from .passwords import new_hasher, password_for_setting
from .privacy import require_private
from .store import users as decisions
from .store.sqlite import DATABASE_FILE, read_once, run_once
from .store.users import User
from .usernames import new_user_id, normalise_username, username_lookup

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from .config import Argon2Parameters, ServerConfig


def new_user(
    username: str, password: str, roles: Iterable[str], argon2: Argon2Parameters, *, now: float
) -> User:
    """Return a user that is not stored yet.

    Args:
        username: As it was typed.
        password: As it was typed.
        roles: Names of roles.
        argon2: Cost of hashing the password.
        now: Epoch seconds.

    Raises:
        ConfigError: The username, the password or a role cannot be used.
    """
    name = _username(username)
    return User(
        id=new_user_id(),
        username=name,
        lookup=username_lookup(name),
        password_hash=new_hasher(argon2).hash(password_for_setting(password)),
        roles=_roles(roles),
        disabled=False,
        created_at=now,
    )


def add_user(
    config: ServerConfig, username: str, password: str, roles: Iterable[str] = (), *, now: float
) -> User:
    """Add a user to a data folder; a running server knows the user at once.

    Args:
        config: Names the data folder and the cost of hashing.
        username: As it was typed.
        password: As it was typed.
        roles: Names of roles, for the ``roles`` claim.
        now: Epoch seconds.

    Raises:
        ConfigError: Something about the user is wrong, the name is taken, or the folder holds no database or
            is exposed.
        UnavailableError: The database cannot be written.
    """
    user = new_user(username, password, roles, config.argon2, now=now)
    if not run_once(_database(config), decisions.insert_user, user):
        raise ConfigError(f"username: there is already a user {user.username!r}")
    return user


def list_users(config: ServerConfig) -> list[User]:
    """Return every user of a data folder, by name.

    Args:
        config: Names the data folder.

    Raises:
        ConfigError: The folder holds no database or is exposed.
        UnavailableError: The database cannot be read.
    """
    return read_once(_database(config), decisions.all_users)


def set_password(config: ServerConfig, username: str, password: str, *, now: float) -> None:
    """Give a user a new password and end the sessions that the old one opened.

    Args:
        config: Names the data folder and the cost of hashing.
        username: Whose.
        password: The new one.
        now: Epoch seconds.

    Raises:
        ConfigError: There is no such user, the password cannot be used, or the folder holds no database or
            is exposed.
        UnavailableError: The database cannot be written.
    """
    hashed = new_hasher(config.argon2).hash(password_for_setting(password))
    lookup = username_lookup(_username(username))
    if not run_once(_database(config), decisions.replace_password, lookup, hashed, now=now):
        raise ConfigError(f"username: there is no user {username!r}")


def set_disabled(config: ServerConfig, username: str, *, disabled: bool) -> None:
    """Keep a user from logging in and refreshing, or let the user in again.

    Args:
        config: Names the data folder.
        username: Whom.
        disabled: The new state.

    Raises:
        ConfigError: There is no such user, or the folder holds no database or is exposed.
        UnavailableError: The database cannot be written.
    """
    lookup = username_lookup(_username(username))
    if not run_once(_database(config), decisions.set_disabled, lookup, disabled=disabled):
        raise ConfigError(f"username: there is no user {username!r}")


def _database(config: ServerConfig) -> Path:
    path = config.data_dir / DATABASE_FILE
    if not path.is_file():
        raise ConfigError(
            f"{config.data_dir} holds no database yet",
            hint="Start the server once: it creates the data folder.",
        )
    require_private(config.data_dir)
    return path


def _username(username: str) -> str:
    try:
        return normalise_username(username)
    except ValueError as error:
        raise ConfigError(f"username: {error}") from None


def _roles(roles: Iterable[str]) -> tuple[str, ...]:
    unique = tuple(dict.fromkeys(roles))
    if len(unique) > MAX_ROLES:
        raise ConfigError(f"roles: at most {MAX_ROLES} roles fit into a token")
    for role in unique:
        if not 0 < len(role) <= MAX_ROLE_CHARACTERS or not role.isprintable() or " " in role:
            raise ConfigError(
                f"roles: a role has 1 to {MAX_ROLE_CHARACTERS} visible characters and no spaces"
            )
    return unique
