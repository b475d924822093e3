# SPDX-License-Identifier: Apache-2.0
"""What every part's tests share: hypothesis settings, keys, free ports, loud skips for missing tools."""

from __future__ import annotations

import shutil
import socket
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Callable

# Wall-clock limits say more about a busy machine than about the code.
settings.register_profile("sealwright", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("sealwright")


@pytest.fixture(scope="session")
def native_rsa() -> rsa.RSAPrivateKey:
    """One RSA key for the whole run, because making them is slow."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="session")
def natives(native_rsa: rsa.RSAPrivateKey) -> dict[str, Any]:
    """A private key object of the cryptography package for each kind of key."""
    return {
        "rsa": native_rsa,
        "P-256": ec.generate_private_key(ec.SECP256R1()),
        "P-384": ec.generate_private_key(ec.SECP384R1()),
        "P-521": ec.generate_private_key(ec.SECP521R1()),
        "Ed25519": ed25519.Ed25519PrivateKey.generate(),
    }


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
