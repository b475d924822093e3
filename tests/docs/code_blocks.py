# SPDX-License-Identifier: Apache-2.0
"""Runs the fenced code blocks of a Markdown document; called by test_code_blocks.py.

The convention for writers. One document runs from top to bottom in one temporary folder that looks like a
checkout: ``.venv`` and ``examples`` in it lead to the real ones.

``python``
    Runs in a namespace that all Python blocks of the document share. It fails when it raises.
``pycon``
    Runs as a doctest in the same namespace, with ELLIPSIS: ``...`` in expected output stands for anything.
``console``
    Each line that starts with ``$`` and a space is a command for one bash that lives as long as the
    document, so variables and ``cd`` carry over. Lines that start with ``>`` and a space, or follow a
    backslash, continue it. The lines below are what it must print (both streams, ELLIPSIS again); a command
    with no lines below may print anything. A command must succeed, unless the next one is ``echo $?``.
    Python goes where the shell goes: after ``cd``, the blocks that follow run in that folder.
    Some set-up commands are checked instead of run: ``make TARGET`` must be a target of the Makefile,
    ``pip install "sealwright[extra]"`` must name extras that exist, and ``git clone`` and ``cd sealwright``
    are left alone.
``text``, ``json``, ``toml``, ``http``
    Are not run. Any other language, or none, is an error, so that nothing runnable is left out by accident.

The word ``server`` after one of the first three languages, as in ``console server``, starts a real
``sealwright serve``, one for each document, on a free port with a fresh data folder. In such a block
``http://127.0.0.1:8000`` means that server, in what is run and in what is printed, and the shell has
``$PASSWORD``, the one-time password that the first start printed.
"""

from __future__ import annotations

import doctest
import os
import re
import sys
import tomllib
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from tests.docs.shell import Shell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[2]
SHOWN_URL = "http://127.0.0.1:8000"
_RUN = ("python", "pycon", "console")
_SHOWN = ("text", "json", "toml", "http")
_FENCE = re.compile(r"^(?P<indent>\s*)(?P<fence>`{3,}|~{3,})\s*(?P<info>[^`]*)$")


