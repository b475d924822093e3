# SPDX-License-Identifier: Apache-2.0
"""Decisions about keys: plain functions over a connection, called by :mod:`..setup` and :mod:`..keyring`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import sqlalchemy as sa

from .tables import keys

ACTIVE: Final = "ACTIVE"
"""Published and signing."""
STANDBY: Final = "STANDBY"
"""Published, so that it can start to sign at once; not signing."""


@dataclass(frozen=True, slots=True)
class StoredKey:
    """One row of ``keys``.

    Attributes:
        kid: Key id.
        use: ``sig`` for signing keys, ``refresh`` for the key of refresh tokens.
        alg: Algorithm.
        state: ``ACTIVE`` or ``STANDBY``.
        sealed: The envelope of :mod:`..sealing`.
        created_at: Epoch seconds.
    """

    kid: str
    use: str
    alg: str
    state: str
    sealed: bytes = field(repr=False)
    created_at: float


def load_keys(connection: sa.Connection) -> list[StoredKey]:
    """Return every key, oldest first."""
    rows = connection.execute(sa.select(keys).order_by(keys.c.created_at, keys.c.kid))
    return [StoredKey(**row._mapping) for row in rows]  # noqa: SLF001  SQLAlchemy's public name for it


def insert_keys(connection: sa.Connection, new: list[StoredKey]) -> None:
    """Add keys.

    Args:
        connection: A connection inside a write transaction.
        new: The keys.
    """
    connection.execute(
        sa.insert(keys),
        [
            {
                "kid": key.kid,
                "use": key.use,
                "alg": key.alg,
                "state": key.state,
                "sealed": key.sealed,
                "created_at": key.created_at,
            }
            for key in new
        ],
    )
