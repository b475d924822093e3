# SPDX-License-Identifier: Apache-2.0
"""Keys and settings for the property tests."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import HealthCheck, settings

from sealwright.jose import Key

# No deadline and no database: a slow machine is no failure, and nothing is written beside the tests.
settings.register_profile(
    "sealwright",
    deadline=None,
    database=None,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("sealwright")


@pytest.fixture(scope="session")
def keys() -> dict[str, Key]:
    """A private key for each algorithm; the six RSA ones share one modulus, because making it is slow."""
    native: Any = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    made = {
        f"{family}{size}": Key.from_native(native, alg=f"{family}{size}")
        for family in ("RS", "PS")
        for size in (256, 384, 512)
    }
    others = ("HS256", "HS384", "HS512", "ES256", "ES384", "ES512", "ES256K")
    newer = ("EdDSA", "Ed25519", "Ed448", "ML-DSA-44", "ML-DSA-65", "ML-DSA-87")
    return made | {alg: Key.generate(alg) for alg in (*others, *newer)}
