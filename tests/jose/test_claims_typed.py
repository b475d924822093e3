# SPDX-License-Identifier: Apache-2.0
"""The age of a token, and claims as values of the caller's types."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypedDict

import msgspec
import pytest

from sealwright.errors import (
    ExpiredSignatureError,
    ImmatureSignatureError,
    InvalidIssuedAtError,
    InvalidTokenError,
    MissingRequiredClaimError,
)
from sealwright.jose import claims

NOW = 1_800_000_000.0
NAN, INFINITY = float("nan"), float("inf")


class Role(enum.Enum):
    """Roles of the tests."""

    ADMIN = "admin"


class AsStruct(msgspec.Struct, forbid_unknown_fields=True):
    """Claims as a Struct that knows exactly its fields."""

    sub: str
    level: Annotated[int, msgspec.Meta(ge=0)] = 0
    role: Literal["user", "admin"] = "user"
    kind: Role = Role.ADMIN


@dataclass
class AsDataclass:
    """Claims as a dataclass that checks itself."""

    sub: str
    scope: str = ""

    def __post_init__(self) -> None:
        """Refuse what has the right type and the wrong meaning."""
        if "evil" in self.scope:
            raise ValueError("the scope\nis not for us")


class AsDict(TypedDict):
    """Claims as a typed dictionary."""

    sub: str


class TestMaxAge:
    """max_age counts from iat, like a second exp."""

    def test_the_boundary_is_that_of_exp(self) -> None:
        """At iat + max_age the token has expired; a moment before it has not."""
        claims.validate({"iat": NOW - 59.9}, now=NOW, max_age=60)
        for iat in (NOW - 60, NOW - 61, 0):
            with pytest.raises(ExpiredSignatureError, match="max_age"):
                claims.validate({"iat": iat}, now=NOW, max_age=60)

    def test_leeway_is_in_the_tokens_favour(self) -> None:
        """As with exp."""
        claims.validate({"iat": NOW - 69}, now=NOW, max_age=60, leeway=10)
        with pytest.raises(ExpiredSignatureError):
            claims.validate({"iat": NOW - 70}, now=NOW, max_age=60, leeway=10)

    def test_it_needs_iat(self) -> None:
        """Who limits the age refuses a token that does not say it."""
        for payload in ({}, {"iat": None}):
            with pytest.raises(MissingRequiredClaimError) as caught:
                claims.validate(payload, now=NOW, max_age=60)
            assert caught.value.claim == "iat"
            assert "max_age" in caught.value.hint

    @pytest.mark.parametrize("iat", ["1800000000", True, [], -1, 2**60])
    def test_an_iat_that_is_no_date(self, iat: Any) -> None:
        """It is refused as such, also when the date check is skipped."""
        for skip in ((), ("iat",)):
            with pytest.raises(InvalidIssuedAtError):
                claims.validate({"iat": iat}, now=NOW, max_age=60, skip=skip)

    def test_a_token_from_the_future_is_not_young(self) -> None:
        """A future iat stays refused."""
        with pytest.raises(ImmatureSignatureError):
            claims.validate({"iat": NOW + 30}, now=NOW, max_age=60)

    def test_a_far_exp_does_not_help_an_old_token(self) -> None:
        """A token that expires in a hundred years is still refused for its age."""
        payload = {"iat": NOW - 3600, "exp": NOW + 3_155_760_000}
        claims.validate(payload, now=NOW)
        with pytest.raises(ExpiredSignatureError):
            claims.validate(payload, now=NOW, max_age=600)

    @pytest.mark.parametrize("max_age", [NAN, -1, -INFINITY])
    def test_an_age_that_is_none_refuses(self, max_age: float) -> None:
        """NaN and negative ages let nothing through."""
        with pytest.raises(ExpiredSignatureError):
            claims.validate({"iat": NOW}, now=NOW, max_age=max_age)


@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("clock", [{"now": NAN}, {"now": NOW, "leeway": NAN}])
def test_a_broken_clock_refuses(name: str, clock: dict[str, Any]) -> None:
    """NaN as the time or as the leeway lets nothing through."""
    with pytest.raises(InvalidTokenError):
        claims.validate({name: NOW}, **clock)


@pytest.mark.parametrize("name", ["exp", "nbf", "iat", "iss", "aud", "sub", "jti"])
def test_what_is_skipped_is_not_looked_at(name: str) -> None:
    """A skipped claim may hold anything; every other one is still validated."""
    wrong: dict[str, Any] = {"exp": "x", "nbf": "x", "iat": "x", "iss": 5, "aud": 5, "sub": 5, "jti": 5}
    expected: dict[str, Any] = {"issuer": "me", "audience": "api", "subject": "susan"}
    claims.validate({name: wrong[name]}, now=NOW, skip={name})
    claims.validate({}, now=NOW, skip=wrong.keys(), **expected)
    claims.validate(wrong, now=NOW, skip=wrong.keys(), **expected)
    with pytest.raises(InvalidTokenError):
        claims.validate(wrong, now=NOW, skip=wrong.keys() - {name}, **expected)


@pytest.mark.parametrize("kind", [AsDataclass, AsDict, dict[str, Any]])
def test_claims_become_values_of_a_type(kind: type[Any]) -> None:
    """Dataclasses, typed dictionaries and whatever else msgspec converts to; other claims are passed over."""
    found: Any = claims.convert({"sub": "susan", "exp": 1}, kind)
    assert (found["sub"] if isinstance(found, dict) else found.sub) == "susan"


def test_claims_become_a_struct() -> None:
    """Fields are typed and defaults fill in."""
    assert claims.convert({"sub": "susan", "role": "admin"}, AsStruct) == AsStruct("susan", 0, "admin")


SECRET = "s3cr3t-value"


@pytest.mark.parametrize(
    ("payload", "named"),
    [
        ({}, "sub"),
        ({"sub": 5}, "$.sub"),
        ({"sub": [SECRET]}, "$.sub"),
        ({"sub": "susan", "level": SECRET}, "$.level"),
        ({"sub": "susan", "level": -1}, "$.level"),
        ({"sub": "susan", "level": True}, "$.level"),
        ({"sub": "susan", "role": SECRET}, "$.role"),
        ({"sub": "susan", "role": f"{SECRET} - at `$.sub`"}, "$.role"),
        ({"sub": "susan", "kind": SECRET}, "$.kind"),
        ({"sub": "susan", "kind": 5}, "$.kind"),
        ({"sub": "susan", "isAdmin": SECRET}, "isAdmin"),
        ({"sub": "susan", "\n\x1b[31m" + "x" * 10_000: 1}, "unknown field"),
    ],
)
def test_another_shape_is_refused_naming_the_claim(payload: dict[str, Any], named: str) -> None:
    """The message is one short line with the claim's name, and never with its value."""
    with pytest.raises(InvalidTokenError, match="another shape") as caught:
        claims.convert(payload, AsStruct)
    text = str(caught.value)
    assert named in text
    assert SECRET not in text
    assert text.isprintable()
    assert len(text) <= 200


def test_a_type_that_refuses_by_itself() -> None:
    """A ValueError of the type's own check is the token's fault, in one line."""
    with pytest.raises(InvalidTokenError, match="is not for us") as caught:
        claims.convert({"sub": "susan", "scope": "evil"}, AsDataclass)
    assert str(caught.value).isprintable()
