# SPDX-License-Identifier: Apache-2.0
"""Runs every code block of the README and the docs, so that nothing a reader pastes is wrong.

How blocks are written is described at the top of code_blocks.py, next to this file. In short: ``python`` and
``pycon`` blocks share one namespace per document, ``console`` blocks are run with bash and their shown output
is compared, and the word ``server`` after the language gives the block a running server at
``http://127.0.0.1:8000`` and its first user's password in ``$PASSWORD``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.docs.code_blocks import ROOT, Runner, parse_blocks, prepare_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.docs.code_blocks import Server

DOCUMENTS = ["README.md", *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md"))]


@pytest.mark.system
@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_code_block_of_the_document_does_what_it_says(
    document: str, tmp_path: Path, start_server: Callable[[], Server]
) -> None:
    """Every block of the document runs, in order, and prints what is shown."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    text = (ROOT / document).read_text(encoding="utf-8")
    Runner(document, prepare_folder(folder), start_server).run(text)


def test_the_readme_shows_how_to_start_and_how_to_test() -> None:
    """A newcomer finds the two commands in the README."""
    shown = "".join(block.text for block in parse_blocks((ROOT / "README.md").read_text(encoding="utf-8")))
    assert "make serve" in shown
    assert "make test" in shown
