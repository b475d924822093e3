# SPDX-License-Identifier: Apache-2.0
"""Whatever a caller gives as ``key``, turned into the `Key` to use.

A `Key`, a `KeySet`, a function of the header, a key object of `cryptography`, and the text of a key file or
of an HMAC secret are interchangeable. Parsing a key costs up to a thousand signatures, so texts are
remembered: under their SHA-256 digest, and a bounded number of them.
"""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from functools import cache
from os import PathLike
from typing import Any, Generic, TypeAlias, TypeVar

from ..errors import DecodeError, InsecureKeyLengthWarning, InvalidKeyError
from .algorithms import ALGORITHMS, find_algorithm
from .keyformats.recognise import key_material_in
from .keys import Key, assemble
from .keyset import KeySet
from .labels import Labels
from .limits import MAX_REMEMBERED_KEYS
from .natives import Native
from .signer import Signer, is_signer

SigningKey: TypeAlias = Signer | Key | str | bytes | Native
"""What signs: a `Signer` (a private `Key` is one), a private key's text or object, or an HMAC secret."""

VerifyingKey: TypeAlias = (
    Key | KeySet | Callable[[Mapping[str, Any]], Key] | str | bytes | Native | Sequence["VerifyingKey"]
)
"""What verifies: a `Key`, a `KeySet`, a function of the header, a key's text or object, an HMAC secret, or a
list of these."""

_T = TypeVar("_T")


class _Memory(Generic[_T]):
    """A bounded mapping that forgets the entry remembered first."""

    __slots__ = ("_entries", "_lock")

    def __init__(self) -> None:
        self._entries: dict[Hashable, _T] = {}
        self._lock = threading.Lock()

    def get(self, name: Hashable) -> _T | None:
        return self._entries.get(name)

    def put(self, name: Hashable, value: _T) -> _T:
        with self._lock:
            while len(self._entries) >= MAX_REMEMBERED_KEYS:
                del self._entries[next(iter(self._entries))]
            self._entries[name] = value
        return value


@cache
def _sha256() -> Any:
    # Loads an OpenSSL of its own, which programs that give Key objects never need.
    from hashlib import sha256

    return sha256


_texts: _Memory[Key] = _Memory()
_secrets: _Memory[Key] = _Memory()
# The object is kept beside its Key, so that its id cannot come to name another object.
_objects: _Memory[tuple[object, Key]] = _Memory()


def signing_key(key: SigningKey, algorithm: str | None) -> tuple[Signer, str]:
    """Find what to sign with.

    Args:
        key: What the caller gave.
        algorithm: The ``alg`` asked for; None lets the key decide.

    Returns:
        A signer and the algorithm it shall use.

    Raises:
        InvalidKeyError: The key cannot be read, or does not fit the algorithm.
        InvalidAlgorithmError: There is no such algorithm.
        TypeError: The key is of no type that signs.
    """
    if algorithm is not None:
        find_algorithm(algorithm)
    if isinstance(key, (str, bytes)):
        raw = _utf8(key) if isinstance(key, str) else key
        if algorithm is None:
            algorithm = "HS256" if key_material_in(raw) is None else None
        chosen = _secret(raw, algorithm) if _is_symmetric(algorithm) else _from_text(raw)
        return chosen, algorithm or chosen.alg
    if isinstance(key, Key) or is_signer(key):
        return key, algorithm or key.alg
    chosen = _from_object(key)
    return chosen, algorithm or chosen.alg


def verifying_key(
    key: VerifyingKey, header: Mapping[str, Any], algorithms: Collection[str] | None
) -> tuple[Key, Collection[str]]:
    """Find what to verify with, and which algorithms it may be used with.

    Args:
        key: What the caller gave.
        header: The token's header, not verified yet.
        algorithms: The caller's list; None lets a key that is bound to its algorithm decide.

    Returns:
        The key and the algorithms allowed.

    Raises:
        InvalidKeyError: The key cannot be read, or fits no algorithm of the list.
        UnknownKeyError: A set has no key for this header.
        DecodeError: ``algorithms`` is needed and missing.
        TypeError: The key, or the list, is of a wrong type.
    """
    if isinstance(algorithms, str):
        raise TypeError('algorithms is a list of names, such as ["RS256"]; it was given as text')
    if isinstance(key, Key):
        return key, (key.alg,) if algorithms is None else algorithms
    if isinstance(key, (str, bytes)):
        return _untyped(key, header, algorithms)
    if callable(key):
        chosen = key(header)
        if not isinstance(chosen, Key):
            raise TypeError("the key function must return a Key")
    else:
        chosen = _from_object(key)
        if not algorithms:
            raise _algorithms_missing()
        if chosen.algorithms.isdisjoint(algorithms):
            raise InvalidKeyError(
                f"this {chosen.kty} key is for {', '.join(sorted(chosen.algorithms))}, "
                "and none of these is among algorithms"
            )
    return chosen, (chosen.alg,) if algorithms is None else algorithms


