# SPDX-License-Identifier: Apache-2.0
"""Options that several commands have, declared once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

_Command = TypeVar("_Command", bound="Callable[..., Any]")


def data_option(name: str, what: str) -> Callable[[_Command], _Command]:
    """Make ``--data``, which names the data folder of an authorization server.

    Args:
        name: The command's parameter.
        what: The help's first words.

    Returns:
        A decorator for the command.
    """
    return click.option(
        "--data",
        name,
        type=click.Path(path_type=Path),
        envvar="SEALWRIGHT_DATA",
        show_envvar=True,
        metavar="FOLDER",
        help=f"{what}  [default: ./sealwright-data]",
    )


def json_option(command: _Command) -> _Command:
    """Add ``--json`` to a command, as its parameter ``as_json``.

    Args:
        command: The command.

    Returns:
        The same command.
    """
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")(command)
