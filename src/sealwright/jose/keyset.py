# SPDX-License-Identifier: Apache-2.0
"""Sets of keys (RFC 7517 section 5), and how a token's header chooses one of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from ..errors import InvalidKeyError, UnknownKeyError
from .keys import Key
from .limits import MAX_KEYSET_BYTES, MAX_KEYSET_KEYS
from .strict_json import parse_object

_SYMMETRIC = "oct"
# RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1, RFC 9964: what only the owner of a key may know.
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"})
_SHOWN_CHARS = 60
_HINT_CHARS = 300


class UnusableKey(msgspec.Struct, frozen=True):
    """A member of a JWK Set that this library cannot use.

    Attributes:
        name: Its ``kid``, or its place in the set.
        reason: Why it cannot be used.
        kid: Its ``kid``, or None.
        ambiguous: Whether it may be what a token's ``kid`` means, even when another key has the same name;
            a key that says it is for something else may not.
    """

    name: str
    reason: str
    kid: str | None
    ambiguous: bool = True

    def __str__(self) -> str:
        return f"key '{ascii(self.name)[1:-1][:_SHOWN_CHARS]}': {self.reason}"


class KeySet:
    """An immutable, ordered set of keys.

    A key set is a function of a token's header, so it goes wherever a key goes on the verifying side.

    Attributes:
        unusable: The JWKs of the set that could not be used; they are kept, to say why when one is asked for.
    """

    __slots__ = ("_by_kid", "_keys", "_nameless", "unusable")

    def __init__(self, keys: Iterable[Key], *, unusable: Iterable[UnusableKey] = ()) -> None:
        """Collect keys.

        Args:
            keys: All symmetric or none.
            unusable: What had to be left out.

        Raises:
            InvalidKeyError: HMAC secrets and other keys are mixed.
        """
        self._keys = tuple(keys)
        self.unusable = tuple(unusable)
        refuse_mixed(self._keys)
        by_kid: dict[str, list[Key]] = {}
        for key in self._keys:
            by_kid.setdefault(key.kid, []).append(key)
        self._by_kid = by_kid
        self._nameless = tuple(key for key in self._keys if key.labels.kid is None)

    @classmethod
    def parse(cls, text: str | bytes, *, published: bool = False) -> KeySet:
        """Read a JWK Set document.

        Args:
            text: The JSON text.
            published: Whether it was published for everybody: then a key whose private half it holds is not
                used, because anybody can sign with it.

        Raises:
            InvalidKeyError: It is no JWK Set; single members that cannot be used do not matter.
        """
        raw = text.encode("utf-8", "replace") if isinstance(text, str) else text
        if len(raw) > MAX_KEYSET_BYTES:
            raise InvalidKeyError(f"{len(raw)} bytes are too long for a JWK Set: at most {MAX_KEYSET_BYTES}")
        if raw.lstrip()[:1] == b"<":
            raise InvalidKeyError("this is an HTML or XML page, not a JWK Set", hint="Is the address right?")
        try:
            return cls.from_jwks(parse_object(raw), published=published)
        except ValueError as err:
            raise InvalidKeyError(f"this is no JWK Set: {err}") from None

    @classmethod
    def from_jwks(cls, jwks: Mapping[str, Any], *, published: bool = False) -> KeySet:
        """Make a set of the members of a JWK Set.

        Args:
            jwks: A mapping with a list under ``keys``.
            published: As for `parse`.

        Raises:
            InvalidKeyError: There is no such list, it is too long, or secrets are mixed with public keys.
        """
        members = jwks.get("keys")
        if not isinstance(members, (list, tuple)):
            raise InvalidKeyError('this is no JWK Set: it has no list "keys"')
        if len(members) > MAX_KEYSET_KEYS:
            raise InvalidKeyError(f"the JWK Set has {len(members)} keys: at most {MAX_KEYSET_KEYS}")
        kinds = {member.get("kty") == _SYMMETRIC for member in members if isinstance(member, Mapping)}
        if len(kinds) > 1:
            raise _mixed()
        read = [_read_member(member, place, published) for place, member in enumerate(members, start=1)]
        return cls(
            [key for key in read if isinstance(key, Key)],
            unusable=[key for key in read if isinstance(key, UnusableKey)],
        )

    def get(self, kid: str) -> Key | None:
        """Return the first key of that name, or None."""
        return self._by_kid.get(kid, (None,))[0]

    def select(self, header: Mapping[str, Any]) -> Key:
        """Choose the key for a token.

        With a ``kid``, that is the key of this name that fits the header's ``alg``. When no key has the name,
        it is the only fitting one among the keys without names; when the token names none, among all.

        Args:
            header: The token's header.

        Raises:
            UnknownKeyError: No key fits, or several do.
        """
        kid, alg = header.get("kid"), header.get("alg")
        if kid is None:
            return self._only(self._keys, alg, "the token names none (kid)", kid)
        named = self._by_kid.get(kid, ()) if isinstance(kid, str) else ()
        for unusable in self.unusable:
            if unusable.kid == kid and (not named or unusable.ambiguous):
                raise UnknownKeyError(f"the token's key cannot be used here: {unusable.reason}", kid=kid)
        if len(named) == 1:
            # It may be for another algorithm: then the refusal names that, which helps more than "unknown".
            return named[0]
        if named:
            return self._only(named, alg, "they share the token's kid", kid)
        if any(alg in key.algorithms for key in self._nameless):
            return self._only(self._nameless, alg, "they have no kid", kid)
        raise UnknownKeyError("no key has the token's kid", kid=kid if isinstance(kid, str) else None)

    def _only(self, keys: Iterable[Key], alg: object, why: str, kid: str | None) -> Key:
        fitting = [key for key in keys if alg in key.algorithms]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise UnknownKeyError(f"{len(fitting)} keys fit, and {why}", kid=kid)
        left_out = "; ".join(map(str, self.unusable))
        raise UnknownKeyError("no key fits the token's alg", kid=kid, hint=left_out[:_HINT_CHARS])

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


def _read_member(member: Any, place: int, published: bool) -> Key | UnusableKey:
    kid = _kid(member)
    name = f"number {place}" if kid is None else kid
    if published and isinstance(member, Mapping) and not _PRIVATE.isdisjoint(member):
        return UnusableKey(name, "its private half was published with it, so anybody can sign with it", kid)
    try:
        key = Key.from_jwk(member)
    except (InvalidKeyError, TypeError) as err:
        return UnusableKey(name, str(err), kid)
    if key.labels.allow("verify"):
        return key
    return UnusableKey(name, str(key.labels.refusal("verify")), kid, ambiguous=False)


def _kid(member: Any) -> str | None:
    kid = member.get("kid") if isinstance(member, Mapping) else None
    return kid if isinstance(kid, str) else None


def refuse_mixed(keys: Iterable[Key]) -> None:
    """Refuse HMAC secrets beside public keys.

    Args:
        keys: Keys that are to serve together.

    Raises:
        InvalidKeyError: Some are symmetric and some are not.
    """
    if len({key.kty == _SYMMETRIC for key in keys}) > 1:
        raise _mixed()


def _mixed() -> InvalidKeyError:
    # RFC 8725 section 2.1: a verifier that holds both kinds can be talked into confusing them.
    return InvalidKeyError("a key set must not mix HMAC secrets with public keys", hint="Use two sets.")
