# SPDX-License-Identifier: Apache-2.0
"""``sealwright demo``: the whole story in one terminal, with real processes, real HTTP and real keys.

The authorization server runs as a child process on a free loopback port with a temporary data folder; the
orders service (`demo_orders`) runs as another one that is given the server's URL and nothing else.
`demo_story` tells what happens between them; this module starts them, and leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import UnavailableError
from .errors import require_server
from .output import console

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from .processes import Child

TOKEN_SECONDS = 6
"""Lifetime of the demo's access tokens: long enough to be used once, short enough to wait for its end."""

_STARTS = 3


@click.command()
def demo() -> None:
    """Play the whole story in this terminal.

    An authorization server signs; an orders service, a second process that is given nothing but the
    server's URL, verifies. susan logs in, orders accepts her token, refuses a changed and an expired one,
    and accepts a refreshed one. It takes about ten seconds, ends by itself with a summary and leaves
    nothing behind. The exit status is 1 when a step does not go as it should.
    """
    from .demo_story import User, tell

    require_server()
    user = User("susan", secrets.token_urlsafe(12), "sealwright users add susan --role customer")
    with (
        _stoppable(),
        tempfile.TemporaryDirectory(prefix="sealwright-demo-") as folder,
        contextlib.ExitStack() as children,
    ):
        out = console()
        out.print("Starting an authorization server and an orders service ...", style="dim")
        server, issuer = _start_server(children, Path(folder))
        _create_user(user.name, user.password, Path(folder))
        orders, orders_url = _start_orders(children, Path(folder), issuer)
        tell(out, user, server=server, issuer=issuer, orders=orders, orders_url=orders_url)


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
    """Let a polite kill clean up like Ctrl-C does."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        # A second signal must not interrupt the cleaning up that the first one started.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _program(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "sealwright", *arguments]


def _server_environment() -> dict[str, str]:
    """Return this process's environment without settings that are meant for another server."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SEALWRIGHT_")}
    return {**kept, **_orders_environment()}


def _orders_environment() -> dict[str, str]:
    """Return the orders service's whole environment: nothing, or where Python finds the code."""
    found = os.environ.get("PYTHONPATH")
    if not found:
        return {}
    # The children run in folders of their own, where a relative path would lead nowhere.
    return {"PYTHONPATH": os.pathsep.join(str(Path(part).absolute()) for part in found.split(os.pathsep))}


def _create_user(name: str, password: str, folder: Path) -> None:
    command = _program(
        "users", "add", name, "--role", "customer", "--password-stdin", "--data", str(folder / "data")
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter and module
        command,
        input=password.encode(),
        capture_output=True,
        cwd=folder,
        env=_server_environment(),
        timeout=60,
        check=False,
    )
    if done.returncode != 0:
        words = done.stderr.decode(errors="replace").strip()
        raise UnavailableError("the demo's user could not be created", hint=words)


def _start_server(children: contextlib.ExitStack, folder: Path) -> tuple[Child, str]:
    from .demo_orders import AUDIENCE
    from .processes import Child, free_port, wait_until_healthy

    for attempt in range(1, _STARTS + 1):
        port = free_port()
        command = _program(
            *("serve", "--port", str(port), "--data", str(folder / "data"), "--audience", AUDIENCE),
            *("--access-token-lifetime", str(TOKEN_SECONDS)),
        )
        child = Child("authorization server", command, _server_environment(), folder)
        children.callback(child.stop)
        child.start()
        try:
            wait_until_healthy(child, f"http://127.0.0.1:{port}")
        except UnavailableError:
            # Somebody may have taken the port since it was found free; anything else will fail again.
            if not child.ended or attempt == _STARTS:
                raise
            continue
        return child, f"http://127.0.0.1:{port}"
    raise AssertionError("unreachable: the last attempt returns or raises")


def _start_orders(children: contextlib.ExitStack, folder: Path, issuer: str) -> tuple[Child, str]:
    from .processes import Child

    # An empty folder of its own: a relative path leads to nothing of the server's.
    own = folder / "orders"
    own.mkdir()
    command = [sys.executable, "-m", "sealwright.cli.demo_orders", issuer]
    child = Child("orders service", command, _orders_environment(), own, speaks=True)
    children.callback(child.stop)
    child.start()
    return child, child.first_line()
