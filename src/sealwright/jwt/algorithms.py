# SPDX-License-Identifier: Apache-2.0
"""``jwt.algorithms``: the table of algorithms as the objects that programs written for PyJWT ask for.

What they ask for is ``RSAAlgorithm.from_jwk(...)`` and its kin, ``to_jwk``, ``get_default_algorithms()``,
``compute_hash_digest`` for OpenID Connect's ``at_hash``, and now and then ``sign`` and ``verify`` of raw
bytes. Every object is a view of one row of `sealwright.jose.algorithms`; there is no ``none`` among them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, TypeAlias, cast, overload

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from ..errors import InvalidKeyError
from ..jose import ALGORITHMS, ASYMMETRIC, Key, base64url
from ..jose import Algorithm as Row
from ..jose.algorithms import algorithms_for
from ..jose.keyformats import jwk as jwk_format
from ..jose.keyformats.recognise import key_material_in
from ..jose.limits import MIN_RSA_BITS
from ..jose.natives import (
    CURVES,
    EdwardsPrivate,
    EdwardsPublic,
    Native,
    PrivateNative,
    PublicNative,
    describe,
    is_private,
    public_of,
)
from ..jose.strict_json import parse_object
from .utils import force_bytes

AllowedRSAKeys: TypeAlias = rsa.RSAPrivateKey | rsa.RSAPublicKey
AllowedECKeys: TypeAlias = ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey
AllowedOKPKeys: TypeAlias = EdwardsPrivate | EdwardsPublic
AllowedKeys: TypeAlias = Native
AllowedPrivateKeys: TypeAlias = PrivateNative
AllowedPublicKeys: TypeAlias = PublicNative

has_crypto = True
"""Always: sealwright does not install without `cryptography`."""

requires_cryptography = set(ASYMMETRIC)
"""The algorithms that are more than a hash."""


class _HashFunction:
    """A function of hashlib, imported when it is first asked for: it loads an OpenSSL of its own."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: object) -> Any:
        import hashlib

        return getattr(hashlib, self._name)


class Algorithm:
    """One algorithm, or with an elliptic curve left open a few of them.

    Attributes:
        hash_alg: Its hash, as the constructor takes it; None where the algorithm brings its own.
    """

    kty: ClassVar[str] = "AKP"
    hash_alg: Any = None

    def __init__(self, name: str) -> None:
        """Look an algorithm up.

        Args:
            name: Its ``alg``.
        """
        self._name = name

    def prepare_key(self, key: Any) -> Any:
        """Return a key as `sign` and `verify` take it.

        Args:
            key: A key object of `cryptography`, or the text of a key file.

        Raises:
            InvalidKeyError: It cannot be read, or is not for this algorithm.
            TypeError: It is nothing like a key.
        """
        if isinstance(key, (str, bytes)):
            native = Key.parse(key).native
        elif key is None or isinstance(key, (int, Mapping)):
            raise TypeError(f"Expecting a PEM-formatted key, not a {type(key).__name__}")
        else:
            native = key
        self._row(native)
        return native

    def sign(self, msg: bytes, key: Any) -> bytes:
        """Return the signature of a message in JWS form."""
        return self._row(key).sign(key, force_bytes(msg))

    def verify(self, msg: bytes, key: Any, sig: bytes) -> bool:
        """Whether a signature in JWS form fits."""
        row = self._row(key)
        material = key if row.symmetric else public_of(key)
        return row.verify(material, force_bytes(msg), force_bytes(sig))

    def compute_hash_digest(self, bytestr: bytes) -> bytes:
        """Return the digest of the algorithm's hash, as OpenID Connect's ``at_hash`` wants it.

        Raises:
            NotImplementedError: The algorithm has no hash of its own.
        """
        if self.hash_alg is None:
            raise NotImplementedError("this algorithm names no hash")
        import hashlib

        return hashlib.new(f"sha{self._bits()}", bytestr).digest()

    def check_key_length(self, key: Any) -> str | None:  # noqa: ARG002 - the shape is PyJWT's
        """Return what is to be said of a key that is too short, or None."""
        return None

    @overload
    @staticmethod
    def to_jwk(key_obj: Any, as_dict: Literal[True]) -> dict[str, Any]: ...

    @overload
    @staticmethod
    def to_jwk(key_obj: Any, as_dict: Literal[False] = False) -> str: ...

    @staticmethod
    def to_jwk(key_obj: Any, as_dict: bool = False) -> dict[str, Any] | str:
        """Return a key object of `cryptography` as a JWK: with its private members when it is private.

        Args:
            key_obj: The key object.
            as_dict: Return a dict instead of JSON text.

        Raises:
            InvalidKeyError: It is no key that signs tokens.
        """
        describe(key_obj)
        members: dict[str, Any] = jwk_format.public_members(key_obj)
        private = is_private(key_obj)
        if members["kty"] == "RSA":
            members["key_ops"] = ["sign" if private else "verify"]
        if private:
            members |= jwk_format.private_members(key_obj)
        return members if as_dict else json.dumps(members)

    @classmethod
    def from_jwk(cls, jwk: str | Mapping[str, Any]) -> Any:
        """Make a key object of `cryptography`, or for HMAC the bytes of the secret, of a JWK.

        Args:
            jwk: JSON text, or its members.

        Raises:
            InvalidKeyError: It is no JWK of the class's key type, or a bad one.
        """
        members = _members(jwk)
        if members.get("kty") != cls.kty:
            raise InvalidKeyError(f"the JWK is no {cls.kty} key")
        if members.get("k") == "":
            raise InvalidKeyError("HMAC key must not be empty: anybody could sign with it")
        native = jwk_format.read(members)
        if not isinstance(native, bytes):
            describe(native)
        return native

    def _bits(self) -> int:
        return int(self.hash_alg.digest_size) * 8

    def _row(self, key: Any) -> Row:
        """Return the row that signs with this algorithm and that key.

        Raises:
            InvalidKeyError: There is none.
        """
        kty, variety = describe(key)
        row = ALGORITHMS[self._name]
        if kty != row.kty or variety not in row.varieties:
            raise InvalidKeyError(f"a {variety or kty} key is not for {row.name}")
        return row


