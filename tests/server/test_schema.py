# SPDX-License-Identifier: Apache-2.0
"""The migrations make the tables that the decisions use, and a newer database is left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from sealwright.errors import ConfigError
from sealwright.server.store.errors import ConstraintError
from sealwright.server.store.keys import StoredKey, insert_keys
from sealwright.server.store.schema import upgrade
from sealwright.server.store.sqlite import open_engine, run_once, transaction
from sealwright.server.store.tables import metadata

if TYPE_CHECKING:
    from pathlib import Path


def test_the_migrations_lead_to_the_tables(tmp_path: Path) -> None:
    """Comparing the migrated database with the tables finds no difference."""
    engine = open_engine(tmp_path / "test.db")
    with engine.connect() as connection:
        with transaction(connection, write=True):
            upgrade(connection)
        with transaction(connection, write=False):
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_upgrading_twice_changes_nothing(tmp_path: Path) -> None:
    """Every start runs it."""
    path = tmp_path / "test.db"
    run_once(path, upgrade)
    run_once(path, upgrade)


def test_a_failed_upgrade_leaves_nothing_behind(tmp_path: Path) -> None:
    """All steps and the version are one transaction."""

    def upgrade_and_fail(connection: sa.Connection) -> None:
        upgrade(connection)
        raise ConfigError("stop")

    with pytest.raises(ConfigError):
        run_once(tmp_path / "test.db", upgrade_and_fail)
    assert run_once(tmp_path / "test.db", lambda connection: sa.inspect(connection).get_table_names()) == []


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    """The message says what happened instead of guessing at tables."""
    path = tmp_path / "test.db"
    run_once(path, upgrade)
    run_once(
        path,
        lambda connection: connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'r9999'"),
    )
    with pytest.raises(ConfigError, match="newer version"):
        run_once(path, upgrade)


def test_two_active_keys_of_one_algorithm_cannot_be_stored(tmp_path: Path) -> None:
    """The database itself refuses."""
    path = tmp_path / "test.db"
    run_once(path, upgrade)
    pair = [StoredKey(kid, "sig", "ES256", "ACTIVE", b"", 0.0) for kid in "ab"]
    with pytest.raises(ConstraintError):
        run_once(path, insert_keys, pair)
