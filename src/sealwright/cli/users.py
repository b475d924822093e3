# SPDX-License-Identifier: Apache-2.0
"""``sealwright users add | list | passwd``: who may log in to an authorization server.

They work on the data folder, also while the server runs.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from rich.table import Table
from rich.text import Text

from .keys import ask_password
from .output import console, print_json, visible
from .times import utc

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..server.config import ServerConfig
    from ..server.store.users import User

_Command = TypeVar("_Command", bound="Callable[..., Any]")
_MAX_PASSWORD_LINE = 10_000


@click.group()
def users() -> None:
    """Add and list the users who may log in."""


def _data_option(command: _Command) -> _Command:
    return click.option(
        "--data",
        type=click.Path(path_type=Path),
        envvar="SEALWRIGHT_DATA",
        show_envvar=True,
        metavar="FOLDER",
        help="The server's data folder.  [default: ./sealwright-data]",
    )(command)


def _password_option(command: _Command) -> _Command:
    return click.option(
        "--password-stdin", is_flag=True, help="Read the password from standard input instead of asking."
    )(command)


@users.command()
@click.argument("name")
@click.option("--role", "roles", multiple=True, metavar="ROLE", help="A role for the token; may be repeated.")
@_password_option
@_data_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def add(name: str, *, roles: tuple[str, ...], password_stdin: bool, data: Path | None, as_json: bool) -> None:
    """Add the user NAME, asking for a password twice."""
    from ..server.users import add_user

    config = _config(data)
    user = add_user(config, name, _password(name, from_stdin=password_stdin), roles)
    if as_json:
        print_json(_document(user))
        return
    roles_text = f" with the roles {', '.join(user.roles)}" if user.roles else ""
    console().print(f"Added {visible(user.username + roles_text)}. A running server knows the user at once.")


@users.command("list")
@_data_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_(*, data: Path | None, as_json: bool) -> None:
    """List every user."""
    from ..server.users import list_users

    found = list_users(_config(data))
    if as_json:
        print_json([_document(user) for user in found])
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("username", "roles", "created", "state"):
        table.add_column(title, no_wrap=True)
    for user in found:
        state = "disabled" if user.disabled else "active"
        roles = visible(", ".join(user.roles))
        table.add_row(Text(visible(user.username)), Text(roles), Text(utc(user.created_at)), Text(state))
    console().print(table)


@users.command()
@click.argument("name")
@_password_option
@_data_option
def passwd(name: str, *, password_stdin: bool, data: Path | None) -> None:
    """Give the user NAME a new password; it ends the user's sessions."""
    from ..server.users import set_password

    config = _config(data)
    set_password(config, name, _password(name, from_stdin=password_stdin))
    console().print(f"{visible(name)} has a new password, and every session of the old one is over.")


def _config(data: Path | None) -> ServerConfig:
    from ..server.config import ServerConfig

    return ServerConfig() if data is None else ServerConfig(data_dir=data)


def _password(name: str, *, from_stdin: bool) -> str:
    if not from_stdin:
        return ask_password(f"Password for {visible(name)}", confirm=True, instead="--password-stdin")
    text = sys.stdin.read(_MAX_PASSWORD_LINE) if sys.stdin else ""
    password = text.removesuffix("\n").removesuffix("\r")
    # A byte that is no text was read as a lone surrogate, which UTF-8 has no room for.
    if not password or "\n" in password or password.encode(errors="replace").decode() != password:
        raise click.UsageError("--password-stdin needs the password, and nothing else, as one line of text")
    return password


def _document(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "username": user.username,
        "roles": list(user.roles),
        "created": utc(user.created_at),
        "disabled": user.disabled,
    }
