# SPDX-License-Identifier: Apache-2.0
"""The table of known attacks names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]


def test_every_named_test_exists() -> None:
    """A test that is renamed or dropped is renamed in the table too, or its attack gets another one."""
    table = (TESTS / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", table)
    assert len(named) > 50
    missing = [
        f"{path}::{name}"
        for path, name in named
        if not re.search(rf"(?m)^ *def {name}\(", (TESTS / path).read_text(encoding="utf-8"))
    ]
    assert missing == []
