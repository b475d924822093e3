# SPDX-License-Identifier: Apache-2.0
"""Ways to run the command line: in this process, as the real program, and as that in a terminal."""

from __future__ import annotations

import contextlib
import io
import os
import pty
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pytest

from sealwright.cli import main

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Result:
    """What a command line did."""

    status: int
    out: str
    err: str


class InProcess(Protocol):
    """Runs a command line in this process."""

    def __call__(self, *arguments: str, stdin: str = "") -> Result:
        """Run it."""
        ...


class Program(Protocol):
    """Runs the real program."""

    def __call__(
        self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """Run it."""
        ...


class Terminal(Protocol):
    """Runs the real program with a terminal as all three streams; returns its status and what it showed."""

    def __call__(
        self, *arguments: str, answers: tuple[str, ...] = (), env: Mapping[str, str] | None = None
    ) -> tuple[int, str]:
        """Run it."""
        ...


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment without settings that would change what the program prints."""
    unwanted = ("SEALWRIGHT_", "NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    return {**kept, "TERM": "xterm-256color", **(more or {})}


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> InProcess:
    """Runs a command line in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    for name in environment().keys() ^ os.environ.keys():
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str, stdin: str = "") -> Result:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        status = main(list(arguments))
        captured = capsys.readouterr()
        return Result(status, captured.out, captured.err)

    return run


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Runs the real program, in an empty folder."""

    def run(
        *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "sealwright", *arguments]
        return subprocess.run(
            command,
            input=stdin,
            capture_output=True,
            cwd=tmp_path,
            env=environment(env),
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """Runs the real program in a terminal, in an empty folder, and answers prompts, which end in a colon."""

    def run(
        *arguments: str, answers: tuple[str, ...] = (), env: Mapping[str, str] | None = None
    ) -> tuple[int, str]:
        master, slave = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "sealwright", *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=tmp_path,
            env=environment(env),
            start_new_session=True,
        )
        os.close(slave)
        shown, waiting = b"", list(answers)
        # Reading fails with EIO once the program has closed its side.
        with contextlib.suppress(OSError):
            while piece := os.read(master, 65_536):
                shown += piece
                if waiting and shown.rstrip(b" ").endswith(b":"):
                    os.write(master, waiting.pop(0).encode() + b"\n")
        os.close(master)
        return process.wait(60), shown.decode()

    return run
