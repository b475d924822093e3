# SPDX-License-Identifier: Apache-2.0
"""The command group, and the frame every command runs in: streams, errors, exit status.

Called by `sealwright.cli.main`. Command modules import the server, the verifier and key code only inside
their functions, so ``--help`` and ``keygen`` never load a web framework or a database; only the server's
settings (`server.config`, plain values) are imported at once, for the defaults that ``serve --help`` shows.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, TextIO

import click

from .. import __version__
from . import demo, inspect, keygen, serve, sign, users, verify
from .errors import report
from .output import EPILOG

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.group(
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="sealwright %(version)s")
def cli() -> None:
    """Tokens that anyone can verify and only one service can sign."""


for _command in (
    demo.demo,
    inspect.inspect,
    keygen.keygen,
    serve.serve,
    sign.sign,
    users.users,
    verify.verify,
):
    cli.add_command(_command)


def run(arguments: Sequence[str]) -> int:
    """Run one command line and turn whatever happens into an exit status and at most one line on stderr.

    Click's own ``main`` is not used: it answers a closed pipe with exit status 1, which here means "no".

    Args:
        arguments: What follows the program's name.

    Returns:
        The exit status.
    """
    _prepare_streams()
    try:
        with cli.make_context("sealwright", list(arguments)) as context:
            cli.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as exit_:
        return _flushed(exit_.exit_code)
    except (Exception, KeyboardInterrupt) as err:  # noqa: BLE001 - report() raises again what it does not know
        return report(err)
    return 0


def _flushed(status: int) -> int:
    try:
        sys.stdout.flush()
    except OSError as err:
        return report(err)
    return status


def _prepare_streams() -> None:
    streams: dict[str, Any] = {"stdout": sys.stdout, "stderr": sys.stderr}
    if streams["stdout"] is None:
        sys.stdout = _stream_without_reader()
    if streams["stderr"] is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - lives as long as the process
    if hasattr(sys.stdin, "reconfigure"):
        # Bytes that are no text are the commands' to refuse, in their own words.
        sys.stdin.reconfigure(errors="surrogateescape")
    for stream in streams.values():
        # A terminal that cannot show a character gets its escape, never a UnicodeEncodeError.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _stream_without_reader() -> TextIO:
    """Stand in for a standard output that was closed before the program started (``>&-``)."""
    reading, writing = os.pipe()
    os.close(reading)
    return os.fdopen(writing, "w", encoding="utf-8")
