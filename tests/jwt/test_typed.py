# SPDX-License-Identifier: Apache-2.0
"""What decode takes beyond PyJWT: a type for the claims, the header's typ, the token's age."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any, Literal, TypedDict

import msgspec
import pytest

from sealwright import jwt

SECRET = "a random, long, sequence of characters that only the server knows"
NOW = 1_800_000_000.0


class Role(Enum):
    """What a user may be."""

    ADMIN = "admin"


class AsStruct(msgspec.Struct):
    """Claims as a Struct."""

    sub: str
    roles: list[str] = []


@dataclass
class AsDataclass:
    """Claims as a dataclass."""

    sub: str
    roles: list[str]


class AsTypedDict(TypedDict):
    """Claims as a TypedDict."""

    sub: str
    roles: list[str]


class Address(msgspec.Struct):
    """A part of claims."""

    zip: int


class Nested(msgspec.Struct, forbid_unknown_fields=True):
    """Claims with parts and restrictions."""

    address: Address | None = None
    plan: Literal["free", "paid"] = "free"
    role: Role = Role.ADMIN


def sign(claims: dict[str, Any], **headers: Any) -> str:
    """Make a token."""
    return jwt.encode(claims, SECRET, "HS256", headers)


@pytest.mark.parametrize("shape", [AsStruct, AsDataclass])
def test_claims_as_objects(shape: type[Any]) -> None:
    """Structs and dataclasses come back filled; further claims do not matter."""
    claims = {"sub": "susan", "roles": ["user"], "exp": NOW + 1}
    for decode in (jwt.decode, jwt.PyJWT().decode):
        found = decode(sign(claims), SECRET, ["HS256"], type=shape, now=NOW)
        assert found == shape(sub="susan", roles=["user"])
    complete = jwt.decode_complete(sign(claims), SECRET, ["HS256"], type=shape, now=NOW)
    assert complete["payload"] == shape(sub="susan", roles=["user"])


def test_claims_as_a_typed_dict() -> None:
    """A TypedDict comes back as a dict of its members, and the type checker knows them."""
    found = jwt.decode(sign({"sub": "susan", "roles": []}), SECRET, ["HS256"], type=AsTypedDict)
    assert found["sub"] == "susan"


def test_validation_comes_first() -> None:
    """A token that is refused is refused for that reason, whatever its shape."""
    with pytest.raises(jwt.ExpiredSignatureError):
        jwt.decode(sign({"exp": 5}), SECRET, ["HS256"], type=AsStruct)


@pytest.mark.parametrize(
    ("claims", "shape", "named"),
    [
        ({"sub": "susan", "roles": ["user", 5551234]}, AsStruct, "roles"),
        ({"roles": ["5551234"]}, AsStruct, "sub"),
        ({"address": {"zip": "5551234"}}, Nested, "address.zip"),
        ({"plan": "5551234"}, Nested, "plan"),
        ({"role": "5551234"}, Nested, "role"),
    ],
)
def test_another_shape(claims: dict[str, Any], shape: type[Any], named: str) -> None:
    """The error is an InvalidTokenError that names the claim and never shows its value."""
    with pytest.raises(jwt.InvalidTokenError) as caught:
        jwt.decode(sign(claims), SECRET, ["HS256"], type=shape)
    assert named in str(caught.value)
    assert "5551234" not in str(caught.value)


class TestTyp:
    """The typ argument."""

    @pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"])
    def test_equal_but_for_case_and_prefix(self, typ: str) -> None:
        """RFC 7515 section 4.1.9: the prefix may be left out, and media types have no case."""
        for decode in (jwt.decode, jwt.decode_complete):
            assert decode(sign({}, typ=typ), SECRET, ["HS256"], typ="at+jwt") is not None
        assert jwt.decode(sign({}, typ="at+jwt"), SECRET, ["HS256"], typ=typ) == {}

    @pytest.mark.parametrize("typ", ["JWT", "at+jwt2", "text/at+jwt", None])
    def test_another_one(self, typ: Any) -> None:
        """Another typ, or none, is refused, and the message says what was found."""
        for decode in (jwt.decode, jwt.decode_complete):
            with pytest.raises(jwt.InvalidTokenError, match=r"at\+jwt is expected") as caught:
                decode(sign({}, typ=typ), SECRET, ["HS256"], typ="at+jwt")
            assert (typ or "none") in str(caught.value)


class TestMaxAge:
    """The max_age argument."""

    @pytest.mark.parametrize("max_age", [60, 60.0, timedelta(minutes=1)])
    def test_seconds_since_iat(self, max_age: Any) -> None:
        """A token older than that has expired; leeway counts in its favour."""
        young, old = sign({"iat": NOW - 59}), sign({"iat": NOW - 61})
        assert jwt.decode(young, SECRET, ["HS256"], max_age=max_age, now=NOW)
        with pytest.raises(jwt.ExpiredSignatureError, match="max_age"):
            jwt.decode(old, SECRET, ["HS256"], max_age=max_age, now=NOW)
        assert jwt.decode(old, SECRET, ["HS256"], max_age=max_age, now=NOW, leeway=timedelta(seconds=5))

    def test_without_iat(self) -> None:
        """A token that does not say when it was issued has no age."""
        with pytest.raises(jwt.MissingRequiredClaimError) as caught:
            jwt.decode(sign({}), SECRET, ["HS256"], max_age=60)
        assert caught.value.claim == "iat"


def test_strict_audiences_that_are_not_looked_at() -> None:
    """With verify_aud off, strict_aud says nothing."""
    options = {"strict_aud": True, "verify_aud": False}
    token = sign({"aud": ["a", "b"]})
    for audience in (None, "a", ["a"]):
        assert jwt.decode(token, SECRET, ["HS256"], options, audience=audience)
    with pytest.raises(jwt.InvalidAudienceError, match="strict"):
        jwt.decode(token, SECRET, ["HS256"], {"strict_aud": True}, audience=["a"])