class HMACAlgorithm(Algorithm):
    """HS256, HS384 and HS512."""

    kty = "oct"
    SHA256 = _HashFunction("sha256")
    SHA384 = _HashFunction("sha384")
    SHA512 = _HashFunction("sha512")

    def __init__(self, hash_alg: Any) -> None:
        """Choose the hash: `SHA256`, `SHA384` or `SHA512`."""
        self.hash_alg = hash_alg
        super().__init__(f"HS{self._bits()}")

    def prepare_key(self, key: Any) -> bytes:
        """Return a secret as bytes.

        Raises:
            InvalidKeyError: It is empty, or a key of another kind (RFC 8725 section 3.1).
            TypeError: It is neither text nor bytes.
        """
        raw = force_bytes(key)
        if not raw:
            raise InvalidKeyError("HMAC key must not be empty: anybody could sign with it")
        kind = key_material_in(raw)
        if kind is not None:
            raise InvalidKeyError(
                f"this looks like {kind}: an asymmetric key, x509 certificate or JWK is no HMAC secret"
            )
        return raw

    def check_key_length(self, key: Any) -> str | None:
        """Return what is to be said of a secret that is shorter than the hash (RFC 7518 section 3.2)."""
        return short_secret(key, self._name)

    @overload
    @staticmethod
    def to_jwk(key_obj: str | bytes, as_dict: Literal[True]) -> dict[str, Any]: ...

    @overload
    @staticmethod
    def to_jwk(key_obj: str | bytes, as_dict: Literal[False] = False) -> str: ...

    @staticmethod
    def to_jwk(key_obj: str | bytes, as_dict: bool = False) -> dict[str, Any] | str:
        """Return a secret as a JWK, which is as secret as it was."""
        members = {"k": base64url.encode(force_bytes(key_obj)), "kty": "oct"}
        return members if as_dict else json.dumps(members)

    def _bits(self) -> int:
        return int(self.hash_alg().digest_size) * 8

    def _row(self, key: Any) -> Row:
        self.prepare_key(key)
        return ALGORITHMS[self._name]


