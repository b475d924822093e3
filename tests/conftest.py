# SPDX-License-Identifier: Apache-2.0
"""What every part's tests share: hypothesis settings, free ports, and loud skips for missing tools."""

from __future__ import annotations

import shutil
import socket
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Callable

# Wall-clock limits say more about a busy machine than about the code.
settings.register_profile("sealwright", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("sealwright")


@pytest.fixture
def free_port() -> int:
    """A loopback TCP port that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def require_command() -> Callable[[str], str]:
    """A function that returns a command's path, or skips the test with one line that says what is missing."""

    def require(command: str) -> str:
        path = shutil.which(command)
        if path is None:
            pytest.skip(f"NOT TESTED: {command} is not installed; install it to run this test")
        return path

    return require
