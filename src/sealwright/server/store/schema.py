# SPDX-License-Identifier: Apache-2.0
"""Bring a database to the newest migration; :mod:`..setup` calls it at every start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError

from ...errors import ConfigError

if TYPE_CHECKING:
    from sqlalchemy import Connection


def upgrade(connection: Connection) -> None:
    """Run the migrations that this database has not seen, inside the connection's transaction.

    Args:
        connection: A connection whose write transaction has begun.

    Raises:
        ConfigError: A newer sealwright wrote this database.
    """
    config = Config()
    config.set_main_option("script_location", "sealwright.server.store:migrations")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise ConfigError(
            "the database was written by a newer version of sealwright",
            hint="Start that version again; a database is never taken back to an older one.",
        ) from error
