# SPDX-License-Identifier: Apache-2.0
"""PyJWT and sealwright read each other's tokens and keys, for every algorithm both have."""

from __future__ import annotations

import time
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

import jwt as pyjwt
from sealwright import jwt
from sealwright.jose import Key, KeySet

SECRET = "a secret that is long enough for HS256, HS384 and HS512, which need 64 bytes"
KIND_OF = {
    **{f"HS{size}": "secret" for size in (256, 384, 512)},
    **{f"{family}{size}": "rsa" for family in ("RS", "PS") for size in (256, 384, 512)},
    "ES256": "P-256",
    "ES384": "P-384",
    "ES512": "P-521",
    "EdDSA": "Ed25519",
}
each_algorithm = pytest.mark.parametrize("alg", KIND_OF)


@pytest.fixture(scope="module")
def texts() -> dict[str, tuple[str, str]]:
    """The private and the public text of a key of each kind."""
    natives: dict[str, Any] = {
        "rsa": rsa.generate_private_key(public_exponent=65537, key_size=2048),
        "P-256": ec.generate_private_key(ec.SECP256R1()),
        "P-384": ec.generate_private_key(ec.SECP384R1()),
        "P-521": ec.generate_private_key(ec.SECP521R1()),
        "Ed25519": ed25519.Ed25519PrivateKey.generate(),
    }
    written = {"secret": (SECRET, SECRET)}
    for kind, native in natives.items():
        private = native.private_bytes(ser.Encoding.PEM, ser.PrivateFormat.PKCS8, ser.NoEncryption())
        spki = ser.PublicFormat.SubjectPublicKeyInfo
        public = native.public_key().public_bytes(ser.Encoding.PEM, spki)
        written[kind] = (private.decode(), public.decode())
    return written


@pytest.fixture
def payload() -> dict[str, Any]:
    """Claims as an authorization server writes them."""
    now = int(time.time())
    return {
        "iss": "https://issuer.example",
        "aud": ["api", "orders"],
        "sub": "susan",
        "iat": now,
        "nbf": now,
        "exp": now + 300,
        "jti": "6b2b8c",
        "roles": ["user", "moderator"],
        "name": "Zo\u00eb \U0001f510",
    }


@each_algorithm
def test_pyjwt_verifies_ours(alg: str, texts: dict[str, tuple[str, str]], payload: dict[str, Any]) -> None:
    """PyJWT decodes our token to the same claims, and reads our header."""
    private, public = texts[KIND_OF[alg]]
    token = jwt.encode(payload, private, algorithm=alg, headers={"kid": "2027-01"})
    theirs = pyjwt.decode(token, public, algorithms=[alg], audience="api", issuer="https://issuer.example")
    assert theirs == payload
    assert pyjwt.get_unverified_header(token) == {"typ": "JWT", "alg": alg, "kid": "2027-01"}


@each_algorithm
def test_we_verify_pyjwts(alg: str, texts: dict[str, tuple[str, str]], payload: dict[str, Any]) -> None:
    """We decode PyJWT's token to the same claims, and read its header."""
    private, public = texts[KIND_OF[alg]]
    token = pyjwt.encode(payload, private, algorithm=alg, headers={"kid": "2027-01"})
    ours = jwt.decode(token, public, algorithms=[alg], audience="api", issuer="https://issuer.example")
    assert ours == payload
    assert jwt.get_unverified_header(token) == {"typ": "JWT", "alg": alg, "kid": "2027-01"}


@each_algorithm
def test_both_make_the_same_signing_input_acceptable(
    alg: str, texts: dict[str, tuple[str, str]], payload: dict[str, Any]
) -> None:
    """Complete decoding gives the same three parts on both sides."""
    private, public = texts[KIND_OF[alg]]
    for token in (jwt.encode(payload, private, algorithm=alg), pyjwt.encode(payload, private, algorithm=alg)):
        ours = jwt.decode_complete(token, public, algorithms=[alg], audience="orders")
        theirs = pyjwt.decode_complete(token, public, algorithms=[alg], audience="orders")
        assert ours == theirs


@each_algorithm
def test_both_refuse_a_changed_token(alg: str, texts: dict[str, tuple[str, str]]) -> None:
    """A changed payload is an invalid signature for both."""
    private, public = texts[KIND_OF[alg]]
    for token in (
        jwt.encode({"n": 1}, private, algorithm=alg),
        pyjwt.encode({"n": 1}, private, algorithm=alg),
    ):
        head, _, signature = token.split(".")
        changed = f"{head}.eyJuIjoyfQ.{signature}"
        with pytest.raises(jwt.InvalidSignatureError):
            jwt.decode(changed, public, algorithms=[alg])
        with pytest.raises(pyjwt.InvalidSignatureError):
            pyjwt.decode(changed, public, algorithms=[alg])


