# SPDX-License-Identifier: Apache-2.0
"""Just enough of DER (X.690) to tell by its outline what a structure is; `cryptography` does the reading."""

from __future__ import annotations

from typing import NamedTuple

INTEGER = 0x02
BIT_STRING = 0x03
OCTET_STRING = 0x04
OBJECT_ID = 0x06
SEQUENCE = 0x30
CONTEXT_0 = 0xA0

_INDEFINITE = 0x80
_MAX_LENGTH_BYTES = 4
_MAX_CHILDREN = 32


class Element(NamedTuple):
    """A tag, and where its contents start and end."""

    tag: int
    start: int
    end: int

    @classmethod
    def whole(cls, der: bytes) -> Element:
        """Return the one element that the bytes are.

        Raises:
            ValueError: They are cut off, or something follows.
        """
        found = element(der, 0, len(der))
        if found.end != len(der):
            raise ValueError("something follows the structure")
        return found


def element(der: bytes, at: int, end: int) -> Element:
    """Return the element that starts at a position.

    Args:
        der: The bytes.
        at: Where the tag is.
        end: Where the enclosing element ends.

    Raises:
        ValueError: It does not end inside the enclosing element.
    """
    if at + 2 > end:
        raise ValueError("cut off")
    tag, length, start = der[at], der[at + 1], at + 2
    if length == _INDEFINITE:
        # Some programs write PKCS#12 in BER, whose lengths may be open; only the outline matters here.
        return Element(tag, start, end)
    if length > _INDEFINITE:
        count = length - _INDEFINITE
        length = int.from_bytes(der[start : start + count], "big")
        start += count
        if count > _MAX_LENGTH_BYTES:
            raise ValueError("an impossible length")
    if start + length > end:
        raise ValueError("cut off")
    return Element(tag, start, start + length)


def children(der: bytes, parent: Element) -> list[Element]:
    """Return what an element consists of, at most a few dozen elements.

    Args:
        der: The bytes.
        parent: A constructed element.

    Raises:
        ValueError: One of them does not end inside.
    """
    found: list[Element] = []
    at = parent.start
    while at < parent.end and len(found) < _MAX_CHILDREN:
        found.append(element(der, at, parent.end))
        at = found[-1].end
    return found


def integer(der: bytes, of: Element) -> int:
    """Return the value of an INTEGER that is not negative."""
    return int.from_bytes(der[of.start : of.end], "big")
