# SPDX-License-Identifier: Apache-2.0
"""Alembic's folder: ``env.py`` and one file per step in ``versions/``; run by ``store/schema.py``."""
