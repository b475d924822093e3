# SPDX-License-Identifier: Apache-2.0
"""`PyJWK` and `PyJWKSet`: PyJWT's classes for JWKs, each a thin coat over `sealwright.jose.Key`.

Both are functions of a token's header, so they go wherever a key goes on the verifying side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NoReturn, cast

from ..errors import InvalidKeyError, UnknownKeyError
from ..jose import ALGORITHMS, Key
from ..jose.algorithms import algorithms_for, printable_name
from ..jose.keyformats import jwk as jwk_format
from ..jose.labels import Labels
from ..jose.limits import MAX_KEYSET_KEYS
from ..jose.sources import verifying_key
from ..jose.strict_json import parse_object
from .exceptions import PyJWKError, PyJWKSetError

if TYPE_CHECKING:
    from .algorithms import Algorithm

_CURVED = ("EC", "OKP")


class PyJWK:
    """A JWK, bound to one algorithm.

    Attributes:
        algorithm_name: The ``alg`` it signs and verifies with.
        key: The key object of `cryptography`, or the bytes of an HMAC secret.
        key_type: The ``kty``.
        key_id: The ``kid``, or None.
        public_key_use: The ``use``, or None.
    """

    __slots__ = ("_key", "_labels", "algorithm_name", "key", "key_id", "key_type", "public_key_use")

    def __init__(self, jwk_data: Mapping[str, Any], algorithm: str | None = None) -> None:
        """Read a JWK.

        Args:
            jwk_data: Its members.
            algorithm: The algorithm; the JWK's ``alg`` when not given, else the usual one of its kind.

        Raises:
            InvalidKeyError: A member is missing or wrong.
            PyJWKError: There is no such algorithm.
        """
        if not isinstance(jwk_data, Mapping):
            raise InvalidKeyError(f"a JWK is a mapping, not {type(jwk_data).__name__}")
        name = algorithm or jwk_data.get("alg") or _usual_algorithm(jwk_data)
        if name is not None and not (isinstance(name, str) and name in ALGORITHMS):
            raise PyJWKError(f"Unable to find an algorithm for key: there is no {printable_name(name)}")
        members = {**jwk_data, "alg": name}
        self._labels = Labels.of(members)
        self._key = None if _is_short(members) else Key.from_jwk(members)
        self.key = jwk_format.read(members) if self._key is None else self._key.native
        self.algorithm_name = str(name)
        self.key_type: str = members["kty"]
        self.key_id = self._labels.kid
        self.public_key_use = self._labels.use

    @classmethod
    def from_dict(cls, obj: Mapping[str, Any], algorithm: str | None = None) -> PyJWK:
        """Read a JWK; see the constructor."""
        return cls(obj, algorithm)

    @classmethod
    def from_json(cls, data: str | bytes, algorithm: str | None = None) -> PyJWK:
        """Read the JSON text of a JWK.

        Args:
            data: The text.
            algorithm: See the constructor.

        Raises:
            InvalidKeyError: It is no JWK, or a bad one.
        """
        return cls(_parse(data), algorithm)

    @property
    def Algorithm(self) -> Algorithm:  # noqa: N802 - PyJWT's name
        """The object of its algorithm in `jwt.algorithms`."""
        from .algorithms import get_default_algorithms

        return get_default_algorithms()[self.algorithm_name]

    def __call__(self, header: Mapping[str, Any]) -> Key:
        """Return the key that verifies a token, as a function of the token's header."""
        if self._key is not None:
            return self._key
        return verifying_key(self._secret("verify"), header, (self.algorithm_name,))[0]

    def for_signing(self) -> Key | bytes:
        """Return what signs: the key, or a secret so short that using it warns."""
        return self._secret("sign") if self._key is None else self._key

    def _secret(self, operation: str) -> bytes:
        if not self._labels.allow(operation):
            raise self._labels.refusal(operation)
        assert isinstance(self.key, bytes)  # noqa: S101 - only secrets can be short
        return self.key

    def __repr__(self) -> str:
        return f"<PyJWK {self.key_type}, alg={self.algorithm_name}, kid={self.key_id!r}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("keys are not pickled or copied; keep the JWK instead")


