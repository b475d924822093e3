# SPDX-License-Identifier: Apache-2.0
"""Run the authorization server until Ctrl-C or SIGTERM, for the command line's ``serve``.

What an operator can get wrong (a busy port, a folder that cannot be written, an exposed key file) is found
by :func:`prepare`, before anything listens. Under :func:`serve` granian then runs one worker process, which
ends with this one however that dies.
"""

from __future__ import annotations

import errno
import http.client
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, Final

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import MPServer

from ..errors import ConfigError, UnavailableError
from .app import create_app
from .oauth.paths import paths_under
from .setup import OpenedData, open_data

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp

    from .config import ServerConfig

_HEADER_TIMEOUT_SECONDS: Final = 10.0
_STOP_TIMEOUT_SECONDS: Final = 10
_OTHER_PORT: Final = 9000
_READY_POLL_SECONDS: Final = 0.02
_LOG_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s %(message)s"
_GRANIAN_LOG: Final[dict[str, Any]] = {
    "handlers": {
        name: {"formatter": "generic", "class": "logging.StreamHandler", "stream": "ext://sys.stderr"}
        for name in ("console", "access")
    }
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """What :func:`prepare` found or made, and :func:`serve` goes on with.

    Attributes:
        address: The IP address to listen on.
        data: The data folder; on the very first start it has the first user's password.
    """

    address: str
    data: OpenedData


def prepare(config: ServerConfig, *, now: float) -> Prepared:
    """Do everything that can fail for an operator's mistake: try the port, then make the data folder ready.

    Args:
        config: Settings.
        now: Epoch seconds.

    Raises:
        ConfigError: A setting is wrong: port in use, folder not writable, key-encryption key not usable.
        UnavailableError: The database cannot be used.
    """
    return Prepared(claim_address(config), open_data(config, now=now))


def serve(
    config: ServerConfig,
    prepared: Prepared,
    *,
    on_ready: Callable[[], None] | None = None,
    header_timeout: float = _HEADER_TIMEOUT_SECONDS,
) -> None:
    """Serve until SIGINT or SIGTERM; must be called from the main thread.

    Args:
        config: Settings.
        prepared: What :func:`prepare` returned for them.
        on_ready: Called once, from a helper thread, as soon as the server answers.
        header_timeout: Seconds a connection may take from its start, or from its last answer, until a
            request's headers are complete.

    Raises:
        UnavailableError: The server ended by itself.
    """
    server = _Server(config, prepared.address, on_ready, header_timeout)
    try:
        server.serve(target_loader=partial(_load, config), wrap_loader=False)
    except SystemExit as error:
        # granian leaves this way when its worker cannot start or keeps dying.
        if error.code:
            raise UnavailableError(
                "the server stopped by itself", hint="The lines above this one say what happened."
            ) from error
    finally:
        server.over.set()


def claim_address(config: ServerConfig) -> str:
    """Return the IP address to listen on, after trying that nobody else listens there.

    Args:
        config: Names host and port.

    Raises:
        ConfigError: The port is in use or reserved, or the host is not an address of this machine.
    """
    try:
        found = socket.getaddrinfo(config.host, config.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise ConfigError(f"host: {config.host} is not a host name or an address") from None
    family, _, _, _, target = found[0]
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # Without this, connections of a server that has just stopped would make its port look busy.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(target)
            probe.listen(1)
        except PermissionError:
            raise ConfigError(
                f"port: {config.port} is reserved for the system administrator",
                hint="Choose a port above 1023 and put a TLS proxy in front.",
            ) from None
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                other = _OTHER_PORT if config.port != _OTHER_PORT else _OTHER_PORT + 1
                raise ConfigError(
                    f"port {config.port} on {config.host} is already in use",
                    hint="Stop the program that listens there, or choose another port: "
                    f'--port {other} (make serve ARGS="--port {other}").',
                ) from None
            raise ConfigError(f"host: cannot listen on {config.host}: {error.strerror}") from None
    return str(target[0])


class _Server(MPServer):
    """granian's server, quiet, that says when it answers."""

    def __init__(
        self,
        config: ServerConfig,
        address: str,
        announce: Callable[[], None] | None,
        header_timeout: float,
    ) -> None:
        super().__init__(
            "sealwright.server",
            address=address,
            port=config.port,
            interface=Interfaces.ASGI,
            workers=1,
            websockets=False,
            # HTTP/1.1 alone: finding out which version a client speaks waits without limit for its first
            # bytes, and HTTP/2 has no timeout at all, so silent connections would use up every descriptor.
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(header_read_timeout=round(header_timeout * 1000)),
            log_level=LogLevels.error,
            log_dictconfig=_GRANIAN_LOG,
            respawn_failed_workers=True,
            workers_kill_timeout=_STOP_TIMEOUT_SECONDS,
        )
        self.over = threading.Event()
        self._announce = announce
        self._path = paths_under(config.base_path).health

    def startup(self, spawn_target: Any, target_loader: Any) -> None:
        """Start the worker, then wait for its first answer in a thread of its own."""
        super().startup(spawn_target, target_loader)  # type: ignore[no-untyped-call]
        if self._announce is not None:
            threading.Thread(target=self._wait_until_ready, args=(self._announce,), daemon=True).start()

    def _wait_until_ready(self, announce: Callable[[], None]) -> None:
        anywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  compared with, not listened on
        host = anywhere.get(self.bind_addr, self.bind_addr)
        while not self.over.wait(_READY_POLL_SECONDS):
            if _answers(host, self.bind_port, self._path):
                announce()
                return


def _answers(host: str, port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=1)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _load(config: ServerConfig) -> ASGIApp:
    """Make the application inside the worker process."""
    logging.basicConfig(level=logging.WARNING, format=_LOG_FORMAT, stream=sys.stderr)
    logging.getLogger("sealwright").setLevel(config.log_level)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    return create_app(config)


def _end_with(sentinel: int) -> None:
    """Stop this worker when its parent is gone, so that a killed server never keeps its port."""
    wait([sentinel])
    os.kill(os.getpid(), signal.SIGTERM)