@pytest.mark.parametrize("alg", [alg for alg, kind in KIND_OF.items() if kind != "secret"])
def test_keys_travel_as_jwks(alg: str, texts: dict[str, tuple[str, str]], payload: dict[str, Any]) -> None:
    """PyJWT verifies with the JWK Set that we publish, and we with the JWK that PyJWT writes."""
    private = Key.from_jwk(
        {**Key.parse(texts[KIND_OF[alg]][0]).to_jwk(private=True), "alg": alg, "kid": "k1"}
    )
    published = KeySet([private]).to_jwks()
    theirs = pyjwt.PyJWKSet.from_dict(published)["k1"]
    token = jwt.encode(payload, private)
    assert pyjwt.decode(token, theirs, algorithms=[alg], audience="api") == payload
    native = theirs.Algorithm.prepare_key(texts[KIND_OF[alg]][1])
    key = Key.parse(theirs.Algorithm.to_jwk(native, as_dict=False))
    assert key.thumbprint() == private.thumbprint()
    assert jwt.decode(token, key, algorithms=[alg], audience="api") == payload


def verdict(library: Any, token: str, **kwargs: Any) -> str:
    """Return the name of the exception, or "valid"."""
    try:
        library.decode(token, SECRET, algorithms=["HS256"], **kwargs)
    except Exception as err:  # noqa: BLE001 - the name is what is compared
        return type(err).__name__
    return "valid"


LATER, EARLIER = 4_000_000_000, 1_000_000_000


@pytest.mark.parametrize(
    ("claims", "kwargs"),
    [
        ({}, {}),
        ({"exp": LATER}, {}),
        ({"exp": EARLIER}, {}),
        ({"exp": float(LATER)}, {}),
        ({"exp": "soon"}, {}),
        ({"exp": None}, {}),
        ({"exp": [LATER]}, {}),
        ({"exp": EARLIER}, {"options": {"verify_exp": False}}),
        ({"nbf": LATER}, {}),
        ({"nbf": EARLIER}, {}),
        ({"nbf": "soon"}, {}),
        ({"nbf": LATER}, {"options": {"verify_nbf": False}}),
        ({"iat": LATER}, {}),
        ({"iat": "soon"}, {}),
        ({"iat": LATER}, {"options": {"verify_iat": False}}),
        ({"aud": "api"}, {}),
        ({"aud": "api"}, {"audience": "api"}),
        ({"aud": "api"}, {"audience": ["x", "api"]}),
        ({"aud": ["x", "api"]}, {"audience": "api"}),
        ({"aud": "api"}, {"audience": "ap"}),
        ({"aud": 5}, {"audience": "api"}),
        ({"aud": ["api", 5]}, {"audience": "api"}),
        ({}, {"audience": "api"}),
        ({"aud": []}, {}),
        ({"aud": "api"}, {"options": {"verify_aud": False}}),
        ({"aud": "api"}, {"audience": "api", "options": {"strict_aud": True}}),
        ({"aud": ["api"]}, {"audience": "api", "options": {"strict_aud": True}}),
        ({"iss": "https://a"}, {}),
        ({"iss": "https://a"}, {"issuer": "https://a"}),
        ({"iss": "https://a"}, {"issuer": ["https://b", "https://a"]}),
        ({"iss": "https://a"}, {"issuer": "https://a.evil"}),
        ({"iss": "https://a"}, {"issuer": ["https://b"]}),
        ({}, {"issuer": "https://a"}),
        ({"sub": "susan"}, {"subject": "susan"}),
        ({"sub": "susan"}, {"subject": "admin"}),
        ({"sub": 5}, {}),
        ({"sub": 5}, {"options": {"verify_sub": False}}),
        ({"jti": 5}, {}),
        ({"jti": "x"}, {}),
        ({"jti": 5}, {"options": {"verify_jti": False}}),
        ({"sub": "susan"}, {"options": {"require": ["sub"]}}),
        ({"sub": "susan"}, {"options": {"require": ["exp", "sub"]}}),
        ({"exp": None}, {"options": {"require": ["exp"]}}),
    ],
    ids=str,
)
def test_both_give_the_same_verdict(claims: dict[str, Any], kwargs: dict[str, Any]) -> None:
    """The same claims with the same arguments are valid for both, or raise exceptions of the same name."""
    token = pyjwt.encode(claims, SECRET, algorithm="HS256")
    assert verdict(jwt, token, **kwargs) == verdict(pyjwt, token, **kwargs)