class PyJWKSet:
    """A JWK Set; members that cannot be used are left out.

    Attributes:
        keys: The others, in order.
    """

    def __init__(self, keys: list[dict[str, Any]]) -> None:
        """Read the members of a set.

        Args:
            keys: The JWKs.

        Raises:
            PyJWKSetError: It is no list, empty, too long, or has no member that can be used.
        """
        if not keys:
            raise PyJWKSetError("The JWK Set did not contain any keys")
        if not isinstance(keys, (list, tuple)):
            raise PyJWKSetError("Invalid JWK Set value")
        if len(keys) > MAX_KEYSET_KEYS:
            raise PyJWKSetError(f"the JWK Set has {len(keys)} keys: at most {MAX_KEYSET_KEYS}")
        self.keys: list[PyJWK] = []
        reason = "none is a JSON object"
        for member in keys:
            if isinstance(member, Mapping):
                try:
                    self.keys.append(PyJWK(member))
                except InvalidKeyError as err:
                    reason = str(err)
        if not self.keys:
            raise PyJWKSetError(f"The JWK Set did not contain any usable keys; the last one: {reason}")

    @classmethod
    def from_dict(cls, obj: Mapping[str, Any]) -> PyJWKSet:
        """Read a JWK Set.

        Args:
            obj: A mapping with a list under ``keys``.

        Raises:
            PyJWKSetError: See the constructor.
        """
        return cls(obj.get("keys", []))

    @classmethod
    def from_json(cls, data: str | bytes) -> PyJWKSet:
        """Read the JSON text of a JWK Set.

        Raises:
            InvalidKeyError: It is no JSON object.
            PyJWKSetError: See the constructor.
        """
        return cls.from_dict(_parse(data))

    def __getitem__(self, kid: str) -> PyJWK:
        for key in self.keys:
            if key.key_id == kid:
                return key
        raise KeyError(f"keyset has no key for kid: {kid}")

    def __iter__(self) -> Iterator[PyJWK]:
        return iter(self.keys)

    def __call__(self, header: Mapping[str, Any]) -> Key:
        """Choose the key for a token: the one its ``kid`` names, or the only one there is.

        Raises:
            UnknownKeyError: There is no such key.
        """
        kid = header.get("kid")
        named = self.keys if kid is None else [key for key in self.keys if key.key_id == kid]
        if len(named) != 1:
            raise UnknownKeyError(f"{len(named)} keys of the set fit the token's kid", kid=kid)
        return named[0](header)


def _usual_algorithm(jwk: Mapping[str, Any]) -> str | None:
    """Return what a JWK without ``alg`` is used with, or None when its kind is unknown."""
    kty = jwk.get("kty")
    fitting = algorithms_for(str(kty), jwk.get("crv") if kty in _CURVED else None)
    return fitting[0] if fitting else None


def _is_short(jwk: Mapping[str, Any]) -> bool:
    """Whether it is an HMAC secret that `Key` refuses: PyJWT takes it, with a warning when it is used."""
    if jwk.get("kty") != "oct":
        return False
    if jwk.get("k") == "":
        raise InvalidKeyError("HMAC key must not be empty: anybody could sign with it")
    row = ALGORITHMS[jwk["alg"]]
    return row.symmetric and len(cast("bytes", jwk_format.read(jwk))) < row.min_secret_bytes


def _parse(data: str | bytes) -> dict[str, Any]:
    try:
        return parse_object(data.encode("utf-8", "replace") if isinstance(data, str) else data)
    except ValueError as err:
        raise InvalidKeyError(f"this is no JWK or JWK Set: {err}") from None
