# SPDX-License-Identifier: Apache-2.0
"""jwt.decode and its kin, as programs written for PyJWT call them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sealwright import jwt
from sealwright.errors import SealwrightError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

KINDS = [("rsa", "RS256"), ("P-256", "ES256"), ("P-384", "ES384"), ("P-521", "ES512"), ("Ed25519", "EdDSA")]


@pytest.fixture
def token(secret_key: str) -> str:
    """A token of the article's secret."""
    return jwt.encode({"user_id": 123}, secret_key, algorithm="HS256")


def test_decode_returns_a_plain_dictionary(token: str, secret_key: str) -> None:
    """The claims come as a dictionary of their own, which the program may change."""
    payload = jwt.decode(token, secret_key, algorithms=["HS256"])
    assert type(payload) is dict
    payload["user_id"] = 5
    assert jwt.decode(token, secret_key, algorithms=["HS256"]) == {"user_id": 123}


def test_headers_given_out_are_the_callers_own(token: str, secret_key: str) -> None:
    """Changing a returned header changes nothing for the next caller."""
    complete = jwt.decode_complete(token, secret_key, algorithms=["HS256"])
    complete["header"]["alg"] = "none"
    jwt.get_unverified_header(token)["alg"] = "none"
    assert jwt.get_unverified_header(token)["alg"] == "HS256"
    assert jwt.decode_complete(token, secret_key, algorithms=["HS256"])["header"]["alg"] == "HS256"


def test_decode_complete_returns_all_three_parts(token: str, secret_key: str) -> None:
    """Header, claims and the signature's bytes."""
    for form in (token, token.encode()):
        complete = jwt.decode_complete(form, secret_key, algorithms=["HS256"])
        assert complete.keys() == {"header", "payload", "signature"}
        assert complete["header"] == {"typ": "JWT", "alg": "HS256"}
        assert complete["payload"] == {"user_id": 123}
        assert isinstance(complete["signature"], bytes)
        assert len(complete["signature"]) == 32


def test_decode_complete_verifies_like_decode(token: str) -> None:
    """A wrong key is found out by decode_complete as well."""
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode_complete(token, "another long secret that the server does not know", algorithms=["HS256"])


def test_get_unverified_header(token: str) -> None:
    """The header can be read without any key, from text and bytes."""
    assert jwt.get_unverified_header(token) == {"typ": "JWT", "alg": "HS256"}
    assert jwt.get_unverified_header(token.encode()) == {"typ": "JWT", "alg": "HS256"}
    for bad in ("", "x", "a.b", "a.b.c", "e30.e30.e30"):
        with pytest.raises(jwt.DecodeError):
            jwt.get_unverified_header(bad)


@pytest.mark.parametrize(("kind", "alg"), KINDS)
def test_every_form_of_public_key_verifies(
    kind: str, alg: str, natives: Mapping[str, Any], to_pem: Callable[[Any], str]
) -> None:
    """PEM text and bytes, OpenSSH line, JWK text, objects, Keys and sets are interchangeable."""
    native = natives[kind]
    signed = jwt.encode({"a": 1}, native, algorithm=alg)
    key = jwt.Key.from_native(native.public_key())
    pem = to_pem(native.public_key())
    forms: list[Any] = [
        pem,
        pem.encode(),
        key.to_openssh(),
        json.dumps(key.to_jwk()),
        native.public_key(),
        key,
    ]
    forms += [jwt.KeySet([key]), [key], lambda header: key]
    for form in forms:
        assert jwt.decode(signed, form, algorithms=[alg]) == {"a": 1}
    for form in (key, jwt.KeySet([key])):
        assert jwt.decode(signed, form) == {"a": 1}


def test_algorithms_are_required_for_untyped_keys(
    token: str, secret_key: str, natives: Mapping[str, Any], to_pem: Callable[[Any], str]
) -> None:
    """Without algorithms a text, bytes or plain key object is refused, and the message names the argument."""
    public = natives["rsa"].public_key()
    for key in (secret_key, secret_key.encode(), public, to_pem(public)):
        with pytest.raises(jwt.DecodeError, match="algorithms"):
            jwt.decode(token, key)
        with pytest.raises((jwt.DecodeError, jwt.InvalidAlgorithmError)):
            jwt.decode(token, key, algorithms=[])


def test_a_bound_key_needs_no_algorithms(secret_key: str, token: str) -> None:
    """A Key knows its algorithm, so nothing else has to be said."""
    assert jwt.decode(token, jwt.Key.from_secret(secret_key, "HS256")) == {"user_id": 123}
    with pytest.raises(jwt.InvalidAlgorithmError):
        jwt.decode(token, jwt.Key.from_secret(secret_key, "HS512"))


def test_an_algorithm_outside_the_list_is_refused(token: str, secret_key: str) -> None:
    """The token's algorithm must be one the caller lists."""
    for allowed in (["HS512"], ["HS384", "HS512"]):
        with pytest.raises(jwt.InvalidAlgorithmError):
            jwt.decode(token, secret_key, algorithms=allowed)


