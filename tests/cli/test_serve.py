# SPDX-License-Identifier: Apache-2.0
"""``sealwright serve``, for real: what it prints can be pasted, and it stops cleanly."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from tests.cli.conftest import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.cli.conftest import InProcess, Program

pytestmark = pytest.mark.system


@contextmanager
def serving(folder: Path, *arguments: str, **env: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The real server, and everything it printed until it was ready."""
    command = [sys.executable, "-m", "sealwright", "serve", *arguments]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(env)
    ) as process:
        assert process.stdout is not None
        shown = ""
        try:
            for line in process.stdout:
                shown += line
                if line.startswith("Ctrl-C"):
                    break
            yield process, shown
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.communicate(timeout=60)


def stop(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Press Ctrl-C and return what was printed from then on."""
    process.send_signal(signal.SIGINT)
    return process.communicate(timeout=60)


def curl_lines(shown: str) -> list[str]:
    """The lines to paste, exactly as printed."""
    lines = [line for line in shown.splitlines() if line.startswith(("TOKENS=", "curl"))]
    assert len(lines) == 3
    return lines


def paste(lines: list[str], stdin: str = "") -> list[dict[str, object]]:
    """Run lines in bash, one after the other in one shell, and return the JSON documents they print."""
    done = subprocess.run(
        ["bash", "-c", "\n".join(lines)],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        start_new_session=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def test_the_printed_lines_work_when_pasted_and_ctrl_c_stops_the_server(
    tmp_path: Path, free_port: int, require_command: Callable[[str], str]
) -> None:
    """The first start shows a first user; logging in, the keys and refreshing work as printed, twice."""
    require_command("curl")
    with serving(tmp_path, "--port", str(free_port)) as (process, shown):
        assert f"http://127.0.0.1:{free_port}" in shown
        assert str(tmp_path / "sealwright-data") in shown
        assert len(re.findall(r"^  (?:username|password)  \S+$", shown, re.MULTILINE)) == 2
        lines = curl_lines(shown)
        login, keys, refreshed, again = paste([*lines, lines[2]])
        assert login["token_type"] == "Bearer"
        assert keys["keys"]
        issued = {str(answer["refresh_token"]) for answer in (login, refreshed, again)}
        assert len(issued) == 3
        out, err = stop(process)
    assert process.returncode == 0, err
    assert out.endswith("The server has stopped.\n")
    assert "Traceback" not in err
    password = re.findall(r"^  password  (\S+)$", shown, re.MULTILINE)[0]
    assert password not in err

    with serving(tmp_path, "--port", str(free_port)) as (process, shown):
        assert "password  " not in shown
        assert password not in shown
        login, keys, refreshed = paste(curl_lines(shown), stdin=f"{password}\n")
        assert login["token_type"] == refreshed["token_type"] == "Bearer"
        stop(process)
    assert process.returncode == 0


def test_settings_come_from_the_environment_too(
    tmp_path: Path, free_port: int, require_command: Callable[[str], str], cli: InProcess
) -> None:
    """Every option has an environment variable; verify and users work against the running server."""
    require_command("curl")
    data = str(tmp_path / "elsewhere")
    settings = {
        "SEALWRIGHT_PORT": str(free_port),
        "SEALWRIGHT_DATA": data,
        "SEALWRIGHT_AUDIENCE": "orders",
        "SEALWRIGHT_ACCESS_TOKEN_LIFETIME": "1h",
    }
    with serving(tmp_path, **settings) as (process, shown):
        login = paste(curl_lines(shown)[:1])[0]
        assert login["expires_in"] == 3600
        token = str(login["access_token"])
        issuer = f"http://127.0.0.1:{free_port}"
        accepted = cli("verify", "-", "--issuer", issuer, "--audience", "orders", stdin=f"Bearer {token}\n")
        assert accepted.status == 0, accepted.err
        assert json.loads(accepted.out)["iss"] == issuer
        for more in (("--audience", "other"), ("--audience", "orders", "--alg", "RS256")):
            assert cli("verify", "-", "--issuer", issuer, *more, stdin=token).status == 1
        add = ("users", "add", "zoe", "--password-stdin", "--data", data)
        assert cli(*add, stdin="long enough\n").status == 0
        stop(process)
    assert process.returncode == 0


def test_a_busy_port_is_status_2_and_one_line_and_makes_no_data_folder(
    program: Program, tmp_path: Path
) -> None:
    """A first start that cannot listen must not use up the one-time password."""
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        done = program("serve", "--port", str(busy.getsockname()[1]))
    assert done.returncode == 2
    assert done.stdout == b""
    assert b"already in use" in done.stderr
    assert done.stderr.count(b"\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_data_folder_that_cannot_be_used_is_status_2_and_one_line(
    program: Program, tmp_path: Path, free_port: int
) -> None:
    """A file in the data folder's place is named, with what to do."""
    (tmp_path / "file").write_text("")
    done = program("serve", "--port", str(free_port), "--data", "file/data")
    assert done.returncode == 2
    assert done.stderr.startswith(b"sealwright: data folder file/data: ")
    assert done.stderr.count(b"\n") == 1
