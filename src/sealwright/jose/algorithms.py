# SPDX-License-Identifier: Apache-2.0
"""The one table of signature algorithms (RFC 7518 section 3, RFC 8037, 8812, 9864, 9964).

A row knows everything that follows from an ``alg``: which keys fit it, how a signature is made and verified,
and how long it is. No other file compares ``alg`` names.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from ..errors import InvalidAlgorithmError
from .natives import CURVES, EDWARDS, MLDSA, EdwardsPrivate, EdwardsPublic, MldsaPrivate, MldsaPublic

_ROUNDING = range(8)
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_+:./-]{1,20}")

SignFunction = Callable[[Any, bytes], bytes]
"""``(private key or secret, signing input) -> signature in JWS form``."""

VerifyFunction = Callable[[Any, bytes, bytes], bool]
"""``(public key or secret, signing input, signature) -> whether it fits``."""


class Algorithm(msgspec.Struct, frozen=True, eq=False):
    """One row of the table.

    Attributes:
        name: The ``alg`` value.
        kty: The key type it needs (RFC 7518 section 6).
        varieties: The curves (JWK ``crv``) or parameter sets it works on; (None,) where there are none.
        min_secret_bytes: The shortest HMAC secret (RFC 7518 section 3.2), 0 for other algorithms.
        sign: Makes a signature in JWS form.
        verify: Says whether a signature fits; never raises for a wrong one.
        generate: Makes a new private key or secret; takes the RSA modulus' bits.
    """

    name: str
    kty: str
    varieties: tuple[str | None, ...]
    min_secret_bytes: int
    sign: SignFunction
    verify: VerifyFunction
    generate: Callable[[int], Any]

    @property
    def symmetric(self) -> bool:
        """Whether whoever can verify can also sign."""
        return self.kty == "oct"


@cache
def _hmac_functions() -> tuple[Callable[[bytes, bytes, str], bytes], Callable[[bytes, bytes], bool]]:
    # Whoever only uses public-key signatures does not load the second OpenSSL that comes with this module.
    import hmac

    return hmac.digest, hmac.compare_digest


def _hmac(name: str, digest: str, size: int) -> Algorithm:
    def sign(secret: bytes, signing_input: bytes) -> bytes:
        make, _ = _hmac_functions()
        return make(secret, signing_input, digest)

    def verify(secret: bytes, signing_input: bytes, signature: bytes) -> bool:
        make, same = _hmac_functions()
        return same(make(secret, signing_input, digest), signature)

    def generate(_bits: int) -> bytes:
        import secrets

        return secrets.token_bytes(size)

    return Algorithm(name, "oct", (None,), size, sign, verify, generate)


def _rsa(name: str, digest: hashes.HashAlgorithm, *, pss: bool) -> Algorithm:
    scheme: padding.AsymmetricPadding = (
        # RFC 7518 section 3.5: the salt is as long as the hash.
        padding.PSS(padding.MGF1(digest), digest.digest_size) if pss else padding.PKCS1v15()
    )

    def sign(key: rsa.RSAPrivateKey, signing_input: bytes) -> bytes:
        return key.sign(signing_input, scheme, digest)

    def verify(key: rsa.RSAPublicKey, signing_input: bytes, signature: bytes) -> bool:
        # Without this a PSS signature that begins with a zero byte would also pass without that byte.
        if len(signature) * 8 - key.key_size not in _ROUNDING:
            return False
        try:
            key.verify(signature, signing_input, scheme, digest)
        except InvalidSignature:
            return False
        return True

    def generate(bits: int) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=bits)

    return Algorithm(name, "RSA", (None,), 0, sign, verify, generate)


@cache
def _ecdsa_schemes(digest: type[hashes.HashAlgorithm]) -> tuple[ec.ECDSA, ec.ECDSA]:
    """Return how to sign and how to verify; made at first use, as it loads all of cryptography's backend."""
    try:
        # RFC 6979: the nonce follows from key and message, so a poor random source cannot give the key away.
        signing = ec.ECDSA(digest(), deterministic_signing=True)
    except UnsupportedAlgorithm:  # pragma: no cover - an OpenSSL before 3.2
        signing = ec.ECDSA(digest())
    return signing, ec.ECDSA(digest())


