# SPDX-License-Identifier: Apache-2.0
"""How much work an encrypted key file may cause before it is known to be good.

The readers ask before they hash a password. The limits of every key, such as the length of RSA moduli, are in
`jose.limits`.
"""

from __future__ import annotations

import re
from math import prod

from ...errors import InvalidKeyError
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


def refuse_slow_opening(der: bytes, what: str) -> None:
    """Refuse an encrypted structure whose password would be hashed for minutes, or in gigabytes.

    Args:
        der: PKCS#8 or PKCS#12, encrypted.
        what: The key's name in messages.

    Raises:
        InvalidKeyError: It asks for more rounds or memory than is allowed.
    """
    # A file may hold several structures; each of them is opened.
    hashed = [_numbers_after(der, match.end())[:1] for match in _HASHED.finditer(der)]
    blocks = [_numbers_after(der, match.end())[:3] for match in _SCRYPT.finditer(der)]
    rounds = sum(map(prod, filter(None, hashed))) + _mac_rounds(der)
    if rounds > MAX_HASH_ROUNDS or sum(map(prod, filter(None, blocks))) > MAX_SCRYPT_BLOCKS:
        raise InvalidKeyError(f"{what} is encrypted so that opening it takes minutes: make it anew")


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
