# SPDX-License-Identifier: Apache-2.0
"""First start: the data folder, the key-encryption key, the database, the keys and the first user.

:func:`open_data` is idempotent and runs before the server listens; the command line and :mod:`.runner` call
it. :func:`load_keyring` is what the running application needs of it.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from ..errors import ConfigError
from .keyring import SIGN, Keyring, new_refresh_key, new_signing_keys, open_keyring
from .privacy import require_private
from .sealing import load_kek
from .store.keys import insert_keys, load_keys
from .store.schema import upgrade
from .store.sqlite import DATABASE_FILE, failure, open_engine, read_once, transaction, unusable_folder
from .store.users import insert_user
from .users import new_user

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .config import ServerConfig

FIRST_USERNAME: Final = "admin"
_FIRST_ROLES: Final = ("admin",)
_PASSWORD_BYTES: Final = 15


@dataclass(frozen=True, slots=True)
class OpenedData:
    """What :func:`open_data` found or made.

    Attributes:
        created: True on the very first start.
        first_user: Then the first user's name and password, unless a user of that name was there already; the
            password is kept nowhere else.
    """

    created: bool
    first_user: tuple[str, str] | None = field(default=None, repr=False)


def open_data(config: ServerConfig, *, now: float) -> OpenedData:
    """Make the data folder ready: create what is missing, bring the database up to date, open every key once.

    Args:
        config: Names the data folder.
        now: Epoch seconds.

    Raises:
        ConfigError: The folder cannot be used, or it, the database or the key-encryption key is exposed,
            or that key is missing or another one.
        UnavailableError: The database is locked or its disk is full.
    """
    _make_folder(config.data_dir)
    with _locked(config.data_dir):
        require_private(config.data_dir)
        try:
            engine = open_engine(config.data_dir / DATABASE_FILE)
            try:
                with engine.connect() as connection, transaction(connection, write=True):
                    return _fill(connection, config, now=now)
            finally:
                engine.dispose()
        except SQLAlchemyError as error:
            raise failure(error, config.data_dir / DATABASE_FILE) from error
        except OSError as error:
            raise unusable_folder(config.data_dir, error.strerror or type(error).__name__) from error


def load_keyring(config: ServerConfig) -> Keyring:
    """Open the keys of a data folder that :func:`open_data` has made ready.

    Args:
        config: Names the data folder.

    Raises:
        ConfigError: It was not made ready, or the key-encryption key is another one.
        UnavailableError: The database cannot be read.
    """
    path = config.data_dir / DATABASE_FILE
    if not path.is_file():
        raise ConfigError(
            f"{config.data_dir} holds no database yet", hint="Call open_data(config, now=...) first."
        )
    return open_keyring(
        load_kek(config.data_dir, create=False), read_once(path, load_keys), config.access_token_algorithm
    )


def _fill(connection: sa.Connection, config: ServerConfig, *, now: float) -> OpenedData:
    upgrade(connection)
    stored = load_keys(connection)
    first = not stored
    kek = load_kek(config.data_dir, create=first)
    if first:
        insert_keys(connection, [new_refresh_key(kek, now=now)])
    algorithm = config.access_token_algorithm
    if not any((key.use, key.alg) == (SIGN, algorithm) for key in stored):
        insert_keys(connection, new_signing_keys(kek, algorithm, now=now))
    # New keys too: keys that are committed and cannot be read back would be a server that never starts.
    open_keyring(kek, load_keys(connection), algorithm)
    if not first:
        return OpenedData(created=False)
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    made = insert_user(connection, new_user(FIRST_USERNAME, password, _FIRST_ROLES, config.argon2, now=now))
    if not made:
        # The keys were lost and the users were not: that user's password is still the one it had.
        return OpenedData(created=True)
    return OpenedData(created=True, first_user=(FIRST_USERNAME, password))


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise unusable_folder(folder, error.strerror or type(error).__name__) from error
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise unusable_folder(folder, "it cannot be written")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep a second first start on the same folder waiting until this one is done."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
