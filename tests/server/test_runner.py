# SPDX-License-Identifier: Apache-2.0
"""The real server: it starts, says so, serves curl, stops cleanly, and names what keeps it from starting."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import time
from contextlib import ExitStack, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.server.process import ServerProcess

from sealwright.errors import ConfigError, UnavailableError
from sealwright.server import runner
from sealwright.server.runner import claim_address, prepare, serve

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sealwright.server.config import ServerConfig

pytestmark = pytest.mark.system

NOW = 1_800_000_000.0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_server_starts_twice_and_stops_cleanly(
    tmp_path: Path, free_port: int, number: signal.Signals
) -> None:
    """The second start finds what the first made; Ctrl-C and SIGTERM end with status 0 and without noise."""
    for created in (True, False):
        with ServerProcess(tmp_path / "data", free_port) as server:
            assert server.ready["created"] is created
            assert (server.ready["first_user"] is not None) is created
            # A connection that stays open must not keep the server from stopping.
            idle = http.client.HTTPConnection("127.0.0.1", free_port)
            idle.request("GET", "/")
            assert idle.getresponse().read()
            assert server.stop(number) == (0, "ended\n")
            idle.close()
            assert server.log() == ""


def test_the_worker_ends_when_its_parent_is_killed(tmp_path: Path, free_port: int) -> None:
    """Even SIGKILL of the parent alone leaves no process on the port."""
    with ServerProcess(tmp_path / "data", free_port) as server:
        server.process.kill()
        # Both processes hold the pipe, so its end is the end of both.
        server.process.communicate(timeout=60)
        with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", free_port)):
            pass


def test_a_busy_port_is_one_clear_line_and_makes_nothing(config: ServerConfig) -> None:
    """It is found before the data folder is touched."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ConfigError, match=f"^port {port} on 127.0.0.1 is already in use$") as caught:
            prepare(replace(config, issuer="", port=port), now=NOW)
    assert 'make serve ARGS="--port 9' in caught.value.hint
    assert not config.data_dir.exists()


@pytest.mark.parametrize("host", ["192.0.2.1", "nonsense.invalid", "1.2.3.4.5"])
def test_an_address_of_another_machine_is_one_clear_line(
    config: ServerConfig, free_port: int, host: str
) -> None:
    """The message names the setting."""
    with pytest.raises(ConfigError, match=r"^host: "):
        claim_address(replace(config, issuer="https://example.com", host=host, port=free_port))


def test_a_reserved_port_is_one_clear_line(config: ServerConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel's refusal becomes advice."""

    def refuse(*_arguments: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(ConfigError, match=r"^port: 80 is reserved"):
        claim_address(replace(config, issuer="https://example.com", port=80))


def test_a_name_is_resolved_to_an_address(config: ServerConfig, free_port: int) -> None:
    """Granian wants an address."""
    assert claim_address(replace(config, host="localhost", port=free_port)) in {"127.0.0.1", "::1"}


def test_an_unusable_data_folder_stops_the_start(config: ServerConfig, free_port: int) -> None:
    """Before anything listens."""
    config.data_dir.write_text("a file in its place")
    with pytest.raises(ConfigError, match=r"^data folder "):
        prepare(replace(config, issuer="", port=free_port), now=NOW)


def test_a_server_that_ends_by_itself_is_reported(
    config: ServerConfig, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Granian's own exit becomes an error of ours."""

    def leave(*_arguments: object, **_named: object) -> None:
        raise SystemExit(1)

    monkeypatch.setattr(runner._Server, "serve", leave)
    settings = replace(config, issuer="", port=free_port)
    prepared = prepare(settings, now=NOW)
    with pytest.raises(UnavailableError, match="stopped by itself"):
        serve(settings, prepared)


def test_a_dead_worker_is_replaced(
    tmp_path: Path, free_port: int, require_command: Callable[[str], str]
) -> None:
    """The parent starts another one by itself."""
    require_command("ps")
    with ServerProcess(tmp_path / "data", free_port) as server:
        (worker,) = _children(server.process.pid)
        os.kill(worker, signal.SIGKILL)
        deadline = time.monotonic() + 60
        while _status(free_port) != http.HTTPStatus.OK or worker in _children(server.process.pid):
            assert time.monotonic() < deadline, server.log()
        assert server.stop(signal.SIGTERM)[0] == 0


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET /healthz HTTP/1.1\r\n",
        b"PRI * HTTP/2.0\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",
    ],
    ids=["nothing", "half a request", "half an HTTP/2 preface", "an HTTP/2 preface", "HTTP/2 settings"],
)
def test_connections_that_fall_silent_are_closed(tmp_path: Path, free_port: int, sent: bytes) -> None:
    """The server ends them by itself, so that they cannot use up its descriptors."""
    with ServerProcess(tmp_path / "data", free_port, header_timeout=1.0), ExitStack() as stack:
        silent = [
            stack.enter_context(socket.create_connection(("127.0.0.1", free_port), timeout=60))
            for _ in range(5)
        ]
        for connection in silent:
            connection.sendall(sent)
        assert _status(free_port) == http.HTTPStatus.OK
        for connection in silent:
            # The read ends when the server closes the connection, and fails at the socket's own timeout.
            with suppress(ConnectionResetError):
                while connection.recv(4096):
                    pass
        assert _status(free_port) == http.HTTPStatus.OK


def test_a_body_in_broken_chunks_is_refused(tmp_path: Path, free_port: int) -> None:
    """It is the client's mistake, and the answer is JSON like every other."""
    with (
        ServerProcess(tmp_path / "data", free_port) as server,
        socket.create_connection(("127.0.0.1", free_port), timeout=60) as connection,
    ):
        connection.sendall(
            b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: chunked\r\n\r\nno length\r\n"
        )
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert answer.status == http.HTTPStatus.BAD_REQUEST
        assert json.loads(answer.read())["error"] == "invalid_request"
        answer.close()
        # A client that leaves in the middle of its body leaves no trace.
        with socket.create_connection(("127.0.0.1", free_port), timeout=60) as gone:
            gone.sendall(
                b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                b"Content-Length: 100\r\n\r\n{"
            )
        assert _status(free_port) == http.HTTPStatus.OK
        assert server.log() == ""


def _children(parent: int) -> list[int]:
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = [line.split() for line in listed.stdout.splitlines()]
    return [int(pid) for pid, ppid in pairs if int(ppid) == parent]


def _status(port: int) -> int | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
