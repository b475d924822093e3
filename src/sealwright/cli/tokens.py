# SPDX-License-Identifier: Apache-2.0
"""Tokens and claims as they arrive on a command line. Used by inspect, verify and sign."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import click

from ..errors import DecodeError

REFRESH_TOKEN_PREFIX = "swr1."  # noqa: S105 - the public mark of our refresh tokens, not one of them
_MAX_INPUT = 1_000_000
_BEARER = re.compile(r"\A(?:authorization:\s*)?bearer\s+", re.IGNORECASE)


def read_token(argument: str) -> str:
    """Take a token from the command line, or from standard input when it is ``-``.

    Args:
        argument: The token, with or without ``Bearer`` in front, or ``-``.

    Returns:
        The bare token.

    Raises:
        DecodeError: There is nothing, or white space inside it.
    """
    text = _BEARER.sub("", (_read_stdin() if argument == "-" else argument).strip())
    if not text or text.lower() == "bearer":
        raise DecodeError("the token is empty")
    if any(char.isspace() for char in text):
        raise DecodeError(
            "the token has white space inside it",
            hint="A token is one unbroken word: look for a line break that came from copying",
        )
    return text


def read_claims(source: str | None) -> dict[str, Any]:
    """Take claims from ``--claims``: JSON, ``-`` for standard input, or ``@file``.

    Args:
        source: The option's value, None when it was not given.

    Returns:
        The claims.

    Raises:
        click.UsageError: It is not a strict JSON object.
        OSError: The file cannot be read.
    """
    from ..jose import claims

    if source is None:
        return {}
    if source == "-":
        raw = _read_stdin().encode("utf-8", "surrogateescape")
    elif source.startswith("@"):
        with Path(source[1:]).open("rb") as file:
            raw = file.read(_MAX_INPUT)
    else:
        raw = source.encode("utf-8", "surrogateescape")
    try:
        return claims.parse(raw)
    except DecodeError as err:
        raise click.UsageError(f"--claims: {err}") from err


def assignments(option: str, texts: tuple[str, ...]) -> dict[str, Any]:
    """Read ``name=value`` options; a value that is JSON means what it says, anything else is text.

    Args:
        option: The option's name, for the error.
        texts: What was typed.

    Returns:
        Names to values.

    Raises:
        click.UsageError: There is no ``=``, or no name before it, or a name comes twice.
    """
    from ..jose import claims

    found: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise click.UsageError(f"{option} takes name=value, not {text!r}")
        if name in found:
            raise click.UsageError(f"{option} names {name!r} twice")
        try:
            # The library's strict JSON is the judge of what is JSON; it reads objects, so the value gets one.
            found[name] = claims.parse(b'{"v":' + value.encode() + b"}")["v"]
        except (DecodeError, UnicodeEncodeError, KeyError):
            found[name] = value
    return found


def _read_stdin() -> str:
    text = sys.stdin.read(_MAX_INPUT + 1) if sys.stdin else ""
    if len(text) > _MAX_INPUT:
        raise click.UsageError("standard input holds more than a million characters: that is no token")
    return text
