# SPDX-License-Identifier: Apache-2.0
"""How long an answer is fresh and when to ask again: pure functions for ``keysource`` and ``remotekeys``."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from . import limits


def fresh_seconds(headers: Mapping[str, str]) -> float:
    """Read how long the issuer wants its answer to be used (RFC 9111 section 4.2), within the limits.

    Args:
        headers: Response headers by lower-case name.

    Returns:
        Seconds, between ``MIN_FRESH_SECONDS`` and ``MAX_FRESH_SECONDS``.
    """
    lifetime: float = limits.DEFAULT_FRESH_SECONDS
    for directive in headers.get("cache-control", "").lower().split(","):
        name, _, value = directive.strip().partition("=")
        if name in {"no-cache", "no-store"}:
            lifetime = 0
            break
        seconds = _whole_number(value.strip('"'))
        if name == "max-age" and seconds is not None:
            lifetime = seconds - (_whole_number(headers.get("age", "")) or 0)
    return min(max(lifetime, limits.MIN_FRESH_SECONDS), limits.MAX_FRESH_SECONDS)


def refresh_after(lifetime: float) -> float:
    """Choose when to refresh an answer ahead of its expiry, a little different in every process.

    Args:
        lifetime: Seconds the answer is fresh.

    Returns:
        Seconds from the answer to the refresh.
    """
    return lifetime * (limits.REFRESH_AHEAD_SHARE - limits.REFRESH_SPREAD_SHARE * _share())


def back_off(failures: int) -> float:
    """Choose how long to leave a failing issuer alone.

    Args:
        failures: Failures in a row so far, at least 1.

    Returns:
        Seconds to wait.
    """
    waits = limits.BACK_OFF_SECONDS
    wait = waits[min(failures, len(waits)) - 1]
    return wait * (1 + limits.BACK_OFF_SPREAD_SHARE * _share())


def _share() -> float:
    return secrets.randbelow(1001) / 1000


def _whole_number(text: str) -> int | None:
    # Nine digits are 31 years, and more of them would only serve to burn time.
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None  # noqa: PLR2004
