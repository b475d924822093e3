# SPDX-License-Identifier: Apache-2.0
"""What anything that signs looks like: a private `Key`, a slot of a security module, a cloud service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeGuard

if TYPE_CHECKING:
    from .keys import Key


class Signer(Protocol):
    """Anything that signs: a private `Key`, or a key that never leaves its device."""

    @property
    def kid(self) -> str:
        """The name of the key in token headers."""
        ...

    @property
    def alg(self) -> str:
        """The algorithm it signs with."""
        ...

    @property
    def public_key(self) -> Key:
        """The key that verifies what it signs."""
        ...

    def sign(self, signing_input: bytes) -> bytes:
        """Return the signature of ``header.payload`` in JWS form."""
        ...


def is_signer(key: object) -> TypeGuard[Signer]:
    """Whether an object has a signer's parts; key objects of `cryptography` sign too, but have no ``kid``."""
    return hasattr(type(key), "sign") and hasattr(key, "kid")
