# SPDX-License-Identifier: Apache-2.0
"""Run the migrations on the connection that ``store/schema.py`` hands over; alembic loads this by name."""

from __future__ import annotations

from alembic import context

# The caller's connection is already inside a transaction, so all steps and the version row commit together.
context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
