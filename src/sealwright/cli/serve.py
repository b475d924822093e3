# SPDX-License-Identifier: Apache-2.0
"""``sealwright serve``: starts the authorization server and tells a newcomer what to type next."""

from __future__ import annotations

import contextlib
import shlex
import time
from typing import TYPE_CHECKING, Any

import click

from ..server.config import ServerConfig
from .options import data_option
from .output import console, program_name, visible
from .times import Duration, in_words
from .tokenview import heading

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

_DEFAULTS: dict[str, Any] = {name: field.default for name, field in ServerConfig.__dataclass_fields__.items()}


def _setting(flag: str, name: str, what: str, **more: Any) -> Callable[[Any], Any]:
    """Make the option of one server setting; what is not given is left to the server's own default."""
    default = _DEFAULTS[name]
    words = in_words(default) if name.endswith("_lifetime") else default
    shown = f"  [default: {words}]" if default else ""
    return click.option(
        flag, name, envvar=f"SEALWRIGHT_{name.upper()}", show_envvar=True, help=what + shown, **more
    )


@click.command()
@_setting("--host", "host", "Address to listen on.", metavar="ADDRESS")
@_setting("--port", "port", "TCP port to listen on.", type=int)
@data_option("data_dir", "Folder of the database and the key-encryption key.")
@_setting(
    "--issuer",
    "issuer",
    "The iss of tokens: the https URL under which clients reach the server.  [default: from host and port]",
    metavar="URL",
)
@_setting("--audience", "audience", "The aud of access tokens.", metavar="NAME")
@_setting("--client-id", "client_id", "The client_id of tokens that come from /login.", metavar="NAME")
@_setting("--scope", "scope", "The scope of such tokens, words separated by spaces.", metavar="WORDS")
@_setting(
    "--access-token-algorithm",
    "access_token_algorithm",
    "What access tokens are signed with, such as ES256, EdDSA or RS256.",
    metavar="ALG",
)
@_setting(
    "--access-token-lifetime",
    "access_token_lifetime",
    "How long an access token is valid, such as 10m.",
    type=Duration(),
)
@_setting(
    "--refresh-idle-lifetime",
    "refresh_idle_lifetime",
    "How long a session lives without a refresh, such as 14d.",
    type=Duration(),
)
@_setting(
    "--refresh-absolute-lifetime",
    "refresh_absolute_lifetime",
    "How long a session lives at all, such as 30d.",
    type=Duration(),
)
@_setting(
    "--refresh-grace",
    "refresh_grace",
    "How many seconds a spent refresh token still gets the same successor, for answers that were lost.",
    type=int,
    metavar="SECONDS",
)
@_setting("--refresh-grace-uses", "refresh_grace_uses", "How many times it does.", type=int)
@_setting(
    "--password-workers",
    "password_workers",
    "How many passwords are verified at the same time.  [default: one per core]",
    type=int,
)
@_setting(
    "--password-queue",
    "password_queue",
    "How many more may wait before logins are answered 503.",
    type=int,
)
@_setting("--log-level", "log_level", "DEBUG, INFO, WARNING or ERROR.", metavar="LEVEL")
def serve(**settings: Any) -> None:
    """Start the authorization server.

    The first start creates the data folder, its keys and a first user, whose one-time password is shown
    this one time. Ctrl-C stops the server. Every option can be set by the environment variable in brackets.
    """
    from ..server.runner import prepare
    from ..server.runner import serve as run_server

    config = ServerConfig(**{name: value for name, value in settings.items() if value is not None})
    prepared = prepare(config, now=time.time())
    first_user = prepared.data.first_user
    if first_user is not None:
        # At once, and not when the server answers: should it fail to start, nobody could log in any more.
        _show_first_user(config, *first_user)
    credentials = _credentials(config, first_user)
    run_server(config, prepared, on_ready=lambda: _welcome(config, credentials, asks=first_user is None))
    console().print("The server has stopped.")


def _show_first_user(config: ServerConfig, username: str, password: str) -> None:
    out = console()
    out.print(heading("First start: the first user"))
    out.print(f"  username  {username}")
    out.print(f"  password  {password}")
    data = shlex.quote(visible(str(config.data_dir.absolute())))
    out.print("  It is shown this one time only; to set another one:")
    out.print(f"  {program_name()} users passwd {username} --data {data}")
    out.print()


def _welcome(config: ServerConfig, credentials: str, *, asks: bool) -> None:
    # A server whose output nobody reads any more goes on serving.
    with contextlib.suppress(OSError):
        _say_welcome(console(), config, credentials, asks=asks)


def _say_welcome(out: Console, config: ServerConfig, credentials: str, *, asks: bool) -> None:
    out.print(heading("The authorization server is running"))
    out.print(f"  address      {visible(config.issuer)}")
    out.print(f"  data folder  {visible(str(config.data_dir.absolute()))}")
    out.print()
    out.print(heading("Try it: paste these into a second terminal, one after the other"))
    if asks:
        out.print("  # the first one asks for the password: answer it before pasting the next", style="dim")
    for comment, line in _curl_lines(config.base_url, credentials):
        out.print(f"  # {comment}", style="dim")
        # No indentation and no style: what is pasted is exactly what is printed.
        out.print(line)
    out.print()
    out.print("Ctrl-C stops the server.", style="dim")
    out.file.flush()


def _credentials(config: ServerConfig, first_user: tuple[str, str] | None) -> str:
    """Return a shell command that prints the login's JSON body, without a password in any argument."""
    if first_user is not None:
        username, password = first_user
        # The generated password needs no quoting, and a shell's own printf is in no process list.
        return f"""printf '{{"username":"{username}","password":"{password}"}}'"""
    from ..server.users import list_users

    username = next((user.username for user in list_users(config) if user.username.isidentifier()), "susan")
    body = f'{{"username": "{username}", "password": getpass.getpass()}}'
    program = f"import getpass, json; print(json.dumps({body}))"
    return f"python3 -c '{program}'"


def _curl_lines(base: str, credentials: str) -> tuple[tuple[str, str], ...]:
    pick = r"""sed 's/.*"refresh_token" *: *"\([^"]*\)".*/\1/'"""
    json_body = "-H 'Content-Type: application/json' -d @-"
    form = "-d grant_type=refresh_token --data-urlencode refresh_token@-"
    # Both answers replace TOKENS, so that the last line can be pasted again and again.
    login = f'TOKENS=$({credentials} | curl -sS {base}/login {json_body}); echo "$TOKENS"'
    refresh = f'TOKENS=$(printf %s "$TOKENS" | {pick} | curl -sS {base}/token {form}); echo "$TOKENS"'
    return (
        ("log in", login),
        ("look at the public keys", f"curl -sS {base}/.well-known/jwks.json"),
        ("refresh: a new token without the password", refresh),
    )
