# SPDX-License-Identifier: Apache-2.0
"""The runner of code blocks itself: it must fail when a document is wrong."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from tests.docs.code_blocks import BlockError, Runner, Server, parse_blocks, prepare_folder, same_output
from tests.docs.shell import Shell

if TYPE_CHECKING:
    from collections.abc import Iterator


def no_server() -> Server:
    """Stand in where a document must not start a server."""
    raise AssertionError("this document starts no server")


def fenced(info: str, *lines: str) -> str:
    """Write one fenced block."""
    return "\n".join((f"```{info}", *lines, "```", ""))


def run(folder: Path, *blocks: str) -> int:
    """Run a document made of these blocks."""
    return Runner("page.md", prepare_folder(folder), no_server).run("# Title\n\n" + "\n".join(blocks))


@pytest.fixture
def server() -> Iterator[Server]:
    """A tiny server that answers its own address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f"I am http://127.0.0.1:{httpd.server_port}\n".encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as httpd:
        thread = Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield Server(f"http://127.0.0.1:{httpd.server_port}", "one time's $word")
        httpd.shutdown()
        thread.join()


def test_blocks_of_one_document_share_names_files_and_variables(tmp_path: Path) -> None:
    """Later blocks see what earlier ones made."""
    count = run(
        tmp_path,
        fenced("python", "from pathlib import Path", "x = 40", 'Path("made").write_text("hello")'),
        fenced("text", "not run"),
        fenced("pycon", ">>> x + 2", "42", ">>> y = 1"),
        fenced("python", "assert y == 1"),
        fenced("console", "$ cat made", "hello", "$ greeting='good day'"),
        fenced("console", '$ echo "$greeting" \\', "    sir", "good day sir"),
    )
    assert count == 5


def test_python_runs_in_the_folder_the_shell_has_gone_to(tmp_path: Path) -> None:
    """A document that makes a folder for what it writes finds it there, and the caller's folder is kept."""
    before = Path.cwd()
    run(
        tmp_path,
        fenced("console", "$ mkdir -p scratch/page && cd scratch/page", "$ echo hello > made"),
        fenced("python", "from pathlib import Path", 'assert Path("made").read_text() == "hello\\n"'),
    )
    assert Path.cwd() == before


def test_an_indented_block_is_run_without_its_indentation(tmp_path: Path) -> None:
    """A block inside a list item works."""
    assert run(tmp_path, "- item\n\n  ```python\n  if True:\n      z = 1\n  assert z\n  ```\n") == 1


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        (fenced("python", "1 / 0"), "page.md:4: ZeroDivisionError"),
        (fenced("python", "x = (", ""), "page.md:4: SyntaxError"),
        (fenced("pycon", ">>> 1 + 1", "3"), "Expected:"),
        (fenced("pycon", "no prompt"), "without a single >>>"),
        (fenced("console", "$ echo a", "b"), "expected:\nb"),
        (fenced("console", "$ true", "$ false"), "page.md:5: status 1 from: false"),
        (fenced("console", "$ exit 3"), "no end of: exit 3"),
        (fenced("console", "$ echo 'never closed"), "status"),
        (fenced("console", "echo a"), "starts with a command"),
        (fenced("console", "$ make nonsense"), "no target nonsense"),
        (fenced("console", '$ pip install "sealwright[cli,moon]"'), "no extra moon"),
        (fenced("console skip", "$ true"), "info string says console skip"),
        (fenced("bash", "true"), "info string says bash"),
        (fenced("", "true"), "info string says nothing"),
        ("```python\nx = 1\n", "never closed"),
    ],
)
def test_a_wrong_block_fails(tmp_path: Path, block: str, reason: str) -> None:
    """The failure names the document's line and what went wrong."""
    with pytest.raises(BlockError) as caught:
        run(tmp_path, block)
    assert reason in str(caught.value)


def test_a_command_may_fail_when_its_status_is_shown(tmp_path: Path) -> None:
    """The shown status is the real one."""
    run(tmp_path, fenced("console", "$ echo no; (exit 7)", "no", "$ echo $?", "7"))


def test_setup_commands_are_checked_and_not_run(tmp_path: Path) -> None:
    """A README may say how to clone, install and start without the test doing it."""
    run(
        tmp_path,
        fenced(
            "console", "$ git clone ADDRESS", "$ cd sealwright", "$ make serve ARGS=--help", "$ make test"
        ),
        fenced("console", "$ pip install 'sealwright[server,cli]'"),
    )


def test_a_server_block_talks_to_the_real_address_and_shows_the_documented_one(
    tmp_path: Path, server: Server
) -> None:
    """Addresses are replaced both ways, and the password reaches the shell unchanged."""
    blocks = (
        fenced("console server", '$ echo "$PASSWORD"', "one time's $word"),
        fenced(
            "python server",
            "from urllib.request import urlopen",
            'with urlopen("http://127.0.0.1:8000/") as answer:',
            "    body = answer.read().decode()",
        ),
        fenced("console server", "$ python -c \"print('http://127.0.0.1:8000')\"", "http://127.0.0.1:8000"),
    )
    runner = Runner("page.md", prepare_folder(tmp_path), lambda: server)
    assert runner.run("\n".join(blocks)) == 3
    check = fenced("python", f"assert {server.url!r} in body")
    assert runner.run(check) == 1


def test_ellipsis_stands_for_anything_in_shown_output() -> None:
    """Only what is between the dots is free."""
    assert same_output("a ... z\nend\n", "a b c z\nend\n")
    assert not same_output("a ... z\nend\n", "a b c z\nstart\n")


def test_a_command_that_hangs_is_ended(tmp_path: Path) -> None:
    """A hanging command is a failure with what it printed so far, not a hanging test."""
    shell = Shell(tmp_path, seconds=0.2)
    try:
        assert shell.run("sleep 600")[0] is None
    finally:
        shell.close()


def test_a_closing_fence_may_be_longer_than_the_opening_one() -> None:
    """Fences nest as in Markdown: a shorter one is text."""
    blocks = parse_blocks("````text\n```python\n````\n")
    assert [(block.language, block.text, block.line) for block in blocks] == [("text", "```python\n", 2)]
