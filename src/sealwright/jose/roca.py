# SPDX-License-Identifier: Apache-2.0
"""Recognise RSA moduli of the chips whose keys can be factored (ROCA, CVE-2017-15361).

Those chips chose primes of the form ``k * M + (65537**a mod M)`` with M a product of small primes, so modulo
each of these small primes the modulus is a power of 65537 too. A modulus that is so for all of them by chance
is rarer than one in 2**27.
"""

from __future__ import annotations

_PRIMES = (
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103,
    107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
)  # fmt: skip
_GENERATOR = 65537


def _powers(prime: int) -> frozenset[int]:
    """Return the subgroup that the generator spans modulo a prime."""
    powers, value = {1}, _GENERATOR % prime
    while value not in powers:
        powers.add(value)
        value = value * _GENERATOR % prime
    return frozenset(powers)


_SUBGROUPS = tuple((prime, _powers(prime)) for prime in _PRIMES)


def has_roca_fingerprint(modulus: int) -> bool:
    """Whether an RSA modulus looks like one of those chips'.

    Args:
        modulus: The public modulus.
    """
    return all(modulus % prime in powers for prime, powers in _SUBGROUPS)
