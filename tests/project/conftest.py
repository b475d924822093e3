# SPDX-License-Identifier: Apache-2.0
"""The project's own files, for the tests that keep them in step."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

_GENERATED = {"__pycache__", "build", "dist", "node_modules", "artifacts", "data", "sealwright-data"}
_SHOWN = {".ci", ".gitignore", ".editorconfig"}


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def project_files(root: Path) -> list[Path]:
    """Every file that is committed or could be; without git, everything that is not generated."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        found = [path for path in root.rglob("*") if not _is_generated(path.relative_to(root))]
    else:
        found = [root / name for name in listed.split("\0") if name]
    return sorted(path for path in found if path.is_file())


@pytest.fixture(scope="session")
def pyproject(root: Path) -> dict[str, Any]:
    """The contents of pyproject.toml."""
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


def _is_generated(path: Path) -> bool:
    return any(part in _GENERATED or (part.startswith(".") and part not in _SHOWN) for part in path.parts)
