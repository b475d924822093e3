# SPDX-License-Identifier: Apache-2.0
"""From an exception to one line on stderr and an exit status. Called by the frame in `app`."""

from __future__ import annotations

import errno
import importlib.util
import os
import re
import sys

import click

from ..errors import ConfigError, InvalidTokenError, SealwrightError
from .output import visible

SUCCESS, NO, TROUBLE, INTERRUPTED = 0, 1, 2, 130
"""The exit statuses: done; the answer is no; usage, configuration or an unreadable key; Ctrl-C."""

_SERVER_MODULES = frozenset({"alembic", "argon2", "granian", "sqlalchemy", "starlette"})

_NO_SERVER = 'this command needs the authorization server: pip install "sealwright[server]"'

# What click says about a misplaced argument quotes it, and a token belongs into no log.
_TOKEN = re.compile(r"eyJ[\w-]*\.[\w.-]*|swr1\.[\w.-]+")

_FIXES = {
    errno.ENOENT: "Look at the path, or create its folder first",
    errno.EACCES: "Use a path you may read and write, or change its permissions",
    errno.EPERM: "Use a path you may read and write, or change its permissions",
    errno.EISDIR: "Name a file inside it",
    errno.ENOTDIR: "One part of the path is a file, not a folder",
    errno.ENOSPC: "Free some space first",
    errno.EROFS: "Use a folder on a file system that can be written",
}


class AnswerNoError(click.ClickException):
    """The command ran, and its answer is no: exit status 1.

    Attributes:
        hint: A sentence to add; empty when there is nothing.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def require_server() -> None:
    """Make sure that the server's packages are installed, for commands that only start it as another process.

    Raises:
        ConfigError: One of them is missing.
    """
    if not all(importlib.util.find_spec(name) for name in _SERVER_MODULES):
        raise ConfigError(_NO_SERVER)


def report(err: BaseException) -> int:
    """Say in one line on stderr what went wrong, and return the exit status.

    Args:
        err: What stopped the command.

    Returns:
        1 when a token was refused, 130 for Ctrl-C, else 2.

    Raises:
        BaseException: `err` itself when it is none of the expected kinds: a defect deserves its traceback.
    """
    match err:
        case KeyboardInterrupt() | click.Abort():
            return _line("stopped", "", INTERRUPTED)
        case InvalidTokenError():
            return _line(f"token refused, {type(err).__name__}: {err}", err.hint, NO)
        case SealwrightError():
            return _line(str(err), err.hint, TROUBLE)
        case click.exceptions.NoArgsIsHelpError():
            click.echo(err.format_message(), err=True)
            return TROUBLE
        case click.UsageError():
            path = err.ctx.command_path if err.ctx else "sealwright"
            return _line(err.format_message(), f"See {path} --help", TROUBLE)
        case AnswerNoError():
            return _line(err.message, err.hint, NO)
        case click.ClickException():
            return _line(err.format_message(), "", TROUBLE)
        case ModuleNotFoundError() if (err.name or "").partition(".")[0] in _SERVER_MODULES:
            return _line(_NO_SERVER, "", TROUBLE)
        case OSError():
            return _report_os_error(err)
    raise err


def _report_os_error(err: OSError) -> int:
    if isinstance(err, BrokenPipeError):
        _discard_output()
        return _line("the output was closed before everything was written", "", TROUBLE)
    if err.errno == errno.ENOSPC:
        _discard_output()
    what = os.strerror(err.errno) if err.errno else str(err)
    subject = f"{os.fsdecode(err.filename)}: " if isinstance(err.filename, str | bytes) else ""
    return _line(f"{subject}{what}", _FIXES.get(err.errno or 0, ""), TROUBLE)


def _discard_output() -> None:
    """Send what is still buffered nowhere, or the interpreter would complain again when it exits."""
    try:
        descriptor = sys.stdout.fileno()
    except (AttributeError, OSError, ValueError):
        return
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), descriptor)


def _line(what: str, fix: str, status: int) -> int:
    sentences = [" ".join(part.split()).rstrip(".") for part in (what, fix) if part]
    text = "sealwright: " + ". ".join(visible(_TOKEN.sub("(a token)", part)) for part in sentences)
    text = text.replace("?. ", "? ")
    try:
        click.echo(text if len(sentences) == 1 or text.endswith("?") else text + ".", err=True)
    except OSError:
        # Nobody is listening on stderr either; the exit status still tells.
        return status
    return status
