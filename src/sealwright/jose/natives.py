# SPDX-License-Identifier: Apache-2.0
"""The key objects of `cryptography`, described in the words of JOSE.

`keys.Key` stands on this, and so do the readers in `keyformats`.
"""

from __future__ import annotations

from typing import TypeAlias

from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, mldsa, rsa

from ..errors import InvalidKeyError
from .limits import MAX_RSA_BITS, MAX_RSA_EXPONENT_BITS, MIN_RSA_BITS
from .roca import has_roca_fingerprint

EdwardsPrivate: TypeAlias = ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey
EdwardsPublic: TypeAlias = ed25519.Ed25519PublicKey | ed448.Ed448PublicKey
MldsaPrivate: TypeAlias = mldsa.MLDSA44PrivateKey | mldsa.MLDSA65PrivateKey | mldsa.MLDSA87PrivateKey
MldsaPublic: TypeAlias = mldsa.MLDSA44PublicKey | mldsa.MLDSA65PublicKey | mldsa.MLDSA87PublicKey
PrivateNative: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | EdwardsPrivate | MldsaPrivate
PublicNative: TypeAlias = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | EdwardsPublic | MldsaPublic
Native: TypeAlias = PrivateNative | PublicNative
"""What a key file can hold; an HMAC secret is plain ``bytes`` instead."""

CURVES: dict[str, ec.EllipticCurve] = {
    "P-256": ec.SECP256R1(),
    "P-384": ec.SECP384R1(),
    "P-521": ec.SECP521R1(),
    "secp256k1": ec.SECP256K1(),
}
"""JWK ``crv`` names of elliptic curves (RFC 7518 section 6.2.1.1, RFC 8812 section 3.1)."""

EDWARDS: dict[str, tuple[type[EdwardsPrivate], type[EdwardsPublic]]] = {
    "Ed25519": (ed25519.Ed25519PrivateKey, ed25519.Ed25519PublicKey),
    "Ed448": (ed448.Ed448PrivateKey, ed448.Ed448PublicKey),
}
"""JWK ``crv`` names of Edwards curves (RFC 8037 section 2)."""

MLDSA: dict[str, tuple[type[MldsaPrivate], type[MldsaPublic]]] = {
    "ML-DSA-44": (mldsa.MLDSA44PrivateKey, mldsa.MLDSA44PublicKey),
    "ML-DSA-65": (mldsa.MLDSA65PrivateKey, mldsa.MLDSA65PublicKey),
    "ML-DSA-87": (mldsa.MLDSA87PrivateKey, mldsa.MLDSA87PublicKey),
}
"""Parameter sets of ML-DSA by their ``alg`` names (RFC 9964 section 3)."""

_PRIVATE = (
    rsa.RSAPrivateKey,
    ec.EllipticCurvePrivateKey,
    ed25519.Ed25519PrivateKey,
    ed448.Ed448PrivateKey,
    mldsa.MLDSA44PrivateKey,
    mldsa.MLDSA65PrivateKey,
    mldsa.MLDSA87PrivateKey,
)
_CRV_OF_CURVE = {curve.name: crv for crv, curve in CURVES.items()}


def is_private(native: Native) -> bool:
    """Whether the key object can sign."""
    return isinstance(native, _PRIVATE)


def public_of(native: Native) -> PublicNative:
    """Return the public half of a key object, or the object itself when it is public."""
    if isinstance(native, _PRIVATE):
        return native.public_key()
    return native


def private_of(native: Native) -> PrivateNative:
    """Return the object when it is private.

    Raises:
        InvalidKeyError: It is public.
    """
    if isinstance(native, _PRIVATE):
        return native
    raise InvalidKeyError("this is a public key; it has no private half to export")


def describe(native: object) -> tuple[str, str | None]:
    """Say what kind of key an object of `cryptography` is, and refuse unsafe ones.

    Args:
        native: A private or public key object.

    Returns:
        Its ``kty`` and its variety: the ``crv``, the parameter set of ML-DSA, or None for RSA.

    Raises:
        InvalidKeyError: It is no signature key, its curve is not supported, or its RSA parameters are unsafe.
    """
    if isinstance(native, (rsa.RSAPrivateKey, rsa.RSAPublicKey)):
        _refuse_unsafe_rsa(native)
        return "RSA", None
    if isinstance(native, (ec.EllipticCurvePrivateKey, ec.EllipticCurvePublicKey)):
        crv = _CRV_OF_CURVE.get(native.curve.name)
        if crv is None:
            raise InvalidKeyError(
                f"the curve {native.curve.name} signs no tokens", hint=f"Use one of {', '.join(CURVES)}."
            )
        return "EC", crv
    for kty, variants in (("OKP", EDWARDS), ("AKP", MLDSA)):
        for name, classes in variants.items():
            if isinstance(native, classes):
                return kty, name
    what = type(native).__name__
    raise InvalidKeyError(f"a key of the type {what} signs no tokens: use an RSA, EC, Edwards or ML-DSA key")


def refuse_rsa_size(bits: int) -> None:
    """Refuse an RSA modulus that is too short to be safe, or too long to be quick.

    Args:
        bits: Its length.

    Raises:
        InvalidKeyError: It is out of bounds.
    """
    if bits < MIN_RSA_BITS:
        raise InvalidKeyError(
            f"an RSA key of {bits} bits is too weak: at least {MIN_RSA_BITS} are needed",
            hint="Make a new one: sealwright keygen --alg RS256.",
        )
    if bits > MAX_RSA_BITS:
        raise InvalidKeyError(f"an RSA key of {bits} bits is too slow to verify: at most {MAX_RSA_BITS}")


def _refuse_unsafe_rsa(native: rsa.RSAPrivateKey | rsa.RSAPublicKey) -> None:
    refuse_rsa_size(native.key_size)
    public = native.public_key() if isinstance(native, rsa.RSAPrivateKey) else native
    numbers = public.public_numbers()
    if numbers.e % 2 == 0 or numbers.e == 1 or numbers.e.bit_length() > MAX_RSA_EXPONENT_BITS:
        raise InvalidKeyError("the RSA key has an unsafe public exponent; 65537 is the usual one")
    if numbers.n % 2 == 0:
        raise InvalidKeyError("the RSA key's modulus is even: it is damaged, or no RSA key at all")
    if has_roca_fingerprint(numbers.n):
        raise InvalidKeyError(
            "the RSA key was made by a chip whose keys can be factored (ROCA, CVE-2017-15361)",
            hint="Replace it: sealwright keygen.",
        )
