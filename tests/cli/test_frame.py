# SPDX-License-Identifier: Apache-2.0
"""What every command has in common: help, exit status, one line for every error, streams and colours."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sealwright import __version__
from sealwright.cli import keygen as keygen_module
from sealwright.cli import tokens

if TYPE_CHECKING:
    from tests.cli.conftest import InProcess, Program, Terminal

COMMANDS = ("keygen", "inspect", "sign", "verify", "serve", "users", "demo")
RUN = "from sealwright.cli import main; sys.exit(main(sys.argv[2:]))"
HEAVY = "{'starlette', 'sqlalchemy', 'granian', 'argon2', 'alembic'}"
SECRET = "a random, long, sequence of characters"


def token(cli: InProcess, *arguments: str) -> str:
    """Sign something and return the token."""
    Path("secret").write_text(SECRET)
    done = cli("sign", "--secret-file", "secret", *arguments)
    assert done.status == 0, done.err
    return done.out.strip()


def run_python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python code in a new process."""
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_help_names_every_command_and_the_exit_statuses(cli: InProcess) -> None:
    """Help names every command and the exit statuses."""
    done = cli("--help")
    assert done.status == 0
    assert all(f"\n  {name} " in done.out for name in COMMANDS)
    assert "Exit status:" in done.out
    assert "the answer is no" in done.out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(cli: InProcess, command: str) -> None:
    """Every command has help."""
    done = cli(command, "--help")
    assert done.status == 0
    assert done.out.startswith(f"Usage: sealwright {command} ")


@pytest.mark.parametrize("arguments", [(), ("users",)])
def test_without_a_command_the_help_is_shown_with_status_2(
    cli: InProcess, arguments: tuple[str, ...]
) -> None:
    """Without a command the help goes to stderr, with status 2."""
    done = cli(*arguments)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("Usage: sealwright")
    assert "\n  list " in done.err or "\n  keygen " in done.err


def test_version_names_the_program_and_the_version(cli: InProcess) -> None:
    """Version names the program and the version."""
    assert cli("--version").out == f"sealwright {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("frobnicate",),
        ("keygen", "--nope"),
        ("inspect",),
        ("keygen", "--alg", "none"),
        ("sign", "--key", "missing"),
        ("sign", "--key", "missing", "--sub", "susan"),
        ("sign", "--key", ".", "--sub", "susan"),
        ("verify", "x.y.z"),
        ("verify", "x.y.z", "--key", "k", "--issuer", "https://issuer.example"),
        ("verify", "x.y.z", "--issuer", "https://issuer.example"),
        ("verify", "x.y.z", "--issuer", "http://issuer.example", "--audience", "api"),
        ("serve", "--port", "0"),
        ("serve", "--host", "0.0.0.0"),
        ("users", "add", "susan"),
        ("users", "list", "--data", "nowhere"),
    ],
)
def test_usage_and_configuration_errors_are_status_2_and_one_line(
    cli: InProcess, arguments: tuple[str, ...]
) -> None:
    """Usage and configuration errors are status 2 and one line."""
    done = cli(*arguments)
    assert done.status == 2
    assert done.out == ""
    assert done.err.startswith("sealwright: ")
    assert done.err.count("\n") == 1
    assert done.err.endswith("\n")


def test_a_missing_cli_extra_is_one_line_that_names_the_fix() -> None:
    """A missing [cli] extra is one line that names the fix."""
    code = f"import sys; sys.modules[sys.argv[1]] = None; {RUN}"
    for package in ("click", "rich"):
        done = run_python(code, package, "--help")
        assert done.returncode == 2
        assert done.stderr == (
            'sealwright: the command line needs click and rich: pip install "sealwright[cli]"\n'
        )


@pytest.mark.parametrize("arguments", [["serve", "--data"], ["users", "list", "--data"], ["demo"]])
def test_a_missing_server_extra_is_one_line_that_names_the_fix(arguments: list[str], tmp_path: Path) -> None:
    """A missing [server] extra is one line that names the fix."""
    code = f"import sys; sys.modules[sys.argv[1]] = None; {RUN}"
    folder = [str(tmp_path / "data")] if "--data" in arguments else []
    done = run_python(code, "sqlalchemy", *arguments, *folder)
    assert done.returncode == 2
    assert 'pip install "sealwright[server]"' in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [["--help"], ["keygen", "KEY"], ["serve", "--help"]])
def test_light_commands_load_neither_web_framework_nor_database(arguments: list[str], tmp_path: Path) -> None:
    """Light commands load neither web framework nor database."""
    code = (
        "import sys; from sealwright.cli import main; main(sys.argv[1:]);"
        f"sys.exit(sorted({HEAVY} & set(sys.modules)) or 0)"
    )
    arguments = [str(tmp_path / "key") if argument == "KEY" else argument for argument in arguments]
    done = run_python(code, *arguments)
    assert done.returncode == 0, done.stderr


