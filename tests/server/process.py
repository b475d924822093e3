# SPDX-License-Identifier: Apache-2.0
"""A real server process for tests; run as a script it is that process, imported it starts one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sealwright.server.config import Argon2Parameters, ServerConfig
from sealwright.server.runner import prepare, serve

if TYPE_CHECKING:
    from types import TracebackType


def config_for(data_dir: Path, port: int) -> ServerConfig:
    """Return the settings that parent and server process share."""
    return ServerConfig(
        data_dir=data_dir, port=port, argon2=Argon2Parameters(memory_kib=8, time_cost=1, parallelism=1)
    )


class ServerProcess:
    """A server in a process group of its own, ready when the block is entered and gone when it is left.

    Attributes:
        ready: What the server said when it was ready: ``created`` and ``first_user``.
    """

    def __init__(self, data_dir: Path, port: int, *, header_timeout: float = 10.0) -> None:
        self.port = port
        self._arguments = [sys.executable, __file__, str(data_dir), str(port), str(header_timeout)]
        self._log = data_dir.parent / "server.log"

    def __enter__(self) -> Self:
        """Start the server and wait until it answers."""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                self._arguments, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.kill()
            raise AssertionError(f"the server did not start:\n{self._log.read_text()}")
        self.ready: dict[str, Any] = json.loads(line)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Kill whatever is left of it."""
        self.kill()

    def kill(self) -> None:
        """Kill the whole process group at once, as a power cut would."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.communicate()
        elif self.process.stdout is not None:
            self.process.stdout.close()

    def stop(self, number: signal.Signals) -> tuple[int, str]:
        """Send a signal to the whole group, as a terminal does; return exit status and last output."""
        os.killpg(self.process.pid, number)
        output, _ = self.process.communicate(timeout=60)
        return self.process.returncode, output

    def log(self) -> str:
        """Return everything the server wrote to standard error."""
        return self._log.read_text()


def _run(config: ServerConfig, header_timeout: float) -> None:
    prepared = prepare(config, now=time.time())

    def say() -> None:
        data = prepared.data
        sys.stdout.write(json.dumps({"created": data.created, "first_user": data.first_user}) + "\n")
        sys.stdout.flush()

    serve(config, prepared, on_ready=say, header_timeout=header_timeout)


if __name__ == "__main__":
    _run(config_for(Path(sys.argv[1]), int(sys.argv[2])), float(sys.argv[3]))
    sys.stdout.write("ended\n")
