# SPDX-License-Identifier: Apache-2.0
"""``sealwright users``: adding, listing and new passwords, on a real data folder."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sealwright.server.config import Argon2Parameters, ServerConfig
from sealwright.server.setup import open_data

if TYPE_CHECKING:
    from tests.cli.conftest import InProcess, Terminal


@pytest.fixture
def data(tmp_path: Path) -> str:
    """A data folder after its first start."""
    folder = tmp_path / "data"
    config = ServerConfig(data_dir=folder, argon2=Argon2Parameters(memory_kib=8, time_cost=1))
    open_data(config, now=time.time())
    return str(folder)


def test_an_added_user_is_listed(cli: InProcess, data: str) -> None:
    """Add, then list, as a table and as JSON."""
    added = cli(
        *("users", "add", "susan", "--role", "user", "--role", "moderator", "--data", data),
        *("--password-stdin", "--json"),
        stdin="correct horse\n",
    )
    assert added.status == 0, added.err
    document = json.loads(added.out)
    assert document["username"] == "susan"
    assert document["roles"] == ["user", "moderator"]
    listed = json.loads(cli("users", "list", "--data", data, "--json").out)
    assert document in listed
    assert "correct horse" not in added.out
    assert not any("password" in user for user in listed)
    table = cli("users", "list", "--data", data).out
    assert "susan" in table
    assert "user, moderator" in table


def test_the_data_folder_can_come_from_the_environment(
    cli: InProcess, data: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SEALWRIGHT_DATA names the folder when --data does not."""
    monkeypatch.setenv("SEALWRIGHT_DATA", data)
    assert [user["username"] for user in json.loads(cli("users", "list", "--json").out)] == ["admin"]


def test_the_password_is_asked_for_twice_on_a_terminal(terminal: Terminal, data: str) -> None:
    """Nothing of it is shown, and two different answers are asked for again."""
    answers = ("correct horse", "wrong horse", "correct horse", "correct horse")
    status, shown = terminal("users", "add", "susan", "--data", data, answers=answers)
    assert status == 0, shown
    assert "horse" not in shown
    assert "Added susan" in shown


def test_a_new_password_can_be_set(cli: InProcess, data: str) -> None:
    """Passwd takes the new password from standard input."""
    done = cli("users", "passwd", "admin", "--password-stdin", "--data", data, stdin="correct horse\n")
    assert done.status == 0, done.err
    assert "new password" in done.out


@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        (("add", "admin", "--password-stdin"), "correct horse\n"),
        (("add", "ADMIN", "--password-stdin"), "correct horse\n"),
        (("add", "", "--password-stdin"), "correct horse\n"),
        (("add", "a\x1b[31m", "--password-stdin"), "correct horse\n"),
        (("add", "susan", "--password-stdin"), ""),
        (("add", "susan", "--password-stdin"), "two\nlines\n"),
        (("add", "susan", "--password-stdin"), "no text \udcff\n"),
        (("add", "susan", "--password-stdin", "--role", "a b"), "correct horse\n"),
        (("add", "susan"), "correct horse\n"),
        (("passwd", "nobody", "--password-stdin"), "correct horse\n"),
        (("remove", "admin"), ""),
    ],
)
def test_what_cannot_be_done_is_status_2_and_one_line(
    cli: InProcess, data: str, arguments: tuple[str, ...], stdin: str
) -> None:
    """Taken and impossible names, empty passwords and unknown users are each one line."""
    done = cli("users", *arguments, "--data", data, stdin=stdin)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("sealwright: ")
    assert done.err.count("\n") == 1
    assert "\x1b" not in done.err
    assert len(json.loads(cli("users", "list", "--data", data, "--json").out)) == 1


def test_a_folder_without_a_database_is_status_2(cli: InProcess) -> None:
    """Listing the users of a folder that no server ever used says so."""
    done = cli("users", "list", "--data", "nowhere")
    assert done.status == 2
    assert "nowhere holds no database yet" in done.err
    assert not Path("nowhere").exists()
