# SPDX-License-Identifier: Apache-2.0
"""What the server remembers: tables, decisions over them, and the SQLite engine that runs decisions.

A *decision* is a plain function ``(connection, ...) -> result`` that does one whole thing in one transaction.
``keys.py``, ``users.py`` and ``sessions.py`` hold the decisions; ``sqlite.py`` runs them, ``schema.py``
brings a database file to the newest migration. What leaves a decision is a result, one of ``errors.py``, or
the project's own ``UnavailableError`` and ``ConfigError``: never an exception of SQLAlchemy.
"""
