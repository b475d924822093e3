# SPDX-License-Identifier: Apache-2.0
"""What every command prints with: consoles, JSON documents, and text that is safe for a terminal.

Claims and headers are written by strangers. `visible` and `json_text` show every character that is not
printable (escape sequences, line breaks, bidirectional controls) as an escape, and rich markup is never
interpreted.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
from typing import IO, Any, NoReturn

import click
from rich.console import Console

EPILOG = """\b
Exit status:
  0  done; for verify, the token is accepted
  1  the answer is no: the token is refused or malformed, or a step of the demo failed
  2  wrong usage or configuration, an unreadable key or file, an issuer that cannot be reached
  130  stopped with Ctrl-C
"""

_BASIC_PLANE = 0x10000


def console(stream: IO[str] | None = None) -> Console:
    """Make a console that writes text as it is: no markup, no highlighting, no emoji codes.

    Args:
        stream: Where to write; standard output when None.

    Returns:
        A console with colours when the stream is a terminal and ``NO_COLOR`` is not set; else it writes no
        escape sequence at all.
    """
    target = stream or sys.stdout
    # A non-empty NO_COLOR (no-color.org) must silence bold and dim too, which rich alone would leave in.
    plain = bool(os.environ.get("NO_COLOR")) or not target.isatty()
    return _Console(
        file=target,
        color_system=None if plain else "auto",
        force_terminal=False if plain else None,
        markup=False,
        highlight=False,
        emoji=False,
        soft_wrap=True,
    )


class _Console(Console):
    """A console that leaves a closed pipe to the frame, which says it and chooses the exit status."""

    def on_broken_pipe(self) -> NoReturn:
        """Pass the error on; rich itself would end the program with status 1, which here means "no"."""
        raise BrokenPipeError


def print_json(value: Any) -> None:
    """Print one JSON document on standard output, in ASCII, so that no terminal can misread it.

    Args:
        value: Anything JSON can hold.
    """
    click.echo(json.dumps(value, indent=2))


def program_name() -> str:
    """Return how to call this program in a line that is meant to be pasted.

    Returns:
        ``sealwright`` when the shell finds it, else this interpreter with ``-m sealwright``.
    """
    return "sealwright" if shutil.which("sealwright") else f"{shlex.quote(sys.executable)} -m sealwright"


def visible(text: str) -> str:
    """Show text with an escape in place of every character that is not printable.

    Args:
        text: Anything, from anyone.

    Returns:
        One line that holds no control character.
    """
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def json_text(value: Any, indent: int | None = None) -> str:
    """Write a value as JSON that is safe to show: still JSON, with escapes for what is not printable.

    Args:
        value: Anything JSON can hold.
        indent: Spaces for each level, or None for one line.

    Returns:
        The text.
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return "\n".join(visible(line) for line in text.split("\n"))


def _escape(char: str) -> str:
    code = ord(char)
    if code < _BASIC_PLANE:
        return f"\\u{code:04x}"
    # RFC 8259 section 7: JSON names a character beyond the basic plane by its surrogate pair.
    high, low = divmod(code - _BASIC_PLANE, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
