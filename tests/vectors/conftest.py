# SPDX-License-Identifier: Apache-2.0
"""Where the public test vectors are: a folder named by SEALWRIGHT_VECTORS, outside the project."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

VARIABLE = "SEALWRIGHT_VECTORS"


@pytest.fixture(scope="session")
def vectors() -> Callable[[str], Any]:
    """Read a file of the vectors; without the folder the test is skipped and says so."""
    folder = os.environ.get(VARIABLE, "")
    seen: dict[str, Any] = {}

    def read(name: str) -> Any:
        path = Path(folder) / name
        if not folder or not path.is_file():
            assert not folder, f"{VARIABLE} is set, but {path} is not there"
            pytest.skip(f"PUBLIC TEST VECTORS NOT RUN: {VARIABLE} names no folder that holds them")
        if name not in seen:
            seen[name] = json.loads(path.read_text(encoding="utf-8"))
        return seen[name]

    return read
