# SPDX-License-Identifier: Apache-2.0
"""Whatever is signed comes back, and whatever is changed afterwards is refused."""

from __future__ import annotations

import json
import string
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealwright import jwt
from sealwright.errors import InvalidSignatureError, InvalidTokenError
from sealwright.jose import Key, base64url, claims, jws

if TYPE_CHECKING:
    from collections.abc import Mapping

ALGORITHMS = (
    *(f"{family}{size}" for family in ("HS", "RS", "PS", "ES") for size in (256, 384, 512)),
    *("ES256K", "EdDSA", "Ed25519", "Ed448", "ML-DSA-44", "ML-DSA-65", "ML-DSA-87"),
)
ALPHABET = string.ascii_letters + string.digits + "-_"
REGISTERED = {"exp", "nbf", "iat", "iss", "aud", "sub", "jti"}

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
dates = st.integers(0, 2**53)
payloads = st.dictionaries(texts.filter(lambda name: name not in REGISTERED), values, max_size=6)


@given(st.binary(max_size=200))
def test_base64url_is_one_to_one(data: bytes) -> None:
    """Every byte string has one text, the standard one, and that text decodes to it."""
    text = base64url.encode(data)
    assert text == urlsafe_b64encode(data).rstrip(b"=").decode()
    assert base64url.decode(text) == data


@given(st.text(ALPHABET + "+/=. \n", max_size=12) | st.text(max_size=12))
def test_base64url_decodes_only_what_it_encodes(text: str) -> None:
    """A text either decodes to bytes that encode to it again, or is a ValueError."""
    try:
        data = base64url.decode(text)
    except ValueError:
        return
    assert base64url.encode(data) == text


@given(payloads)
def test_claims_come_back_as_they_were_written(payload: dict[str, Any]) -> None:
    """Writing and reading claims changes nothing, and another JSON reader agrees."""
    raw = claims.dump(payload)
    assert claims.parse(raw) == payload
    assert json.loads(raw) == payload


@given(alg=st.sampled_from(ALGORITHMS), payload=payloads)
def test_tokens_come_back_as_they_were_signed(
    alg: str, payload: dict[str, Any], keys: Mapping[str, Key]
) -> None:
    """Any claims signed with any algorithm are verified and equal."""
    key = keys[alg]
    token = jwt.encode(payload, key)
    assert jwt.decode(token, key if key.kty == "oct" else key.public()) == payload
    assert jwt.get_unverified_header(token)["alg"] == alg


@given(
    alg=st.sampled_from(ALGORITHMS), payload=st.binary(max_size=300), headers=st.dictionaries(texts, values)
)
def test_any_bytes_are_signed(
    alg: str, payload: bytes, headers: dict[str, Any], keys: Mapping[str, Key]
) -> None:
    """Any bytes and any extra header members come back; reserved members are refused beforehand."""
    reserved = {"alg", "kid", "typ", "cty", "crit", "b64"}
    extra = {name: value for name, value in headers.items() if name not in reserved}
    verified = jws.verify(jws.sign(payload, keys[alg], headers=extra), keys[alg])
    assert verified.payload == payload
    assert dict(verified.header) == {**extra, "alg": alg}


@pytest.mark.parametrize("alg", ALGORITHMS)
@settings(max_examples=15)
@given(payload=payloads, data=st.data())
def test_any_changed_character_is_refused(
    alg: str, payload: dict[str, Any], data: st.DataObject, keys: Mapping[str, Key]
) -> None:
    """Changing one character of header, payload or signature to any other makes the token invalid."""
    key = keys[alg]
    token = jwt.encode(payload, key)
    parts = token.split(".")
    for part in range(3):
        position = data.draw(st.integers(0, len(parts[part]) - 1))
        others = sorted(set(ALPHABET + "+/= .\n\0") - {parts[part][position]})
        other = data.draw(st.sampled_from(others))
        changed = [*parts]
        changed[part] = parts[part][:position] + other + parts[part][position + 1 :]
        expected = InvalidSignatureError if part == 2 and other != "." else InvalidTokenError
        with pytest.raises(expected):
            jwt.decode(".".join(changed), key)


@given(alg=st.sampled_from(ALGORITHMS), data=st.data())
def test_any_flipped_bit_of_the_bytes_is_refused(
    alg: str, data: st.DataObject, keys: Mapping[str, Key]
) -> None:
    """Flipping any bit of the token's bytes makes it invalid."""
    token = bytearray(jwt.encode({"sub": "susan"}, keys[alg]).encode())
    position = data.draw(st.integers(0, len(token) - 1))
    token[position] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(InvalidTokenError):
        jwt.decode(bytes(token), keys[alg])


@given(alg=st.sampled_from(ALGORITHMS), cut=st.integers(0, 10_000), extra=st.text(ALPHABET, max_size=5))
def test_cut_and_lengthened_tokens_are_refused(
    alg: str, cut: int, extra: str, keys: Mapping[str, Key]
) -> None:
    """A token that was cut anywhere, or to which something was added, is invalid."""
    token = jwt.encode({"sub": "susan"}, keys[alg])
    shorter = token[: cut % len(token)]
    for bad in (shorter, shorter + extra if shorter + extra != token else shorter, token + extra + "A"):
        with pytest.raises(InvalidTokenError):
            jwt.decode(bad, keys[alg])


@given(exp=dates, nbf=dates, now=dates, leeway=st.integers(0, 10**6))
def test_time_has_one_meaning(exp: int, nbf: int, now: int, leeway: int) -> None:
    """A token is valid from nbf until just before exp, each moved by the leeway in its favour."""
    valid = nbf - leeway <= now < exp + leeway
    try:
        claims.validate({"exp": exp, "nbf": nbf}, now=now, leeway=leeway)
    except InvalidTokenError:
        assert not valid
    else:
        assert valid