def test_several_algorithms_of_one_family(secret_key: str) -> None:
    """A program may accept more than one algorithm for the same secret."""
    for algorithm in ("HS256", "HS384", "HS512"):
        token = jwt.encode({}, secret_key, algorithm=algorithm)
        for allowed in (["HS256", "HS384", "HS512"], ("HS512", "HS384", "HS256"), {algorithm}):
            assert jwt.decode(token, secret_key, algorithms=allowed) == {}


def test_several_algorithms_of_one_public_key(
    natives: Mapping[str, Any], to_pem: Callable[[Any], str]
) -> None:
    """An RSA key verifies each RSA algorithm that is listed, and no other."""
    public = to_pem(natives["rsa"].public_key())
    for algorithm in ("RS256", "PS512"):
        token = jwt.encode({}, natives["rsa"], algorithm=algorithm)
        assert jwt.decode(token, public, algorithms=["RS256", "PS512"]) == {}
        with pytest.raises(jwt.InvalidAlgorithmError):
            jwt.decode(token, public, algorithms=["RS384", "PS384"])


def test_mixed_families_for_an_untyped_key_are_refused(
    token: str, secret_key: str, natives: Mapping[str, Any], to_pem: Callable[[Any], str]
) -> None:
    """HMAC and public key algorithms in one list are the root of key confusion, so they are refused."""
    for key in (secret_key, to_pem(natives["rsa"].public_key()), natives["rsa"].public_key()):
        for allowed in (["HS256", "RS256"], ["ES256", "HS512"], ["EdDSA", "HS256"]):
            with pytest.raises((jwt.InvalidKeyError, jwt.InvalidTokenError, ValueError)):
                jwt.decode(token, key, algorithms=allowed)


def test_a_text_for_algorithms_is_no_list(token: str, secret_key: str) -> None:
    """A bare name is refused or is exactly that name, never searched for parts."""
    with pytest.raises((TypeError, SealwrightError)):
        jwt.decode(token, secret_key, algorithms="HS256HS512")


@pytest.mark.parametrize("key", [None, "", b"", 5, {}, [], object()])
def test_without_a_key_nothing_is_verified(key: Any, token: str) -> None:
    """No key means no claims."""
    for allowed in (["HS256"], ["RS256"], ["none"], None):
        with pytest.raises((TypeError, SealwrightError)):
            jwt.decode(token, key, algorithms=allowed)


def test_a_wrong_secret_is_an_invalid_signature(token: str) -> None:
    """Another secret gives InvalidSignatureError, which is a DecodeError too, as in PyJWT."""
    with pytest.raises(jwt.InvalidSignatureError) as caught:
        jwt.decode(token, "another long secret that the server does not know", algorithms=["HS256"])
    assert isinstance(caught.value, jwt.DecodeError)
    assert isinstance(caught.value, jwt.InvalidTokenError)


def test_a_wrong_public_key_is_an_invalid_signature(natives: Mapping[str, Any]) -> None:
    """A token of one key does not verify with another of the same kind."""
    other = jwt.Key.generate("ES256")
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(jwt.encode({}, natives["P-256"]), other.public())


@pytest.mark.parametrize("bad", ["", "x", "a.b", "a.b.c", "a.b.c.d", "..", b"\xff.\xff.\xff", "\u00e9.e30.x"])
def test_what_is_no_token_is_a_decode_error(bad: Any, secret_key: str) -> None:
    """Malformed tokens raise DecodeError."""
    with pytest.raises(jwt.DecodeError):
        jwt.decode(bad, secret_key, algorithms=["HS256"])


@pytest.mark.parametrize("bad", [None, 5, [], {}, object()])
def test_what_is_not_even_text_is_refused(bad: Any, secret_key: str) -> None:
    """A token of a wrong type is refused by PyJWT's class for it."""
    with pytest.raises(jwt.DecodeError):
        jwt.decode(bad, secret_key, algorithms=["HS256"])


def test_the_word_bearer_gets_a_hint(token: str, secret_key: str) -> None:
    """The commonest mistake, passing the whole Authorization header, is named."""
    with pytest.raises(jwt.DecodeError) as caught:
        jwt.decode(f"Bearer {token}", secret_key, algorithms=["HS256"])
    assert "bearer" in f"{caught.value} {caught.value.hint}".lower()


@pytest.mark.parametrize(
    "name",
    [
        *("InvalidTokenError", "DecodeError", "InvalidSignatureError", "ExpiredSignatureError"),
        *("InvalidAudienceError", "InvalidIssuerError", "InvalidIssuedAtError", "ImmatureSignatureError"),
        *("InvalidKeyError", "InvalidAlgorithmError", "MissingRequiredClaimError", "InvalidSubjectError"),
        "InvalidJTIError",
    ],
)
def test_exceptions_have_pyjwts_names(name: str) -> None:
    """Programs find the exceptions both on the module and on jwt.exceptions, in the same tree."""
    from jwt import exceptions as pyjwt

    ours, theirs = getattr(jwt, name), getattr(pyjwt, name)
    assert ours is getattr(jwt.exceptions, name)
    for other in ("InvalidTokenError", "DecodeError"):
        if issubclass(theirs, getattr(pyjwt, other)):
            assert issubclass(ours, getattr(jwt, other))
