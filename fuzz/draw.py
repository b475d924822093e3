# SPDX-License-Identifier: Apache-2.0
"""Decisions out of a fuzzer's bytes, so that inputs are shaped well enough to get past the first check.

Both targets use it. Bytes that have run out count as zero, so every input is a whole one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

_T = TypeVar("_T")


class Draw:
    """Reads decisions from the front of some bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def byte(self) -> int:
        """Return the next byte, or 0."""
        self._at += 1
        return self._data[self._at - 1] if self._at <= len(self._data) else 0

    def below(self, limit: int) -> int:
        """Return a number from 0 to ``limit - 1``.

        Args:
            limit: At least 1.
        """
        number = self.byte() if limit <= 256 else self.byte() << 8 | self.byte()  # noqa: PLR2004 - a byte
        return number % limit

    def pick(self, options: Sequence[_T]) -> _T:
        """Return one of the options."""
        return options[self.below(len(options))]

    def take(self, most: int) -> bytes:
        """Return up to ``most`` bytes, as many as the next byte says."""
        size = self.below(most + 1)
        taken = self._data[self._at : self._at + size]
        self._at += size
        return taken

    def rest(self) -> bytes:
        """Return everything that is left."""
        left = self._data[self._at :]
        self._at = len(self._data)
        return left

    def edited(self, data: bytes) -> bytes:
        """Return bytes after up to three pieces of them were cut out, replaced or repeated."""
        for _ in range(self.below(4)):
            start = self.below(len(data) + 1)
            end = start + self.below(33)
            piece = self.pick((b"", self.take(16), data[start:end] * 2, bytes([self.byte()])))
            data = data[:start] + piece + data[end:]
        return data
