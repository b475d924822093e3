# SPDX-License-Identifier: Apache-2.0
"""The commands a newcomer types, and the one line they get when their machine lacks something."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Setup = Callable[..., subprocess.CompletedProcess[str]]

NOBODY = 65_534
TOOLS = ("sh", "dirname", "cat", "cksum", "uname", "id", "tail", "rm")
PYTHONS = ("python3.13", "python3.12", "python3.11", "python3")
# A stand-in for an interpreter answers the questions that scripts/setup puts to it with -c.
TOO_OLD = 'case "$2" in *version_info\\ \\<*) exit 1 ;; *print*) echo 3.9 ;; esac'
NO_VENV = 'case "$2" in *ensurepip*) exit 1 ;; *print*) echo 3.12 ;; esac'
BROKEN = "echo 'shim: command not found' >&2; exit 127"
FAILING_VENV = (
    'case "$*" in *"-m venv"*) echo "first"; echo "no space left" >&2; exit 1 ;; *print*) echo 3.12 ;; esac'
)


@pytest.fixture
def place() -> Iterator[Path]:
    """A temporary folder that every user may enter, which pytest's own is not."""
    with tempfile.TemporaryDirectory(prefix="sealwright-setup-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def setup(root: Path, place: Path) -> Setup:
    """A function that runs scripts/setup in a copy of the project with these interpreters alone.

    With `unprivileged`, root, who may write everywhere, runs it as a user without any rights.
    """
    copy = place / "a copy"
    commands = place / "commands"
    commands.mkdir()
    identity: dict[str, Any] = {}
    if os.geteuid() == 0:
        identity = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    shutil.copytree(root / "scripts", copy / "scripts")
    shutil.copytree(root / "requirements", copy / "requirements")
    shutil.copy(root / "pyproject.toml", copy)
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found, f"every POSIX machine has {tool}"
        (commands / tool).symlink_to(found)

    def run(
        level: str = "run",
        variables: dict[str, str] | None = None,
        *,
        unprivileged: bool = False,
        **pythons: str,
    ) -> subprocess.CompletedProcess[str]:
        for name, body in pythons.items():
            script = commands / name.replace("_", ".")
            script.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
            script.chmod(0o755)
        return subprocess.run(
            [commands / "sh", copy / "scripts" / "setup", level],
            env={"PATH": str(commands), "HOME": str(place)} | (variables or {}),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            **(identity if unprivileged else {}),
        )

    return run


def only_line(done: subprocess.CompletedProcess[str]) -> str:
    """Return the single line of a failed run."""
    assert done.returncode != 0
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("setup: ")
    return lines[0]


def test_no_python_at_all_is_one_line_with_the_fix(setup: Setup) -> None:
    """Without any interpreter the line says which one is needed and how to get it."""
    assert re.search(
        r"Python 3\.11 or newer is needed, found none\. Fix: .*install.*python", only_line(setup())
    )


def test_a_too_old_python_is_one_line_with_the_fix(setup: Setup) -> None:
    """The line names the version that was found."""
    assert "is needed, found 3.9. Fix: " in only_line(setup(python3=TOO_OLD))


def test_shims_that_fail_are_passed_over_silently(setup: Setup) -> None:
    """A version manager's shim for a missing version adds no noise."""
    assert "found none" in only_line(setup(python3_13=BROKEN, python3_12=BROKEN, python3=BROKEN))


def test_a_python_without_ensurepip_is_one_line_with_the_package_to_install(setup: Setup) -> None:
    """Debian splits python3-venv off; the line names the package of the version that was found."""
    line = only_line(setup(python3_13=TOO_OLD, python3_12=NO_VENV))
    assert "python3.12 cannot make virtual environments. Fix: " in line
    assert "python3.12-venv" in line or "brew install" in line


def test_a_chosen_python_that_does_not_fit_is_one_line(setup: Setup) -> None:
    """PYTHON is never replaced by another interpreter behind the caller's back."""
    line = only_line(setup(variables={"PYTHON": "my python"}, python3=NO_VENV))
    assert "PYTHON=my python is not a Python that runs" in line


def test_a_failing_venv_is_one_line_with_its_reason(setup: Setup) -> None:
    """The last line the interpreter printed is the reason; no half-made folder stays."""
    done = setup(python3_12=FAILING_VENV)
    assert done.returncode != 0
    assert done.stderr.splitlines()[-1] == "setup: python3.12 -m venv .venv failed: no space left"


def test_an_unknown_level_is_one_line(setup: Setup) -> None:
    """A typing mistake gets the words that exist."""
    assert only_line(setup("rnu")) == "setup: unknown level rnu. Fix: one of run, dev, bench, fuzz"


def test_a_read_only_folder_is_one_line(setup: Setup, place: Path) -> None:
    """Nothing is tried in a folder that cannot take a virtual environment."""
    (place / "a copy").chmod(0o555)
    try:
        assert "is not writable. Fix: " in only_line(setup(unprivileged=True, python3=NO_VENV))
    finally:
        (place / "a copy").chmod(0o755)


@pytest.mark.parametrize("target", ["serve", "test", "lint", "bench", "fuzz", "clean", "help"])
def test_make_knows_the_target(root: Path, target: str, require_command: Callable[[str], str]) -> None:
    """Each documented target exists and has a recipe."""
    command = [require_command("make"), "--dry-run", "--no-print-directory", "-C", str(root), target]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip()


def test_make_alone_lists_every_target(root: Path, require_command: Callable[[str], str]) -> None:
    """The default target is the help, and it leaves nothing out."""
    command = [require_command("make"), "--no-print-directory", "-C", str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    targets = re.findall(r"^([a-z]+):", (root / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert re.findall(r"^  make ([a-z]+) ", done.stdout, re.MULTILINE) == targets


def test_make_passes_arguments_to_the_server(root: Path, require_command: Callable[[str], str]) -> None:
    """ARGS= reaches the command unchanged."""
    command = [require_command("make"), "--dry-run", "-C", str(root), "serve", "ARGS=--port 9000"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert "sealwright serve --port 9000" in done.stdout


def test_continuous_integration_runs_make_test(root: Path, tmp_path: Path) -> None:
    """.ci/run calls exactly `make test`, and hands on the vectors that lie next to the checkout."""
    checkout = tmp_path / "checkout"
    vectors = tmp_path / "shared" / "vectors"
    vectors.mkdir(parents=True)
    shutil.copytree(root / ".ci", checkout / ".ci")
    make = tmp_path / "make"
    make.write_text('#!/bin/sh\necho "$PWD make $* $SEALWRIGHT_VECTORS"\n', encoding="utf-8")
    make.chmod(0o755)
    variables = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [checkout / ".ci" / "run"], env=variables, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == f"{checkout} make test {vectors}\n"
