# SPDX-License-Identifier: Apache-2.0
"""Sets of keys (RFC 7517 section 5), and how a token's header chooses one of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..errors import InvalidKeyError, UnknownKeyError
from .keys import Key
from .limits import MAX_KEYSET_BYTES, MAX_KEYSET_KEYS
from .strict_json import parse_object


class KeySet:
    """An immutable, ordered set of keys.

    A key set is a function of a token's header, so it goes wherever a key goes on the verifying side.

    Attributes:
        unusable: One line for each JWK of a set that could not be used, saying why.
    """

    __slots__ = ("_by_kid", "_keys", "unusable")

    def __init__(self, keys: Iterable[Key], *, unusable: Iterable[str] = ()) -> None:
        """Collect keys.

        Args:
            keys: All symmetric or none.
            unusable: What to say of JWKs that had to be left out.

        Raises:
            InvalidKeyError: HMAC secrets and other keys are mixed.
        """
        self._keys = tuple(keys)
        self.unusable = tuple(unusable)
        if len({key.kty == "oct" for key in self._keys}) > 1:
            # RFC 8725 section 2.1: a verifier that holds both kinds can be talked into confusing them.
            raise InvalidKeyError(
                "a key set must not mix HMAC secrets with public keys", hint="Use two sets."
            )
        by_kid: dict[str, list[Key]] = {}
        for key in self._keys:
            by_kid.setdefault(key.kid, []).append(key)
        self._by_kid = by_kid

    @classmethod
    def parse(cls, text: str | bytes) -> KeySet:
        """Read a JWK Set document.

        Args:
            text: The JSON text.

        Raises:
            InvalidKeyError: It is no JWK Set; single members that cannot be used do not matter.
        """
        raw = text.encode("utf-8", "replace") if isinstance(text, str) else text
        if len(raw) > MAX_KEYSET_BYTES:
            raise InvalidKeyError(f"{len(raw)} bytes are too long for a JWK Set: at most {MAX_KEYSET_BYTES}")
        if raw.lstrip()[:1] == b"<":
            raise InvalidKeyError("this is an HTML or XML page, not a JWK Set", hint="Is the address right?")
        try:
            return cls.from_jwks(parse_object(raw))
        except ValueError as err:
            raise InvalidKeyError(f"this is no JWK Set: {err}") from None

    @classmethod
    def from_jwks(cls, jwks: Mapping[str, Any]) -> KeySet:
        """Make a set of the members of a JWK Set.

        Args:
            jwks: A mapping with a list under ``keys``.

        Raises:
            InvalidKeyError: There is no such list, it is too long, or secrets are mixed with public keys.
        """
        members = jwks.get("keys")
        if not isinstance(members, (list, tuple)):
            raise InvalidKeyError('this is no JWK Set: it has no list "keys"')
        if len(members) > MAX_KEYSET_KEYS:
            raise InvalidKeyError(f"the JWK Set has {len(members)} keys: at most {MAX_KEYSET_KEYS}")
        keys: list[Key] = []
        unusable: list[str] = []
        for position, member in enumerate(members):
            try:
                keys.append(_verifying_key(member))
            except InvalidKeyError as err:
                unusable.append(f"key {_label(member, position)}: {err}")
        return cls(keys, unusable=unusable)

    def get(self, kid: str) -> Key | None:
        """Return the first key of that name, or None."""
        return self._by_kid.get(kid, (None,))[0]

    def select(self, header: Mapping[str, Any]) -> Key:
        """Choose the key for a token.

        Args:
            header: The token's header. With a ``kid``, the key of that name for the header's ``alg``; without
                one, the only key that fits the ``alg``.

        Raises:
            UnknownKeyError: No key fits, or several do and the token names none.
        """
        kid, alg = header.get("kid"), header.get("alg")
        if kid is None:
            fitting = [key for key in self._keys if alg in key.algorithms]
            if len(fitting) == 1:
                return fitting[0]
            found = "several keys fit" if fitting else "no key fits"
            raise UnknownKeyError(f"{found} and the token names none (kid)", hint="; ".join(self.unusable))
        named = self._by_kid.get(kid, ()) if isinstance(kid, str) else ()
        fitting = [key for key in named if alg in key.algorithms]
        if len(fitting) == 1 or (not fitting and len(named) == 1):
            # One key of another algorithm: it is returned, so that the refusal names the algorithm.
            return (fitting or list(named))[0]
        if named:
            raise UnknownKeyError("several keys share the token's kid", kid=str(kid))
        raise UnknownKeyError("no key has the token's kid", kid=str(kid), hint="; ".join(self.unusable))

    def __call__(self, header: Mapping[str, Any]) -> Key:
        """Choose the key for a token; see `select`."""
        return self.select(header)

    def to_jwks(self) -> dict[str, Any]:
        """Return the public halves as a JWK Set (RFC 7517 section 5).

        Raises:
            InvalidKeyError: The set holds HMAC secrets, which are never published.
        """
        return {"keys": [key.to_jwk() for key in self._keys]}

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, kid: object) -> bool:
        return kid in self._by_kid

    def __repr__(self) -> str:
        return f"<KeySet of {len(self._keys)} keys>"


def _verifying_key(member: Any) -> Key:
    if not isinstance(member, Mapping):
        raise InvalidKeyError("it is no JSON object")
    key = Key.from_jwk(member)
    if not key.labels.allow("verify"):
        raise key.labels.refusal("verify")
    return key


def _label(member: Any, position: int) -> str:
    kid = member.get("kid") if isinstance(member, Mapping) else None
    return repr(kid[:60]) if isinstance(kid, str) else f"number {position + 1}"