def _ecdsa(name: str, crv: str, digest: type[hashes.HashAlgorithm]) -> Algorithm:
    curve = CURVES[crv]
    half = (curve.key_size + 7) // 8

    def sign(key: ec.EllipticCurvePrivateKey, signing_input: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(signing_input, _ecdsa_schemes(digest)[0]))
        return r.to_bytes(half, "big") + s.to_bytes(half, "big")

    def verify(key: ec.EllipticCurvePublicKey, signing_input: bytes, signature: bytes) -> bool:
        if len(signature) != 2 * half:
            return False
        r, s = int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
        try:
            key.verify(encode_dss_signature(r, s), signing_input, _ecdsa_schemes(digest)[1])
        except InvalidSignature:
            return False
        return True

    def generate(_bits: int) -> ec.EllipticCurvePrivateKey:
        return ec.generate_private_key(curve)

    return Algorithm(name, "EC", (crv,), 0, sign, verify, generate)


def _eddsa(name: str, *curves: str) -> Algorithm:
    return _one_shot(name, "OKP", curves, EDWARDS[curves[0]][0].generate)


def _mldsa(name: str) -> Algorithm:
    return _one_shot(name, "AKP", (name,), MLDSA[name][0].generate)


def _one_shot(name: str, kty: str, varieties: tuple[str, ...], generate: Callable[[], Any]) -> Algorithm:
    """Make the row of an algorithm whose keys themselves know all there is to know."""

    def sign(key: EdwardsPrivate | MldsaPrivate, signing_input: bytes) -> bytes:
        return key.sign(signing_input)

    def verify(key: EdwardsPublic | MldsaPublic, signing_input: bytes, signature: bytes) -> bool:
        try:
            key.verify(signature, signing_input)
        except InvalidSignature:
            return False
        return True

    return Algorithm(name, kty, varieties, 0, sign, verify, lambda _bits: generate())


_ROWS = (
    _hmac("HS256", "sha256", 32),
    _hmac("HS384", "sha384", 48),
    _hmac("HS512", "sha512", 64),
    _rsa("RS256", hashes.SHA256(), pss=False),
    _rsa("RS384", hashes.SHA384(), pss=False),
    _rsa("RS512", hashes.SHA512(), pss=False),
    _rsa("PS256", hashes.SHA256(), pss=True),
    _rsa("PS384", hashes.SHA384(), pss=True),
    _rsa("PS512", hashes.SHA512(), pss=True),
    _ecdsa("ES256", "P-256", hashes.SHA256),
    _ecdsa("ES384", "P-384", hashes.SHA384),
    _ecdsa("ES512", "P-521", hashes.SHA512),
    _ecdsa("ES256K", "secp256k1", hashes.SHA256),
    # RFC 9864 names the curve in the algorithm; the older name covers both and is understood everywhere.
    _eddsa("EdDSA", "Ed25519", "Ed448"),
    _eddsa("Ed25519", "Ed25519"),
    _eddsa("Ed448", "Ed448"),
    _mldsa("ML-DSA-44"),
    _mldsa("ML-DSA-65"),
    _mldsa("ML-DSA-87"),
)

ALGORITHMS: dict[str, Algorithm] = {row.name: row for row in _ROWS}
"""Every algorithm by its ``alg`` name; ``none`` is not one."""

ASYMMETRIC = frozenset(row.name for row in _ROWS if not row.symmetric)
"""The algorithms whose verifying key cannot sign."""


def find_algorithm(name: object) -> Algorithm:
    """Return the row of an ``alg`` name.

    Raises:
        InvalidAlgorithmError: There is no such row.
    """
    row = ALGORITHMS.get(name) if isinstance(name, str) else None
    if row is None:
        raise InvalidAlgorithmError(
            f"there is no algorithm {printable_name(name)}", hint=f"Known are {', '.join(ALGORITHMS)}."
        )
    return row


def algorithms_for(kty: str, variety: str | None) -> tuple[str, ...]:
    """List the algorithms a kind of key can serve, the preferred one first.

    Args:
        kty: The key type.
        variety: The curve or parameter set, or None.

    Returns:
        ``alg`` names in the table's order; empty when there is none.
    """
    return tuple(row.name for row in _ROWS if row.kty == kty and variety in row.varieties)


def synonyms(alg: str, variety: str | None) -> tuple[str, ...]:
    """List the names under which a signature of one algorithm and one kind of key may go, `alg` first.

    RFC 9864 gave EdDSA a name for each curve: a key signs and verifies the same under both.

    Args:
        alg: One of its names.
        variety: The key's curve or parameter set, or None.
    """
    row = ALGORITHMS[alg]
    others = _ROWS if row.kty == "OKP" else ()
    return (alg, *(other.name for other in others if other is not row and variety in other.varieties))


def printable_name(name: object) -> str:
    """Return what a message may call an ``alg`` that came from outside."""
    return name if isinstance(name, str) and _PLAIN_NAME.fullmatch(name) else "of an unreadable name"