def _untyped(
    key: str | bytes, header: Mapping[str, Any], algorithms: Collection[str] | None
) -> tuple[Key, Collection[str]]:
    """Read a text as a secret or as a key file: the caller's list decides which, never the token."""
    if not algorithms:
        raise _algorithms_missing()
    families = {find_algorithm(name).symmetric for name in algorithms}
    if len(families) > 1:
        raise InvalidKeyError(
            "algorithms mixes HMAC with public key algorithms for one untyped key",
            hint="List one kind, or give a Key.",
        )
    raw = _utf8(key) if isinstance(key, str) else key
    if True not in families:
        return _from_text(raw), algorithms
    # The token's own alg may pick the hash, within the caller's list; the family is settled already.
    wanted = header.get("alg")
    return _secret(raw, wanted if wanted in algorithms else next(iter(algorithms))), algorithms


def _utf8(key: str) -> bytes:
    try:
        return key.encode()
    except UnicodeEncodeError:
        raise InvalidKeyError("the key's text has an unpaired surrogate, so it is no text") from None


def _algorithms_missing() -> DecodeError:
    return DecodeError(
        'It is required that you pass in a value for the "algorithms" argument: this key is bound to none',
        hint='Name what you accept, such as algorithms=["RS256"], or give a Key or KeySet.',
    )


def _is_symmetric(algorithm: object) -> bool:
    row = ALGORITHMS.get(algorithm) if isinstance(algorithm, str) else None
    return row is not None and row.symmetric


def _from_text(raw: bytes) -> Key:
    digest = _sha256()(raw).digest()
    return _texts.get(digest) or _texts.put(digest, Key.parse(raw))


def _from_object(native: object) -> Key:
    known = _objects.get(id(native))
    if known is None:
        if isinstance(native, PathLike):
            raise TypeError("a path is no key: give Key.load(path)")
        if isinstance(native, (type(None), int, float, dict, set)):
            raise TypeError(f"a {type(native).__name__} is no key")
        known = _objects.put(id(native), (native, Key.from_native(native)))
    return known[1]


def _secret(raw: bytes, algorithm: str | None) -> Key:
    """Make an HMAC key of a text, as the article does; a short one works, with a warning."""
    name = algorithm or "HS256"
    digest = (_sha256()(raw).digest(), name)
    key = _secrets.get(digest) or _secrets.put(digest, _new_secret(raw, name))
    shortest = ALGORITHMS[name].min_secret_bytes
    if len(raw) < shortest:
        warnings.warn(
            f"the HMAC secret has {len(raw)} bytes, below the {shortest} that {name} needs "
            "(RFC 7518 section 3.2)",
            InsecureKeyLengthWarning,
            stacklevel=_frames_inside_the_package(),
        )
    return key


def _new_secret(raw: bytes, algorithm: str) -> Key:
    if not raw:
        raise InvalidKeyError("the HMAC secret must not be empty: anybody could sign with it")
    kind = key_material_in(raw)
    if kind is not None:
        raise InvalidKeyError(
            f"this is {kind}, which is no HMAC secret", hint="Use Key.parse() or Key.load()."
        )
    return assemble(raw, "oct", None, (algorithm,), Labels(alg=algorithm))


def _frames_inside_the_package() -> int:
    """Count the frames up to the caller's own line, which a warning should name."""
    package = __name__.partition(".")[0]
    depth = 0
    while sys._getframe(depth + 1).f_globals.get("__name__", "").partition(".")[0] == package:  # noqa: SLF001
        depth += 1
    return depth + 1