class BlockError(AssertionError):
    """A block does not do what the document says; the message starts with file and line."""


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block: its info string's words, its text, and the line the text starts on."""

    language: str
    flags: frozenset[str]
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Server:
    """A running authorization server, and the password its first start printed."""

    url: str
    password: str


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a console block and the output shown below it."""

    text: str
    expected: str
    line: int


def parse_blocks(markdown: str) -> list[Block]:
    """Find the fenced blocks of a document, indented ones too."""
    blocks: list[Block] = []
    opened: re.Match[str] | None = None
    lines: list[str] = []
    for number, line in enumerate(markdown.splitlines(), 1):
        if opened is None:
            opened, lines = _FENCE.match(line), []
        elif line.strip().startswith(opened["fence"]) and not line.strip(" `~"):
            words = opened["info"].split() or [""]
            blocks.append(
                Block(
                    words[0],
                    frozenset(words[1:]),
                    "".join(f"{text}\n" for text in lines),
                    number - len(lines),
                )
            )
            opened = None
        else:
            indent = len(opened["indent"])
            lines.append(line[indent:] if not line[:indent].strip() else line)
    if opened is not None:
        raise BlockError("a code block is opened and never closed")
    return blocks


def parse_commands(block: Block) -> list[Command]:
    """Split a console block into commands and the outputs shown below them."""
    commands: list[Command] = []
    for number, line in enumerate(block.text.splitlines(), block.line):
        last = commands[-1] if commands else None
        if line.startswith("$ "):
            commands.append(Command(line[2:], "", number))
        elif last is None:
            raise BlockError(f"line {number}: a console block starts with a command: $ ...")
        elif not last.expected and (line.startswith("> ") or last.text.endswith("\\")):
            commands[-1] = Command(f"{last.text}\n{line.removeprefix('> ')}", "", last.line)
        else:
            commands[-1] = Command(last.text, f"{last.expected}{line}\n", last.line)
    return commands


class Runner:
    """Runs one document's blocks in order; see the module's docstring for what each kind means."""

    def __init__(self, name: str, folder: Path, start_server: Callable[[], Server]) -> None:
        self._name = name
        self._folder = folder
        self._start_server = start_server
        self._server: Server | None = None
        self._module = ModuleType("document")
        self._shell: Shell | None = None

    def run(self, markdown: str) -> int:
        """Run every block.

        Args:
            markdown: The document's text.

        Returns:
            How many blocks were run.

        Raises:
            BlockError: A block fails, or cannot be run under the convention.
        """
        blocks = [block for block in parse_blocks(markdown) if self._is_run(block)]
        with _importable(self._module), chdir(self._folder):
            try:
                for block in blocks:
                    getattr(self, f"_run_{block.language}")(block)
            finally:
                if self._shell is not None:
                    self._shell.close()
        return len(blocks)

    def _is_run(self, block: Block) -> bool:
        allowed = {"server"} if block.language in _RUN else set()
        if block.language not in _RUN + _SHOWN or block.flags - allowed:
            said = " ".join([block.language, *sorted(block.flags)]).strip() or "nothing"
            raise self._error(
                block.line, f"the info string says {said}; see tests/docs/code_blocks.py for the words"
            )
        return block.language in _RUN

    def _error(self, line: int, message: str) -> BlockError:
        return BlockError(f"{self._name}:{line}: {message}")

    def _real(self, block: Block, text: str) -> str:
        if "server" not in block.flags:
            return text
        if self._server is None:
            self._server = self._start_server()
        return text.replace(SHOWN_URL, self._server.url)

    def _shown(self, text: str) -> str:
        return text if self._server is None else text.replace(self._server.url, SHOWN_URL)

    def _run_python(self, block: Block) -> None:
        # The empty lines give tracebacks the line numbers of the document.
        source = "\n" * (block.line - 1) + self._real(block, block.text)
        try:
            exec(compile(source, self._name, "exec"), self._module.__dict__)
        except Exception as err:
            raise self._error(block.line, f"{type(err).__name__}: {err}") from err

    def _run_pycon(self, block: Block) -> None:
        test = doctest.DocTestParser().get_doctest(
            self._real(block, block.text), self._module.__dict__, self._name, self._name, block.line - 1
        )
        if not test.examples:
            raise self._error(block.line, "a pycon block without a single >>> line")
        report: list[str] = []
        result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS, verbose=False).run(
            test, out=report.append, clear_globs=False
        )
        # A DocTest works on a copy of the namespace; what it defined belongs to the document.
        self._module.__dict__.update(test.globs)
        if result.failed:
            raise self._error(block.line, self._shown("".join(report)))

    def _run_console(self, block: Block) -> None:
        commands = parse_commands(block)
        for command, following in zip(commands, [*commands[1:], None], strict=True):
            if self._is_setup(command):
                continue
            real = self._real(block, command.text)
            if self._shell is None:
                self._shell = Shell(self._folder)
            if "server" in block.flags and self._server is not None:
                self._shell.set("PASSWORD", self._server.password)
            status, output = self._shell.run(real)
            output = self._shown(output)
            if status is None:
                raise self._error(command.line, f"no end of: {command.text}\nit printed:\n{output}")
            if status != 0 and (following is None or following.text.strip() != "echo $?"):
                raise self._error(
                    command.line, f"status {status} from: {command.text}\nit printed:\n{output}"
                )
            if command.expected and not same_output(command.expected, output):
                raise self._error(
                    command.line, f"{command.text}\nexpected:\n{command.expected}\nit printed:\n{output}"
                )
        if self._shell is not None:
            # `run` goes back to the folder it came from.
            os.chdir(self._shell.run("pwd -P")[1].strip())

    def _is_setup(self, command: Command) -> bool:
        match command.text.split():
            case ["make", *words]:
                targets = [word for word in words if "=" not in word]
                missing = [target for target in targets if target not in makefile_targets()]
                if missing:
                    raise self._error(command.line, f"the Makefile has no target {' '.join(missing)}")
                return True
            case ["pip" | "pip3" | ".venv/bin/pip", "install", *_]:
                unknown = set(_extras_named(command.text)) - project_extras()
                if unknown:
                    raise self._error(command.line, f"there is no extra {', '.join(sorted(unknown))}")
                return True
            case ["git", "clone", *_] | ["cd", "sealwright"]:
                return True
            case _:
                return False


def same_output(expected: str, got: str) -> bool:
    """Tell whether output fits what is shown, where ``...`` in what is shown stands for anything."""
    want, have = (
        "".join(f"{line.rstrip()}\n" for line in text.strip().splitlines()) for text in (expected, got)
    )
    return doctest.OutputChecker().check_output(want, have, doctest.ELLIPSIS | doctest.DONT_ACCEPT_BLANKLINE)


def makefile_targets() -> frozenset[str]:
    """Read the names of the Makefile's targets."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return frozenset(re.findall(r"^([a-z][a-z-]*):", text, re.MULTILINE))


def project_extras() -> frozenset[str]:
    """Read the names of the package's extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return frozenset(project["optional-dependencies"])


def prepare_folder(folder: Path) -> Path:
    """Make a folder look like a checkout, as far as documents need it."""
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / "examples").symlink_to(ROOT / "examples")
    return folder


def _extras_named(text: str) -> list[str]:
    return [extra.strip() for found in re.findall(r"\[([\w, -]+)\]", text) for extra in found.split(",")]


@contextmanager
def _importable(module: ModuleType) -> Iterator[None]:
    # Dataclasses and typing look their module up by name.
    before = sys.modules.get(module.__name__)
    sys.modules[module.__name__] = module
    try:
        yield
    finally:
        if before is None:
            del sys.modules[module.__name__]
        else:
            sys.modules[module.__name__] = before
