# SPDX-License-Identifier: Apache-2.0
"""Nothing that comes from outside makes the library raise anything but its own errors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import serialization as ser
from hypothesis import example, given
from hypothesis import strategies as st

from sealwright import jwt
from sealwright.errors import InvalidKeyError, InvalidTokenError, SealwrightError
from sealwright.jose import Key, KeySet, base64url, claims, jws

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ALGORITHMS = ("HS256", "RS256", "PS256", "ES256", "ES512", "EdDSA")
names = st.sampled_from(["alg", "kid", "typ", "cty", "crit", "b64", "jwk", "x5c", "exp", "aud", "sub", "x"])
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(ALGORITHMS)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)
# JSON as Python writes it, with NaN and lone surrogates: not all of it is JSON.
documents = st.dictionaries(names, values, max_size=5).map(json.dumps)
broken = st.builds(
    lambda text, at, insert: text[: at % (len(text) + 1)] + insert + text[at % (len(text) + 1) :],
    documents,
    st.integers(0, 200),
    st.text(max_size=3) | st.sampled_from(['"', "{", "[[[[", "\\", "\\u", "NaN", ",", ":", "\0", "1e999"]),
)
raw_documents = (documents | broken).map(lambda text: text.encode("utf-8", "surrogatepass"))


def only_ours(attempt: Callable[[], Any], *allowed: type[SealwrightError]) -> None:
    """Demand that a call works or raises a short error of ours, of one of the classes."""
    message = ""
    try:
        attempt()
    except allowed as err:
        message = str(err)
    assert len(message) <= 200
    assert "\n" not in message


@given(st.text(max_size=60) | st.text("eyJ0.-_=", max_size=60) | st.binary(max_size=60))
@example("")
@example("..")
@example("e30.e30.e30")
@example(b"\xff.\xff.\xff")
def test_arbitrary_tokens(token: str | bytes) -> None:
    """Any text and any bytes given as a token are refused by InvalidTokenError."""
    key = Key.from_secret(b"x" * 64, "HS256")
    for attempt in (
        lambda: jws.verify(token, key),
        lambda: jwt.decode(token, b"x" * 64, algorithms=["HS256"]),
        lambda: jwt.decode_complete(token, KeySet([key])),
    ):
        with pytest.raises(InvalidTokenError) as caught:
            attempt()
        assert len(str(caught.value)) <= 200
    only_ours(lambda: jws.parse(token), InvalidTokenError)
    only_ours(lambda: jwt.get_unverified_header(token), InvalidTokenError)


@given(header=raw_documents, payload=raw_documents)
def test_arbitrary_json_in_signed_tokens(header: bytes, payload: bytes) -> None:
    """Any header and payload, with a right signature, are read or refused by InvalidTokenError."""
    secret = b"x" * 64
    key = Key.from_secret(secret, "HS256")
    signing_input = f"{base64url.encode(header)}.{base64url.encode(payload)}"
    token = f"{signing_input}.{base64url.encode(key.sign(signing_input.encode()))}"
    only_ours(lambda: jws.verify(token, key), InvalidTokenError)
    only_ours(lambda: jwt.decode(token, secret, algorithms=["HS256"]), InvalidTokenError)
    only_ours(lambda: jwt.decode(token, KeySet([key]), audience="api", issuer="me"), InvalidTokenError)
    only_ours(lambda: jws.parse(token), InvalidTokenError)
    only_ours(lambda: claims.parse(payload), InvalidTokenError)


@given(payload=st.dictionaries(names, values, max_size=5), require=st.lists(names, max_size=2))
def test_arbitrary_claims(payload: dict[str, Any], require: list[str]) -> None:
    """Claims of any type are valid or raise InvalidTokenError, whatever is expected of them."""
    only_ours(lambda: claims.validate(payload, now=1e9), InvalidTokenError)
    only_ours(
        lambda: claims.validate(
            payload, now=1e9, leeway=5, audience=["api"], issuer={"me"}, subject="susan", require=require
        ),
        InvalidTokenError,
    )


@given(alg=st.sampled_from(ALGORITHMS), data=st.data())
def test_mutated_tokens(alg: str, data: st.DataObject, keys: Mapping[str, Key]) -> None:
    """Deleting, inserting and repeating pieces of a good token gives the same claims or InvalidTokenError."""
    token = jwt.encode({"sub": "susan", "n": [1, 2, 3]}, keys[alg])
    for _ in range(data.draw(st.integers(1, 3))):
        start, end = sorted(data.draw(st.integers(0, len(token))) for _ in range(2))
        piece = data.draw(
            st.sampled_from(["", ".", "A", "=", "\n", token[start:end] * 2]) | st.text(max_size=3)
        )
        token = token[:start] + piece + token[end:]
    found: list[Any] = []
    only_ours(lambda: found.append(jwt.decode(token, keys[alg])), InvalidTokenError)
    assert found in ([], [{"sub": "susan", "n": [1, 2, 3]}])


def key_texts(key: Key) -> list[str]:
    """Write a key in every format there is."""
    if isinstance(key.native, bytes):
        return [json.dumps(key.to_jwk(private=True))]
    native: Any = key.native
    return [
        key.to_pem(),
        key.to_pem(private=True),
        key.to_pem(private=True, password="x"),
        key.to_openssh(),
        key.to_openssh(private=True),
        json.dumps(key.to_jwk()),
        json.dumps(key.to_jwk(private=True)),
        native.public_key().public_bytes(ser.Encoding.OpenSSH, ser.PublicFormat.OpenSSH).decode() + " x",
    ]


@given(st.text(max_size=80) | st.binary(max_size=80))
def test_arbitrary_key_texts(data: str | bytes) -> None:
    """Any text and any bytes given as a key are refused by InvalidKeyError."""
    only_ours(lambda: Key.parse(data), InvalidKeyError)
    only_ours(lambda: Key.parse(data, "password"), InvalidKeyError)
    only_ours(lambda: KeySet.parse(data), InvalidKeyError)


@given(alg=st.sampled_from(ALGORITHMS), data=st.data())
def test_mutated_key_texts(alg: str, data: st.DataObject, keys: Mapping[str, Key]) -> None:
    """A damaged key text is still a key or InvalidKeyError, with and without a password."""
    text = data.draw(st.sampled_from(key_texts(keys[alg])))
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = start + data.draw(st.integers(0, 9))
        text = (
            text[:start] + data.draw(st.text(max_size=4) | st.sampled_from(["\n", '"', "A=="])) + text[end:]
        )
    for password in (None, "x"):
        only_ours(lambda: Key.parse(text, password), InvalidKeyError)  # noqa: B023
        only_ours(lambda: Key.parse(text.encode("utf-8", "surrogatepass"), password), InvalidKeyError)  # noqa: B023
    only_ours(lambda: jwt.encode({}, text, algorithm=alg), SealwrightError)


MEMBERS = (
    "kty",
    "crv",
    "x",
    "y",
    "d",
    "n",
    "e",
    "p",
    "q",
    "dp",
    "dq",
    "qi",
    "k",
    "kid",
    "use",
    "alg",
    "key_ops",
)


@given(alg=st.sampled_from(ALGORITHMS), data=st.data())
def test_mutated_jwks(alg: str, data: st.DataObject, keys: Mapping[str, Key]) -> None:
    """A JWK with members removed, added or replaced is still a key or InvalidKeyError."""
    jwk = keys[alg].to_jwk(private=True)
    strange = values | st.sampled_from(["", "AQAB", "AA", "_w", "A" * 43, "A" * 86, "B" * 342])
    for _ in range(data.draw(st.integers(1, 3))):
        name = data.draw(st.sampled_from(MEMBERS))
        if data.draw(st.booleans()):
            jwk.pop(name, None)
        else:
            jwk[name] = data.draw(strange)
    only_ours(lambda: Key.from_jwk(jwk), InvalidKeyError)
    only_ours(lambda: KeySet.from_jwks({"keys": [jwk, keys["ES256"].to_jwk()]}), InvalidKeyError)


@given(st.dictionaries(st.sampled_from(MEMBERS), values, max_size=6))
def test_arbitrary_jwks(jwk: dict[str, Any]) -> None:
    """Any mapping given as a JWK is a key or InvalidKeyError, and never harms the set it is in."""
    only_ours(lambda: Key.from_jwk(jwk), InvalidKeyError)
    only_ours(lambda: KeySet.from_jwks({"keys": [jwk]}), InvalidKeyError)


@given(headers=st.dictionaries(names, values, max_size=4))
def test_arbitrary_headers_to_sign(headers: dict[str, Any], keys: Mapping[str, Key]) -> None:
    """Whatever header members a program gives: the token verifies, or they are refused."""
    try:
        token = jws.sign(b"{}", keys["HS256"], headers=headers)
    except (SealwrightError, TypeError, ValueError):
        return
    assert jws.verify(token, keys["HS256"]).header["alg"] == "HS256"


@given(kid=st.text(max_size=20) | st.none() | st.integers() | st.lists(st.text(max_size=3), max_size=2))
def test_arbitrary_kids_select_nothing(kid: Any, keys: Mapping[str, Key]) -> None:
    """A kid of any type and content is looked up and nothing else."""
    jwks = KeySet([Key.from_native(keys["ES256"].native, kid="known")])
    for header in ({"alg": "ES256", "kid": kid}, {"alg": "RS256", "kid": kid}):
        only_ours(lambda: jwks.select(header), InvalidTokenError)  # noqa: B023
