# SPDX-License-Identifier: Apache-2.0
"""JSON Web Keys: key objects from and to JWK members (RFC 7517, RFC 7518 section 6, RFC 8037, 8812, 9964)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from ...errors import InvalidKeyError
from .. import base64url
from ..natives import (
    CURVES,
    EDWARDS,
    MLDSA,
    EdwardsPrivate,
    MldsaPrivate,
    Native,
    PrivateNative,
    PublicNative,
    describe,
    private_of,
    public_of,
    refuse_rsa_size,
)
from .consistency import recover_primes, refuse_broken_private

# RFC 7638 section 3.2: what a thumbprint is taken over, for each kty.
REQUIRED = {
    "RSA": ("e", "n"),
    "EC": ("crv", "x", "y"),
    "OKP": ("crv", "x"),
    "AKP": ("alg", "pub"),
    "oct": ("k",),
}

_RSA_CRT = ("p", "q", "dp", "dq", "qi")


def read(jwk: Mapping[str, Any]) -> Native | bytes:
    """Make a key object of a JWK.

    Args:
        jwk: Its members.

    Returns:
        A key object of `cryptography`, or the secret of a symmetric key.

    Raises:
        InvalidKeyError: A member is missing or wrong, or the two halves of a key do not belong together.
    """
    if not isinstance(jwk, Mapping):
        raise TypeError(f"a JWK is a mapping, not {type(jwk).__name__}")
    kty = jwk.get("kty")
    reader = _READERS.get(kty) if isinstance(kty, str) else None
    if reader is None:
        raise _unknown("kty", kty, _READERS)
    try:
        key = reader(jwk)
    except ValueError as err:
        # cryptography's own words about numbers that make no key; they hold none of the numbers.
        raise InvalidKeyError(f"the {kty} JWK is no valid key: {str(err)[:100]}") from None
    if not isinstance(key, bytes):
        describe(key)
        refuse_broken_private(key)
    return key


def public_members(native: Native) -> dict[str, str]:
    """Return the JWK members of the public half: ``kty``, ``crv`` and the numbers."""
    kty, variety = describe(native)
    public = public_of(native)
    if isinstance(public, rsa.RSAPublicKey):
        numbers = public.public_numbers()
        return {"kty": kty, "n": _from_int(numbers.n), "e": _from_int(numbers.e)}
    if isinstance(public, ec.EllipticCurvePublicKey):
        point = public.public_numbers()
        size = (public.key_size + 7) // 8
        return {
            "kty": kty,
            "crv": str(variety),
            "x": base64url.encode(point.x.to_bytes(size, "big")),
            "y": base64url.encode(point.y.to_bytes(size, "big")),
        }
    raw = base64url.encode(public.public_bytes_raw())
    if kty == "AKP":
        return {"kty": kty, "alg": str(variety), "pub": raw}
    return {"kty": kty, "crv": str(variety), "x": raw}


def private_members(native: Native) -> dict[str, str]:
    """Return the private JWK members of a private key object."""
    if isinstance(native, rsa.RSAPrivateKey):
        numbers = native.private_numbers()
        crt = (numbers.p, numbers.q, numbers.dmp1, numbers.dmq1, numbers.iqmp)
        return {"d": _from_int(numbers.d), **dict(zip(_RSA_CRT, map(_from_int, crt), strict=True))}
    if isinstance(native, ec.EllipticCurvePrivateKey):
        size = (native.key_size + 7) // 8
        return {"d": base64url.encode(native.private_numbers().private_value.to_bytes(size, "big"))}
    private = cast("EdwardsPrivate | MldsaPrivate", private_of(native))
    # An Edwards key's private bytes are RFC 8037's d; those of ML-DSA are RFC 9964's 32-byte seed.
    name = "priv" if describe(native)[0] == "AKP" else "d"
    return {name: base64url.encode(private.private_bytes_raw())}


def _read_rsa(jwk: Mapping[str, Any]) -> Native:
    public = rsa.RSAPublicNumbers(e=_integer(jwk, "e"), n=_integer(jwk, "n"))
    refuse_rsa_size(public.n.bit_length())
    if "d" not in jwk:
        return public.public_key()
    if "oth" in jwk:
        raise InvalidKeyError("RSA keys of more than two primes are not supported")
    d = _integer(jwk, "d")
    if any(name in jwk for name in _RSA_CRT):
        p, q, dmp1, dmq1, iqmp = (_integer(jwk, name) for name in _RSA_CRT)
    else:
        p, q = recover_primes(public.n, public.e, d)
        dmp1, dmq1, iqmp = rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q)
    numbers = rsa.RSAPrivateNumbers(p, q, d, dmp1, dmq1, iqmp, public)
    # `consistency` checks the key afterwards; proving its primes would take seconds.
    return numbers.private_key(unsafe_skip_rsa_key_validation=True)


def _read_ec(jwk: Mapping[str, Any]) -> Native:
    curve = CURVES.get(_text(jwk, "crv"))
    if curve is None:
        raise _unknown("crv", jwk["crv"], CURVES)
    size = (curve.key_size + 7) // 8
    x, y = (int.from_bytes(_bytes(jwk, name, size), "big") for name in "xy")
    public = ec.EllipticCurvePublicNumbers(x, y, curve).public_key()
    if "d" not in jwk:
        return public
    private = ec.derive_private_key(int.from_bytes(_bytes(jwk, "d", size), "big"), curve)
    return _paired(private, public, "d does not belong to its x and y")


def _read_okp(jwk: Mapping[str, Any]) -> Native:
    classes = EDWARDS.get(_text(jwk, "crv"))
    if classes is None:
        raise _unknown("crv", jwk["crv"], EDWARDS)
    private_class, public_class = classes
    public = public_class.from_public_bytes(_bytes(jwk, "x"))
    if "d" not in jwk:
        return public
    return _paired(private_class.from_private_bytes(_bytes(jwk, "d")), public, "d does not belong to its x")


def _read_akp(jwk: Mapping[str, Any]) -> Native:
    classes = MLDSA.get(_text(jwk, "alg"))
    if classes is None:
        raise _unknown("alg", jwk["alg"], MLDSA)
    private_class, public_class = classes
    public = public_class.from_public_bytes(_bytes(jwk, "pub"))
    if "priv" not in jwk:
        return public
    return _paired(private_class.from_seed_bytes(_bytes(jwk, "priv")), public, "priv does not yield its pub")


def _paired(private: PrivateNative, public: PublicNative, fault: str) -> Native:
    if private.public_key() != public:
        raise InvalidKeyError(f"the JWK's {fault}")
    return private


def _read_oct(jwk: Mapping[str, Any]) -> bytes:
    return _bytes(jwk, "k")


_READERS = {"RSA": _read_rsa, "EC": _read_ec, "OKP": _read_okp, "AKP": _read_akp, "oct": _read_oct}


def _unknown(name: str, value: object, known: Iterable[str]) -> InvalidKeyError:
    shown = ascii(value)[:22] if isinstance(value, str) else "missing or no text"
    return InvalidKeyError(f"the JWK's {name} is {shown}; known are {', '.join(known)}")


def _text(jwk: Mapping[str, Any], name: str) -> str:
    value = jwk.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidKeyError(f"the JWK's {name} is missing or no text")
    return value


def _bytes(jwk: Mapping[str, Any], name: str, size: int | None = None) -> bytes:
    text = _text(jwk, name)
    try:
        raw = base64url.decode(text)
    except ValueError:
        raise InvalidKeyError(f"the JWK's {name} is not base64url") from None
    if size is not None and len(raw) != size:
        # RFC 7518 section 6.2.1.2: coordinates keep their leading zeros.
        raise InvalidKeyError(f"the JWK's {name} has {len(raw)} bytes instead of {size}")
    return raw


def _integer(jwk: Mapping[str, Any], name: str) -> int:
    return int.from_bytes(_bytes(jwk, name), "big")


def _from_int(value: int) -> str:
    return base64url.encode(value.to_bytes((value.bit_length() + 7) // 8, "big"))
