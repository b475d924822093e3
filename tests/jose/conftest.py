# SPDX-License-Identifier: Apache-2.0
"""Keys and hand-made tokens for the tests of the token library's lower half."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, mldsa

from sealwright.jose import Key

Forge = Callable[..., str]


def _b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.fixture(scope="session")
def every_native(natives: Mapping[str, Any]) -> dict[str, Any]:
    """The same, with the kinds of keys that fewer tools know."""
    return {
        **natives,
        "secp256k1": ec.generate_private_key(ec.SECP256K1()),
        "Ed448": ed448.Ed448PrivateKey.generate(),
        "ML-DSA-44": mldsa.MLDSA44PrivateKey.generate(),
        "ML-DSA-65": mldsa.MLDSA65PrivateKey.generate(),
        "ML-DSA-87": mldsa.MLDSA87PrivateKey.generate(),
    }


@pytest.fixture(scope="session")
def secret() -> bytes:
    """A secret long enough for every HMAC algorithm."""
    return bytes(range(64, 192))


@pytest.fixture(scope="session")
def keys(natives: Mapping[str, Any], secret: bytes) -> dict[str, Key]:
    """A private key for each algorithm, under the algorithm's name."""
    made = {f"HS{size}": Key.from_secret(secret, f"HS{size}") for size in (256, 384, 512)}
    for family in ("RS", "PS"):
        for size in (256, 384, 512):
            made[f"{family}{size}"] = Key.from_native(natives["rsa"], alg=f"{family}{size}")
    for alg, kind in (("ES256", "P-256"), ("ES384", "P-384"), ("ES512", "P-521"), ("EdDSA", "Ed25519")):
        made[alg] = Key.from_native(natives[kind], alg=alg)
    return made


@pytest.fixture(scope="session")
def all_keys(keys: Mapping[str, Key]) -> dict[str, Key]:
    """A private key for each row of the algorithm table, each of its own material where the kind allows."""
    newer = ("ES256K", "Ed25519", "Ed448", "ML-DSA-44", "ML-DSA-65", "ML-DSA-87")
    return {**keys, **{alg: Key.generate(alg) for alg in newer}}


@pytest.fixture(scope="session")
def forge(secret: bytes) -> Forge:
    """A token maker that writes any header and payload, strict or not, under a right HS256 signature."""

    def make(header: Any = None, payload: Any = None) -> str:
        head = {"alg": "HS256"} if header is None else header
        body = {"sub": "susan"} if payload is None else payload
        parts = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in (head, body)]
        signing_input = ".".join(map(_b64, parts))
        mac = hmac.new(secret, signing_input.encode(), hashlib.sha256).digest()
        return f"{signing_input}.{_b64(mac)}"

    return make
