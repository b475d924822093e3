# SPDX-License-Identifier: Apache-2.0
"""Child processes and plain HTTP for `sealwright demo`: waited for with a deadline, stopped by their id."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import select
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from ..errors import UnavailableError
from .limits import MAX_ANSWER_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

READY_SECONDS = 30.0
"""How long a child may take to start."""

_STOP_SECONDS = 5.0
_POLL_SECONDS = 0.05


@contextlib.contextmanager
def _signals_held() -> Iterator[None]:
    """Put off the signals that end the demo."""
    came: list[int] = []
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def note(number: int, _frame: object) -> None:
        came.append(number)

    before = {number: signal.signal(number, note) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])


@dataclass(slots=True)
class Child:
    """One process of the demo's own, in a process group of its own.

    Whoever starts one sees to it first that `stop` will be called, and only then calls `start`.

    Attributes:
        name: What it is called in messages.
        command: Program and arguments.
        environment: Its whole environment.
        folder: Its working folder; its log goes there too.
        speaks: Whether its standard output is read with `first_line`; else it goes to the log.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    speaks: bool = False
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the process; a signal that comes meanwhile waits until `stop` would find it."""
        with self.log.open("wb") as log, _signals_held():
            # A group of its own: Ctrl-C reaches the demo alone, which then stops its children in order.
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and modules
                list(self.command),
                cwd=self.folder,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if self.speaks else log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def log(self) -> Path:
        """Where it writes its log."""
        return self.folder / f"{self.name.replace(' ', '-')}.log"

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._running.pid

    @property
    def ended(self) -> bool:
        """Whether it has ended by itself."""
        return self._running.poll() is not None

    def first_line(self) -> str:
        """Wait for the first line it prints.

        Returns:
            The line.

        Raises:
            UnavailableError: It ended, or printed nothing before the deadline.
        """
        stream = self._running.stdout
        deadline = time.monotonic() + READY_SECONDS
        raw = b""
        while stream is not None and not raw.endswith(b"\n"):
            ready, _, _ = select.select([stream], [], [], max(0.0, deadline - time.monotonic()))
            piece = os.read(stream.fileno(), 1) if ready else b""
            if not piece:
                raise UnavailableError(f"the {self.name} did not start", hint=self.last_words())
            raw += piece
        return raw.decode().strip()

    def last_words(self) -> str:
        """Return the last line of its log, for an error message."""
        with contextlib.suppress(OSError):
            lines = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            return f"Its last words: {lines[-1]}" if lines else ""
        return ""

    def stop(self) -> None:
        """Ask it to stop, make it stop when it does not, and wait until it has."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_SECONDS)
        # What the child started itself, such as a worker, is in its group and goes with it.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdout is not None:
            process.stdout.close()

    @property
    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise UnavailableError(f"the {self.name} is not running")
        return self._process


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer.

    Attributes:
        status: The HTTP status.
        body: The bytes.
    """

    status: int
    body: bytes

    def json(self) -> dict[str, Any]:
        """Return the body as a JSON object; an empty one when it is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def request(
    method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
) -> Answer:
    """Make one HTTP request to a loopback address, without any proxy.

    Args:
        method: GET or POST.
        url: An http URL.
        headers: Request headers.
        body: Request body.

    Returns:
        The answer, whatever its status.

    Raises:
        UnavailableError: There was none.
    """
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    try:
        connection.request(method, parts.path or "/", body=body, headers=dict(headers or {}))
        response = connection.getresponse()
        return Answer(response.status, response.read(MAX_ANSWER_BYTES))
    except (OSError, http.client.HTTPException) as err:
        raise UnavailableError(f"{method} {url} was not answered: {err}") from err
    finally:
        connection.close()


def wait_until_healthy(child: Child, url: str) -> None:
    """Poll ``/healthz`` until it answers 200.

    Args:
        child: The process that should answer.
        url: Its base URL.

    Raises:
        UnavailableError: The process ended, or the deadline passed.
    """
    deadline = time.monotonic() + READY_SECONDS
    while not child.ended and time.monotonic() < deadline:
        with contextlib.suppress(UnavailableError):
            if request("GET", f"{url}/healthz").status == http.client.OK:
                return
        time.sleep(_POLL_SECONDS)
    raise UnavailableError(f"the {child.name} did not start", hint=child.last_words())


def free_port() -> int:
    """Return a loopback port that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
