# SPDX-License-Identifier: Apache-2.0
"""``sealwright users add | list | passwd | disable | enable``: who may log in to an authorization server.

They work on the data folder, also while the server runs.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any, TypeVar

import click
from rich.table import Table
from rich.text import Text

from .keys import ask_password
from .limits import MAX_PASSWORD_LINE
from .options import data_option, json_option
from .output import console, print_json, visible
from .times import utc

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ..server.config import ServerConfig
    from ..server.store.users import User

_Command = TypeVar("_Command", bound="Callable[..., Any]")
_data_option = data_option("data", "The server's data folder.")
_MANY_COLUMNS = 10_000


@click.group()
def users() -> None:
    """Say who may log in: add, list, disable and enable users, set their passwords."""


def _password_option(command: _Command) -> _Command:
    return click.option(
        "--password-stdin", is_flag=True, help="Read the password from standard input instead of asking."
    )(command)


@users.command()
@click.argument("name")
@click.option("--role", "roles", multiple=True, metavar="ROLE", help="A role for the token; may be repeated.")
@_password_option
@_data_option
@json_option
def add(name: str, *, roles: tuple[str, ...], password_stdin: bool, data: Path | None, as_json: bool) -> None:
    """Add the user NAME, asking for a password twice."""
    from ..server.users import add_user

    config = _config(data)
    user = add_user(config, name, _password(name, from_stdin=password_stdin), roles, now=time.time())
    if as_json:
        print_json(_document(user))
        return
    roles_text = f" with the roles {', '.join(user.roles)}" if user.roles else ""
    console().print(f"Added {visible(user.username + roles_text)}. A running server knows the user at once.")


@users.command("list")
@_data_option
@json_option
def list_(*, data: Path | None, as_json: bool) -> None:
    """List every user."""
    from ..server.users import list_users

    found = list_users(_config(data))
    if as_json:
        print_json([_document(user) for user in found])
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    # Names and roles can be long: they wrap, and the other columns always show.
    for title, wraps in (("username", True), ("roles", True), ("created", False), ("state", False)):
        table.add_column(title, no_wrap=not wraps, overflow="fold")
    for user in found:
        state = "disabled" if user.disabled else "active"
        roles = visible(", ".join(user.roles))
        table.add_row(Text(visible(user.username)), Text(roles), Text(utc(user.created_at)), Text(state))
    out = console()
    if not out.file.isatty():
        # A program reads line by line.
        out.width = _MANY_COLUMNS
    out.print(table, soft_wrap=False)


@users.command()
@click.argument("name")
@_password_option
@_data_option
@json_option
def passwd(name: str, *, password_stdin: bool, data: Path | None, as_json: bool) -> None:
    """Give the user NAME a new password; it ends the user's sessions."""
    from ..server.users import set_password

    config = _config(data)
    set_password(config, name, _password(name, from_stdin=password_stdin), now=time.time())
    words = "has a new password, and every session of the old one is over."
    _say(name, words, {"username": name}, as_json=as_json)


@users.command()
@click.argument("name")
@_data_option
@json_option
def disable(name: str, *, data: Path | None, as_json: bool) -> None:
    """Keep the user NAME from logging in and from refreshing, until enabled again.

    Access tokens that were issued before stay valid until they expire.
    """
    from ..server.users import set_disabled

    set_disabled(_config(data), name, disabled=True)
    words = "can neither log in nor refresh; access tokens issued before stay valid until they expire."
    _say(name, words, {"username": name, "disabled": True}, as_json=as_json)


@users.command()
@click.argument("name")
@_data_option
@json_option
def enable(name: str, *, data: Path | None, as_json: bool) -> None:
    """Let the user NAME log in again."""
    from ..server.users import set_disabled

    set_disabled(_config(data), name, disabled=False)
    _say(name, "can log in.", {"username": name, "disabled": False}, as_json=as_json)


def _say(name: str, words: str, document: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(document)
    else:
        console().print(f"{visible(name)} {words}")


def _config(data: Path | None) -> ServerConfig:
    from ..server.config import ServerConfig

    return ServerConfig() if data is None else ServerConfig(data_dir=data)


def _password(name: str, *, from_stdin: bool) -> str:
    if not from_stdin:
        from ..server.passwords import password_for_setting

        prompt = f"Password for {visible(name)}"
        return ask_password(prompt, confirm=True, instead="--password-stdin", check=password_for_setting)
    text = sys.stdin.read(MAX_PASSWORD_LINE) if sys.stdin else ""
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
