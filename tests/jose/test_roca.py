# SPDX-License-Identifier: Apache-2.0
"""Moduli of the chips whose keys can be factored are recognised, and others are not."""

from __future__ import annotations

import math
import random

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from sealwright.errors import InvalidKeyError
from sealwright.jose import Key, base64url
from sealwright.jose.roca import has_roca_fingerprint

PRIMES = [p for p in range(3, 168) if all(p % q for q in range(2, p))]
PRODUCT = math.prod([2, *PRIMES])


def weak_modulus(bits: int, seed: int) -> int:
    """Make a modulus of the shape those chips made: a product of two k*M + 65537**a mod M."""
    chance = random.Random(seed)
    halves = []
    for _ in range(2):
        factor = chance.getrandbits(bits // 2 - PRODUCT.bit_length()) | 1 << (
            bits // 2 - PRODUCT.bit_length() - 1
        )
        halves.append(factor * PRODUCT + pow(65537, chance.getrandbits(60), PRODUCT))
    return halves[0] * halves[1]


@pytest.mark.parametrize("seed", range(8))
def test_weak_moduli_are_recognised(seed: int) -> None:
    """Whatever the two random numbers of the shape are."""
    assert has_roca_fingerprint(weak_modulus(2048, seed))
    assert has_roca_fingerprint(weak_modulus(4096, seed))


def test_honest_moduli_are_not() -> None:
    """A key made here passes, and so do numbers that are weak modulo all primes but one."""
    assert not has_roca_fingerprint(Key.generate("RS256").native.public_key().public_numbers().n)  # type: ignore[union-attr]
    weak = weak_modulus(2048, 1)
    for prime in (11, 13, 97, 167):
        powers = {pow(65537, a, prime) for a in range(prime)}
        outside = next(n for n in range(1, prime) if n not in powers) if len(powers) < prime - 1 else 0
        step = PRODUCT // prime
        moved = next(weak + k * step for k in range(prime) if (weak + k * step) % prime == outside)
        assert not has_roca_fingerprint(moved)


def test_a_weak_key_is_refused_and_named() -> None:
    """Every way to make a key refuses it."""
    odd = next(n for seed in range(99) if (n := weak_modulus(2056, seed)) % 2 and n.bit_length() >= 2048)
    jwk = {"kty": "RSA", "e": "AQAB", "n": base64url.encode(odd.to_bytes((odd.bit_length() + 7) // 8, "big"))}
    with pytest.raises(InvalidKeyError, match="ROCA"):
        Key.from_jwk(jwk)
    with pytest.raises(InvalidKeyError, match="ROCA"):
        Key.from_native(rsa.RSAPublicNumbers(65537, odd).public_key())
