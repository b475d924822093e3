# SPDX-License-Identifier: Apache-2.0
"""Keys for the tests of the article's functions."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import serialization as ser

if TYPE_CHECKING:
    from pathlib import Path

Tool = Callable[..., str]


@pytest.fixture(scope="session")
def secret_key() -> str:
    """The article's secret."""
    return "a random, long, sequence of characters that only the server knows"


@pytest.fixture(scope="session")
def to_pem() -> Callable[[Any], str]:
    """Write a private or public key object as PEM, without the code under test."""

    def write(native: Any) -> str:
        if hasattr(native, "private_bytes"):
            raw = native.private_bytes(ser.Encoding.PEM, ser.PrivateFormat.PKCS8, ser.NoEncryption())
        else:
            raw = native.public_bytes(ser.Encoding.PEM, ser.PublicFormat.SubjectPublicKeyInfo)
        return str(raw.decode())

    return write


@pytest.fixture(scope="session")
def tool() -> Tool:
    """Run a program of the system in a folder; a missing one skips the test and says which."""

    def run(*command: str, cwd: Path) -> str:
        if shutil.which(command[0]) is None:
            pytest.skip(f"NOT TESTED: {command[0]} is not installed on this machine")
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
