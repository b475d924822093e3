# SPDX-License-Identifier: Apache-2.0
"""The libraries measured beside sealwright, each called as its own documents show, with keys made once.

Every verifying call validates issuer, audience and expiry, in whatever way its library does that.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any

import joserfc.jwk
import joserfc.jwt
import jwcrypto.jwk
import jwcrypto.jwt
import webtoken
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec, padding

import jwt as pyjwt
from jose import jwk as python_jose_jwk
from jose import jwt as python_jose
from sealwright import jwt
from sealwright.jose import Key, base64url

from .timing import Call

ISSUER, AUDIENCE = "https://login.example.com", "orders"
BARE, OURS, PYJWT = "bare call", "sealwright", "PyJWT"

Maker = Callable[[str, Key, Any], Call | None]
"""``(alg, key, token or claims) -> the call to time``; None where the library lacks the algorithm."""

_PYTHON_JOSE_ALGS = ("HS256", "RS256", "ES256")


def claims() -> dict[str, Any]:
    """Return claims that make a payload of 420 bytes."""
    now = int(time.time())
    return {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "8f14e45f-ceea-467f-a0a0-9c1e6f1a2b3c",
        "client_id": "first-party",
        "iat": now,
        "exp": now + 3600,
        "jti": "c9f0f895fb98ab9159f51fd0297e236d",
        "sid": "45c48cce2e2d7fbdea1afc51c7c6ad26",
        "scope": "orders:read orders:write profile",
        "username": "susan",
        "roles": ["user", "moderator"],
        "note": "x" * 82,
    }


def versions() -> dict[str, str]:
    """Return the version of each library."""
    return {name: version(name) for name in ("PyJWT", "joserfc", "python-jose", "jwcrypto", "webtoken")}


def pem_of(key: Key) -> str:
    """Return the text of a private key file."""
    return key.to_pem(private=True)


def _public_pem(key: Key) -> str:
    return key.public().to_pem()


def _bare_verify(alg: str, key: Key, token: str) -> Call:
    signing_input, _, encoded = token.rpartition(".")
    data, signature, native = signing_input.encode(), base64url.decode(encoded), _verifying_native(key)
    if alg == "HS256":
        return lambda: _hmac(native, data).verify(signature)
    if alg == "EdDSA":
        return lambda: native.verify(signature, data)
    if alg == "ES256":
        half = len(signature) // 2
        der = _der(int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big"))
        scheme = ec.ECDSA(hashes.SHA256())
        return lambda: native.verify(der, data, scheme)
    rsa_scheme, digest = _rsa_scheme(alg), hashes.SHA256()
    return lambda: native.verify(signature, data, rsa_scheme, digest)


def _bare_sign(alg: str, key: Key, payload: Mapping[str, Any]) -> Call:
    data = jwt.encode(payload, key).rpartition(".")[0].encode()
    native: Any = key.native
    if alg == "HS256":
        return lambda: _hmac(native, data).finalize()
    if alg == "EdDSA":
        return lambda: native.sign(data)
    if alg == "ES256":
        scheme = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
        return lambda: native.sign(data, scheme)
    rsa_scheme, digest = _rsa_scheme(alg), hashes.SHA256()
    return lambda: native.sign(data, rsa_scheme, digest)


def _verifying_native(key: Key) -> Any:
    return key.native if key.kty == "oct" else key.public().native


def _hmac(secret: bytes, data: bytes) -> hmac.HMAC:
    made = hmac.HMAC(secret, hashes.SHA256())
    made.update(data)
    return made


def _der(r: int, s: int) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    return encode_dss_signature(r, s)


def _rsa_scheme(alg: str) -> padding.AsymmetricPadding:
    digest = hashes.SHA256()
    return padding.PSS(padding.MGF1(digest), digest.digest_size) if alg == "PS256" else padding.PKCS1v15()


def _our_verify(alg: str, key: Key, token: str) -> Call:
    public = key if key.kty == "oct" else key.public()
    return lambda: jwt.decode(token, public, [alg], audience=AUDIENCE, issuer=ISSUER)


def _our_sign(alg: str, key: Key, payload: Mapping[str, Any]) -> Call:
    return lambda: jwt.encode(payload, key, alg)


def _pyjwt_verify(alg: str, key: Key, token: str) -> Call:
    native = _verifying_native(key)
    return lambda: pyjwt.decode(token, native, [alg], audience=AUDIENCE, issuer=ISSUER)


def _pyjwt_sign(alg: str, key: Key, payload: Mapping[str, Any]) -> Call:
    native: Any = key.native
    return lambda: pyjwt.encode(dict(payload), native, alg)


def _joserfc_key(key: Key) -> Any:
    return joserfc.jwk.import_key(key.to_jwk(private=True))


def _joserfc_verify(alg: str, key: Key, token: str) -> Call:
    imported, names = _joserfc_key(key), [alg]
    registry = joserfc.jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": ISSUER},
        aud={"essential": True, "value": AUDIENCE},
        exp={"essential": True},
    )

    def call() -> object:
        found = joserfc.jwt.decode(token, imported, algorithms=names)
        registry.validate(found.claims)
        return found

    return call


def _joserfc_sign(alg: str, key: Key, payload: Mapping[str, Any]) -> Call:
    imported, names, header = _joserfc_key(key), [alg], {"alg": alg}
    return lambda: joserfc.jwt.encode(header, dict(payload), imported, algorithms=names)


def _python_jose_verify(alg: str, key: Key, token: str) -> Call | None:
    if alg not in _PYTHON_JOSE_ALGS:
        return None
    text = key.native if key.kty == "oct" else _public_pem(key)
    made = python_jose_jwk.construct(text, alg)
    return lambda: python_jose.decode(token, made, [alg], audience=AUDIENCE, issuer=ISSUER)


def _python_jose_sign(alg: str, key: Key, payload: Mapping[str, Any]) -> Call | None:
    if alg not in _PYTHON_JOSE_ALGS:
        return None
    made = python_jose_jwk.construct(key.native if key.kty == "oct" else pem_of(key), alg)
    return lambda: python_jose.encode(dict(payload), made, alg)


def _jwcrypto_verify(alg: str, key: Key, token: str) -> Call:
    made, names = jwcrypto.jwk.JWK(**key.to_jwk(private=True)), [alg]
    wanted = {"iss": ISSUER, "aud": AUDIENCE, "exp": None}
    return lambda: jwcrypto.jwt.JWT(key=made, jwt=token, algs=names, check_claims=wanted)


def _jwcrypto_sign(alg: str, key: Key, payload: Mapping[str, Any]) -> Call:
    made, header = jwcrypto.jwk.JWK(**key.to_jwk(private=True)), {"alg": alg}

    def call() -> object:
        token = jwcrypto.jwt.JWT(header=header, claims=dict(payload))
        token.make_signed_token(made)
        return token.serialize()

    return call


def _webtoken_key(key: Key, *, private: bool) -> Any:
    if key.kty == "oct":
        return key.native
    return webtoken.PyJWK(key.to_jwk(private=True) if private else key.public().to_jwk())


def _webtoken_verify(alg: str, key: Key, token: str) -> Call:
    made, names = _webtoken_key(key, private=False), [alg]
    return lambda: webtoken.decode(token, made, names, audience=AUDIENCE, issuer=ISSUER)


def _webtoken_sign(alg: str, key: Key, payload: Mapping[str, Any]) -> Call:
    made = _webtoken_key(key, private=True)
    return lambda: webtoken.encode(dict(payload), made, alg)


VERIFY: dict[str, Maker] = {
    BARE: _bare_verify,
    OURS: _our_verify,
    PYJWT: _pyjwt_verify,
    "joserfc": _joserfc_verify,
    "python-jose": _python_jose_verify,
    "jwcrypto": _jwcrypto_verify,
    "webtoken (Rust)": _webtoken_verify,
}
"""How each library verifies."""

SIGN: dict[str, Maker] = {
    BARE: _bare_sign,
    OURS: _our_sign,
    PYJWT: _pyjwt_sign,
    "joserfc": _joserfc_sign,
    "python-jose": _python_jose_sign,
    "jwcrypto": _jwcrypto_sign,
    "webtoken (Rust)": _webtoken_sign,
}
"""How each library signs."""
