# SPDX-License-Identifier: Apache-2.0
"""How much work a key may cause before it is known to be good, and whether its two halves belong together.

OpenSSL's own check of RSA private keys proves both primes, which takes 50 ms for 2048 bits and 5 to 20 s for
8192. A prime that was replaced by another number by accident does not survive the checks here, which cost a
hundredth of that; whoever would choose one on purpose knows the private key anyway.
"""

from __future__ import annotations

import re
from math import gcd

from cryptography.exceptions import InternalError
from cryptography.hazmat.primitives.asymmetric import rsa

from ...errors import InvalidKeyError
from ..algorithms import ALGORITHMS, algorithms_for
from ..limits import MAX_RSA_EXPONENT_BITS
from ..natives import Native, describe, is_private, private_of
from .asn1 import INTEGER, OCTET_STRING, SEQUENCE, Element, children, element, integer

MAX_HASH_ROUNDS = 10_000_000
"""Most rounds of PBKDF2 and its forerunners that a password is put through: a few seconds."""

MAX_SCRYPT_BLOCKS = 2**21
"""Largest product of scrypt's N, r and p: 256 MiB at p = 1, about a second."""

MAX_BCRYPT_ROUNDS = 1024
"""Most rounds of OpenSSH's bcrypt: some ten seconds (ssh-keygen's default is 24)."""

MAX_PRIVATE_KEY_BYTES = 8_192
"""Longest PKCS#8 structure inside a PKCS#12 file; an RSA key of 8192 bits has 4,700 bytes."""

_HASHED = re.compile(
    rb"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05[\x01-\x0c]|\x06\x0a\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01[\x01-\x06]"
)
_SCRYPT = re.compile(rb"\x06\x09\x2b\x06\x01\x04\x01\xda\x47\x04\x0b")
_KEY_BAG = re.compile(rb"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01[\x01\x02]")
_MAX_RECOVERED_BITS = 4096
# Half of all bases give the primes away.
_BASES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71)
_PROBE = b"sealwright: do the two halves of this key belong together?"


def refuse_slow_opening(der: bytes, what: str) -> None:
    """Refuse an encrypted structure whose password would be hashed for minutes, or in gigabytes.

    Args:
        der: PKCS#8 or PKCS#12, encrypted.
        what: The key's name in messages.

    Raises:
        InvalidKeyError: It asks for more rounds or memory than is allowed.
    """
    hashed = (_numbers_after(der, match.end())[:1] for match in _HASHED.finditer(der))
    scrypt = (_numbers_after(der, match.end())[:3] for match in _SCRYPT.finditer(der))
    rounds = max((number for numbers in hashed for number in numbers), default=0)
    blocks = 0
    for numbers in scrypt:
        product = 1
        for number in numbers:
            product *= number
        blocks = max(blocks, product)
    if max(rounds, _mac_rounds(der)) > MAX_HASH_ROUNDS or blocks > MAX_SCRYPT_BLOCKS:
        raise InvalidKeyError(f"{what} is encrypted with so many rounds that opening it takes minutes")


def refuse_long_key_bags(der: bytes) -> None:
    """Refuse a PKCS#12 file with a private key that is far too long, before its primes are proven.

    Raises:
        InvalidKeyError: A private key in it is longer than any that is allowed.
    """
    for match in _KEY_BAG.finditer(der):
        try:
            bag = element(der, match.end(), len(der))
        except ValueError:
            continue
        if bag.end - bag.start > MAX_PRIVATE_KEY_BYTES:
            raise InvalidKeyError("the private key in the PKCS#12 file is too long for any that is supported")


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
            while root not in (1, n - 1) and (square := pow(root, 2, n)) != 1:
                root = square
            if root not in (1, n - 1):
                factor = gcd(root - 1, n)
                return max(factor, n // factor), min(factor, n // factor)
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


def _numbers_after(der: bytes, at: int) -> list[int]:
    """Return the integers behind the salt, in the parameters that follow an algorithm's identifier."""
    try:
        parameters = children(der, element(der, at, len(der)))
    except ValueError:
        return []
    if not parameters or parameters[0].tag != OCTET_STRING:
        return []
    return [integer(der, each) for each in parameters[1:] if each.tag == INTEGER]


def _mac_rounds(der: bytes) -> int:
    """Return the rounds of the checksum at the end of a PKCS#12 file, 0 when there is none."""
    try:
        outer = children(der, Element.whole(der))
        mac = children(der, outer[2])
    except (ValueError, IndexError):
        return 0
    numbers = [integer(der, each) for each in mac if each.tag == INTEGER]
    return numbers[0] if numbers and mac[0].tag == SEQUENCE else 0
