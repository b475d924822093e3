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
    assert "The two differ." in shown
    assert "Error:" not in shown


def test_a_new_password_can_be_set(cli: InProcess, data: str) -> None:
    """Passwd takes the new password from standard input."""
    done = cli("users", "passwd", "admin", "--password-stdin", "--data", data, stdin="correct horse\n")
    assert done.status == 0, done.err
    assert "new password" in done.out
    arguments = ("users", "passwd", "admin", "--password-stdin", "--data", data, "--json")
    assert json.loads(cli(*arguments, stdin="correct horse\n").out) == {"username": "admin"}


def test_a_password_that_cannot_be_used_is_refused_before_it_is_typed_again(
    terminal: Terminal, data: str
) -> None:
    """One prompt is enough to say that a password is too short."""
    status, shown = terminal("users", "add", "susan", "--data", data, answers=("short",))
    assert status == 2
    assert "at least 8 characters" in shown
    assert "again" not in shown


def test_a_disabled_user_is_listed_as_such_until_enabled(cli: InProcess, data: str) -> None:
    """Disable and enable change the user's state, in words and as JSON."""
    assert "neither log in nor refresh" in cli("users", "disable", "admin", "--data", data).out
    assert json.loads(cli("users", "list", "--data", data, "--json").out)[0]["disabled"] is True
    assert "disabled" in cli("users", "list", "--data", data).out
    done = cli("users", "enable", "admin", "--data", data, "--json")
    assert json.loads(done.out) == {"username": "admin", "disabled": False}
    assert json.loads(cli("users", "list", "--data", data, "--json").out)[0]["disabled"] is False


def test_a_long_name_hides_no_column(cli: InProcess, terminal: Terminal, data: str) -> None:
    """On a narrow terminal names and roles wrap; what is piped has one line for each user."""
    name = "n" * 120
    arguments = ("users", "add", name, "--role", "r" * 120, "--password-stdin", "--data", data)
    assert cli(*arguments, stdin="correct horse\n").status == 0
    shown = terminal("users", "list", "--data", data, env={"COLUMNS": "80", "NO_COLOR": "1"})[1]
    assert shown.count("UTC") == 2
    assert shown.count("active") == 2
    assert max(map(len, shown.splitlines())) <= 80
    assert len(cli("users", "list", "--data", data).out.splitlines()) == 3


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
        (("disable", "nobody"), ""),
        (("enable", "nobody"), ""),
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
