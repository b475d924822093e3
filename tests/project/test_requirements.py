# SPDX-License-Identifier: Apache-2.0
"""Keeps the pins in requirements/ complete and in agreement, so that every set-up is the same."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LEVELS = ["build", "run", "dev", "bench", "fuzz"]


def pins(root: Path, *levels: str) -> dict[str, str]:
    """Read name and version of every pin of these levels."""
    found: dict[str, str] = {}
    for level in levels:
        for line in (root / "requirements" / f"{level}.txt").read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                name, version = line.split("==")
                found[canonicalize_name(name)] = version
    return found


def needed(requirement: Requirement) -> set[str]:
    """Name everything a requirement brings with it, on this machine."""
    names: set[str] = set()
    waiting = [requirement]
    while waiting:
        current = waiting.pop()
        name = canonicalize_name(current.name)
        if name in names and not current.extras:
            continue
        names.add(name)
        try:
            lines = requires(name) or []
        except PackageNotFoundError:
            continue
        for other in map(Requirement, lines):
            extras = current.extras or {""}
            if other.marker is None or any(other.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(other)
    return names


@pytest.mark.parametrize("level", LEVELS)
def test_every_line_pins_one_version(root: Path, level: str) -> None:
    """A requirements file holds exact versions, in alphabetical order, and nothing else."""
    text = (root / "requirements" / f"{level}.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []
    assert lines == sorted(lines, key=str.lower)


def test_levels_agree_on_versions(root: Path) -> None:
    """A package pinned in two files has the same version in both, because one environment holds them all."""
    everything = pins(root, *LEVELS)
    assert [level for level in LEVELS if not pins(root, level).items() <= everything.items()] == []


def test_what_the_package_needs_is_pinned_and_allowed(root: Path, pyproject: dict[str, Any]) -> None:
    """Each dependency has a pin that its range in pyproject.toml allows, and so has all that it brings."""
    project = pyproject["project"]
    extras = project["optional-dependencies"]
    wanted = [Requirement(line) for line in [*project["dependencies"], *extras["cli"], *extras["server"]]]
    run = pins(root, "run")
    for requirement in wanted:
        assert run.get(canonicalize_name(requirement.name), "none") in requirement.specifier, str(requirement)
        assert needed(requirement) - set(run) == set()


@pytest.mark.parametrize(
    ("level", "below"), [("build", []), ("dev", ["build", "run"]), ("bench", ["build", "run"])]
)
def test_pins_are_complete(root: Path, level: str, below: list[str]) -> None:
    """Everything that a pinned package brings with it is pinned too."""
    allowed = set(pins(root, level, *below))
    missing = {name: needed(Requirement(name)) - allowed for name in pins(root, level)}
    assert {name: rest for name, rest in missing.items() if rest} == {}
