# SPDX-License-Identifier: Apache-2.0
"""What is written on a key: ``alg``, ``kid``, ``use`` and ``key_ops`` (RFC 7517 section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from ..errors import InvalidKeyError
from .algorithms import (
    ALGORITHMS,
    SignFunction,
    VerifyFunction,
    algorithms_for,
    printable_name,
    synonyms,
)

_SIGNATURE_USES = (None, "sig")
_SHOWN_CHARS = 20


class Labels(msgspec.Struct, frozen=True):
    """The labels of one key.

    Attributes:
        alg: The algorithm it was made for, or None.
        kid: Its given name, or None.
        use: ``sig`` or ``enc``, or None.
        key_ops: What it may be used for, or None.
    """

    alg: str | None = None
    kid: str | None = None
    use: str | None = None
    key_ops: tuple[str, ...] | None = None

    @classmethod
    def of(cls, jwk: Mapping[str, Any]) -> Labels:
        """Read the labels of a JWK.

        Args:
            jwk: Its members.

        Raises:
            InvalidKeyError: A label is of a wrong type.
        """
        alg, kid, use = (_text_or_none(jwk, name) for name in ("alg", "kid", "use"))
        return cls(alg, kid, use, _key_ops(jwk.get("key_ops")))

    def allow(self, operation: str) -> bool:
        """Whether ``use`` and ``key_ops`` let the key ``sign`` or ``verify``."""
        return self.use in _SIGNATURE_USES and (self.key_ops is None or operation in self.key_ops)

    def refusal(self, operation: str) -> InvalidKeyError:
        """Return the error for an operation that `allow` denies."""
        if self.use not in _SIGNATURE_USES:
            # It came from outside: control characters must not break the line of the message.
            shown = ascii(self.use)[1:-1][:_SHOWN_CHARS]
            return InvalidKeyError(f'the key\'s use is "{shown}": it must not {operation}')
        return InvalidKeyError(f'the key\'s key_ops do not hold "{operation}"')

    def algorithms(self, kty: str, variety: str | None) -> tuple[str, ...]:
        """List what a key of a kind may be used with under these labels, the preferred one first.

        Args:
            kty: The key type.
            variety: Its curve or parameter set, or None.

        Raises:
            InvalidKeyError: ``alg`` does not fit the kind.
        """
        fitting = algorithms_for(kty, variety)
        if self.alg is None:
            return fitting
        if self.alg not in fitting:
            kind = f"{variety or kty} key"
            raise InvalidKeyError(
                f"alg {printable_name(self.alg)} does not fit this {kind}: it is for {', '.join(fitting)}"
            )
        return synonyms(self.alg, variety)

    def operations(
        self, algorithms: tuple[str, ...], *, private: bool
    ) -> tuple[dict[str, SignFunction], dict[str, VerifyFunction]]:
        """Return what a key with these labels can do, by algorithm: sign, and verify.

        Args:
            algorithms: What it may be used with.
            private: Whether it holds the private half.
        """
        rows = [ALGORITHMS[name] for name in algorithms]
        signers = {row.name: row.sign for row in rows if private and self.allow("sign")}
        return signers, {row.name: row.verify for row in rows if self.allow("verify")}


def _text_or_none(jwk: Mapping[str, Any], name: str) -> str | None:
    value = jwk.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidKeyError(f"the key's {name} is no text")
    return value


def _key_ops(value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, (list, tuple)) or not all(isinstance(op, str) for op in value):
        raise InvalidKeyError("the key's key_ops is no list of texts")
    return tuple(value)
