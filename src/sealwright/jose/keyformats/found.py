# SPDX-License-Identifier: Apache-2.0
"""What the readers of `keyformats` hand back, and the words they share for what they refuse."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InternalError

from ...errors import InvalidKeyError, PasswordNeededError
from ..natives import Native

UNREADABLE = (ValueError, TypeError, InternalError)
"""What `cryptography` raises for keys that are damaged, or locked with other words or impossible numbers."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a key text or file turned out to hold.

    Attributes:
        key: A key object of `cryptography`, or the members of a JWK.
        source: What it was read from, such as ``an OpenSSH public key``.
    """

    key: Native | dict[str, Any] = field(repr=False)
    source: str


def needs_password(what: str) -> PasswordNeededError:
    """Return the error for an encrypted key that came without a password."""
    return PasswordNeededError(what)


def wrong_password(what: str) -> InvalidKeyError:
    """Return the error for an encrypted key that does not open."""
    return InvalidKeyError(f"{what} cannot be opened: wrong password, or a damaged file")


def damaged(what: str, whole: str = "file") -> InvalidKeyError:
    """Return the error for a key with something missing or changed inside."""
    return InvalidKeyError(f"{what} is damaged or incomplete: copy the whole {whole} again")


def of_no_use(what: str) -> InvalidKeyError:
    """Return the error for a well-formed key of an algorithm that is not for tokens."""
    return InvalidKeyError(f"{what} is of a kind that signs no tokens: make a new key with sealwright keygen")


def refuse_needless_password(what: str, password: bytes | None) -> None:
    """Refuse a password for what is not encrypted, so that nobody believes that it is.

    Raises:
        InvalidKeyError: A password was given.
    """
    if password is not None:
        raise InvalidKeyError(f"{what} is not encrypted: leave password out")
