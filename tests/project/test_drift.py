# SPDX-License-Identifier: Apache-2.0
"""Keeps the project's files in step with its rules, so that nobody has to remember them."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import sealwright
from sealwright import errors

MOST_LINES = 400
CODE = {".py", ".pyi", ".sh", ".js", ".css", ".html", ".sql"}
# Written in pieces, because these very files are searched too.
REGISTRIES = [
    ".".join(host)
    for host in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("proxy.golang", "org"),
        ("crates", "io"),
        ("ghcr", "io"),
        ("docker", "io"),
    )
]
MACHINE_PATH = re.compile(
    r"""(?:^|[\s"'`=(:])/(?:""" + "|".join(("work", "root", "home", "Users")) + r")/[\w.-]+"
)
# The article's own session, which the tests and the tutorial quote word for word.
ARTICLE_PATHS = re.compile("/home/" + r"miguel/\S*")


def read(path: Path) -> str:
    """Read a text file; binary files read as nothing."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def is_code(path: Path, root: Path) -> bool:
    """Tell source files from texts and data."""
    folder = path.relative_to(root).parts[0]
    return path.suffix in CODE or folder in {"scripts", ".ci"} or path.name == "Makefile"


def test_no_source_file_is_too_long(project_files: list[Path], root: Path) -> None:
    """A source file has at most 400 lines."""
    lengths = {
        path.relative_to(root): len(read(path).splitlines()) for path in project_files if is_code(path, root)
    }
    assert lengths, "no source file was found"
    assert {str(path): lines for path, lines in lengths.items() if lines > MOST_LINES} == {}


def test_every_source_file_starts_with_its_licence(project_files: list[Path], root: Path) -> None:
    """The SPDX line comes first, after nothing but the line that names the interpreter."""
    missing = []
    for path in project_files:
        if is_code(path, root):
            lines = [line for line in read(path).splitlines()[:2] if not line.startswith("#!")]
            if not lines or "SPDX-License-Identifier: Apache-2.0" not in lines[0]:
                missing.append(str(path.relative_to(root)))
    assert missing == []


def test_nothing_names_a_package_registry(project_files: list[Path], root: Path) -> None:
    """Where packages come from is each machine's own setting."""
    found = [
        f"{path.relative_to(root)}: {host}"
        for path in project_files
        for host in REGISTRIES
        if host in read(path)
    ]
    assert found == []


def test_nothing_names_a_folder_of_somebodys_machine(project_files: list[Path], root: Path) -> None:
    """Absolute paths of one machine mean nothing on another; the article's own are quotes."""
    found = [
        f"{path.relative_to(root)}:{number}: {line.strip()}"
        for path in project_files
        for number, line in enumerate(read(path).splitlines(), 1)
        if MACHINE_PATH.search(ARTICLE_PATHS.sub("", line))
    ]
    assert found == []


def test_every_part_stands_in_an_import_contract(root: Path, pyproject: dict[str, Any]) -> None:
    """Who may import whom is decided for every package and every module beside them."""
    source = root / "src" / "sealwright"
    packages = {f"sealwright.{path.parent.name}" for path in source.glob("*/__init__.py")}
    packages |= {f"sealwright.{path.stem}" for path in source.glob("[a-z]*.py")}
    named = {
        module
        for contract in pyproject["tool"]["importlinter"]["contracts"]
        for key in ("source_modules", "forbidden_modules", "modules")
        for module in contract.get(key, [])
    }
    assert packages - named == set()


def test_error_codes_are_stable_words_and_unique() -> None:
    """Programs tell errors apart by code, so each class has its own."""
    classes = [
        member
        for _, member in inspect.getmembers(errors, inspect.isclass)
        if issubclass(member, errors.SealwrightError)
    ]
    codes = [vars(member).get("code", f"{member.__name__} has none") for member in classes]
    assert sorted(codes) == sorted(set(codes))
    assert [code for code in codes if not re.fullmatch(r"[a-z][a-z_]*[a-z]", code)] == []


def test_every_command_is_documented(root: Path) -> None:
    """Each command that the program lists is shown in the README or the docs."""
    documents = [root / "README.md", *(root / "docs").rglob("*.md")]
    text = " ".join(" ".join(read(path) for path in documents if path.exists()).split())
    commands = list_commands([])
    assert {"keygen", "serve", "verify"} <= set(commands), f"the help was not understood: {commands}"
    missing = [command for command in commands if not re.search(rf"\bsealwright {command}\b", text)]
    assert missing == []


def list_commands(group: list[str]) -> list[str]:
    """Read the names of a group's commands, and of the groups in it, from the program's own help."""
    program = Path(sys.executable).with_name("sealwright")
    done = subprocess.run([program, *group, "--help"], capture_output=True, text=True, check=True, timeout=60)
    names: list[str] = []
    _, _, listing = done.stdout.partition("\nCommands:\n")
    for line in listing.splitlines():
        found = re.match(r"  ([a-z][a-z0-9-]*)(?:\s|$)", line)
        if found:
            names += [" ".join([*group, found[1]]), *list_commands([*group, found[1]])]
        elif not line.startswith(" "):
            break
    return names


def test_the_changelog_speaks_of_this_version(root: Path) -> None:
    """The version in the package is in the changelog, or everything is still unreleased."""
    text = read(root / "CHANGELOG.md")
    released = re.findall(r"^## \[(\d[^]]*)\]", text, re.MULTILINE)
    assert "## [Unreleased]" in text
    assert not released or released[0] == sealwright.__version__