class RSAAlgorithm(Algorithm):
    """RS256, RS384 and RS512."""

    kty = "RSA"
    SHA256 = hashes.SHA256
    SHA384 = hashes.SHA384
    SHA512 = hashes.SHA512
    _family: ClassVar[str] = "RS"

    def __init__(self, hash_alg: type[hashes.HashAlgorithm]) -> None:
        """Choose the hash: `SHA256`, `SHA384` or `SHA512`."""
        self.hash_alg = hash_alg
        super().__init__(f"{self._family}{self._bits()}")

    def check_key_length(self, key: Any) -> str | None:
        """Return what is to be said of a key below 2048 bits; such keys are refused everywhere here."""
        if key.key_size >= MIN_RSA_BITS:
            return None
        return f"the RSA key has {key.key_size} bits, which is below the minimum of {MIN_RSA_BITS}"


class RSAPSSAlgorithm(RSAAlgorithm):
    """PS256, PS384 and PS512."""

    _family = "PS"


class ECAlgorithm(Algorithm):
    """ES256, ES384, ES512 and ES256K.

    Attributes:
        expected_curve: The class of the only curve it takes, or None for each that goes with the hash.
    """

    kty = "EC"
    SHA256 = hashes.SHA256
    SHA384 = hashes.SHA384
    SHA512 = hashes.SHA512

    def __init__(
        self, hash_alg: type[hashes.HashAlgorithm], expected_curve: type[ec.EllipticCurve] | None = None
    ) -> None:
        """Choose the hash, `SHA256`, `SHA384` or `SHA512`, and the curve."""
        self.hash_alg = hash_alg
        self.expected_curve = expected_curve
        super().__init__("ES")

    def _row(self, key: Any) -> Row:
        kty, variety = describe(key)
        curve = self.expected_curve
        if kty != self.kty or curve not in (None, type(CURVES[str(variety)])):
            wanted = "an elliptic curve key" if curve is None else f"a key on the curve {curve.name}"
            found = key.curve.name if kty == self.kty else kty
            raise InvalidKeyError(f"a {found} key is given, and {wanted} is needed")
        return ALGORITHMS[algorithms_for(kty, variety)[0]]


class OKPAlgorithm(Algorithm):
    """EdDSA with Ed25519 or Ed448; the two names of RFC 9864 are each for one curve."""

    kty = "OKP"

    def __init__(self, name: str = "EdDSA") -> None:
        """Choose one of the names ``EdDSA``, ``Ed25519`` and ``Ed448``."""
        super().__init__(name)


def get_default_algorithms() -> dict[str, Algorithm]:
    """Return an object for every algorithm, by ``alg``."""
    return {name: _object(row) for name, row in ALGORITHMS.items()}


def short_secret(secret: str | bytes, alg: str) -> str | None:
    """Say that an HMAC secret is shorter than its hash (RFC 7518 section 3.2), or return None.

    Args:
        secret: The secret.
        alg: An algorithm of the table.
    """
    size, shortest = len(force_bytes(secret)), ALGORITHMS[alg].min_secret_bytes
    if size >= shortest:
        return None
    return f"the HMAC secret has {size} bytes, which is below the minimum of {shortest} for {alg}"


def _object(row: Row) -> Algorithm:
    """Make the object of a row, of the class that PyJWT has for its kind."""
    if row.kty == HMACAlgorithm.kty:
        return HMACAlgorithm(getattr(HMACAlgorithm, f"SHA{row.min_secret_bytes * 8}"))
    if row.kty == OKPAlgorithm.kty:
        return OKPAlgorithm(row.name)
    if row.kty == Algorithm.kty:
        return Algorithm(row.name)
    hash_alg = cast("type[hashes.HashAlgorithm]", getattr(hashes, f"SHA{row.name[2:5]}"))
    if row.kty == ECAlgorithm.kty:
        return ECAlgorithm(hash_alg, type(CURVES[str(row.varieties[0])]))
    return (RSAPSSAlgorithm if row.name.startswith("PS") else RSAAlgorithm)(hash_alg)


def _members(jwk: str | Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(jwk, Mapping):
        return jwk
    try:
        return parse_object(force_bytes(jwk))
    except (TypeError, ValueError):
        raise InvalidKeyError("Key is not valid JSON, nor a mapping") from None