def test_a_reader_that_goes_away_is_one_line_and_no_traceback(cli: InProcess) -> None:
    """A reader that goes away is one line and no traceback."""
    text = token(cli, "--sub", "susan")
    command = f"{sys.executable} -m sealwright inspect {text} | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=False)
    # Whether the reader was quick enough to be gone is not in our hands; a traceback would be.
    assert done.stdout in {"0\n", "2\n"}
    assert done.stderr.count("\n") <= 1
    assert "Traceback" not in done.stderr


def test_a_closed_standard_output_is_status_2_and_one_line(cli: InProcess) -> None:
    """A closed standard output is status 2 and one line."""
    text = token(cli, "--sub", "susan")
    for arguments in (f"inspect {text}", f"inspect {text} --json", "--version"):
        command = f"{sys.executable} -m sealwright {arguments} >&-"
        done = subprocess.run(
            ["bash", "-c", command], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 2, done.stderr
        assert done.stderr == "sealwright: the output was closed before everything was written\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="NOT TESTED: there is no /dev/full here")
def test_a_full_disk_is_status_2_and_one_line(cli: InProcess) -> None:
    """A full disk is status 2 and one line."""
    text = token(cli, "--sub", "susan")
    command = f"{sys.executable} -m sealwright inspect {text} > /dev/full"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr == "sealwright: No space left on device. Free some space first.\n"


def test_ctrl_c_is_status_130_and_no_traceback(cli: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C is status 130 and no traceback."""

    def interrupted(_words: tuple[str, ...]) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("sealwright.cli.inspect.read_token", interrupted)
    assert tokens.read_token(("a.b.c",)) == "a.b.c"
    done = cli("inspect", "-")
    assert (done.status, done.err) == (130, "sealwright: stopped\n")


def test_a_defect_keeps_its_traceback(cli: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect keeps its traceback."""

    def defect(*_paths: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(keygen_module, "_refuse_existing", defect)
    with pytest.raises(ZeroDivisionError):
        cli("keygen")


def test_output_is_coloured_on_a_terminal_only(cli: InProcess, terminal: Terminal, program: Program) -> None:
    """Output is coloured on a terminal only."""
    text = token(cli, "--sub", "susan")
    assert "\x1b[" in terminal("inspect", text)[1]
    assert b"\x1b" not in program("inspect", text).stdout


def test_no_color_silences_every_escape_sequence_on_a_terminal(cli: InProcess, terminal: Terminal) -> None:
    """NO_COLOR silences every escape sequence on a terminal."""
    text = token(cli, "--sub", "susan")
    status, shown = terminal("inspect", text, env={"NO_COLOR": "1"})
    assert status == 0
    assert "susan" in shown
    assert "\x1b" not in shown


def test_a_stream_that_knows_ascii_only_gets_escapes(cli: InProcess, program: Program) -> None:
    """A stream that knows ASCII only gets escapes."""
    text = token(cli, "--sub", "zoë")
    done = program("inspect", text, env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert done.returncode == 0, done.stderr
    assert b"zo\\xeb" in done.stdout


@pytest.mark.parametrize(
    "before",
    [
        ("verify", "--key", "k", "Bearer"),
        ("inspect", "Bearer"),
        ("sign", "--sub", "susan"),
        ("users",),
        ("verify", "--key"),
        (),
    ],
)
def test_a_misplaced_token_is_never_repeated_in_an_error(cli: InProcess, before: tuple[str, ...]) -> None:
    """An unquoted token, or one in another argument's place, stays out of standard error."""
    text = token(cli, "--sub", "susan")
    done = cli(*before, text)
    assert (done.status, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert not any(part in done.err for part in text.split("."))
    if "Bearer" in before:
        assert "quotes" in done.err


@pytest.mark.parametrize("command", [("inspect",), ("verify", "--key", "k")])
def test_a_file_in_place_of_a_token_is_told_apart(cli: InProcess, command: tuple[str, ...]) -> None:
    """The error for a file's name says how to read a token from it."""
    Path("my token").write_text(token(cli, "--sub", "susan"))
    done = cli(*command, "my token")
    assert done.status == 2
    assert "my token is a file: give - < 'my token'" in done.err


def test_advice_that_is_a_question_keeps_its_punctuation(cli: InProcess) -> None:
    """A spelling mistake is answered with the right word, and no full stop follows a question mark."""
    for arguments, advice in ((("verfy",), "verify"), (("keygen", "--alg", "es256"), "did you mean ES256?")):
        done = cli(*arguments)
        assert done.status == 2
        assert advice in done.err
        assert "?." not in done.err
        assert "? See" in done.err
