# SPDX-License-Identifier: Apache-2.0
"""Every fixed limit of the authorization server, in one place; what operators tune is in ``config.py``."""

from __future__ import annotations

from typing import Final

MAX_BODY_BYTES: Final = 64 * 1024
"""Largest request body that is read; more is answered 413 without reading on."""

MAX_BODY_SECONDS: Final = 10.0
"""Longest time a request body may take to arrive; a body that trickles is answered 408."""

MAX_FORM_FIELDS: Final = 30
"""Most fields in a form body."""

MAX_USERNAME_CHARACTERS: Final = 128
"""Longest username, in characters after NFC."""

MIN_PASSWORD_CHARACTERS: Final = 8
"""Shortest password that may be set; logging in accepts whatever was set."""

MAX_PASSWORD_BYTES: Final = 1024
"""Longest password, in bytes of UTF-8: argon2 reads all of it, so an unbounded one would be free work."""

MAX_KEK_FILE_BYTES: Final = 1024
"""Most bytes that are read of the key-encryption key's file; a right one has 43 and a line break."""

MAX_ROLES: Final = 64
"""Most roles of one user: they travel in every access token."""

MAX_ROLE_CHARACTERS: Final = 128
"""Longest name of a role."""

MAX_PENDING_DECISIONS: Final = 4096
"""Most store decisions waiting in each queue before new ones are answered 503."""

MAX_BATCH: Final = 256
"""Most write decisions that share one commit."""

BUSY_TIMEOUT_MILLISECONDS: Final = 5000
"""How long SQLite waits for another process's write before it says locked."""

HEALTH_TIMEOUT_SECONDS: Final = 5.0
"""How long the health endpoint waits for the database."""

PURGED_PER_LOGIN: Final = 4
"""Sessions past their absolute expiry that one login removes, so that the table does not outgrow its use."""
