# SPDX-License-Identifier: Apache-2.0
"""The tables of the server's database, as the newest migration leaves them.

Times are epoch seconds. Nothing is stored per token: a session is one row however often it is refreshed.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

metadata: Final = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

keys: Final = sa.Table(
    "keys",
    metadata,
    sa.Column("kid", sa.String(64), primary_key=True),
    sa.Column("use", sa.String(16), nullable=False),
    sa.Column("alg", sa.String(32), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("created_at", sa.Double, nullable=False),
)
"""Signing keys and the key of refresh tokens, each sealed under the key-encryption key."""

one_active_key: Final = sa.Index(
    "uq_keys_active", keys.c.use, keys.c.alg, unique=True, sqlite_where=keys.c.state == "ACTIVE"
)
"""Two keys of one algorithm can never both be the one that signs."""

users: Final = sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("username", sa.String(128), nullable=False),
    sa.Column("lookup", sa.String(512), nullable=False, unique=True),
    sa.Column("password_hash", sa.String(512), nullable=False),
    sa.Column("roles", sa.JSON, nullable=False),
    sa.Column("disabled", sa.Boolean, nullable=False),
    sa.Column("created_at", sa.Double, nullable=False),
)
"""People. ``lookup`` is the form under which two spellings of one username are the same."""

sessions: Final = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", sa.LargeBinary(16), primary_key=True),
    sa.Column(
        "user_id", sa.String(64), sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    sa.Column("client_id", sa.String(256), nullable=False),
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("audience", sa.Text, nullable=False),
    sa.Column("auth_time", sa.Double, nullable=False),
    sa.Column("counter", sa.BigInteger, nullable=False),
    sa.Column("refreshed_at", sa.Double, nullable=False),
    sa.Column("grace_used", sa.Integer, nullable=False),
    sa.Column("idle_expires_at", sa.Double, nullable=False),
    sa.Column("expires_at", sa.Double, nullable=False, index=True),
    sa.Column("revoked_at", sa.Double),
    sa.Column("revoked_reason", sa.String(32)),
)
"""One row per login. ``counter`` names the only refresh token that is live."""
