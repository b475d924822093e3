# SPDX-License-Identifier: Apache-2.0
"""How much the command line reads from anywhere before it refuses: every bound of `cli`, in one place.

Tokens, keys and key sets have the library's own bounds, in `jose.limits`.
"""

from __future__ import annotations

from typing import Final

MAX_INPUT: Final = 1_000_000
"""Characters of standard input, or bytes of a file of claims."""

MAX_PASSWORD_BYTES: Final = 1024
"""Bytes of a private key's password that comes from a file."""

MAX_PASSWORD_LINE: Final = 10_000
"""Characters read with ``--password-stdin``; the server's own, smaller bound judges what was read."""

MAX_ANSWER_BYTES: Final = 1_000_000
"""Bytes of an HTTP answer that the demo reads."""
