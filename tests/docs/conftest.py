# SPDX-License-Identifier: Apache-2.0
"""The real authorization server that ``server`` blocks of a document talk to."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.docs.code_blocks import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SECONDS = 60.0
_PASSWORD = re.compile(r"password[:\s]+(\S+)", re.IGNORECASE)


@pytest.fixture
def start_server(tmp_path: Path, free_port: int) -> Iterator[Callable[[], Server]]:
    """A function that starts ``sealwright serve`` on a free port with a fresh data folder."""
    with ExitStack() as stack:

        def start() -> Server:
            log = tmp_path / "server.log"
            process = stack.enter_context(_serve(tmp_path, free_port, log))
            stack.callback(process.send_signal, signal.SIGINT)
            url = f"http://127.0.0.1:{free_port}"
            _wait(f"{url}/healthz", process, log)
            found = _PASSWORD.search(log.read_text(encoding="utf-8"))
            assert found, f"the first start printed no password:\n{log.read_text(encoding='utf-8')}"
            return Server(url, found[1])

        yield start


def _serve(folder: Path, port: int, log: Path) -> subprocess.Popen[bytes]:
    command = [str(Path(sys.executable).with_name("sealwright")), "serve", "--port", str(port)]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SEALWRIGHT_")}
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=kept | {"SEALWRIGHT_DATA": str(folder / "server-data"), "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise AssertionError(f"sealwright serve did not start:\n{log.read_text(encoding='utf-8')}")
