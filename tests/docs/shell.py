# SPDX-License-Identifier: Apache-2.0
"""One bash that runs a document's console commands; called by code_blocks.py."""

from __future__ import annotations

import os
import secrets
import shlex
import signal
import subprocess
import sys
import threading
from pathlib import Path

_SECONDS = 90.0


class Shell:
    """A bash that keeps its variables and its folder from one command to the next."""

    def __init__(self, folder: Path, seconds: float = _SECONDS) -> None:
        self._seconds = seconds
        self._mark = f"---{secrets.token_hex(8)}"
        self._process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=folder,
            env=_environment(folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )

    def set(self, name: str, value: str) -> None:
        """Set and export a variable."""
        self.run(f"export {name}={shlex.quote(value)}")

    def run(self, command: str) -> tuple[int | None, str]:
        """Run one command and wait for its end.

        Args:
            command: Anything bash understands; it reads an empty standard input.

        Returns:
            The exit status, None when the command did not end in time or ended the shell; and its output.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        # The subshell hands the status on, so that a following `echo $?` shows it.
        script = f"eval {shlex.quote(command)} </dev/null\n"
        report = f"_status=$?; printf '\\n%s %s\\n' {self._mark} $_status; (exit $_status)\n"
        timer = threading.Timer(self._seconds, self._kill)
        timer.start()
        lines: list[str] = []
        try:
            self._process.stdin.write(script + report)
            self._process.stdin.flush()
            for line in self._process.stdout:
                if line.startswith(self._mark):
                    return int(line.split()[1]), "".join(lines).removesuffix("\n")
                lines.append(line)
        except BrokenPipeError:
            lines.append("(the shell has ended)\n")
        finally:
            timer.cancel()
        return None, "".join(lines)

    def close(self) -> None:
        """End the shell and whatever it left running."""
        self._kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            try:
                stream.close()
            except BrokenPipeError:
                continue

    def _kill(self) -> None:
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            # macOS answers EPERM, Linux ESRCH, for a group whose processes have all ended.
            return


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SEALWRIGHT_")}
    commands = Path(sys.executable).parent
    return kept | {
        "HOME": str(folder),
        "PATH": f"{commands}{os.pathsep}{os.environ.get('PATH', '')}",
        "NO_COLOR": "1",
        "TERM": "dumb",
        "COLUMNS": "100",
    }
