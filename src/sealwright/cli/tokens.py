# SPDX-License-Identifier: Apache-2.0
"""Tokens and claims as they arrive on a command line. Used by inspect, verify and sign."""

from __future__ import annotations

import os
import re
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..errors import DecodeError
from .limits import MAX_INPUT

if TYPE_CHECKING:
    from collections.abc import Callable

_Command = TypeVar("_Command", bound="Callable[..., Any]")

REFRESH_TOKEN_PREFIX = "swr1."  # noqa: S105 - the public mark of our refresh tokens, not one of them
_BEARER = re.compile(r"\A(?:authorization:\s*)?bearer\s+", re.IGNORECASE)


def token_argument(command: _Command) -> _Command:
    """Add the argument ``TOKEN``, whose words `read_token` reads.

    Args:
        command: The command.

    Returns:
        The same command.
    """
    # Any number of words: click's own error for a word too many would show the token.
    return click.argument("token", nargs=-1, required=True, metavar="TOKEN")(command)


def read_token(words: tuple[str, ...]) -> str:
    """Take a token from the command line, or from standard input when it is ``-``.

    Args:
        words: One: the token, with or without ``Bearer`` in front, or ``-``.

    Returns:
        The bare token.

    Raises:
        click.UsageError: There are several words, or it is a file's name.
        DecodeError: There is nothing, or white space inside it.
    """
    if len(words) != 1:
        raise click.UsageError('TOKEN is one argument: put it in quotes, "Bearer ..." too')
    argument = words[0]
    # os.path says no where Path would raise, as for a token that is too long for a file's name.
    if os.path.isfile(argument):  # noqa: PTH113
        raise click.UsageError(
            f"{argument} is a file: give - < {shlex.quote(argument)} to read a token from it"
        )
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
            raw = file.read(MAX_INPUT + 1)
        if len(raw) > MAX_INPUT:
            raise click.UsageError(f"--claims: {source[1:]} holds more than {MAX_INPUT} bytes")
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
    text = sys.stdin.read(MAX_INPUT + 1) if sys.stdin else ""
    if len(text) > MAX_INPUT:
        raise click.UsageError(f"standard input holds more than {MAX_INPUT} characters: that is no token")
    return text
