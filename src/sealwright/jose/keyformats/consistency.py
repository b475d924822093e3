# SPDX-License-Identifier: Apache-2.0
"""Whether the parts of a private key belong together; the readers of every format ask.

OpenSSL's own check of RSA private keys proves both primes, which takes 50 ms for 2048 bits and 5 to 20 s for
8192. A prime that was replaced by another number by accident does not survive the checks here, which cost a
hundredth of that; whoever would choose one on purpose knows the private key anyway.
"""

from __future__ import annotations

from math import gcd

from cryptography.exceptions import InternalError
from cryptography.hazmat.primitives.asymmetric import rsa

from ...errors import InvalidKeyError
from ..algorithms import ALGORITHMS, algorithms_for
from ..limits import MAX_RSA_EXPONENT_BITS
from ..natives import Native, describe, is_private, private_of

_MAX_RECOVERED_BITS = 4096
# Half of all bases give the primes away.
_BASES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71)
_PROBE = b"sealwright: do the two halves of this key belong together?"


def refuse_broken_private(native: Native) -> None:
    """Refuse a private key whose parts contradict each other.

    Args:
        native: A key of an allowed size; a public one has only one half.

    Raises:
        InvalidKeyError: Its numbers do not fit, or it makes signatures that do not verify.
    """
    if not is_private(native):
        return
    private = private_of(native)
    kty, variety = describe(private)
    row = ALGORITHMS[algorithms_for(kty, variety)[0]]
    sound = not isinstance(private, rsa.RSAPrivateKey) or _consistent(private.private_numbers())
    try:
        sound = sound and row.verify(private.public_key(), _PROBE, row.sign(private, _PROBE))
    except (InternalError, ValueError):
        sound = False
    if not sound:
        raise InvalidKeyError("the private key contradicts itself: its parts belong to different keys")


def recover_primes(n: int, e: int, d: int) -> tuple[int, int]:
    """Find the primes of an RSA key that came without them (Handbook of Applied Cryptography, 8.2.2).

    Args:
        n: The modulus, of an allowed size.
        e: The public exponent.
        d: The private exponent.

    Returns:
        The larger prime and the smaller one.

    Raises:
        InvalidKeyError: The numbers do not fit each other, or finding out would take long.
    """
    if n.bit_length() > _MAX_RECOVERED_BITS:
        raise InvalidKeyError(
            f"an RSA key of more than {_MAX_RECOVERED_BITS} bits needs its primes: give p and q"
        )
    power = e * d - 1
    if power > 0 and d < n and e.bit_length() <= MAX_RSA_EXPONENT_BITS and pow(2, power, n) == 1:
        twos = (power & -power).bit_length() - 1
        for base in _BASES:
            root = pow(base, power >> twos, n)
            for _ in range(twos):
                square = root * root % n
                if square == 1 and root not in (1, n - 1):
                    factor = gcd(root - 1, n)
                    return max(factor, n // factor), min(factor, n // factor)
                root = square
    raise InvalidKeyError("the private key contradicts itself: its d does not belong to its n and e")


def _consistent(numbers: rsa.RSAPrivateNumbers) -> bool:
    p, q, d, e = numbers.p, numbers.q, numbers.d, numbers.public_numbers.e
    return (
        p * q == numbers.public_numbers.n
        and min(p, q) > 1
        and numbers.dmp1 == d % (p - 1)
        and numbers.dmq1 == d % (q - 1)
        and e * d % (p - 1) == 1 == e * d % (q - 1)
        and numbers.iqmp * q % p == 1
    )
