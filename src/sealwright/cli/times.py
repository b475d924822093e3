# SPDX-License-Identifier: Apache-2.0
"""Durations as people type them and dates as people read them. Used by sign, inspect, verify and demo."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import click

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_STEPS = ((31_557_600, "year"), (86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
_UTC, _LOCAL = "%Y-%m-%d %H:%M:%S UTC", "%Y-%m-%d %H:%M:%S %Z"
_DATE_CLAIMS = {
    "exp": ("expired", "expires"),
    "nbf": ("became valid", "becomes valid"),
    "iat": ("issued", "claims to be issued"),
}


class Duration(click.ParamType[int]):
    """A duration such as ``90``, ``90s``, ``10m``, ``2h``, ``7d`` or ``1h30m``; its value is seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Parse what was typed.

        Args:
            value: The text, or a number that was already parsed.
            param: The option.
            ctx: The command's context.

        Returns:
            Seconds.
        """
        if isinstance(value, int):
            return value
        if re.fullmatch(r"[0-9]{1,12}", value):
            return int(value)
        if not re.fullmatch(r"([0-9]{1,9}[smhdw])+", value):
            self.fail(f"{value!r} is not a duration such as 90s, 10m, 2h or 7d", param, ctx)
        return sum(int(number) * _SECONDS[unit] for number, unit in re.findall(r"([0-9]+)([smhdw])", value))


def in_words(seconds: float) -> str:
    """Say how long a time is, rounded down to its largest unit.

    Args:
        seconds: Zero or more.

    Returns:
        Words such as ``9 minutes`` or ``1 day``.
    """
    for size, unit in _STEPS:
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "less than a second"


def utc(seconds: float) -> str:
    """Write a moment as a date.

    Args:
        seconds: Seconds since 1970.

    Returns:
        Text such as ``2026-11-24 00:07:46 UTC``.
    """
    return datetime.fromtimestamp(seconds, UTC).strftime(_UTC)


def date_claims(claims: dict[str, Any], *, now: float) -> dict[str, dict[str, str]]:
    """Read the dates among the registered claims (RFC 7519 section 4.1).

    Args:
        claims: A token's claims, from anyone.
        now: Seconds since 1970.

    Returns:
        For each of ``exp``, ``nbf`` and ``iat`` that is a date: ``utc``, ``local`` and ``words``.
    """
    found = {}
    for name in _DATE_CLAIMS.keys() & claims.keys():
        moment = _moment(claims[name])
        if moment is not None:
            found[name] = {
                "utc": moment.strftime(_UTC),
                "local": moment.astimezone().strftime(_LOCAL),
                "words": _relative(name, float(claims[name]) - now),
            }
    return found


def _moment(value: Any) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _relative(name: str, ahead: float) -> str:
    past, future = _DATE_CLAIMS[name]
    if abs(ahead) < 1 and name != "exp":
        return f"{past} just now"
    # RFC 7519 section 4.1.4: a token is no longer valid *on* its exp either.
    if ahead > 0:
        return f"{future} in {in_words(ahead)}"
    return f"{past} {in_words(-ahead)} ago"
